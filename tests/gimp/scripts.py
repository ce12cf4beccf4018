"""Runs the scripts of data/scripts as their first lines say, in a GIMP of their own, and looks at the files."""
import re
import subprocess
import sys

sys.path.insert(0, 'tests/gimp')
from helpers import *

SIZE = 120, 90
DOTS = {'one': [(20, 20, 6, 5), (70, 40, 4, 12)], 'two': [(50, 30, 9, 9)]}
HALF = (90, 70, 8, 8)  # gray in the mask of `two`


def save(image, *path):
    path = os.path.join(*path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    Gimp.file_save(QUIET, image, file(path), None)
    image.delete()


def mask(boxes, half=None):
    image = Gimp.Image.new(*SIZE, Gimp.ImageBaseType.RGB)
    layer = layer_on(image, 'mask', color='#000000')
    for box in boxes:
        paint(layer, '#ffffff', box)
    if half:
        paint(layer, '#808080', half)
    image.flatten()
    image.convert_grayscale()
    return image


def prepare(folder):
    for k, (name, boxes) in enumerate(DOTS.items()):
        scan = photo(1040 + 100 * k, 880, *SIZE)
        for box in boxes:
            paint(scan.get_layers()[0], '#ffffff', box)
        save(scan, folder, 'scans', name + '.png')
        save(mask(boxes, HALF if name == 'two' else None), folder, 'masks', name + '.png')
    os.makedirs(os.path.join(folder, 'done'))


def run(folder, script):
    """The command in the script's head, typed there."""
    script = os.path.abspath('data/scripts/' + script)
    command = re.search(r'gimp-console-3\.0 -idf.*', open(script).read()).group().replace(
        os.path.basename(script), script)
    return subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, timeout=120)


def pixels(folder, kind, name):
    image = Gimp.file_load(QUIET, file(os.path.join(folder, kind, name + '.png')))
    data, size = raw(image.get_layers()[0])
    wide = image.get_width(), image.get_height(), len(image.get_layers())
    image.delete()
    return data, size, wide


def inside(i, boxes, grow=0):
    x, y = i % SIZE[0], i // SIZE[0]
    return any(bx - grow <= x < bx + w + grow and by - grow <= y < by + h + grow for bx, by, w, h in boxes)


def cleans(script):
    folder = os.path.join(WORK, script)
    prepare(folder)
    result = run(folder, script)
    check(script + ' succeeds', result.returncode == 0, (result.returncode, result.stdout, result.stderr[-2000:]))
    found = {}
    for name, boxes in DOTS.items():
        if not os.path.exists(os.path.join(folder, 'done', name + '.png')):
            check('%s writes done/%s.png' % (script, name), False)
            continue
        before, size, _ = pixels(folder, 'scans', name)
        after, _, shape = found[name] = pixels(folder, 'done', name)
        changed = differing(before, after, size)
        all_boxes = boxes + ([HALF] if name == 'two' else [])
        check('%s keeps the size of %s' % (script, name), shape == SIZE + (1,), shape)
        check('%s changes nothing of %s far from the mask' % (script, name),
              all(inside(i, all_boxes, 4) for i in changed))
        for box in all_boxes:
            check('%s takes the mark of %s at %s away' % (script, name, box),
                  sum(inside(i, [box]) for i in changed) > 0.9 * box[2] * box[3])
    return found


def refuses(script):
    """A mask that is missing ends the job, and the caller can tell."""
    folder = os.path.join(WORK, 'without-' + script)
    prepare(folder)
    os.remove(os.path.join(folder, 'masks', 'two.png'))
    result = run(folder, script)
    check(script + ' fails without a mask', result.returncode != 0
          and 'two.png' not in os.listdir(os.path.join(folder, 'done')), (result.returncode, result.stderr[-2000:]))


def one_line():
    """The line of the README, in a GIMP that has a picture with a selection."""
    with open('README.md', encoding='utf-8') as readme:
        line = re.search(r'^    (\(let \(\(i .*?)\n\n', readme.read(), re.DOTALL | re.MULTILINE).group(1)
    folder = os.path.join(WORK, 'line')
    save(photo(1040, 880, *SIZE), folder, 'in.png')
    code = ('(begin (define image (car (gimp-file-load RUN-NONINTERACTIVE "in.png")))'
            '(gimp-image-select-rectangle image CHANNEL-OP-REPLACE 30 20 40 30) %s'
            '(gimp-file-save RUN-NONINTERACTIVE image "out.xcf"))' % line)
    result = subprocess.run(['gimp-console-3.0', '-idf', '--batch-interpreter', 'plug-in-script-fu-eval', '-b', code,
                             '--quit'], cwd=folder, capture_output=True, text=True, timeout=120)
    check('the line of the README runs', result.returncode == 0, result.stderr[-2000:])
    image = Gimp.file_load(QUIET, file(os.path.join(folder, 'out.xcf')))
    group = image.get_layers()[0]
    check('it makes three variations', group.is_group() and len(group.get_children()) == 3)
    image.delete()


one_line()
scheme, python = cleans('dust.scm'), cleans('dust.py')
check('both scripts write the same pixels', scheme == python != {})
for script in ('dust.scm', 'dust.py'):
    refuses(script)
finish()
