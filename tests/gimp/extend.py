"""Checks tessera-extend-canvas: the canvas grows, the old pixels stay, panoramas close."""
import sys

sys.path.insert(0, 'tests/gimp')
from helpers import *


def cut(data, size, width, x, y, w, h):
    return b''.join(data[size * ((y + r) * width + x):size * ((y + r) * width + x + w)] for r in range(h))


def grows():
    for precision, margins in ((PRECISION.U8_NON_LINEAR, (40, 0, 0, 0)), (PRECISION.U16_NON_LINEAR, (0, 50, 0, 0)),
                               (PRECISION.FLOAT_LINEAR, (16, 24, 8, 32))):
        what = '%s %s' % (precision.value_nick, margins)
        image = photo(1040, 880, 120, 100, precision=precision)
        base = image.get_layers()[0]
        rectangle(image, 10, 20, 30, 40)
        own = raw(base)[0]
        before, size = visible(image)
        left, right, top, bottom = margins
        answer = call('extend-canvas', image, [base], left=left, right=right, top=top, bottom=bottom,
                      variations=1, seed=3, soften=0)
        if not check('the canvas is extended ' + what, answer.done, answer.message):
            continue
        wide, high = 120 + left + right, 100 + top + bottom
        check('to the asked size ' + what, (image.get_width(), image.get_height()) == (wide, high))
        check('the layer keeps its pixels and moves along ' + what,
              raw(base)[0] == own and base.get_offsets()[1:] == (left, top))
        check('the selection moves along ' + what,
              Gimp.Selection.bounds(image)[2:] == (10 + left, 20 + top, 40 + left, 60 + top))
        after = visible(image)[0]
        grown = len(after) // (wide * high)
        old = cut(after, grown, wide, left, top, 120, 100)
        check('every old pixel stays ' + what, size == grown and old == before)
        seen = Gimp.Layer.new_from_visible(image, image, 'seen')
        flat = srgb(seen, 0, 0, wide, high)
        seen.delete()
        check('nothing stays empty ' + what, min(flat[3::4]) == 255)
        recipe = json.loads(answer.recipe)
        check('the recipe says how ' + what, recipe['op'] == 'extend'
              and recipe['extend'] == {'left': left, 'right': right, 'top': top, 'bottom': bottom}, recipe)
        image.delete()


def one_side_is_small():
    """The layers cover no more than the new part and the softening."""
    image = photo(1040, 880, 120, 100)
    answer = call('extend-canvas', image, image.get_layers(), right=40, soften=8, seed=3)
    layer = answer.layers()[0]
    check('a layer covers the new part and the softening', answer.done
          and layer.get_offsets()[1] + layer.get_width() == 160 and 40 <= layer.get_width() <= 48,
          (layer.get_offsets(), layer.get_width()))
    image.delete()


def outputs():
    image = photo(1040, 880, 120, 100)
    base = image.get_layers()[0]
    pixels = raw(base)[0]
    copy = call('extend-canvas', image, [base], left=30, output='image', seed=3)
    check('in a new image', copy.done and copy.image.get_width() == 150 and image.get_width() == 120,
          copy.message)
    copy.image.delete()
    single = call('extend-canvas', image, [base], left=30, output='layer', seed=3)
    check('as a single layer', single.done and len(image.get_layers()) == 2, single.message)
    image.delete()
    image = photo(1040, 880, 120, 100)
    base = image.get_layers()[0]
    merged = call('extend-canvas', image, [base], left=30, bottom=10, output='merge', seed=3, soften=0)
    check('merged the layer grows', merged.done
          and (base.get_width(), base.get_height(), base.get_offsets()[1:]) == (150, 110, (0, 0)),
          merged.message)
    data, size = raw(base)
    check('and keeps its pixels', cut(data, size, 150, 30, 0, 120, 100) == pixels)
    check('and gets new ones', cut(data, size, 150, 0, 0, 30, 100) != b'\xff' * len(cut(data, size, 150, 0, 0, 30, 100)))
    image.delete()


def refusals():
    image = photo(1040, 880, 120, 100)
    layers = image.get_layers()
    answer = refused(image, layers, 'no margin', 'E-NO-MARGIN', state(image), procedure='extend-canvas')
    check('which is a mistake of the caller', answer.status == Gimp.PDBStatusType.CALLING_ERROR, answer.status)
    image.delete()
    image = Gimp.Image.new(500000, 10, Gimp.ImageBaseType.RGB)
    layer_on(image, 'thin', color='#808080')
    answer = call('extend-canvas', image, image.get_layers(), right=60000)
    check('too large an image: one sentence', answer.message.startswith('E-HUGE-IMAGE: '), answer.message)
    check('it keeps its size', image.get_width() == 500000)
    image.delete()


grows()
one_side_is_small()
outputs()
refusals()
finish()
