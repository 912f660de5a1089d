"""What lab 06 works on: a small network, and layers that claim to be dropout, each with a fault or none."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ....data import require
from ....initializers import he, initialise

__all__ = ["FAULTS", "box", "patient"]

Layer = Callable[[Tensor, bool], Tensor]


def patient(p: float = 0.0, width: int = 64) -> nn.Sequential:
    """Build a network that fits too well: 64 pixels, `width` ReLU units dropped with probability p, 10 digits."""
    layers = nn.Linear(64, width), nn.ReLU(), nn.Dropout(p), nn.Linear(width, 10)
    return initialise(nn.Sequential(*layers), he)


def _thinned(x: Tensor, p: float, shape: tuple[int, ...] | torch.Size) -> Tensor:
    return torch.where(torch.rand(shape) < p, 0.0, x / (1 - p))


def _shared(x: Tensor, p: float, training: bool) -> Tensor:
    return _thinned(x, p, (1, *x.shape[1:])) if training else x


def _per_example(x: Tensor, p: float, training: bool) -> Tensor:
    return _thinned(x, p, (len(x), *[1] * (x.dim() - 1))) if training else x


_BOXES: dict[str, Callable[[Tensor, float, bool], Tensor]] = {
    "healthy": lambda x, p, training: _thinned(x, p, x.shape) if training else x,
    "drops at test": lambda x, p, training: _thinned(x, p, x.shape),
    "one mask for the batch": _shared,
    "one coin per example": _per_example,
    "never scales": lambda x, p, training: (1 - p) * _thinned(x, p, x.shape) if training else x,
    "scales at both ends": lambda x, p, training: _thinned(x, p, x.shape) if training else (1 - p) * x,
    "p is the share kept": lambda x, p, training: _thinned(x, 1 - p, x.shape) if training else x,
}
FAULTS = tuple(_BOXES)


def box(fault: str, p: float) -> Layer:
    """Return a layer(x, training) that drops with probability p, and has this fault.

    Raises ValueError for a fault that is not in FAULTS.
    """
    require(fault in FAULTS, f"box: {fault!r} is none of {', '.join(FAULTS)}")
    return lambda x, training: _BOXES[fault](x, p, training)
