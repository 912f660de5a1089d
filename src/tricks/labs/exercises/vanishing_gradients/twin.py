"""Lab 02, the harder exercise: the sigmoid twin of a tanh network."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...answers import close, explain, tensor
from ...mistakes import Mistake

__all__ = ["check"]

Layers = tuple[list[Tensor], list[Tensor]]


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `twin(weights, biases)` to the tanh network's own outputs, in float64."""
    wide = [int(n) for n in rng.integers(2, 7, size=5)]
    for widths in (wide, [3, 4, 2], [5, 6, 6, 6, 6, 3]):
        weights, biases = _draw(rng, widths)
        inputs = torch.tensor(np.vstack([np.zeros(widths[0]), rng.normal(size=(6, widths[0]))]))
        want = _outputs((weights, biases), inputs, torch.tanh)
        twin = _read(student.twin(weights, biases), weights, biases)
        got = _outputs(twin, inputs, torch.sigmoid)
        if not all(close([got], [want])):
            slips = ((_scaled(weights, biases, *slip), steps) for *slip, steps in _SLIPS)
            explain(
                ((_same(twin, wrong), steps) for wrong, steps in slips),
                f"outputs differ by up to {(got - want).abs().max():.2g} from the tanh network's",
                "put tanh(z) = 2S(2z) − 1 into W·a + b: what multiplies S, and what stands alone?",
            )


def _draw(rng: np.random.Generator, widths: list[int]) -> Layers:
    pairs = list(pairwise(widths))
    weights = [torch.tensor(rng.normal(size=(m, n)) / n**0.5) for n, m in pairs]
    return weights, [torch.tensor(rng.normal(size=m)) for _, m in pairs]


def _outputs(layers: Layers, inputs: Tensor, phi: Callable[[Tensor], Tensor]) -> Tensor:
    """Run a network whose hidden units are `phi` and whose top layer is linear."""
    signal = inputs
    for place, (weight, bias) in enumerate(zip(*layers, strict=True)):
        signal = (phi(signal) if place else signal) @ weight.T + bias
    return signal


def _read(answer: Any, weights: list[Tensor], biases: list[Tensor]) -> Layers:
    """Read two lists of tensors, shaped as those that were given."""
    if not isinstance(answer, list | tuple) or len(answer) != 2:
        raise Mistake("two lists are expected: return new_weights, new_biases")
    for part, like, name in zip(answer, (weights, biases), ("weights", "biases"), strict=True):
        if not isinstance(part, list | tuple) or len(part) != len(like):
            raise Mistake(f"new_{name} should be a list of {len(like)} tensors, as {name} is")
        for k, (got, own) in enumerate(zip(part, like, strict=True)):
            tensor(got, own, f"new_{name}[{k}]")
    return list(answer[0]), list(answer[1])


Factors = tuple[float, float, float]  # of the first layer, those between, and the top one


def _scaled(weights: list[Tensor], biases: list[Tensor], by: Factors, shift: Factors, of: Factors) -> Layers:
    """W → by·W and b → of·b − shift·W·1, each with its factor for first, middle and top."""
    roles = [0, *[1] * (len(weights) - 2), 2]
    pairs = list(zip(roles, weights, biases, strict=True))
    moved = [of[r] * b - shift[r] * w.sum(1) for r, w, b in pairs]
    return [by[r] * w for r, w, _ in pairs], moved


def _same(one: Layers, other: Layers) -> bool:
    return all(all(close(mine, theirs)) for mine, theirs in zip(one, other, strict=True))


# Right: W by (2, 4, 2), minus W·1 by (0, 2, 1), b by (2, 2, 1).
_SLIPS: list[tuple[Factors, Factors, Factors, tuple[str, ...]]] = [
    (
        (4, 4, 2),
        (0, 2, 1),
        (2, 2, 1),
        ("the first layer reads the inputs, no sigmoids: only its own 2z doubles it, so W·2",),
    ),
    ((2, 4, 2), (2, 2, 1), (2, 2, 1), ("the first layer reads the inputs, no sigmoids: nothing to centre there",)),
    (
        (4, 4, 4),
        (2, 2, 2),
        (2, 2, 2),
        (
            "the first and the top layer differ from those between them",
            "the first reads no sigmoids, and the top one is linear: each lacks one factor 2",
        ),
    ),
    (
        (2, 4, 4),
        (0, 2, 2),
        (2, 2, 2),
        ("the top layer is linear: nothing there is doubled but what tanh = 2S − 1 brings",),
    ),
    (
        (2, 2, 2),
        (0, 1, 1),
        (2, 2, 1),
        (
            "between, two factors 2 meet: one from 2S − 1 below, one from S(2z) above",
            "hidden layers above the first: W·4",
        ),
    ),
    (
        (2, 4, 2),
        (0, 0, 0),
        (2, 2, 1),
        ("the −1 of tanh = 2S − 1 is missing: it moves into the bias", "W(2s − 1) + b = 2W s + (b − W·1)"),
    ),
    ((2, 4, 2), (0, 1, 1), (1, 1, 1), ("the biases of hidden layers are doubled too: S(2z) with z = W a + b",)),
    ((2, 4, 2), (0, 1, 1), (2, 2, 1), ("W·1 in the bias is doubled as well: S(2z) doubles all of b − W·1",)),
    ((2, 4, 2), (0, -2, -1), (2, 2, 1), ("a sign: the outputs 2s − 1 are *lower* than 2s, so W·1 is subtracted",)),
]
