"""Lab 03, the harder exercise: an Adam that does not care where north is, held to three properties."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...answers import close, explain
from ...mistakes import Mistake
from .adaptive import adam_path
from .walks import Walk, draw, read

__all__ = ["check"]

SETTINGS = (0.8, 0.95, 0.01)  # β₁, β₂, ε


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `round_adam` to its properties: alone it is Adam, so are twins, and it turns with the map."""
    alone = draw(rng, 1, 7, torch.float64)
    _hold_alone(_path(student, alone), adam_path(alone, *SETTINGS))
    for size in (2, 5):
        twins = Walk(
            alone.A * torch.eye(size, dtype=torch.float64), alone.b.repeat(size), alone.start.repeat(size), alone.rates
        )
        _hold_twins(_path(student, twins), adam_path(twins, *SETTINGS))
    for size in (2, 3, 6):
        walk = draw(rng, size, 7, torch.float64)
        turn = torch.tensor(np.linalg.qr(rng.normal(size=(size, size)))[0])
        turned = Walk(turn @ walk.A @ turn.T, turn @ walk.b, turn @ walk.start, walk.rates)
        plain = _path(student, walk)
        _hold_turned(_path(student, turned), plain @ turn.T, (plain, adam_path(walk, *SETTINGS)))


def _path(student: Any, walk: Walk) -> Tensor:
    return read(student.round_adam(walk.gradient, walk.start, walk.rates, *SETTINGS), walk)


def _hold_alone(got: Tensor, want: Tensor) -> None:
    if not all(close([got], [want])):
        raise Mistake(
            "with one coordinate alone it should be Adam, step for step, and it is not",
            "begin with your `adam`, and change nothing but what its memory of sizes is fed",
        )


def _hold_twins(got: Tensor, want: Tensor) -> None:
    """Coordinates that all do the same walk as Adam does, however many they are."""
    if all(close([got], [want])):
        return
    size = got.shape[1]
    ratio = (got[1] - got[0])[0] / (want[1] - want[0])[0]
    summed = abs(float(ratio) - size**-0.5) < 0.02
    explain(
        [(summed, ("the more coordinates, the shorter the step: a *mean* of squares, not a sum or a norm",))],
        f"{size} coordinates that all have one gradient should walk as Adam does, and do not",
        "one size for all of them: which average of the squares is g² if all are g²?",
    )


def _hold_turned(got: Tensor, want: Tensor, plain: tuple[Tensor, Tensor]) -> None:
    if all(close([got], [want])):
        return
    explain(
        [
            (
                all(close(plain[:1], plain[1:])),
                (
                    "this is Adam as it was: each coordinate still has a size of its own",
                    "one size for all coordinates: what average of g² does a turn leave as it is?",
                ),
            )
        ],
        "turn the map, and the path does not turn with it: something still knows the axes",
        "a turn leaves g·g, the sum of squares, as it is; not the sum of g, of |g| or the largest",
    )
