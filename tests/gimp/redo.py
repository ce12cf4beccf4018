"""Checks tessera-redo: the same bytes again, new ones, similar ones; after saving, too."""
import sys

sys.path.insert(0, 'tests/gimp')
from helpers import *


def looks(answer):
    """Number, pixels, mask and place of each layer; GIMP adds to a name that it already has."""
    return [(i.get_name().split(',')[0], raw(i)[0], coverage(i.get_mask()), i.get_offsets()[1:]) for i in answer.layers()]


def redo(image, layer, **arguments):
    answer = call('redo', image, [layer], **arguments)
    found = looks(answer) if answer.done else answer.message
    if answer.group:
        image.remove_layer(answer.group)
    return found, answer


def same():
    image = photo(1040, 880, 200, 160)
    base = image.get_layers()[0]
    select(image, 60, 40, 70, 60, feather=12)
    first = complete(image, [base], variations=3, seed=9, variety=1.2, texture=30.0, soften=6)
    made = looks(first)
    Gimp.Selection.none(image)
    again, answer = redo(image, first.group)
    check('a group again gives the same bytes', again == made, again if isinstance(again, str) else '')
    check('it says so', answer.report.get('repetition') == 'identical' and answer.warnings() == [],
          answer.report)
    for layer in first.layers():
        one, answer = redo(image, layer)
        check('a layer again gives its bytes', [i[1:] for i in one] == [i[1:] for i in made if i[0] == layer.get_name().split(',')[0]],
              one if isinstance(one, str) else [i[0] for i in one])
    two = redo(image, first.group, variations=2)[0]
    check('fewer of them', len(two) == 2 and all(i in made for i in two))
    path = os.path.join(WORK, 'redo.xcf')
    Gimp.file_save(QUIET, image, file(path), None)
    loaded = Gimp.file_load(QUIET, file(path))
    again, answer = redo(loaded, loaded.get_layers()[0])
    check('after saving and opening too', again == made and answer.report['repetition'] == 'identical',
          again if isinstance(again, str) else answer.report)
    loaded.delete()
    changes(image, first, made)
    image.delete()


def changes(image, first, made):
    best = first.layers()[0]
    other, answer = redo(image, best, change='new-seed')
    check('a new seed gives something else', other[0][1] != made[0][1]
          and json.loads(answer.recipe)['seed'] != 9)
    check('of the same settings', json.loads(answer.recipe)['sampling']['variety'] == 1.2)
    similar, answer = redo(image, best, change='similar', amount=30.0)
    base = json.loads(answer.recipe).get('base', {})
    check('a similar one is derived from its parent', base.get('seed') == 9 and base.get('amount') == 30.0
          and base.get('variation') == json.loads(parasite(best, 'tessera-recipe'))['variation'], base)
    check('and differs', similar[0][1] != made[0][1])
    for output in ('layer', 'image'):
        answer = call('redo', image, [best], output=output)
        check('redo into output ' + output, answer.done, answer.message)
        if output == 'image':
            answer.image.delete()
        else:
            image.remove_layer(image.get_layers()[0])
    repaint = image.get_layers()[-1]
    paint(repaint, '#30c030', (50, 30, 20, 20))
    answer = redo(image, first.group)[1]
    check('a changed picture is said', answer.done and answer.warnings() == ['W-CHANGED']
          and answer.report['repetition'] == 'changed', answer.report)


def other_procedures():
    image = photo(1040, 880, 120, 100)
    base = image.get_layers()[0]
    wide = call('extend-canvas', image, [base], right=40, seed=3)
    made = looks(wide)
    again, answer = redo(image, wide.group)
    check('an extension again gives the same bytes', again == made, again if isinstance(again, str) else answer.report)
    image.remove_layer(wide.group)
    labels = call('label-layer', image, [base]).result.index(1)
    paint(labels, '#4080c0', (0, 0, 90, 60))
    painted = call('paint-labels', image, [base], label_layer=labels, seed=3)
    made = looks(painted)
    again, answer = redo(image, painted.group)
    check('a painting again gives the same bytes', again == made, again if isinstance(again, str) else answer.report)
    paint(labels, '#806040', (0, 0, 90, 60))
    check('other labels are a changed picture', redo(image, painted.group)[1].warnings() == ['W-CHANGED'])
    image.remove_layer(labels)
    refused(image, [painted.group], 'a painting without its labels', 'E-NO-LABELS', state(image), procedure='redo')
    image.delete()


def of_a_layer():
    """A completion of one layer is repeated from that layer."""
    image = photo(1040, 880, 160, 120)
    base = image.get_layers()[0]
    layer_on(image, 'cover', color='#c02020')
    rectangle(image, 40, 30, 50, 40)
    first = complete(image, [base], seed=3, source='layer')
    again, answer = redo(image, first.group)
    check('of a single layer too', again == looks(first) and answer.report['repetition'] == 'identical',
          again if isinstance(again, str) else answer.report)
    image.remove_layer(first.group)
    single = complete(image, [base], seed=3, source='layer', output='layer')
    top = [i for i in image.get_layers() if 'tessera-recipe' in i.get_parasite_list()][0]
    again, answer = redo(image, top)
    check('and from a single layer', answer.done and again[0][1] == raw(top)[0], answer.message)
    image.delete()


def attach(layer, name, text):
    layer.attach_parasite(Gimp.Parasite.new(name, 1, list(text.encode())))


def refusals():
    image = photo(1040, 880, 160, 120)
    base = image.get_layers()[0]
    rectangle(image, 40, 30, 50, 40)
    first = complete(image, [base], seed=3)
    layer = first.layers()[0]
    good = parasite(layer, 'tessera-recipe')
    refused(image, [base], 'redo of another layer', 'E-NO-RECIPE', state(image), procedure='redo')
    refused(image, [base, layer], 'redo of two layers', 'E-NO-RECIPE', state(image), procedure='redo')
    recipe = json.loads(good)
    cases = [('a broken recipe', 'E-RECIPE-BAD', '{"format":1'), ('an empty recipe', 'E-RECIPE-BAD', '{}'),
             ('no object', 'E-RECIPE-BAD', '[1]'),
             ('a newer recipe', 'E-RECIPE-NEWER', json.dumps(dict(recipe, format=99))),
             ('a recipe of nonsense', 'E-RECIPE-BAD', json.dumps(dict(recipe, seed=-4))),
             ('a place outside', 'E-RECIPE-BAD', json.dumps(dict(recipe, region=dict(recipe['region'], x=900)))),
             ('a place without end', 'E-RECIPE-BAD', json.dumps(dict(recipe, region=dict(recipe['region'], width=2 ** 31 - 1)))),
             ('another model', 'E-MODEL-WRONG', json.dumps(dict(recipe, model={'name': 'gone', 'sha256': '0' * 64})))]
    for what, code, text in cases:
        attach(layer, 'tessera-recipe', text)
        refused(image, [layer], what, code, state(image), procedure='redo')
    answer = call('redo', image, [layer], model=os.environ['TESSERA_MODEL'])
    check('a model that is named is taken all the same', answer.done and 'W-MODEL' in answer.warnings(),
          answer.message)
    image.remove_layer(answer.group)
    attach(layer, 'tessera-recipe', good)
    first.group.detach_parasite('tessera-hole')
    answer = call('redo', image, [layer])
    check('without the stored selection the mask is taken', answer.done and 'W-HOLE' in answer.warnings(),
          answer.message)
    image.remove_layer(answer.group)
    layer.remove_mask(Gimp.MaskApplyMode.DISCARD)
    refused(image, [layer], 'neither selection nor mask', 'E-RECIPE-BAD', state(image), procedure='redo')
    image.delete()


same()
other_procedures()
of_a_layer()
refusals()
finish()
