"""Checks in a GIMP with windows: a completion is one step of undo, and the window works from its menu
entry to Apply in each mode, driven by keys. Pictures of it are left in TESSERA_TEST_WORK."""
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
    window = wait_for('GIMP')
    tool('windowactivate', '--sync', window, 'key', key)
    for _ in range(50):
        time.sleep(0.1)
        if state(image) != old:
            break
    return state(image)


def wait_for(name, seconds=15):
    """The window of that name once it is there."""
    end = time.time() + seconds
    while time.time() < end:
        found = tool('search', '--onlyvisible', '--name', name)
        if found:
            return found[-1]
        time.sleep(0.02)
    return None


class Driver(threading.Thread):
    """Presses keys in Tessera's window while the call that opened it waits for it to close."""

    def __init__(self, name, steps):
        super().__init__()
        self.name_of_test, self.steps, self.opened = name, steps, None
        self.begun = time.time()

    def run(self):
        window = wait_for('^Tessera')
        self.opened = time.time() - self.begun
        time.sleep(1.0)
        try:
            for step in self.steps:
                self.take(window, step)
        finally:  # a step that fails must not leave the call waiting
            if wait_for('^Tessera', 0.3):
                tool('windowactivate', '--sync', window, 'key', 'Escape')

    def take(self, window, step):
        if isinstance(step, (int, float)):
            time.sleep(step)
        elif step == 'picture':
            path = '%s/window-%s.png' % (WORK, self.name_of_test)
            subprocess.run(['import', '-window', window, path], check=True)
        else:
            tool('windowactivate', '--sync', window, 'key', '--delay', '60', *step.split())
            time.sleep(0.25)


def drive(procedure, image, name, steps):
    """Calls the procedure as the menu does; what the driver did is over when it returns."""
    procedure = Gimp.get_pdb().lookup_procedure(procedure)
    config = procedure.create_config()
    config.set_property('run-mode', Gimp.RunMode.INTERACTIVE)
    config.set_property('image', image)
    config.set_core_object_array('drawables', image.get_layers())
    driver = Driver(name, steps)
    driver.start()
    status = procedure.run(config).index(0)
    driver.join()
    return status, driver


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


def selection(image):
    """Two actions: the menu entry, Generate; and Apply."""
    before = state(image)
    status, driver = drive('tessera-complete', image, 'closed', ['Escape'])
    check('Escape closes the window', status == Gimp.PDBStatusType.CANCEL, status)
    check('then the image is untouched', state(image) == before,
          [a == b for a, b in zip(state(image), before)])
    print('measured the window is there %.2f s after the call' % driver.opened, flush=True)
    status, _ = drive('tessera-complete', image, 'selection', ['ctrl+Return', 12, 'picture', 'alt+a', 1.5])
    group = image.get_layers()[0]
    check('Apply adds a group', status == SUCCESS and group.get_name() == 'Completion 1', group.get_name())
    check('with the one that was ticked', group.is_group() and len(group.get_children()) == 1)
    check('and its recipe', 'sampling' in (parasite(group, 'tessera-recipe') or ''))
    after = state(image)
    check('one undo takes it back', press('ctrl+z', image, after)[:3] == before[:3])


def several(image):
    """Ticks a second one with the keyboard, applies both: still one step."""
    before = state(image)
    drive('tessera-complete', image, 'several', ['ctrl+Return', 12, 'End space', 0.3, 'alt+a', 1.5])
    group = image.get_layers()[0]
    check('two layers where two are ticked', group.is_group() and len(group.get_children()) == 2,
          len(group.get_children()) if group.is_group() else group.get_name())
    status, _ = drive('tessera-complete', image, 'rebuilt', [1, 'picture', 'Escape'])
    check('the window opens on a picture with completions', status == Gimp.PDBStatusType.CANCEL, status)
    check('one undo takes both back', press('ctrl+z', image, state(image))[:3] == before[:3])


def extend(image):
    width = image.get_width()
    before = state(image)
    drive('tessera-extend-canvas', image, 'extend',
          ['Tab Tab Tab', 0.2, 'alt+k', 0.2, 'alt+o', 0.2, 'Escape'])
    check('looking at Extend changes nothing', state(image) == before and image.get_width() == width)


def labels(image):
    def layers():
        return [l.get_name() for l in image.get_layers()]

    drive('tessera-paint-labels', image, 'labels', ['ctrl+n', 1.5, 'picture', 'Escape'])
    check('the window makes a label layer', 'Labels' in layers(), layers())


def nothing_selected(image):
    Gimp.Selection.none(image)
    before = state(image)
    status, _ = drive('tessera-complete', image, 'nothing', [0.5, 'picture', 'ctrl+Return', 1, 'Escape'])
    check('without selection the window opens and does nothing',
          status == Gimp.PDBStatusType.CANCEL and state(image) == before)


def main():
    image = photo(1040, 880, 420, 272)
    image.undo_enable()  # off in an image that a script has loaded
    display = Gimp.Display.new(image)
    check('GIMP shows the image', wait_for('GIMP') is not None)
    time.sleep(1)
    undo(image)
    selection(image)
    several(image)
    extend(image)
    nothing_selected(image)
    labels(image)
    display.delete()


main()
finish()
