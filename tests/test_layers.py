"""Layers: every stacking rule against the stock layer, and against its own company."""

import pytest
import torch
from torch import nn

from tricks.layers import RULES, check, form, forward, restore, stack, unfold

# Every registered layer that has no weights, at its defaults and at other settings.
ELEMENTWISE = [kind() for kind in RULES if kind is not nn.Linear] + [
    nn.LeakyReLU(0.3),
    nn.ELU(0.5),
    nn.GELU("tanh"),
    nn.Softplus(beta=2.0),
    nn.ReLU(inplace=True),
]
LAYERS = pytest.mark.parametrize("layer", ELEMENTWISE, ids=str)
WITHOUT_A_RULE = [
    lambda: nn.LayerNorm(13),
    lambda: nn.PReLU(),
    lambda: nn.PReLU(13),
    lambda: nn.Hardtanh(),
    lambda: nn.Softmax(dim=-1),
    lambda: nn.BatchNorm1d(13, track_running_stats=False),
    lambda: Residual(nn.Linear(13, 13), nn.ReLU()),
]


class Residual(nn.Sequential):
    """A Sequential that is more than its parts in turn."""

    def forward(self, x):
        return x + super().forward(x)


def networks(middle, runs, units=13):
    """Return alike networks around a layer, on 7 inputs: sizes that fit no register."""
    torch.manual_seed(0)
    return [nn.Sequential(nn.Linear(7, units), middle(), nn.Linear(units, 3)) for _ in range(runs)]


def passed(models, x, dtype):
    """Return outputs (R, B, 3) and gradients (R, P) of stacked networks, of a loss that weighs all outputs."""
    flat = stack(models, dtype).requires_grad_(True)
    out = forward(unfold(models[0]), flat, x)
    weights = torch.linspace(-1, 1, out[0].numel(), dtype=dtype).view_as(out[0])
    (gradient,) = torch.autograd.grad((out * weights).sum(), flat)
    return out.detach(), gradient


def passed_alone(model, x, dtype):
    model = model.to(dtype)
    out = model(x)
    weights = torch.linspace(-1, 1, out.numel(), dtype=dtype).view_as(out)
    gradients = torch.autograd.grad((out * weights).sum(), list(model.parameters()))
    return out.detach(), torch.cat([g.flatten() for g in gradients])


def inputs(runs, batch=5, dtype=torch.float64):
    return torch.randn(runs, batch, 7, generator=torch.Generator().manual_seed(1), dtype=dtype)


def test_every_registered_layer_is_tried():
    assert {type(layer) for layer in ELEMENTWISE} | {nn.Linear} == set(RULES)


@LAYERS
@pytest.mark.parametrize("dtype, tolerance", [(torch.float64, 1e-13), (torch.float32, 1e-5)])
def test_many_networks_equal_each_one(layer, dtype, tolerance):
    models, x = networks(lambda: layer, 4), inputs(4, dtype=dtype)
    out, gradient = passed(models, x, dtype)
    for run, model in enumerate(models):
        alone, alone_gradient = passed_alone(model, x[run], dtype)
        torch.testing.assert_close(out[run], alone, rtol=tolerance, atol=tolerance)
        torch.testing.assert_close(
            gradient[run, : len(alone_gradient)], alone_gradient, rtol=tolerance, atol=10 * tolerance
        )


@LAYERS
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("batch, units", [(1, 1), (3, 13), (5, 31), (7, 64)])
def test_company_changes_no_bit(layer, dtype, batch, units):
    models, x = networks(lambda: layer, 19, units), inputs(19, batch, dtype)
    out, gradient = passed(models, x, dtype)
    for run in (0, 7, 18):
        alone = passed([models[run]], x[[run]], dtype)
        assert torch.equal(out[[run]], alone[0]) and torch.equal(gradient[[run]], alone[1])
    backwards = passed(models[::-1], x.flip(0), dtype)
    assert torch.equal(out, backwards[0].flip(0)) and torch.equal(gradient, backwards[1].flip(0))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_a_diverged_neighbour_changes_no_bit(dtype):
    models, x = networks(nn.Tanh, 5), inputs(5, dtype=dtype)
    before = passed(models, x, dtype)
    models[2][0].weight.data.fill_(torch.nan)
    after = passed(models, x, dtype)
    others = [0, 1, 3, 4]
    assert after[0][2].isnan().all()
    assert all(torch.equal(a[others], b[others]) for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize("build", WITHOUT_A_RULE)
def test_layers_without_a_rule_are_mapped_and_equal_the_stock_layer(build):
    models, x = networks(build, 3), inputs(3)
    out, gradient = passed(models, x, torch.float64)
    for run, model in enumerate(models):
        alone, alone_gradient = passed_alone(model, x[run], torch.float64)
        torch.testing.assert_close(out[run], alone, rtol=1e-12, atol=1e-12)
        torch.testing.assert_close(gradient[run, : len(alone_gradient)], alone_gradient, rtol=1e-11, atol=1e-12)


def test_linear_layers_may_have_no_bias():
    models = [nn.Sequential(nn.Linear(7, 3, bias=False)) for _ in range(2)]
    out, _ = passed(models, inputs(2), torch.float64)
    torch.testing.assert_close(out[1], passed_alone(models[1], inputs(2)[1], torch.float64)[0])


def test_stacking_and_restoring_gives_the_network_back():
    models = networks(nn.PReLU, 3)
    flat = stack(models, torch.float32)
    again = restore(models[0], flat[2])
    assert all(torch.equal(a, b) for a, b in zip(again.parameters(), models[2].parameters(), strict=True))
    assert again is not models[0] and not torch.equal(models[0][0].weight, again[0].weight)


def test_unfolding_opens_nested_networks_in_order_and_no_others():
    residual = Residual(nn.Linear(7, 7))
    parts = [nn.Linear(7, 7), nn.ReLU(), residual, nn.Tanh()]
    assert unfold(nn.Sequential(parts[0], nn.Sequential(parts[1], nn.Sequential(parts[2])), parts[3])) == parts


class Scaled(nn.Module):
    """A layer of one's own, with a setting that its name does not show."""

    def __init__(self, scale):
        super().__init__()
        self._scale = scale

    def forward(self, x):
        return self._scale * x


def test_networks_of_one_form_agree_in_everything_but_their_numbers():
    def network(layer, units=4):
        return nn.Sequential(nn.Linear(7, units), layer)

    forms = [nn.ReLU(), nn.Tanh(), nn.LeakyReLU(), nn.LeakyReLU(0.2), Scaled(1), Scaled(2), Residual(), nn.Sequential()]
    assert len({form(network(layer)) for layer in forms}) == len(forms)
    assert form(network(nn.ReLU())) == form(network(nn.ReLU())) != form(network(nn.ReLU(), 5))


def frozen():
    model = nn.Sequential(nn.Linear(7, 7), nn.Linear(7, 3))
    model[0].requires_grad_(False)
    return model


def shared():
    layer = nn.Linear(7, 7)
    return nn.Sequential(layer, nn.ReLU(), layer)


@pytest.mark.parametrize(
    "culprit, build",
    [
        ("not Linear", lambda: nn.Linear(7, 3)),
        ("not NoneType", lambda: None),
        ("not Residual", lambda: Residual(nn.Linear(7, 7))),
        ("Dropout(p=0.5", lambda: nn.Sequential(nn.Linear(7, 3), nn.Dropout())),
        ("BatchNorm1d(7", lambda: nn.Sequential(nn.BatchNorm1d(7))),
        ("no parameters", lambda: nn.Sequential(nn.ReLU())),
        ("frozen", frozen),
        ("share", shared),
        ("without units", lambda: nn.Sequential(nn.Linear(7, 0), nn.Linear(0, 3))),
    ],
)
@pytest.mark.filterwarnings("ignore:Initializing zero-element")
def test_what_cannot_be_stacked_is_named_in_one_line(culprit, build):
    with pytest.raises((ValueError, TypeError)) as refusal:
        check(build())
    assert culprit in str(refusal.value) and "\n" not in str(refusal.value)
