"""One step: the loss and its gradient, the penalty and the clipping, against torch's own."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from tricks.steps import clip, losses, penalise, right, slopes, whole


def log_softmax(logits):
    return F.log_softmax(whole(logits), dim=2)


@pytest.fixture
def answers():
    draw = torch.Generator().manual_seed(0)
    return torch.randn(4, 9, 5, dtype=torch.float64, generator=draw) * 30, torch.randint(5, (4, 9), generator=draw)


def test_losses_and_right_answers_are_each_runs_own(answers):
    logits, y = answers
    for run in range(4):
        expected = F.cross_entropy(logits[run], y[run], reduction="none")
        torch.testing.assert_close(losses(log_softmax(logits), y)[run], expected, rtol=1e-13, atol=1e-13)
        assert torch.equal(right(whole(logits), y)[run], logits[run].argmax(1) == y[run])


def test_the_slope_of_the_loss_is_what_autograd_says(answers):
    logits, y = answers
    logits.requires_grad_(True)
    loss = sum(F.cross_entropy(logits[run], y[run]) for run in range(4))
    (expected,) = torch.autograd.grad(loss, logits)
    found = slopes(log_softmax(logits.detach()), y)
    torch.testing.assert_close(found[..., :5], expected, rtol=1e-12, atol=1e-15)
    assert not found[..., 5:].any()


@pytest.mark.parametrize("value", [0.0, -3.0])
def test_among_equal_answers_the_first_counts(value):
    assert right(torch.full((1, 3, 10), value), torch.tensor([[0, 1, 9]])).tolist() == [[True, False, False]]


@pytest.mark.parametrize("size", [0.0, 1e-3, 1.0, 1e3])
def test_clipping_one_gradient_is_torchs(size):
    gradients = size * torch.randn(3, 50, dtype=torch.float64)
    before = gradients.clone()
    clip(gradients, 2.0)
    for run, found in enumerate(gradients):
        parameter = nn.Parameter(torch.zeros(50, dtype=torch.float64))
        parameter.grad = before[run].clone()
        nn.utils.clip_grad_norm_([parameter], 2.0)
        torch.testing.assert_close(found, parameter.grad, rtol=1e-13, atol=0)


def test_the_penalty_pulls_weights_towards_zero_and_leaves_biases_and_zeros_alone():
    gradients, weights = torch.zeros(1, 4), torch.tensor([1.0, 1.0, 1.0, 0.0])
    penalise(gradients, torch.tensor([[3.0, -0.1, 0.0, 5.0]]), weights, 0.5)
    assert gradients.tolist() == [[0.5, -0.5, 0.0, 0.0]]
