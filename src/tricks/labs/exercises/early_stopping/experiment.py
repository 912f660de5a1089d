"""Lab 04, exercise 4: ten images watch. Declared, paired, judged, and run again by somebody else."""

from functools import cache
from typing import Any

import numpy as np
import xarray as xr

from ....data import digits
from ....optimizers import Adam
from ....sweeps import fit, seeds as fresh
from ...answers import explain
from ...judged import hold_verdict, read_claim, read_effect
from ...mistakes import Mistake
from .clinic import network

__all__ = ["check"]

SEEDS, EPOCHS = 20, 60
MARGIN = 0.005  # four images of eight hundred: `fit` gives the same run bit for bit


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold claim, experiment, effect and verdict to a trusted run of the same two arms."""
    claim = read_claim(student.claim)
    own = tuple(int(seed) for seed in 5000 + rng.choice(4000, size=4, replace=False))
    _hold_effect(_read_effect(student.experiment(list(own)), own), own)
    effect = _hold_sample(student.effect)
    hold_verdict(student.verdict, claim, effect)


def _read_effect(given: Any, seeds: tuple[int, ...]) -> np.ndarray:
    """Read one number for each seed; an arm too many is named first."""
    if isinstance(given, dict) and "patience" in given.get("dims", ()):
        raise Mistake(
            "the effect still has the dimension patience: one number a seed is asked for",
            "one arm minus the other: final.isel(patience=1) - final.isel(patience=0)",
        )
    return read_effect(given, seeds)


@cache
def _arms(seeds: tuple[int, ...], noise: float = 0.2, validation: int = 10, every: int = 4) -> xr.Dataset:
    """Train both arms again, on the check's own side: first without patience, then with it."""
    data, how = digits(train=100, validation=validation, noise=noise), {"epochs": EPOCHS, "record_every": every}
    return fit(network, data, Adam(0.02), seeds=list(seeds), patience=[None, 12], **how)


def _gained(records: xr.DataArray) -> np.ndarray:
    return (records.isel(patience=1) - records.isel(patience=0)).values


def _apart(got: np.ndarray, want: np.ndarray) -> float:
    return float(np.abs(got - want).max())


def _hold_effect(got: np.ndarray, seeds: tuple[int, ...]) -> None:
    """Hold the student's effect on seeds of the check's choice, and guess what went wrong."""
    want = _gained(_arms(seeds).test_accuracy.isel(epoch=-1))
    if _apart(got, want) <= MARGIN:
        return
    guesses = {slip: _apart(got, wrong) for slip, wrong in _slips(seeds, want).items()}
    nearest = min(guesses, key=guesses.__getitem__)
    explain(
        [(guesses[nearest] <= MARGIN, _STEPS[nearest])],
        f"seed {seeds[0]}: your effect is {got[0]:.2f}, and run again it is {want[0]:.2f}",
        "the recipe: 100 images, 10 watch, noise=0.2, Adam(0.02), 60 epochs, record_every=4, patience 12 or None",
    )


def _slips(seeds: tuple[int, ...], want: np.ndarray) -> dict[str, np.ndarray]:
    """What the likely mistakes would give on these seeds."""
    runs = _arms(seeds)
    accuracy, final = runs.test_accuracy, runs.isel(epoch=-1)
    return {
        "sign": -want,
        "percent": 100 * want,
        "mean": np.full_like(want, want.mean()),
        "unpaired": final.test_accuracy[1].values - final.test_accuracy[0].values[::-1],
        "loss": _gained(final.test_loss),
        "epochs": _gained(accuracy.mean("epoch")),
        "validation": _gained(final.validation_accuracy),
        "best": _gained(accuracy.max("epoch")),
        "hindsight": (accuracy[0].max("epoch") - final.test_accuracy[0]).values,
        "arm": final.test_accuracy[1].values,
        "train": _gained(final.train_accuracy),
        "noise": _gained(_arms(seeds, noise=0.0).test_accuracy.isel(epoch=-1)),
        "every": _gained(_arms(seeds, every=1).test_accuracy.isel(epoch=-1)),
        "watchers": _gained(_arms(seeds, validation=200).test_accuracy.isel(epoch=-1)),
    }


def _hold_sample(given: Any) -> xr.DataArray:
    """Hold the effect that was judged: enough seeds, and two of them run again."""
    if isinstance(given, dict) and "seed" in given.get("coords", {}):
        seeds = tuple(int(seed) for seed in given["coords"]["seed"])
    else:  # without labels: what experiment(seeds(20)) gives has that order
        seeds = tuple(fresh(len(given) if hasattr(given, "__len__") else 1))
    values = _read_effect(given, seeds)
    if len(set(seeds)) < SEEDS:
        raise Mistake(f"{len(set(seeds))} seeds are too few to judge by: take {SEEDS}, seeds({SEEDS})")
    again = _gained(_arms((seeds[0], seeds[-1])).test_accuracy.isel(epoch=-1))
    if _apart(values[[0, -1]], again) > MARGIN:
        raise Mistake("`effect` is not what your experiment gives: run the cell of the experiment again")
    return xr.DataArray(values, dims="seed", coords={"seed": list(seeds)})


_STEPS: dict[str, tuple[str, ...]] = {
    "sign": ("the arms are swapped: the effect is stopped *minus* not stopped",),
    "percent": ("that is in percentage points: keep fractions, as delta does",),
    "mean": ("every seed has the same number: pair them, one difference for each seed",),
    "unpaired": ("the arms' seeds do not match: pair each seed with itself",),
    "loss": ("this is the loss: the claim is about accuracy on the test images",),
    "epochs": ("this is a mean over epochs: the claim is about the network at the end, isel(epoch=-1)",),
    "best": ("this takes each run's best epoch by the *test* images: at the end, isel(epoch=-1)",),
    "hindsight": ("this lets the test images choose the moment: the ten that watch have to, patience=12",),
    "arm": ("this is one arm alone: an effect compares, stopped minus not stopped",),
    "train": ("this is accuracy on the training images: the question is about new ones, test_accuracy",),
    "validation": ("the images that picked the moment cannot grade it: test_accuracy",),
    "noise": ("your labels are all right: the question is asked with noise=0.2",),
    "every": ("the ten are asked after every epoch: the question is asked with record_every=4",),
    "watchers": ("two hundred images watch: the question is asked with validation=10",),
}
