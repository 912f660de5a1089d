"""What softplus and its slope should be, and what the likely slips make of them."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["LOST", "OVERFLOW", "SLIPS", "STRAIGHT", "oracle"]


def oracle(z: Tensor, steepness: float) -> tuple[Tensor, Tensor]:
    """ln(e^{kz} + e⁰) / k by torch, and its slope by autograd."""
    leaf = z.clone().requires_grad_()
    value = torch.logaddexp(steepness * leaf, torch.zeros_like(leaf)) / steepness
    (slope,) = torch.autograd.grad(value.sum(), leaf)
    return value.detach(), slope


OVERFLOW = {
    "value": (
        "e^{kz} overflows where kz is large: take exp of numbers below 0 only",
        "ln(1 + e^{s}) = max(s, 0) + ln(1 + e^{−|s|}), with s = kz",
    ),
    "slope": (
        "the slope is nan where |kz| is large: ∞/∞. Take exp of numbers below 0 only",
        "with f = e^{−|s|}: 1/(1 + f) where s > 0, and f/(1 + f) elsewhere",
    ),
}
LOST = {
    "value": (
        "the value is 0 far on the left, where it should be tiny: 1 + e^{−40} rounds to 1",
        "torch.log1p(x) is ln(1 + x), and keeps an x that would be lost beside 1",
    ),
    "slope": (
        "the slope is 0 far on the left, where it should be tiny: your unit dies by rounding",
        "a difference 1 − 1 is 0: take f/(1 + f) with f = e^{−|s|}, which subtracts nothing",
    ),
}
STRAIGHT = (
    "from kz = 20 on torch's softplus is a straight line, and yours too: write the formula",
    "max(s, 0) + log1p(e^{−|s|}), with s = kz; nothing is cut off",
)
Rule = Callable[[Tensor, float], Tensor]
# name: (what a slip makes of it, the hint, the fuller hint)
SLIPS: dict[str, list[tuple[Rule, str, str]]] = {
    "value": [
        (
            lambda z, k: k * oracle(z, k)[0],
            "the value is k times too large: divide by the steepness",
            "ln(1 + e^{kz}) / k, so that it rises with slope 1 far on the right",
        ),
        (lambda z, k: oracle(z, 1.0)[0], "the steepness k is not used: e^{kz}, and / k", "ln(1 + e^{kz}) / k"),
        (lambda z, k: oracle(z, 1.0)[0] / k, "k is missing inside: e^{kz}, not e^{z}", "ln(1 + e^{kz}) / k"),
        (lambda z, k: oracle(-z, k)[0], "a sign: yours falls to the right", "e^{+kz} inside the logarithm"),
        (lambda z, k: -oracle(-z, k)[0], "a sign: −ln(1 + e^{−kz}) is ln σ(kz)", "+ ln(1 + e^{kz})"),
        (lambda z, k: torch.relu(z), "that is ReLU, without the soft bend", "add ln(1 + e^{−|kz|}) / k to it"),
        (lambda z, k: oracle(z, k)[1], "that is the slope: return value, slope, in this order", "value first"),
        (
            lambda z, k: oracle(z, k)[0] - torch.relu(z),
            "max(z, 0) is missing: this is only what the soft bend adds",
            "max(s, 0) + ln(1 + e^{−|s|}), with s = kz, and all / k",
        ),
        (
            lambda z, k: k * torch.relu(z) + F.softplus(-k * z.abs()) / k,
            "divide both parts by k: max(kz, 0) and the logarithm",
            "(max(s, 0) + ln(1 + e^{−|s|})) / k, with s = kz",
        ),
    ],
    "slope": [
        (
            lambda z, k: k * oracle(z, k)[1],
            "the slope is k times too large: the k of e^{kz} cancels with the 1/k in front",
            "d/dz ln(1 + e^{kz}) / k = σ(kz)",
        ),
        (lambda z, k: oracle(z, k)[1] / k, "the k of e^{kz} comes out by the chain rule: no 1/k is left", "σ(kz)"),
        (lambda z, k: oracle(z, 1.0)[1], "the slope is σ(kz), not σ(z)", "1 / (1 + e^{−kz})"),
        (lambda z, k: oracle(-z, k)[1], "the slope falls to the right: a sign", "1 / (1 + e^{−kz})"),
        (lambda z, k: (z > 0).to(z), "that is ReLU's slope: softplus goes over from 0 to 1 softly", "σ(kz)"),
        (
            lambda z, k: oracle(z, k)[1] * (1 - oracle(z, k)[1]),
            "that is the sigmoid's slope: softplus' slope is the sigmoid itself",
            "d/dz ln(1 + e^{kz}) / k = σ(kz)",
        ),
        (
            lambda z, k: 1 / (1 + torch.exp(-k * z.abs())),
            "right for z > 0; on the left the slope goes to 0, and yours to 1",
            "with f = e^{−|s|}: 1/(1 + f) where s > 0, and f/(1 + f) elsewhere",
        ),
    ],
}
