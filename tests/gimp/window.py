"""Checks in a GIMP with windows: a completion is one step of undo; the window opened by a call, as other plug-ins
may do it, and what the call answers."""
import sys
import threading

sys.path.insert(0, 'tests/gimp')
from helpers import *
from screen import *


def drive(desk, procedure, image, steps):
    """Calls the procedure, which answers when its window is closed; meanwhile a thread does the steps there."""
    procedure = Gimp.get_pdb().lookup_procedure(procedure)
    config = procedure.create_config()
    config.set_property('run-mode', Gimp.RunMode.INTERACTIVE)
    config.set_property('image', image)
    config.set_core_object_array('drawables', image.get_layers())

    def work():
        desk.attach()
        try:
            steps()
        finally:  # a step that fails must not leave the call waiting
            desk.close()

    thread = threading.Thread(target=work)
    thread.start()
    status = procedure.run(config).index(0)
    thread.join()
    return status


def undo(desk, image):
    select(image, 128, 120, 76, 82, feather=6)
    before = state(image)
    answer = complete(image, image.get_layers(), variations=2, seed=11)
    check('a completion succeeds', answer.done, answer.message)
    after = state(image)
    check('it changes the image', after != before)
    desk.undo(lambda: state(image) != after)
    check('one undo gives the old image back byte for byte', state(image) == before,
          [len(image.get_layers()), [a == b for a, b in zip(state(image), before)]])
    keys(desk.gimp, 'ctrl+y')
    until(lambda: state(image) != before, 10)
    redone = state(image)
    check('redo brings everything back', redone[1] == after[1] and len(redone[0]) == len(after[0]))
    desk.undo(lambda: state(image) != redone)


def selection(desk, image):
    before = state(image)
    status = drive(desk, 'tessera-complete', image, lambda: desk.keys('Escape'))
    check('Escape closes the window', status == Gimp.PDBStatusType.CANCEL, status)
    check('then the image is untouched', state(image) == before,
          [a == b for a, b in zip(state(image), before)])

    def steps():
        desk.generate()
        save(desk.tessera, WORK + '/selection-results.png')
        desk.apply()

    status = drive(desk, 'tessera-complete', image, steps)
    group = image.get_layers()[0]
    check('Apply adds a group', status == SUCCESS and group.get_name() == 'Completion 1', group.get_name())
    check('with the one that was ticked', group.is_group() and len(group.get_children()) == 1)
    check('and its recipe', 'sampling' in (parasite(group, 'tessera-recipe') or ''))
    after = state(image)
    desk.undo(lambda: state(image) != after)
    check('one undo takes it back', state(image)[:3] == before[:3])


def nothing_selected(desk, image):
    Gimp.Selection.none(image)
    before = state(image)

    def steps():
        save(desk.tessera, WORK + '/nothing-selected.png')
        desk.generate()

    status = drive(desk, 'tessera-complete', image, steps)
    check('without selection the window opens and does nothing',
          status == Gimp.PDBStatusType.CANCEL and state(image) == before)


def main():
    image = photo(1040, 880, 420, 272)
    image.undo_enable()  # off in an image that a script has loaded
    display = Gimp.Display.new(image)
    desk = Desk()
    if check('GIMP shows the image', desk.gimp is not None):
        undo(desk, image)
        selection(desk, image)
        nothing_selected(desk, image)
    display.delete()


if __name__ == '__main__':
    main()
    finish()
