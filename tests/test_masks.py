"""Masks: all of them, how likely they are, and what the subnetworks they cut out answer."""

import itertools

import pytest
import torch
from torch import nn

from tricks.masks import all_masks, chances, subnetworks


def test_all_masks_are_all_and_each_once():
    masks = all_masks(5)
    assert {tuple(m) for m in masks.tolist()} == set(itertools.product([0.0, 1.0], repeat=5))
    assert masks.shape == (32, 5)


def test_mask_k_keeps_the_units_whose_bits_are_set_in_k():
    assert all_masks(5)[19].tolist() == [1, 1, 0, 0, 1]  # 19 = 1 + 2 + 16


@pytest.mark.parametrize("units", [0, 21, 2.0, True])
def test_too_few_or_too_many_units_are_refused_in_one_line(units):
    with pytest.raises(ValueError, match=r"^all_masks: units=.*from 1 to 20$"):
        all_masks(units)


@pytest.mark.parametrize("p", [0.2, 0.5])
def test_chances_are_those_of_independent_coins(p):
    masks = all_masks(6, torch.float64)
    coins = (masks * (1 - p) + (1 - masks) * p).prod(dim=1)
    torch.testing.assert_close(chances(masks, p), coins)
    torch.testing.assert_close(chances(masks, p) @ masks, torch.full((6,), 1 - p, dtype=torch.float64))


def test_a_subnetwork_is_the_net_without_the_dropped_units():
    torch.manual_seed(0)
    first, top, x = nn.Linear(3, 4).double(), nn.Linear(4, 2).double(), torch.randn(7, 3).double()
    masks = all_masks(4, torch.float64)
    a = first(x).relu()
    for mask, found in zip(masks, subnetworks(masks, a, top.weight, top.bias), strict=True):
        kept = mask.bool()
        torch.testing.assert_close(found, a[:, kept] @ top.weight[:, kept].T + top.bias)


def test_leading_axes_are_networks():
    torch.manual_seed(0)
    masks = all_masks(3)
    a, W, c = torch.randn(2, 5, 7, 3), torch.randn(2, 5, 4, 3), torch.randn(2, 5, 4)
    together = subnetworks(masks, a, W, c)
    assert together.shape == (2, 5, 8, 7, 4)
    torch.testing.assert_close(together[1, 3], subnetworks(masks, a[1, 3], W[1, 3], c[1, 3]))


def test_dropout_of_torch_draws_subnetworks_with_these_chances():
    torch.manual_seed(0)
    p, a, top = 0.3, torch.randn(1, 3).expand(40_000, 3), nn.Linear(3, 1)
    with torch.no_grad():
        drawn = top(nn.functional.dropout(a, p))
        masks = all_masks(3)
        known = subnetworks(masks / (1 - p), a[:1], top.weight, top.bias).flatten()
    share = ((drawn - known).abs() < 1e-5).float().mean(dim=0)
    torch.testing.assert_close(share, chances(masks, p), atol=0.01, rtol=0)


def test_the_mean_over_all_masks_is_the_scaled_net():
    torch.manual_seed(0)
    masks, p = all_masks(8, torch.float64), 0.4
    a, W, c = torch.randn(5, 8).double(), torch.randn(3, 8).double(), torch.randn(3).double()
    mean = torch.einsum("k,kbc->bc", chances(masks, p), subnetworks(masks / (1 - p), a, W, c))
    torch.testing.assert_close(mean, a @ W.T + c)
