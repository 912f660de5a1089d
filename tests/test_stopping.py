"""Stopping: the best epoch so far, and patience."""

import torch

from tricks.stopping import Best


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
