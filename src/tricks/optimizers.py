"""Optimisers: hyperparameters plus two functions, `init` and `update`, on one tensor.

Names, defaults and conventions are those of `torch.optim`, whose steps they equal
(tests/test_optimizers.py); `betas` is split into `beta1` and `beta2`, so that each can be
an axis of a sweep. A hyperparameter is a number, or in a sweep one number per run.
In the equations θ is the parameter `p`, g its gradient, η `lr`, λ `weight_decay`.

`init(p)` returns the state before the first step, a tuple of tensors; `update(g, state, p)` makes one
step in place: of p and of the state. It uses up g.
"""

import math
from dataclasses import dataclass, fields
from functools import partialmethod

import torch
from torch import Tensor

from .data import require


class Column:
    """One number per run, in float64, that multiplies tensors of shape (runs, …).

    It is cast to the tensor's dtype only when the two meet, as torch casts a plain
    number: so 1 − β₂ keeps all its digits, and a run's bits do not depend on whether
    a hyperparameter was given alone or in a list.
    """

    def __init__(self, values):
        self.values = torch.as_tensor(values, dtype=torch.float64)

    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        tensor = next((a for a in args if isinstance(a, Tensor)), None)
        if tensor is None:
            values = (a.values if isinstance(a, Column) else a for a in args)
            return Column(function(*values, **(kwargs or {})))
        return function(*(a.like(tensor) if isinstance(a, Column) else a for a in args), **(kwargs or {}))

    def like(self, tensor: Tensor) -> Tensor:
        """Return the numbers in the dtype and on the device of `tensor` (runs, …), ready to multiply it."""
        return self.values.to(tensor).view(-1, *[1] * (tensor.dim() - 1))

    __mul__ = __rmul__ = partialmethod(torch.mul)
    __add__ = __radd__ = partialmethod(torch.add)
    __rsub__ = partialmethod(torch.rsub)
    __truediv__ = partialmethod(torch.div)
    __gt__ = partialmethod(torch.gt)
    __le__ = partialmethod(torch.le)
    __neg__ = partialmethod(torch.neg)

    def __rtruediv__(self, other):
        # As a quotient of tensors: a number over a tensor is rounded twice.
        return Column(torch.as_tensor(other, dtype=torch.float64) / self.values)

    def __getitem__(self, keep):
        return Column(self.values[keep])


def axpy(a, x: Tensor, y: Tensor, out: Tensor) -> Tensor:
    """Write a·x + y into `out`, in one pass over the memory (the name is BLAS's); a is a number or a `Column`."""
    return torch.addcmul(y, x, a.like(x) if isinstance(a, Column) else torch.tensor(a, dtype=x.dtype), out=out)


class Optimizer:
    """What all optimisers share: their hyperparameters are checked when they are made."""

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            for number in value if isinstance(value, list) else [value]:
                if not isinstance(number, Column):
                    self._check(field.name, number, flag=isinstance(field.default, bool))

    def _check(self, name, number, flag):
        where = f"{type(self).__name__}: {name}={' '.join(repr(number).split())}"
        right = isinstance(number, int | float) and isinstance(number, bool) == flag
        require(right, f"{where} is not {'True or False' if flag else 'a number, nor a list of numbers'}", TypeError)
        below = 1 if name in ("momentum", "beta1", "beta2", "alpha") else math.inf
        require(0 <= number < below, f"{where} must be at least 0 and {'finite' if below > 1 else 'below 1'}")


def decay(g: Tensor, weight_decay, p: Tensor) -> None:
    """Add the gradient of the penalty ½ λ ‖θ‖², in place: g ← g + λθ."""
    if weight_decay:
        axpy(weight_decay, p, g, out=g)


def counter(p: Tensor, start: float = 0.0) -> Tensor:
    """Return one number for each run of p (runs, …), to count steps or keep a product in."""
    return torch.full((len(p),), start, dtype=torch.float64, device=p.device)


@dataclass(frozen=True)
class SGD(Optimizer):
    """Stochastic gradient descent, with momentum.

        g ← g + λθ     v ← μv + (1−d)g  (v = g at first)     θ ← θ − ηv,  Nesterov: θ − η(g + μv)

    μ `momentum`, d `dampening`. Source: {cite}`polyak1964,sutskever2013`.
    """

    lr: float = 1e-3
    momentum: float = 0.0
    dampening: float = 0.0
    weight_decay: float = 0.0
    nesterov: bool = False

    def init(self, p):
        return torch.zeros_like(p), counter(p)

    def update(self, g, state, p):
        v, t = state
        decay(g, self.weight_decay, p)
        if self.dampening:
            # As in torch, neither the first step is dampened nor one without momentum.
            g *= 1 - (Column(t) > 0) * self.dampening * (self.momentum > 0)
        if self.momentum:
            axpy(self.momentum, v, g, out=v)
            g = axpy(self.momentum, v, g, out=g) if self.nesterov else v
        axpy(-self.lr, g, p, out=p)
        t += 1


@dataclass(frozen=True)
class Adagrad(Optimizer):
    """Divide by the root of the sum of all squared gradients so far.

        s ← s + g²     θ ← θ − η g / ((1 + (t−1) `lr_decay`)(√s + ε))

    Source: {cite}`duchi2011`.
    """

    lr: float = 1e-2
    lr_decay: float = 0.0
    weight_decay: float = 0.0
    initial_accumulator_value: float = 0.0
    eps: float = 1e-10

    def init(self, p):
        return torch.zeros_like(p) + self.initial_accumulator_value, counter(p)

    def update(self, g, state, p):
        s, t = state
        decay(g, self.weight_decay, p)
        axpy(1.0, g**2, s, out=s)
        lr = self.lr / (1 + Column(t) * self.lr_decay)
        axpy(-lr, g / (s.sqrt() + self.eps), p, out=p)
        t += 1


@dataclass(frozen=True)
class RMSprop(Optimizer):
    """Divide by the root of a decaying mean of squared gradients.

        s ← αs + (1−α)g²     v ← μv + g / (√s + ε)     θ ← θ − ηv

    `centered` subtracts the square of a decaying mean of g from s. Both start at 0, as in
    torch: the first step is η/√(1−α), not η. Source: {cite}`tieleman2012`.
    """

    lr: float = 1e-2
    alpha: float = 0.99
    eps: float = 1e-8
    weight_decay: float = 0.0
    momentum: float = 0.0
    centered: bool = False

    def init(self, p):
        return torch.zeros_like(p), torch.zeros_like(p), torch.zeros_like(p)

    def update(self, g, state, p):
        s, mean, v = state
        decay(g, self.weight_decay, p)
        axpy(1 - self.alpha, g**2, self.alpha * s, out=s)
        spread = s
        if self.centered:
            axpy(1 - self.alpha, g, self.alpha * mean, out=mean)
            spread = s - mean**2
        axpy(self.momentum, v, g / (spread.sqrt() + self.eps), out=v)
        axpy(-self.lr, v, p, out=p)


@dataclass(frozen=True)
class Adam(Optimizer):
    """Momentum, divided by a running estimate of the gradient's size.

        m ← β₁m + (1−β₁)g     v ← β₂v + (1−β₂)g²     θ ← θ − η m̂ / (√v̂ + ε)
        m̂ = m / (1−β₁ᵗ),  v̂ = v / (1−β₂ᵗ); `amsgrad` takes the largest v so far

    Source: {cite}`kingma2015`, Algorithm 1. λ is added to the gradient: g ← g + λθ.
    """

    lr: float = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    weight_decay: float = 0.0
    amsgrad: bool = False

    def init(self, p):
        # β₁ᵗ and β₂ᵗ are kept as running products: a product has the same bits in any company.
        return torch.zeros_like(p), torch.zeros_like(p), torch.zeros_like(p), counter(p, 1.0), counter(p, 1.0)

    def update(self, g, state, p):
        decay(g, self.weight_decay, p)
        self._step(g, state, p)

    def _step(self, g, state, p):
        m, v, largest, beta1_t, beta2_t = state
        beta1_t *= self.beta1
        beta2_t *= self.beta2
        axpy(1 - self.beta1, g, self.beta1 * m, out=m)
        axpy(1 - self.beta2, g**2, self.beta2 * v, out=v)
        m_hat = m / (1 - Column(beta1_t))
        v_hat = (torch.maximum(largest, v, out=largest) if self.amsgrad else v) / (1 - Column(beta2_t))
        axpy(-self.lr, m_hat / (v_hat.sqrt() + self.eps), p, out=p)


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam whose weight decay acts on the parameter itself, not through the gradient.

        θ ← (1 − ηλ)θ, then Adam's step with λ = 0

    Source: {cite}`loshchilov2019`, Algorithm 2.
    """

    weight_decay: float = 1e-2

    def update(self, g, state, p):
        p *= 1 - self.lr * self.weight_decay
        self._step(g, state, p)


OPTIMIZERS = {rule.__name__: rule for rule in (SGD, Adagrad, RMSprop, Adam, AdamW)}
