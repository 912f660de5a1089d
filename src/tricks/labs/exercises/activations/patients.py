"""Lab 01, exercise 3: four charts, four causes, and the count that proves each."""

from collections.abc import Callable
from typing import Any

import numpy as np
from torch import Tensor

from ...answers import explain, number
from ...mistakes import Mistake
from .ward import CAUSES, Chart, admit

__all__ = ["check"]


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `diagnosis` to the planted causes: for each patient a pair (cause, proof)."""
    given = student.diagnosis
    if not isinstance(given, dict):
        raise Mistake("`diagnosis` should stay a dictionary of four pairs (cause, proof)")
    for patient, cause in _TRUTH.items():
        pair = given.get(patient)
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise Mistake(f"patient {patient} is still open: write a pair (cause, proof)")
        _hold_cause(patient, pair[0], cause)
        _hold_proof(patient, pair[1], cause)


def _hold_cause(patient: str, named: Any, cause: str) -> None:
    if named is None:
        raise Mistake(f"patient {patient} is still open: name its cause")
    if named not in CAUSES:
        raise Mistake(f"patient {patient}: {named!r} is not on the list: {', '.join(CAUSES)}")
    if named != cause:
        steps = _CONTRADICTION.get((patient, named)) or _WEIGHTS
        raise Mistake(*(f"patient {patient}: {step}" for step in steps))


def _hold_proof(patient: str, given: Any, cause: str) -> None:
    value, chart = number(given, f"{patient}'s proof"), admit()[patient]
    proof, asked, slips = _PROOFS[cause]
    margin = 0.0051 if cause == "none" else 1e-6
    if abs(value - proof(chart)) > margin:
        explain(
            ((abs(value - wrong(chart)) <= margin, (f"{patient}'s proof: {hint}",)) for wrong, hint in slips),
            f"{patient} is named rightly, but its proof is not {value:g}: {asked}",
        )


def _dead(z: Tensor) -> Tensor:
    return (z <= 0).all(dim=0)


def _count(which: Tensor) -> float:
    return float(which.sum())


def _share(z: Tensor) -> float:
    return float((z <= 0).double().mean())


_TRUTH = {"A": "learning rate too large", "B": "none", "C": "biases too low", "D": "inputs not centred"}
_ONCE = "that counts units that are silent for *some* image: dead is silent for all of them"
_IMAGES = "that counts images, not units: z is (images, units), so ask along dim=0"
_PAIRS = "that counts pairs of an image and a unit: count units, with .all(dim=0)"
Count = Callable[[Chart], float]
# cause: (its proof, what is asked for, [(a slip, what to say of it)])
_PROOFS: dict[str, tuple[Count, str, list[tuple[Count, str]]]] = {
    "learning rate too large": (
        lambda c: _count(_dead(c.end) & ~_dead(c.start)),
        "how many of the 128 units died in training: dead at the end, and not at the start",
        [
            (lambda c: _count((c.end <= 0).any(dim=0)), _ONCE),
            (lambda c: _count((c.end <= 0).all(dim=1)), _IMAGES),
            (lambda c: _count(c.end <= 0), _PAIRS),
            (lambda c: _count(_dead(c.start)), "that is the start: they died later"),
            (lambda c: _share(c.end), "that is a share of pairs, and a silent unit need not be dead"),
            (lambda c: _count(_dead(c.end)) / 128, "that is a share: how many units are they?"),
            (lambda c: 128 - _count(_dead(c.end)), "that is how many are left alive"),
        ],
    ),
    "none": (
        lambda c: _share(c.end),
        "the share of all pairs (image, unit) with z ≤ 0 at the end, to two decimals",
        [
            (lambda c: 1 - _share(c.end), "that is the share that speaks: the silent one is asked for"),
            (lambda c: 100 * round(_share(c.end), 2), "that is in per cent: write it as a share of 1"),
            (lambda c: _count(c.end <= 0), "that is a number of pairs: divide by all of them"),
            (lambda c: 0.0, "no unit is dead, that is true; how often are they silent?"),
        ],
    ),
    "biases too low": (
        lambda c: _count(_dead(c.start)),
        "how many of the 128 units are dead at the start",
        [
            (lambda c: _count((c.start <= 0).any(dim=0)), _ONCE),
            (lambda c: _count((c.start <= 0).all(dim=1)), _IMAGES),
            (lambda c: _count(c.start <= 0), _PAIRS),
            (lambda c: _count(_dead(c.start)) / 128, "that is a share: how many units are they?"),
            (lambda c: 128 - _count(_dead(c.start)), "that is how many are alive"),
        ],
    ),
    "inputs not centred": (
        lambda c: _count((c.start > 0).all(dim=0)),
        "how many of the 128 units are *never* silent at the start",
        [
            (lambda c: _count(_dead(c.start)), "these are the dead ones: count those that never fall silent"),
            (lambda c: _count((c.start > 0).any(dim=0)), "that counts units that speak once: never silent is .all"),
            (lambda c: _count((c.end > 0).all(dim=0)), "that is the end: the start is asked for"),
            (lambda c: _count((c.start > 0).all(dim=1)), _IMAGES),
            (lambda c: _count(c.start > 0), _PAIRS),
            (
                lambda c: _count((c.start > 0).all(dim=0)) + _count(_dead(c.start)),
                "that is those that never change, dead ones included: count the never silent only",
            ),
            (lambda c: _count((c.start > 0).all(dim=0)) / 128, "that is a share: how many units are they?"),
        ],
    ),
}
_WEIGHTS = (
    "the size of the weights changes no sign: 2w·x ≤ 0 where w·x ≤ 0. What shifts z?",
    "count the dead, and the never silent, at the start and at the end",
)
_LOOK = "no unit is dead at the start: when did they die?"
_MEAN = "at the start the mean of z is near 0: biases that low would show in it"
_BORN = "count the dead at the start already: training did not kill them"
_COUNT = "count: (z <= 0).all(dim=0).sum(), at the start and at the end"
# (patient, what it was taken for): what speaks against that, in steps.
_CONTRADICTION = {
    ("A", "biases too low"): (_MEAN, _LOOK),
    ("A", "inputs not centred"): (_LOOK, _COUNT),
    ("A", "none"): ("its loss is like a healthy one's, but not its units: count the dead at the end", _COUNT),
    ("B", "biases too low"): (_MEAN, _COUNT),
    ("B", "inputs not centred"): ("silent half of the time, yes; but is any unit silent *always*?", _COUNT),
    ("B", "learning rate too large"): ("how many units are dead at the end?", _COUNT),
    ("C", "inputs not centred"): ("shifted inputs leave half the units always on: is even one here?", _COUNT),
    ("C", "learning rate too large"): (_BORN, _COUNT),
    ("C", "none"): ("its loss does not move: count the dead at the start", _COUNT),
    ("D", "biases too low"): (_MEAN, "it is not that all z are low: some units are always on"),
    ("D", "learning rate too large"): (_BORN, _COUNT),
    ("D", "none"): ("half of z is silent, as it should be; but is it half of *each* unit's?", _COUNT),
}
