"""What `fit` was asked for, checked: a product of axes with seeds, on one network and one data set."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from inspect import Parameter, signature
from numbers import Integral, Real
from typing import NamedTuple

import torch
from torch import Tensor, nn

from . import axes, stacks
from .data import Data, blaming, derive, require, whole
from .optimizers import Optimizer
from .training import RECORDS, Schedule


class Born(NamedTuple):
    """A network before its first step: its numbers as a row (P + Q,), its form, and a mould, a network of its kind."""

    mould: nn.Sequential
    form: str
    row: Tensor


@dataclass
class Experiment:
    """All that `fit` was given. A run of it is a pair of places: of a setting among `points`, and of a seed.

    own: fit's keywords that can be axes; settings: the network's; reserved: all keywords of fit.
    """

    network: object
    data: Data
    optimizer: Optimizer
    seeds: list
    epochs: int
    record_every: int
    measure: dict
    dtype: torch.dtype
    device: str
    own: dict
    settings: dict
    reserved: set
    moulds: dict = field(default_factory=dict, repr=False)
    built: dict = field(default_factory=dict, repr=False)

    def __post_init__(self):
        self._check_kinds()
        self._check_names()
        self._check_values()

    @cached_property
    def axes(self) -> dict[str, list]:
        """All list-valued keywords with their values: the optimiser's, fit's, the network's."""
        return axes.axes(vars(self.optimizer), self.own, self.settings)

    @cached_property
    def points(self) -> list[dict]:
        """Every setting, as a dict of the axes' values."""
        return axes.points(self.axes)

    @property
    def schedule(self) -> Schedule:
        """What is common to all runs of how long to train."""
        return Schedule(self.epochs, self.record_every)

    def _check_kinds(self):
        function = callable(self.network) and not isinstance(self.network, nn.Module)
        require(function, "network must be a function that returns a new nn.Sequential at every call", TypeError)
        kind = type(self.data).__name__
        require(isinstance(self.data, Data), f"data must be a Data, as digits(train=200) is, not {kind}", TypeError)
        ours = isinstance(self.optimizer, Optimizer)
        require(ours, "optimizer must be one of the course's with its settings, as in SGD(lr=0.1)", TypeError)
        numbers = isinstance(self.seeds, Iterable) and all(isinstance(seed, Integral) for seed in self.seeds)
        require(numbers, f"seeds={self.seeds!r} must be a list of whole numbers, as seeds(20) is", TypeError)
        self.seeds = [int(seed) for seed in self.seeds]
        require(self.seeds, "seeds is empty: give at least one, as in seeds=seeds(20)")
        different = len(set(self.seeds)) == len(self.seeds) and min(self.seeds) >= 0
        require(different, "seeds must be different whole numbers from 0: runs of equal seeds are the same run")
        self.measure = {} if self.measure is None else self.measure
        functions = isinstance(self.measure, dict) and all(map(callable, self.measure.values()))
        wanted = "measure must map names to functions of (model, X, y), as in measure={'size': size}"
        require(functions, wanted, TypeError)

    def _check_names(self):
        parameters = signature(self.network).parameters
        open_ended = any(p.kind is Parameter.VAR_KEYWORD for p in parameters.values())
        optimizer = type(self.optimizer).__name__
        for name in parameters.keys() & self.reserved:
            require(False, f"{name}: the network and fit both have a keyword of that name")
        for name in self.settings:
            theirs, known = name in vars(self.optimizer), name in parameters or open_ended
            require(not theirs or not known, f"{name}: the network and {optimizer} both have a keyword of that name")
            require(not theirs, f"{name} belongs to the optimiser: write {optimizer}({name}=…)")
            require(known, f"{name}: no such setting, neither of fit nor of the network")
        for name in [*self.measure, *self.axes]:
            taken = name in (*RECORDS, "best_epoch", "seed", "epoch", "layer")
            taken |= name in self.measure and name in self.axes
            require(not taken, f"{name}: the table of results holds something else of that name; choose another")

    def _check_values(self):
        for name, value in (("epochs", self.epochs), ("record_every", self.record_every)):
            require(whole(value), f"{name}={value!r} must be a whole number from 1")
        n = self.data.train
        wanted = {
            "batch_size": (lambda v: whole(v) and v <= n, f"a whole number from 1 to {n}, or None for all {n}"),
            "l1": (lambda v: isinstance(v, Real) and v is not True and 0 <= v < torch.inf, "a number from 0, or None"),
            "clip": (lambda v: isinstance(v, Real) and v is not True and v > 0, "a number above 0, or None"),
            "patience": (whole, "a whole number of epochs from 1, or None"),
        }
        for name, given in self.own.items():
            right, words = wanted[name]
            for value in self.axes.get(name, [given]):
                require(value is None or right(value), f"{name}={value!r} must be {words}")
        waits = self.own["patience"] is not None
        require(not waits or self.data.validation, "patience needs validation examples to watch: the data has none")
        real = self.dtype in (torch.float32, torch.float64)
        require(real, f"dtype={self.dtype!r} must be torch.float32 or torch.float64")
        with blaming(f"device={self.device!r}"):
            torch.zeros(1, device=self.device)

    def born(self, point: int, seed: int) -> Born:
        """Build one run's network; whatever it draws comes from the run's own stream."""
        settings = {name: self.points[point].get(name, value) for name, value in self.settings.items()}
        key = repr(settings), seed
        if key not in self.built:
            named = ", ".join(f"{name}={value!r}" for name, value in settings.items())
            with torch.random.fork_rng(devices=[]), blaming(f"network({named})"):
                # `torch.manual_seed` would keep a traceback of every call, for a GPU that may come later.
                torch.default_generator.manual_seed(derive(seed, "initialisation"))
                model = self.network(**settings)
            stacks.check(model)
            known = {id(p) for mould in self.moulds.values() for p in mould.parameters()}
            fresh = all(id(p) not in known for p in model.parameters())
            require(fresh, "network: must make new layers at every call, or all seeds start from the same numbers")
            form = stacks.form(model)
            mould = self.moulds.setdefault((repr(settings), form), model)
            self.built[key] = Born(mould, form, stacks.row(model, self.dtype))
        return self.built[key]

    def described(self) -> dict:
        """What was run, for the attributes of the results."""
        plain = {**self.settings, **self.own, **vars(self.optimizer)}
        plain = {name: value for name, value in plain.items() if name not in self.axes}
        return {
            "data": self.data.name,
            "train": self.data.train,
            "epochs": self.epochs,
            "optimizer": type(self.optimizer).__name__,
            "dtype": str(self.dtype),
            **{name: value if isinstance(value, int | float | str) else repr(value) for name, value in plain.items()},
        }
