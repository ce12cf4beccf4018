"""What models of the published system are told beside the pixels: each option with a model that takes it."""
import os
import struct
import subprocess

import numpy as np

import png
from harness import environment, main, photo, read_bytes, run, test

HEIGHT, WIDTH = 74, 93  # in cells of 4 pixels, the last ones not whole
BOX = (30, 21, 41, 37)
HOLE = '--hole={2}x{3}+{0}+{1}'.format(*BOX)
Y, X = np.mgrid[0:HEIGHT, 0:WIDTH]


def models():
    subprocess.run([os.environ['WRITE_NET2NET'], '.'], check=True, env=environment())


def tessera(*args, status=0):
    """One result in which nothing is left to chance, as the model alone makes it."""
    return run(*args, '-n', 1, '--seed', 4, '--variety', 0, '--texture', 0, '--no-grain', '--no-match-color', '--soften', 0,
               '-f', '-o', 'out.png', status=status)


def picture(*args):
    tessera(*args)
    return png.read('out.png')


def depth(height=HEIGHT, width=WIDTH, turn=0):
    y, x = np.mgrid[0:height, 0:width]
    return (120 + 70 * np.sin(0.1 * x + turn) + 0.6 * y).astype(np.uint8)


def drawing(height=HEIGHT, width=WIDTH, turn=0):
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([(x // 9 + y // 7 + c + turn * (c == 0)) % 2 * 255 for c in range(3)], -1).astype(np.uint8)


def labels(height=HEIGHT, width=WIDTH, turn=0):
    y, x = np.mgrid[0:height, 0:width]
    return ((x // 11 + y // 8 + turn) % 6).astype(np.uint8)


def write_maps(height, width):
    for make in (depth, drawing, labels):
        png.write(f'{make.__name__}.png', make(height, width))
        png.write(f'{make.__name__}-other.png', make(height, width, turn=1))


# A model, what it is told, and something else that it could have been told.
KINDS = {
    'segmentation': (['--labels', 'labels.png', '--label-ids'], ['--labels', 'labels-other.png', '--label-ids']),
    'shifted': (['--labels', 'labels.png', '--label-ids'], ['--labels', 'labels-other.png', '--label-ids']),
    'depth': (['--depth', 'depth.png'], ['--depth', 'depth-other.png']),
    'picture': (['--drawing', 'drawing.png'], ['--drawing', 'drawing-other.png']),
    'class': (['--class', '3'], ['--class', '0']),
    'prefix': (['--prefix', '0,7,0,0'], ['--prefix', '0,9,0,0']),
}


def told_decides(kind, *command, known=None):
    """known: the pixels of the result that must be those of in.png, as a mask, and what they must be."""
    one, other = ([*command, *told, '-m', f'{kind}.safetensors'] for told in KINDS[kind])
    first = picture(*one)
    saved = read_bytes('out.png')
    second = picture(*other)
    assert (first != second).any(), 'what the model is told makes no difference'
    if known:
        for result in (first, second):
            assert (result[known[0]] == known[1][known[0]]).all(), 'a known pixel has changed'
        assert (first != second)[~known[0]].mean() > 0.2, 'of the hole hardly anything has changed'
    tessera(*one)
    assert read_bytes('out.png') == saved, 'the same, told again, makes another file'
    return first


def each(command):
    """A test for each kind of model; all models and maps are there."""
    for kind in KINDS:
        def one(kind=kind):
            models()
            command(kind)
        one.__name__ = f'{command.__name__}_{kind}'
        test(one)


@each
def complete_by(kind):
    before = photo(HEIGHT, WIDTH, 3, 8)
    png.write('in.png', before)
    write_maps(HEIGHT, WIDTH)
    outside = np.ones((HEIGHT, WIDTH), bool)
    outside[BOX[1]:BOX[1] + BOX[3], BOX[0]:BOX[0] + BOX[2]] = False
    told_decides(kind, 'complete', 'in.png', HOLE, known=(outside, before))


@each
def extend_by(kind):
    """Maps have the size of the result."""
    inner = photo(HEIGHT, WIDTH, 3, 8)
    png.write('in.png', inner)
    write_maps(HEIGHT + 9, WIDTH + 31)
    known, before = np.zeros((HEIGHT + 9, WIDTH + 31), bool), np.zeros((HEIGHT + 9, WIDTH + 31, 3), np.uint8)
    known[9:, 20:-11] = True
    before[9:, 20:-11] = inner
    told_decides(kind, 'extend', 'in.png', '--left', 20, '--right', 11, '--top', 9, known=(known, before))


@each
def paint_by(kind):
    """A map says the size of the picture, unless that is asked for."""
    write_maps(61, 80)
    size = [] if KINDS[kind][0][0] in ('--labels', '--depth', '--drawing') else ['--size', '80x61']
    assert told_decides(kind, 'paint', *size).shape == (61, 80, 3)
    assert picture('paint', *KINDS[kind][0], '--size', '100x72', '-m', f'{kind}.safetensors').shape == (72, 100, 3)


@test
def models_that_are_told_nothing():
    models()
    png.write('in.png', photo(HEIGHT, WIDTH, 3, 8))
    for kind in ('coord', 'sos'):
        one = picture('paint', '--size', '80x61', '-m', f'{kind}.safetensors')
        assert one.shape == (61, 80, 3) and one.std() > 1
        assert (picture('complete', 'in.png', HOLE, '-m', f'{kind}.safetensors') != photo(HEIGHT, WIDTH, 3, 8)).any()


@test
def labels_of_the_picture_before_it_was_extended():
    """What is new is free there, for which this model has a channel."""
    models()
    png.write('in.png', photo(HEIGHT, WIDTH, 3, 8))
    png.write('labels.png', labels())
    whole = np.full((HEIGHT, WIDTH + 20), 255, np.uint8)
    whole[:, 20:] = labels()
    png.write('whole.png', whole)
    results = [picture('extend', 'in.png', '--left', 20, '--labels', f'{name}.png', '--label-ids', '-m', 'shifted.safetensors')
               for name in ('labels', 'whole')]
    assert (results[0] == results[1]).all()


# ---- depth maps -------------------------------------------------------------------------------------

def write_pfm(path, values):
    """Rows from below, little-endian."""
    with open(path, 'wb') as file:
        file.write(b'Pf\n%d %d\n-1\n' % values.shape[::-1] + values[::-1].astype('<f4').tobytes())


def write_tiff(path, values):
    """The least that makes a TIFF file of floats: one strip behind ten entries."""
    height, width = values.shape
    entries = [(256, width), (257, height), (258, 32), (259, 1), (262, 1), (273, 134), (277, 1), (278, height),
               (279, 4 * width * height), (339, 3)]
    with open(path, 'wb') as file:
        file.write(struct.pack('<2sHIH', b'II', 42, 8, len(entries)))
        for tag, value in entries:
            file.write(struct.pack('<HHII', tag, 4, 1, value))
        file.write(struct.pack('<I', 0) + values.astype('<f4').tobytes())


@test
def depth_maps_of_every_kind_say_the_same():
    """Only the order of the distances counts, and their ratio: the model gets them from -1 to 1."""
    models()
    png.write('in.png', photo(HEIGHT, WIDTH, 3, 8))
    plain = depth()
    png.write('8.png', plain)
    png.write('16.png', plain.astype(np.uint16) * 257)
    png.write('colour.png', np.repeat(plain[..., None], 3, 2))
    write_pfm('float.pfm', plain / 255.0)
    write_tiff('float.tif', plain * 3.5 - 1000)
    unknown, farthest = plain.astype(float), np.argwhere(plain == plain.min())
    assert len(farthest) > 1, 'the smallest number would be another'
    unknown[tuple(farthest[0])] = np.nan  # what is not known counts as far away
    write_pfm('unknown.pfm', unknown)
    results = {name: picture('complete', 'in.png', HOLE, '--depth', name, '-m', 'depth.safetensors')
               for name in ('8.png', '16.png', 'colour.png', 'float.pfm', 'float.tif', 'unknown.pfm')}
    for name, result in results.items():
        assert (result == results['8.png']).all(), name


@test
def depth_is_that_of_the_whole_picture():
    """Also of what lies so far from the hole that nothing else of it is looked at."""
    models()
    png.write('in.png', photo(HEIGHT, 400, 3, 8))
    far = depth(HEIGHT, 400)
    png.write('depth.png', far)
    far[:8, 390:] = 255
    far[8:16, 390:] = 0
    png.write('depth-other.png', far)
    box = '--hole=20x20+10+20'
    one, other = (picture('complete', 'in.png', box, *told, '-m', 'depth.safetensors') for told in KINDS['depth'])
    assert (one != other).any(), 'the largest and the smallest number of the map do not count'


@test
def exact_is_the_whole_picture():
    """The published system's norms are those of all pixels, so a pixel far from the hole changes it."""
    models()
    before = photo(HEIGHT, 400, 3, 8)
    box = ['--hole=12x12+10+20', '-m', 'sos.safetensors', '--strategy']
    results = {}
    for name in ('in', 'other'):
        png.write(f'{name}.png', before)
        for strategy in ('anchored', 'exact'):
            results[name, strategy] = picture('complete', f'{name}.png', *box, strategy)[:, :300]
        before[:, 380:] = 255 - before[:, 380:]
    assert (results['in', 'anchored'] == results['other', 'anchored']).all(), 'anchored looks at what lies far away'
    assert (results['in', 'exact'] != results['other', 'exact']).any(), 'exact does not look at all of the picture'


# ---- what cannot be done ----------------------------------------------------------------------------

COMPLETE = ['complete', 'in.png', HOLE]
SIZE = 'must have the same size'
REFUSALS = [
    ('segmentation', COMPLETE, 2, 'E-USAGE', 'needs a label map: --labels'),
    ('depth', COMPLETE, 2, 'E-USAGE', 'needs a depth map: --depth'),
    ('picture', COMPLETE, 2, 'E-USAGE', 'needs a drawing: --drawing'),
    ('class', COMPLETE, 2, 'E-USAGE', 'needs the number of a class, from 0 to 4: --class'),
    ('prefix', COMPLETE, 2, 'E-USAGE', 'needs 4 tokens: --prefix'),
    ('depth', ['paint', '--size', '80x61'], 2, 'E-USAGE', 'needs a depth map: --depth'),
    ('segmentation', ['paint', '--size', '80x61'], 8, 'E-NO-LABELS', 'with --labels'),
    ('class', ['extend', 'in.png', '--left', 9], 2, 'E-USAGE', 'needs the number of a class'),
    ('class', ['paint', '--class', 1], 2, 'E-USAGE', '--size: expected is the size'),
    ('depth', [*COMPLETE, '--depth', 'small.png'], 8, 'E-SIZE', 'The depth map "small.png" is 50 x 40, the picture 93 x 74. They ' + SIZE),
    ('picture', [*COMPLETE, '--drawing', 'small.png'], 8, 'E-SIZE', 'The drawing "small.png" is 50 x 40'),
    ('segmentation', [*COMPLETE, '--labels', 'small.png', '--label-ids'], 8, 'E-SIZE', 'The label picture "small.png" is 50 x 40'),
    ('depth', ['extend', 'in.png', '--left', 9, '--depth', 'depth.png'], 8, 'E-SIZE', 'the picture 102 x 74'),
    ('depth', [*COMPLETE, '--drawing', 'drawing.png'], 5, 'E-MODEL-CANNOT', 'it follows no drawings'),
    ('picture', [*COMPLETE, '--depth', 'depth.png'], 5, 'E-MODEL-CANNOT', 'it knows nothing of depth'),
    ('depth', [*COMPLETE, '--depth', 'depth.png', '--class', 1], 5, 'E-MODEL-CANNOT', 'it has no classes'),
    ('class', [*COMPLETE, '--class', 1, '--prefix', '1,2,3,4'], 5, 'E-MODEL-CANNOT', 'it takes no tokens first'),
    ('prefix', [*COMPLETE, '--prefix', '1,2,3,4', '--labels', 'labels.png'], 5, 'E-MODEL-CANNOT', 'it has no labels'),
    ('class', [*COMPLETE, '--class', 5], 2, 'E-USAGE', '--class: expected is a whole number from 0 to 4, not 5'),
    ('class', [*COMPLETE, '--class', 'dog'], 2, 'E-USAGE', 'a whole number from 0'),
    ('prefix', [*COMPLETE, '--prefix', '1,2,3'], 2, 'E-USAGE', '--prefix: expected are 4 numbers, not 3'),
    ('prefix', [*COMPLETE, '--prefix', '1,2,3,30'], 2, 'E-USAGE', 'the tokens 0 to 29'),
    ('prefix', [*COMPLETE, '--prefix', '1,2,,4'], 2, 'E-USAGE', 'whole numbers with commas'),
    ('segmentation', [*COMPLETE, '--labels', 'holey.png', '--label-ids'], 8, 'E-LABEL-UNKNOWN', 'no label at column 50, row 40'),
    ('segmentation', ['complete', 'wide.png', '--hole=9x9+370+40', '--labels', 'wide.png', '--label-ids'], 8, 'E-LABEL-UNKNOWN',
     'no label at column 390, row 3'),
    ('segmentation', [*COMPLETE, '--labels', 'strange.png', '--label-ids'], 8, 'E-LABEL-UNKNOWN', 'the label 7'),
    ('depth', [*COMPLETE, '--depth', 'text.png'], 3, 'E-FILE-TYPE', 'is not a kind of picture'),
    ('picture', [*COMPLETE, '--drawing', 'nowhere.png'], 3, 'E-FILE-READ', '"nowhere.png" cannot be read'),
    ('sos', [*COMPLETE, '--strategy', 'pyramid'], 5, 'E-MODEL-CANNOT', 'anchored'),
]


def prepare_refusals():
    models()
    png.write('in.png', photo(HEIGHT, WIDTH, 3, 8))
    png.write('small.png', np.zeros((40, 50), np.uint8))
    write_maps(HEIGHT, WIDTH)
    for name, value in (('holey', 255), ('strange', 7)):
        wrong = labels()
        wrong[40, 50] = value
        png.write(f'{name}.png', wrong)
    wide = labels(HEIGHT, 400)
    wide[3, 390] = 255
    png.write('wide.png', wide)
    open('text.png', 'w').write('no picture at all')


def refused(model, args, status, code, words):
    prepare_refusals()
    before = set(os.listdir('.'))
    line = tessera(*args, '-m', f'{model}.safetensors', status=status).stderr.decode().splitlines()[-1]
    assert line.startswith(f'tessera: {code}: ') and words in line and line.endswith('.'), line
    assert set(os.listdir('.')) == before, 'a file was left behind'


for number, refusal in enumerate(REFUSALS):
    def one_refusal(refusal=refusal):
        refused(*refusal)
    one_refusal.__name__ = f'refuses_{number:02d}_{refusal[0]}'
    test(one_refusal)


if __name__ == '__main__':
    main()
