"""The two nets of a `fill` model. Module names give the tensor names of docs/model-file.md."""
import math
from dataclasses import asdict, dataclass, field

import torch
import torch.nn.functional as F
from torch import nn


@dataclass
class TokenizerShape:
    ch: int = 64
    ch_mult: list = field(default_factory=lambda: [1, 2])
    num_res_blocks: int = 1
    z_channels: int = 32
    embed_dim: int = 8
    n_embed: int = 2048
    patch: int = 4
    colours: int = 3

    @classmethod
    def of(cls, schema):
        """The shape that a model file states."""
        keys = ("ch", "ch_mult", "num_res_blocks", "z_channels", "embed_dim", "n_embed", "patch")
        return cls(**{k: schema[k] for k in keys}, colours=schema["in_channels"])

    @property
    def factor(self):
        """Pixels a side of one cell."""
        return self.patch * 2 ** (len(self.ch_mult) - 1)

    def schema(self):
        return {"quantizer": "vq", "ch": self.ch, "ch_mult": list(self.ch_mult),
                "num_res_blocks": self.num_res_blocks, "attn_resolutions": [], "resolution": 256,
                "in_channels": self.colours, "out_ch": self.colours,
                "z_channels": self.z_channels, "double_z": False, "embed_dim": self.embed_dim,
                "n_embed": self.n_embed, "patch": self.patch, "norm": "layer",
                "mid_attn": False, "seam": True}


@dataclass
class FillShape:
    window: int = 16
    n_layer: int = 6
    n_head: int = 8
    n_embd: int = 256
    dropout: float = 0.05

    def schema(self):
        """`underpainted`: unguided positions are told the underpainted picture's vectors."""
        return {**{k: v for k, v in asdict(self).items() if k != "dropout"}, "underpainted": True}

    @classmethod
    def of(cls, schema):
        """The shape that a model file states."""
        return cls(**{k: schema[k] for k in ("window", "n_layer", "n_head", "n_embd")})


class ChannelNorm(nn.Module):
    """Norm over the channels of one position, so that the tokenizer stays local."""

    def __init__(self, c):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(c)), nn.Parameter(torch.zeros(c))

    def forward(self, x):
        wide = x.permute(0, 2, 3, 1).to(self.weight.dtype)  # bfloat16 is far slower on the CPU
        wide = F.layer_norm(wide, self.weight.shape, self.weight, self.bias, 1e-6)
        return wide.to(x.dtype).permute(0, 3, 1, 2)


def silu(x):
    """The same as F.silu, whose bfloat16 backward pass is slow on the CPU."""
    return x * torch.sigmoid(x) if x.dtype == torch.bfloat16 else F.silu(x)


def conv3(i, o):
    return nn.Conv2d(i, o, 3, padding=1)


class ResnetBlock(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.norm1, self.conv1 = ChannelNorm(i), conv3(i, o)
        self.norm2, self.conv2 = ChannelNorm(o), conv3(o, o)
        if i != o:
            self.nin_shortcut = nn.Conv2d(i, o, 1)

    def forward(self, x):
        h = self.conv1(silu(self.norm1(x)))
        h = self.conv2(silu(self.norm2(h)))
        return (self.nin_shortcut(x) if hasattr(self, "nin_shortcut") else x) + h


class Downsample(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv = nn.Conv2d(c, c, 3, stride=2)

    def forward(self, x):
        return self.conv(F.pad(x, (0, 1, 0, 1)))


class Upsample(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv = conv3(c, c)

    def forward(self, x):
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))


class Middle(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.block_1, self.block_2 = ResnetBlock(c, c), ResnetBlock(c, c)

    def forward(self, x):
        return self.block_2(self.block_1(x))


class Level(nn.Module):
    def __init__(self, i, o, blocks):
        super().__init__()
        self.block = nn.ModuleList(ResnetBlock(i if b == 0 else o, o) for b in range(blocks))

    def forward(self, x):
        for block in self.block:
            x = block(x)
        return x


class Encoder(nn.Module):
    def __init__(self, s):
        super().__init__()
        widths = [s.ch * m for m in s.ch_mult]
        self.conv_in = conv3(s.colours * s.patch ** 2, s.ch)
        self.down = nn.ModuleList()
        for l, width in enumerate(widths):
            level = Level(widths[l - 1] if l else s.ch, width, s.num_res_blocks)
            if l + 1 < len(widths):
                level.downsample = Downsample(width)
            self.down.append(level)
        self.mid = Middle(widths[-1])
        self.norm_out, self.conv_out = ChannelNorm(widths[-1]), conv3(widths[-1], s.z_channels)

    def forward(self, x):
        x = self.conv_in(x)
        for level in self.down:
            x = level(x)
            if hasattr(level, "downsample"):
                x = level.downsample(x)
        return self.conv_out(silu(self.norm_out(self.mid(x))))


class Decoder(nn.Module):
    def __init__(self, s):
        super().__init__()
        widths = [s.ch * m for m in s.ch_mult]
        last, sub = len(widths) - 1, s.patch ** 2
        self.conv_in, self.mid = conv3(s.z_channels, widths[-1]), Middle(widths[-1])
        self.up, self.seam = nn.ModuleList(), nn.ModuleList()
        for l, width in enumerate(widths):
            begins = widths[min(l + 1, last)]
            level = Level(begins, width, s.num_res_blocks + 1)
            if l > 0:
                level.upsample = Upsample(width)
            self.up.append(level)
            self.seam.append(conv3((s.colours + 1) * sub, begins))
        self.norm_out, self.conv_out = ChannelNorm(widths[0]), conv3(widths[0], s.colours * sub)
        with torch.no_grad():  # all pixels of a patch start equal: no dot grid to unlearn
            self.conv_out.weight.copy_(self.conv_out.weight[::sub].repeat_interleave(sub, 0))
            self.conv_out.bias.zero_()

    def forward(self, z, seam):
        x = self.mid(self.conv_in(z))
        for l in reversed(range(len(self.up))):
            x = x + self.seam[l](F.avg_pool2d(seam, 2 ** l) if l else seam)
            x = self.up[l](x)
            if l > 0:
                x = self.up[l].upsample(x)
        return self.conv_out(silu(self.norm_out(x)))


class Codebook(nn.Module):
    """Nearest code; codes follow the means of what they are used for (buffers are not exported)."""

    def __init__(self, n, e):
        super().__init__()
        self.embedding = nn.Embedding(n, e)
        self.embedding.weight.requires_grad_(False)
        self.register_buffer("counts", torch.ones(n))
        self.register_buffer("sums", self.embedding.weight.detach().clone())

    def nearest(self, z):
        """z (B, E, h, w) -> codes (B, h, w)."""
        flat, table = z.detach().permute(0, 2, 3, 1).reshape(-1, z.shape[1]), self.embedding.weight
        table = table.to(flat.dtype)
        half = table.square().sum(1) / 2
        codes = torch.cat([torch.addmm(half, f, table.t(), alpha=-1).argmin(1)
                           for f in flat.split(16384)])
        return codes.view(z.shape[0], *z.shape[2:])

    def vectors(self, codes):
        """codes (B, h, w) -> (B, E, h, w)."""
        return self.embedding(codes).permute(0, 3, 1, 2)

    @torch.no_grad()
    def start(self, z, rounds=12):
        """k-means on vectors z (N, E)."""
        n = len(self.counts)
        table = z[torch.randperm(len(z), device=z.device)[:n]].clone()
        for _ in range(rounds):
            self.embedding.weight.copy_(table)
            codes = self.nearest(z.t()[None, :, :, None]).view(-1)
            count = torch.bincount(codes, minlength=n).float()
            table = torch.zeros_like(table).index_add_(0, codes, z) / count.clamp(min=1)[:, None]
            empty = count == 0
            table[empty] = z[torch.randperm(len(z), device=z.device)[:int(empty.sum())]]
        self.embedding.weight.copy_(table)
        self.counts.fill_(1.0)
        self.sums.copy_(table)

    @torch.no_grad()
    def restart(self, table):
        """Takes over the codes of an older codebook (N, E); further codes are twins of its first
        ones, a little apart: the means they follow part them."""
        n = len(self.counts)
        twins = table[torch.arange(n) % len(table)]
        distance = torch.cdist(table, table).fill_diagonal_(float("inf")).min(1).values
        apart = torch.randn_like(twins) * 0.25 * distance[torch.arange(n) % len(table), None]
        apart[:len(table)] = 0
        self.embedding.weight.copy_(twins + apart / table.shape[1] ** 0.5)
        self.counts.fill_(1.0)
        self.sums.copy_(self.embedding.weight)

    @torch.no_grad()
    def follow(self, z, codes, decay=0.99):
        """Moves the codes after one batch; codes that die start anew on a vector of the batch."""
        flat, codes = z.permute(0, 2, 3, 1).reshape(-1, z.shape[1]), codes.reshape(-1)
        share = len(self.counts) / len(flat)
        count = torch.bincount(codes, minlength=len(self.counts)).float() * share
        self.counts.lerp_(count, 1 - decay)
        self.sums.lerp_(torch.zeros_like(self.sums).index_add_(0, codes, flat) * share, 1 - decay)
        dead = (self.counts < 0.05).nonzero()[:, 0]
        pick = torch.randint(len(flat), (len(dead),), device=flat.device)
        self.counts[dead], self.sums[dead] = 0.5, flat[pick] * 0.5
        self.embedding.weight.copy_(self.sums / self.counts[:, None])


class Tokenizer(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.encoder, self.decoder = Encoder(shape), Decoder(shape)
        self.quant_conv = nn.Conv2d(shape.z_channels, shape.embed_dim, 1)
        self.post_quant_conv = nn.Conv2d(shape.embed_dim, shape.z_channels, 1)
        self.quantize = Codebook(shape.n_embed, shape.embed_dim)

    def encode(self, image):
        """(B, 3, H, W) in [-1, 1] -> vectors (B, E, H/f, W/f), not quantised."""
        h = self.encoder(F.pixel_unshuffle(image, self.shape.patch).contiguous(
            memory_format=torch.channels_last))
        with torch.autocast(h.device.type, enabled=False):
            return self.quant_conv(h.to(self.quant_conv.weight.dtype))

    def decode(self, vectors, image=None, known=None):
        """vectors (B, E, h, w) -> image. `known` (B, 1, H, W) is 1 where `image` may be seen."""
        f = self.shape.factor
        if image is None:
            size = (len(vectors), 1, vectors.shape[2] * f, vectors.shape[3] * f)
            known = vectors.new_zeros(size)
            image = known.expand(-1, self.shape.colours, -1, -1)
        seam = torch.cat([F.pixel_unshuffle(image * known, self.shape.patch),
                          F.pixel_unshuffle(known, self.shape.patch)], 1)
        seam = seam.contiguous(memory_format=torch.channels_last)
        x = self.decoder(self.post_quant_conv(vectors), seam)
        return F.pixel_shuffle(x.to(vectors.dtype), self.shape.patch)


class Attention(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.key, self.query, self.value = (nn.Linear(d, d) for _ in range(3))
        self.proj, self.heads = nn.Linear(d, d), heads

    def split(self, x):
        b, t, d = x.shape
        return x.view(b, t, self.heads, d // self.heads).transpose(1, 2)

    def attend(self, q, k, v, mask=None):
        a = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
        y = (a if mask is None else a + mask).softmax(-1) @ v
        return y.transpose(1, 2).flatten(2)


class ChannelDropout(nn.Module):
    """Dropout of whole channels of a sample: a small mask, and as good against overfitting."""

    def __init__(self, p):
        super().__init__()
        self.p = p

    def forward(self, x):
        if not self.training or not self.p:
            return x
        keep = torch.rand(len(x), 1, x.shape[2], device=x.device) >= self.p
        return x * (keep / (1 - self.p)).to(x.dtype)


class Block(nn.Module):
    """A published block over two sequences at once: x = the prefix, e = the entries behind it."""

    def __init__(self, d, heads, dropout):
        super().__init__()
        self.ln1, self.attn, self.ln2 = nn.LayerNorm(d), Attention(d, heads), nn.LayerNorm(d)
        self.mlp = nn.Sequential(nn.Linear(d, 4 * d), nn.GELU(), nn.Linear(4 * d, d))
        self.drop = ChannelDropout(dropout)

    def forward(self, both, n, mask, cache=None):
        """both (B, n + M, d): prefix, then entries; mask (M, n + M) for the entries.

        With a cache (a list of one pair), n is 0 and the entries also see the cached positions.
        """
        a, h = self.attn, self.ln1(both)
        q, k, v = a.split(a.query(h)), a.split(a.key(h)), a.split(a.value(h))
        if cache is not None:
            if cache:
                past = cache.pop()
                k, v = torch.cat([past[0], k], 2), torch.cat([past[1], v], 2)
            cache.append((k, v))
        parts = []
        if n > 0:
            parts.append(a.attend(q[:, :, :n], k[:, :, :n], v[:, :, :n]))
        if both.shape[1] > n:
            parts.append(a.attend(q[:, :, n:], k, v, mask))
        both = both + self.drop(a.proj(torch.cat(parts, 1)))
        return both + self.drop(self.mlp(self.ln2(both)))


class Fill(nn.Module):
    """The prefix language model over cells; `features` makes what `stem` takes."""

    def __init__(self, shape, tokenizer_shape, n_labels):
        super().__init__()
        d, e = shape.n_embd, tokenizer_shape.embed_dim
        self.shape, self.n_labels, self.embed_dim = shape, n_labels, e
        self.stem = nn.Linear(9 * (e + 3) + n_labels + 1 + e + 1, d)
        self.row_emb = nn.Parameter(0.02 * torch.randn(shape.window, d))
        self.col_emb = nn.Parameter(0.02 * torch.randn(shape.window, d))
        self.entry_emb = nn.Parameter(0.02 * torch.randn(d))
        self.blocks = nn.ModuleList(Block(d, shape.n_head, shape.dropout)
                                    for _ in range(shape.n_layer))
        self.ln_f = nn.LayerNorm(d)
        self.head = nn.Linear(d, tokenizer_shape.n_embed, bias=False)
        if n_labels:  # RGB 0..1: what a label looks like, told where nothing is known
            self.register_buffer("label_tints", torch.full((n_labels, 3), 0.5))
        for name, p in self.named_parameters():
            if p.dim() == 2 and "emb" not in name and not name.startswith("stem"):
                std = 0.02 / (math.sqrt(2 * shape.n_layer) if name.endswith(
                    ("proj.weight", "mlp.2.weight")) else 1)
                nn.init.normal_(p, 0, std if not name.startswith("head") else 0.01)
            elif name.endswith("bias"):
                nn.init.zeros_(p)

    def positions(self, h, w):
        return (self.row_emb[:h, None] + self.col_emb[None, :w]).reshape(h * w, -1)

    def forward(self, prefix, entries, places, size, mask):
        """Hidden values behind the last block, (B, h*w + M, d): the prefix, then the entries.

        prefix (B, h*w, F), entries (B, M, F), places (B, M): cells of the entries; size (h, w);
        mask (M, h*w + M) of what is added to an entry's attention.
        """
        at = self.positions(*size)
        entries = self.stem(entries) + at[places] + self.entry_emb
        both = torch.cat([self.stem(prefix) + at, entries], 1)
        for block in self.blocks:
            both = block(both, size[0] * size[1], mask)
        return both

    def logits(self, hidden):
        return self.head(self.ln_f(hidden))


def entry_mask(n, m, like):
    """Entries see the n prefix positions, the entries before them and themselves: (m, n + m)."""
    mask = torch.full((m, m), float("-inf"), dtype=like.dtype, device=like.device).triu(1)
    return torch.cat([mask.new_zeros(m, n), mask], 1)
