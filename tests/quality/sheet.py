#!/usr/bin/env python3
"""Contact sheet of completions beside classical inpainting, and figures.

    tests/quality/sheet.py                    12 held-out photographs, a hole of 96 x 96 px in the middle of each
    tests/quality/sheet.py --hole quarter     the very task "hole" of ../shared/data/baselines (16 photographs, a
                                              quarter of each side): compare with results.tsv there

Writes sheet.png, figures.tsv and figures.json into --out. Needs python3-opencv and python3-numpy; LPIPS and Frechet
also python3-torch and ../shared/data/perceptual. Photographs: --photos and --split (lines "test NAME"); else the
test split of ../shared/data/photos; else the six landscapes of the Debian package lomiri-wallpapers-16.04, two holes
each. None of them has been trained on."""
import argparse
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile
import time

import cv2
import numpy as np

import measure

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / 'shared' / 'data'
WALLPAPERS = [  # of lomiri-wallpapers-16.04: landscapes, CC BY 4.0, CC BY-SA 4.0 (Bridge), CC0 (seeding)
    'Bridge_by_Sander_Klootwijk', 'aitzgorri_by_Aitzol_Berasategi', 'life_by_Aitzol_Berasategi',
    'picosdeeuropa_by_Aitzol_Berasategi', 'seeding_by_Clements_Engelhardt', 'sunset_by_Aitzol_Berasategi']
VIEW = 256  # side of what the sheet shows of a photograph, at 100 %
N_SHOWN = 3  # variations


def stop(sentence):
    sys.exit(f'sheet.py: {sentence}')


def split_photos(photos, split):
    names = [line.split()[1] for line in open(split) if line.startswith('test')]
    return [(photos / name, 0.5) for name in names]


def wallpapers():
    for folder in ('/usr/share/backgrounds', '/usr/local/share/backgrounds', '/usr/share/wallpapers'):
        found = [path for name in WALLPAPERS for path in pathlib.Path(folder).glob(f'**/{name}.jpg')]
        if found:
            return found
    return []


def find_photos(options):
    """(path, place of the hole from left to right), and a sentence that says what they are."""
    if options.photos:
        photos = pathlib.Path(options.photos)
        return split_photos(photos, options.split or photos / 'splits.txt'), f'the test split of {photos.name}/'
    if (SHARED / 'photos' / 'splits.txt').exists():
        return split_photos(SHARED / 'photos', SHARED / 'photos' / 'splits.txt'), \
            'the test split of ../shared/data/photos'
    found = wallpapers()
    if found:
        return [(path, place) for place in (0.5, 0.28) for path in found], \
            f'{len(found)} landscapes of the Debian package lomiri-wallpapers-16.04, two holes each'
    return stop('There are no photographs. Install the Debian package lomiri-wallpapers-16.04, or name some with '
                '--photos DIR --split FILE.')


def hole_box(options, picture, place):
    h, w = picture.shape[:2]
    if options.hole == 'quarter':
        return h * 3 // 8, h * 5 // 8, w * 3 // 8, w * 5 // 8
    size = min(options.size, h - 32, w - 32)
    y, x = (h - size) // 2, int((w - size) * place)
    return y, y + size, x, x + size


def run_tessera(options, picture, mask):
    """The variations, best first, and the seconds of the whole call."""
    with tempfile.TemporaryDirectory() as folder:
        cv2.imwrite(folder + '/in.png', picture)
        cv2.imwrite(folder + '/mask.png', mask)
        call = [options.tessera, 'complete', folder + '/in.png', '--mask', folder + '/mask.png', '-n', str(N_SHOWN),
                '--seed', str(options.seed), '--soften', '0', '-o', folder + '/out-%d.png', '-q',
                *shlex.split(options.extra)]
        begun = time.time()
        done = subprocess.run(call + (['-m', options.model] if options.model else []), stderr=subprocess.PIPE)
        seconds = time.time() - begun
        if done.returncode:
            stop(done.stderr.decode().strip().splitlines()[-1])
        made = [cv2.imread(f'{folder}/out-{i}.png') for i in range(1, N_SHOWN + 1)]
    for result in made:
        if not np.array_equal(result[mask == 0], picture[mask == 0]):
            stop('A pixel outside the hole has changed.')
    return made, seconds


def mean_colour(picture, mask):
    return np.where(mask[..., None] > 0, picture[mask == 0].mean(0), picture).astype(np.uint8)


CLASSICAL = {
    'mean colour': mean_colour,
    'OpenCV Telea r5': lambda picture, mask: cv2.inpaint(picture, mask, 5, cv2.INPAINT_TELEA),
    'OpenCV Navier-Stokes r5': lambda picture, mask: cv2.inpaint(picture, mask, 5, cv2.INPAINT_NS),
}
BEST, MEAN = 'Tessera, best of 3', 'Tessera, each of 3'


def photo_row(options, net, path, place):
    """Everything about one photograph: its fillings (pictures) and their figures."""
    picture = measure.load(path)
    box = hole_box(options, picture, place)
    mask = measure.hole_mask(box, picture)
    row = {'name': path.stem, 'picture': picture, 'box': box, 'mask': mask, 'figures': {}}
    window = measure.window_of(box, picture)
    row['variations'], seconds = run_tessera(options, picture, mask)
    judged = [dict(measure.judge(net, picture, made, mask, window), seconds=seconds) for made in row['variations']]
    row['figures'][BEST], row['figures'][MEAN] = [judged[0]], judged
    for name, method in CLASSICAL.items():
        begun = time.time()
        made = method(picture, mask)
        seconds = time.time() - begun
        made = np.where(mask[..., None] > 0, made, picture)
        row['figures'][name] = [dict(measure.judge(net, picture, made, mask, window), seconds=seconds)]
        if 'Telea' in name:
            row['telea'] = made
    row['original'] = measure.judge(net, picture, picture, mask, window).get('features')
    return row


# ---- the sheet ----------------------------------------------------------------------------------

def view(picture, box):
    """VIEW x VIEW pixels around the hole, unscaled; gray where the photograph ends."""
    y0, y1, x0, x1 = box
    h, w = picture.shape[:2]
    y = int(np.clip((y0 + y1 - VIEW) // 2, 0, max(0, h - VIEW)))
    x = int(np.clip((x0 + x1 - VIEW) // 2, 0, max(0, w - VIEW)))
    part = picture[y:y + VIEW, x:x + VIEW]
    out = np.full((VIEW, VIEW, 3), 64, np.uint8)
    out[:part.shape[0], :part.shape[1]] = part
    return out


def caption(text, height):
    band = np.full((height, VIEW, 3), 255, np.uint8)
    size = 0.5 if height > 16 else 0.36
    cv2.putText(band, text, (3, height - 5), cv2.FONT_HERSHEY_SIMPLEX, size, (0, 0, 0), 1, cv2.LINE_AA)
    return band


def figure_text(figures):
    lpips = f'LPIPS {figures["lpips unit"]:.3f}  ' if 'lpips unit' in figures else ''
    return f'{lpips}rim {figures["rim ratio"]:.2f}'


def write_sheet(path, rows):
    heads = ['original', 'hole'] + [f'Tessera {i + 1}' for i in range(N_SHOWN)] + ['OpenCV Telea r5']
    lines = [np.hstack([caption(head, 24) for head in heads])]
    for row in rows:
        hole = np.where(row['mask'][..., None] > 0, np.uint8(128), row['picture'])
        pictures = [row['picture'], hole, *row['variations'], row['telea']]
        h, w = row['picture'].shape[:2]
        texts = [row['name'], f'{row["box"][3] - row["box"][2]} x {row["box"][1] - row["box"][0]} px of {w} x {h}',
                 *map(figure_text, row['figures'][MEAN]), figure_text(row['figures']['OpenCV Telea r5'][0])]
        cells = [np.vstack([view(p, row['box']), caption(t, 16)]) for p, t in zip(pictures, texts)]
        lines.append(np.hstack(cells))
    cv2.imwrite(str(path), np.vstack(lines))


# ---- the figures --------------------------------------------------------------------------------

def cell(value, digits):
    return '-' if value is None else f'{value:.{digits}f}'


def table_line(task, method, line):
    digits = dict(zip(measure.COLUMNS, (4, 4, 2, 2, 2)))
    return '\t'.join([task, method, str(line['photos'])] + [cell(line[c], digits[c]) for c in measure.COLUMNS])


def summaries(net, rows):
    """Per method. Each of the three variations counts, for Frechet as a set of its own: equal numbers."""
    originals, table = [row['original'] for row in rows], {}
    for method in [BEST, MEAN, *CLASSICAL]:
        n = len(rows[0]['figures'][method])
        sets = [measure.summary(net, [row['figures'][method][i] for row in rows], originals) for i in range(n)]
        table[method] = {key: None if sets[0][key] is None else float(np.mean([s[key] for s in sets]))
                         for key in sets[0]}
        table[method]['photos'] = len(rows)
    return table


def write_figures(out, about, table, rows):
    head = '\t'.join(['task', 'method', 'photos', *measure.COLUMNS])
    lines = [head] + [table_line(about['task'], method, line) for method, line in table.items()]
    (out / 'figures.tsv').write_text('\n'.join(lines) + '\n')
    print('\n'.join(lines))
    singles = [{'photo': row['name'], 'box': row['box'],
                'methods': {method: [{k: v for k, v in f.items() if k != 'features'} for f in figures]
                            for method, figures in row['figures'].items()}} for row in rows]
    text = json.dumps(dict(about, methods=table, photos=singles), indent=1)
    (out / 'figures.json').write_text(text + '\n')


def compare(table):
    """What the baselines wrote down, and whether this run judges the same way: its Telea must be theirs."""
    path = SHARED / 'baselines' / 'results.tsv'
    if not path.exists():
        return
    theirs = [line.split('\t') for line in path.read_text().splitlines()[1:] if line.startswith('hole\t')]
    print(f'\n../shared/data/baselines/{path.name}:')
    print('\n'.join('\t'.join(line) for line in theirs))
    telea = next((line for line in theirs if line[1] == 'OpenCV Telea r5'), None)
    ours = table['OpenCV Telea r5']
    if telea and ours['lpips unit'] is not None and int(telea[2]) == ours['photos']:
        print(f'Telea here and there: LPIPS {ours["lpips unit"]:.4f} and {telea[3]}, Frechet {ours["frechet"]:.2f} '
              f'and {telea[5]}.')


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--photos', help='folder of photographs')
    parser.add_argument('--split', help='which of them: lines "test NAME" (default: splits.txt in that folder)')
    parser.add_argument('--count', type=int, help='how many (default: 12; quarter: 16)')
    parser.add_argument('--size', type=int, default=96, help='side of the hole in pixels')
    parser.add_argument('--hole', choices=('square', 'quarter'), default='square')
    parser.add_argument('--tessera', default=str(ROOT / 'build/cli/tessera'))
    parser.add_argument('--model', help='model file instead of the bundled one')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--extra', default='', help='more options of tessera complete, as one text')
    parser.add_argument('--perceptual', default=str(SHARED / 'perceptual'), help='folder of the perceptual net')
    parser.add_argument('--out', default='out/sheet')
    return parser.parse_args()


def main():
    options = parse()
    out = pathlib.Path(options.out)
    photos, source = find_photos(options)
    photos = photos[:options.count or (16 if options.hole == 'quarter' else 12)]
    net = measure.Net(options.perceptual)
    print(f'Photographs: {source}.')
    if not net:
        print('There is no perceptual net: no LPIPS, no Frechet.')
    rows = []
    for path, place in photos:
        rows.append(photo_row(options, net, path, place))
        best = rows[-1]['figures'][BEST][0]
        print(f'{path.stem}\t{figure_text(best)}\t{best["seconds"]:.1f} s', flush=True)
    out.mkdir(parents=True, exist_ok=True)
    write_sheet(out / 'sheet.png', rows)
    table = summaries(net, rows)
    about = {'task': 'hole' if options.hole == 'quarter' else f'{options.size} px', 'source': source,
             'seed': options.seed, 'extra': options.extra, 'variations': N_SHOWN}
    write_figures(out, about, table, rows)
    if options.hole == 'quarter':
        compare(table)
    print(f'\nWrote {out}/sheet.png, figures.tsv, figures.json.')


if __name__ == '__main__':
    main()
