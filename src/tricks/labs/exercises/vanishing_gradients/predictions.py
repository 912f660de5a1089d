"""Lab 02, exercise 1: four numbers predicted by hand."""

import math
from typing import Any

import numpy as np

from ...answers import explain, number
from ...mistakes import Mistake

__all__ = ["check"]

# name: (right answer, relative tolerance, {wrong answer: hint}, hint for any other answer)
_PREDICTIONS: dict[str, tuple[float, float, dict[float, str], str]] = {
    "sigmoid_left": (
        0.25**4,
        0.03,
        {
            0.25**5: "five hidden layers have four steps between them, not five",
            0.25: "that is one step: the gradient takes four of them, one after the other",
            0.390625: "that is in per cent: write it as a share of 1",
            0.0625**4: "1/16 is the factor of the *square*: take the root of n · Var w · E[φ′²]",
            1.0: "the four factors multiply, they do not add",
        },
        "one step multiplies by √(n · Var w · E[φ′²]), with Var w = 1/n and φ′ = 1/4 near 0",
    ),
    "sigmoid_layers": (
        4,
        0,
        {
            3: "after 3 steps 1.6 % is left, which is more than 1 %",
            5: "less than 1 % is left already one step earlier",
            math.log(100) / math.log(4): "a whole number of steps is asked for: round up",
            2: "1/16 is the factor of the *square* of the gradient: its root is 1/4",
        },
        "solve ¼ᵏ < 0.01 for the smallest whole k",
    ),
    "relu_layers": (
        14,
        0,
        {
            7: "½ is E[φ′²]: the factor is its root, √½ = 0.71",
            13: "after 13 steps 1.1 % is left, which is more than 1 %",
            15: "less than 1 % is left already one step earlier",
            0: "ReLU's slope is 1 for *half* of the units only; for the other half it is 0",
        },
        "half the slopes are 1 and half are 0, so E[φ′²] = ½; then √½ᵏ < 0.01",
    ),
    "sigmoid_gain": (
        4,
        0.02,
        {
            16: "16 is what the *variance* needs; the weights are multiplied by its root",
            2: "gain² · (1/4)² must be 1: with 2 the factor is ½",
            0.25: "that is the factor itself: which gain makes up for it?",
        },
        "the factor grows in proportion to the weights: gain · 1/4 = 1",
    ),
}


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `predictions`, a dictionary of four numbers found by hand, to what theory gives."""
    given = student.predictions
    if not isinstance(given, dict):
        raise Mistake("`predictions` should stay a dictionary of four numbers")
    for name, (right, margin, wrong, otherwise) in _PREDICTIONS.items():
        value = number(given.get(name), f"`{name}`")
        if not math.isclose(value, right, rel_tol=margin):
            known = ((math.isclose(value, w, rel_tol=0.02), hint) for w, hint in wrong.items())
            explain(
                ((fits, (f"{name}: {hint}", f"{name}: {otherwise}")) for fits, hint in known),
                f"{name} is not {value:g}: {otherwise}",
            )
