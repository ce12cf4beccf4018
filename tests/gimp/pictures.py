"""Pictures of the window in each mode, with a photograph and the bundled model, for docs/images and for looking
at: window-MODE-SCHEME.png in TESSERA_TEST_WORK. Runs only where it is asked for by name."""
import sys

sys.path.insert(0, 'tests/gimp')
from helpers import *
from screen import *

SCHEME = os.environ['TESSERA_SCHEME']


def show(x, y, width, height):
    image = photo(x, y, width, height)
    image.undo_enable()
    display = Gimp.Display.new(image)
    Gimp.displays_flush()
    time.sleep(1.5)
    return image, display


def shoot(desk, mode):
    """The buttons have no focus ring, and no tooltip is in the way."""
    tool('mousemove', 5, 1000)
    time.sleep(1)
    path = '%s/window-%s-%s.png' % (WORK, mode, SCHEME)
    save(desk.tessera, path)
    check(mode, os.path.getsize(path) > 10000)


def selection(desk):
    image, display = show(880, 740, 600, 400)
    select(image, 245, 240, 150, 150, feather=3)
    desk.open('c')
    shoot(desk, 'selection')
    desk.generate(240)
    shoot(desk, 'selection-results')
    desk.close()
    display.delete()


def extend(desk):
    image, display = show(500, 200, 480, 320)
    desk.open('e')
    desk.keys('alt+k', 'Shift+Tab', 'Shift+Tab', 'Shift+Tab')  # from the tick box back to the margin on the left
    write(desk.tessera, '96\t')
    idle(desk.pid)
    shoot(desk, 'extend')
    desk.generate(240)
    shoot(desk, 'extend-results')
    desk.close()
    display.delete()


def labels(desk):
    image, display = show(500, 200, 480, 320)
    desk.open('p')
    desk.keys('ctrl+n')
    until(lambda: image.get_layers()[0].get_name() == 'Labels')
    idle(desk.pid)
    layer = image.get_layers()[0]
    colors = {label['name']: label['color'] for label in json.loads(parasite(layer, 'tessera-labels'))['labels']}
    paint(layer, colors['sky'], (0, 0, 480, 120))
    paint(layer, colors['mountain'], (0, 120, 480, 90))
    paint(layer, colors['grass'], (0, 210, 480, 110))
    Gimp.displays_flush()
    desk.keys('ctrl+2', 'ctrl+3')  # looks again
    idle(desk.pid)
    shoot(desk, 'labels')
    desk.generate(240)
    shoot(desk, 'labels-results')
    desk.close()
    display.delete()


def main():
    first, display = show(0, 0, 64, 64)  # GIMP's window is there before it is asked for
    desk = Desk()
    selection(desk)
    extend(desk)
    labels(desk)
    display.delete()


main()
finish()
