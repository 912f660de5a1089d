"""Lab 04, exercise 2: gradient descent as a filter, held to the walk itself."""

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from ...answers import close, explain, tensor
from ...mistakes import Mistake

__all__ = ["check"]

# Shares of the steepest direction that one step covers: calm, swinging, running away.
RATES = (0.5, 0.9, 1.6, 2.1)


class _Walk(NamedTuple):
    """The arguments of `walked`."""

    H: Tensor
    bottom: Tensor
    start: Tensor
    lr: float
    steps: int


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `walked(H, bottom, start, lr, steps)` to gradient descent, one step after the other."""
    cases = [(3, 0.5, 6, 0.3, True), (2, 0.9, 1, 0.1, False)]
    cases += [(int(rng.integers(2, 7)), rate, int(rng.integers(2, 12)), 0.2, True) for rate in RATES]
    cases += [(4, 0.8, 30, 0.0, True), (3, 0.7, 0, 0.1, True)]
    for size, rate, steps, flattest, away in cases:
        walk, h, V = _draw(rng, size, rate, steps, flattest, away)
        given = student.walked(*walk)
        if not isinstance(given, list | tuple) or len(given) != 2:
            raise Mistake("two tensors are expected: return share, w")
        share, w = (tensor(g, walk.start, name) for g, name in zip(given, ("share", "w"), strict=True))
        _hold_share(share, h, walk)
        _hold_weights(w, V, 1 - (1 - walk.lr * h) ** steps, walk)


def _draw(
    rng: np.random.Generator, size: int, rate: float, steps: int, flattest: float, away: bool
) -> tuple[_Walk, Tensor, Tensor]:
    """Draw a bowl and a walk in it; return them with the bowl's curvatures and directions."""
    h = torch.tensor(np.sort(flattest + np.cumsum(rng.uniform(0.4, 1.0, size))))
    h[0] = flattest
    V = torch.linalg.qr(torch.tensor(rng.normal(size=(size, size))))[0]
    bottom, start = torch.tensor(rng.normal(size=(2, size)))
    walk = _Walk((V * h) @ V.T, bottom, start * away, rate / float(h[-1]), steps)
    return walk._replace(H=(walk.H + walk.H.T) / 2), h, V


def _descended(walk: _Walk) -> Tensor:
    """Walk, one step after the other."""
    w = walk.start
    for _ in range(walk.steps):
        w = w - walk.lr * walk.H @ (w - walk.bottom)
    return w


def _same(got: Tensor, want: Tensor) -> bool:
    return all(close([got], [want]))


def _hold_share(got: Tensor, h: Tensor, walk: _Walk) -> None:
    """Hold the share of the way that each direction has gone, and guess the mistake."""
    lr, steps = walk.lr, walk.steps
    want = 1 - (1 - lr * h) ** steps
    if _same(got, want) or (steps == 0 and not got.abs().max() > 1e-12):
        return
    wrong = {
        "left": 1 - want,
        "order": want.flip(0),
        "exp": 1 - torch.exp(-lr * h * steps),
        "sum": lr * h * steps,
        "one": lr * h,
        "rate": 1 - (1 - h) ** steps,
        "sign": 1 - (1 + lr * h) ** steps,
        "more": 1 - (1 - lr * h) ** (steps + 1),
        "fewer": 1 - (1 - lr * h) ** max(steps - 1, 0),
        "twice": 1 - (1 - 2 * lr * h) ** steps,
        "power": 1 - (1 - (lr * h) ** steps),
        "ridge": lr * steps * h / (lr * steps * h + 1),
    }
    explain(
        ((_same(got, value), _SHARES[name]) for name, value in wrong.items()),
        f"share: after {steps} steps with ηh = {lr * h[-1]:.2g} it is {want[-1]:.3g}, yours {got[-1]:.3g}",
        "one step leaves 1 − ηh of what lay ahead; t steps leave (1 − ηh)ᵗ",
    )


def _hold_weights(got: Tensor, V: Tensor, share: Tensor, walk: _Walk) -> None:
    """Hold the weights to those of the walk, and guess the mistake."""
    want, start, gap = _descended(walk), walk.start, walk.bottom - walk.start
    if _same(got, want):
        return
    own = torch.linalg.eigh(walk.H)[1]  # as a student has them: a direction's sign is not ours
    moved = V @ (share * (V.T @ gap))
    wrong = {
        "home": V @ (share * (V.T @ walk.bottom)),
        "way": moved,
        "both": start + V @ (share * (V.T @ walk.bottom)),
        "back": start - moved,
        "bottom": walk.bottom + moved,
        "left": start + gap - moved,
        "axes": start + share * gap,
        "turned": start + own.T @ (share * (own @ gap)),
        "once": start + own @ (share * gap),
        "there": start + share * (own.T @ gap),
    }
    explain(
        ((_same(got, value), _WEIGHTS[name]) for name, value in wrong.items()),
        f"w: up to {(got - want).abs().max():.2g} away from where {walk.steps} steps of descent arrive",
        "take bottom − start apart into the directions, V.T @ …; scale by share; put together, V @ …",
    )


_SHARES: dict[str, tuple[str, ...]] = {
    "left": ("that is the share still *ahead*: the share gone is 1 minus it", "1 − (1 − ηh)ᵗ"),
    "order": ("the directions are in the wrong order: flattest first, as eigh gives them",),
    "exp": ("exp(−ηht) is for infinitely small steps: real ones multiply", "each step leaves 1 − ηh: (1 − ηh)ᵗ"),
    "sum": ("the steps do not add: each covers ηh of what is *left*", "each step leaves 1 − ηh: (1 − ηh)ᵗ"),
    "one": ("that is one step: t of them leave (1 − ηh)ᵗ",),
    "rate": ("the learning rate is missing: a step covers ηh, not h",),
    "sign": ("a sign: a step leaves 1 − ηh, which is *less* than 1",),
    "more": ("one step too many: t of them leave (1 − ηh)ᵗ",),
    "fewer": ("one step too few: t of them leave (1 − ηh)ᵗ",),
    "twice": ("a factor 2 too much: the loss has a ½ in front, so its gradient is H (w − bottom)",),
    "power": ("(ηh)ᵗ is not what is gone: it is 1 − ηh that multiplies", "1 − (1 − ηh)ᵗ"),
    "ridge": ("that is ridge's share, with λ = 1/(ηt): near, but not descent", "1 − (1 − ηh)ᵗ"),
}
_WEIGHTS: dict[str, tuple[str, ...]] = {
    "home": ("the walk begins at `start`, not at 0", "start, plus shares of the way bottom − start"),
    "way": ("that is how far it has moved: add `start`",),
    "both": ("the way leads from start to bottom: shares of bottom − start, not of bottom",),
    "back": ("a sign: it walks from start *towards* bottom", "shares of bottom − start"),
    "bottom": ("the way is counted from `start`, not from `bottom`",),
    "left": ("share and what is left are swapped: at the beginning w is `start`",),
    "axes": ("each share belongs to a *direction*, not to a coordinate", "V.T @ (bottom − start), then back"),
    "turned": ("V is turned the wrong way: its *columns* are the directions", "in by V.T @ …, out by V @ …"),
    "once": ("take the way apart first: the parts of bottom − start are V.T @ (bottom − start)",),
    "there": ("put the parts together again: V @ (share · parts)",),
}
