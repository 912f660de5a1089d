"""Lab 02, exercise 2: the backward recursion, held to autograd."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ....activations import ACTIVATIONS
from ...answers import close, explain, tensor
from ...mistakes import Mistake

__all__ = ["check"]


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `weight_gradients` to autograd, and name the first wrong tensor from the top down."""
    wide = [int(n) for n in rng.integers(2, 9, size=5)]
    cases = [
        ("tanh", [6] * 5, 4, torch.float64),  # square: a wrong transpose fits, and shows in values
        ("sigmoid", wide, 7, torch.float64),
        ("relu", [5, 3], 4, torch.float64),  # one layer, no slopes
        ("silu", [3, 4, 2], 1, torch.float64),  # a batch of one
        ("relu", [8] * 9, 5, torch.float32),
    ]
    for case in cases:
        given, want = _backward_pass(rng, *case)
        got = student.weight_gradients(*given)
        if not isinstance(got, list | tuple):
            raise Mistake("a list is expected, one gradient for each weight matrix")
        if len(got) != len(want):
            raise Mistake(f"{len(got)} gradients come back for {len(want)} weight matrices")
        got = [tensor(g, w, f"gradients[{k}]") for k, (g, w) in enumerate(zip(got, want, strict=True))]
        _find_first_wrong(got, want, given)


class _Pass(NamedTuple):
    """What a student is given of one backward pass: the arguments of `weight_gradients`."""

    weights: list[Tensor]
    inputs: list[Tensor]
    slopes: list[Tensor]
    delta: Tensor


def _backward_pass(
    rng: np.random.Generator, unit: str, widths: list[int], batch: int, dtype: torch.dtype
) -> tuple[_Pass, list[Tensor]]:
    """Draw a network and a batch; return what is given and every weight's gradient by autograd."""
    phi, slope, _ = ACTIVATIONS[unit]

    def draw(*shape: int) -> Tensor:
        return torch.tensor(rng.normal(size=shape), dtype=dtype)

    pairs = list(pairwise(widths))
    weights = [(2 * draw(m, n) / math.sqrt(n)).requires_grad_() for n, m in pairs]
    inputs, before = [draw(batch, widths[0])], []
    for weight in weights:
        before.append(inputs[-1] @ weight.T)
        inputs.append(phi(before[-1]))
    labels = torch.tensor(rng.integers(widths[-1], size=batch))
    loss = F.cross_entropy(before[-1], labels)
    delta, *gradients = torch.autograd.grad(loss, [before[-1], *weights])
    given = _Pass(
        [w.detach() for w in weights],
        [a.detach() for a in inputs[:-1]],
        [slope(z.detach()) for z in before[:-1]],
        delta,
    )
    return given, gradients


# How δ is carried down to layer l, wrongly: (rule(δ, l, W, s), hint, the fuller hint).
_CARRIES: list[tuple[Callable[..., Tensor], str, str]] = [
    (
        lambda d, k, W, s, top: d @ W[k + 1],
        "the slope is missing: δ passes through the unit as well as through the weights",
        "multiply elementwise by slopes[k], which is φ′(z_l) of the layer where δ arrives",
    ),
    (
        lambda d, k, W, s, top: (d @ W[k + 1].T) * s[k],
        "a transpose is wrong where δ passes through W",
        "forwards z = a Wᵀ; backwards, with one example a row, δ W without a transpose",
    ),
    (
        lambda d, k, W, s, top: (d * s[k + 1] if k + 1 < len(s) else d) @ W[k + 1],
        "the slope stands at the wrong layer: it is that of the layer where δ arrives",
        "first through W_{l+1}, then times φ′(z_l): the same l as the δ that you are computing",
    ),
    (
        lambda d, k, W, s, top: (d @ W[k]) * s[k],
        "δ passes through the weights of the wrong layer: those *above* the layer are meant",
        "δ_l comes from δ_{l+1} through W_{l+1}: weights[k + 1]",
    ),
    (
        lambda d, k, W, s, top: (top @ W[k + 1]) * s[k],
        "every layer starts again from the top's δ: carry on with the δ just computed",
        "keep one name in the loop: delta = (delta @ weights[k + 1]) * slopes[k]",
    ),
    (
        lambda d, k, W, s, top: (d @ W[k + 1]) * s[k] ** 2,
        "the slope is applied twice: once a layer is enough",
        "δ_l = (δ_{l+1} W_{l+1}) ⊙ φ′(z_l): one slope, not squared",
    ),
]
# What is made of the right gradients, wrongly.
_ENDINGS: list[tuple[Callable[[list[Tensor], int], list[Tensor]], str, str]] = [
    (lambda g, n: [-x for x in g], "a sign: the gradient is asked for, not the step −η·g", "drop −"),
    (
        lambda g, n: [x / n for x in g],
        "the mean over the batch is in δ already: sum over the examples here",
        "δᵀ @ a sums over the batch, and that is the whole gradient",
    ),
    (lambda g, n: [2 * x for x in g], "a factor 2 too much", "δᵀ @ a, with no factor in front"),
    (
        lambda g, n: [x.T for x in g],
        "each gradient is transposed: it has its weight's shape, (out, in)",
        "δᵀ @ a has shape (out, in); aᵀ @ δ is its transpose",
    ),
    (
        lambda g, n: g[::-1],
        "the list is in the wrong order: gradients[0] belongs to weights[0], the bottom",
        "you walk from the top down: insert at the front, or reverse the list at the end",
    ),
]


def _carried(given: _Pass, carry: Callable[..., Tensor]) -> list[Tensor]:
    """The backward pass with `carry` in place of the right rule."""
    weights, inputs, slopes, delta = given
    gradients = [delta.T @ inputs[-1]]
    for k in reversed(range(len(slopes))):
        delta = carry(delta, k, weights, slopes, given.delta)
        gradients.insert(0, delta.T @ inputs[k])
    return gradients


def _find_first_wrong(got: list[Tensor], want: list[Tensor], given: _Pass) -> None:
    """Raise the `Mistake` of the wrong gradient nearest the top, if there is one."""
    right = close(got, want)
    if all(right):
        return
    first = max(k for k, fine in enumerate(right) if not fine)
    where = f"gradients[{first}] is the first wrong one on the way down"
    square = len({w.shape for w in given.weights}) == 1
    guesses = [(_carried(given, rule), hint, more) for rule, hint, more in _CARRIES if square]
    if square:
        guesses += [(change(want, len(given.delta)), hint, more) for change, hint, more in _ENDINGS]
    explain(
        ((all(close(got, wrong)), (f"{where}: {hint}", more)) for wrong, hint, more in guesses),
        f"{where}, in shape {tuple(want[first].shape)}",
        "δ_l = (δ_{l+1} W_{l+1}) ⊙ φ′(z_l), and a weight's gradient is δᵀ times what it read",
    )
