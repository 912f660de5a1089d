"""Lab 05, exercise 1: five numbers predicted by hand."""

import math
from typing import Any

import numpy as np

from ...predicted import hold_predictions

__all__ = ["check"]

_Steps = tuple[str, str]  # a hint, and what it says when asked again

# name: (right answer, relative tolerance, {wrong answer: its hint}, hint for any other answer)
_PREDICTIONS: dict[str, tuple[float, float, dict[float, _Steps], str]] = {
    "flat_share": (
        0.2,
        0.01,
        {
            0.8: ("that is the share *lost*: λ ÷ (h + λ). What is left?", "left and lost add up to 1"),
            1 / 9: (
                "that takes a pull of 2λw: the penalty has a ½, so its slope is λw",
                "h (w − w*) + λ w = 0: how much of w* is w?",
            ),
            0.25: ("h ÷ λ is not yet a share: the two pulls stand beside each other, h + λ", "h ÷ (h + λ)"),
            20: ("that is in per cent: write it as a share of 1", "divide by 100"),
        },
        "the pulls balance where h (w − w*) + λ w = 0",
    ),
    "half_life": (
        139,
        0,
        {
            138: ("after 138 steps a hair more than half is left", "one step more"),
            math.log(0.5) / math.log(0.995): ("a whole number of steps is asked for: round up", "the next whole one"),
            math.log(2) / 0.005: ("a whole number of steps is asked for: round up", "the next whole one"),
            100: (
                "decay takes a share of what is *left*, so the steps multiply: 0.995ᵏ",
                "solve 0.995ᵏ ≤ ½: k is at least ln ½ ÷ ln 0.995",
            ),
            14: ("a step multiplies by 1 − ηλ, not by 1 − λ: the rate counts", "ηλ = 0.1 · 0.05"),
            69: (
                "that takes 2λw for the pull: the penalty has a ½, so its slope is λw",
                "a step is 1 − ηλ, not 1 − 2ηλ",
            ),
            7: ("a step multiplies by 1 − ηλ, not by 1 − η: the strength counts", "ηλ = 0.1 · 0.05"),
        },
        "a step multiplies by 1 − ηλ = 0.995; solve 0.995ᵏ ≤ ½ for the smallest whole k",
    ),
    "explodes_above": (
        20,
        0.001,
        {
            2: ("that is the product ηλ: the strength alone is asked for", "ηλ = 2 and η = 0.1"),
            10: (
                "at λ = 10 the weight is 0 after one step; above, it changes sign. When does it *grow*?",
                "its size is multiplied by |1 − ηλ|: when is that above 1?",
            ),
            0.2: ("η times 2 is not it: ηλ must be 2, so divide by η", "λ = 2 ÷ 0.1"),
        },
        "the size is multiplied by |1 − ηλ| a step: when is that above 1?",
    ),
    "l1_of_two": (
        1.5,
        0.001,
        {
            2: ("L1 pulls at large weights too: constantly, with λ₁", "the data's pull is 2 − w; they balance"),
            1: ("L1 takes a fixed coin, λ₁, not a share of the weight", "2 − w = λ₁"),
            4 / 3: ("that is L2, which takes a share: L1 takes a fixed coin", "2 − w = λ₁"),
            2.5: ("a sign: a penalty pulls *towards* zero", "2 − w = λ₁"),
            1.75: ("½ is in L2's penalty, not in L1's: its slope is λ₁", "2 − w = λ₁"),
        },
        "the pulls balance where w* − w = λ₁",
    ),
    "survivors": (
        3,
        0,
        {
            4: (
                "0.5 is pulled back by exactly 0.5: where does it end?",
                "or did you keep 0.3? A weight survives only if |w*| > λ₁",
            ),
            5: ("that is L2, where all survive: L1 sets those to 0 that pull with no more than λ₁", "|w*| > λ₁"),
            2: ("large *negative* weights survive as well: sign(w*) max(|w*| − λ₁, 0)", "look at |w*|, not w*"),
            1: ("large *negative* weights survive as well: sign(w*) max(|w*| − λ₁, 0)", "look at |w*|, not w*"),
        },
        "those with |w*| > λ₁ survive",
    ),
}


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `predictions`, a dictionary of five numbers found by hand, to what theory gives."""
    hold_predictions(student.predictions, _PREDICTIONS, near=0.002)
