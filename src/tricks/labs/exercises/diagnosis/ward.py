"""The ward of lab 00: four patients, their curves, and what three tests say of them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
import xarray as xr
from torch import Tensor, nn
from torch.nn import functional as F

from ....data import digits
from ....statistics import rounded, t_interval

__all__ = ["DIAGNOSES", "Chart", "admit", "fainter", "one_layer", "try_out"]

DIAGNOSES = ("leak", "softmax twice", "underfit", "overfit", "undecided", "fine")
SEEDS, STEPS, EVERY = 5, 100, 10
Part = tuple[Tensor, Tensor]


def one_layer(width: int = 64) -> nn.Sequential:
    """Build a network of one ReLU layer: 64 pixels, `width` units, 10 digits, He's start."""
    model = nn.Sequential(nn.Linear(64, width), nn.ReLU(), nn.Linear(width, 10))
    for layer in model[::2]:
        nn.init.kaiming_normal_(layer.weight)
        nn.init.zeros_(layer.bias)
    return model


def fainter(images: Tensor) -> Tensor:
    """Return a twin of every image, a fifth fainter."""
    return 0.8 * images


def try_out(prepare: Callable) -> dict[str, float]:
    """Train on what `prepare` gives of 200 digits; return the accuracy on new ones, with true and shuffled labels."""
    torch.manual_seed(0)
    images, labels = digits(train=200, validation=0, test=0).arrays(0)["train"]
    scores = {}
    for name, y in (("true labels", labels), ("shuffled", labels[torch.randperm(200)])):
        learned, new = prepare(images, y, 100)
        scores[name] = _learn(one_layer(), learned, new, 0.1)[-1][1]
    return scores


@dataclass(frozen=True)
class Chart:
    """A patient's chart.

    train, new: accuracy by seed and step, on images learned from and on new ones;
    start: loss before the first step; heart: loss on ten images after learning them;
    shuffled: accuracy on new images after training on shuffled labels.
    """

    train: xr.DataArray
    new: xr.DataArray
    start: float
    heart: float
    shuffled: float

    @property
    def gaps(self) -> list[float]:
        """Training minus validation accuracy after the last step, one number a seed."""
        return [round(gap, 3) for gap in (self.train - self.new).isel(step=-1).values.tolist()]

    def __repr__(self) -> str:
        rows = [
            f"{name:32}{rounded(mean)} [{rounded(low)}, {rounded(high)}]"
            for name, (mean, low, high, _) in (
                ("training accuracy", t_interval(self.train.isel(step=-1))),
                ("gap to new images", t_interval(self.gaps)),
            )
        ]
        tests = (
            ("loss at the start", self.start, 1),
            ("ten images by heart, loss", self.heart, 1),
            ("labels shuffled, new accuracy", self.shuffled, 2),
        )
        return "\n".join(rows + [f"{name:32}{rounded(value, places)}" for name, value, places in tests])


@cache
def admit() -> dict[str, Chart]:
    """Return the charts of the four patients, from five seeds each."""
    return {name: _examine(*patient) for name, patient in _PATIENTS.items()}


def _halves(X: Tensor, y: Tensor) -> tuple[Part, Part]:
    mine, new = torch.randperm(len(X)).chunk(2)
    return (X[mine], y[mine]), (X[new], y[new])


def _twins_first(X: Tensor, y: Tensor) -> tuple[Part, Part]:
    near = X + 0.02 * torch.randn_like(X)
    return _halves(torch.cat([X, near]), torch.cat([y, y]))


def _softmax() -> nn.Sequential:
    return one_layer().append(nn.Softmax(dim=1))


# name: (network, split, images in the pool, learning rate)
_PATIENTS: dict[str, tuple[Callable, Callable, int, float]] = {
    "A": (one_layer, _twins_first, 100, 0.1),
    "B": (_softmax, _halves, 200, 0.1),
    "C": (one_layer, _halves, 100, 0.0034),
    "D": (one_layer, _halves, 220, 0.1),
}


def _learn(model: nn.Module, learned: Part, new: Part, rate: float) -> list[tuple[float, float]]:
    """Train for 100 full-batch steps, momentum 0.9; return both accuracies at the start and after every tenth."""
    weights = list(model.parameters())
    steps = [torch.zeros_like(w) for w in weights]
    scores = [(_accuracy(model, *learned), _accuracy(model, *new))]
    for step in range(1, STEPS + 1):
        gradients = torch.autograd.grad(F.cross_entropy(model(learned[0]), learned[1]), weights)
        with torch.no_grad():
            for w, v, g in zip(weights, steps, gradients, strict=True):
                w -= rate * v.mul_(0.9).add_(g)
        if step % EVERY == 0:
            scores.append((_accuracy(model, *learned), _accuracy(model, *new)))
    return scores


@torch.no_grad()
def _accuracy(model: nn.Module, X: Tensor, y: Tensor) -> float:
    return (model(X).argmax(dim=1) == y).double().mean().item()


def _examine(network: Callable, split: Callable, pool: int, rate: float) -> Chart:
    """Train a patient from every seed, then put it to three tests."""
    data, scores = digits(train=pool, validation=0, test=0), []
    for seed in range(SEEDS):
        torch.manual_seed(seed)
        X, y = data.arrays(seed)["train"]
        scores.append(_learn(network(), *split(X, y), rate))
    coords = {"seed": range(SEEDS), "step": range(0, STEPS + 1, EVERY)}
    curves = xr.DataArray(np.array(scores), dims=("seed", "step", "part"), coords=coords)
    ten, model, fresh = (X[:10], y[:10]), network(), network()
    _learn(model, ten, ten, 0.1)
    with torch.no_grad():
        start, heart = F.cross_entropy(fresh(X), y).item(), F.cross_entropy(model(ten[0]), ten[1]).item()
    shuffled = _learn(network(), *split(X, y[torch.randperm(pool)]), 0.1)[-1][1]
    return Chart(curves.isel(part=0), curves.isel(part=1), start, heart, shuffled)
