#!/usr/bin/env python3
"""tessera import, on checkpoints that PyTorch has just written, one for every published model:
test_import.py TESSERA GOLDEN [part of a test's name]. With the project's golden checkpoints beside, those too."""
import json
import os
import pathlib
import signal
import struct
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch

import published
import reference
import sparse

TESSERA, GOLDEN = (os.path.abspath(path) for path in sys.argv[1:3])
SHARED = pathlib.Path(__file__).resolve().parents[3] / 'shared' / 'golden'
TESTS = []


def test(name, function, *args):
    TESTS.append((name, lambda: function(*args)))


def run(*args, status=0):
    """The command's standard error; it must end with this status."""
    done = subprocess.run([TESSERA, 'import', *map(str, args)], capture_output=True, text=True, timeout=120)
    assert done.returncode == status, f'{args}: status {done.returncode}: {done.stderr}'
    return done.stderr


def refuses(sentence, *args, status):
    said = run(*args, '-o', 'none.safetensors', status=status)
    assert sentence in said, said
    assert not [p for p in os.listdir() if p.startswith('none.safetensors')], os.listdir()


def read_model(path):
    """(JSON, {name: (type, tensor, place in the file)})"""
    data = pathlib.Path(path).read_bytes()
    length, = struct.unpack('<Q', data[:8])
    header = json.loads(data[8:8 + length])
    about = json.loads(header.pop('__metadata__')['tessera'])
    types = {'F32': np.float32, 'F16': np.float16, 'I64': np.int64, 'I8': np.int8, 'BF16': np.uint16}
    tensors, covered = {}, 0
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry['data_offsets'])
        covered += end - begin
        array = np.frombuffer(data[begin:end], types[entry['dtype']]).reshape(entry['shape'])
        if entry['dtype'] == 'BF16':
            array = (array.astype(np.uint32) << 16).view(np.float32)
        tensors[name] = entry['dtype'], torch.from_numpy(array.copy()), begin
    assert covered == len(data) - 8 - length, 'gaps'
    return about, tensors


def wanted(state):
    """What a model file keeps of a state_dict: by names alone."""
    dropped = ('loss.', 'colorize', '.attn.mask', 'model_ema.', 'cond_stage_model.decoder.',
               'cond_stage_model.post_quant_conv.', 'optimizer')
    return {name: tensor for name, tensor in state.items() if not any(part in name for part in dropped)}


def compare(state, tensors, dtype='F16'):
    keep = wanted(state)
    assert set(keep) == set(tensors), set(keep) ^ set(tensors)
    for name, (kind, tensor, place) in tensors.items():
        assert kind == dtype, (name, kind)
        assert torch.equal(tensor.float(), keep[name].float()), name
        assert place % 64 == 0 or tensor.numel() < 4096, f'{name} begins at {place}'


def check_vq(told, cfg):
    for key in ('ch', 'ch_mult', 'num_res_blocks', 'resolution', 'in_channels', 'out_ch', 'z_channels', 'embed_dim', 'n_embed'):
        assert told[key] == cfg[key], (key, told[key], cfg[key])
    if cfg.get('attn_type') != 'none':
        assert told['attn_resolutions'] == cfg['attn_resolutions']
    assert told.get('mid_attn', True) == (cfg.get('attn_type') != 'none')
    assert told['quantizer'] == ('gumbel' if cfg['class'] == 'GumbelVQ' else 'vq')
    assert told['double_z'] is False and told['remap'] is False and told['unknown_index'] is None


def write_yaml(config):
    pathlib.Path('project.yaml').write_text(published.yaml(config) + '\n')


def describe(path):
    done = subprocess.run([TESSERA, 'info', '--json', path], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)['model']


# ---- every published model ------------------------------------------------------------------------

def first_stage_row(name, number):
    cfg = published.FIRST_STAGES[name]
    state = published.lift(published.first_stage(cfg, number), number)
    published.save('last.ckpt', state, legacy=number % 3 == 1, bare=number % 5 == 4)
    assert published.is_zip('last.ckpt') == (number % 3 != 1)
    write_yaml({'model': published.vq_yaml(cfg)})
    run('last.ckpt', '--config', 'project.yaml', '-o', 'model.safetensors')
    about, tensors = read_model('model.safetensors')
    compare(state, tensors)
    assert about['kind'] == 'vqgan' and about['name'] == 'model'
    check_vq(about['vqgan'], cfg)
    told = describe('model.safetensors')
    assert (told['kind'], told['codes'], told['f']) == ('vqgan', cfg['n_embed'], 2 ** (len(cfg['ch_mult']) - 1))
    run('last.ckpt', '-f', '-o', 'model.safetensors')  # without yaml: the same tensors
    again, tensors = read_model('model.safetensors')
    compare(state, tensors)
    check_vq(again['vqgan'], cfg)
    if name in ('vqgan_imagenet_f16_16384', 'vqgan_gumbel_f8', 'ldm_vq_f4_noattn'):
        computes_tokenizer(state, 2 ** (len(cfg['ch_mult']) - 1), number)


def transformer_row(name, number):
    cfg = published.TRANSFORMERS[name]
    condition = cfg['condition']
    state = published.lift(published.transformer(cfg, number), number)
    published.save('last.ckpt', state, legacy=number % 3 == 1)
    write_yaml(published.transformer_yaml(cfg))
    run('last.ckpt', '--config', 'project.yaml', '-o', 'model.safetensors', '--name', name)
    about, tensors = read_model('model.safetensors')
    compare(state, tensors)
    assert about['kind'] == 'net2net' and about['name'] == name and about['permuter'] == {'type': 'identity'}
    check_vq(about['vqgan'], cfg['first'])
    keys = ('vocab_size', 'block_size', 'n_layer', 'n_head', 'n_embd', 'n_unmasked')
    assert about['transformer'] == {key: cfg[key] for key in keys}
    told = about['condition']
    assert told['type'] == condition['type']
    for key in ('n_embed', 'down_factor', 'n_classes', 'sos_token', 'n_tokens'):
        assert told.get(key) == condition.get(key), (key, told)
    if 'vq' in condition:
        check_vq(told['vqgan'], condition['vq'])
    if told['type'] == 'segmentation':
        assert told['n_labels'] == condition['vq']['in_channels']
        assert told['label_shift'] == condition.get('label_shift', 0)
    said = describe('model.safetensors')
    assert (said['kind'], said['name'], said['codes']) == ('net2net', name, cfg['first']['n_embed'])
    if name in ('sflckr', 'cin_transformer'):
        computes_transformer(state, cfg, number)


# ---- what an imported model computes ----------------------------------------------------------------

def golden_case(steps, inputs, expected, exact, tolerance):
    """A folder in the golden form, with model.safetensors as the model."""
    import shutil
    os.makedirs('case', exist_ok=True)
    shutil.copy('model.safetensors', 'case/model.safetensors')
    write_arrays('case/input.safetensors', inputs)
    write_arrays('case/expected.safetensors', expected)
    pathlib.Path('case/case.json').write_text(json.dumps({
        'tessera_golden': 1, 'case': 'import', 'about': 'an imported model',
        'files': {key: key + '.safetensors' for key in ('model', 'input', 'expected')},
        'steps': steps, 'exact': exact, 'tolerance': {name: {'atol': atol} for name, atol in tolerance.items()}}))
    done = subprocess.run([GOLDEN, 'case'], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def write_arrays(path, arrays):
    header, body = {}, b''
    for name, array in arrays.items():
        array = array.numpy() if isinstance(array, torch.Tensor) else array
        kind = {'float32': 'F32', 'int64': 'I64'}[str(array.dtype)]
        header[name] = {'dtype': kind, 'shape': list(array.shape), 'data_offsets': [len(body), len(body) + array.nbytes]}
        body += array.tobytes()
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    pathlib.Path(path).write_bytes(struct.pack('<Q', len(text)) + text + body)


def computes_tokenizer(state, f, seed):
    net, generator = reference.Net(state, ''), torch.Generator().manual_seed(seed)
    for _ in range(100):  # until no vector stands between two codes
        image = torch.rand(1, 3, 4 * f, 5 * f, generator=generator) * 2 - 1
        vectors = net.encode(image.double())
        tokens, margin = net.tokens(vectors)
        if margin > 1e-4:
            break
    else:
        raise AssertionError('no picture without a near-tie')
    decoded = net.decode(tokens)
    golden_case(
        [{'op': 'vqgan.encode', 'part': 'first_stage', 'image': 'in:image', 'outputs': {'prequant': 'prequant', 'tokens': 'tokens'}},
         {'op': 'vqgan.decode', 'part': 'first_stage', 'tokens': 'out:tokens', 'outputs': {'image': 'image'}}],
        {'image': image}, {'prequant': vectors.float(), 'tokens': tokens[None], 'image': decoded.float()}, ['tokens'],
        {'prequant': 1e-4 * vectors.abs().max().item(), 'image': 1e-4 * decoded.abs().max().item()})


def computes_transformer(state, cfg, seed):
    net, generator = reference.Net(state, 'transformer.'), torch.Generator().manual_seed(seed)
    tokens = torch.randint(cfg['vocab_size'], (70,), generator=generator)
    logits = net.logits(tokens, cfg['n_head'])
    golden_case([{'op': 'gpt.logits', 'tokens': 'in:tokens', 'outputs': {'logits': 'logits'}}],
                {'tokens': tokens[None]}, {'logits': logits.float()[None]}, [],
                {'logits': 1e-4 * logits.abs().max().item()})


# ---- options ----------------------------------------------------------------------------------------

SMALL = dict(published.gpt(64, 512, 4, {'type': 'segmentation', 'vq': published.vq(24, 6, mult=(1, 1), attn=())}),
             first=published.vq(64, mult=(1, 1), attn=()))


def small(**more):
    return dict(SMALL, **more)


def save_small(cfg=SMALL, seed=5, change=lambda state: None):
    state = published.transformer(cfg, seed)
    change(state)
    published.save('small.ckpt', state)
    write_yaml(published.transformer_yaml(cfg))
    return state


def types():
    state = save_small()
    state['transformer.ln_f.bias'][3] = 1 + 2 ** -10  # a binary16, but no bfloat16
    state['transformer.blocks.0.attn.key.weight'][1, :33] = 0
    published.save('small.ckpt', state)
    run('small.ckpt', '--heads', 4, '--type', 'f32', '-o', 'f32.safetensors')
    compare(state, read_model('f32.safetensors')[1], 'F32')
    run('small.ckpt', '--heads', 4, '--type', 'bf16', '-o', 'bf16.safetensors')
    compare({n: t.bfloat16() if t.is_floating_point() else t for n, t in state.items()}, read_model('bf16.safetensors')[1], 'BF16')
    run('small.ckpt', '--heads', 4, '--type', 'i8', '-o', 'i8.safetensors')
    large = check_eight_bits(wanted(state), read_model('i8.safetensors')[1])
    assert large == 2 * 6 + 1, large


def check_eight_bits(keep, tensors):
    large = 0
    for name, weight in keep.items():
        kind, tensor, _ = tensors.pop(name)
        if not (name.startswith('transformer.') and name.endswith('weight') and weight.dim() == 2 and 'tok_emb' not in name):
            assert kind == 'F16' and torch.equal(tensor.float(), weight.float()), name
            continue
        large += 1
        scale_kind, scale, _ = tensors.pop(name + '.scale')
        groups = -(-weight.shape[1] // 32)
        assert (kind, scale_kind, list(scale.shape)) == ('I8', 'F16', [weight.shape[0], groups]), name
        wide = scale.float().repeat_interleave(32, 1)[:, :weight.shape[1]]
        assert tensor.abs().max() <= 127
        assert (tensor.float() * wide - weight).abs().le(wide * 0.50001).all(), name
        for group in range(groups):  # the smallest scale that reaches the largest weight
            most = weight[:, 32 * group:32 * group + 32].abs().amax(1) / 127
            below = (scale[:, group].view(torch.int16) - 1).view(torch.float16).float()
            assert (scale[:, group].float() >= most).all() and (below < most)[most > 0].all()
            assert (scale[:, group][most == 0] == 0).all()
    assert not tensors, tensors.keys()
    return large


def separate_first_stage():
    cfg = small(condition={'type': 'coord', 'n_embed': 64, 'down_factor': 2})
    state = save_small(cfg)
    alone = {n[len('first_stage_model.'):]: t for n, t in state.items() if n.startswith('first_stage_model.')}
    published.save('first.ckpt', alone, legacy=True, bare=True)
    published.save('gpt.ckpt', {n: t for n, t in state.items() if not n.startswith('first_stage_model.')})
    refuses('--first-stage', 'gpt.ckpt', '--config', 'project.yaml', status=2)
    run('gpt.ckpt', '--config', 'project.yaml', '--first-stage', 'first.ckpt', '-o', 'both.safetensors')
    compare(state, read_model('both.safetensors')[1])
    run('both.safetensors', '--heads', 4, '--condition', 'coord:64', '-o', 'again.safetensors')  # safetensors as input
    about, tensors = read_model('again.safetensors')
    compare(state, tensors)
    assert about['condition'] == {'type': 'coord', 'n_embed': 64, 'down_factor': 2}


def bare_transformer():
    state = {n[len('transformer.'):]: t for n, t in save_small().items() if n.startswith('transformer.')}
    published.save('gpt.ckpt', state, bare=True)
    run('gpt.ckpt', '--heads', 2, '-o', 'gpt.safetensors')
    about, tensors = read_model('gpt.safetensors')
    assert about['kind'] == 'gpt' and about['transformer']['n_head'] == 2
    compare(state, tensors)


def unmasked():
    state = save_small(small(n_unmasked=9))
    run('small.ckpt', '--heads', 4, '-o', 'model.safetensors')
    assert read_model('model.safetensors')[0]['transformer']['n_unmasked'] == 9
    for name in [n for n in state if n.endswith('.mask')]:
        del state[name]
    published.save('small.ckpt', state)
    config = published.transformer_yaml(SMALL)
    config['model']['params']['transformer_config']['params']['n_unmasked'] = 11
    write_yaml(config)
    run('small.ckpt', '--config', 'project.yaml', '-f', '-o', 'model.safetensors')
    assert read_model('model.safetensors')[0]['transformer']['n_unmasked'] == 11


def conditions():
    for told, block, asked, wants in (
            ('coord', 512, [], {'type': 'coord', 'n_embed': 64, 'down_factor': 2}),
            ('class:10', 256, [], {'type': 'class', 'n_classes': 10}),
            ('sos:3', 256, [], {'type': 'sos', 'sos_token': 3}),
            ('prefix', 348, [], {'type': 'prefix', 'n_tokens': 92})):
        save_small(small(block_size=block, condition={'type': 'sos'}))
        refuses('--condition', 'small.ckpt', '--heads', 4, status=2)
        run('small.ckpt', '--heads', 4, '--condition', told, '-f', '-o', 'model.safetensors')
        assert read_model('model.safetensors')[0]['condition'] == wants
    refuses('--condition class:N', 'small.ckpt', '--heads', 4, '--condition', 'class', status=2)
    refuses('"magic"', 'small.ckpt', '--heads', 4, '--condition', 'magic', status=2)
    refuses('more tokens', 'small.ckpt', '--heads', 4, '--condition', 'class:65', status=8)


def labels():
    save_small()
    pathlib.Path('labels.txt').write_text('sky\nsea\nrock\nsand\n tree \nMädesüß\n', encoding='utf-8')
    run('small.ckpt', '--heads', 4, '--labels', 'labels.txt', '-o', 'model.safetensors')
    about = read_model('model.safetensors')[0]
    assert about['labels'] == ['sky', 'sea', 'rock', 'sand', 'tree', 'Mädesüß'] and about['condition']['label_shift'] == 0
    refuses('6 names, the model has 5', 'small.ckpt', '--heads', 4, '--labels', 'labels.txt', '--label-shift', 1, status=8)
    refuses('6 names, the model has 0', 'small.ckpt', '--heads', 4, '--labels', 'labels.txt', '--condition', 'sos', status=8)


def permuters():
    order = torch.arange(256).view(16, 16).t().reshape(-1).contiguous()
    state = save_small(change=lambda s: s.update({'permuter.forward_shuffle_idx': order,
                                                  'permuter.backward_shuffle_idx': order.argsort()}))
    run('small.ckpt', '--heads', 4, '-o', 'model.safetensors')
    about, tensors = read_model('model.safetensors')
    assert about['permuter'] == {'type': 'random', 'H': 16, 'W': 16}
    assert tensors['permuter.forward_shuffle_idx'][0] == 'I64'
    assert torch.equal(tensors['permuter.forward_shuffle_idx'][1], order)
    config = published.transformer_yaml(SMALL)
    config['model']['params']['permuter_config'] = {'target': 'taming.modules.transformer.permuter.ZCurve', 'params': {'H': 16, 'W': 16}}
    write_yaml(config)
    run('small.ckpt', '--config', 'project.yaml', '-f', '-o', 'model.safetensors')
    about, tensors = read_model('model.safetensors')
    assert about['permuter'] == {'type': 'z_curve', 'H': 16, 'W': 16} and 'permuter.forward_shuffle_idx' not in tensors
    state['permuter.forward_shuffle_idx'] = torch.arange(256)
    published.save('small.ckpt', state)
    run('small.ckpt', '--heads', 4, '-f', '-o', 'model.safetensors')
    assert read_model('model.safetensors')[0]['permuter'] == {'type': 'identity'}
    state['permuter.forward_shuffle_idx'][7] = 8
    published.save('small.ckpt', state)
    refuses('no permutation', 'small.ckpt', '--heads', 4, status=3)


def remapped():
    used = torch.tensor([3, 9, 27, 50, 63])
    state = save_small(small(vocab_size=24 + 40), change=lambda s: s.update({'first_stage_model.quantize.used': used}))
    run('small.ckpt', '--heads', 4, '-o', 'model.safetensors')
    about, tensors = read_model('model.safetensors')
    assert about['vqgan']['remap'] is True and about['vqgan']['unknown_index'] == 'random'
    assert tensors['first_stage_model.quantize.used'][0] == 'I64'
    assert torch.equal(tensors['first_stage_model.quantize.used'][1], used)
    bare = {n[len('first_stage_model.'):]: t for n, t in state.items() if n.startswith('first_stage_model.')}
    published.save('bare.ckpt', bare)
    config = {'model': published.vq_yaml(SMALL['first'])}
    config['model']['params'].update(remap='used.npy', unknown_index='extra')
    write_yaml(config)
    run('bare.ckpt', '--config', 'project.yaml', '-f', '-o', 'model.safetensors')
    assert read_model('model.safetensors')[0]['vqgan']['unknown_index'] == 'extra'


def element_types():
    """What training in other types leaves: all become the same binary16 numbers."""
    for dtype in (torch.float64, torch.float16, torch.bfloat16):
        state = save_small(seed=8)
        state = {n: (t.bfloat16().to(dtype) if t.is_floating_point() else t) for n, t in state.items()}
        for legacy in (False, True):
            published.save('small.ckpt', state, legacy=legacy)
            run('small.ckpt', '--heads', 4, '-f', '-o', 'model.safetensors')
            compare(state, read_model('model.safetensors')[1])


def pickle_protocols():
    for protocol in (2, 3, 4, 5):
        state = save_small(seed=9)
        torch.save({'state_dict': state}, 'small.ckpt', pickle_protocol=protocol)
        run('small.ckpt', '--heads', 4, '-f', '-o', 'model.safetensors')
        compare(state, read_model('model.safetensors')[1])


def parameters():
    """Parameters in place of tensors, in an OrderedDict and in a plain one."""
    state = {n: torch.nn.Parameter(t) if t.is_floating_point() else t for n, t in save_small(seed=10).items()}
    torch.save(dict(state), 'small.ckpt')
    run('small.ckpt', '--heads', 4, '-o', 'model.safetensors')
    compare({n: t.detach() for n, t in state.items()}, read_model('model.safetensors')[1])


# ---- what does not fit ------------------------------------------------------------------------------

def misfits():
    save_small()
    for where, key, value, sentence in (
            ('transformer_config.params', 'vocab_size', 65, 'vocab_size: 65'),
            ('transformer_config.params', 'n_layer', 3, 'n_layer: 3'),
            ('transformer_config.params', 'n_head', 3, '3 heads'),
            ('first_stage_config.params', 'n_embed', 63, 'n_embed: 63'),
            ('first_stage_config.params.ddconfig', 'ch_mult', [1, 2], 'ch_mult'),
            ('first_stage_config.params.ddconfig', 'attn_resolutions', [256], 'attn_resolutions'),
            ('cond_stage_config.params.ddconfig', 'in_channels', 7, 'in_channels: 7')):
        config = published.transformer_yaml(SMALL)
        place = config['model']['params']
        for part in where.split('.'):
            place = place[part]
        place[key] = value
        write_yaml(config)
        refuses(sentence, 'small.ckpt', '--config', 'project.yaml', status=8)
    write_yaml(published.transformer_yaml(SMALL))
    refuses('--heads says 2', 'small.ckpt', '--config', 'project.yaml', '--heads', 2, status=8)
    refuses('Pass --heads N', 'small.ckpt', status=2)
    refuses('1 channel', 'small.ckpt', '--heads', 4, '--condition', 'depth', status=8)
    pathlib.Path('project.yaml').write_text('model: [1, 2\n')
    refuses('project.yaml: line', 'small.ckpt', '--config', 'project.yaml', status=3)
    pathlib.Path('project.yaml').write_text('model:\n  params:\n    transformer_config:\n      params: {n_head: many}\n')
    refuses('n_head must be a whole number', 'small.ckpt', '--config', 'project.yaml', status=3)


def broken_weights():
    for name, change, sentence in (
            ('transformer.ln_f.bias', lambda t: t.fill_(float('nan')), 'not finite'),
            ('transformer.head.weight', lambda t: t.fill_(float('inf')), 'not finite'),
            ('transformer.ln_f.weight', lambda t: t.fill_(1e6), 'too large for F16'),
            ('cond_stage_model.quant_conv.bias', None, 'cond_stage_model.quant_conv.bias of shape [16] is missing'),
            ('transformer.blocks.1.mlp.2.weight', torch.zeros(3, 3), 'of shape [16, 64] has the shape [3, 3]'),
            ('first_stage_model.encoder.conv_in.bias', 'text', 'no tensor')):
        def edit(state):
            if callable(change):
                change(state[name])
            elif change is None:
                del state[name]
            else:
                state[name] = change
        save_small(change=edit)
        refuses(sentence, 'small.ckpt', '--heads', 4, status=3)


def overwriting():
    save_small()
    pathlib.Path('there.safetensors').write_text('mine')
    said = run('small.ckpt', '--heads', 4, '-o', 'there.safetensors', status=4)
    assert 'E-FILE-EXISTS' in said and pathlib.Path('there.safetensors').read_text() == 'mine'
    said = run('small.ckpt', '-f', '-o', 'there.safetensors', status=2)  # fails: what was there stays
    assert pathlib.Path('there.safetensors').read_text() == 'mine'
    run('small.ckpt', '--heads', 4, '-f', '-o', 'there.safetensors')
    assert read_model('there.safetensors')[0]['kind'] == 'net2net'
    assert 'E-FILE-WRITE' in run('small.ckpt', '--heads', 4, '-o', 'no/such/folder/m.safetensors', status=4)
    assert 'E-FILE-READ' in run('nothing.ckpt', '-o', 'm.safetensors', status=3)
    assert 'E-USAGE' in run('small.ckpt', status=2)


# ---- large files ------------------------------------------------------------------------------------

def peak_memory(*command):
    """KiB. Through a small process: a child counts what its parent had when it was forked."""
    script = ('import resource, subprocess, sys; status = subprocess.call(sys.argv[1:], stderr=subprocess.DEVNULL); '
              'print(status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)')
    status, resident = subprocess.check_output([sys.executable, '-c', script, *command], text=True).split()
    assert status == '0', status
    return int(resident)


def large_file():
    """Weights beyond the first 4 GiB (a hole, which takes no disk): 64-bit places, and little memory."""
    sparse.make('large.ckpt', vocab=1 << 16, width=448, before=(4 << 30) + 4096)
    assert os.path.getsize('large.ckpt') > 4 << 30
    resident = peak_memory(TESSERA, 'import', 'large.ckpt', '--heads', '4', '-o', 'large.safetensors')
    os.unlink('large.ckpt')
    written = os.path.getsize('large.safetensors')
    assert written > 100 << 20, written
    assert resident < 64 << 10, f'{resident} KiB resident for {written >> 20} MiB of weights'
    with open('large.safetensors', 'rb') as file:
        length, = struct.unpack('<Q', file.read(8))
        header = json.loads(file.read(length))
        for name, number in sparse.MARKS.items():
            file.seek(8 + length + header[name]['data_offsets'][1] - 2)
            assert np.frombuffer(file.read(2), np.float16)[0] == number, name


def stopped():
    """SIGINT: nothing of the output stays, also where one was there before."""
    sparse.make('large.ckpt', vocab=1 << 18, width=448, before=0)
    pathlib.Path('stopped.safetensors').write_text('mine')
    child = subprocess.Popen([TESSERA, 'import', 'large.ckpt', '--heads', '4', '-f', '-o', 'stopped.safetensors'],
                             stderr=subprocess.PIPE, text=True)
    child.stderr.readline()  # a tenth is done
    child.send_signal(signal.SIGINT)
    began = time.monotonic()
    said = child.communicate(timeout=60)[1]
    took = time.monotonic() - began
    os.unlink('large.ckpt')
    assert child.returncode == 130 and 'I-STOPPED' in said, (child.returncode, said)
    assert took < 1, took
    assert pathlib.Path('stopped.safetensors').read_text() == 'mine'
    assert sorted(p for p in os.listdir() if p.startswith('stopped')) == ['stopped.safetensors']


# ---- the project's golden checkpoints, where they are -------------------------------------------------

def golden_checkpoint():
    case = SHARED / 'taming_segmentation'
    run(case / 'last.ckpt', '--config', case / 'project.yaml', '-o', 'model.safetensors')
    (about, tensors), (wants, model) = read_model('model.safetensors'), read_model(case / 'model.safetensors')
    assert set(tensors) == set(model)
    for name, (kind, tensor, _) in model.items():
        assert tensors[name][0] == kind and torch.equal(tensors[name][1], tensor), name
    for free in ('name', 'source'):
        about.pop(free), wants.pop(free)
    wants['condition'].pop('label_shift'), about['condition'].pop('label_shift')
    assert about == wants, (about, wants)
    refuses('tensor first_stage_model.encoder.conv_in.weight is missing',
            case / 'last-legacy.ckpt', '--config', case / 'project.yaml', status=3)


for i, row in enumerate(published.FIRST_STAGES):
    test('first stage ' + row, first_stage_row, row, i)
for i, row in enumerate(published.TRANSFORMERS):
    test('transformer ' + row, transformer_row, row, 100 + i)
for function in (types, separate_first_stage, bare_transformer, unmasked, conditions, labels, permuters, remapped,
                 element_types, pickle_protocols, parameters, misfits, broken_weights, overwriting, large_file, stopped):
    test(function.__name__.replace('_', ' '), function)
if SHARED.exists():
    test('golden checkpoint', golden_checkpoint)


def main():
    chosen = [(name, call) for name, call in TESTS if len(sys.argv) < 4 or sys.argv[3] in name]
    torch.set_num_threads(1)
    failed = 0
    print(f'1..{len(chosen)}')
    print('# the golden checkpoints beside the project are ' + ('there' if SHARED.exists() else 'not there'))
    for i, (name, call) in enumerate(chosen, 1):
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            try:
                call()
                print(f'ok {i} {name}', flush=True)
            except Exception as fault:
                failed += 1
                print(f'not ok {i} {name}\n# ' + f'{type(fault).__name__}: {fault}'.replace('\n', '\n# '), flush=True)
            os.chdir('/')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
