"""Extending, painting, plans, recipes, many pictures: what the options make of them."""
import json
import os
import pathlib

import numpy as np
from PIL import Image

import png
import tiny_model
from harness import BOX, HOLE, box_mask, complete, main, photo, read_bytes, run, tessera_texts, test

MODEL = ('-m', 'tiny.safetensors')


def extend(*args, **more):
    return run('extend', '--soften=0', *args, *MODEL, **more)


def paint(*args, **more):
    return run('paint', '--soften=0', *args, *MODEL, **more)


def recipe_of(path):
    return json.loads(tessera_texts(path)[0])


# ---- extend -------------------------------------------------------------------------------------

def check_extended(before, name, left, right, top, bottom):
    """The old picture lies where it should, bit for bit; everything else was made."""
    after = png.read(name)
    height, width = before.shape[:2]
    assert after.shape == (height + top + bottom, width + left + right, before.shape[2]), after.shape
    assert after.dtype == before.dtype
    assert np.array_equal(after[top:top + height, left:left + width], before), 'the picture has changed'
    new = np.ones(after.shape[:2], bool)
    new[top:top + height, left:left + width] = False
    assert after[new].std() > 0 and (after[new] != 0).mean() > 0.5, 'nothing was painted'
    if before.shape[2] % 2 == 0:
        assert (after[new][:, -1] == np.iinfo(after.dtype).max).all(), 'the new part is transparent'


@test
def margins_in_pixels_and_per_cent():
    for channels, depth in ((3, 8), (3, 16), (1, 8), (4, 16), (2, 8)):
        before = photo(48, 64, channels, depth)
        png.write('in.png', before)
        extend('in.png', '--left', 8, '--right', '25%', '--top', 3, '--bottom', '12.5%', '--seed', 1, '-f', '-o',
               'out.png')
        check_extended(before, 'out.png', 8, 16, 3, 6)


@test
def shapes_and_sizes_with_anchors():
    before = photo(48, 64, 3, 8)
    png.write('in.png', before)
    cases = [(['--ratio', '2:1'], 16, 16, 0, 0), (['--ratio', '1:1'], 0, 0, 8, 8), (['--ratio=1:1', '--top=4'], 0, 0, 10, 6),
             (['--size', '80x60'], 8, 8, 6, 6), (['--size=80x60', '--anchor=top-left'], 0, 16, 0, 12),
             (['--size=80x60', '--anchor=bottom'], 8, 8, 12, 0), (['--ratio=2:1', '--anchor=right'], 32, 0, 0, 0),
             (['--size=81x48', '--anchor=left'], 0, 17, 0, 0)]
    for args, *margins in cases:
        extend('in.png', *args, '--seed', 1, '-f', '-o', 'out.png')
        check_extended(before, 'out.png', *margins)
        said = recipe_of('out.png')
        assert said['op'] == 'extend' and list(said['extend'].values()) == [margins[i] for i in (3, 0, 1, 2)], said
        assert said['region']['image_width'] == 64 + margins[0] + margins[1]


@test
def extending_keeps_what_the_file_says():
    png.write('in.png', photo(48, 64, 3, 8), [(b'gAMA', b'\0\0\xb1\x8f'), (b'tEXt', b'Title\0Beach')])
    extend('in.png', '--right', 8, '-o', 'out.png')
    found = png.chunks_of(read_bytes('out.png'))
    assert (b'gAMA', b'\0\0\xb1\x8f') in found and (b'tEXt', b'Title\0Beach') in found


@test
def a_recipe_extends_again():
    png.write('in.png', photo(48, 64, 3, 8))
    extend('in.png', '--right', 16, '--top', 8, '--seed', 7, '--variety', 0.5, '--texture', 0, '-o', 'out.png')
    run('extend', 'in.png', '--recipe', 'out.png', '-o', 'again.png', *MODEL)
    assert np.array_equal(png.read('again.png'), png.read('out.png'))


@test
def a_panorama_closes():
    """Grown to the right with --wrap, the new part also continues the left border."""
    y, x = np.mgrid[0:64, 0:128]
    before = np.stack([120 + 60 * np.sin(y / 9), 90 + x / 2, 200 - x], -1).astype(np.uint8)
    png.write('in.png', before)
    sums = {}
    for wrap in ('--wrap', '--no-wrap'):
        extend('in.png', '--right', 32, wrap, '--seed', 3, '-f', '-o', 'out.png')
        after = png.read('out.png').astype(float)
        check_extended(before, 'out.png', 0, 32, 0, 0)
        sums[wrap] = np.abs(after[:, -1] - after[:, 0]).mean()
        assert recipe_of('out.png')['wrap'] == (wrap == '--wrap')
    assert sums['--wrap'] < 0.5 * sums['--no-wrap'], sums


@test
def softening_reaches_out_and_no_farther():
    before = photo(64, 96, 3, 16)
    png.write('in.png', before)
    for soften in (0, 4, 9):
        complete('in.png', HOLE, '--soften', soften, '--seed', 1, '-f', '-o', 'out.png')
        y, x = np.mgrid[0:64, 0:96]
        right, bottom = BOX[0] + BOX[2] - 1, BOX[1] + BOX[3] - 1
        far = np.maximum(np.maximum(BOX[0] - x, x - right), np.maximum(BOX[1] - y, y - bottom))
        changed = (png.read('out.png') != before).any(2)
        assert not changed[far > soften].any(), soften
        assert soften == 0 or changed[(far > 0) & (far < soften)].mean() > 0.5, soften
    run('complete', 'in.png', HOLE, '--seed', 1, '-o', 'default.png', *MODEL)
    assert recipe_of('default.png')['edges']['soften'] == 4


# ---- paint --------------------------------------------------------------------------------------

def label_colors(model='tiny.safetensors'):
    lines = run('info', model, '--labels').stdout.decode().splitlines()
    told = json.loads(run('info', model, '--json').stdout)['model']['labels']
    assert [f'{label["id"]}\t{label["name"]}\t{label["color"]}' for label in told] == lines and lines, told
    return [bytes.fromhex(line.split('\t')[2][1:]) for line in lines]


def sketch(height=64, width=96):
    """Three labels beside each other, the fourth part free."""
    ids = np.full((height, width), 255, np.uint8)
    for label in range(3):
        ids[:, label * width // 4:(label + 1) * width // 4] = label
    rgba = np.zeros((height, width, 4), np.uint8)
    for label, color in enumerate(label_colors()):
        rgba[ids == label] = list(color) + [255]
    return ids, rgba


@test
def painting_from_colors_and_from_numbers_agree():
    ids, rgba = sketch()
    png.write('ids.png', ids)
    png.write('colors.png', rgba)
    Image.fromarray(rgba).save('colors.webp', lossless=True)
    paint('--labels', 'ids.png', '--label-ids', '--seed', 5, '-o', 'ids-out.png')
    paint('--labels', 'colors.png', '--seed', 5, '-o', 'colors-out.png')
    paint('--labels', 'colors.webp', '--seed', 5, '-o', 'webp-out.png')
    made = png.read('ids-out.png')
    assert made.shape == (64, 96, 3) and made.dtype == np.uint8 and made.std() > 5
    assert np.array_equal(made, png.read('colors-out.png')) and np.array_equal(made, png.read('webp-out.png'))
    assert recipe_of('ids-out.png')['op'] == 'paint'
    ids[:] = 0
    png.write('other.png', ids)
    paint('--labels', 'other.png', '--label-ids', '--seed', 5, '-o', 'other-out.png')
    assert not np.array_equal(made, png.read('other-out.png')), 'labels make no difference'


@test
def a_sketch_is_enlarged_to_the_size():
    ids, rgba = sketch()
    png.write('colors.png', rgba)
    png.write('double.png', ids.repeat(2, 0).repeat(2, 1))
    paint('--labels', 'colors.png', '--size', '192x128', '--seed', 5, '-o', 'out.png')
    paint('--labels', 'double.png', '--label-ids', '--seed', 5, '-o', 'double-out.png')
    assert png.read('out.png').shape == (128, 192, 3)
    assert np.array_equal(png.read('out.png'), png.read('double-out.png'))


@test
def painting_into_a_picture_keeps_the_rest():
    before, (ids, rgba) = photo(64, 96, 4, 16), sketch()
    mask = np.zeros((64, 96), np.uint8)
    mask[:, :48] = 255
    png.write('under.png', before)
    png.write('mask.png', mask)
    png.write('inverse.png', 255 - mask)
    png.write('colors.png', rgba)
    paint('--under', 'under.png', '--mask', 'mask.png', '--labels', 'colors.png', '--seed', 1, '-o', 'out.png')
    paint('--under', 'under.png', '--mask', 'inverse.png', '--invert-mask', '--labels', 'colors.png', '--seed', 1, '-o',
          'inverse-out.png')
    after = png.read('out.png')
    assert np.array_equal(after[:, 48:], before[:, 48:]) and after.dtype == before.dtype
    assert (after[:, :48] != before[:, :48]).any(2).mean() > 0.9
    assert (after[:, :48, 3] == 65535).all(), 'what was painted is transparent'
    assert np.array_equal(after, png.read('inverse-out.png'))


@test
def strange_colors_are_told():
    before, (ids, rgba) = photo(64, 96, 3, 8), sketch()
    png.write('in.png', before)
    rgba[:, 72:] = [1, 2, 3, 255]
    png.write('colors.png', rgba)
    said = complete('in.png', '--hole=90x60+3+2', '--labels', 'colors.png', '--seed', 1, '-o', 'out.png').stderr.decode()
    assert 'tessera: W-LABEL-COLORS: ' in said, said


@test
def labels_of_the_old_size_move_with_the_picture():
    before, (ids, rgba) = photo(64, 96, 3, 8), sketch()
    png.write('in.png', before)
    png.write('old.png', ids)
    large = np.full((64, 128), 255, np.uint8)
    large[:, 32:] = ids
    png.write('new.png', large)
    for name in ('old', 'new'):
        extend('in.png', '--left', 32, '--labels', name + '.png', '--label-ids', '--seed', 3, '-o', f'{name}-out.png')
    assert np.array_equal(png.read('old-out.png'), png.read('new-out.png'))


# ---- settings, recipes, plans -------------------------------------------------------------------

@test
def every_setting_makes_a_difference_and_is_in_the_recipe():
    png.write('in.png', photo(120, 150, 3, 8))
    hole = '--hole=70x60+40+30'
    complete('in.png', hole, '--seed', 4, '-o', 'plain.png')
    plain = png.read('plain.png')
    cases = {'--variety=0.2': ('sampling', 'variety', 0.2), '--temperature=1.7': ('sampling', 'variety', 1.7),
             '--top-k=2': ('sampling', 'top_k', 2), '--top-p=0.3': ('sampling', 'top_p', 0.3),
             '--effort=draft': ('sampling', 'effort', 'draft'), '--texture=0': ('detail', 'texture', 0),
             '--no-match-color': ('edges', 'match_color', False), '--no-match-rim': ('edges', 'match_color', False),
             '--soften=7.5': ('edges', 'soften', 7.5), '--strategy=pyramid': ('sampling', 'strategy', 'pyramid'),
             '--no-grain': ('detail', 'grain', False), '--top-k=0': ('sampling', 'top_k', 100),
             '--top-p=0': ('sampling', 'top_p', 1), '--effort=high': ('sampling', 'effort', 'high'),
             '--label-strength=2.5': ('sampling', 'label_strength', 2.5)}
    same = ('--strategy=pyramid', '--top-k=0', '--top-p=0', '--no-grain', '--effort=high',
            '--label-strength=2.5')  # nothing is painted
    for option, (group, key, value) in cases.items():
        complete('in.png', hole, '--seed', 4, option, '-f', '-o', 'out.png')
        assert recipe_of('out.png')[group][key] == value, option
        if option not in same:
            assert not np.array_equal(png.read('out.png'), plain), f'{option} makes no difference'
        run('complete', 'in.png', hole, '--recipe', 'out.png', '-f', '-o', 'again.png', *MODEL)
        assert np.array_equal(png.read('again.png'), png.read('out.png')), f'{option}: the recipe makes another'


@test
def effort_high_keeps_the_best_of_twice_as_many():
    png.write('in.png', photo(64, 96, 3, 8))
    complete('in.png', HOLE, '--seed', 4, '-n', 4, '-o', 'all.png')
    complete('in.png', HOLE, '--seed', 4, '-n', 2, '--effort', 'high', '-o', 'best.png')
    for rank in (1, 2):
        assert np.array_equal(png.read(f'all-{rank}.png'), png.read(f'best-{rank}.png')), rank


@test
def later_options_override_a_recipe():
    png.write('in.png', photo(64, 96, 3, 8))
    complete('in.png', HOLE, '--seed', 4, '-n', 3, '--variety', 0.5, '-o', 'out.png')
    pathlib.Path('recipe.json').write_text(tessera_texts('out-2.png')[0])
    for source in ('out-2.png', 'recipe.json'):
        run('complete', 'in.png', HOLE, '--recipe', source, '-f', '-o', 'same.png', *MODEL)
        assert np.array_equal(png.read('same.png'), png.read('out-2.png')), source
    run('complete', 'in.png', HOLE, '--variety', 2, '--recipe', 'recipe.json', '--seed', 9, '-o', 'other.png', *MODEL)
    said = recipe_of('other.png')
    assert said['seed'] == 9 and said['sampling']['variety'] == 0.5, said
    complete('in.png', HOLE, '--no-recipe', '-o', 'bare.png')
    assert not tessera_texts('bare.png')


@test
def another_model_with_a_recipe_is_told():
    png.write('in.png', photo(64, 96, 3, 8))
    complete('in.png', HOLE, '-o', 'out.png')
    tiny_model.make('other.safetensors', seed=2)
    said = run('complete', 'in.png', HOLE, '--recipe', 'out.png', '-o', 'o.png', '-m', 'other.safetensors').stderr
    assert b'tessera: W-MODEL: ' in said, said
    said = run('complete', 'in.png', HOLE, '--recipe', 'out.png', '-f', '-o', 'o.png', status=5,
               env={'TESSERA_MODEL': 'other.safetensors'}).stderr
    assert b'tessera: E-MODEL-WRONG: ' in said, said


@test
def more_like_that_one():
    png.write('in.png', photo(64, 96, 3, 8))
    complete('in.png', HOLE, '--seed', 4, '--texture', 0, '-o', 'out.png')
    base, inside = png.read('out.png').astype(int), box_mask(64, 96) > 0
    far = {}
    for amount in (0, 20, 100):
        run('complete', 'in.png', HOLE, '--recipe', 'out.png', '--similar', amount, '--seed', 5, '-f', '-o', 'like.png',
            *MODEL)
        said = recipe_of('like.png')
        assert said['base'] == {'amount': amount, 'seed': 4, 'variation': 1}, said['base']
        far[amount] = np.abs(png.read('like.png').astype(int) - base)[inside].mean()
    assert far[0] == 0 < far[20] < far[100], far


@test
def a_plan_is_told_and_nothing_computed():
    png.write('in.png', photo(64, 96, 3, 8))
    png.write('ids.png', np.zeros((64, 96), np.uint8))
    before = set(os.listdir('.'))
    for args in (['complete', 'in.png', HOLE], ['extend', 'in.png', '--left', '20%'],
                 ['paint', '--labels', 'ids.png', '--label-ids']):
        text = run(*args, '--plan', *MODEL).stdout.decode()
        assert 'cells in' in text and 'window' in text and 'level' in text, text
        events = [json.loads(line) for line in run(*args, '--plan', '--json', *MODEL).stdout.splitlines()]
        assert [e['event'] for e in events] == ['start', 'plan', 'end'], events
        assert events[1]['cells'] > 0 and events[1]['windows'] > 0 and events[1]['flop'] > 0, events
    assert set(os.listdir('.')) == before


# ---- many pictures ------------------------------------------------------------------------------

@test
def a_folder_of_pictures():
    os.makedirs('scans')
    os.makedirs('masks')
    os.makedirs('clean')
    for name, seed in (('a', 1), ('b', 2), ('c', 3)):
        png.write(f'scans/{name}.png', photo(53, 75, 3, 8, seed))
    Image.fromarray(photo(53, 75, 3, 8, 4)).save('scans/d.jpg')
    for name in ('a', 'b', 'd'):
        png.write(f'masks/{name}.png', box_mask(53, 75))
    names = ['scans/a.png', 'scans/b.png', 'scans/c.png', 'scans/d.jpg']
    done = complete(*names, '--mask-dir', 'masks', '--out-dir', 'clean', '--seed', 1, '--json', status=9)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert sorted(os.listdir('clean')) == ['a.png', 'b.png', 'd.png']
    assert [e['code'] for e in events if e['event'] == 'error'] == ['E-FILE-READ', 'E-BATCH'], events
    assert next(e for e in events if e['event'] == 'error')['input'] == 'scans/c.png'
    assert [e['event'] for e in events].count('start') == 1, 'the model was opened more than once'
    assert done.stderr.decode().splitlines()[-1] == 'tessera: E-BATCH: 1 of 4 pictures were not completed.'
    complete('scans/b.png', HOLE, '--seed', 1, '-o', 'alone.png')
    assert read_bytes('alone.png') == read_bytes('clean/b.png')
    complete(*names, '--mask', 'masks/a.png', '--out-dir', 'clean', '--suffix=-new', '-n', 2, '--seed', 1)
    assert {'a-new-1.png', 'a-new-2.png', 'c-new-1.png', 'd-new-2.png'} <= set(os.listdir('clean'))


# ---- codes --------------------------------------------------------------------------------------

@test
def codes_go_out_and_come_back():
    before = photo(53, 75, 3, 8)
    png.write('in.png', before)
    done = run('reconstruct', 'in.png', '--codes', 'codes.json', '-o', 'out.png', *MODEL)
    codes = json.loads(read_bytes('codes.json'))
    assert codes['width'] == 75 and codes['height'] == 53 and np.array(codes['codes']).shape == (7, 10), codes
    assert np.array(codes['codes']).min() >= 0 and np.array(codes['codes']).max() < 32
    run('reconstruct', '--from-codes', 'codes.json', '-o', 'back.png', *MODEL)
    after = png.read('out.png')
    assert np.array_equal(after, png.read('back.png'))
    error = 10 * np.log10(255 ** 2 / ((after.astype(float) - before) ** 2).mean())
    assert f'PSNR {error:.2f} dB' in done.stderr.decode(), (error, done.stderr)
    codes['codes'][0][0] = (codes['codes'][0][0] + 7) % 32
    pathlib.Path('codes.json').write_text(json.dumps(codes))
    run('reconstruct', '--from-codes', 'codes.json', '-f', '-o', 'back.png', *MODEL)
    changed = (png.read('back.png') != after).any(2)
    assert changed[:8, :8].mean() > 0.5
    run('reconstruct', 'in.png', '--codes', 'only.json', *MODEL)
    assert os.path.exists('only.json')
    for wrong in ({'codes': [[32] * 10] * 7}, {'codes': [[1] * 9] * 7}, {'codes': [[1.5] * 10] * 7}, {'width': 1 << 30},
                  {'height': 0}, {'codes': 3}):
        pathlib.Path('wrong.json').write_text(json.dumps(dict(codes, **wrong)))
        said = run('reconstruct', '--from-codes', 'wrong.json', '-f', '-o', 'back.png', *MODEL, status=8).stderr
        assert b'E-CODES' in said, said


if __name__ == '__main__':
    main()
