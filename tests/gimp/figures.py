"""Measures what a person waits for, with the model that comes with Tessera: printed, and checked
against wide limits, since machines differ."""
import sys
import time

sys.path.insert(0, 'tests/gimp')
from helpers import *

BUNDLED = os.path.abspath('data/models/landscape.safetensors')


def timed(image, layers, **arguments):
    since = time.monotonic()
    answer = complete(image, layers, model=BUNDLED, **arguments)
    return answer, time.monotonic() - since


def small_hole():
    """A hole of 128 x 128 pixels in a photograph of 1024 x 683, four variations."""
    image = photo(0, 0, 1836, 1224)
    image.scale(1024, 683)
    rectangle(image, 440, 300, 128, 128)
    answer, seconds = timed(image, image.get_layers(), variations=4, seed=1)
    if check('the small hole is filled', answer.done, answer.message):
        split = answer.report['seconds']
        measured('128 x 128 in 1024 x 683, 4 variations: %.2f s from the call to the layers;' % seconds,
                 ', '.join('%s %.2f' % pair for pair in split.items()),
                 '; peak %.0f MB' % (answer.report['peak_bytes'] / 1e6))
        parts = sum(split.values()) - split['total']
        check('the parts make up the total', abs(parts - split['total']) < 0.1 * split['total'] + 0.1,
              (parts, split['total']))
        check('four layers are there', len(answer.layers()) == 4)
    image.delete()
    return answer.report['peak_bytes']


def large_picture(small):
    """24 megapixels: only the surroundings are read."""
    image = photo(0, 0, 1836, 1224)
    image.scale(6000, 4000)
    rectangle(image, 3000, 2000, 128, 128)
    answer, seconds = timed(image, image.get_layers(), variations=1, seed=1)
    if check('24 megapixels are completed', answer.done, answer.message):
        peak = answer.report['peak_bytes']
        measured('128 x 128 in 6000 x 4000: %.2f s, reading %.2f s; peak %.0f MB'
                 % (seconds, answer.report['seconds']['reading'], peak / 1e6))
        check('it takes no more memory than a small picture', peak < small * 1.1, (peak, small))
    image.delete()


large_picture(small_hole())
finish()
