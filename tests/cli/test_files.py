"""Names, formats, what files say about themselves."""
import json
import os
import pathlib
import struct
import zlib

from PIL import Image

import png
from harness import HOLE, complete, main, photo, read_bytes, run, tessera_texts, test


@test
def results_are_named():
    png.write('in.png', photo(53, 75, 3, 8))
    complete('in.png', HOLE, '--seed', 3, '-n', 2, '-o', 'plain.png')
    complete('in.png', HOLE, '--seed', 3, '-n', 2, '-o', 'at-%d-end.png')
    complete('in.png', HOLE, '--seed', 3, '-n', 2, '--only-best', '-o', 'best.png')
    found = {n for n in os.listdir('.') if n.startswith(('plain', 'at-', 'best'))}
    assert found == {'plain-1.png', 'plain-2.png', 'at-1-end.png', 'at-2-end.png', 'best.png'}, found
    assert read_bytes('best.png') == read_bytes('plain-1.png') == read_bytes('at-1-end.png')


@test
def what_the_file_says_about_itself_is_kept():
    profile = b'mine\0\0' + zlib.compress(b'no real profile, but a profile must go through unread')
    said = [(b'iCCP', profile), (b'gAMA', struct.pack('>I', 45455)), (b'pHYs', struct.pack('>IIB', 11811, 11811, 1)),
            (b'eXIf', b'MM\0*\0\0\0\x08\0\0'), (b'tEXt', b'Title\0Beach'), (b'iTXt', b'tessera-recipe\0\0\0\0\0{"old":1}')]
    for depth in (8, 16):
        png.write('in.png', photo(53, 75, 3, depth), said)
        complete('in.png', HOLE, '-n', 1, '--seed', 9, '-f', '-o', 'out.png')
        found = png.chunks_of(read_bytes('out.png'))
        for pair in said[:-1]:
            assert found.count(pair) == 1, f'{pair[0]} was lost'
        recipes = [json.loads(text) for text in tessera_texts('out.png')]
        assert len(recipes) == 1 and int(recipes[0]['seed']) == 9, recipes


@test
def the_profile_and_resolution_of_a_jpeg_are_kept():
    profile = b'\0' * 128 + b'made up' * 20000  # longer than one marker
    Image.fromarray(photo(53, 75, 3, 8)).save('in.jpg', dpi=(300, 300), icc_profile=profile)
    complete('in.jpg', HOLE, '-n', 1, '-o', 'out.png')
    found = dict(png.chunks_of(read_bytes('out.png')))
    assert zlib.decompress(found[b'iCCP'].split(b'\0\0', 1)[1]) == profile
    assert struct.unpack('>IIB', found[b'pHYs']) == (11811, 11811, 1)


@test
def an_existing_file_is_left_alone():
    png.write('in.png', photo(53, 75, 3, 8))
    pathlib.Path('out-2.png').write_bytes(b'precious')
    done = complete('in.png', HOLE, '-n', 2, '-o', 'out.png', status=4)
    assert b'"out-2.png" exists already' in done.stderr
    assert read_bytes('out-2.png') == b'precious' and not os.path.exists('out-1.png')
    complete('in.png', HOLE, '-n', 2, '-o', 'out.png', '--force')
    assert png.read('out-2.png').shape == (53, 75, 3)


@test
def streams_work():
    png.write('in.png', photo(53, 75, 3, 8))
    done = complete('-', HOLE, '-n', 1, '--seed', 1, '-o', '-', data=read_bytes('in.png'))
    complete('in.png', HOLE, '-n', 1, '--seed', 1, '-o', 'out.png')
    assert done.stdout == read_bytes('out.png')


if __name__ == '__main__':
    main()
