"""The gallery in a GIMP with windows: adding, choosing by keys, discarding, stopping; painting in GIMP while
Tessera works; finding completions again. The windows are asked all the while whether they are alive."""
import sys

sys.path.insert(0, 'tests/gimp')
from helpers import *
from screen import *

MARK, AT = '#ff00ff', (8, 8)  # a spot by which the picture is found on the screen


def show(image):
    image.undo_enable()
    paint(image.get_layers()[0], MARK, AT + (4, 4))
    display = Gimp.Display.new(image)
    Gimp.displays_flush()
    time.sleep(1.5)
    return display


def completions(image):
    """The layers of all groups that were made."""
    return [child for group in image.get_layers() if group.is_group() for child in group.get_children()]


def made(layers):
    """Which seed and variation they are."""
    recipes = [json.loads(parasite(layer, 'tessera-recipe')) for layer in layers]
    return sorted((recipe['seed'], recipe['variation']) for recipe in recipes)


def keys_choose(desk, image):
    """Two runs of three; the best of the second is ticked."""
    before = state(image)
    desk.open('c')
    desk.generate()
    desk.generate()
    save(desk.tessera, WORK + '/choices.png')
    check('generating twice changes nothing', state(image) == before)
    desk.apply()
    first = made(completions(image))
    check('Apply takes the best of the newest run', len(first) == 1, first)
    desk.keys('1', 'space', '2', 'space')
    desk.apply()
    second = [each for each in made(completions(image)) if each not in first]
    seed = second[0][0] if second else None
    check('1, Space, 2, Space, Apply: those of the first run, which is still there',
          second == [(seed, 1), (seed, 2)] and seed != first[0][0], (first, second))
    desk.keys('5', 'Delete', '4', 'Delete', '6', 'Delete', '1', 'Delete', '2', 'Delete')
    desk.keys('Right', 'Right', 'space')
    desk.apply()
    third = [each for each in made(completions(image)) if each not in first + second]
    check('Delete discards: only the third is left to be applied', third == [(seed, 3)], third)
    check('with nothing left to apply the window closes at once', closes_at_once(desk))
    for _ in range(3):
        changed = state(image)
        desk.undo(lambda: state(image) != changed)
    check('each Apply was one step of undo', state(image)[:3] == before[:3])


def closes_at_once(desk):
    desk.keys('Escape')
    return until(lambda: not desk.is_open(), 2) or desk.close() and False


def stops(desk, image):
    desk.open('c')
    before = state(image)
    desk.generate()
    desk.keys('alt+v', '1', '6', 'Tab')  # Variations
    desk.keys('ctrl+Return')
    check('it works', until(lambda: busy(desk.pid), 5))
    begun = time.time()
    tool('key', 'Escape')
    idle(desk.pid)
    measured('%.1f s from Escape until nothing runs any more, half a second of it for being sure'
             % (time.time() - begun))
    save(desk.tessera, WORK + '/stopped.png')
    check('Escape stops and the window stays', desk.is_open() and state(image) == before)
    desk.apply()
    kept = completions(image)
    check('what was there before is kept', len(kept) >= 1, len(kept))
    desk.close()
    desk.undo(lambda: not completions(image))
    check('and applied as ever', state(image)[:3] == before[:3])


def works_beside(desk, image, place):
    """The user paints in GIMP while sixteen variations are made."""
    layer = image.get_layers()[0]
    old = srgb(layer, 130, 130, 60, 60)
    desk.open('c')
    before = state(image)
    desk.keys('alt+v', '1', '6', 'Tab')
    dogs = Watchdog(desk.tessera, desk.pid), Watchdog(desk.gimp, pid_of(desk.gimp))
    desk.keys('ctrl+Return')
    for dog in dogs:
        dog.start()
    keys(desk.gimp, 'p')
    working = any(busy(desk.pid) or time.sleep(0.02) for _ in range(50))  # as the stroke begins; it may be done before the stroke is
    drag(desk.gimp, (place[0] + 140, place[1] + 160), (place[0] + 190, place[1] + 160))
    painted = srgb(layer, 130, 130, 60, 60) != old
    check('one can paint in GIMP while Tessera works', painted and working, (painted, working))
    tool('windowactivate', '--sync', desk.tessera)
    idle(desk.pid, 120)
    for dog in dogs:
        dog.stop()
    measured('longest without an answer while generating: window %.0f ms of %d, GIMP %.0f ms of %d'
             % (1000 * dogs[0].longest, dogs[0].answers, 1000 * dogs[1].longest, dogs[1].answers))
    check('the window never freezes for 50 ms', dogs[0].longest < FREEZE and dogs[0].answers > 50
          and not dogs[0].silent, (dogs[0].longest, dogs[0].answers, dogs[0].silent))
    desk.apply()
    check('the painting stays below what is applied', len(completions(image)) == 1
          and srgb(layer, 130, 130, 60, 60) != old, len(completions(image)))
    desk.close()
    for _ in range(2):
        changed = state(image)
        desk.undo(lambda: state(image) != changed)
    check('painting and completion are two steps of undo', state(image)[:3] == before[:3])


def found_again(desk, image):
    """Completions of a saved picture stand in the gallery: here by their colours."""
    colors = ('#00ff00', '#ffff00')
    answer = complete(image, image.get_layers(), variations=2, seed=7, soften=0)
    for layer, color in zip(answer.layers(), colors):
        paint(layer, color)
    path = os.path.join(WORK, 'again.xcf')
    Gimp.file_save(QUIET, image, file(path), None)
    loaded = Gimp.file_load(QUIET, file(path))
    display = Gimp.Display.new(loaded)
    time.sleep(1.5)
    desk.open('c')
    desk.keys('Home')
    time.sleep(0.5)
    picture = Picture(desk.tessera)
    save(desk.tessera, WORK + '/found-again.png')
    areas = [len(picture.places(color)) for color in colors]
    check('an opened XCF brings its completions back into the gallery', min(areas) > 500, areas)
    check('the window closes', closes_at_once(desk))
    display.delete()


def main():
    image = photo(1040, 880, 420, 272)
    rectangle(image, 128, 120, 76, 82)
    display = show(image)
    desk = Desk()
    place = desk.canvas(MARK, AT)
    Gimp.context_set_foreground(Gegl.Color.new('#ff8000'))
    keys_choose(desk, image)
    stops(desk, image)
    works_beside(desk, image, place)
    found_again(desk, image)
    display.delete()


if __name__ == '__main__':
    main()
    finish()
