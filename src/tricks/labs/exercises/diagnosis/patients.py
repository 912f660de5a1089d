"""Lab 00, exercise 4: four charts, the flow of questions, and the number that proves each answer."""

import math
from typing import Any

import numpy as np
from scipy import stats

from ...answers import explain, number
from ...mistakes import Mistake
from .ward import DIAGNOSES, Chart, admit

__all__ = ["check"]


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `diagnosis` to the truth: for each patient a pair (diagnosis, proof)."""
    given = student.diagnosis
    if not isinstance(given, dict):
        raise Mistake("`diagnosis` should stay a dictionary of four pairs (diagnosis, proof)")
    for patient, (named, proof, margin, asked, slips) in _TRUTH.items():
        pair = given.get(patient)
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise Mistake(f"patient {patient} is still open: write a pair (diagnosis, proof)")
        _hold_name(patient, pair[0], named)
        bare = pair[1]["values"] if isinstance(pair[1], dict) and not pair[1].get("dims", 1) else pair[1]
        value = number(bare, f"{patient}'s proof")  # a mean over seeds may still bear its labels
        chart = admit()[patient]
        if abs(value - proof(chart)) > margin:
            explain(
                ((abs(value - wrong(chart)) <= margin, (f"{patient}'s proof: {hint}",)) for wrong, hint in slips),
                f"{patient} is named rightly, but its proof is not {value:g}: {asked}",
            )


def _hold_name(patient: str, given: Any, right: str) -> None:
    if given is None:
        raise Mistake(f"patient {patient} is still open: name what it suffers from")
    if given not in DIAGNOSES:
        raise Mistake(f"patient {patient}: {given!r} is not on the list: {', '.join(DIAGNOSES)}")
    if given != right:
        steps = _CONTRADICTION.get((patient, given)) or _GATES[patient]
        raise Mistake(*(f"patient {patient}: {step}" for step in steps))


def _train(chart: Chart) -> float:
    return float(chart.train.isel(step=-1).mean())


def _gap(chart: Chart) -> float:
    return float(np.mean(chart.gaps))


def _error(chart: Chart, ddof: int = 1) -> float:
    """Return the standard error of the mean gap."""
    return float(np.std(chart.gaps, ddof=ddof)) / math.sqrt(len(chart.gaps))


def _reach(chart: Chart, ddof: int = 1, spare: int = 1) -> float:
    return float(stats.t.ppf(0.975, len(chart.gaps) - spare)) * _error(chart, ddof)


_FLOOR = math.log(math.e + 9) - 1
# patient: (diagnosis, its proof, margin, what is asked, [(a slip, what to say of it)])
_TRUTH = {
    "A": (
        "leak",
        lambda c: c.shuffled,
        0.011,
        "the accuracy on new images after the labels were shuffled",
        [
            (lambda c: 0.1, "0.1 is what it *should* be: which number on the chart is not?"),
            (lambda c: 100 * c.shuffled, "that is in per cent: write a share of 1"),
            (_gap, "a small gap may be a leak or health: which test tells?"),
        ],
    ),
    "B": (
        "softmax twice",
        lambda c: _FLOOR,
        5e-5,
        "give a perfect answer, a one and nine zeros, to a softmax: what is −ln of the largest p?",
        [
            (lambda c: math.log(10), "ln 10 is where it starts: how far down can it get?"),
            (lambda c: round(c.heart, 1), "that is the number off the chart: compute the lowest possible"),
            (lambda c: math.log(math.e + 9), "that is ln Σ exp(z): subtract the label's own z, which is 1"),
            (lambda c: math.exp(-_FLOOR), "that is the probability of the right class: the loss is −ln of it"),
            (lambda c: round(_FLOOR, 2), "to four decimals, please"),
        ],
    ),
    "C": (
        "underfit",
        _train,
        0.006,
        "what does the first gate read? Its mean over the seeds, after the last step",
        [
            (_gap, "the gap belongs to the second gate: what does the first one read?"),
            (lambda c: _train(c) - _gap(c), "that is its accuracy on new images: the first gate reads another"),
            (lambda c: 100 * _train(c), "that is in per cent: write a share of 1"),
            (lambda c: 0.9, "0.9 is the threshold: which number is held against it?"),
        ],
    ),
    "D": (
        "undecided",
        _reach,
        0.0006,
        "t · s / √n of its five gaps, to three decimals",
        [
            (lambda c: 1.96 * _error(c), "1.96 is for many seeds: with five, t is 2.776"),
            (_error, "that is the standard error: multiply it by t, 2.776 for five seeds"),
            (lambda c: math.sqrt(5) * _error(c), "that is the standard deviation s: t · s / √n"),
            (lambda c: math.sqrt(5) * _reach(c), "√n is missing: t · s / √n"),
            (lambda c: _reach(c) / math.sqrt(5), "divided by n: divide s by √n"),
            (lambda c: 2 * _reach(c), "that is the interval's whole length: to either side it is half of that"),
            (lambda c: _reach(c, ddof=0), "s with n − 1 below the line, not n: correction=1, or ddof=1"),
            (lambda c: _reach(c, spare=0), "five seeds leave four degrees of freedom: t is 2.776"),
            (lambda c: _gap(c) + _reach(c), "that is the interval's upper end: how far is it from the mean?"),
            (_gap, "that is the mean gap: how far does its interval reach to either side?"),
        ],
    ),
}
_SOUND = "the three tests of gate 0 are passed: start at gate 1"
_ACROSS = (
    "where does the *whole* interval of the gap lie: above 0.1, below it, or across?",
    "an interval across the threshold decides nothing",
)
# (patient, what it was taken for): what speaks against that, in steps.
_CONTRADICTION = {
    ("A", "fine"): (
        "before you trust a curve, look at gate 0: is every test as it should be?",
        "what was learned from nonsense cannot be right of new images more than one time in ten",
    ),
    ("B", "underfit"): (
        "so it looks, but gate 0 comes first: is every test as it should be?",
        "it cannot learn ten images by heart: what keeps its loss up at 1.6?",
    ),
    ("B", "leak"): ("with shuffled labels it falls to guessing, as it should: which other test fails?",),
    ("C", "overfit"): (
        "its gap is wide, but which question comes first?",
        "it does not know the images it learned from: gate 1, training accuracy below 0.9",
    ),
    ("D", "overfit"): _ACROSS,
    ("D", "fine"): _ACROSS,
    ("D", "underfit"): ("it knows every image it learned from: go on to gate 2",),
}
_GATES = {
    "A": ("gate 0 comes first: which of the three tests is not as it should be?", "look at the shuffled labels"),
    "B": ("gate 0 comes first: which of the three tests is not as it should be?", "look at the ten images"),
    "C": (_SOUND, "is the whole interval of the training accuracy above 0.9, below, or across?"),
    "D": (_SOUND, "and at gate 2 ask where the whole interval of the gap lies"),
}
