"""What the tests of landscapes share: landscapes, plain and turned, rules, lists of settings, places, measurements."""

import numpy as np
import torch

from tricks.landscapes import LANDSCAPES, double_well, quadratic, ravine, rosenbrock, trajectory
from tricks.optimizers import SGD, Adagrad, Adam, AdamW, RMSprop

ORTHOGONAL, LARGE = (np.linalg.qr(np.random.default_rng(0).normal(size=(D, D)))[0] for D in (5, 20))
FIVE = quadratic([0.5, 1, 3, 7, 10])
ALL = [factory() for name, factory in LANDSCAPES.items() if name != "quadratic"]  # then with other parameters
ALL += [FIVE, quadratic(np.array([2.0])), ravine(kappa=30, angle=25), rosenbrock(a=0.5, b=7)]
ALL += [double_well(barrier=2, tilt=-0.7), double_well(tilt=0), FIVE.rotated(ORTHOGONAL), rosenbrock().rotated(-70)]
RULES = [SGD(lr=1e-3), SGD(lr=1e-3, momentum=0.9, dampening=0.1, weight_decay=0.1), Adagrad(lr=0.1, lr_decay=0.01)]
RULES += [SGD(lr=1e-3, momentum=0.9, nesterov=True), RMSprop(lr=1e-2, momentum=0.5), RMSprop(lr=1e-2, centered=True)]
RULES += [Adam(lr=1e-2), Adam(lr=1e-2, amsgrad=True, weight_decay=0.1), AdamW(lr=1e-2)]

SEVERAL = {
    SGD: {"lr": [1e-3, 3e-4], "momentum": [0.9, 0.5, 0.0], "weight_decay": [0.0, 0.1], "nesterov": [True, False]},
    Adagrad: {"lr": [0.1, 0.03], "lr_decay": [0.0, 0.1, 0.3]},
    RMSprop: {"lr": [0.01, 0.003], "alpha": [0.9, 0.5, 0.0], "centered": [False, True]},
    Adam: {"lr": [0.01, 0.003], "beta1": [0.9, 0.5, 0.0], "amsgrad": [False, True]},
    AdamW: {"lr": [0.01, 0.003], "weight_decay": [0.0, 0.1, 0.3]},
}


def places(landscape, count=50):
    """Return `count` positions (count, D) within ±3."""
    generator = torch.Generator().manual_seed(1)
    return 6 * torch.rand(count, landscape.minima.shape[1], generator=generator, dtype=torch.float64) - 3


def calling(name):
    """`trajectory`, with everything right but possibly what is given for `name`."""
    right = {"landscape": ravine(), "optimizer": SGD(lr=0.01), "start": [1.0, 1.0], "steps": 5}
    return lambda value: trajectory(**{**right, name: value})


def same_bits(many, one):
    """Whether two tables hold the same numbers to the bit, but for the sign of zeros."""
    return all(np.array_equal(many[name], one[name], equal_nan=True) for name in ("position", "height"))


def noise_of(lr=0.1, start=(1.0, 1.0), steps=500, noise=0.5, seeds=(7, 8)):
    """What plain descent added to its gradients: (seed, step, coordinate)."""
    p = trajectory(ravine(10), SGD(lr=lr), start, steps, noise=noise, seeds=seeds).position.values
    return (p[:, :-1] - p[:, 1:]) / lr - ravine(10).gradient(torch.tensor(p[:, :-1])).numpy()
