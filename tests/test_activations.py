"""Activations: every formula against torch, every slope against autograd."""

import pytest
import torch

from tricks.activations import ACTIVATIONS, Maxout, leaky_relu

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


def test_the_kink_of_leaky_relu_belongs_to_the_left_as_torchs_does():
    zero = torch.zeros(1, dtype=torch.float64)
    assert autograd_slope(lambda z: leaky_relu(z, 0.2), zero) == 0.2
    assert autograd_slope(torch.nn.LeakyReLU(0.2), zero) == 0.2


@pytest.mark.parametrize("shape", [(12,), (5, 12), (2, 3, 12)])
@pytest.mark.parametrize("pieces", [1, 2, 3, 12])
def test_maxout_takes_the_largest_of_neighbours(shape, pieces):
    z = torch.randn(*shape, generator=torch.Generator().manual_seed(0))
    groups = [z[..., i : i + pieces] for i in range(0, 12, pieces)]
    expected = torch.stack([torch.tensor([max(row) for row in g.reshape(-1, pieces).tolist()]) for g in groups], dim=-1)
    assert torch.equal(Maxout(pieces)(z), expected.reshape(*shape[:-1], -1))


def test_maxout_has_two_pieces_unless_told_and_says_how_many():
    assert torch.equal(Maxout()(torch.tensor([1.0, 2.0, 4.0, 3.0])), torch.tensor([2.0, 4.0]))
    assert str(Maxout(3)) == "Maxout(pieces=3)"
