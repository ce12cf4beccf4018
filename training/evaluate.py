"""Judges a model on the validation photographs: figures, and a contact sheet to look at."""
import contextlib
import json
import math
import pathlib

import numpy as np
import torch

from . import stage
from .features import SAMPLE
from .losses import GradientLoss, PerceptualLoss
from .pictures import Pictures
from .sampling import Drawer, fill_window
from .tokenizer import load_tokenizer, validate
from .transformer import Validation, load_transformer, look


def arguments(parser):
    parser.add_argument("--data", required=True, help="folder made by prepare")
    parser.add_argument("--tokenizer", required=True, help="tokenizer.pt or a model file")
    parser.add_argument("--transformer", required=True, help="transformer.pt or a model file")
    parser.add_argument("--out", required=True, help="the contact sheet, NAME.png")
    parser.add_argument("--perceptual", help="folder with perceptual.py and its weights")
    parser.add_argument("--temperature", type=float, default=0.9)
    parser.add_argument("--top-k", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)


def figures(tokenizer, model, pictures, judge, watched):
    """Loss in nats a cell, the bits a pixel that go with it, and how good reconstruction is."""
    row = Validation(pictures, model.shape.window, "cpu")(model, tokenizer)
    cell = math.log(2) * tokenizer.shape.factor ** 2
    row["bits_per_pixel"] = row["val"] / cell
    row["bits_per_pixel_uniform"] = math.log(tokenizer.shape.n_embed) / cell
    row.update(validate(tokenizer, watched, judge, contextlib.nullcontext)[1])
    return {k: round(float(v), 4) for k, v in row.items()}


def label_colours(coverage):
    """coverage (n, h, w, labels + 1) -> pictures of the labels (n, 3, 8 h, 8 w) in [-1, 1]."""
    import matplotlib
    table = matplotlib.colormaps["tab20"](np.arange(coverage.shape[-1]))[:, :3] * 2 - 1
    flat = torch.from_numpy(table.astype(np.float32))[coverage.argmax(-1)].permute(0, 3, 1, 2)
    return flat.repeat_interleave(8, 2).repeat_interleave(8, 3)


class Painter:
    """Fills the hole of a batch of windows at one level, without a guide, and decodes it."""

    def __init__(self, tokenizer, model, options):
        self.tokenizer, self.model, self.options = tokenizer, model, options
        self.generator = torch.Generator().manual_seed(options.seed)

    def decoded(self, codes, vectors, states, x, holes):
        hole_vectors = self.tokenizer.quantize.vectors(codes)
        mixed = torch.where((states == SAMPLE)[None, None], hole_vectors, vectors)
        return torch.where(holes > 0, self.tokenizer.decode(mixed, x, 1 - holes), x)

    def __call__(self, codes, vectors, guess, states, coverage, x, holes):
        n, table = len(x), self.tokenizer.quantize.embedding.weight
        uniform = torch.rand(n, states.numel(), generator=self.generator, dtype=torch.float64)
        draw = Drawer(uniform, self.options.temperature, self.options.top_k)
        found = fill_window(self.model, table, vectors, codes, states, coverage,
                            guess, torch.zeros(n, *states.shape), draw)
        return self.decoded(found["codes"], vectors, states, x, holes)


def rows_of(tokenizer, painter, batch):
    """Columns: original, what is known, the true codes decoded, three samples."""
    x, holes, states, coverage, _ = batch
    codes, vectors, guess = look(tokenizer, painter.model, x, holes, states, coverage,
                                 torch.zeros(len(x)))
    known = torch.where(holes > 0, label_colours(coverage), x) if holes.all() else x * (1 - holes)
    samples = [painter(codes, vectors, guess, states[0], coverage, x, holes) for _ in range(3)]
    return list(zip(x, known, painter.decoded(codes, vectors, states[0], x, holes), *samples))


@torch.no_grad()
def run(options):
    tokenizer = load_tokenizer(options.tokenizer)
    model, _, _ = load_transformer(options.transformer, tokenizer)
    pictures = Pictures(options.data, "validation")
    judge = PerceptualLoss(options.perceptual, "cpu") if options.perceptual else GradientLoss()
    watched = torch.from_numpy(pictures.centres(256)[0])
    row = figures(tokenizer, model, pictures, judge, watched)
    print(json.dumps(row), flush=True)
    pathlib.Path(options.out).with_suffix(".json").write_text(json.dumps(row) + "\n")
    batches = Validation(pictures, model.shape.window, "cpu")
    painter = Painter(tokenizer, model, options)
    n = len(watched)
    holes = [t[:n] for t in batches.holes[0]]
    stage.sheet(rows_of(tokenizer, painter, holes) + rows_of(tokenizer, painter, batches.painted),
                options.out)
    reconstructed = tokenizer.decode(tokenizer.quantize.vectors(
        tokenizer.quantize.nearest(tokenizer.encode(watched))))
    stage.sheet([watched[:6], reconstructed[:6]],
                str(pathlib.Path(options.out).with_suffix("")) + "-tokenizer.png")
    print(f"{options.out}: {n} photographs")
