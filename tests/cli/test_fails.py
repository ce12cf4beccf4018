"""Every failure has its code, its exit status and one sentence."""
import json
import os
import pathlib

import numpy as np
from PIL import Image

import png
import tiny_model
from harness import HOLE, complete, main, photo, read_bytes, run, tessera_texts, test


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
    png.write('clear.png', np.zeros((53, 75, 4), np.uint8))
    left = np.zeros((53, 75), np.uint8)
    left[:, :20] = 255
    png.write('left.png', left)
    png.write('recipe.png', before)
    complete('recipe.png', HOLE, '-o', 'with.png')
    recipe = json.loads(tessera_texts('with.png')[0])
    os.unlink('with.png')
    recipe['model'] = {'name': 'elsewhere', 'sha256': '0' * 64}
    pathlib.Path('other.json').write_text(json.dumps(recipe))
    pathlib.Path('newer.json').write_text(json.dumps(dict(recipe, format=99)))
    pathlib.Path('bad.json').write_text('{"format": 1, "seed": "x"}')


OUT = ['-o', 'new.png', '-n', '1']
MODEL = ['-m', 'tiny.safetensors']
FAILURES = [  # arguments, exit status, code, a part of the sentence
    (['complet', 'in.png'], 2, 'E-USAGE', 'Did you mean complete?'),
    (['complete', 'in.png', '--sed', '4', *OUT], 2, 'E-USAGE', 'Did you mean --seed?'),
    (['complete', 'in.png', 'in.png', 'in.png', *OUT], 2, 'E-USAGE', 'several pictures need a folder'),
    (['extend', 'in.png', 'in.png', *OUT], 2, 'E-USAGE', 'one file too many'),
    (['complete', 'in.png', HOLE, *MODEL], 2, 'E-USAGE', '--output'),
    (['complete', *OUT, *MODEL], 2, 'E-USAGE', 'name of a picture'),
    (['complete', 'in.png', HOLE, '-o', 'new.jpg', *MODEL], 2, 'E-USAGE', 'ends with .png or .tif'),
    (['complete', 'in.png', '-n', '17'], 2, 'E-USAGE', 'from 1 to 16, not "17"'),
    (['complete', 'in.png', '--top-p', '1.1'], 2, 'E-USAGE', 'from 0 to 1'),
    (['complete', 'in.png', '--temperature', 'nan'], 2, 'E-USAGE', '--variety: expected is a number from 0 to 2'),
    (['complete', 'in.png', '--top-k', '65537'], 2, 'E-USAGE', 'from 0 to 65536'),
    (['complete', 'in.png', '--soften', '257'], 2, 'E-USAGE', 'from 0 to 256'),
    (['complete', 'in.png', '--texture', '-1'], 2, 'E-USAGE', 'from 0 to 100'),
    (['complete', 'in.png', '--effort', 'none'], 2, 'E-USAGE', 'draft, normal or high'),
    (['complete', 'in.png', '--strategy', 'none'], 2, 'E-USAGE', 'auto, pyramid, anchored or exact'),
    (['complete', 'in.png', '--progress', 'none-such'], 2, 'E-USAGE', 'auto, bar, none or json'),
    (['complete', 'in.png', '--time-limit', '3 days'], 2, 'E-USAGE', 'a time like 60s'),
    (['complete', 'in.png', '--threads', '0'], 2, 'E-USAGE', 'from 1 to 1024'),
    (['complete', 'in.png', '--prefix', '1,x'], 2, 'E-USAGE', 'whole numbers with commas'),
    (['complete', 'in.png', '--class', 'cat'], 2, 'E-USAGE', 'a whole number from 0'),
    (['complete', 'in.png', '-x'], 2, 'E-USAGE', '-x: there is no such option'),
    (['complete', 'in.png', '--similar', '40', HOLE, *OUT, *MODEL], 2, 'E-USAGE', 'it needs the --recipe'),
    (['complete', 'in.png', '--mask', 'white.png', '--mask-dir', '.', *OUT], 2, 'E-USAGE', 'exclude each other'),
    (['complete', 'in.png', '--mask', 'white.png', '--hole', 'transparent', *OUT], 2, 'E-USAGE', 'exclude each other'),
    (['complete', 'in.png', '--out-dir', '.', *OUT], 2, 'E-USAGE', 'exclude each other'),
    (['complete', '-', '--mask', '-', *OUT], 2, 'E-USAGE', 'comes from standard input already'),
    (['complete', 'in.png', HOLE, '-o', '-', '--json'], 2, 'E-USAGE', 'the picture itself'),
    (['extend', 'in.png', '--left', '1.5', *OUT], 2, 'E-USAGE', 'whole pixels, or per cent'),
    (['extend', 'in.png', '--ratio', '16/9', *OUT], 2, 'E-USAGE', 'a ratio like 16:9'),
    (['extend', 'in.png', '--size', '16', *OUT], 2, 'E-USAGE', 'a size like 768x512'),
    (['extend', 'in.png', '--size', '160x160', '--left', '3', *OUT], 2, 'E-USAGE', 'excludes margins'),
    (['extend', 'in.png', '--anchor', 'middle', *OUT], 2, 'E-USAGE', 'center, or a side or corner'),
    (['extend', *OUT], 2, 'E-USAGE', 'name of a picture'),
    (['extend', 'in.png', *OUT, *MODEL], 6, 'E-NO-MARGIN', 'all four margins are 0'),
    (['extend', 'in.png', '--left', '524288', *OUT, *MODEL], 6, 'E-HUGE-IMAGE', '524288 pixels per side'),
    (['extend', 'in.png', '--left', '200000', '--top', '200000', '--memory', '1G', *OUT, *MODEL], 7, 'E-TOO-LARGE',
     'extended picture needs'),
    (['extend', 'in.png', '--size', '60x60', *OUT, *MODEL], 8, 'E-SIZE', 'smaller than the picture'),
    (['extend', 'in.png', '--left', '8', *OUT, '-m', 'tokenizer.safetensors'], 5, 'E-MODEL-CANNOT', 'does not complete'),
    (['paint', '--mask', 'white.png', *OUT], 2, 'E-USAGE', 'into the picture --under'),
    (['paint', '--under', 'in.png', '--size', '8x8', *OUT], 2, 'E-USAGE', 'has a size already'),
    (['paint', '--under', 'in.png', '--mask', 'white.png', *OUT, *MODEL], 8, 'E-NO-LABELS', 'with --labels'),
    (['paint', '--size', '64x64', *OUT, '-m', 'tokenizer.safetensors'], 5, 'E-MODEL-CANNOT', 'from nothing'),
    (['paint', '--under', 'in.png', '--labels', 'clear.png', '--mask', 'left.png', *OUT, *MODEL], 8, 'E-LABEL-EMPTY',
     'is empty where labels are wanted'),
    (['complete', 'in.png', HOLE, '--depth', 'in.png', *OUT, *MODEL], 5, 'E-MODEL-CANNOT', 'nothing of depth'),
    (['complete', 'in.png', HOLE, '--drawing', 'in.png', *OUT, *MODEL], 5, 'E-MODEL-CANNOT', 'follows no drawings'),
    (['complete', 'in.png', HOLE, '--class', '3', *OUT, *MODEL], 5, 'E-MODEL-CANNOT', 'has no classes'),
    (['complete', 'in.png', HOLE, '--prefix', '3,4', *OUT, *MODEL], 5, 'E-MODEL-CANNOT', 'no tokens first'),
    (['complete', 'in.png', '--recipe', 'nowhere.json', *OUT], 3, 'E-FILE-READ', '"nowhere.json" cannot be read'),
    (['complete', 'in.png', '--recipe', 'in.png', *OUT], 8, 'E-NO-RECIPE', 'no recipe and no PNG file that carries'),
    (['complete', 'in.png', '--recipe', 'bad.json', *OUT], 8, 'E-RECIPE-BAD', 'cannot be read'),
    (['complete', 'in.png', '--recipe', 'newer.json', *OUT], 8, 'E-RECIPE-NEWER', 'newer Tessera'),
    (['complete', 'in.png', '--recipe', 'other.json', HOLE, *OUT], 5, 'E-MODEL-WRONG', 'another model, "elsewhere"'),
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
    (['complete', 'in.png', '--mask', 'black.png', *OUT, *MODEL], 6, 'E-EMPTY-HOLE', 'Nothing is marked'),
    (['complete', 'in.png', '--mask', 'white.png', *OUT, *MODEL], 6, 'E-NO-CONTEXT', 'nothing to continue from'),
    (['complete', 'in.png', *OUT, *MODEL], 6, 'E-NO-TRANSPARENT', 'no empty area'),
    (['complete', 'in.png', '--hole=8x8+75+0', *OUT, *MODEL], 6, 'E-OUTSIDE', 'lies outside the picture'),
    (['complete', 'in.png', HOLE, *OUT, *MODEL, '--memory', '1000'], 7, 'E-TOO-LARGE', 'memory'),
    (['complete', 'in.png', HOLE, *OUT, *MODEL, '--memory', '200K'], 7, 'E-TOO-LARGE', ''),
    (['complete', 'in.png', '--mask', 'small.png', *OUT, *MODEL], 8, 'E-SIZE', 'The mask is 75 x 20, the picture 75 x 53'),
    (['complete', 'in.png', HOLE, '--labels', 'ids.png', '--label-ids', *OUT, *MODEL], 8, 'E-LABEL-UNKNOWN', 'the label 3'),
    (['complete', 'in.png', HOLE, '--labels', 'in.png', '--label-ids', *OUT, *MODEL], 8, 'E-LABEL-TYPE', 'holds colors'),
    (['complete', 'in.png', HOLE, '--labels', 'ids.png', *OUT, *MODEL], 8, 'E-LABEL-TYPE', 'add --label-ids'),
    (['complete', 'in.png', HOLE, '--labels', 'small.png', *OUT, *MODEL], 8, 'E-SIZE', 'The label picture "small.png"'),
    (['reconstruct', '--from-codes', 'bad.json', *OUT, *MODEL], 2, 'E-USAGE', '--variations'),
    (['reconstruct', '--from-codes', 'bad.json', '-o', 'new.png', *MODEL], 8, 'E-CODES', 'cannot be used'),
    (['reconstruct', '--from-codes', 'bad.json', 'in.png', '-o', 'new.png', *MODEL], 2, 'E-USAGE', 'instead of a picture'),
    (['reconstruct', 'in.png', *MODEL], 2, 'E-USAGE', '--output'),
    (['reconstruct', 'in.png', '-o', 'in.png', *MODEL], 4, 'E-FILE-EXISTS', 'exists already'),
    (['info', 'nowhere.safetensors'], 5, 'E-NO-MODEL', 'The model file is missing'),
]


def fails(args, status, code, part):
    prepare_failures()
    before = set(os.listdir('.'))
    line = run(*args, status=status, env={'TESSERA_MODEL': 'tiny.safetensors'}).stderr.decode().splitlines()[-1]
    assert line.startswith(f'tessera: {code}: ') and part in line, line
    assert line.endswith(('.', '?', ')')), 'no whole sentence: ' + line
    assert set(os.listdir('.')) == before, 'a file was left behind'


for number, failure in enumerate(FAILURES):
    def one(failure=failure):
        fails(*failure)
    one.__name__ = f'fails_{number:02d}_{failure[2]}_{failure[3].replace(" ", "_")[:30]}'
    test(one)


if __name__ == '__main__':
    main()
