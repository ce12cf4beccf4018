"""PNG files by hand, so that the tests see exactly what is in a file, whatever its depth."""
import struct
import zlib

import numpy as np

SIGNATURE = b'\x89PNG\r\n\x1a\n'
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
KINDS = {1: 0, 2: 4, 3: 2, 4: 6}  # channels to colour type


def chunk(kind, data=b''):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


def header(width, height, depth, colour):
    return chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, depth, colour, 0, 0, 0))


def write(path, pixels, chunks=(), palette=None):
    """pixels: [height][width] or [height][width][channels] of uint8 or uint16; chunks: (kind, data)."""
    pixels = pixels[..., None] if pixels.ndim == 2 else pixels
    height, width, channels = pixels.shape
    rows = pixels.astype(pixels.dtype.newbyteorder('>')).reshape(height, -1)
    raw = b''.join(b'\0' + row.tobytes() for row in rows)
    with open(path, 'wb') as file:
        file.write(SIGNATURE)
        file.write(header(width, height, pixels.itemsize * 8, KINDS[channels] if palette is None else 3))
        for kind, data in chunks:
            file.write(chunk(kind, data))
        if palette is not None:
            file.write(chunk(b'PLTE', bytes(palette)))
        file.write(chunk(b'IDAT', zlib.compress(raw)) + chunk(b'IEND'))


def chunks_of(data):
    """(kind, data) of every chunk; the check sums must be right."""
    assert data[:8] == SIGNATURE, 'no PNG'
    found, at = [], 8
    while at < len(data):
        size, kind = struct.unpack('>I4s', data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        assert struct.unpack('>I', data[at + 8 + size:at + 12 + size])[0] == zlib.crc32(kind + body), kind
        found.append((kind, body))
        at += 12 + size
    assert found[-1][0] == b'IEND', 'cut off'
    return found


def _paeth(a, b, c):
    p = a + b - c
    pa, pb, pc = abs(p - a), abs(p - b), abs(p - c)
    return a if pa <= pb and pa <= pc else b if pb <= pc else c


def _unfilter(kind, line, above, step):
    line = bytearray(line)
    for i in range(len(line)):
        left, corner = (line[i - step], above[i - step]) if i >= step else (0, 0)
        guess = (0, left, above[i], (left + above[i]) // 2, 0)[kind] if kind < 4 else _paeth(left, above[i], corner)
        line[i] = (line[i] + guess) & 255
    return line


def read(path):
    """[height][width][channels] of uint8 or uint16."""
    with open(path, 'rb') as file:
        found = chunks_of(file.read())
    width, height, depth, colour, _, _, interlaced = struct.unpack('>IIBBBBB', found[0][1])
    assert depth in (8, 16) and not interlaced
    raw = zlib.decompress(b''.join(body for kind, body in found if kind == b'IDAT'))
    step = CHANNELS[colour] * depth // 8
    line, rows = bytearray(width * step), []
    for y in range(height):
        at = y * (width * step + 1)
        line = _unfilter(raw[at], raw[at + 1:at + 1 + width * step], line, step)
        rows.append(bytes(line))
    kind = np.dtype('>u2' if depth == 16 else 'u1')
    return np.frombuffer(b''.join(rows), kind).reshape(height, width, CHANNELS[colour]).astype(kind.newbyteorder('='))
