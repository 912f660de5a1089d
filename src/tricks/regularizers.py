"""Penalties on the weights of a linear model: ridge (L2), lasso (L1), and how the lasso's weights enter one by one.

X is (n, D), y is (n,), w is (D,). The loss is L(w) = ‖y − Xw‖² / 2n, without intercept: centre X and y first.
"""

from numbers import Real
from typing import NamedTuple

import numpy as np

from .data import blaming, require


class Path(NamedTuple):
    """The knots of a piecewise linear path: penalties λ₁ (K,), falling to 0, and the weights there, (K, D)."""

    penalties: np.ndarray
    weights: np.ndarray


def soft_threshold(w, t):
    """Move every weight towards zero by t, and land there if it is nearer: the proximal step of L1.

        S(w, t) = sign(w) max(|w| − t, 0) = argmin over v of ½ (v − w)² + t |v|

    w and the result: an array or a tensor; t ≥ 0. Agrees with `torch.nn.functional.softshrink`.
    Source: {cite}`donoho1995`.
    """
    return w - w.clip(-t, t)


def ridge(X, y, penalty: float) -> np.ndarray:
    """Return the weights (D,) that minimise L(w) + ½ λ₂ ‖w‖²; `penalty` is λ₂ > 0.

        w = (XᵀX / n + λ₂ I)⁻¹ Xᵀy / n

    Agrees with scikit-learn's `Ridge(alpha=n λ₂)`. Source: {cite}`hoerl1970`.
    """
    X, y = _checked(X, y, penalty)
    return np.linalg.solve(X.T @ X / len(X) + penalty * np.eye(X.shape[1]), X.T @ y / len(X))


def lasso(X, y, penalty: float, *, tolerance: float = 1e-14, most: int = 100_000) -> np.ndarray:
    """Return the weights (D,) that minimise L(w) + λ₁ Σ|w|, many of them exactly 0; `penalty` is λ₁ > 0.

        w ← S(v − η ∇L(v), η λ₁),   v = w + momentum, forgotten whenever it points uphill   (FISTA, restarted)

    η = 1 ÷ the largest curvature. Stops once the duality gap, which bounds what is left to gain, is below
    `tolerance` · L(0); raises ValueError after `most` steps. Agrees with scikit-learn's `Lasso(alpha=λ₁)`.
    Source: {cite}`beck2009,odonoghue2015`.
    """
    X, y = _checked(X, y, penalty)
    n, lr = len(X), len(X) / np.linalg.norm(X, 2) ** 2
    w = v = np.zeros(X.shape[1])
    age = 1.0  # t in the papers: it sets how much momentum is kept
    for _ in range(most):
        last, w = w, soft_threshold(v + lr * X.T @ (y - X @ v) / n, lr * penalty)
        age = 1.0 if (v - w) @ (w - last) > 0 else age
        grown = (1 + np.sqrt(1 + 4 * age**2)) / 2
        v, age = w + (age - 1) / grown * (w - last), grown
        if _duality_gap(X, y, w, penalty) <= tolerance * (y @ y) / (2 * n):
            return w
    raise ValueError(f"lasso: not there after {most} steps; scale the columns of X alike, or raise `tolerance`")


def lars_path(X, y, *, drop: bool = True) -> Path:
    """Return the knots of the lasso's path from w = 0 to least squares; with `drop=False`, of least angle regression.

    All features in play correlate alike with the residual, ±λ₁, and their weights move so that this stays so:

        direction d = (X_AᵀX_A / n)⁻¹ sign(c_A),   c = Xᵀ(y − Xw) / n,   w_A ← w_A + γ d,   λ₁ ← λ₁ − γ

    until another feature's correlation is as large, and it comes into play; or, for the lasso, until a weight
    reaches zero, and it leaves. Agrees with scikit-learn's `lars_path`, save that its "lar" misses least
    squares where a weight changes sign before the last knot. Source: {cite}`efron2004`.
    """
    X, y = _checked(X, y)
    n, D = X.shape
    require(np.linalg.matrix_rank(X) == D, "lars_path: the columns of X are linearly dependent: the path is not unique")
    c, w = X.T @ y / n, np.zeros(D)
    penalty = abs(c).max()
    require(penalty > 0, "lars_path: no feature correlates with y")
    knots, play = [(penalty, w.copy())], {int(abs(c).argmax())}
    while penalty > 1e-12 * knots[0][0]:
        A = sorted(play)
        d = np.linalg.solve(X[:, A].T @ X[:, A] / n, np.sign(c[A]))
        a = X.T @ (X[:, A] @ d) / n  # c falls by a for every unit of γ
        with np.errstate(divide="ignore", invalid="ignore"):
            joins = np.minimum(_ahead((penalty - c) / (1 - a), penalty), _ahead((penalty + c) / (1 + a), penalty))
            leaves = _ahead(-w[A] / d, penalty) if drop else np.full(len(A), np.inf)
        joins[A] = np.inf
        step = min(joins.min(), leaves.min(), penalty)
        w[A] += step * d
        c, penalty = X.T @ (y - X @ w) / n, penalty - step
        if step == joins.min():
            play.add(int(joins.argmin()))
        elif step == leaves.min():
            w[A[leaves.argmin()]] = 0.0
            play.remove(A[leaves.argmin()])
        knots.append((penalty, w.copy()))
    return Path(*map(np.array, zip(*knots, strict=True)))


def _ahead(steps: np.ndarray, penalty: float) -> np.ndarray:
    """Return the steps, infinite where they do not lead forward; a feature that has just left is at 0."""
    return np.where(steps > 1e-10 * penalty, steps, np.inf)


def _duality_gap(X, y, w, penalty) -> float:
    """Return the lasso's objective at w minus that of a feasible point of its dual: at least what is left to gain."""
    n, r = len(X), y - X @ w
    s = min(1.0, penalty / max(abs(X.T @ r).max() / n, np.finfo(float).tiny))
    return ((1 + s**2) * (r @ r) / 2 - s * (r @ y)) / n + penalty * abs(w).sum()


def _checked(X, y, penalty=1.0) -> tuple[np.ndarray, np.ndarray]:
    with blaming("X and y"):
        X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    fits = X.ndim == 2 and X.size and y.shape == X.shape[:1]
    require(fits, f"X must be (n, D) and y (n,), not {X.shape} and {y.shape}")
    require(np.isfinite(X).all() and np.isfinite(y).all(), "X and y must not hold NaN or infinity")
    right = isinstance(penalty, Real) and not isinstance(penalty, bool) and 0 < penalty < np.inf
    require(right, f"penalty={penalty!r} must be a number above 0")
    return X, y
