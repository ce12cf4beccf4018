"""From a Krita document to a request and from its answers to layers. No Qt and no Krita is imported here, so that the
tests can run it against a stand-in."""
import array
import base64

ALIGN = 1024  # pixels; a crop that begins at a multiple of it is computed exactly as the whole picture
SAMPLES = {'U8': 1, 'U16': 2}


class Refused(Exception):
    """A sentence for the person: what is wrong, then what to do."""


class Region:
    """What is sent: the selection and enough around it. x, y, width, height in pixels of the document."""

    def __init__(self, document, selection, soften):
        self.sample = SAMPLES[document.colorDepth()]
        self.soften = int(soften + 0.999)
        left, top = max(selection.x(), 0), max(selection.y(), 0)
        right = min(selection.x() + selection.width(), document.width())
        bottom = min(selection.y() + selection.height(), document.height())
        if left >= right or top >= bottom:
            raise Refused('The selection lies outside the picture.')
        around = 256 + 2 * max(right - left, bottom - top)
        self.x = max(left - around, 0) // ALIGN * ALIGN
        self.y = max(top - around, 0) // ALIGN * ALIGN
        self.width = min(right + around, document.width()) - self.x
        self.height = min(bottom + around, document.height()) - self.y
        self.hole = (max(left - self.soften, 0), max(top - self.soften, 0), min(right + self.soften, document.width()),
                     min(bottom + self.soften, document.height()))

    def box(self):
        return self.x, self.y, self.width, self.height


def check(document):
    """The document's selection, or Refused."""
    if document is None:
        raise Refused('There is no picture. Open one first.')
    if document.colorModel() != 'RGBA' or document.colorDepth() not in SAMPLES:
        raise Refused('Tessera works on RGB pictures of 8 or 16 bits. Convert this one with '
                      'Image > Convert Image Color Space.')
    selection = document.selection()
    if selection is None or selection.width() < 1 or selection.height() < 1:
        raise Refused('Nothing is selected. Select what should be replaced.')
    return selection


def _bytes(data):
    return bytes(data)


class Job:
    """One request: read now, so that later changes of the document do no harm."""

    def __init__(self, document, images, settings, number):
        selection = check(document)
        self.document = document
        self.images = images
        self.region = region = Region(document, selection, settings['soften'])
        self.pixels = _bytes(document.pixelData(*region.box()))
        self.mask = _bytes(selection.pixelData(*region.box()))
        self.id = f'krita-{number}'
        self.settings = settings
        self.made = []  # of (name, pixels of the layer), best first
        self.error = None
        self.warnings = []

    def request(self):
        box = self.region
        picture = self.images.to_png(self.pixels, box.width, box.height, box.sample)
        mask = self.images.mask_to_png(self.mask, box.width, box.height)
        return {'id': self.id, 'op': 'complete', 'image': {'png_base64': base64.b64encode(picture).decode()},
                'mask': {'png_base64': base64.b64encode(mask).decode()}, 'settings': self.settings}

    def cancel(self):
        return {'id': self.id + '-stop', 'op': 'cancel', 'target': self.id}

    def take(self, line):
        """One line of the answer. Returns how far it is, 0..1, and 1 at the end; None where it says nothing of that."""
        event = line.get('event')
        if event == 'progress':
            return min(line['fraction'], 0.999)
        if event == 'variation':
            self._add(line)
        elif event == 'warning':
            self.warnings.append(line['message'])
        elif event == 'error':
            self.error = line['message']
        elif event == 'end':
            return 1
        return None

    def _add(self, line):
        region = self.region
        pixels, width, height = self.images.from_png(base64.b64decode(line['png_base64']), region.sample)
        if (width, height) != (region.width, region.height):
            raise Refused('The result has another size than the picture.')
        name = f'Variation {line["variation"]} (seed {line["seed"]})'
        self.made.append((name, layer_pixels(self.pixels, pixels, self.mask, region)))

    def layers(self):
        """Adds what was made, as a group above everything: best on top, only that one visible."""
        if not self.made:
            return None
        document = self.document
        group = document.createGroupLayer(f'Completion {next_number(document)}')
        left, top, right, bottom = self.region.hole
        for rank, (name, pixels) in reversed(list(enumerate(self.made))):
            layer = document.createNode(name, 'paintlayer')
            group.addChildNode(layer, None)
            layer.setPixelData(pixels, left, top, right - left, bottom - top)
            layer.setVisible(rank == 0)
        document.rootNode().addChildNode(group, None)  # with all that is in it: one step to undo
        document.refreshProjection()
        return group


def layer_pixels(before, after, mask, region):
    """The hole's box of the result; what is as before and was not selected is transparent. So the picture with this
    layer is the result, to the last bit, soft edges included."""
    kind = 'I' if region.sample == 1 else 'Q'
    old, new = memoryview(before).cast(kind), memoryview(after).cast(kind)
    left, top, right, bottom = region.hole
    cut = array.array(kind)
    for y in range(top - region.y, bottom - region.y):
        row = y * region.width
        first, last = row + left - region.x, row + right - region.x
        cut.extend(b if m or a != b else 0
                   for a, b, m in zip(old[first:last], new[first:last], mask[first:last]))
    return cut.tobytes()


def next_number(document):
    """1 + the highest N of the groups "Completion N"."""
    highest = 0
    for node in document.topLevelNodes():
        word, _, number = node.name().partition(' ')
        if word == 'Completion' and number.isdigit():
            highest = max(highest, int(number))
    return highest + 1


class Lines:
    """Bytes in any pieces to whole lines."""

    def __init__(self):
        self.rest = b''

    def feed(self, data):
        *lines, self.rest = (self.rest + data).split(b'\n')
        return [line for line in lines if line.strip()]
