"""The suspects of lab 03: three Adams, each with a planted fault."""

import math
from collections.abc import Callable, Sequence

__all__ = ["FAULTS", "SUSPECTS", "sound"]

FAULTS = (
    "no correction",
    "m not corrected",
    "s not corrected",
    "eps inside the root",
    "root missing",
    "betas swapped",
    "t not counted",
    "squares never forgotten",
)
Suspect = Callable[[Sequence[float]], list[float]]


def _walk(gradients: Sequence[float], fault: str = "") -> list[float]:
    beta1, beta2, eps = 0.9, 0.999, 1e-8
    if fault == "betas swapped":
        beta1, beta2 = beta2, beta1
    m, s, steps = 0.0, 0.0, []
    for t, gradient in enumerate(gradients, 1):
        g, t = float(gradient), 1 if fault == "t not counted" else t
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g**2
        m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
        inside = fault == "eps inside the root"
        steps.append(m_hat / (math.sqrt(s_hat + eps) if inside else math.sqrt(s_hat) + eps))
    return steps


def sound(gradients: Sequence[float]) -> list[float]:
    """Return the steps of a sound Adam, in units of its rate, for the gradients of one coordinate.

    β₁ = 0.9, β₂ = 0.999, ε = 1e-8. A positive step goes against a positive gradient, downhill.
    """
    return _walk(gradients)


def _planted(fault: str) -> Suspect:
    def suspect(gradients: Sequence[float]) -> list[float]:
        """Return the steps, in units of the rate, for the gradients of one coordinate."""
        return _walk(gradients, fault)

    return suspect


TRUTH = {"A": "t not counted", "B": "eps inside the root", "C": "betas swapped"}
SUSPECTS = {name: _planted(fault) for name, fault in TRUTH.items()}
