"""Lab 04, exercise 3: a stopping loop with three faults, repaired, and followed step by step."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from torch import Tensor

from ...answers import explain, number, tensor
from ...mistakes import Mistake
from .world import SCRIPTS, World

__all__ = ["check"]


def check(student: Any, rng: np.random.Generator) -> None:
    """Follow `early_stopped(gradient, validation, test, w, patience, longest)` through scripted runs."""
    drawn = [(rng.integers(0, 9, size=25).tolist(), int(rng.integers(1, 6))) for _ in range(4)]
    for losses, patience in SCRIPTS + drawn:
        world = World(rng, losses, patience)
        asks = world.gradient, world.validation, world.test
        given = student.early_stopped(*asks, world.path[0].clone(), patience, world.longest)
        if not isinstance(given, list | tuple) or len(given) != 3:
            raise Mistake("three things are expected: return best, kept, test(best)")
        best, kept = tensor(given[0], world.path[0], "best"), number(given[1], "the epoch kept")
        _hold_asked(world)
        _hold_best(world, best, kept)
        _hold_rule(world, kept)
        _hold_grade(world, number(given[2], "the test loss"), int(kept))


def _hold_asked(world: World) -> None:
    """Hold who was asked, how often, and of which weights."""
    if len(world.tested) > 1:
        raise Mistake(
            f"the test set is asked {len(world.tested)} times, so it chooses: who picks the moment cannot grade it",
            "ask `validation` in the loop, and `test` once, after it, about the network kept",
        )
    if not world.validated:
        raise Mistake("the validation set is never asked: it is the one to choose the moment")
    if world.validated[0] == 0:
        raise Mistake("the validation set is asked before the first step: step first, then ask")
    if -1 in (*world.steps, *world.validated):
        raise Mistake("the weights leave the path of descent: one w -= gradient(w) an epoch, no more")


def _hold_best(world: World, best: Tensor, kept: float) -> None:
    """Hold the weights that come back to the epoch that is said to be kept."""
    place = world.where(best)
    if place == kept:
        return
    last = (
        f"epoch {kept:g} is kept, they say, but the weights that come back are those of the last one",
        "`best = w` gives the same tensor a second name, and `w -= …` moves it on: keep w.clone()",
    )
    counted = "epochs are counted from 1: the first one ends with epoch = 1"
    explain(
        [(place == world.ended, last), (place == kept + 1, (counted,))],
        f"epoch {kept:g} is kept, they say, but the weights that come back are not those of its end",
        "copy w at the moment of the new low: best = w.clone()",
    )


def _run(
    losses: list[float], patience: float, low: Callable[[float, float], bool], resets: bool = True
) -> tuple[int, int]:
    """Return (epoch kept, epoch at which it ends) by a patience rule; `low(loss, lowest)` says what renews it."""
    lowest, kept, waited = math.inf, 0, 0
    for epoch, loss in enumerate(losses, 1):
        if low(loss, lowest):
            lowest, kept, waited = loss, epoch, waited * (not resets)
        else:
            waited += 1
        if waited >= patience:
            break
    return kept, epoch


def _against_the_last(losses: list[float], patience: int) -> tuple[int, int]:
    """The rule of somebody who compares each loss with the one before it."""
    waited, before, kept = 0, math.inf, 0
    for epoch, loss in enumerate(losses, 1):
        waited, kept = (0, epoch) if loss < before else (waited + 1, kept)
        before = loss
        if waited >= patience:
            break
    return kept, epoch


def _hold_rule(world: World, kept: float) -> None:
    """Hold when it ended, and which epoch it kept, and guess which other rule was followed."""
    losses, patience = world.losses, world.patience

    def lower(loss: float, lowest: float) -> bool:
        return loss < lowest

    want, got = _run(losses, patience, lower), (kept, world.ended)
    if got == want:
        return
    guesses = {
        "total": _run(losses, patience, lower, resets=False),
        "late": _run(losses, patience + 1, lower),
        "early": _run(losses, patience - 1, lower),
        "never": _run(losses, math.inf, lower),
        "before": _against_the_last(losses, patience),
        "ties": _run(losses, patience, lambda loss, lowest: loss <= lowest),
    }
    fits = [(got == rule, _RULES[name]) for name, rule in guesses.items()]
    fits += [(got == (want[0], len(losses)), _RULES["never"]), (any(map(math.isnan, losses)), _RULES["nan"])]
    end = f"losses {', '.join(f'{v:g}' for v in losses)}; patience {patience}"
    explain(
        fits,
        f"{end}: ends after epoch {want[1]} and keeps {want[0]}; yours {world.ended} and {kept:g}",
        "a new low: keep a copy, waited = 0; else waited += 1; then break if waited == patience",
    )


def _hold_grade(world: World, grade: float, kept: int) -> None:
    """Hold the number reported: the test loss of the network kept, asked once."""
    if not world.tested and grade == world.losses[kept - 1]:
        raise Mistake(
            "the number reported is the lowest validation loss: who picks the moment cannot grade it",
            "ask once, after the loop: test(best)",
        )
    if not world.tested:
        raise Mistake("the test set is never asked: once, after the loop, test(best)")
    if world.tested[0] != kept:
        raise Mistake("the test set is asked about another network than the one kept: test(best), not test(w)")
    if grade != world.grades[kept]:
        raise Mistake("the third number should be what test(best) returns, as it is")


_RULES: dict[str, tuple[str, ...]] = {
    "total": (
        "it ends too early: all epochs without a low are counted, not those since the last low",
        "a new low renews the patience: waited = 0",
    ),
    "late": ("it waits one epoch too long: patience 3 ends with the third epoch without a low", "waited >= patience"),
    "early": ("it ends one epoch too early: the epoch of the low itself is not waited for",),
    "never": ("it goes on though the patience is spent: break out of the loop",),
    "before": ("each loss is compared with the one before it: compare with the *lowest* so far",),
    "ties": ("an equal loss is no lower one: a tie does not renew the patience", "loss < lowest, not <="),
    "nan": ("a nan is no low, and must not keep later ones from being one", "start with lowest = math.inf"),
}
