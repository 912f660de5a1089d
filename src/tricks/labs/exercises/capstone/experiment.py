"""Lab 07, exercise 6: a factorial of the student's own, two switches, and their interaction."""

from typing import Any

import numpy as np
import xarray as xr

from ....sweeps import seeds as fresh
from ...answers import explain
from ...judged import hold_verdict, read_claim, read_effect
from ...mistakes import Mistake
from .ward import SWITCHES, factorial

__all__ = ["check"]

SEEDS = 20
SEEN = 20  # seeds on the board, from which the question comes
MARGIN = 0.001  # less than one image of 400; `fit` gives the same run bit for bit
_Pair = tuple[str, str]


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold switches, claim, experiment, effect and verdict to a trusted run of the same four settings."""
    pair = _read_pair(student.switches)
    claim = read_claim(student.claim)
    own = tuple(int(seed) for seed in 5000 + rng.choice(4000, size=3, replace=False))
    _hold_effect(read_effect(student.experiment(list(own)), own), own, pair)
    effect = _hold_sample(student.effect, pair)
    hold_verdict(student.verdict, claim, effect)


def _read_pair(given: Any) -> _Pair:
    """Read the two switches that she chose."""
    if given is None or given is ...:
        raise Mistake("`switches` is still open: choose two of lab.SWITCHES")
    if not isinstance(given, list | tuple) or len(given) != 2:
        raise Mistake('`switches` should be two names, such as ("dropout", "patience")')
    for name in given:
        if name not in SWITCHES:
            raise Mistake(f"{name!r} is no switch of this lab: {', '.join(SWITCHES)}")
    if given[0] == given[1]:
        raise Mistake("the same switch twice: an interaction takes two")
    return given[0], given[1]


def _cells(records: xr.DataArray, pair: _Pair) -> list[np.ndarray]:
    """Return none, the first, the second, both: each with one number a seed."""
    first, second = pair
    return [records.sel({first: a, second: b}).values for a, b in ((0, 0), (1, 0), (0, 1), (1, 1))]


def _joint(records: xr.DataArray, pair: _Pair) -> np.ndarray:
    none, first, second, both = _cells(records, pair)
    return both - first - second + none


def _apart(got: np.ndarray, want: np.ndarray) -> float:
    return float(np.abs(got - want).max())


def _hold_effect(got: np.ndarray, seeds: tuple[int, ...], pair: _Pair) -> None:
    """Hold the student's effect on seeds of the check's choice, and guess what went wrong."""
    runs = factorial(pair, seeds)
    want = _joint(runs.test_accuracy.isel(epoch=-1), pair)
    if _apart(got, want) <= MARGIN:
        return
    guesses = [(_apart(got, wrong), hint) for wrong, hint in _slips(runs, pair, want)]
    nearest, hint = min(guesses)
    explain(
        [(nearest <= MARGIN, [hint])],
        f"seed {seeds[0]}: your effect is {got[0]:.3f}, and run again it is {want[0]:.3f}",
        "the recipe: as in the text, and every switch that is not of the two stays off",
    )


def _slips(runs: xr.Dataset, pair: _Pair, want: np.ndarray) -> list[tuple[np.ndarray, str]]:
    """What the likely mistakes would give on these seeds."""
    final = runs.isel(epoch=-1)
    none, first, second, both = _cells(final.test_accuracy, pair)
    one, other = pair
    mean = "a mean gain over the other's settings: how does that gain *change*?"
    whole = "this is one gain alone: how does it change when the other one is on?"
    return [
        (-want, "a sign: the gain with the other switch on, *minus* that with it off"),
        (want / 2, "that is half of it: the whole change of the gain is asked for"),
        (100 * want, "that is in percentage points: keep fractions, as delta does"),
        (np.full_like(want, want.mean()), "every seed has the same number: one for each seed"),
        ((first - none + both - second) / 2, f"this is {one}'s share: {mean}"),
        ((second - none + both - first) / 2, f"this is {other}'s share: {mean}"),
        (first - none + both - second, f"the two gains of {one} are added up: subtract one from the other"),
        (second - none + both - first, f"the two gains of {other} are added up: subtract one from the other"),
        (both - none, "this is what both bring together: subtract what each brings alone"),
        (first - none, whole),
        (second - none, whole),
        (both - first, whole),
        (both - second, whole),
        (both - first - second, "the plain net is missing: both − first − second + none"),
        (first - second, "this compares one switch with the other: their interaction is asked for"),
        (both, "this is one setting alone: both − first − second + none"),
        (_joint(runs.test_accuracy.max("epoch"), pair), "each run's best epoch: take the last, isel(epoch=-1)"),
        (_joint(runs.test_accuracy.mean("epoch"), pair), "this is a mean over epochs: take the last, isel(epoch=-1)"),
        (_joint(final.train_accuracy, pair), "this is accuracy on the training images: the claim is about new ones"),
        (_joint(final.validation_accuracy, pair), "by the validation images one stops: judge by test_accuracy"),
        (_joint(final.test_loss, pair), "this is the loss: the claim is about accuracy"),
    ]


def _hold_sample(given: Any, pair: _Pair) -> xr.DataArray:
    """Hold the effect that was judged: enough seeds, and two of them run again."""
    if isinstance(given, dict) and "seed" in given.get("coords", {}):
        seeds = tuple(int(seed) for seed in given["coords"]["seed"])
    else:  # without labels: those of the cell that judges
        seeds = tuple(fresh(SEEN + np.asarray(given, dtype=float).size)[SEEN:])
    values = read_effect(given, seeds)
    if len(set(seeds)) < SEEDS:
        raise Mistake(f"{len(set(seeds))} seeds are too few to judge by: take {SEEDS}, seeds({SEEDS})")
    if set(seeds) & set(fresh(SEEN)):
        raise Mistake(
            "the board has shown you these seeds: a question it gave you is judged by others",
            f"effect = experiment(seeds({SEEN + SEEDS})[{SEEN}:])",
        )
    again = _joint(factorial(pair, (seeds[0], seeds[-1])).test_accuracy.isel(epoch=-1), pair)
    if _apart(values[[0, -1]], again) > MARGIN:
        raise Mistake("`effect` is not what your experiment gives: run the cell of the experiment again")
    return xr.DataArray(values, dims="seed", coords={"seed": list(seeds)})
