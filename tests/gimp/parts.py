"""Parts of variations and labels in a GIMP with windows: a selected part of a variation is made anew over what
is not in the picture yet, and comes out as its recipe says; a brush in the window paints beyond the picture."""
import sys

sys.path.insert(0, 'tests/gimp')
from helpers import *
from screen import *

WHOLE, PART = (128, 120, 76, 82), (150, 140, 24, 20)
SOFTEN = 4  # the window's default
SKY = '#4080c0'


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


def colored(desk, color):
    """Screen pixels of a label's colour in the window's left half: in the left pane."""
    return len([place for place in Picture(desk.tessera).places(color) if place[0] < 290])


def right_pane(desk):
    picture = Picture(desk.tessera)
    return [picture.data[3 * (y * picture.width + 300):3 * (y * picture.width + 560)] for y in range(180, 340, 4)]


def live(desk, image):
    """What is painted in GIMP is seen in the window, and a draft of it, without a touch of the window."""
    layer = call('label-layer', image, image.get_layers()).value(1)
    paint(layer, SKY, (0, 0, 420, 60))
    Gimp.displays_flush()
    desk.open('p')
    time.sleep(3)
    idle(desk.pid)
    before, few = right_pane(desk), colored(desk, SKY)
    paint(layer, SKY, (0, 0, 420, 200))
    Gimp.displays_flush()
    check('painting in GIMP shows in the left pane', until(lambda: colored(desk, SKY) > few + 1000, 8),
          (few, colored(desk, SKY)))
    check('a draft of it appears in the right one', until(lambda: right_pane(desk) != before, 10, 0.3))
    time.sleep(1)
    save(desk.tessera, WORK + '/live.png')
    return layer


def beyond(desk, image, layer):
    """Labels for what Extend will add are painted in the window, where GIMP's brushes end."""
    places = [place for place in Picture(desk.tessera).places(SKY) if place[0] > 570]
    click(desk.tessera, *places[len(places) // 2])
    time.sleep(1)
    click(desk.tessera, 590, 200)  # the brush
    desk.keys('ctrl+2')
    time.sleep(1)
    desk.keys('alt+i', 'Down', 'Down', 'Down', 'Down')  # 2 to 1: the sides grow
    time.sleep(2)
    idle(desk.pid)
    drag(desk.tessera, (30, 240), (33, 280))
    time.sleep(2)
    save(desk.tessera, WORK + '/beyond.png')
    offset = layer.get_offsets()[1]
    check('the label layer grows beyond the picture', offset < -20, layer.get_offsets())
    painted = srgb(layer, 0, 100, -offset, 80)
    count = sum(painted[i:i + 4] == bytes.fromhex(SKY[1:] + 'ff') for i in range(0, len(painted), 4))
    check('and holds the stroke there', count > 100, count)
    desk.generate()
    desk.apply()
    desk.close()
    check('Extend takes the labels', image.get_width() == 544
          and recipe_of(image.get_layers()[0].get_children()[0])['labels']['names'] == ['sky'],
          image.get_width())


def main():
    image = photo(1040, 880, 420, 272)
    image.undo_enable()
    rectangle(image, *WHOLE)
    display = Gimp.Display.new(image)
    Gimp.displays_flush()
    time.sleep(1.5)
    desk = Desk()
    part_anew(desk, image)
    beyond(desk, image, live(desk, image))
    display.delete()


if __name__ == '__main__':
    main()
    finish()
