"""Lab 06, exercise 2: inverted dropout, coin by coin."""

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ...answers import close, explain, tensor
from ...mistakes import Mistake

__all__ = ["check"]


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `dropout(a, u, p, training)` to torch's, given the coins that torch has tossed."""
    for p in (0.2, float(rng.uniform(0.6, 0.9)), 0.5):
        for dtype in (torch.float64, torch.float32):
            a, u, want = _tossed(rng, p, dtype)
            got = tensor(student.dropout(a, u, p, True), want, "the output in training")
            if not all(close([got], [want])):
                _blame_training(got, a, want, p)
        a, u, want = _tossed(rng, p, torch.float64)
        got = tensor(student.dropout(a, u, p, False), a, "the output at test")
        if not torch.equal(got, a):
            _blame_test(got, a, want, p)
    _hold_the_ends(student, rng)


def _tossed(rng: np.random.Generator, p: float, dtype: torch.dtype) -> tuple[Tensor, Tensor, Tensor]:
    """Draw inputs, let torch drop them, and give numbers u that drop the same units."""
    a = torch.tensor(rng.normal(size=(40, 30)), dtype=dtype)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(rng.integers(2**31)))
        want = F.dropout(a, p, training=True)
    r = torch.tensor(rng.uniform(0, 0.99, size=a.shape), dtype=dtype)
    return a, torch.where(want == 0, p * r, p + (1 - p) * r), want


def _blame_training(got: Tensor, a: Tensor, want: Tensor, p: float) -> None:
    kept = (want != 0).to(a.dtype)
    guesses = [
        (kept * a, ("those kept are not scaled up: divide by 1 − p, so that the mean stays",)),
        (kept * a * (1 - p), ("multiplied by 1 − p where it should be divided", "half the units shout twice as loud")),
        (kept * a / p, ("divided by p, the share dropped: divide by the share *kept*, 1 − p",)),
        ((1 - kept) * a / (1 - p), ("the wrong ones are dropped: a unit is dropped where u < p",)),
        ((1 - kept) * a / p, ("the wrong ones are dropped: a unit is dropped where u < p",)),
        ((1 - kept) * a, ("the wrong ones are dropped: a unit is dropped where u < p",)),
        (a, ("nobody is dropped in training: is `training` read the wrong way round?",)),
        (a / (1 - p), ("nobody is dropped: where u < p the output is 0",)),
        (kept / (1 - p), ("the mask alone comes back: it multiplies a",)),
        (kept[:1] * a / (1 - p), ("one mask for the whole batch: each example has coins of its own",)),
        (kept[:, :1] * a / (1 - p), ("one coin for a whole example: each unit has a coin of its own",)),
    ]
    explain(
        ((all(close([got], [wrong])), steps) for wrong, steps in guesses),
        f"in training, with p = {p:.2g}, outputs differ from torch's by up to {(got - want).abs().max():.2g}",
        "0 where u < p, and a / (1 − p) elsewhere",
    )


def _blame_test(got: Tensor, a: Tensor, want: Tensor, p: float) -> None:
    guesses = [
        (a * (1 - p), ("scaled at both ends: training has divided already, so do nothing at test",)),
        (a / (1 - p), ("scaled up at test, where nobody is missing: give a back as it is",)),
        (want, ("at test nobody is dropped: give a back as it is",)),
        ((want != 0) * a, ("at test nobody is dropped: give a back as it is",)),
    ]
    explain(
        (((got.shape == wrong.shape) and all(close([got], [wrong])), steps) for wrong, steps in guesses),
        "at test, when training is False, the output should be a itself",
    )


def _hold_the_ends(student: Any, rng: np.random.Generator) -> None:
    """p = 0 drops nobody, not even where u = 0; p = 1 drops everybody, and is no division by zero."""
    a, u, _ = _tossed(rng, 0.0, torch.float64)
    u[0] = 0.0
    got = tensor(student.dropout(a, u, 0.0, True), a, "the output for p = 0")
    if not torch.equal(got, a):
        raise Mistake("p = 0 should drop nobody, not even where u = 0: drop where u < p, strictly")
    _, u, _ = _tossed(rng, 0.5, torch.float64)
    try:
        got = student.dropout(a, u, 1.0, True)
    except Mistake as mistake:
        raise Mistake(*_NO_NUMBER) if "ZeroDivisionError" in mistake.steps[0] else mistake from None
    if isinstance(got, Tensor) and not torch.isfinite(got).all():
        raise Mistake(*_NO_NUMBER)
    if tensor(got, a, "the output for p = 1").any():
        raise Mistake("p = 1 should drop everybody: every output is 0")


_NO_NUMBER = (
    "p = 1 should drop everybody, and gives nan, inf or an error: 0 · a / 0 is no number",
    "choose between two values: torch.where(u < p, 0.0, …)",
)
