"""Factorials: shares against all orders of switching on, ends by hand, choices that never look at their own seed."""

import itertools

import numpy as np
import pytest
import torch
import xarray as xr
from torch import nn

from tricks import Adam, digits, fit
from tricks.factorials import SWITCHES, elsewhere, ends, shapley, switchboard

ABC = list("abc")
RATES = {place: [0.01, 0.1] for place in itertools.product((0, 1), (0, 1))}


def game(seed: int = 0) -> xr.DataArray:
    """Random values of three switches, for five seeds."""
    numbers = np.random.default_rng(seed).normal(size=(2, 2, 2, 5))
    return xr.DataArray(numbers, dims=[*ABC, "seed"], coords={name: [0, 1] for name in ABC})


def by_orders(value: xr.DataArray) -> dict:
    """The definition: the mean over all orders of what each switch adds in its turn."""
    share = dict.fromkeys(ABC, 0)
    for order in itertools.permutations(ABC):
        on = dict.fromkeys(ABC, 0)
        for switch in order:
            before = value.sel(on)
            on[switch] = 1
            share[switch] = share[switch] + (value.sel(on).values - before.values) / 6
    return share


def test_shares_are_the_mean_over_all_orders():
    found = shapley(game(), ABC)
    for switch, share in by_orders(game()).items():
        np.testing.assert_allclose(found.sel(switch=switch), share, atol=1e-12)


def test_shares_add_up_to_what_all_bring():
    value = game()
    joint = value.sel(a=1, b=1, c=1, drop=True) - value.sel(a=0, b=0, c=0, drop=True)
    xr.testing.assert_allclose(shapley(value, ABC).sum("switch"), joint)


def test_a_switch_without_a_wire_has_no_share_and_additive_ones_their_own():
    a, b, c = (xr.DataArray([0, 1], dims=[name], coords={name: [0, 1]}) for name in ABC)
    np.testing.assert_allclose(shapley(3 * a - 2 * b + 0 * c, ABC), [3, -2, 0], atol=1e-12)


def test_two_that_do_the_same_share_it():
    a, b, c = (xr.DataArray([0, 1], dims=[name], coords={name: [0, 1]}) for name in ABC)
    np.testing.assert_allclose(shapley(((a + b) > 0) * 6 + 0 * c, ABC), [3, 3, 0], atol=1e-12)


FAULTS = [game().isel(a=0, drop=True), game().isel(a=0), game().assign_coords(a=[1, 2])]


@pytest.mark.parametrize("value", FAULTS, ids=["one missing", "one chosen", "not 0 and 1"])
def test_shapley_says_what_is_wrong(value):
    with pytest.raises(ValueError, match="dimension a with the coordinates 0 and 1"):
        shapley(value, ABC)


def test_a_choice_elsewhere_never_looks_at_its_own_seed():
    score = xr.DataArray(np.eye(6), dims=["seed", "place"], coords={"seed": range(6)})
    found = elsewhere(score, pilots=2)  # row s: seeds s + 1 and s + 2, half each
    expected = (np.roll(np.eye(6), -1, 0) + np.roll(np.eye(6), -2, 0)) / 2
    np.testing.assert_array_equal(found, expected)
    assert found.seed.values.tolist() == list(range(6))
    assert (np.diag(found) == 0).all()
    with pytest.raises(ValueError, match="pilots=6"):
        elsewhere(score, pilots=6)


def runs():
    """Two runs of three epochs: the second diverges at once."""
    loss = [[2.0, 1.0, 3.0], [np.nan] * 3]
    right = [[0.1, 0.5, 0.4], [np.nan] * 3]
    variables = {"validation_loss": loss, "test_accuracy": right}
    axes = {"seed": [0, 1], "epoch": [1, 2, 3]}
    return xr.Dataset({name: (("seed", "epoch"), v) for name, v in variables.items()}, axes)


def test_ends_are_the_last_epoch_and_the_best():
    found = ends(runs())
    assert found.test_accuracy.sel(seed=0).values.tolist() == [0.4, 0.5]
    assert found.validation_loss.sel(seed=0).values.tolist() == [3.0, 1.0]
    assert found.test_accuracy.sel(seed=1).values.tolist() == [0, 0]
    assert np.isinf(found.validation_loss.sel(seed=1)).all()


def network(units=0, start=0, dropout=0.0):
    layers = nn.Linear(64, 8), nn.ReLU() if units else nn.Sigmoid(), nn.Dropout(dropout), nn.Linear(8, 10)
    model = nn.Sequential(*layers)
    for layer in (model[0], model[3]):
        layer.weight.data *= 1 + start
    return model


def test_the_board_holds_what_fit_finds_for_each_setting():
    data, how = digits(40, 20, 20), dict(seeds=range(2), epochs=3)
    board = switchboard(network, data, RATES, decay=0.1, p=0.5, **how)
    assert {name: board.sizes[name] for name in SWITCHES} == dict.fromkeys(SWITCHES, 2)
    setting = dict(units=1, start=1, dropout=0.5)
    alone = fit(network, data, Adam(0.1, weight_decay=0.1), **setting, **how)
    there = board.sel(units=1, start=1, adam=1, L2=1, dropout=1, stopping=0, lr=1)
    xr.testing.assert_equal(
        there.test_accuracy.drop_vars(there.coords.keys() - {"seed"}), alone.test_accuracy[:, -1].drop_vars("epoch")
    )
    plain = fit(network, data, Adam(0.01), **how).isel(epoch=-1, drop=True)
    there = board.sel(units=0, start=0, adam=1, L2=0, dropout=0, stopping=0, lr=0)
    torch.testing.assert_close(torch.tensor(there.train_loss.values), torch.tensor(plain.train_loss.values))


def test_the_board_says_what_is_wrong_with_the_rates():
    with pytest.raises(ValueError, match="a list for every"):
        switchboard(network, digits(40, 20, 20), {(0, 0): [0.1]}, seeds=[0], epochs=1)
    with pytest.raises(ValueError, match="same length"):
        switchboard(network, digits(40, 20, 20), RATES | {(1, 1): [0.1]}, seeds=[0], epochs=1)
