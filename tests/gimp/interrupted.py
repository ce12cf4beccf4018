"""Checks what only a GIMP with windows has: undo after the plug-in was killed, and an image that a person closes
while the plug-in works on it."""
import subprocess
import sys
import time

sys.path.insert(0, 'tests/gimp')
from helpers import *
from process import *


def tool(*words):
    return subprocess.run(('xdotool',) + words, capture_output=True, text=True).stdout.split()


def wait(holds, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = holds()
        if result:
            return result
        time.sleep(0.05)
    return None


def window(name):
    return wait(lambda: tool('search', '--onlyvisible', '--name', name))


def press(*keys):
    """Presses keys in GIMP's own window."""
    tool('windowactivate', '--sync', window('GNU Image|GIMP$')[-1], 'key', *keys)


def shown():
    image = photo(1040, 880, 240, 180)
    image.undo_enable()
    select(image, 80, 50, 90, 80, feather=6)
    display = Gimp.Display.new(image)
    time.sleep(0.5)
    return image, display


def undo_after(name, number, procedure='complete', **arguments):
    """Killed while the step of undo is open, the step can be undone as a whole."""
    image, display = shown()
    before = state(image)
    with Fate('kill', name, number):
        answer = call(procedure, image, image.get_layers(), variations=2, seed=1, **arguments)
    what = 'killed before %s, %s %s: ' % (name, procedure, arguments)
    check(what + 'the call fails', not answer.done)
    check(what + 'something was changed', state(image) != before)
    press('ctrl+z')
    wait(lambda: state(image) == before, 5)
    check(what + 'one undo gives the old image back', state(image) == before,
          [a == b for a, b in zip(state(image), before)])
    image.get_layers()[0].edit_fill(Gimp.FillType.WHITE)
    painted = state(image)
    press('ctrl+z')
    wait(lambda: state(image) == before, 5)
    check(what + 'painting and its undo work then', painted != before == state(image))
    display.delete()


def begin_from_the_menu():
    """Once, so that Filters > Repeat knows it: GIMP's search for actions, then Tessera's window."""
    image, display = shown()
    opened, pause = None, 1  # GIMP's search goes on with each letter, and says not when it has ended
    while not opened and pause < 20:
        press('slash')
        search = window('Search Actions')
        if search:
            tool('windowactivate', '--sync', search[-1], 'type', '--delay', str(100 * pause), 'complete selection')
            time.sleep(pause)
            tool('key', 'Return')
        opened = wait(lambda: tool('search', '--onlyvisible', '--name', '^Tessera'), 5 * pause)
        pause *= 3
    check('the menu entry opens the window', opened is not None)
    tool('windowactivate', '--sync', opened[-1], 'key', 'Escape')
    wait(lambda: not plug_ins())
    display.delete()


def repeat(image):
    """Filters > Repeat: a call in which the image belongs to nobody but its window."""
    press('ctrl+f')
    return wait(plug_ins) and wait(lambda: not plug_ins())


def closed_before(name, number):
    image, _ = shown()
    what = 'closed before %s %d: ' % (name, number)
    with Fate('close', name, number) as fate:
        check(what + 'the call ends', repeat(image), plug_ins())
    check(what + 'the image is gone', not image.is_valid())
    check(what + 'one sentence', fate.answer == 'The picture was closed in GIMP. Nothing was changed.',
          (fate.answer, fate.names[-5:]))


def main():
    begin_from_the_menu()
    image, display = shown()
    with Fate() as fate:
        repeat(image)
    check('Filters > Repeat completes', fate.answer == '' and len(image.get_layers()) == 2, fate.answer)
    display.delete()
    for name, number in (('gimp-image-id-is-valid', 2), ('gimp-progress-init', 1), ('gimp-image-id-is-valid', 3),
                         ('gimp-image-duplicate', 1), ('gimp-layer-create-mask', 1),
                         ('gimp-image-undo-group-start', 1)):
        closed_before(name, number)
    undo_after('gimp-image-set-selected-layers', 2, output='group')  # the first is that of the copy
    undo_after('gimp-image-select-item', 1, output='merge')
    undo_after('gimp-image-insert-layer', 4, 'extend-canvas', right=64)  # group and layers go into the copy first
    image, _ = shown()
    check('GIMP works on', complete(image, image.get_layers(), seed=1).done)


try:
    main()
finally:
    subprocess.run(['import', '-window', 'root', WORK + '/interrupted.png'], check=False)
finish()
