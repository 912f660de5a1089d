"""Lab 02, exercise 5: an experiment declared, paired, judged, and run again by somebody else."""

from typing import Any

import numpy as np
import xarray as xr

from ....data import digits
from ....optimizers import SGD
from ....sweeps import fit
from ...answers import explain
from ...judged import hold_verdict, read_claim, read_effect
from ...mistakes import Mistake
from .ward import deep_sigmoid

__all__ = ["check"]

SEEDS, EPOCHS, LR = 20, 150, 0.1
MARGIN = 0.005  # half an image of a hundred: `fit` gives the same run bit for bit


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold claim, experiment, effect and verdict to a trusted run of the same two arms."""
    claim = read_claim(student.claim)
    fresh = tuple(int(seed) for seed in 5000 + rng.choice(4000, size=4, replace=False))
    _hold_effect(read_effect(student.experiment(list(fresh)), fresh), fresh)
    effect = _hold_sample(student.effect)
    hold_verdict(student.verdict, claim, effect)


def _arms(seeds: tuple[int, ...], gain: float = 4.0) -> xr.Dataset:
    """Train both arms again, on the check's own side."""
    return fit(
        deep_sigmoid, digits(train=100), SGD(lr=LR), seeds=list(seeds), epochs=EPOCHS, gain=gain, centred=[False, True]
    )


def _gained(records: xr.DataArray) -> np.ndarray:
    return (records.sel(centred=True) - records.sel(centred=False)).values


def _apart(got: np.ndarray, want: np.ndarray) -> float:
    return float(np.abs(got - want).max())


def _hold_effect(got: np.ndarray, seeds: tuple[int, ...]) -> None:
    """Hold the student's effect on seeds of the check's choice, and guess what went wrong."""
    final = _arms(seeds).isel(epoch=-1)
    want = _gained(final.train_accuracy)
    if _apart(got, want) <= MARGIN:
        return
    guesses = {slip: _apart(got, wrong) for slip, wrong in _slips(seeds, want).items()}
    nearest = min(guesses, key=guesses.__getitem__)
    explain(
        [(guesses[nearest] <= MARGIN, _STEPS[nearest])],
        f"seed {seeds[0]}: your effect is {got[0]:.2f}, and run again it is {want[0]:.2f}",
        "the recipe: 100 images, SGD(lr=0.1), 150 epochs, gain=4.0, equal seeds in both arms",
    )


def _slips(seeds: tuple[int, ...], want: np.ndarray) -> dict[str, np.ndarray]:
    """What the likely mistakes would give on these seeds."""
    runs, plain = _arms(seeds), _arms(seeds, gain=1.0).train_accuracy.isel(epoch=-1)
    accuracy, final = runs.train_accuracy, runs.isel(epoch=-1)
    centred = final.train_accuracy.sel(centred=True)
    return {
        "sign": -want,
        "percent": 100 * want,
        "mean": np.full_like(want, want.mean()),
        "loss": _gained(final.train_loss),
        "epochs": _gained(accuracy.mean("epoch")),
        "best": _gained(accuracy.max("epoch")),
        "arm": centred.values,
        "validation": _gained(final.validation_accuracy),
        "test": _gained(final.test_accuracy),
        "gain": _gained(plain),
        "both": (centred - plain.sel(centred=False)).values,
    }


def _hold_sample(given: Any) -> xr.DataArray:
    """Hold the effect that was judged: enough seeds, and two of them run again."""
    if not isinstance(given, dict) or "seed" not in given.get("coords", {}):
        raise Mistake("`effect` should be what experiment(seeds(20)) returns, labelled by seed")
    seeds = tuple(int(seed) for seed in given["coords"]["seed"])
    values = read_effect(given, seeds)
    if len(set(seeds)) < SEEDS:
        raise Mistake(f"{len(set(seeds))} seeds are too few to judge by: take {SEEDS}, seeds({SEEDS})")
    again = _gained(_arms((seeds[0], seeds[-1])).train_accuracy.isel(epoch=-1))
    if _apart(values[[0, -1]], again) > MARGIN:
        raise Mistake("`effect` is not what your experiment gives: run the cell of the experiment again")
    return xr.DataArray(values, dims="seed", coords={"seed": list(seeds)})


_ELSEWHERE = "this is accuracy on other images: whether a network *learns* shows on the training part"
_STEPS: dict[str, tuple[str, ...]] = {
    "sign": ("the arms are swapped: the effect is centred *minus* not centred",),
    "percent": ("that is in percentage points: keep fractions, as delta does",),
    "mean": ("every seed has the same number: pair them, one difference for each seed",),
    "loss": ("this is the loss: the claim is about accuracy on the training images",),
    "epochs": ("this is a mean over epochs: the claim is about the last one, isel(epoch=-1)",),
    "best": ("this takes each run's best epoch, chosen after the fact: take the last, isel(epoch=-1)",),
    "arm": ("this is one arm alone: an effect compares, centred minus not centred",),
    "validation": (_ELSEWHERE,),
    "test": (_ELSEWHERE,),
    "gain": ("the weights are Xavier's in both arms: the question is asked at gain=4.0",),
    "both": (
        "two things differ between your arms, gain and centring: change one at a time",
        "gain=4.0 in both arms, centred=[False, True]",
    ),
}
