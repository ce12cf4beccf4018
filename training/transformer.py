"""Stage 3: trains the fill transformer over a finished, frozen tokenizer."""
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

from . import stage
from .features import FILLED, KNOWN, LATER, SAMPLE, features
from .nets import Fill, FillShape, entry_mask
from .pictures import Pictures, hole
from .tokenizer import hole_cells, load_tokenizer
from .underpaint import underpaint

MOST = 100  # entries of a sample; more of a hole are not supervised (they come later)


def arguments(parser):
    stage.arguments(parser)
    parser.add_argument("--tokenizer", required=True, help="tokenizer.pt of stage 2")
    parser.add_argument("--window", type=int, default=16)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--heads", type=int, default=8)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--dropout", type=float, default=0.05)
    parser.add_argument("--coarse-share", type=float, default=0.5,
                        help="share of samples that have no guide: what the coarsest level sees")


def cell_states(rng, cells, guided):
    """cells (W, W) of bool: the hole. A guided window has a block of half its side to sample; what
    earlier blocks have filled lies above it and left of it, what comes later below and right."""
    side = len(cells)
    states = np.where(cells, SAMPLE, KNOWN)
    if guided:
        half = side // 2
        shift = rng.integers(-2, 3, 2) * (rng.random() < 0.3)
        row, col = np.clip(side // 4 + shift, 0, side - half)
        rows, cols = np.mgrid[:side, :side]
        inside = (rows >= row) & (rows < row + half) & (cols >= col) & (cols < col + half)
        before = (rows < row) | ((rows < row + half) & (cols < col))
        states[cells & ~inside] = LATER
        states[cells & ~inside & before] = FILLED
    extra = np.flatnonzero(states.flat == SAMPLE)[MOST:]
    states.flat[extra] = LATER
    return states


def cover(rng, covers, side, n_labels):
    """Label coverage of a batch, (n, side, side, n_labels + 1): often none, often partial."""
    result = np.zeros((len(covers), side, side, n_labels + 1), np.float32)
    for to, labels in zip(result, covers):
        if labels is not None and rng.random() < 0.5:
            to[..., :n_labels] = labels
            if rng.random() < 0.5:
                to[hole(rng, side, 3, side)] = 0
        to[..., n_labels] = 1 - to[..., :n_labels].sum(-1)
    return result


def make_batch(pictures, options):
    """Crops with their pixel holes, cell states, label coverage and whether they are guided."""
    side, n_labels = options.window, len(pictures.label_names)
    pixels = 8 * side

    def make(rng, _step):
        n = options.batch
        n_coarse = round(n * options.coarse_share)
        coarse = pictures.crops(rng, n_coarse, pixels, whole=0.6, smallest=0.12, cells=side)
        fine = pictures.crops(rng, n - n_coarse, pixels, whole=0.1, smallest=0.25, cells=side)
        x = np.concatenate([coarse[0], fine[0]])
        guided = np.arange(n) >= n_coarse
        holes = np.stack([hole(rng, pixels, pixels // 3, pixels * 15 // 16) if g
                          else hole(rng, pixels, pixels // 5, pixels * 5 // 8) for g in guided])
        holes[:, :1, :1] = False  # something is always known
        cells = hole_cells(torch.from_numpy(holes[:, None].astype(np.float32)), 8)[:, 0].numpy() > 0
        states = np.stack([cell_states(rng, c, g) for c, g in zip(cells, guided)])
        flags = (guided & (rng.random(n) < 0.95)).astype(np.float32)
        return [torch.from_numpy(a) for a in (
            x, holes[:, None].astype(np.float32), states,
            cover(rng, coarse[1] + fine[1], side, n_labels), flags)]
    return make


@torch.no_grad()
def look(tokenizer, x, holes):
    """Targets, vectors of the underpainted picture and the guide's vectors of a batch."""
    codes = tokenizer.quantize.nearest(tokenizer.encode(x).float())
    vectors = tokenizer.encode(underpaint(x, holes)).float()
    small, small_hole = F.avg_pool2d(x, 2), F.max_pool2d(holes, 2)
    coarse = tokenizer.quantize.nearest(tokenizer.encode(small).float())
    painted = tokenizer.decode(tokenizer.quantize.vectors(coarse), small, 1 - small_hole).float()
    guide = torch.where(small_hole > 0, painted.clamp(-1, 1), small)
    guide = F.interpolate(guide, scale_factor=2, mode="bilinear", align_corners=False)
    return codes, vectors, tokenizer.encode(guide).float()


def entries_of(states):
    """Cells to sample of a batch, (n, M) in raster order, and which of them are real."""
    n, cells = len(states), states[0].numel()
    wanted = states.view(n, -1) == SAMPLE
    index = torch.arange(cells, device=states.device)[None]
    order = torch.where(wanted, index, index + cells).sort(1).values
    order = order[:, :max(1, int(wanted.sum(1).max()))]
    return order % cells, order < cells


def loss_of(model, tokenizer, batch):
    """Mean cross-entropy of all entries, and that of unguided and guided samples alone."""
    x, holes, states, coverage, flags = batch
    codes, vectors, coarse = look(tokenizer, x, holes)
    n, side = len(x), states.shape[1]
    flag = flags[:, None, None].expand(n, side, side)
    prefix, entry = features(vectors, tokenizer.quantize.vectors(codes), states, coverage, coarse,
                             flag)
    places, real = entries_of(states)
    entry = entry.gather(1, places[..., None].expand(-1, -1, entry.shape[-1]))
    mask = entry_mask(side * side, places.shape[1], x)
    hidden = model(prefix, entry, places, (side, side), mask)
    logits = model.logits(hidden[:, side * side:]).float()
    losses = F.cross_entropy(logits[real], codes.view(n, -1).gather(1, places)[real],
                             reduction="none")
    guided = (flags > 0)[:, None].expand_as(real)[real]
    part = lambda which: losses[which].mean() if which.any() else losses.new_zeros(())
    return losses.mean(), part(~guided), part(guided)


def fixed_batch(pictures, side):
    """Validation: every photograph's centre with a centre hole, once unguided, once guided."""
    x, covers = pictures.centres(8 * side)
    n, n_labels = len(x), len(pictures.label_names)
    x = np.concatenate([x, x])
    holes = np.zeros((2 * n, 1, 8 * side, 8 * side), np.float32)
    low, high = 8 * side * 9 // 32, 8 * side * 23 // 32
    holes[:, :, low:high, low:high] = 1
    cells = hole_cells(torch.from_numpy(holes), 8)[:, 0].numpy() > 0
    rng = np.random.default_rng(0)
    states = np.stack([cell_states(rng, c, i >= n) for i, c in enumerate(cells)])
    coverage = np.zeros((2 * n, side, side, n_labels + 1), np.float32)
    coverage[..., n_labels] = 1
    flags = np.repeat(np.float32([0, 1]), n)
    return [torch.from_numpy(a) for a in (x, holes, states, coverage, flags)]


def save_final(average, labels, folder, record):
    torch.save({"shape": vars(average.model.shape), "weights": average.model.state_dict(),
                "labels": labels, "record": record}, pathlib.Path(folder) / "transformer.pt")


def load_transformer(path, tokenizer, device="cpu"):
    """A finished transformer and its label names."""
    state = torch.load(path, map_location=device)
    model = Fill(FillShape(**state["shape"]), tokenizer.shape, len(state["labels"])).to(device)
    model.load_state_dict(state["weights"])
    return model.eval().requires_grad_(False), state["labels"], state["record"]


def optimizer_of(model):
    """AdamW; only matrices decay."""
    matrices = [p for n, p in model.named_parameters() if p.dim() == 2 and "emb" not in n]
    rest = [p for n, p in model.named_parameters() if p.dim() != 2 or "emb" in n]
    return torch.optim.AdamW([{"params": matrices, "weight_decay": 0.05},
                              {"params": rest, "weight_decay": 0.0}], betas=(0.9, 0.95))


def run(options):
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    device = torch.device(options.device)
    tokenizer = load_tokenizer(options.tokenizer, device)
    pictures = Pictures(options.data, "train")
    shape = FillShape(window=options.window, n_layer=options.layers, n_head=options.heads,
                      n_embd=options.width, dropout=options.dropout)
    model = Fill(shape, tokenizer.shape, len(pictures.label_names)).to(device)
    average, optimizer = stage.Average(model), optimizer_of(model)
    this = stage.Stage(options, {"model": model, "average": average}, {"optimizer": optimizer},
                       1e-3)
    watched = [t.to(device) for t in fixed_batch(Pictures(options.data, "validation"),
                                                 options.window)]
    cast = lambda: torch.autocast(device.type, torch.bfloat16, enabled=not options.float32)
    for step, batch in this.steps(make_batch(pictures, options)):
        with cast():
            loss, unguided, guided = loss_of(model, tokenizer, [t.to(device) for t in batch])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        this.set_rate(optimizer)
        optimizer.step()
        average.follow(model, step)
        this.add(loss=loss.item(), unguided=unguided.item(), guided=guided.item())
        if this.due():
            with torch.no_grad(), cast():
                figures = loss_of(average.model, tokenizer, watched)
            this.report(val=figures[0], val_unguided=figures[1], val_guided=figures[2])
            save_final(average, pictures.label_names, this.folder, this.log[-1])
    save_final(average, pictures.label_names, this.folder, this.log[-1] if this.log else {})
