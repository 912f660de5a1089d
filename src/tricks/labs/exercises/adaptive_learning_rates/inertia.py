"""Lab 03, exercise 2: momentum as torch has it, held to `torch.optim.SGD`."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .walks import Walk, compare, draw, read

__all__ = ["check"]


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `momentum(gradient, start, rates, beta)` to torch's path, under rates that change."""
    cases = [  # each: size, steps, β, dtype; the first two tell every likely mistake from every other
        (3, 6, 0.8, torch.float64),
        (2, 5, 0.3, torch.float64),
        (1, 1, 0.9, torch.float64),
        (4, 5, 0.0, torch.float64),  # no memory: gradient descent
        (5, 12, float(rng.uniform(0.4, 0.95)), torch.float64),
        (3, 8, float(rng.uniform(0.4, 0.9)), torch.float32),
    ]
    for size, steps, beta, dtype in cases:
        walk = draw(rng, size, steps, dtype)
        got = read(student.momentum(walk.gradient, walk.start, walk.rates, beta), walk)
        want = walk.torch_path(torch.optim.SGD, momentum=beta)
        compare(got, want, _slips(walk, beta, want), "v ← βv + g, then θ ← θ − ηv, with g taken at the present θ")


Carry = Callable[[Tensor, Tensor, float, float], Tensor]  # (v, g, β, η) → v, or the step


def _follow(walk: Walk, beta: float, carry: Carry, step: Carry) -> Tensor:
    """Walk with `carry` in place of v ← βv + g, and `step` in place of ηv."""
    v = torch.zeros_like(walk.start)

    def rule(g: Tensor, t: int, rate: float) -> Tensor:
        nonlocal v
        v = carry(v, g, beta, rate)
        return step(v, g, beta, rate)

    return walk.follow(rule)


def _slips(walk: Walk, beta: float, want: Tensor) -> Iterator[tuple[Tensor, tuple[str, ...]]]:
    """What the likely mistakes give, each with the steps of its hint."""
    if beta in (0.0, 0.9):
        return
    for carry, step, *steps in _RULES:
        yield _follow(walk, beta, carry, step), tuple(steps)
    old = torch.zeros_like(walk.start)

    def late(g: Tensor, t: int, rate: float) -> Tensor:
        nonlocal old
        before, old = old, beta * old + g
        return rate * before

    yield walk.follow(late), ("the step is made before v has heard of the new gradient", "first v, then the step")
    stale = Walk(0 * walk.A, walk.gradient(walk.start), walk.start, walk.rates)
    yield (
        stale.torch_path(torch.optim.SGD, momentum=beta),
        ("the gradient is that of the start: take it anew at every position", "g = gradient(theta), inside the loop"),
    )
    same = Walk(walk.A, walk.b, walk.start, [walk.rates[0]] * len(walk.rates))
    yield same.torch_path(torch.optim.SGD, momentum=beta), ("every step has a rate of its own: rates[0], rates[1], …",)
    yield (want.flip(0), ("the path runs backwards: the start is path[0]",))


def _right(v: Tensor, g: Tensor, beta: float, rate: float) -> Tensor:
    return beta * v + g


def _step(v: Tensor, g: Tensor, beta: float, rate: float) -> Tensor:
    return rate * v


_RULES: list[tuple[Any, ...]] = [
    (lambda v, g, b, r: g, _step, "that is plain gradient descent: v is not kept from step to step", "v = βv + g"),
    (_right, lambda v, g, b, r: -r * v, "uphill: the step is *subtracted*", "θ ← θ − ηv"),
    (
        lambda v, g, b, r: b * v + (1 - b) * g,
        _step,
        "v is a sum here, not a mean: torch adds g whole, without 1 − β",
        "v ← βv + g",
    ),
    (
        lambda v, g, b, r: b * v + r * g,
        lambda v, g, b, r: v,
        "the rate stands inside v, so that old gradients keep their old rates",
        "torch keeps it outside: v ← βv + g, then θ ← θ − ηv with the present η",
    ),
    (
        _right,
        lambda v, g, b, r: r * (g + b * v),
        "this is Nesterov's variant, which looks one step ahead; plain momentum is asked for",
        "the step is ηv, not η(g + βv)",
    ),
    (
        lambda v, g, b, r: (1 - b) * v + g,
        _step,
        "β is the share of v that is *kept*, not the share that is lost",
        "v ← βv + g",
    ),
    (
        lambda v, g, b, r: (1 - b) * v + b * g,
        _step,
        "β is the share of v that is *kept*, and g is added whole",
        "v ← βv + g",
    ),
    (lambda v, g, b, r: v + g, _step, "nothing is forgotten: β is missing", "v ← βv + g"),
    (lambda v, g, b, r: b * (v + g), _step, "the new gradient is not multiplied by β: only the old v is", "v ← βv + g"),
    (lambda v, g, b, r: b * v - g, _step, "a sign: v ← βv + g, and the minus stands before the step", "θ ← θ − ηv"),
]
