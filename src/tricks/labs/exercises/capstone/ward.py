"""The ward of lab 07: four switches, the sixteen settings they make, and a hat full of numbers."""

from functools import cache

import numpy as np
import torch
import xarray as xr
from torch import Tensor, nn

from ....data import digits
from ....optimizers import SGD
from ....sweeps import fit, seeds

__all__ = ["SWITCHES", "board", "factorial", "hat", "small"]

EPOCHS, EVERY = 100, 10
# Keyword of `fit` or of the optimiser: (off, on).
SWITCHES = {"lr": [0.2, 0.05], "weight_decay": [0.0, 0.01], "dropout": [0.0, 0.3], "patience": [None, EPOCHS]}


def small(dropout: float = 0.0) -> nn.Sequential:
    """Build the network of the lab: 64 pixels, 32 ReLUs, dropout, 10 digits."""
    return nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Dropout(dropout), nn.Linear(32, 10))


@cache
def factorial(switches: tuple[str, ...], on: tuple[int, ...]) -> xr.Dataset:
    """Train every setting of these switches, all others off, once for each of the seeds `on`.

    Dimensions: the switches, each with the coordinates 0 and 1; seed; epoch.
    """
    how = {name: pair if name in switches else pair[0] for name, pair in SWITCHES.items()}
    rule = SGD(how.pop("lr"), momentum=0.9, weight_decay=how.pop("weight_decay"))
    data = digits(train=100, validation=100, test=400, noise=0.2)
    runs = fit(small, data, rule, seeds=list(on), epochs=EPOCHS, record_every=EVERY, **how)
    return runs.assign_coords({name: [0, 1] for name in switches}).transpose(*switches, "seed", "epoch")


def board() -> xr.DataArray:
    """Return the accuracy on new digits, in %, of all sixteen settings: four switches, and twenty seeds."""
    return 100 * factorial(tuple(SWITCHES), tuple(seeds(20))).test_accuracy.isel(epoch=-1, drop=True)


def hat(runs: int = 50, settings: int = 64) -> tuple[Tensor, Tensor]:
    """Draw accuracies, (runs, settings), on 200 validation and on 400 test images: no setting is better than another.

    A run has its own luck, a standard deviation of 2 points about 75 %, which both of its numbers share.
    """
    rng = np.random.default_rng(7)
    truth = np.clip(rng.normal(0.75, 0.02, size=(runs, settings)), 0, 1)
    validation, test = (torch.tensor(rng.binomial(n, truth) / n) for n in (200, 400))
    return validation, test
