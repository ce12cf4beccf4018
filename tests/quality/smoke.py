#!/usr/bin/env python3
"""quality.py from end to end on two tiny pictures made here, with a model of random weights: everything but beauty.
The classifier and the perceptual net are not part of it: they need ../shared."""
import json
import pathlib
import subprocess
import sys
import tempfile

import cv2
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
MODEL = HERE.parent / 'golden/fill_plain/model.safetensors'


def fail(sentence):
    sys.exit(f'smoke.py: {sentence}')


def main():
    tessera = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / 'photos').mkdir()
        for i in range(2):
            y, x = np.mgrid[:96, :128]
            picture = np.stack([128 + 60 * np.sin(x / (9 + i)), 100 + y, 200 - x], 2)
            cv2.imwrite(str(folder / f'photos/{i}.png'), picture.astype(np.uint8))
        subprocess.run([sys.executable, HERE / 'quality.py', '--photos', folder / 'photos', '--model', MODEL,
                        '--tessera', tessera, '--out', folder / 'out', '--task', 'centre', '--task', 'object',
                        '--perceptual', folder, '--peer', 'OpenCV Telea'], check=True)
        found = json.loads((folder / 'out/figures.json').read_text())
        for task in ('centre', 'object', 'all holes'):
            table = found['tasks'][task]['table']
            holes = 4 if task == 'all holes' else 2
            for method in ('Tessera plain, best of 4', 'Tessera plain, mean of 4', 'OpenCV Telea'):
                if table[method]['photos'] != holes or not table[method]['seconds'] > 0:
                    fail(f'{task}: {method}: {table[method]}')
            # The pictures have hardly a step; Telea has some, random weights have more.
            if not 0.2 < table['OpenCV Telea']['rim ratio'] < 8:
                fail(f'{task}: Telea has a rim ratio of {table["OpenCV Telea"]["rim ratio"]}')
            if table['OpenCV Telea']['lpips unit'] is not None:
                fail('There is no perceptual net, but LPIPS.')
        page = (folder / 'out/report.html').read_text()
        for task in ('centre', 'object'):
            sheet = cv2.imread(str(folder / f'out/sheet-{task}.jpg'))
            if sheet is None or sheet.shape[0] != 2 * (256 + 32) or f'sheet-{task}.jpg' not in page:
                fail(f'sheet-{task}.jpg')
    print('quality.py made its report.')


if __name__ == '__main__':
    main()
