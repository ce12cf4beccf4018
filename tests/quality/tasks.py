"""What is taken out of a photograph: the masks of the tasks, the same for everybody and every run. 255 = hole."""
import zlib

import cv2
import numpy as np

TASKS = {'centre': 'a hole in the middle, a quarter of each side',
         'strokes': 'two free strokes, as if wires or people were painted over',
         'object': 'a blob of the size of a thing, somewhere',
         'right': 'the right half: outpainting',
         'paint': 'the whole picture anew from its label map'}


DRAWN = (1, 8, 3)  # sky, mountain, water: numbers of data/labels.json


def drawn_maps(h=384, w=512):
    """Three label maps of sky, mountain and water, wholly painted: a ridge and a shore at different heights."""
    y, x = np.mgrid[:h, :w] / np.float64([h, w]).reshape(2, 1, 1)
    maps = []
    for height, swing, waves, turn, shore in ((.38, .05, 1.1, 0, .62), (.5, .04, 1.7, 1, .66), (.3, .12, .8, 2.2, .7)):
        ridge = height + swing * (np.sin(6.28 * waves * x + turn) + .5 * np.sin(14.44 * waves * x + 2 * turn))
        maps.append(np.where(y < ridge, DRAWN[0], np.where(y > shore, DRAWN[2], DRAWN[1])).astype(np.uint8))
    return maps


def chance(name, task):
    return np.random.default_rng(zlib.crc32(f'{task} {name}'.encode()))


def centre(h, w, _):
    mask = np.zeros((h, w), np.uint8)
    mask[h * 3 // 8:h * 5 // 8, w * 3 // 8:w * 5 // 8] = 255
    return mask


def strokes(h, w, rng):
    mask = np.zeros((h, w), np.uint8)
    for _ in range(2):
        at, angle, points = rng.uniform((.2 * w, .2 * h), (.8 * w, .8 * h)), rng.uniform(0, 2 * np.pi), []
        for _ in range(6):
            points.append(at)
            angle += rng.normal(0, .5)
            at = np.clip(at + w / 14 * np.array([np.cos(angle), np.sin(angle)]), (24, 24), (w - 24, h - 24))
        cv2.polylines(mask, [np.int32(points)], False, 255, int(rng.integers(w // 36, w // 22)))
    return mask


def thing(h, w, rng):
    size, turn = rng.uniform(.10, .16) * w, rng.uniform(0, 2 * np.pi, 3)
    y, x = rng.uniform(.4, .7) * h, rng.uniform(.25, .75) * w
    angles = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    radius = size * (.75 + sum(.12 * np.sin((k + 2) * angles + turn[k]) for k in range(3)))
    points = np.stack([x + radius * np.cos(angles), y + .8 * radius * np.sin(angles)], 1)
    mask = np.zeros((h, w), np.uint8)
    cv2.fillPoly(mask, [np.int32(points)], 255)
    return mask


def right(h, w, _):
    mask = np.zeros((h, w), np.uint8)
    mask[:, w // 2:] = 255
    return mask


def mask_of(task, name, picture):
    h, w = picture.shape[:2]
    if task == 'paint':
        return np.full((h, w), 255, np.uint8)
    make = {'centre': centre, 'strokes': strokes, 'object': thing, 'right': right}[task]
    return make(h, w, chance(name, task))


def window_of(task, mask):
    """y0, y1, x0, x1 of what is judged: the hole's box enlarged to twice its sides, inside the picture; of the right
    half 32 columns more, as ../shared/data/baselines does it."""
    h, w = mask.shape
    if task == 'right':
        return 0, h, w // 2 - 32, w
    ys, xs = np.where(mask.any(1))[0], np.where(mask.any(0))[0]
    y0, y1, x0, x1 = ys[0], ys[-1] + 1, xs[0], xs[-1] + 1
    dy, dx = (y1 - y0) // 2, (x1 - x0) // 2
    return max(0, y0 - dy), min(h, y1 + dy), max(0, x0 - dx), min(w, x1 + dx)
