"""Completes the demo photograph inside GIMP and writes the results to out/demo. Run by ./dev demo."""
import os
import time

import gi

gi.require_version('Gimp', '3.0')
gi.require_version('Gegl', '0.4')
from gi.repository import Gegl, Gimp, Gio

OUT = 'out/demo'
SIDE, GAP = 384, 8  # of the pictures in the strip, pixels
CENTRE = (1206, 1061)  # of the hole
QUIET = Gimp.RunMode.NONINTERACTIVE


def file(path):
    return Gio.File.new_for_path(os.path.abspath(path))


def select_mask(image, path):
    """Makes the selection from a picture: white is selected, grey is half."""
    layer = Gimp.file_load_layer(QUIET, image, file(path))
    image.insert_layer(layer, None, 0)
    mask = layer.create_mask(Gimp.AddMaskType.COPY)
    layer.add_mask(mask)
    image.select_item(Gimp.ChannelOps.REPLACE, mask)
    image.remove_layer(layer)


def complete(image, layer):
    procedure = Gimp.get_pdb().lookup_procedure('tessera-complete')
    if procedure is None:
        raise RuntimeError('GIMP does not know the procedure tessera-complete.')
    config = procedure.create_config()
    config.set_property('run-mode', QUIET)
    config.set_property('image', image)
    config.set_core_object_array('drawables', [layer])
    config.set_property('variations', 3)
    config.set_property('seed', 1)
    result = procedure.run(config)
    if result.index(0) != Gimp.PDBStatusType.SUCCESS:
        raise RuntimeError(Gimp.get_pdb().get_last_error())
    return result.index(3)


def crop(image, outline):
    """What is visible around the hole, as an image of its own."""
    part = image.duplicate()
    flat = part.flatten()
    if outline:
        Gimp.Selection.sharpen(part)
        Gimp.Selection.border(part, 2)
        Gimp.context_set_foreground(Gegl.Color.new('#ffffff'))
        flat.edit_fill(Gimp.FillType.FOREGROUND)
    Gimp.Selection.none(part)
    x = min(max(CENTRE[0] - SIDE // 2, 0), image.get_width() - SIDE)
    y = min(max(CENTRE[1] - SIDE // 2, 0), image.get_height() - SIDE)
    part.crop(SIDE, SIDE, x, y)
    return part


def strip(parts, path):
    """Puts pictures side by side on white and saves them."""
    image = Gimp.Image.new(len(parts) * (SIDE + GAP) - GAP, SIDE, Gimp.ImageBaseType.RGB)
    for i, part in enumerate(parts):
        layer = Gimp.Layer.new_from_drawable(part.get_layers()[0], image)
        image.insert_layer(layer, None, 0)
        layer.set_offsets(i * (SIDE + GAP), 0)
        part.delete()
    Gimp.context_set_background(Gegl.Color.new('#ffffff'))
    image.flatten()
    Gimp.file_save(QUIET, image, file(path), None)
    image.delete()


def main():
    image = Gimp.file_load(QUIET, file('data/demo/picos-de-europa.jpg'))
    select_mask(image, 'data/demo/hole.png')
    parts = [crop(image, True)]
    start = time.monotonic()
    group = complete(image, image.get_layers()[0])
    seconds = time.monotonic() - start
    variations = group.get_children()
    for shown in variations:
        for layer in variations:
            layer.set_visible(layer == shown)
        parts.append(crop(image, False))
    for layer in variations:
        layer.set_visible(layer == variations[0])

    strip(parts, OUT + '/before-after.jpg')
    Gimp.file_save(QUIET, image, file(OUT + '/demo.xcf'), None)
    flat = image.duplicate()
    flat.flatten()
    Gimp.file_save(QUIET, flat, file(OUT + '/completed.png'), None)
    flat.delete()
    image.delete()
    print('%d variations in %.1f s, from the call to the layers.' % (len(variations), seconds))
    print('The picture, the best variation visible:    %s/completed.png' % OUT)
    print('The image with its layers, for GIMP:        %s/demo.xcf' % OUT)
    print('Before, and the variations, side by side:   %s/before-after.jpg' % OUT)


main()
