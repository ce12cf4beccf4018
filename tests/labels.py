#!/usr/bin/env python3
"""data/labels.json: complete, and colours that colour-blind people can tell apart.

Colours are compared in CIE Lab (D65, Delta E 1976), as they are and as people without red or green cones see them
(Machado, Oliveira, Fernandes: A physiologically-based model for simulation of colour vision deficiency, 2009, severity
1, in linear light)."""
import itertools
import json
import pathlib
import sys

LEAST = 25  # Delta E; 2 to 3 is just visible side by side
PATTERNS = ('plain', 'horizontal', 'dots', 'waves', 'grid', 'vertical', 'rising', 'falling')  # by id modulo 8
SIGHTS = {
    'normal': ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    'protanopia': ((.152286, 1.052583, -.204868), (.114503, .786281, .099216), (-.003882, -.048116, 1.051998)),
    'deuteranopia': ((.367322, .860646, -.227968), (.280085, .672501, .047413), (-.011820, .042940, .968881))}
XYZ = ((.4124564, .3575761, .1804375), (.2126729, .7151522, .0721750), (.0193339, .1191920, .9503041))


def times(matrix, vector):
    return [sum(a * b for a, b in zip(row, vector)) for row in matrix]


def channels(color):
    return [int(color[i:i + 2], 16) for i in (1, 3, 5)]


def lab(color, sight):
    linear = [c / 12.92 if c <= .04045 else ((c + .055) / 1.055) ** 2.4 for c in (v / 255 for v in channels(color))]
    seen = [min(max(c, 0), 1) for c in times(SIGHTS[sight], linear)]
    x, y, z = (c ** (1 / 3) if c > 216 / 24389 else (24389 / 27 * c + 16) / 116
               for c in (value / sum(row) for value, row in zip(times(XYZ, seen), XYZ)))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def closest(labels, sight):
    """(Delta E, name, name) of the two labels that look most alike."""
    points = [(lab(label['color'], sight), label['name']) for label in labels]
    return min((sum((p - q) ** 2 for p, q in zip(a, b)) ** .5, m, n)
               for (a, m), (b, n) in itertools.combinations(points, 2))


def main():
    labels = json.loads((pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else 'data/labels.json')).read_text())['labels']
    n = len(labels)
    faults = []
    if [label['id'] for label in labels] != list(range(n)):
        faults.append('the ids do not count from 0')
    if sorted(label['order'] for label in labels) != list(range(1, n + 1)):
        faults.append('the order does not name each place once')
    if len({label['name'] for label in labels}) != n:
        faults.append('two labels have one name')
    faults += [f'{label["name"]}: pattern {label["pattern"]}' for label in labels
               if label['pattern'] != PATTERNS[label['id'] % len(PATTERNS)]]
    faults += [f'{a["name"]} and {b["name"]} differ by less than 8 in every channel'
               for a, b in itertools.combinations(labels, 2)
               if max(abs(p - q) for p, q in zip(channels(a['color']), channels(b['color']))) < 8]
    for sight in SIGHTS:
        distance, a, b = closest(labels, sight)
        print(f'{sight}: {a} and {b} are closest, Delta E {distance:.1f}')
        if distance < LEAST:
            faults.append(f'{sight}: {a} and {b} look alike, Delta E {distance:.1f}')
    print('\n'.join(faults))
    sys.exit(bool(faults))


if __name__ == '__main__':
    main()
