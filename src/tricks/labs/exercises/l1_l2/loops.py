"""The loops of lab 05: ten steps of descent with L2, sound or with a fault that is often made."""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ....data import require

__all__ = ["FAULTS", "PATIENTS", "Train", "loop", "repeat"]

STEPS = 10
LARGEST = 10**5  # numbers in X: a student's probe may be computed on a grader's side
Train = Callable[[Any, Any, Any, Any], tuple[Tensor, Tensor, Tensor]]

# How each of them writes the penalty, but for its strength: of the weights, the bias and the number of examples.
_PENALTIES: dict[str, Callable[[Tensor, Tensor, int], Tensor | float]] = {
    "sound": lambda w, b, n: (w**2).sum() / 2,
    "factor 2": lambda w, b, n: (w**2).sum(),
    "per example": lambda w, b, n: n * (w**2).sum() / 2,
    "norm not squared": lambda w, b, n: w.norm(),
    "L1 for L2": lambda w, b, n: w.abs().sum(),
    "bias too": lambda w, b, n: ((w**2).sum() + b**2) / 2,
    "never felt": lambda w, b, n: ((w**2).sum() / 2).item(),
    "watched": lambda w, b, n: (w**2).sum() / 2,
}
FAULTS = tuple(_PENALTIES)


def loop(fault: str, penalty: float, lr: float) -> Train:
    """Return a train(X, y, w, b) that should descend with the penalty λ₂/2 ‖w‖², and has this fault.

    Raises ValueError for a fault that is not in FAULTS.
    """
    require(fault in FAULTS, f"loop: {fault!r} is none of {', '.join(FAULTS)}")
    return repeat(partial(_step, fault), penalty, lr)


def repeat(step: Callable[..., Any], penalty: float, lr: float) -> Train:
    """Return a train(X, y, w, b) that takes ten times step(X, y, w, b, penalty, lr).

    It gives the weights (11, D), the biases (11,) and the losses to be watched (11,), the first of
    each at the start.
    """

    def train(X: Any, y: Any, w: Any, b: Any) -> tuple[Tensor, Tensor, Tensor]:
        w, rows = torch.as_tensor(w).detach(), []
        w = w if w.is_floating_point() else w.float()
        X, y, b = (torch.as_tensor(part).detach().to(w.dtype) for part in (X, y, b))
        fits = X.dim() == 2 and (w.shape, y.shape, b.shape) == (X.shape[1:], X.shape[:1], ())
        require(fits and 0 < X.numel() <= LARGEST, "train takes X (n, D), y (n,), w (D,) and b, one number")
        for _ in range(STEPS + 1):
            before = w, b
            w, b, loss = step(X, y, w, b, penalty, lr)
            rows.append((*before, torch.as_tensor(loss)))
        weights, biases, losses = (torch.stack(column) for column in zip(*rows, strict=True))
        return weights, biases, losses

    train.__qualname__ = "train"  # what an error message calls it
    return train


def _step(
    fault: str, X: Tensor, y: Tensor, w: Tensor, b: Tensor, penalty: float, lr: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Take one step by the gradient of data and penalty together; what is watched is the loss on the data."""
    w, b = (part.detach().requires_grad_() for part in (w, b))
    data = (X @ w + b - y).square().mean() / 2
    whole = data + penalty * _PENALTIES[fault](w, b, len(X))
    of_w, of_b = torch.autograd.grad(whole, (w, b))
    watched = whole if fault == "watched" else data
    return (w - lr * of_w).detach(), (b - lr * of_b).detach(), watched.detach()


# To look at. The check draws strengths and rates of its own, so that nobody can compare.
PATIENTS = {fault: loop(fault, penalty=0.01, lr=0.2) for fault in FAULTS}
