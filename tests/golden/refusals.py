#!/usr/bin/env python3
"""golden says "not ok" for every case that is not wholly computed and equal. Argument: the program."""
import json, pathlib, shutil, struct, subprocess, sys, tempfile

GOLDEN, HERE = sys.argv[1], pathlib.Path(__file__).parent


def read(path):
    data = path.read_bytes()
    n = struct.unpack('<Q', data[:8])[0]
    return json.loads(data[8:8 + n]), bytearray(data[8 + n:])


def write(path, header, data):
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    path.write_bytes(struct.pack('<Q', len(text)) + text + data)


def run(folder):
    return subprocess.run([GOLDEN, folder], capture_output=True, text=True)


def edited(case, change):
    """The case with case.json changed by change (object, folder)."""
    with tempfile.TemporaryDirectory() as temp:
        folder = pathlib.Path(temp) / case
        shutil.copytree(HERE / case, folder)
        path = folder / 'case.json'
        described = json.loads(path.read_text())
        change(described, folder)
        path.write_text(json.dumps(described))
        return run(folder)


def nothing(case, folder):
    pass


def unknown_op(case, folder):
    case['steps'][0]['op'] = 'vqgan.dream'


def step_left_out(case, folder):
    del case['steps'][-1]


def no_steps(case, folder):
    case['steps'] = []


def other_form(case, folder):
    case['tessera_golden'] = 2


def unknown_role(case, folder):
    case['steps'][0]['outputs']['dreams'] = next(iter(case['steps'][0]['outputs'].values()))


def no_tolerance(case, folder):
    case['exact'], case['tolerance'] = [], {}


def no_such_row(case, folder):
    role = next(iter(case['steps'][0]['outputs']))
    case['steps'][0]['outputs'][role] += '[77]'


def one_number_off(case, folder):
    header, data = read(folder / 'expected.safetensors')
    data[-8] ^= 1  # I64: the last array's last number, or F32: one of the last
    data[-6] ^= 0x40
    write(folder / 'expected.safetensors', header, data)


def array_nobody_computes(case, folder):
    header, data = read(folder / 'expected.safetensors')
    header['extra'] = {'dtype': 'U8', 'shape': [1], 'data_offsets': [len(data), len(data) + 1]}
    write(folder / 'expected.safetensors', header, data + b'\0')


failed = 0
tests = [(case, change) for case in ('permuters', 'gpt_plain', 'sampler_filter')
         for change in (nothing, unknown_op, step_left_out, no_steps, other_form, unknown_role, no_tolerance, no_such_row,
                        one_number_off, array_nobody_computes)]
print(f'1..{len(tests)}')
for number, (case, change) in enumerate(tests, 1):
    result = edited(case, change)
    good = result.returncode == (0 if change is nothing else 1) and not result.stderr
    failed += not good
    said = [line for line in result.stdout.splitlines() if not line.startswith('#  ')]
    print('ok' if good else 'not ok', number, f'{case}: {change.__name__}')
    print('#', said[-1], result.stderr.strip())
sys.exit(failed > 0)
