"""Lab 04, the harder exercise: images that choose and grade, but never what they chose, held to a plain count."""

from statistics import fmean
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...answers import explain, number
from ...mistakes import Mistake

__all__ = ["check"]

MARGIN = 1e-6  # relative to the largest loss: whoever collects in float32 is right as well
Pairs = list[tuple[Tensor, Tensor]]  # masks of images: who chooses the epoch, and who grades it


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `scores(losses, folds)` to a count, image by image; shapes (epochs, images) and (images,)."""
    cases = [_distinct(rng, labels) for labels in ([0, 1, 2], [0, 1, 2], [-4, 1, 3, 12])]
    cases += [_draw(rng, 5, [0, 1], [1, 6]), _draw(rng, 6, range(8), [1] * 8)]
    cases += [_ties(rng), _draw(rng, 1, [2, 7], [4, 2])]
    for losses, folds in cases:
        answer = student.scores(losses, folds)
        pair = answer.tolist() if isinstance(answer, Tensor) else answer
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise Mistake("two numbers are expected: return flattering, honest")
        flattering, honest = number(pair[0], "the flattering score"), number(pair[1], "the honest score")
        want = _by_hand(losses.tolist(), folds.tolist())
        margin = MARGIN * float(losses.abs().max())
        _hold_flattering(flattering, want, losses, margin)
        _hold_honest(honest, want, (losses, folds), margin)


def _by_hand(losses: list[list[float]], folds: list[int]) -> tuple[float, float]:
    """Return both scores in plain Python: for each image, the others outside its fold choose its epoch."""
    grades = []
    for i, fold in enumerate(folds):
        outside = [j for j, other in enumerate(folds) if other != fold]
        heard = [fmean(row[j] for j in outside) for row in losses]
        grades.append(losses[heard.index(min(heard))][i])
    return min(map(fmean, losses)), fmean(grades)


def _draw(rng: np.random.Generator, epochs: int, labels: Any, sizes: list[int]) -> tuple[Tensor, Tensor]:
    """Draw losses, of images of which some are harder than others, and deal the images into folds."""
    folds = rng.permutation(np.repeat(list(labels), sizes))
    losses = 5 + rng.normal(0, 2, size=len(folds)) + rng.normal(size=(epochs, len(folds)))
    return torch.tensor(losses), torch.tensor(folds)


def _distinct(rng: np.random.Generator, labels: list[int]) -> tuple[Tensor, Tensor]:
    """Draw until every likely mistake gives a number of its own."""
    sizes = [1, 2, 4, 6][-len(labels) :]
    while True:
        losses, folds = _draw(rng, 7, labels, sizes)
        want = _by_hand(losses.tolist(), folds.tolist())
        slips = [float(value) for name, value in _slips(losses, folds) if name != "last tie"]
        slips.remove(min(slips, key=lambda value: abs(value - want[0])))  # all choose, all grade: the flattering one
        lowest = [want[0], *map(float, _lowest(losses, want[1]).values())]
        if min(np.diff(np.sort(found)).min() for found in ([*want, *slips], lowest)) > 1e-3:
            return losses, folds


def _ties(rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Give losses at which two epochs tie outside two of three folds; whole numbers, so that they do exactly."""
    table = np.array([[9, 9, 9, 9, 9, 9], [1, 3, 3, 5, 2, 6], [5, 3, 1, 3, 5, 7]])
    order = rng.permutation(6)
    losses = (table + rng.integers(0, 5, size=6))[:, order]  # harder images change no choice
    return torch.tensor(losses * 1.0), torch.tensor(np.array([0, 0, 1, 1, 2, 2])[order])


def _hold_flattering(got: float, want: tuple[float, float], losses: Tensor, margin: float) -> None:
    if abs(got - want[0]) <= margin:
        return
    explain(
        ((abs(got - float(wrong)) <= margin, _FLATTERING[name]) for name, wrong in _lowest(losses, want[1]).items()),
        f"the flattering score is {got:.3f}, and the lowest of {len(losses)} means over images is {want[0]:.3f}",
        "flattering: the mean over images after each epoch, and the lowest of these means",
    )


def _lowest(losses: Tensor, honest: float) -> dict[str, Tensor | float]:
    """What likely mistakes make of the flattering score."""
    means = losses.mean(dim=1)
    return {
        "swapped": honest,
        "least": losses.min(),
        "own": losses.amin(dim=0).mean(),
        "images": losses.mean(dim=0).min(),
        "epoch": means.argmin(),
        "count": means.argmin() + 1,
        "sum": losses.sum(dim=1).min(),
        "end": means[-1],
        "worst": means.max(),
        "all": means.mean(),
    }


def _hold_honest(got: float, want: tuple[float, float], case: tuple[Tensor, Tensor], margin: float) -> None:
    if abs(got - want[1]) <= margin:
        return
    if len(case[0]) == 1:
        raise Mistake("with a single epoch there is nothing to choose: both scores are its mean loss")
    fits = [(abs(got - float(wrong)) <= margin, _HONEST[name]) for name, wrong in _slips(*case)]
    impossible = "honest comes out *below* flattering, which no losses allow: who grades, and what?"
    explain(
        [*fits, (got < want[0] - margin, (impossible, _RECIPE))],
        f"honest: {len(case[1])} images in folds {case[1].tolist()} give {want[1]:.3f}, not {got:.3f}",
        _RECIPE,
    )


def _slips(losses: Tensor, folds: Tensor) -> list[tuple[str, Tensor | float]]:
    """What likely mistakes make of the honest score; some names stand for more than one number."""
    labels, n = folds.unique(), len(folds)
    own = [folds == k for k in labels]
    everybody = torch.ones_like(own[0])
    right = [(~m, m) for m in own]
    others = {
        "chosen": [(everybody, m) for m in own],
        "inside": [(m, m) for m in own],
        "turned": [(m, ~m) for m in own],
        "outside": [(~m, ~m) for m in own],
    }
    means = torch.stack([losses[:, m].mean(dim=1) for m in own], dim=1)  # (epochs, folds)
    by_folds = [(means.sum(dim=1) - means[:, k]).argmin() for k in range(len(own))]
    sums = torch.stack([grades.sum() for grades in _graded(losses, right)])
    sizes = torch.stack([m.sum() for m in own])
    called = [(labels >= 0) & (labels < end) for end in (len(labels), int(labels.max()) + 1)]
    called = [some for some in called if some.any() and not some.all()]
    found = [(name, value) for name, pairs in others.items() for value in _averages(losses, pairs)]
    found += [
        ("folds", _averages(losses, right)[1]),
        ("by folds", torch.cat([losses[t, m] for t, m in zip(by_folds, own, strict=True)]).mean()),
        ("alone", _by_hand(losses.tolist(), list(range(n)))[1]),
        ("repeated", (sizes * sums).sum() / n),
        ("sum", sums.sum()),
        ("own", losses.amin(dim=0).mean()),
        ("end", losses[-1].mean()),
        ("worst", -torch.cat(_graded(-losses, right)).mean()),
        ("last tie", torch.cat(_graded(losses.flip(0), right)).mean()),
    ]
    return found + [("names", sums[some].sum() / size) for some in called for size in (n, sizes[some].sum())]


def _graded(losses: Tensor, pairs: Pairs) -> list[Tensor]:
    """For each pair, the graders' losses after the epoch that the choosers like best."""
    return [losses[losses[:, choose].mean(dim=1).argmin(), grade] for choose, grade in pairs]


def _averages(losses: Tensor, pairs: Pairs) -> tuple[Tensor, Tensor]:
    """The mean over all grades, and the mean of their means."""
    graded = _graded(losses, pairs)
    return torch.cat(graded).mean(), torch.stack([grades.mean() for grades in graded]).mean()


_RECIPE = "each fold: means over the images outside, their first lowest epoch, its losses inside"
_FLATTERING: dict[str, tuple[str, ...]] = {
    "swapped": ("the two scores are swapped: flattering first, then honest",),
    "least": ("that is one loss of one image: first the mean over images, then the lowest",),
    "own": ("every image has an epoch of its own here: first the mean over images, then the lowest",),
    "images": ("that is the easiest image: dim 0 of `losses` is epochs, dim 1 is images",),
    "epoch": ("that is the epoch: what is asked for is its mean loss",),
    "count": ("that is the epoch: what is asked for is its mean loss",),
    "sum": ("that is a sum over images: a score is their mean",),
    "end": ("that is the last epoch: the score of the *chosen* one is asked for",),
    "worst": ("that is the worst of the epochs: a loss is good if it is low",),
    "all": ("that is the mean of everything: the lowest of the epochs' means is asked for",),
}
_HONEST: dict[str, tuple[str, ...]] = {
    "chosen": ("each image has helped to choose the epoch that it grades: its fold must stand back", _RECIPE),
    "inside": ("each fold grades what it has chosen itself: let those *outside* it choose", _RECIPE),
    "turned": ("turned inside out: those *outside* a fold choose, those inside it grade", _RECIPE),
    "outside": ("who has chosen grades: read the losses of the images *inside* the fold", _RECIPE),
    "folds": ("that is a mean over folds: every *image* counts once, and large folds for more",),
    "by folds": ("the choice goes by the mean of all images outside, not by the mean of their folds",),
    "alone": ("each image stands back alone: the whole of its fold has to",),
    "repeated": (
        "each fold is read once for each of its images: go through the folds, not through the images",
        "`set` keeps equal tensors apart: folds.unique() does not",
    ),
    "sum": ("that is a sum over images: a score is their mean",),
    "own": ("every image chooses for itself here: the others, outside its fold, choose",),
    "end": ("that is the last epoch: let the images outside each fold choose one",),
    "worst": ("those outside choose the *worst* epoch here: a loss is good if it is low",),
    "last tie": ("if several epochs are equally good, the *first* of them is taken",),
    "names": ("some folds are missing: their numbers are names only, not 0, 1, 2, …", "for k in folds.unique()"),
}
