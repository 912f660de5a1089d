"""The ward of lab 01: networks on their flat side, and what their units say before and after."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ....data import digits
from ....statistics import rounded

__all__ = ["CAUSES", "Chart", "admit", "network"]

CAUSES = ("biases too low", "inputs not centred", "learning rate too large", "weights too small", "none")
IMAGES, STEPS = 100, 20


def network(unit: str = "leaky", slope: float = 0.0, bias: float = 0.0, width: int = 32) -> nn.Sequential:
    """Build two hidden layers of `width` units on 64 pixels, and 10 digits on top; He's start.

    unit: "leaky", with `slope` on the flat side (0 is an ordinary ReLU), or "softplus";
    bias: where the biases of both hidden layers start.
    """
    layers: list[nn.Module] = []
    for inputs in (64, width):
        layers += [nn.Linear(inputs, width), nn.Softplus() if unit == "softplus" else nn.LeakyReLU(slope)]
    model = nn.Sequential(*layers, nn.Linear(width, 10))
    for layer in model[::2]:
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.constant_(layer.bias, bias)
    nn.init.zeros_(model[-1].bias)
    return model


@dataclass(frozen=True)
class Chart:
    """A patient's chart: a ReLU network of two hidden layers, 128 units in all, and 100 images.

    start, end: z of every unit, (100 images, 128 units), before and after 20 steps;
    loss: before and after.
    """

    start: Tensor
    end: Tensor
    loss: tuple[float, float]

    def __repr__(self) -> str:
        rows = {
            "loss": self.loss,
            "share of z ≤ 0": [(z <= 0).double().mean() for z in (self.start, self.end)],
            "mean of z": [z.mean() for z in (self.start, self.end)],
            "spread of z": [z.std() for z in (self.start, self.end)],
        }
        head = f"{'':16}{'start':>8}{'end':>8}"
        return "\n".join([head, *(f"{k:16}" + "".join(f"{rounded(v, 2):>8}" for v in row) for k, row in rows.items())])


@cache
def admit() -> dict[str, Chart]:
    """Return the charts of the four patients, after 20 full-batch steps of plain SGD each."""
    return {name: _examine(*patient) for name, patient in _PATIENTS.items()}


def _standardised() -> tuple[Tensor, Tensor]:
    return digits(train=IMAGES, standardise=True).arrays(0)["train"]


def _white_paper() -> tuple[Tensor, Tensor]:
    images, labels = digits(train=IMAGES).arrays(0)["train"]
    return 2 - images, labels


# name: (images and labels, biases at the start, learning rate)
_PATIENTS: dict[str, tuple[Callable[[], tuple[Tensor, Tensor]], float, float]] = {
    "A": (_standardised, 0.0, 1.9),
    "B": (_standardised, 0.0, 0.1),
    "C": (_standardised, -5.0, 0.1),
    "D": (_white_paper, 0.0, 0.01),
}


def _examine(images: Callable[[], tuple[Tensor, Tensor]], bias: float, rate: float) -> Chart:
    """Train a patient, in float64, so that every machine counts the same units."""
    torch.manual_seed(0)
    X, y = images()
    X, model = X.double(), network(bias=bias, width=64).double()
    sums, losses = [_sums(model, X)], [F.cross_entropy(model(X), y).item()]
    for _ in range(STEPS):
        gradients = torch.autograd.grad(F.cross_entropy(model(X), y), list(model.parameters()))
        with torch.no_grad():
            for weight, gradient in zip(model.parameters(), gradients, strict=True):
                weight -= rate * gradient
    sums.append(_sums(model, X))
    losses.append(F.cross_entropy(model(X), y).item())
    return Chart(*sums, loss=(losses[0], losses[1]))


@torch.no_grad()
def _sums(model: nn.Sequential, X: Tensor) -> Tensor:
    """What enters the units of both hidden layers, side by side."""
    return torch.cat([model[:1](X), model[:3](X)], dim=1)
