"""A run of all stages in under a minute on pictures made here: python3 -m training smoke.

Exit code 0 only if losses fall, an interrupted run goes on with the same numbers, and the exported
file has all tensors of docs/model-file.md in their shapes.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image

from .modelfile import label_colors, read_safetensors
from .stage import UNFINISHED

SMALL = ["--batch", "4", "--threads", "1", "--validate-every", "10", "--float32"]


class Checks:
    """Counts what held and prints what did not."""

    def __init__(self):
        self.passed, self.failed = 0, 0

    def __call__(self, what, holds):
        self.passed += bool(holds)
        self.failed += not holds
        if not holds:
            print(f"FAILED: {what}", flush=True)


def stage(*arguments, code=0):
    """Runs a stage that must end with this exit code; returns what it printed."""
    root = pathlib.Path(__file__).resolve().parent.parent
    done = subprocess.run([sys.executable, "-m", "training", *map(str, arguments)], cwd=root,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != code:
        print(done.stdout)
        print(f"FAILED: stage {arguments[0]} ended with {done.returncode}\n0 passed, 1 failed")
        sys.exit(1)
    return done.stdout


def make_pictures(folder):
    """Six landscapes of a sky, a ridge and a meadow, with label maps, as ../photos would be."""
    rng = np.random.default_rng(7)
    photos, labels = folder / "photos", folder / "labels"
    photos.mkdir()
    labels.mkdir()
    yy, xx = np.mgrid[:192, :256].astype(np.float32)
    splits = []
    for i in range(6):
        ridge = 90 + 25 * np.sin(xx / rng.uniform(15, 40) + rng.uniform(0, 6))
        below = yy > ridge
        sky, earth = rng.uniform(120, 250, 3), rng.uniform(20, 140, 3)
        image = np.where(below[..., None], earth + 30 * np.sin(xx / 3)[..., None],
                         sky - yy[..., None] / 3) + rng.normal(0, 4, (192, 256, 3))
        Image.fromarray(image.clip(0, 255).astype(np.uint8)).save(photos / f"{i}.jpg", quality=90)
        Image.fromarray(below[4::8, 4::8].astype(np.uint8)).save(labels / f"{i}.png")
        splits.append(("validation" if i == 0 else "test" if i == 1 else "train") + f" {i}.jpg\n")
    (photos / "splits.txt").write_text("".join(splits))
    (labels / "labels.json").write_text(json.dumps({"classes": [{"id": 1, "name": "grass"},
                                                                {"id": 0, "name": "sky"}]}))
    return photos, labels


def log_of(folder):
    rows = [json.loads(line) for line in (folder / "log.jsonl").read_text().split("\n") if line]
    return [{k: v for k, v in row.items() if k != "seconds"} for row in rows]


def resumes(check, name, folder, arguments, steps, stop):
    """Runs a stage whole, and once more with an interruption; the numbers must be the same."""
    whole, cut = folder / name, folder / (name + "-cut")
    stage(name, *arguments, "--steps", steps, "--out", whole)
    stage(name, *arguments, "--steps", steps, "--out", cut, "--stop-at-step", stop,
          code=UNFINISHED)
    said = stage(name, *arguments, "--steps", steps, "--out", cut, "--workers", 1)
    check(f"{name}: goes on at step {stop}", f"resumed at step {stop}" in said)
    check(f"{name}: the same numbers after an interruption", log_of(whole) == log_of(cut))
    check(f"{name}: a picture of the curves", (whole / "curves.png").stat().st_size > 1000)
    return log_of(whole)


def resnet(name, i, o):
    shapes = {f"{name}.norm1": [i], f"{name}.conv1": [o, i, 3, 3], f"{name}.norm2": [o],
              f"{name}.conv2": [o, o, 3, 3]}
    return {**shapes, **({f"{name}.nin_shortcut": [o, i, 1, 1]} if i != o else {})}


def contract(vq, transformer, n_labels):
    """Name -> shape of every tensor, written down from docs/model-file.md and not from nets.py."""
    ch, e, z, n, p = (vq[k] for k in ("ch", "embed_dim", "z_channels", "n_embed", "patch"))
    widths = [ch * m for m in vq["ch_mult"]]
    last, colours = widths[-1], vq["in_channels"]
    both = {"encoder.conv_in": [ch, colours * p * p, 3, 3], "encoder.norm_out": [last],
            "encoder.conv_out": [z, last, 3, 3], "quant_conv": [e, z, 1, 1],
            "post_quant_conv": [z, e, 1, 1], "decoder.conv_in": [last, z, 3, 3],
            "decoder.norm_out": [widths[0]], "decoder.conv_out": [colours * p * p, ch, 3, 3]}
    for side in ("encoder", "decoder"):
        for b in (1, 2):
            both.update(resnet(f"{side}.mid.block_{b}", last, last))
    for l, width in enumerate(widths):
        for b in range(vq["num_res_blocks"]):
            came = width if b else widths[max(l - 1, 0)]
            both.update(resnet(f"encoder.down.{l}.block.{b}", came, width))
        begins = widths[min(l + 1, len(widths) - 1)]
        for b in range(vq["num_res_blocks"] + 1):
            both.update(resnet(f"decoder.up.{l}.block.{b}", width if b else begins, width))
        both[f"decoder.seam.{l}"] = [begins, (colours + 1) * p * p, 3, 3]
        if l + 1 < len(widths):
            both[f"encoder.down.{l}.downsample.conv"] = [width, width, 3, 3]
        if l > 0:
            both[f"decoder.up.{l}.upsample.conv"] = [width, width, 3, 3]
    both = {"first_stage_model." + k: v for k, v in both.items()}
    d, w = transformer["n_embd"], transformer["window"]
    both["transformer.stem"] = [d, 9 * (e + 3) + n_labels + 1 + e + 1]
    both["transformer.ln_f"] = [d]
    for i in range(transformer["n_layer"]):
        block = f"transformer.blocks.{i}."
        both.update({block + "ln1": [d], block + "ln2": [d], block + "mlp.0": [4 * d, d],
                     block + "mlp.2": [d, 4 * d]})
        both.update({f"{block}attn.{k}": [d, d] for k in ("key", "query", "value", "proj")})
    shapes = {"first_stage_model.quantize.embedding.weight": [n, e],
              "transformer.head.weight": [n, d], "transformer.row_emb": [w, d],
              "transformer.col_emb": [w, d], "transformer.entry_emb": [d],
              "transformer.label_tints": [n_labels, 3]}
    for name, shape in both.items():
        shapes.update({name + ".weight": shape, name + ".bias": shape[:1]})
    return shapes


def check_file(check, path):
    arrays, metadata = read_safetensors(path)
    schema = json.loads(metadata["tessera"])
    check("the format entry", metadata["format"] == "tessera" and schema["kind"] == "fill")
    check("labels in the order of their numbers", schema["labels"] == ["sky", "grass"])
    check("their colours", schema["label_colors"] == label_colors(["sky", "grass"]))
    wanted = contract(schema["vqgan"], schema["transformer"], len(schema["labels"]))
    for name in sorted(set(wanted) | set(arrays)):
        found = list(arrays[name].shape) if name in arrays else None
        check(f"tensor {name}: {found}, wanted {wanted.get(name)}", found == wanted.get(name))
    check("binary16 and finite", all(a.dtype == np.float16 and np.isfinite(a).all()
                                     for a in arrays.values()))


def arguments(parser):
    parser.add_argument("--tessera", help="the built command: the engine must read the model, too")


def run(options):
    check = Checks()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        photos, labels = make_pictures(folder)
        said = stage("prepare", "--photos", photos, "--labels", labels, "--out", folder / "packed")
        check("prepare leaves the test photographs out", said.startswith("5 pictures, 2 labels"))
        common = ["--data", folder / "packed", *SMALL]
        log = resumes(check, "tokenizer", folder, [*common, "--codes", 64, "--quantise-from", 8,
                                                   "--ch", 16, "--adversarial-from", 0.6], 30, 20)
        check("tokenizer: the loss falls", log[-1]["l1"] < 0.9 * log[0]["l1"])
        check("tokenizer: the codebook is used", log[-1]["val_codes"] > 4)
        tokens = folder / "tokenizer" / "tokenizer.pt"
        log = resumes(check, "transformer", folder, [
            *common, "--tokenizer", tokens, "--layers", 2, "--heads", 2, "--width", 32,
            "--rate", 3e-3], 20, 10)
        check("transformer: the loss falls", log[-1]["loss"] < log[0]["loss"])
        both = ["--tokenizer", tokens, "--transformer", folder / "transformer" / "transformer.pt"]
        stage("export", *both, "--out", folder / "model.safetensors")
        check_file(check, folder / "model.safetensors")
        if options.tessera:
            done = subprocess.run([options.tessera, "info", folder / "model.safetensors"],
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            check("the engine reads the model: " + done.stdout, done.returncode == 0)
        stage("evaluate", "--data", folder / "packed", *both, "--out", folder / "sheet.png")
        check("a contact sheet", (folder / "sheet.png").stat().st_size > 1000)
    print(f"{check.passed} passed, {check.failed} failed")
    return 1 if check.failed else 0
