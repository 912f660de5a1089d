"""Activation functions: formula, slope, and torch's module, side by side."""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn


def sigmoid(z: Tensor) -> Tensor:
    """σ(z) = 1 / (1 + e⁻ᶻ), written as ½(1 + tanh(z/2)), which cannot overflow."""
    return 0.5 * (1 + torch.tanh(0.5 * z))


def leaky_relu(z: Tensor, slope: float = 0.01) -> Tensor:
    """Return z where z > 0, else `slope`·z ({cite}`maas2013`)."""
    return torch.where(z > 0, z, slope * z)


def normal_cdf(z: Tensor) -> Tensor:
    """Φ(z), the share of a standard normal below z."""
    return 0.5 * (1 + torch.erf(z / math.sqrt(2)))


def normal_density(z: Tensor) -> Tensor:
    """Φ′(z) = e^(−z²/2) / √(2π)."""
    return torch.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)


class Maxout(nn.Module):
    """Return the largest of every `pieces` neighbouring pre-activations: units (…, k·m) → (…, m).

        a_j = max(z_{jk+1}, …, z_{jk+k})     k `pieces`

    Comes after a linear layer with k times the units. Source: {cite}`goodfellow2013`.
    """

    def __init__(self, pieces: int = 2):
        super().__init__()
        self.pieces = pieces

    def forward(self, z: Tensor) -> Tensor:
        return z.unflatten(-1, (-1, self.pieces)).max(dim=-1).values

    def extra_repr(self) -> str:
        """Say how many `pieces` there are, where the module is printed."""
        return f"pieces={self.pieces}"


class Activation(NamedTuple):
    """One activation: its formula φ, its slope φ′, and the module that torch calls it by."""

    formula: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor], Tensor]
    module: type[nn.Module]


# At its kink a unit has the slope that torch gives it: ReLU 0, leaky ReLU its small one.
# GELU: {cite}`hendrycks2016`; SiLU: {cite}`elfwing2018`.
ACTIVATIONS = {
    "linear": Activation(lambda z: z, torch.ones_like, nn.Identity),
    "sigmoid": Activation(sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z)), nn.Sigmoid),
    "tanh": Activation(torch.tanh, lambda z: 1 - torch.tanh(z) ** 2, nn.Tanh),
    "relu": Activation(torch.relu, lambda z: (z > 0).to(z), nn.ReLU),
    "leaky_relu": Activation(leaky_relu, lambda z: torch.ones_like(z).where(z > 0, 0.01), nn.LeakyReLU),
    "gelu": Activation(lambda z: z * normal_cdf(z), lambda z: normal_cdf(z) + z * normal_density(z), nn.GELU),
    "silu": Activation(lambda z: z * sigmoid(z), lambda z: sigmoid(z) * (1 + z * (1 - sigmoid(z))), nn.SiLU),
}
