"""Which pixels change, and that the same asks for the same."""
import hashlib
import json

import numpy as np
from PIL import Image

import png
from harness import BOX, HOLE, box_mask, complete, main, photo, read_bytes, run, test


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
        complete('in.png', HOLE, '-n', 1, '--seed', 2, '--labels', name + '.png', '--label-ids', '-o', f'with-{name}.png')
    complete('in.png', HOLE, '-n', 1, '--seed', 2, '-o', 'with-none.png')
    pixels = {n: png.read(f'with-{n}.png').tobytes() for n in ('free', 'sky', 'palette', 'none')}
    assert pixels['free'] == pixels['none'] and pixels['sky'] == pixels['palette']
    assert pixels['sky'] != pixels['free'], 'labels make no difference'


if __name__ == '__main__':
    main()
