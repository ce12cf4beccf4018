#!/usr/bin/env python3
"""What the tests of the `tessera` command share. Each test_*.py is run as test_X.py build/cli/tessera [part of a name]."""
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

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
    """Without softening, unless asked for: so nothing outside the hole may change."""
    return run('complete', '--soften=0', *args, '-m', 'tiny.safetensors', **more)


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
    return [body.split(b'\0\0\0\0\0', 1)[1].decode() for body in bodies if body.startswith(b'tessera-recipe\0')]


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
    sys.exit(1 if failed or not passed else 0)
