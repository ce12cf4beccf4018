#!/usr/bin/env python3
"""The `tessera` command, as scripts see it: test_cli.py build/cli/tessera [part of a test's name]"""
import hashlib
import io
import json
import os
import pathlib
import signal
import struct
import subprocess
import sys
import tempfile
import zlib

import numpy as np
from PIL import Image

import png
import tiny_model

TESSERA = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else 'tessera'
BOX = (30, 20, 24, 16)  # the hole of most tests: x, y, width, height
HOLE = '--hole={2}x{3}+{0}+{1}'.format(*BOX)
TESTS = []


def test(function):
    TESTS.append(function)
    return function


def environment():
    keep = {k: v for k, v in os.environ.items() if not k.startswith('TESSERA_')}
    return dict(keep, LC_ALL='C.UTF-8')


def run(*args, status=0, data=None, env=None):
    """Runs the command in the current folder; the exit status must be the one given."""
    done = subprocess.run([TESSERA, *map(str, args)], input=data, capture_output=True, timeout=120,
                          env=dict(environment(), **(env or {})))
    assert done.returncode == status, f'{args}: status {done.returncode}: {done.stderr.decode()}'
    return done


def complete(*args, **more):
    return run('complete', *args, '-m', 'tiny.safetensors', **more)


def photo(height, width, channels, depth, seed=3):
    """Smooth colours and some noise: values over the whole range, so that rounding would show."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / max(height, width)
    planes = [0.5 + 0.45 * np.sin(5 * x + 3 * y * (c + 1) + c) for c in range(channels)]
    noisy = np.stack(planes, -1) + 0.05 * random.standard_normal((height, width, channels))
    white = 2 ** depth - 1
    return np.clip(noisy * white, 0, white).astype(np.uint16 if depth == 16 else np.uint8)


def box_mask(height, width, box=BOX):
    mask = np.zeros((height, width), np.uint8)
    mask[box[1]:box[1] + box[3], box[0]:box[0] + box[2]] = 255
    return mask


def read_bytes(path):
    return pathlib.Path(path).read_bytes()


def tessera_texts(path):
    """The recipes in a PNG file."""
    bodies = [body for kind, body in png.chunks_of(read_bytes(path)) if kind == b'iTXt']
    return [body.split(b'\0\0\0\0\0', 1)[1].decode() for body in bodies if body.startswith(b'Tessera\0')]


# ---- pixels -------------------------------------------------------------------------------------

def keeps_pixels_outside(channels, depth):
    before = photo(53, 75, channels, depth)
    png.write('in.png', before)
    complete('in.png', HOLE, '-n', 2, '--seed', 7, '-o', 'out.png')
    inside = box_mask(53, 75) > 0
    for name in ('out-1.png', 'out-2.png'):
        after = png.read(name)
        assert after.shape == before.shape and after.dtype == before.dtype, name
        assert np.array_equal(after[~inside], before[~inside]), f'{name}: a pixel outside has changed'
        colours = channels - (channels % 2 == 0)
        assert (after[inside][:, :colours] != before[inside][:, :colours]).mean() > 0.5, f'{name}: nothing was filled'
        if channels % 2 == 0:
            assert np.array_equal(after[..., -1], before[..., -1]), f'{name}: alpha has changed'


@test
def outside_is_identical_gray_8():
    keeps_pixels_outside(1, 8)


@test
def outside_is_identical_gray_16():
    keeps_pixels_outside(1, 16)


@test
def outside_is_identical_gray_alpha_8():
    keeps_pixels_outside(2, 8)


@test
def outside_is_identical_rgb_8():
    keeps_pixels_outside(3, 8)


@test
def outside_is_identical_rgb_16():
    keeps_pixels_outside(3, 16)


@test
def outside_is_identical_rgba_8():
    keeps_pixels_outside(4, 8)


@test
def outside_is_identical_rgba_16():
    keeps_pixels_outside(4, 16)


@test
def a_palette_picture_becomes_rgb():
    ids = photo(40, 64, 1, 8)[..., 0] % 4
    palette = [10, 20, 30, 200, 100, 50, 0, 255, 0, 90, 90, 250]
    png.write('in.png', ids, palette=palette)
    complete('in.png', '--hole=16x16+8+8', '-n', 1, '-o', 'out.png')
    after, colours = png.read('out.png'), np.array(palette, np.uint8).reshape(4, 3)[ids]
    outside = box_mask(40, 64, (8, 8, 16, 16)) == 0
    assert np.array_equal(after[outside], colours[outside])


@test
def a_soft_mask_blends_on_the_integers():
    before, mask = photo(53, 75, 3, 16), box_mask(53, 75)
    mask[20:36, 54:64] = np.linspace(230, 20, 10).astype(np.uint8)
    png.write('in.png', before)
    png.write('mask.png', mask)
    complete('in.png', '--mask', 'mask.png', '-n', 1, '--seed', 1, '-o', 'soft.png')
    after = png.read('soft.png').astype(int)
    change = np.abs(after - before.astype(int)).mean((0, 2))
    assert np.array_equal(after[mask == 0], before[mask == 0])
    assert change[54] > change[63] > 0, 'the blend does not fade'


@test
def a_jpeg_is_read():
    Image.fromarray(photo(53, 75, 3, 8)).save('in.jpg', quality=90)
    decoded = np.asarray(Image.open('in.jpg'))
    complete('in.jpg', HOLE, '-n', 1, '-o', 'out.png')
    outside = box_mask(53, 75) == 0
    difference = np.abs(png.read('out.png').astype(int) - decoded)[outside]
    assert difference.max() <= 1, 'two versions of libjpeg differ by at most 1'


@test
def transparency_is_filled_and_ends():
    before = photo(53, 75, 4, 8)
    before[..., 3] = 255 - box_mask(53, 75)
    png.write('in.png', before)
    complete('in.png', '-n', 1, '--seed', 4, '-o', 'out.png')
    complete('in.png', '--hole', 'transparent', '-n', 1, '--seed', 4, '-o', 'named.png')
    after, outside = png.read('out.png'), box_mask(53, 75) == 0
    assert (after[..., 3] == 255).all(), 'the filling is transparent'
    assert np.array_equal(after[outside], before[outside])
    assert read_bytes('out.png') == read_bytes('named.png')


@test
def reconstruct_keeps_size_depth_and_alpha():
    before = photo(53, 75, 4, 16)
    png.write('in.png', before)
    done = run('reconstruct', 'in.png', '-o', 'out.png', '-m', 'tiny.safetensors', '--json')
    after = png.read('out.png')
    events = {e['event']: e for e in map(json.loads, done.stdout.splitlines())}
    error = (after[..., :3].astype(float) - before[..., :3]) / 65535
    assert after.shape == before.shape and after.dtype == before.dtype
    assert np.array_equal(after[..., 3], before[..., 3])
    assert abs(events['reconstruction']['psnr'] + 10 * np.log10((error ** 2).mean())) < 0.01
    assert events['end']['files'] == ['out.png']


# ---- sameness -----------------------------------------------------------------------------------

@test
def same_seed_same_bytes_other_seed_other_bytes():
    png.write('in.png', photo(53, 75, 3, 8))
    for name, seed in (('a', 5), ('b', 5), ('c', 6)):
        complete('in.png', HOLE, '-n', 2, '--seed', seed, '-o', name + '.png')
    assert read_bytes('a-1.png') == read_bytes('b-1.png') and read_bytes('a-2.png') == read_bytes('b-2.png')
    assert not np.array_equal(png.read('a-1.png'), png.read('c-1.png'))
    assert not np.array_equal(png.read('a-1.png'), png.read('a-2.png')), 'variations are equal'


@test
def threads_do_not_change_bytes():
    png.write('in.png', photo(120, 150, 3, 8))
    for threads in (1, 2):
        complete('in.png', '--hole=70x60+40+30', '-n', 3, '--seed', 5, '--threads', threads, '-o', f't{threads}.png')
    for rank in (1, 2, 3):
        assert read_bytes(f't1-{rank}.png') == read_bytes(f't2-{rank}.png'), rank


@test
def a_new_seed_is_drawn_and_printed():
    png.write('in.png', photo(53, 75, 3, 8))
    lines = [complete('in.png', HOLE, '-n', 1, '-o', f'{i}.png').stderr.decode().splitlines()[-1] for i in (1, 2)]
    seeds = [line.split('seed ')[1].split()[0] for line in lines]
    assert seeds[0] != seeds[1], seeds
    complete('in.png', HOLE, '-n', 1, '--seed', seeds[0], '-o', 'again.png')
    assert read_bytes('again.png') == read_bytes('1.png')


@test
def all_ways_to_say_the_same_hole_agree():
    mask = box_mask(53, 75)
    rgba = np.zeros((53, 75, 4), np.uint8)
    rgba[..., 3] = mask
    png.write('in.png', photo(53, 75, 3, 8))
    png.write('white.png', mask)
    png.write('black.png', 255 - mask)
    png.write('deep.png', mask.astype(np.uint16) * 257)
    png.write('colour.png', np.repeat(mask[..., None], 3, 2))
    png.write('alpha.png', rgba)
    x, y, w, h = BOX
    ways = {'box': [HOLE], 'boxes': [f'--hole={w}x8+{x}+{y}', '--hole', f'{w}x{h - 8}+{x}+{y + 8}'],
            'white': ['--mask', 'white.png'], 'inverted': ['--mask=black.png', '--invert-mask'],
            'deep': ['--mask', 'deep.png'], 'colour': ['--mask', 'colour.png'], 'alpha': ['--mask', 'alpha.png']}
    sums = {}
    for way, args in ways.items():
        complete('in.png', *args, '-n', 1, '--seed', 2, '-o', f'way-{way}.png')
        sums[way] = hashlib.sha256(png.read(f'way-{way}.png').tobytes()).hexdigest()
    assert len(set(sums.values())) == 1, sums


@test
def labels_reach_the_model():
    png.write('in.png', photo(53, 75, 3, 8))
    free = np.full((53, 75), 255, np.uint8)
    png.write('free.png', free)
    png.write('sky.png', np.zeros_like(free))
    png.write('palette.png', np.zeros_like(free), palette=[70, 130, 180, 1, 2, 3])
    for name in ('free', 'sky', 'palette'):
        complete('in.png', HOLE, '-n', 1, '--seed', 2, '--labels', name + '.png', '-o', f'with-{name}.png')
    complete('in.png', HOLE, '-n', 1, '--seed', 2, '-o', 'with-none.png')
    pixels = {n: png.read(f'with-{n}.png').tobytes() for n in ('free', 'sky', 'palette', 'none')}
    assert pixels['free'] == pixels['none'] and pixels['sky'] == pixels['palette']
    assert pixels['sky'] != pixels['free'], 'labels make no difference'


# ---- files --------------------------------------------------------------------------------------

@test
def results_are_named():
    png.write('in.png', photo(53, 75, 3, 8))
    complete('in.png', HOLE, '--seed', 3, '-n', 2, '-o', 'plain.png')
    complete('in.png', HOLE, '--seed', 3, '-n', 2, '-o', 'at-%d-end.png')
    complete('in.png', HOLE, '--seed', 3, '-n', 2, '--only-best', '-o', 'best.png')
    found = {n for n in os.listdir('.') if n.startswith(('plain', 'at-', 'best'))}
    assert found == {'plain-1.png', 'plain-2.png', 'at-1-end.png', 'at-2-end.png', 'best.png'}, found
    assert read_bytes('best.png') == read_bytes('plain-1.png') == read_bytes('at-1-end.png')


@test
def what_the_file_says_about_itself_is_kept():
    profile = b'mine\0\0' + zlib.compress(b'no real profile, but a profile must go through unread')
    said = [(b'iCCP', profile), (b'gAMA', struct.pack('>I', 45455)), (b'pHYs', struct.pack('>IIB', 11811, 11811, 1)),
            (b'eXIf', b'MM\0*\0\0\0\x08\0\0'), (b'tEXt', b'Title\0Beach'), (b'iTXt', b'Tessera\0\0\0\0\0{"old":1}')]
    for depth in (8, 16):
        png.write('in.png', photo(53, 75, 3, depth), said)
        complete('in.png', HOLE, '-n', 1, '--seed', 9, '-f', '-o', 'out.png')
        found = png.chunks_of(read_bytes('out.png'))
        for pair in said[:-1]:
            assert found.count(pair) == 1, f'{pair[0]} was lost'
        recipes = [json.loads(text) for text in tessera_texts('out.png')]
        assert len(recipes) == 1 and int(recipes[0]['seed']) == 9, recipes


@test
def the_profile_and_resolution_of_a_jpeg_are_kept():
    profile = b'\0' * 128 + b'made up' * 20000  # longer than one marker
    Image.fromarray(photo(53, 75, 3, 8)).save('in.jpg', dpi=(300, 300), icc_profile=profile)
    complete('in.jpg', HOLE, '-n', 1, '-o', 'out.png')
    found = dict(png.chunks_of(read_bytes('out.png')))
    assert zlib.decompress(found[b'iCCP'].split(b'\0\0', 1)[1]) == profile
    assert struct.unpack('>IIB', found[b'pHYs']) == (11811, 11811, 1)


@test
def an_existing_file_is_left_alone():
    png.write('in.png', photo(53, 75, 3, 8))
    pathlib.Path('out-2.png').write_bytes(b'precious')
    done = complete('in.png', HOLE, '-n', 2, '-o', 'out.png', status=4)
    assert b'"out-2.png" exists already' in done.stderr
    assert read_bytes('out-2.png') == b'precious' and not os.path.exists('out-1.png')
    complete('in.png', HOLE, '-n', 2, '-o', 'out.png', '--force')
    assert png.read('out-2.png').shape == (53, 75, 3)


@test
def streams_work():
    png.write('in.png', photo(53, 75, 3, 8))
    done = complete('-', HOLE, '-n', 1, '--seed', 1, '-o', '-', data=read_bytes('in.png'))
    complete('in.png', HOLE, '-n', 1, '--seed', 1, '-o', 'out.png')
    assert done.stdout == read_bytes('out.png')


@test
def interrupt_leaves_no_file():
    png.write('in.png', photo(1024, 1024, 3, 8))
    before = set(os.listdir('.'))
    work = subprocess.Popen(
        [TESSERA, 'complete', 'in.png', '--hole=800x800+100+100', '-n', '16', '-m', 'tiny.safetensors', '-o',
         'out.png', '--json'], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    for line in work.stdout:
        event = json.loads(line)
        if event['event'] == 'progress':
            assert event['fraction'] < 1, 'the run is over before it could be interrupted'
            work.send_signal(signal.SIGINT)
            break
    rest, sentence = work.communicate(timeout=60)
    end = json.loads(rest.splitlines()[-1])
    assert work.returncode == 130, work.returncode
    assert sentence.splitlines()[-1] == b'tessera: I-STOPPED: Stopped. Nothing was written.', sentence
    assert end['event'] == 'end' and not end['ok'] and end['exit'] == 130 and not end['files'], end
    assert set(os.listdir('.')) == before, 'a file was left behind'


# ---- what it says -------------------------------------------------------------------------------

@test
def json_lines_are_complete():
    png.write('in.png', photo(53, 75, 3, 8))
    done = complete('in.png', HOLE, '-n', 3, '--seed', 11, '--json', '-o', 'out.png')
    events = [json.loads(line) for line in done.stdout.decode().splitlines()]
    kinds = [e['event'] for e in events]
    assert kinds[:2] == ['start', 'plan'] and kinds[-4:] == ['variation'] * 3 + ['end'], kinds
    assert set(kinds[2:-4]) == {'progress'}, kinds
    steps = [e['fraction'] for e in events if e['event'] == 'progress']
    assert steps == sorted(steps) and steps[-1] == 1, steps
    assert events[1]['cells'] > 0 and events[1]['bytes'] > 0 and events[1]['seconds'] > 0
    for rank, e in enumerate(events[-4:-1], 1):
        assert e['file'] == f'out-{rank}.png' and e['rank'] == rank and e['seed'] == 11, e
        assert e['sha256'] == hashlib.sha256(read_bytes(e['file'])).hexdigest()
        assert e['log_likelihood'] <= 0 and e['rim_ratio'] >= 0, e
    assert sorted(e['variation'] for e in events[-4:-1]) == [1, 2, 3]
    assert events[-1]['ok'] and events[-1]['exit'] == 0 and len(events[-1]['files']) == 3


@test
def json_tells_failures():
    for args in (['complete', 'nowhere.png', HOLE, '-o', 'o.png', '-m', 'tiny.safetensors'],
                 ['complete', '--bogus'], ['info', 'nowhere.safetensors']):
        done = subprocess.run([TESSERA, *args, '--json'], capture_output=True, env=environment())
        error, end = [json.loads(line) for line in done.stdout.splitlines()][-2:]
        assert error['event'] == 'error' and error['code'].startswith('E-') and error['message'], error
        assert end['event'] == 'end' and end['exit'] == done.returncode > 0 and not end['ok'], end


@test
def without_a_terminal_each_tenth_is_a_line():
    png.write('in.png', photo(53, 75, 3, 8))
    lines = complete('in.png', HOLE, '-n', 2, '-o', 'out.png').stderr.decode().splitlines()
    tenths = [int(line.split('%')[0].split()[-1]) for line in lines if '%' in line]
    assert tenths and tenths[-1] == 100 and all(t % 10 == 0 for t in tenths), lines
    assert tenths == sorted(set(tenths)), 'a tenth was told twice'
    assert lines[-1].endswith('out-1.png out-2.png'), lines[-1]
    assert complete('in.png', HOLE, '-n', 1, '-q', '-o', 'quiet.png').stderr == b''


@test
def a_plan_computes_nothing():
    png.write('in.png', photo(53, 75, 3, 8))
    before = set(os.listdir('.'))
    text = complete('in.png', HOLE, '--plan').stdout.decode()
    assert 'cells in' in text and 'GFLOP' in text, text
    assert set(os.listdir('.')) == before


@test
def info_tells_about_the_model():
    about = json.loads(run('info', 'tiny.safetensors', '--json').stdout)
    model = about['model']
    assert model['name'] == 'tiny' and model['kind'] == 'fill' and model['f'] == 8 and model['window'] == 8
    assert model['codes'] == 32 and [label['name'] for label in model['labels']] == tiny_model.LABELS
    assert model['sha256'] == hashlib.sha256(read_bytes('tiny.safetensors')).hexdigest()
    assert 'path' not in model and about['formats']['write'] == ['png']
    text = run('info', env={'TESSERA_MODEL': 'tiny.safetensors'}).stdout.decode()
    assert 'tiny (fill)' in text and 'water' in text, text


@test
def help_lists_every_option():
    text = run('complete', '--help').stdout.decode()
    for option in ('--mask', '--hole', '--invert-mask', '--labels', '--model', '--variations', '--seed',
                   '--temperature', '--top-k', '--top-p', '--threads', '--memory', '--[no-]match-rim', '--texture', '--plan',
                   '--json', '--force', '--quiet', '--verbose', '--help', '--version', '(default: 4)'):
        assert option in text, option
    assert '--mask' not in run('info', '--help').stdout.decode()
    assert max(map(len, text.splitlines())) <= 100
    assert run('--version').stdout.startswith(b'tessera ')
    assert run().stdout.startswith(b'Tessera ')


# ---- failures -----------------------------------------------------------------------------------

def prepare_failures():
    before = photo(53, 75, 3, 8)
    png.write('in.png', before)
    png.write('small.png', before[:20])
    png.write('black.png', np.zeros((53, 75), np.uint8))
    png.write('white.png', np.full((53, 75), 255, np.uint8))
    png.write('ids.png', np.full((53, 75), 3, np.uint8))
    pathlib.Path('text.png').write_text('no picture')
    pathlib.Path('cut.png').write_bytes(read_bytes('in.png')[:-3000])
    pathlib.Path('huge.png').write_bytes(
        png.SIGNATURE + png.header(500000, 500000, 8, 2) + png.chunk(b'IDAT', b'x' * 50) + png.chunk(b'IEND'))
    pathlib.Path('side.png').write_bytes(png.SIGNATURE + png.header(2 ** 31 - 1, 1, 8, 2)
                                         + png.chunk(b'IDAT', b'x' * 50) + png.chunk(b'IEND'))
    pathlib.Path('broken.safetensors').write_bytes(read_bytes('tiny.safetensors')[:5000])
    tiny_model.make('newer.safetensors', version=9)
    tiny_model.make('unlabelled.safetensors', labels=[])
    tiny_model.make_tokenizer('tokenizer.safetensors')
    Image.new('CMYK', (75, 53)).save('cmyk.jpg')
    Image.fromarray(before).save('whole.jpg')
    pathlib.Path('cut.jpg').write_bytes(read_bytes('whole.jpg')[:-900])
    os.mkdir('folder.png')


OUT = ['-o', 'new.png', '-n', '1']
MODEL = ['-m', 'tiny.safetensors']
FAILURES = [  # arguments, exit status, code, a part of the sentence
    (['complet', 'in.png'], 2, 'E-USAGE', 'Did you mean complete?'),
    (['complete', 'in.png', '--sed', '4', *OUT], 2, 'E-USAGE', 'Did you mean --seed?'),
    (['complete', 'in.png', 'in.png', 'in.png', *OUT], 2, 'E-USAGE', 'one file too many'),
    (['complete', 'in.png', HOLE, *MODEL], 2, 'E-USAGE', '--output'),
    (['complete', *OUT, *MODEL], 2, 'E-USAGE', 'name of a picture'),
    (['complete', 'in.png', HOLE, '-o', 'new.jpg', *MODEL], 2, 'E-USAGE', 'ends with .png'),
    (['complete', 'in.png', '-n', '17'], 2, 'E-USAGE', 'from 1 to 16, not "17"'),
    (['complete', 'in.png', '--top-p', '0'], 2, 'E-USAGE', 'above 0 up to 1'),
    (['complete', 'in.png', '--temperature', 'nan'], 2, 'E-USAGE', 'from 0 to 10'),
    (['complete', 'in.png', '--seed', '-1'], 2, 'E-USAGE', 'the word new'),
    (['complete', 'in.png', '--hole', '0x4+1+1'], 2, 'E-USAGE', 'a box like'),
    (['complete', 'in.png', '--memory', 'lots'], 2, 'E-USAGE', 'a size like'),
    (['complete', 'in.png', '--seed'], 2, 'E-USAGE', 'nothing follows'),
    (['complete', 'in.png', '--plan=yes'], 2, 'E-USAGE', 'takes no value'),
    (['complete', 'in.png', '--invert-mask', HOLE, *OUT], 2, 'E-USAGE', 'no --mask to invert'),
    (['info', '--mask', 'black.png'], 2, 'E-USAGE', 'does not belong to "tessera info"'),
    (['complete', 'in.png', HOLE, '-o', '-', '-n', '2', *MODEL], 2, 'E-USAGE', 'takes one picture'),
    (['complete', 'nowhere.png', HOLE, *OUT, *MODEL], 3, 'E-FILE-READ', '"nowhere.png" cannot be read: No such file'),
    (['complete', 'folder.png', HOLE, *OUT, *MODEL], 3, 'E-FILE-READ', 'directory'),
    (['complete', 'text.png', HOLE, *OUT, *MODEL], 3, 'E-FILE-TYPE', 'Readable: PNG, JPEG'),
    (['complete', 'cmyk.jpg', HOLE, *OUT, *MODEL], 3, 'E-FILE-TYPE', 'CMYK'),
    (['complete', 'cut.png', HOLE, *OUT, *MODEL], 3, 'E-FILE-READ', 'ends too early'),
    (['complete', 'cut.jpg', HOLE, *OUT, *MODEL], 3, 'E-FILE-READ', 'cannot be read: '),
    (['complete', 'huge.png', HOLE, *OUT, *MODEL], 3, 'E-FILE-READ', 'bytes are too few for 500000 x 500000 pixels'),
    (['complete', 'side.png', HOLE, *OUT, *MODEL], 7, 'E-TOO-LARGE', 'at most 524288 a side'),
    (['complete', 'in.png', '--mask', 'nowhere.png', *OUT, *MODEL], 3, 'E-FILE-READ', '"nowhere.png" cannot be read'),
    (['complete', 'in.png', HOLE, '-n', '1', '-o', 'no/where.png', *MODEL], 4, 'E-FILE-WRITE', 'cannot be written'),
    (['complete', 'in.png', HOLE, *OUT, '-m', 'nowhere.st'], 5, 'E-NO-MODEL', 'Looked in: nowhere.st'),
    (['complete', 'in.png', HOLE, *OUT, '-m', 'broken.safetensors'], 5, 'E-BAD-MODEL', 'damaged'),
    (['complete', 'in.png', HOLE, *OUT, '-m', 'in.png'], 5, 'E-BAD-MODEL', 'not a Tessera model'),
    (['complete', 'in.png', HOLE, *OUT, '-m', 'newer.safetensors'], 5, 'E-MODEL-NEWER', 'needs a newer Tessera'),
    (['complete', 'in.png', HOLE, *OUT, '-m', 'tokenizer.safetensors'], 5, 'E-MODEL-CANNOT', 'does not complete'),
    (['complete', 'in.png', HOLE, *OUT, '--labels', 'ids.png', '-m', 'unlabelled.safetensors'], 5, 'E-MODEL-CANNOT',
     'has no labels'),
    (['complete', 'in.png', '--mask', 'black.png', *OUT, *MODEL], 6, 'E-EMPTY-HOLE', 'marks nothing to fill'),
    (['complete', 'in.png', '--mask', 'white.png', *OUT, *MODEL], 6, 'E-NO-CONTEXT', 'nothing to continue from'),
    (['complete', 'in.png', *OUT, *MODEL], 6, 'E-NO-TRANSPARENT', 'no empty area'),
    (['complete', 'in.png', '--hole=8x8+75+0', *OUT, *MODEL], 6, 'E-OUTSIDE', 'lies outside the picture'),
    (['complete', 'in.png', HOLE, *OUT, *MODEL, '--memory', '1000'], 7, 'E-TOO-LARGE', 'memory'),
    (['complete', 'in.png', HOLE, *OUT, *MODEL, '--memory', '200K'], 7, 'E-TOO-LARGE', ''),
    (['complete', 'in.png', '--mask', 'small.png', *OUT, *MODEL], 8, 'E-SIZE', 'is 75 x 20, the picture 75 x 53'),
    (['complete', 'in.png', HOLE, '--labels', 'ids.png', *OUT, *MODEL], 8, 'E-LABEL-UNKNOWN', 'the label 3'),
    (['complete', 'in.png', HOLE, '--labels', 'in.png', *OUT, *MODEL], 8, 'E-LABEL-TYPE', 'holds colors'),
    (['reconstruct', 'in.png', *MODEL], 2, 'E-USAGE', '--output'),
    (['reconstruct', 'in.png', '-o', 'in.png', *MODEL], 4, 'E-FILE-EXISTS', 'exists already'),
    (['info', 'nowhere.safetensors'], 5, 'E-NO-MODEL', 'The model file is missing'),
]


def fails(args, status, code, part):
    prepare_failures()
    before = set(os.listdir('.'))
    line = run(*args, status=status).stderr.decode().splitlines()[-1]
    assert line.startswith(f'tessera: {code}: ') and part in line, line
    assert line.endswith(('.', '?', ')')), 'no whole sentence: ' + line
    assert set(os.listdir('.')) == before, 'a file was left behind'


for number, failure in enumerate(FAILURES):
    def one(failure=failure):
        fails(*failure)
    one.__name__ = f'fails_{number:02d}_{failure[2]}_{failure[3].replace(" ", "_")[:30]}'
    test(one)


def quick(path):
    """Exit status (negative: the signal it died of) and most memory in KiB of a plan for a picture."""
    pid = os.fork()
    if not pid:
        null = os.open(os.devnull, os.O_RDWR)
        for to in (0, 1, 2):
            os.dup2(null, to)
        os.execve(TESSERA, [TESSERA, 'complete', path, '--hole=8x8+0+0', '--plan', '-m', 'tiny.safetensors'],
                  environment())
    _, status, usage = os.wait4(pid, 0)
    return os.waitstatus_to_exitcode(status), usage.ru_maxrss


@test
def lies_about_the_size_cost_no_memory():
    pixels = zlib.compress(bytes(4000))
    small = png.SIGNATURE + png.header(8, 8, 8, 2) + png.chunk(b'IDAT', pixels) + png.chunk(b'IEND')
    pathlib.Path('honest.png').write_bytes(small)
    _, usual = quick('honest.png')
    for width, height in ((500000, 500000), (2 ** 31 - 1, 2 ** 31 - 1), (1, 2 ** 31 - 1), (30000, 30000)):
        for depth, colour in ((16, 6), (8, 2), (1, 0)):
            data = png.SIGNATURE + png.header(width, height, depth, colour) + png.chunk(b'IDAT', pixels)
            pathlib.Path('lie.png').write_bytes(data + png.chunk(b'IEND'))
            status, memory = quick('lie.png')
            assert status in (3, 7), (width, height, depth, status)
            assert memory < usual + 8192, f'{width} x {height}: {memory} KiB instead of {usual}'


@test
def broken_pictures_never_crash_it():
    buffer = io.BytesIO()
    Image.fromarray(photo(24, 32, 3, 8)).save(buffer, 'JPEG', progressive=True)
    png.write('whole.png', photo(24, 32, 4, 16), [(b'tEXt', b'a\0b'), (b'iCCP', b'x\0\0' + zlib.compress(b'y'))])
    random = np.random.default_rng(8)
    for whole, name in ((read_bytes('whole.png'), 'b.png'), (buffer.getvalue(), 'b.jpg')):
        for turn in range(120):
            data = bytearray(whole)
            for _ in range(1 + turn % 3):
                data[random.integers(len(data))] = random.integers(256)
            if turn % 4 == 3:
                del data[random.integers(len(data)):]
            pathlib.Path(name).write_bytes(data)
            status, _ = quick(name)
            assert status in (0, 3, 6, 7), f'{name}, turn {turn}: status {status}'


def main():
    wanted = sys.argv[2] if len(sys.argv) > 2 else ''
    failed = passed = 0
    with tempfile.TemporaryDirectory() as folder:
        tiny_model.make(folder + '/tiny.safetensors')
        for function in TESTS:
            if wanted not in function.__name__:
                continue
            with tempfile.TemporaryDirectory() as place:
                os.chdir(place)
                os.link(folder + '/tiny.safetensors', 'tiny.safetensors')
                try:
                    function()
                    passed += 1
                except Exception as fault:  # every test is run, whatever the others did
                    failed += 1
                    print(f'FAILED {function.__name__}: {type(fault).__name__}: {fault}', flush=True)
                os.chdir('/')
    print(f'{passed} passed, {failed} failed')
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
