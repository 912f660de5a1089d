"""What a sweep leaves behind: a table of numbers, and the trained networks."""

import numpy as np
import xarray as xr

from . import stacks
from .axes import coordinate


class Table:
    """Collects records of runs, in any order, into one `xarray.Dataset`.

    A run is a pair of places: of its setting in the axes' product, and of its seed.
    """

    def __init__(self, axes: dict[str, list], seeds: list[int], epochs: list[int]):
        self.axes, self.seeds, self.epochs = axes, seeds, epochs
        self.shape = [len(values) for values in axes.values()]
        self.notes = []

    def write(self, points: list[int], places: list[int], epochs: list[int], results: dict) -> None:
        """Note `results`, (R,) or (R, k) numbers each, of R runs, as true after each of `epochs`.

        points, places (R,): each run's setting and seed. Later notes replace earlier ones.
        """
        where = np.array(points)[:, None], np.array(places)[:, None], [self.epochs.index(e) for e in epochs]
        self.notes.append((where, {name: np.asarray(values, dtype=float) for name, values in results.items()}))

    def dataset(self, attributes: dict) -> xr.Dataset:
        """Return everything written so far; what was not, and diverged runs, are NaN."""
        coordinates = {name: coordinate(values) for name, values in self.axes.items()}
        coordinates |= {"seed": self.seeds, "epoch": self.epochs}
        names = dict.fromkeys(name for _, results in self.notes for name in results)
        variables = {name: self._variable(name) for name in names}
        longest = max((v[1].shape[-1] for v in variables.values() if v[0][-1] == "layer"), default=0)
        if longest:
            coordinates["layer"] = np.arange(1, longest + 1)
        return xr.Dataset(variables, coordinates, attributes)

    def _variable(self, name: str):
        """One variable's dimensions and values; vectors of unequal length end in NaN."""
        notes = [(where, results[name]) for where, results in self.notes if name in results]
        longest = max([values.shape[1] for _, values in notes if values.ndim > 1], default=0)
        shape = len(self.seeds), len(self.epochs), max(longest, 1)
        grid = np.full((int(np.prod(self.shape)), *shape), np.nan)
        for where, values in notes:
            values = values.reshape(len(values), 1, -1)
            grid[(*where, slice(values.shape[2]))] = values
        grid, dims = grid.reshape(*self.shape, *shape), [*self.axes, "seed", "epoch"]
        return ([*dims, "layer"], grid) if longest else (dims, grid[..., 0])


class Models:
    """The trained networks of a sweep: `models.sel(lr=0.1, seed=1003)` returns one."""

    def __init__(self, axes: dict[str, list], seeds: list[int]):
        self.axes = {**axes, "seed": list(seeds)}
        self.rows = {}

    def keep(self, points: list[dict], runs, rows) -> None:
        """Remember the numbers `rows` (R, P + Q) of R runs (point, seed's place, newborn network)."""
        for (point, s, born), row in zip(runs, rows, strict=True):
            self.rows[self._place(points[point]), s] = born.mould, row.clone()

    def sel(self, **place):
        """Return the `nn.Sequential` trained at one value of every axis, in evaluation mode.

        Raises KeyError, in one line, for a missing or unknown axis or value.
        """
        if set(place) != set(self.axes):
            raise KeyError(f"models.sel needs exactly {', '.join(self.axes)}; got {', '.join(place)}")
        for name, value in place.items():
            if value not in self.axes[name]:
                raise KeyError(f"{name}={value!r} was not trained; there are {self.axes[name]}")
        s = self.axes["seed"].index(place.pop("seed"))
        return stacks.restore(*self.rows[self._place(place), s])

    def _place(self, point: dict) -> tuple[int, ...]:
        return tuple(self.axes[name].index(point[name]) for name in self.axes if name != "seed")
