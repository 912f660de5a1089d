"""Diagnostics: what passes through a network, against gradients worked out by hand."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
import xarray as xr
from scipy import stats
from torch import nn

from tricks import SGD, digits, fit
from tricks.diagnostics import bottom_over_top, diagnose, gradient_norms, linears, measured_factors, signals, spread


def network(*hidden, dtype=torch.float64):
    torch.manual_seed(0)
    return nn.Sequential(*hidden, nn.Linear(4, 3)).to(dtype)


def two_hidden():
    return network(nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 4), nn.ReLU())


X = torch.randn(6, 5, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
Y = torch.tensor([0, 1, 2, 0, 1, 2])


def test_signals_are_those_of_backpropagation_by_hand():
    model = two_hidden()
    W1, W2, W3 = (layer.weight for layer in linears(model))
    b1, b2, b3 = (layer.bias for layer in linears(model))
    with torch.no_grad():
        z1 = X @ W1.T + b1
        a1 = torch.tanh(z1)
        z2 = a1 @ W2.T + b2
        a2 = torch.relu(z2)
        d3 = (torch.softmax(a2 @ W3.T + b3, dim=1) - F.one_hot(Y, 3)) / 6
        d2 = (d3 @ W3) * (z2 > 0)
        d1 = (d2 @ W2) * (1 - a1**2)
        norms = [(d.T @ a).norm().item() for d, a in ((d1, X), (d2, a1), (d3, a2))]
    found = signals(model, X, Y)
    for ours, expected in zip([*found.before, *found.after, *found.deltas], [z1, z2, a1, a2, d1, d2], strict=True):
        torch.testing.assert_close(ours, expected, rtol=1e-12, atol=1e-15)
    assert found.gradients == pytest.approx(norms, rel=1e-12)
    assert gradient_norms(model, X, Y) == pytest.approx(norms, rel=1e-12)
    assert bottom_over_top(model, X, Y) == pytest.approx(norms[0] / norms[2], rel=1e-12)


def test_spread_is_what_is_left_when_the_mean_over_examples_is_taken_away():
    z = torch.tensor([[1.0, 10.0], [3.0, 10.0]])
    assert spread(z) == pytest.approx(np.sqrt((1 + 0) / 2))
    assert spread(torch.ones(5, 3)) == 0


def test_measured_factors_are_ratios_of_neighbours():
    found = signals(network(nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4), nn.ReLU()), X, Y)
    forward, backward = measured_factors(found)
    assert forward == pytest.approx([spread(found.before[i + 1]) / spread(found.before[i]) for i in range(2)])
    assert backward == pytest.approx([(found.deltas[i].norm() / found.deltas[i + 1].norm()).item() for i in range(2)])
    assert found.spreads == pytest.approx([spread(z) for z in found.before])


def test_looking_leaves_no_gradient_behind_and_nothing_attached():
    model = two_hidden()
    found = signals(model, X, Y)
    gradient_norms(model, X, Y)
    assert all(p.grad is None for p in model.parameters())
    assert not any(t.requires_grad for t in [*found.before, *found.after, *found.deltas])


def test_layers_without_an_activation_pass_on_what_they_get():
    found = signals(network(nn.Linear(5, 4), nn.Linear(4, 4)), X, Y)
    assert all(torch.equal(z, a) for z, a in zip(found.before, found.after, strict=True))


def test_nested_networks_and_layers_before_the_first_linear_one_are_seen_through():
    flat = signals(two_hidden(), X, Y)
    model = two_hidden()
    nested = signals(nn.Sequential(nn.Identity(), nn.Sequential(*model[:2]), nn.Sequential(*model[2:])), X, Y)
    assert np.array_equal(flat.gradients, nested.gradients)
    assert all(torch.equal(a, b) for a, b in zip(flat.after, nested.after, strict=True))


def test_a_network_without_a_hidden_layer_is_refused_in_one_line():
    with pytest.raises(ValueError, match="no hidden layer"):
        signals(nn.Sequential(nn.Linear(5, 3)).double(), X, Y)


def test_a_wrong_slope_would_be_seen(monkeypatch):
    right = signals(two_hidden(), X, Y).gradients[0]
    monkeypatch.setattr(nn.ReLU, "forward", lambda self, z: F.leaky_relu(z, 0.01))
    assert signals(two_hidden(), X, Y).gradients[0] != pytest.approx(right, rel=1e-6)


# diagnose: the training score first, the gap second


def table(train, validation, dims=("seed",), **coordinates):
    """Runs as `fit` returns them, with these accuracies in the last of two epochs and others in the first."""
    scores = {"train_accuracy": np.array(train), "validation_accuracy": np.array(validation)}
    scores = {name: ([*dims, "epoch"], np.stack([1 - s, s], axis=-1)) for name, s in scores.items()}
    return xr.Dataset(scores, {**coordinates, "epoch": [10, 20]})


def patient(train, gap, spread=0.01, n=20):
    """Runs whose scores have exactly these means, and this standard deviation over seeds."""
    z = stats.zscore(np.arange(n, dtype=float), ddof=1) * spread
    return table(train + z, train + z - (gap + z[::-1]))


@pytest.mark.parametrize(
    "train, gap, verdict",
    [
        (0.1, 0.0, "underfit"),
        (0.5, 0.3, "underfit"),  # the first gate stands before the second
        (0.99, 0.3, "overfit"),
        (0.99, 0.02, "fine"),
        (0.99, -0.02, "fine"),
        (0.901, 0.3, "undecided"),
        (0.99, 0.099, "undecided"),
    ],
)
def test_four_verdicts(train, gap, verdict):
    assert diagnose(patient(train, gap)).verdict == verdict


def test_the_numbers_are_students_intervals_of_the_last_epoch():
    runs = patient(0.8, 0.05)
    found = diagnose(runs, level=0.9)
    train, gap = runs.train_accuracy[:, -1].values, (runs.train_accuracy - runs.validation_accuracy)[:, -1].values
    for ours, d in ((found.train, train), (found.gap, gap)):
        expected = stats.t.interval(0.9, len(d) - 1, d.mean(), stats.sem(d))
        assert (ours.low, ours.high) == pytest.approx(expected, rel=1e-12)
        assert (ours.estimate, ours.n) == (pytest.approx(d.mean()), 20)
    assert diagnose(runs.isel(epoch=-1), level=0.9) == found


def test_the_interval_decides_not_the_mean():
    """The threshold lies just outside the interval or just inside: its half-width is t·s/√n."""
    half = stats.t.ppf(0.975, 19) * 0.01 / np.sqrt(20)
    for way in (0.99, 1.01):
        decided = "overfit" if way > 1 else "undecided"
        assert diagnose(patient(0.9 + way * half, 0.5)).verdict == decided
        assert diagnose(patient(0.99, 0.1 + way * half)).verdict == decided
    assert diagnose(patient(0.9 - 1.01 * half, 0.5)).verdict == "underfit"
    assert diagnose(patient(0.99, 0.1 - 1.01 * half)).verdict == "fine"


def test_thresholds_are_the_readers():
    runs = patient(0.85, 0.08)
    assert diagnose(runs).verdict == "underfit"
    assert diagnose(runs, fits=0.75).verdict == "fine"
    assert diagnose(runs, fits=0.75, gap=0.05).verdict == "overfit"
    assert diagnose(patient(0.85, 0.08, n=4), fits=0.75).verdict == "undecided"
    assert diagnose(patient(0.85, 0.08, n=4), fits=0.75, least=4).verdict == "fine"


def test_equal_scores_have_an_interval_of_no_length():
    assert diagnose(table([1.0] * 6, [0.7] * 6)).verdict == "overfit"


def test_diverged_runs_count_as_nothing_learned():
    runs = patient(0.99, 0.02)
    runs.train_accuracy[:15], runs.validation_accuracy[:15] = np.nan, np.nan
    found = diagnose(runs)
    assert found.verdict == "underfit" and found.train.estimate == pytest.approx(0.25, abs=0.01)


def test_every_setting_of_a_sweep_is_diagnosed_by_name():
    train = np.array([[[0.1] * 5, [0.95] * 5], [[0.99] * 5, [1.0] * 5]])
    gap = np.array([0.0, 0.02, 0.3, 0.3]).reshape(2, 2, 1)
    found = diagnose(table(train, train - gap, ("lr", "width", "seed"), lr=[0.01, 0.1], width=[16, 64]))
    verdicts = {name: one.verdict for name, one in found.items()}
    assert verdicts == {
        "lr=0.01, width=16": "underfit",
        "lr=0.01, width=64": "fine",
        "lr=0.1, width=16": "overfit",
        "lr=0.1, width=64": "overfit",
    }
    lines = repr(found).splitlines()
    assert lines[0] == (
        "lr=0.01, width=16: underfit: training accuracy 0.10 [0.10, 0.10], gap to validation 0.00 [0.00, 0.00]; 5 seeds"
    )
    assert len(lines) == 4


def test_what_fit_returns_can_be_diagnosed():
    def small(width=8):
        return nn.Sequential(nn.Linear(64, width), nn.ReLU(), nn.Linear(width, 10))

    runs = fit(small, digits(train=30, validation=50, test=0, noise=0.4), SGD([0.0, 0.5]), seeds=range(5), epochs=200)
    found = diagnose(runs)
    assert found["lr=0.0"].verdict == "underfit" and found["lr=0.5"].verdict == "overfit"
    assert found["lr=0.5"].train.estimate == pytest.approx(float(runs.train_accuracy[1, :, -1].mean()))


@pytest.mark.parametrize(
    "runs, settings, error, words",
    [
        ([0.9, 0.8], {}, TypeError, "must be the Dataset"),
        (patient(0.9, 0.1).drop_vars("validation_accuracy"), {}, ValueError, "no validation_accuracy"),
        (patient(0.9, 0.1).isel(seed=[0]), {}, ValueError, "one seed"),
        (patient(0.9, 0.1).isel(seed=0), {}, ValueError, "one seed"),
        (patient(0.9, 0.1), {"fits": 90}, ValueError, "fits=90 must lie between"),
        (patient(0.9, 0.1), {"gap": 0}, ValueError, "gap=0 must lie between"),
        (patient(0.9, 0.1), {"level": 95}, ValueError, "level=95 must lie between"),
    ],
)
def test_bad_input_is_refused_in_one_line(runs, settings, error, words):
    with pytest.raises(error, match=words) as refused:
        diagnose(runs, **settings)
    assert "\n" not in str(refused.value)


def test_gates_in_the_wrong_order_would_be_seen(monkeypatch):
    """A diagnosis by the gap alone calls a network overfitted that cannot even fit."""
    monkeypatch.setattr("tricks.diagnostics._gates", lambda *scores: "overfit" if scores[1].low > 0.1 else "fine")
    assert diagnose(patient(0.5, 0.3)).verdict != "underfit"
