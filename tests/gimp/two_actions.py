"""./dev gimp PHOTO; something is selected with the mouse; two actions later, the menu's entry and Generate, three
variations are there to choose from, made by the bundled model. How soon the window is there."""
import sys

sys.path.insert(0, 'tests/gimp')
from helpers import *
from screen import *

WINDOW = 0.3  # seconds from GIMP's call until the window is there
WATCHING = 0.1  # what looking for it from outside may take
STONE = (1130, 985, 155, 150)  # what stands out in the photograph


def where(gimp, image):
    """Left, top and pixels for one of the image: where GIMP's window shows it. What changes when the layer is
    hidden is the image."""
    layer, pictures = image.get_layers()[0], []
    for visible in (True, False):
        layer.set_visible(visible)
        Gimp.displays_flush()
        time.sleep(1)
        pictures.append(Picture(gimp))
    layer.set_visible(True)
    Gimp.displays_flush()
    a, b = pictures
    middle = 3 * a.width * (a.height // 2)
    row = [x for x in range(0, 3 * a.width, 3) if a.data[middle + x:middle + x + 3] != b.data[middle + x:middle + x + 3]]
    left, right = first_long_run([x // 3 for x in row])
    center = 3 * ((left + right) // 2)
    rows = [y for y in range(a.height) if a.data[3 * y * a.width + center:3 * y * a.width + center + 3]
            != b.data[3 * y * a.width + center:3 * y * a.width + center + 3]]
    top = first_long_run(rows)[0]
    return left, top, (right - left) / image.get_width()


def first_long_run(numbers):
    """Begin and end of the longest run of numbers with gaps below 20: pixels may agree by chance."""
    best, begin, before = (0, 0), None, None
    for number in numbers:
        if begin is None or number - before > 20:
            begin = number
        before = number
        if before - begin > best[1] - best[0]:
            best = begin, before + 1
    return best


def opens_soon(desk):
    """The shortest of three: other work on the machine only makes it longer."""
    times = []
    for _ in range(3):
        desk.open('c')
        times.append(desk.called)
        check('the window closes', desk.close())
    measured('the window is there %s ms after GIMP\'s call' % ', '.join('%.0f' % (1000 * t) for t in times))
    check('the window is there within 300 ms', min(times) < WINDOW + WATCHING, times)


def main():
    begun = time.time()
    until(lambda: Gimp.get_images() and window_named('picos', 0), 60)
    image = Gimp.get_images()[0]
    desk = Desk()
    tool('windowsize', '--sync', desk.gimp, 950, 800)
    keys(desk.gimp, 'shift+ctrl+j')  # all of it in the window
    time.sleep(2)
    before = state(image)
    left, top, scale = where(desk.gimp, image)
    keys(desk.gimp, 'r')
    ends = [(round(left + scale * x), round(top + scale * y))
            for x, y in (STONE[:2], (STONE[0] + STONE[2], STONE[1] + STONE[3]))]
    drag(desk.gimp, *ends)
    _, selected, *bounds = Gimp.Selection.bounds(image)
    check('one drag of the mouse selects', selected and all(abs(a - b) < 12 for a, b in zip(
        bounds, (STONE[0], STONE[1], STONE[0] + STONE[2], STONE[1] + STONE[3]))), bounds)
    opens_soon(desk)
    desk.open('c')  # the first action
    clicked = time.time()
    desk.generate(120)  # the second
    measured('three variations %.0f s after the second action' % (time.time() - clicked - 0.5))
    measured('longest without an answer: %.0f ms of %d' % (1000 * desk.longest, desk.answers))
    check('the window never freezes for 50 ms', *desk.never_froze())
    save(desk.tessera, WORK + '/two-actions.png')
    check('until then the image is as before', [layer.get_name() for layer in image.get_layers()] == [
        name for _, name, *_ in before[0]] and visible(image)[0] == before[1])
    desk.keys('Home', 'Right', 'space', 'Right', 'space')  # for this test: all of them
    desk.apply()
    group = image.get_layers()[0]
    if check('Apply puts them on the canvas', group.is_group(), group.get_name()):
        made = [json.loads(parasite(layer, 'tessera-recipe')) for layer in group.get_children()]
        check('three variations of one seed', sorted(recipe['variation'] for recipe in made) == [1, 2, 3]
              and len({recipe['seed'] for recipe in made}) == 1, made)
        check('by the bundled model', {recipe['model']['name'] for recipe in made} == {'landscape'}, made[0]['model'])
    save(desk.gimp, WORK + '/two-actions-gimp.png')
    subprocess.run(['import', '-window', 'root', WORK + '/two-actions-screen.png'])
    check('the picture is another now', visible(image)[0] != before[1])
    desk.close()
    measured('two actions: %.0f s' % (time.time() - begun))


main()
finish()
