"""Initialisers: spreads as declared, and the factors per layer against closed forms and simulation."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from tricks.activations import ACTIVATIONS
from tricks.diagnostics import measured_factors, signals
from tricks.initializers import INITIALIZERS, factors, he, initialise, lecun, xavier

VARIANCE = {
    "torch default": lambda fan_in, fan_out: 1 / (3 * fan_in),
    "xavier": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "lecun": lambda fan_in, fan_out: 1 / fan_in,
    "he": lambda fan_in, fan_out: 2 / fan_in,
}


@pytest.mark.parametrize("name", INITIALIZERS)
@pytest.mark.parametrize("shape", [(300, 500), (500, 300)])
@pytest.mark.parametrize("gain", [1.0, 3.0])
def test_weights_have_mean_zero_and_the_variance_declared(name, shape, gain):
    torch.manual_seed(0)
    weight = INITIALIZERS[name](torch.empty(shape, dtype=torch.float64), gain)
    expected = gain**2 * VARIANCE[name](shape[1], shape[0])
    # Standard errors are 0.26 % of the spread and 0.37 % of the variance: four of them are allowed.
    assert abs(weight.mean()) < 0.0104 * math.sqrt(expected)
    assert weight.var().item() == pytest.approx(expected, rel=0.015)


def test_torch_default_draws_the_same_numbers_as_nn_linear():
    torch.manual_seed(3)
    stock = nn.Linear(50, 30).weight
    torch.manual_seed(3)
    assert torch.allclose(INITIALIZERS["torch default"](torch.empty(30, 50)), stock, rtol=1e-6, atol=0)


@pytest.mark.parametrize("rule, stock", [(xavier, nn.init.xavier_normal_), (he, nn.init.kaiming_normal_)])
def test_rules_draw_the_same_numbers_as_torchs_own(rule, stock):
    ours, theirs = (draw(torch.empty(40, 30)) for draw in map(seeded, (rule, stock)))
    assert torch.allclose(ours, theirs, rtol=1e-6, atol=0)


def seeded(function):
    def run(weight):
        torch.manual_seed(9)
        return function(weight)

    return run


@pytest.mark.parametrize("rule", INITIALIZERS.values(), ids=INITIALIZERS)
def test_a_parameter_is_filled_without_a_trace_for_autograd_and_with_gain_1_unless_told(rule):
    weight = seeded(rule)(nn.Parameter(torch.empty(40, 30)))
    assert weight.requires_grad and weight.grad_fn is None
    assert torch.equal(weight, seeded(lambda w: rule(w, 1.0))(torch.empty(40, 30)))


def test_initialise_follows_xavier_with_gain_1_unless_told():
    layer = nn.Linear(30, 40)
    assert torch.equal(seeded(initialise)(layer).weight, seeded(xavier)(torch.empty(40, 30)))


def test_initialise_fills_every_linear_layer_and_clears_the_biases():
    model = nn.Sequential(nn.Linear(9, 8), nn.Sequential(nn.ReLU(), nn.Linear(8, 7)), nn.Linear(7, 6, bias=False))
    assert initialise(model, lambda weight, gain: weight.data.fill_(gain), gain=5.0) is model
    for name, values in model.named_parameters():
        assert (values == (5.0 if "weight" in name else 0.0)).all()


def relu_pairs(variance, depth, size):
    """Forward factors by the arc-cosine kernel of order one (Cho and Saul 2009)."""
    q, c, factor = variance * size, 0.0, []
    for _ in range(depth - 1):
        angle = math.acos(min(c / q, 1))
        q_next = variance * q / 2
        c_next = variance * q / (2 * math.pi) * (math.sin(angle) + (math.pi - angle) * math.cos(angle))
        factor.append(math.sqrt((q_next - c_next) / (q - c)))
        q, c = q_next, c_next
    return factor


@pytest.mark.parametrize("variance, size", [(0.5, 1.0), (2.0, 0.3), (5.0, 2.0)])
def test_relu_follows_the_arc_cosine_kernel(variance, size):
    forward, backward = factors("relu", variance, 8, size)
    assert forward == pytest.approx(relu_pairs(variance, 8, size), rel=2e-5)
    assert backward == pytest.approx([math.sqrt(variance / 2)] * 7, rel=1e-12)


@pytest.mark.parametrize("variance", [0.3, 1.0, 4.0])
def test_a_linear_network_multiplies_by_the_root_of_the_variance_both_ways(variance):
    forward, backward = factors("linear", variance, 6)
    assert forward == pytest.approx([math.sqrt(variance)] * 5, rel=1e-10)
    assert backward == pytest.approx([math.sqrt(variance)] * 5, rel=1e-10)


@pytest.mark.parametrize("variance, size", [(0.5, 1.0), (1.0, 1.0), (9.0, 0.2)])
def test_an_error_function_network_follows_the_arcsine_kernel(monkeypatch, variance, size):
    # Williams 1998: E[erf z · erf z̃] = 2/π · asin(2c / (1 + 2q)); slopes: E[erf′²] = 4/π / √(1 + 4q).
    rule = (torch.erf, lambda z: 2 / math.sqrt(math.pi) * torch.exp(-(z**2)), None)
    monkeypatch.setitem(ACTIVATIONS, "erf", rule)
    q, c, forward, backward = variance * size, 0.0, [], []
    for _ in range(5):
        backward.append(math.sqrt(variance * 4 / math.pi / math.sqrt(1 + 4 * q)))
        q_next, c_next = (variance * 2 / math.pi * math.asin(2 * x / (1 + 2 * q)) for x in (q, c))
        forward.append(math.sqrt((q_next - c_next) / (q - c)))
        q, c = q_next, c_next
    found = factors("erf", variance, 6, size)
    assert found.forward == pytest.approx(forward, rel=1e-8)
    assert found.backward == pytest.approx(backward, rel=1e-8)


def test_a_sigmoid_of_small_input_passes_a_quarter():
    # Beyond the first order σ′ ≈ ¼ − z²/16, so that the error is of the order of the variance.
    for found in factors("sigmoid", 1e-4, 5):
        assert found == pytest.approx([math.sqrt(1e-4) / 4] * 4, rel=1e-4)


def test_deep_networks_forget_all_differences_and_the_factors_stay_right():
    # After 20 layers two inputs differ by less than rounding: forward must become backward.
    forward, backward = factors("sigmoid", 1.0, 60)
    assert forward[15:] == pytest.approx(backward[15:], rel=1e-6)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "gelu", "silu", "leaky_relu"])
def test_a_wide_random_network_shows_the_factors_that_theory_expects(name):
    torch.manual_seed(1)
    width, depth, variance = 1500, 4, 1.5
    hidden = [layer for _ in range(depth) for layer in (nn.Linear(width, width), ACTIVATIONS[name].module())]
    model = initialise(nn.Sequential(*hidden, nn.Linear(width, 10)), lecun, gain=math.sqrt(variance))
    X = torch.randn(64, width)
    found = measured_factors(signals(model, X, torch.arange(64) % 10))
    expected = factors(name, variance, depth)
    assert found.forward == pytest.approx(expected.forward, rel=0.06)
    assert found.backward == pytest.approx(expected.backward, rel=0.06)


@pytest.mark.parametrize(
    "arguments, culprit",
    [(("Relu", 1.0, 3), "'Relu'"), (("relu", 0.0, 3), "variance=0.0"), (("relu", 1.0, 3, 0), "size=0")],
)
def test_what_theory_cannot_say_is_refused_in_one_line(arguments, culprit):
    with pytest.raises(ValueError, match=culprit):
        factors(*arguments)


def test_one_hidden_layer_has_no_factor():
    assert [np.shape(f) for f in factors("relu", 2.0, 1)] == [(0,), (0,)]
