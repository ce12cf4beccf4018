"""Checks tessera-complete inside GIMP: what it makes, what it leaves alone, what it says."""
import json
import os
import sys

sys.path.insert(0, 'tests/gimp')
from helpers import *

RGB, GRAY = Gimp.ImageBaseType.RGB, Gimp.ImageBaseType.GRAY


def outside_same(before, after, size, image):
    """Compares what can be seen where nothing is selected, byte for byte."""
    return len(before) == len(after) and all(
        before[size * i:size * i + size] == after[size * i:size * i + size]
        for i, outside in enumerate(unselected(image)) if outside)


def makes_layers():
    image = photo(1040, 880, 420, 272)
    base = image.get_layers()[0]
    select(image, 128, 120, 76, 82, feather=6)
    selection = coverage(image.get_selection())
    pixels = raw(base)[0]
    answer = complete(image, [base], variations=3, seed=11, soften=0)
    check('a completion succeeds', answer.done, answer.message)
    group, layers = answer.group, answer.layers()
    check('the group is named', group.get_name() == 'Completion 1', group.get_name())
    check('the group lies on top', image.get_layers() == [group, base])
    check('one layer for each variation', len(layers) == 3, len(layers))
    names = sorted(layer.get_name() for layer in layers)
    check('layers say number and seed',
          names == ['Variation %d, seed 11' % k for k in (1, 2, 3)], names)
    check('only the best is visible', [i.get_visible() for i in layers] == [True, False, False])
    check('the best is selected', image.get_selected_layers() == layers[:1])
    check('no layer is in mask editing', not any(i.get_edit_mask() for i in layers))
    check('layers cover the selection alone', all(
        (i.get_width(), i.get_height(), i.get_offsets()[1:]) ==
        (box[3] - box[1], box[4] - box[2], (box[1], box[2]))
        for i in layers for box in [Gimp.Selection.bounds(image)[1:]]))
    box = Gimp.Selection.bounds(image)[2:]
    mask = b''.join(selection[y * 420 + box[0]:y * 420 + box[2]] for y in range(box[1], box[3]))
    check('the mask is the selection', all(coverage(i.get_mask()) == mask for i in layers))
    check('the selection stays', coverage(image.get_selection()) == selection)
    check('the base layer keeps every byte', raw(base)[0] == pixels)
    check('variations differ', len({raw(i)[0] for i in layers}) == 3)
    remembers(image, group, answer)
    again(image, base, group, layers)
    image.delete()


def remembers(image, group, answer):
    recipe = json.loads(parasite(group, 'tessera-recipe') or '{}')
    check('the recipe is on the group and returned', recipe == json.loads(answer.recipe))
    check('the recipe has the seed', recipe.get('seed') == 11, recipe)
    check('the recipe has the place', recipe.get('region', {}).get('image_width') == 420, recipe)
    check('the recipe has no path', '/' not in answer.recipe, answer.recipe)
    path = os.path.join(WORK, 'round-trip.xcf')
    Gimp.file_save(QUIET, image, file(path), None)
    loaded = Gimp.file_load(QUIET, file(path))
    other = loaded.get_layers()[0]
    check('the recipe survives XCF',
          parasite(other, 'tessera-recipe') == parasite(group, 'tessera-recipe'))
    check('layers and masks survive XCF',
          [(raw(i)[0], coverage(i.get_mask())) for i in other.get_children()] ==
          [(raw(i)[0], coverage(i.get_mask())) for i in group.get_children()])
    loaded.delete()


def again(image, base, group, layers):
    """Sameness of results, and a second completion of one image."""
    def by_name(items):
        return {i.get_name().split(',')[0]: raw(i)[0] for i in items}
    group.set_visible(False)  # else the next one would continue the completed picture
    second = complete(image, image.get_selected_layers(), variations=3, seed=11, threads=1, soften=0)
    check('a second completion is numbered and not nested in the first',
          second.done and second.group.get_name() == 'Completion 2'
          and image.get_layers() == [second.group, group, base])
    check('the same seed gives the same bytes, whatever the threads',
          [raw(i)[0] for i in second.layers()] == [raw(i)[0] for i in layers])
    image.remove_layer(second.group)
    single = complete(image, [base], variations=1, seed=11, soften=0)
    check('variation 1 is the same alone', by_name(single.layers())['Variation 1']
          == by_name(layers)['Variation 1'])
    image.remove_layer(single.group)
    other = complete(image, [base], variations=1, seed=12)
    check('another seed gives other bytes', other.done
          and by_name(other.layers())['Variation 1'] != by_name(layers)['Variation 1'])
    image.remove_layer(other.group)
    chance = complete(image, [base], variations=1)
    check('without a seed one is drawn and stored', chance.done
          and int(json.loads(chance.recipe)['seed']) >= 0
          and chance.layers()[0].get_name().endswith(str(json.loads(chance.recipe)['seed'])))
    image.remove_layer(chance.group)


def every_time():
    """The same bytes from every process: of several ways to convert pixels babl must not choose the quickest."""
    for precision in (PRECISION.U16_NON_LINEAR, PRECISION.FLOAT_PERCEPTUAL):
        image = photo(1040, 880, 120, 90, precision=precision)
        select(image, 40, 30, 40, 30, feather=6)
        found = set()
        for _ in range(6):
            answer = complete(image, image.get_layers(), seed=11)
            found.add((raw(answer.layers()[0])[0], answer.recipe))
            image.remove_layer(answer.group)
        check('the same bytes in six calls, ' + precision.value_nick, len(found) == 1, len(found))
        image.delete()


def takes_the_layer():
    """source=layer: the layer lies off the corner and is transparent around the picture."""
    image = photo(1040, 880, 300, 220)
    base = image.get_layers()[0]
    base.add_alpha()
    base.set_offsets(40, 30)
    cover = Gimp.Layer.new(image, 'cover', 300, 220, Gimp.ImageType.RGBA_IMAGE, 100,
                           Gimp.LayerMode.NORMAL)
    image.insert_layer(cover, None, 0)
    Gimp.context_set_foreground(Gegl.Color.new('#ff00ff'))
    cover.fill(Gimp.FillType.FOREGROUND)
    select(image, 160, 130, 60, 60)
    below = complete(image, [base], source='layer', variations=1, seed=2)
    check('the selected layer alone can be the picture', below.done, below.message)
    check('the group lies above that layer', image.get_layers() == [cover, below.group, base])
    image.remove_layer(cover)
    image.remove_layer(below.group)
    same = complete(image, [base], source='visible', variations=1, seed=2)
    check('it is what is seen without other layers',
          same.done and raw(same.layers()[0])[0] == raw(below.layers()[0])[0]
          if below.group.is_valid() else same.done)
    image.remove_layer(same.group)
    image.delete()


def outputs():
    """One layer, the layer itself, a new image."""
    image = photo(1040, 880, 300, 220)
    base = image.get_layers()[0]
    select(image, 120, 80, 50, 40, feather=4)
    selection, pixels = coverage(image.get_selection()), raw(base)[0]
    group = complete(image, [base], variations=2, seed=5)
    best = group.layers()[0]
    look, mask = raw(best)[0], coverage(best.get_mask())
    image.remove_layer(group.group)
    single = complete(image, [base], variations=2, seed=5, output='layer')
    top = image.get_layers()[0]
    check('output layer: one layer, no group', single.done and single.group is None
          and image.get_layers() == [top, base], single.message)
    check('output layer: it is the best of them', (raw(top)[0], coverage(top.get_mask())) == (look, mask))
    check('output layer: it has recipe and hole', 'tessera-recipe' in top.get_parasite_list()
          and 'tessera-hole' in top.get_parasite_list(), top.get_parasite_list())
    image.remove_layer(top)
    copy = complete(image, [base], variations=2, seed=5, output='image')
    check('output image: another image', copy.done and copy.image.get_id() != image.get_id(), copy.message)
    check('output image: the old one is untouched', image.get_layers() == [base] and raw(base)[0] == pixels)
    check('output image: the group is in the new one',
          copy.image.get_layers()[0].get_name() == 'Completion 1'
          and raw(copy.image.get_layers()[0].get_children()[0])[0] == look)
    copy.image.delete()
    merged = complete(image, [base], variations=2, seed=5, output='merge')
    check('output merge: no new layer', merged.done and image.get_layers() == [base]
          and merged.group is None and merged.recipe, merged.message)
    check('output merge: the pixels have changed', raw(base)[0] != pixels)
    check('output merge: the selection stays', coverage(image.get_selection()) == selection)
    check('output merge: no channel stays', not image.get_channels())
    check('output merge: the layer stays selected', image.get_selected_layers() == [base])
    image.delete()


def transparent():
    """Without selection the transparent area is filled."""
    image = photo(1040, 880, 200, 160)
    base = image.get_layers()[0]
    base.add_alpha()
    rectangle(image, 60, 50, 40, 30)
    base.edit_clear()
    Gimp.Selection.none(image)
    before = raw(base)[0]
    answer = complete(image, [base], variations=1, seed=3, soften=0)
    check('the transparent area is filled', answer.done, answer.message)
    layer = answer.layers()[0]
    check('its layer covers just that',
          (layer.get_width(), layer.get_height(), layer.get_offsets()[1:]) == (40, 30, (60, 50)))
    flat = visible(image)[0]
    check('nothing is transparent any more', set(flat[3::4]) == {255})
    check('all other pixels stay', len(differing(before, flat, 4)) == 40 * 30)
    image.remove_layer(answer.group)
    rectangle(image, 10, 10, 20, 20)
    chosen = complete(image, [base], variations=1, seed=3, soften=0)
    box = chosen.layers()[0]
    check('with a selection that is filled, not the transparent area',
          (box.get_width(), box.get_offsets()[1:]) == (20, (10, 10)))
    image.remove_layer(chosen.group)
    asked = complete(image, [base], variations=1, seed=3, soften=0, region='transparent')
    check('unless asked for', raw(asked.layers()[0])[0] == raw(layer)[0] if layer.is_valid()
          else asked.layers()[0].get_width() == 40)
    image.remove_layer(asked.group)
    Gimp.Selection.none(image)
    merged = complete(image, [base], variations=1, seed=3, soften=0, output='merge')
    check('merged into the layer it becomes opaque', merged.done and set(raw(base)[0][3::4]) == {255},
          merged.message)
    image.delete()


def arguments():
    """Each setting reaches the engine: it changes the bytes, or what the report says."""
    image = photo(1040, 880, 300, 220)
    base = image.get_layers()[0]
    select(image, 100, 60, 90, 80)

    def pixels(**settings):
        answer = complete(image, [base], variations=1, seed=8, **settings)
        if not answer.done:
            return answer.message
        data = [(raw(i)[0], coverage(i.get_mask())) for i in answer.layers()]
        recipe = json.loads(answer.recipe)
        image.remove_layer(answer.group)
        return data, recipe
    plain, recipe = pixels()
    for name, value in (('variety', 2.0), ('match_color', False), ('texture', 0.0), ('top_k', 1),
                        ('top_p', 0.01), ('effort', 'draft'), ('soften', 20.0)):
        data, changed = pixels(**{name: value})
        check('%s changes the result' % name, data != plain)
        check('%s is in the recipe' % name, changed != recipe)
    for name, value in (('grain', False), ('effort', 'high'), ('strategy', 'pyramid'), ('wrap', True),
                        ('label_strength', 2.5)):
        check('%s is in the recipe' % name, pixels(**{name: value})[1] != recipe)
    for name, value in (('threads', 1), ('memory_limit', 4000), ('model', os.environ['TESSERA_MODEL']),
                        ('region', 'selection')):
        check('%s changes nothing of the result' % name, pixels(**{name: value})[0] == plain)
    image.delete()


def last_values():
    """Filters > Repeat takes the values of the last call in a dialog, and a new seed."""
    image = photo(1040, 880, 200, 160)
    select(image, 60, 50, 40, 40)
    seeds = []
    for _ in range(2):
        answer = complete(image, image.get_layers()[-1:], run_mode=Gimp.RunMode.WITH_LAST_VALS, seed=4)
        seeds.append(json.loads(answer.recipe or '{}').get('seed'))
    check('repeating takes a new seed each time', None not in seeds and len(set(seeds + [4])) == 3, seeds)
    image.delete()


def information():
    procedure = Gimp.get_pdb().lookup_procedure('tessera-info')
    config = procedure.create_config()
    config.set_property('self-test', True)
    info = json.loads(procedure.run(config).index(1))
    check('info names version and model', info['version'] and info['model']['name'] == 'tiny', info)
    check('info lists the labels', [(i['name'], i['color']) for i in info['model']['labels']][:2]
          == [('sky', '#4080c0'), ('rock', '#806040')], info)
    check('the self-test succeeds', info['self_test'].get('ok') is True, info['self_test'])
    check('info holds no path', '/' not in json.dumps(info))
    config.set_property('model', 'no-such-model')
    result = procedure.run(config)
    check('info says what is missing', Gimp.get_pdb().get_last_error().startswith('E-NO-MODEL: '))


def returns():
    image = photo(1040, 880, 200, 160)
    select(image, 60, 50, 40, 40)
    answer = complete(image, image.get_layers(), variations=3, seed=21)
    check("seeds are returned", json.loads(answer.value(4)) == [21, 21, 21], answer.value(4))
    check('the image is returned', answer.image.get_id() == image.get_id())
    seconds = answer.report['seconds']
    check('the report has the times of all steps', seconds['total'] > 0 and set(seconds) == {
        'reading', 'loading', 'encoding', 'sampling', 'decoding', 'pixels', 'writing', 'total'}, seconds)
    check('nothing to warn of', answer.warnings() == [], answer.report)
    for layer in answer.layers():
        recipe = json.loads(parasite(layer, 'tessera-recipe'))
        check('each layer has its own recipe', layer.get_name() == 'Variation %d, seed %d'
              % (recipe['variation'], recipe['seed']), recipe)
    check('the recipe has sorted keys', json.dumps(recipe, sort_keys=True, separators=(',', ':'))
          .startswith(parasite(layer, 'tessera-recipe')[:40]))
    image.delete()


makes_layers()
every_time()
takes_the_layer()
outputs()
transparent()
arguments()
last_values()
information()
returns()
finish()
