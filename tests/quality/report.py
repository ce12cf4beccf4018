"""Tables, contact sheets and the HTML page of quality.py."""
import html
import json
import pathlib

import cv2
import numpy as np

import tasks

FIGURES = (('lpips unit', 3), ('frechet', 2), ('rim ratio', 2), ('diversity', 3), ('seconds', 1))
SIDE = 256  # of a picture on a sheet; holes are shown at 100 %
LABELS = pathlib.Path(__file__).resolve().parents[2] / 'data/labels.json'


def number(value, digits):
    return '-' if value is None else f'{value:.{digits}f}'


def text(task, found):
    lines = ['\t'.join([task, 'holes', *(name for name, _ in FIGURES)])]
    for method, line in found['table'].items():
        lines.append('\t'.join([method, str(line['photos']), *(number(line[n], d) for n, d in FIGURES)]))
    if 'class test' in found:
        lines.append(json.dumps(found['class test']))
    return '\n'.join(lines) + '\n'


def singles(rows):
    """The figures of each hole, without pictures and features."""
    return [{'photo': row['photo'],
             'judged': {name: [{k: v for k, v in one.items() if k != 'features'} for one in judged]
                        for name, judged in row['judged'].items()}} for row in rows]


# ---- contact sheets -----------------------------------------------------------------------------

def view(picture, window, whole):
    """SIDE x SIDE pixels around the window at 100 %, or the whole picture reduced."""
    h, w = picture.shape[:2]
    out = np.full((SIDE, SIDE, 3), 64, np.uint8)
    if whole:
        scale = SIDE / max(h, w)
        part = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)[:SIDE, :SIDE]
    else:
        y = int(np.clip((window[0] + window[1] - SIDE) // 2, 0, max(0, h - SIDE)))
        x = int(np.clip((window[2] + window[3] - SIDE) // 2, 0, max(0, w - SIDE)))
        part = picture[y:y + SIDE, x:x + SIDE]
    out[:part.shape[0], :part.shape[1]] = part
    return out


def caption(words, height=16):
    band = np.full((height, SIDE, 3), 255, np.uint8)
    cv2.putText(band, words, (3, height - 5), cv2.FONT_HERSHEY_SIMPLEX, 0.36, (0, 0, 0), 1, cv2.LINE_AA)
    return band


def colours(labels):
    """A label map in the colours of data/labels.json."""
    known = {one['id']: one['color'] for one in json.loads(LABELS.read_text())['labels']}
    table = np.zeros((256, 3), np.uint8)
    for i, colour in known.items():
        table[i] = [int(colour[k:k + 2], 16) for k in (5, 3, 1)]
    return table[labels]


def figures(judged):
    lpips = f'LPIPS {judged["lpips unit"]:.3f}  ' if 'lpips unit' in judged else ''
    return lpips + ('' if judged['rim ratio'] is None else f'rim {judged["rim ratio"]:.2f}')


def sheet_line(task, row, variants):
    whole = task in ('right', 'paint')
    given = colours(row['labels']) if row['labels'] is not None else \
        np.where(row['mask'][..., None] > 0, np.uint8(128), row['picture'])
    cells = [(row['picture'], row['photo'], ''), (given, 'given', '')]
    for name, made in row['made'].items():
        for i, picture in enumerate(made[:3] if len(variants) == 1 else made[:1]):
            title = f'Tessera {name} {i + 1}' if name in variants else name
            cells.append((picture, title, figures(row['judged'][name][i])))
    window = tasks.window_of(task, row['mask'])
    return np.hstack([np.vstack([caption(title), view(picture, window, whole), caption(words)])
                      for picture, title, words in cells])


def write_sheet(path, task, rows, variants):
    cv2.imwrite(str(path), np.vstack([sheet_line(task, row, variants) for row in rows]),
                [cv2.IMWRITE_JPEG_QUALITY, 90])


# ---- the page -----------------------------------------------------------------------------------

HEAD = '''<!doctype html><meta charset="utf-8"><title>Tessera: quality</title>
<style>body{font:15px sans-serif;margin:2em}td,th{padding:2px 12px;text-align:right}td:first-child{text-align:left}
img{max-width:none}</style><h1>Tessera: quality</h1>
'''


def html_table(found):
    lines = ['<table><tr><th>method<th>holes' + ''.join(f'<th>{name}' for name, _ in FIGURES)]
    for method, line in found['table'].items():
        lines.append(f'<tr><td>{html.escape(method)}<td>{line["photos"]}'
                     + ''.join(f'<td>{number(line[n], d)}' for n, d in FIGURES))
    return '\n'.join(lines) + '</table>\n'


def write_html(path, found):
    page = [HEAD, f'<p>{html.escape(found["about"])}; model {html.escape(found["model"])}, seed {found["seed"]}. '
            'LPIPS and Frechet: lower is better. Rim ratio: the step across the rim by that of the original, 1 is '
            'seamless. Diversity: LPIPS between two variations. Seconds: of the whole call, four variations.</p>\n']
    for task, one in found['tasks'].items():
        page.append(f'<h2>{task}: {html.escape(tasks.TASKS.get(task, "without painting"))}</h2>\n' + html_table(one))
        if 'class test' in one:
            page.append(f'<p>Class test: {html.escape(json.dumps(one["class test"]))}</p>\n')
        if task in tasks.TASKS:
            page.append(f'<p><img src="sheet-{task}.jpg"></p>\n')
    path.write_text(''.join(page))
