"""How weights start, and what a layer then does to signals and gradients."""

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from .activations import ACTIVATIONS

# A fine grid of the standard normal and its weights: sums over it are expectations, also of
# functions that a Gauss–Hermite rule would miss, like the slope of a very steep sigmoid.
NORMAL = torch.linspace(-8, 8, 801, dtype=torch.float64)
DENSITY = torch.softmax(-(NORMAL**2) / 2, dim=0)


@torch.no_grad()
def xavier(weight: Tensor, gain: float = 1.0) -> Tensor:
    """Fill `weight` (out, in) with N(0, gain² · 2/(in + out)), in place.

    Source: {cite}`glorot2010`, eq. 12 (there the mean of two wishes).
    """
    fan_out, fan_in = weight.shape
    return weight.normal_(0, gain * math.sqrt(2 / (fan_in + fan_out)))


@torch.no_grad()
def he(weight: Tensor, gain: float = 1.0) -> Tensor:
    """Fill `weight` (out, in) with N(0, gain² · 2/in), in place.

    Source: {cite}`he2015`, eq. 10.
    """
    return weight.normal_(0, gain * math.sqrt(2 / weight.shape[1]))


@torch.no_grad()
def lecun(weight: Tensor, gain: float = 1.0) -> Tensor:
    """Fill `weight` (out, in) with N(0, gain² / in), in place.

    Source: {cite}`lecun1998`, eq. 16.
    """
    return weight.normal_(0, gain * math.sqrt(1 / weight.shape[1]))


@torch.no_grad()
def torch_default(weight: Tensor, gain: float = 1.0) -> Tensor:
    """Fill `weight` (out, in) as `nn.Linear` does: uniform, variance gain² / (3 in)."""
    bound = gain * math.sqrt(1 / weight.shape[1])
    return weight.uniform_(-bound, bound)


INITIALIZERS = {"torch default": torch_default, "xavier": xavier, "lecun": lecun, "he": he}


class Factors(NamedTuple):
    """What theory expects of every hidden layer: one number per layer step.

    forward (depth − 1,): spread of the next layer's pre-activations ÷ this layer's;
    backward (depth − 1,): size of this layer's gradient ÷ the next layer's.
    """

    forward: np.ndarray
    backward: np.ndarray


def factors(activation: str, variance: float, depth: int, size: float = 1.0) -> Factors:
    """Return the forward and backward factor of each layer of a wide random network.

        backward² = v · E[φ′(z)²]             v = n · Var w (`variance`), z ~ N(0, q)
        q ← v · E[φ(z)²],  c ← v · E[φ(z) φ(z̃)]     forward² = (q − c)_next / (q − c)

    q is the mean square of a pre-activation, c its covariance between two different
    inputs: only q − c tells inputs apart. Starts from inputs of mean square `size` with
    uncorrelated pairs. Source: {cite}`poole2016,schoenholz2017`.
    """
    phi, slope, _ = ACTIVATIONS[activation]
    q, c = variance * size, 0.0
    forward, backward = [], []
    for _ in range(depth - 1):
        backward.append(math.sqrt(variance * _mean(lambda z: slope(z) ** 2, q)))
        q_next = variance * _mean(lambda z: phi(z) ** 2, q)
        c_next = variance * _mean_of_pairs(phi, q, c)
        forward.append(math.sqrt((q_next - c_next) / (q - c)))
        q, c = q_next, c_next
    return Factors(np.array(forward), np.array(backward))


def _mean(function, q: float) -> float:
    """E[f(z)] for z ~ N(0, q)."""
    return float((DENSITY * function(math.sqrt(q) * NORMAL)).sum())


def _mean_of_pairs(phi, q: float, c: float) -> float:
    """E[φ(z) φ(z̃)] for two normals of variance q and covariance c ≥ 0: given what they
    share, they are independent."""
    shared = math.sqrt(c) * NORMAL[:, None]
    own = math.sqrt(max(q - c, 0)) * NORMAL[None, :]
    given = (DENSITY * phi(shared + own)).sum(dim=1)
    return float((DENSITY * given**2).sum())


def initialise(model: nn.Module, rule=xavier, gain: float = 1.0) -> nn.Module:
    """Start every `nn.Linear` of `model` by `rule` with `gain`, biases at 0; return it."""
    for layer in model.modules():
        if isinstance(layer, nn.Linear):
            rule(layer.weight, gain)
            nn.init.zeros_(layer.bias)
    return model
