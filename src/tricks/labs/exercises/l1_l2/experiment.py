"""Lab 05, exercise 6: does L2 help where both arms have their own best rate?"""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import xarray as xr

from ....data import digits
from ....optimizers import SGD
from ....sweeps import fit
from ...answers import explain, number
from ...judged import hold_verdict, read_claim, read_effect
from ...mistakes import Mistake
from .ward import ARMS, DECAY, PILOTS, RATES, small

__all__ = ["check"]

EPOCHS, SEEDS = 100, 20
MARGIN = 0.002  # two images of 800; `fit` gives the same run bit for bit
GOOD_ENOUGH = 0.01  # of two rates so near to each other neither is the wrong one


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold claim, rates, experiment, effect and verdict to a trusted run of the same recipe."""
    claim = read_claim(student.claim)
    rates = _hold_rates(student.rates)
    fresh = tuple(int(seed) for seed in 5000 + rng.choice(4000, size=4, replace=False))
    _hold_effect(read_effect(student.experiment(list(fresh)), fresh), fresh, rates)
    hold_verdict(student.verdict, claim, _hold_sample(student.effect, rates))


@cache
def _arm(decay: float, seeds: tuple[int, ...], rate: float | None = None) -> xr.Dataset:
    """Train one arm again, on the check's own side; at all rates where none is given."""
    rule = replace(SGD(momentum=0.9), lr=RATES if rate is None else rate, weight_decay=decay)
    return fit(
        small, digits(100, noise=0.2), rule, seeds=list(seeds), epochs=EPOCHS, record_every=EPOCHS
    ).isel(epoch=-1)  # fmt: skip


def _hold_rates(given: Any) -> tuple[float, float]:
    """Hold the two rates to the pilots' validation accuracy."""
    if not isinstance(given, dict) or len(given) != 2:
        raise Mistake("`rates` is still open: a dictionary of two rates, none and L2")
    chosen = []
    for arm, decay in ARMS.items():
        name = "with L2" if decay else "without L2"
        rate = number(given.get(arm), f"the rate {name}")
        if rate not in RATES:
            raise Mistake(f"the rate {name}, {rate:g}, is not one of lab.RATES")
        scores = _arm(decay, PILOTS).validation_accuracy.mean("seed")
        lost = float(scores.max() - scores.sel(lr=rate))
        if lost > GOOD_ENOUGH:
            train = _arm(decay, PILOTS).train_accuracy.mean("seed")
            by_train = rate == RATES[int(train.argmax("lr"))]
            more = "; chosen by the training images?" if by_train else ""
            raise Mistake(
                f"the rate {name}: {rate:g} is {100 * lost:.0f} points below the best on validation{more}",
                "average validation_accuracy over the pilots, and take the rate with the highest, in each arm",
            )
        chosen.append(rate)
    return chosen[0], chosen[1]


def _gained(seeds: tuple[int, ...], rates: tuple[float, float], part: str = "test_accuracy") -> np.ndarray:
    none, decayed = (_arm(decay, seeds, rate)[part] for decay, rate in zip((0.0, DECAY), rates, strict=True))
    return (decayed - none).values


def _apart(got: np.ndarray, want: np.ndarray) -> float:
    return float(np.abs(got - want).max())


def _hold_effect(got: np.ndarray, seeds: tuple[int, ...], rates: tuple[float, float]) -> None:
    """Hold the student's effect on seeds of the check's choice, and guess what went wrong."""
    want = _gained(seeds, rates)
    if _apart(got, want) <= MARGIN:
        return
    none, decayed = rates
    guesses = {
        "the arms are swapped: the effect is with L2 *minus* without": -want,
        "that is in percentage points: keep fractions, as delta does": 100 * want,
        "every seed has the same number: pair them, one difference for each seed": np.full_like(want, want.mean()),
        "both arms have L2's rate: each should have its own best one": _gained(seeds, (decayed, decayed)),
        "both arms have the rate without L2: each should have its own best one": _gained(seeds, (none, none)),
        "the rates are swapped between the arms": _gained(seeds, (decayed, none)),
        "this is the validation part, by which the rates were chosen: take test": _gained(
            seeds, rates, "validation_accuracy"
        ),
        "this is accuracy on the training images: the claim is about new ones": _gained(seeds, rates, "train_accuracy"),
        "this is the loss: the claim is about accuracy": _gained(seeds, rates, "test_loss"),
        "this is one arm alone: with L2 minus without": _arm(DECAY, seeds, decayed).test_accuracy.values,
        "no decay in either arm: weight_decay=lab.DECAY in the one with L2": (
            _arm(0.0, seeds, decayed).test_accuracy - _arm(0.0, seeds, none).test_accuracy
        ).values,
    }
    explain(
        ((_apart(got, wrong) <= MARGIN, (hint,)) for hint, wrong in guesses.items()),
        f"seed {seeds[0]}: your effect is {got[0]:.3f}, and run again it is {want[0]:.3f}",
        "the recipe: digits(100, noise=0.2), SGD with momentum 0.9, 100 epochs, equal seeds",
    )


def _hold_sample(given: Any, rates: tuple[float, float]) -> xr.DataArray:
    """Hold the effect that was judged: enough seeds, none of them a pilot, two of them run again."""
    if not isinstance(given, dict) or "seed" not in given.get("coords", {}):
        raise Mistake("`effect` should be what experiment(seeds(20)) returns, labelled by seed")
    seeds = tuple(int(seed) for seed in given["coords"]["seed"])
    values = read_effect(given, seeds)
    if len(set(seeds)) < SEEDS:
        raise Mistake(f"{len(set(seeds))} seeds are too few to judge by: take {SEEDS}, seeds({SEEDS})")
    if set(seeds) & set(PILOTS):
        raise Mistake("the pilots chose the rates, so they cannot judge them: take seeds(20)")
    if _apart(values[[0, -1]], _gained((seeds[0], seeds[-1]), rates)) > MARGIN:
        raise Mistake("`effect` is not what your experiment gives: run the cell of the experiment again")
    return xr.DataArray(values, dims="seed", coords={"seed": list(seeds)})
