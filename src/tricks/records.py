"""What a sweep leaves behind: a table of numbers, and the trained networks."""

from collections import defaultdict

import numpy as np
import xarray as xr

from . import layers as rules


class Table:
    """Collects records of runs, in any order, into one `xarray.Dataset`.

    A run is a place (point, s): a point of the axes' product, and a seed's index.
    """

    def __init__(self, axes: dict[str, list], seeds: list[int], epochs: list[int]):
        self.axes, self.seeds, self.epochs = axes, seeds, epochs
        self.shape = [len(values) for values in axes.values()]
        self.cells = defaultdict(dict)

    def write(self, runs, epoch: int, results: dict) -> None:
        """Note `results`, each a sequence of one number or vector a run, after `epoch`."""
        for name, values in results.items():
            for (point, s, *_), value in zip(runs, values, strict=True):
                self.cells[name][point, s, self.epochs.index(epoch)] = np.asarray(value, dtype=float)

    def dataset(self, attributes: dict) -> xr.Dataset:
        """Return everything written so far; what was not, and diverged runs, are NaN."""
        coordinates = {name: coordinate(values) for name, values in self.axes.items()}
        coordinates |= {"seed": self.seeds, "epoch": self.epochs}
        variables = {name: self._variable(cells) for name, cells in self.cells.items()}
        longest = max((v[1].shape[-1] for v in variables.values() if v[0][-1] == "layer"), default=0)
        if longest:
            coordinates["layer"] = np.arange(1, longest + 1)
        return xr.Dataset(variables, coordinates, attributes)

    def _variable(self, cells: dict):
        """One variable's dimensions and values; vectors of unequal length end in NaN."""
        dims = [*self.axes, "seed", "epoch"]
        longest = max(value.size for value in cells.values())
        vector = any(value.ndim for value in cells.values())
        grid = np.full((int(np.prod(self.shape)), len(self.seeds), len(self.epochs), longest), np.nan)
        for place, value in cells.items():
            grid[place][: value.size] = value.ravel()
        grid = grid.reshape(*self.shape, len(self.seeds), len(self.epochs), longest)
        return ([*dims, "layer"], grid) if vector else (dims, grid[..., 0])


def coordinate(values: list) -> np.ndarray:
    """Return the values of an axis exactly as given; mixed or odd ones as objects."""
    if all(type(v) is type(values[0]) and isinstance(v, bool | int | float | str) for v in values):
        return np.array(values)
    if all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        return np.array(values, dtype=float)
    array = np.empty(len(values), dtype=object)
    for i, value in enumerate(values):
        array[i] = value
    return array


class Models:
    """The trained networks of a sweep: `models.sel(lr=0.1, seed=1003)` returns one."""

    def __init__(self, axes: dict[str, list], seeds: list[int]):
        self.axes = {**axes, "seed": list(seeds)}
        self.rows = {}

    def keep(self, points: list[dict], runs, flat) -> None:
        """Remember the parameters (R, P) of some runs, whose settings are `points[point]`."""
        for (point, s, model), row in zip(runs, flat, strict=True):
            self.rows[self._place(points[point]), s] = model, row.clone()

    def sel(self, **place):
        """Return the `nn.Sequential` trained at one value of every axis.

        Raises KeyError, in one line, for a missing or unknown axis or value.
        """
        if set(place) != set(self.axes):
            raise KeyError(f"models.sel needs exactly {', '.join(self.axes)}; got {', '.join(place)}")
        for name, value in place.items():
            if value not in self.axes[name]:
                raise KeyError(f"{name}={value!r} was not trained; there are {self.axes[name]}")
        s = self.axes["seed"].index(place.pop("seed"))
        return rules.restore(*self.rows[self._place(place), s])

    def _place(self, point: dict) -> tuple[int, ...]:
        return tuple(self.axes[name].index(point[name]) for name in self.axes if name != "seed")
