"""`fit`: axes and coordinates, pairing by seed, and runs that do not notice their company."""

import random

import numpy as np
import pytest
import torch
from torch import nn

from tricks import SGD, Adam, RMSprop, cores as shared, digits, fit, seeds, sweeps, training
from tricks.activations import Maxout
from tricks.layers import RULES

DATA = digits(train=37, validation=20, test=30)
MANY = list(range(1000, 1064))


def network(width=9, activation=nn.ReLU, depth=1):
    def unit():
        return activation(width) if activation in (nn.LayerNorm, nn.BatchNorm1d) else activation()

    if activation is Maxout:
        return nn.Sequential(nn.Linear(64, 2 * width), Maxout(2), nn.Linear(width, 10))
    hidden = [layer for _ in range(depth) for layer in (nn.Linear(width, width), unit())]
    return nn.Sequential(nn.Linear(64, width), unit(), *hidden, nn.Linear(width, 10))


def run(build=network, optimizer=None, data=DATA, **options):
    options = {"seeds": [1000, 1001], "epochs": 2, "batch_size": 10, **options}
    return fit(build, data, optimizer or SGD(lr=0.1, momentum=0.9), **options)


def same(one, other):
    """Whether two tables hold the same bits for the runs that both have."""
    for name in one.data_vars:
        a, b = one[name].values, other[name].values
        if not np.array_equal(a, b, equal_nan=True):
            return False
    return True


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


def test_every_setting_of_a_sweep_equals_the_same_setting_alone():
    swept = run(
        optimizer=Adam(lr=[0.01, 0.003], beta1=[0.9, 0.5], amsgrad=[False, True]), width=[5, 9], clip=[None, 0.5]
    )
    for place in ((0.01, 0.9, False, 5, None), (0.003, 0.5, True, 9, 0.5), (0.01, 0.5, False, 9, None)):
        lr, beta1, amsgrad, width, clip = place
        alone = run(optimizer=Adam(lr=lr, beta1=beta1, amsgrad=amsgrad), width=width, clip=clip)
        chosen = swept.isel(clip=[None, 0.5].index(clip)).sel(lr=lr, beta1=beta1, amsgrad=amsgrad, width=width)
        assert same(alone, chosen)


@pytest.mark.parametrize("activation", [kind for kind in RULES if kind is not nn.Linear])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_run_alone_and_among_64_has_the_same_bits(activation, dtype):
    options = {"activation": activation, "dtype": dtype, "clip": 0.7, "l1": 1e-4}
    many = run(seeds=MANY, **options)
    for seed in (1000, 1033, 1063):
        assert same(run(seeds=[seed], **options), many.sel(seed=[seed]))
    shuffled = random.Random(0).sample(MANY, 64)
    assert same(run(seeds=shuffled, **options), many.sel(seed=shuffled))


@pytest.mark.parametrize("width", [1, 3, 16, 17, 31, 33])
@pytest.mark.parametrize("batch_size", [None, 1, 7])
def test_no_width_and_no_batch_size_lets_company_in(width, batch_size):
    options = {"activation": nn.Sigmoid, "width": width, "batch_size": batch_size, "epochs": 1}
    many = run(seeds=MANY[:19], **options)
    assert same(run(seeds=[1011], **options), many.sel(seed=[1011]))


@pytest.mark.parametrize("threads, cores, block", [(1, 1, 32), (2, 2, 32), (2, 3, 5), (1, 2, 1)])
def test_threads_cores_and_blocks_change_no_bit(monkeypatch, threads, cores, block):
    reference = run(optimizer=RMSprop(lr=[0.01, 0.001]), seeds=MANY[:9])
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    for module in (sweeps, shared):
        monkeypatch.setattr(module, "CORES", cores)
    monkeypatch.setattr(sweeps, "BLOCK", block)
    try:
        assert same(run(optimizer=RMSprop(lr=[0.01, 0.001]), seeds=MANY[:9]), reference)
        assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("rule", [SGD(lr=0.1, momentum=0.9), Adam(lr=0.01)], ids=lambda rule: type(rule).__name__)
@pytest.mark.parametrize("long", [0, 10**9])
def test_a_step_recorded_has_the_bits_of_the_same_step_in_python(monkeypatch, rule, long):
    def build():
        bottom = nn.Linear(64, 9), nn.Sigmoid(), nn.Dropout(0.2)
        return nn.Sequential(*bottom, nn.Linear(9, 9), nn.ReLU(), nn.Linear(9, 10))

    options = {"optimizer": rule, "seeds": MANY[:4], "epochs": 8, "clip": 0.5, "l1": 1e-3}
    monkeypatch.setattr(training, "LONG", long)  # with and without torch's improvements
    monkeypatch.setattr(shared, "RECORDED", {})
    recorded = run(build, **options)
    assert len(shared.RECORDED) == 4  # two sizes of batch, two held-out parts; two stacks of the same size
    monkeypatch.setattr(shared.sys, "version_info", (3, 14))
    monkeypatch.setattr(shared, "RECORDED", {})
    assert same(recorded, run(build, **options)) and not shared.RECORDED


def test_a_recording_serves_other_numbers_but_no_other_form(monkeypatch):
    monkeypatch.setattr(shared, "RECORDED", {})
    for lr, p in ((0.1, 0.2), (0.02, 0.7)):
        run(lambda p=p: nn.Sequential(nn.Dropout(p), nn.Linear(64, 10)), SGD(lr=lr), batch_size=None)
    assert len(shared.RECORDED) == 3
    run(lambda: nn.Sequential(nn.Dropout(0.2), nn.Linear(64, 10)), SGD(lr=0.1, momentum=0.5), batch_size=None)
    assert len(shared.RECORDED) == 4


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


def test_mapped_layers_notice_their_company_by_rounding_only():
    def build():
        return nn.Sequential(nn.Linear(64, 9), nn.RMSNorm(9), nn.Hardtanh(), nn.Linear(9, 10))

    many = run(build, seeds=MANY[:20])
    for name, alone in run(build, seeds=[1013]).data_vars.items():
        assert np.allclose(alone, many[name].sel(seed=[1013]), rtol=0, atol=1e-5)


def test_layers_of_ones_own_with_hidden_settings_are_not_mixed_up():
    class Scaled(nn.Module):
        def __init__(self, scale):
            super().__init__()
            self._scale = scale

        def forward(self, x):
            return self._scale * x

    def build(scale):
        return nn.Sequential(nn.Linear(64, 9), Scaled(scale), nn.Linear(9, 10))

    swept = run(build, scale=[1.0, 0.1])
    for scale in (1.0, 0.1):
        assert np.allclose(swept.sel(scale=scale).train_loss, run(build, scale=scale).train_loss, rtol=1e-5)


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
