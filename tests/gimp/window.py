"""Checks in a GIMP with windows: a completion is one step of undo, and the dialog works."""
import os
import subprocess
import sys
import threading
import time

sys.path.insert(0, 'tests/gimp')
from helpers import *


def tool(*words):
    return subprocess.run(('xdotool',) + words, capture_output=True, text=True).stdout.split()


def press(key, image, old):
    """Presses a key in the image window and waits until the image is another than `old`."""
    window = tool('search', '--onlyvisible', '--name', 'GIMP')[-1]
    tool('windowactivate', '--sync', window, 'key', key)
    for _ in range(50):
        time.sleep(0.1)
        if state(image) != old:
            break
    return state(image)


def wait_for(name):
    """The window of that name once it is there."""
    for _ in range(150):
        found = tool('search', '--onlyvisible', '--name', name)
        if found:
            return found[-1]
        time.sleep(0.1)
    return None


def answer_dialog(key):
    window = wait_for('Complete Selection')
    if window:
        time.sleep(0.5)
        tool('windowactivate', '--sync', window, 'key', key)


def from_dialog(image, key):
    """Calls the procedure as the menu does and presses a key in its dialog."""
    thread = threading.Thread(target=answer_dialog, args=(key,))
    thread.start()
    answer = complete(image, image.get_layers(), run_mode=Gimp.RunMode.INTERACTIVE)
    thread.join()
    return answer


def undo(image):
    select(image, 128, 120, 76, 82, feather=6)
    before = state(image)
    answer = complete(image, image.get_layers(), variations=2, seed=11)
    check('a completion succeeds', answer.done, answer.message)
    after = state(image)
    check('it changes the image', after != before)
    undone = press('ctrl+z', image, after)
    check('one undo gives the old image back byte for byte', undone == before,
          [len(image.get_layers()), [a == b for a, b in zip(undone, before)]])
    redone = press('ctrl+y', image, before)
    check('redo brings everything back', redone[1] == after[1] and len(redone[0]) == len(after[0]))
    press('ctrl+z', image, redone)
    press('ctrl+z', image, before)
    check('the step before is the selection', Gimp.Selection.is_empty(image))


def dialog(image):
    select(image, 128, 120, 76, 82, feather=6)
    before = state(image)
    answer = from_dialog(image, 'Escape')
    check('Escape in the dialog cancels', answer.status == Gimp.PDBStatusType.CANCEL,
          (answer.status, answer.message))
    check('then the image is untouched', state(image) == before)
    answer = from_dialog(image, 'alt+g')
    check('Generate in the dialog makes a completion',
          answer.done and len(answer.layers()) == 1, answer.message)
    Gimp.Selection.none(image)
    answer = from_dialog(image, 'alt+g')
    check('people read a sentence without code',
          answer.message == 'Nothing is selected. Select what should be replaced.', answer.message)


def main():
    image = photo(1040, 880, 420, 272)
    image.undo_enable()  # off in an image that a script has loaded
    display = Gimp.Display.new(image)
    check('GIMP shows the image', wait_for('GIMP') is not None)
    time.sleep(1)
    undo(image)
    dialog(image)
    display.delete()


main()
finish()
