"""Lab 01, exercise 1: six numbers about bends, found by hand."""

import math
from typing import Any

import numpy as np

from ...predicted import hold_predictions

__all__ = ["check"]

_Steps = tuple[str, str]  # a hint, and what it says when asked again
_TEN = 0.5**10

# name: (right answer, relative tolerance, {wrong answer: its hint}, hint for any other answer)
_PREDICTIONS: dict[str, tuple[float, float, dict[float, _Steps], str]] = {
    "sigmoid_slope": (
        0.25,
        0.001,
        {
            1.0: ("that is how high a sigmoid rises: how fast does it, in the middle?", "σ′ = σ(1 − σ), where σ = ½"),
            0.5: ("that is its value at 0: the slope is σ(1 − σ)", "½ · ½"),
            0.0: ("that is its smallest slope, far out: where is it steepest?", "at z = 0, where σ = ½"),
        },
        "σ′ = σ(1 − σ) is largest where σ = ½",
    ),
    "tanh_slope": (
        1.0,
        0.001,
        {
            0.5: ("tanh z = 2σ(2z) − 1 has two factors 2: one is missing", "by the chain rule 2 · 2 · σ′(2z)"),
            0.25: ("that is the sigmoid's: tanh z = 2σ(2z) − 1 is steeper", "by the chain rule 2 · 2 · σ′(2z)"),
            2.0: ("tanh z = 2σ(2z) − 1: two factors 2, times the sigmoid's slope of ¼", "2 · 2 · ¼"),
            4.0: ("that is how many times steeper than the sigmoid", "2 · 2 · ¼"),
            0.0: ("that is its smallest slope, far out: where is it steepest?", "at z = 0"),
        },
        "take the derivative of 2σ(2z) − 1 at z = 0",
    ),
    "softplus_zero": (
        math.log(2),
        0.005,
        {
            0.0: ("that is ReLU: softplus bends earlier, and lies above it", "ln(1 + e⁰): what is e⁰?"),
            0.5: ("that is its *slope* at 0: its value is ln(1 + e⁰)", "ln(1 + 1)"),
            1.0: ("that is log₂(1 + e⁰): ln is the natural logarithm", "math.log(2)"),
            math.log10(2): ("that is log₁₀: ln is the natural logarithm", "math.log(2)"),
            2.0: ("that is 1 + e⁰: take its logarithm", "ln 2"),
        },
        "ln(1 + e⁰), and e⁰ = 1",
    ),
    "relu_pieces": (
        6,
        0,
        {
            5: ("that is how many *bends*: five bends cut a line into how many pieces?", "one more than bends"),
            4: ("each of the five bends, and none stands where another does", "five bends, and one piece more"),
            10: ("each unit has two pieces, but those of the sum lie between the bends", "one more than bends"),
            32: (
                "32 is the number of subsets: along a line only few of them come up",
                "walking to the right you pass five bends: each begins one new piece",
            ),
            7: ("five bends cut a line into one piece more than there are bends", "5 + 1"),
        },
        "each unit adds one bend: count the pieces between them",
    ),
    "maxout_pieces": (
        5,
        0,
        {
            4: ("that is how many bends there are at most: count the pieces", "one more than bends"),
            6: (
                "each piece is one of the five lines, and a line that has lost the lead stays behind",
                "the slopes grow from left to right: each line leads once at most",
            ),
            10: ("ten is how many crossings five lines have, but not all lie on top", "each line leads once at most"),
            2: ("two lines may win far out, but others between them", "each line leads once at most: five lines"),
            32: ("each piece is one of the five lines", "each line leads once at most"),
        },
        "each piece is one of the lines: how often can one and the same line lead?",
    ),
    "silent_for_all": (
        _TEN,
        0.03,
        {
            0.5: ("that is for one image: ten of them, and all ten must find it silent", "½ ten times over"),
            5.0: ("chances that must *all* come true multiply, they do not add", "½ · ½ · …, ten times"),
            0.05: ("chances that must *all* come true multiply", "½ · ½ · …, ten times"),
            100 * _TEN: ("that is in per cent: write it as a share of 1", "divide by 100"),
            1 - _TEN: ("that is the share of units that speak at least once", "1 minus that"),
            2 * _TEN: ("ten images, ten factors ½: you have nine", "½ ten times over"),
        },
        "½ for each image, and ten images that know nothing of one another",
    ),
}


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `predictions`, a dictionary of six numbers found by hand, to what theory gives."""
    hold_predictions(student.predictions, _PREDICTIONS)
