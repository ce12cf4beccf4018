"""Writes the golden cases fill_* and vqgan_seam of the engine's tests.

Tiny random models; everything is computed in binary64 and rounded; the tolerance is fifty times
what PyTorch's own binary32 run differs by. Seeds are tried until no decision is nearly a tie.
"""
import json
import pathlib

import numpy as np
import torch

from .features import FILLED, KNOWN, LATER, SAMPLE, features, free_coverage
from .modelfile import write_model, write_safetensors
from .nets import Fill, FillShape, Tokenizer, TokenizerShape, entry_mask
from .sampling import Drawer, Greedy, fill_window, filtered

MARGIN = 2e-3  # no decision of a golden case is nearer to a tie than this


def randomise(model, generator):
    """Weights of a trained model's size, exact in binary32."""
    for name, p in model.named_parameters():
        noise = torch.randn(p.shape, generator=generator, dtype=torch.float64)
        if "norm" in name or "ln" in name:
            value = 0.2 * noise + (1 if name.endswith("weight") else 0)
        elif name.endswith("bias"):
            value = 0.1 * noise
        elif "emb" in name and "embedding" not in name:
            value = 0.4 * noise
        elif "embedding" in name:
            value = 0.8 * noise
        else:
            value = noise / p[0].numel() ** 0.5
        if name == "head.weight":
            value = 2.5 * value
        p.data = value.float().to(p.dtype)


class Case:
    """One case under construction: binary64 models, their binary32 twins, arrays and steps."""

    def __init__(self, name, about, seed, tokenizer, fill=None, labels=()):
        self.name, self.about, self.labels = name, about, list(labels)
        self.generator = torch.Generator().manual_seed(seed)
        self.inputs, self.expected, self.steps, self.tolerance = {}, {}, [], {}
        self.exact, self.margins = [], {}
        fill = fill or FillShape(window=4, n_layer=1, n_head=2, n_embd=8, dropout=0.0)
        self.tokenizer = Tokenizer(tokenizer).eval()
        self.fill = Fill(fill, tokenizer, len(self.labels)).eval()
        randomise(self.tokenizer, self.generator)
        randomise(self.fill, self.generator)
        if labels:  # told where nothing is known; tests of the engine look at them
            i = torch.arange(3 * len(self.labels)).view(-1, 3)
            self.fill.label_tints = i / (3 * len(self.labels) - 1)

    def input(self, name, tensor):
        self.inputs[name] = tensor.numpy()
        return tensor

    def rand(self, *shape):
        return torch.rand(*shape, generator=self.generator, dtype=torch.float64).float()

    def randn(self, *shape):
        return torch.randn(*shape, generator=self.generator, dtype=torch.float64).float()

    def margin(self, name, value):
        self.margins[name] = min(self.margins.get(name, float("inf")), float(value))

    def both(self, compute):
        """compute (tokenizer, fill, type) in binary64 and in binary32."""
        wide = compute(self.tokenizer.double(), self.fill.double(), torch.float64)
        narrow = compute(self.tokenizer.float(), self.fill.float(), torch.float32)
        return wide, narrow

    def step(self, op, arguments, outputs, wide, narrow):
        """outputs: role -> name of the expected array; wide, narrow: role -> tensor."""
        for role, name in outputs.items():
            a, b = wide[role], narrow[role]
            if a.dtype == torch.int64:
                if not torch.equal(a, b):
                    self.margin("equal_in_binary32", 0)
                self.expected[name] = a.numpy()
                self.exact.append(name)
                continue
            error = (a - b.double()).abs().max().item()
            self.expected[name] = a.float().contiguous().numpy()
            self.tolerance[name] = {"atol": float(f"{max(50 * error, 1e-6):.2g}"),
                                    "torch_f32_error": float(f"{error:.2g}"),
                                    "max_abs": round(a.abs().max().item(), 3)}
        self.steps.append({"op": op, **arguments, "outputs": outputs})

    def encode(self, image, suffix=""):
        def compute(tokenizer, _fill, dtype):
            with torch.no_grad():
                z = tokenizer.encode(image.to(dtype))
                codes = tokenizer.quantize.nearest(z)
                quant = tokenizer.quantize.vectors(codes)
            flat, table = z.permute(0, 2, 3, 1).flatten(0, 2), tokenizer.quantize.embedding.weight
            near = torch.cdist(flat, table).square().sort(1).values
            return {"prequant": z, "tokens": codes, "quant": quant,
                    "margin": (near[:, 1] - near[:, 0]).min()}
        wide, narrow = self.both(compute)
        self.margin("codebook", wide["margin"])
        names = {role: role + suffix for role in ("prequant", "tokens", "quant")}
        self.step("vqgan.encode", {"part": "first_stage", "image": "in:image" + suffix}, names,
                  wide, narrow)
        return wide

    def decode_mixed(self, vectors, image, known, output, names):
        def compute(tokenizer, _fill, dtype):
            with torch.no_grad():
                y = tokenizer.decode(vectors.to(dtype), image.to(dtype),
                                     known[None, None].to(dtype))
            return {"image": y}
        self.step("vqgan.decode_mixed", {"part": "first_stage", **names}, {"image": output},
                  *self.both(compute))

    def window(self, suffix, vectors, state, tokens, names, mode, coverage=None, coarse=None,
               guided=True, strength=1):
        """One fill.window step; `mode` is a dictionary of the step's mode arguments."""
        h, w = state.shape
        n = int((state == SAMPLE).sum())
        uniform = None
        if mode["mode"] == "uniform":
            uniform = torch.rand(1, n, generator=self.generator, dtype=torch.float64)
            self.inputs["u" + suffix] = uniform[0].numpy()
            mode = {**mode, "u": "in:u" + suffix}

        def compute(tokenizer, fill, dtype):
            cover = free_coverage(1, h, w, len(self.labels), vectors.to(dtype)) \
                if coverage is None else coverage[None].to(dtype)
            guide = torch.zeros_like(vectors) if coarse is None else coarse
            flag = torch.full((1, h, w), float(coarse is not None and guided))
            choose = Greedy() if uniform is None else Drawer(uniform, *(mode[k] for k in (
                "temperature", "top_k", "top_p")))
            told = (state[None], cover, guide.to(dtype), flag.to(dtype))
            table = tokenizer.quantize.embedding.weight
            r = fill_window(fill, table, vectors.to(dtype), tokens, state, *told[1:], choose,
                            strength)
            if strength == 1:
                check_parallel(fill, table, vectors.to(dtype), r, told)
            return {"prefix_hidden": r["prefix_hidden"][0], "entry_hidden": r["entry_hidden"][0],
                    "logits": r["logits"][0], "tokens": r["entries"][0]}
        wide, narrow = self.both(compute)
        self.decision_margins(wide["logits"], mode, uniform)
        outputs = {role: role + suffix
                   for role in ("prefix_hidden", "entry_hidden", "logits", "tokens")}
        self.step("fill.window", {**names, **mode}, outputs, wide, narrow)

    def decision_margins(self, logits, mode, uniform):
        if uniform is None:
            top = logits.topk(2, -1).values
            self.margin("greedy", (top[:, 0] - top[:, 1]).min())
            return
        scaled = logits / mode["temperature"]
        if mode["top_k"]:
            ordered = scaled.sort(-1, descending=True).values
            k = mode["top_k"]
            self.margin("filter", (ordered[:, k - 1] - ordered[:, k]).min())
        if mode["top_p"] is not None:
            p = filtered(logits, mode["temperature"], mode["top_k"], None)
            p = p.sort(-1, descending=True).values.cumsum(-1)
            self.margin("filter", (p - mode["top_p"]).abs().min())
        p = filtered(logits, mode["temperature"], mode["top_k"], mode["top_p"]).cumsum(-1)
        self.margin("cdf", (p - uniform[0][:, None]).abs().min())

    def write(self, folder):
        folder = pathlib.Path(folder) / self.name
        folder.mkdir(parents=True, exist_ok=True)
        write_model(folder / "model.safetensors", self.tokenizer.float(), self.fill.float(),
                    self.labels, np.float32, name=self.name, source="training/golden.py",
                    licence="CC0-1.0")
        write_safetensors(folder / "input.safetensors", self.inputs)
        write_safetensors(folder / "expected.safetensors", self.expected)
        case = {"tessera_golden": 1, "case": self.name, "about": self.about,
                "files": {k: k + ".safetensors" for k in ("model", "input", "expected")},
                "steps": self.steps, "tolerance": self.tolerance, "exact": sorted(self.exact),
                "margins": {k: float(f"{v:.3g}") for k, v in sorted(self.margins.items())}}
        (folder / "case.json").write_text(json.dumps(case, indent=1) + "\n")


def check_parallel(fill, table, vectors, result, told):
    """The pass that training uses gives what sampling step by step gave."""
    state = told[0]
    h, w = state.shape[1:]
    codes = torch.nn.functional.embedding(result["codes"], table).permute(0, 3, 1, 2)
    prefix, entries = features(vectors, codes, *told)
    places = (state[0].flatten() == SAMPLE).nonzero()[:, 0][None]
    with torch.no_grad():
        hidden = fill(prefix, entries[:, places[0]], places, (h, w),
                      entry_mask(h * w, places.shape[1], prefix))
    difference = max((hidden[:, :h * w] - result["prefix_hidden"]).abs().max().item(),
                     (hidden[:, h * w:] - result["entry_hidden"]).abs().max().item())
    if difference > (1e-10 if prefix.dtype == torch.float64 else 1e-4):
        raise SystemExit(f"Parallel and stepwise passes differ by {difference}.")


def states(*rows):
    """Rows of letters: . known, f filled before, s to sample now, l later."""
    letters = {".": KNOWN, "f": FILLED, "s": SAMPLE, "l": LATER}
    return torch.tensor([[letters[c] for c in row] for row in rows], dtype=torch.uint8)


GREEDY = {"mode": "greedy"}


def uniform(temperature, top_k, top_p):
    return {"mode": "uniform", "temperature": temperature, "top_k": top_k, "top_p": top_p}


def random_tokens(case, name, shape, n):
    return case.input(name, torch.randint(n, (1, *shape), generator=case.generator))


def fill_plain(seed):
    tokens = TokenizerShape(8, [1], 1, 6, 4, 20, 2)
    case = Case("fill_plain", "no labels, no coarse picture: two holes, then all four states",
                seed, tokens, FillShape(6, 2, 2, 16, 0.0))
    vectors = case.input("vectors", case.randn(1, 4, 6, 6))
    holes = case.input("state", states("......", ".ss...", ".ss...", "....ss", "....ss", "......"))
    mixed = case.input("state_mixed",
                       states("ff....", "ffss..", "..ssll", "..ssll", "llllll", "llllll"))
    filled = random_tokens(case, "tokens_before", (6, 6), 20)
    names = {"vectors": "in:vectors", "state": "in:state", "tokens": "in:tokens_before"}
    case.window("_greedy", vectors, holes, filled, names, GREEDY)
    case.window("_drawn", vectors, holes, filled, names, uniform(0.9, 8, None))
    names = {**names, "state": "in:state_mixed"}
    case.window("_mixed", vectors, mixed, filled, names, uniform(1.1, None, 0.9))
    return case


def fill_labels_coarse(seed):
    tokens = TokenizerShape(8, [1], 1, 6, 5, 24, 2)
    case = Case("fill_labels_coarse", "labels, coarse vectors, both, in windows of four states",
                seed, tokens, FillShape(8, 2, 3, 24, 0.0), ["sky", "water", "rock"])
    vectors = case.input("vectors", case.randn(1, 5, 8, 8))
    state = case.input("state", states("ff......", "ffff....", "..ssss..", "..ssssl.", "..ssssll",
                                       "s....lll", "s.......", "........"))
    filled = random_tokens(case, "tokens_before", (8, 8), 24)
    weights = case.rand(8, 8, 4) ** 3
    weights[:4, :, :3] = 0
    coverage = case.input("coverage", weights / weights.sum(-1, keepdim=True))
    coarse = case.input("coarse", case.randn(1, 5, 8, 8))
    names = {"vectors": "in:vectors", "state": "in:state", "tokens": "in:tokens_before"}
    painted, guided = {"coverage": "in:coverage"}, {"coarse": "in:coarse"}
    case.window("_labels", vectors, state, filled, {**names, **painted}, GREEDY, coverage)
    case.window("_coarse", vectors, state, filled, {**names, **guided}, uniform(1.0, 10, 0.95),
                None, coarse)
    case.window("_both", vectors, state, filled, {**names, **painted, **guided},
                uniform(0.8, None, None), coverage, coarse)
    case.window("_unguided", vectors, state, filled, {**names, **guided, "guided": False},
                uniform(0.9, 12, None), None, coarse, guided=False)
    return case


def fill_steered(seed):
    tokens = TokenizerShape(8, [1], 1, 6, 5, 24, 2)
    case = Case("fill_steered", "labels that count more, and less, than the model has learnt", seed,
                tokens, FillShape(8, 2, 3, 24, 0.0), ["sky", "water", "rock"])
    vectors = case.input("vectors", case.randn(1, 5, 6, 7))
    state = case.input("state", states("ff.....", "ffff...", "..ssss.", "..sssl.", "s....ll",
                                       "s......"))
    filled = random_tokens(case, "tokens_before", (6, 7), 24)
    weights = case.rand(6, 7, 4) ** 3
    weights[:2, :, :3] = 0
    coverage = case.input("coverage", weights / weights.sum(-1, keepdim=True))
    coarse = case.input("coarse", case.randn(1, 5, 6, 7))
    names = {"vectors": "in:vectors", "state": "in:state", "tokens": "in:tokens_before",
             "coverage": "in:coverage", "coarse": "in:coarse", "guided": False}
    for suffix, strength in (("_more", 3.5), ("_less", 0.25)):
        case.window(suffix, vectors, state, filled, {**names, "strength": strength},
                    uniform(1.0, 12, None), coverage, coarse, guided=False, strength=strength)
    return case


def fill_small_grid(seed):
    tokens = TokenizerShape(8, [1, 2], 1, 8, 4, 16, 2)
    case = Case("fill_small_grid",
                "a picture of 4 x 5 cells in a window of 8: encode, fill, decode",
                seed, tokens, FillShape(8, 3, 2, 16, 0.0), ["sky", "water"])
    image = case.input("image", 2 * case.rand(1, 3, 16, 20) - 1)
    state = case.input("state", states("s...s", "ss..s", "....s", ".ss.."))
    filled = random_tokens(case, "tokens_before", (4, 5), 16)
    z = case.encode(image)
    prequant = torch.from_numpy(case.expected["prequant"])
    names = {"vectors": "out:prequant", "state": "in:state", "tokens": "in:tokens_before"}
    case.window("_greedy", prequant, state, filled, names, GREEDY)
    case.window("_drawn", prequant, state, filled, names, uniform(1.0, 6, 0.9))
    hole = (state == SAMPLE)
    table = case.tokenizer.float().quantize.embedding.weight
    codes = z["tokens"].clone()
    codes[0][hole] = torch.from_numpy(case.expected["tokens_drawn"])
    found = torch.nn.functional.embedding(codes, table).permute(0, 3, 1, 2)
    vectors = case.input("mixed_vectors", torch.where(hole, found, prequant).detach().contiguous())
    known = case.input("known", (~hole).to(torch.uint8).repeat_interleave(4, 0)
                       .repeat_interleave(4, 1).contiguous())
    case.decode_mixed(vectors, image, known, "completed",
                      {"vectors": "in:mixed_vectors", "image": "in:image", "known": "in:known"})
    return case


def vqgan_seam(seed):
    shape = TokenizerShape(8, [1, 2, 2], 1, 12, 6, 40, 2)
    case = Case("vqgan_seam", "patch, channel norm, three levels; the decoder sees known pixels",
                seed, shape)
    image = case.input("image", 2 * case.rand(1, 3, 40, 48) - 1)
    z = case.encode(image)
    quant = torch.from_numpy(case.expected["quant"])
    known = torch.ones(40, 48, dtype=torch.uint8)
    known[5:22, 11:31] = 0
    known[30:, 40:] = 0
    case.input("known", known)
    nothing = case.input("known_nothing", torch.zeros_like(known))
    cells = torch.nn.functional.max_pool2d(1 - known[None].float(), 8)
    cells = torch.nn.functional.max_pool2d(cells, 3, 1, 1)[None]
    mixed = case.input("vectors", torch.where(cells > 0, quant, z["prequant"].float()))
    names = {"image": "in:image"}
    case.decode_mixed(mixed, image, known, "seam",
                      {**names, "vectors": "in:vectors", "known": "in:known"})
    case.decode_mixed(quant, image, nothing, "unseen",
                      {**names, "vectors": "out:quant", "known": "in:known_nothing"})
    return case


def arguments(parser):
    parser.add_argument("--out", default="tests/golden", help="folder (default tests/golden)")


def run(options):
    for make in (fill_plain, fill_labels_coarse, fill_steered, fill_small_grid, vqgan_seam):
        for seed in range(1, 500):
            case = make(seed)
            if min(case.margins.values()) > MARGIN:
                case.write(options.out)
                print(f"{case.name}: seed {seed}, margins {case.margins}")
                break
        else:
            raise SystemExit(f"{make.__name__}: no seed without near ties was found.")
