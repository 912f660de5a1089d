"""Looking into one network: what its layers say to each other, forwards and backwards."""

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .data import require
from .initializers import Factors
from .stacks import unfold


class Signals(NamedTuple):
    """One pass through a network with L hidden layers, on B examples; bottom layer first.

    before, after: L tensors (B, units), what enters and what leaves each activation;
    deltas: L tensors (B, units), the loss's gradient by `before`;
    gradients: L + 1 norms, of the loss's gradient by each weight matrix.
    """

    before: list[Tensor]
    after: list[Tensor]
    deltas: list[Tensor]
    gradients: np.ndarray

    @property
    def spreads(self) -> np.ndarray:
        """How much each layer's pre-activations differ between examples: `spread`, L numbers."""
        return np.array([spread(z) for z in self.before])


def linears(model: nn.Sequential) -> list[nn.Linear]:
    """Return the linear layers, bottom first."""
    return [layer for layer in model.modules() if isinstance(layer, nn.Linear)]


def signals(model: nn.Sequential, X: Tensor, y: Tensor) -> Signals:
    """Send X (B, D) forward and the cross-entropy's gradient back; keep what passed.

    Raises ValueError for a network without a hidden layer.
    """
    kept = []
    x = X
    for layer in unfold(model):
        x = layer(x)
        if isinstance(layer, nn.Linear):
            kept.append([x, x])
        elif kept:
            kept[-1][1] = x
    require(len(kept) > 1, "signals: the network has no hidden layer")
    weights = [layer.weight for layer in linears(model)]
    loss = F.cross_entropy(x, y)
    gradients = torch.autograd.grad(loss, weights + [z for z, _ in kept[:-1]])
    norms = np.array([g.norm().item() for g in gradients[: len(weights)]])
    before, after = zip(*kept[:-1], strict=True)
    deltas = list(gradients[len(weights) :])
    return Signals([z.detach() for z in before], [a.detach() for a in after], deltas, norms)


def gradient_norms(model: nn.Sequential, X: Tensor, y: Tensor) -> np.ndarray:
    """Return ‖∂L/∂W‖ of every weight matrix, bottom first: L + 1 numbers."""
    weights = [layer.weight for layer in linears(model)]
    gradients = torch.autograd.grad(F.cross_entropy(model(X), y), weights)
    return np.array([g.norm().item() for g in gradients])


def bottom_over_top(model: nn.Sequential, X: Tensor, y: Tensor) -> float:
    """Return ‖∂L/∂W‖ of the bottom weight matrix ÷ that of the top one."""
    norms = gradient_norms(model, X, y)
    return float(norms[0] / norms[-1])


def spread(activations: Tensor) -> float:
    """Return how much a layer's numbers (B, units) differ between examples.

    √(mean over units of the variance over examples): 0 if all examples look alike.
    """
    return float(activations.var(dim=0, correction=0).mean().sqrt())


def measured_factors(passed: Signals) -> Factors:
    """Return the forward and backward factor between neighbouring hidden layers.

        forward_l = spread(z_{l+1}) / spread(z_l)     backward_l = ‖δ_l‖ / ‖δ_{l+1}‖

    `initializers.factors` says what theory expects of them.
    """
    spreads = passed.spreads
    sizes = np.array([delta.norm().item() for delta in passed.deltas])
    return Factors(spreads[1:] / spreads[:-1], sizes[:-1] / sizes[1:])
