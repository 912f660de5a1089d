"""Lab 07, the harder exercise: what half of a factorial says, and which two effects it cannot tell apart."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...answers import explain, number
from ...mistakes import Mistake

__all__ = ["check"]

MARGIN = 1e-3  # of numbers near 70: sums in float32 are good enough
_Set = tuple[int, ...]


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `from_half(value, effect, word)`: estimates to both effects in them, aliases to the signs of all sets."""
    for effect, word in _cases(rng):
        n = len(word)
        whole = torch.tensor(rng.normal(70, 10, size=(2,) * n))
        ran = _signs(word) > 0
        answer = student.from_half(torch.where(ran, whole, torch.nan), effect, word)
        if not isinstance(answer, list | tuple) or len(answer) != 2:
            raise Mistake("two things are expected: return estimate, alias")
        where = f"{n} switches, effect {effect}, word {word}"
        twin = _twin(effect, ran)
        _hold_estimate(answer[0], _contrast(whole, effect) + _contrast(whole, twin), (whole, ran, effect), where)
        _hold_alias(answer[1], twin, effect, word, where)


def _cases(rng: np.random.Generator) -> Iterator[tuple[_Set, _Set]]:
    """Yield pairs of an effect and a word; the half says nothing of the empty set and of the word itself."""
    yield (1, 0, 0, 1, 0), (1, 1, 1, 0, 0)  # every likely mistake gives another alias
    yield from [((1, 0, 0), (1, 1, 1)), ((0, 1, 0, 0), (1, 1, 1, 1)), ((1, 0), (1, 1))]
    yield from [((1, 1, 0, 0), (1, 1, 1, 1)), ((0, 1, 0), (1, 0, 0))]
    while True:
        effect, word = (tuple(rng.integers(2, size=5).tolist()) for _ in range(2))
        if any(effect) and any(word) and effect != word:
            yield effect, word
            return


def _signs(members: _Set) -> Tensor:
    """Return, for every setting, the product of the members' signs: off −1, on +1."""
    each = torch.tensor(np.indices((2,) * len(members)) * 2 - 1)
    return torch.stack([sign if m else torch.ones_like(sign) for sign, m in zip(each, members, strict=True)]).prod(0)


def _contrast(value: Tensor, members: _Set) -> float:
    """Return the mean of v where the members' signs multiply to +1, minus the mean where to −1."""
    signs = _signs(members)
    return (value[signs > 0].mean() - value[signs < 0].mean()).item()


def _twin(effect: _Set, ran: Tensor) -> _Set:
    """Find the one other set whose signs are those of `effect` in all settings that were run."""
    signs = _signs(effect)[ran]
    sets = product((0, 1), repeat=len(effect))
    (twin,) = [T for T in sets if effect != T and bool((_signs(T)[ran] == signs).all())]
    return twin


def _hold_estimate(given: Any, want: float, case: tuple[Tensor, Tensor, _Set], where: str) -> None:
    if isinstance(given, float | Tensor) and bool(torch.isnan(torch.as_tensor(given)).any()):
        raise Mistake("the estimate is nan: where nothing was run there is nan. Leave those settings out", "isnan()")
    got = number(given, "the estimate")
    if abs(got - want) > MARGIN:
        explain(
            ((abs(got - guess) <= MARGIN, _ESTIMATE[name]) for name, guess in _guesses(want, *case).items()),
            f"{where}: your estimate is {got:.4g}, and the half says {want:.4g}",
            "of the settings that were run: the mean where the signs multiply to +, minus that where to −",
        )


def _guesses(want: float, whole: Tensor, ran: Tensor, effect: _Set) -> dict[str, float]:
    """What the likely mistakes make of the estimate."""
    signs, runs = _signs(effect)[ran], whole[ran]
    on = torch.tensor(np.indices(whole.shape))[torch.tensor(effect) > 0][:, ran]
    every, none = on.prod(0) > 0, on.sum(0) == 0
    guesses = {
        "sum": (signs * runs).sum(),
        "both": runs[every].mean() - runs[~every].mean(),
        "ends": runs[every].mean() - runs[none].mean(),
        "one": runs[signs > 0].mean(),
    }
    return {"sign": -want, "half": want / 2} | {name: guess.item() for name, guess in guesses.items()}


def _hold_alias(given: Any, twin: _Set, effect: _Set, word: _Set, where: str) -> None:
    given = given.tolist() if isinstance(given, Tensor) else given
    if not isinstance(given, list | tuple) or len(given) != len(word) or any(m not in (0, 1) for m in given):
        raise Mistake(f"the alias is a set as `effect` is: {len(word)} numbers, each 0 or 1")
    got = tuple(int(m) for m in given)
    if got == twin:
        return
    pairs = list(zip(effect, word, strict=True))
    guesses = {
        "self": effect,
        "word": word,
        "others": tuple(1 - e for e in effect),
        "union": tuple(e | w for e, w in pairs),
        "common": tuple(e & w for e, w in pairs),
        "rest": tuple(w & (1 - e) for e, w in pairs),
        "turned": tuple(1 - (e ^ w) for e, w in pairs),
    }
    explain(
        ((got == guess, _ALIAS[name]) for name, guess in guesses.items()),
        f"{where}: {got} has other signs than {effect} in some setting that was run",
        "a set's signs, times those of the word, are its own signs again: what is + times +, and a sign times itself?",
    )


_ESTIMATE = {
    "sign": ("a sign: the mean where the signs multiply to +, minus that where they multiply to −",),
    "half": ("that is half of it: subtract the mean where the signs multiply to −, not the mean of all",),
    "sum": ("sums, where means are asked for: divide each by the number of its settings",),
    "both": (
        "`all on` against the rest: of a pair, both off multiplies to + as well",
        "the product of the signs, − for off",
    ),
    "ends": ("`all on` against `all off`: every setting counts, by the product of its signs", "− for off, + for on"),
    "one": ("that is one of two means: subtract that where the signs multiply to −",),
}
_ALIAS = {
    "self": ("that is the effect itself: which *other* set has the same signs in all that was run?", "word"),
    "word": ("the word's signs are + in all that was run: what are they, times those of the effect?", "effect·word"),
    "others": ("all the others: only where the word is all switches. Here a switch is not in it", "effect · word"),
    "union": ("a switch that stands in both falls out: a sign times itself is +", "A · ABC = BC"),
    "common": ("the *product* of effect and word, not what they share: a switch in both falls out", "A · ABC = BC"),
    "rest": ("a switch of the effect that is not in the word stays", "D · ABC = ABCD"),
    "turned": ("the other way round: what stands in one of the two stays, what stands in both falls out",),
}
