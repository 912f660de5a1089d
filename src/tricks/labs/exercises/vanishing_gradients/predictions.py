"""Lab 02, exercise 1: four numbers predicted by hand."""

import math
from typing import Any

import numpy as np

from ...predicted import hold_predictions

__all__ = ["check"]

_Steps = tuple[str, str]  # a hint, and what it says when asked again

# name: (right answer, relative tolerance, {wrong answer: its hint}, hint for any other answer)
_PREDICTIONS: dict[str, tuple[float, float, dict[float, _Steps], str]] = {
    "sigmoid_left": (
        0.25**4,
        0.03,
        {
            0.25**5: (
                "five hidden layers have four steps between them, not five",
                "from layer 5 to 4, 4 to 3, 3 to 2, 2 to 1: (1/4) to the power of how many?",
            ),
            0.25: (
                "that is one step: the gradient takes four of them, one after the other",
                "each step leaves a quarter of what the one before it left",
            ),
            0.390625: ("that is in per cent: write it as a share of 1", "divide by 100"),
            0.0625**4: (
                "1/16 is the factor of the *square*: take the root of n · Var w · E[φ′²]",
                "E[φ′²] = (1/4)² = 1/16, so one step multiplies by √(1/16)",
            ),
            1.0: (
                "the four factors multiply, they do not add",
                "a quarter of a quarter of a quarter of a quarter, not four quarters",
            ),
        },
        "one step multiplies by √(n · Var w · E[φ′²]), with Var w = 1/n and φ′ = 1/4",
    ),
    "sigmoid_layers": (
        4,
        0,
        {
            3: ("after 3 steps 1.6 % is left, which is more than 1 %", "one step more: a quarter of 1.6 %"),
            5: ("less than 1 % is left already one step earlier", "a quarter of 1.6 % is less than 1 %"),
            math.log(100) / math.log(4): (
                "a whole number of steps is asked for: round up",
                "your number solves ¼ᵏ = 0.01; the next whole number is the first below it",
            ),
            2: (
                "1/16 is the factor of the *square* of the gradient: its root is 1/4",
                "with a factor of 1/4, two steps leave 1/16, or 6 %",
            ),
        },
        "solve ¼ᵏ < 0.01 for the smallest whole k",
    ),
    "relu_layers": (
        14,
        0,
        {
            7: (
                "½ is E[φ′²]: the factor is its root, √½ = 0.71",
                "it takes two steps to halve the size: twice as many as you say",
            ),
            13: ("after 13 steps 1.1 % is left, which is more than 1 %", "one step more: 0.71 times 1.1 %"),
            15: ("less than 1 % is left already one step earlier", "0.71 times 1.1 % is less than 1 %"),
            0: (
                "ReLU's slope is 1 for *half* of the units only; for the other half it is 0",
                "the mean of φ′² over all units is ½, and the factor its root",
            ),
        },
        "half the slopes are 1 and half are 0, so E[φ′²] = ½; then √½ᵏ < 0.01",
    ),
    "sigmoid_gain": (
        4,
        0.02,
        {
            16: (
                "16 is what the *variance* needs; the weights are multiplied by its root",
                "weights times g have a variance times g²: g² = 16",
            ),
            2: (
                "gain² · (1/4)² must be 1: with 2 the factor is ½",
                "the factor is proportional to the gain: twice your gain doubles it",
            ),
            0.25: ("that is the factor itself: which gain makes up for it?", "gain · 1/4 = 1"),
        },
        "the factor grows in proportion to the weights: gain · 1/4 = 1",
    ),
}


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `predictions`, a dictionary of four numbers found by hand, to what theory gives."""
    hold_predictions(student.predictions, _PREDICTIONS, near=0.02)
