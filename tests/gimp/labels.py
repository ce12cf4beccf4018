"""Checks label layers: how they are made, what their colours mean, painting from them."""
import sys

sys.path.insert(0, 'tests/gimp')
from helpers import *

SKY, ROCK, FOG, TREE = '#4080c0', '#806040', '#607080', '#208020'


def make(image, **arguments):
    answer = call('label-layer', image, image.get_layers(), **arguments)
    check('a label layer is made', answer.done, answer.message)
    return answer.result.index(1) if answer.done else None


def makes_layer():
    image = photo(1040, 880, 160, 120)
    base = image.get_layers()[0]
    select(image, 50, 40, 40, 30)
    layer = make(image)
    check('it lies on top', image.get_layers() == [layer, base])
    check('name and opacity', (layer.get_name(), layer.get_opacity()) == ('Labels', 60.0))
    check('its position is locked', layer.get_lock_position())
    check('it is empty', set(srgb(layer, 0, 0, 160, 120)[3::4]) == {0})
    mark = json.loads(parasite(layer, 'tessera-labels'))
    check('its mark says model and labels', mark['model'] == 'tiny' and len(mark['sha256']) == 64
          and mark['labels'][0] == {'id': 0, 'name': 'sky', 'color': SKY}, mark)
    palette = Gimp.Palette.get_by_name('Tessera Labels')
    check('the palette has the labels', palette is not None
          and [palette.get_entry_name(i)[1] for i in range(palette.get_color_count())]
          == ['sky', 'rock', 'fog', 'tree'])
    again = make(image, name='More', opacity=30.0)
    check('a name and opacity of one\'s own', (again.get_name(), again.get_opacity()) == ('More', 30.0))
    check('the palette is there once', Gimp.Palette.get_by_name('Tessera Labels #1') is None
          and Gimp.Palette.get_by_name('Tessera Labels').get_color_count() == 4)
    path = os.path.join(WORK, 'labels.xcf')
    Gimp.file_save(QUIET, image, file(path), None)
    loaded = Gimp.file_load(QUIET, file(path))
    check('the mark survives XCF', parasite(loaded.get_layers()[1], 'tessera-labels')
          == parasite(layer, 'tessera-labels'))
    loaded.delete()
    image.delete()


def guided(image, layer, **arguments):
    answer = complete(image, image.get_layers()[-1:], variations=1, seed=4, label_layer=layer, **arguments)
    look = raw(answer.layers()[0])[0] if answer.done else answer.message
    report = answer.report
    if answer.group:
        image.remove_layer(answer.group)
    return look, report, answer


def guides():
    image = photo(1040, 880, 160, 120)
    rectangle(image, 40, 30, 70, 60)
    layer = make(image)
    free = guided(image, None)[0]
    paint(layer, SKY, (0, 0, 160, 120))
    sky, report, answer = guided(image, layer)
    check('labels change what is made', sky != free)
    check('all are known', report['labels']['painted'] > 0
          and report['labels']['snapped'] == report['labels']['unknown'] == 0, report)
    recipe = json.loads(answer.recipe)
    check('the recipe names them', recipe['labels']['names'] == ['sky'], recipe.get('labels'))
    paint(layer, ROCK, (40, 30, 35, 60))
    both = guided(image, layer)
    check('other labels make something else', both[0] not in (sky, free))
    check('both are in the recipe', json.loads(both[2].recipe)['labels']['names'] == ['sky', 'rock'])
    layer.set_opacity(7)
    layer.set_visible(False)
    check('opacity and visibility do not count', guided(image, layer)[0] == both[0])
    rectangle(image, 0, 0, 160, 120)
    image.set_selected_layers([layer])
    layer.edit_clear()
    rectangle(image, 40, 30, 70, 60)
    paint(layer, ROCK, (40, 30, 35, 60))
    part = guided(image, layer)
    check('a partly painted map is something else again', part[0] not in (both[0], sky, free))
    mark = layer.get_parasite('tessera-labels')
    layer.detach_parasite('tessera-labels')
    check('a layer without mark means the same', guided(image, layer)[0] == part[0])
    layer.attach_parasite(mark)
    image.delete()


def snaps():
    """Colours between two labels along an edge are no third label; like colours are counted."""
    image = photo(1040, 880, 160, 120)
    rectangle(image, 40, 30, 70, 60)
    layer = make(image)
    paint(layer, SKY)
    paint(layer, ROCK, (75, 0, 85, 120))
    sharp = guided(image, layer)
    paint(layer, FOG, (74, 0, 1, 120))  # as a soft brush would: the mean of sky and rock
    edge = guided(image, layer)
    check('fog painted for itself is fog', 'fog' in json.loads(edge[2].recipe)['labels']['names'])
    paint(layer, SKY, (74, 0, 1, 120))
    paint(layer, '#5c7488', (74, 0, 1, 120))  # nearly fog, but beside sky
    soft = guided(image, layer)
    check('a mixed colour counts for its neighbour', soft[0] == sharp[0] and soft[1]['labels']['snapped'] == 0,
          soft[1])
    paint(layer, '#4584c4')  # like sky, everywhere
    like = guided(image, layer)
    paint(layer, SKY)
    sky = guided(image, layer)
    check('a similar colour counts for the label', like[0] == sky[0])
    check('and is counted', like[1]['labels']['snapped'] == like[1]['labels']['painted'] > 0, like[1])
    paint(layer, '#ff00ff', (40, 30, 70, 60))
    odd = guided(image, layer)
    check('a colour like none is free, counted and remarked on',
          odd[1]['labels']['unknown'] > 0 and odd[2].warnings() == ['W-LABEL-COLOR'], odd[1])
    image.delete()


def kinds():
    """Colours are recognised whatever the image keeps them in."""
    for precision in (PRECISION.U8_LINEAR, PRECISION.U16_NON_LINEAR, PRECISION.FLOAT_LINEAR):
        for profile in (None, Gimp.ColorProfile.new_rgb_adobe()):
            image = photo(1040, 880, 100, 80, precision=precision)
            if profile:
                image.set_color_profile(profile)
            rectangle(image, 30, 30, 30, 30)
            layer = make(image)
            paint(layer, SKY)
            paint(layer, TREE, (0, 0, 100, 40))
            what = '%s%s' % (precision.value_nick, ', other profile' if profile else '')
            answer = guided(image, layer)[2]
            check('labels are known in ' + what,
                  json.loads(answer.recipe)['labels']['names'] == ['sky', 'tree'], answer.recipe)
            counts = answer.report['labels']
            check('and exact, but for dark ones in eight linear bits, ' + what, counts['unknown'] == 0
                  and (counts['snapped'] == 0 or precision == PRECISION.U8_LINEAR), counts)
            image.delete()


def places():
    """Label layers of other sizes lie where they lie."""
    image = photo(1040, 880, 160, 120)
    rectangle(image, 40, 30, 70, 60)
    layer = make(image)
    paint(layer, ROCK, (40, 30, 70, 60))
    whole = guided(image, layer)[0]
    layer.set_lock_position(False)
    layer.resize(70, 60, -40, -30)
    small = guided(image, layer)
    check('a smaller label layer counts where it lies', small[0] == whole)
    check('and its size is remarked on', small[2].warnings() == ['W-LABEL-SIZE'], small[1])
    layer.set_offsets(0, 0)
    check('moved it means something else', guided(image, layer)[0] != whole)
    layer.set_offsets(-75, 0)
    refused(image, image.get_layers()[-1:], 'a label layer beside the selection', 'E-LABEL-OUTSIDE',
            state(image), label_layer=layer)
    image.delete()


def other_models():
    image = photo(1040, 880, 160, 120)
    rectangle(image, 40, 30, 70, 60)
    other = os.path.join(WORK, 'other.safetensors')
    layer = make(image, model=other)
    paint(layer, '#202020')  # rock there
    named = guided(image, layer)
    image.remove_layer(layer)
    own = make(image)
    paint(own, ROCK)
    check('labels of another model are taken by name', named[0] == guided(image, own)[0], named[1])
    image.remove_layer(own)
    layer = make(image, model=other)
    paint(layer, '#e0d0a0')  # sand, which tiny does not know
    lacking = guided(image, layer)
    check('what a model lacks is free and said', lacking[0] == guided(image, None)[0]
          and 'W-LABEL-MODEL' in lacking[2].warnings(), lacking[1])
    image.delete()


def paints():
    image = photo(1040, 880, 96, 80)
    base = image.get_layers()[0]
    pixels = raw(base)[0]
    layer = make(image)
    refused(image, [base], 'painting without labels', 'E-NO-LABELS', state(image), procedure='paint-labels')
    refused(image, [base], 'painting from an empty layer', 'E-LABEL-EMPTY', state(image),
            procedure='paint-labels', label_layer=layer)
    paint(layer, SKY, (0, 0, 96, 40))
    whole = call('paint-labels', image, [base], label_layer=layer, variations=2, seed=6)
    if check('a whole picture is painted', whole.done, whole.message):
        one = whole.layers()[0]
        check('as large as the image', (one.get_width(), one.get_height()) == (96, 80))
        check('it hides all', set(coverage(one.get_mask())) == {255})
        check('the recipe says what it was', json.loads(whole.recipe)['op'] == 'paint')
        check('and nothing of the layer changes', raw(base)[0] == pixels)
        image.remove_layer(whole.group)
    rectangle(image, 20, 20, 40, 40)
    part = call('paint-labels', image, [base], label_layer=layer, seed=6, soften=0)
    if check('a selection is painted', part.done, part.message):
        one = part.layers()[0]
        check('no more than that', (one.get_width(), one.get_height(), one.get_offsets()[1:]) == (40, 40, (20, 20)))
        image.remove_layer(part.group)
    asked = call('paint-labels', image, [base], label_layer=layer, seed=6, region='image')
    check('or all, if asked for', asked.done and asked.layers()[0].get_width() == 96, asked.message)
    image.remove_layer(asked.group)
    depth = layer_on(image, 'depth', color='#808080')
    refused(image, [base], 'depth for a model without', 'E-MODEL-CANNOT', state(image),
            procedure='paint-labels', label_layer=layer, depth_layer=depth)
    refused(image, [base], 'a class for a model without', 'E-MODEL-CANNOT', state(image),
            procedure='paint-labels', label_layer=layer, **{'class': 3})
    image.delete()


def refusals():
    image = photo(1040, 880, 96, 80)
    base = image.get_layers()[0]
    rectangle(image, 20, 20, 40, 40)
    layer = make(image)
    paint(layer, SKY)
    plain = os.path.join(WORK, 'plain.safetensors')
    refused(image, [base], 'labels for a model without', 'E-MODEL-CANNOT', state(image),
            label_layer=layer, model=plain)
    refused(image, [base], 'a label layer of a model without', 'E-MODEL-CANNOT', state(image),
            procedure='label-layer', model=plain)
    other = photo(1040, 880, 96, 80)
    refused(other, other.get_layers(), 'a label layer of another image', 'E-EMPTY-HOLE', state(other),
            label_layer=layer)
    rectangle(other, 20, 20, 40, 40)
    refused(other, other.get_layers(), 'a label layer of another image', 'E-NO-LABELS', state(other),
            label_layer=layer)
    other.delete()
    gray = photo(1040, 880, 96, 80, Gimp.ImageBaseType.GRAY)
    refused(gray, gray.get_layers(), 'labels in a gray image', 'E-GRAY-LABELS', state(gray),
            procedure='label-layer')
    refused(gray, gray.get_layers(), 'painting in a gray image', 'E-GRAY-LABELS', state(gray),
            procedure='paint-labels')
    gray.delete()
    image.delete()


makes_layer()
guides()
snaps()
kinds()
places()
other_models()
paints()
refusals()
finish()
