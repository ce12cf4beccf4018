"""Extend and Labels from the menu to Apply, by keyboard and mouse, in a GIMP with windows: what comes out is
what the procedures give for the same seed."""
import sys

sys.path.insert(0, 'tests/gimp')
from gi.repository import Babl
from helpers import *
from screen import *

MARK, AT = '#ff00ff', (8, 8)  # a spot by which the picture is found on the screen
SKY, ROCK = '#4080c0', '#806040'


def show(image):
    image.undo_enable()  # off in an image that a script has loaded
    paint(image.get_layers()[0], MARK, AT + (4, 4))
    display = Gimp.Display.new(image)
    Gimp.displays_flush()
    time.sleep(1.5)
    return display


def content(layer):
    """Everything of a completion that can be seen."""
    return (raw(layer)[0], coverage(layer.get_mask()), layer.get_offsets()[1:], layer.get_width())


def seed_of(group):
    return json.loads(parasite(group, 'tessera-recipe'))['seed']


def same_as(procedure, group, copy, **arguments):
    """The one that was applied equals the best of the procedure's."""
    answer = call(procedure, copy, copy.get_layers()[-1:], variations=3, seed=seed_of(group), texture=100,
                  **arguments)
    if not check('the procedure succeeds', answer.done, answer.message):
        return
    check('it gives the same pixels, mask and place for this seed',
          content(group.get_children()[0]) == content(answer.layers()[0]))
    other = call(procedure, copy, copy.get_layers()[-1:], variations=1, seed=seed_of(group) ^ 1, texture=100,
                 **arguments)
    check('and others for another', other.done
          and content(group.get_children()[0]) != content(other.layers()[0]))


def extend(desk):
    image = photo(1040, 880, 240, 160)
    paint(image.get_layers()[0], '#00ff00', (236, 0, 4, 160))
    display = show(image)
    copy, before = image.duplicate(), state(image)
    desk.open('e')
    edge = Picture(desk.tessera).box('#00ff00')
    if not check('the picture is shown before a margin is set', edge is not None):
        return
    begin = (edge[2], (edge[1] + edge[3]) // 2)
    drag(desk.tessera, begin, (begin[0] + 60, begin[1]))
    desk.keys('Tab', 'Tab', 'Tab', 'Tab', 'Tab')  # out of the preview: four buttons, then the number at the top
    write(desk.tessera, '24\t')
    check('setting margins changes nothing yet', state(image) == before)
    desk.generate()
    save(desk.tessera, WORK + '/extend-results.png')
    check('nor does generating', state(image) == before)
    desk.apply()
    right = image.get_width() - 240
    check('dragging the right edge and a number make the canvas larger', 20 <= right <= 120
          and image.get_height() == 184, (image.get_width(), image.get_height()))
    group = image.get_layers()[0]
    if check('Apply adds a group', group.is_group(), group.get_name()):
        same_as('extend-canvas', group, copy, right=right, top=24)
    desk.generate()  # the margins are 0 again: it does nothing, so the window has nothing to ask before it closes
    desk.keys('Escape')
    check('afterwards the margins are 0 again', until(lambda: not desk.is_open(), 2))
    desk.close()
    desk.undo(lambda: image.get_height() == 160)
    check('one undo takes canvas and layers back', state(image)[:3] == before[:3])
    copy.delete()
    display.delete()


def foreground():
    return '#' + Gimp.context_get_foreground().get_bytes(Babl.format("R'G'B' u8")).get_data().hex()


def swatch(desk, color):
    picture = Picture(desk.tessera)
    places = [(x, y) for x, y in picture.places(color) if x > 0.63 * picture.width]
    top = min(y for _, y in places)
    near = [place for place in places if place[1] < top + 20]
    return near[len(near) // 2]


def click_chip(desk, color):
    """The uppermost place of that colour beside the panes, once it stays where it is: the window looks at the
    picture when the focus comes, and may have something to say."""
    tool('windowactivate', '--sync', desk.tessera)
    before, place = None, swatch(desk, color)
    while place != before:
        time.sleep(1)
        idle(desk.pid)
        before, place = place, swatch(desk, color)
    click(desk.tessera, *place)
    idle(desk.pid)


def pixel(layer, x, y):
    return srgb(layer, x, y, 1, 1).hex()


def labels(desk):
    image = photo(1040, 880, 240, 160)
    display = show(image)
    x, y = desk.canvas(MARK, AT)
    desk.open('p')
    desk.keys('ctrl+n')
    until(lambda: image.get_layers()[0].get_name() == 'Labels')
    idle(desk.pid)
    layer = image.get_layers()[0]
    if not check('Ctrl+N makes a label layer', layer.get_name() == 'Labels', layer.get_name()):
        return
    click_chip(desk, ROCK)
    check('a click on a chip sets the foreground colour', foreground() == ROCK, foreground())
    check('and chooses the label layer', image.get_selected_layers() == [layer])
    keys(desk.gimp, 'n')  # the pencil
    drag(desk.gimp, (x + 40, y + 110), (x + 200, y + 110))
    check('GIMP\'s pencil paints the label', pixel(layer, 120, 110) == ROCK[1:] + 'ff', pixel(layer, 120, 110))
    click_chip(desk, SKY)
    check('another chip, another colour', foreground() == SKY, foreground())
    keys(desk.gimp, 'shift+b')  # the bucket
    click(desk.gimp, x + 120, y + 30)
    check('GIMP\'s bucket paints a label', until(lambda: pixel(layer, 120, 30) == SKY[1:] + 'ff', 5),
          pixel(layer, 120, 30))
    copy, before = image.duplicate(), state(image)
    desk.generate()
    save(desk.tessera, WORK + '/labels-results.png')
    check('generating changes nothing', state(image) == before)
    desk.apply()
    group = [each for each in image.get_layers() if each.is_group()]
    if check('Apply adds a group', len(group) == 1):
        recipe = json.loads(parasite(group[0], 'tessera-recipe'))
        check('its recipe names the labels', sorted(recipe['labels']['names']) == ['rock', 'sky'], recipe)
        same_as('paint-labels', group[0], copy, label_layer=copy.get_layers()[0])
    check('the window closes', desk.close())
    desk.undo(lambda: not any(each.is_group() for each in image.get_layers()))
    check('one undo takes the group back', state(image)[:3] == before[:3])
    copy.delete()
    display.delete()


def main():
    first = photo(1040, 880, 240, 160)  # GIMP's window is there before it is asked for
    display = show(first)
    desk = Desk()
    extend(desk)
    labels(desk)
    display.delete()
    measured('longest without an answer while generating: %.0f ms of %d' % (1000 * desk.longest, desk.answers))
    check('the window never freezes for 50 ms', *desk.never_froze())


if __name__ == '__main__':
    main()
    finish()
