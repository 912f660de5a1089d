"""Lab 03, exercise 5: whether two optimisers are given the same chance."""

from functools import lru_cache
from typing import Any

import numpy as np
import xarray as xr

from ....optimizers import SGD, Adam
from ...answers import number
from ...mistakes import Mistake
from .valley import landing

__all__ = ["land", "read_rates"]

FEWEST, MOST, COARSEST = 4, 12, 3.5
_PILOT = tuple(range(100, 120))


def read_rates(given: Any) -> dict[str, list[float]]:
    """Read the two lists of rates: equally long, not too coarse, and the best rate inside each."""
    if not isinstance(given, dict) or set(given) != {"momentum", "Adam"}:
        raise Mistake('`rates` should stay a dictionary of two lists, "momentum" and "Adam"')
    rates = {}
    for arm in ("momentum", "Adam"):
        if not hasattr(given[arm], "__len__") or isinstance(given[arm], str | dict):
            raise Mistake(f"`rates` is still open: a list of rates for {arm}")
        rates[arm] = [number(_item(rate), f"a rate of {arm}") for rate in given[arm]]
        _hold_list(arm, rates[arm])
    few, many = sorted(rates, key=lambda arm: len(rates[arm]))
    if len(rates[few]) < len(rates[many]):
        raise Mistake(
            f"{many} has {len(rates[many])} chances, and {few} {len(rates[few])}: that is no fair race",
            "as many rates for the one as for the other",
        )
    for arm, own in rates.items():
        _hold_inside(arm, own, int(land(arm, tuple(own), _PILOT).mean("seed").argmin("lr")))
    return rates


@lru_cache(maxsize=64)
def land(arm: str, rates: tuple[float, ...], seeds: tuple[int, ...]) -> xr.DataArray:
    """Return the landings (lr, seed) of an arm, on the check's own side."""
    lr = list(rates)
    return landing(SGD(lr, momentum=0.9) if arm == "momentum" else Adam(lr), seeds)


def _item(rate: Any) -> Any:
    return rate.item() if hasattr(rate, "item") else rate


def _hold_list(arm: str, rates: list[float]) -> None:
    if not FEWEST <= len(rates) <= MOST:
        raise Mistake(f"{len(rates)} rates for {arm}: take {FEWEST} to {MOST}")
    if min(rates) <= 0:
        raise Mistake(f"{arm}: a rate of {min(rates):g} goes nowhere, or uphill")
    steps = np.array(rates[1:]) / np.array(rates[:-1])
    if (steps <= 1).any():
        raise Mistake(f"{arm}: write its rates in rising order, each of them once")
    if (steps > COARSEST).any():
        raise Mistake(
            f"{arm}: from one rate to the next by a factor of {steps.max():g}: the best may lie between",
            "factors of 2 or 3 will do: 0.01, 0.03, 0.1, …",
        )


def _hold_inside(arm: str, rates: list[float], best: int) -> None:
    """The best rate must have a neighbour on each side, or a better one may lie beyond the list."""
    if best in (0, len(rates) - 1):
        side = "larger" if best else "smaller"
        raise Mistake(
            f"{arm} is lowest at {rates[best]:g}, the {'last' if best else 'first'} of its rates: look further",
            f"the list must go on to {side} rates, until the ball ends higher again",
        )
