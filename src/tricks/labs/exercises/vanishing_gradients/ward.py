"""The ward of lab 02: networks with planted faults, and what a monitor shows of them."""

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ....activations import ACTIVATIONS
from ....data import digits
from ....diagnostics import signals, spread
from ....optimizers import SGD
from ....sweeps import fit

__all__ = ["FAULTS", "Chart", "admit", "deep_sigmoid"]

FAULTS = (
    "all-zero start",
    "dead layer",
    "inputs not scaled",
    "learning rate too large",
    "weights too large",
    "weights too small",
)
WIDTH, HIDDEN, STEPS = 64, 5, 300


@dataclass(frozen=True)
class Chart:
    """A patient's chart: one number a hidden layer, bottom first, rounded as a monitor shows it.

    gradient: root mean square of δ = ∂loss/∂z;
    spread: how much an activation differs between images (a standard deviation);
    slope: mean of φ′(z); silent: share of units whose φ′(z) is 0 for every image;
    labels: how many training images of each digit.
    """

    activation: str
    loss: float
    gradient: list[float]
    spread: list[float]
    slope: list[float]
    silent: list[float]
    labels: list[int]

    def __repr__(self) -> str:
        head = f"{self.activation}, loss {self.loss:.2f} after {STEPS} steps of SGD"
        layers = "  ".join(f"{n:>7}" for n in range(1, len(self.gradient) + 1))
        rows = [
            f"{name:<16}" + "  ".join(f"{value:>7.2g}" for value in getattr(self, key))
            for name, key in (
                ("gradient size", "gradient"),
                ("spread of a", "spread"),
                ("mean slope φ′", "slope"),
                ("silent share", "silent"),
            )
        ]
        return "\n".join([head, f"{'hidden layer':<16}{layers}", *rows])


def deep_sigmoid(gain: float = 1.0, centred: bool = False, depth: int = 6) -> nn.Sequential:
    """Build the patient of the last exercise: 64 pixels, `depth` sigmoid layers of 32, 10 digits.

    Every weight matrix starts as Xavier's times `gain`, except the first, which reads pixels.
    A sigmoid's outputs lie around ½, so W·½ is added to every pre-activation of the next layer;
    `centred` takes it away: b = −W·½ for every layer that reads sigmoids; otherwise b = 0.
    """
    widths = [64, *[32] * depth, 10]
    linears = [nn.Linear(n, m) for n, m in pairwise(widths)]
    with torch.no_grad():
        for place, linear in enumerate(linears):
            nn.init.xavier_normal_(linear.weight, gain=gain if place else 1.0)
            linear.bias.copy_(-0.5 * linear.weight.sum(1) * (centred and place > 0))
    hidden = [layer for linear in linears[:-1] for layer in (linear, nn.Sigmoid())]
    return nn.Sequential(*hidden, linears[-1])


def admit() -> dict[str, Chart]:
    """Return the charts of the three patients, after 300 steps of plain SGD each."""
    data, seed = digits(train=200), 0
    _, models = fit(
        _patient,
        data,
        SGD(lr=0.1),
        seeds=[seed],
        epochs=STEPS,
        record_every=STEPS,
        keep_models=True,
        name=list(_PATIENTS),
    )
    images, labels = data.arrays(seed)["train"]
    return {name: _examine(models.sel(name=name, seed=seed), images, labels) for name in _PATIENTS}


def _patient(name: str) -> nn.Sequential:
    """Build a network that would be healthy, variance 1/n for tanh, 2/n for ReLU, and plant its fault."""
    activation, plant = _PATIENTS[name]
    gain = math.sqrt(2) if activation is nn.ReLU else 1.0
    widths = [64, *[WIDTH] * HIDDEN, 10]
    layers: list[nn.Module] = []
    for n, m in pairwise(widths):
        linear = nn.Linear(n, m)
        nn.init.normal_(linear.weight, std=gain / math.sqrt(n))
        nn.init.zeros_(linear.bias)
        layers += [linear, activation()]
    with torch.no_grad():
        plant(layers)
    return nn.Sequential(*layers[:-1])


def _zero(layers: list[nn.Module]) -> None:
    for linear in layers[::2]:
        linear.weight.zero_()


def _kill_third(layers: list[nn.Module]) -> None:
    layers[4].bias.fill_(-20)


def _shrink(layers: list[nn.Module]) -> None:
    for linear in layers[::2]:
        linear.weight.mul_(0.3)


_PATIENTS = {"A": (nn.Tanh, _zero), "B": (nn.ReLU, _kill_third), "C": (nn.Tanh, _shrink)}


def _examine(model: nn.Sequential, images: Tensor, labels: Tensor) -> Chart:
    """Run one batch forwards and backwards, and write down what each hidden layer shows."""
    passed = signals(model, images, labels)
    slope = ACTIVATIONS[type(model[1]).__name__.lower()].slope
    slopes = [slope(z) for z in passed.before]
    return Chart(
        activation=type(model[1]).__name__,
        loss=round(F.cross_entropy(model(images), labels).item(), 2),
        gradient=[_shown(delta.square().mean().sqrt()) for delta in passed.deltas],
        spread=[_shown(spread(a)) for a in passed.after],
        slope=[_shown(s.mean()) for s in slopes],
        silent=[_shown((s == 0).all(0).float().mean()) for s in slopes],
        labels=labels.bincount(minlength=10).tolist(),
    )


def _shown(value: Tensor | float) -> float:
    """Round to the two digits that a chart shows."""
    return float(f"{float(value):.2g}")
