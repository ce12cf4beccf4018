"""Samples the holes of a window step by step with a key/value cache, as the engine does."""
import torch

from .features import SAMPLE, features


def filtered(logits, temperature, top_k, top_p):
    """logits (B, V) -> probabilities after temperature, top-k (ties kept) and top-p."""
    logits = logits / temperature
    if top_k:
        k = min(top_k, logits.shape[-1])
        cut = logits.topk(k, -1).values[:, -1:]
        logits = logits.masked_fill(logits < cut, float("-inf"))
    if top_p is not None and top_p < 1:
        ordered, where = logits.sort(dim=-1, descending=True, stable=True)
        p = ordered.softmax(-1)
        ordered = ordered.masked_fill(p.cumsum(-1) - p > top_p, float("-inf"))
        logits = torch.empty_like(logits).scatter_(1, where, ordered)
    return logits.softmax(-1)


class Drawer:
    """Draws by inverting the cumulative sum with one uniform number per entry."""

    def __init__(self, uniform, temperature=1.0, top_k=None, top_p=None):
        self.uniform, self.settings = uniform, (temperature, top_k, top_p)

    def __call__(self, i, logits):
        p = filtered(logits.double(), *self.settings).cumsum(-1)
        u = self.uniform[:, i:i + 1].to(p) * p[:, -1:]
        return (p <= u).sum(-1).clamp(max=p.shape[-1] - 1)


class Greedy:
    def __call__(self, _i, logits):
        return logits.argmax(-1)


@torch.no_grad()
def fill_window(model, table, vectors, codes, state, coverage, coarse, coarse_flag, choose,
                strength=1, without=None):
    """Samples every cell whose state is SAMPLE, in raster order.

    vectors (B, E, h, w); codes (B, h, w) of the cells filled before; state (h, w), the same for the
    batch; `choose` (i, logits (B, V)) -> codes (B). Returns a dictionary: codes (B, h, w) with the
    new ones, entries (B, M), prefix_hidden, entry_hidden, logits.
    With a `strength` (classifier-free guidance) each cell's logits are those without labels plus
    `strength` times what the labels change; `without`: the coarse vectors of the pass without.
    """
    b, _, h, w = vectors.shape
    codes, states = codes.clone(), state[None].expand(b, h, w)
    if strength != 1:
        free = torch.zeros_like(coverage)
        free[..., -1] = 1
        coverage = torch.cat([coverage, free])
        coarse = torch.cat([coarse, coarse if without is None else without])
        vectors, coarse_flag, states = (t.repeat(2, *[1] * (t.dim() - 1))
                                        for t in (vectors, coarse_flag, states))
    at, caches = model.positions(h, w), [[] for _ in model.blocks]

    def told():
        found = torch.nn.functional.embedding(codes, table).permute(0, 3, 1, 2)
        found = found.repeat(len(states) // b, 1, 1, 1)
        return features(vectors, found, states, coverage, coarse, coarse_flag)

    hidden = model.stem(told()[0]) + at
    for block, cache in zip(model.blocks, caches):
        hidden = block(hidden, h * w, None, cache)
    result = {"prefix_hidden": hidden, "entry_hidden": [], "logits": [], "entries": []}
    for i, place in enumerate((state.flatten() == SAMPLE).nonzero()[:, 0].tolist()):
        x = model.stem(told()[1][:, place:place + 1]) + at[place] + model.entry_emb
        for block, cache in zip(model.blocks, caches):
            x = block(x, 0, None, cache)
        logits = model.logits(x)[:, 0]
        if strength != 1:
            logits = logits[b:] + strength * (logits[:b] - logits[b:])
        code = choose(i, logits)
        codes.view(b, -1)[:, place] = code
        for name, value in (("entry_hidden", x[:, 0]), ("logits", logits), ("entries", code)):
            result[name].append(value)
    for name in ("entry_hidden", "logits", "entries"):
        result[name] = torch.stack(result[name], 1) if result[name] else None
    return {**result, "codes": codes}
