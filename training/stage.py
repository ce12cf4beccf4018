"""What both training stages share: limits, schedule, checkpoints, batches made ahead, curves."""
import itertools
import json
import math
import pathlib
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch

UNFINISHED = 3  # exit code of a stage that stopped at a limit: call it again


def arguments(parser):
    parser.add_argument("--data", required=True, help="folder made by prepare")
    parser.add_argument("--out", required=True, help="folder of this run: checkpoint, log, curves")
    parser.add_argument("--minutes", type=float, help="length of the run")
    parser.add_argument("--steps", type=int, help="length of the run")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--float32", action="store_true", help="no bfloat16")
    parser.add_argument("--save-minutes", type=float, default=3, help="time between checkpoints")
    parser.add_argument("--validate-every", type=int, default=200, help="steps")
    parser.add_argument("--workers", type=int, default=0,
                        help="processes that make batches; 0 = a thread of this one")
    parser.add_argument("--call-minutes", type=float,
                        help="stop after so long with a checkpoint; a later call resumes")
    parser.add_argument("--stop-at-step", type=int,
                        help="stop here with a checkpoint; a later call resumes")


class Steps(torch.utils.data.Dataset):
    """Batch i is made from (seed, first + i) alone, by whichever process."""

    def __init__(self, make_batch, seed, first):
        self.make_batch, self.seed, self.first = make_batch, seed, first

    def __len__(self):
        return 1 << 40

    def __getitem__(self, i):
        step = self.first + i
        return self.make_batch(np.random.default_rng((self.seed, step)), step)


def ahead(make_batch, seed, first, workers):
    """Yields the batches of the steps from `first` on, made before they are asked for."""
    steps = Steps(make_batch, seed, first)
    if workers:
        yield from torch.utils.data.DataLoader(
            steps, batch_size=None, sampler=itertools.count(), num_workers=workers)
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(steps.__getitem__, 0)
        for i in itertools.count(1):
            batch, coming = coming.result(), pool.submit(steps.__getitem__, i)
            yield batch


class Stage:
    """One resumable run. Step i draws its batch and its noise from (seed, i) alone."""

    def __init__(self, options, models, optimizers, rate):
        if (options.minutes is None) == (options.steps is None):
            raise SystemExit("Give the length of the run: either --minutes or --steps.")
        self.options, self.models, self.optimizers = options, models, optimizers
        self.rate, self.step, self.spent, self.log = options.rate or rate, 0, 0.0, []
        self.sums, self.count = {}, 0
        self.folder = pathlib.Path(options.out)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.path = self.folder / "checkpoint.pt"
        if self.path.exists():
            self.load()

    def load(self):
        state = torch.load(self.path, map_location=self.options.device)
        for name, model in {**self.models, **self.optimizers}.items():
            model.load_state_dict(state[name])
        self.step, self.spent, self.log = state["step"], state["spent"], state["log"]
        self.sums, self.count = state["sums"], state["count"]
        print(f"resumed at step {self.step}", flush=True)

    def save(self):
        state = {n: m.state_dict() for n, m in {**self.models, **self.optimizers}.items()}
        state.update(step=self.step, spent=self.spent, log=self.log, sums=self.sums,
                     count=self.count)
        torch.save(state, str(self.path) + ".new")
        pathlib.Path(str(self.path) + ".new").replace(self.path)

    def progress(self):
        """0 at the beginning of the run, 1 at its end."""
        if self.options.steps is not None:
            return self.step / self.options.steps
        return self.spent / (60 * self.options.minutes)

    def set_rate(self, optimizer, warmup=100, last=0.05):
        """Warm-up, then a cosine to the end of the run; returns the rate."""
        cosine = 0.5 + 0.5 * math.cos(math.pi * min(1.0, self.progress()))
        rate = self.rate * min(1, (self.step + 1) / warmup) * (last + (1 - last) * cosine)
        for group in optimizer.param_groups:
            group["lr"] = rate
        return rate

    def finished(self):
        return self.progress() >= 1

    def steps(self, make_batch):
        """Yields (step, batch) until the end or a limit of this call; what follows is made
        meanwhile."""
        started = saved = before = time.time()
        batches = ahead(make_batch, self.options.seed, self.step, self.options.workers)
        while not self.finished():
            calls = self.options.call_minutes
            if self.options.stop_at_step == self.step or (
                    calls is not None and before - started > 60 * calls):
                break
            batch = next(batches)
            torch.manual_seed(self.options.seed * 1000003 + self.step)
            yield self.step, batch
            self.step += 1
            now = time.time()
            self.spent, before = self.spent + now - before, now
            if now - saved > 60 * self.options.save_minutes:
                self.save()
                saved = now
        batches.close()
        self.save()

    def add(self, **values):
        """Collects a step's losses for the mean of the next log line."""
        for name, value in values.items():
            self.sums[name] = self.sums.get(name, 0.0) + float(value)
        self.count += 1

    def add_only(self, name, value):
        """A figure that not every step has: counted as if the others had been zero."""
        self.sums[name] = self.sums.get(name, 0.0) + float(value)

    def due(self):
        return (self.step + 1) % self.options.validate_every == 0

    def report(self, **validation):
        """Writes one log line: means since the last one, and the validation figures."""
        row = {"step": self.step + 1, "seconds": round(self.spent)}
        row.update({k: round(v / max(1, self.count), 5) for k, v in self.sums.items()})
        row.update({k: round(float(v), 5) for k, v in validation.items()})
        self.sums, self.count = {}, 0
        self.log.append(row)
        print(json.dumps(row), flush=True)
        (self.folder / "log.jsonl").write_text("".join(json.dumps(r) + "\n" for r in self.log))
        curves(self.log, self.folder / "curves.png")


def curves(log, path):
    """Loss curves as a picture, one panel a figure."""
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    names = [k for k in log[-1] if k not in ("step", "seconds", "rate")]
    columns = min(4, len(names))
    rows = -(-len(names) // columns)
    figure, axes = pyplot.subplots(rows, columns, figsize=(3 * columns, 2.2 * rows), squeeze=False)
    for axis, name in zip(axes.flat, names):
        points = [(r["step"], r[name]) for r in log if name in r]
        axis.plot(*zip(*points), linewidth=1)
        axis.set_title(name, fontsize=9)
        axis.tick_params(labelsize=7)
    for axis in list(axes.flat)[len(names):]:
        axis.axis("off")
    figure.tight_layout()
    figure.savefig(path, dpi=70)
    pyplot.close(figure)


class Average:
    """Running mean of a model's weights, itself a model with state_dict."""

    def __init__(self, model, decay=0.998):
        import copy
        self.model, self.decay = copy.deepcopy(model).eval(), decay
        for p in self.model.parameters():
            p.requires_grad_(False)

    @torch.no_grad()
    def follow(self, model, step):
        decay = min(self.decay, (1 + step) / (10 + step))
        for mine, new in zip(self.model.parameters(), model.parameters()):
            mine.lerp_(new, 1 - decay)
        for mine, new in zip(self.model.buffers(), model.buffers()):
            mine.copy_(new)

    def state_dict(self):
        return self.model.state_dict()

    def load_state_dict(self, state):
        self.model.load_state_dict(state)


def sheet(rows, path):
    """rows: lists of (3, H, W) tensors in [-1, 1], one row of the picture each."""
    from PIL import Image
    grid = torch.cat([torch.cat(list(row), 2) for row in rows], 1)
    data = ((grid.float().clamp(-1, 1) + 1) * 127.5 + 0.5).clamp(0, 255).byte()
    Image.fromarray(data.permute(1, 2, 0).cpu().numpy()).save(path)
