"""The work that every contender does: a small network on the digits, once for every seed."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from tricks import digits, seeds
from tricks.data import Data, derive, generator

EPOCHS, BATCH = 40, 50
TRAIN, TEST = 1000, 797
LR, MOMENTUM = 0.05, 0.9
SIZES = (64, 64, 64, 10)
QUANTITIES = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")

# Multiply and add, forward and for both gradients; nobody needs the gradient of the images.
_WEIGHTS = [a * b for a, b in pairwise(SIZES)]
FLOP = 2 * (3 * sum(_WEIGHTS) - _WEIGHTS[0]) * TRAIN  # of one run's training in one epoch

Records = dict[str, list[float]]  # by seed: the four quantities after the last epoch


def network() -> nn.Sequential:
    """Return a fresh network."""
    return nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))


def data(test: int = TEST) -> Data:
    """Return the pool of digits."""
    return digits(train=TRAIN, validation=0, test=test)


def share(runs: int, part: int, parts: int) -> list[int]:
    """Return the seeds that fall to one of several processes."""
    return seeds(runs)[part::parts]


def born(seed: int) -> nn.Sequential:
    """Return the network that the run of this seed starts from."""
    torch.manual_seed(derive(seed, "initialisation"))
    return network()


def order(stream: torch.Generator) -> Tensor:
    """Return the order of the training examples in one more epoch."""
    return torch.randperm(TRAIN, generator=stream)


def stream(seed: int) -> torch.Generator:
    """Return the generator from which a run draws its orders."""
    return generator(seed, "order")
