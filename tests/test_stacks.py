"""Stacks: networks to rows and back, and what cannot be stacked."""

import pytest
import torch
from test_layers import Residual
from torch import nn

from tricks.stacks import Layout, check, draws, form, restore, row, unfold


def normed():
    model = nn.Sequential(nn.Linear(7, 5), nn.BatchNorm1d(5), nn.Dropout(0.3), nn.PReLU(), nn.Linear(5, 3))
    model(torch.randn(9, 7))  # moves the running averages
    return model


def test_a_row_gives_the_network_back_with_all_its_numbers():
    models = [normed() for _ in range(2)]
    again = restore(models[0], row(models[1], torch.float32))
    for ours, theirs in zip(again.state_dict().values(), models[1].state_dict().values(), strict=True):
        assert torch.equal(ours, theirs) and ours.dtype == theirs.dtype
    assert again is not models[0] and not again.training
    assert not torch.equal(models[0][0].weight, again[0].weight)


def test_rows_start_on_cache_lines_and_views_find_their_numbers():
    models = [normed() for _ in range(2)]
    layout, rows = Layout(models[0]), torch.stack([row(model, torch.float64) for model in models])
    parameters, buffers = rows.tensor_split([layout.size], dim=1)
    assert layout.size % 16 == 0 and buffers.shape[1] == 5 + 5 + 1 + 1
    owned = layout.owned(parameters, buffers)
    assert torch.equal(owned[4].parameters[0][1], models[1][4].weight.double())
    assert torch.equal(owned[1].buffers[0][1], models[1][1].running_mean.double())
    assert owned[2].buffers[0].flatten().tolist() == [0.3, 0.3]


def test_penalties_are_for_weight_matrices_alone():
    layout = Layout(normed())
    parameters, buffers = layout.weights[None], torch.zeros(1, 12)
    owned = layout.owned(parameters, buffers)
    penalised = [[bool(p.all()) for p in own.parameters] for own in owned]
    assert penalised == [[True, False], [False, False], [], [False], [True, False]]
    assert layout.weights.sum() == 7 * 5 + 5 * 3


def test_layers_that_draw_tell_for_how_many_units():
    model = nn.Sequential(nn.Dropout(0.2), nn.Linear(7, 5), nn.Sequential(nn.ReLU(), nn.Dropout()), nn.Linear(5, 3))
    assert draws(model, torch.zeros(4, 7)) == [7, 5]
    assert model.training


def test_the_readers_network_is_left_as_it_is():
    model = nn.Sequential(nn.Linear(7, 5), nn.ReLU(inplace=True), nn.Linear(5, 3))
    assert Layout(model).layers[1] is not model[1] and model[1].inplace and not Layout(model).layers[1].inplace


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
    assert form(network(nn.Dropout(0.1))) == form(network(nn.Dropout(0.9)))


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
        ("AlphaDropout(p=0.5", lambda: nn.Sequential(nn.Linear(7, 3), nn.AlphaDropout())),
        ("BatchNorm2d(7", lambda: nn.Sequential(nn.BatchNorm2d(7))),
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


def test_dropout_that_never_drops_is_no_layer_of_the_stack():
    never, ever = (nn.Sequential(nn.Linear(7, 5), nn.Dropout(p), nn.Linear(5, 3)) for p in (0.0, 0.3))
    assert [type(layer) for layer in Layout(never).layers] == [nn.Linear, nn.Linear]
    assert draws(never, torch.zeros(1, 7)) == [] and draws(ever, torch.zeros(1, 7)) == [5]
    assert form(never) != form(ever)
