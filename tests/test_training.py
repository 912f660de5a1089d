"""Training a stack: every run against the plain loop, record by record and weight by weight."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from plain_loop import plain_loop
from torch import nn

from tricks import SGD, Adagrad, Adam, AdamW, RMSprop, digits, fit
from tricks.layers import RULES
from tricks.training import Schedule, accuracies, clipped, losses

SEEDS = [1000, 1001, 1007]
RULE = SGD(lr=0.3, momentum=0.9)
DATA = digits(train=60, validation=30, test=40)
ACTIVATIONS = [kind for kind in RULES if kind is not nn.Linear]


def network(activation=nn.Tanh, width=13):
    return nn.Sequential(
        nn.Linear(64, width), activation(), nn.Linear(width, width), activation(), nn.Linear(width, 10)
    )


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
        SGD(lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
        Adagrad(lr=0.05, lr_decay=0.01),
        RMSprop(lr=0.003, momentum=0.5, centered=True),
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


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_registered_layer_trains_as_the_stock_layer(activation):
    hold_to_the_plain_loop(lambda: network(activation), rule=SGD(lr=0.05, momentum=0.9))


@pytest.mark.parametrize("activation", [nn.ReLU, nn.Sigmoid, nn.GELU])
def test_single_precision_trains_alike_to_a_millionth(activation):
    options = {"epochs": 1, "dtype": torch.float32, "tolerance": 2e-6}
    hold_to_the_plain_loop(lambda: network(activation), rule=SGD(lr=0.05, momentum=0.9), **options)


@pytest.mark.parametrize("layer", [lambda: nn.LayerNorm(13), nn.PReLU, lambda: nn.RMSNorm(13)])
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


@pytest.mark.parametrize("fault", ["the sign of the gradient", "the slope of ReLU"])
def test_the_comparison_sees_a_planted_fault(monkeypatch, fault):
    if fault == "the sign of the gradient":
        right = SGD.update
        monkeypatch.setattr(SGD, "update", lambda self, g, state, p: right(self, -g, state, p))
    else:
        monkeypatch.setitem(RULES, nn.ReLU, lambda layer, parameters, x: F.leaky_relu(x, 1e-6))
    with pytest.raises(AssertionError):
        hold_to_the_plain_loop(lambda: network(nn.ReLU), epochs=1)


def test_losses_and_accuracies_are_each_runs_own():
    torch.manual_seed(0)
    logits, y = torch.randn(4, 9, 5, dtype=torch.float64) * 30, torch.randint(5, (4, 9))
    for run in range(4):
        assert losses(logits, y)[run].item() == pytest.approx(F.cross_entropy(logits[run], y[run]).item(), rel=1e-13)
        assert accuracies(logits, y)[run] == (logits[run].argmax(1) == y[run]).double().mean()


@pytest.mark.parametrize("size", [0.0, 1e-3, 1.0, 1e3])
def test_clipping_one_gradient_is_torchs(size):
    gradient = size * torch.randn(3, 50, dtype=torch.float64)
    for run, found in enumerate(clipped(gradient, 2.0)):
        parameter = nn.Parameter(torch.zeros(50, dtype=torch.float64))
        parameter.grad = gradient[run].clone()
        nn.utils.clip_grad_norm_([parameter], 2.0)
        torch.testing.assert_close(found, parameter.grad, rtol=1e-13, atol=0)


@pytest.mark.parametrize("epochs, every, recorded", [(5, 1, [1, 2, 3, 4, 5]), (7, 3, [3, 6, 7]), (2, 9, [2])])
def test_records_are_thinned_and_the_last_is_always_there(epochs, every, recorded):
    assert Schedule(epochs, None, None, every, torch.float32).records() == recorded


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
    fit(network, DATA, SGD(lr=1e38), seeds=SEEDS, epochs=3, measure={"seen": lambda m, X, y: seen.append(m) or 0.0})
    assert len(seen) == 3  # the first epoch, before anything broke
