"""Lab 07, exercise 2: what every set of switches adds beyond its smaller sets."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...answers import close, explain, tensor

__all__ = ["below", "check", "inclusion"]

_Place = tuple[int, ...]


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `interactions(value)` to the sum over all subsets, for one to four switches."""
    for n in (2, 1, 3, 4, 3):
        value = torch.tensor(rng.normal(70, 10, size=(2,) * n))
        got = tensor(student.interactions(value), value, "the answer")
        if not close([got], [inclusion(value)])[0]:
            _blame(got, value)


def below(place: _Place) -> Iterator[_Place]:
    """Yield the place of every subset of the switches that are on here, itself included."""
    return product(*((0, 1) if on else (0,) for on in place))


def _each(value: Tensor, rule: Callable[[_Place], Any]) -> Tensor:
    """Compute an entry for every place."""
    made = torch.empty_like(value)
    for place in product((0, 1), repeat=value.ndim):
        made[place] = rule(place)
    return made


def inclusion(value: Tensor) -> Tensor:
    """Return Σ_{T ⊆ S} (−1)^(|S| − |T|) v(T) for every set S, by the definition."""
    return _each(value, lambda S: sum((-1) ** (sum(S) - sum(T)) * value[T] for T in below(S)))


def _blame(got: Tensor, value: Tensor) -> None:
    """Guess the mistake from all the numbers, else name the first set that is wrong."""
    right = inclusion(value)
    order = _each(value, sum)
    plain = (0,) * value.ndim
    gain = value - value[plain]
    singles = [right[tuple(int(i == k) for k in range(value.ndim))] for i in range(value.ndim)]
    alone = _each(value, lambda S: sum(on * single for on, single in zip(S, singles, strict=True)))
    spared = torch.where(order >= 1, right, 0)
    guesses = {
        "same": value,
        "signs": right * (-1) ** order,
        "plus": _each(value, lambda S: sum(value[T] for T in below(S))),
        "gain": gain,
        "kept": torch.where(order >= 1, gain, value),
        "pairs": torch.where(order >= 2, gain - alone, right),
        "empty": spared,
        "whole": torch.where(order >= 2, value - alone, right),
        "none": torch.where(order >= 2, right - (-1.0) ** order * value[plain], right),
        "halved": torch.where(order >= 1, right / 2.0 ** (order - 1), right),
        "half": right / 2.0**order,
        "turned": inclusion(value.flip(tuple(range(value.ndim)))),
    }
    wrong = [S for S in sorted(product((0, 1), repeat=value.ndim), key=sum) if not close([got[S]], [right[S]])[0]]
    first = wrong[0] if wrong else plain
    explain(
        ((close([got], [guess])[0], _STEPS[name]) for name, guess in guesses.items()),
        f"{value.ndim} switches: of a set of {sum(first)} your number is {got[first]:.3g}, not {right[first]:.3g}",
        "v(S) with signs: + for S, − for each set with one switch less, + for two less, …",
    )


_STEPS = {
    "same": ("these are the values themselves: what does each set add to its smaller ones?",),
    "signs": ("the signs are turned for odd sets: v(S) itself counts positive", "(−1)^(|S| − |T|), not (−1)^|T|"),
    "plus": ("all is added up, and nothing taken off: the signs alternate", "on − off, along every switch"),
    "gain": (
        "that is all that S gains: take off what its smaller sets explain",
        "of a pair: both − first − second + none",
    ),
    "kept": (
        "that is all that S gains: take off what its smaller sets explain",
        "of a pair: both − first − second + none",
    ),
    "pairs": (
        "only the single gains are taken off: a triple also holds three pairs",
        "take off the interactions of *all* smaller sets, or on − off along every switch",
    ),
    "empty": ("the empty set keeps its value: with all off, v(∅)", "all v(S) must come back as sums"),
    "whole": ("the plain net is still in it: take v(∅) off, too", "both − first − second + none"),
    "none": ("the plain net is missing: each gain has subtracted it once", "both − first − second + none"),
    "halved": ("do not average over the others: that is Fisher's effect, halved for every partner", "on − off"),
    "half": ("on − off, not half of it: the effect is the whole step",),
    "turned": ("off and on are mixed up: index 0 is off", "value.unbind(axis) gives off, then on"),
}
