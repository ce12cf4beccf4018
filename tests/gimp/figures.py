"""Measures what a person waits for, with the model that comes with Tessera: printed, and checked
against wide limits, since machines differ."""
import sys
import threading
import time

sys.path.insert(0, 'tests/gimp')
from helpers import *
from process import plug_ins

BUNDLED = os.path.abspath('data/models/landscape.safetensors')


class Watch(threading.Thread):
    """What the system says of the plug-in's process while it runs: its largest size, its seconds of processors."""

    def __init__(self):
        super().__init__()
        self.peak = self.seconds = 0
        self.over = False
        self.start()

    def run(self):
        while not self.over:
            for pid in plug_ins():
                try:
                    with open('/proc/%d/status' % pid) as status, open('/proc/%d/stat' % pid) as stat:
                        self.peak = 1024 * int(re.search(r'VmHWM:\s*(\d+)', status.read()).group(1))
                        used = stat.read().rsplit(')', 1)[1].split()
                        self.seconds = (int(used[11]) + int(used[12])) / os.sysconf('SC_CLK_TCK')
                except (OSError, AttributeError):  # it has ended
                    pass
            time.sleep(0.02)


def timed(image, layers, **arguments):
    watch, since = Watch(), time.monotonic()
    answer = complete(image, layers, model=BUNDLED, **arguments)
    seconds = time.monotonic() - since
    watch.over = True
    watch.join()
    if answer.done:  # the last look was up to 0.02 s before the end
        check('the reported peak is that of the plug-in\'s process alone',
              watch.peak <= answer.report['peak_bytes'] < 1.1 * watch.peak, (watch.peak, answer.report))
    return answer, seconds, watch.seconds


def small_hole():
    """A hole of 128 x 128 pixels in a photograph of 1024 x 683, four variations."""
    image = photo(0, 0, 1836, 1224)
    image.scale(1024, 683)
    rectangle(image, 440, 300, 128, 128)
    answer, seconds, used = timed(image, image.get_layers(), variations=4, seed=1)
    if check('the small hole is filled', answer.done, answer.message):
        split = answer.report['seconds']
        measured('128 x 128 in 1024 x 683, 4 variations: %.2f s from the call to the layers, %.2f s of processors;'
                 % (seconds, used),
                 ', '.join('%s %.2f' % pair for pair in split.items()),
                 '; peak of the plug-in %.0f MB' % (answer.report['peak_bytes'] / 1e6))
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
    answer, seconds, used = timed(image, image.get_layers(), variations=1, seed=1)
    if check('24 megapixels are completed', answer.done, answer.message):
        peak = answer.report['peak_bytes']
        measured('128 x 128 in 6000 x 4000: %.2f s, %.2f s of processors, reading %.2f s; peak of the plug-in %.0f MB'
                 % (seconds, used, answer.report['seconds']['reading'], peak / 1e6))
        check('it takes no more memory than a small picture', peak < small * 1.1, (peak, small))
    image.delete()


large_picture(small_hole())
finish()
