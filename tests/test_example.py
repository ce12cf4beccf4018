#!/usr/bin/env python3
"""docs/example.c does what it says. Arguments: the program, the folder of golden cases."""
import pathlib, random, subprocess, sys, tempfile

EXAMPLE, GOLDEN = sys.argv[1], pathlib.Path(sys.argv[2])
WIDTH, HEIGHT = 57, 43
failed = 0


def check(good, what):
    global failed, number
    number += 1
    failed += not good
    print('ok' if good else 'not ok', number, what)


def write(path, magic, data, width=WIDTH, height=HEIGHT):
    path.write_bytes(b'%s\n%d %d\n255\n' % (magic, width, height) + bytes(data))


def run(model, *paths):
    return subprocess.run([EXAMPLE, GOLDEN / model / 'model.safetensors', *paths], capture_output=True, text=True)


number = 0
print('1..8')
with tempfile.TemporaryDirectory() as temp:
    folder = pathlib.Path(temp)
    picture, hole, out = folder / 'in.ppm', folder / 'hole.pgm', folder / 'out.ppm'
    chance = random.Random(1)
    pixels = [(x * 3 + c * 40 + y * 2 + chance.randrange(9)) % 256 for y in range(HEIGHT) for x in range(WIDTH) for c in range(3)]
    inside = [12 <= x < 40 and 9 <= y < 30 for y in range(HEIGHT) for x in range(WIDTH)]
    write(picture, b'P6', pixels)
    write(hole, b'P5', [255 * i for i in inside])
    for model in ('fill_plain', 'taming_coord'):  # one of each kind that completes
        result = run(model, picture, hole, out)
        check(result.returncode == 0, f'{model}: fills the hole')
        made = out.read_bytes()[-WIDTH * HEIGHT * 3:]
        same = [tuple(made[3 * i:3 * i + 3]) == tuple(pixels[3 * i:3 * i + 3]) for i in range(WIDTH * HEIGHT)]
        check(all(s for s, i in zip(same, inside) if not i), f'{model}: keeps every byte outside')
        check(sum(not s for s, i in zip(same, inside) if i) > 400, f'{model}: changes the inside')
        out.unlink()
    result = run('gpt_plain', picture, hole, out)
    check(result.returncode == 1 and 'cannot complete' in result.stderr and not out.exists(), 'says why it cannot')
    write(hole, b'P5', [0] * 12, 4, 3)
    check(run('fill_plain', picture, hole, out).returncode == 1, 'wants a hole of the same size')
sys.exit(failed > 0)
