"""Lab 03, exercise 3: Adam, held to `torch.optim.Adam`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .walks import Walk, compare, draw, read

__all__ = ["adam_path", "check"]


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `adam(gradient, start, rates, beta1, beta2, eps)` to torch's path."""
    cases = [  # size, steps, (β₁, β₂, ε), gradients' scale, dtype; the first tells all mistakes apart
        (3, 6, (0.6, 0.9, 0.3), 1.0, torch.float64),
        (1, 1, (0.9, 0.999, 1e-8), 1.0, torch.float64),
        (4, 9, (0.9, 0.999, 1e-8), 1e-7, torch.float64),  # so small that ε counts
        (3, 5, (0.0, 0.9, 1e-3), 1.0, torch.float64),  # no memory of direction
        (5, 12, (float(rng.uniform(0.5, 0.95)), float(rng.uniform(0.9, 0.999)), 1e-6), 30.0, torch.float64),
        (3, 8, (0.8, 0.95, 1e-2), 1.0, torch.float32),
    ]
    for place, (size, steps, betas_eps, scale, dtype) in enumerate(cases):
        walk = draw(rng, size, steps, dtype, scale)
        got = read(student.adam(walk.gradient, walk.start, walk.rates, *betas_eps), walk)
        want = adam_path(walk, *betas_eps)
        slips = _slips(walk, *betas_eps) if place == 0 else iter(())
        compare(got, want, slips, "m, s, then m̂ = m/(1 − β₁ᵗ), ŝ = s/(1 − β₂ᵗ), then η·m̂/(√ŝ + ε)")


def adam_path(walk: Walk, beta1: float, beta2: float, eps: float) -> Tensor:
    """Return torch's own path (T + 1, D)."""
    return walk.torch_path(torch.optim.Adam, betas=(beta1, beta2), eps=eps)


@dataclass(frozen=True)
class _Rule:
    """Adam in parts, each of which a slip may replace."""

    beta1: float
    beta2: float
    eps: float
    direction: Callable[[Tensor, Tensor, float], Tensor] = lambda m, g, b: b * m + (1 - b) * g
    size: Callable[[Tensor, Tensor, float], Tensor] = lambda s, g, b: b * s + (1 - b) * g**2
    correct_m: Callable[[float, int], float] = lambda b, t: 1 - b**t
    correct_s: Callable[[float, int], float] = lambda b, t: 1 - b**t
    divide: Callable[[Tensor, Tensor, float, float], Tensor] = lambda m, s, c, eps: m / ((s / c).sqrt() + eps)
    keep_corrected: bool = False
    sign: float = 1.0

    def path(self, walk: Walk) -> Tensor:
        """Follow this rule."""
        m = s = torch.zeros_like(walk.start)

        def rule(g: Tensor, t: int, rate: float) -> Tensor:
            nonlocal m, s
            m, s = self.direction(m, g, self.beta1), self.size(s, g, self.beta2)
            m_hat, c = m / self.correct_m(self.beta1, t), self.correct_s(self.beta2, t)
            step = self.sign * rate * self.divide(m_hat, s, c, self.eps)
            if self.keep_corrected:
                m, s = m_hat, s / c
            return step

        return walk.follow(rule)


def _slips(walk: Walk, beta1: float, beta2: float, eps: float) -> Iterator[tuple[Tensor, tuple[str, ...]]]:
    """What the likely mistakes give, each with the steps of its hint."""
    rule = _Rule(beta1, beta2, eps)
    for change, *steps in _CHANGES:
        yield replace(rule, **change).path(walk), tuple(steps)
    swapped = replace(rule, beta1=beta2, beta2=beta1)
    yield swapped.path(walk), ("the betas are swapped: β₁ is for the direction m, β₂ for the size s",)
    yield (
        Walk(0 * walk.A, walk.gradient(walk.start), walk.start, walk.rates).follow(_fresh(rule)),
        ("the gradient is that of the start: take it anew at every position", "g = gradient(theta), inside the loop"),
    )
    same = Walk(walk.A, walk.b, walk.start, [walk.rates[0]] * len(walk.rates))
    yield rule.path(same), ("every step has a rate of its own: rates[0], rates[1], …",)


def _fresh(rule: _Rule) -> Callable[[Tensor, int, float], Tensor]:
    """Give Adam's rule as a function of (gradient, t, rate), its memories empty."""
    memory: list[Any] = [0.0, 0.0]

    def step(g: Tensor, t: int, rate: float) -> Tensor:
        memory[:] = rule.direction(memory[0], g, rule.beta1), rule.size(memory[1], g, rule.beta2)
        return rate * rule.divide(memory[0] / (1 - rule.beta1**t), memory[1], 1 - rule.beta2**t, rule.eps)

    return step


def _one(b: float, t: int) -> float:
    return 1.0


_FORMULA = "m̂ = m/(1 − β₁ᵗ) and ŝ = s/(1 − β₂ᵗ), with t = 1 at the first step"
_CHANGES: list[tuple[Any, ...]] = [
    ({"correct_m": _one, "correct_s": _one}, "the bias correction is missing: m and s start empty", _FORMULA),
    ({"correct_s": _one}, "m is corrected, and s is not: both start empty", _FORMULA),
    ({"correct_m": _one}, "s is corrected, and m is not: both start empty", _FORMULA),
    (
        {"divide": lambda m, s, c, eps: m / (s / c + eps).sqrt()},
        "ε stands inside the root: torch adds it after the root, √ŝ + ε",
    ),
    (
        {"divide": lambda m, s, c, eps: m / ((s.sqrt() + eps) / c**0.5)},
        "ε is added before ŝ is corrected: first the correction, then the root, then ε",
    ),
    ({"divide": lambda m, s, c, eps: m / (s / c).sqrt()}, "ε is missing: the step is η·m̂/(√ŝ + ε)"),
    ({"divide": lambda m, s, c, eps: m / (s / c + eps)}, "the root is missing: ŝ is a mean of *squares*", "√ŝ + ε"),
    ({"divide": lambda m, s, c, eps: m * ((s / c).sqrt() + eps)}, "the step is *divided* by √ŝ + ε"),
    ({"divide": lambda m, s, c, eps: m / ((s / c).sqrt() - eps)}, "a sign: √ŝ *plus* ε"),
    ({"divide": lambda m, s, c, eps: m / (s.sqrt() / c + eps)}, "correct s first, and take the root of ŝ after that"),
    ({"size": lambda s, g, b: b * s + (1 - b) * g}, "s remembers g itself: it should remember g²"),
    ({"size": lambda s, g, b: b * s + (1 - b) * g.abs()}, "s remembers |g|: it should remember g²"),
    ({"size": lambda s, g, b: b * s + ((1 - b) * g) ** 2}, "1 − β₂ is squared as well: only g is", "(1 − β₂)·g²"),
    ({"size": lambda s, g, b: s + g**2}, "s is a sum that never forgets, as Adagrad's: a decaying mean is asked for"),
    ({"size": lambda s, g, b: b * s + g**2}, "s is a mean: g² enters with the weight 1 − β₂"),
    ({"size": lambda s, g, b: (1 - b) * s + b * g**2}, "β₂ is the share of s that is *kept*; g² enters with 1 − β₂"),
    (
        {"size": lambda s, g, b: b * s + (1 - b) * (g**2).mean()},
        "all coordinates share one size here: in Adam each has its own, so no mean or sum over them",
    ),
    ({"direction": lambda m, g, b: b * m + g}, "m is a mean here, unlike SGD's v: g enters with 1 − β₁"),
    ({"direction": lambda m, g, b: (1 - b) * m + b * g}, "β₁ is the share of m that is *kept*; g enters with 1 − β₁"),
    ({"direction": lambda m, g, b: (1 - b) * g}, "m is not kept from step to step", "m ← β₁m + (1 − β₁)g"),
    ({"size": lambda s, g, b: (1 - b) * g**2}, "s is not kept from step to step", "s ← β₂s + (1 − β₂)g²"),
    (
        {"correct_m": lambda b, t: 1 - b, "correct_s": lambda b, t: 1 - b},
        "t stands still at 1: count the steps, βᵗ with t = 1, 2, 3, …",
    ),
    (
        {"correct_m": lambda b, t: 1 - b ** (t + 1), "correct_s": lambda b, t: 1 - b ** (t + 1)},
        "t is one too large: at the first step t = 1",
        _FORMULA,
    ),
    (
        {"keep_corrected": True},
        "the *corrected* m̂ and ŝ are remembered: remember m and s, correct a copy",
        "two more names, m_hat and s_hat, for this step only",
    ),
    ({"sign": -1.0}, "uphill: the step is *subtracted*"),
]
