"""Muon: momentum whose matrices are orthogonalised before each step; Adam for all the rest.

Keller Jordan et al. 2024 (https://kellerjordan.github.io/posts/muon); the scale that makes its
rates those of Adam: Liu et al. 2025 (arXiv 2502.16982, section 2.2).
"""
import torch


def orthogonal(g, rounds=5):
    """g (m, n) with its singular values brought near 1 (a quintic Newton-Schulz iteration)."""
    upright = g.shape[0] > g.shape[1]
    x = g.t() if upright else g
    x = (x / (x.norm() + 1e-7)).bfloat16()
    for _ in range(rounds):
        a = x @ x.t()
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return (x.t() if upright else x).to(g.dtype)


class Muon(torch.optim.Optimizer):
    """For matrices and convolutions (as matrices of out x everything else)."""

    def __init__(self, parameters, lr=1e-3, momentum=0.95, weight_decay=0.0):
        super().__init__(parameters, {"lr": lr, "momentum": momentum,
                                      "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if not state:
                    state["mean"] = torch.zeros_like(p)
                mean = state["mean"].lerp_(p.grad, 1 - group["momentum"])
                ahead = p.grad.lerp(mean, group["momentum"]).flatten(1)
                step = orthogonal(ahead) * (0.2 * max(ahead.shape) ** 0.5)
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(step.view_as(p), alpha=-group["lr"])


class Both:
    """Muon for `matrices` and AdamW for `rest`, as if they were one optimizer."""

    def __init__(self, matrices, rest, betas, weight_decay=0.0):
        self.parts = {"muon": Muon(matrices, weight_decay=weight_decay),
                      "adam": torch.optim.AdamW(rest, betas=betas, weight_decay=0.0)}
        self.param_groups = [g for o in self.parts.values() for g in o.param_groups]

    def zero_grad(self):
        for part in self.parts.values():
            part.zero_grad()

    def step(self):
        for part in self.parts.values():
            part.step()

    def state_dict(self):
        return {n: o.state_dict() for n, o in self.parts.items()}

    def load_state_dict(self, state):
        for name, part in self.parts.items():
            part.load_state_dict(state[name])
        self.param_groups = [g for o in self.parts.values() for g in o.param_groups]
