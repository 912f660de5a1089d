"""Lab 05, exercise 3: one proximal step of L1, held to torch's softshrink."""

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ...answers import close, explain, tensor
from ...mistakes import Mistake

__all__ = ["check"]


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `ista_step(w, X, y, penalty, lr)` to a gradient step and softshrink."""
    for n, features, dtype in [(7, 40, torch.float64), (5, 12, torch.float64), (9, 30, torch.float32)]:
        w, y = (torch.tensor(rng.normal(size=size), dtype=dtype) for size in (features, n))
        X = torch.tensor(rng.normal(size=(n, features)), dtype=dtype)
        _hold(student, w, X, y, float(rng.uniform(1.5, 3)), float(rng.uniform(0.1, 0.3)))
    # XᵀX = nI and lr = 1: one step is the whole lasso.
    X = torch.tensor(np.linalg.qr(rng.normal(size=(9, 6)))[0] * 3)
    y = X @ torch.tensor([2.0, -1.5, 0.8, 0.1, -0.2, 0.0], dtype=torch.float64)
    _hold(student, torch.tensor(rng.normal(size=6)), X, y, 0.3, 1.0)


def _hold(student: Any, w: Tensor, X: Tensor, y: Tensor, penalty: float, lr: float) -> None:
    g = X.T @ (X @ w - y) / len(X)
    t = lr * penalty
    v = w - lr * g
    want = F.softshrink(v, t)
    got = tensor(student.ista_step(w, X, y, penalty, lr), want, "the new w")
    if close([got], [want])[0]:
        if (got[want == 0] != 0).any():
            raise Mistake("nearly zero is not zero: L1's step must end at 0 exactly")
        return
    shrunk = F.softshrink(w, t)
    guesses = {
        "the threshold is λ₁ alone: a step at rate η moves by ηλ₁": F.softshrink(v, penalty),
        "the threshold is η alone: a step moves by ηλ₁": F.softshrink(v, lr),
        "the order is turned: first the data's gradient, then the shrinking": shrunk - lr * g,
        "the gradient step is missing: this shrinks w itself": shrunk,
        "the shrinking is missing: this is the plain gradient step": v,
        "a sign: the gradient step goes *down*, w − ηg": F.softshrink(w + lr * g, t),
        "the gradient is a mean: divide by n, the rows of X": F.softshrink(w - lr * len(X) * g, t),
        "the gradient is taken twice: the loss has a ½": F.softshrink(w - 2 * lr * g, t),
        "η is missing before the gradient": F.softshrink(w - g, t),
        "it hops over zero: stop there if |w| is less than ηλ₁": v - t * v.sign(),
        "this is the gradient step, which rattles: shrink *after* the data's step": v - t * w.sign(),
        "hard thresholding: those that survive are shortened too, by ηλ₁": v * (v.abs() > t),
        "the sign is lost: sign(v) · max(|v| − ηλ₁, 0)": want.abs(),
        "negative weights survive as well: use |v| and give the sign back": (v - t).clamp(min=0),
        "the threshold counts twice: ηλ₁, not 2ηλ₁": F.softshrink(v, 2 * t),
        "this multiplies, as L2 does: L1 subtracts": v * (1 - t),
        "a sign: shrinking moves *towards* zero": v.sign() * (v.abs() + t),
        "this is what the shrinking takes away, not what is left": v.clamp(-t, t),
    }
    explain(
        ((close([got], [wrong])[0], (hint,)) for hint, wrong in guesses.items()),
        f"off by up to {(got - want).abs().max():.2g}: v = w − ηg, then sign(v) · max(|v| − ηλ₁, 0)",
        "the data's gradient is g = Xᵀ(Xw − y) / n, with n the number of rows",
    )
