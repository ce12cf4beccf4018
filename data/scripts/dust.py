# Takes dust and scratches out of all pictures of a folder: scans/NAME.png becomes done/NAME.png. What is white in
# masks/NAME.png, of the same size, is painted anew. In the folder that holds these three folders:
#
#   gimp-console-3.0 -idf --batch-interpreter python-fu-eval -b - --quit < dust.py
import glob
import os

from gi.repository import Gimp, Gio

QUIET = Gimp.RunMode.NONINTERACTIVE


def run(name, image, layer, **arguments):
    procedure = Gimp.get_pdb().lookup_procedure(name)
    config = procedure.create_config()
    config.set_property('image', image)
    config.set_core_object_array('drawables', [layer])
    for key, value in arguments.items():
        config.set_property(key.replace('_', '-'), value)
    result = procedure.run(config)
    if result.index(0) != Gimp.PDBStatusType.SUCCESS:
        raise RuntimeError(Gimp.get_pdb().get_last_error())
    return result


def dust(path, mask, out):
    image = Gimp.file_load(QUIET, Gio.File.new_for_path(path))
    layer = image.get_layers()[0]
    dots = Gimp.file_load_layer(QUIET, image, Gio.File.new_for_path(mask))
    image.insert_layer(dots, None, 0)
    coverage = dots.create_mask(Gimp.AddMaskType.COPY)
    dots.add_mask(coverage)
    image.select_item(Gimp.ChannelOps.REPLACE, coverage)
    image.remove_layer(dots)
    run('tessera-complete', image, layer, output='merge', seed=1)
    Gimp.file_save(QUIET, image, Gio.File.new_for_path(out), None)
    image.delete()


for scan in sorted(glob.glob('scans/*.png')):
    dust(scan, 'masks/' + os.path.basename(scan), 'done/' + os.path.basename(scan))
