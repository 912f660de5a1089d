"""What lab 04 trains: the network of the chapter, and a single layer that somebody stops."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from ....data import digits

__all__ = ["network", "try_out"]


def network() -> nn.Sequential:
    """Build the network of the chapter: 64 pixels, 64 ReLU units, 10 digits."""
    hidden, output = nn.Linear(64, 64), nn.Linear(64, 10)
    for layer in (hidden, output):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)
    return nn.Sequential(hidden, nn.ReLU(), output)


def try_out(stopped: Callable[..., tuple], patience: int = 20, runs: int = 20) -> dict[str, float]:
    """Let a stopping loop train a single layer on 60 digits, a quarter of them mislabelled.

    Thirty images watch, thirty test; whatever the loop reports is then held against 1 000 others,
    which it has never seen. Returns means over `runs` such training sets.
    """
    found = [_one(stopped, patience, seed) for seed in range(runs)]
    names = "epoch kept", "loss reported", "loss on 1 000 others"
    return {name: sum(column) / runs for name, column in zip(names, zip(*found, strict=True), strict=True)}


def _one(stopped: Callable[..., tuple], patience: int, seed: int) -> tuple[float, float, float]:
    """Return the epoch kept, the loss reported, and the loss on other images, of one run."""
    parts = digits(train=60, validation=30, test=1030, noise=0.25).arrays(seed)
    (X, y), (images, labels) = parts["train"], parts["test"]
    luck = torch.Generator().manual_seed(seed)

    def loss(w: Tensor, X: Tensor, y: Tensor) -> float:
        return cross_entropy(X @ w, y).item()

    def gradient(w: Tensor) -> Tensor:
        some = torch.randint(len(y), (10,), generator=luck)  # a small batch, for a rough curve
        away = (X[some] @ w).softmax(dim=1) - nn.functional.one_hot(y[some], 10)
        return X[some].T @ away / len(some)

    asks = (partial(loss, X=X, y=y) for X, y in (parts["validation"], (images[:30], labels[:30])))
    best, kept, reported = stopped(gradient, *asks, torch.zeros(64, 10), patience, 300)
    return kept, float(reported), loss(best, images[30:], labels[30:])
