"""Landscapes to descend, and `trajectory`: thousands of paths down one of them in a single pass.

In the equations x is a position and f(x) its height. A path has the same bits in any company: sums over
coordinates are written out, since the order in which torch adds depends on the number of paths.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from numbers import Real

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from .axes import apart, axes, coordinate, points
from .data import blaming, derive, require, whole
from .optimizers import Column, Optimizer


@dataclass(frozen=True, eq=False, repr=False)
class Landscape:
    """A function f, `height`, of positions (…, D) → (…), and its `gradient`, (…, D) → a new tensor (…, D).

    minima (M, D): the lowest first; tops (K, D): on a line, the summits between them. Both in float64.
    """

    name: str
    height: Callable[[Tensor], Tensor]
    gradient: Callable[[Tensor], Tensor]
    minima: Tensor
    tops: Tensor | None = None

    def __repr__(self):
        return f"<{self.name}>"

    def __call__(self, positions) -> Tensor:
        """Return the heights (…), in float64, of positions (…, D): a tensor, an array or lists."""
        x, D = torch.as_tensor(positions, dtype=torch.float64), self.minima.shape[1]
        require(x.shape[-1:] == (D,), f"{self.name}: positions must be of shape (…, {D}), not {tuple(x.shape)}")
        return self.height(x)

    def rotated(self, turn) -> "Landscape":
        """Return the landscape turned anticlockwise by an angle in degrees, if D = 2, or by an orthogonal R (D, D).

            f_R(x) = f(Rᵀx)     ∇f_R(x) = R ∇f(Rᵀx)

        Raises ValueError for anything else.
        """
        D = self.minima.shape[1]
        with blaming("rotated"):
            if D == 2 and isinstance(turn, Real):
                c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
                turn = [[c, -s], [s, c]]
            R = torch.tensor(np.asarray(turn, dtype=np.float64))
            fits = R.shape == (D, D) and torch.allclose(R @ R.T, torch.eye(D).to(R), rtol=0, atol=1e-9)
            require(fits, f"needs {'an angle in degrees, or ' if D == 2 else ''}an orthogonal matrix ({D}, {D})")
        return Landscape(
            f"{self.name}, rotated",
            lambda x: self.height(times(R.T, x)),
            lambda x: times(R, self.gradient(times(R.T, x))),
            times(R, self.minima),
        )


def times(R: Tensor, x: Tensor) -> Tensor:
    """Return R x for every position: R (D, D), x (…, D) → (…, D)."""
    return sum(x_j.unsqueeze(-1) * column for x_j, column in zip(x.unbind(-1), R.to(x).T, strict=True))


def vector(*coordinates: Tensor) -> Tensor:
    """Return positions (…, D) of D coordinates (…); in memory each coordinate's numbers stay side by side."""
    return torch.stack(coordinates).movedim(0, -1)


def checked(name: str, value, low: float = -math.inf, high: float = math.inf) -> float:
    """Return a landscape's parameter; raises ValueError unless it is a number between `low` and `high`."""
    right = isinstance(value, Real) and not isinstance(value, bool) and low < value < high
    require(right, f"{name}={' '.join(repr(value).split())} must be a number between {low} and {high}")
    return float(value)


def quadratic(eigenvalues) -> Landscape:
    """Return the bowl f(x) = ½ Σ λᵢ xᵢ², whose curvature along axis i is λᵢ > 0, one of `eigenvalues` (D,)."""
    given = np.atleast_1d(np.asarray(eigenvalues, dtype=object))
    require(len(given), "quadratic: eigenvalues=[] is an empty list")
    lam = [checked("quadratic: eigenvalue", number, low=0) for number in given]
    return Landscape(
        "quadratic",
        lambda x: 0.5 * sum(lam_i * x_i**2 for lam_i, x_i in zip(lam, x.unbind(-1), strict=True)),
        lambda x: x.new_tensor(lam) * x,
        minima=torch.zeros(1, len(lam), dtype=torch.float64),
    )


def ravine(kappa: float = 100.0, angle: float = 0.0) -> Landscape:
    """Return f(x, y) = ½ (x² + κ y²), turned by `angle` degrees; κ `kappa`, if above 1, is its condition number."""
    bowl = replace(quadratic([1.0, checked("ravine: kappa", kappa, low=0)]), name="ravine")
    return bowl.rotated(angle) if angle else bowl


def rosenbrock(a: float = 1.0, b: float = 100.0) -> Landscape:
    """Return f(x, y) = (a − x)² + b (y − x²)²: a curved valley, its floor nearly level, lowest at (a, a²).

    Source: {cite}`rosenbrock1960`, with a = 1 and b = 100.
    """
    a, b = checked("rosenbrock: a", a), checked("rosenbrock: b", b, low=0)

    def height(p):
        x, y = p.unbind(-1)
        return (a - x) ** 2 + b * (y - x**2) ** 2

    def gradient(p):
        x, y = p.unbind(-1)
        return vector(-2 * (a - x) - 4 * b * x * (y - x**2), 2 * b * (y - x**2))

    return Landscape("rosenbrock", height, gradient, minima=torch.tensor([[a, a**2]], dtype=torch.float64))


def double_well(barrier: float = 1.0, tilt: float = 0.2) -> Landscape:
    """Return f(x) = b (x² − 1)² + t x: two wells near ±1 and a `barrier` b between them, tilted by t, `tilt`.

    Wells and top are where 4b x (x² − 1) + t = 0: at 2/√3 · cos(φ − 2πk/3), φ = ⅓ arccos(−(3√3/8) t/b),
    k = 2 (left), 1 (top), 0 (right). Raises ValueError unless |t| < 8/(3√3) b, where only one well is left.
    """
    b = checked("double_well: barrier", barrier, low=0)
    steepest = 8 / (3 * math.sqrt(3)) * b
    t = checked("double_well: tilt", tilt, -steepest, steepest)
    return line("double well", lambda x: b * (x**2 - 1) ** 2 + t * x, lambda x: 4 * b * x * (x**2 - 1) + t, 2)


def wavy() -> Landscape:
    """Return f(x) = 0.05 x² + ¼ sin 3x: a bowl whose waves make eight valleys, the deepest near −½."""
    return line("wavy", lambda x: 0.05 * x**2 + 0.25 * torch.sin(3 * x), lambda x: 0.1 * x + 0.75 * torch.cos(3 * x), 9)


def line(name: str, f: Callable, slope: Callable, reach: float) -> Landscape:
    """Return the landscape of a function on a line: `f` and its `slope` map numbers (…) to numbers (…).

    Minima and tops within ±`reach` lie where the slope changes sign on a grid of 0.001; they are then bisected.
    """
    x = torch.linspace(-reach, reach, 2 * math.ceil(1000 * reach), dtype=torch.float64)
    rises = slope(x) > 0
    turns = rises[1:] != rises[:-1]
    low, high, rises = x[:-1][turns], x[1:][turns], rises[1:][turns]
    for _ in range(60):
        middle = (low + high) / 2
        beyond = (slope(middle) > 0) == rises
        low, high = low.where(beyond, middle), middle.where(beyond, high)
    minima, tops = high[rises], high[~rises]
    minima = minima[f(minima).argsort()]
    return Landscape(name, lambda x: f(x).squeeze(-1), slope, minima.unsqueeze(1), tops.unsqueeze(1))


LANDSCAPES = {factory.__name__: factory for factory in (quadratic, ravine, rosenbrock, double_well, wavy)}


def trajectory(
    landscape: Landscape,
    optimizer: Optimizer,
    start,
    steps: int,
    *,
    seeds=None,
    noise=0.0,
    record_every: int = 1,
    dtype: torch.dtype = torch.float64,
) -> xr.Dataset:
    """Follow `optimizer` down `landscape` for `steps` steps from `start`, in all settings at once.

    start: a point (D,), or S points (S, D), which make the dimension `start`. A list among the optimiser's
    hyperparameters, or of `noise`, is an axis named after its keyword. noise: standard deviation of what is
    added to each coordinate of every gradient, drawn from each of `seeds`; equal seeds, equal draws.
    Returns `position` (axes …, start, seed, step, coordinate) and `height` (axes …, start, seed, step) at step 0, every
    `record_every` and the last; `seed` only with seeds. Paths that diverge end in infinity or NaN.
    Raises ValueError or TypeError, in one line, naming what is wrong.
    """
    require(isinstance(optimizer, Optimizer), "optimizer must be one of the course's, as in SGD(lr=0.1)", TypeError)
    for name, value in (("steps", steps), ("record_every", record_every)):
        require(whole(value), f"{name}={value!r} must be a whole number from 1")
    starts, seeds = starting(start, landscape, dtype), drawing(seeds, noise)
    grid = axes(vars(optimizer), {"noise": noise})
    # A flag needs a stack of its own; whatever else differs is one number a path, side by side in a stack.
    flags = {name: values for name, values in grid.items() if apart(name, values[0])}
    lanes = {name: values for name, values in grid.items() if name not in flags}
    lanes |= {"start": list(range(len(starts)))} if starts.dim() == 2 else {}
    lanes |= {"seed": seeds} if seeds else {}
    paths, D = points(lanes), starts.shape[-1]
    own = {name: Column([path[name] for path in paths]) for name in lanes if name in grid}
    shock = shocks(own.pop("noise", noise), seeds, len(paths), (steps, D), dtype)
    first = starts.view(-1, D)[[path.get("start", 0) for path in paths]]
    kept = sorted({*range(0, steps + 1, record_every), steps})
    record = torch.empty(len(points(flags)), len(kept), D + 1, len(paths), dtype=dtype)
    for flag, rows in zip(points(flags), record, strict=True):
        walk(landscape, replace(optimizer, **flag, **own), first, shock, dict(zip(kept, rows, strict=True)))
    dims = {**flags, "step": kept, "coordinate": list(range(D + 1)), **lanes}
    dims = {name: coordinate(values) for name, values in dims.items()}
    table = xr.DataArray(record.view(*map(len, dims.values())).numpy(), dims, list(dims))
    table = table.transpose(*grid, ..., "step", "coordinate")
    variables = {"position": table.isel(coordinate=slice(D)), "height": table.isel(coordinate=D, drop=True)}
    plain = {name: value for name, value in {**vars(optimizer), "noise": noise}.items() if name not in grid}
    return xr.Dataset(variables, attrs={"landscape": landscape.name, "optimizer": type(optimizer).__name__, **plain})


@torch.no_grad()
def walk(landscape: Landscape, rule: Optimizer, first: Tensor, shock: Callable, record: dict[int, Tensor]) -> None:
    """Follow a rule from points (N, D), `shock(step)` added to the gradient; fill `record`, by step: (D + 1, N) each,
    the coordinates and the height."""
    p = vector(*first.T)
    state = rule.init(p)
    for step in range(max(record) + 1):
        if step > 0:
            rule.update(landscape.gradient(p) + shock(step - 1), state, p)
        if step in record:
            record[step][:-1], record[step][-1] = p.T, landscape.height(p)


def shocks(sd, seeds: list[int], paths: int, shape: tuple[int, int], dtype: torch.dtype) -> Callable:
    """Return the noise (N, D) of N `paths` as a function of the step: `sd` times normal numbers; shape: steps and D."""
    if not seeds:
        return lambda step: 0.0
    draws = np.array([np.random.default_rng(derive(seed, "order")).standard_normal(shape) for seed in seeds])
    draws = torch.tensor(draws, dtype=dtype)
    return lambda step: sd * draws[:, step].repeat(paths // len(seeds), 1)  # neighbouring paths differ in the seed


def starting(start, landscape: Landscape, dtype: torch.dtype) -> Tensor:
    """Return `start` as a point (D,) or points (S, D) of the landscape; raises ValueError if it is none."""
    require(isinstance(landscape, Landscape), "landscape must be a Landscape, as ravine(kappa=100) is", TypeError)
    require(dtype in (torch.float32, torch.float64), f"dtype={dtype!r} must be torch.float32 or torch.float64")
    D = landscape.minima.shape[1]
    with blaming("start"):
        x = torch.tensor(np.asarray(start, dtype=np.float64), dtype=dtype)
    fits = x.dim() in (1, 2) and x.shape[-1] == D and len(x)
    require(fits, f"start must be a point ({D},) or points (S, {D}) of the {landscape.name}, not {tuple(x.shape)}")
    require(x.isfinite().all(), "start holds NaN or infinity")
    return x


def drawing(seeds, noise) -> list[int]:
    """Return the seeds as a list, empty for None; raises ValueError for bad ones, and for bad `noise`."""
    sizes = noise if isinstance(noise, list) else [noise]
    require(all(checked("noise", sd) >= 0 for sd in sizes), f"noise={noise!r} must not be below 0")
    require(seeds is not None or not any(sizes), f"noise={noise!r} needs seeds to be drawn from, as in seeds=seeds(20)")
    given = list(seeds) if isinstance(seeds, Iterable) else []
    right = given and all(whole(seed, 0) for seed in given) and len(set(given)) == len(given)
    require(seeds is None or right, "seeds must be a list of different whole numbers from 0, as seeds(20) is")
    return [int(seed) for seed in given]
