"""Company: no bit of a run depends on what else is trained with it, nor on who runs its operations."""

import random

import numpy as np
import pytest
import torch
import xarray as xr
from small_sweeps import MANY, run, same
from test_stacks import Scaled
from torch import nn

from tricks import SGD, Adam, RMSprop, cores as shared, digits, layers, sweeps
from tricks.layers import RULES


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


@pytest.mark.parametrize("activation", [nn.ReLU, nn.LayerNorm, nn.BatchNorm1d], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("width", [1, 17, 64])
def test_many_held_out_examples_let_no_company_in(monkeypatch, activation, width):
    options = {"activation": activation, "width": width, "data": digits(train=20, validation=0, test=301)}
    many = run(seeds=MANY[:19], **options)
    assert same(run(seeds=[1011], **options), many.sel(seed=[1011]))
    monkeypatch.setattr(layers, "ONEDNN", False)
    monkeypatch.setattr(shared, "RECORDED", {})
    xr.testing.assert_allclose(run(seeds=MANY[:19], **options), many, rtol=0, atol=1e-6)


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
def test_a_step_recorded_has_the_bits_of_the_same_step_in_python(monkeypatch, rule):
    def build():
        bottom = nn.Linear(64, 9), nn.Sigmoid(), nn.Dropout(0.2)
        return nn.Sequential(*bottom, nn.Linear(9, 9), nn.ReLU(), nn.Linear(9, 10))

    options = {"optimizer": rule, "seeds": MANY[:4], "epochs": 8, "clip": 0.5, "l1": 1e-3}
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


def test_mapped_layers_notice_their_company_by_rounding_only():
    def build():
        return nn.Sequential(nn.Linear(64, 9), nn.RMSNorm(9), nn.Hardtanh(), nn.Linear(9, 10))

    many = run(build, seeds=MANY[:20])
    for name, alone in run(build, seeds=[1013]).data_vars.items():
        assert np.allclose(alone, many[name].sel(seed=[1013]), rtol=0, atol=1e-5)


def test_layers_of_ones_own_with_hidden_settings_are_not_mixed_up():
    def build(scale):
        return nn.Sequential(nn.Linear(64, 9), Scaled(scale), nn.Linear(9, 10))

    swept = run(build, scale=[1.0, 0.1])
    for scale in (1.0, 0.1):
        assert np.allclose(swept.sel(scale=scale).train_loss, run(build, scale=scale).train_loss, rtol=1e-5)


def test_settings_that_are_switched_off_in_turn_are_not_mixed_up():
    swept = run(l1=[None, 0.01], clip=[None, 0.1])
    for i, l1 in enumerate((None, 0.01)):
        for k, clip in enumerate((None, 0.1)):
            assert same(run(l1=l1, clip=clip), swept.isel(l1=i, clip=k)), (l1, clip)
