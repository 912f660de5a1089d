"""Lab 03, exercise 4: three Adams, three faults, and the number that convicts each."""

import math
from typing import Any

import numpy as np

from ...answers import explain, number
from ...mistakes import Mistake
from .suspects import FAULTS, SUSPECTS, TRUTH, Suspect, sound

__all__ = ["check"]


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `diagnosis` to the planted faults: for each suspect a pair (fault, proof)."""
    given = student.diagnosis
    if not isinstance(given, dict):
        raise Mistake("`diagnosis` should stay a dictionary of three pairs (fault, proof)")
    for name, fault in TRUTH.items():
        pair = given.get(name)
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise Mistake(f"suspect {name} is still open: write a pair (fault, proof)")
        _hold_fault(name, pair[0], fault)
        value = number(pair[1], f"{name}'s proof")
        probe, asked, slips = _PROOFS[fault]
        right = probe(SUSPECTS[name])
        if not _same(value, right):
            known = [(sound_value := probe(sound), f"that is what a sound Adam does: probe {name} itself")]
            known += [(wrong, hint) for wrong, hint in slips if not _same(wrong, sound_value)]
            explain(
                ((_same(value, wrong), (f"{name}'s proof: {hint}",)) for wrong, hint in known),
                f"{name} is named rightly, but its proof is not {value:g}: {asked}",
            )


def _same(value: float, right: float) -> bool:
    """Counts are exact; other numbers are held to two digits."""
    return value == right if right == int(right) and right > 1 else math.isclose(value, right, rel_tol=0.02)


def _hold_fault(name: str, named: Any, fault: str) -> None:
    if named is None:
        raise Mistake(f"suspect {name} is still open: name its fault")
    if named not in FAULTS:
        raise Mistake(f"suspect {name}: {named!r} is not on the list: {', '.join(FAULTS)}")
    if named != fault:
        steps = _FIRST_STEP if named in _SHOWN_AT_ONCE else _CONTRADICTION[name, named]
        raise Mistake(*(f"suspect {name}: {step}" for step in steps))


def _until_turned(suspect: Suspect) -> int:
    """How many gradients of −1, after a thousand of +1, until a step goes the other way."""
    steps = suspect([1.0] * 1000 + [-1.0] * 1000)[1000:]
    return 1 + next(k for k, step in enumerate(steps) if step < 0)


_TURN = 490  # what _until_turned gives for swapped betas; tests hold it to the suspect itself
_PROOFS: dict[str, tuple[Any, str, list[tuple[float, str]]]] = {
    "t not counted": (
        lambda suspect: suspect([1.0] * 1000)[-1],
        "the thousandth step, in rates, when all gradients are 1",
        [
            (1 / math.sqrt(10), "that is where it ends after very many steps: the *thousandth* is asked for"),
            (SUSPECTS["A"]([1.0] * 10)[-1], "that is the tenth step: the *thousandth* is asked for"),
            (SUSPECTS["A"]([1.0] * 100)[-1], "that is the hundredth step: the *thousandth* is asked for"),
        ],
    ),
    "eps inside the root": (
        lambda suspect: suspect([1e-5])[0],
        "the first step, in rates, when the gradient is 1e-5",
        [
            (SUSPECTS["B"]([1e-4])[0], "that is for a gradient of 1e-4"),
            (SUSPECTS["B"]([1e-6])[0], "that is for a gradient of 1e-6"),
            (SUSPECTS["B"]([1e-3])[0], "that is for a gradient of 1e-3"),
        ],
    ),
    "betas swapped": (
        _until_turned,
        "the number of gradients of −1, after a thousand of +1, until a step turns",
        [
            (_TURN - 1, "count the turned step itself as well"),
            (_TURN + 1, "that step has turned already: the *first* one below 0 counts"),
            (_TURN + 1000, "the thousand gradients of +1 are not counted"),
            (_TURN + 999, "the thousand gradients of +1 are not counted"),
            (694, "that is after endlessly many gradients of +1: a thousand are asked for"),
        ],
    ),
}

_SHOWN_AT_ONCE = ("no correction", "m not corrected", "s not corrected")
_FIRST_STEP = (
    "a missing correction shows at once: what is its *first* step, when the gradient is 1?",
    "its first step is 1, as it should be: the first correction works",
)
# (suspect, what it was taken for): what speaks against that, in steps.
_CONTRADICTION = {
    ("A", "squares never forgotten"): (
        "then its steps would only ever shrink under gradients of 1: look at the first ten",
        "they grow to twice the rate, then shrink: m is corrected too much for too long",
    ),
    ("A", "eps inside the root"): (
        "with gradients of 1 an ε of 1e-8 cannot matter: look at ten gradients of 1",
        "its second step already is too long: what changes from step 1 to step 2?",
    ),
    ("A", "root missing"): (
        "without the root a gradient of 100 would give a step of 0.01: does it?",
        "try ten gradients of 1: what changes from step to step?",
    ),
    ("A", "betas swapped"): (
        "swapped betas take steps of 1 as long as all gradients are 1: does it?",
        "its second step already is too long: what changes from step 1 to step 2?",
    ),
    ("B", "t not counted"): (
        "then ten gradients of 1 would give other steps than the first: do they?",
        "it fails when gradients are *small*: what is added to keep from dividing by 0?",
    ),
    ("B", "root missing"): (
        "without the root a gradient of 100 would give a step of 0.01: does it?",
        "it fails when gradients are *small*: what is added to keep from dividing by 0?",
    ),
    ("B", "betas swapped"): (
        "feed it +1 for long, then −1: it turns as fast as a sound one",
        "feed it gradients of several sizes: 1, 1e-2, 1e-4, 1e-6",
    ),
    ("B", "squares never forgotten"): (
        "then a thousand gradients of 1 would make its steps shrink: do they?",
        "feed it gradients of several sizes: 1, 1e-2, 1e-4, 1e-6",
    ),
    ("C", "t not counted"): (
        "then ten gradients of 1 would give other steps than the first: do they?",
        "it fails when gradients *change*: feed it +1 for long, then −1",
    ),
    ("C", "root missing"): (
        "without the root a gradient of 100 would give a step of 0.01: does it?",
        "it fails when gradients *change*: feed it +1 for long, then −1",
    ),
    ("C", "eps inside the root"): (
        "then a gradient of 1e-5 would give a step of 0.1: does it?",
        "it fails when gradients *change*: feed it +1 for long, then −1",
    ),
    ("C", "squares never forgotten"): (
        "then a thousand gradients of 1 would make its steps shrink: do they?",
        "it fails when gradients *change*: feed it +1 for long, then −1",
    ),
}
