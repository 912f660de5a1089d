"""Lab 07, exercise 1: four numbers predicted by hand."""

from typing import Any

import numpy as np

from ...predicted import hold_predictions

__all__ = ["check"]

# name: (right answer, relative tolerance, {wrong answer: its hints}, hint for any other answer)
_PREDICTIONS: dict[str, tuple] = {
    "share_A": (
        10,
        0.001,
        {
            12: ("that is what A adds as the *first*: it may also be the last", "12 as the first, 8 as the last"),
            8: ("that is what A adds as the *last*: it may also be the first", "12 as the first, 8 as the last"),
            20: ("there are two orders: take the mean of the two gains", "(12 + 8) / 2"),
            7: (
                "half of what both bring: but A adds more than B in either order",
                "what does A add as the first, and as the last?",
            ),
            4: ("that is B's share: A's is asked for", "from 60 to 72, and from 66 to 74"),
        },
        "what does A add as the first, and what as the last? Take the mean",
    ),
    "interaction": (
        -4,
        0.001,
        {
            4: ("a sign: A brings *less* where B is on", "its gain with B on, minus its gain with B off"),
            -2: ("do not halve it: the whole change of A's gain is asked for", "8 − 12"),
            8: ("that is A's gain with B on: subtract its gain with B off", "8 − 12"),
            14: ("that is what both bring together: how does A's *gain* change?", "8 − 12"),
            -6: ("that compares A with B: compare A with A, B on and off", "(74 − 66) − (72 − 60)"),
        },
        "A's gain with B on, minus A's gain with B off",
    ),
    "curse": (
        0.75,
        0.001,
        {
            0.0: (
                "each alone promises nothing too much on average, but the *best* is no average one",
                "all three too low has a chance of 1/8; else the best is 1 too high",
            ),
            1.0: ("now and then all three are too low: then so is the best", "that has a chance of 1/8"),
            0.875: ("that is the chance of +1: with the rest of the chance it is −1", "7/8 · (+1) + 1/8 · (−1)"),
            0.5: ("that is the better of two: here it is the best of three", "all three too low: a chance of 1/8"),
            1.5: ("only the best one is published: its error alone counts", "7/8 · (+1) + 1/8 · (−1)"),
            -0.75: ("a sign: the best promises too *much*", "7/8 · (+1) + 1/8 · (−1)"),
        },
        "when is the best of three too low? Only if all three are",
    ),
    "times": (
        4,
        0.001,
        {
            2: ("its standard error is twice as large: how many more seeds halve it?", "it shrinks with √seeds"),
            16: ("its *variance* is 4 times as large, and variances shrink with seeds", "4σ² against σ²"),
            1: ("both use four accuracies, but the mean gain is *half* a sum", "σ² (1+1+1+1)/4 against σ² (1+1+1+1)"),
            0.25: ("upside down: the interaction is the harder one to know", "4σ² against σ²"),
            8: ("variances: four σ² for the interaction, four σ² / 2² for the mean gain", "4σ² against σ²"),
        },
        "variances of sums add: which is that of each, in σ²?",
    ),
}


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `predictions`, a dictionary of four numbers found by hand, to what theory gives."""
    hold_predictions(student.predictions, _PREDICTIONS)
