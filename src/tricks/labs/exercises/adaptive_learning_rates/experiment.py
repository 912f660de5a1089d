"""Lab 03, exercise 5: two optimisers tuned alike, judged elsewhere, and run again by somebody else."""

import math
from typing import Any

import numpy as np
import xarray as xr

from ....claims import Claim, judge
from ...answers import number
from ...mistakes import Mistake
from .effects import Table, apart, best, gap, hold_effect, race
from .rates import read_rates

__all__ = ["check"]

JUDGED = 20


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold rates, claim, experiment, effect and verdict to a trusted run with the same rates."""
    rates = read_rates(student.rates)
    claim = _read_claim(student.claim)
    tuning, judged = _telling_seeds(rates, rng)
    got = _read_effect(student.experiment(tuning, judged), judged)
    hold_effect(got, rates, tuning, judged)
    effect = _hold_sample(student.effect, student.tuning, rates)
    _hold_verdict(student.verdict, claim, effect)


def _telling_seeds(rates: dict[str, list[float]], rng: np.random.Generator) -> tuple[list[int], list[int]]:
    """Draw starts until those to be judged on would choose another rate than those to tune on."""
    pool = [int(seed) for seed in 5000 + rng.choice(4000, size=30, replace=False)]
    table = race(rates, pool)
    for _ in range(50):
        drawn = rng.permutation(pool)[:9].tolist()
        if best(_at(table, drawn[:5])) != best(_at(table, drawn[5:])):
            break
    return drawn[:5], drawn[5:]


def _at(table: Table, seeds: list[int]) -> Table:
    return {arm: heights.sel(seed=seeds) for arm, heights in table.items()}


def _read_claim(given: Any) -> Claim:
    if not isinstance(given, dict) or "delta" not in given:
        raise Mistake("`claim` is still open: declare Claim(id, statement, source, delta, expects)")
    if len(str(given["statement"]).split()) < 5:
        raise Mistake("the claim's statement should be a sentence that could turn out to be false")
    if given["expects"] == "exact":
        raise Mistake("`exact` is for identities: a height over seeds is greater, smaller or equivalent")
    delta = number(given["delta"], "the claim's delta")
    if not delta > 0:
        raise Mistake("delta should be above 0: the smallest difference that you would care about")
    if delta > 2:
        raise Mistake(f"delta = {delta:g} is a factor of 10^{delta:g} in height: heights are log10 here")
    return Claim(**given)


def _read_effect(given: Any, seeds: list[int]) -> np.ndarray:
    """Read one number for each judged seed, in the seeds' order."""
    if isinstance(given, dict) and "dims" in given:
        if "lr" in given["dims"]:
            raise Mistake(
                "the effect still has lr for a dimension: each arm runs at *one* rate, its best",
                "find its place on the tuning seeds, landing(…).mean('seed').argmin('lr'), then isel(lr=…)",
            )
        given = given["values"]
    values = np.asarray(given, dtype=float)
    if values.ndim == 0:
        raise Mistake("one number comes back: the effect is one for *each* judged seed; `judge` averages")
    if values.shape != (len(seeds),):
        raise Mistake(
            f"{values.size} numbers come back for {len(seeds)} judged seeds",
            "tune on the seeds `tuning`, and return the difference on the seeds `judged`",
        )
    return values


def _hold_sample(given: Any, tuning: Any, rates: dict[str, list[float]]) -> xr.DataArray:
    """Hold the effect that was judged: enough starts, none of them tuned on, and all run again."""
    if not isinstance(given, dict) or "seed" not in given.get("coords", {}):
        raise Mistake("`effect` should be what experiment(tuning, judged) returns, labelled by seed")
    seeds, tuned = ([int(seed) for seed in s] for s in (given["coords"]["seed"], tuning))
    values = _read_effect(given, seeds)
    if len(set(seeds)) < JUDGED:
        raise Mistake(f"{len(set(seeds))} starts are too few to judge by: take {JUDGED}")
    if set(seeds) & set(tuned):
        raise Mistake("some starts are both tuned on and judged on: keep the two apart")
    if apart(values, gap(race(rates, seeds), best(race(rates, tuned)))) > 1e-6:
        raise Mistake("`effect` is not what your experiment gives: run the cell below it again")
    return xr.DataArray(values, dims="seed", coords={"seed": seeds})


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
    if given["verdict"] != want.verdict or not math.isclose(given["estimate"], want.estimate, abs_tol=1e-9):
        raise Mistake("`verdict` is not what judge(claim, effect) gives: run that cell again")
