"""`fit`: train every setting of a sweep on every seed, and return one labelled table."""

import itertools
import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from inspect import Parameter, signature
from numbers import Integral

import torch
from torch import nn

from . import layers as rules
from .data import Data, blaming, derive, generator, require
from .optimizers import Column, Optimizer
from .records import Models, Table
from .training import CORES, RECORDS, Block, Schedule, in_threads, measured, train

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
        require(isinstance(value, Integral) and value >= 1, f"{name}={value!r} must be a whole number from 1")
    measure = {} if measure is None else measure
    functions = isinstance(measure, dict) and all(map(callable, measure.values()))
    require(functions, "measure must map names to functions of (model, X, y), as in measure={'size': size}", TypeError)
    for name in [*measure, *sweep.axes]:
        taken = name in (*RECORDS, "seed", "epoch", "layer") or (name in measure and name in sweep.axes)
        require(not taken, f"{name}: the table of results holds something else of that name; choose another")
    schedule = Schedule(epochs, None, None, record_every, dtype)
    table = Table(sweep.axes, sweep.seeds, schedule.records())
    models = Models(sweep.axes, sweep.seeds)
    for runs, flat in sweep.train(schedule, table, measure):
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
    built: dict = field(default_factory=dict, repr=False)

    def __post_init__(self):
        self._check_kinds()
        self._check_names()
        self._check_values()

    @cached_property
    def axes(self) -> dict[str, list]:
        """All list-valued keywords with their values: the optimiser's, fit's, the network's."""
        given = {**vars(self.optimizer), **self.own, **self.settings}
        return {name: value for name, value in given.items() if isinstance(value, list)}

    @cached_property
    def points(self) -> list[dict]:
        """Every setting of the sweep, as a dict of the axes' values."""
        return [dict(zip(self.axes, v, strict=True)) for v in itertools.product(*self.axes.values())]

    def _check_kinds(self):
        function = callable(self.network) and not isinstance(self.network, nn.Module)
        require(function, "network must be a function that returns a new nn.Sequential at every call", TypeError)
        kind = type(self.data).__name__
        require(isinstance(self.data, Data), f"data must be a Data, as digits(train=200) is, not {kind}", TypeError)
        ours = isinstance(self.optimizer, Optimizer)
        require(ours, "optimizer must be one of the course's with its settings, as in SGD(lr=0.1)", TypeError)
        whole = isinstance(self.seeds, Iterable) and all(isinstance(seed, Integral) for seed in self.seeds)
        require(whole, f"seeds={self.seeds!r} must be a list of whole numbers, as seeds(20) is", TypeError)
        self.seeds = [int(seed) for seed in self.seeds]
        require(self.seeds, "seeds is empty: give at least one, as in seeds=seeds(20)")
        different = len(set(self.seeds)) == len(self.seeds) and min(self.seeds) >= 0
        require(different, "seeds must be different whole numbers from 0: runs of equal seeds are the same run")

    def _check_names(self):
        parameters = signature(self.network).parameters
        open_ended = any(p.kind is Parameter.VAR_KEYWORD for p in parameters.values())
        optimizer = type(self.optimizer).__name__
        for name in parameters.keys() & signature(fit).parameters.keys() - {"settings"}:
            require(False, f"{name}: the network and fit both have a keyword of that name")
        for name in self.settings:
            theirs, known = name in vars(self.optimizer), name in parameters or open_ended
            require(not theirs or not known, f"{name}: the network and {optimizer} both have a keyword of that name")
            require(not theirs, f"{name} belongs to the optimiser: write {optimizer}({name}=…)")
            require(known, f"{name}: no such setting, neither of fit nor of the network")

    def _check_values(self):
        for name, values in self.axes.items():
            require(values, f"{name}=[] is an empty list: an axis needs at least one value")
            require(len({repr(v) for v in values}) == len(values), f"{name}={values!r} holds a value twice")
        n = self.data.train
        sizes, clips = (self.axes.get(name, [value]) for name, value in self.own.items())
        for size in sizes:
            fits = size is None or (isinstance(size, Integral) and 1 <= size <= n)
            require(fits, f"batch_size={size!r} must be a whole number from 1 to {n}, or None for all {n}")
        for clip in clips:
            positive = clip is None or (isinstance(clip, int | float) and clip is not True and clip > 0)
            require(positive, f"clip={clip!r} must be a number above 0, or None")
        real = self.dtype in (torch.float32, torch.float64)
        require(real, f"dtype={self.dtype!r} must be torch.float32 or torch.float64")
        with blaming(f"device={self.device!r}"):
            torch.zeros(1, device=self.device)

    def model(self, point: int, seed: int) -> nn.Sequential:
        """Build one run's network; whatever it draws comes from the run's own stream."""
        settings = {name: self.points[point].get(name, value) for name, value in self.settings.items()}
        key = repr(settings), seed
        if key not in self.built:
            named = ", ".join(f"{name}={value!r}" for name, value in settings.items())
            with torch.random.fork_rng(devices=[]), blaming(f"network({named})"):
                torch.manual_seed(derive(seed, "initialisation"))
                self.built[key] = self.network(**settings)
            rules.check(self.built[key])
        return self.built[key]

    def blocks(self) -> list[list[tuple[int, int, nn.Sequential]]]:
        """Group the runs (point, seed's place, network) by shape, in stacks that give every core work."""
        groups = defaultdict(list)
        for p, s in itertools.product(range(len(self.points)), range(len(self.seeds))):
            model = self.model(p, self.seeds[s])
            fixed = [value for name, value in self.points[p].items() if self.apart(name, value)]
            groups[rules.form(model), repr(fixed)].append((p, s, model))
        parameters = [id(p) for model in self.built.values() for p in model.parameters()]
        fresh = len(set(parameters)) == len(parameters)
        require(fresh, "network: must make new layers at every call, or all seeds start from the same numbers")
        kinds, blocks = set(), []
        for runs in groups.values():
            self._check_shapes(runs[0][2])
            kinds |= {type(layer).__name__ for layer in rules.unfold(runs[0][2]) if type(layer) not in rules.RULES}
            size = min(BLOCK, -(-len(runs) // CORES))
            blocks += [runs[i : i + size] for i in range(0, len(runs), size)]
        if kinds:
            names = ", ".join(sorted(kinds))
            print(f"No stacking rule for {names}: torch.func.vmap runs it, equal to rounding, not to the bit.")
        return blocks

    def _check_shapes(self, model: nn.Sequential):
        X, _ = self.data.arrays(self.seeds[0])["train"]
        with blaming(f"network: does not fit {self.data.name} of shape {tuple(X.shape)}"):
            logits = model(X[:2])
        require(logits.ndim == 2, f"network: must return (examples, classes), not {tuple(logits.shape)}")
        outputs, largest = logits.shape[1], self.data.classes - 1
        require(outputs > largest, f"network: has {outputs} outputs, but {self.data.name} has labels up to {largest}")

    def columns(self, points: list[int]) -> dict:
        """Return every axis of optimiser and fit: a column, or what cannot be one and so is common to all."""
        named = [name for name in self.axes if name not in self.settings]
        values = {name: [self.points[p][name] for p in points] for name in named}
        return {name: v[0] if self.apart(name, v[0]) else Column(v) for name, v in values.items()}

    @staticmethod
    def apart(name: str, value) -> bool:
        """Whether runs with this value of an axis need a stack of their own."""
        return name == "batch_size" or value is None or isinstance(value, bool)

    def block(self, runs) -> Block:
        """Gather what the training of these runs needs: networks, data, orders."""
        places = sorted({s for _, s, _ in runs})
        arrays = [self.data.arrays(self.seeds[s], self.dtype) for s in places]
        parts = {}
        for part in ("train", "validation", "test"):
            X, y = (torch.stack(tensors).to(self.device) for tensors in zip(*(a[part] for a in arrays), strict=True))
            if y.numel():
                parts[part] = X, y
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
            own = schedule._replace(**{name: values.pop(name) for name in self.own})
            rule = replace(self.optimizer, **values)

            def observe(epoch, results, flat):
                fine = results["train_loss"].isfinite()
                table.write(runs, epoch, results | measured(measures, block, flat, fine))

            return runs, train(block, rule, own, observe).detach().cpu()

        return in_threads(work, self.blocks())
