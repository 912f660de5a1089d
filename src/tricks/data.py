"""Data sets, and the randomness that belongs to a seed."""

from contextlib import contextmanager
from dataclasses import dataclass
from numbers import Integral

import numpy as np
import torch
from sklearn import datasets
from torch import Tensor


def require(holds: bool, complaint: str, error: type[Exception] = ValueError) -> None:
    """Raise `error` with one line, the complaint, unless something holds."""
    if not holds:
        raise error(complaint)


def whole(value, least: int = 1) -> bool:
    """Whether a value is a whole number from `least`."""
    return isinstance(value, Integral) and not isinstance(value, bool) and value >= least


@contextmanager
def blaming(culprit: str):
    """Turn what goes wrong inside into a ValueError of one line that begins with `culprit`."""
    try:
        yield
    except (RuntimeError, TypeError, ValueError, AssertionError) as error:
        raise ValueError(f"{culprit}: {str(error).splitlines()[0]}") from error


PURPOSES = ("split", "noise", "initialisation", "order", "masks")


def derive(seed: int, purpose: str) -> int:
    """Return the number that starts one purpose's random stream in the run `seed`."""
    entropy = np.random.SeedSequence([int(seed), PURPOSES.index(purpose)])
    return int(entropy.generate_state(1, np.uint64)[0] >> 1)


def generator(seed: int, purpose: str) -> torch.Generator:
    """Return a fresh generator for one `purpose` of a run: one of `PURPOSES`.

    Streams of different purposes are independent, so that changing how many
    numbers one of them draws leaves the others as they were.
    """
    return torch.Generator().manual_seed(derive(seed, purpose))


@dataclass(frozen=True)
class Data:
    """A pool of examples, split anew by every seed.

    X is (N, D), y holds N class numbers from 0; `train`, `validation` and
    `test` are numbers of examples. `noise` is the share of *training* labels
    replaced by another class. `standardise` subtracts the mean of the training
    part from every feature and divides by its standard deviation (features
    that are constant there are only centred).
    Raises ValueError for NaN, for labels that are no class numbers, and for parts larger than the pool.
    """

    X: np.ndarray
    y: np.ndarray
    train: int
    validation: int = 0
    test: int = 0
    noise: float = 0.0
    standardise: bool = False
    name: str = "data"

    def __post_init__(self):
        with blaming("data: X"):
            object.__setattr__(self, "X", np.asarray(self.X, dtype=np.float64))
        object.__setattr__(self, "y", np.asarray(self.y))
        X, y = self.X, self.y
        matched = X.ndim == 2 and X.size and y.shape == (len(X),)
        require(matched, f"data: X must be (examples, features) and y (examples,), not {X.shape} and {y.shape}")
        for row in np.flatnonzero(~np.isfinite(X).all(axis=1)):
            raise ValueError(f"data: X holds NaN or infinity, first in example {row}")
        classes = np.issubdtype(y.dtype, np.integer) and y.min() >= 0 < y.max()
        require(classes, "data: labels must be whole numbers from 0, of at least two classes")
        share = isinstance(self.noise, int | float) and 0 <= self.noise <= 1
        require(share, f"data: noise is a share from 0 to 1, not {self.noise!r}")
        for part, least in (("train", 1), ("validation", 0), ("test", 0)):
            size = getattr(self, part)
            require(whole(size, least), f"data: {part}={size!r} must be a whole number from {least}")
        wanted = self.train + self.validation + self.test
        fits = wanted <= len(X)
        require(fits, f"data: train + validation + test = {wanted}, but {self.name} has only {len(X)} examples")

    @property
    def classes(self) -> int:
        """The number of classes in the pool."""
        return int(self.y.max()) + 1

    def split(self, seed: int) -> dict[str, np.ndarray]:
        """Return the indices of `train`, `validation` and `test` for this seed."""
        order = torch.randperm(len(self.X), generator=generator(seed, "split")).numpy()
        edges = np.cumsum([self.train, self.validation, self.test])
        return dict(zip(("train", "validation", "test"), np.split(order, edges)[:3], strict=True))

    def arrays(self, seed: int, dtype=torch.float32) -> dict[str, tuple[Tensor, Tensor]]:
        """Return (X, y) for `train`, `validation`, `test` and `clean`, as tensors.

        `clean` is the training part with its labels before the noise.
        """
        indices, labels = self.split(seed), self.labels(seed)
        X, indices["clean"] = self.scaled(indices["train"]), indices["train"]
        return {part: (torch.as_tensor(X[i], dtype=dtype), labels[part]) for part, i in indices.items()}

    def labels(self, seed: int) -> dict[str, Tensor]:
        """Return the class numbers of `train`, `validation`, `test` and `clean`."""
        y = {part: torch.as_tensor(self.y[i]).long() for part, i in self.split(seed).items()}
        return y | {"clean": y["train"], "train": self._noisy(y["train"], seed)}

    def scaled(self, train: np.ndarray) -> np.ndarray:
        """Return X (N, D) as a network gets it whose training part has the indices `train`."""
        if not self.standardise:
            return self.X
        spread = self.X[train].std(axis=0)
        return (self.X - self.X[train].mean(axis=0)) / np.where(spread > 0, spread, 1)

    def _noisy(self, labels: Tensor, seed: int) -> Tensor:
        draw = generator(seed, "noise")
        chosen = torch.randperm(len(labels), generator=draw)[: round(self.noise * len(labels))]
        shift = torch.randint(1, self.classes, (len(chosen),), generator=draw)
        labels = labels.clone()
        labels[chosen] = (labels[chosen] + shift) % self.classes
        return labels


def digits(train: int, validation: int = 200, test: int = 800, **options) -> Data:
    """Return scikit-learn's 1 797 handwritten digits, 8×8 pixels from 0 to 1 (X / 16).

    `options` are those of `Data`: `noise`, `standardise`.
    Source: {cite}`alpaydin1998`.
    """
    X, y = datasets.load_digits(return_X_y=True)
    return Data(X / 16, y, train, validation, test, name="digits", **options)


def breast_cancer(train: int, validation: int = 0, test: int = 200, **options) -> Data:
    """Return scikit-learn's 569 tumours, 30 measurements each; class 1 is benign.

    `options` are those of `Data`: `noise`, `standardise`.
    Source: {cite}`street1993`.
    """
    X, y = datasets.load_breast_cancer(return_X_y=True)
    return Data(X, y, train, validation, test, name="breast cancer", **options)


def diabetes() -> tuple[np.ndarray, np.ndarray]:
    """Return X (442, 10) and y (442,): ten measurements of a patient, and the disease a year later.

    Columns of X are centred and of length 1; y is in its own units, minus its mean.
    Source: {cite}`efron2004`.
    """
    X, y = datasets.load_diabetes(return_X_y=True)
    return X, y - y.mean()
