"""Looking into one network, what its layers say to each other; and at its scores, what it suffers from."""

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
import xarray as xr
from torch import Tensor, nn

from .data import require
from .initializers import Factors
from .stacks import unfold
from .statistics import Interval, rounded, t_interval


class Signals(NamedTuple):
    """One pass through a network with L hidden layers, on B examples; bottom layer first.

    before, after: L tensors (B, units), what enters and what leaves each activation;
    deltas: L tensors (B, units), the loss's gradient by `before`;
    gradients: L + 1 norms, of the loss's gradient by each weight matrix.
    """

    before: list[Tensor]
    after: list[Tensor]
    deltas: list[Tensor]
    gradients: np.ndarray

    @property
    def spreads(self) -> np.ndarray:
        """How much each layer's pre-activations differ between examples: `spread`, L numbers."""
        return np.array([spread(z) for z in self.before])


def linears(model: nn.Sequential) -> list[nn.Linear]:
    """Return the linear layers, bottom first."""
    return [layer for layer in model.modules() if isinstance(layer, nn.Linear)]


def signals(model: nn.Sequential, X: Tensor, y: Tensor) -> Signals:
    """Send X (B, D) forward and the cross-entropy's gradient back; keep what passed.

    Raises ValueError for a network without a hidden layer.
    """
    kept = []
    x = X
    for layer in unfold(model):
        x = layer(x)
        if isinstance(layer, nn.Linear):
            kept.append([x, x])
        elif kept:
            kept[-1][1] = x
    require(len(kept) > 1, "signals: the network has no hidden layer")
    weights = [layer.weight for layer in linears(model)]
    loss = F.cross_entropy(x, y)
    gradients = torch.autograd.grad(loss, weights + [z for z, _ in kept[:-1]])
    norms = np.array([g.norm().item() for g in gradients[: len(weights)]])
    before, after = zip(*kept[:-1], strict=True)
    deltas = list(gradients[len(weights) :])
    return Signals([z.detach() for z in before], [a.detach() for a in after], deltas, norms)


def gradient_norms(model: nn.Sequential, X: Tensor, y: Tensor) -> np.ndarray:
    """Return ‖∂L/∂W‖ of every weight matrix, bottom first: L + 1 numbers."""
    weights = [layer.weight for layer in linears(model)]
    gradients = torch.autograd.grad(F.cross_entropy(model(X), y), weights)
    return np.array([g.norm().item() for g in gradients])


def bottom_over_top(model: nn.Sequential, X: Tensor, y: Tensor) -> float:
    """Return ‖∂L/∂W‖ of the bottom weight matrix ÷ that of the top one."""
    norms = gradient_norms(model, X, y)
    return float(norms[0] / norms[-1])


def spread(activations: Tensor) -> float:
    """Return how much a layer's numbers (B, units) differ between examples.

    √(mean over units of the variance over examples): 0 if all examples look alike.
    """
    return float(activations.var(dim=0, correction=0).mean().sqrt())


def measured_factors(passed: Signals) -> Factors:
    """Return the forward and backward factor between neighbouring hidden layers.

        forward_l = spread(z_{l+1}) / spread(z_l)     backward_l = ‖δ_l‖ / ‖δ_{l+1}‖

    `initializers.factors` says what theory expects of them.
    """
    spreads = passed.spreads
    sizes = np.array([delta.norm().item() for delta in passed.deltas])
    return Factors(spreads[1:] / spreads[:-1], sizes[:-1] / sizes[1:])


class Diagnosis(NamedTuple):
    """A verdict, and the two scores it was read from, with their intervals over the seeds.

    train: training accuracy; gap: training minus validation accuracy; both as fractions.
    """

    verdict: str
    train: Interval
    gap: Interval

    def __repr__(self):
        train, gap = (f"{rounded(s.estimate)} [{rounded(s.low)}, {rounded(s.high)}]" for s in (self.train, self.gap))
        return f"{self.verdict}: training accuracy {train}, gap to validation {gap}; {self.train.n} seeds"


class Diagnoses(dict):
    """A `Diagnosis` for every setting of a sweep, by its name, as in `found["lr=0.1, width=64"]`."""

    def __repr__(self):
        return "\n".join(f"{setting}: {found}" for setting, found in self.items())


def diagnose(
    runs: xr.Dataset, *, fits: float = 0.9, gap: float = 0.1, level: float = 0.95, least: int = 5
) -> Diagnosis | Diagnoses:
    """Read the training score first and the gap second: a `Diagnosis`, or of a sweep the `Diagnoses`.

        underfit:  training accuracy below `fits`
        overfit:   training accuracy above `fits`, minus validation accuracy above `gap`
        fine:      training accuracy above `fits`, minus validation accuracy below `gap`

    A score is above or below if its whole `level` interval over the seeds (Student's t) is, at the last
    epoch of `runs`, what `fit` returns. Otherwise, or with fewer than `least` seeds: undecided.
    A diverged run counts as accuracy 0. Choose `fits` below what can be attained: with a fifth of the
    labels wrong, say 0.75. Raises ValueError or TypeError, in one line, for runs without validation
    part, or with one seed. Source: {cite}`ng2018`, who reads errors, not accuracies.
    """
    require(isinstance(runs, xr.Dataset), "diagnose: runs must be the Dataset that fit returns", TypeError)
    for name, score in (("fits", fits), ("gap", gap), ("level", level)):
        require(0 < score < 1, f"diagnose: {name}={score!r} must lie between 0 and 1")
    for name in ("train_accuracy", "validation_accuracy"):
        require(name in runs, f"diagnose: the runs have no {name}; give the data a part to look at: validation=200")
    require(runs.sizes.get("seed", 1) > 1, "diagnose: one seed has no interval; give more, as in seeds=seeds(20)")
    last = runs.isel(epoch=-1) if "epoch" in runs.dims else runs
    train = last.train_accuracy.fillna(0)
    apart = train - last.validation_accuracy.fillna(0)
    axes = [name for name in train.dims if name != "seed"]
    found = Diagnoses()
    for place in np.ndindex(*(train.sizes[name] for name in axes)):
        here = dict(zip(axes, place, strict=True))
        scores = [t_interval(score.isel(here), level) for score in (train, apart)]
        named = ", ".join(f"{name}={train[name].values[i]}" for name, i in here.items())
        found[named] = Diagnosis(_gates(*scores, fits, gap, least), *scores)
    return found if axes else found[""]


def _gates(train: Interval, apart: Interval, fits: float, gap: float, least: int) -> str:
    """Return the verdict at the first gate that is not passed for certain."""
    if train.n < least or train.low <= fits <= train.high:
        return "undecided"
    if train.high < fits:
        return "underfit"
    if apart.low <= gap <= apart.high:
        return "undecided"
    return "overfit" if apart.low > gap else "fine"
