"""`tessera serve`: one JSON request a line, answers with its id; cancelling while it works; nothing ends it."""
import base64
import json
import os
import pathlib
import select
import signal
import socket
import subprocess
import time

import numpy as np

import png
from harness import BOX, HOLE, TESSERA, box_mask, complete, environment, main, photo, read_bytes, run, test

HOLE_TEXT = '{2}x{3}+{0}+{1}'.format(*BOX)


class Server:
    """The command with pipes; lines are read with a time limit."""

    def __init__(self, *args):
        self.process = subprocess.Popen([TESSERA, 'serve', '-m', 'tiny.safetensors', *args], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        self.rest = b''

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def send(self, request):
        data = request if isinstance(request, bytes) else json.dumps(request).encode()
        self.process.stdin.write(data + b'\n')
        self.process.stdin.flush()

    def line(self, seconds=60):
        end = time.monotonic() + seconds
        while b'\n' not in self.rest:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))
            assert ready, 'no answer'
            data = os.read(self.process.stdout.fileno(), 1 << 20)
            assert data, f'the server has ended: {self.process.stderr.read().decode()}'
            self.rest += data
        line, self.rest = self.rest.split(b'\n', 1)
        return json.loads(line)

    def answer(self, name, ids=('id',)):
        """All lines up to the end of that request; lines of others are an error."""
        lines = []
        while not lines or lines[-1]['event'] != 'end':
            lines.append(self.line())
            assert lines[-1]['id'] == name, lines[-1]
        return lines

    def start(self):
        line = self.line()
        assert line['event'] == 'start' and line['model'] == 'tiny', line

    def end(self):
        self.process.stdin.close()
        assert self.process.wait(timeout=60) == 0
        return self.process.stdout.read()


def picture(path):
    return {'png_base64': base64.b64encode(read_bytes(path)).decode()}


def events(lines):
    return [line['event'] for line in lines]


def request(name, **more):
    return dict({'id': name, 'op': 'complete', 'image': 'in.png', 'hole': HOLE_TEXT}, **more)


@test
def answers_are_those_of_the_command_line():
    png.write('in.png', photo(53, 75, 3, 8))
    png.write('mask.png', box_mask(53, 75))
    complete('in.png', HOLE, '--seed', 7, '-n', 2, '--variety', 0.5, '-o', 'out.png')
    settings = {'seed': 7, 'sampling': {'variety': 0.5}, 'edges': {'soften': 0}}
    with Server() as server:
        server.start()
        server.send(request('a1', settings=settings, variations=2))
        lines = server.answer('a1')
        made = [line for line in lines if line['event'] == 'variation']
        assert 'plan' in events(lines) and 'progress' in events(lines) and lines[-1]['ok'] and len(made) == 2, lines
        for rank, line in enumerate(made, 1):
            assert base64.b64decode(line['png_base64']) == read_bytes(f'out-{rank}.png'), rank
        server.send({'id': 5, 'op': 'complete', 'image': picture('in.png'), 'mask': picture('mask.png'),
                     'settings': dict(settings, variations=2), 'output': 'served.png'})
        lines = server.answer(5)
        assert lines[-1]['files'] == ['served-1.png', 'served-2.png'], lines[-1]
        for rank in (1, 2):
            assert read_bytes(f'served-{rank}.png') == read_bytes(f'out-{rank}.png'), rank
        server.send(dict(request(6), settings=json.loads(png_recipe('out-2.png')), output='recipe.png'))
        assert server.answer(6)[-1]['ok']
        assert server.end() == b''


def png_recipe(path):
    body = next(body for kind, body in png.chunks_of(read_bytes(path)) if body.startswith(b'tessera-recipe\0'))
    return body.split(b'\0\0\0\0\0', 1)[1].decode()


@test
def extending_painting_and_info():
    png.write('in.png', photo(48, 64, 4, 16))
    ids = np.zeros((48, 64), np.uint8)
    ids[:, 32:] = 2
    png.write('ids.png', ids)
    run('extend', 'in.png', '--left', 16, '--seed', 1, '-o', 'extended.png', '-m', 'tiny.safetensors')
    run('paint', '--labels', 'ids.png', '--label-ids', '--seed', 1, '-o', 'painted.png', '-m', 'tiny.safetensors')
    with Server() as server:
        server.start()
        server.send({'id': 'e', 'op': 'extend', 'image': picture('in.png'), 'left': 16, 'seed': 1})
        made = server.answer('e')[-2]
        assert base64.b64decode(made['png_base64']) == read_bytes('extended.png')
        server.send({'id': 'p', 'op': 'paint', 'labels': picture('ids.png'), 'label_ids': True, 'seed': 1})
        made = server.answer('p')[-2]
        assert base64.b64decode(made['png_base64']) == read_bytes('painted.png')
        server.send({'id': 'i', 'op': 'info'})
        about, end = server.answer('i')
        assert about['event'] == 'info' and about['model']['kind'] == 'fill' and end['ok'], about
        server.send({'id': 'q', 'op': 'quit'})
        assert server.answer('q')[-1]['ok'] and server.process.wait(timeout=60) == 0


@test
def rows_come_while_it_works_and_are_the_result():
    before = photo(120, 150, 3, 8)
    png.write('in.png', before)
    with Server() as server:
        server.start()
        server.send(request('r', hole='70x60+40+30', soften=0, rows=True, seed=3, variations=2))
        lines = server.answer('r')
        rows = [line for line in lines if line['event'] == 'row']
        assert {line['variation'] for line in rows} == {1, 2}
        assert events(lines).index('row') < events(lines).index('variation')
        canvas = {1: before.copy(), 2: before.copy()}
        for line in rows:
            pathlib.Path('row.png').write_bytes(base64.b64decode(line['png_base64']))
            part = png.read('row.png')
            assert part.shape == (line['height'], line['width'], 3)
            canvas[line['variation']][line['y']:line['y'] + line['height'], line['x']:line['x'] + line['width']] = part
        for made in (line for line in lines if line['event'] == 'variation'):
            pathlib.Path('made.png').write_bytes(base64.b64decode(made['png_base64']))
            inside = box_mask(120, 150, (40, 30, 70, 60)) > 0
            assert np.array_equal(png.read('made.png')[inside], canvas[made['variation']][inside]), made['variation']


@test
def cancelling_while_it_works_and_while_it_waits():
    png.write('in.png', photo(1024, 1024, 3, 8))
    with Server() as server:
        server.start()
        long = dict(hole='800x800+100+100', variations=16)
        server.send(request('long', **long))
        server.send(request('next', **long))
        server.send(request('short', hole='16x16+100+100'))
        seen = [server.line() for _ in range(2)]
        while seen[-1]['event'] != 'progress':
            seen.append(server.line())
        waiting = [line['id'] for line in seen if line['event'] == 'queued']
        assert waiting == ['next', 'short'], seen
        server.send({'id': 'c1', 'op': 'cancel', 'target': 'next'})
        server.send({'id': 'c2', 'op': 'cancel', 'target': 'long'})
        asked = time.monotonic()
        server.send({'id': 'c3', 'op': 'cancel', 'target': 'nobody'})
        ends = {}
        while len(ends) < 6:
            line = server.line()
            if line['event'] in ('end', 'error'):
                ends.setdefault(line['id'], []).append(line)
                if line['id'] == 'long' and line['event'] == 'error':
                    print(f'cancelled after {1000 * (time.monotonic() - asked):.0f} ms')
                    assert time.monotonic() - asked < 5, 'cancelling took too long even for a busy machine'
        assert ends['c1'][-1]['ok'] and ends['c2'][-1]['ok'] and not ends['c3'][-1]['ok']
        for name in ('long', 'next'):
            assert ends[name][0]['code'] == 'I-STOPPED' and ends[name][1]['exit'] == 130, ends[name]
        assert ends['short'][-1]['ok'], 'what waited behind was lost'
        server.end()


@test
def quitting_while_it_works():
    png.write('in.png', photo(1024, 1024, 3, 8))
    with Server() as server:
        server.start()
        for name in ('a', 'b'):
            server.send(request(name, hole='800x800+100+100', variations=16))
        while server.line()['event'] != 'progress':
            pass
        server.send({'id': 'q', 'op': 'quit'})
        assert server.process.wait(timeout=60) == 0
        lines = [json.loads(line) for line in (server.rest + server.process.stdout.read()).splitlines()]
        ends = [(line['id'], line['exit']) for line in lines if line['event'] == 'end']
        assert ends == [('a', 130), ('b', 130), ('q', 0)], ends


@test
def broken_lines_are_answered_and_it_goes_on():
    png.write('in.png', photo(53, 75, 3, 8))
    wrong = [(b'{', None), (b'[]', None), (b'nonsense', None), (b'\xff\xfe', None), (b'{"id":"x"}', 'x'),
             (b'[' * 100000, None), (b'{"id":{"a":[1]},"op":"info","x":' + b'[' * 60 + b']' * 60 + b'}', None),
             (b'{"id":"x","op":"fly"}', 'x'), (b'{"id":"x","op":3}', 'x'), (b'{"id":"x","op":"complete"}', 'x'),
             (json.dumps(request('x', bogus=1)).encode(), 'x'), (json.dumps(request('x', image=3.5)).encode(), 'x'),
             (json.dumps(request('x', image={'png_base64': ''})).encode(), 'x'),
             (json.dumps(request('x', image={'png_base64': '!!!!'})).encode(), 'x'),
             (json.dumps(request('x', image={'shm': 'y'})).encode(), 'x'),
             (json.dumps(request('x', image='nowhere.png')).encode(), 'x'),
             (json.dumps(request('x', hole='wide')).encode(), 'x'), (json.dumps(request('x', variations=99)).encode(), 'x'),
             (json.dumps(request('x', settings=3)).encode(), 'x'), (json.dumps(request('x', output='-')).encode(), 'x'),
             (json.dumps(request('x', settings={'sampling': {'variety': 'much'}})).encode(), 'x'),
             (json.dumps(request('x', out_dir='.')).encode(), 'x'), (json.dumps(request('x', output='in.png')).encode(), 'x'),
             (json.dumps(request('x', model='other')).encode(), 'x'), (json.dumps(request('x', depth='in.png')).encode(), 'x')]
    with Server() as server:
        server.start()
        for line, name in wrong:
            server.send(line)
            lines = server.answer(name)
            error = next(line for line in lines if line['event'] == 'error')
            assert error['code'].startswith('E-') and error['message'] and not lines[-1]['ok'], (line, lines)
        server.send(b'  ')
        server.send(request('good', seed=1))
        assert server.answer('good')[-1]['ok']
        random = np.random.default_rng(5)
        whole = json.dumps(request('good', seed=1, image=picture('in.png'))).encode()
        for turn in range(40):
            data = bytearray(whole)
            for _ in range(3):
                data[random.integers(len(data))] = random.integers(32, 127)
            server.send(bytes(data))
            while server.line()['event'] != 'end':
                pass
        server.end()


@test
def a_line_without_end_costs_no_memory():
    with Server() as server:
        server.start()
        block = b'x' * (1 << 20)
        for _ in range(600):
            server.process.stdin.write(block)
        server.send(b'')
        lines = server.answer(None)
        assert 'longer than 256 MiB' in lines[0]['message'], lines
        peak = int(next(line for line in open(f'/proc/{server.process.pid}/status') if line.startswith('VmHWM')).split()[1])
        assert peak < 700 << 10, f'{peak} KiB'
        server.send({'id': 'i', 'op': 'info'})
        assert server.answer('i')[-1]['ok']
        server.end()


@test
def the_end_of_the_input_is_waited_for():
    png.write('in.png', photo(53, 75, 3, 8))
    lines = b''.join(json.dumps(request(i, seed=i, output=f'o{i}.png')).encode() + b'\n' for i in range(3))
    done = run('serve', '-m', 'tiny.safetensors', data=lines[:-1])  # the last one without a line feed
    ends = [e['id'] for e in map(json.loads, done.stdout.splitlines()) if e['event'] == 'end']
    assert ends == [0, 1, 2] and all(os.path.exists(f'o{i}.png') for i in range(3)), ends


@test
def a_socket_serves_one_client_after_the_other():
    png.write('in.png', photo(53, 75, 3, 8))
    with Server('--socket', 'sock') as server:
        for turn in range(200):
            if os.path.exists('sock'):
                break
            time.sleep(0.05)
        assert os.stat('sock').st_mode & 0o777 == 0o600, oct(os.stat('sock').st_mode)
        assert b'E-FILE-EXISTS' in run('serve', '--socket', 'sock', '-m', 'tiny.safetensors', status=4).stderr
        for op in ('complete', 'info', 'quit'):
            client = socket.socket(socket.AF_UNIX)
            client.settimeout(60)
            client.connect('sock')
            client.sendall(json.dumps(request('s', op='complete') if op == 'complete' else {'id': 's', 'op': op}).encode()
                           + b'\n')
            stream = client.makefile('rb')
            while True:
                line = json.loads(stream.readline())
                if line['event'] == 'end':
                    assert line['ok'], line
                    break
            client.close()
        assert server.process.wait(timeout=60) == 0 and not os.path.exists('sock')
    left = socket.socket(socket.AF_UNIX)
    left.bind('left')
    left.close()  # what a killed server leaves behind
    with Server('--socket', 'left') as server:
        for turn in range(200):
            client = socket.socket(socket.AF_UNIX)
            try:
                client.connect('left')
                break
            except ConnectionRefusedError:
                time.sleep(0.05)
        client.sendall(b'{"id":1,"op":"quit"}\n')
        assert server.process.wait(timeout=60) == 0


@test
def a_client_that_goes_away_ends_nothing_else():
    png.write('in.png', photo(1024, 1024, 3, 8))
    with Server('--socket', 'sock') as server:
        while not os.path.exists('sock'):
            time.sleep(0.05)
        first = socket.socket(socket.AF_UNIX)
        first.connect('sock')
        first.sendall(json.dumps(request('a', hole='800x800+100+100', variations=16)).encode() + b'\n')
        first.makefile('rb').readline()
        first.close()
        second = socket.socket(socket.AF_UNIX)
        second.settimeout(60)
        second.connect('sock')
        second.sendall(b'{"id":"b","op":"quit"}\n')
        assert json.loads(second.makefile('rb').readline())['ok']
        assert server.process.wait(timeout=60) == 0


if __name__ == '__main__':
    main()
