"""Checks every bad case of tessera-complete: one sentence with a code, and the image as before."""
import sys

sys.path.insert(0, 'tests/gimp')
from helpers import *


def nothing_to_fill():
    image = photo(1040, 880, 300, 200)
    layers = image.get_layers()
    refused(image, layers, 'nothing to fill', 'E-EMPTY-HOLE', state(image))
    refused(image, layers, 'no selection, asked for', 'E-EMPTY-HOLE', state(image), region='selection')
    refused(image, layers, 'no transparent area', 'E-NO-TRANSPARENT', state(image), region='transparent')
    Gimp.Selection.all(image)
    refused(image, layers, 'everything selected', 'E-NO-CONTEXT', state(image))
    image.delete()


def models():
    image = photo(1040, 880, 300, 200)
    layers = image.get_layers()
    select(image, 100, 60, 60, 60)
    before = state(image)
    refused(image, layers, 'no model', 'E-NO-MODEL', before, model='no-such-model')
    refused(image, layers, 'a missing model file', 'E-NO-MODEL', before, model=WORK + '/absent.safetensors')
    with open(WORK + '/broken.safetensors', 'wb') as broken:
        broken.write(b'\x10\0\0\0\0\0\0\0{"broken": true}')
    refused(image, layers, 'a broken model', 'E-BAD-MODEL', before, model=WORK + '/broken.safetensors')
    with open(os.environ['TESSERA_MODEL'], 'rb') as good:
        data = good.read()
    with open(WORK + '/short.safetensors', 'wb') as short:
        short.write(data[:len(data) // 2])
    refused(image, layers, 'half a model', 'E-BAD-MODEL', before, model=WORK + '/short.safetensors')
    with open(WORK + '/newer.safetensors', 'wb') as newer:
        newer.write(data.replace(b'\\"version\\": 1', b'\\"version\\": 9'))
    refused(image, layers, 'a newer model', 'E-MODEL-NEWER', before, model=WORK + '/newer.safetensors')
    refused(image, layers, 'a model that only rebuilds pictures', 'E-MODEL-CANNOT', before,
            model='tests/golden/vqgan_f16_encode_decode/model.safetensors')
    answer = refused(image, layers, 'too little memory', 'E-TOO-LARGE', before, memory_limit=1)
    check('it says how much is needed and allowed', answer.message.count(' M') + answer.message.count(' G') >= 2,
          answer.message)
    image.delete()


def images():
    image = photo(1040, 880, 12, 12)
    select(image, 3, 3, 5, 5)
    answer = complete(image, image.get_layers(), variations=1, seed=1)
    check('a tiny image is completed too', answer.done, answer.message)
    image.delete()
    image = photo(1040, 880, 200, 150)
    image.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE, 16, False,
                          False, '')
    select(image, 60, 40, 40, 40)
    for procedure in ('complete', 'label-layer'):
        answer = call(procedure, image, image.get_layers())
        check('an indexed image: one sentence, ' + procedure, answer.message.startswith('E-INDEXED: '),
              answer.message)
        check('an indexed image: no new layer, ' + procedure, len(image.get_layers()) == 1)
    image.delete()
    image = photo(1040, 880, 200, 150)
    select(image, 60, 40, 40, 40)
    Gimp.Selection.float(image, image.get_layers(), 0, 0)
    answer = complete(image, image.get_layers())
    check('a floating selection: one sentence', answer.message.startswith('E-FLOATING: '), answer.message)
    image.delete()
    image = Gimp.Image.new(60, 60, Gimp.ImageBaseType.RGB)
    rectangle(image, 10, 10, 20, 20)
    answer = complete(image, [])
    check('an image without layers: one sentence', answer.message.startswith('E-NO-CONTEXT: '), answer.message)
    image.delete()


def merging():
    image = photo(1040, 880, 300, 200)
    base = image.get_layers()[0]
    select(image, 100, 60, 60, 60)
    cover = layer_on(image, 'cover')
    refused(image, [cover, base], 'several layers, one wanted', 'E-MANY-LAYERS', state(image), source='layer')
    refused(image, [cover, base], 'merging into several layers', 'E-MANY-LAYERS', state(image), output='merge')
    group = Gimp.GroupLayer.new(image, 'folder')
    image.insert_layer(group, None, 0)
    inner = layer_on(image, 'inner', color='#808080', parent=group)
    refused(image, [group], 'merging into a group', 'E-GROUP', state(image), output='merge')
    inner.set_lock_content(True)
    refused(image, [inner], 'merging into a locked layer', 'E-LOCKED', state(image), output='merge')
    inner.set_lock_content(False)
    group.set_lock_content(True)
    refused(image, [inner], 'merging into a layer of a locked group', 'E-LOCKED', state(image), output='merge')
    group.set_lock_content(False)
    text = Gimp.TextLayer.new(image, 'text', Gimp.context_get_font(), 20, Gimp.Unit.pixel())
    image.insert_layer(text, None, 0)
    refused(image, [text], 'merging into a text layer', 'E-TEXT-LAYER', state(image), output='merge')
    image.delete()


def ranges():
    """GIMP itself refuses what is out of range, where a script says it to the database."""
    image = photo(1040, 880, 60, 60)
    rectangle(image, 20, 20, 20, 20)
    procedure = Gimp.get_pdb().lookup_procedure('tessera-complete')
    names = [i.get_name() for i in procedure.get_arguments()]
    check('the arguments have their order', names == [
        'run-mode', 'image', 'drawables', 'region', 'variations', 'seed', 'variety', 'output', 'source',
        'label-layer', 'soften', 'match-color', 'texture', 'grain', 'effort', 'strategy', 'top-k',
        'top-p', 'wrap', 'model', 'threads', 'memory-limit', 'label-strength'], names)
    check('each has a help text', all(i.get_blurb() for i in procedure.get_arguments()))
    image.delete()


nothing_to_fill()
models()
images()
merging()
ranges()
finish()
