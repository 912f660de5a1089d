"""Stopping: the best epoch so far, patience, and Prechelt's criteria."""

import numpy as np
import pytest
import torch
import xarray as xr

from tricks.stopping import GL, PQ, UP, Best, restored


def seen(*epochs):
    """The best after some records, each a loss for two runs; `number` is what was true."""
    best = Best.none_yet(2)
    for epoch, losses in enumerate(epochs, start=1):
        now = {"number": torch.tensor([10.0, 20.0]) + epoch}
        best = best.after(epoch, torch.tensor(losses, dtype=torch.float64), now)
    return best


def test_each_run_has_its_own_best_epoch_and_what_was_true_then():
    best = seen([3.0, 1.0], [2.0, 2.0], [2.5, 0.5])
    assert best.epoch.tolist() == [2, 3] and best.loss.tolist() == [2.0, 0.5]
    assert best.kept["number"].tolist() == [12.0, 23.0]


def test_an_equal_loss_is_no_better_and_nan_never_is():
    best = seen([3.0, 1.0], [3.0, float("nan")])
    assert best.epoch.tolist() == [1, 1] and best.loss.tolist() == [3.0, 1.0]


def test_patience_is_spent_after_so_many_epochs_without_a_lower_loss():
    best = seen([3.0, 1.0], [2.0, 2.0])
    assert best.spent(3, torch.tensor([2.0, 2.0])).tolist() == [False, True]
    assert best.spent(100, torch.tensor([98.0, torch.inf])).tolist() == [True, False]


def test_of_a_vector_each_run_keeps_its_own_and_what_is_not_known_takes_nothing_away():
    best = Best.none_yet(2)
    for epoch, losses in ((1, [3.0, 1.0]), (2, [2.0, 2.0])):
        now = {"layers": torch.arange(6.0).reshape(2, 3) + 10 * epoch}
        best = best.after(epoch, torch.tensor(losses, dtype=torch.float64), now)
    expected = [[20.0, 21.0, 22.0], [13.0, 14.0, 15.0]]
    assert best.kept["layers"].tolist() == expected
    best = best.after(3, torch.zeros(2, dtype=torch.float64), {"layers": torch.full((2,), torch.nan)})
    assert best.kept["layers"].tolist() == expected


def curve(*losses):
    """Recorded losses: (epochs,) or (runs, epochs)."""
    losses = np.array(losses, dtype=float)
    dims = ("seed", "epoch")[-losses.ndim :]
    return xr.DataArray(losses, dims=dims, coords={"epoch": 10 * np.arange(1, losses.shape[-1] + 1)})


# By hand. Lowest so far: 5 4 4 4 3 3 3 3, so that GL is 0 0 2.5 10 0 10 20 0 %.
WAVY = curve(5.0, 4.0, 4.1, 4.4, 3.0, 3.3, 3.6, 2.9)
# Strips of two: means 3.5 1.5 1.05, minima 3 1 1, so that P is 166.7 500 50 at their ends, then 0.
FALLING = curve(4.0, 3.0, 2.0, 1.0, 1.1, 1.0, 1.0, 1.0)


@pytest.mark.parametrize("alpha, stop", [(2, 30), (2.6, 40), (9, 40), (11, 70), (21, 80)])
def test_gl_stops_at_the_first_loss_far_above_the_lowest(alpha, stop):
    assert GL(WAVY, alpha) == stop


@pytest.mark.parametrize("alpha, stop", [(0.01, 40), (0.019, 40), (0.021, 60), (0.19, 60), (0.21, 80)])
def test_pq_stops_at_the_end_of_a_strip_once_more_is_lost_than_gained(alpha, stop):
    assert PQ(FALLING, WAVY, alpha, strip=2) == stop  # GL/P at the ends: 0, 0.02, 0.2, 0/0


@pytest.mark.parametrize("s, strip, stop", [(1, 1, 30), (2, 1, 40), (3, 1, 80), (1, 2, 40), (2, 2, 80), (9, 2, 80)])
def test_up_stops_after_rises_one_after_another(s, strip, stop):
    assert UP(WAVY, s, strip=strip) == stop  # every second: 4.0, 4.4, 3.3, 2.9


# GL is 0, 50, 100 % here, and exactly so; P is 250 at the end of the one strip.
@pytest.mark.parametrize("alpha, stop", [(49.8, 20), (50, 30), (50.2, 30)])
def test_gl_counts_per_cent_and_must_be_exceeded(alpha, stop):
    assert GL(curve(1.0, 1.5, 2.0), alpha) == stop


@pytest.mark.parametrize("alpha, stop", [(0.2498, 20), (0.25, 30), (0.2502, 30)])
def test_pq_counts_per_mille_and_must_be_exceeded(alpha, stop):
    assert PQ(curve(1.5, 1.0, 1.0), curve(1.0, 1.625, 1.0), alpha, strip=2) == stop


def test_a_curve_of_one_record_or_of_one_strip_is_long_enough():
    assert GL(curve(1.0), 5) == 10
    assert PQ(FALLING, WAVY, 5, strip=8) == UP(WAVY, 1, strip=8) == 80


def test_a_strip_has_five_records_unless_told():
    ends = curve(*(2.0, 2.0, 2.0, 2.0, 1.0), *(9.0, 9.0, 9.0, 9.0, 1.1), *(9.0, 9.0, 9.0, 9.0, 1.0))
    assert UP(ends, 1) == 100


def test_an_equal_loss_is_no_rise():
    assert UP(curve(1.0, 1.0, 1.0), 1, strip=1) == 30


def test_what_is_restored_is_the_lowest_until_the_stop():
    assert [restored(WAVY, WAVY.epoch[i]).item() for i in (0, 3, 6, 7)] == [10, 20, 50, 80]


CRITERIA = {
    "GL": lambda t, v: GL(v, 60),
    "PQ": lambda t, v: PQ(t, v, 0.2),
    "UP": lambda t, v: UP(v, 2),
    "restored": lambda t, v: restored(v, GL(v, 60)),
}


def noise(seed):
    """Training and validation losses of 30 runs, (30, 60) each."""
    return [curve(*losses) for losses in np.random.default_rng(seed).uniform(1, 2, (2, 30, 60))]


@pytest.mark.parametrize("criterion", CRITERIA.values(), ids=CRITERIA)
def test_many_runs_stop_where_each_would_alone(criterion):
    train, validation = noise(0)
    together = criterion(train, validation)
    alone = [criterion(t, v).item() for t, v in zip(train, validation, strict=True)]
    assert together.dims == ("seed",) and together.values.tolist() == alone and len(set(alone)) > 3


def by_definition(train, validation, k):
    """What the paper defines, epoch by epoch, as a loop: t, GL(t) and, once there is a strip, P_k(t)."""
    for t in range(1, len(train) + 1):
        strip = train[max(t - k, 0) : t]
        yield t, 100 * (validation[t - 1] / min(validation[:t]) - 1), 1000 * (sum(strip) / (k * min(strip)) - 1)


def test_gl_and_pq_are_what_the_paper_defines():
    train, validation = noise(1)
    gl, pq = (CRITERIA[name](train, validation).values for name in ("GL", "PQ"))
    for run in range(30):
        seen = list(by_definition(train[run].values.tolist(), validation[run].values.tolist(), 5))
        assert gl[run] == 10 * next((t for t, lost, _ in seen if lost > 60), 60)
        assert pq[run] == 10 * next((t for t, lost, gained in seen if t % 5 == 0 and lost / gained > 0.2), 60)


def faulty(validation, s, strip):
    """A likely mistake: rises are counted, but not in a row."""
    ends = validation[strip - 1 :: strip]
    rises = np.cumsum(np.diff(ends) > 0)
    return strip * (int(np.argmax(rises >= s)) + 2) if rises[-1] >= s else len(validation)


def test_the_examples_tell_up_from_a_likely_mistake():
    assert 10 * faulty(WAVY.values, 3, 1) != UP(WAVY, 3, strip=1)


@pytest.mark.parametrize(
    "call, culprit",
    [
        (lambda: GL([1.0, 2.0], 5), "validation must be a DataArray"),
        (lambda: GL(WAVY.rename(epoch="step"), 5), "validation must be a DataArray along `epoch`"),
        (lambda: GL(WAVY.where(WAVY < 5), 5), "validation holds NaN"),
        (lambda: GL(WAVY, 0), "alpha=0 must be above 0"),
        (lambda: PQ(FALLING[:4], WAVY, 1, strip=2), "train and validation must be recorded after the same epochs"),
        (lambda: PQ(FALLING, WAVY, 1, strip=9), "train has 8 records, fewer than a strip of 9"),
        (lambda: UP(WAVY, 0), "s=0 must be a whole number"),
        (lambda: UP(WAVY, 1, strip=2.5), "strip=2.5 must be a whole number"),
    ],
)
def test_bad_input_is_named(call, culprit):
    with pytest.raises(ValueError, match=culprit):
        call()
