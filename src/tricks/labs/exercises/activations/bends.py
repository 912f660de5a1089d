"""Lab 01, the harder exercise: a network of one hidden layer that passes through given points."""

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from ...answers import close, explain, number, tensor, tolerance
from ...mistakes import Mistake

__all__ = ["check"]


class _Case(NamedTuple):
    """Points from left to right, (N,) each, in float64, and the slope on the units' flat side."""

    x: Tensor
    y: Tensor
    leak: float

    def at(self, places: Tensor) -> Tensor:
        """What every unit says, (S, N), at places (S,)."""
        z = places[:, None] - self.x
        return torch.where(z > 0, z, self.leak * z)

    def bends(self) -> Tensor:
        """By how much the slope changes at each point, (N,)."""
        level = self.x.new_zeros(1)
        return torch.diff(torch.diff(self.y) / torch.diff(self.x), prepend=level, append=level)


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `net_through(x, y, leak)` to np.interp: at the points, between them and outside."""
    fixed = [-2.0, -0.5, 0.0, 0.25, 3.0], [1.5, 2.0, -1.0, 0.5, 3.0]  # every likely mistake shows
    for leak in (0.0, 0.2):
        for x, y in (fixed, _drawn(rng), *_EDGES, _drawn(rng)):
            _hold(student, _Case(torch.tensor(x).double(), torch.tensor(y).double(), leak), rng)
    _hold(student, _Case(*map(torch.tensor, _drawn(rng)), float(rng.uniform(0.5, 0.95))), rng)


_EDGES = (
    ([-1.0, 3.0], [2.0, -5.0]),  # no point but the first and the last
    ([-4.0, -3.0, -1.0, -0.5], [2.0, 3.0, 5.0, 5.5]),  # on one line: no bend in between
    ([0.0, 0.5, 2.0, 3.0], [1.0, 1.0, 1.0, -2.0]),  # level already
    ([1000.0, 1001.0, 1001.5, 1004.0], [700.0, 702.0, 699.0, 700.0]),  # far out
    ([-1.0, -0.001, 0.001, 1.0], [0.0, 0.0, 1.0, 1.0]),  # a steep step
)


def _drawn(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Four to eight points, unevenly spaced, on both sides of 0."""
    x = rng.uniform(0.2, 2, size=int(rng.integers(4, 9))).cumsum()
    return x - rng.uniform(x[0], x[-1]), 2 * rng.normal(size=len(x))


def _hold(student: Any, case: _Case, rng: np.random.Generator) -> None:
    """Draw the student's network beside the broken line."""
    answer = student.net_through(*case)
    if not isinstance(answer, list | tuple) or len(answer) != 2:
        raise Mistake("two things are expected: return v, c")
    v, c = tensor(answer[0], case.x, "v"), number(answer[1], "c")
    places = _places(case.x, rng)
    got, want = case.at(places) @ v + c, torch.tensor(np.interp(places, case.x, case.y))
    off, allowed = (got - want).abs(), _allowed(case, places)
    wrong = ~(off <= allowed)
    if wrong.any():
        nearly = bool(off.max() <= 1e-4 * case.y.abs().max())
        where = places[wrong][0]
        side = "left of all points" if where < case.x[0] else "right of all points" if where > case.x[-1] else "between"
        explain(
            [(nearly, _nearly(off, allowed)), *_weights(v, case), *_constants(c, v, case)],
            f"leak {case.leak:.2g}, at x = {where:.4g}, {side}: {got[wrong][0]:.4g}, and the line is at "
            f"{want[wrong][0]:.4g}",
            "a unit changes the slope where it stands: what is the slope before, and what after?",
        )


def _places(x: Tensor, rng: np.random.Generator) -> Tensor:
    """The points, three places in each gap, and some outside, on either side."""
    shares = torch.tensor(rng.uniform(size=(3, 1)))
    between = (x[:-1] + shares * torch.diff(x)).flatten()
    outside = (x[-1] - x[0]) * torch.tensor(rng.uniform(0.1, 2, size=3))
    return torch.cat([x, between, x[0] - outside, x[-1] + outside])


def _allowed(case: _Case, places: Tensor) -> float:
    """Rounding's share: of the heights, and of weights times places, in whichever order they are summed."""
    far = case.x.abs().max() + places.abs().max()
    size = case.y.abs().max() + (case.bends() / (1 - case.leak)).abs().sum() * far
    return tolerance(torch.float64) * float(size)


def _nearly(off: Tensor, allowed: float) -> tuple[str, str]:
    return (
        f"nearly, but off by up to {off.max():.0e}, where rounding explains {allowed:.0e}",
        "is there an ε in a division, or float32 somewhere (as torch.zeros(3) is)?",
    )


def _weights(v: Tensor, case: _Case) -> list[tuple[bool, tuple[str, str]]]:
    """What the likely mistakes make of the weights."""
    bends, (x, y, a) = case.bends(), case
    zero, slopes = x.new_zeros(1), torch.diff(y) / torch.diff(x)
    inner, opened, begun, turned = (bends.clone() for _ in range(4))
    opened[-1] = begun[0] = 0
    inner[0] = inner[-1] = 0
    turned[-1] *= -1
    even = torch.diff(y) / torch.diff(x).mean()
    guesses = {
        "slope": torch.cat([slopes, zero]),
        "before": torch.cat([zero, slopes]),
        "opened": opened,
        "begun": begun,
        "inner": inner,
        "turned": turned,
        "sign": -bends,
        "steps": torch.diff(torch.diff(y), prepend=zero, append=zero),
        "even": torch.diff(even, prepend=zero, append=zero),
        "late": bends.roll(1),
        "early": bends.roll(-1),
        "flipped": bends.flip(0),
    }
    if a:
        guesses |= {"leak": bends, "shrunk": bends * (1 - a), "plus": bends / (1 + a)}
        guesses |= {"leaky end": opened / (1 - a)}
    return [(close([v], [guess])[0], _V[name]) for name, guess in guesses.items()]


def _constants(c: float, v: Tensor, case: _Case) -> list[tuple[bool, tuple[str, str]]]:
    """What the likely mistakes make of the constant, the weights being right."""
    if not close([v], [case.bends() / (1 - case.leak)])[0]:
        return []
    x, y, a = case
    said, first = float(v @ x), float(y[0])
    guesses = {"silent": first} if a else {}
    guesses |= {"zero": 0.0, "last": float(y[-1]), "crossing": first - float(case.bends()[0] * x[0])}
    if a:
        guesses |= {"minus": first - a * said, "whole": first + said, "bent": first + a * (1 - a) * said}
    return [(abs(c - guess) <= _allowed(case, x), _C[name]) for name, guess in guesses.items()]


_V = {
    "slope": (
        "these are the slopes: but all units on the left go on speaking, so each adds only the *change*",
        "slope after the point, minus slope before it",
    ),
    "before": (
        "these are the slopes *before* each point: a unit adds what changes where it stands",
        "slope after the point, minus slope before it",
    ),
    "opened": (
        "right of the last point the line should be level: who takes back the slope?",
        "the last unit: silent at every point, so that they say nothing of it; its bend is 0 − the last slope",
    ),
    "begun": ("the first unit has work, too: level before it, and a slope after", "its bend is the first slope − 0"),
    "inner": (
        "the first and the last unit have work, too: outside the line is level",
        "slopes 0, s₁, s₂ …, 0: the bends are their differences, N of them",
    ),
    "turned": ("a sign: the last unit takes the slope back", "its bend is 0 − the last slope"),
    "sign": ("a sign: slope after minus slope before, not the other way round", "the first bend is +s₁"),
    "steps": (
        "these are changes of the *step*, y₂ − y₁: divide each step by its x₂ − x₁ first",
        "slopes are (y₂ − y₁) / (x₂ − x₁), and bends are their changes",
    ),
    "even": ("the points are not evenly spaced: divide each step by its own x₂ − x₁", "torch.diff(x), not its mean"),
    "late": ("each bend is one point late: the k-th unit stands at the k-th point", "the first bend is s₁ − 0"),
    "early": ("each bend is one point early: the k-th unit stands at the k-th point", "the first bend is s₁ − 0"),
    "flipped": ("the order is turned: the first weight belongs to the first point", "from left to right"),
    "leak": (
        "leak 0 is right; but a unit of slope a before and 1 after bends by how much?",
        "v times 1 − a is the bend: divide by 1 − a",
    ),
    "shrunk": ("the leak makes a bend *weaker*, so the weight must be larger", "divide by 1 − a"),
    "plus": ("a unit's slope goes from a to 1: it bends by 1 − a", "divide by 1 − a, not 1 + a"),
    "leaky end": ("right of the last point the line should be level", "the last bend is 0 − the last slope"),
}
_C = {
    "silent": (
        "leak 0 is right; but with a leak no unit is silent: what do they all say left of the first point?",
        "a · Σ v (x − x_k): what c + that should be is y₁",
    ),
    "zero": ("left of the first point all units are silent, and c alone is left: how high is the line there?", "y₁"),
    "last": ("that is how high the line ends: where are all units on their flat side?", "left of the first point"),
    "crossing": ("that is where the first line would cross x = 0: units stand at the points", "c is y₁ if a = 0"),
    "minus": ("a sign: what the units say left of the points is taken *from* y₁", "c = y₁ − a · Σ v (x₁ − x_k)"),
    "whole": ("left of the points each unit says a · (x − x_k): the a is missing", "c = y₁ − a · Σ v (x₁ − x_k)"),
    "bent": ("the weights are the bends *divided by 1 − a*: use them here", "c = y₁ − a · Σ v (x₁ − x_k)"),
}
