"""All stages one after the other, with the settings of a machine; call it until it is done.

A call that ends early (--call-minutes) has exit code 3: the same call again goes on. With --parts
the state also lies in a folder of small files, from which a call on another machine goes on.
"""
import argparse
import importlib
import pathlib

from .stage import UNFINISHED

PART_BYTES = 15 << 20

# Options of the two stages that are trained, by machine. Why: training/README.md.
RECIPES = {
    "gpu": {
        "tokenizer": "--device cuda --workers 12 --minutes 30 --batch 96 --rate 6e-4 --ch 80"
                     " --blocks 2 --codes 4096 --perceptual-weight 2 --quantise-from 2000"
                     " --adversarial-from 0.5 --validate-every 500 --save-minutes 4",
        "transformer": "--device cuda --workers 12 --minutes 30 --batch 192 --layers 8 --width 384"
                       " --dropout 0.1 --validate-every 250 --save-minutes 4"},
    "cpu": {
        "tokenizer": "--threads 2 --minutes 240 --batch 16 --codes 4096 --perceptual-weight 2"
                     " --adversarial-from 0.6 --validate-every 200",
        "transformer": "--threads 2 --minutes 360 --batch 24 --dropout 0.08 --validate-every 100"}}

# What replaces the above to try a recipe: a dozen steps of small batches on any machine.
TRIAL = "--device cpu --workers 1 --steps 12 --batch 2 --validate-every 6 --float32 --threads 1"


def arguments(parser):
    parser.add_argument("machine", choices=RECIPES)
    parser.add_argument("--data", required=True, help="folder made by prepare")
    parser.add_argument("--out", required=True, help="folder of the run; ends with model.safetensors")
    parser.add_argument("--perceptual", help="folder with perceptual.py and its weights")
    parser.add_argument("--parts", help="folder for the run's state in parts of at most 15 MiB")
    parser.add_argument("--call-minutes", type=float, help="end this call after so long")
    parser.add_argument("--trial", action="store_true",
                        help="a dozen small steps a stage on the processor, to see that it works")


def split(source, folder):
    """Writes a file as NAME.000, NAME.001, ... of at most PART_BYTES."""
    for old in folder.glob(source.name + ".[0-9][0-9][0-9]"):
        old.unlink()
    data = source.read_bytes()
    for i, start in enumerate(range(0, len(data), PART_BYTES)):
        (folder / f"{source.name}.{i:03d}").write_bytes(data[start:start + PART_BYTES])


def join(folder, to):
    """The other way; False where there are no parts."""
    parts = sorted(folder.glob(to.name + ".[0-9][0-9][0-9]"))
    if parts:
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(b"".join(p.read_bytes() for p in parts))
    return bool(parts)


class Parts:
    """Files of the run as parts: fetched where the run lacks them, kept after each call."""

    def __init__(self, options):
        self.run = pathlib.Path(options.out)
        self.folder = pathlib.Path(options.parts) if options.parts else None

    def place(self, file):
        return self.folder / file.parent.relative_to(self.run)

    def fetch(self, file):
        return file.exists() or bool(self.folder and join(self.place(file), file))

    def keep(self, *files):
        for file in files:
            if self.folder and file.exists():
                self.place(file).mkdir(parents=True, exist_ok=True)
                split(file, self.place(file))

    def drop(self, file):
        """What is no longer needed to go on."""
        for part in self.place(file).glob(file.name + ".[0-9][0-9][0-9]") if self.folder else ():
            part.unlink()


def call(name, *words):
    """Runs one stage in this process; returns its exit code."""
    module, parser = importlib.import_module("training." + name), argparse.ArgumentParser()
    module.arguments(parser)
    return module.run(parser.parse_args([str(w) for w in words])) or 0


def train(options, parts, name, *words):
    """One trained stage, from where it stood; its exit code."""
    folder = pathlib.Path(options.out) / name
    result, checkpoint = folder / (name + ".pt"), folder / "checkpoint.pt"
    done = folder / "done"
    if parts.fetch(done) and parts.fetch(result):
        return 0
    for file in (checkpoint, result):  # the best so far, which later calls may not better
        parts.fetch(file)
    words = [*RECIPES[options.machine][name].split(), *words, "--data", options.data, "--out",
             folder]
    if options.call_minutes is not None:
        words += ["--call-minutes", options.call_minutes]
    if options.trial:
        words = without_length(words) + TRIAL.split()
    code = call(name, *words)
    if code:
        parts.keep(checkpoint, result, folder / "log.jsonl")
        return code
    done.write_text("done\n")
    parts.drop(checkpoint)
    parts.keep(done, result, folder / "log.jsonl", folder / "curves.png")
    return 0


def without_length(words):
    at = words.index("--minutes")
    return words[:at] + words[at + 2:]


def run(options):
    parts, folder = Parts(options), pathlib.Path(options.out)
    judge = ["--perceptual", options.perceptual] if options.perceptual else []
    nets = ["--tokenizer", folder / "tokenizer" / "tokenizer.pt"]
    code = train(options, parts, "tokenizer", *judge) or \
        train(options, parts, "transformer", *nets)
    if code:
        print("not finished: the same call again goes on")
        return code
    nets += ["--transformer", folder / "transformer" / "transformer.pt"]
    model, sheet = folder / "model.safetensors", folder / "sheet.png"
    call("export", *nets, "--out", model)
    call("evaluate", "--data", options.data, *nets, *judge, "--out", sheet)
    parts.keep(model, sheet)
    return 0
