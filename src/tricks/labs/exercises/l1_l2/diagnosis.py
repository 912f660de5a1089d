"""Lab 05, exercise 4: an examination that names what is wrong with a penalty."""

from collections import deque
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...mistakes import Mistake
from .loops import FAULTS, Train, loop

__all__ = ["check"]

ROUNDS, KEPT = 3, 10  # each fault three times; of the probes the last ten are remembered


def check(student: Any, rng: np.random.Generator) -> None:
    """Let `diagnose(train, penalty, lr)` examine each kind of loop three times, in random order."""
    for fault in rng.permutation(FAULTS * ROUNDS).tolist():
        penalty, lr = (round(float(rng.uniform(0.1, 0.4)), 2) for _ in range(2))
        probes: deque[tuple[Any, ...]] = deque(maxlen=KEPT)
        named = student.diagnose(_recorded(loop(fault, penalty, lr), probes), penalty, lr)
        if not probes:
            raise Mistake("`diagnose` guesses: it never calls train", "feed it: train(X, y, w, b)")
        if named not in FAULTS:
            raise Mistake(f"{named!r} is not on the list: {', '.join(FAULTS)}")
        if named != fault:
            _blame(fault, named, penalty, lr, probes)


def _recorded(train: Train, probes: deque[tuple[Any, ...]]) -> Train:
    def recorded(*probe: Any) -> tuple[Tensor, Tensor, Tensor]:
        traces = train(*probe)
        probes.append(probe)
        return traces

    return recorded


def _blame(fault: str, named: str, penalty: float, lr: float, probes: deque[tuple[Any, ...]]) -> None:
    """Say whether the probe could not tell the two apart, or its traces were misread."""
    one, other = loop(fault, penalty, lr), loop(named, penalty, lr)
    if all(_alike(one(*probe), other(*probe)) for probe in probes):
        free = not any(torch.as_tensor(w).any() for _, _, w, _ in probes)
        unseen = _FREE if free else _UNSEEN.get(fault) or _UNSEEN.get(named) or _FREE
        raise Mistake(f"on what you feed it, `{fault}` and `{named}` do exactly the same", unseen)
    said = "a sound loop" if fault == "sound" else f"a loop with the fault `{fault}`"
    raise Mistake(f"{said}, λ = {penalty:g}, η = {lr:g}, was called `{named}`", f"`{fault}`: {_SIGNS[fault]}")


def _alike(one: tuple[Tensor, ...], other: tuple[Tensor, ...]) -> bool:
    return all(torch.allclose(a, b, rtol=1e-5, atol=1e-7, equal_nan=True) for a, b in zip(one, other, strict=True))


# Where y = Xw + b the data are silent, and what still moves is the penalty's doing.
_SIGNS = {
    "sound": "where the data are silent, the first step takes ηλw from w, and nothing from b",
    "factor 2": "where the data are silent, the first step takes 2ηλw: twice the share",
    "per example": "where the data are silent, the first step takes ηλw times n, the rows of X",
    "norm not squared": "where the data are silent, each step shortens w by ηλ, however long it is",
    "L1 for L2": "where the data are silent, a step takes ηλ from every weight, large or small",
    "bias too": "where the data are silent, b falls as well",
    "never felt": "where the data are silent, nothing moves at all",
    "watched": "w and b move as they should; is the reported loss 0 where y = Xw + b?",
}
# What a probe must have for a fault to show.
_UNSEEN = {
    "per example": "one row of X looks sound, and two look like `factor 2`: feed it more",
    "norm not squared": "with one weight both take the same coin: start from several sizes",
    "L1 for L2": "with one weight both take the same coin: start from several sizes",
    "bias too": "a b that is 0, and stays 0, has nothing to lose: start from another",
}
_FREE = "weights of 0 cost nothing: start from others"
