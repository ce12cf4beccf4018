"""What the tokenizer's pictures are judged by."""
import importlib.util
import pathlib

import torch
import torch.nn.functional as F
from torch import nn

from .nets import ChannelNorm


class PerceptualLoss:
    """LPIPS with equal weights on a SqueezeNet read from a folder; needed in training only."""

    name = "perceptual distance (LPIPS, unit weights)"

    def __init__(self, folder, device):
        path = pathlib.Path(folder) / "perceptual.py"
        spec = importlib.util.spec_from_file_location("perceptual", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.net = module.Perceptual(folder).to(device)
        self.net.w = {k: v.contiguous(memory_format=torch.channels_last) if v.dim() == 4 else v
                      for k, v in self.net.w.items()}

    def __call__(self, a, b):
        total = 0.0
        with torch.no_grad():
            wanted = self.net.taps(b * 0.5 + 0.5)
        for x, y in zip(self.net.taps(a * 0.5 + 0.5), wanted):
            x, y = x.float(), F.normalize(y.float(), dim=1, eps=1e-8)
            cosine = (x * y).sum(1) * (x.square().sum(1) + 1e-8).rsqrt()
            total = total + 2 * (1 - cosine).mean() / len(wanted)
        return total


class GradientLoss:
    """For want of a perceptual net: differences and their gradients at four scales."""

    name = "differences and gradients at four scales (no --perceptual folder given)"

    def __call__(self, a, b):
        total = 0.0
        for _ in range(4):
            total = total + (a - b).abs().mean()
            for axis in (2, 3):
                total = total + (a.diff(dim=axis) - b.diff(dim=axis)).abs().mean()
            a, b = F.avg_pool2d(a, 2), F.avg_pool2d(b, 2)
        return total / 4


class Discriminator(nn.Module):
    """Judges patches: real photograph or decoder's output."""

    def __init__(self, c=48):
        super().__init__()
        layers, width = [nn.Conv2d(3, c, 4, 2, 1), nn.LeakyReLU(0.2)], c
        for stride in (2, 2, 1):
            wider = min(2 * width, 4 * c)
            layers += [nn.Conv2d(width, wider, 4, stride, 1), ChannelNorm(wider),
                       nn.LeakyReLU(0.2)]
            width = wider
        self.net = nn.Sequential(*layers, nn.Conv2d(width, 1, 4, 1, 1))

    def forward(self, x):
        return self.net(x.contiguous(memory_format=torch.channels_last)).float()


def hinge(real, fake):
    return 0.5 * (F.relu(1 - real).mean() + F.relu(1 + fake).mean())


def adaptive_weight(quality, fooling, last):
    """How much the adversarial loss may weigh: as much as the others at the last layer."""
    a, = torch.autograd.grad(quality, last, retain_graph=True)
    b, = torch.autograd.grad(fooling, last, retain_graph=True)
    return (a.norm() / (b.norm() + 1e-4)).clamp(0, 1e4).detach()
