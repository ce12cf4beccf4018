"""Grows a panorama of 360 degrees with the model that comes with Tessera: its ends must meet. The result is left in
TESSERA_TEST_WORK, turned by half so that what was its border is in the middle."""
import sys
import time

sys.path.insert(0, 'tests/gimp')
from helpers import *

WIDTH, HEIGHT, GROW = 2048, 512, 256
BUNDLED = os.path.abspath('data/models/landscape.safetensors')


def panorama():
    """A strip of the photograph: its ends do not meet, so the new part has to lead from one to the other."""
    image = photo(0, 500, 1836, 459)
    image.scale(WIDTH, HEIGHT)
    return image


def jumps(data, size, width, columns):
    """The mean difference of neighbouring pixels across each of these borders of columns, all rows and colours."""
    found = []
    for x in columns:
        left, right = (x - 1) % width, x % width
        total = sum(abs(data[size * (y * width + left) + c] - data[size * (y * width + right) + c])
                    for y in range(HEIGHT) for c in range(3))
        found.append(total / HEIGHT / 3)
    return found


def looks(image):
    layer = Gimp.Layer.new_from_visible(image, image, 'seen')
    data, size = raw(layer)
    layer.delete()
    return data, size


def picture(image, name):
    flat = image.duplicate()
    flat.flatten()
    flat.get_layers()[0].offset(True, Gimp.OffsetType.WRAP_AROUND, Gegl.Color.new('black'),
                                flat.get_width() // 2, 0)
    Gimp.file_save(QUIET, flat, file(os.path.join(WORK, name)), None)
    flat.delete()


def grow(**arguments):
    """(differences across the border, those inside the new part, old pixels that changed, time)"""
    image = panorama()
    before, size = looks(image)
    since = time.monotonic()
    answer = call('extend-canvas', image, image.get_layers(), right=GROW, seed=2, soften=0, model=BUNDLED, **arguments)
    seconds = time.monotonic() - since
    if not check('the panorama grows %s' % arguments, answer.done, answer.message):
        return None
    wide = WIDTH + GROW
    check('to its new size', (image.get_width(), image.get_height()) == (wide, HEIGHT))
    after, _ = looks(image)
    kept = all(after[size * y * wide:size * (y * wide + WIDTH)] == before[size * y * WIDTH:size * (y + 1) * WIDTH]
               for y in range(HEIGHT))
    check('the old pixels stay', kept)
    across, = jumps(after, size, wide, [0])
    inside = jumps(after, size, wide, range(WIDTH + 8, wide - 8))
    start, = jumps(after, size, wide, [WIDTH])
    picture(image, 'panorama-%s.png' % ('wrap' if arguments else 'flat'))
    image.delete()
    return across, start, inside, seconds, answer.report


def main():
    image = panorama()
    data, size = looks(image)
    old, = jumps(data, size, WIDTH, [0])
    image.delete()
    flat, _, _, _, _ = grow()
    across, start, inside, seconds, report = grow(wrap=True)
    mean, most = sum(inside) / len(inside), max(inside)
    measured('a panorama of %d x %d grown by %d: %.1f s,' % (WIDTH, HEIGHT, GROW, seconds),
             ', '.join('%s %.2f' % pair for pair in report['seconds'].items()),
             '; peak %.0f MB; step across the border %.1f, where the new part begins %.1f, within it %.1f, at most %.1f; '
             'without wrap %.1f, before %.1f' % (report['peak_bytes'] / 1e6, across, start, mean, most, flat, old))
    check('the ends meet as the inside does', across < 1.5 * most, (across, most))
    check('where they would not without wrap', flat > 2 * across, (flat, across))


main()
finish()
