"""Checks that a plug-in which is killed (kill -9) at any moment leaves the image as it was, or with all of
the result."""
import signal
import sys

sys.path.insert(0, 'tests/gimp')
from helpers import *
from process import *

MOMENTS = 20


def fresh():
    image = photo(1040, 880, 240, 180)
    image.undo_enable()  # off in an image that a script has loaded
    select(image, 80, 50, 90, 80, feather=6)
    return image


def content(image):
    """All of an image but GIMP's numbers of its layers, which change from call to call."""
    def walk(items):
        return [(i.get_name(), i.get_visible(), [parasite(i, n) for n in sorted(i.get_parasite_list())
                                                 if n != 'tessera-hole'],
                 i.get_offsets()[1:], raw(i)[0], i.get_mask() and coverage(i.get_mask()),
                 walk(i.get_children()) if i.is_group() else None) for i in items]
    return (image.get_width(), image.get_height(), walk(image.get_layers()), visible(image)[0],
            coverage(image.get_selection()), len(image.get_channels()))


def run(image, **arguments):
    return complete(image, image.get_layers()[-1:], variations=4, seed=1, **arguments)


def by_the_clock():
    """Moments spread evenly over the time that the call takes."""
    image = fresh()
    before = content(image)
    with Fate(), Sender(0, 0) as clock:
        answer = run(image)
    lasts = clock.ended - clock.begun
    after = content(image)
    check('a completion changes the image', answer.done and after != before, answer.message)
    image.remove_layer(answer.group)
    phases = {}
    for k in range(MOMENTS):
        with Fate() as fate, Sender(signal.SIGKILL, lasts * k / (MOMENTS - 1)):
            answer = run(image)
        phase = fate.phase()
        phases[phase] = phases.get(phase, 0) + 1
        now = content(image)
        check('killed at %3.0f %% of the time: all or nothing' % (100 * k / (MOMENTS - 1)),
              now == (after if answer.done else before) or (phase != 'reading' and now == after),
              (phase, answer.status, len(image.get_layers())))
        check('and undo is still on', image.undo_is_enabled())
        if now != before:
            image.remove_layer(image.get_layers()[0])
    measured('a completion of %.2f s, killed at %d moments:' % (lasts, MOMENTS),
             ', '.join('%d while %s' % (n, phase) for phase, n in phases.items()))
    check('some of them before the computation, some in it', {'reading', 'computing'} <= set(phases), phases)
    check('no process of the plug-in stays', not plug_ins(), plug_ins())
    works_on(image, before)
    image.delete()


def works_on(image, before):
    """The image can be painted on, saved, opened and completed."""
    base = image.get_layers()[0]
    paint(base, '#ff0000', (5, 5, 20, 20))
    path = os.path.join(WORK, 'killed.xcf')
    Gimp.file_save(QUIET, image, file(path), None)
    loaded = Gimp.file_load(QUIET, file(path))
    check('what was killed can be painted on, saved and opened',
          content(loaded)[:4] == content(image)[:4] != before[:4])
    select(loaded, 80, 50, 90, 80)
    check('and completed', run(loaded).done)
    loaded.delete()


def call_for(image, procedure, output):
    arguments = {'left': 16, 'soften': 0} if procedure == 'extend-canvas' else {}
    return call(procedure, image, image.get_layers(), variations=2, seed=1, output=output, **arguments)


def before_each_write(procedure, output, sound):
    """Killed before each message that changes something in GIMP. sound: what must hold of the image then,
    from before and after."""
    master = fresh()
    image = master.duplicate()
    before = content(image)
    with Fate() as fate:
        answer = call_for(image, procedure, output)
    after = content(image)
    check('%s, output %s' % (procedure, output), answer.done, answer.message)
    image.delete()
    begin = fate.names.index('gimp-image-undo-group-start')
    last = {name: i for i, name in enumerate(fate.names)}
    for i, (name, number) in enumerate(places(fate.names)):
        if name not in ('gimp-image-duplicate', 'gimp-layer-new-from-drawable', 'gimp-image-delete') and (
                i < begin or not writes(name) or (name == 'tile' and last[name] != i)):
            continue
        image = master.duplicate()
        with Fate('kill', name, number):
            answer = call_for(image, procedure, output)
        now = content(image)
        check('%s, output %s, killed before %s' % (procedure, output, name),
              not answer.done and sound(now, before, after), (answer.status, len(image.get_layers())))
        for left in Gimp.get_images():
            if left != master:
                left.delete()
    master.delete()


def all_or_nothing(now, before, after):
    return now in (before, after)


def layer_whole(now, before, after):
    """Merged: the pixels are the old or the new ones; only the selection may be the box still."""
    return now[2] in (before[2], after[2])


def canvas_first(now, before, after):
    """Extended: all or nothing, or the larger canvas without the layers."""
    return now in (before, after) or (now[:2] == after[:2] and now[2][0][4:6] == before[2][0][4:6]
                                      and len(now[2]) == 1)


by_the_clock()
before_each_write('complete', 'group', all_or_nothing)
before_each_write('complete', 'layer', all_or_nothing)
before_each_write('complete', 'merge', layer_whole)
before_each_write('extend-canvas', 'group', canvas_first)
finish()
