#!/usr/bin/env python3
"""seeds.py TESSERA TARGET FOLDER: small good files, from which the fuzzer starts."""
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / 'checkpoint'))
import torch

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / 'cli'))
import hostile_pickles as p
import published
import tiny_model


def gpt():
    """A transformer of a few kilobytes."""
    weights = published.Weights(7)
    published.add_gpt(weights, '', {'vocab_size': 6, 'block_size': 5, 'n_layer': 1, 'n_embd': 4, 'n_unmasked': 2})
    return dict(weights)


def tokenizer(n_used=0, quantizer='VQModel'):
    weights = published.Weights(8)  # too narrow for group norm, but small
    published.add_vq(weights, '', published.vq(4, mult=(1, 2), attn=(128,), width=2, ch=2, **{'class': quantizer}))
    if n_used:
        weights['quantize.used'] = torch.arange(n_used)
    return {name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in weights.items()}


def main():
    tessera, target, folder = os.path.abspath(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3]).resolve()
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        torch.save(gpt(), 'gpt.ckpt')
        torch.save({'state_dict': gpt(), 'x': {'a': [1.5, None, True]}}, 'gpt4.ckpt', pickle_protocol=4)
        published.save('whole.ckpt', gpt(), legacy=True)
        torch.save(tokenizer(), 'vqgan.ckpt')
        torch.save(tokenizer(2, 'GumbelVQ'), 'gumbel.ckpt')
        pathlib.Path('view.ckpt').write_bytes(p.checkpoint(p.state((p.text('w'), p.tensor()))))
        for path in sorted(pathlib.Path().glob('*.ckpt')):
            for kind in ('f16', 'i8'):
                subprocess.run([tessera, 'import', path, '--heads', '2', '-q', '--type', kind, '-o', f'{path}-{kind}.model'], capture_output=True)
        tiny_model.VQ.update(ch=4, ch_mult=[1], z_channels=2, embed_dim=2, n_embed=6, patch=2)
        tiny_model.FILL.update(n_layer=1, n_embd=8, window=2)
        tiny_model.make('fill.model')
        tiny_model.make_tokenizer('tokenizer.model')
        for path in sorted(pathlib.Path().glob('*.model' if target == 'fuzz_model' else '*.*')):
            (folder / f'seed-{path}').write_bytes(path.read_bytes())
        os.chdir('/')
    assert len(list(folder.glob('seed-*'))) >= 6, os.listdir(folder)


main()
