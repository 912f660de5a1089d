"""Activations: every formula against torch, every slope against autograd."""

import pytest
import torch

from tricks.activations import ACTIVATIONS, leaky_relu

NAMES = pytest.mark.parametrize("name", ACTIVATIONS)
NEAR = torch.linspace(-12, 12, 4801, dtype=torch.float64)
FAR = torch.tensor([-1e308, -1e4, -750.0, -40.0, -1e-300, 0.0, 1e-300, 40.0, 750.0, 1e4, 1e308], dtype=torch.float64)


def agree(found, expected):
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-15)


def autograd_slope(function, z):
    z = z.clone().requires_grad_(True)
    return torch.autograd.grad(function(z).sum(), z)[0]


@NAMES
@pytest.mark.parametrize("z", [NEAR, FAR], ids=["near", "far"])
def test_formula_equals_torchs_module(name, z):
    agree(ACTIVATIONS[name].formula(z), ACTIVATIONS[name].module()(z))


@NAMES
@pytest.mark.parametrize("z", [NEAR, FAR], ids=["near", "far"])
def test_slope_equals_what_autograd_finds_in_torchs_module(name, z):
    agree(ACTIVATIONS[name].slope(z), autograd_slope(ACTIVATIONS[name].module(), z))


@NAMES
def test_slope_equals_what_autograd_finds_in_the_formula(name):
    z = NEAR[NEAR != 0]  # where the formula has a kink, autograd may choose
    agree(ACTIVATIONS[name].slope(z), autograd_slope(ACTIVATIONS[name].formula, z))


@NAMES
def test_float32_stays_float32_and_finite(name):
    z = torch.tensor([-1e30, -100.0, 0.0, 100.0, 1e30])
    for function in (ACTIVATIONS[name].formula, ACTIVATIONS[name].slope):
        assert function(z).dtype == torch.float32 and function(z).isfinite().all()


def test_the_greatest_slopes_are_those_of_the_textbook():
    greatest = {name: ACTIVATIONS[name].slope(NEAR).max().item() for name in ("sigmoid", "tanh", "relu")}
    assert greatest == pytest.approx({"sigmoid": 0.25, "tanh": 1.0, "relu": 1.0}, abs=1e-12)


def test_relu_has_slope_zero_at_zero():
    assert ACTIVATIONS["relu"].slope(torch.zeros(1)) == 0


@pytest.mark.parametrize("slope", [0.0, 0.2, 1.0])
def test_leaky_relu_takes_any_slope(slope):
    agree(leaky_relu(NEAR, slope), torch.nn.functional.leaky_relu(NEAR, slope))


@pytest.mark.parametrize("fault", [lambda z: (z >= 0).to(z.dtype), lambda z: -(z > 0).to(z.dtype)])
def test_the_comparison_sees_a_wrong_slope(fault):
    with pytest.raises(AssertionError):
        agree(fault(FAR), autograd_slope(torch.nn.ReLU(), FAR))
