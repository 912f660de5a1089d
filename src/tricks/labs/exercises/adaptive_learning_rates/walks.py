"""Walks of an optimiser down a random bowl: what exercises 2, 3 and 6 are held to."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...answers import close, explain, tensor
from ...mistakes import Mistake

__all__ = ["Walk", "compare", "draw", "read"]

Rule = Callable[[Tensor, int, float], Tensor]  # (gradient, t from 1, rate) → step


@dataclass(frozen=True)
class Walk:
    """A bowl f(x) = ½ xᵀA x + bᵀx, where to start, and one rate a step."""

    A: Tensor  # (D, D)
    b: Tensor  # (D,)
    start: Tensor  # (D,)
    rates: list[float]

    def gradient(self, x: Tensor) -> Tensor:
        """Return A x + b."""
        return self.A @ x + self.b

    def follow(self, rule: Rule) -> Tensor:
        """Return the positions (T + 1, D) of a rule written by hand, which keeps its own memory."""
        path = [self.start]
        for t, rate in enumerate(self.rates, 1):
            path.append(path[-1] - rule(self.gradient(path[-1]), t, rate))
        return torch.stack(path)

    def torch_path(self, kind: type[torch.optim.Optimizer], **how: Any) -> Tensor:
        """Return the positions (T + 1, D) of an optimiser of torch's."""
        p = self.start.clone().requires_grad_()
        optimizer = kind([p], lr=1.0, **how)
        path = [self.start]
        for rate in self.rates:
            optimizer.param_groups[0]["lr"] = rate
            p.grad = self.gradient(p.detach())
            optimizer.step()
            path.append(p.detach().clone())
        return torch.stack(path)


def draw(rng: np.random.Generator, size: int, steps: int, dtype: torch.dtype, scale: float = 1.0) -> Walk:
    """Draw a bowl of curvatures 0.2 to 2, a start some way off its floor, and rates from 0.1 to 0.4.

    scale: multiplies all gradients.
    """
    Q, _ = np.linalg.qr(rng.normal(size=(size, size)))
    A = Q @ np.diag(rng.uniform(0.2, 2, size=size)) @ Q.T
    b, start = rng.normal(size=size), 3 * rng.normal(size=size)
    A, b, start = (torch.tensor(given, dtype=dtype) for given in (scale * A, scale * b, start))
    return Walk(A, b, start, rng.uniform(0.1, 0.4, size=steps).tolist())


def read(answer: Any, walk: Walk) -> Tensor:
    """Read the path that comes back: a finite tensor (T + 1, D), or a list of T + 1 positions."""
    if isinstance(answer, list | tuple) and answer and all(isinstance(x, Tensor) for x in answer):
        alike = len({x.shape for x in answer}) == 1
        answer = torch.stack(list(answer)) if alike else answer
    steps, size = len(walk.rates), len(walk.start)
    if isinstance(answer, Tensor) and answer.shape == (size,):
        raise Mistake("one position comes back: the whole path is asked for, start and all")
    if isinstance(answer, Tensor) and answer.shape == (steps, size):
        raise Mistake(
            f"{steps} positions come back for {steps} steps: the start belongs to the path",
            "begin with path = [start], and append after every step",
        )
    like = torch.empty(steps + 1, size, dtype=walk.start.dtype)
    if isinstance(answer, Tensor) and answer.shape == like.shape and answer[0].isfinite().all():
        bad = (~answer.isfinite()).any(1).nonzero()
        if len(bad):
            where = f"path[{int(bad[0])}] is the first with nan or inf"
            raise Mistake(where, f"{where}: did you divide by 1 − β⁰ = 0, or by the root of 0?")
    return tensor(answer, like, "the path")


def compare(got: Tensor, want: Tensor, slips: Iterable[tuple[Tensor, Sequence[str]]], *otherwise: str) -> None:
    """Hold a path to its oracle, and guess the mistake from where it goes; `otherwise` adds a further step."""
    if all(close([got], [want])):
        return
    if all(close([got], [want[-1].expand_as(want)])) or torch.equal(got, got[-1].expand_as(got)):
        raise Mistake(
            "all rows of the path are one: the *same* tensor was stored every time, then changed",
            "θ -= … changes θ in place: write θ = θ − …, or store θ.clone()",
        )
    apart = (got - want).abs().amax(1) > 1e-3 * want.abs().max() * torch.finfo(want.dtype).eps ** 0.5
    first = int(apart.nonzero()[0]) if apart.any() else len(want) - 1
    where = f"path[{first}] is the first wrong position"
    if first == 0:
        raise Mistake("path[0] is not the start: the path begins where the ball is released")
    explain(
        ((all(close([got], [wrong])), (f"{where}: {steps[0]}", *steps[1:])) for wrong, steps in slips),
        f"{where}: {got[first, 0]:.4f} where torch has {want[first, 0]:.4f} in its first coordinate",
        *otherwise,
    )
