#!/usr/bin/python3
"""bench_vqgan.py [ROUNDS]: the published f16 tokenizer at full size with random weights, in this engine
and in PyTorch (channels last, which is its fastest here), both on one thread, by turns. Compares
processor time, since other programs may keep the machine busy, and the pictures that come out."""
import json
import os
import struct
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

BENCH = os.environ.get("TESSERA_BENCH", "build/tests/bench_vqgan")
SHAPE = {"quantizer": "vq", "ch": 128, "ch_mult": [1, 1, 2, 2, 4], "num_res_blocks": 2,
         "attn_resolutions": [16], "resolution": 256, "in_channels": 3, "out_ch": 3,
         "z_channels": 256, "double_z": False, "embed_dim": 256, "n_embed": 1024}
WIDTHS = [SHAPE["ch"] * m for m in SHAPE["ch_mult"]]


def norm(c):
    return nn.GroupNorm(32, c, eps=1e-6)


class Res(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.norm1, self.conv1 = norm(i), nn.Conv2d(i, o, 3, padding=1)
        self.norm2, self.conv2 = norm(o), nn.Conv2d(o, o, 3, padding=1)
        if i != o:
            self.nin_shortcut = nn.Conv2d(i, o, 1)

    def forward(self, x):
        h = self.conv2(F.silu(self.norm2(self.conv1(F.silu(self.norm1(x))))))
        return (self.nin_shortcut(x) if hasattr(self, "nin_shortcut") else x) + h


class Attn(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.norm = norm(c)
        self.q, self.k, self.v, self.proj_out = (nn.Conv2d(c, c, 1) for _ in range(4))

    def forward(self, x):
        h = self.norm(x)
        q, k, v = (f(h).flatten(2) for f in (self.q, self.k, self.v))
        weights = torch.softmax(q.transpose(1, 2) @ k * q.shape[1] ** -0.5, 2)
        return x + self.proj_out((v @ weights.transpose(1, 2)).view(x.shape))


class Level(nn.Module):
    def __init__(self, i, o, n, attn):
        super().__init__()
        self.block = nn.ModuleList(Res(o if b else i, o) for b in range(n))
        self.attn = nn.ModuleList(Attn(o) for _ in range(n if attn else 0))

    def forward(self, x):
        for b, block in enumerate(self.block):
            x = block(x)
            if len(self.attn):
                x = self.attn[b](x)
        return x


class Side(nn.Module):
    """What encoder and decoder have in common."""

    def middle(self, c):
        self.mid = nn.ModuleDict({"block_1": Res(c, c), "attn_1": Attn(c), "block_2": Res(c, c)})

    def run_middle(self, x):
        return self.mid["block_2"](self.mid["attn_1"](self.mid["block_1"](x)))

    def finish(self, c, o):
        self.norm_out, self.conv_out = norm(c), nn.Conv2d(c, o, 3, padding=1)

    def run_finish(self, x):
        return self.conv_out(F.silu(self.norm_out(x)))


def has_attention(level):
    return SHAPE["resolution"] >> level in SHAPE["attn_resolutions"]


class Encoder(Side):
    def __init__(self):
        super().__init__()
        self.conv_in, self.down = nn.Conv2d(3, WIDTHS[0], 3, padding=1), nn.ModuleList()
        for l, width in enumerate(WIDTHS):
            level = Level(WIDTHS[max(l - 1, 0)], width, SHAPE["num_res_blocks"], has_attention(l))
            if l + 1 < len(WIDTHS):
                level.downsample = nn.ModuleDict({"conv": nn.Conv2d(width, width, 3, stride=2)})
            self.down.append(level)
        self.middle(WIDTHS[-1])
        self.finish(WIDTHS[-1], SHAPE["z_channels"])

    def forward(self, x):
        x = self.conv_in(x)
        for level in self.down:
            x = level(x)
            if hasattr(level, "downsample"):
                x = level.downsample["conv"](F.pad(x, (0, 1, 0, 1)))
        return self.run_finish(self.run_middle(x))


class Decoder(Side):
    def __init__(self):
        super().__init__()
        last = len(WIDTHS) - 1
        self.conv_in = nn.Conv2d(SHAPE["z_channels"], WIDTHS[-1], 3, padding=1)
        self.up = nn.ModuleList()
        for l, width in enumerate(WIDTHS):
            level = Level(WIDTHS[min(l + 1, last)], width, SHAPE["num_res_blocks"] + 1,
                          has_attention(l))
            if l > 0:
                level.upsample = nn.ModuleDict({"conv": nn.Conv2d(width, width, 3, padding=1)})
            self.up.append(level)
        self.middle(WIDTHS[-1])
        self.finish(WIDTHS[0], SHAPE["out_ch"])

    def forward(self, x):
        x = self.run_middle(self.conv_in(x))
        for l in reversed(range(len(WIDTHS))):
            x = self.up[l](x)
            if l > 0:
                x = self.up[l].upsample["conv"](F.interpolate(x, scale_factor=2.0))
        return self.run_finish(x)


class Tokenizer(nn.Module):
    def __init__(self):
        super().__init__()
        z, e = SHAPE["z_channels"], SHAPE["embed_dim"]
        self.encoder, self.decoder = Encoder(), Decoder()
        self.quant_conv, self.post_quant_conv = nn.Conv2d(z, e, 1), nn.Conv2d(e, z, 1)
        self.quantize = nn.ModuleDict({"embedding": nn.Embedding(SHAPE["n_embed"], e)})

    def decode(self, z):
        return self.decoder(self.post_quant_conv(z))

    def encode(self, x):
        return self.quant_conv(self.encoder(x))


def write_model(path, model):
    header, blobs, offset = {}, [], 0
    schema = {"version": 1, "kind": "vqgan", "name": "bench", "vqgan": SHAPE}
    header["__metadata__"] = {"format": "tessera", "tessera": json.dumps(schema)}
    for name, tensor in model.state_dict().items():
        blobs.append(tensor.contiguous().numpy().astype(np.float16).tobytes())
        header[name] = {"dtype": "F16", "shape": list(tensor.shape),
                        "data_offsets": [offset, offset + len(blobs[-1])]}
        offset += len(blobs[-1])
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 64)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


class Engine:
    def __init__(self, model, threads):
        self.process = subprocess.Popen([BENCH, model, str(threads)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.opened = self.answer()

    def answer(self):
        """Processor seconds, seconds, most MiB so far."""
        return [float(x) for x in self.process.stdout.readline().split()]

    def run(self, *words):
        print(*words, file=self.process.stdin, flush=True)
        return self.answer()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def timed(function, x):
    start = time.process_time()
    with torch.no_grad():
        out = function(x)
    return time.process_time() - start, out


def compare_pictures(engine, model, folder):
    vectors = torch.randn(1, SHAPE["embed_dim"], 16, 16).to(memory_format=torch.channels_last)
    source, target = os.path.join(folder, "vectors"), os.path.join(folder, "picture")
    vectors[0].permute(1, 2, 0).contiguous().numpy().tofile(source)
    engine.run("decode", 16, 16, source, target)
    _, want = timed(model.decode, vectors)
    got = engine.run("encode", 32, 32) and np.fromfile(target, np.float32).reshape(256, 256, 3)
    want = want[0].permute(1, 2, 0).numpy()
    error = np.abs(got - want).max() / np.abs(want).max()
    if not error < 1e-4:
        sys.exit(f"bench_vqgan: the pictures of engine and PyTorch differ by {error:.1g}")
    return error


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    torch.manual_seed(1)
    torch.set_num_threads(1)
    model = Tokenizer().half().float().eval()  # the very numbers of the file
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.safetensors")
        write_model(path, model)
        model = model.to(memory_format=torch.channels_last)
        Engine(path, 1).close()
        engine = Engine(path, 1)
        error = compare_pictures(engine, model, folder)
        picture = torch.rand(1, 3, 256, 256).to(memory_format=torch.channels_last)
        vectors = torch.randn(1, 256, 16, 16).to(memory_format=torch.channels_last)
        best = {}
        for _ in range(rounds):
            for name, seconds in (("torch decode", timed(model.decode, vectors)[0]),
                                  ("decode", engine.run("decode", 16, 16)[0]),
                                  ("torch encode", timed(model.encode, picture)[0]),
                                  ("encode", engine.run("encode", 256, 256)[0])):
                best[name] = min(seconds, best.get(name, seconds))
        engine.close()
        print(f"VQGAN f16, 256 x 256, one thread: decode {best['decode']:.2f} s = "
              f"{best['decode'] / best['torch decode']:.2f} of PyTorch's, encode "
              f"{best['encode']:.2f} s = {best['encode'] / best['torch encode']:.2f}; open "
              f"{1000 * engine.opened[1]:.0f} ms; pictures differ by {error:.0e}")


main()
