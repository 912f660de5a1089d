"""Activation functions: formula, slope, and torch's module, side by side."""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn


def linear(z: Tensor) -> Tensor:
    """Return z itself."""
    return z


def linear_slope(z: Tensor) -> Tensor:
    """1."""
    return torch.ones_like(z)


def sigmoid(z: Tensor) -> Tensor:
    """σ(z) = 1 / (1 + e⁻ᶻ), written as ½(1 + tanh(z/2)), which cannot overflow."""
    return 0.5 * (1 + torch.tanh(0.5 * z))


def sigmoid_slope(z: Tensor) -> Tensor:
    """σ′(z) = σ(z)(1 − σ(z)), at most ¼."""
    return sigmoid(z) * (1 - sigmoid(z))


def tanh(z: Tensor) -> Tensor:
    """Return tanh z = 2σ(2z) − 1."""
    return torch.tanh(z)


def tanh_slope(z: Tensor) -> Tensor:
    """1 − tanh² z, at most 1."""
    return 1 - torch.tanh(z) ** 2


def relu(z: Tensor) -> Tensor:
    """max(0, z)."""
    return torch.relu(z)


def relu_slope(z: Tensor) -> Tensor:
    """1 where z > 0, else 0: at z = 0 the subgradient 0, as in torch."""
    return (z > 0).to(z.dtype)


def leaky_relu(z: Tensor, slope: float = 0.01) -> Tensor:
    """Return z where z > 0, else `slope`·z ({cite}`maas2013`)."""
    return torch.where(z > 0, z, slope * z)


def leaky_relu_slope(z: Tensor, slope: float = 0.01) -> Tensor:
    """1 where z > 0, else `slope`."""
    return torch.where(z > 0, torch.ones_like(z), torch.full_like(z, slope))


def normal_cdf(z: Tensor) -> Tensor:
    """Φ(z), the share of a standard normal below z."""
    return 0.5 * (1 + torch.erf(z / math.sqrt(2)))


def gelu(z: Tensor) -> Tensor:
    """Return z Φ(z) ({cite}`hendrycks2016`)."""
    return z * normal_cdf(z)


def gelu_slope(z: Tensor) -> Tensor:
    """Φ(z) + z φ(z), with φ the standard normal density."""
    return normal_cdf(z) + z * torch.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)


def silu(z: Tensor) -> Tensor:
    """Return z σ(z) ({cite}`elfwing2018`)."""
    return z * sigmoid(z)


def silu_slope(z: Tensor) -> Tensor:
    """σ(z) + z σ′(z)."""
    return sigmoid(z) + z * sigmoid_slope(z)


class Activation(NamedTuple):
    """One activation: its formula, its slope, and the module that torch calls it by."""

    formula: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor], Tensor]
    module: type[nn.Module]


ACTIVATIONS = {
    "linear": Activation(linear, linear_slope, nn.Identity),
    "sigmoid": Activation(sigmoid, sigmoid_slope, nn.Sigmoid),
    "tanh": Activation(tanh, tanh_slope, nn.Tanh),
    "relu": Activation(relu, relu_slope, nn.ReLU),
    "leaky_relu": Activation(leaky_relu, leaky_relu_slope, nn.LeakyReLU),
    "gelu": Activation(gelu, gelu_slope, nn.GELU),
    "silu": Activation(silu, silu_slope, nn.SiLU),
}
