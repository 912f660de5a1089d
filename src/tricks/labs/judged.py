"""What every experiment hands in, whatever it is about: a claim, one number a seed, a verdict."""

import math
from typing import Any

import numpy as np
import xarray as xr

from ..claims import Claim, judge
from .answers import number
from .mistakes import Mistake

__all__ = ["hold_verdict", "read_claim", "read_effect"]


def read_claim(given: Any) -> Claim:
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


def read_effect(given: Any, seeds: tuple[int, ...]) -> np.ndarray:
    """Read one number for each seed, in the seeds' order."""
    if isinstance(given, dict) and "dims" in given:
        extra = [dim for dim in given["dims"] if dim != "seed"]
        if "epoch" in extra:
            raise Mistake("the effect still has an epoch for a dimension: take the last, isel(epoch=-1)")
        if extra:
            raise Mistake(
                f"the effect still has the dimension {extra[0]}: one number a seed is asked for",
                "one arm minus the other: final.sel(…) - final.sel(…)",
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


def hold_verdict(given: Any, claim: Claim, effect: xr.DataArray) -> None:
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
