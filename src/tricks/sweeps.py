"""`fit`: train every setting of a sweep on every seed, and return one labelled table."""

import itertools
import os
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import cached_property
from inspect import Parameter, signature

import torch
from torch import nn
from tqdm.auto import tqdm

from . import layers as rules
from .data import Data, derive, generator
from .optimizers import Column, Optimizer
from .records import Models, Table
from .training import Block, Schedule, train

BLOCK = 32  # runs in one stack, at most: more fall out of the cache
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
    clip=None,
    measure=None,
    record_every: int = 1,
    keep_models: bool = False,
    dtype: torch.dtype = torch.float32,
    device: str = "cpu",
    **settings,
):
    """Train `network(**settings)` on `data` with `optimizer`, once for every seed.

    Any list in the optimiser's hyperparameters, in `settings`, in `batch_size` (None: full
    batch) or in `clip` (the largest gradient norm, or None) is an axis of the sweep, named
    after its keyword. `measure` maps names to functions of (model, X, y), the training
    part, called after every recorded epoch; a vector they return has the dimension `layer`.

    Returns an `xarray.Dataset` of losses in nats and accuracies as fractions, with the
    dimensions (axes …, seed, epoch); with `keep_models`, that and the trained `Models`.
    All that is random in a run comes from its seed, so settings are paired by seed.
    Raises ValueError or TypeError, in one line, naming what is wrong.
    """
    own = {"batch_size": batch_size, "clip": clip}
    sweep = Sweep(network, data, optimizer, settings, own, seeds, dtype, device)
    for name, value in (("epochs", epochs), ("record_every", record_every)):
        if not isinstance(value, int) or value < 1:
            raise ValueError(f"{name}={value!r} must be a whole number from 1")
    schedule = Schedule(epochs, None, None, record_every, dtype)
    table = Table(sweep.axes, sweep.seeds, schedule.records())
    models = Models(sweep.axes, sweep.seeds)
    for runs, flat in sweep.train(schedule, table, measure or {}):
        if keep_models:
            models.keep(sweep.points, runs, flat)
    runs = table.dataset({"epochs": epochs, **sweep.described()})
    return (runs, models) if keep_models else runs


@dataclass
class Sweep:
    """The product of all axes with the seeds: a run is a pair of places (setting, seed)."""

    network: object
    data: Data
    optimizer: Optimizer
    settings: dict
    own: dict
    seeds: list
    dtype: torch.dtype
    device: str

    def __post_init__(self):
        self.seeds = [int(seed) for seed in self.seeds]
        if not self.seeds:
            raise ValueError("seeds is empty: give at least one, as in seeds=seeds(20)")
        if len(set(self.seeds)) < len(self.seeds):
            raise ValueError("seeds holds a number twice: runs of equal seeds are the same run")
        self._check_names()
        for name, values in self.axes.items():
            if not values:
                raise ValueError(f"{name}=[] is an empty list: an axis needs at least one value")
            if len({repr(v) for v in values}) < len(values):
                raise ValueError(f"{name}={values!r} holds a value twice")
        self._check_data()

    @cached_property
    def axes(self) -> dict[str, list]:
        """All list-valued keywords with their values: the optimiser's, fit's, the network's."""
        given = {**vars(self.optimizer), **self.own, **self.settings}
        return {name: value for name, value in given.items() if isinstance(value, list)}

    @cached_property
    def points(self) -> list[dict]:
        """Every setting of the sweep, as a dict of the axes' values."""
        return [dict(zip(self.axes, v, strict=True)) for v in itertools.product(*self.axes.values())]

    def _check_names(self):
        parameters = signature(self.network).parameters
        open_ended = any(p.kind is Parameter.VAR_KEYWORD for p in parameters.values())
        optimizer = type(self.optimizer).__name__
        for name in self.settings:
            known = name in parameters or open_ended
            if name in vars(self.optimizer) and known:
                raise ValueError(f"{name}: the network and {optimizer} both have a keyword of that name")
            if name in vars(self.optimizer):
                raise ValueError(f"{name} belongs to the optimiser: write {optimizer}({name}=…)")
            if not known:
                raise ValueError(f"{name}: no such setting, neither of fit nor of the network")

    def _check_data(self):
        model = self.model(0, self.seeds[0])
        layers = rules.unfold(model)
        X, _ = self.data.arrays(self.seeds[0])["train"]
        try:
            logits = nn.Sequential(*layers)(X[:2])
        except RuntimeError as error:
            reason = str(error).splitlines()[0]
            raise ValueError(f"network: does not fit {self.data.name} of shape {tuple(X.shape)}: {reason}") from None
        if logits.ndim != 2:
            raise ValueError(f"network: must return (examples, classes), not {tuple(logits.shape)}")
        if self.data.classes > logits.shape[1]:
            raise ValueError(
                f"network: has {logits.shape[1]} outputs, but {self.data.name} has labels up to {self.data.classes - 1}"
            )

    def model(self, point: int, seed: int) -> nn.Sequential:
        """Build one run's network; whatever it draws comes from the run's own stream."""
        values = self.points[point]
        settings = {name: values.get(name, value) for name, value in self.settings.items()}
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(derive(seed, "initialisation"))
            return self.network(**settings)

    def blocks(self) -> list[list[tuple[int, int, nn.Sequential]]]:
        """Group the runs (point, seed's place, network) by shape, in stacks that give every core work."""
        groups, built = defaultdict(list), {}
        for p, s in itertools.product(range(len(self.points)), range(len(self.seeds))):
            values = [self.points[p].get(name, value) for name, value in self.settings.items()]
            model = built.setdefault((repr(values), s), None) or self.model(p, self.seeds[s])
            built[repr(values), s] = model
            layers = rules.unfold(model)
            groups[repr(layers), repr(rules.shapes(layers)), repr(self.fixed(p))].append((p, s, model))
        return [block for runs in groups.values() for block in batched(runs, min(BLOCK, -(-len(runs) // CORES)))]

    def fixed(self, point: int) -> dict:
        """The axis values that cannot be a column: flags, batch sizes, and no clipping."""
        values = self.points[point]
        flags = {k: v for k, v in values.items() if k in vars(self.optimizer) and isinstance(v, bool)}
        sizes = {k: v for k, v in values.items() if k == "batch_size" or (k == "clip" and v is None)}
        return {**flags, **sizes}

    def columns(self, points: list[int]) -> dict:
        """Return every axis of optimiser and fit: one value for all, or a column."""
        fixed = self.fixed(points[0])
        named = [name for name in self.axes if name not in self.settings]
        return {
            name: fixed[name] if name in fixed else Column([self.points[p][name] for p in points]) for name in named
        }

    def block(self, runs) -> Block:
        """Gather what the training of these runs needs: networks, data, orders."""
        places = sorted({s for _, s, _ in runs})
        arrays = [self.data.arrays(self.seeds[s], self.dtype) for s in places]
        parts = {
            part: tuple(
                torch.stack(tensors).to(self.device) for tensors in zip(*(a[part] for a in arrays), strict=True)
            )
            for part in ("train", "validation", "test")
            if len(arrays[0][part][0])
        }
        which = torch.tensor([places.index(s) for _, s, _ in runs], device=self.device)
        orders = [generator(self.seeds[s], "order") for _, s, _ in runs]
        return Block([model for _, _, model in runs], parts, which, orders)

    def described(self) -> dict:
        """What was run, for the attributes of the results."""
        plain = {**self.settings, **self.own, **vars(self.optimizer)}
        plain = {name: value for name, value in plain.items() if name not in self.axes}
        return {
            "data": self.data.name,
            "train": self.data.train,
            "optimizer": type(self.optimizer).__name__,
            "dtype": str(self.dtype),
            **{name: value if isinstance(value, int | float | str) else repr(value) for name, value in plain.items()},
        }

    def train(self, schedule: Schedule, table: Table, measures: dict):
        """Train all blocks, one thread each; yield (runs, parameters (R, P)) as they end."""

        def work(runs):
            block = self.block(runs)
            values = {**self.own, **self.columns([p for p, _, _ in runs])}
            rule = replace(self.optimizer, **{k: v for k, v in values.items() if k not in self.own})
            own = schedule._replace(**{k: values[k] for k in self.own})

            def observe(epoch, results, flat):
                table.write(runs, epoch, {**results, **measured(measures, block, flat)})

            return runs, train(block, rule, own, observe).detach().cpu()

        return in_threads(work, self.blocks())


def measured(measures: dict, block: Block, flat) -> dict[str, list]:
    """Call every measure on every run's own network and training part."""
    if not measures:
        return {}
    X, y = block.parts["train"]
    models = [rules.restore(model, row) for model, row in zip(block.models, flat.detach(), strict=True)]
    with torch.enable_grad():
        return {
            name: [function(m, X[w], y[w]) for m, w in zip(models, block.which, strict=True)]
            for name, function in measures.items()
        }


def batched(runs: list, size: int) -> list[list]:
    """Cut a list into pieces of `size`; the last may be shorter."""
    return [runs[i : i + size] for i in range(0, len(runs), size)]


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
