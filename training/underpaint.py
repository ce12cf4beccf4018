"""Smooth pixels in the hole before encoding: a stand-in for the engine's harmonic filling."""
import torch
import torch.nn.functional as F


def underpaint(image, hole, rounds=12):
    """image (B, 3, H, W), hole (B, 1, H, W) of 0/1 -> the image with its hole smoothly filled."""
    weights, sums = [1 - hole], [image * (1 - hole)]
    while min(weights[-1].shape[2:]) > 1:
        weights.append(F.avg_pool2d(weights[-1], 2, ceil_mode=True))
        sums.append(F.avg_pool2d(sums[-1], 2, ceil_mode=True))
    filled = torch.zeros_like(sums[-1])
    for weight, total in zip(reversed(weights), reversed(sums)):
        if filled.shape[2:] != total.shape[2:]:
            filled = F.interpolate(filled, size=total.shape[2:], mode="bilinear",
                                   align_corners=False)
        filled = torch.where(weight > 0, total / weight.clamp(min=1e-6), filled)
    for _ in range(rounds):
        p = F.pad(filled, (1, 1, 1, 1), mode="replicate")
        around = (p[:, :, 2:, 1:-1] + p[:, :, :-2, 1:-1] + p[:, :, 1:-1, 2:] + p[:, :, 1:-1, :-2])
        filled = torch.where(hole > 0, around / 4, filled)
    return torch.where(hole > 0, filled, image)
