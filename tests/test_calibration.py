"""Do 95 % intervals hold the truth in 95 % of experiments? Of simulated ones, where the truth is known."""

import numpy as np
import pytest
from small_sweeps import network

from tricks import Adam, digits, fit
from tricks.statistics import bootstrap_interval, t_interval

SEEDS = (20, 40, 60)  # as many as claims are judged on
EXPERIMENTS = 4000  # the share has a standard deviation of 0.34 %


def share(interval, draw, n, truth, experiments=EXPERIMENTS):
    """The part of simulated experiments of n seeds whose interval holds the truth."""
    luck = np.random.default_rng(n)
    intervals = (interval(draw(luck, n)) for _ in range(experiments))
    return np.mean([low <= truth <= high for _, low, high, _ in intervals])


@pytest.mark.parametrize("n", SEEDS)
def test_of_normal_effects(n):
    def draw(luck, n):
        return luck.normal(0.3, 2.0, n)

    assert 0.93 <= share(t_interval, draw, n, 0.3) <= 0.97


SKEWED = {
    "exponential": (lambda luck, n: luck.exponential(1.0, n), 1.0),
    "log-normal": (lambda luck, n: luck.lognormal(0.0, 0.5, n), np.exp(0.125)),
    "one run in ten fails": (lambda luck, n: luck.normal(0, 1, n) - 3 * (luck.random(n) < 0.1), -0.3),
}


@pytest.mark.parametrize("n", SEEDS)
@pytest.mark.parametrize("kind", SKEWED)
def test_of_skewed_effects(kind, n):
    draw, truth = SKEWED[kind]
    assert 0.91 <= share(t_interval, draw, n, truth) <= 0.97


def test_ten_seeds_would_be_too_few_where_effects_are_skewed():
    draw, truth = SKEWED["exponential"]
    assert share(t_interval, draw, 10, truth) < 0.91


@pytest.fixture(scope="module")
def effects():
    """What claims compare, over 240 seeds each: early stopping (D2a), weight decay (E2), the loss kept by stopping."""
    noisy = digits(100, validation=100, test=400, noise=0.2)
    how = dict(seeds=range(5000, 5240), epochs=100, record_every=10, width=32)
    stopped = fit(network, noisy, Adam(0.01), patience=[None, 2], **how).isel(epoch=-1)
    decayed = fit(network, noisy, Adam(0.01, weight_decay=[0.0, 0.03]), **how).isel(epoch=-1)
    gain, saved = (stopped[name].diff("patience").values[0] for name in ("test_accuracy", "test_loss"))
    return {"stopping": gain, "decay": decayed.test_accuracy.diff("weight_decay").values[0], "loss saved": -saved}


@pytest.mark.parametrize("n", SEEDS)
@pytest.mark.parametrize("kind", ("stopping", "decay", "loss saved"))
def test_of_effects_resampled_from_real_runs(effects, kind, n):
    d = effects[kind]
    assert len(set(d)) > 20

    def draw(luck, n):
        return luck.choice(d, n)

    assert 0.93 <= share(t_interval, draw, n, d.mean()) <= 0.97


def test_an_interval_that_is_too_narrow_is_found_out():
    def narrow(d):
        return t_interval(d, level=0.90)

    assert share(narrow, lambda luck, n: luck.normal(0, 1, n), 20, 0.0) < 0.93


@pytest.mark.slow
@pytest.mark.parametrize("kind", SKEWED)
def test_the_bootstrap_of_skewed_effects(kind):
    draw, truth = SKEWED[kind]

    def interval(d):
        return bootstrap_interval(d, resamples=999)

    assert 0.91 <= share(interval, draw, 40, truth, experiments=1000) <= 0.97
