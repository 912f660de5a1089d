"""Lab 02, exercise 3: the factor per layer of any activation, numerically."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from ....activations import ACTIVATIONS
from ...answers import explain, number

__all__ = ["check"]

# Ten thousand random draws are right to about 1 %, and 3 % is three of those.
MARGIN = 0.03


class _Case(NamedTuple):
    """One layer: a unit, the shape (out, in) of the weights above it, and two spreads."""

    unit: str
    shape: tuple[int, int]
    weight_std: float
    z_std: float

    def mean(self, function: Callable[[Tensor], Tensor], z_std: float | None = None) -> float:
        """E[f(z)] for z ~ N(0, z_std²), summed on a fine grid out to nine standard deviations."""
        z = torch.linspace(-9, 9, 20_001, dtype=torch.float64)  # an even number of steps: 0 is a node
        weight = torch.exp(-0.5 * z**2)
        return float((weight * function(z * (z_std or self.z_std))).sum() / weight.sum())


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `factor(slope, shape, weight_std, z_std)` to √(n · Var w · E[φ′(z)²])."""
    cases = [
        _Case("sigmoid", (8, 3), 0.3, 2.5),  # every likely mistake gives a number of its own
        _Case("linear", (4, 4), 0.5, 1.0),
        _Case("relu", (5, 5), math.sqrt(2 / 5), 0.7),
        _Case("tanh", (7, 2), 0.4, 0.05),
    ]
    for unit in ("tanh", "relu", "sigmoid", "silu"):
        shape = tuple(int(n) for n in rng.choice(np.arange(2, 9), size=2, replace=False))
        cases.append(_Case(unit, shape, float(rng.uniform(0.2, 2)), float(rng.uniform(0.5, 2))))
    for case in cases:
        _hold(student, case)


def _hold(student: Any, case: _Case) -> None:
    """Hold one case to its integral, and guess the mistake from the number."""
    slope = ACTIVATIONS[case.unit].slope
    n_out, n_in = case.shape
    std, variance = case.weight_std, case.weight_std**2
    square = case.mean(lambda z: slope(z) ** 2)
    want = math.sqrt(n_out * variance * square)
    got = number(student.factor(slope, *case[1:]), "the factor")
    if math.isclose(got, want, rel_tol=MARGIN):
        return
    root = math.sqrt(n_out * variance)
    guesses = {
        want**2: _STEPS["root"],
        math.sqrt(n_in * variance * square): _STEPS["fan"],
        math.sqrt(n_out * std * square): _STEPS["std"],
        math.sqrt(n_out * variance**2 * square): _STEPS["twice"],
        math.sqrt(variance * square): _STEPS["n"],
        root * case.mean(slope): _STEPS["mean"],
        math.sqrt(n_out * variance * case.mean(slope)): _STEPS["square"],
        root * slope(torch.zeros(1)).item(): _STEPS["zero"],
        math.sqrt(n_out * variance * case.mean(lambda z: slope(z) ** 2, 1.0)): _STEPS["spread"],
        math.sqrt(n_out * variance * case.mean(lambda z: slope(z) ** 2, math.sqrt(case.z_std))): (_STEPS["variance"]),
    }
    off = f"{case.unit}, W of shape {case.shape}: {got:.3g} where theory has {want:.3g}"
    noisy = math.isclose(got, want, rel_tol=3 * MARGIN)
    explain(
        ((math.isclose(got, wrong, rel_tol=MARGIN), steps) for wrong, steps in guesses.items()),
        f"{off}: too few draws for the mean? Take 100 000" if noisy else off,
        "E[φ′(z)²]: draw many z = z_std · torch.randn(…), take slope(z), square, then average",
    )


_STEPS: dict[str, tuple[str, str]] = {
    "root": (
        "this is the factor of the *mean square*: the root is missing",
        "variances multiply by n · Var w · E[φ′²], sizes by its square root",
    ),
    "fan": (
        "fan_in where fan_out belongs: backwards, a unit adds up what its *outputs* send down",
        "W has shape (out, in), and δ W sums over the out rows: n = shape[0]",
    ),
    "std": ("Var w is the *square* of weight_std", "inside the root stands weight_std ** 2"),
    "twice": ("Var w is weight_std squared once, not twice", "inside the root stands weight_std ** 2"),
    "n": (
        "n is missing: each unit adds up n independent terms",
        "inside the root: n · Var w · E[φ′²], with n = shape[0]",
    ),
    "mean": (
        "square the slope *before* averaging: E[φ′²] is more than E[φ′]²",
        "(slope(z) ** 2).mean(), not slope(z).mean() ** 2",
    ),
    "square": ("the slope inside the mean is not squared: E[φ′²], not E[φ′]", "(slope(z) ** 2).mean()"),
    "zero": (
        "this takes φ′ at 0 only: z spreads by z_std, and φ′ with it",
        "average slope(z) ** 2 over many draws z = z_std · torch.randn(…)",
    ),
    "spread": (
        "z has standard deviation z_std, and yours has 1",
        "torch.randn(…) has standard deviation 1: multiply it by z_std",
    ),
    "variance": ("z_std is a standard deviation, not a variance: no root of it", "z = z_std * torch.randn(…)"),
}
