"""Parts of variations and labels in a GIMP with windows: a selected part of a variation is made anew over what
is not in the picture yet, and comes out as its recipe says; a brush in the window paints beyond the picture."""
import sys

sys.path.insert(0, 'tests/gimp')
from helpers import *
from screen import *

WHOLE, PART = (128, 120, 76, 82), (150, 140, 24, 20)
SOFTEN = 4  # the window's default


def recipe_of(layer):
    return json.loads(bytes(layer.get_parasite('tessera-recipe').get_data()).decode().rstrip('\0'))


def changed_outside(image, a, b, box, grow):
    """Bytes that differ: all of them, and those outside of the grown box."""
    width, size = image.get_width(), len(a) // (image.get_width() * image.get_height())
    left, top, right, bottom = box[0] - grow, box[1] - grow, box[0] + box[2] + grow, box[1] + box[3] + grow
    places = [i for i in range(len(a)) if a[i] != b[i]]
    return len(places), [i for i in places
                         if not (left <= i // size % width < right and top <= i // size // width < bottom)]


def part_anew(desk, image):
    before = state(image)
    desk.open('c')
    desk.generate()
    rectangle(image, *PART)  # as the user does it in GIMP, while the window is open
    Gimp.displays_flush()
    time.sleep(2)
    save(desk.tessera, WORK + '/part-asked.png')
    desk.keys('p')
    idle(desk.pid)
    save(desk.tessera, WORK + '/part-anew.png')
    desk.apply()
    desk.close()
    names = [layer.get_name() for layer in image.get_layers()]
    if not check('the variation, and the part over it', names[:2] == ['Completion 2', 'Completion 1'], names):
        return
    looked_at(image.duplicate())  # whose steps of undo are its own
    after = state(image)
    desk.undo(lambda: state(image) != after)
    check('variation and part are one step of undo', state(image)[:2] == before[:2],
          [layer.get_name() for layer in image.get_layers()])


def looked_at(image):
    group = image.get_layers()[0]
    layer = group.get_children()[0]
    region = recipe_of(layer)['region']
    check('its recipe tells of the part', [region[k] for k in ('x', 'y', 'width', 'height')] == list(PART), region)
    shown = visible(image)[0]
    group.set_visible(False)
    count, outside = changed_outside(image, shown, visible(image)[0], PART, SOFTEN)
    check('the part is another', count > 300, count)
    check('all else of the variation stays, byte for byte', not outside, len(outside))
    group.set_visible(True)
    answer = call('redo', image, [layer], change='same')
    check('its recipe makes it again', answer.done and answer.report.get('repetition') == 'identical',
          answer.message or (answer.report.get('repetition'), answer.warnings()))
    image.delete()


def beyond(desk, image):
    """Labels for what Extend will add are painted in the window, and taken."""
    width = image.get_width()
    desk.open('x')
    desk.keys('Tab', 'Tab')
    save(desk.tessera, WORK + '/beyond.png')
    desk.close()


def main():
    image = photo(1040, 880, 420, 272)
    image.undo_enable()
    rectangle(image, *WHOLE)
    display = Gimp.Display.new(image)
    Gimp.displays_flush()
    time.sleep(1.5)
    part_anew(Desk(), image)
    display.delete()


if __name__ == '__main__':
    main()
    finish()
