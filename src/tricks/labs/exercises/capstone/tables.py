"""The tables of lab 07: losses of a small made-up world, filed by a sound sweep or by one with a fault."""

from collections.abc import Callable
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from ....data import require

__all__ = ["FAULTS", "SWEEPS", "Run", "Sweep", "sweep"]

FAULTS = ("sound", "no wire", "drags another", "upside down", "backwards", "one seed", "finish order")
APART = 2e-4  # any two runs of a world differ by more: losses that are equal are not so by chance
Run = Callable[[Any, Any], float]


class Sweep(NamedTuple):
    """What is known of a sweep: its table of losses, (2, …, 2, seeds), and run(on, seed), one network by hand."""

    scores: Tensor
    run: Run


def sweep(fault: str, switches: int, seeds: int, rng: np.random.Generator) -> Sweep:
    """Draw a world, and file its losses as a sweep with this fault does; `run` tells what is so.

    Raises ValueError for a fault that is not in FAULTS.
    """
    require(fault in FAULTS, f"sweep: {fault!r} is none of {', '.join(FAULTS)}")
    truth = _world(switches, seeds, rng)
    return Sweep(truth[_filed(fault, truth.shape, rng)], _by_hand(truth))


def _world(switches: int, seeds: int, rng: np.random.Generator) -> Tensor:
    """Draw losses v(S) + luck of the seed + rest, v(S) = Σ_{T ⊆ S} d(T), until any two are `APART`."""
    d = np.zeros((2,) * switches)
    for T in product((0, 1), repeat=switches):  # gains of either sign, interactions half as large
        d[T] = rng.normal(0, 0.2 / 2 ** (sum(T) - 1)) if any(T) else 2.3
    v = d
    for axis in range(switches):  # off stays, on becomes off + on
        v = v.cumsum(axis)
    luck = rng.uniform(0.1, 0.4)
    while True:
        seed, rest = rng.normal(0, luck, size=seeds), rng.normal(0, luck / 4, size=(*v.shape, seeds))
        truth = v[..., None] + seed + rest
        if np.diff(np.sort(truth, axis=None)).min() > APART:
            return torch.tensor(truth, dtype=torch.float32)


def _filed(fault: str, shape: torch.Size, rng: np.random.Generator) -> tuple[Tensor, ...]:
    """Return, for every place of the table, which network stands there: its switches, and its seed."""
    *on, seed = torch.from_numpy(np.indices(shape))
    k, other = rng.permutation(len(on))[:2]
    match fault:
        case "no wire":
            on[k] = 0 * on[k]
        case "drags another":
            on[other] = on[other] | on[k]
        case "upside down":
            on[k] = 1 - on[k]
        case "backwards":
            on = on[::-1]
        case "one seed":
            seed = 0 * seed
        case "finish order":
            seed = torch.tensor(np.array([_order(shape[-1], rng) for _ in range(2 ** len(on))])).reshape(shape)
    return (*on, seed)


def _order(seeds: int, rng: np.random.Generator) -> np.ndarray:
    """Draw an order in which no run comes in at its own place, so that one look is enough."""
    while True:
        order = rng.permutation(seeds)
        if (order != np.arange(seeds)).all():
            return order


def _by_hand(truth: Tensor) -> Run:
    *switches, seeds = truth.shape

    def run(on: Any, seed: Any, /) -> float:
        on, seed = torch.as_tensor(on).tolist(), torch.as_tensor(seed).item()
        fits = isinstance(on, list) and len(on) == len(switches) and all(s in (0, 1) for s in on)
        takes = f"run takes {len(switches)} switches, each 0 or 1, and a seed from 0 to {seeds - 1}"
        require(fits and seed in range(seeds), takes)
        return truth[(*map(int, on), int(seed))].item()

    run.__qualname__ = "run"  # what an error message calls it
    return run


# To look at: one world, seven ways to file it. The check draws others.
SWEEPS = {fault: sweep(fault, switches=3, seeds=10, rng=np.random.default_rng(93)) for fault in FAULTS}
