"""Lab 06, exercise 1: four numbers predicted by hand."""

import math
from typing import Any

import numpy as np

from ...predicted import hold_predictions

__all__ = ["check"]

_VISITED = 1024 * (1 - (1023 / 1024) ** 1000)

# name: (right answer, relative tolerance, {wrong answer: the steps of its hint}, hint for any other answer)
_PREDICTIONS: dict[str, tuple[float, float, dict[float, tuple[str, ...]], str]] = {
    "subnetworks": (
        64,
        0,
        {
            63: ("the empty team, with everybody dropped, counts as well",),
            12: ("the choices multiply, they do not add", "2 ways for the first unit, times 2 for the second, …"),
            36: ("each of six units has two states: 2 to the power of 6, not 6 to the power of 2",),
        },
        "each of six units is there or not: two ways, six times",
    ),
    "whole_share": (
        0.75**6,
        0.02,
        {
            1 / 64: ("the 64 are equally likely for p = ½ only", "each unit is kept with probability ¾"),
            0.25**6: ("that is the chance that all six are *dropped*",),
            0.75: ("that is one unit's chance: all six must be kept",),
            1 - 0.75**6: ("that is the chance that somebody is missing",),
            4.5: ("the chances multiply, they do not add", "¾ · ¾ · … six times; no chance is above 1"),
            100 * 0.75**6: ("that is in per cent: write it as a share of 1",),
        },
        "all six are kept, each with probability 1 − p, independently",
    ),
    "variance": (
        12,
        0.01,
        {
            6.75: (
                "36 · p(1 − p) is for a unit that is not divided by 1 − p",
                "what is kept is 6/0.75 = 8: the values are 8 and 0",
            ),
            math.sqrt(12): ("that is the standard deviation: the variance is its square",),
            48: ("that is the mean of the square: subtract the square of the mean",),
            6: ("that is the mean, which dropout leaves alone: how far do the values lie from it?",),
            0: ("the *mean* does not change, but each single value is 8 or 0",),
        },
        "the values are 8, three times in four, and 0; their mean is 6",
    ),
    "visited": (
        _VISITED,
        0.02,
        {
            1000: ("some masks come twice or more, and others in their place never",),
            1024 - _VISITED: ("that is how many are *never* visited",),
            1024: ("with 1,000 draws, 1,024 masks cannot all come up",),
            _VISITED / 1024: ("that is the share: how many of the 1,024 is it?",),
            512: ("a mask is missed by one draw with probability 1023/1024: by a thousand?",),
        },
        "a mask is missed a thousand times with probability (1023/1024)^1000, about 1/e",
    ),
}


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `predictions`, a dictionary of four numbers found by hand, to what theory gives."""
    hold_predictions(student.predictions, _PREDICTIONS, near=0.01)
