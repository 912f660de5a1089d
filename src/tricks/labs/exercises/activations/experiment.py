"""Lab 01, exercise 4: a control chosen, a criterion declared, arms paired, and all run again."""

import math
from functools import cache
from typing import Any

import numpy as np
import xarray as xr

from ....data import digits
from ....optimizers import SGD
from ....sweeps import fit, seeds as fresh
from ...answers import explain, number
from ...judged import hold_verdict, read_claim, read_effect
from ...mistakes import Mistake
from .ward import network

__all__ = ["check"]

SEEDS, EPOCHS, BIAS = 20, 60, -2.0
SLOPE = 1 / (1 + math.exp(2))  # softplus' slope at −2
MARGIN = 0.011  # nine images of eight hundred: a control of 0.12 or 0.119 is as good


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold control, claim, experiment, effect and verdict to a trusted run of the same arms."""
    control = _hold_control(student.control)
    claim = read_claim(student.claim)
    own = tuple(int(seed) for seed in 5000 + rng.choice(4000, size=4, replace=False))
    _hold_effect(_read(student.experiment(list(own)), own), own, control)
    effect = _hold_sample(student.effect, control)
    hold_verdict(student.verdict, claim, effect)


def _hold_control(given: Any) -> float:
    """Hold the control's slope to softplus' own where the units start, and return it."""
    value = number(given, "`control`")
    if abs(value - SLOPE) > 0.0025:
        explain(
            ((math.isclose(value, wrong, rel_tol=0.02), steps) for wrong, steps in _CONTROLS.items()),
            f"a slope of {value:g} is not softplus' own at z = −2: then two things differ again",
            "your function of exercise 2 says it: softplus_and_slope(torch.tensor(-2.0), 1)",
        )
    return value


_SAME = "softplus' slope at −2: softplus_and_slope(torch.tensor(-2.0), 1)[1]"
_CONTROLS: dict[float, tuple[str, str]] = {
    0.01: ("that is the colleague's own arm: two things differ, bend *and* slope", _SAME),
    0.0: ("that is ReLU: it differs from softplus in bend *and* slope", _SAME),
    0.2: ("0.2 is the chapter's cure; the control has softplus' own slope at −2", _SAME),
    math.log1p(math.exp(-2)): ("that is softplus' *value* at −2: its slope is asked for", _SAME),
    1 - SLOPE: ("that is its slope at +2: the units start at −2", _SAME),
    SLOPE * (1 - SLOPE): ("that is how fast the slope changes: the slope itself is σ(−2)", _SAME),
    0.5: ("that is its slope at 0: the units start at −2", _SAME),
}


def _read(given: Any, seeds: tuple[int, ...]) -> np.ndarray:
    """Read one number for each seed; what is left over belongs to an arm."""
    extra = [d for d in given.get("dims", ()) if d not in ("seed", "epoch")] if isinstance(given, dict) else []
    if extra:
        raise Mistake(
            f"the effect still has the dimension {extra[0]}: one number a seed is asked for",
            "one arm minus the other: softplus − control",
        )
    return read_effect(given, seeds)


@cache
def _arms(seeds: tuple[int, ...], slope: float = SLOPE, bias: float = BIAS) -> tuple[xr.Dataset, xr.Dataset]:
    """Train softplus and its control again, on the check's own side."""
    how: dict[str, Any] = {"seeds": list(seeds), "epochs": EPOCHS, "record_every": EPOCHS, "bias": bias}
    recipe = network, digits(train=100, standardise=True), SGD(lr=0.15, momentum=0.9)
    return fit(*recipe, unit="softplus", **how), fit(*recipe, slope=slope, **how)


def _gained(arms: tuple[xr.Dataset, xr.Dataset], what: str = "test_accuracy") -> xr.DataArray:
    soft, bent = arms
    return soft[what].isel(epoch=-1) - bent[what].isel(epoch=-1)


def _apart(got: np.ndarray, want: np.ndarray) -> float:
    return float(np.abs(got - want).max())


def _hold_effect(got: np.ndarray, seeds: tuple[int, ...], control: float) -> None:
    """Hold the student's effect on seeds of the check's choice, and guess what went wrong."""
    want = _gained(_arms(seeds, control)).values
    if _apart(got, want) <= MARGIN and len(set(got)) > 1:
        return
    guesses = {slip: _apart(got, wrong) for slip, wrong in _slips(seeds, want, control).items()}
    nearest = min(guesses, key=guesses.__getitem__)
    explain(
        [(guesses[nearest] <= MARGIN / 2, _STEPS[nearest])],
        f"seed {seeds[0]}: your effect is {got[0]:.2f}, and run again it is {want[0]:.2f}",
        "the recipe: 100 standardised images, SGD(lr=0.15, momentum=0.9), 60 epochs, bias=-2.0",
    )


def _slips(seeds: tuple[int, ...], want: np.ndarray, control: float) -> dict[str, np.ndarray]:
    """What the likely mistakes would give on these seeds."""
    arms = soft, bent = _arms(seeds, control)
    return {
        "sign": -want,
        "percent": 100 * want,
        "mean": np.full_like(want, want.mean()),
        "soft": soft.test_accuracy.isel(epoch=-1).values,
        "bent": bent.test_accuracy.isel(epoch=-1).values,
        "loss": _gained(arms, "test_loss").values,
        "train": _gained(arms, "train_accuracy").values,
        "validation": _gained(arms, "validation_accuracy").values,
        "colleague": _gained(_arms(seeds, 0.01)).values,
        "relu": _gained(_arms(seeds, 0.0)).values,
        "healthy": _gained(_arms(seeds, control, 0.0)).values,
        "hostile": _gained(_arms(seeds, control, -5.0)).values,
    }


def _hold_sample(given: Any, control: float) -> xr.DataArray:
    """Hold the effect that was judged: enough seeds, and two of them run again."""
    if isinstance(given, dict) and "seed" in given.get("coords", {}):
        seeds = tuple(int(seed) for seed in given["coords"]["seed"])
    else:  # without labels: what experiment(seeds(20)) gives has that order
        seeds = tuple(fresh(np.asarray(given).size))
    values = _read(given, seeds)
    if len(set(seeds)) < SEEDS:
        raise Mistake(f"{len(set(seeds))} seeds are too few to judge by: take {SEEDS}, seeds({SEEDS})")
    if _apart(values[[0, -1]], _gained(_arms((seeds[0], seeds[-1]), control)).values) > MARGIN:
        raise Mistake("`effect` is not what your experiment gives: run the cell of the experiment again")
    return xr.DataArray(values, dims="seed", coords={"seed": list(seeds)})


_ELSEWHERE = "the claim is about accuracy on the test images: test_accuracy"
_STEPS: dict[str, tuple[str, ...]] = {
    "sign": ("the arms are swapped: the effect is softplus *minus* its control",),
    "percent": ("that is in percentage points: keep fractions, as delta does",),
    "mean": ("every seed has the same number: pair them, one difference for each seed",),
    "soft": ("this is softplus alone: an effect compares, softplus minus control",),
    "bent": ("this is the control alone: an effect compares, softplus minus control",),
    "loss": ("this is the loss: " + _ELSEWHERE,),
    "train": ("this is accuracy on the training images: " + _ELSEWHERE,),
    "validation": ("these are the validation images: " + _ELSEWHERE,),
    "colleague": ("this compares with a slope of 0.01, as the colleague did: use your control",),
    "relu": ("this compares with an ordinary ReLU: pass the control's slope, slope=control",),
    "healthy": ("your networks are healthy: the question is asked at bias=-2.0",),
    "hostile": ("your biases start at −5: the question is asked at bias=-2.0",),
}
