"""Stage 3: trains the fill transformer over a finished, frozen tokenizer."""
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

from . import stage
from .features import FILLED, KNOWN, LATER, SAMPLE, features
from .modelfile import read_nets
from .muon import Both
from .nets import Fill, FillShape, entry_mask
from .pictures import Pictures, hole, wide_hole
from .tokenizer import hole_cells, load_tokenizer
from .underpaint import underpaint

MOST = 100  # entries of a sample; more of a hole are not supervised (they come later)
WIDE_EVERY = 3  # each so many steps the batch has wide holes


def arguments(parser):
    stage.arguments(parser)
    parser.add_argument("--tokenizer", required=True,
                        help="tokenizer.pt of stage 2, or a model file")
    parser.add_argument("--start-from", metavar="MODEL",
                        help="begin with the transformer of this model file")
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


def cover(rng, covers, size, n_labels, none=0.5):
    """Label coverage of a batch, (n, *size, n_labels + 1): often none, often partial."""
    result = np.zeros((len(covers), *size, n_labels + 1), np.float32)
    for to, labels in zip(result, covers):
        if labels is not None and rng.random() >= none:
            to[..., :n_labels] = labels
            if rng.random() < 0.4:
                to[hole(rng, max(size), 3, max(size))[:size[0], :size[1]]] = 0
        to[..., n_labels] = 1 - to[..., :n_labels].sum(-1)
    return result


def cell_holes(holes):
    """holes (n, height, width) of bool, in pixels -> those of the cells."""
    return hole_cells(torch.from_numpy(holes[:, None].astype(np.float32)), 8)[:, 0].numpy() > 0


def wide_batch(rng, pictures, options):
    """Whole pictures, some of them narrower than a window, of which little or nothing is known: the
    coarsest level of painting from labels and of making a picture larger. Mostly with labels."""
    side, n_labels = options.window, len(pictures.label_names)
    n = max(1, options.batch * 5 // 8)
    x, covers = pictures.crops(rng, n, 8 * side, whole=0.7, smallest=0.12, cells=side)
    rows, upright = int(rng.integers(side * 9 // 16, side + 1)), rng.random() < 0.3
    start = int(rng.integers(0, side - rows + 1))
    cut, cells = slice(8 * start, 8 * (start + rows)), slice(start, start + rows)
    x = x[..., cut] if upright else x[:, :, cut]
    covers = [c if c is None else c[:, cells] if upright else c[cells] for c in covers]
    holes = np.stack([wide_hole(rng, *x.shape[2:]) for _ in range(n)])
    states = np.where(cell_holes(holes), SAMPLE, KNOWN)
    coverage = cover(rng, covers, states.shape[1:], n_labels, none=0.25)
    return [torch.from_numpy(np.ascontiguousarray(a)) for a in (
        x, holes[:, None].astype(np.float32), states, coverage, np.zeros(n, np.float32))]


def make_batch(pictures, options):
    """Crops with their pixel holes, cell states, label coverage and whether they are guided."""
    side, n_labels = options.window, len(pictures.label_names)
    pixels = 8 * side

    def make(rng, step):
        if step % WIDE_EVERY == WIDE_EVERY - 1:
            return wide_batch(rng, pictures, options)
        n = options.batch
        n_coarse = round(n * options.coarse_share)
        coarse = pictures.crops(rng, n_coarse, pixels, whole=0.6, smallest=0.12, cells=side)
        fine = pictures.crops(rng, n - n_coarse, pixels, whole=0.1, smallest=0.25, cells=side)
        x = np.concatenate([coarse[0], fine[0]])
        guided = np.arange(n) >= n_coarse
        holes = np.stack([hole(rng, pixels, pixels // 3, pixels * 15 // 16) if g
                          else hole(rng, pixels, pixels // 6, pixels // 2) for g in guided])
        holes[:, :1, :1] = False  # something is always known
        states = np.stack([cell_states(rng, c, g) for c, g in zip(cell_holes(holes), guided)])
        flags = (guided & (rng.random(n) < 0.95)).astype(np.float32)
        return [torch.from_numpy(a) for a in (
            x, holes[:, None].astype(np.float32), states,
            cover(rng, coarse[1] + fine[1], (side, side), n_labels), flags)]
    return make


@torch.no_grad()
def tinted(model, coverage):
    """What labels look like, cell by cell: (n, 3, 8 h, 8 w) in [-1, 1]; free is gray."""
    offsets = coverage[..., :-1] @ (2 * model.label_tints - 1)
    return offsets.float().permute(0, 3, 1, 2).repeat_interleave(8, 2).repeat_interleave(8, 3)


def look(tokenizer, model, x, holes, states, coverage, flags):
    """Targets, vectors of the underpainted picture and the coarse vectors of a batch: the guide's
    where the flag is set, else those of the underpainted picture if anything in it is known, else
    those of the labels' tints if anything is painted, else zeros."""
    codes = tokenizer.quantize.nearest(tokenizer.encode(x).float())
    vectors = tokenizer.encode(underpaint(x, holes)).float()
    known = (states == KNOWN).flatten(1).any(1)
    painted = (coverage[..., -1] < 1).flatten(1).any(1) & ~known
    guess = vectors * known[:, None, None, None]
    if painted.any():
        guess[painted] = tokenizer.encode(tinted(model, coverage[painted])).float()
    if not flags.any():
        return codes, vectors, guess
    small, small_hole = F.avg_pool2d(x, 2), F.max_pool2d(holes, 2)
    coarse = tokenizer.quantize.nearest(tokenizer.encode(small).float())
    painted = tokenizer.decode(tokenizer.quantize.vectors(coarse), small, 1 - small_hole).float()
    guide = torch.where(small_hole > 0, painted.clamp(-1, 1), small)
    guide = F.interpolate(guide, scale_factor=2, mode="bilinear", align_corners=False)
    guide = tokenizer.encode(guide).float()
    return codes, vectors, torch.where(flags[:, None, None, None] > 0, guide, guess)


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
    codes, vectors, coarse = look(tokenizer, model, x, holes, states, coverage, flags)
    n, cells = len(x), states[0].numel()
    flag = flags[:, None, None].expand(states.shape)
    prefix, entry = features(vectors, tokenizer.quantize.vectors(codes), states, coverage, coarse,
                             flag)
    places, real = entries_of(states)
    entry = entry.gather(1, places[..., None].expand(-1, -1, entry.shape[-1]))
    mask = entry_mask(cells, places.shape[1], x)
    hidden = model(prefix, entry, places, states.shape[1:], mask)
    logits = model.logits(hidden[:, cells:]).float()
    losses = F.cross_entropy(logits[real], codes.view(n, -1).gather(1, places)[real],
                             reduction="none")
    guided = (flags > 0)[:, None].expand_as(real)[real]
    part = lambda which: losses[which].mean() if which.any() else losses.new_zeros(())
    return losses.mean(), part(~guided), part(guided)


def fixed_batch(pictures, side, share=1.0):
    """Validation: every photograph's centre with a centre hole, once unguided, once guided."""
    x, _ = pictures.centres(8 * side, share)
    n, n_labels = len(x), len(pictures.label_names)
    x = np.concatenate([x, x])
    holes = np.zeros((2 * n, 8 * side, 8 * side), bool)
    low, high = 8 * side * 9 // 32, 8 * side * 23 // 32
    holes[:, low:high, low:high] = True
    rng = np.random.default_rng(0)
    states = np.stack([cell_states(rng, c, i >= n) for i, c in enumerate(cell_holes(holes))])
    coverage = np.zeros((2 * n, side, side, n_labels + 1), np.float32)
    coverage[..., n_labels] = 1
    flags = np.repeat(np.float32([0, 1]), n)
    return [torch.from_numpy(a) for a in (x, holes[:, None].astype(np.float32), states, coverage,
                                          flags)]


def painted_batch(pictures, side):
    """Validation: every photograph's centre anew, nothing known but its labels."""
    x, covers = pictures.centres(8 * side)
    n, n_labels = len(x), len(pictures.label_names)
    coverage = np.zeros((n, side, side, n_labels + 1), np.float32)
    for to, labels in zip(coverage, covers):
        if labels is not None:
            to[..., :n_labels] = labels
    coverage[..., n_labels] = 1 - coverage[..., :n_labels].sum(-1)
    return [torch.from_numpy(a) for a in (
        x, np.ones((n, 1, 8 * side, 8 * side), np.float32),
        np.full((n, side, side), SAMPLE), coverage, np.zeros(n, np.float32))]


class Validation:
    """The figures of a model on the validation photographs, the same every time."""

    def __init__(self, pictures, side, device):
        self.holes = [[t.to(device) for t in fixed_batch(pictures, side, s)] for s in (1.0, 0.5)]
        self.painted = [t.to(device) for t in painted_batch(pictures, side)]

    @torch.no_grad()
    def __call__(self, model, tokenizer):
        """`val` (what the best model is chosen by) weighs unguided, guided and painted alike."""
        whole, half = (loss_of(model, tokenizer, b) for b in self.holes)
        row = {"val_unguided": whole[1], "val_guided": whole[2], "val_half_unguided": half[1],
               "val_half_guided": half[2],
               "val_painted": loss_of(model, tokenizer, self.painted)[0]}
        row["val"] = ((whole[1] + half[1]) / 2 + (whole[2] + half[2]) / 2 + row["val_painted"]) / 3
        return row


def save_final(average, labels, folder, record):
    torch.save({"shape": vars(average.model.shape), "weights": average.model.state_dict(),
                "labels": labels, "record": record}, pathlib.Path(folder) / "transformer.pt")


def load_transformer(path, tokenizer, device="cpu"):
    """A finished transformer (transformer.pt, or that of a model file), its labels, its record."""
    if str(path).endswith(".safetensors"):
        _, _, shape, weights, labels = read_nets(path)
        state = {"shape": vars(FillShape.of(shape)), "weights": weights, "labels": labels, "record": {}}
    else:
        state = torch.load(path, map_location=device)
    model = Fill(FillShape(**state["shape"]), tokenizer.shape, len(state["labels"])).to(device)
    model.load_state_dict(state["weights"])
    return model.eval().requires_grad_(False), state["labels"], state["record"]


def optimizer_of(model):
    """Muon for the blocks' matrices, which also decay; AdamW for all else."""
    matrices = [p for n, p in model.named_parameters() if p.dim() == 2 and n.startswith("blocks")]
    rest = [p for n, p in model.named_parameters() if p.dim() != 2 or not n.startswith("blocks")]
    return Both(matrices, rest, (0.9, 0.95), weight_decay=0.05)


def first_model(options, tokenizer, labels):
    """A new transformer, or that of an older model over the same codes."""
    shape = FillShape(window=options.window, n_layer=options.layers, n_head=options.heads,
                      n_embd=options.width, dropout=options.dropout)
    model = Fill(shape, tokenizer.shape, len(labels))
    if options.start_from:
        _, older, _, weights, older_labels = read_nets(options.start_from)
        codes = "quantize.embedding.weight"
        if older_labels != labels or not torch.equal(older[codes], tokenizer.state_dict()[codes]):
            raise SystemExit("The older model has other labels or codes.")
        model.load_state_dict({"label_tints": model.label_tints, **weights})
    return model


def run(options):
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    device = torch.device(options.device)
    tokenizer = load_tokenizer(options.tokenizer, device)
    pictures = Pictures(options.data, "train")
    model = first_model(options, tokenizer, pictures.label_names).to(device)
    if pictures.label_names:
        model.label_tints.copy_(torch.from_numpy(pictures.label_tints()))
    average, optimizer = stage.Average(model), optimizer_of(model)
    this = stage.Stage(options, {"model": model, "average": average}, {"optimizer": optimizer},
                       1e-3)
    validation = Validation(Pictures(options.data, "validation"), options.window, device)
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
        this.add(loss=loss.item(), **part_names(step, unguided, guided))
        if this.due():
            with cast():
                this.report(**validation(average.model, tokenizer))
            if this.log[-1]["val"] <= min(row["val"] for row in this.log):  # the best is kept
                save_final(average, pictures.label_names, this.folder, this.log[-1])
    if not this.log:
        save_final(average, pictures.label_names, this.folder, {})
    return 0 if this.finished() else stage.UNFINISHED


def part_names(step, unguided, guided):
    """A wide batch has a figure of its own; means of these count steps of the other kind as 0."""
    if step % WIDE_EVERY == WIDE_EVERY - 1:
        return {"wide": unguided.item() * WIDE_EVERY}
    scale = WIDE_EVERY / (WIDE_EVERY - 1)
    return {"unguided": unguided.item() * scale, "guided": guided.item() * scale}
