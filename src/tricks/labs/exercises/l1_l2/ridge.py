"""Lab 05, exercise 2: ridge's closed form, seen in the directions of the loss's curvature."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...answers import close, explain, tensor
from ...mistakes import Mistake

__all__ = ["check"]


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `ridge(X, y, penalty)`, the weights and the shares left, to a linear solve."""
    wide, tall = (int(n) for n in rng.integers(4, 9, size=2))
    cases = [
        (12, 5, torch.float64),  # every likely mistake gives a number of its own
        (tall + 9, tall, torch.float64),
        (3, wide, torch.float64),  # fewer examples than features: some curvatures are 0
        (20, 4, torch.float32),
    ]
    for n, features, dtype in cases:
        X = torch.tensor(rng.normal(size=(n, features)) * rng.uniform(0.3, 2, features), dtype=dtype)
        y = torch.tensor(rng.normal(size=n), dtype=dtype)
        penalty = float(rng.uniform(0.3, 1.5))
        answer = student.ridge(X, y, penalty)
        if not isinstance(answer, list | tuple) or len(answer) != 2:
            raise Mistake("two tensors are expected: return w, shares")
        _hold_shares(answer[1], X, penalty)
        _hold_weights(answer[0], X, y, penalty)


def _hold_shares(given: Any, X: Tensor, penalty: float) -> None:
    n, p = len(X), penalty
    h = torch.linalg.eigvalsh(X.T @ X / n).clamp(min=0)
    want = h / (h + p)
    got = tensor(given, want, "shares")
    if close([got], [want])[0]:
        return
    root, total = h.sqrt(), n * h
    guesses = {
        "these are the shares *lost*, λ ÷ (h + λ): what is left?": p / (h + p),
        "the order is turned: smallest curvature first, as eigh gives them": want.flip(0),
        "the curvatures are those of XᵀX ÷ n: the division by n is missing": total / (total + p),
        "these are singular values: the curvatures are their *squares*": root / (root + p),
        "λ counts twice: the penalty has a ½, so its slope is λw": h / (h + 2 * p),
        "the shrinkage is applied twice: one h ÷ (h + λ) is enough": want**2,
        "these are the curvatures themselves: the shares are h ÷ (h + λ)": h,
        "the numerator is missing: the shares are h ÷ (h + λ)": 1 / (h + p),
        "λ is multiplied by n, but XᵀX is divided by n already": h / (h + n * p),
        "a sign: the penalty *adds* to the curvature, h + λ": h / (h - p),
        "a sign in front: a share lies between 0 and 1": -want,
    }
    explain(
        ((close([got], [wrong])[0], (f"shares: {hint}",)) for hint, wrong in guesses.items()),
        f"shares: {got[-1]:.3g} in the steepest direction, where {want[-1]:.3g} is right",
        "shares: h ÷ (h + λ) for the eigenvalues h of XᵀX ÷ n",
    )


def _hold_weights(given: Any, X: Tensor, y: Tensor, penalty: float) -> None:
    n, features = X.shape
    A, b, eye = X.T @ X / n, X.T @ y / n, torch.eye(features, dtype=X.dtype)
    solve = torch.linalg.solve
    want = solve(A + penalty * eye, b)
    got = tensor(given, want, "w")
    if close([got], [want])[0]:
        return
    h, Q = torch.linalg.eigh(A)
    guesses = {
        "XᵀX must be divided by n: λ belongs to a loss that is a *mean*": solve(n * A + penalty * eye, n * b),
        "Xᵀy must be divided by n as well": n * want,
        "XᵀX must be divided by n as well as Xᵀy": solve(n * A + penalty * eye, b),
        "λ counts twice: the penalty has a ½, so its slope is λw": solve(A + 2 * penalty * eye, b),
        "λ is multiplied by n, but XᵀX is divided by n already": solve(A + n * penalty * eye, b),
        "λ is added to every entry: it belongs on the diagonal, λI": solve(A + penalty, b),
        "the shrinkage is applied twice: h + λ divides only once": Q @ (h / (h + penalty) * (Q.T @ want)),
        "a sign: the loss is lowest where (XᵀX/n + λI) w = + Xᵀy/n": -want,
        "these are coordinates along the eigenvectors: turn them back, Q @ …": Q.T @ want,
        "the back turn is missing a transpose: into the eigenvectors Qᵀ, back Q": Q @ (Q @ b / (h + penalty)),
    }
    if n > features:
        guesses["this is least squares: the penalty is missing"] = solve(A, b)
        guesses["h stands above as well: divide Qᵀ Xᵀy/n by h + λ, no more"] = A @ want
    explain(
        ((close([got], [wrong])[0], (f"w: {hint}",)) for hint, wrong in guesses.items()),
        f"w: off by up to {(got - want).abs().max():.2g} from the solution of (XᵀX/n + λI) w = Xᵀy/n",
        "w: in the eigenvectors' coordinates it is Qᵀ Xᵀy/n, divided by h + λ",
    )
