"""How weights start, and what a layer then does to signals and gradients."""

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from .activations import ACTIVATIONS
from .data import require

# A fine grid of the standard normal and its weights: sums over it are expectations, also of
# functions that a Gauss–Hermite rule would miss, like the slope of a very steep sigmoid. The
# number of points is even, so that none is 0, where ReLU has no slope.
NORMAL = torch.linspace(-8, 8, 800, dtype=torch.float64)
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
        q ← v · E[φ(z)²]     d ← v · ½E[(φ(z) − φ(z̃))²]     forward² = d_next / d

    q is the mean square of a pre-activation, d half the mean square of its difference between
    two inputs (z, z̃ have covariance q − d): only d tells inputs apart. Starts from inputs of
    mean square `size` with uncorrelated pairs. Source: {cite}`poole2016,schoenholz2017`.
    """
    known = activation in ACTIVATIONS
    require(known, f"factors: activation={activation!r} is none of {', '.join(ACTIVATIONS)}")
    require(variance > 0 and size > 0, f"factors: variance={variance!r} and size={size!r} must be above 0")
    phi, slope, _ = ACTIVATIONS[activation]
    q = d = variance * size
    forward, backward = [], []
    for _ in range(depth - 1):
        squared = variance * _mean(lambda z: slope(z) ** 2, q)
        # Between inputs that hardly differ φ is a straight line; the general formula would round.
        d_next = variance * _half_square_difference(phi, q, d) if d > 1e-12 * q else squared * d
        backward.append(math.sqrt(squared))
        forward.append(math.sqrt(d_next / d))
        q, d = variance * _mean(lambda z: phi(z) ** 2, q), d_next
    return Factors(np.array(forward), np.array(backward))


def _mean(function, q: float) -> float:
    """E[f(z)] for z ~ N(0, q)."""
    return float((DENSITY * function(math.sqrt(q) * NORMAL)).sum())


def _half_square_difference(phi, q: float, d: float) -> float:
    """½E[(φ(z) − φ(z̃))²] for two normals of variance q and covariance q − d: given what they
    share, they are independent, so it is the mean of the variance that is left."""
    shared = math.sqrt(max(q - d, 0)) * NORMAL[:, None]
    given = phi(shared + math.sqrt(d) * NORMAL[None, :])
    own = given - (DENSITY * given).sum(dim=1, keepdim=True)
    return float(DENSITY @ (own**2 @ DENSITY))


def initialise(model: nn.Module, rule=xavier, gain: float = 1.0) -> nn.Module:
    """Start every `nn.Linear` of `model` by `rule` with `gain`, biases at 0; return it."""
    for layer in model.modules():
        if isinstance(layer, nn.Linear):
            rule(layer.weight, gain)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return model
