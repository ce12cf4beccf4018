"""Checks that no byte changes outside what is replaced: all precisions, kinds of images and colour
profiles, results above the picture and results written into it."""
import itertools
import sys

sys.path.insert(0, 'tests/gimp')
from helpers import *

WIDTH, HEIGHT, SOFTEN = 150, 120, 3
KINDS = [PRECISION.U8_NON_LINEAR, PRECISION.U8_LINEAR, PRECISION.U8_PERCEPTUAL,
         PRECISION.U16_NON_LINEAR, PRECISION.U16_LINEAR, PRECISION.HALF_NON_LINEAR,
         PRECISION.HALF_LINEAR, PRECISION.FLOAT_NON_LINEAR, PRECISION.FLOAT_LINEAR,
         PRECISION.FLOAT_PERCEPTUAL]


def profile(base):
    """One that is not sRGB."""
    return (Gimp.ColorProfile.new_rgb_adobe() if base == Gimp.ImageBaseType.RGB
            else Gimp.ColorProfile.new_d50_gray_lab_trc())


def touched(image, soften):
    """For each pixel: may it change? What is selected, and what lies within `soften` of it."""
    kept = Gimp.Selection.save(image)
    if soften:
        Gimp.Selection.grow(image, soften)
    zone = [not outside for outside in unselected(image)]
    image.select_item(Gimp.ChannelOps.REPLACE, kept)
    image.remove_channel(kept)
    return zone


def stays(before, after, size, zone):
    return len(before) == len(after) and not any(not zone[i] for i in differing(before, after, size))


def as_gimp_shows(image, zone_layer):
    """What GIMP makes of the image where an empty layer lies over it: gray pixels go through RGB
    and back then, which may change the last bit of a float."""
    empty = layer_on(image, 'empty', zone_layer.get_width(), zone_layer.get_height(),
                     *zone_layer.get_offsets()[1:])
    empty.set_composite_space(zone_layer.get_composite_space())
    data = visible(image)[0]
    image.remove_layer(empty)
    return data


def last_bit(before, after):
    """The largest difference of two pictures of floats, where these have 32 bits."""
    a, b = (memoryview(data).cast('f') for data in (before, after))
    return max(abs(x - y) for x, y in zip(a, b))


def one(base, precision, alpha, other, soften):
    what = '%s%s %s%s' % (base.value_nick, ' with alpha' if alpha else '', precision.value_nick,
                          ', other profile' if other else '')
    image = photo(1100, 940, WIDTH, HEIGHT, base, precision, alpha)
    if other:
        image.set_color_profile(profile(base))
    select(image, 40, 40, 60, 40, feather=8)
    layers = image.get_layers()
    zone = touched(image, soften)
    before, size = visible(image)
    own, bytes_of_own = raw(layers[0])
    answer = complete(image, layers, variations=1, seed=3, soften=soften)
    if check('completes ' + what, answer.done, answer.message):
        after = visible(image)[0]
        if base == Gimp.ImageBaseType.GRAY and precision.value_nick.startswith(('half', 'float')):
            answer.group.set_visible(False)
            shown = as_gimp_shows(image, answer.layers()[0])
            answer.group.set_visible(True)
            # Under any layer, an empty one too, GIMP 3.0.4 converts a gray picture there and back. One kind
            # comes back changed by 8e-4 (gray with alpha, non-linear float, a profile of its own): told, and
            # below our layer must do no more than the empty one; all others by the last bit at most.
            if precision == PRECISION.FLOAT_NON_LINEAR and alpha and other:
                print('measured GIMP itself changes', what, 'by', last_bit(before, shown), flush=True)
            elif precision.value_nick.startswith('float'):
                check('GIMP itself changes no more than the last bit, ' + what,
                      last_bit(before, shown) < 2e-7, last_bit(before, shown))
            before = shown
        check('a group changes no byte outside, ' + what, stays(before, after, size, zone),
              len(differing(before, after, size)))
        check('but something inside, ' + what, before != after)
        check('and nothing in the layer, ' + what, raw(layers[0])[0] == own)
        image.remove_layer(answer.group)
    answer = complete(image, layers, variations=1, seed=3, soften=soften, output='merge')
    if check('merges ' + what, answer.done, answer.message):
        after = raw(layers[0])[0]
        check('merging changes no byte outside, ' + what, stays(own, after, bytes_of_own, zone),
              len(differing(own, after, bytes_of_own)))
        check('but something inside it, ' + what, own != after)
    image.delete()


for n, (base, precision, alpha) in enumerate(itertools.product(
        (Gimp.ImageBaseType.RGB, Gimp.ImageBaseType.GRAY), KINDS, (False, True))):
    one(base, precision, alpha, n % 3 != 0, 0 if n % 2 else SOFTEN)
finish()
