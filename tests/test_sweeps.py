"""`fit`: axes and coordinates, pairing by seed, and records of what happened."""

import random

import numpy as np
import pytest
import torch
from small_sweeps import DATA, network, run, same
from torch import nn

from tricks import SGD, digits, seeds, sweeps


def test_seeds_start_at_a_thousand_and_move_with_the_seed_set(monkeypatch):
    monkeypatch.delenv("TRICKS_SEED_SET", raising=False)
    assert seeds(3) == [1000, 1001, 1002] and seeds(0) == []
    monkeypatch.setenv("TRICKS_SEED_SET", "2")
    assert seeds(2) == [201_000, 201_001]


def test_lists_are_dimensions_and_plain_values_are_not():
    runs = run(optimizer=SGD(lr=[0.1, 0.01], momentum=0.9), width=[4, 8], batch_size=[None, 10], clip=[1.0, None])
    assert dict(runs.test_loss.sizes) == {"lr": 2, "batch_size": 2, "clip": 2, "width": 2, "seed": 2, "epoch": 2}
    assert set(runs.data_vars) == {
        f"{part}_{what}" for part in ("train", "validation", "test") for what in ("loss", "accuracy")
    }
    assert runs.attrs["momentum"] == 0.9 and runs.attrs["optimizer"] == "SGD" and runs.attrs["epochs"] == 2
    assert runs.attrs["data"] == "digits" and "lr" not in runs.attrs


def test_a_list_of_one_is_a_dimension():
    assert run(width=[9]).sizes["width"] == 1


@pytest.mark.parametrize(
    "name, values",
    [
        ("width", [8, 4]),
        ("activation", [nn.Tanh, nn.ReLU]),
        ("slope", [0.5, 0, 0.25]),
        ("kind", ["tanh", "relu"]),
        ("skip", [True, False]),
        ("sizes", [(4, 4), (5, 4)]),
        ("maybe", [None, 3]),
    ],
)
def test_coordinates_are_the_values_as_given(name, values):
    runs, models = run(lambda **settings: network(), **{name: values}, keep_models=True)
    assert runs[name].values.tolist() == values
    assert isinstance(models.sel(**{name: values[1]}, seed=1001), nn.Sequential)
    assert runs.isel({name: 1}).test_loss.shape == (2, 2)


def test_without_held_out_parts_there_are_no_records_of_them():
    assert set(run(data=digits(train=20, validation=0, test=0)).data_vars) == {"train_loss", "train_accuracy"}


@pytest.mark.parametrize(
    "seeds, settings, sizes",
    [(96, {}, [24] * 4), (5, {}, [3, 2]), (3, {"width": [4, 8, 16]}, [3, 3, 3]), (4, {"p": [0.1, 0.5, 0.9]}, [6, 6])],
)
def test_every_core_gets_stacks_of_equal_size_and_p_needs_none_of_its_own(monkeypatch, seeds, settings, sizes):
    def build(width=8, p=0.5):
        return nn.Sequential(nn.Linear(64, width), nn.Dropout(p), nn.Linear(width, 10))

    found, right = [], sweeps.train_block
    monkeypatch.setattr(sweeps, "CORES", 2)
    monkeypatch.setattr(sweeps, "train_block", lambda e, runs, *more: found.append(len(runs)) or right(e, runs, *more))
    runs = run(build, seeds=range(seeds), epochs=1, batch_size=None, **settings)
    assert sorted(found, reverse=True) == sizes and runs.train_loss.notnull().all()


def test_equal_seeds_start_alike_in_every_setting():
    _, models = run(optimizer=SGD(lr=[0.0, 0.5]), width=[5, 9], keep_models=True)
    born, trained = (models.sel(lr=lr, width=9, seed=1000)[0].weight for lr in (0.0, 0.5))
    other = models.sel(lr=0.0, width=9, seed=1001)[0].weight
    assert (trained - born).abs().max() < 0.5 * (other - born).abs().max()
    # One step on one batch: with a learning rate of 0 all settings see the same images.
    losses = run(optimizer=SGD(lr=0.0, momentum=[0.0, 0.9])).train_loss
    assert np.array_equal(losses.sel(momentum=0.0), losses.sel(momentum=0.9))


def test_the_order_of_batches_is_the_seeds_alone():
    def build(wasted):
        torch.rand(wasted)  # whatever else is drawn at the start must not move the order
        model = network()
        for p in model.parameters():
            nn.init.trunc_normal_(p, generator=torch.Generator().manual_seed(0))
        return model

    runs = run(build, wasted=[0, 1000])
    assert same(runs.sel(wasted=0), runs.sel(wasted=1000))


def test_fit_leaves_the_global_random_state_alone():
    torch.manual_seed(5)
    random.seed(5)
    np.random.seed(5)
    before = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].copy()
    run(data=digits(train=30, noise=0.5), keep_models=True)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert random.getstate() == before[1] and np.array_equal(np.random.get_state()[1], before[2])


def test_the_global_random_state_changes_nothing():
    torch.manual_seed(1)
    one = run()
    torch.manual_seed(2)
    assert same(one, run())


def test_the_number_of_threads_is_restored_after_an_exception():
    def broken(model, X, y):
        raise RuntimeError("a reader's own mistake")

    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with pytest.raises(RuntimeError, match="a reader's own mistake"):
            run(measure={"broken": broken})
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_thinning_the_records_changes_none_of_them():
    every = run(epochs=7)
    thinned = run(epochs=7, record_every=3)
    assert thinned.epoch.values.tolist() == [3, 6, 7]
    assert same(thinned, every.sel(epoch=[3, 6, 7]))


def test_kept_models_reproduce_what_was_recorded():
    runs, models = run(optimizer=SGD(lr=[0.1, 0.5]), seeds=[1000, 1003], keep_models=True)
    for lr in (0.1, 0.5):
        X, y = DATA.arrays(1003)["test"]
        accuracy = (models.sel(lr=lr, seed=1003)(X).argmax(dim=1) == y).double().mean().item()
        assert accuracy == pytest.approx(float(runs.test_accuracy.sel(lr=lr, seed=1003, epoch=2)))


def test_measures_of_numbers_and_of_vectors_are_recorded():
    def sizes(model, X, y):
        return [layer.weight.norm() for layer in model if isinstance(layer, nn.Linear)]

    measure = {"sizes": sizes, "examples": lambda model, X, y: len(y), "tenth": lambda model, X, y: 0.1}
    runs, models = run(depth=[1, 3], measure=measure, keep_models=True)
    assert runs["sizes"].dims == ("depth", "seed", "epoch", "layer")
    assert (runs.examples == 37).all() and (runs.tenth == 0.1).all() and runs.layer.values.tolist() == [1, 2, 3, 4, 5]
    shallow = runs["sizes"].sel(depth=1, seed=1001, epoch=2)
    expected = [w.detach() for w in sizes(models.sel(depth=1, seed=1001), None, None)]
    assert np.allclose(shallow[:3], expected) and shallow[3:].isnull().all()
    assert runs["sizes"].sel(depth=3).notnull().all()


def test_a_measure_may_not_disturb_the_training():
    def vandal(model, X, y):
        nn.init.zeros_(model[0].weight)
        return 0.0

    assert same(run(), run(measure={"vandal": vandal}))
