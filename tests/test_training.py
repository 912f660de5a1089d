"""Training a stack: every run against the plain loop, record by record and weight by weight."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from plain_loop import plain_loop
from torch import nn

from tricks import SGD, Adagrad, Adam, AdamW, RMSprop, cores, digits, fit, training
from tricks.activations import Maxout
from tricks.layers import RULES
from tricks.training import Schedule

SEEDS = [1000, 1001, 1007]
RULE = SGD(lr=0.3, momentum=0.9)
DATA = digits(train=60, validation=30, test=40)
HIDDEN = [kind for kind in RULES if kind is not nn.Linear]


def network(activation=nn.Tanh, width=12):
    wide = 2 * width if activation is Maxout else width

    def unit():
        return activation(width) if activation in (nn.LayerNorm, nn.BatchNorm1d) else activation()

    return nn.Sequential(nn.Linear(64, wide), unit(), nn.Linear(width, wide), unit(), nn.Linear(width, 10))


def hold_to_the_plain_loop(build=network, data=DATA, rule=RULE, tolerance=1e-12, **options):
    """Train three seeds at once; every record and weight of each must be the plain loop's."""
    options = {"epochs": 2, "batch_size": 16, "dtype": torch.float64, **options}
    runs, models = fit(build, data, rule, seeds=SEEDS, keep_models=True, **options)
    for seed in SEEDS:
        model, records = plain_loop(build, data, rule, seed, **options)
        for epoch, record in enumerate(records, start=1):
            for name, expected in record.items():
                assert float(runs[name].sel(seed=seed, epoch=epoch)) == pytest.approx(expected, rel=tolerance), name
        for ours, theirs in zip(models.sel(seed=seed).parameters(), model.parameters(), strict=True):
            torch.testing.assert_close(ours, theirs.detach(), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(
    "rule",
    [
        SGD(lr=0.5),
        SGD(lr=0.1, momentum=0.9, dampening=0.2, weight_decay=0.01),
        SGD(lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
        Adagrad(lr=0.05, lr_decay=0.01, weight_decay=0.01),
        Adagrad(lr=0.05, initial_accumulator_value=0.3, eps=1e-3),
        RMSprop(lr=0.003, weight_decay=0.01),
        RMSprop(lr=0.003, momentum=0.5, centered=True, weight_decay=0.01),
        Adam(lr=0.01, weight_decay=0.01),
        Adam(lr=0.01, amsgrad=True),
        AdamW(lr=0.01, weight_decay=0.1),
    ],
    ids=lambda rule: type(rule).__name__,
)
def test_every_optimiser_trains_as_torchs_does(rule):
    hold_to_the_plain_loop(rule=rule, tolerance=1e-10 if isinstance(rule, RMSprop) else 1e-12)


@pytest.mark.parametrize("batch_size", [None, 1, 7, 30, 60])
def test_every_batch_size_trains_as_in_the_plain_loop(batch_size):
    hold_to_the_plain_loop(rule=SGD(lr=0.02, momentum=0.5), batch_size=batch_size)


@pytest.mark.parametrize("clip", [0.01, 0.5, 1e9])
def test_clipping_is_torchs(clip):
    hold_to_the_plain_loop(clip=clip)


@pytest.mark.parametrize("l1", [1e-3, 0.1])
def test_the_l1_penalty_is_the_plain_loops(l1):
    hold_to_the_plain_loop(l1=l1, clip=0.5)


@pytest.mark.parametrize("activation", HIDDEN)
def test_every_registered_layer_trains_as_the_stock_layer(activation):
    hold_to_the_plain_loop(lambda: network(activation), rule=SGD(lr=0.05, momentum=0.9))


@pytest.mark.parametrize("momentum", [None, 0.3])
def test_running_averages_reach_the_records_and_the_network(momentum):
    def build():
        return nn.Sequential(nn.Linear(64, 12), nn.BatchNorm1d(12, momentum=momentum), nn.ReLU(), nn.Linear(12, 10))

    hold_to_the_plain_loop(build, rule=SGD(lr=0.05))


def test_dropout_on_inputs_and_twice_trains_as_the_stock_layer_with_the_same_masks():
    def build():
        hidden = nn.Linear(64, 12), nn.BatchNorm1d(12), nn.ReLU(), nn.Dropout(0.5)
        return nn.Sequential(nn.Dropout(0.2), *hidden, nn.Linear(12, 10))

    hold_to_the_plain_loop(build, rule=SGD(lr=0.05), epochs=3)


@pytest.mark.parametrize("activation", [nn.ReLU, nn.Sigmoid, nn.GELU, nn.LayerNorm, nn.PReLU])
def test_single_precision_trains_alike_to_a_millionth(activation):
    options = {
        "epochs": 1,
        "dtype": torch.float32,
        "tolerance": 2e-6,
        "data": digits(train=60, validation=30, test=400),
    }
    hold_to_the_plain_loop(lambda: network(activation), rule=SGD(lr=0.05, momentum=0.9), **options)


@pytest.mark.parametrize("layer", [nn.Hardtanh, lambda: nn.RMSNorm(13)])
def test_layers_without_a_rule_train_as_the_stock_layer(layer, capsys):
    def build():
        return nn.Sequential(nn.Linear(64, 13), layer(), nn.ReLU(), nn.Linear(13, 10))

    hold_to_the_plain_loop(build, rule=SGD(lr=0.05))
    said = capsys.readouterr().out
    assert said.count("\n") == 1 and type(layer()).__name__ in said


def test_label_noise_and_scaling_reach_the_training():
    hold_to_the_plain_loop(
        data=digits(train=60, validation=30, test=40, noise=0.3, standardise=True), rule=SGD(lr=0.01)
    )


@pytest.mark.parametrize("fault", ["the sign of the gradient", "the slope of ReLU", "a mask used twice"])
def test_the_comparison_sees_a_planted_fault(monkeypatch, fault):
    monkeypatch.setattr(cores, "RECORDED", {})  # no recording from before the fault
    if fault == "the sign of the gradient":
        right = SGD.update
        monkeypatch.setattr(SGD, "update", lambda self, g, state, p: right(self, -g, state, p))
    elif fault == "the slope of ReLU":
        wrong = RULES[nn.ReLU]._replace(up=lambda layer, own, z, draws: (F.leaky_relu(z, 1e-6),) * 2)
        monkeypatch.setitem(RULES, nn.ReLU, wrong)
    else:
        right, first = training.drawn, {}

        def drawn(block, which, examples):
            (mask,) = first.setdefault(tuple(which.tolist()), right(block, which, examples))
            return (mask[:, :examples],)

        monkeypatch.setattr(training, "drawn", drawn)
    with pytest.raises(AssertionError):
        hold_to_the_plain_loop(lambda: nn.Sequential(*network(nn.ReLU), nn.Dropout(0.3)), epochs=1)


@pytest.mark.parametrize("epochs, every, recorded", [(5, 1, [1, 2, 3, 4, 5]), (7, 3, [3, 6, 7]), (2, 9, [2])])
def test_records_are_thinned_and_the_last_is_always_there(epochs, every, recorded):
    assert Schedule(epochs, every).records() == recorded


def test_a_run_that_explodes_is_nan_from_then_on_and_its_neighbours_keep_their_bits():
    options = {"seeds": SEEDS, "epochs": 6, "measure": {"one": lambda model, X, y: 1.0}}
    runs = fit(lambda: network(nn.ReLU), DATA, SGD(lr=[0.1, 1e12]), **options)
    alone = fit(lambda: network(nn.ReLU), DATA, SGD(lr=0.1), **options)
    assert runs.sel(lr=0.1).drop_vars("lr").equals(alone)
    broken = runs.sel(lr=1e12)
    for records in broken.data_vars.values():
        held = np.isnan(records.values)
        assert held[:, -1].all() and (np.diff(held.astype(int), axis=1) >= 0).all()


def test_an_accuracy_is_nan_where_its_loss_is():
    # The step after which the weights overflow: the training loss before it was still finite.
    runs = fit(lambda: network(nn.ReLU), DATA, SGD(lr=1e38), seeds=SEEDS, epochs=1)
    assert runs.train_loss.notnull().all()
    assert runs.test_loss.isnull().all() and runs.test_accuracy.isnull().all()


def test_a_measure_sees_only_runs_that_are_well():
    seen = []
    measure = {"seen": lambda model, X, y: seen.append(model) or 0.0}
    fit(lambda: network(width=13), DATA, SGD(lr=1e38), seeds=SEEDS, epochs=3, measure=measure)
    assert len(seen) == 3  # the first epoch, before anything broke


WATCHED = digits(train=60, validation=30, test=40, noise=0.3)


def best_and_stop(losses: list[float], epochs: list[int], patience: int) -> tuple[int, int]:
    """Return the epoch of the lowest loss, and the first at which patience is spent (or the last of all)."""
    best = 0
    for i, epoch in enumerate(epochs):
        best = i if losses[i] < losses[best] else best
        if epoch - epochs[best] >= patience:
            break
    return epochs[best], epoch


@pytest.mark.parametrize("patience, every", [(1, 1), (5, 1), (7, 3), (10**6, 1)])
def test_a_run_whose_patience_is_spent_goes_back_to_its_best_epoch(patience, every):
    options = {"seeds": [*SEEDS, 1003, 1004], "epochs": 60, "dtype": torch.float64, "record_every": every}
    full = fit(network, WATCHED, Adam(lr=0.03), **options)
    runs, models = fit(network, WATCHED, Adam(lr=0.03), patience=patience, keep_models=True, **options)
    epochs = full.epoch.values.tolist()
    for seed in options["seeds"]:
        best, stop = best_and_stop(full.validation_loss.sel(seed=seed).values.tolist(), epochs, patience)
        stands_for = [epoch if epoch <= stop and epoch < 60 else best for epoch in epochs]
        for name in full.data_vars:
            assert np.array_equal(runs[name].sel(seed=seed), full[name].sel(seed=seed, epoch=stands_for)), name
        assert runs.best_epoch.sel(seed=seed, epoch=60) == best
        X, y = WATCHED.arrays(seed, torch.float64)["test"]
        loss = F.cross_entropy(models.sel(seed=seed)(X), y).item()
        assert loss == pytest.approx(float(full.test_loss.sel(seed=seed, epoch=best)), rel=1e-12)


def test_what_has_ended_is_trained_no_more_and_changes_no_bit(monkeypatch):
    def trained(block, layout, runs, size):
        stacks.append(len(runs.place))
        return right(block, layout, runs, size)

    right, stacks = training.one_epoch, []
    monkeypatch.setattr(training, "one_epoch", trained)
    options = {"epochs": 100, "batch_size": 30, "patience": 4, "measure": {"one": lambda model, X, y: [1.0, 2.0]}}
    runs = fit(lambda: network(nn.ReLU), WATCHED, Adam(lr=[0.01, 0.1, 1e30]), seeds=range(1000, 1020), **options)
    needed = 60 + int((runs.best_epoch.max("epoch") + 4).clip(max=100).fillna(1).sum())
    assert sum(stacks) < 2 * needed < 0.5 * 60 * 100
    for seed in (1000, 1007, 1019):
        alone = fit(lambda: network(nn.ReLU), WATCHED, Adam(lr=[0.01]), seeds=[seed], **options)
        for name in alone.data_vars:
            assert np.array_equal(alone[name], runs[name].sel(lr=[0.01], seed=[seed])), name
    assert runs.sel(lr=1e30).test_loss.isnull().all() and runs.sel(lr=1e30).one.isnull().all()


def test_patience_may_differ_between_runs():
    options = {"seeds": SEEDS, "epochs": 40}
    runs = fit(network, WATCHED, Adam(lr=0.03), patience=[2, 10, None], **options)
    for patience in (2, 10):
        alone = fit(network, WATCHED, Adam(lr=0.03), patience=patience, **options)
        assert alone.equals(runs.sel(patience=patience).drop_vars("patience"))
    endless = fit(network, WATCHED, Adam(lr=0.03), **options)
    assert endless.equals(runs.isel(patience=2).drop_vars(["patience", "best_epoch"]))


def test_a_vector_is_kept_for_runs_that_diverge_after_their_best_epoch():
    def grows(model, X, y):
        return [model[0].weight.detach().norm().item()] * 3

    # Each step multiplies the weights by −99: finite for some epochs, then no more.
    rule, options = SGD(lr=1.0, weight_decay=100.0), {"epochs": 30, "patience": 25, "measure": {"size": grows}}
    runs = fit(lambda: network(nn.ReLU), WATCHED, rule, seeds=SEEDS, **options)
    assert runs["size"].dims == ("seed", "epoch", "layer") and runs["size"].isel(epoch=0).notnull().all()
    assert runs.isel(epoch=-1).test_loss.isnull().all() and runs["size"].isel(epoch=-1).isnull().all()
