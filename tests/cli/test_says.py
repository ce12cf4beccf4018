"""What the command prints."""
import hashlib
import json
import os
import subprocess

import png
import tiny_model
from harness import HOLE, TESSERA, complete, environment, main, photo, read_bytes, run, test


@test
def json_lines_are_complete():
    png.write('in.png', photo(53, 75, 3, 8))
    done = complete('in.png', HOLE, '-n', 3, '--seed', 11, '--json', '-o', 'out.png')
    events = [json.loads(line) for line in done.stdout.decode().splitlines()]
    kinds = [e['event'] for e in events]
    assert kinds[:2] == ['start', 'plan'] and kinds[-4:] == ['variation'] * 3 + ['end'], kinds
    assert set(kinds[2:-4]) == {'progress'}, kinds
    steps = [e['fraction'] for e in events if e['event'] == 'progress']
    assert steps == sorted(steps) and steps[-1] == 1, steps
    assert events[1]['cells'] > 0 and events[1]['bytes'] > 0 and events[1]['seconds'] > 0
    for rank, e in enumerate(events[-4:-1], 1):
        assert e['file'] == f'out-{rank}.png' and e['rank'] == rank and e['seed'] == 11, e
        assert e['sha256'] == hashlib.sha256(read_bytes(e['file'])).hexdigest()
        assert e['log_likelihood'] <= 0 and e['score_edge'] >= 0, e
    assert sorted(e['variation'] for e in events[-4:-1]) == [1, 2, 3]
    assert events[-1]['ok'] and events[-1]['exit'] == 0 and len(events[-1]['files']) == 3


@test
def json_tells_failures():
    for args in (['complete', 'nowhere.png', HOLE, '-o', 'o.png', '-m', 'tiny.safetensors'],
                 ['complete', '--bogus'], ['info', 'nowhere.safetensors']):
        done = subprocess.run([TESSERA, *args, '--json'], capture_output=True, env=environment())
        error, end = [json.loads(line) for line in done.stdout.splitlines()][-2:]
        assert error['event'] == 'error' and error['code'].startswith('E-') and error['message'], error
        assert end['event'] == 'end' and end['exit'] == done.returncode > 0 and not end['ok'], end


@test
def without_a_terminal_each_tenth_is_a_line():
    png.write('in.png', photo(53, 75, 3, 8))
    lines = complete('in.png', HOLE, '-n', 2, '-o', 'out.png').stderr.decode().splitlines()
    tenths = [int(line.split('%')[0].split()[-1]) for line in lines if '%' in line]
    assert tenths and tenths[-1] == 100 and all(t % 10 == 0 for t in tenths), lines
    assert tenths == sorted(set(tenths)), 'a tenth was told twice'
    assert lines[-1].endswith('out-1.png out-2.png'), lines[-1]
    assert complete('in.png', HOLE, '-n', 1, '-q', '-o', 'quiet.png').stderr == b''


@test
def a_plan_computes_nothing():
    png.write('in.png', photo(53, 75, 3, 8))
    before = set(os.listdir('.'))
    text = complete('in.png', HOLE, '--plan').stdout.decode()
    assert 'cells in' in text and 'GFLOP' in text, text
    assert set(os.listdir('.')) == before


@test
def info_tells_about_the_model():
    about = json.loads(run('info', 'tiny.safetensors', '--json').stdout)
    model = about['model']
    assert model['name'] == 'tiny' and model['kind'] == 'fill' and model['f'] == 8 and model['window'] == 8
    assert model['codes'] == 32 and [label['name'] for label in model['labels']] == tiny_model.LABELS
    assert model['sha256'] == hashlib.sha256(read_bytes('tiny.safetensors')).hexdigest()
    assert 'path' not in model and about['formats'] == {'read': ['png', 'jpeg', 'webp', 'tiff', 'pnm'], 'write': ['png', 'tiff']}
    text = run('info', env={'TESSERA_MODEL': 'tiny.safetensors'}).stdout.decode()
    assert 'tiny (fill)' in text and 'water' in text, text


@test
def help_lists_every_option():
    text = run('complete', '--help').stdout.decode()
    for option in ('--mask', '--hole', '--invert-mask', '--labels', '--model', '--variations', '--seed',
                   '--variety', '--top-k', '--top-p', '--threads', '--memory', '--[no-]match-color', '--texture', '--plan',
                   '--json', '--force', '--quiet', '--verbose', '--help', '--version', '(default: 4)'):
        assert option in text, option
    assert '--mask' not in run('info', '--help').stdout.decode()
    assert max(map(len, text.splitlines())) < 80
    assert run('--version').stdout.startswith(b'tessera ')
    assert run().stdout.startswith(b'Tessera ')


if __name__ == '__main__':
    main()
