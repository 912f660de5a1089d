"""The valley of lab 03's experiment: Rosenbrock's, and where a ball ends in it."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from ....landscapes import rosenbrock, trajectory
from ....optimizers import Optimizer

__all__ = ["CEILING", "landing"]

STEPS, FLOOR, CEILING = 200, 1e-12, 1e4
_VALLEY = rosenbrock()


def landing(rule: Optimizer, seeds: Sequence[int]) -> xr.DataArray:
    """Return log10 of the height after 200 steps: one number for every rate of `rule` and every seed.

    Each seed draws one start, x from −1.5 to 1.5 and y from −0.5 to 1.5. A ball that is thrown
    out counts as 4, and none counts as lower than −12.
    """
    seeds = [int(seed) for seed in seeds]
    starts = [np.random.default_rng(seed).uniform([-1.5, -0.5], [1.5, 1.5]) for seed in seeds]
    end = trajectory(_VALLEY, rule, starts, STEPS, record_every=STEPS).height.isel(step=-1, drop=True)
    height = np.log10(end.fillna(CEILING).clip(FLOOR, CEILING))
    return height.rename(start="seed").assign_coords(seed=seeds)
