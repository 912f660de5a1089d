"""Lab 02, exercise 4: three charts, three faults, and the number that proves each."""

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from ...answers import explain, number
from ...mistakes import Mistake
from .ward import FAULTS, Chart, admit

__all__ = ["check"]


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `diagnosis` to the planted faults: for each patient a pair (fault, proof)."""
    given = student.diagnosis
    if not isinstance(given, dict):
        raise Mistake("`diagnosis` should stay a dictionary of three pairs (fault, proof)")
    for patient, (fault, proof, slips) in _TRUTH.items():
        pair = given.get(patient)
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise Mistake(f"patient {patient} is still open: write a pair (fault, proof)")
        _hold_fault(patient, pair[0], fault)
        value = number(pair[1], f"{patient}'s proof")
        chart = _charts()[patient]
        right, margin = proof(chart), 5e-5 if fault == "all-zero start" else 0.05
        if abs(value - right) > 1.01 * margin:
            explain(
                ((abs(value - wrong(chart)) <= margin, (f"{patient}'s proof: {hint}",)) for wrong, hint in slips),
                f"{patient} is named rightly, but its proof is not {value:g}: {_ASKED[fault]}",
            )


_charts: Callable[[], dict[str, Chart]] = cache(admit)


def _hold_fault(patient: str, named: Any, fault: str) -> None:
    if named is None:
        raise Mistake(f"patient {patient} is still open: name its fault")
    if named not in FAULTS:
        raise Mistake(f"patient {patient}: {named!r} is not on the list: {', '.join(FAULTS)}")
    if named != fault:
        raise Mistake(*(f"patient {patient}: {step}" for step in _CONTRADICTION.get((patient, named), _SATURATION)))


def _entropy(chart: Chart) -> float:
    shares = np.array(chart.labels) / sum(chart.labels)
    return float(-(shares * np.log(shares)).sum())


def _lowest_silent(chart: Chart) -> int:
    return 1 + chart.silent.index(1.0)


def _per_layer(chart: Chart) -> float:
    return (chart.gradient[0] / chart.gradient[-1]) ** (1 / (len(chart.gradient) - 1))


_ASKED = {
    "all-zero start": "−Σ p ln p over the shares p of the ten digits, to four decimals",
    "dead layer": "the number of the lowest layer that is silent, counted from 1",
    "weights too small": "the factor per layer of the gradient's size, on the way down",
}
# patient: (fault, its proof, [(a slip, what to say of it)])
_TRUTH = {
    "A": (
        "all-zero start",
        _entropy,
        [
            (lambda c: math.log(10), "ln 10 is for ten *equally* frequent digits; count these ones"),
            (lambda c: _entropy(c) / math.log(2), "that is in bits: the loss is in nats, with ln"),
            (lambda c: -_entropy(c), "a sign: −Σ p ln p is positive"),
            (lambda c: c.loss, "that is the loss off the chart: compute it from the labels, to 4 decimals"),
        ],
    ),
    "B": (
        "dead layer",
        _lowest_silent,
        [
            (lambda c: _lowest_silent(c) - 1, "that layer still carries a signal: count from 1"),
            (lambda c: _lowest_silent(c) + 1, "silent, but because the layer below it is"),
            (lambda c: _lowest_silent(c) + 2, "silent, but because the layers below it are"),
        ],
    ),
    "C": (
        "weights too small",
        _per_layer,
        [
            (lambda c: 1 / _per_layer(c), "upside down: bottom over top, on the way down"),
            (lambda c: _per_layer(c) ** 4, "that is for all the steps: take the fourth root"),
            (lambda c: _per_layer(c) ** 0.8, "five layers have four steps between them: the *fourth* root"),
            (lambda c: _per_layer(c) ** 2, "five layers have four steps between them: the *fourth* root"),
        ],
    ),
}

# (patient, what it was taken for): what speaks against that, in steps.
_CONTRADICTION = {
    ("A", "dead layer"): (
        "no unit is silent: every slope is 1. What else does δ pass through?",
        "δ_l = (δ_{l+1} W_{l+1}) ⊙ φ′(z_l) is exactly 0 though φ′ = 1: look at W",
    ),
    ("A", "weights too small"): ("the gradient does not shrink from layer to layer, it is 0 at once: how small is W?",),
    ("A", "learning rate too large"): (
        "nothing has moved at all: with a gradient of 0 the learning rate does not matter",
    ),
    ("B", "all-zero start"): (
        "layers 1 and 2 carry a signal, so their weights are not 0: where does it end?",
        "follow the row of spreads upwards, and look at the slope where it becomes 0",
    ),
    ("B", "weights too small"): (
        "below layer 3 the signal is strong; it does not fade, it stops: why there?",
        "look at the slopes and at the silent share of layer 3",
    ),
    ("B", "inputs not scaled"): (
        "layer 1, which reads the inputs, is well: follow the spreads upwards to where they stop",
    ),
    ("B", "learning rate too large"): (
        "that may once have done it, but what stands there now is one silent layer: name that",
    ),
    ("C", "all-zero start"): (
        "the gradient is small but not 0, and it shrinks by the same factor at each layer: which?",
        "φ′ is near 1, so the factor is the weights' own: √(n · Var w)",
    ),
    ("C", "dead layer"): (
        "no unit is silent, and every layer passes something on: how much of it, layer by layer?",
        "φ′ is near 1, so the factor is the weights' own: √(n · Var w)",
    ),
    ("C", "learning rate too large"): (
        "the loss did not jump, it stands: compare the gradients of layers 1 and 5",
        "φ′ is near 1, so the factor is the weights' own: √(n · Var w)",
    ),
}
_SATURATION = (
    "too much at a layer's input flattens its units: the slopes would be near 0",
    "compare the row of slopes with what you would expect of saturated units",
)
