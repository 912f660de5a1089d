"""Worlds: what an experiment of the book is carried to, so that a claim cannot live on one set of images alone.

A world differs from the claim's own in the width of the network, the number of examples, the share of wrong labels,
the learning rate, or the data. There are 36 besides the claim's own: ten that differ in one respect alone, which say
what a failure is due to; and 26 that differ in two to five at once, a 3^(5−2) fractional factorial design without
its first row, which is the claim's own world. In that design every level occurs nine times, and every pair of levels
of two respects three times: no respect can hide behind another.
"""

from dataclasses import asdict, dataclass
from functools import cache
from itertools import product

import numpy as np
from sklearn import datasets

from tricks import Data

LEVELS = {  # the claim's own first
    "width": {1: "", 0.5: "half the width", 2: "twice the width"},
    "n": {1: "", 0.5: "half the examples", 2: "twice the examples"},
    "noise": {0: "", 0.1: "10 points more wrong labels", 0.2: "20 points more wrong labels"},
    "rate": {1: "", 0.5: "half the rate", 2: "twice the rate"},
    "data": {"digits": "", "tumours": "breast tumours", "clouds": "clouds of points"},
}


@dataclass(frozen=True)
class World:
    """Multiples of an experiment's own width, examples and rate; noise to be added to its own; and data."""

    width: float = 1
    n: float = 1
    noise: float = 0
    rate: float = 1
    data: str = "digits"

    def __str__(self):
        words = [LEVELS[name][level] for name, level in asdict(self).items()]
        return ", ".join(filter(None, words)) or "the claim's own"

    def units(self, width: int) -> int:
        """How many units a layer has here that has `width` in the claim's own world."""
        return round(self.width * width)

    def examples(self, n: int, noise: float = 0.0, validation: int = 0, scale: float = 1.0, **options) -> Data:
        """The data here: 800 examples to test on, or what is left; the features from 0 to `scale`."""
        X, y = pool(self.data)
        train = round(self.n * n)
        test = min(800, len(X) - train - validation)
        return Data(scale * X, y, train, validation, test, noise=noise, name=self.data, **options)


@cache
def pool(name: str) -> tuple[np.ndarray, np.ndarray]:
    """All examples, each feature brought to 0 … 1, and their classes.

    digits: 1 797 images of 8×8 pixels, 10 classes; tumours: 569 breast tumours, 30 measurements, 2 classes; clouds:
    1 800 points in 40 dimensions, of which 20 tell anything, 5 classes of two Gaussian clouds each.
    """
    if name == "clouds":
        shape = dict(n_features=40, n_informative=20, n_redundant=0, n_classes=5, class_sep=3.0)
        X, y = datasets.make_classification(1800, **shape, random_state=0)
    else:
        load = {"digits": datasets.load_digits, "tumours": datasets.load_breast_cancer}[name]
        X, y = load(return_X_y=True)
    if name == "digits":
        return X / 16, y
    low, high = X.min(axis=0), X.max(axis=0)
    return (X - low) / (high - low), y


def worlds() -> list[World]:
    """The claim's own world, the ten that differ from it in one respect, the 26 that differ in more."""
    star = [World(**{name: level}) for name, levels in LEVELS.items() for level in list(levels)[1:]]
    design = []
    for a, b, c in product(range(3), repeat=3):
        places = a, b, c, (a + b + c) % 3, (a + 2 * b) % 3
        levels = [list(LEVELS[name])[place] for name, place in zip(LEVELS, places, strict=True)]
        design.append(World(*levels))
    return [design[0], *star, *design[1:]]


def seeds(world: World, n: int = 20) -> list[int]:
    """Seeds of this world's own, beyond all that the book and `make evidence` use."""
    first = 2_000_000 + 1000 * worlds().index(world)
    return list(range(first, first + n))
