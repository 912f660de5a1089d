"""Training one block of networks of the same shape, all at once."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from tqdm import tqdm

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


CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
RECORDS = [f"{part}_{what}" for part in ("train", "validation", "test") for what in ("loss", "accuracy")]


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
    for batch in order.split(int(size), dim=1):
        yield X[rows, batch], y[rows, batch]


def evaluate(flat: Tensor, block: Block) -> dict[str, Tensor]:
    """Return loss and accuracy (R,) on every held-out part."""
    results = {}
    for part, (X, y) in block.parts.items():
        if part != "train":
            logits = rules.forward(block.layers, flat, X[block.which])
            loss = losses(logits, y[block.which]).double()
            fine = loss.isfinite()
            results[f"{part}_loss"] = loss.where(fine, torch.nan)
            results[f"{part}_accuracy"] = accuracies(logits, y[block.which]).where(fine, torch.nan)
    return results


def measured(measures: dict, block: Block, flat: Tensor, fine: Tensor) -> dict[str, list]:
    """Call every measure on each run's own network and training part; NaN unless `fine` (R,)."""
    X, y = block.parts["train"]
    results = {name: [] for name in measures}
    for model, row, w, well in zip(block.models, flat.detach(), block.which, fine, strict=True):
        own = rules.restore(model, row) if measures and well else None
        for name, function in measures.items():
            results[name].append(number(name, function(own, X[w], y[w])) if well else np.nan)
    return results


def number(name: str, value) -> np.ndarray:
    """Return what the measure `name` gave as a plain number or vector."""
    try:
        if isinstance(value, list | tuple):
            value = torch.stack([torch.as_tensor(v, dtype=torch.float64) for v in value])
        array = torch.as_tensor(value, dtype=torch.float64).detach().cpu().numpy()
    except (TypeError, ValueError, RuntimeError):
        array = None
    if array is None or array.ndim > 1:
        raise TypeError(f"measure {name}: must return a number or a vector, not {type(value).__name__}")
    return array


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


def in_threads(work, jobs: list):
    """Yield `work(job)` for all jobs, as each ends: one job a core, one thread inside each.

    One thread inside each keeps a run's bits apart from the machine's number of cores.
    """
    threads = torch.get_num_threads()
    quiet = "TRICKS_RENDER" in os.environ or len(jobs) < 4
    pool = ThreadPoolExecutor(CORES, initializer=torch.set_num_threads, initargs=(1,))
    try:
        futures = [pool.submit(work, job) for job in jobs]
        for future in tqdm(as_completed(futures), total=len(jobs), disable=quiet, leave=False):
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)
        torch.set_num_threads(threads)
