"""Lab 04, exercise 1: six numbers found by hand."""

import math
from typing import Any

import numpy as np

from ...predicted import hold_predictions

__all__ = ["check"]

_CENT = ("that is in per cent: write a share of 1", "divide by 100")

# name: (right answer, relative tolerance, {wrong answer: its hint in steps}, hint for any other answer)
_PREDICTIONS: dict[str, tuple[float, float, dict[float, tuple[str, str]], str]] = {
    "kept": (
        4,
        0,
        {
            8: ("training has ended before epoch 8: the rule does not know the future", "find `ended` first"),
            7: ("1.2 again is no *lower* loss: a tie is no new low", "which epoch was the first to reach 1.2?"),
            3: ("epochs are counted from 1 here", "the list begins with epoch 1"),
            2: ("one bump does not end it: how many epochs does a patience of 3 wait?", "1.5 is one epoch, then 1.2"),
            1.2: ("that is the loss: which epoch has it?", "count from 1"),
        },
        "walk along the list, and note each loss that is lower than all before it",
    ),
    "ended": (
        7,
        0,
        {
            4: ("that is the epoch that is kept: the rule waits from there on", "three epochs more"),
            6: ("two epochs after the low, one of the three is left (or did you count from 0?)", "low at 4, plus 3"),
            8: ("patience is spent once three epochs have passed without a low", "those of 1.3, 1.25 and 1.2"),
            10: ("1.2 again is no *lower* loss: it does not renew the patience", "low at 4, plus 3"),
            5: ("one worse epoch is not three", "low at 4, plus 3"),
        },
        "it ends as soon as three epochs in a row have brought no loss below the lowest",
    ),
    "patience": (
        4,
        0,
        {
            3: ("with 3 it ends after epoch 7, just before that low", "one more"),
            5: ("5 gets there, but so does a smaller one: epoch 8 itself may still be waited for", "from 4 to 8"),
            2: ("with 2 it ends after epoch 6", "how far is it from the low at 4 to the one at 8?"),
            1: ("with 1 it ends at the first bump", "how far is it from the low at 4 to the one at 8?"),
            8: ("patience counts from the lowest so far, not from the start", "from 4 to 8"),
        },
        "how many epochs must be waited from the low at epoch 4 to the one at 8?",
    ),
    "optimism": (
        0.375,
        0.01,
        {
            0.875: ("that is what the image says of the winner: how much is it above the truth?", "minus 1/2"),
            0.5: (
                "that is the truth: what does the image say of the winner?",
                "when is the winner wrong? 1/2 · 1/2 · 1/2",
            ),
            0.125: (
                "that is the chance that all three are wrong",
                "else the winner is right: 1 − 1/8, minus the truth",
            ),
            37.5: _CENT,
            0.25: ("that is for two networks: here are three", "the winner is wrong only if all three are"),
            0.0: ("each of the three is measured fairly, the *winner* is not", "it is wrong only if all three are"),
            -0.375: ("a sign: what the image says minus the truth", "the image flatters the one it chose"),
        },
        "the winner is wrong on the image only if all three are; compare with 1/2",
    ),
    "share": (
        0.19,
        0.01,
        {
            0.81: ("that is what is still ahead: which share of the way is behind?", "1 − 0.9²"),
            0.2: ("the second step covers a tenth of what is *left*, not of the whole", "0.1, then a tenth of 0.9"),
            0.1: ("that is one step", "the second covers a tenth of what is left"),
            0.01: ("0.1² is neither: each step *leaves* nine tenths", "1 − 0.9²"),
            19.0: _CENT,
            1 - math.exp(-0.2): ("1 − exp(−ηht) is for infinitely small steps; these are two", "1 − 0.9²"),
        },
        "each step leaves 1 − ηh = 0.9 of what lay ahead",
    ),
    "steps": (
        69,
        0,
        {
            50: ("50 steps of 1 % do not add up to half: each covers 1 % of what is *left*", "0.99ᵗ < 1/2"),
            math.log(0.5) / math.log(0.99): ("a whole number of steps is asked for: round up", "0.99ᵗ < 1/2"),
            68: ("after 68 steps 50.5 % are still ahead", "one more"),
            70: ("half is behind already one step earlier", "0.99ᵗ < 1/2 for the smallest whole t"),
            100 * math.log(2): ("exp(−ηht) is for infinitely small steps: solve 0.99ᵗ = 1/2", "and round up"),
            1: ("one step covers 1 % of this way", "0.99ᵗ < 1/2"),
            460: ("that is to within 1 %: half of the way is asked for", "0.99ᵗ < 1/2"),
        },
        "solve 0.99ᵗ < 1/2 for the smallest whole t",
    ),
}


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `predictions`, a dictionary of six numbers found by hand, to what theory gives."""
    hold_predictions(student.predictions, _PREDICTIONS, near=0.002)
