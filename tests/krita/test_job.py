"""The request path of the Krita plug-in against a stand-in for Krita's API and the real `tessera serve`: test_job.py TESSERA"""
import base64
import io
import json
import os
import pathlib
import subprocess
import sys

import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / 'cli'), str(HERE.parent.parent / 'plugin' / 'krita' / 'tessera')]

import job
from harness import TESSERA, environment, main, photo, run, test


class Images:
    """What images.py does with Qt, for 8 bits."""

    @staticmethod
    def png(image):
        file = io.BytesIO()
        image.save(file, 'PNG')
        return file.getvalue()

    def to_png(self, pixels, width, height, sample):
        assert sample == 1
        return self.png(Image.fromarray(np.frombuffer(pixels, np.uint8).reshape(height, width, 4)[..., [2, 1, 0, 3]]))

    def mask_to_png(self, mask, width, height):
        return self.png(Image.fromarray(np.frombuffer(mask, np.uint8).reshape(height, width)))

    @staticmethod
    def from_png(data, sample):
        picture = np.asarray(Image.open(io.BytesIO(data)).convert('RGBA'))
        return picture[..., [2, 1, 0, 3]].tobytes(), picture.shape[1], picture.shape[0]


class Selection:
    def __init__(self, mask):
        self.mask = mask
        rows, cols = np.nonzero(mask.any(1))[0], np.nonzero(mask.any(0))[0]
        self.box = (cols[0], rows[0], cols[-1] - cols[0] + 1, rows[-1] - rows[0] + 1) if len(rows) else (0, 0, 0, 0)

    def x(self):
        return int(self.box[0])

    def y(self):
        return int(self.box[1])

    def width(self):
        return int(self.box[2])

    def height(self):
        return int(self.box[3])

    def pixelData(self, x, y, width, height):
        return self.mask[y:y + height, x:x + width].tobytes()


class Node:
    def __init__(self, name):
        self.title, self.children, self.shown, self.placed = name, [], True, None

    def name(self):
        return self.title

    def addChildNode(self, child, above):
        self.children.append(child)

    def setPixelData(self, pixels, x, y, width, height):
        assert len(pixels) == 4 * width * height
        self.placed = np.frombuffer(bytes(pixels), np.uint8).reshape(height, width, 4), x, y

    def setVisible(self, shown):
        self.shown = shown


class Document:
    def __init__(self, pixels, mask, names=(), model='RGBA', depth='U8'):
        self.pixels, self.mask, self.model, self.depth = pixels, mask, model, depth
        self.root = Node('root')
        self.root.children = [Node(name) for name in names]

    def width(self):
        return self.pixels.shape[1]

    def height(self):
        return self.pixels.shape[0]

    def colorModel(self):
        return self.model

    def colorDepth(self):
        return self.depth

    def selection(self):
        return None if self.mask is None else Selection(self.mask)

    def pixelData(self, x, y, width, height):
        return self.pixels[y:y + height, x:x + width].tobytes()

    def createGroupLayer(self, name):
        return Node(name)

    def createNode(self, name, kind):
        assert kind == 'paintlayer'
        return Node(name)

    def rootNode(self):
        return self.root

    def topLevelNodes(self):
        return self.root.children

    def refreshProjection(self):
        pass


def document(height=120, width=160, names=(), box=(60, 40, 48, 32)):
    pixels = photo(height, width, 4, 8)
    pixels[..., 3] = 255
    mask = np.zeros((height, width), np.uint8)
    mask[box[1]:box[1] + box[3], box[0]:box[0] + box[2]] = 255
    mask[box[1], box[0]:box[0] + box[2]] = 90  # a soft edge
    return Document(np.ascontiguousarray(pixels), mask, names)


SETTINGS = {'variations': 2, 'variety': 1.0, 'soften': 4, 'seed': 7}


def serve(*requests):
    """Lines of the answers, in odd pieces through the plug-in's own splitter."""
    done = subprocess.run([TESSERA, 'serve', '-m', 'tiny.safetensors'], capture_output=True, env=environment(), timeout=120,
                          input=b''.join(json.dumps(request).encode() + b'\n' for request in requests))
    assert done.returncode == 0, done.stderr
    lines, found = job.Lines(), []
    for at in range(0, len(done.stdout), 777):
        found += [json.loads(line) for line in lines.feed(done.stdout[at:at + 777])]
    return [line for line in found if line.get('id')]


def finish(work, lines):
    shares = [share for share in map(work.take, lines) if share is not None]
    assert shares == sorted(shares) and shares[-1] == 1, shares
    return work.layers()


@test
def layers_make_the_picture_of_the_command_line():
    picture = document(names=('ground', 'Completion 3', 'Completion x'))
    work = job.Job(picture, Images(), SETTINGS, 1)
    group = finish(work, serve(work.request()))
    assert group.name() == 'Completion 4' and picture.topLevelNodes()[-1] is group
    assert [layer.shown for layer in group.children] == [False, True], 'the best is on top and shown'
    Image.fromarray(picture.pixels[..., [2, 1, 0, 3]]).save('in.png')
    Image.fromarray(picture.mask).save('mask.png')
    run('complete', 'in.png', '--mask', 'mask.png', '--seed', 7, '-n', 2, '-o', 'out.png', '-m', 'tiny.safetensors')
    for rank, layer in enumerate(reversed(group.children), 1):
        pixels, x, y = layer.placed
        shown, part = picture.pixels.copy(), None
        part = shown[y:y + pixels.shape[0], x:x + pixels.shape[1]]
        part[pixels[..., 3] > 0] = pixels[pixels[..., 3] > 0]
        expected = np.asarray(Image.open(f'out-{rank}.png'))[..., [2, 1, 0, 3]]
        assert np.array_equal(shown, expected), f'rank {rank} differs from what the command makes'
        assert not np.array_equal(shown, picture.pixels), 'nothing was filled'


@test
def a_crop_of_a_large_picture_gives_the_same():
    picture = document(1500, 2300, box=(2150, 1400, 40, 32))
    work = job.Job(picture, Images(), dict(SETTINGS, variations=1), 1)
    assert (work.region.x, work.region.y) == (1024, 1024) and work.region.width == 1276, vars(work.region)
    group = finish(work, serve(work.request()))
    whole = {'id': 'w', 'op': 'complete', 'settings': dict(SETTINGS, variations=1),
             'image': {'png_base64': base64.b64encode(Images().to_png(picture.pixels.tobytes(), 2300, 1500, 1)).decode()},
             'mask': {'png_base64': base64.b64encode(Images().mask_to_png(picture.mask.tobytes(), 2300, 1500)).decode()}}
    made = next(line for line in serve(whole) if line['event'] == 'variation')
    expected = np.asarray(Image.open(io.BytesIO(base64.b64decode(made['png_base64']))))[..., [2, 1, 0, 3]]
    pixels, x, y = group.children[0].placed
    part = expected[y:y + pixels.shape[0], x:x + pixels.shape[1]]
    assert np.array_equal(pixels[pixels[..., 3] > 0], part[pixels[..., 3] > 0])


@test
def what_goes_wrong_is_a_sentence():
    work = job.Job(document(), Images(), dict(SETTINGS, variety=99), 1)
    assert finish(work, serve(work.request())) is None and 'from 0 to 2' in work.error, work.error
    for wrong, part in ((None, 'no picture'), (Document(np.zeros((9, 9, 4), np.uint8), None), 'Nothing is selected'),
                        (Document(np.zeros((9, 9, 4), np.uint8), np.zeros((9, 9), np.uint8)), 'Nothing is selected'),
                        (Document(np.zeros((9, 9, 4), np.uint8), None, model='GRAYA'), 'RGB pictures of 8 or 16'),
                        (Document(np.zeros((9, 9, 4), np.uint8), None, depth='F32'), 'RGB pictures of 8 or 16')):
        try:
            job.Job(wrong, Images(), SETTINGS, 1)
        except job.Refused as reason:
            assert part in str(reason), reason
        else:
            raise AssertionError(f'{part}: it was not refused')


if __name__ == '__main__':
    main()
