"""Statistics: intervals against scipy and against the truth, counts, and what may be printed."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from tricks.statistics import Interval, bootstrap_interval, rounded, sign_count, t_interval


def sample(n=20, seed=0):
    return np.random.default_rng(seed).normal(0.3, 2.0, n)


@pytest.mark.parametrize("n", [2, 3, 20, 200])
@pytest.mark.parametrize("level", [0.5, 0.95, 1 - 0.05 / 12])
def test_the_t_interval_is_scipys(n, level):
    d = sample(n)
    expected = stats.ttest_1samp(d, 0).confidence_interval(level)
    found = t_interval(d, level)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-12)
    assert found.estimate == pytest.approx(d.mean()) and found.n == n


def test_the_default_level_is_95_per_cent():
    assert t_interval(sample()) == t_interval(sample(), 0.95) != t_interval(sample(), 0.9)


def test_95_per_cent_intervals_hold_the_truth_in_95_per_cent_of_experiments():
    # 2 000 experiments: the share has a standard deviation of 0.5 %; four of them are allowed.
    intervals = [t_interval(sample(10, seed)) for seed in range(2000)]
    assert np.mean([i.low < 0.3 < i.high for i in intervals]) == pytest.approx(0.95, abs=0.02)


def test_the_bootstrap_is_scipys_and_repeats_itself():
    d = np.exp(sample())
    expected = stats.bootstrap((d,), np.mean, rng=np.random.default_rng(0)).confidence_interval
    found = bootstrap_interval(d)
    assert (found.low, found.high) == (expected.low, expected.high)
    assert found == bootstrap_interval(d)


def test_the_bootstrap_leans_towards_the_long_tail():
    estimate, low, high, _ = bootstrap_interval(np.exp(sample()))
    assert high - estimate > estimate - low > 0


def test_intervals_of_a_data_array_are_plain_numbers():
    found = t_interval(xr.DataArray(sample(), dims="seed"))
    assert found == t_interval(sample())
    assert isinstance(found, Interval) and all(type(x) in (float, int) for x in found)


def test_equal_effects_leave_no_uncertainty():
    assert t_interval([0.5, 0.5, 0.5]) == (0.5, 0.5, 0.5, 3)


def test_the_sign_count_does_not_count_zero():
    assert sign_count([1.0, -2.0, 0.0, 1e-9]) == (2, 4)


@pytest.mark.parametrize(
    "effect, culprit",
    [
        ([0.5], "at least two seeds"),
        ([], "at least two seeds"),
        (0.5, "at least two seeds"),
        (np.zeros((3, 4)), "(3, 4)"),
        ([0.1, np.nan, np.inf], "2 of 3 seeds"),
    ],
)
@pytest.mark.parametrize("summary", [t_interval, bootstrap_interval, sign_count])
def test_what_is_not_one_finite_number_per_seed_is_refused(summary, effect, culprit):
    with pytest.raises(ValueError) as refusal:
        summary(effect)
    assert culprit in str(refusal.value) and "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "value, digits, text",
    [
        (1.234, 2, "1.23"),
        (-1.234, 1, "−1.2"),
        (-0.001, 2, "0.00"),
        (0.0, 1, "0.0"),
        (99.96, 1, "100.0"),
        (1234.4, 0, "1234"),
        (float("nan"), 2, "nan"),
        (float("-inf"), 2, "−inf"),
    ],
)
def test_numbers_are_rounded_and_minus_is_a_minus_sign(value, digits, text):
    assert rounded(value, digits) == text


@pytest.mark.parametrize("value", [0.1254, 0.1246, -0.1254, 0.125, 7.0546])
def test_while_freezing_a_number_near_an_edge_is_refused(monkeypatch, value):
    assert rounded(value)
    monkeypatch.setenv("TRICKS_FREEZE", "1")
    with pytest.raises(ValueError, match="rounding edge"):
        rounded(value)


@pytest.mark.parametrize("value", [0.1256, 0.1244, -0.12, 0.0, float("nan"), float("inf")])
def test_while_freezing_other_numbers_are_printed(monkeypatch, value):
    monkeypatch.setenv("TRICKS_FREEZE", "1")
    assert rounded(value)
