"""Lab 01, exercise 2: softplus of any steepness and its slope, for z of any size."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...answers import explain, tensor, tolerance
from ...mistakes import Mistake
from .slips import LOST, OVERFLOW, SLIPS, STRAIGHT, oracle

__all__ = ["check"]


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `softplus_and_slope(z, steepness)` to torch's logaddexp and autograd, entry by entry."""
    fixed = torch.tensor([0.7, -1.3, 0.0, 2.1, -0.2], dtype=torch.float64)
    _hold(student, fixed, 2.5)  # every likely mistake gives numbers of its own
    for shape, dtype in (((), torch.float64), ((4,), torch.float32), ((2, 1, 3), torch.float64)):
        _hold(student, torch.tensor(rng.normal(size=shape), dtype=dtype), float(rng.uniform(0.3, 4)))
    for far, dtype in ((3000, torch.float64), (1e4, torch.float32), (30, torch.float32)):
        _hold(student, far * _sides(rng, dtype), float(rng.choice([0.5, 1.0, 2.0])), "wild")
    for dtype in (torch.float64, torch.float32):
        steepness = float(rng.uniform(0.5, 4))
        sharp = torch.tensor([-40.0, 25.0, -60.0, 21.0, -20.0], dtype=dtype)
        _hold(student, sharp / steepness, steepness, "faint")


def _sides(rng: np.random.Generator, dtype: torch.dtype) -> Tensor:
    """Numbers on both sides, of a size of 1 to 2."""
    return torch.tensor([[1.0, -1.0], [-1.0, 1.0]], dtype=dtype) * (1 + float(rng.uniform()))


def _hold(student: Any, z: Tensor, steepness: float, stress: str = "") -> None:
    """Hold one tensor; `stress` says what is hard about it."""
    answer = student.softplus_and_slope(z, steepness)
    if not isinstance(answer, list | tuple) or len(answer) != 2:
        raise Mistake("two tensors are expected: return value, slope")
    if stress:
        _hold_ends(answer, z)
    pairs = zip(("value", "slope"), answer, oracle(z, steepness), strict=True)
    got = {name: (tensor(a, want, f"the {name}"), want) for name, a, want in pairs}
    for name, (a, want) in got.items():
        if _near(a, want):
            continue
        wrong = (a - want).abs() > _allowed(want)
        at = float(steepness * z[wrong].flatten()[0])
        lost = stress and at < 0 and bool((a[wrong] == 0).any())
        explain(
            [(bool(lost), LOST[name]), (stress == "faint" and at > 0, STRAIGHT), *_guesses(name, a, z, steepness)],
            f"the {name} is wrong where k·z = {at:.3g}: {float(a[wrong][0]):.4g} for {float(want[wrong][0]):.4g}",
            "ln(1 + e^{kz}) / k, and σ(kz) = 1 / (1 + e^{−kz}) for its slope",
        )


def _hold_ends(answer: Any, z: Tensor) -> None:
    """Say what has overflowed."""
    for name, a in zip(("value", "slope"), answer, strict=True):
        if isinstance(a, Tensor) and a.shape == z.shape and not torch.isfinite(a).all():
            raise Mistake(*OVERFLOW[name])


def _allowed(want: Tensor) -> Tensor:
    """Rounding's share of each entry: e^{kz} inherits an error of |kz| ε, and |kz| is 60 at most."""
    return tolerance(want.dtype) * want.abs() + 10 * torch.finfo(want.dtype).tiny


def _near(got: Tensor, want: Tensor) -> bool:
    return bool(((got - want).abs() <= _allowed(want)).all())


def _guesses(name: str, got: Tensor, z: Tensor, steepness: float) -> list[tuple[bool, tuple[str, str]]]:
    return [(_near(got, rule(z, steepness)), (hint, more)) for rule, hint, more in SLIPS[name]]
