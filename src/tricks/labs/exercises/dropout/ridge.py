"""Lab 06, the harder exercise: dropout on the inputs of linear regression is a penalty."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ....masks import all_masks, chances
from ...answers import explain, tensor

__all__ = ["check"]

MARGIN = 1e-8  # relative to the largest weight: float64 through two solvers


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `ridge(X, y, p)` to the weights that do best over all masks, by least squares."""
    for p in (0.2, 0.5, float(rng.uniform(0.55, 0.9)), 0.0):
        units = int(rng.integers(3, 6))
        X = torch.tensor(rng.normal(size=(12, units)) * rng.uniform(0.5, 3, size=units))
        y = torch.tensor(rng.normal(size=12))
        want = _by_enumeration(X, y, p)
        got = tensor(student.ridge(X, y, p), want, "the weights")
        if not _same(got, want):
            explain(
                ((_same(got, torch.linalg.solve(A, b)), steps) for A, b, steps in _slips(X, y, p)),
                f"p = {p:.2g}: weights differ by up to {(got - want).abs().max():.2g} from those over all masks",
                "mean of mᵢmⱼ/(1 − p)²: 1 for i ≠ j, and 1/(1 − p) for i = j",
            )


def _same(got: Tensor, want: Tensor) -> bool:
    return bool((got - want).abs().max() <= MARGIN * want.abs().max())


def _by_enumeration(X: Tensor, y: Tensor, p: float) -> Tensor:
    """Stack the data under every mask, each row weighted by the root of its chance."""
    masks = all_masks(X.shape[1], torch.float64)
    root = chances(masks, p).sqrt()[:, None, None]
    rows = (root * masks[:, None] / (1 - p) * X).flatten(0, 1)
    return torch.linalg.lstsq(rows, (root[..., 0] * y).flatten()[:, None]).solution[:, 0]


def _slips(X: Tensor, y: Tensor, p: float) -> list[tuple[Tensor, Tensor, tuple[str, ...]]]:
    """Systems A w = b that likely mistakes would solve."""
    G, b, odds = X.T @ X, X.T @ y, p / (1 - p)
    squares, one = (X**2).sum(0), torch.eye(len(G), dtype=G.dtype)
    upside = torch.diag(squares) / odds if p else one
    return [
        (G, b, ("there is no penalty yet: this is least squares without dropout",)),
        (G + upside, b, ("upside down: p/(1 − p), which is 0 when nobody is dropped",)),
        (G + p * torch.diag(squares), b, ("the division by 1 − p is missing: p/(1 − p)",)),
        (G + p * (1 - p) * torch.diag(squares), b, ("p(1 − p) is for masks that are not divided by 1 − p",)),
        (G + odds * one, b, ("that is plain ridge: here each weight's penalty goes with its column, Σ x²",)),
        (G + odds * G, b, ("the penalty has a diagonal only: Σ x² of each column, not all of XᵀX",)),
        (G + odds * torch.diag(squares / len(X)), b, ("a sum over examples, not a mean, as in XᵀX",)),
        (G + odds * torch.diag(squares.sqrt()), b, ("squares: Σ x² of each column, without a root",)),
        (G - odds * torch.diag(squares), b, ("a sign: the penalty is added to XᵀX",)),
    ]
