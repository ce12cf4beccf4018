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
    answer = complete(image, [base], variations=3, seed=11)
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
    second = complete(image, image.get_selected_layers(), variations=3, seed=11, threads=1)
    check('a second completion is numbered and not nested in the first',
          second.done and second.group.get_name() == 'Completion 2'
          and image.get_layers() == [second.group, group, base])
    check('the same seed gives the same bytes, whatever the threads',
          [raw(i)[0] for i in second.layers()] == [raw(i)[0] for i in layers])
    image.remove_layer(second.group)
    single = complete(image, [base], variations=1, seed=11)
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


def keeps_outside():
    cases = [(RGB, PRECISION.U8_NON_LINEAR, False), (RGB, PRECISION.U8_NON_LINEAR, True),
             (GRAY, PRECISION.U8_NON_LINEAR, False), (RGB, PRECISION.U8_LINEAR, False),
             (RGB, PRECISION.U16_NON_LINEAR, False), (GRAY, PRECISION.U16_NON_LINEAR, True),
             (RGB, PRECISION.HALF_LINEAR, False), (RGB, PRECISION.FLOAT_LINEAR, False),
             (RGB, PRECISION.FLOAT_NON_LINEAR, True)]
    for base, precision, alpha in cases:
        image = photo(1100, 940, 240, 200, base, precision, alpha)
        what = '%s%s %s' % (base.value_nick, ' with alpha' if alpha else '', precision.value_nick)
        select(image, 70, 70, 70, 80, feather=8)
        before, size = visible(image)
        answer = complete(image, image.get_layers(), variations=1, seed=3)
        if check('completes ' + what, answer.done, answer.message):
            after = visible(image)[0]
            check('outside the selection every byte stays, ' + what,
                  outside_same(before, after, size, image))
            check('inside it something changes, ' + what, before != after)
            check('the layer has the precision of the image, ' + what,
                  len(raw(answer.layers()[0])[0]) > 0 and image.get_precision() == precision)
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
    select(image, 2, 2, 20, 20)
    before = state(image)
    refused(image, [base], 'a selection outside the layer', 'E-OUTSIDE: ', before, source='layer')
    image.delete()


def refused(image, layers, what, message, before, **arguments):
    answer = complete(image, layers, variations=1, seed=1, **arguments)
    check(what + ': one sentence', not answer.done and answer.message.startswith(message)
          and '\n' not in answer.message, (answer.status, answer.message))
    check(what + ': the image is untouched', state(image) == before)


def refuses():
    image = photo(1040, 880, 300, 200)
    layers = image.get_layers()
    refused(image, layers, 'nothing to fill',
            'E-EMPTY-HOLE: Nothing is selected. Select what should be replaced.', state(image))
    Gimp.Selection.all(image)
    refused(image, layers, 'everything selected', 'E-NO-CONTEXT: ', state(image))
    select(image, 100, 60, 60, 60)
    before = state(image)
    refused(image, layers, 'no model', 'E-NO-MODEL: The model file is missing.', before,
            model='no-such-model')
    refused(image, layers, 'a missing model file', 'E-NO-MODEL: ', before,
            model=WORK + '/absent.safetensors')
    with open(WORK + '/broken.safetensors', 'wb') as broken:
        broken.write(b'\x10\0\0\0\0\0\0\0{"broken": true}')
    refused(image, layers, 'a broken model', 'E-BAD-MODEL: ', before,
            model=WORK + '/broken.safetensors')
    refused(image, layers, 'too little memory', 'E-TOO-LARGE: ', before, memory_limit=1)
    cover = Gimp.Layer.new(image, 'cover', 300, 200, Gimp.ImageType.RGBA_IMAGE, 100,
                           Gimp.LayerMode.NORMAL)
    image.insert_layer(cover, None, 0)
    refused(image, image.get_layers(), 'several layers', 'E-MANY-LAYERS: ', state(image),
            source='layer')
    image.delete()
    refuses_kinds()


def refuses_kinds():
    image = photo(1040, 880, 12, 12)
    select(image, 3, 3, 5, 5)
    before, size = visible(image)
    answer = complete(image, image.get_layers(), variations=1, seed=1)
    check('a tiny image is completed too', answer.done
          and outside_same(before, visible(image)[0], size, image), answer.message)
    image.delete()
    image = photo(1040, 880, 200, 150)
    image.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE, 16, False,
                          False, '')
    select(image, 60, 40, 40, 40)
    answer = complete(image, image.get_layers())
    check('an indexed image: one sentence', answer.message.startswith('E-INDEXED: '),
          answer.message)
    check('an indexed image: no new layer', len(image.get_layers()) == 1)
    image.delete()
    image = photo(1040, 880, 200, 150)
    select(image, 60, 40, 40, 40)
    Gimp.Selection.float(image, image.get_layers(), 0, 0)
    answer = complete(image, image.get_layers())
    check('a floating selection: one sentence', answer.message.startswith('E-FLOATING: '),
          answer.message)
    image.delete()


makes_layers()
keeps_outside()
takes_the_layer()
refuses()
finish()
