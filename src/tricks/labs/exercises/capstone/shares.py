"""Lab 07, exercise 3: the fair share, from interactions, held to the definition over all orders."""

from itertools import permutations, product
from math import factorial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...answers import close, explain, tensor
from ...mistakes import Mistake
from .interactions import below

__all__ = ["check"]


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `shares(interactions)` to what each switch adds in its turn, averaged over all n! orders."""
    for n in (3, 2, 1, 4, 3):
        dividends = torch.tensor(rng.normal(0, 5, size=(2,) * n))
        dividends[(0,) * n] += 70
        want = _over_orders(dividends)
        given = student.shares(dividends)
        if isinstance(given, Tensor) and not torch.isfinite(given).all():
            raise Mistake("nan or inf: the empty set has no members to share it, so leave it out", "if on[i]: …")
        got = tensor(given, want, "the answer")
        if not close([got], [want])[0]:
            _blame(got, dividends, want)


def _over_orders(dividends: Tensor) -> Tensor:
    """Turn the switches on one by one, in every order, and average what each adds."""
    n = dividends.ndim
    value = {S: sum(dividends[T] for T in below(S)) for S in product((0, 1), repeat=n)}
    total = torch.zeros(n, dtype=dividends.dtype)
    for order in permutations(range(n)):
        S = (0,) * n
        for i in order:
            more = (*S[:i], 1, *S[i + 1 :])
            total[i] += value[more] - value[S]
            S = more
    return total / factorial(n)


def _split(dividends: Tensor, weight: Any) -> Tensor:
    """Give each member of every set this part of what the set adds."""
    made = torch.zeros(dividends.ndim, dtype=dividends.dtype)
    for S in product((0, 1), repeat=dividends.ndim):
        for i in (k for k, on in enumerate(S) if on):
            made[i] += weight(sum(S)) * dividends[S]
    return made


def _blame(got: Tensor, dividends: Tensor, want: Tensor) -> None:
    n, plain = dividends.ndim, dividends[(0,) * dividends.ndim]
    guesses = {
        "first": _split(dividends, lambda k: k == 1),
        "last": _split(dividends, lambda k: 1),
        "half": _split(dividends, lambda k: 1 if k == 1 else 1 / 2),
        "pairs": _split(dividends, lambda k: 1 / k if k <= 2 else 0),
        "n": _split(dividends, lambda k: 1 / n),
        "more": _split(dividends, lambda k: 1 / (k + 1)),
        "factorial": _split(dividends, lambda k: 1 / factorial(k)),
        "banzhaf": _split(dividends, lambda k: 2.0 ** (1 - k)),
        "times": _split(dividends, lambda k: k),
        "even": torch.full_like(want, want.mean()),
        "plain": want + plain / n,
        "order": want.flip(0),
        "percent": want / want.sum(),
        "all": _split(dividends, lambda k: 1 / k**2).sum() - want,
    }
    explain(
        ((close([got], [guess])[0], _STEPS[name]) for name, guess in guesses.items()),
        f"{n} switches: the first share is {want[0]:.3g} over all orders, and yours {got[0]:.3g}",
        "share of i: the sum, over all sets S with i in them, of the interaction of S / |S|",
    )


_STEPS = {
    "first": ("these are the gains alone: each also has a part in its pairs and triples", "divide by |S|"),
    "last": ("every member gets the whole of a set: that is the gain as the *last*. Share it evenly", "divide by |S|"),
    "half": ("a triple is shared by three, not by two", "divide by |S|"),
    "pairs": ("sets of three and more are left out: they are shared as well", "all S with i in them"),
    "n": ("a set is shared by its own members, not by all the switches", "divide by |S|, not by n"),
    "more": ("a pair has two members: divide by |S|, not by |S| + 1",),
    "factorial": ("divide by |S|, not by |S|!: of a triple each member is the last in a third", "|S|"),
    "banzhaf": (
        "that weighs all settings alike, not all orders: the shares would not add up",
        "divide by |S|, not by 2 to the |S| − 1",
    ),
    "times": ("divide by the number of members, do not multiply by it",),
    "even": ("all get the same: a set is shared by its members only",),
    "plain": ("what the plain net can do is nobody's share: leave the empty set out",),
    "order": ("the shares come in the wrong order: that of the axes",),
    "percent": ("these are fractions of the whole: keep points, so that they add up to it",),
    "all": ("for each switch the sets *with* it count, not those without it",),
}
