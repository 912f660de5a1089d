"""Lab 00, exercise 5: an experiment declared, paired, judged, and run again by somebody else."""

from functools import cache
from typing import Any

import numpy as np
import xarray as xr
from torch import Tensor

from ....data import digits
from ....optimizers import Adam
from ....sweeps import fit, seeds as fresh
from ...answers import explain
from ...judged import hold_verdict, read_claim, read_effect
from ...mistakes import Mistake
from .ward import one_layer

__all__ = ["check"]

SEEDS, EPOCHS = 20, 80
MARGIN = 0.005  # four images of eight hundred: `fit` gives the same run bit for bit


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold claim, experiment, effect and verdict to a trusted run of the same two arms."""
    claim = read_claim(student.claim)
    own = tuple(int(seed) for seed in 5000 + rng.choice(4000, size=4, replace=False))
    _hold_effect(read_effect(student.experiment(list(own)), own), own)
    effect = _hold_sample(student.effect)
    hold_verdict(student.verdict, claim, effect)


@cache
def _arms(seeds: tuple[int, ...], noise: float = 0.2) -> xr.Dataset:
    """Train both arms again, on the check's own side."""
    how = {"seeds": list(seeds), "epochs": EPOCHS, "record_every": 20, "width": [6, 64]}
    return fit(one_layer, digits(train=200, noise=noise), Adam(0.015), **how)


def _narrow_minus_wide(records: xr.DataArray) -> np.ndarray:
    return (records.sel(width=6) - records.sel(width=64)).values


def _apart(got: np.ndarray, want: np.ndarray) -> float:
    return float(np.abs(got - want).max())


def _hold_effect(got: np.ndarray, seeds: tuple[int, ...]) -> None:
    """Hold the student's effect on seeds of the check's choice, and guess what went wrong."""
    want = _narrow_minus_wide(_arms(seeds).test_accuracy.isel(epoch=-1))
    if _apart(got, want) <= MARGIN:
        return
    guesses = {slip: _apart(got, wrong) for slip, wrong in _slips(seeds, want).items()}
    nearest = min(guesses, key=guesses.__getitem__)
    explain(
        [(guesses[nearest] <= MARGIN, _STEPS[nearest])],
        f"seed {seeds[0]}: your effect is {got[0]:.2f}, and run again it is {want[0]:.2f}",
        "the recipe: 200 images, noise=0.2, Adam(0.015), 80 epochs, equal seeds in both arms",
    )


def _slips(seeds: tuple[int, ...], want: np.ndarray) -> dict[str, np.ndarray]:
    """What the likely mistakes would give on these seeds."""
    runs, quiet = _arms(seeds), _arms(seeds, noise=0.0).isel(epoch=-1)
    accuracy, final = runs.test_accuracy, runs.isel(epoch=-1)
    gap = _narrow_minus_wide(final.train_accuracy - final.validation_accuracy)
    return {
        "sign": -want,
        "percent": 100 * want,
        "mean": np.full_like(want, want.mean()),
        "unpaired": final.test_accuracy.sel(width=6).values - final.test_accuracy.sel(width=64).values[::-1],
        "gap": gap,
        "closed": -gap,
        "loss": _narrow_minus_wide(final.test_loss),
        "epochs": _narrow_minus_wide(accuracy.mean("epoch")),
        "best": _narrow_minus_wide(accuracy.max("epoch")),
        "arm": final.test_accuracy.sel(width=6).values,
        "train": _narrow_minus_wide(final.train_accuracy),
        "validation": _narrow_minus_wide(final.validation_accuracy),
        "noise": _narrow_minus_wide(quiet.test_accuracy),
    }


def _hold_sample(given: Any) -> xr.DataArray:
    """Hold the effect that was judged: enough seeds, and two of them run again."""
    if isinstance(given, dict) and "seed" in given.get("coords", {}):
        seeds = tuple(int(seed) for seed in given["coords"]["seed"])
    else:  # without labels: what experiment(seeds(20)) gives has that order
        seeds = tuple(fresh(np.asarray(given).size if isinstance(given, list | Tensor) else 1))
    values = read_effect(given, seeds)
    if len(set(seeds)) < SEEDS:
        raise Mistake(f"{len(set(seeds))} seeds are too few to judge by: take {SEEDS}, seeds({SEEDS})")
    again = _narrow_minus_wide(_arms((seeds[0], seeds[-1])).test_accuracy.isel(epoch=-1))
    if _apart(values[[0, -1]], again) > MARGIN:
        raise Mistake("`effect` is not what your experiment gives: run the cell of the experiment again")
    return xr.DataArray(values, dims="seed", coords={"seed": list(seeds)})


_GAP = (
    "this is the gap: it also closes when a network knows *less* of what it learned from",
    "the question is about new digits: test_accuracy",
)
_STEPS: dict[str, tuple[str, ...]] = {
    "sign": ("the arms are swapped: the effect is 6 units *minus* 64",),
    "percent": ("that is in percentage points: keep fractions, as delta does",),
    "mean": ("every seed has the same number: pair them, one difference for each seed",),
    "unpaired": ("the arms' seeds do not match: pair each seed with itself",),
    "gap": _GAP,
    "closed": _GAP,
    "loss": ("this is the loss: the claim is about accuracy on the test images",),
    "epochs": ("this is a mean over epochs: the claim is about the last one, isel(epoch=-1)",),
    "best": ("this takes each run's best epoch, chosen after the fact: take the last, isel(epoch=-1)",),
    "arm": ("this is one arm alone: an effect compares, 6 units minus 64",),
    "train": ("this is accuracy on the training images: the question is about new ones, test_accuracy",),
    "validation": ("the colleague chose by the validation images: judge by others, test_accuracy",),
    "noise": ("your labels are all right: the question is asked with noise=0.2",),
}
