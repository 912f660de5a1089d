"""`fit`: train every setting of a sweep on every seed, and return one labelled table."""

import itertools
import os
from collections import defaultdict
from dataclasses import replace
from inspect import signature

import numpy as np
import torch
from torch import Tensor, nn

from . import stacks
from .axes import apart
from .cores import CORES, in_threads
from .data import Data, blaming, generator, require
from .experiments import Born, Experiment
from .layers import RULES
from .optimizers import Optimizer
from .records import Models, Table
from .training import Block, Running, train

BLOCK = 32  # runs in one stack, at most: more fall out of the cache


def seeds(n: int) -> list[int]:
    """Return n fresh seeds: 1000 … 1000 + n − 1.

    The environment variable TRICKS_SEED_SET, a whole number k, shifts them by 100 000 k:
    another, disjoint set of runs of the same experiment.
    """
    start = 1000 + 100_000 * int(os.environ.get("TRICKS_SEED_SET", "0"))
    return list(range(start, start + n))


def fit(
    network,
    data: Data,
    optimizer: Optimizer,
    *,
    seeds,
    epochs: int,
    batch_size=None,
    l1=None,
    clip=None,
    patience=None,
    measure=None,
    record_every: int = 1,
    keep_models: bool = False,
    dtype: torch.dtype = torch.float32,
    device: str = "cpu",
    **settings,
):
    """Train `network(**settings)` on `data` with `optimizer`, once for every seed.

    Any list in the optimiser's hyperparameters or in `settings` is an axis of the sweep, named
    after its keyword; so is a list in one of these:
    batch_size: examples a step, None for all;
    l1: λ₁ of a penalty λ₁ Σ|w| on weight matrices, trained on, but left out of the recorded loss;
    clip: the largest norm of a run's gradient, or None;
    patience: epochs without a lower validation loss after which a run stops, or None. It goes back
    to its best epoch, whose record then stands for all later ones (at the end, for the last one).

    `measure` maps names to functions of (model, X, y), the training part, called after every
    recorded epoch; a vector they return has the dimension `layer`. Returns an `xarray.Dataset` of
    losses in nats and accuracies as fractions, with the dimensions (axes …, seed, epoch); with
    `keep_models`, that and the trained `Models`. All that is random in a run comes from its seed,
    so settings are paired by seed. Raises ValueError or TypeError, in one line, naming what is wrong.
    """
    own = {"batch_size": batch_size, "l1": l1, "clip": clip, "patience": patience}
    reserved = signature(fit).parameters.keys() - {"settings"}
    what = network, data, optimizer, seeds, epochs, record_every, measure, dtype, device, own, settings, reserved
    experiment = Experiment(*what)
    table = Table(experiment.axes, experiment.seeds, experiment.schedule.records())
    models = Models(experiment.axes, experiment.seeds)

    def work(runs, interrupted):
        return runs, train_block(experiment, runs, table, interrupted)

    for runs, rows in in_threads(work, stacked(experiment)):
        if keep_models:
            models.keep(experiment.points, runs, rows)
        runs.clear()  # the numbers they were born with
    results = table.dataset(experiment.described())
    return (results, models) if keep_models else results


def stacked(experiment: Experiment) -> list[list[tuple[int, int, Born]]]:
    """Group the runs (point, seed's place, newborn network) by form, in stacks that give every core work."""
    groups = defaultdict(list)
    for p, s in itertools.product(range(len(experiment.points)), range(len(experiment.seeds))):
        born, point = experiment.born(p, experiment.seeds[s]), experiment.points[p]
        fixed = {name: v for name, v in point.items() if name not in experiment.settings and apart(name, v)}
        groups[born.form, repr(fixed)].append((p, s, born))
    kinds = set()
    for runs in groups.values():
        check_shapes(experiment, runs)
        kinds |= {type(layer).__name__ for layer in stacks.unfold(runs[0][2].mould) if type(layer) not in RULES}
    if kinds:
        names = ", ".join(sorted(kinds))
        print(f"No stacking rule for {names}: torch.func.vmap runs it, equal to rounding, not to the bit.")
    experiment.built.clear()
    total = sum(map(len, groups.values()))
    rounds = -(-total // (BLOCK * CORES))  # so many stacks for every core, all of the same size
    size = -(-total // (rounds * CORES))
    return [runs[i : i + size] for runs in groups.values() for i in range(0, len(runs), size)]


def check_shapes(experiment: Experiment, runs) -> None:
    """Raise ValueError, in one line, for networks that do not fit the data or their batches."""
    data, model = experiment.data, runs[0][2].mould.eval()
    X, _ = data.arrays(experiment.seeds[0])["train"]
    with blaming(f"network: does not fit {data.name} of shape {tuple(X.shape)}"):
        logits = model(X[:2])
    require(logits.ndim == 2, f"network: must return (examples, classes), not {tuple(logits.shape)}")
    outputs, largest = logits.shape[1], data.classes - 1
    require(outputs > largest, f"network: has {outputs} outputs, but {data.name} has labels up to {largest}")
    for size in {experiment.points[p].get("batch_size", experiment.own["batch_size"]) for p, _, _ in runs}:
        lonely = (size or data.train) == 1 or (size and data.train % size == 1)
        normed = any(isinstance(layer, nn.BatchNorm1d) for layer in stacks.unfold(model))
        require(not (lonely and normed), f"batch_size={size}: leaves a batch of one, which BatchNorm1d cannot norm")


def train_block(experiment: Experiment, runs, table: Table, interrupted) -> Tensor:
    """Train the runs of one stack, filling the table; return their networks as rows, (R, P + Q)."""
    block = gathered(experiment, runs, interrupted)
    size = experiment.points[runs[0][0]].get("batch_size", experiment.own["batch_size"])

    def measured(alive: Running) -> dict[str, Tensor]:
        return {name: measure(name, function, block, alive) for name, function in experiment.measure.items()}

    def write(place, epochs, results):
        points, seeds = zip(*(runs[i][:2] for i in place.tolist()), strict=True)
        table.write(points, seeds, epochs, {name: values.cpu() for name, values in results.items()})

    return train(block, experiment.schedule._replace(batch_size=size), measured, write).cpu()


def gathered(experiment: Experiment, runs, interrupted) -> Block:
    """Gather what the training of these runs needs: networks, data, random streams, settings."""
    places = sorted({s for _, s, _ in runs})
    device = experiment.device
    X, parts = pooled(experiment.data, [experiment.seeds[s] for s in places], experiment.dtype, device)
    which = torch.tensor([places.index(s) for _, s, _ in runs], device=device)
    orders, masks = ([generator(experiment.seeds[s], purpose) for s in places] for purpose in ("order", "masks"))
    moulds, rows = [born.mould for _, _, born in runs], torch.stack([born.row for _, _, born in runs]).to(device)
    draws = stacks.draws(moulds[0], X)
    optimizer, numbers = columns(experiment, [p for p, _, _ in runs])
    patience = torch.tensor(numbers.pop("patience", [torch.inf] * len(runs)), dtype=torch.float64, device=device)
    table = torch.tensor([*zip(*numbers.values(), strict=True)] or [()] * len(runs), dtype=torch.float64, device=device)
    return Block(
        moulds, rows, X, parts, which, orders, masks, draws, optimizer, tuple(numbers), table, patience, interrupted
    )


def pooled(data: Data, seeds: list[int], dtype: torch.dtype, device: str) -> tuple[Tensor, dict]:
    """Return the examples of all S seeds as X (N, D), and for each part their places in X and labels, (S, n).

    Seeds share the examples, unless each standardises them in its own way.
    """
    splits, labels = [data.split(seed) for seed in seeds], [data.labels(seed) for seed in seeds]
    pools = [data.scaled(split["train"]) for split in (splits if data.standardise else splits[:1])]
    first = torch.arange(len(pools)).unsqueeze(1) * len(data.X)
    X, parts = torch.as_tensor(np.concatenate(pools), dtype=dtype, device=device), {}
    for part in ("train", "validation", "test"):
        y = torch.stack([y[part] for y in labels])
        if y.numel():
            places = torch.from_numpy(np.stack([split[part] for split in splits])) + first
            parts[part] = places.to(device), y.to(device)
    return X, parts


def columns(experiment: Experiment, points: list[int]) -> tuple[Optimizer, dict[str, list]]:
    """Return what the runs of a stack differ in, or could: one number a run by name; and the rest as an optimiser.

    Hyperparameters that are 0 in all of the sweep, flags, and None are the rest: they decide which operations a
    step is made of. In that optimiser the others stand at a number that says nothing.
    """
    fixed, numbers = {}, {}
    own = {name: value for name, value in experiment.own.items() if name != "batch_size"}
    for name, given in {**vars(experiment.optimizer), **own}.items():
        values = [experiment.points[p].get(name, given) for p in points]
        if apart(name, values[0]) or given == 0:
            fixed[name] = values[0]
        else:
            numbers[name] = values
    mute = {name: fixed.get(name, 0.5) for name in vars(experiment.optimizer)}
    return replace(experiment.optimizer, **mute), numbers


def measure(name: str, function, block: Block, runs: Running) -> Tensor:
    """Return what a measure says of each run's own network and training part, (R,) or (R, k); NaN unless it is well."""
    places, y = block.parts["train"]
    well, said = ~(runs.diverged | runs.over), []
    for i, w, row in zip(runs.place[well].tolist(), runs.which[well].tolist(), runs.rows[well], strict=True):
        with torch.enable_grad():
            said.append(number(name, function(stacks.restore(block.moulds[i], row), block.X[places[w]], y[w])))
    table = np.full((len(well), max((value.size for value in said), default=1)), np.nan)
    for line, value in zip(np.flatnonzero(well.cpu()), said, strict=True):
        table[line, : value.size] = value.ravel()
    vector = any(value.ndim for value in said)
    return torch.from_numpy(table if vector else table[:, 0]).to(y.device)


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
