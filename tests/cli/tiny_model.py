"""Random models of kind `fill`, made after docs/model-file.md: small, quick, and of no use but for tests."""
import json
import struct

import numpy as np

LABELS = ['sky', 'water', 'land']
VQ = {'quantizer': 'vq', 'ch': 32, 'ch_mult': [1, 2], 'num_res_blocks': 1, 'attn_resolutions': [], 'resolution': 64,
      'in_channels': 3, 'out_ch': 3, 'z_channels': 16, 'double_z': False, 'embed_dim': 4, 'n_embed': 32, 'patch': 4,
      'norm': 'layer', 'mid_attn': False, 'seam': True}
FILL = {'window': 8, 'n_layer': 2, 'n_head': 2, 'n_embd': 32}


class Tensors(dict):
    """Name to array, in PyTorch's shapes, with random numbers that keep activations near 1."""

    def __init__(self, seed):
        super().__init__()
        self.random = np.random.default_rng(seed)

    def plain(self, name, *shape, scale=1.0):
        self[name] = (scale * self.random.standard_normal(shape)).astype(np.float32)

    def linear(self, name, n_in, n_out):
        self.plain(name + '.weight', n_out, n_in, scale=n_in ** -0.5)
        self.plain(name + '.bias', n_out, scale=0.02)

    def conv(self, name, n_in, n_out, kernel=3):
        self.plain(name + '.weight', n_out, n_in, kernel, kernel, scale=(n_in * kernel * kernel) ** -0.5)
        self.plain(name + '.bias', n_out, scale=0.02)

    def norm(self, name, n):
        self[name + '.weight'] = np.ones(n, np.float32)
        self[name + '.bias'] = np.zeros(n, np.float32)

    def block(self, name, n_in, n_out):
        self.norm(name + '.norm1', n_in)
        self.conv(name + '.conv1', n_in, n_out)
        self.norm(name + '.norm2', n_out)
        self.conv(name + '.conv2', n_out, n_out)
        if n_in != n_out:
            self.conv(name + '.nin_shortcut', n_in, n_out, 1)


def add_coder(t, side, widths, vq):
    """The levels of the encoder ("down") or the decoder ("up")."""
    last = len(widths) - 1
    for level, width in enumerate(widths):
        name = f'first_stage_model.{"encoder.down" if side == "down" else "decoder.up"}.{level}'
        before = widths[max(level - 1, 0)] if side == 'down' else widths[min(level + 1, last)]
        if side == 'down' and level == 0:
            before = vq['ch']
        for b in range(vq['num_res_blocks'] + (side == 'up')):
            t.block(f'{name}.block.{b}', width if b else before, width)
        if side == 'down' and level < last:
            t.conv(name + '.downsample.conv', width, width)
        if side == 'up':
            t.conv(f'first_stage_model.decoder.seam.{level}', 4 * vq['patch'] ** 2, before)
            if level > 0:
                t.conv(name + '.upsample.conv', width, width)


def add_tokenizer(t, vq):
    widths = [vq['ch'] * m for m in vq['ch_mult']]
    p, z, e, root = vq['patch'], vq['z_channels'], vq['embed_dim'], 'first_stage_model.'
    t.conv(root + 'encoder.conv_in', 3 * p * p, vq['ch'])
    t.conv(root + 'decoder.conv_in', z, widths[-1])
    for coder in ('encoder', 'decoder'):
        for block in ('block_1', 'block_2'):
            t.block(f'{root}{coder}.mid.{block}', widths[-1], widths[-1])
    add_coder(t, 'down', widths, vq)
    add_coder(t, 'up', widths, vq)
    t.norm(root + 'encoder.norm_out', widths[-1])
    t.conv(root + 'encoder.conv_out', widths[-1], z)
    t.norm(root + 'decoder.norm_out', widths[0])
    t.conv(root + 'decoder.conv_out', widths[0], 3 * p * p)
    t.conv(root + 'quant_conv', z, e, 1)
    t.conv(root + 'post_quant_conv', e, z, 1)
    t.plain(root + 'quantize.embedding.weight', vq['n_embed'], e)


def add_transformer(t, fill, vq, n_labels):
    d, e, root = fill['n_embd'], vq['embed_dim'], 'transformer.'
    t.linear(root + 'stem', 9 * (e + 3) + n_labels + 1 + e + 1, d)
    t.plain(root + 'row_emb', fill['window'], d, scale=0.1)
    t.plain(root + 'col_emb', fill['window'], d, scale=0.1)
    t.plain(root + 'entry_emb', d, scale=0.1)
    for layer in range(fill['n_layer']):
        name = f'{root}blocks.{layer}'
        t.norm(name + '.ln1', d)
        t.norm(name + '.ln2', d)
        for part in ('query', 'key', 'value', 'proj'):
            t.linear(f'{name}.attn.{part}', d, d)
        t.linear(name + '.mlp.0', d, 4 * d)
        t.linear(name + '.mlp.2', 4 * d, d)
    t.norm(root + 'ln_f', d)
    t.plain(root + 'head.weight', vq['n_embed'], d, scale=d ** -0.5)


def write(path, tensors, about):
    """safetensors: the length of the header, the header, the tensors."""
    header, at = {'__metadata__': {'format': 'tessera', 'tessera': json.dumps(about)}}, 0
    for name, array in tensors.items():
        header[name] = {'dtype': 'F32', 'shape': list(array.shape), 'data_offsets': [at, at + array.nbytes]}
        at += array.nbytes
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text)
        for array in tensors.values():
            file.write(array.tobytes())


def make(path, seed=1, labels=LABELS, version=1):
    tensors = Tensors(seed)
    add_tokenizer(tensors, VQ)
    add_transformer(tensors, FILL, VQ, len(labels))
    write(path, tensors, {'version': version, 'kind': 'fill', 'name': 'tiny', 'source': 'random numbers',
                          'licence': 'CC0-1.0', 'vqgan': VQ, 'transformer': FILL, 'labels': labels})


def make_tokenizer(path, seed=1):
    """Kind vqgan, a patch tokenizer without seam: rebuilds pictures, completes none."""
    tensors, vq = Tensors(seed), dict(VQ, seam=False)
    add_tokenizer(tensors, vq)
    bare = {name[len('first_stage_model.'):]: array for name, array in tensors.items() if '.seam.' not in name}
    write(path, bare, {'version': 1, 'kind': 'vqgan', 'name': 'tiny tokenizer', 'source': 'random numbers',
                       'licence': 'CC0-1.0', 'vqgan': vq})
