"""Checkpoints with the structure of every published model, at reduced width and with random weights, written by PyTorch
itself: tensor names, what stands beside them, kinds of conditions and numbers of codes and labels are the published ones.
Widths (32 channels) and depths (2 transformer layers) are not."""
import random
import sys
import types
import zipfile

import numpy as np
import torch

CH = 32


# ---- rows of the two tables of published models ---------------------------------------------------

def vq(n_embed, in_channels=3, mult=(1, 1, 2, 2, 4), attn=(16,), width=16, **more):
    return dict({'n_embed': n_embed, 'embed_dim': width, 'z_channels': width, 'ch': CH, 'ch_mult': list(mult),
                 'num_res_blocks': 1, 'attn_resolutions': list(attn), 'resolution': 256, 'in_channels': in_channels,
                 'out_ch': in_channels, 'class': 'VQModel'}, **more)


FIRST_STAGES = {
    'vqgan_imagenet_f16_1024': vq(1024, num_res_blocks=2),
    'vqgan_imagenet_f16_16384': vq(16384),
    'imagenet_vqgan': vq(1024),
    'faceshq_vqgan': vq(1024),
    'ffhq_first_stage': vq(1024),
    'sflckr_first_stage': vq(1024),
    'ade20k_first_stage': vq(4096),
    'coco_first_stage': vq(8192),
    'coco_epoch117': vq(8192),
    'vqgan_gumbel_f8': vq(8192, mult=(1, 1, 2, 4), attn=(32,), **{'class': 'GumbelVQ'}),
    'sflckr_cond_stage': vq(1024, 182),
    'coco_cond_stage': vq(1024, 183, **{'class': 'VQSegmentationModel'}),
    'ade20k_cond_stage': vq(1024, 151, **{'class': 'VQSegmentationModel'}),
    'imagenetdepth_vqgan': vq(1024, 1),
    'ldm_vq_f4': vq(8192, mult=(1, 2, 4), attn=(), width=3, ldm=True),
    'ldm_vq_f4_noattn': vq(8192, mult=(1, 2, 4), attn=(), width=3, ldm=True, attn_type='none'),
    'ldm_vq_f8': vq(16384, mult=(1, 2, 2, 4), attn=(32,), width=4, ldm=True),
    'ldm_vq_f8_n256': vq(256, mult=(1, 2, 2, 4), attn=(32,), width=4, ldm=True),
    'ldm_vq_f16': vq(16384, width=8, ldm=True),
}


def gpt(vocab, block, heads, condition, first=None, **more):
    return dict({'vocab_size': vocab, 'block_size': block, 'n_layer': 2, 'n_head': heads, 'n_embd': 4 * heads,
                 'n_unmasked': 0, 'condition': condition, 'first': first or vq(vocab)}, **more)


SEGMENTATION = 'VQSegmentationModel'
TRANSFORMERS = {
    'sflckr': gpt(1024, 512, 16, {'type': 'segmentation', 'vq': vq(1024, 182)}),
    'drin_transformer': gpt(1024, 512, 16, {'type': 'depth', 'vq': vq(1024, 1)}),
    'faceshq_transformer': gpt(1024, 512, 16, {'type': 'coord', 'n_embed': 1024, 'down_factor': 16}),
    'coco_transformer': gpt(8192, 512, 16, {'type': 'segmentation', 'vq': vq(1024, 183, **{'class': SEGMENTATION}),
                                            'label_shift': 1}),
    'ade20k_transformer': gpt(4096, 512, 16, {'type': 'segmentation', 'vq': vq(1024, 151, **{'class': SEGMENTATION})}),
    'ffhq_transformer': gpt(1024, 256, 16, {'type': 'sos', 'sos_token': 0}),
    'celebahq_transformer': gpt(1024, 256, 16, {'type': 'sos', 'sos_token': 0}),
    'cin_transformer': gpt(16384, 256, 24, {'type': 'class', 'n_classes': 1000}),
    'coco_scene_images': gpt(8192, 348, 16, {'type': 'prefix', 'n_tokens': 92}),
    'openimages_scene_images': gpt(8192, 348, 16, {'type': 'prefix', 'n_tokens': 92}, first=vq(8192)),
    'openimages_distilled': gpt(8192, 348, 8, {'type': 'prefix', 'n_tokens': 92}),
    # not published as files, but configurations of the published code
    'pose_transformer': gpt(1024, 512, 16, {'type': 'picture', 'vq': vq(1024, 3, mult=(1, 1, 2, 2, 4))}),
    'first_stage_as_condition': gpt(1024, 512, 16, {'type': 'picture', 'vq': vq(1024), 'is_first_stage': True}),
}


# ---- weights ----------------------------------------------------------------------------------------

class Weights(dict):
    """Random weights by their names; all are binary16 values, so that F16 files hold the very same numbers."""

    def __init__(self, seed):
        super().__init__()
        self.generator = torch.Generator().manual_seed(seed)

    def normal(self, name, *shape, scale=1.0):
        self[name] = (torch.randn(shape, generator=self.generator) * scale).half().float()

    def conv(self, name, n_in, n_out, kernel=3):
        self.normal(name + '.weight', n_out, n_in, kernel, kernel, scale=(n_in * kernel * kernel) ** -0.5)
        self.normal(name + '.bias', n_out, scale=0.1)

    def norm(self, name, n):
        self.normal(name + '.weight', n, scale=0.2)
        self[name + '.weight'] = (self[name + '.weight'] + 1).half().float()
        self.normal(name + '.bias', n, scale=0.1)

    def linear(self, name, n_in, n_out):
        self.normal(name + '.weight', n_out, n_in, scale=n_in ** -0.5)
        self.normal(name + '.bias', n_out, scale=0.1)

    def block(self, name, n_in, n_out):
        self.norm(name + '.norm1', n_in)
        self.conv(name + '.conv1', n_in, n_out)
        self.norm(name + '.norm2', n_out)
        self.conv(name + '.conv2', n_out, n_out)
        if n_in != n_out:
            self.conv(name + '.nin_shortcut', n_in, n_out, 1)

    def attention(self, name, n):
        self.norm(name + '.norm', n)
        for part in ('q', 'k', 'v', 'proj_out'):
            self.conv(f'{name}.{part}', n, n, 1)

    def middle(self, name, n, attended):
        self.block(name + '.block_1', n, n)
        if attended:
            self.attention(name + '.attn_1', n)
        self.block(name + '.block_2', n, n)


def add_vq(w, prefix, cfg):
    widths, ch, z = [cfg['ch'] * m for m in cfg['ch_mult']], cfg['ch'], cfg['z_channels']
    attended = cfg.get('attn_type') != 'none'
    levels = [attended and cfg['resolution'] >> l in cfg['attn_resolutions'] for l in range(len(widths))]
    w.conv(prefix + 'encoder.conv_in', cfg['in_channels'], ch)
    w.conv(prefix + 'decoder.conv_in', z, widths[-1])
    for l, width in enumerate(widths):
        for side, before, extra in (('encoder.down', widths[l - 1] if l else ch, 0),
                                    ('decoder.up', widths[min(l + 1, len(widths) - 1)], 1)):
            for b in range(cfg['num_res_blocks'] + extra):
                w.block(f'{prefix}{side}.{l}.block.{b}', width if b else before, width)
                if levels[l]:
                    w.attention(f'{prefix}{side}.{l}.attn.{b}', width)
        if l + 1 < len(widths):
            w.conv(f'{prefix}encoder.down.{l}.downsample.conv', width, width)
        if l > 0:
            w.conv(f'{prefix}decoder.up.{l}.upsample.conv', width, width)
    for coder in ('encoder', 'decoder'):
        w.middle(f'{prefix}{coder}.mid', widths[-1], attended)
    w.norm(prefix + 'encoder.norm_out', widths[-1])
    w.conv(prefix + 'encoder.conv_out', widths[-1], z)
    w.norm(prefix + 'decoder.norm_out', widths[0])
    w.conv(prefix + 'decoder.conv_out', widths[0], cfg['out_ch'])
    w.conv(prefix + 'quant_conv', z, cfg['embed_dim'], 1)
    w.conv(prefix + 'post_quant_conv', cfg['embed_dim'], z, 1)
    if cfg['class'] == 'GumbelVQ':
        w.conv(prefix + 'quantize.proj', z, cfg['n_embed'], 1)
        w.normal(prefix + 'quantize.embed.weight', cfg['n_embed'], cfg['embed_dim'])
    else:
        w.normal(prefix + 'quantize.embedding.weight', cfg['n_embed'], cfg['embed_dim'])


def add_vq_rest(w, prefix, cfg):
    """What a training leaves in the file and nobody needs."""
    if cfg['class'] == SEGMENTATION:
        w.normal(prefix + 'colorize', 3, cfg['in_channels'], 1, 1)
    if cfg.get('ldm'):
        w.normal('model_ema.decay', 1)
    w.conv(prefix + 'loss.discriminator.main.0', 3, 8, 4)
    w[prefix + 'loss.discriminator.main.3.num_batches_tracked'] = torch.tensor(7)
    w[prefix + 'loss.perceptual_loss.lin0.model.1.weight'] = torch.full((1, 4, 1, 1), float('nan'))


def add_gpt(w, prefix, cfg):
    c, block = cfg['n_embd'], cfg['block_size']
    mask = torch.tril(torch.ones(block, block))
    mask[:cfg['n_unmasked'], :cfg['n_unmasked']] = 1
    w.normal(prefix + 'tok_emb.weight', cfg['vocab_size'], c, scale=0.5)
    w.normal(prefix + 'pos_emb', 1, block, c, scale=0.5)
    for i in range(cfg['n_layer']):
        name = f'{prefix}blocks.{i}'
        w.norm(name + '.ln1', c)
        w.norm(name + '.ln2', c)
        for part in ('key', 'query', 'value', 'proj'):
            w.linear(f'{name}.attn.{part}', c, c)
        w[name + '.attn.mask'] = mask.view(1, 1, block, block)
        w.linear(name + '.mlp.0', c, 4 * c)
        w.linear(name + '.mlp.2', 4 * c, c)
    w.norm(prefix + 'ln_f', c)
    w.normal(prefix + 'head.weight', cfg['vocab_size'], c, scale=c ** -0.5)


def first_stage(cfg, seed):
    w = Weights(seed)
    add_vq(w, '', cfg)
    add_vq_rest(w, '', cfg)
    return dict(w)


def transformer(cfg, seed):
    w, condition = Weights(seed), cfg['condition']
    add_vq(w, 'first_stage_model.', cfg['first'])
    add_vq_rest(w, 'first_stage_model.', cfg['first'])
    if condition.get('is_first_stage'):
        for name in [n for n in w if n.startswith('first_stage_model.')]:
            w['cond_stage_model.' + name[len('first_stage_model.'):]] = w[name]
    elif 'vq' in condition:
        add_vq(w, 'cond_stage_model.', condition['vq'])
        add_vq_rest(w, 'cond_stage_model.', condition['vq'])
    add_gpt(w, 'transformer.', cfg)
    return dict(w)


# ---- yaml -------------------------------------------------------------------------------------------

def yaml(value, indent=0):
    """Block style for dictionaries and lists, as OmegaConf writes it."""
    pad, lines = '  ' * indent, []
    if isinstance(value, dict):
        for key, inner in value.items():
            nested = isinstance(inner, (dict, list)) and inner
            lines.append(f'{pad}{key}:' + ('\n' + yaml(inner, indent + 1) if nested else ' ' + scalar(inner)))
    else:
        lines = [f'{pad}- {scalar(inner)}' for inner in value]
    return '\n'.join(lines)


def scalar(value):
    if isinstance(value, bool):
        return str(value).lower()
    return {'None': 'null'}.get(str(value), str(value))


def vq_yaml(cfg):
    keys = ('attn_resolutions', 'ch', 'ch_mult', 'in_channels', 'num_res_blocks', 'out_ch', 'resolution', 'z_channels')
    ddconfig = dict({key: cfg[key] for key in keys}, double_z=False, dropout=0.0)
    if 'attn_type' in cfg:
        ddconfig['attn_type'] = cfg['attn_type']
    target = 'ldm.models.autoencoder.VQModelInterface' if cfg.get('ldm') else 'taming.models.vqgan.' + cfg['class']
    return {'target': target, 'params': {
        'embed_dim': cfg['embed_dim'], 'n_embed': cfg['n_embed'], 'ddconfig': ddconfig,
        'lossconfig': {'target': 'taming.modules.losses.DummyLoss'}}}


def condition_yaml(condition):
    kind = condition['type']
    if condition.get('is_first_stage'):
        return 'image', '__is_first_stage__'
    if 'vq' in condition:
        return {'depth': 'depth', 'segmentation': 'segmentation'}.get(kind, 'pose'), vq_yaml(condition['vq'])
    if kind == 'coord':
        return 'coord', {'target': 'taming.modules.misc.coord.CoordStage', 'params': {
            'n_embed': condition['n_embed'], 'down_factor': condition['down_factor']}}
    if kind == 'class':
        return 'class_label', {'target': 'taming.modules.util.Labelator',
                               'params': {'n_classes': condition['n_classes']}}
    if kind == 'sos':
        return 'image', '__is_unconditional__'
    return 'objects_bbox', {'target': 'taming.models.dummy_cond_stage.DummyCondStage',
                            'params': {'conditional_stage_key': 'objects_bbox'}}


def transformer_yaml(cfg):
    keys = ('vocab_size', 'block_size', 'n_layer', 'n_head', 'n_embd')
    key, stage = condition_yaml(cfg['condition'])
    return {'model': {'base_learning_rate': 4.5e-06, 'target': 'taming.models.cond_transformer.Net2NetTransformer', 'params': {
        'cond_stage_key': key, 'cond_stage_config': stage, 'first_stage_key': 'image',
        'first_stage_config': vq_yaml(cfg['first']),
        'transformer_config': {'target': 'taming.modules.transformer.mingpt.GPT',
                               'params': {k: cfg[k] for k in keys}}}},
        'data': {'target': 'main.DataModuleFromConfig', 'params': {'batch_size': 2}}}


# ---- files ------------------------------------------------------------------------------------------

def strange_class(name):
    """A class of a module that the reader does not have."""
    module, _, cls = name.rpartition('.')
    parts = module.split('.')
    for i in range(len(parts)):
        sys.modules.setdefault('.'.join(parts[:i + 1]), types.ModuleType('.'.join(parts[:i + 1])))
    made = getattr(sys.modules[module], cls, None) or type(cls, (), {'__module__': module})
    setattr(sys.modules[module], cls, made)
    return made


def lightning(state):
    """What PyTorch-Lightning 1.0.8 writes around a state_dict."""
    ordered = torch.nn.Module().state_dict()  # an OrderedDict with _metadata
    ordered.update(state)
    callback = strange_class('pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint')
    settings = strange_class('my.own.settings.Settings')()
    settings.depth = 3
    moments = {i: {'step': 5, 'exp_avg': torch.zeros(6), 'exp_avg_sq': torch.zeros(2, 3).t()} for i in range(3)}
    return {
        'epoch': 7, 'global_step': 21000, 'pytorch-lightning_version': '1.0.8',
        'callbacks': {callback: {'best_model_score': torch.tensor(0.5), 'best_model_path': 'épreuve/last.ckpt'}},
        'optimizer_states': [{'state': moments, 'param_groups': [{'lr': 4.5e-06, 'betas': (0.9, 0.95), 'params': [0, 1]}]}],
        'lr_schedulers': [],
        'hparams_name': 'kwargs',
        'hyper_parameters': {'set': {1, 2}, 'big': 1 << 80, 'scalar': np.float64(0.25), 'own': settings,
                             'path': __import__('pathlib').PurePosixPath('a/b'), 'nothing': None, 'negative': -3},
        'state_dict': ordered,
    }


def lift(state, seed):
    """Two of the tensors as views of one storage, one with strides of its own: torch.save keeps both."""
    names = [n for n in state if n.endswith('.norm1.weight') and 'encoder' in n][:2]
    if len(names) == 2 and state[names[0]].shape == state[names[1]].shape:
        both = torch.cat([torch.zeros(3)] + [state[n] for n in names])
        n = len(state[names[0]])
        state[names[0]], state[names[1]] = both[3:3 + n], both[3 + n:]
    turned = random.Random(seed).choice([n for n in state if n.endswith(('conv1.weight', 'mlp.0.weight'))])
    state[turned] = state[turned].transpose(0, 1).contiguous().transpose(0, 1)
    return state


def save(path, state, legacy=False, bare=False):
    torch.save(state if bare else lightning(state), path, _use_new_zipfile_serialization=not legacy)


def is_zip(path):
    return zipfile.is_zipfile(path)
