"""Checks that what procedures can be told matters: with models of the published system, and the rest."""
import sys

sys.path.insert(0, 'tests/gimp')
from helpers import *

DEPTH, CLASS, DRAWING = (os.path.join(WORK, name + '.safetensors') for name in ('depth', 'class', 'drawing'))


def looks(answer, image):
    """The pixels of all variations; the group goes away."""
    if not answer.done:
        return answer.message
    data = [raw(layer)[0] for layer in answer.layers()]
    image.remove_layer(answer.group)
    return data


def scene(width=120, height=90):
    image = photo(1040, 880, width, height)
    return image, image.get_layers()[0]


def conditions():
    """Depth, drawing and class reach the models that have them."""
    image, base = scene()
    rectangle(image, 40, 30, 40, 30)
    layer = layer_on(image, 'condition', color='#404040')

    def painted(**arguments):
        return looks(call('paint-labels', image, [base], seed=4, **arguments), image)
    for what, model, second in (('depth', DEPTH, '#f0f0f0'), ('drawing', DRAWING, '#2040f0')):
        dark = painted(model=model, depth_layer=layer)
        paint(layer, second, (0, 0, 60, 90))
        light = painted(model=model, depth_layer=layer)
        check('a layer of %s is painted from' % what, isinstance(dark, list), dark)
        check('another %s paints something else' % what, isinstance(light, list) and light != dark, light)
        paint(layer, '#404040')
        check('the same %s the same' % what, painted(model=model, depth_layer=layer) == dark)
    one, two = (painted(model=CLASS, **{'class': n}) for n in (1, 3))
    check('a class is painted', isinstance(one, list), one)
    check('another class is something else', isinstance(two, list) and one != two, two)
    refused(image, [base], 'depth that is missing', 'E-MODEL-CANNOT', state(image), procedure='paint-labels',
            model=DEPTH)
    refused(image, [base], 'a class that is missing', 'E-MODEL-CANNOT', state(image), procedure='paint-labels', model=CLASS)
    refused(image, [base], 'a class that there is not', 'E-MODEL-CANNOT', state(image), procedure='paint-labels', model=CLASS,
            **{'class': 99})
    image.delete()


def strategies():
    """The models of the published system have two; the others have one, and say so."""
    image, base = scene(160, 120)
    rectangle(image, 20, 20, 110, 80)
    anchored, exact, auto = (looks(call('complete', image, [base], seed=4, model=CLASS, strategy=s), image)
                             for s in ('anchored', 'exact', 'auto'))
    if isinstance(anchored, str):  # a model with classes needs one, which tessera-complete cannot say
        anchored, exact, auto = (looks(call('paint-labels', image, [base], seed=4, model=CLASS, strategy=s, **{'class': 2}),
                                       image) for s in ('anchored', 'exact', 'auto'))
    check('anchored and exact differ', isinstance(anchored, list) and isinstance(exact, list) and anchored != exact,
          (anchored, exact))
    check('automatic is anchored', auto == anchored)
    before = state(image)
    for strategy in ('anchored', 'exact'):
        refused(image, [base], 'the strategy %s for the other kind' % strategy, 'E-MODEL-CANNOT', before,
                strategy=strategy)
    image.delete()


def rest():
    """Settings of which complete.py sees only the recipe."""
    image, base = scene(300, 220)
    select(image, 100, 60, 90, 80)

    def pixels(**settings):
        return looks(complete(image, [base], seed=8, **settings), image)
    plain = pixels()
    two = pixels(variations=2)
    high = pixels(variations=2, effort='high')
    check('effort high keeps the best of twice as many', len(high) == 2 and high != two
          and high == [look for look in pixels(variations=4)][:2])
    other = os.path.join(WORK, 'plain.safetensors')
    check('another model makes something else', pixels(model=other) != plain)
    rectangle(image, 0, 60, 40, 80)
    check('wrap looks at the other border', pixels(wrap=True) != pixels())
    select(image, 100, 60, 90, 80)
    kept = Gimp.Selection.save(image)
    Gimp.Selection.none(image)
    base.merge_filter(Gimp.DrawableFilter.new(base, 'gegl:noise-rgb', ''))
    image.select_item(Gimp.ChannelOps.REPLACE, kept)
    check('grain changes the result', pixels(texture=0.0, grain=False) != pixels(texture=0.0))
    image.delete()


def redo_amount():
    image, base = scene(160, 120)
    rectangle(image, 40, 30, 70, 60)
    first = complete(image, [base], seed=3, texture=0.0)
    made = raw(first.layers()[0])[0]

    def changed(amount):
        answer = call('redo', image, [first.layers()[0]], change='similar', amount=amount)
        if not answer.done:
            return answer.message
        data = raw(answer.layers()[0])[0]
        image.remove_layer(answer.group)
        return sum(abs(a - b) for a, b in zip(made, data))
    none, some, much = (changed(amount) for amount in (0.0, 20.0, 100.0))
    check('redo: the amount says how much becomes another', none < some < much, (none, some, much))
    pixels = raw(base)[0]
    merged = call('redo', image, [first.group], output='merge')
    check('redo cannot be merged into a completion', not merged.done and merged.message.startswith('E-GROUP: ')
          and raw(base)[0] == pixels, merged.message)
    image.delete()


conditions()
strategies()
rest()
redo_amount()
finish()
