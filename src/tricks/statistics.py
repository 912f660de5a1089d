"""From one number per seed to an estimate with its uncertainty."""

import os
from typing import NamedTuple

import numpy as np
from scipy import stats


class Interval(NamedTuple):
    """An estimate, its confidence interval, and the number of seeds behind it."""

    estimate: float
    low: float
    high: float
    n: int


def values(effect) -> np.ndarray:
    """Return the effect as a plain vector, one finite number per seed.

    Raises ValueError for fewer than two seeds, and for NaN: a diverged run must be
    counted in the effect, not dropped.
    """
    d = np.asarray(effect, dtype=float)
    if d.ndim != 1 or len(d) < 2:
        raise ValueError(f"effect: needs one number for each of at least two seeds, not shape {d.shape}")
    if not np.isfinite(d).all():
        raise ValueError(f"effect: {(~np.isfinite(d)).sum()} of {len(d)} seeds hold NaN or infinity")
    return d


def t_interval(effect, level: float = 0.95) -> Interval:
    """Return the mean of d (one number per seed) with Student's t interval.

        d̄ ± t_{n−1} · s / √n

    For settings paired by seed, d is their difference seed by seed.
    """
    d = values(effect)
    half = stats.t.ppf(0.5 + level / 2, len(d) - 1) * d.std(ddof=1) / np.sqrt(len(d))
    return Interval(float(d.mean()), float(d.mean() - half), float(d.mean() + half), len(d))


def bootstrap_interval(effect, level: float = 0.95, resamples: int = 9999) -> Interval:
    """Return the mean of d with its bias-corrected, accelerated bootstrap interval (BCa).

    Shown beside the t interval where d is skewed. Source: {cite}`efron1987`.
    """
    d = values(effect)
    result = stats.bootstrap((d,), np.mean, confidence_level=level, n_resamples=resamples, rng=np.random.default_rng(0))
    low, high = result.confidence_interval
    return Interval(float(d.mean()), float(low), float(high), len(d))


def sign_count(effect) -> tuple[int, int]:
    """Return in how many seeds d is above zero, and the number of seeds."""
    d = values(effect)
    return int((d > 0).sum()), len(d)


def rounded(value: float, digits: int = 2) -> str:
    """Return `value` with `digits` decimals, as every printed measurement here is.

    While notebooks are frozen (TRICKS_FREEZE), a value within 5 % of a step from the edge
    between two roundings is refused: another processor might print the other one.
    Print fewer digits then; never take other seeds.
    """
    to_edge = abs(float(value) * 10**digits % 1 - 0.5)
    if os.environ.get("TRICKS_FREEZE") and to_edge < 0.05:
        raise ValueError(f"rounded: {value!r} is too near a rounding edge for {digits} decimals")
    text = f"{value:.{digits}f}"
    return text.replace("-", "−") if float(text) else text.replace("-", "")
