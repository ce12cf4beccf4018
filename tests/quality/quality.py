#!/usr/bin/env python3
"""How good completions are, beside what a person has today: report.html with contact sheets, figures.json.

    tests/quality/quality.py                          the test split of ../shared/data, all tasks, all peers
    tests/quality/quality.py --split validation --task centre --variant plain --variant 'smooth=--texture 0'
    tests/quality/quality.py --wallpapers --count 2 --task centre --only-tessera

Photographs are reduced to 512 px on the longer side. Tasks and masks: tasks.py; peers: peers.py; measures: measure.py,
on a window around the hole. The best-ranked variation and the mean of four are figures of their own. LPIPS, Frechet,
diversity and the class test need python3-torch and the nets of ../shared/data; without them they are left out, and the
report says so. Photographs: the named split of ../shared/data/photos; where that is not there, or with --wallpapers,
the landscapes of the Debian package lomiri-wallpapers-16.04. None of them has been trained on."""
import argparse
import itertools
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile
import time

import cv2
import numpy as np

import classes
import measure
import peers
import report
import tasks
from sheet import ROOT, SHARED, wallpapers

N = 4  # variations


def stop(sentence):
    sys.exit(f'quality.py: {sentence}')


def photographs(options):
    """Paths, and a sentence that says what they are."""
    if options.photos:
        found, about = sorted(options.photos.iterdir()), options.photos.name + '/'
    elif (SHARED / 'photos/splits.txt').exists() and not options.wallpapers:
        names = [line.split()[1] for line in open(SHARED / 'photos/splits.txt') if line.startswith(options.split)]
        found = [SHARED / 'photos' / name for name in names]
        about = f'{options.split} split of ../shared/data/photos'
    else:
        found, about = wallpapers(), 'landscapes of the Debian package lomiri-wallpapers-16.04'
    if not found:
        stop('There are no photographs. Install the Debian package lomiri-wallpapers-16.04.')
    found = found[:options.count or len(found)]
    return found, f'{len(found)} photographs: {about}'


def label_maps(path, picture):
    """The label map of a photograph at full size, or None."""
    from PIL import Image
    file = path.parent.parent / 'labels' / (path.stem + '.png')
    if not file.exists():
        return None
    return cv2.resize(np.array(Image.open(file)), picture.shape[1::-1], interpolation=cv2.INTER_NEAREST)


def run_tessera(options, words, picture, mask, labels):
    """The variations, best first, and the seconds of the whole call."""
    with tempfile.TemporaryDirectory() as folder:
        cv2.imwrite(folder + '/in.png', picture)
        cv2.imwrite(folder + '/mask.png', mask)
        call = [options.tessera, 'complete', folder + '/in.png', '--mask', folder + '/mask.png']
        if labels is not None:
            cv2.imwrite(folder + '/labels.png', labels)
            call = [options.tessera, 'paint', '--labels', folder + '/labels.png', '--label-ids']
        call += ['-n', str(N), '--seed', str(options.seed), '-o', folder + '/out-%d.png', '-q', '--soften', '0',
                 '-m', options.model, *shlex.split(words)]
        begun = time.time()
        done = subprocess.run(call, stderr=subprocess.PIPE)
        seconds = time.time() - begun
        if done.returncode:
            stop(done.stderr.decode().strip().splitlines()[-1])
        made = [cv2.imread(f'{folder}/out-{i}.png') for i in range(1, N + 1)]
    if 'soften' not in words and any(not np.array_equal(m[mask == 0], picture[mask == 0]) for m in made):
        stop('A pixel outside the hole has changed.')
    return made, seconds


def judge(net, task, original, filled, mask, seconds):
    return dict(measure.judge(net, original, filled, mask, tasks.window_of(task, mask)), seconds=seconds)


def diversity(net, task, made, mask):
    """Mean LPIPS between two variations, on the window."""
    if not net:
        return None
    y0, y1, x0, x1 = tasks.window_of(task, mask)
    return float(np.mean([net.distances(a[y0:y1, x0:x1], b[y0:y1, x0:x1])[0]
                          for a, b in itertools.combinations(made, 2)]))


def one(options, net, task, path):
    """Everything about one hole: pictures and figures by method."""
    picture = measure.load(path)
    mask = tasks.mask_of(task, path.stem, picture)
    labels = label_maps(path, picture) if task == 'paint' else None
    if task == 'paint' and labels is None:
        return None
    row = {'photo': path.stem, 'path': path, 'picture': picture, 'mask': mask, 'labels': labels, 'made': {},
           'judged': {}, 'diversity': {}, 'original': None}
    if net:
        row['original'] = measure.judge(net, picture, picture, mask, tasks.window_of(task, mask))['features']
    for name, words in options.variants.items():
        made, seconds = run_tessera(options, words, picture, mask, labels)
        row['made'][name] = made
        row['judged'][name] = [judge(net, task, picture, m, mask, seconds) for m in made]
        row['diversity'][name] = diversity(net, task, made, mask)
    if task != 'paint' and not options.only_tessera:
        for name in options.peer or peers.available():
            made, seconds = peers.fill(name, picture, mask, options.cache / f'{task}-{path.stem}')
            row['made'][name] = [made]
            row['judged'][name] = [judge(net, task, picture, made, mask, seconds)]
    return row


def summarise(net, rows, options):
    """A table: method -> figures. For Frechet each variation is a set of its own, so that numbers are equal."""
    originals, table = [row['original'] for row in rows], {}
    for name in rows[0]['judged']:
        picks = {name: [0]} if name not in options.variants else \
            {f'Tessera {name}, best of {N}': [0], f'Tessera {name}, mean of {N}': range(N)}
        for label, indices in picks.items():
            sets = [measure.summary(net, [row['judged'][name][i] for row in rows], originals) for i in indices]
            table[label] = {key: None if sets[0][key] is None else float(np.mean([s[key] for s in sets]))
                            for key in sets[0]}
            table[label]['diversity'] = None
            if name in options.variants and net:
                table[label]['diversity'] = float(np.mean([row['diversity'][name] for row in rows]))
    return table


def found_in_drawn(test, options, words):
    """Shares in pictures of the drawn maps: among all classes, and among those three alone."""
    among_all = among_drawn = 0
    for number, labels in enumerate(tasks.drawn_maps()):
        gray = np.full((*labels.shape, 3), 128, np.uint8)
        made, _ = run_tessera(options, words, gray, np.full(labels.shape, 255, np.uint8), labels)
        for i, picture in enumerate(made):
            ids = classes.pure(labels, labels.shape)
            among_all = among_all + test.agreement(picture, ids)
            among_drawn = among_drawn + test.agreement(picture, ids, tasks.DRAWN)
            cv2.imwrite(str(options.out / f'drawn-{number + 1}-{i + 1}.jpg'), picture)
    return {'among all': classes.shares(among_all), 'among the three': classes.shares(among_drawn)}


def class_test(net, options, rows):
    """Share of places where the classifier finds the painted class, and the same on the real photographs."""
    test, held_back = classes.classifier(net, measure.load, SHARED, options.cache)
    real, by_variant = 0, {}
    for row in rows:
        row['ids'] = classes.pure(classes.read_map(classes.of(row['path'].name, SHARED)[1]), row['picture'].shape)
        real = real + test.agreement(row['picture'], row['ids'])
    for name in options.variants:
        painted = 0
        for row in rows:
            painted = painted + sum(test.agreement(made, row['ids']) for made in row['made'][name])
        by_variant[name] = classes.shares(painted)
    return {'painted': by_variant, 'real photographs': classes.shares(real), 'photographs held back': held_back,
            'drawn maps': {name: found_in_drawn(test, options, words) for name, words in options.variants.items()}}


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--split', choices=('test', 'validation'), default='test')
    parser.add_argument('--photos', type=pathlib.Path, help='all pictures of a folder instead')
    parser.add_argument('--wallpapers', action='store_true', help='those of Debian, even where there are others')
    parser.add_argument('--count', type=int, help='only so many photographs')
    parser.add_argument('--task', action='append', choices=list(tasks.TASKS), help='may be repeated (default: all)')
    parser.add_argument('--variant', action='append', metavar='NAME=OPTIONS', help='ways to call tessera')
    parser.add_argument('--peer', action='append', choices=list(peers.PEERS), help='may be repeated (default: all)')
    parser.add_argument('--only-tessera', action='store_true', help='no peers')
    parser.add_argument('--tessera', default=str(ROOT / 'build/cli/tessera'))
    parser.add_argument('--model', default=str(ROOT / 'data/models/landscape.safetensors'))
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--out', type=pathlib.Path, default=ROOT / 'out/quality')
    parser.add_argument('--perceptual', default=str(SHARED / 'perceptual'))
    options = parser.parse_args()
    options.variants = dict((v.split('=', 1) + [''])[:2] for v in options.variant or ['plain'])
    options.tasks, options.cache = options.task or list(tasks.TASKS), options.out / 'cache'
    return options


def main():
    options = parse()
    photos, about = photographs(options)
    net = measure.Net(options.perceptual)
    print(about + ('' if net else '; no perceptual net: no LPIPS, Frechet, diversity, class test'), flush=True)
    options.out.mkdir(parents=True, exist_ok=True)
    found = {'about': about, 'model': pathlib.Path(options.model).name, 'seed': options.seed,
             'variants': options.variants, 'tasks': {}}
    everything = []
    for task in options.tasks:
        rows = [row for row in (one(options, net, task, path) for path in photos) if row]
        if not rows:
            print(f'{task}: left out, these photographs have no label maps.')
            continue
        found['tasks'][task] = {'table': summarise(net, rows, options), 'holes': report.singles(rows)}
        if task == 'paint' and net:
            found['tasks'][task]['class test'] = class_test(net, options, rows)
        if task != 'paint':
            everything += [{key: row[key] for key in ('judged', 'diversity', 'original')} for row in rows]
        report.write_sheet(options.out / f'sheet-{task}.jpg', task, rows, options.variants)
        print(report.text(task, found['tasks'][task]), flush=True)
    if len(options.tasks) > 1 and everything:
        found['tasks']['all holes'] = {'table': summarise(net, everything, options), 'holes': []}
        print(report.text('all holes', found['tasks']['all holes']))
    (options.out / 'figures.json').write_text(json.dumps(found, indent=1) + '\n')
    report.write_html(options.out / 'report.html', found)
    print(f'Wrote {options.out}/report.html, figures.json and the sheets.')


if __name__ == '__main__':
    main()
