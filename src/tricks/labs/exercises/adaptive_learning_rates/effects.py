"""Lab 03, exercise 5: the effect, run again by the check, and what a wrong one was made of."""

import math

import numpy as np
import xarray as xr

from ...answers import explain
from .rates import land

__all__ = ["Table", "apart", "best", "gap", "hold_effect", "race"]

MARGIN = 1e-6
Table = dict[str, xr.DataArray]  # arm → its landings (lr, seed)


def race(rates: dict[str, list[float]], seeds: list[int]) -> Table:
    """Return the landings of both arms."""
    return {arm: land(arm, tuple(rates[arm]), tuple(seeds)) for arm in ("momentum", "Adam")}


def best(table: Table) -> dict[str, int]:
    """Return the place of each arm's lowest mean."""
    return {arm: int(heights.mean("seed").argmin("lr")) for arm, heights in table.items()}


def gap(table: Table, at: dict[str, int]) -> np.ndarray:
    """Adam minus momentum, each at the rate whose place is given: one number a seed."""
    return table["Adam"].isel(lr=at["Adam"]).values - table["momentum"].isel(lr=at["momentum"]).values


def hold_effect(got: np.ndarray, rates: dict[str, list[float]], tuning: list[int], judged: list[int]) -> None:
    """Hold the student's effect on starts of the check's choice, and guess what went wrong."""
    tuned, fresh = race(rates, tuning), race(rates, judged)
    at = best(tuned)
    want = gap(fresh, at)
    if apart(got, want) <= MARGIN:
        return
    middle = {arm: int(heights.median("seed").argmin("lr")) for arm, heights in tuned.items()}
    worst = {arm: int(heights.mean("seed").argmax("lr")) for arm, heights in tuned.items()}
    single = fresh["Adam"].min("lr").values - fresh["momentum"].min("lr").values
    slips = [(-want, "sign"), (want * math.log(10), "ln"), (np.full_like(want, want.mean()), "mean")]
    slips += [(gap(fresh, best(fresh)), "judged"), (single, "each"), (gap(fresh, worst), "worst")]
    slips += [(gap(fresh, middle), "median"), (10.0**want, "ratio")]
    slips += [(fresh[arm].isel(lr=at[arm]).values, "arm") for arm in fresh]
    slips += [(gap(fresh, {"momentum": i, "Adam": j}), f"{i} {j}") for i, j in np.ndindex(*map(len, rates.values()))]
    explain(
        ((apart(got, wrong) <= MARGIN, _STEPS.get(slip) or _at_rates(slip, rates, at)) for wrong, slip in slips),
        f"seed {judged[0]}: your effect is {got[0]:.2f}, and run again it is {want[0]:.2f}",
        "lab.landing of each arm on `tuning`; its best rate; then lab.landing on `judged`",
    )


def _at_rates(places: str, rates: dict[str, list[float]], at: dict[str, int]) -> tuple[str, ...]:
    """Say which arm ran at a rate that is not its best on the tuning starts."""
    ran = dict(zip(("momentum", "Adam"), map(int, places.split()), strict=True))
    arm = next(arm for arm in ran if ran[arm] != at[arm])
    return (
        f"your {arm} ran at {rates[arm][ran[arm]]:g}: on the tuning seeds {rates[arm][at[arm]]:g} ends lowest",
        "the best rate is found inside `experiment`, anew for whatever seeds it is given",
    )


def apart(got: np.ndarray, want: np.ndarray) -> float:
    """Return the largest difference."""
    return float(np.abs(got - want).max())


_STEPS: dict[str, tuple[str, ...]] = {
    "sign": ("the arms are swapped: the effect is Adam *minus* momentum",),
    "ln": ("natural logarithms: lab.landing gives log10 already",),
    "ratio": ("that is a ratio of heights: keep log10, as delta does",),
    "mean": ("every seed has the same number: pair them, one difference for each seed",),
    "judged": (
        "the rates were chosen on the very starts that are judged: choose them on `tuning`",
        "best of many on the same starts is luck as well as merit: the other starts have no part in it",
    ),
    "each": (
        "each start has a rate of its own here: choose *one* rate for all, on `tuning`",
        "average over the tuning seeds first, then argmin over lr",
    ),
    "worst": ("that is each arm's *worst* rate: low is good, so argmin",),
    "median": ("the best rate is that of the lowest *mean* on the tuning seeds, not the lowest median",),
    "arm": ("this is one arm alone: an effect compares, Adam minus momentum",),
}
