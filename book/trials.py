"""Trials: the experiments of twelve claims, each written so that it can be carried to another world.

A trial takes a world and its seeds and returns the effect that the claim's own notebook judges, one number a seed, or
a dict of two arms. Steps, penalties and shares of dropped units are those of the notebook, and so are the rates, which
its pilots chose: nothing is tuned again, so that a world asks whether the claim survives settings nobody looked after.
A run that diverged scores as guessing does; a measure of its units is not defined, and such a world has no verdict.

Chosen because the book states them generally and they are cheap; fixed before they were run. Expected to fail
somewhere: C8 and B8c, whose rates were tuned for digits; E2c, D2a and G1a, whose size depends on how much there is to
overfit; B12c, because two equal arms must agree closely in every world; and B4c wherever there are two classes, of
which guessing gets so many right that the 50 points of its criterion cannot be gained.
"""

from functools import partial

import numpy as np
import torch
from grid import World
from torch import nn

from tricks import SGD, Adam, Data, RMSprop, fit
from tricks.initializers import he, initialise, xavier

ROOT2 = 2**0.5


def network(inputs, classes, units, depth=1, unit=nn.ReLU, start=he, gain=1.0, top=1.0, centred=False, drop=None):
    """A network of `depth` hidden layers, started by `start`; `drop` names the shares of inputs and units dropped."""
    layers = [nn.Dropout(drop[0])] if drop else []
    for size in [inputs, *[units] * (depth - 1)]:
        layers += [nn.Linear(size, units), unit(), *([nn.Dropout(drop[1])] if drop else [])]
    model = initialise(nn.Sequential(*layers, nn.Linear(units, classes)), start, gain)
    start(model[-1].weight, top)
    if centred:  # as if sigmoids were tanhs: what comes from below is ½ on average
        for layer in [layer for layer in model if isinstance(layer, nn.Linear)][1:]:
            layer.bias.data -= layer.weight.data.sum(dim=1) / 2
    return model


def trained(world: World, data: Data, rule, seeds, epochs: int, width: int = 64, **how):
    """The table of `fit` for the network that this world asks for."""
    sized = partial(network, inputs=data.X.shape[1], classes=data.classes, units=world.units(width))
    return fit(sized, data, rule, seeds=seeds, epochs=epochs, **{"record_every": epochs} | how)


def percent(table, data: Data, part: str = "test"):
    """The accuracy at the last step, in per cent."""
    return 100 * table[f"{part}_accuracy"].isel(epoch=-1, drop=True).fillna(1 / data.classes)


def a3a(world, seeds):
    """The right pill minus the wrong one: patient U (five sigmoid layers), patient O (one ReLU layer, wrong labels)."""
    clean = world.examples(200, world.noise, standardise=True)
    noisy = world.examples(100, 0.2 + world.noise)
    old = dict(depth=5, unit=nn.Sigmoid, start=xavier)
    leaky = dict(unit=partial(nn.LeakyReLU, 0.2), start=xavier, gain=ROOT2)
    sgd, adam = partial(SGD, 0.05 * world.rate, momentum=0.9), partial(Adam, 0.005 * world.rate)
    u = percent(trained(world, clean, sgd(), seeds, 150, depth=5, **leaky), clean)
    u = u - percent(trained(world, clean, sgd(weight_decay=0.03), seeds, 150, **old), clean)
    o = percent(trained(world, noisy, adam(), seeds, 300, **leaky), noisy)
    o = o - percent(trained(world, noisy, adam(weight_decay=0.03), seeds, 300, start=xavier, gain=ROOT2), noisy)
    return (u - o) / 2


def n2(world, seeds):
    """Features from 0 to 1 minus features from 0 to 255, at the same rate."""
    scores = []
    for scale in (1, 255):
        data = world.examples(100, world.noise, scale=scale)
        how = dict(width=32, start=xavier, gain=ROOT2)
        scores.append(percent(trained(world, data, SGD(0.1 * world.rate, 0.9), seeds, 200, **how), data))
    return scores[0] - scores[1]


def b12c(world, seeds):
    """PReLU minus ReLU."""
    data = world.examples(200, world.noise, standardise=True)
    prelu = partial(nn.PReLU, world.units(64), init=0.25)
    scores = [
        percent(trained(world, data, SGD(0.1 * world.rate, 0.9), seeds, 150, depth=2, unit=unit), data)
        for unit in (prelu, nn.ReLU)
    ]
    return scores[0] - scores[1]


@torch.no_grad()
def dead(model, X, y):
    """The share of ReLUs, in per cent, that answer to no example."""
    silent = []
    for layer in model:
        X = layer(X)
        if isinstance(layer, nn.ReLU):
            silent.append((X.amax(dim=0) == 0).double())
    return 100 * torch.cat(silent).mean()


def n12(world, seeds):
    """Dead units after training at ten times the best rate, minus those born dead."""
    data = world.examples(200, world.noise, standardise=True)
    rule = Adam([0.0, 0.1 * world.rate])
    found = trained(world, data, rule, seeds, 100, depth=2, measure={"dead": dead}).dead.isel(epoch=-1)
    return found.isel(lr=1, drop=True) - found.isel(lr=0, drop=True)


def b4c(world, seeds):
    """Eight sigmoid layers with weights four times Xavier's and centred biases, minus the same as they are born."""
    data = world.examples(100, world.noise, standardise=True)
    how = dict(depth=8, unit=nn.Sigmoid, start=xavier)
    scores = [
        percent(trained(world, data, SGD(0.2 * world.rate, 0.9), seeds, 100, **how, **cure), data, "train")
        for cure in (dict(gain=4.0, centred=True), {})
    ]
    return scores[0] - scores[1]


def b8c(world, seeds):
    """Thirty ReLU layers started by He's rule minus the same by Xavier's."""
    data = world.examples(100, world.noise, standardise=True)
    scores = [
        percent(trained(world, data, Adam(rate * world.rate), seeds, 100, 32, depth=30, start=start), data, "train")
        for start, rate in ((he, 0.001), (xavier, 0.01))
    ]
    return (scores[0] - scores[1]) / 100


def c8(world, seeds):
    """How much higher RMSProp's loss is than momentum's, in powers of ten: in a healthy network, and in a sick one."""
    data = world.examples(200, world.noise, standardise=True)
    healthy, sick = dict(depth=2), dict(depth=4, unit=nn.Sigmoid, start=xavier)
    arms = {}
    for name, kind, rate in (("healthy", healthy, 0.3), ("sick", sick, 1.0)):
        rules = RMSprop(0.03 * world.rate, alpha=0.9), SGD(rate * world.rate, 0.9)
        how = dict(width=32, dtype=torch.float64, **kind)
        losses = [trained(world, data, rule, seeds, 60, **how).train_loss.isel(epoch=-1) for rule in rules]
        logs = [np.log10(loss.fillna(10.0).clip(1e-9, 10.0)) for loss in losses]
        arms[name] = logs[0] - logs[1]
    return arms


def unstopped(world, seeds, noise, epochs, **how):
    """Patient O trained on, with examples to watch."""
    data = world.examples(100, noise, validation=200)
    how |= dict(start=xavier, gain=ROOT2, top=ROOT2, record_every=4)
    return data, trained(world, data, Adam(0.005 * world.rate), seeds, epochs, **how)


def d2a(world, seeds):
    """Stopped at the lowest validation loss minus trained to the end: with wrong labels, and without."""
    arms = {}
    for name, noise, epochs in (("noisy", 0.2 + world.noise, 300), ("clean", 0.0, 1000)):
        data, table = unstopped(world, seeds, noise, epochs, patience=[None, 20])
        end, stopped = percent(table, data)
        arms[name] = stopped - end
    return arms


def d2c(world, seeds):
    """Stopped at the lowest sum of training and validation loss minus stopped at the lowest validation loss."""
    data, table = unstopped(world, seeds, 0.2 + world.noise, 300)
    watched = table.validation_loss.fillna(np.inf)
    alone, both = (loss.argmin("epoch") for loss in (watched, watched + table.train_loss.fillna(np.inf)))
    score = 100 * table.test_accuracy.fillna(1 / data.classes)
    return score.isel(epoch=both) - score.isel(epoch=alone)


def e2c(world, seeds):
    """L2 minus none, mean of the last 41 steps: with wrong labels, and with right ones."""
    arms = {}
    for name, noise, dose in (("wrong labels", 0.2 + world.noise, 0.03), ("right labels", 0.0, 0.0003)):
        data = world.examples(100, noise)
        table = trained(world, data, Adam(0.005 * world.rate, weight_decay=[0.0, dose]), seeds, 300, record_every=10)
        late = table.test_accuracy.fillna(1 / data.classes).isel(epoch=slice(-5, None)).mean("epoch")
        arms[name] = 100 * (late[1] - late[0])
    return arms


def dropping(world, seeds, data, **how):
    """Patient O with dropout, and without: a fifth of the inputs and half of the units."""
    rule = Adam(0.005 * world.rate)
    return [trained(world, data, rule, seeds, 300, drop=drop, **how) for drop in ((0.2, 0.5), None)]


def g1a(world, seeds):
    """Dropout minus none: with flipped labels, and with right ones."""
    arms = {}
    for name, noise in (("flipped labels", 0.2 + world.noise), ("right labels", 0.0)):
        data = world.examples(100, noise)
        dropout, none = (percent(table, data) for table in dropping(world, seeds, data))
        arms[name] = dropout - none
    return arms


@torch.no_grad()
def fits(model, X, y):
    """The share of labels, in per cent, that the whole network gives as it was taught."""
    return 100 * (model(X).argmax(dim=1) == y).double().mean()


def n5(world, seeds):
    """Accuracy of the whole network on what it learned from: dropout minus none."""
    tables = dropping(world, seeds, world.examples(100, 0.2 + world.noise), measure={"fits": fits})
    dropout, none = (table.fits.isel(epoch=-1, drop=True) for table in tables)
    return dropout - none


TRIALS = {f.__name__.capitalize(): f for f in (a3a, n2, b12c, n12, b4c, b8c, c8, d2a, d2c, e2c, g1a, n5)}
