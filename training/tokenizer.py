"""Stage 2: trains encoder, codebook and decoder; or, frozen but for it, the decoder alone."""
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

from . import stage
from .losses import Discriminator, GradientLoss, PerceptualLoss, adaptive_weight, hinge
from .modelfile import read_nets
from .nets import Tokenizer, TokenizerShape
from .pictures import Pictures, hole
from .underpaint import underpaint

SIDE = 128  # pixels of a training crop


def arguments(parser):
    stage.arguments(parser)
    parser.add_argument("--perceptual", help="folder with perceptual.py and its weights")
    parser.add_argument("--perceptual-weight", type=float, default=0.7)
    parser.add_argument("--ch", type=int, default=64)
    parser.add_argument("--codes", type=int, default=2048)
    parser.add_argument("--quantise-from", type=int, default=150,
                        help="steps as a plain autoencoder before k-means starts the codebook")
    parser.add_argument("--adversarial-from", type=float, default=0.7,
                        help="share of the run after which the discriminator counts; 1 = never")
    parser.add_argument("--adversarial-weight", type=float, default=0.4)
    parser.add_argument("--blocks", type=int, default=2,
                        help="residual blocks a level of the encoder; the decoder has one more")
    parser.add_argument("--hole-share", type=float, default=0.25,
                        help="share of the crops in which the decoder sees what is around a hole")
    parser.add_argument("--start-from", metavar="MODEL",
                        help="begin with this tokenizer.pt or model file; what it has not "
                        "(more blocks, more codes) begins without effect")
    parser.add_argument("--decoder-of", metavar="MODEL",
                        help="go on with this tokenizer's decoder, encoder and codebook frozen")


def make_batch(pictures, n, hole_share):
    """Crops, some of them with a hole in pixels."""
    def make(rng, _step):
        x, _ = pictures.crops(rng, n, SIDE, whole=0.2, smallest=0.2)
        holes = np.stack([hole(rng, SIDE, 24, 112) for _ in range(max(1, round(n * hole_share)))])
        share = np.where(rng.random(n) < 0.5, 0.3, 0.0)
        plain = rng.random((n, SIDE // 8, SIDE // 8)) < share[:, None, None]
        return [torch.from_numpy(a.astype(np.float32)) for a in (x, holes[:, None], plain[:, None])]
    return make


def hole_cells(hole_pixels, f):
    """Cells that a hole in pixels touches, grown by one cell: (B, 1, h, w) of 0/1."""
    return F.max_pool2d(F.max_pool2d(hole_pixels, f), 3, 1, 1)


def reconstruct(model, batch, quantise, frozen):
    """The decoder's pictures of a batch, the codebook's part of the loss, vectors and codes.

    Pictures with a hole: hole cells quantised, known cells as the encoder sees them with the hole
    underpainted, and the seam shows the known pixels. The others: quantised but for some cells.
    """
    x, holes, plain = batch
    n, f = len(holes), model.shape.factor
    with torch.set_grad_enabled(not frozen and torch.is_grad_enabled()):
        z = model.encode(torch.cat([x, underpaint(x[:n], holes)]))
    z, rim = z[:len(x)], z[len(x):]
    quantised, codes, commitment = z, None, z.new_zeros(())
    if quantise:
        codes = model.quantize.nearest(z)
        vectors = model.quantize.vectors(codes)
        commitment = F.mse_loss(z, vectors)
        quantised = z + (vectors - z).detach()
    cells = hole_cells(holes, f)
    mixed = torch.cat([quantised[:n] * cells + rim * (1 - cells),
                       quantised[n:] * (1 - plain[n:]) + z[n:] * plain[n:]])
    known = torch.cat([1 - holes, torch.zeros_like(x[n:, :1])])
    y = model.decode(mixed, x, known)
    return y * (1 - known) + x * known, y, commitment, z.detach(), codes


@torch.no_grad()
def validate(model, images, judge, cast):
    """Figures on whole photographs, quantised throughout and no seam."""
    with cast():
        z = model.encode(images)
        codes = model.quantize.nearest(z)
        y = model.decode(model.quantize.vectors(codes)).clamp(-1, 1)
        distance = judge(y, images)
    error = (y - images).square().mean((1, 2, 3))
    return y, {"val_psnr": (10 * torch.log10(4 / error)).mean(), "val_distance": distance,
               "val_codes": len(codes.unique())}


def save_final(average, folder, record):
    torch.save({"shape": vars(average.model.shape), "weights": average.model.state_dict(),
                "record": record}, pathlib.Path(folder) / "tokenizer.pt")


def load_tokenizer(path, device="cpu"):
    """A finished tokenizer, ready for use: tokenizer.pt, or that of a model file."""
    if str(path).endswith(".safetensors"):
        schema, weights = read_nets(path)[:2]
        model = Tokenizer(TokenizerShape.of(schema)).to(device)
        model.load_state_dict(weights, strict=False)  # what the codes follow is not exported
    else:
        state = torch.load(path, map_location=device)
        model = Tokenizer(TokenizerShape(**state["shape"])).to(device)
        model.load_state_dict(state["weights"])
    return model.eval().requires_grad_(False).to(memory_format=torch.channels_last)


@torch.no_grad()
def take_over(model, weights):
    """Copies what an older tokenizer has; blocks that are new do nothing at first."""
    table = weights["quantize.embedding.weight"]
    own = model.state_dict()
    weights = {n: w for n, w in weights.items() if not n.startswith("quantize.")}
    for name, value in weights.items():
        if name not in own or own[name].shape != value.shape:
            raise SystemExit(f"Tensor {name} of the older model does not fit.")
    model.load_state_dict(weights, strict=False)
    for name, value in own.items():
        if name not in weights and name.endswith(("conv2.weight", "conv2.bias")):
            value.zero_()
    model.quantize.restart(table)


class Trainer:
    def __init__(self, options):
        torch.manual_seed(options.seed)
        torch.set_num_threads(options.threads)
        self.options, self.device = options, torch.device(options.device)
        self.frozen = options.decoder_of is not None
        self.model = self.first_model().to(self.device).to(memory_format=torch.channels_last)
        self.judge = GradientLoss() if options.perceptual is None else \
            PerceptualLoss(options.perceptual, self.device)
        print("loss: L1 and " + self.judge.name, flush=True)
        self.critic = Discriminator().to(self.device)
        self.average = stage.Average(self.model, 0.999)
        self.optimizer = torch.optim.Adam([p for p in self.model.parameters() if p.requires_grad],
                                          betas=(0.9, 0.99))
        self.critic_optimizer = torch.optim.Adam(self.critic.parameters(), betas=(0.5, 0.9))
        self.balance = torch.nn.Module()  # the adaptive weight, kept with the checkpoint
        self.balance.register_buffer("weight", torch.zeros(()))
        self.stage = stage.Stage(
            options, {"model": self.model, "average": self.average, "critic": self.critic,
                      "balance": self.balance},
            {"optimizer": self.optimizer, "critic_optimizer": self.critic_optimizer},
            2e-4 if self.frozen else 5e-4)

    def first_model(self):
        """A new tokenizer, one that goes on from an older one, or one whose decoder does."""
        options = self.options
        older = options.decoder_of or options.start_from
        weights = load_tokenizer(older).state_dict() if older else None
        codes = len(weights["quantize.embedding.weight"]) if self.frozen else options.codes
        model = Tokenizer(TokenizerShape(ch=options.ch, n_embed=codes,
                                         num_res_blocks=options.blocks))
        if older:
            take_over(model, weights)
        model.requires_grad_(not self.frozen)
        model.quantize.requires_grad_(False)
        for part in (model.decoder, model.post_quant_conv):
            part.requires_grad_(True)
        return model

    def cast(self):
        return torch.autocast(self.device.type, torch.bfloat16, enabled=not self.options.float32)

    def train_step(self, step, batch):
        batch = [t.to(self.device) for t in batch]
        start = 0 if self.options.start_from else self.options.quantise_from
        if step == start and not self.frozen and not self.options.start_from:
            self.start_codebook(batch)
        quantise = self.frozen or step >= start
        adversarial = self.stage.progress() >= self.options.adversarial_from
        with self.cast():
            pasted, y, commitment, z, codes = reconstruct(self.model, batch, quantise, self.frozen)
            difference = (y - batch[0]).abs().mean()
            dy, dx = step % 4, step // 4 % 4  # the net's strides must not fix a dot grid
            distance = self.judge(pasted[:, :, dy:, dx:], batch[0][:, :, dy:, dx:])
            quality = difference + self.options.perceptual_weight * distance
            loss = quality + 0.25 * commitment
            if adversarial:
                fooling = -self.critic(pasted).mean()
        if adversarial:
            if step % 8 == 0 or not self.balance.weight:
                self.balance.weight.copy_(adaptive_weight(quality, fooling,
                                                          self.model.decoder.conv_out.weight))
            loss = loss + self.options.adversarial_weight * self.balance.weight * fooling
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.stage.set_rate(self.optimizer)
        self.optimizer.step()
        if quantise and not self.frozen:
            self.model.quantize.follow(z, codes)
        if adversarial or self.stage.progress() >= self.options.adversarial_from - 0.05:
            self.train_critic(batch[0], pasted.detach())
        self.average.follow(self.model, step)
        self.stage.add(l1=difference.item(), distance=distance.item(), commitment=commitment.item())

    def start_codebook(self, batch):
        with torch.no_grad(), self.cast():
            z = torch.cat([self.model.encode(x + torch.zeros_like(x).normal_(0, 0.03 * i))
                           for i, x in enumerate([batch[0], batch[0].flip(3), batch[0].flip(2)])])
        self.model.quantize.start(z.permute(0, 2, 3, 1).reshape(-1, z.shape[1]))

    def train_critic(self, real, fake):
        for p in self.critic_optimizer.param_groups:
            p["lr"] = 2e-4
        with self.cast():
            loss = hinge(self.critic(real), self.critic(fake))
        self.critic_optimizer.zero_grad()
        loss.backward()
        self.critic_optimizer.step()
        self.stage.add_only("critic", loss.item())


def run(options):
    trainer = Trainer(options)
    run_stage, pictures = trainer.stage, Pictures(options.data, "train")
    watched = torch.from_numpy(Pictures(options.data, "validation").centres(256)[0])
    watched = watched.to(trainer.device)
    for step, batch in run_stage.steps(make_batch(pictures, options.batch, options.hole_share)):
        trainer.train_step(step, batch)
        if run_stage.due():
            y, figures = validate(trainer.average.model, watched, trainer.judge, trainer.cast)
            run_stage.report(**figures)
            stage.sheet([watched[:6], y[:6]], run_stage.folder / "sheet.png")
            save_final(trainer.average, run_stage.folder, run_stage.log[-1])
    record = run_stage.log[-1] if run_stage.log else {}
    save_final(trainer.average, run_stage.folder, record)
    return 0 if run_stage.finished() else stage.UNFINISHED
