"""Whatever a newcomer may get wrong in `fit` is answered by one line that names it."""

import numpy as np
import pytest
import torch
from torch import nn

from tricks import SGD, Adam, Data, digits, fit

DATA = digits(train=50, validation=0, test=50)
WATCHED = digits(train=50, validation=20, test=0)


def network(width=8):
    return nn.Sequential(nn.Linear(64, width), nn.ReLU(), nn.Linear(width, 10))


def call(**given):
    """Call `fit` with everything right but what is given."""
    given = {"network": network, "data": DATA, "optimizer": SGD(lr=0.1), "seeds": [1], "epochs": 1, **given}
    return fit(given.pop("network"), given.pop("data"), given.pop("optimizer"), **given)


def made_of(*layers):
    return lambda: nn.Sequential(*layers)


def clipping(clip=1):
    return network()


def of_both(lr=1):
    return network()


def anything(**settings):
    return network()


def of_two_widths(first=8, second=8):
    return nn.Sequential(nn.Linear(64, first), nn.Linear(second, 10))


def ends_early():
    raise ZeroDivisionError("the reader's own mistake")


def measuring(function):
    return {"measure": {"size": function}}


BAD = [
    # the network
    ("network must be a function", {"network": network()}),
    ("network must be a function", {"network": 64}),
    ("not Linear", {"network": lambda: nn.Linear(64, 10)}),
    ("not NoneType", {"network": lambda: None}),
    ("no parameters", {"network": made_of()}),
    ("9 outputs, but digits has labels up to 9", {"network": made_of(nn.Linear(64, 9))}),
    ("does not fit digits of shape (50, 64)", {"network": made_of(nn.Linear(63, 10))}),
    ("does not fit digits", {"network": of_two_widths, "first": [8, 9]}),
    ("(examples, classes), not (2, 8, 10)", {"network": made_of(nn.Unflatten(1, (8, 8)), nn.Linear(8, 10))}),
    ("RReLU", {"network": made_of(nn.Linear(64, 10), nn.RReLU())}),
    ("AlphaDropout", {"network": made_of(nn.Linear(64, 10), nn.AlphaDropout())}),
    ("LayerNorm((2, 10)", {"network": made_of(nn.Linear(64, 10), nn.LayerNorm((2, 10)))}),
    (
        "batch_size=7: leaves a batch of one",
        {"network": made_of(nn.Linear(64, 10), nn.BatchNorm1d(10)), "batch_size": 7},
    ),
    ("'width'", {"network": lambda width: network(width)}),
    ("width='8'", {"width": "8"}),
    ("width=8.0", {"width": [16, 8.0]}),
    ("width=-8", {"width": -8}),
    ("without units", {"width": 0}),
    ("new layers at every call", {"network": made_of(nn.Linear(64, 10)), "seeds": [1, 2]}),
    # the data
    ("not list", {"data": [[0.0], [1.0]]}),
    ("not tuple", {"data": (np.zeros((5, 2)), np.zeros(5))}),
    ("labels up to 11", {"data": Data(np.zeros((24, 64)), np.arange(24) % 12, 20)}),
    # the optimiser
    ("optimizer must be", {"optimizer": SGD}),
    ("optimizer must be", {"optimizer": "sgd"}),
    ("optimizer must be", {"optimizer": torch.optim.SGD(network().parameters())}),
    ("lr=[]", {"optimizer": SGD(lr=[])}),
    ("momentum=[0.5, 0.5]", {"optimizer": SGD(momentum=[0.5, 0.5])}),
    # the settings
    ("widht: no such setting", {"widht": 8}),
    ("lr belongs to the optimiser: write SGD(lr=…)", {"lr": 0.1}),
    ("beta1 belongs to the optimiser: write Adam(beta1=…)", {"optimizer": Adam(), "beta1": 0.5}),
    ("lr: the network and SGD both", {"network": of_both, "lr": [1, 2]}),
    ("lr: the network and SGD both", {"network": anything, "lr": [1, 2]}),
    ("clip: the network and fit both", {"network": clipping}),
    ("seed: the table of results", {"network": anything, "seed": [1, 2]}),
    ("layer: the table of results", {"network": anything, "layer": [1, 2]}),
    ("width=[]", {"width": []}),
    ("width=[8, 8]", {"width": [8, 8]}),
    # seeds and epochs
    ("seeds is empty", {"seeds": []}),
    ("seeds=5 must be a list", {"seeds": 5}),
    ("seeds=[0.5]", {"seeds": [0.5]}),
    ("seeds='ab'", {"seeds": "ab"}),
    ("seeds must be different", {"seeds": [1, 1]}),
    ("seeds must be different whole numbers from 0", {"seeds": [-1]}),
    ("epochs=0", {"epochs": 0}),
    ("epochs=2.5", {"epochs": 2.5}),
    ("epochs=[1, 2]", {"epochs": [1, 2]}),
    ("record_every=0", {"record_every": 0}),
    # fit's own keywords
    ("batch_size=0", {"batch_size": 0}),
    ("batch_size=64 must be a whole number from 1 to 50", {"batch_size": [10, 64]}),
    ("batch_size=2.5", {"batch_size": 2.5}),
    ("batch_size='all'", {"batch_size": "all"}),
    ("batch_size=[]", {"batch_size": []}),
    ("clip=0", {"clip": 0}),
    ("clip=-1", {"clip": [None, -1]}),
    ("clip='1'", {"clip": "1"}),
    ("clip=True", {"clip": True}),
    ("l1=-1", {"l1": [None, -1]}),
    ("l1=nan", {"l1": float("nan")}),
    ("l1='0.1'", {"l1": "0.1"}),
    ("patience=0", {"patience": 0, "data": WATCHED}),
    ("patience=2.5", {"patience": [3, 2.5], "data": WATCHED}),
    ("patience=True", {"patience": True, "data": WATCHED}),
    ("patience needs validation examples", {"patience": 5}),
    ("patience needs validation examples", {"patience": [None, 5]}),
    ("patience: the network and fit both", {"network": lambda patience=1: network()}),
    ("best_epoch: the table of results", {"measure": {"best_epoch": len}}),
    ("dtype='float64'", {"dtype": "float64"}),
    ("dtype=torch.int64", {"dtype": torch.int64}),
    ("device='gpu'", {"device": "gpu"}),
    # measures
    ("measure must map names to functions", {"measure": len}),
    ("measure must map names to functions", {"measure": {"size": 3}}),
    ("test_loss: the table of results", {"measure": {"test_loss": len}}),
    ("epoch: the table of results", {"measure": {"epoch": len}}),
    ("width: the table of results", {"measure": {"width": len}, "width": [8, 9]}),
    ("measure size: must return a number or a vector, not NoneType", measuring(lambda model, X, y: None)),
    ("measure size: must return a number or a vector, not str", measuring(lambda model, X, y: "large")),
    ("measure size: must return a number or a vector, not Parameter", measuring(lambda model, X, y: model[0].weight)),
]


@pytest.mark.parametrize("culprit, given", BAD, ids=[culprit for culprit, _ in BAD])
@pytest.mark.filterwarnings("ignore:Initializing zero-element")
def test_bad_input_is_named_in_one_line(culprit, given):
    with pytest.raises((ValueError, TypeError)) as refusal:
        call(**given)
    said = str(refusal.value)
    assert culprit in said and "\n" not in said and len(said) < 250, said


@pytest.mark.parametrize(
    "given",
    [
        {"seeds": range(2)},
        {"seeds": np.arange(2)},
        {"batch_size": np.int64(7)},
        {"epochs": np.int64(1)},
        {"clip": 1},
        {"clip": [np.float64(1), None], "l1": [0, 1e-3]},
        {"patience": np.int64(3), "data": WATCHED},
        {"patience": [None, 3], "data": WATCHED, "epochs": 2},
        {"optimizer": SGD(lr=np.float64(0.1))},
        {"network": anything, "width": (3, 4)},
    ],
)
def test_what_is_meant_well_is_taken(given):
    assert call(**given).train_loss.notnull().all()


def test_a_mistake_inside_the_network_stays_the_readers_own():
    with pytest.raises(ZeroDivisionError, match="the reader's own mistake"):
        call(network=ends_early)
