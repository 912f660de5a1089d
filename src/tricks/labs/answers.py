"""Answers held to an oracle: type and shape first, then the value, then the likely mistake."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from .mistakes import Mistake

__all__ = ["close", "explain", "number", "tensor", "tolerance"]


def number(value: Any, what: str) -> float:
    """Read a finite real number; `what` names it in the hint."""
    if value is None or value is ...:
        raise Mistake(f"{what} is still open: put a number there")
    if isinstance(value, Tensor) and value.numel() == 1:
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Mistake(f"{what} is a {type(value).__name__}, and should be one plain number")
    if not math.isfinite(value):
        raise Mistake(f"{what} is {value}, and should be a finite number")
    return float(value)


def tensor(value: Any, like: Tensor, what: str) -> Tensor:
    """Read a finite tensor of the shape and the dtype of `like`."""
    if value is None:
        raise Mistake(f"{what} is None: did you forget to return it?")
    if not isinstance(value, Tensor):
        raise Mistake(f"{what} is a {type(value).__name__}, and should be a tensor")
    if value.shape != like.shape:
        found, wanted = tuple(value.shape), tuple(like.shape)
        turned = ": transposed?" if found == wanted[::-1] else ""
        raise Mistake(f"{what} has shape {found}, and should have {wanted}{turned}")
    if value.dtype != like.dtype:
        raise Mistake(f"{what} is {value.dtype} where the inputs are {like.dtype}: keep their type")
    if not torch.isfinite(value).all():
        raise Mistake(f"{what} holds nan or inf")
    return value


def tolerance(dtype: torch.dtype) -> float:
    """Give the error, relative to the largest entry, that rounding may cause.

    A dozen terms a sum and up to ten layers round about a hundred times, each by half an epsilon
    at most; ten times that leaves room for every order of summation: 1000 ε, which is 1.2e-4 in
    float32 and 2.2e-13 in float64.
    """
    return 1000 * torch.finfo(dtype).eps


def close(got: Sequence[Tensor], want: Iterable[Tensor]) -> list[bool]:
    """Say for each tensor whether it equals its oracle but for rounding."""
    return [
        g.shape == w.shape and bool((g - w).abs().max() <= tolerance(w.dtype) * max(w.abs().max().item(), 1e-30))
        for g, w in zip(got, want, strict=True)
    ]


def explain(guesses: Iterable[tuple[bool, Sequence[str]]], *otherwise: str) -> None:
    """Raise the `Mistake` of the first guess that fits, or else the general one.

    A guess is (whether the answer equals what this mistake gives, the steps of its hint).
    """
    for fits, steps in guesses:
        if fits:
            raise Mistake(*steps)
    raise Mistake(*otherwise)
