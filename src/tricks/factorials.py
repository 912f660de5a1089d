"""Many switches at once: every setting at its own learning rate, and each switch's share of what all bring."""

import itertools

import numpy as np
import xarray as xr
from scipy.special import comb

from .data import Data, require
from .optimizers import SGD, Adam
from .sweeps import fit

SWITCHES = ["units", "start", "adam", "stopping", "L2", "dropout"]


def switchboard(network, data: Data, rates: dict, *, decay: float = 0.003, p: float = 0.2, **how) -> xr.Dataset:
    """Train all 2⁶ settings of the six `SWITCHES` at every rate, and return what `ends` says of them.

    network: a function of `units`, `start` (0 or 1) and `dropout` (a probability, 0 or `p`); rates: a list of
    the same length for every (adam, units), of which the dimension `lr` holds the place; L2 off or on is a
    `weight_decay` of 0 or `decay`; SGD has a momentum of 0.9. `how` goes to `fit`.
    """
    require(set(rates) == set(itertools.product((0, 1), (0, 1))), "rates: needs a list for every (adam, units)")
    require(len(set(map(len, rates.values()))) == 1, "rates: all four lists must have the same length")
    rows = []
    for adam, units in itertools.product((0, 1), (0, 1)):
        lr, weight_decay = rates[adam, units], [0.0, decay]
        rule = Adam(lr, weight_decay=weight_decay) if adam else SGD(lr, momentum=0.9, weight_decay=weight_decay)
        runs = fit(network, data, rule, units=[units], start=[0, 1], dropout=[0.0, p], **how).expand_dims(adam=[adam])
        places = dict(lr=range(len(lr)), L2=[0, 1], dropout=[0, 1])
        rows.append(ends(runs).rename(weight_decay="L2").assign_coords(places))
    return xr.combine_by_coords(rows, combine_attrs="drop")


def ends(runs: xr.Dataset) -> xr.Dataset:
    """Return a dimension `stopping` in place of `epoch`: 0, the last one recorded; 1, that of lowest validation loss.

    A run that diverged has accuracy 0 and infinite loss.
    """
    kept = runs.validation_loss.fillna(np.inf).idxmin("epoch")
    both = [runs.isel(epoch=-1, drop=True), runs.sel(epoch=kept).drop_vars("epoch")]
    both = xr.concat(both, "stopping").assign_coords(stopping=[0, 1])
    return both.assign({name: both[name].fillna(0 if "accuracy" in name else np.inf) for name in both})


def elsewhere(score: xr.DataArray, pilots: int = 4) -> xr.DataArray:
    """Return for every seed the mean score of the `pilots` seeds after it; after the last comes the first.

    What is chosen by it uses no run of the seed that it is chosen for; the images of two seeds may overlap.
    """
    require(0 < pilots < score.sizes["seed"], f"pilots={pilots!r} must be fewer than the seeds, and at least one")
    return sum(score.roll(seed=-k, roll_coords=False) for k in range(1, pilots + 1)) / pilots


def shapley(value: xr.DataArray, switches: list[str]) -> xr.DataArray:
    """Return each switch's share of v(all on) − v(all off), along a new dimension `switch`.

        share_i = Σ_S |S|! (n − 1 − |S|)! / n! · (v(S ∪ {i}) − v(S)),  S any of the other switches

    the mean, over all n! orders of switching on, of what i adds in its turn. `value` has a dimension with
    the coordinates 0 and 1 for every switch; other dimensions stay. Source: {cite}`shapley1953`.
    """
    n = len(switches)
    for name in switches:
        both = name in value.indexes and sorted(value.indexes[name]) == [0, 1]
        require(both, f"shapley: the values need a dimension {name} with the coordinates 0 and 1")
    shares = []
    for name in switches:
        others = [other for other in switches if other != name]
        on = sum((value[other] for other in others), xr.DataArray(0))  # |S|
        adds = value.sel({name: 1}, drop=True) - value.sel({name: 0}, drop=True)
        shares.append((adds / (n * xr.apply_ufunc(comb, n - 1, on))).sum(others))
    return xr.concat(shares, "switch").assign_coords(switch=switches)
