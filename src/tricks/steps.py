"""One step of learning: what a batch says of R networks, and the gradient that follows from it."""

from collections.abc import Callable
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.ops import aten

from .layers import climb, descend, from_lines, tall, to_lines
from .optimizers import Column, Optimizer
from .stacks import Layout


def taken(X: Tensor, places: Tensor) -> Tensor:
    """Return the examples at some places (R, B) of X (N, D), as (R, B, D)."""
    return F.embedding(places, X)


def whole(logits: Tensor) -> Tensor:
    """Pad the logits (R, B, C) to whole cache lines, with classes that cannot be."""
    return to_lines(logits, int(logits.shape[2]), -torch.inf)


def losses(log_p: Tensor, y: Tensor) -> Tensor:
    """Return the cross-entropy L = −ln p_y of every example in nats: log_p (R, B, C), y (R, B) → (R, B)."""
    return -log_p.gather(2, y.unsqueeze(2)).squeeze(2)


def slopes(log_p: Tensor, y: Tensor) -> Tensor:
    """Return δ = (p − onehot(y)) / B, the gradient of a batch's mean loss by the logits: log_p, δ (R, B, C)."""
    minus_onehot = torch.zeros_like(log_p).scatter_(2, y.unsqueeze(2), -1)
    # torch's own kernel of d − p Σ d, for d = −onehot.
    return aten._log_softmax_backward_data(minus_onehot, log_p, 2, log_p.dtype).div_(int(y.shape[1]))


def right(logits: Tensor, y: Tensor) -> Tensor:
    """Return which answers are right, (R, B): logits (R, B, C), y (R, B)."""
    return logits.max(dim=2).indices == y


def equipped(optimizer: Optimizer, names: tuple[str, ...], numbers: Tensor) -> tuple[Optimizer, dict]:
    """Return the optimiser with one number a run for each hyperparameter among `names`, and what else they name.

    numbers: (R, k), a column a name.
    """
    settings = dict(zip(names, map(Column, numbers.unbind(dim=1)), strict=True))
    own = {name: column for name, column in settings.items() if hasattr(optimizer, name)}
    return replace(optimizer, **own), {name: column for name, column in settings.items() if name not in own}


def lesson(layout: Layout, optimizer: Optimizer, names: tuple[str, ...]) -> Callable:
    """Return the function that gives R networks of a form one lesson: a step on one batch.

    Its arguments: all X (N, D); the batch, as places in X and labels, (R, B); `numbers` (R, k), what
    differs or may differ between the runs of `names`: hyperparameters of the optimiser, `l1`, `clip`;
    `totals` (2, R); the networks' parameters (R, P) and buffers (R, Q); the optimiser's state; uniform
    numbers (R, B, units) for each layer that draws. From `totals` on all but these are changed in
    place: to the totals it adds each run's sum of losses and number of right answers.
    """

    def run(X, places, y, numbers, totals, parameters, buffers, state, draws):
        rule, others = equipped(optimizer, names, numbers)
        owned = layout.owned(parameters, buffers)
        logits, memories = climb(layout.layers, owned, taken(X, places), iter(draws))
        log_p = F.log_softmax(whole(logits), dim=2)
        delta = from_lines(slopes(log_p, y), int(logits.shape[2]))
        gradients = layout.joined(descend(layout.layers, owned, memories, delta))
        if "l1" in others:
            penalise(gradients, parameters, layout.weights.to(gradients), others["l1"])
        if "clip" in others:
            clip(gradients, others["clip"])
        rule.update(gradients, state, parameters)
        totals[0].add_(losses(log_p, y).sum(dim=1))
        totals[1].add_(right(logits, y).sum(dim=1))
        return totals

    return run


def parted(tensors, size: int):
    """Return an iterator over tensors (R, …) of the same R, `size` rows of each at a time."""
    return zip(*(tensor.split(size) for tensor in tensors), strict=True)


def exam(layout: Layout) -> Callable:
    """Return the function that examines R networks of a form.

    Its arguments: all X (N, D); the examples, as places in X and labels, (R, n); parameters (R, P) and
    buffers (R, Q). It returns each run's mean loss and share of right answers, (2, R).
    """

    def run(X, places, y, parameters, buffers):
        some = parted((places, parameters, buffers), 1 if tall(X, y.shape[1]) else len(y))
        logits = torch.cat([climb(layout.layers, layout.owned(*own), taken(X, at))[0] for at, *own in some])
        seen = losses(F.log_softmax(whole(logits), dim=2), y), right(logits, y)
        return torch.stack(seen).double().mean(dim=2)

    return run


def penalise(gradients: Tensor, parameters: Tensor, weights: Tensor, l1) -> None:
    """Make the gradients (R, P), in place, those of L + λ₁ Σ|w|: `weights` (P,) is 1 for weight matrices, else 0.

        g ← g + λ₁ sign(w), biases and other vectors left out

    Source: {cite}`tibshirani1996`.
    """
    gradients += l1 * (weights * parameters.sign())


def clip(gradients: Tensor, largest) -> None:
    """Shorten each run's gradient (R, P), in place, to norm at most c, `largest`, its direction kept.

        g ← g · min(1, c / (‖g‖ + 10⁻⁶)), over all parameters of a run together

    The 10⁻⁶ is torch's (`clip_grad_norm_`). Source: {cite}`pascanu2013`, Algorithm 1.
    """
    norm = (gradients**2).sum(dim=1, keepdim=True).sqrt()
    gradients *= (largest * (1 / (norm + 1e-6))).clamp(max=1)
