#!/usr/bin/env python3
"""Writes tiny `fill` models with random weights (docs/model-file.md): tiny_model.py FOLDER

They complete nothing sensibly, but quickly, and pass through all of the engine. tiny has labels, of
which fog has the colour between sky and rock; plain has none; other has labels of its own. Needs
nothing but Python, since the tests inside GIMP's own system have nothing else."""
import array
import json
import math
import os
import random
import struct
import sys

PATCH, CH, MULT, Z, E, CODES = 4, 8, [1, 2], 8, 4, 32
WINDOW, LAYERS, HEADS, WIDTH = 16, 1, 2, 16

LABELS = {
    'tiny': {'sky': '#4080c0', 'rock': '#806040', 'fog': '#607080', 'tree': '#208020'},
    'plain': {},
    'other': {'rock': '#202020', 'sand': '#e0d0a0'}}

META = {
    'version': 1, 'kind': 'fill', 'source': 'random numbers', 'licence': 'CC0',
    'vqgan': {
        'quantizer': 'vq', 'ch': CH, 'ch_mult': MULT, 'num_res_blocks': 1, 'attn_resolutions': [],
        'resolution': 64, 'in_channels': 3, 'out_ch': 3, 'z_channels': Z, 'double_z': False,
        'embed_dim': E, 'n_embed': CODES, 'patch': PATCH, 'norm': 'layer', 'mid_attn': False,
        'seam': True},
    'transformer': {'window': WINDOW, 'n_layer': LAYERS, 'n_head': HEADS, 'n_embd': WIDTH}}


def conv(shapes, name, n_in, n_out, kernel=3):
    shapes[name + '.weight'] = [n_out, n_in, kernel, kernel]
    shapes[name + '.bias'] = [n_out]


def linear(shapes, name, n_in, n_out):
    shapes[name + '.weight'] = [n_out, n_in]
    shapes[name + '.bias'] = [n_out]


def norm(shapes, name, n):
    shapes[name + '.weight'] = [n]
    shapes[name + '.bias'] = [n]


def res(shapes, name, n_in, n_out):
    norm(shapes, name + '.norm1', n_in)
    conv(shapes, name + '.conv1', n_in, n_out)
    norm(shapes, name + '.norm2', n_out)
    conv(shapes, name + '.conv2', n_out, n_out)
    if n_in != n_out:
        conv(shapes, name + '.nin_shortcut', n_in, n_out, 1)


def tokenizer(shapes):
    root = 'first_stage_model.'
    encoder, decoder = root + 'encoder.', root + 'decoder.'
    wide = CH * MULT[-1]
    conv(shapes, encoder + 'conv_in', 3 * PATCH * PATCH, CH)
    for level, (n_in, n_out) in enumerate(((CH, CH), (CH, wide))):
        res(shapes, f'{encoder}down.{level}.block.0', n_in, n_out)
    conv(shapes, encoder + 'down.0.downsample.conv', CH, CH)
    conv(shapes, decoder + 'conv_in', Z, wide)
    for side in (encoder, decoder):
        res(shapes, side + 'mid.block_1', wide, wide)
        res(shapes, side + 'mid.block_2', wide, wide)
    for level, (n_in, n_out) in enumerate(((wide, CH), (wide, wide))):
        conv(shapes, f'{decoder}seam.{level}', 4 * PATCH * PATCH, n_in)
        res(shapes, f'{decoder}up.{level}.block.0', n_in, n_out)
        res(shapes, f'{decoder}up.{level}.block.1', n_out, n_out)
    conv(shapes, decoder + 'up.1.upsample.conv', wide, wide)
    norm(shapes, encoder + 'norm_out', wide)
    conv(shapes, encoder + 'conv_out', wide, Z)
    norm(shapes, decoder + 'norm_out', CH)
    conv(shapes, decoder + 'conv_out', CH, 3 * PATCH * PATCH)
    conv(shapes, root + 'quant_conv', Z, E, 1)
    conv(shapes, root + 'post_quant_conv', E, Z, 1)
    shapes[root + 'quantize.embedding.weight'] = [CODES, E]


def transformer(shapes, n_labels):
    root = 'transformer.'
    linear(shapes, root + 'stem', 9 * (E + 3) + n_labels + 1 + E + 1, WIDTH)
    shapes[root + 'row_emb'] = [WINDOW, WIDTH]
    shapes[root + 'col_emb'] = [WINDOW, WIDTH]
    shapes[root + 'entry_emb'] = [WIDTH]
    for i in range(LAYERS):
        block = f'{root}blocks.{i}.'
        norm(shapes, block + 'ln1', WIDTH)
        norm(shapes, block + 'ln2', WIDTH)
        for name in ('query', 'key', 'value', 'proj'):
            linear(shapes, block + 'attn.' + name, WIDTH, WIDTH)
        linear(shapes, block + 'mlp.0', WIDTH, 4 * WIDTH)
        linear(shapes, block + 'mlp.2', 4 * WIDTH, WIDTH)
    norm(shapes, root + 'ln_f', WIDTH)
    shapes[root + 'head.weight'] = [CODES, WIDTH]


def numbers(name, shape, chance):
    n = math.prod(shape)
    if '.norm' in name or '.ln' in name:
        return [1.0 if name.endswith('weight') else 0.0] * n
    scale = 1.5 / math.sqrt(math.prod(shape[1:]) or 1) if len(shape) > 1 else 0.3
    return [chance.uniform(-scale, scale) for _ in range(n)]


def write(path, name):
    meta = dict(META, name=name, labels=list(LABELS[name]), label_colors=list(LABELS[name].values()))
    shapes, data = {}, array.array('f')
    header = {'__metadata__': {'format': 'tessera', 'tessera': json.dumps(meta)}}
    tokenizer(shapes)
    transformer(shapes, len(LABELS[name]))
    chance = random.Random(7)
    for tensor, shape in shapes.items():
        begin = 4 * len(data)
        data.extend(numbers(tensor, shape, chance))
        header[tensor] = {'dtype': 'F32', 'shape': shape, 'data_offsets': [begin, 4 * len(data)]}
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    if sys.byteorder == 'big':
        data.byteswap()
    with open(path, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text + data.tobytes())


for model in LABELS:
    write(os.path.join(sys.argv[1], model + '.safetensors'), model)
