"""Lab 02, exercise 5: an experiment declared, paired, judged, and run again by somebody else."""

import math
from functools import cache
from typing import Any

import numpy as np
import xarray as xr

from ....claims import Claim, judge
from ....data import digits
from ....optimizers import SGD
from ....sweeps import fit
from ...answers import explain, number
from ...mistakes import Mistake
from .ward import deep_sigmoid

__all__ = ["check"]

SEEDS, EPOCHS, LR = 20, 150, 0.1
MARGIN = 0.005  # half an image of a hundred: `fit` gives the same run bit for bit


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold claim, experiment, effect and verdict to a trusted run of the same two arms."""
    claim = _read_claim(student.claim)
    fresh = tuple(int(seed) for seed in 5000 + rng.choice(4000, size=4, replace=False))
    _hold_effect(_read_effect(student.experiment(list(fresh)), fresh), fresh)
    effect = _hold_sample(student.effect)
    _hold_verdict(student.verdict, claim, effect)


def _read_claim(given: Any) -> Claim:
    """Read the claim: what it says, how much would matter, and which way."""
    if not isinstance(given, dict) or "delta" not in given:
        raise Mistake("`claim` is still open: declare Claim(id, statement, source, delta, expects)")
    if len(str(given["statement"]).split()) < 5:
        raise Mistake("the claim's statement should be a sentence that could turn out to be false")
    if given["expects"] == "exact":
        raise Mistake("`exact` is for identities: an accuracy over seeds is greater, smaller or equivalent")
    delta = number(given["delta"], "the claim's delta")
    if not delta > 0:
        raise Mistake("delta should be above 0: the smallest difference that you would care about")
    if delta > 0.5:
        raise Mistake(
            f"delta = {delta:g} is more than half of all images: accuracy is a fraction here",
            "2 percentage points are delta=0.02",
        )
    return Claim(**given)


def _read_effect(given: Any, seeds: tuple[int, ...]) -> np.ndarray:
    """Read one number for each seed, in the seeds' order."""
    if isinstance(given, dict) and "dims" in given:
        extra = [dim for dim in given["dims"] if dim != "seed"]
        if "epoch" in extra:
            raise Mistake("the effect still has an epoch for a dimension: take the last, isel(epoch=-1)")
        if extra:
            raise Mistake(
                f"the effect still has the dimension {extra[0]}: one number a seed is asked for",
                "one arm minus the other: accuracy.sel(centred=True) - accuracy.sel(centred=False)",
            )
        given = given["values"]
    values = np.asarray(given, dtype=float)
    if values.ndim == 0:
        raise Mistake(
            "the mean over seeds is taken too early: the effect is one number for *each* seed",
            "return the difference over `seed`: `judge` averages, and needs the spread",
        )
    if values.shape != (len(seeds),):
        raise Mistake(
            f"for {len(seeds)} seeds {values.size} numbers come back: use the seeds that are given",
            "pass them on: fit(…, seeds=seeds)",
        )
    return values


@cache
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
    values = _read_effect(given, seeds)
    if len(set(seeds)) < SEEDS:
        raise Mistake(f"{len(set(seeds))} seeds are too few to judge by: take {SEEDS}, seeds({SEEDS})")
    again = _gained(_arms((seeds[0], seeds[-1])).train_accuracy.isel(epoch=-1))
    if _apart(values[[0, -1]], again) > MARGIN:
        raise Mistake("`effect` is not what your experiment gives: run the cell of the experiment again")
    return xr.DataArray(values, dims="seed", coords={"seed": list(seeds)})


def _hold_verdict(given: Any, claim: Claim, effect: xr.DataArray) -> None:
    """Hold the verdict to what `judge` makes of this claim and this effect."""
    if not isinstance(given, dict) or "verdict" not in given:
        raise Mistake("`verdict` should be what judge(claim, effect) returns")
    want = judge(claim, effect)
    if given["claim"] != vars(claim):
        raise Mistake(
            "the verdict belongs to another claim than the one declared: the criterion comes first",
            "run the cell of the claim, then that of the experiment, and leave the claim as it is",
        )
    same = math.isclose(given["estimate"], want.estimate, abs_tol=1e-9) and given["n"] == want.n
    if given["verdict"] != want.verdict or not same:
        raise Mistake(f"`judge` says {want.verdict} of this effect, and your verdict {given['verdict']}")


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
