#!/usr/bin/env python3
"""Writes hostile and broken files into a folder, with a list of what must happen, and hands them to a program that
opens each: hostile.py TESSERA PROGRAM. A line of the list: what to open (model, checkpoint, config) - file - words of
the error, "!" for any error, "?" for an error or none - changes of single bytes, "cut:N" or "-". The seeds are fixed."""
import json
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import zlib

import torch

import published
import hostile_pickles as p

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / 'cli'))
import tiny_model

LINES = []
FORBIDDEN = [
    ('os', 'system'), ('posix', 'system'), ('nt', 'system'), ('os', 'popen'), ('os', 'execv'), ('os.path', 'join'),
    ('subprocess', 'Popen'), ('subprocess', 'check_output'), ('commands', 'getoutput'), ('builtins', 'eval'),
    ('builtins', 'exec'), ('builtins', 'compile'), ('builtins', 'getattr'), ('builtins', 'setattr'), ('builtins', 'open'),
    ('builtins', '__import__'), ('builtins', 'print'), ('builtins', 'globals'), ('builtins', 'input'), ('__builtin__', 'eval'),
    ('__builtin__', 'execfile'), ('__builtin__', 'apply'), ('__builtin__', 'file'), ('importlib', 'import_module'),
    ('runpy', 'run_path'), ('sys', 'exit'), ('socket', 'socket'), ('shutil', 'rmtree'), ('pickle', 'loads'), ('_pickle', 'loads'),
    ('marshal', 'loads'), ('types', 'CodeType'), ('types', 'FunctionType'), ('operator', 'attrgetter'), ('operator', 'methodcaller'),
    ('_operator', 'itemgetter'), ('functools', 'partial'), ('functools', 'reduce'), ('itertools', 'starmap'), ('ctypes', 'CDLL'),
    ('webbrowser', 'open'), ('pty', 'spawn'), ('timeit', 'timeit'), ('code', 'interact'), ('pdb', 'run'), ('bdb', 'Bdb'),
    ('urllib.request', 'urlopen'), ('http.client', 'HTTPConnection'), ('multiprocessing', 'Process'), ('threading', 'Thread'),
    ('asyncio', 'run'), ('tempfile', 'mktemp'), ('io', 'open'), ('_io', 'FileIO'), ('gc', 'get_objects'), ('inspect', 'stack'),
    ('pip', 'main'), ('dill', 'loads'), ('cloudpickle', 'loads'), ('zipimport', 'zipimporter'), ('torch', 'hub.load'),
    ('collections', 'OrderedDict.__reduce__')]
UNCALLED = [('torch.hub', 'load'), ('torch', 'load'), ('torch.storage', '_load_from_bytes'), ('torch.jit', 'load'),
            ('torch.utils.cpp_extension', 'load'), ('torch._utils', '_import_dotted_name'), ('numpy', 'load'), ('numpy', 'fromfile'),
            ('numpy.testing._private.utils', 'runstring'), ('my.module', 'anything'), ('__main__', 'boot'), ('collections', 'namedtuple'),
            ('copyreg', 'add_extension'), ('_codecs', 'lookup')]


def add(kind, path, wants='?', changes='-'):
    LINES.append(f'{kind}\t{path}\t{wants}\t{changes}')


def write(kind, data, wants='!'):
    path = f'{len(LINES)}.bin'
    pathlib.Path(path).write_bytes(data)
    add(kind, path, wants)


def flips(kind, path, seed, n, begin=0, end=None):
    """n files, each with one to four bytes changed between begin and end."""
    choose, data = random.Random(seed), pathlib.Path(path).read_bytes()
    end = min(end or len(data), len(data))
    for _ in range(n):
        places = sorted(choose.randrange(begin, end) for _ in range(choose.randint(1, 4)))
        add(kind, path, '?', ','.join(f'{at}:{choose.choice([0, 1, 0x7f, 0x80, 0xff, choose.randrange(256)]):02x}' for at in places))


def cuts(kind, path, seed, n):
    """n files that end too early, some of them at a boundary of something."""
    choose, size = random.Random(seed), os.path.getsize(path)
    for length in sorted({0, 1, 7, 8, 9, size - 1} | {choose.randrange(size) for _ in range(n - 6)}):
        add(kind, path, '!', f'cut:{length}')


# ---- model files ---------------------------------------------------------------------------------------

def split(path):
    data = pathlib.Path(path).read_bytes()
    length, = struct.unpack('<Q', data[:8])
    header = json.loads(data[8:8 + length])
    about = json.loads(header['__metadata__']['tessera'])
    return header, about, bytearray(data[8 + length:])


def join(header, about, data):
    header['__metadata__']['tessera'] = json.dumps(about)
    text = json.dumps(header).encode()
    return struct.pack('<Q', len(text)) + text + bytes(data)


def settings(path):
    """Every number and list of the description, replaced by what does not belong there."""
    def places(node, way=()):
        for key, value in node.items():
            if isinstance(value, dict):
                yield from places(value, way + (key,))
            elif key not in ('name', 'source', 'licence', 'labels', 'unknown_index', 'version'):
                yield way, key
    for way, key in list(places(split(path)[1])):
        for value in (None, -1, 0, 1 << 31, 1 << 62, 'many', {'a': 1}, [[]]):
            header, about, data = split(path)
            node = about
            for part in way:
                node = node[part]
            same = node[key] in (value, None) or (value in (0, None) and isinstance(node[key], bool))
            node[key] = value
            write('model', join(header, about, data), '?' if same or key in ('attn_resolutions', 'n_unmasked', 'sos_token', 'label_shift', 'remap', 'double_z') else '!')


def tensors(path):
    """Descriptions of single tensors that do not fit the file, and weights that are no numbers."""
    names = [name for name in split(path)[0] if name != '__metadata__']
    choose = random.Random(31)
    for name in choose.sample(names, 6):
        for change in (
                lambda e: e.pop('dtype'), lambda e: e.update(dtype='Q4'), lambda e: e.update(dtype=7), lambda e: e.pop('shape'),
                lambda e: e.update(shape=[1 << 40, 1 << 40]), lambda e: e.update(shape=[-1]), lambda e: e.update(shape=[1] * 9),
                lambda e: e.update(shape=[1.5]), lambda e: e.update(shape=e['shape'] + [2]), lambda e: e.pop('data_offsets'),
                lambda e: e.update(data_offsets=[e['data_offsets'][0]]), lambda e: e.update(data_offsets=e['data_offsets'][::-1]),
                lambda e: e.update(data_offsets=[x + (1 << 50) for x in e['data_offsets']]),
                lambda e: e.update(data_offsets=[-8, e['data_offsets'][1]]), lambda e: e.update(data_offsets=[0, 1 << 63])):
            header, about, data = split(path)
            change(header[name])
            write('model', join(header, about, data), '!')
        header, about, data = split(path)
        begin, end = header[name]['data_offsets']
        other = next(n for n in names if n != name and header[n]['data_offsets'] != header[name]['data_offsets'])
        header[other]['data_offsets'] = [begin, begin + header[other]['data_offsets'][1] - header[other]['data_offsets'][0]]
        write('model', join(header, about, data), '!')
        header, about, data = split(path)
        del header[name]
        write('model', join(header, about, data), name)
        header, about, data = split(path)
        width = 4 if header[name]['dtype'] == 'F32' else 2
        if header[name]['dtype'] in ('F32', 'F16'):
            for bits in (b'\0\0\xc0\x7f', b'\0\0\x80\xff') if width == 4 else (b'\0\x7e', b'\0\xfc'):
                data[end - width:end] = bits
                write('model', join(header, about, data), 'not finite')


def scales(path):
    """The scales of 8-bit weights: not there, of another form, and numbers that none can be."""
    names = [name for name in split(path)[0] if name.endswith('.scale')]
    for name in (names[0], names[-1]):  # of a block and of the head, or the largest and the smallest
        begin, end = split(path)[0][name]['data_offsets']
        rows, groups = split(path)[0][name]['shape']
        for change, words in ((lambda e: e.update(dtype='BF16'), 'the scales of an 8-bit tensor must be F16'), (lambda e: e.update(dtype='I16'), ''),
                              (lambda e: e.update(shape=[groups * rows]), 'it must have one scale for every 32 inputs'),
                              (lambda e: e.update(shape=[rows * groups, 1, 1]), 'it must have one scale for every 32 inputs'),
                              (lambda e: e.update(shape=[1, rows * groups]), 'it must have one scale for every 32 inputs')):
            header, about, data = split(path)
            change(header[name])
            write('model', join(header, about, data), f'tensor {name}: {words}' if words else '!')
        header, about, data = split(path)
        header[name.replace('.scale', '.scales')] = header.pop(name)
        write('model', join(header, about, data), f'tensor {name}: the scales of an 8-bit tensor are missing')
        for bits, words in ((b'\0\x7e', 'it holds a number that is not finite'), (b'\0\xfc', 'it holds a number that is not finite'), (b'\0\0', 'a scale is negative, or 0'),
                            (b'\0\x80', 'a scale is negative, or 0'), (b'\x01\x80', 'a scale is negative, or 0'),
                            (b'\0\xbc', 'a scale is negative, or 0')):
            for at in (begin, end - 2):
                header, about, data = split(path)
                data[at:at + 2] = bits
                write('model', join(header, about, data), f'tensor {name}: {words}')
        header, about, data = split(path)  # a group of zeros needs no scale
        data[begin:begin + 2] = b'\0\0'
        first = header[name[:-len('.scale')]]
        data[first['data_offsets'][0]:first['data_offsets'][0] + min(32, first['shape'][1])] = bytes(min(32, first['shape'][1]))
        write('model', join(header, about, data), '=')


def headers(path):
    header, about, data = split(path)
    text = json.dumps(header)
    for body in (b'', b'{', b'[]', b'null', b'{}', b'"a"', text.encode()[:-1], text.encode() + b'}', b'\xff' + text.encode(),
                 b'{"a":' * 40 + b'1' + b'}' * 40, b'[' * 200000, text.replace('"format"', '"farmat"').encode(),
                 text.replace('"tessera", "tessera"', '"tessera", "other"').encode()):
        write('model', struct.pack('<Q', len(body)) + body + bytes(data), '!')
    for length in (0, 1, 1 << 26, (1 << 26) + 1, 1 << 40, 1 << 63, (1 << 64) - 1):
        write('model', struct.pack('<Q', length) + text.encode() + bytes(data), '!')
    write('model', b'', '!')
    write('model', bytes(range(256)) * 64, '!')


# ---- checkpoints -----------------------------------------------------------------------------------------

def forbidden():
    good = (p.text('w'), p.tensor())
    for i, (module, attribute) in enumerate(FORBIDDEN):
        said, run = f'{module}.{attribute}', p.call(p.name(module, attribute), p.text('touch owned'))
        write('checkpoint', p.checkpoint(p.dictionary((p.text('state_dict'), p.dictionary(good)), (p.text('x'), run))), said)
        write('checkpoint', p.checkpoint(p.state(good, (p.text('x'), p.call(p.stack_name(module, attribute), p.text('a'))))), said)
        if i % 3 == 0:
            write('checkpoint', p.legacy(p.state((p.text('w'), run))), said)
            write('checkpoint', p.checkpoint(p.name(module, attribute) + b')\x81}b'), said)  # NEWOBJ, BUILD
            write('checkpoint', p.checkpoint(p.dictionary((p.name(module, attribute), b'N'), good)), said)
    for module, attribute in UNCALLED:
        write('checkpoint', p.checkpoint(p.state(good, (p.text('x'), p.call(p.name(module, attribute), p.text('a'))))),
              f'{module}.{attribute}')
    inner = p.call(p.name('taming.util', 'f'))
    write('checkpoint', p.checkpoint(p.state(good, (p.text('x'), inner + p.tup(p.text('a')) + b'R'))), 'no named function')
    write('checkpoint', p.checkpoint(p.state(good, (p.text('x'), p.call(p.name('taming.util', 'Thing'))))), 'no tensor')
    write('checkpoint', p.checkpoint(p.state(good, (p.text('x'), p.number(3)))), 'no tensor')
    write('checkpoint', p.checkpoint(p.state((p.number(3), p.tensor()))), 'must be texts')


def opcodes():
    good = p.state((p.text('w'), p.tensor()))
    for code, said in ((b'P0\n', 'PERSID'), (b'S"a"\n', 'STRING'), (b'Va\n', 'UNICODE'), (b'g0\n', 'GET'), (b'p0\n', 'PUT'),
                       (b'(d', 'DICT'), (b'(l', 'LIST'), (b'(ios\nsystem\n', 'INST'), (b'(cos\nsystem\no', 'os.system'), (b'(No', 'OBJ'),
                       (b'F1.5\n', 'FLOAT'), (b'\x82\x01', 'EXT1'), (b'\x83\x01\0', 'EXT2'), (b'\x84\x01\0\0\0', 'EXT4'),
                       (b'\x97', 'NEXT_BUFFER'), (b'\x98', 'READONLY_BUFFER'), (b'\xff', 'without a name'), (b'\0', 'without a name')):
        write('checkpoint', p.checkpoint(code + b'0' + good), said)
    for body in (b'', b'.', b'0', b'2', b'1', b't', b'u', b'e', b'(', b'((', b'N0.', b'NN', b'R', b'NNR', b'\x81', b'NN\x81', b'Nb', b'NQ',
                 b')Q', b'h\0', b'j\xff\xff\xff\xff', b'r\xff\xff\xff\xff', b'q\0', b'(q\0', b'Na', b']a', b'NNa', b']NNs', b'}Ns', b'}(Nu',
                 b'X\xff\xff\xff\xff', b'\x8d' + b'\xff' * 8, b'\x8b\xff\xff\xff\xff', b'\x8a\xff', b'\x95' + b'\xff' * 8 + good,
                 b'I12a\n', b'I\n', b'L99999999999999999999999999\n', b'c\n\n', b'cos', b'\x93', b'NN\x93', b'\x80\xff', b'\x85', b'\x87',
                 b'((\x90', b'\x92', b'NNN\x92', b']\x94a', b'}(NN' * 3, b'\x91', b'J\0', b'G\0', b'K', b'M\0', b'B\0'):
        write('checkpoint', p.checkpoint(body), '!')


def bombs():
    deep = 1 << 20
    for body in (b']' * deep, b'(' * deep, b'}' * deep, b')' * deep + b'\x85' * deep, b']' + b'2' * (4 << 20), b'N' * (2 << 20),
                 b']q\0' + b'h\0a' * deep, b']q\0(' + b'h\0' * deep + b'e', b']q\0' + b'(h\0h\0h\0h\0t' * (1 << 18), b'](' + b'K\0' * deep + b'e',
                 b'}q\0' + b'K\1h\0s' * (1 << 19), b'N\x94' * (1 << 19), b'N' + b'r\xff\xff\x3f\0' * 100, b')q\0' + b'h\0h\0\x86q\0' * (1 << 18),
                 p.text('a' * (8 << 20)), b'X\0\0\0\0' * deep, b'cA\nB\n' * (1 << 19), b']' + b'\x85' * deep,
                 (b'cA\nB\n)\x81' + b'0') * (1 << 18)):
        write('checkpoint', p.checkpoint(body), '!')
    cycle = b'}q\0(' + p.text('state_dict') + b'h\0' + b'u'
    write('checkpoint', p.checkpoint(cycle), 'no tensor')
    write('checkpoint', p.checkpoint(b']q\0h\0a'), 'no state_dict')
    write('checkpoint', p.checkpoint(b'N'), 'no state_dict')
    write('checkpoint', p.checkpoint(p.dictionary((p.text('state_dict'), b'N'))), 'no state_dict')


def views():
    big = 1 << 62

    def one(tensor, wants='!', **more):
        write('checkpoint', p.checkpoint(p.state((p.text('w'), tensor)), **more), wants)
    one(p.tensor(p.storage(key='1')), 'storage "1" is not in the file')
    one(p.tensor(p.storage(key='../data.pkl')), 'is not in the file')
    one(p.tensor(p.storage(key='')), 'is not in the file')
    one(p.tensor(p.storage(count=7)), 'shorter')
    one(p.tensor(p.storage(count=big)), 'shorter')
    one(p.tensor(p.storage(count=-1)))
    one(p.tensor(p.storage(kind='DoubleStorage')), 'shorter')
    one(p.tensor(p.storage(kind='ComplexFloatStorage')), 'unknown')
    one(p.tensor(p.storage(kind='StrangeStorage')), 'unknown')
    one(p.tensor(p.storage(more=(p.tup(p.text('v'), p.number(4), p.number(3)),))), 'outside')
    one(p.tensor(p.storage(more=(p.tup(p.text('v'), p.number(2), p.number(4)),))), 'beyond')
    one(p.tensor(offset=1), 'beyond')
    one(p.tensor(offset=-1))
    one(p.tensor(offset=big), 'beyond')
    one(p.tensor(offset=(1 << 63) - 1, shape=(2,), stride=(big,)))
    one(p.tensor(shape=(3, 3)), 'beyond')
    one(p.tensor(shape=(-2, 3)))
    one(p.tensor(shape=(big, big)), 'too large')
    one(p.tensor(shape=(1 << 80, 1)))
    one(p.tensor(shape=(2, 3), stride=(big, big)))
    one(p.tensor(shape=(2, 3), stride=(-3, 1)))
    one(p.tensor(shape=(2,), stride=(3, 1)), 'impossible')
    one(p.tensor(shape=(1,) * 9, stride=(1,) * 9), 'impossible')
    one(p.tensor(shape=(1 << 20, 1 << 20), stride=(0, 0)), 'repeats')
    one(p.tensor(shape=(7,), stride=(0,)), 'repeats')
    one(p.tensor(function='_rebuild_tensor_v3'))
    one(p.call(p.name('torch._utils', '_rebuild_tensor_v2'), p.storage()))
    one(p.call(p.name('torch._utils', '_rebuild_tensor_v2'), p.number(0), p.number(0), b')', b')'))
    one(p.call(p.name('torch._utils', '_rebuild_parameter'), p.text('no')), 'something else than a tensor')
    one(p.call(p.name('torch._tensor', '_rebuild_from_type_v2'), p.name('os', 'system'), p.name('torch', 'Tensor'), p.tup(p.text('a')), b'}'), 'os.system')
    nested = p.tup(p.name('torch._tensor', '_rebuild_from_type_v2'), p.name('torch', 'Tensor'), p.tup(p.tensor(), b'\x89', b'}'), b'}')
    one(p.name('torch._tensor', '_rebuild_from_type_v2') + nested + b'R')
    one(p.text('x') + b'Q')
    one(p.tup(p.text('module'), p.name('torch', 'FloatStorage'), p.text('0'), p.text('cpu'), p.number(6)) + b'Q')
    one(p.tup(p.text('storage'), p.text('FloatStorage'), p.text('0'), p.text('cpu'), p.number(6)) + b'Q')
    one(p.tensor(), data=b'\0' * 23, wants='shorter')
    one(p.tensor(), wants='neither a tokenizer')
    write('checkpoint', p.checkpoint(p.state((p.text('w'), p.tensor()), (p.text('w'), p.tensor()))), 'twice')


def zips():
    pickle, good = p.program(p.state((p.text('w'), p.tensor()))), b'\0' * 24
    bomb = zlib.compress(b'\0' * (64 << 20), 9)[2:-4]
    for entries, wants in (
            ([p.entry('a/data.pkl', pickle), p.entry('a/data/0', bomb, method=8, size=64 << 20)], 'compressed'),
            ([p.entry('a/data.pkl', zlib.compress(pickle)[2:-4], method=8, size=len(pickle)), p.entry('a/data/0', good)], 'compressed'),
            ([p.entry('a/data.pkl', pickle, method=12), p.entry('a/data/0', good)], 'compressed'),
            ([p.entry('a/data.pkl', pickle, flags=1), p.entry('a/data/0', good)], 'encrypted'),
            ([p.entry('a/data.pkl', pickle), p.entry('a/data/0', good, size=1 << 30)], 'two sizes'),
            ([p.entry('a/data.pkl', pickle), p.entry('a/data/0', good, size=1 << 30, packed=1 << 30)], 'a/data/0'),
            ([p.entry('a/data.pkl', pickle), p.entry('a/data/0', good, offset=0)], 'overlap'),
            ([p.entry('a/data.pkl', pickle), p.entry('a/data/0', good, offset=1 << 30)], 'not where'),
            ([p.entry('a/data.pkl', pickle), p.entry('a/data/0', good, offset=5)], 'not where'),
            ([p.entry('a/data.pkl', pickle), p.entry('a/data/0', good, size=40, packed=40)], '!'),
            ([p.entry('a/data.pkl', pickle), p.entry('a/data/0', good), p.entry('a/data/0', good)], 'twice'),
            ([p.entry('a/data.pkl', pickle), p.entry('b/data.pkl', pickle), p.entry('a/data/0', good)], 'twice'),
            ([p.entry('a/data.pkl', pickle)], 'is not in the file'),
            ([p.entry('data.pkl', pickle), p.entry('data/0', good)], 'no data.pkl'),
            ([p.entry('a/code.py', pickle)], 'no data.pkl'),
            ([], '!'),
            ([p.entry('a/data.pkl', pickle), p.entry('a/data/0', good), p.entry('a/byteorder', b'big')], 'big-endian'),
            ([p.entry('a/data.pkl', pickle), p.entry('a/data/0', good, central_name='a/d\0ta/0')], 'damaged'),
            ([p.entry('a/data.pkl', pickle), p.entry('a/' + 'x' * 600, good)], 'damaged'),
            ([p.entry('a/data.pkl', b''), p.entry('a/data/0', good)], 'too early'),
            ([p.entry('a/data.pkl', pickle[:-1]), p.entry('a/data/0', good)], 'too early'),
            ([p.entry('a/data.pkl', pickle)] + [p.entry(f'a/data/{i}', b'') for i in range(3000)], '!')):
        write('checkpoint', p.zip_file(entries), wants)
    two = [p.entry('a/data.pkl', pickle), p.entry('a/data/0', good)]
    for more, wants in (({'count': 3}, 'damaged'), ({'count': 0xffff}, 'damaged'), ({'count': 1}, 'not in the file'), ({'count': 0}, 'no data.pkl'),
                        ({'end': False}, 'cut off'), ({'comment': b'x' * 70}, '!'), ({'prefix': b'PK\3\4' + b'\0' * 60}, '!'),
                        ({'wide': (2, 1 << 62, 0)}, 'damaged'), ({'wide': (1 << 62, 100, 0)}, 'damaged'), ({'wide': (2, 100, 1 << 63)}, 'damaged'),
                        ({'wide': (2, 3, 0)}, 'damaged')):
        write('checkpoint', p.zip_file(two, **more), wants)
    write('checkpoint', p.zip_file(two)[:-1] + b'\1', 'cut off')


def legacies():
    body = p.state((p.text('w'), p.tensor()))
    good = struct.pack('<Q', 6) + b'\0' * 24
    for made, wants in (
            (p.legacy(body), 'neither a tokenizer'), (p.legacy(body, version=b'\x80\x02K\x05.'), '1001'),
            (p.legacy(body, system=p.program(p.dictionary((p.text('little_endian'), b'\x89')))), 'big-endian'),
            (p.legacy(body, system=p.program(b'N')), 'big-endian'), (p.legacy(body, keys=()), 'not in the file'),
            (p.legacy(body, keys=('0', '0'), storages=good + good), 'twice'), (p.legacy(body, keys=('1',)), 'type is unknown'),
            (p.legacy(body, keys=(b'K\1',)), 'list of storages'), (p.legacy(body, storages=struct.pack('<Q', 7) + b'\0' * 24), 'do not fit'),
            (p.legacy(body, storages=struct.pack('<Q', 1 << 62) + b'\0' * 24), 'do not fit'),
            (p.legacy(body, storages=struct.pack('<q', -1) + b'\0' * 24), 'do not fit'), (p.legacy(body, storages=b'\0' * 7), 'storage 0'),
            (p.legacy(body, storages=struct.pack('<Q', 5) + b'\0' * 24), 'shorter'), (p.legacy(body, magic=p.MAGIC[:-1] + b'0.'), '!'),
            (p.legacy(p.state((p.text('w'), p.tensor()), (p.text('v'), p.tensor(p.storage(kind='HalfStorage'))))), 'two types')):
        write('checkpoint', made, wants)


def configs():
    """Broken yaml beside a good checkpoint."""
    nest = '&a0 [x]\n' + ''.join(f'a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}]\n' for i in range(1, 2))
    bomb = 'x0: &x0 [1]\n' + ''.join(f'x{i}: &x{i} [{", ".join([f"*x{i - 1}"] * 9)}]\n' for i in range(1, 30))
    good = published.yaml(published.transformer_yaml(published_small()))
    for body, wants in (
            ('', 'no model.params'), ('\0', '!'), ('[', '!'), ('{' * 5000, '!'), ('[' * 100000, 'deeper'), ('- ' * 200000 + 'x', 'deeper'), ('? ' * 200000 + 'x', 'deeper'), ('a: *b', '!'),
            (nest, '!'), (bomb, 'no model.params'), (bomb + good, '?'), ('model: {params: 3}', '!'), ('%YAML 9.9\n---\na: b', '!'),
            ('\xff\xfe', '!'), ('model:\n  params: &p {model: *p, transformer_config: *p}', '!'), ('x' * (1 << 20) + ': 1', 'larger'),
            ('!!python/object/apply:os.system ["touch owned"]', 'no model.params'),
            (good.replace('n_head: 4', 'n_head: 0'), 'n_head'), (good.replace('n_head: 4', 'n_head: 99999999999999999999'), 'n_head'),
            (good.replace('n_head: 4', 'n_head: [4]'), 'n_head'), (good.replace('n_head: 4', 'n_head: {}'), 'n_head'),
            (good.replace('n_head: 4', 'n_head: -4'), 'n_head'), (good.replace('n_head: 4', 'n_head:'), 'n_head'),
            (good.replace('vocab_size: 64', 'vocab_size: 1e300'), 'vocab_size'), (good.replace('resolution: 256', 'resolution: 0'), 'resolution'),
            (good.replace('VQSegmentationModel', '.'), '?'), (good.replace('taming.models.vqgan.', ''), '?')):
        write('config', body.encode('latin-1'), wants)
    pathlib.Path('good.yaml').write_text(good)
    flips('config', 'good.yaml', 77, 40)


def published_small():
    return dict(published.gpt(64, 512, 4, {'type': 'segmentation', 'vq': published.vq(24, 6, mult=(1, 1), attn=())}),
                n_embd=8, n_layer=1, first=published.vq(64, mult=(1, 1), attn=()))


def seeds(tessera):
    """Whole files, from which the others are made."""
    cfg = published_small()
    state = published.transformer(cfg, 3)
    published.save('seed.ckpt', state)
    published.save('seed-old.ckpt', state, legacy=True)
    gpt = {n[len('transformer.'):]: t for n, t in state.items() if n.startswith('transformer.') and 'mask' not in n}
    torch.save(gpt, 'gpt.ckpt')
    vqgan = {n[len('first_stage_model.'):]: t for n, t in state.items() if n.startswith('first_stage_model.')}
    torch.save(vqgan, 'vqgan.ckpt')
    for source, target, more in (('seed.ckpt', 'net2net', ()), ('gpt.ckpt', 'gpt', ()), ('vqgan.ckpt', 'vqgan', ('--type', 'f32')),
                                 ('seed.ckpt', 'eight', ('--type', 'i8'))):
        subprocess.run([tessera, 'import', source, '--heads', '4', '-q', '-o', target + '.model', *more], check=True)
    tiny_model.make('fill.model')


def main():
    tessera, program = (os.path.abspath(path) for path in sys.argv[1:3])
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        seeds(tessera)
        for path in ('net2net.model', 'fill.model', 'gpt.model', 'vqgan.model', 'eight.model'):
            add('model', path, '=')  # the seed itself is good
        for seed, path in enumerate(('net2net.model', 'fill.model', 'vqgan.model', 'eight.model')):
            header = 8 + struct.unpack('<Q', pathlib.Path(path).read_bytes()[:8])[0]
            flips('model', path, seed, 20, end=header)
            flips('model', path, 10 + seed, 10)
            cuts('model', path, 20 + seed, 10)
        settings('gpt.model')
        settings('net2net.model')
        tensors('net2net.model')
        tensors('eight.model')
        scales('eight.model')
        headers('gpt.model')
        for path in ('seed.ckpt', 'seed-old.ckpt', 'net2net.model'):
            add('checkpoint', path, '=')
        forbidden()
        opcodes()
        bombs()
        views()
        zips()
        legacies()
        for seed, (path, end) in enumerate((('seed.ckpt', 40000), ('seed-old.ckpt', 30000), ('gpt.ckpt', None), ('net2net.model', 20000))):
            flips('checkpoint', path, 40 + seed, 40, end=end)
            cuts('checkpoint', path, 50 + seed, 12)
        size = os.path.getsize('seed.ckpt')
        flips('checkpoint', 'seed.ckpt', 60, 40, begin=size - 20000)  # the table of the parts
        configs()
        pathlib.Path('list').write_text('\n'.join(LINES) + '\n')
        done = subprocess.run([program, 'list'])
        os.chdir('/')
    sys.exit(done.returncode)


if __name__ == '__main__':
    main()
