"""Picture formats: what is read, what is written, and that no file can harm."""
import json
import os
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

import png
from harness import HOLE, TESSERA, box_mask, complete, environment, main, photo, read_bytes, run, test

OUTSIDE = box_mask(53, 75) == 0


def through(name, expected, out='out.png'):
    """What comes out of the command outside the hole is what was in the file."""
    complete(name, HOLE, '--seed', 1, '-f', '-o', out)
    after = png.read(out) if out.endswith('.png') else np.asarray(Image.open(out))
    after = after[..., None] if after.ndim == 2 else after
    assert after.dtype == expected.dtype and after.shape == expected.shape, (name, after.shape, after.dtype)
    assert np.array_equal(after[OUTSIDE], expected[OUTSIDE]), f'{name}: a pixel outside has changed'
    assert not np.array_equal(after, expected), f'{name}: nothing was filled'


# ---- reading ------------------------------------------------------------------------------------

def tiff(path, pixels, **fields):
    """A TIFF file by hand: one strip, plain; fields: more tags, as (type, values)."""
    pixels = pixels[..., None] if pixels.ndim == 2 else pixels
    height, width, channels = pixels.shape
    bits, data = pixels.itemsize * 8, pixels.astype(pixels.dtype.newbyteorder('<')).tobytes()
    tags = {256: (4, [width]), 257: (4, [height]), 258: (3, [bits] * channels), 259: (3, [1]),
            262: (3, [2 if channels >= 3 else 1]), 273: (4, [0]), 277: (3, [channels]), 278: (4, [height]),
            279: (4, [len(data)])}
    if channels % 2 == 0:
        tags[338] = (3, [2])
    tags.update({int(tag[1:]): value for tag, value in fields.items()})
    sizes, codes = {3: 2, 4: 4}, {3: 'H', 4: 'I'}
    place = 8 + 2 + 12 * len(tags) + 4
    directory, extra = struct.pack('<H', len(tags)), b''
    bodies = {tag: struct.pack('<' + codes[kind] * len(values), *values) for tag, (kind, values) in tags.items()}
    start = place + sum(len(b) for b in bodies.values() if len(b) > 4)
    bodies[273] = struct.pack('<I', start)
    for tag in sorted(tags):
        kind, values = tags[tag]
        body = bodies[tag]
        if len(body) > 4:
            directory += struct.pack('<HHII', tag, kind, len(values), place + len(extra))
            extra += body
        else:
            directory += struct.pack('<HHI', tag, kind, len(values)) + body.ljust(4, b'\0')
    pathlib.Path(path).write_bytes(b'II*\0\x08\0\0\0' + directory + b'\0\0\0\0' + extra + data)


@test
def tiffs_of_all_kinds_are_read():
    for channels in (1, 2, 3, 4):
        for depth in (8, 16):
            before = photo(53, 75, channels, depth)
            tiff('in.tif', before)
            through('in.tif', before)


@test
def compressed_and_tiled_tiffs_are_read():
    before = photo(53, 75, 3, 8)
    for compression in ('tiff_lzw', 'tiff_adobe_deflate', 'packbits', None):
        Image.fromarray(before).save('in.tif', compression=compression)
        through('in.tif', before)
    tiles = np.zeros((64, 80, 3), np.uint8)
    tiles[:53, :75] = before
    data = b''.join(tiles[y:y + 16, x:x + 16].tobytes() for y in range(0, 64, 16) for x in range(0, 80, 16))
    offsets = [8 + i * 768 for i in range(20)]
    ifd = 8 + len(data) + 160 + 6
    tags = [(256, 3, 1, 75), (257, 3, 1, 53), (258, 3, 3, 8 + len(data) + 160), (259, 3, 1, 1), (262, 3, 1, 2),
            (277, 3, 1, 3), (322, 3, 1, 16), (323, 3, 1, 16), (324, 4, 20, 8 + len(data)),
            (325, 4, 20, 8 + len(data) + 80)]
    pathlib.Path('tiled.tif').write_bytes(
        b'II*\0' + struct.pack('<I', ifd) + data + struct.pack('<20I', *offsets) + struct.pack('<20I', *[768] * 20)
        + struct.pack('<3H', 8, 8, 8) + struct.pack('<H', len(tags))
        + b''.join(struct.pack('<HHII', *tag) for tag in tags) + b'\0\0\0\0')
    assert np.array_equal(np.asarray(Image.open('tiled.tif')), before), 'the test itself'
    through('tiled.tif', before)


@test
def tiffs_with_white_zero_palettes_and_bits_are_read():
    gray = photo(53, 75, 1, 8)
    tiff('in.tif', 255 - gray, _262=(3, [0]))
    through('in.tif', gray)
    bits = (photo(53, 75, 1, 8)[..., 0] > 128)
    Image.fromarray(bits).save('in.tif')
    through('in.tif', (bits * 255).astype(np.uint8)[..., None])
    ids, palette = gray[..., 0] % 4, np.array([[10, 20, 30], [200, 100, 50], [0, 255, 0], [90, 90, 250]], np.uint8)
    picture = Image.fromarray(ids, 'P')
    picture.putpalette(palette.tobytes())
    picture.save('in.tif')
    through('in.tif', palette[ids])


@test
def planes_of_a_tiff_may_lie_apart():
    before = photo(53, 75, 3, 8)
    planes = np.ascontiguousarray(before.transpose(2, 0, 1)).reshape(3 * 53, 75)
    n = 53 * 75
    tiff('in.tif', planes, _257=(4, [53]), _258=(3, [8, 8, 8]), _262=(3, [2]), _277=(3, [3]), _278=(4, [53]),
         _284=(3, [2]), _279=(4, [n, n, n]), _273=(4, [0, 0, 0]))
    data = bytearray(read_bytes('in.tif'))
    start = len(data) - 3 * n  # the three strips lie behind each other
    at = next(i for i in range(10, 200, 12) if struct.unpack_from('<H', data, i)[0] == 273)
    place = len(data) - 3 * n
    struct.pack_into('<HHII', data, at, 273, 4, 3, len(data))
    pathlib.Path('in.tif').write_bytes(bytes(data) + struct.pack('<3I', start, place + n, place + 2 * n))
    assert np.array_equal(np.asarray(Image.open('in.tif')), before), 'the test itself'
    through('in.tif', before)


@test
def webp_is_read():
    for channels in (3, 4):
        before = photo(53, 75, channels, 8)
        Image.fromarray(before).save('in.webp', lossless=True, exact=True, icc_profile=b'\0' * 128 + b'profile')
        through('in.webp', before)
        found = dict(png.chunks_of(read_bytes('out.png')))
        assert zlib.decompress(found[b'iCCP'].split(b'\0\0', 1)[1]) == b'\0' * 128 + b'profile'


@test
def pnm_of_all_kinds_is_read():
    for channels, kind in ((1, b'P5'), (3, b'P6')):
        for depth in (8, 16):
            before = photo(53, 75, channels, depth)
            data = before.astype(before.dtype.newbyteorder('>')).tobytes()
            pathlib.Path('in.pnm').write_bytes(kind + b'\n# by hand\n75 53\n%d\n' % (2 ** depth - 1) + data)
            through('in.pnm', before)
    before = photo(53, 75, 3, 8)
    pathlib.Path('in.ppm').write_text('P3 75 53 255\n' + ' '.join(map(str, before.ravel())))
    through('in.ppm', before)
    bits = photo(53, 75, 1, 8)[..., 0] > 128
    pathlib.Path('in.pbm').write_bytes(b'P4 75 53\n' + np.packbits(~bits, axis=1).tobytes())
    through('in.pbm', (bits * 255).astype(np.uint8)[..., None])
    pathlib.Path('in.pbm').write_text('P1 75 53\n' + ''.join(map(str, (~bits).astype(int).ravel())))
    through('in.pbm', (bits * 255).astype(np.uint8)[..., None])
    before = photo(53, 75, 4, 8)
    pathlib.Path('in.pam').write_bytes(
        b'P7\nWIDTH 75\nHEIGHT 53\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n' + before.tobytes())
    through('in.pam', before)
    ten = photo(53, 75, 1, 8).astype(np.uint16) * 4  # white is 1020
    pathlib.Path('in.pgm').write_bytes(b'P5 75 53 1020 ' + ten.astype('>u2').tobytes())
    through('in.pgm', ((ten.astype(int) * 65535 + 510) // 1020).astype(np.uint16))


@test
def masks_may_be_of_any_format():
    png.write('in.png', photo(53, 75, 3, 8))
    mask = Image.fromarray(box_mask(53, 75))
    complete('in.png', HOLE, '--seed', 1, '-o', 'box.png')
    for name in ('m.tif', 'm.pgm', 'm.png'):
        mask.save(name)
        complete('in.png', '--mask', name, '--seed', 1, '-f', '-o', 'out.png')
        assert np.array_equal(png.read('out.png'), png.read('box.png')), name
    mask.convert('RGB').save('m.webp', lossless=True)
    complete('in.png', '--mask', 'm.webp', '--seed', 1, '-f', '-o', 'out.png')
    assert np.array_equal(png.read('out.png'), png.read('box.png'))


# ---- orientation --------------------------------------------------------------------------------

@test
def pictures_are_turned_upright():
    upright = photo(53, 75, 3, 8)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112], exif[0x010e] = orientation, 'about this picture'
        stored = Image.fromarray(upright)
        back = {2: [Image.FLIP_LEFT_RIGHT], 3: [Image.ROTATE_180], 4: [Image.FLIP_TOP_BOTTOM], 5: [Image.TRANSPOSE],
                6: [Image.ROTATE_90], 7: [Image.TRANSVERSE], 8: [Image.ROTATE_270]}
        for step in back.get(orientation, []):
            stored = stored.transpose(step)
        stored.save('in.png', exif=exif)
        seen = np.asarray(ImageOps.exif_transpose(Image.open('in.png')))
        assert np.array_equal(seen, upright), 'the test itself'
        through('in.png', upright)
        said = Image.open('out.png').getexif()
        assert said.get(0x0112) == 1 and said.get(0x010e) == 'about this picture', (orientation, dict(said))
    stored.save('in.tif', tiffinfo={0x0112: 8})
    through('in.tif', upright)


# ---- writing ------------------------------------------------------------------------------------

@test
def tiff_keeps_depth_alpha_profile_and_resolution():
    profile = b'\0' * 128 + b'made up' * 3000
    for channels in (1, 2, 3, 4):
        for depth in (8, 16):
            before = photo(53, 75, channels, depth)
            png.write('in.png', before, [(b'iCCP', b'x\0\0' + zlib.compress(profile)),
                                         (b'pHYs', struct.pack('>IIB', 11811, 5906, 1))])
            complete('in.png', HOLE, '--seed', 1, '-f', '-o', 'out.tif')
            complete('in.png', HOLE, '--seed', 1, '-f', '-o', 'out.png')
            complete('out.tif', HOLE, '--seed', 1, '-f', '-o', 'back.png', '--texture', 0)
            after, back = png.read('out.png'), png.read('back.png')
            assert np.array_equal(back[OUTSIDE], before[OUTSIDE]) and back.dtype == before.dtype
            if depth == 8 or channels == 1:  # what Pillow can read
                written = Image.open('out.tif')
                assert written.info['icc_profile'] == profile
                assert [round(float(d)) for d in written.info['dpi']] == [300, 150], written.info['dpi']
                pixels = np.asarray(written)
                assert np.array_equal(pixels.reshape(after.shape), after), (channels, depth)
            found = dict(png.chunks_of(read_bytes('back.png')))
            assert zlib.decompress(found[b'iCCP'].split(b'\0\0', 1)[1]) == profile
            assert struct.unpack('>IIB', found[b'pHYs']) == (11811, 5906, 1)


def exif_blob(order='>', orientation=1):
    """EXIF by hand: make, orientation and, in the directory of the camera, exposure and date."""
    date, exposure = b'2026:11:25 10:00:00\0', struct.pack(order + 'II', 1, 250)
    first = struct.pack(order + 'H', 3) + struct.pack(order + 'HHII', 0x010f, 2, 6, 50)
    first += struct.pack(order + 'HHIHH', 0x0112, 3, 1, orientation, 0)
    first += struct.pack(order + 'HHII', 0x8769, 4, 1, 56) + bytes(4)
    inner = struct.pack(order + 'H', 2) + struct.pack(order + 'HHII', 0x829a, 5, 1, 86)
    inner += struct.pack(order + 'HHII', 0x9003, 2, 20, 94) + bytes(4)
    head = (b'MM\0*' if order == '>' else b'II*\0') + struct.pack(order + 'I', 8)
    return head + first + b'Maker\0' + inner + exposure + date


@test
def exif_goes_through_every_format():
    for order in '<>':
        blob = exif_blob(order)
        pixels = photo(53, 75, 3, 8)
        png.write('in.png', pixels, [(b'eXIf', blob)])
        Image.fromarray(pixels).save('in.jpg', exif=b'Exif\0\0' + blob)
        Image.fromarray(pixels).save('in.webp', exif=b'Exif\0\0' + blob)
        complete('in.png', HOLE, '-f', '-o', 'in.tif')
        for name in ('in.png', 'in.jpg', 'in.webp', 'in.tif'):
            for out in ('out.png', 'out.tif'):
                complete(name, HOLE, '--seed', 1, '-f', '-o', out)
                said = Image.open(out).getexif()
                inner = said.get_ifd(0x8769)
                assert said[0x010f] == 'Maker' and said[0x0112] == 1, (order, name, out, dict(said))
                assert inner[0x9003] == '2026:11:25 10:00:00' and float(inner[0x829a]) == 1 / 250, (name, out, inner)
                assert np.array_equal(np.asarray(Image.open(out))[OUTSIDE], np.asarray(Image.open(name))[OUTSIDE]) \
                    or name == 'in.jpg', (order, name, out)
        assert dict(png.chunks_of(read_bytes('out.png')))[b'eXIf'][:2] == (b'MM' if order == '>' else b'II')


# ---- hostile files ------------------------------------------------------------------------------

def sources():
    """Small files of every format, with all that a file may carry."""
    exif = exif_blob(orientation=6)
    rgb, rgba = photo(24, 32, 3, 8), photo(24, 32, 4, 8)
    Image.fromarray(rgb).save('a.jpg', progressive=True, exif=b'Exif\0\0' + exif, icc_profile=b'\0' * 200, dpi=(72, 72))
    Image.fromarray(rgba).save('a.webp', lossless=True, exif=b'Exif\0\0' + exif, icc_profile=b'\0' * 200)
    Image.fromarray(rgb).save('b.webp', quality=60)
    Image.fromarray(rgba).save('a.tif', compression='tiff_lzw', icc_profile=b'\0' * 200, tiffinfo={0x0112: 6})
    Image.fromarray(rgb).save('b.tif', compression='jpeg')
    tiff('c.tif', photo(24, 32, 3, 16))
    png.write('a.png', photo(24, 32, 4, 16), [(b'tEXt', b'a\0b'), (b'iCCP', b'x\0\0' + zlib.compress(b'y' * 500)),
                                              (b'eXIf', exif)])
    pathlib.Path('a.ppm').write_bytes(b'P6\n# c\n32 24\n255\n' + rgb.tobytes())
    pathlib.Path('b.ppm').write_text('P3 32 24 255 ' + ' '.join(map(str, rgb.ravel())))
    pathlib.Path('a.pam').write_bytes(b'P7\nWIDTH 32\nHEIGHT 24\nDEPTH 4\nMAXVAL 255\nENDHDR\n' + rgba.tobytes())
    return ('a.jpg', 'a.webp', 'b.webp', 'a.tif', 'b.tif', 'c.tif', 'a.png', 'a.ppm', 'b.ppm', 'a.pam')


def plan_of(path):
    """Exit status (negative: the signal it died of), the sentence, and most memory in KiB."""
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        null = os.open(os.devnull, os.O_RDWR)
        for fd, to in ((null, 0), (null, 1), (write, 2)):
            os.dup2(fd, to)
        os.execve(TESSERA, [TESSERA, 'complete', path, '--hole=8x8+0+0', '--plan', '--memory', '200M', '-m',
                            'tiny.safetensors'], dict(environment(), OPENBLAS_NUM_THREADS='1'))
    os.close(write)
    with os.fdopen(read, 'rb') as stream:
        said = stream.read()
    _, status, usage = os.wait4(pid, 0)
    return os.waitstatus_to_exitcode(status), said.decode('utf-8'), usage.ru_maxrss


@test
def no_mutation_of_any_file_does_harm():
    random = np.random.default_rng(8)
    turns = int(os.environ.get('MUTATIONS', 100))
    for name in sources():
        whole = read_bytes(name)
        status, said, usual = plan_of(name)
        assert status == 0, (name, said)
        for turn in range(turns):
            data = bytearray(whole)
            for _ in range(1 + turn % 4):
                at = random.integers(min(len(data), 400) if turn % 2 else len(data))
                data[at] = random.choice([random.integers(256), 0, 255, data[at] ^ 1 << random.integers(8)])
            if turn % 5 == 4:
                del data[random.integers(len(data)):]
            pathlib.Path('m-' + name).write_bytes(data)
            status, said, memory = plan_of('m-' + name)
            assert status in (0, 3, 6, 7), f'{name}, turn {turn}: status {status}: {said}'
            errors = [line for line in said.splitlines() if line.startswith('tessera: E-')]
            assert len(errors) == (status != 0), f'{name}, turn {turn}: {said}'
            assert memory < usual + 250 * 1024, f'{name}, turn {turn}: {memory} KiB instead of {usual}'


@test
def lies_about_the_size_cost_no_memory():
    pixels = zlib.compress(bytes(4000))
    small = png.SIGNATURE + png.header(8, 8, 8, 2) + png.chunk(b'IDAT', pixels) + png.chunk(b'IEND')
    pathlib.Path('honest.png').write_bytes(small)
    _, _, usual = plan_of('honest.png')
    lies = {}
    for width, height in ((500000, 500000), (2 ** 31 - 1, 2 ** 31 - 1), (1, 2 ** 31 - 1), (30000, 30000)):
        for depth, colour in ((16, 6), (8, 2), (1, 0)):
            lies[f'{width}x{height}-{depth}.png'] = (png.SIGNATURE + png.header(width, height, depth, colour)
                                                     + png.chunk(b'IDAT', pixels) + png.chunk(b'IEND'))
        lies[f'{width}x{height}.ppm'] = b'P6 %d %d 255\n' % (width, height) + bytes(4000)
        lies[f'{width}x{height}.pbm'] = b'P1 %d %d\n' % (width, height) + bytes(4000)
        lies[f'{width}x{height}.pam'] = b'P7 WIDTH %d HEIGHT %d DEPTH 4 MAXVAL 65535 ENDHDR\n' % (width, height)
        tiff('lie.tif', photo(8, 8, 3, 8), _256=(4, [width]), _257=(4, [height]), _278=(4, [height]))
        lies[f'{width}x{height}.tif'] = read_bytes('lie.tif')
    Image.fromarray(photo(8, 8, 3, 8)).save('lie.jpg')
    data = bytearray(read_bytes('lie.jpg'))
    struct.pack_into('>HH', data, data.index(b'\xff\xc0') + 5, 65500, 65500)
    lies['65500.jpg'] = bytes(data)
    for name, data in lies.items():
        pathlib.Path(name).write_bytes(data)
        status, said, memory = plan_of(name)
        assert status in (3, 7), (name, status, said)
        assert memory < usual + 8192, f'{name}: {memory} KiB instead of {usual}'


@test
def a_decompression_bomb_is_refused():
    rows = zlib.compress(bytes(3 * 20000 + 1) * 20000, 1)  # 1.2 GB in 5 MB: an honest file
    data = png.SIGNATURE + png.header(20000, 20000, 8, 2) + png.chunk(b'IDAT', rows) + png.chunk(b'IEND')
    pathlib.Path('bomb.png').write_bytes(data)
    status, said, memory = plan_of('bomb.png')
    assert status == 7 and 'E-TOO-LARGE' in said and memory < 200 * 1024, (status, said, memory)


# ---- large pictures -----------------------------------------------------------------------------

@test
def a_photograph_of_24_megapixels_needs_little_memory():
    tile = photo(400, 600, 3, 8)
    Image.fromarray(np.tile(tile, (10, 10, 1))).save('large.jpg', quality=90)
    done = complete('large.jpg', '--hole=64x64+3000+2000', '--seed', 1, '--json', '-o', 'out.png')
    end = json.loads(done.stdout.splitlines()[-1])
    before, after = np.asarray(Image.open('large.jpg')), png.read('out.png')
    box = np.zeros((4000, 6000), bool)
    box[2000:2064, 3000:3064] = True
    rows = (after != before).any(2)
    assert rows[box].mean() > 0.5 and not rows[~box].any() or np.abs(
        after[~box].astype(int) - before[~box]).max() <= 1, 'two versions of libjpeg differ by at most 1'
    print(f'24 megapixels: peak {end["peak_bytes"] >> 20} MiB')
    assert end['peak_bytes'] < 200 << 20, end  # 72 MB of picture, up to 48 of hole, both files, libraries
    text = run('complete', 'large.jpg', '--hole=64x64+3000+2000', '-v', '--seed', 1, '-f', '-o', 'out.png', '-m',
               'tiny.safetensors').stderr.decode()
    assert 'of memory were in use' in text, text


if __name__ == '__main__':
    main()
