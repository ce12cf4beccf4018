"""What the command prints."""
import fcntl
import hashlib
import json
import os
import pathlib
import pty
import re
import signal
import struct
import subprocess
import termios
import time

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
                   '--variety', '--label-strength', '--top-k', '--top-p', '--threads', '--memory', '--[no-]match-color', '--texture', '--plan',
                   '--json', '--force', '--quiet', '--verbose', '--help', '--version', '(default: 4)'):
        assert option in text, option
    assert '--mask' not in run('info', '--help').stdout.decode()
    assert max(map(len, text.splitlines())) < 80
    text = run('import', '--help').stdout.decode()
    assert 'where the model file goes' in text and 'variations' not in text, 'the -o of pictures'
    for output in (['-o', 'm.st'], ['-om.st'], ['--output', 'm.st']):
        assert b'nowhere.ckpt' in run('import', 'nowhere.ckpt', *output, status=3).stderr
    assert run('--version').stdout.startswith(b'tessera ')
    assert run().stdout.startswith(b'Tessera ')


# ---- stopping -----------------------------------------------------------------------------------

class Work:
    """A long run: 16 variations of a large hole; stopped by a signal at a share of the progress."""

    def __init__(self, *args):
        self.process = subprocess.Popen(
            [TESSERA, 'complete', 'in.png', '--soften=0', '--seed=3', '-n', '16', '-m', 'tiny.safetensors', '-o', 'out.png',
             '-f', '--json', *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(),
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))

    def stop(self, number, share):
        for line in self.process.stdout:
            event = json.loads(line)
            if event['event'] == 'progress' and event['fraction'] >= share:
                self.process.send_signal(number)
                return event['fraction'] < 1
        return False

    def end(self):
        """(milliseconds, exit status, the last event, the last sentence)"""
        began = time.monotonic()
        rest, said = self.process.communicate(timeout=60)
        ended = [json.loads(line) for line in rest.splitlines()]
        return 1000 * (time.monotonic() - began), self.process.returncode, ended, said.decode().splitlines()[-1]


@test
def a_signal_stops_and_nothing_is_written():
    png.write('in.png', photo(1024, 1024, 3, 8))
    before = set(os.listdir('.'))
    for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        work = Work('--hole=800x800+100+100')
        assert work.stop(number, 0), 'the run is over before it could be stopped'
        milliseconds, code, events, sentence = work.end()
        print(f'signal {number}: stopped after {milliseconds:.0f} ms')
        assert code == status, (code, sentence)
        assert re.fullmatch(r'tessera: I-STOPPED: Stopped at \d+ %\. 0 of 16 finished\.', sentence), sentence
        assert not events[-1]['ok'] and events[-1]['exit'] == status and not events[-1]['files'], events[-1]
        assert set(os.listdir('.')) == before, 'a file was left behind'
        assert milliseconds < 3000, 'even on a busy machine'


@test
def finished_variations_are_kept():
    png.write('in.png', photo(200, 260, 3, 8))
    hole = '--hole=150x120+50+40'
    complete('in.png', hole, '--seed', 3, '-n', 16, '-o', 'whole.png')
    whole = {read_bytes(f'whole-{rank}.png') for rank in range(1, 17)}
    for share in (0.9, 0.94, 0.97, 0.85, 0.8, 0.99, 0.75, 0.7, 0.6):
        work = Work(hole)
        work.stop(signal.SIGINT, share)
        _, code, events, sentence = work.end()
        made = [event['file'] for event in events if event['event'] == 'variation']
        if code == 130 and made:
            break
    assert code == 130 and 0 < len(made) < 16, (code, made)
    assert re.fullmatch(rf'tessera: I-STOPPED: Stopped at \d+ %\. {len(made)} of 16 finished\.', sentence), sentence
    assert events[-1]['files'] == made and made == [f'out-{i + 1}.png' for i in range(len(made))], events[-1]
    assert {read_bytes(name) for name in made} <= whole, 'a finished variation differs from that of a whole run'


@test
def a_second_interrupt_ends_at_once():
    png.write('in.png', photo(1024, 1024, 3, 8))
    work = Work('--hole=800x800+100+100')
    work.stop(signal.SIGINT, 0)
    work.process.send_signal(signal.SIGINT)
    work.process.communicate(timeout=60)
    assert work.process.returncode in (-signal.SIGINT, 130), work.process.returncode


@test
def the_time_limit_ends_a_run():
    png.write('in.png', photo(1024, 1024, 3, 8))
    for limit, seconds in (('1s', 1), ('0.02min', 1.2)):
        began = time.monotonic()
        work = Work('--hole=800x800+100+100', '--time-limit', limit)
        _, code, events, sentence = work.end()
        assert code == 124 and events[-1]['exit'] == 124, (code, sentence)
        assert re.fullmatch(rf'tessera: E-TIME: Stopped after {seconds} s, the time limit of this run\. '
                            r'\d+ of 16 finished\.', sentence), sentence
        assert time.monotonic() - began < seconds + 5
    complete('in.png', '--hole=16x16+100+100', '--time-limit', '1h', '-f', '-o', 'quick.png')


# ---- the terminal -------------------------------------------------------------------------------

def on_terminal(*args):
    """What a terminal of 80 columns gets to see on standard error."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
    process = subprocess.Popen([TESSERA, *args, '-m', 'tiny.safetensors'], stderr=theirs, stdout=subprocess.DEVNULL,
                               env=environment())
    os.close(theirs)
    seen = b''
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        seen += part
    os.close(ours)
    assert process.wait(timeout=60) == 0
    return seen.decode()


@test
def a_terminal_gets_a_bar_that_is_cleared():
    png.write('in.png', photo(300, 300, 3, 8))
    seen = on_terminal('complete', 'in.png', '--hole=200x200+50+50', '-n', '4', '--seed', '5', '-o', 'out.png')
    bars = [part for part in seen.split('\r') if '%' in part]
    assert len(bars) > 2 and all(re.search(r'\x1b\[Kin\.png  4 variations \[#*\.*\] +\d+ %', bar) for bar in bars), bars[:3]
    assert all(len(bar.replace('\x1b[K', '')) < 80 for bar in bars), 'a bar would wrap'
    last = seen.split('\r')[-2]
    assert last.startswith('\x1b[Kin.png  4 variations') and 'seed 5  -> out-1.png out-2.png' in last, last
    seen = on_terminal('complete', 'in.png', HOLE, '--progress', 'none', '-f', '-o', 'out.png')
    assert '%' not in seen and '-> out.png' in seen, seen
    said = complete('in.png', HOLE, '--progress', 'bar', '-f', '-o', 'out.png').stderr.decode()
    assert '\x1b[K' in said, said


@test
def progress_json_is_json():
    png.write('in.png', photo(53, 75, 3, 8))
    lines = [complete('in.png', HOLE, '--seed', 1, '-f', '-o', 'out.png', *args).stdout.splitlines()
             for args in (['--json'], ['--progress', 'json'], ['--progress=json'])]
    kinds = [[json.loads(line)['event'] for line in part if b'"progress"' not in line] for part in lines]
    assert kinds[0] == kinds[1] == kinds[2] == ['start', 'plan', 'variation', 'end'], kinds
    start = json.loads(lines[0][0])
    assert start['version'] and start['model'] == 'tiny' and start['isa'] in ('avx2', 'c', 'avx512') and start['threads'] > 0
    progress = [json.loads(line) for line in lines[0] if b'"progress"' in line]
    assert all(e['variations'] == [1] and e['done'] <= e['total'] for e in progress), progress


# ---- info ---------------------------------------------------------------------------------------

@test
def info_lists_labels_and_checks_the_model():
    lines = run('info', 'tiny.safetensors', '--labels').stdout.decode().splitlines()
    assert [line.split('\t')[:2] for line in lines] == [[str(i), name] for i, name in enumerate(tiny_model.LABELS)], lines
    assert all(re.fullmatch('#[0-9a-f]{6}', line.split('\t')[2]) for line in lines)
    assert b'all is well' in run('info', 'tiny.safetensors', '--check').stdout
    data = bytearray(read_bytes('tiny.safetensors'))
    size, = struct.unpack_from('<Q', data)
    where = json.loads(data[8:8 + size])['first_stage_model.decoder.conv_out.weight']['data_offsets'][0]
    data[8 + size + where:12 + size + where] = struct.pack('<f', float('nan'))
    pathlib.Path('nan.safetensors').write_bytes(data)
    said = run('info', 'nan.safetensors', '--check', status=5).stderr.decode()
    assert 'E-BAD-MODEL' in said, said


@test
def info_says_where_gimp_looks():
    os.makedirs('gimp/plug-ins/tessera')
    text = run('info', '--gimp', env={'GIMP3_DIRECTORY': os.path.abspath('gimp')}).stdout.decode()
    assert f'{os.path.abspath("gimp")}/plug-ins: nothing of Tessera' in text, text
    pathlib.Path('gimp/plug-ins/tessera/tessera').write_text('#!/bin/sh')
    text = run('info', '--gimp', env={'GIMP3_DIRECTORY': os.path.abspath('gimp')}).stdout.decode()
    assert 'may not be executed' in text, text
    os.chmod('gimp/plug-ins/tessera/tessera', 0o755)
    text = run('info', '--gimp', env={'GIMP3_DIRECTORY': os.path.abspath('gimp')}).stdout.decode()
    assert 'plug-ins: the plug-in\n' in text and 'GIMP finds the plug-in' in text, text


@test
def the_introduction_has_twelve_lines():
    lines = run().stdout.decode().splitlines()
    assert len(lines) == 12 and sum(line.startswith('  tessera ') for line in lines) == 3, lines
    assert max(map(len, lines)) < 80
    for command in ('complete', 'extend', 'paint', 'reconstruct', 'info', 'import', 'serve'):
        text = run(command, '--help').stdout.decode()
        assert max(map(len, text.splitlines())) < 80 and f'Usage: tessera {command} ' in text, command


if __name__ == '__main__':
    main()
