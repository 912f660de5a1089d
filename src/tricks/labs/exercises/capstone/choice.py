"""Lab 07, exercise 5: a choice that never sees the run by which it is examined."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...answers import close, explain, tensor
from ...mistakes import Mistake

__all__ = ["check"]


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `gain(validation, test)`, one number a seed, on random accuracies."""
    for _ in range(5):
        validation, test = _draw(rng, int(rng.integers(4, 7)), int(rng.integers(5, 9)))
        want = _kept(test, _others(validation)) - test[:, 0]
        given = student.gain(validation, test)
        if isinstance(given, float) or (isinstance(given, Tensor) and given.ndim == 0):
            raise Mistake("one number comes back: one for *each* seed is asked for", "no mean over seeds")
        got = tensor(given, want, "the answer")
        if not close([got], [want])[0]:
            _blame(got, validation, test)


def _draw(rng: np.random.Generator, runs: int, settings: int) -> tuple[Tensor, Tensor]:
    """Draw accuracies until every way to choose chooses differently."""
    while True:
        validation, test = (torch.tensor(rng.normal(0.75, 0.04, size=(runs, settings))) for _ in range(2))
        ways = [*_chosen(validation), *_chosen(test), validation.roll(-1, 0).argmax(dim=1)]
        if len({tuple(way.expand(runs).tolist()) for way in ways}) == len(ways):
            return validation, test


def _others(scores: Tensor) -> Tensor:
    """Return for every seed the setting with the best mean over all other seeds."""
    return torch.stack([torch.cat([scores[:i], scores[i + 1 :]]).mean(dim=0).argmax() for i in range(len(scores))])


def _kept(scores: Tensor, best: Tensor) -> Tensor:
    return scores[torch.arange(len(scores)), best.expand(len(scores))]


def _blame(got: Tensor, validation: Tensor, test: Tensor) -> None:
    best, plain = _others(validation), test[:, 0]
    kept, own, pooled = _kept(test, best), validation.argmax(dim=1), validation.mean(dim=0).argmax()
    guesses = {
        "own": _kept(test, own) - plain,
        "pooled": _kept(test, pooled) - plain,
        "next": _kept(test, validation.roll(-1, 0).argmax(dim=1)) - plain,
        "lowest": _kept(test, _others(-validation)) - plain,
        "alone": kept,
        "sign": plain - kept,
        "percent": 100 * (kept - plain),
        "mean": (kept - plain).mean().expand_as(kept),
        "level": kept - plain.mean(),
        "rivals": kept - test.mean(dim=1),
        "mixed": kept - validation[:, 0],
    }
    guesses |= {f"test {k}": _kept(test, chosen) - plain for k, chosen in enumerate(_chosen(test))}
    promises = [_kept(validation, chosen) for chosen in (best, own, pooled)]
    guesses |= {f"promise {k}": promise - plain for k, promise in enumerate(promises)}
    guesses |= {f"promised {k}": promise - validation[:, 0] for k, promise in enumerate(promises)}
    explain(
        ((close([got], [guess])[0], _STEPS[name.split()[0]]) for name, guess in guesses.items()),
        f"{len(got)} seeds, {test.shape[1]} settings: your gain is {got[0]:.3f} for the first seed, not "
        f"{(kept - plain)[0]:.3f}",
        "for each seed: the setting best on validation of all *other* seeds; its test score minus that of setting 0",
    )


def _chosen(scores: Tensor) -> list[Tensor]:
    """Return the choice by others, by one's own run, and by all."""
    return [_others(scores), scores.argmax(dim=1), scores.mean(dim=0).argmax()]


_PROMISE = (
    "a leak is open: the score by which the winner was picked is what it *promises*",
    "grade it by test, on a seed that had no part in the choice",
)
_STEPS = {
    "own": (
        "a leak is open: a run is examined that was picked for its own luck",
        "leave the seed's own row out of what chooses: the mean of all *other* seeds",
    ),
    "pooled": (
        "a leak is open: each seed has a say in the choice by which it is examined",
        "for every seed, the mean over all *other* seeds",
    ),
    "next": ("one other seed chooses: all others do it with less luck", "validation.sum(dim=0) − validation"),
    "lowest": ("that is the worst setting: accuracy is to be high", "argmax"),
    "alone": ("that is an accuracy: a gain is one minus that of setting 0", "− test[:, 0]"),
    "sign": ("a sign: the winner minus setting 0",),
    "percent": ("that is in points: keep fractions, as they come",),
    "mean": ("every seed has the same number: one for *each* seed is asked for", "no mean over seeds"),
    "level": ("setting 0 of the *same* seed is subtracted, not its mean: pairs share their images", "test[:, 0]"),
    "rivals": ("the gain over setting 0 is asked for, not that over the mean of all", "− test[:, 0]"),
    "mixed": ("test minus validation mixes two sets of images: setting 0 on test", "− test[:, 0]"),
    "test": (
        "a leak is open: test chooses and examines. Let validation choose",
        "the mean of validation over all other seeds",
    ),
    "promise": _PROMISE,
    "promised": _PROMISE,
}
