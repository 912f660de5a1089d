"""Training one block of networks of the same shape, all at once."""

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from . import layers as rules


class Block(NamedTuple):
    """R runs that share an architecture: what `train` needs of them.

    models: R networks; parts: for each data part X (S, n, D) and y (S, n) of the S
    distinct seeds; which (R,): each run's place among them; orders: one generator a run.
    """

    models: list[nn.Sequential]
    parts: dict[str, tuple[Tensor, Tensor]]
    which: Tensor
    orders: list[torch.Generator]

    @property
    def layers(self) -> list[nn.Module]:
        """The layers that all runs share, of the first run's network."""
        return rules.unfold(self.models[0])


class Schedule(NamedTuple):
    """How long and how to train; `clip` is the largest gradient norm of a run, or None."""

    epochs: int
    batch_size: int | None
    clip: object
    record_every: int
    dtype: torch.dtype

    def records(self) -> list[int]:
        """Return the epochs after which something is recorded; the last always is."""
        return sorted({*range(self.record_every, self.epochs + 1, self.record_every), self.epochs})


def losses(logits: Tensor, y: Tensor) -> Tensor:
    """Return each run's mean cross-entropy in nats: logits (R, B, C), y (R, B) → (R,)."""
    return -F.log_softmax(logits, dim=2).gather(2, y.unsqueeze(2)).squeeze(2).mean(dim=1)


def accuracies(logits: Tensor, y: Tensor) -> Tensor:
    """Return each run's share of right answers: logits (R, B, C), y (R, B) → (R,)."""
    return (logits.argmax(dim=2) == y).double().mean(dim=1)


def clipped(gradient: Tensor, clip) -> Tensor:
    """Shorten each run's gradient (R, P) to norm at most `clip`, its direction kept.

        g ← g · min(1, c / (‖g‖ + 10⁻⁶)), over all parameters of a run together

    The 10⁻⁶ is torch's (`clip_grad_norm_`). Source: {cite}`pascanu2013`, Algorithm 1.
    """
    norm = (gradient**2).sum(dim=1, keepdim=True).sqrt()
    return gradient * (clip * (1 / (norm + 1e-6))).clamp(max=1)


def batches(block: Block, size: int | None):
    """Yield one epoch's batches X (R, B, D), y (R, B): all examples, or each run's own order."""
    X, y = block.parts["train"]
    if size is None:
        yield X[block.which], y[block.which]
        return
    n = X.shape[1]
    order = torch.stack([torch.randperm(n, generator=draw) for draw in block.orders])
    rows = block.which.unsqueeze(1)
    for batch in order.split(size, dim=1):
        yield X[rows, batch], y[rows, batch]


def evaluate(flat: Tensor, block: Block) -> dict[str, Tensor]:
    """Return loss and accuracy (R,) on every held-out part."""
    results = {}
    for part, (X, y) in block.parts.items():
        if part != "train":
            logits = rules.forward(block.layers, flat, X[block.which])
            results[f"{part}_loss"] = losses(logits, y[block.which]).double()
            results[f"{part}_accuracy"] = accuracies(logits, y[block.which])
    return results


def train(block: Block, optimizer, schedule: Schedule, observe: Callable) -> Tensor:
    """Train the block; call `observe(epoch, results, flat)` after each recorded epoch; return (R, P).

    `results` holds loss and accuracy of every part, (R,) each: on the training part means
    over the epoch's batches, each before its update. A run has diverged at its first
    non-finite loss: NaN from then on. Nothing of a run depends on the others.
    """
    flat = rules.stack(block.models, schedule.dtype).to(block.which.device)
    state = optimizer.init(flat)
    diverged = torch.zeros(len(flat), dtype=torch.bool, device=flat.device)
    recorded = set(schedule.records())
    for epoch in range(1, schedule.epochs + 1):
        flat, state, results = one_epoch(block, optimizer, schedule, flat, state)
        diverged |= ~results["train_loss"].isfinite()
        if epoch in recorded:
            with torch.no_grad():
                results |= evaluate(flat, block)
            observe(epoch, {name: r.masked_fill(diverged, torch.nan) for name, r in results.items()}, flat)
    return flat


def one_epoch(block: Block, optimizer, schedule: Schedule, flat: Tensor, state):
    """Pass once over the training part; return parameters, state and the epoch's means."""
    sums = torch.zeros(2, len(flat), dtype=torch.float64, device=flat.device)
    for X, y in batches(block, schedule.batch_size):
        flat.requires_grad_(True)
        logits = rules.forward(block.layers, flat, X)
        loss = losses(logits, y)
        (gradient,) = torch.autograd.grad(loss.sum(), flat)
        with torch.no_grad():
            if schedule.clip is not None:
                gradient = clipped(gradient, schedule.clip)
            flat, state = optimizer.update(gradient, state, flat)
            sums += torch.stack([loss.double(), accuracies(logits, y)]) * y.shape[1]
    loss, accuracy = sums / block.parts["train"][1].shape[1]
    return flat, state, {"train_loss": loss, "train_accuracy": accuracy}
