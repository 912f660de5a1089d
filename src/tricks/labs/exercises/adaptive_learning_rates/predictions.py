"""Lab 03, exercise 1: four numbers predicted by hand."""

import math
from typing import Any

import numpy as np

from ...predicted import hold_predictions

__all__ = ["check"]

_Steps = tuple[str, str]  # a hint, and what it says when asked again

# name: (right answer, relative tolerance, {wrong answer: its hint}, hint for any other answer)
_PREDICTIONS: dict[str, tuple[float, float, dict[float, _Steps], str]] = {
    "stable_rate": (
        0.02,
        0.02,
        {
            0.01: (
                "at 1/100 the ball steps right to the floor: it may step farther than that",
                "x ← (1 − η·100)·x: it still comes nearer as long as |1 − 100η| is below 1",
            ),
            2.0: (
                "that is the limit *along* the ravine; across it the curvature is 100",
                "the steepest wall decides: |1 − 100η| < 1",
            ),
            1.0: (
                "that looks *along* the ravine; across it the curvature is 100",
                "the steepest wall decides: |1 − 100η| < 1",
            ),
            0.2: ("the curvature is 100 itself, not its root", "the gradient of ½·100·y² is 100·y: y ← (1 − 100η)·y"),
        },
        "across, a step makes y into (1 − 100η)·y: for which η does that not grow?",
    ),
    "momentum_gain": (
        20,
        0.02,
        {
            1.95: (
                "that is the sum of two gradients: v goes on adding, for ever",
                "v = g·(1 + β + β² + …), a geometric series",
            ),
            0.95: (
                "β is the share that is *kept*; how much has gathered in the end?",
                "in the end v does not change any more: v = βv + g, solved for v",
            ),
            1.0: (
                "that holds for a *mean* of gradients; this v adds g whole: v ← βv + g",
                "in the end v does not change any more: v = βv + g, solved for v",
            ),
            1 / 0.95: ("1/β is not the sum of the series: it is 1/(1 − β)", "1 − 0.95 is a twentieth"),
            19: ("the present gradient belongs to the sum as well", "1 + β + β² + … = 1/(1 − β)"),
        },
        "in the end v does not change any more: v = βv + g, solved for v",
    ),
    "adam_first": (
        0.1 * math.sqrt(2),
        0.03,
        {
            0.1: (
                "that is the step along *one* coordinate, and there are two",
                "two steps of 0.1 at a right angle: Pythagoras",
            ),
            0.2: (
                "the two coordinates' steps stand at a right angle: they do not add up",
                "Pythagoras: √(0.1² + 0.1²)",
            ),
            math.sqrt(2): (
                "that is in units of the rate: the rate is 0.1",
                "each coordinate moves by η = 0.1; then Pythagoras",
            ),
            30: (
                "that is gradient descent's step: Adam divides the gradient's size away",
                "at t = 1, m̂ = g and ŝ = g²: the step is η·g/|g|",
            ),
            0.3162: (
                "Adam corrects its memories: without that the step would be longer",
                "at t = 1, m̂ = g and ŝ = g²: the step is η·g/|g| in each coordinate",
            ),
        },
        "at t = 1, m̂ = g and ŝ = g²: each coordinate's step is η·g/|g|; then Pythagoras",
    ),
    "uncorrected": (
        0.1 / math.sqrt(0.001),
        0.02,
        {
            1.0: (
                "that is *with* the correction; without it m and s are still nearly empty",
                "m = (1 − β₁)·g and s = (1 − β₂)·g², then m/√s",
            ),
            1 / math.sqrt(0.001): (
                "the direction's memory is nearly empty as well: m = (1 − β₁)·g",
                "m/√s = 0.1·g/(√0.001·|g|)",
            ),
            0.1: (
                "the memory of sizes is nearly empty as well, and the step is divided by its root",
                "m/√s = 0.1·g/(√0.001·|g|)",
            ),
            100: ("0.001 stands under a root", "m/√s = 0.1·g/(√0.001·|g|)"),
            math.sqrt(0.001) / 0.1: ("upside down: m is divided by √s", "0.1/√0.001"),
            0.9 / math.sqrt(0.999): (
                "the new gradient enters with 1 − β, not with β",
                "m = (1 − β₁)·g and s = (1 − β₂)·g², then m/√s",
            ),
        },
        "m = (1 − β₁)·g and s = (1 − β₂)·g²; the step is m/√s, in units of η",
    ),
}


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `predictions`, a dictionary of four numbers found by hand, to what theory gives."""
    hold_predictions(student.predictions, _PREDICTIONS, near=0.02)
