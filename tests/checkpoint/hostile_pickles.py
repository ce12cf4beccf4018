"""Pickles and zip files put together by hand: what torch.save would never write."""
import struct
import zlib

MAGIC = b'\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.'
SYSTEM = b'\x80\x02}(X\x0d\0\0\0little_endian\x88X\x10\0\0\0protocol_versionM\xe9\x03u.'


# ---- pickle ------------------------------------------------------------------------------------------

def text(value):
    data = value.encode()
    return b'X' + struct.pack('<I', len(data)) + data


def number(value):
    if -1 << 31 <= value < 1 << 31:
        return b'J' + struct.pack('<i', value)
    data = value.to_bytes((value.bit_length() + 8) // 8, 'little', signed=True)
    return b'\x8a' + bytes([len(data)]) + data


def name(module, attribute):
    return b'c' + f'{module}\n{attribute}\n'.encode()


def stack_name(module, attribute):
    return text(module) + text(attribute) + b'\x93'


def tup(*items):
    return b'(' + b''.join(items) + b't'


def call(function, *arguments):
    return function + tup(*arguments) + b'R'


def dictionary(*pairs):
    return b'}(' + b''.join(key + value for key, value in pairs) + b'u'


def storage(key='0', count=6, kind='FloatStorage', more=()):
    return tup(text('storage'), name('torch', kind), text(key), text('cpu'), number(count), *more) + b'Q'


def tensor(store=None, offset=0, shape=(2, 3), stride=(3, 1), function='_rebuild_tensor_v2'):
    return call(name('torch._utils', function), store or storage(), number(offset), tup(*map(number, shape)),
                tup(*map(number, stride)), b'\x89', b'}')


def state(*pairs):
    return dictionary((text('state_dict'), dictionary(*pairs)))


def program(body):
    return b'\x80\x02' + body + b'.'


# ---- zip -----------------------------------------------------------------------------------------------

def entry(entry_name, data, method=0, flags=0, local=True, size=None, packed=None, offset=None, central_name=None):
    return dict(name=entry_name.encode(), data=data, method=method, flags=flags, local=local, size=size, packed=packed,
                offset=offset, central_name=(central_name or entry_name).encode())


def zip_file(entries, prefix=b'', comment=b'', count=None, wide=None, end=True):
    body, places = bytearray(prefix), []
    for e in entries:
        places.append(len(body))
        if e['local']:
            size = len(e['data'])
            body += struct.pack('<IHHHHHIIIHH', 0x04034b50, 20, e['flags'], e['method'], 0, 0, zlib.crc32(e['data']), size,
                                size, len(e['name']), 0) + e['name'] + e['data']
    begin = len(body)
    for e, place in zip(entries, places):
        size = len(e['data']) if e['size'] is None else e['size']
        packed = len(e['data']) if e['packed'] is None else e['packed']
        place = place if e['offset'] is None else e['offset']
        body += struct.pack('<IHHHHHHIIIHHHHHII', 0x02014b50, 20, 20, e['flags'], e['method'], 0, 0, zlib.crc32(e['data']),
                            packed, size, len(e['central_name']), 0, 0, 0, 0, 0, place) + e['central_name']
    n, size = len(entries) if count is None else count, len(body) - begin
    if wide is not None:  # (entries, size, offset) of the 64-bit end record
        at = len(body)
        body += struct.pack('<IQHHIIQQQQ', 0x06064b50, 44, 45, 45, 0, 0, wide[0], wide[0], wide[1], wide[2])
        body += struct.pack('<IIQI', 0x07064b50, 0, at, 1)
    if end:
        body += struct.pack('<IHHHHIIH', 0x06054b50, 0, 0, n, n, size, begin, len(comment)) + comment
    return bytes(body)


def checkpoint(body, data=b'\0' * 24, **more):
    return zip_file([entry('a/data.pkl', program(body)), entry('a/data/0', data)], **more)


# ---- the older form ------------------------------------------------------------------------------------

def legacy(body, keys=('0',), storages=None, magic=MAGIC, version=b'\x80\x02M\xe9\x03.', system=SYSTEM):
    listed = program(b'](' + b''.join(text(key) if isinstance(key, str) else key for key in keys) + b'e')
    storages = struct.pack('<Q', 6) + b'\0' * 24 if storages is None else storages
    return magic + version + system + program(body) + listed + storages
