"""What the drivers inside GIMP have in common. Imported by them; GIMP runs in the project's folder."""
import json
import os
import re
import sys

import gi

gi.require_version('Gimp', '3.0')
gi.require_version('Gegl', '0.4')
from gi.repository import Gegl, Gimp, Gio

QUIET = Gimp.RunMode.NONINTERACTIVE
SUCCESS = Gimp.PDBStatusType.SUCCESS
WORK = os.environ['TESSERA_TEST_WORK']  # an empty folder of this run
PRECISION = Gimp.Precision

def check(what, holds, detail=''):
    word = 'ok' if holds else 'FAIL'
    print(word.ljust(4), what, '' if holds else detail, flush=True)
    return holds


def measured(what, *figures):
    print('measured', what, *figures, flush=True)


def finish():
    """The last line of a driver: it has come to its end."""
    print('end', flush=True)


def file(path):
    return Gio.File.new_for_path(os.path.abspath(path))


def photo(x, y, width, height, base=Gimp.ImageBaseType.RGB, precision=PRECISION.U8_NON_LINEAR,
          alpha=False):
    """A part of the demo photograph as an image with one layer."""
    image = Gimp.file_load(QUIET, file('data/demo/picos-de-europa.jpg'))
    image.crop(width, height, x, y)
    if precision != PRECISION.U8_NON_LINEAR:
        image.convert_precision(precision)
    if base == Gimp.ImageBaseType.GRAY:
        image.convert_grayscale()
    if alpha:
        image.get_layers()[0].add_alpha()
    return image


def select(image, x, y, width, height, feather=0):
    Gimp.context_push()
    Gimp.context_set_feather(feather > 0)
    Gimp.context_set_feather_radius(feather, feather)
    image.select_ellipse(Gimp.ChannelOps.REPLACE, x, y, width, height)
    Gimp.context_pop()


class Answer:
    """What a call gave back."""

    def __init__(self, result):
        self.result = result
        self.status = result.index(0)
        self.done = self.status == SUCCESS
        self.message = '' if self.done else Gimp.get_pdb().get_last_error()

    def value(self, place):
        return self.result.index(place) if self.done else None

    recipe = property(lambda self: self.value(2))
    group = property(lambda self: self.value(3))
    report = property(lambda self: json.loads(self.value(5)) if self.done else {})
    image = property(lambda self: self.value(6))

    def layers(self):
        return self.group.get_children() if self.group else []

    def warnings(self):
        return [warning['code'] for warning in self.report.get('warnings', [])]


def call(which, image, layers, **arguments):
    """Calls the procedure tessera-WHICH; in argument names '_' stands for '-'."""
    procedure = Gimp.get_pdb().lookup_procedure('tessera-' + which)
    config = procedure.create_config()
    config.set_property('run-mode', arguments.pop('run_mode', QUIET))
    config.set_property('image', image)
    config.set_core_object_array('drawables', layers)
    for key, value in arguments.items():
        config.set_property(key.replace('_', '-'), value)
    return Answer(procedure.run(config))


def complete(image, layers, **arguments):
    return call('complete', image, layers, **arguments)


def raw(drawable):
    """All bytes of a drawable as GIMP keeps them, and the bytes of one pixel."""
    box = Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height())
    data = drawable.get_buffer().get(box, 1.0, None, Gegl.AbyssPolicy.NONE)
    return data, len(data) // (box.width * box.height)


def srgb(drawable, x, y, width, height):
    """RGBA bytes of a box, in sRGB."""
    return drawable.get_buffer().get(Gegl.Rectangle.new(x, y, width, height), 1.0, "R'G'B'A u8",
                                     Gegl.AbyssPolicy.NONE)


def coverage(drawable):
    """A mask or selection as bytes, 0..255."""
    box = Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height())
    return drawable.get_buffer().get(box, 1.0, 'Y u8', Gegl.AbyssPolicy.NONE)


def unselected(image):
    """For each pixel: is it outside the selection? Less than half an 8-bit step is outside."""
    box = Gegl.Rectangle.new(0, 0, image.get_width(), image.get_height())
    data = image.get_selection().get_buffer().get(box, 1.0, 'Y float', Gegl.AbyssPolicy.NONE)
    return [value < 0.5 / 255 for value in memoryview(data).cast('f')]


def visible(image):
    """Bytes of what can be seen."""
    layer = Gimp.Layer.new_from_visible(image, image, 'visible')
    data = raw(layer)
    layer.delete()
    return data


def state(image):
    """Everything of an image that a failed call could have touched."""
    def walk(items):
        return [(i.get_id(), i.get_name(), i.get_visible(), i.get_parasite_list(), raw(i)[0],
                 walk(i.get_children()) if i.is_group() else None) for i in items]
    return (walk(image.get_layers()), visible(image)[0], coverage(image.get_selection()),
            image.get_parasite_list(), [i.get_id() for i in image.get_selected_layers()])


def parasite(item, name):
    found = item.get_parasite(name)
    return bytes(b & 255 for b in found.get_data()).decode() if found else None


def layer_on(image, name, width=0, height=0, x=0, y=0, color=None, place=0, parent=None):
    """A new RGBA layer, filled where a colour is given; as large as the image by default."""
    layer = Gimp.Layer.new(image, name, width or image.get_width(), height or image.get_height(),
                           Gimp.ImageType.RGBA_IMAGE if image.get_base_type() == Gimp.ImageBaseType.RGB
                           else Gimp.ImageType.GRAYA_IMAGE, 100, Gimp.LayerMode.NORMAL)
    image.insert_layer(layer, parent, place)
    layer.set_offsets(x, y)
    if color:
        paint(layer, color)
    return layer


def paint(layer, color, box=None):
    """Fills a layer, or a box of it, and leaves selection and colours as they were."""
    image = layer.get_image()
    kept = None if Gimp.Selection.is_empty(image) else Gimp.Selection.save(image)
    chosen = image.get_selected_layers()
    Gimp.context_push()
    Gimp.context_set_feather(False)
    Gimp.context_set_antialias(False)
    Gimp.context_set_foreground(Gegl.Color.new(color))
    if box:
        image.select_rectangle(Gimp.ChannelOps.REPLACE, *box)
    else:
        Gimp.Selection.none(image)
    layer.edit_fill(Gimp.FillType.FOREGROUND)
    Gimp.Selection.none(image)
    if kept:
        image.select_item(Gimp.ChannelOps.REPLACE, kept)
        image.remove_channel(kept)
    if chosen:
        image.set_selected_layers(chosen)
    Gimp.context_pop()


def rectangle(image, x, y, width, height, operation=Gimp.ChannelOps.REPLACE):
    Gimp.context_push()
    Gimp.context_set_feather(False)
    Gimp.context_set_antialias(False)
    image.select_rectangle(operation, x, y, width, height)
    Gimp.context_pop()


def differing(before, after, size):
    """Numbers of the pixels that differ."""
    return [i for i in range(len(before) // size)
            if before[size * i:size * i + size] != after[size * i:size * i + size]]


def refused(image, layers, what, code, before, procedure='complete', **arguments):
    """A bad case: one sentence with its code, and the image as before."""
    answer = call(procedure, image, layers, **arguments)
    check(what + ': one sentence', not answer.done and answer.message.startswith(code + ': ')
          and '\n' not in answer.message
          and re.search(r'\.( \(Looked in: [^()]+\))?$', answer.message) is not None,
          (answer.status, answer.message))
    check(what + ': the image is untouched', state(image) == before)
    return answer
