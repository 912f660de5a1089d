"""Records: the table that a sweep leaves, and its trained networks."""

import numpy as np
import pytest
import torch
from torch import nn

from tricks import SGD, digits, fit
from tricks.experiments import Born
from tricks.records import Models, Table
from tricks.stacks import form, row


def table(*writes):
    """A table of one axis, two seeds and the epochs 2 and 4, with some records written."""
    records = Table({"lr": [0.1, 0.5]}, [7, 8], [2, 4])
    for runs, epochs, results in writes:
        records.write(*zip(*runs, strict=True), epochs, results)
    return records.dataset({"data": "none"})


def test_records_written_in_any_order_find_their_place():
    places = [(0, 0), (0, 1), (1, 0), (1, 1)]
    found = table(
        ([(1, 1), (0, 0)], [4], {"loss": [114.0, 4.0]}),
        ([(0, 1), (1, 0)], [4], {"loss": [14.0, 104.0]}),
        (places, [2], {"loss": [2.0, 12.0, 102.0, 112.0]}),
    )
    for point, s in places:
        for epoch in (2, 4):
            assert found.loss.isel(lr=point, seed=s).sel(epoch=epoch) == 100 * point + 10 * s + epoch
    assert found.loss.dims == ("lr", "seed", "epoch") and found.seed.values.tolist() == [7, 8]
    assert found.attrs == {"data": "none"}


def test_a_record_may_stand_for_several_epochs_and_a_later_one_replaces_it():
    found = table(([(0, 0)], [2, 4], {"loss": [1.0]}), ([(0, 0)], [4], {"loss": [3.0]}))
    assert found.loss.isel(lr=0, seed=0).values.tolist() == [1, 3]


def test_what_was_never_written_is_nan():
    found = table(([(0, 0)], [2], {"loss": [1.0]}))
    assert int(found.loss.isnull().sum()) == 7


def test_vectors_of_unequal_length_end_in_nan():
    found = table(
        ([(0, 0), (1, 1)], [2], {"norm": [[1.0, 2.0]] * 2, "loss": [0.0, 0.0]}),
        ([(1, 1)], [2], {"norm": [[3.0, 4.0, 5.0]]}),
    )
    assert found.norm.dims == ("lr", "seed", "epoch", "layer") and found.layer.values.tolist() == [1, 2, 3]
    assert np.array_equal(found.norm.isel(lr=0, seed=0, epoch=0), [1, 2, np.nan], equal_nan=True)
    assert np.array_equal(found.norm.isel(lr=1, seed=1, epoch=0), [3, 4, 5])
    assert found.loss.dims == ("lr", "seed", "epoch")


@pytest.fixture(scope="module")
def models():
    def network(activation):
        return nn.Sequential(nn.Linear(64, 4), activation(), nn.Linear(4, 10))

    options = {"seeds": [3, 5], "epochs": 1, "keep_models": True, "activation": [nn.ReLU, nn.Tanh]}
    return fit(network, digits(train=20, validation=0, test=0), SGD(lr=[0.1, 1]), **options)[1]


def test_every_network_is_found_under_its_own_settings(models):
    chosen = models.sel(lr=1, activation=nn.Tanh, seed=5)
    assert isinstance(chosen[1], nn.Tanh)
    others = [models.sel(lr=lr, activation=nn.Tanh, seed=seed) for lr, seed in ((1, 3), (0.1, 5))]
    assert all((chosen[0].weight != other[0].weight).any() for other in others)


def test_values_may_come_from_the_coordinates(models):
    one, other = (
        models.sel(lr=lr, activation=nn.ReLU, seed=seed) for lr, seed in ((0.1, 3), (np.float64(0.1), np.int64(3)))
    )
    assert (one[0].weight == other[0].weight).all()


def test_a_network_returned_is_the_readers_to_change(models):
    place = {"lr": 0.1, "activation": nn.ReLU, "seed": 3}
    nn.init.zeros_(models.sel(**place)[0].weight)
    assert models.sel(**place)[0].weight.any()


@pytest.mark.parametrize(
    "culprit, place",
    [
        ("needs exactly lr, activation, seed", {"lr": 0.1, "seed": 3}),
        ("needs exactly", {"lr": 0.1, "activation": nn.ReLU, "seed": 3, "width": 4}),
        ("lr=0.2", {"lr": 0.2, "activation": nn.ReLU, "seed": 3}),
        ("seed=4", {"lr": 0.1, "activation": nn.ReLU, "seed": 4}),
    ],
)
def test_what_was_not_trained_is_named_in_one_line(models, culprit, place):
    with pytest.raises(KeyError) as refusal:
        models.sel(**place)
    assert culprit in str(refusal.value) and "\n" not in str(refusal.value)


def test_models_without_axes_are_found_by_seed_alone():
    model = nn.Sequential(nn.Linear(2, 2))
    kept = Models({}, [4])
    born = Born(model, form(model), row(model, torch.float32))
    kept.keep([{}], [(0, 0, born)], born.row[None])
    assert (kept.sel(seed=4)[0].weight == model[0].weight).all()
