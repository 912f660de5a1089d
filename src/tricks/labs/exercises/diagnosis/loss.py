"""Lab 00, exercise 2: cross-entropy and its gradient, from logits of any size, held to torch."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ...answers import close, explain, number, tensor, tolerance
from ...mistakes import Mistake

__all__ = ["check"]


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `loss_and_gradient(logits, labels)` to torch's cross-entropy and to autograd."""
    images, classes = (int(n) for n in rng.integers(3, 9, size=2))
    wide = (images, images + classes)
    for shape, dtype in ((wide, torch.float64), ((1, 2), torch.float64), ((9, 4), torch.float32)):
        _hold(student, *_draw(rng, shape, dtype), "")
    for shape, far, dtype in (((6, 3), 1000, torch.float64), ((5, 8), 200, torch.float32)):
        logits, labels = _draw(rng, shape, dtype)
        _hold(student, logits + far, labels, "far")
        logits[::2] -= 2 * far
        _hold(student, logits, labels, "rows")
        logits[:, 0] += 2 * far
        _hold(student, logits, labels, "sure")


def _draw(rng: np.random.Generator, shape: tuple[int, int], dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Draw logits, and labels other than the logits' first choice, so that no loss is near 0."""
    logits = torch.tensor(2 * rng.normal(size=shape), dtype=dtype)
    shift = torch.tensor(rng.integers(1, shape[1], size=shape[0]))
    return logits, (logits.argmax(dim=1) + shift) % shape[1]


def _hold(student: Any, logits: Tensor, labels: Tensor, stress: str) -> None:
    """Hold one batch; `stress` says what is hard about it."""
    leaf = logits.clone().requires_grad_()
    want = F.cross_entropy(leaf, labels)
    (slope,) = torch.autograd.grad(want, leaf)
    loss, gradient = _read(student.loss_and_gradient(logits, labels), logits, stress)
    where = f"logits of shape {tuple(logits.shape)}"
    if abs(loss - want.item()) > tolerance(logits.dtype) * want.item():
        explain(
            ((_near(loss, wrong(logits, labels), logits.dtype), steps) for wrong, *steps in _LOSSES),
            f"{where}: your loss is {loss:.4g}, and torch's {want.item():.4g}",
            "the mean over the images of −ln p_y, with ln p = z − m − ln Σ exp(z − m)",
        )
    if not all(close([gradient], [slope])):
        n = len(logits)
        explain(
            ((all(close([gradient], [wrong(slope, logits, n)])), steps) for wrong, *steps in _SLOPES),
            f"{where}: the loss is right, the gradient is not",
            "(p − 1 for the label, p for every other class) / B, with p = exp(ln p)",
        )


def _read(answer: Any, logits: Tensor, stress: str) -> tuple[float, Tensor]:
    """Read a number and a tensor shaped as the logits; say what overflowed."""
    if not isinstance(answer, list | tuple) or len(answer) != 2:
        raise Mistake("two things are expected: return loss, gradient")
    loss, gradient = answer
    if isinstance(loss, Tensor) and loss.numel() > 1:
        raise Mistake("the loss is one number, the mean over the images", "add .mean()")
    if stress and isinstance(gradient, Tensor) and isinstance(loss, Tensor | float):
        endless = not math.isfinite(float(loss))
        if not torch.isfinite(gradient).all() or (endless and stress != "sure"):
            raise Mistake(*_OVERFLOWS["far" if stress == "far" else "rows"])
        if endless:
            raise Mistake(*_OVERFLOWS["sure"])
    return number(loss, "the loss"), tensor(gradient, logits, "the gradient")


def _near(got: float, wrong: Tensor, dtype: torch.dtype) -> bool:
    return abs(got - wrong.item()) <= 2 * tolerance(dtype) * abs(wrong.item())


_OVERFLOWS = {
    "far": (
        "exp of a large logit overflows: subtract each row's maximum before you take exp",
        "z − m changes no probability, since it multiplies above and below by exp(−m)",
    ),
    "rows": (
        "rows of very different size: subtract each row's *own* maximum, amax(dim=1, keepdim=True)",
        "one maximum for all leaves a row with nothing but exp(−2000) = 0, and ln 0",
    ),
    "sure": (
        "ln of a probability that has become 0: do not take exp and then ln again",
        "write ln p at once: z − m − ln Σ exp(z − m), and take exp for the gradient only",
    ),
}
Rule = Callable[..., Tensor]
# What a slip makes of the loss: (rule(z, y), hint, the fuller hint).
_LOSSES: list[tuple[Rule, str, str]] = [
    (lambda z, y: -F.cross_entropy(z, y), "a sign: the loss is −ln p, which is positive", "put a minus in front"),
    (
        lambda z, y: F.cross_entropy(z, y, reduction="sum"),
        "this is the sum over the images: their mean is asked for",
        "divide by B, the number of rows",
    ),
    (
        lambda z, y: F.cross_entropy(z, y) / z.shape[1],
        "the mean is over images only, not over classes: one term an image",
        "pick each row's own label first, log_p[rows, labels], then take the mean",
    ),
    (
        lambda z, y: -F.log_softmax(z, 1).mean(),
        "this averages ln p over all classes: each image costs −ln p of its *label*",
        "log_p[torch.arange(len(labels)), labels]",
    ),
    (lambda z, y: F.cross_entropy(z, y) / math.log(2), "that is in bits, with log₂: take ln", "torch.log"),
    (lambda z, y: F.cross_entropy(z, y) / math.log(10), "log₁₀ in place of ln", "torch.log"),
    (
        lambda z, y: F.cross_entropy(F.softmax(z, 1), y),
        "softmax twice: what you take for logits are probabilities already",
        "go from the logits to ln p in one step: z − m − ln Σ exp(z − m)",
    ),
    (
        lambda z, y: F.nll_loss(F.log_softmax(z, 0), y),
        "the softmax runs down the images: it belongs along each row, dim=1",
        "an image's probabilities add up to 1: sum over the classes",
    ),
    (lambda z, y: F.nll_loss(F.softmax(z, 1), y), "the logarithm is missing: −ln p, not −p", "ln p"),
    (lambda z, y: F.nll_loss(z, y), "ln Σ exp(z) is missing: −z_y alone is no −ln p", "ln p = z − ln Σ exp(z)"),
    (
        lambda z, y: -F.softmax(z, 1)[torch.arange(len(y)), y].mean().log(),
        "take the logarithm of each image's p first, then the mean",
        "the mean of −ln p, not −ln of the mean p",
    ),
]
# What a slip makes of the gradient: (rule(right one, z, B), hint, the fuller hint).
_SLOPES: list[tuple[Rule, str, str]] = [
    (lambda g, z, n: -g, "a sign: p − 1 for the label, not 1 − p", "(p − y) / B"),
    (lambda g, z, n: n * g, "the gradient of a *mean* over the images: it is divided by their number", "(p − y) / B"),
    (lambda g, z, n: g * n / z.shape[1], "divided by the number of classes: B is that of images", "/ len(labels)"),
    (lambda g, z, n: g / n, "divided by the number of images twice", "(p − y) / B, once"),
    (lambda g, z, n: F.softmax(z, 1) / n, "the 1 of the label is missing: p − 1 there, p elsewhere", "(p − y) / B"),
    (lambda g, z, n: F.softmax(z, 1), "these are the probabilities: p − 1 for the label, and all / B", "(p − y) / B"),
    (lambda g, z, n: (F.softmax(z, 1) - 1) / n, "1 is taken from every class: from the label only", "(p − y) / B"),
    (
        lambda g, z, n: F.softmax(z, 1) + g - F.softmax(z, 1) / n,
        "divide all of p − y by B, and not the 1 alone",
        "(p − y) / B",
    ),
]
