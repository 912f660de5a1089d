"""Sweeps small enough for tests: a network of any layer, a run of it, and the comparison of two tables."""

import numpy as np
from torch import nn

from tricks import SGD, digits, fit
from tricks.activations import Maxout

DATA = digits(train=37, validation=20, test=30)
MANY = list(range(1000, 1064))


def network(width=9, activation=nn.ReLU, depth=1):
    def unit():
        return activation(width) if activation in (nn.LayerNorm, nn.BatchNorm1d) else activation()

    if activation is Maxout:
        return nn.Sequential(nn.Linear(64, 2 * width), Maxout(2), nn.Linear(width, 10))
    hidden = [layer for _ in range(depth) for layer in (nn.Linear(width, width), unit())]
    return nn.Sequential(nn.Linear(64, width), unit(), *hidden, nn.Linear(width, 10))


def run(build=network, optimizer=None, data=DATA, **options):
    options = {"seeds": [1000, 1001], "epochs": 2, "batch_size": 10, **options}
    return fit(build, data, optimizer or SGD(lr=0.1, momentum=0.9), **options)


def same(one, other):
    """Whether two tables hold the same bits for the runs that both have."""
    for name in one.data_vars:
        a, b = one[name].values, other[name].values
        if not np.array_equal(a, b, equal_nan=True):
            return False
    return True
