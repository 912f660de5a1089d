"""Layers: every stacking rule against the stock layer, and against its own company."""

import pytest
import torch
from torch import nn

from tricks.activations import Maxout
from tricks.layers import MAPPED, RULES, climb, descend, rule
from tricks.stacks import Layout, row


class Residual(nn.Sequential):
    """A Sequential that is more than its parts in turn."""

    def forward(self, x):
        return x + super().forward(x)


# How to build every registered layer for n units, at its defaults and at other settings.
WITH_UNITS = {nn.Linear: lambda n: nn.Linear(n, n), nn.LayerNorm: nn.LayerNorm, nn.BatchNorm1d: nn.BatchNorm1d}
DEFAULTS = [WITH_UNITS.get(kind, lambda n, kind=kind: kind()) for kind in RULES]
OTHERS = [
    lambda n: nn.LeakyReLU(0.3),
    lambda n: nn.LeakyReLU(0.3, inplace=True),
    lambda n: nn.ReLU(inplace=True),
    lambda n: nn.SiLU(inplace=True),
    lambda n: nn.ELU(0.5),
    lambda n: nn.GELU("tanh"),
    lambda n: nn.Softplus(beta=2.0, threshold=0.1),
    lambda n: nn.PReLU(n, init=-0.2),
    lambda n: Maxout(3),
    lambda n: nn.LayerNorm(n, elementwise_affine=False),
    lambda n: nn.LayerNorm(n, eps=0.1, bias=False),
    lambda n: nn.BatchNorm1d(n, affine=False, momentum=None),
    lambda n: nn.BatchNorm1d(n, eps=0.1, momentum=0.5),
    lambda n: nn.BatchNorm1d(n, track_running_stats=False),
    lambda n: nn.Linear(n, n, bias=False),
]
REGISTERED = pytest.mark.parametrize("middle", DEFAULTS + OTHERS, ids=lambda middle: str(middle(12)))
WITHOUT_A_RULE = [
    lambda n: nn.RMSNorm(n),
    lambda n: nn.Hardtanh(),
    lambda n: nn.Softmax(dim=-1),
    lambda n: Residual(nn.Linear(n, n), nn.ReLU()),
]


def networks(middle, runs, units=12):
    """Return alike networks around a layer, on 7 inputs: sizes that fit no register."""
    torch.manual_seed(0)
    after = nn.Sequential(nn.Linear(7, units), middle(units))(torch.ones(2, 7)).shape[1]
    return [nn.Sequential(nn.Linear(7, units), middle(units), nn.Linear(after, 3)) for _ in range(runs)]


def weights(out):
    """The slope of a loss that weighs all outputs (…, B, 3) differently."""
    return torch.linspace(-1, 1, out.shape[-2] * 3, dtype=out.dtype).view(out.shape[-2:]).expand_as(out)


@torch.no_grad()
def passed(models, x, dtype, training=True):
    """Return outputs (R, B, 3), gradients (R, P) and buffers (R, Q) after one way up and down."""
    layout, rows = Layout(models[0]), torch.stack([row(model, dtype) for model in models])
    parameters, buffers = (part.clone() for part in rows.tensor_split([layout.size], dim=1))
    owned = layout.owned(parameters, buffers)
    out, memories = climb(layout.layers, owned, x, iter([draws(x)]) if training else None)
    gradients = layout.joined(descend(layout.layers, owned, memories, weights(out))) if training else None
    return out, gradients, buffers


def draws(x):
    """Uniform numbers for a layer of 12 units, the same for every run."""
    return torch.rand(x.shape[1], 12, generator=torch.Generator().manual_seed(5)).expand(len(x), -1, -1)


def passed_alone(model, x, dtype, training=True):
    model = model.to(dtype).train(training)
    out = model(x)
    gradients = torch.autograd.grad((out * weights(out)).sum(), list(model.parameters()))
    return out.detach(), torch.cat([g.flatten() for g in gradients]), [b.clone() for b in model.buffers()]


def inputs(runs, batch=5, dtype=torch.float64):
    return torch.randn(runs, batch, 7, generator=torch.Generator().manual_seed(1), dtype=dtype)


def hold_to_the_stock_layer(middle, dtype, tolerance):
    models, x = networks(middle, 4), inputs(4, dtype=dtype)
    # Before the stock layers run: in training mode they move their own buffers.
    out, gradient, buffers = passed(models, x, dtype)
    for run, model in enumerate(models):
        alone, alone_gradient, alone_buffers = passed_alone(model, x[run], dtype)
        torch.testing.assert_close(out[run], alone, rtol=tolerance, atol=tolerance)
        own = gradient[run, : len(alone_gradient)]
        torch.testing.assert_close(own, alone_gradient, rtol=tolerance, atol=10 * tolerance)
        assert not gradient[run, len(alone_gradient) :].any()
        flat = torch.cat([b.flatten().to(dtype) for b in alone_buffers]) if alone_buffers else buffers[run]
        torch.testing.assert_close(buffers[run], flat, rtol=tolerance, atol=tolerance)
    trained = passed(models, x, dtype, training=False)[0]
    for run, model in enumerate(models):
        alone = passed_alone(model, x[run], dtype, training=False)[0]
        torch.testing.assert_close(trained[run], alone, rtol=tolerance, atol=tolerance)


DETERMINED = [middle for middle in DEFAULTS + OTHERS if not isinstance(middle(12), nn.Dropout)]
WITHOUT_DRAWS = pytest.mark.parametrize("middle", DETERMINED, ids=lambda middle: str(middle(12)))


@WITHOUT_DRAWS
@pytest.mark.parametrize("dtype, tolerance", [(torch.float64, 1e-12), (torch.float32, 2e-5)])
def test_many_networks_equal_each_one(middle, dtype, tolerance):
    hold_to_the_stock_layer(middle, dtype, tolerance)


@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_dropout_equals_the_stock_layer_on_the_same_masks(p, monkeypatch):
    models, x = networks(lambda n: nn.Dropout(p), 4), inputs(4)
    mask = (draws(x)[0] >= p).double()
    out, gradient, _ = passed(models, x, torch.float64)

    def replayed(z, p, training, inplace=False):
        kept = mask / (1 - p) if p < 1 else torch.zeros_like(mask)
        return z * kept if training else z

    monkeypatch.setattr(nn.functional, "dropout", replayed)
    for run, model in enumerate(models):
        alone, alone_gradient, _ = passed_alone(model, x[run], torch.float64)
        torch.testing.assert_close(out[run], alone, rtol=1e-12, atol=1e-12)
        torch.testing.assert_close(gradient[run, : len(alone_gradient)], alone_gradient, rtol=1e-12, atol=1e-12)
    asleep = passed(models, x, torch.float64, training=False)[0]
    torch.testing.assert_close(asleep[2], passed_alone(models[2], x[2], torch.float64, training=False)[0])


def test_runs_of_one_stack_may_drop_with_different_p():
    models = [model for p in (0.1, 0.6) for model in networks(lambda n, p=p: nn.Dropout(p), 1)]
    x = inputs(2)
    together = passed(models, x, torch.float64)
    for run, model in enumerate(models):
        alone = passed([model], x[[run]], torch.float64)
        assert torch.equal(together[0][[run]], alone[0]) and torch.equal(together[1][[run]], alone[1])


@REGISTERED
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("batch, units", [(2, 12), (5, 12), (7, 12)])
def test_company_changes_no_bit(middle, dtype, batch, units):
    models, x = networks(middle, 19, units), inputs(19, batch, dtype)
    all_of_them = passed(models, x, dtype)
    for run in (0, 7, 18):
        for many, alone in zip(all_of_them, passed([models[run]], x[[run]], dtype), strict=True):
            assert torch.equal(many[[run]], alone)
    backwards = passed(models[::-1], x.flip(0), dtype)
    assert all(torch.equal(a, b.flip(0)) for a, b in zip(all_of_them, backwards, strict=True))


@pytest.mark.parametrize("kind", [kind for kind in RULES if kind not in (nn.Dropout, Maxout)])
@pytest.mark.parametrize("batch, units", [(2, 1), (3, 13), (5, 31), (3, 33), (7, 64), (4, 8)])
def test_company_changes_no_bit_at_any_size(kind, batch, units):
    middle = WITH_UNITS.get(kind, lambda n: kind())
    models, x = networks(middle, 19, units), inputs(19, batch, torch.float32)
    all_of_them = passed(models, x, torch.float32)
    for run in (0, 7, 18):
        for many, alone in zip(all_of_them, passed([models[run]], x[[run]], torch.float32), strict=True):
            assert torch.equal(many[[run]], alone)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@REGISTERED
def test_a_diverged_neighbour_changes_no_bit(middle, dtype):
    models, x = networks(middle, 5), inputs(5, dtype=dtype)
    before = passed(models, x, dtype)
    models[2][0].weight.data.fill_(torch.nan)
    after = passed(models, x, dtype)
    others = [0, 1, 3, 4]
    assert after[0][2].isnan().any()
    assert all(torch.equal(a[others], b[others]) for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize("middle", WITHOUT_A_RULE)
def test_layers_without_a_rule_are_mapped_and_equal_the_stock_layer(middle):
    assert rule(middle(12)) is MAPPED
    hold_to_the_stock_layer(middle, torch.float64, 1e-11)


def test_a_layer_may_let_no_gradient_through():
    class Stop(nn.Module):
        def forward(self, x):
            return x.detach()

    _, gradient, _ = passed(networks(lambda n: Stop(), 3), inputs(3), torch.float64)
    assert not gradient[:, : 8 * 12].any() and gradient[:, 8 * 12 : 8 * 12 + 39].all()


@pytest.mark.parametrize("below", [nn.Tanh, nn.Sigmoid, nn.ReLU, nn.PReLU, lambda: nn.BatchNorm1d(12)])
def test_what_a_layer_remembers_is_not_written_over_by_the_next(below):
    hold_to_the_stock_layer(lambda n: nn.Sequential(below(), nn.ReLU()), torch.float64, 1e-12)
    x = inputs(1)
    passed([nn.Sequential(nn.ReLU(), nn.Linear(7, 3))], x, torch.float64)
    assert torch.equal(x, inputs(1))


def test_the_four_equations_of_a_hidden_layer_are_what_autograd_says():
    """δ = ∂L/∂a ⊙ φ′(z), ∂L/∂W = δᵀ x, ∂L/∂c = Σ δ, ∂L/∂x = δ W: the equations of chapter 02, one run at a time."""
    (model,), x = networks(lambda n: nn.ReLU(), 1), inputs(1)
    model, (x,) = model.double(), x
    z = model[0](x)
    z.retain_grad()
    a = model[1](z)
    a.retain_grad()
    out = model[2](a)
    (out * weights(out)).sum().backward()
    delta = a.grad * (z > 0)
    torch.testing.assert_close(a.grad, weights(out) @ model[2].weight)
    torch.testing.assert_close(delta, RULES[nn.ReLU].down(None, None, a.detach(), a.grad.clone(), False)[0])
    torch.testing.assert_close(model[0].weight.grad, delta.T @ x)
    torch.testing.assert_close(model[0].bias.grad, delta.sum(dim=0))
    gradient = passed([model], x[None], torch.float64)[1]
    torch.testing.assert_close(gradient[0, : 7 * 12], model[0].weight.grad.flatten())


@pytest.mark.parametrize("fault", ["the slope of ReLU", "a bias forgotten", "dropout that does not rescale"])
def test_the_comparison_sees_a_planted_fault(monkeypatch, fault):
    middle = {"dropout that does not rescale": nn.Dropout}.get(fault, nn.ReLU)
    if fault == "the slope of ReLU":
        wrong = RULES[nn.ReLU]._replace(down=lambda m, own, kept, delta, bottom: (delta, []))
    elif fault == "a bias forgotten":
        right = RULES[nn.Linear]
        middle = nn.Linear

        def down(layer, own, kept, delta, bottom):
            by_x, (by_weight, by_bias) = right.down(layer, own, kept, delta, bottom)
            return by_x, [by_weight, 0 * by_bias]

        wrong = right._replace(down=down)
    else:
        right = RULES[nn.Dropout]

        def up(layer, own, x, draws):
            out, mask = right.up(layer, own, x, draws)
            return (out, mask) if draws is None else (out / 2, mask)

        wrong = right._replace(up=up)
        monkeypatch.setattr(nn.functional, "dropout", lambda z, p, training, inplace: 2 * z * (draws(z[None])[0] >= p))
    monkeypatch.setitem(RULES, middle, wrong)
    with pytest.raises(AssertionError):
        hold_to_the_stock_layer(WITH_UNITS.get(middle, lambda n: middle()), torch.float64, 1e-12)
