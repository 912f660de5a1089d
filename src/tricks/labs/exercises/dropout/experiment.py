"""Lab 06, exercise 5: is a net with dropout just a smaller one? Declared, paired, judged, run again."""

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
from .boxes import patient

__all__ = ["check"]

SEEDS, EPOCHS = 20, 40
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
    axes = [dim for dim in given["dims"] if dim not in ("seed", "epoch")] if isinstance(given, dict) else []
    if axes:
        raise Mistake(
            f"the effect still has the dimension {axes[0]}: one number a seed is asked for",
            "one arm minus the other: 64 units with dropout minus 32 without",
        )
    return read_effect(given, seeds)


@cache
def _grid(seeds: tuple[int, ...], noise: float = 0.2) -> xr.Dataset:
    """Train all four on the check's own side: the two arms, and what may be taken for them."""
    how = {"seeds": list(seeds), "epochs": EPOCHS, "record_every": 10, "p": [0.0, 0.5], "width": [32, 64]}
    return fit(patient, digits(train=100, noise=noise), Adam(0.03), **how)


@cache
def _arms(seeds: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Train the two arms: final test accuracy of 64 units with dropout, and of 32 without."""
    how = {"seeds": list(seeds), "epochs": EPOCHS, "record_every": EPOCHS}
    runs = [
        fit(patient, digits(train=100, noise=0.2), Adam(0.03), p=p, width=n, **how) for p, n in ((0.5, 64), (0, 32))
    ]
    large, small = (run.test_accuracy.isel(epoch=-1).values for run in runs)
    return large, small


def _gained(records: xr.DataArray) -> np.ndarray:
    return (records.sel(p=0.5, width=64) - records.sel(p=0.0, width=32)).values


def _apart(got: np.ndarray, want: np.ndarray) -> float:
    return float(np.abs(got - want).max())


def _hold_effect(got: np.ndarray, seeds: tuple[int, ...]) -> None:
    """Hold the student's effect on seeds of the check's choice, and guess what went wrong."""
    large, small = _arms(seeds)
    want = large - small
    if _apart(got, want) <= MARGIN:
        return
    guesses = {slip: _apart(got, wrong) for slip, wrong in _slips(seeds, want).items()}
    nearest = min(guesses, key=guesses.__getitem__)
    explain(
        [(guesses[nearest] <= MARGIN, _STEPS[nearest])],
        f"seed {seeds[0]}: your effect is {got[0]:.2f}, and run again it is {want[0]:.2f}",
        "the recipe: 100 images, noise=0.2, Adam(0.03), 40 epochs, equal seeds in both arms",
    )


def _slips(seeds: tuple[int, ...], want: np.ndarray) -> dict[str, np.ndarray]:
    """What the likely mistakes would give on these seeds."""
    runs, quiet = _grid(seeds), _grid(seeds, noise=0.0).isel(epoch=-1)
    accuracy, final = runs.test_accuracy, runs.isel(epoch=-1)
    test = {(p, n): final.test_accuracy.sel(p=p, width=n).values for p in (0.0, 0.5) for n in (32, 64)}
    return {
        "sign": -want,
        "percent": 100 * want,
        "mean": np.full_like(want, want.mean()),
        "unpaired": test[0.5, 64] - test[0.0, 32][::-1],
        "same size": test[0.5, 64] - test[0.0, 64],
        "small": test[0.5, 32] - test[0.0, 32],
        "nobody": test[0.0, 64] - test[0.0, 32],
        "everywhere": test[0.5, 64] - test[0.5, 32],
        "exchanged": test[0.5, 32] - test[0.0, 64],
        "arm": test[0.5, 64],
        "loss": _gained(final.test_loss),
        "epochs": _gained(accuracy.mean("epoch")),
        "best": _gained(accuracy.max("epoch")),
        "train": _gained(final.train_accuracy),
        "validation": _gained(final.validation_accuracy),
        "noise": _gained(quiet.test_accuracy),
    }


def _hold_sample(given: Any) -> xr.DataArray:
    """Hold the effect that was judged: enough seeds, and two of them run again."""
    labelled = isinstance(given, dict) and "seed" in given.get("coords", {})
    # Without labels, what experiment(seeds(20)) gives has that order.
    seeds = (
        tuple(int(seed) for seed in given["coords"]["seed"])
        if labelled
        else tuple(fresh(max(np.asarray(given).size, 1)))
    )
    values = _read_effect(given, seeds)
    if len(set(seeds)) < SEEDS:
        raise Mistake(f"{len(set(seeds))} seeds are too few to judge by: take {SEEDS}, seeds({SEEDS})")
    large, small = _arms((seeds[0], seeds[-1]))
    if _apart(values[[0, -1]], large - small) > MARGIN:
        raise Mistake("`effect` is not what your experiment gives: run the cell of the experiment again")
    return xr.DataArray(values, dims="seed", coords={"seed": list(seeds)})


_OTHER = "the question is about new images: test_accuracy"
_STEPS: dict[str, tuple[str, ...]] = {
    "sign": ("the arms are swapped: the effect is with dropout *minus* the small net without",),
    "percent": ("that is in percentage points: keep fractions, as delta does",),
    "mean": ("every seed has the same number: pair them, one difference for each seed",),
    "unpaired": ("the arms' seeds do not match: pair each seed with itself",),
    "same size": (
        "both nets have 64 units: that asks whether dropout helps, not what it is",
        "with p = ½ about 32 of 64 play at a time: which net without dropout has as many?",
    ),
    "small": ("both nets have 32 units: of the one with dropout, 16 play. Give it 64",),
    "nobody": ("nobody is dropped in either arm: the large net should have p=0.5",),
    "everywhere": ("both nets drop half of their units: the small one should have p=0.0",),
    "exchanged": ("the sizes are exchanged: 64 units with dropout, 32 without",),
    "arm": ("this is one arm alone: an effect compares, with dropout minus without",),
    "loss": ("this is the loss: the claim is about accuracy on the test images",),
    "epochs": ("this is a mean over epochs: the claim is about the last one, isel(epoch=-1)",),
    "best": ("this takes each run's best epoch, chosen after the fact: take the last, isel(epoch=-1)",),
    "train": ("this is accuracy on the training images", _OTHER),
    "validation": ("these are the validation images: keep them for choosing, and judge by test_accuracy",),
    "noise": ("your labels are all right: the question is asked with noise=0.2",),
}
