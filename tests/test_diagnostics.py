"""Diagnostics: what passes through a network, against gradients worked out by hand."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from tricks.diagnostics import bottom_over_top, gradient_norms, linears, measured_factors, signals, spread


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
