"""Training one block of networks of the same form, all at once."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import torch
from torch import Tensor, nn

from .cores import Interrupted, recorded
from .optimizers import Optimizer
from .stacks import Layout
from .steps import equipped, exam, lesson, parted
from .stopping import Best

CHUNK = 4096  # examples evaluated together: more would fall out of the cache
RECORDS = [f"{part}_{what}" for part in ("train", "validation", "test") for what in ("loss", "accuracy")]


class Block(NamedTuple):
    """R runs of one form, as they are given.

    moulds: R networks of their kinds; rows (R, P + Q): the numbers of the runs' own; X (N, D): all
    examples; parts: for each part of the data, for each of the S distinct seeds, the places of its
    examples in X and their labels, (S, n); which (R,): each run's place among the seeds; orders, masks:
    one generator a seed; draws: the units of each dropout layer; numbers (R, k): the values of `names`,
    hyperparameters of the optimiser, `l1` or `clip`; patience (R,): in epochs, infinite for none.
    """

    moulds: list[nn.Sequential]
    rows: Tensor
    X: Tensor
    parts: dict[str, tuple[Tensor, Tensor]]
    which: Tensor
    orders: list[torch.Generator]
    masks: list[torch.Generator]
    draws: list[int]
    optimizer: Optimizer
    names: tuple[str, ...]
    numbers: Tensor
    patience: Tensor
    interrupted: threading.Event


class Schedule(NamedTuple):
    """How long to train: fit's settings that are common to a block."""

    epochs: int
    record_every: int = 1
    batch_size: int | None = None

    def records(self) -> list[int]:
        """Return the epochs after which something is recorded; the last always is."""
        return sorted({*range(self.record_every, self.epochs + 1, self.record_every), self.epochs})


@dataclass
class Running:
    """The runs of a block that still train: everything here has a row a run."""

    place: Tensor  # of the run in its block
    which: Tensor  # of its seed among the block's
    numbers: Tensor  # hyperparameters, (R, k)
    patience: Tensor  # in epochs; infinite without
    parameters: Tensor
    buffers: Tensor
    state: tuple
    parts: dict[str, tuple[Tensor, Tensor]]  # places and labels
    diverged: Tensor
    over: Tensor  # ended: still in the stack, but no longer written about
    best: Best

    @property
    def waits(self) -> bool:
        """Whether the runs have patience that can be spent."""
        return bool(self.patience.isfinite().all())

    @property
    def rows(self) -> Tensor:
        """Everything a network is made of, (R, P + Q)."""
        return torch.cat([self.parameters, self.buffers], dim=1)


def select(thing, keep: Tensor):
    """Return `thing` with only the rows `keep` of all the tensors in it."""
    if isinstance(thing, Tensor):
        return thing[keep]
    if isinstance(thing, dict):
        return {name: select(value, keep) for name, value in thing.items()}
    if isinstance(thing, tuple):
        return tuple(select(value, keep) for value in thing)
    return replace(thing, **{f.name: select(getattr(thing, f.name), keep) for f in fields(thing)})


def born(block: Block, layout: Layout) -> Running:
    """Return the runs of a block before their first step."""
    which, device = block.which, block.which.device
    parameters, buffers = (part.clone() for part in block.rows.tensor_split([layout.size], dim=1))
    rule, _ = equipped(block.optimizer, block.names, block.numbers)
    return Running(
        place=torch.arange(len(which), device=device),
        which=which,
        numbers=block.numbers,
        patience=block.patience,
        parameters=parameters,
        buffers=buffers,
        state=rule.init(parameters),
        parts={part: (places[which], y[which]) for part, (places, y) in block.parts.items()},
        diverged=torch.zeros_like(which, dtype=torch.bool),
        over=torch.zeros_like(which, dtype=torch.bool),
        best=Best.none_yet(len(which), device),
    )


def batches(block: Block, runs: Running, size: int | None) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield one epoch's batches, each seed's examples in its own order: their places in X, and labels, (R, B)."""
    (places, y), (seeds, mine) = runs.parts["train"], runs.which.unique(return_inverse=True)
    n = y.shape[1]
    if size is not None:
        order = torch.stack([torch.randperm(n, generator=block.orders[s]) for s in seeds]).to(y.device)[mine]
        places, y = places.gather(1, order), y.gather(1, order)
    yield from zip(places.split(int(size or n), dim=1), y.split(int(size or n), dim=1), strict=True)


def drawn(block: Block, which: Tensor, examples: int) -> tuple[Tensor, ...]:
    """Return uniform numbers (R, B, units) for each layer that draws, from each seed's stream of masks."""
    if not block.draws:
        return ()
    seeds, mine = which.unique(return_inverse=True)
    layers = [torch.empty(len(seeds), examples, k) for k in block.draws]
    for numbers in layers:
        for row, s in zip(numbers, seeds.tolist(), strict=True):
            row.uniform_(generator=block.masks[s])
    if which.equal(seeds):  # one run a seed, in order: nothing to copy
        mine = slice(None)
    return tuple(numbers.to(which.device)[mine] for numbers in layers)


def one_epoch(block: Block, layout: Layout, runs: Running, size: int | None) -> dict[str, Tensor]:
    """Pass once over the training part, in place; return means over it, each batch's before its update."""
    totals = torch.zeros(2, len(runs.place), dtype=torch.float64, device=block.X.device)
    networks, lessons = (runs.parameters, runs.buffers, runs.state), {}
    for places, y in batches(block, runs, size):
        if block.interrupted.is_set():
            raise Interrupted
        given = block.X, places, y, runs.numbers, totals, *networks, drawn(block, runs.which, y.shape[1])
        if y.shape not in lessons:
            lessons[y.shape] = fast(layout, lesson, given, block.optimizer, block.names)
        lessons[y.shape](*given)
    loss, accuracy = totals / block.parts["train"][1].shape[1]
    return {"train_loss": loss, "train_accuracy": accuracy}


def evaluate(layout: Layout, X: Tensor, runs: Running) -> dict[str, Tensor]:
    """Return loss and accuracy (R,) on every held-out part: of as many runs at a time as fit into the cache."""
    results = {}
    for part, (places, y) in runs.parts.items():
        if part == "train":
            continue
        some = parted((places, y, runs.parameters, runs.buffers), max(1, CHUNK // y.shape[1]))
        marks = [fast(layout, exam, given := (X, *own))(*given) for own in some]
        loss, accuracy = torch.cat(marks, dim=1)
        results[f"{part}_loss"] = loss.where(loss.isfinite(), torch.nan)
        results[f"{part}_accuracy"] = accuracy.where(loss.isfinite(), torch.nan)
    return results


def fast(layout: Layout, what: Callable, given: tuple, *more) -> Callable:
    """Return the function `what(layout, *more)`, `lesson` or `exam`, recorded if nothing in it needs autograd."""
    if layout.by_hand:
        return recorded((what, layout.form, *more), what(layout, *more), given)
    return what(layout, *more)


@torch.no_grad()
@torch.jit.optimized_execution(False)  # torch would take longer to improve a recording than it gains
def train(block: Block, schedule: Schedule, measured: Callable, write: Callable) -> Tensor:
    """Train the block and return each run's network as a row of numbers, (R, P + Q).

    After every recorded epoch `measured(runs)` returns what else to record, and `write(place, epochs,
    results)` is told everything: (R,) or (R, k) numbers each. A run ends early when it has diverged, at
    its first loss that is not finite: NaN from then on; or when its patience is spent: it goes back to
    its best epoch. Nothing of a run depends on the others.
    """
    layout, records = Layout(block.moulds[0]), schedule.records()
    runs = born(block, layout)
    rows = torch.empty_like(runs.rows)
    for epoch in range(1, schedule.epochs + 1):
        results = one_epoch(block, layout, runs, schedule.batch_size)
        runs.diverged |= ~results["train_loss"].isfinite()
        if epoch in records:
            results |= evaluate(layout, block.X, runs) | measured(runs)
            ends = record(runs, epoch, records, results, write)
            if ends.any():
                rows[runs.place[ends]] = (runs.best.kept["rows"] if runs.waits else runs.rows)[ends]
                runs = compact(runs)
            if runs.over.all():
                break
    return rows


def record(runs: Running, epoch: int, records: list[int], results: dict, write: Callable) -> Tensor:
    """Write what is true after `epoch` of the runs that are not over; mark those that end with it, and return which.

    The record of a run's best epoch stands for all after its patience is spent; or, if it never is, for the last.
    """
    results = {name: blank(values, runs.diverged) for name, values in results.items()}
    ends = runs.diverged | (epoch == records[-1])
    if runs.waits:
        now = results | {"rows": runs.rows, "best_epoch": torch.full_like(runs.patience, epoch)}
        runs.best = runs.best.after(epoch, results["validation_loss"], now)
        results["best_epoch"] = runs.best.epoch
        ends |= runs.best.spent(epoch, runs.patience)
    told, ends = ~runs.over, ends & ~runs.over
    write(runs.place[told], [epoch], select(results, told))
    runs.over |= ends
    if runs.waits and ends.any():
        final = {name: blank(values, runs.diverged) for name, values in runs.best.kept.items() if name != "rows"}
        write(runs.place[ends], [e for e in records if e > epoch] or [epoch], select(final, ends))
    return ends


def compact(runs: Running) -> Running:
    """Return the runs without those that are over, once that halves the stack, or more.

    Halves, so that few sizes of stack occur: each needs a recording of its own.
    """
    size, alive = len(runs.over), int((~runs.over).sum())
    while size > 1 and size >= 2 * alive:
        size //= 2
    first = runs.over.long().argsort(stable=True)[:size]
    return runs if size == len(runs.over) else select(runs, first.sort().values)


def blank(values: Tensor, where: Tensor) -> Tensor:
    """Return values (R,) or (R, k) with NaN in the rows `where` (R,)."""
    return values.masked_fill(where.view(-1, *[1] * (values.dim() - 1)), torch.nan)
