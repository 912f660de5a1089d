"""Lab 05, the harder exercise: a proximal step that throws out whole columns, held to its closed form."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ...answers import explain, tensor, tolerance
from ...mistakes import Mistake

__all__ = ["check"]

GUARD = 1e-7  # an ε added to a length, against 0 ÷ 0, is no mistake


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `group_step(W, G, penalty, lr)` to a gradient step, and columns that are ηλ shorter than after it."""
    for outputs, inputs, dtype in [  # square first: there a wrong axis raises nothing
        (6, 6, torch.float64),
        (3, 12, torch.float64),
        (1, 9, torch.float64),
        (4, 1, torch.float64),
        (5, 20, torch.float32),
    ]:
        W, G, penalty, lr = _draw(rng, (outputs, inputs), dtype)
        _hold(student, (W, G, penalty, lr))
    W[:, 0] = G[:, 0] = 0  # a pixel that is always blank
    _hold(student, (W, G, penalty, lr))
    _hold(student, (W, G, 0.0, lr))  # then even ηλ ÷ ‖v‖ is 0 ÷ 0
    # In whole numbers, with ηλ = 5: at the threshold, above, below, and along the axes.
    V = torch.tensor([[3, -6, -3, 0, 0, 1, 0], [4, 8, -4, 5, -10, 0, 0]], dtype=torch.float64)
    G = torch.tensor(2 * rng.integers(-3, 4, size=V.shape), dtype=torch.float64)
    _hold(student, (V + 0.5 * G, G, 10.0, 0.5))


Step = tuple[Tensor, Tensor, float, float]  # W (outputs, inputs), G of the same shape, λ, η


def _draw(rng: np.random.Generator, shape: tuple[int, int], dtype: torch.dtype) -> Step:
    """Draw a step after which the columns of V have lengths from 8 down to 0.4 thresholds."""
    coin, lr = float(rng.uniform(1, 2)), float(rng.uniform(0.5, 0.8))
    sizes = coin * rng.permutation(np.geomspace(8, 0.4, shape[1]))
    V, G = (rng.normal(size=shape) for _ in range(2))
    V, G = V * sizes / np.linalg.norm(V, axis=0), G * sizes / shape[0] ** 0.5
    return torch.tensor(V + lr * G, dtype=dtype), torch.tensor(G, dtype=dtype), coin / lr, lr


def _shortened(V: Tensor, coin: float, size: Tensor | None = None) -> Tensor:
    """v ← max(1 − coin ÷ size, 0) v; each column's own length where no size is given."""
    size = V.norm(dim=0) if size is None else size
    return torch.where(size > coin, (1 - coin / size) * V, 0.0)


def _hold(student: Any, step: Step) -> None:
    W, G, penalty, lr = step
    V, coin = W - lr * G, lr * penalty
    want = _shortened(V, coin)
    answer = student.group_step(*step)
    if isinstance(answer, Tensor) and answer.shape == V.shape and answer[:, (V == 0).all(dim=0)].isnan().any():
        raise Mistake(
            "0 ÷ 0: the column of a pixel that is always blank has no length to divide by",
            "compare ‖v‖ with ηλ before you divide, also for λ = 0",
        )
    got, room = tensor(answer, want, "the new W"), GUARD + tolerance(V.dtype) * V.abs().max()
    if (got - want).abs().max() > room:
        explain(
            (((got - wrong).abs().max() <= room, (hint,)) for wrong, hint in _slips(step)),
            f"off by up to {(got - want).abs().max():.2g}: each column keeps its direction, and loses ηλ of its length",
            "only the new length ℓ is unknown: where is ½(ℓ − ‖v‖)² + ηλℓ lowest, if ℓ ≥ 0?",
        )
    if got[:, V.norm(dim=0) < (1 - 1e-5) * coin].any():
        raise Mistake("nearly zero is not zero: a column that is thrown out must be 0 exactly")


def _slips(step: Step) -> Iterator[tuple[Tensor, str]]:
    """Yield what likely mistakes would give."""
    W, G, penalty, lr = step
    V, coin = W - lr * G, lr * penalty
    size, rows = V.norm(dim=0), V.norm(dim=1, keepdim=True)
    yield _shortened(V, penalty), "the threshold is λ alone: a step at rate η shortens by ηλ"
    yield _shortened(V, lr), "the threshold is η alone: a step shortens by ηλ"
    yield from ((_shortened(V, coin, wrong), hint) for wrong, hint in _lengths(W, V))
    yield F.softshrink(V, coin), "this is L1, weight by weight: a column goes as a whole, or stays as a whole"
    yield torch.where(size > coin, V, 0.0), "the columns that stay are shortened too, by ηλ"
    yield (1 - coin / size.clamp(min=1e-30)) * V, "this turns short columns around: a length is never below 0"
    yield _shortened(W, coin) - lr * G, "the order is turned: first the data's gradient, then the shortening"
    yield _shortened(W, coin), "the gradient step is missing: this shortens W itself"
    yield V, "the shortening is missing: this is the plain gradient step"
    yield _shortened(W + lr * G, coin), "a sign: the gradient step goes *down*, W − ηG"
    yield _shortened(W - G, coin), "η is missing before G"
    yield V - coin * W / W.norm(dim=0), "this is the gradient step, which rattles: shorten *after* the data's step"
    yield _shortened(V, 2 * coin), "the threshold counts twice: ηλ, not 2ηλ"
    yield _shortened(V, coin / 2), "half of it is missing: the ½ stands before the distance, not before ηλ‖w‖"
    yield V * (1 - coin), "this takes a share, as L2 does: here every column loses the same length, ηλ"
    yield V / (1 + coin), "this is for a squared length, as L2 has it: here it is not squared"
    yield (1 + coin / size) * V, "a sign: shortening moves *towards* zero"
    yield V - _shortened(V, coin), "this is what the shortening takes away, not what is left"
    if len(V) == V.shape[1]:
        yield _shortened(V, coin, rows[:, 0]), _ROWS
        yield _shortened(V, coin).T, "the new W is transposed: keep (outputs, inputs)"


_ROWS = "these are lengths of rows: the weights that read one input stand in a column, W[:, i]"


def _lengths(W: Tensor, V: Tensor) -> Iterator[tuple[Tensor, str]]:
    """Yield other things that could be taken for the length of a column."""
    size = V.norm(dim=0)
    yield V.norm(dim=1, keepdim=True), _ROWS
    yield V.norm(), "one length for all of W: each column has a length of its own"
    yield W.norm(dim=0), "the length is that of W's column: it is v, after the data's step, that is shortened"
    yield size**2, "that is the length squared: a root is missing"
    yield size / len(V) ** 0.5, "the length is the root of the *sum* of squares, not of their mean"
    yield V.abs().sum(dim=0), "that is the sum of |v|: the length is the root of the sum of squares"
    yield V.abs().amax(dim=0), "that is the largest |v|: the length is the root of the sum of squares"
