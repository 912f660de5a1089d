"""Layers that subtract a mean and divide by a spread, for R networks at once.

x is (R, B, units); own.parameters γ and β, (R, units) each, where the layer has them; own.buffers the
running mean and variance (R, units) and the number of batches (R,).
"""

import torch
from torch import Tensor, nn


def layer_norm(layer: nn.LayerNorm, own, x: Tensor, training: bool) -> Tensor:
    """x̂ = (x − mean) / √(variance + ε) over the units of each example; return γ x̂ + β ({cite}`ba2016`)."""
    variance, mean = torch.var_mean(x, dim=2, correction=0, keepdim=True)
    return affine((x - mean) / (variance + layer.eps).sqrt(), own.parameters)


def batch_norm(layer: nn.BatchNorm1d, own, x: Tensor, training: bool) -> Tensor:
    """The same over the batch, for each unit; outside training with running averages ({cite}`ioffe2015`)."""
    running = own.buffers
    if training or not running:
        variance, mean = torch.var_mean(x, dim=1, correction=0, keepdim=True)
    else:
        mean, variance, _ = (b.unsqueeze(1) for b in running)
    if training and running:
        track(layer, running, mean.detach().squeeze(1), variance.detach().squeeze(1), x.shape[1])
    return affine((x - mean) / (variance + layer.eps).sqrt(), own.parameters)


def track(layer: nn.BatchNorm1d, running: tuple[Tensor, ...], mean: Tensor, variance: Tensor, n: int) -> None:
    """Move the running averages, in place, towards a batch of n: m ← (1 − r) m + r · batch mean.

    r is the layer's momentum, or if that is None one over the number of batches so far.
    """
    average, spread, batches = running
    batches += 1
    rate = 1 / batches.unsqueeze(1) if layer.momentum is None else layer.momentum
    average += rate * (mean - average)
    spread += rate * (variance * n / (n - 1) - spread)


def affine(x: Tensor, parameters: list[Tensor]) -> Tensor:
    """Return γ x + β, each (R, units), where the layer has them."""
    for p, combine in zip(parameters, (torch.mul, torch.add), strict=False):
        x = combine(x, p.unsqueeze(1))
    return x
