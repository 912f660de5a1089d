"""Lab 05, exercise 5: a colleague's step with L2, repaired."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...answers import close, explain, number, tensor
from ...mistakes import Mistake
from .loops import loop

__all__ = ["check"]


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `l2_step(X, y, w, b, penalty, lr)`, the new w and b and the loss to watch, to a sound loop."""
    for n, features, dtype in [(7, 4, torch.float64), (3, 9, torch.float64), (12, 5, torch.float32)]:
        X, y, w = (torch.tensor(rng.normal(size=size), dtype=dtype) for size in ((n, features), n, features))
        b = torch.tensor(rng.uniform(1, 3), dtype=dtype)
        penalty, lr = (float(rng.uniform(0.1, 0.4)) for _ in range(2))
        answer = student.l2_step(X, y, w, b, penalty, lr)
        if not isinstance(answer, list | tuple) or len(answer) != 3:
            raise Mistake("three things are expected: return w, b, loss")
        _hold(answer, (X, y, w, b), penalty, lr)


def _after(fault: str, probe: tuple[Tensor, ...], penalty: float, lr: float) -> tuple[Tensor, Tensor, Tensor]:
    weights, biases, losses = loop(fault, penalty, lr)(*probe)
    return weights[1], biases[1], losses[0]


def _hold(answer: Any, probe: tuple[Tensor, ...], penalty: float, lr: float) -> None:
    right, w = _after("sound", probe, penalty, lr), probe[2]
    places = "the new w", "the new b", "the loss to watch"
    got = [tensor(answer[0], right[0], places[0])]
    got += [torch.tensor(number(answer[k], places[k]), dtype=w.dtype) for k in (1, 2)]
    data_only = _after("never felt", probe, penalty, lr)[0]
    known: list[list[tuple[Tensor, str]]] = [
        [
            *((_after(fault, probe, penalty, lr)[0], hint) for fault, hint in _OF_W.items()),
            (2 * data_only - right[0], "a sign: the penalty pulls *towards* zero"),
            ((1 - lr * penalty) * data_only, "first both gradients, at the same w; then the step"),
            (w, "nothing has moved: w − η (gradient of the data + λw)"),
        ],
        [
            (_after("bias too", probe, penalty, lr)[1], "the penalty still pulls at the bias: it has to go from there"),
            (probe[3], "the bias has to learn from the data still: leave out its penalty only"),
        ],
        [
            (_after("watched", probe, penalty, lr)[2], "the penalty is still in the loss that is watched"),
            (2 * right[2], "the loss has a ½, as in the colleague's code"),
            (len(probe[0]) * right[2], "the loss is a mean: divide by n"),
            (loop("sound", penalty, lr)(*probe)[2][1], "it is the loss at the w and b that came in"),
        ],
    ]
    for place, ours, want, slips in zip(places, got, right, known, strict=True):
        if not close([ours], [want])[0]:
            explain(
                ((close([ours], [wrong])[0], (f"{place}: {hint}",)) for wrong, hint in slips),
                f"{place}: off by up to {(ours - want).abs().max():.2g}",
                f"{place}: hand your step to lab.repeat, and the loop to your own `diagnose`",
            )


_OF_W = {
    "never felt": "the penalty is gone altogether: the *weights* should still decay",
    "factor 2": "this pulls with 2λw: the penalty has a ½",
    "per example": "λ is multiplied by n: the penalty counts once",
    "norm not squared": "this pulls with λ in all, along w: the penalty is squared",
    "L1 for L2": "this pulls with the sign, as L1 does: L2 pulls with λw",
}
