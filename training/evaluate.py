"""Completes validation photographs with the PyTorch nets and writes a contact sheet."""
import torch

from . import stage
from .features import SAMPLE
from .pictures import Pictures
from .sampling import Drawer, fill_window
from .tokenizer import load_tokenizer
from .transformer import fixed_batch, load_transformer, look


def arguments(parser):
    parser.add_argument("--data", required=True, help="folder made by prepare")
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--transformer", required=True)
    parser.add_argument("--out", required=True, help="the contact sheet, NAME.png")
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--top-k", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)


@torch.no_grad()
def run(options):
    """Columns: original, hole, the true codes decoded, two samples; one level, no guide."""
    tokenizer = load_tokenizer(options.tokenizer)
    model, _, _ = load_transformer(options.transformer, tokenizer)
    x, holes, states, coverage, _ = fixed_batch(Pictures(options.data, "validation"),
                                                model.shape.window)
    n = len(x) // 2
    x, holes, states, coverage = x[:n], holes[:n], states[0], coverage[:n]
    codes, vectors, coarse = look(tokenizer, x, holes)
    table, flag = tokenizer.quantize.embedding.weight, torch.zeros(n, *states.shape)
    generator = torch.Generator().manual_seed(options.seed)

    def painted(found):
        hole_vectors = tokenizer.quantize.vectors(found)
        mixed = torch.where((states == SAMPLE)[None, None], hole_vectors, vectors)
        return torch.where(holes > 0, tokenizer.decode(mixed, x, 1 - holes), x)

    columns = [x, x * (1 - holes), painted(codes)]
    for _ in range(2):
        uniform = torch.rand(n, states.numel(), generator=generator, dtype=torch.float64)
        result = fill_window(model, table, vectors, codes, states, coverage, coarse, flag,
                             Drawer(uniform, options.temperature, options.top_k))
        columns.append(painted(result["codes"]))
    stage.sheet(list(zip(*columns)), options.out)
    print(f"{options.out}: {n} photographs")
