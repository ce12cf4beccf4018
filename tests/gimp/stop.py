"""Checks that a call can be stopped softly at any moment: it says so at once and leaves the image alone."""
import signal
import sys

sys.path.insert(0, 'tests/gimp')
from helpers import *
from process import *

MOMENTS = 0.02, 0.1, 0.2, 0.35, 0.5, 0.65  # shares of the time that the whole call takes


def run(image):
    return complete(image, image.get_layers()[-1:], variations=3, seed=1)


def main():
    image = Gimp.file_load(QUIET, file('data/demo/picos-de-europa.jpg'))
    select(image, 300, 200, 300, 200)
    with Sender(0, 0) as clock:
        whole = run(image)
    lasts = clock.ended - clock.begun
    check('a long completion', whole.done, whole.message)
    image.remove_layer(whole.group)
    before, delays = state(image), []
    for k, share in enumerate(MOMENTS):
        with Sender((signal.SIGTERM, signal.SIGINT)[k % 2], max(0.1, share * lasts)) as sender:
            answer = run(image)
        what = 'stopped at %.0f %%: ' % (100 * share)
        check(what + 'it is cancelled', answer.status == Gimp.PDBStatusType.CANCEL, (answer.status, answer.message))
        delays.append(sender.ended - sender.sent if sender.sent else 9)
        check(what + 'within half a second', delays[-1] < 0.5, delays[-1])
        check(what + 'the image is untouched', state(image) == before)
        if answer.group:
            image.remove_layer(answer.group)
    measured('of %.1f s, stopped within' % lasts, ', '.join('%.2f' % delay for delay in delays), 's')
    check('no process of the plug-in stays', not plug_ins(), plug_ins())
    select(image, 1150, 1000, 100, 100)
    check('GIMP works on', complete(image, image.get_layers(), variations=1, seed=1).done)
    image.delete()


main()
finish()
