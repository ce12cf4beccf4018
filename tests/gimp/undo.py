"""Checks in a GIMP with windows that a completion is exactly one step of undo."""
import os
import subprocess
import sys
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


def main():
    image = photo(1040, 880, 420, 272)
    image.undo_enable()  # off in an image that a script has loaded
    display = Gimp.Display.new(image)
    for _ in range(100):
        if tool('search', '--onlyvisible', '--name', 'GIMP'):
            break
        time.sleep(0.1)
    time.sleep(1)
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
    display.delete()


main()
finish()
