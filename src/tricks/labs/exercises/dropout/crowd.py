"""Lab 06, exercise 3: what all subnetworks say together, in two kinds of mean."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ....masks import all_masks, chances, subnetworks
from ...answers import explain, tensor
from ...mistakes import Mistake

__all__ = ["check"]

MARGIN = 1e-5  # of a probability: chances worked out in float32 are good enough


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `crowd(a, weight, bias, p)` to the two means over all subnetworks, in float64."""
    for p, units in ((0.3, 5), (0.5, 3), (float(rng.uniform(0.55, 0.85)), 4)):
        a, weight, bias = (torch.tensor(2 * rng.normal(size=shape)) for shape in ((7, units), (3, units), (3,)))
        want = _means(a, weight, bias, p)
        got = student.crowd(a, weight, bias, p)
        if not isinstance(got, list | tuple) or len(got) != 2:
            raise Mistake("two tensors are expected: return arithmetic, geometric")
        for mean, right, name in zip(got, want, ("arithmetic", "geometric"), strict=True):
            tensor(mean, right, f"`{name}`")
        if not all(_near(got, want)):
            _blame(got, want, _slips(a, weight, bias, p))


def _near(got: Any, want: Any) -> list[bool]:
    """Say for each mean whether it is the other, but for rounding."""
    return [bool((g - w).abs().max() <= MARGIN) for g, w in zip(got, want, strict=True)]


def _means(a: Tensor, weight: Tensor, bias: Tensor, p: float, **slip: Any) -> tuple[Tensor, Tensor]:
    """Give both means; `slip` replaces the chances or the factor of those kept."""
    masks = all_masks(a.shape[1], torch.float64)
    chance = slip.get("chance", chances(masks, p))
    log_q = subnetworks(masks * slip.get("factor", 1 / (1 - p)), a, weight, bias).log_softmax(-1)
    return torch.einsum("k,kbc->bc", chance, log_q.exp()), torch.einsum("k,kbc->bc", chance, log_q).softmax(-1)


def _slips(a: Tensor, weight: Tensor, bias: Tensor, p: float) -> list[tuple[tuple[Tensor, Tensor], tuple[str, ...]]]:
    """What the likely mistakes give, both means of each."""
    masks = all_masks(a.shape[1], torch.float64)
    uniform, found = torch.full((len(masks),), 1 / len(masks)).double(), (a, weight, bias, p)
    return [
        (
            _means(*found, chance=uniform),
            ("the masks are not equally likely unless p = ½", "(1 − p)^kept · p^dropped is a mask's chance"),
        ),
        (_means(*found, chance=chances(masks, 1 - p)), ("p is the chance of being *dropped*: yours has it reversed",)),
        (_means(*found, factor=1.0), ("those kept are not scaled up: a mask is divided by 1 − p",)),
        (_means(*found, factor=1 - p), ("multiplied by 1 − p where it should be divided",)),
        (_means(*found, factor=1 / p), ("divided by p: the share that is *kept* is 1 − p",)),
        (_means(a, weight, 0 * bias, p), ("the bias is missing: it is never dropped",)),
    ]


def _blame(got: Any, want: tuple[Tensor, Tensor], slips: list) -> None:
    arithmetic, geometric = want
    right = _near(got, want)
    swapped = all(_near(got, (geometric, arithmetic)))
    explain(
        [
            (swapped, ("the two means are swapped: return arithmetic, geometric",)),
            (
                _near(got, (geometric, geometric))[0],
                ("average the *probabilities* for the first mean: softmax first, then the mean",),
            ),
            (
                right[0] and _near(got, (arithmetic, arithmetic))[1],
                ("the second mean is the first again: average the *logarithms* of the probabilities",),
            ),
            (
                right[0] and all(_near([got[1].softmax(-1)], [geometric])),
                ("these are the mean logarithms: exponentiate, and normalise",),
            ),
            (
                right[0] and all(_near([got[1] / got[1].sum(-1, keepdim=True)], [geometric])),
                ("the geometric mean does not add up to 1: normalise it over the classes",),
            ),
            *((all(_near(got, wrong)), steps) for wrong, steps in slips),
        ],
        f"the {'geometric' if right[0] else 'arithmetic'} mean differs from that over all subnetworks",
        "logits of each mask, softmax over the classes, then add up chance · probability",
    )
