"""Lab 00, exercise 3: a split that leaks, traced by labels of which no two are alike."""

import math
from collections import Counter
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...answers import explain, tensor
from ...mistakes import Mistake
from .ward import fainter

__all__ = ["check"]

# With or without the 0.01: one per cent. The mean of other images: ten.
MARGIN = 0.05
Part = tuple[Tensor, Tensor]


def check(student: Any, rng: np.random.Generator) -> None:
    """Follow every image through `prepare(images, labels, train)`: its label is its name."""
    taken = []
    for _ in range(3):
        pool, train = int(rng.integers(20, 27)), int(rng.integers(8, 14))
        images = torch.tensor(rng.normal(1, 2, size=(pool, 64)), dtype=torch.float32)
        images[:, 9:11] = 0  # two pixels that never change, as in the corners of the digits
        labels = torch.tensor(rng.permutation(pool))
        mine, new = _read(student.prepare(images, labels, train), images)
        _hold_split(mine[1].tolist(), new[1].tolist(), pool, train)
        _hold_values(mine, new, images[labels.argsort()])
        taken.append([labels.tolist().index(name) for name in set(mine[1].tolist())])
    if all(max(rows) - min(rows) < len(rows) for rows in taken):
        raise Mistake(
            "the split takes the rows as they come: if they are sorted, classes are missing",
            "draw an order first: torch.randperm(len(images))",
        )


def _read(answer: Any, images: Tensor) -> tuple[Part, Part]:
    """Read two pairs, each of images with their labels."""
    parts = answer if isinstance(answer, list | tuple) else []
    if len(parts) != 2 or not all(isinstance(p, list | tuple) and len(p) == 2 for p in parts):
        raise Mistake("two pairs are expected: (images, labels) to learn from, (images, labels) of new ones")
    for part, name in zip(parts, ("learned from", "new"), strict=True):
        if not isinstance(part[1], Tensor) or part[1].ndim != 1 or part[1].is_floating_point():
            raise Mistake(f"labels ({name}): one whole number an image is expected")
        if isinstance(part[0], Tensor) and not torch.isfinite(part[0]).all():
            raise Mistake(f"images ({name}) hold nan or inf: a pixel that never changes has spread 0", "add 0.01 to it")
        tensor(part[0], images.new_empty(len(part[1]), images.shape[1]), f"images ({name})")
    return (answer[0][0], answer[0][1]), (answer[1][0], answer[1][1])


def _hold_split(mine: list[int], new: list[int], pool: int, train: int) -> None:
    """Hold who went where: nobody in both parts, twins in the first only, everybody somewhere."""
    both, times, again = set(mine) & set(new), Counter(mine), Counter(new)
    if not set(mine + new) <= set(range(pool)):
        raise Mistake("labels come back that no image has: hand them over as they are")
    if both:
        raise Mistake(
            f"a leak is open: {len(both)} of {len(set(new))} new images were learned from, themselves or as twins",
            "draw who is new *first*, and make twins of the others only",
        )
    if max(again.values(), default=0) > 1:
        raise Mistake("new images come twice: twins are for learning only", "new images stay as they are")
    if len(times) != train:
        raise Mistake(f"{len(times)} different images are learned from, and train={train} were asked for")
    if len(again) != pool - train:
        raise Mistake(f"{len(again)} of the {pool - train} images that are left come back as new ones: all should")
    if set(times.values()) == {1}:
        raise Mistake("the twins are gone: each image to be learned from comes as it is, and fainter")
    if set(times.values()) != {2}:
        raise Mistake("each image to be learned from comes twice: as it is, and fainter")


def _scale(of: Tensor, ddof: int = 0) -> tuple[Tensor, Tensor]:
    return of.mean(dim=0), of.std(dim=0, correction=ddof) + 0.01


def _far(got: Tensor, want: Tensor) -> float:
    """Return how far apart two sets of images are, relative to their size, constant pixels left out."""
    use = [k for k in range(got.shape[1]) if k not in (9, 10)]
    apart = (got - want)[:, use].square().mean() / want[:, use].square().mean().clamp(min=1e-9)
    return math.sqrt(apart.item())


def _hold_values(mine: Part, new: Part, images: Tensor) -> None:
    """Hold the pixels: scaled by what the learned images show; `images` are in the order of names."""
    learned = images[mine[1].unique()]
    twins = torch.cat([learned, fainter(learned)])
    everyone = torch.cat([images, fainter(images)])
    fresh = images[new[1]]
    rights = [_scale(of, ddof) for of in (twins, learned) for ddof in (0, 1)]
    if min(_far(new[0], (fresh - m) / s) for m, s in rights) > MARGIN:
        scales = [(images, "all"), (everyone, "all"), (fresh, "own")]
        guesses = [((fresh - m) / s, name) for part, name in scales for m, s in (_scale(part), _scale(part, 1))]
        guesses += [((fresh - twins.mean()) / twins.std(), "one"), (fresh, "raw")]
        for m, s in rights:
            guesses += [(fresh - m, "centred"), (fresh / s, "divided"), ((fresh - m) / s**2, "variance")]
        nearest, name = min(guesses, key=lambda guess: _far(new[0], guess[0]))
        explain(
            [(_far(new[0], nearest) <= MARGIN, _SCALES[name])],
            "the new images are not what their labels say, scaled as the learned ones are",
            "(images[new] − mean) / spread, with mean and spread of what is learned from",
        )
    _hold_learned(mine, images, rights)


def _hold_learned(mine: Part, images: Tensor, rights: list[tuple[Tensor, Tensor]]) -> None:
    """Hold each learned image and its fainter twin, scaled before or after it is made."""
    for m, s in rights:
        plain = (images - m) / s
        for twin in (fainter(plain), (fainter(images) - m) / s):
            if _pairs_fit(mine, plain, twin):
                return
    copies = ([plain, plain] for m, s in rights for plain in [(images - m) / s])
    explain(
        ((_pairs_fit(mine, *pair), ["the twins are mere copies: they should be fainter"]) for pair in copies),
        "the images to be learned from do not fit their labels, or are not scaled as the new ones",
        "both parts: the same mean, the same spread; labels in the order of their images",
    )


def _pairs_fit(mine: Part, plain: Tensor, twin: Tensor) -> bool:
    """Whether the two images of every name are `plain` and `twin`, in either order."""
    for name in mine[1].unique():
        pair, want = mine[0][mine[1] == name], torch.stack([plain[name], twin[name]])
        if min(_far(pair, want), _far(pair.flip(0), want)) > MARGIN:
            return False
    return True


_SCALES = {
    "all": (
        "a leak is open: mean and spread are those of all images, the new ones among them",
        "take mean and spread of the images to be learned from, and scale both parts by them",
    ),
    "own": (
        "the new images are scaled by their own mean and spread: use those of the learned ones",
        "alone, one new image would become all zeros: it must not matter who else is new",
    ),
    "one": ("each pixel has a mean and a spread of its own: dim=0, over the images", "X.mean(dim=0)"),
    "raw": ("the new images are not scaled, though the learned ones are", "the same mean, the same spread"),
    "centred": ("the new images are centred, but not divided by the spread", "(x − mean) / spread"),
    "divided": ("the new images are divided by the spread, but not centred", "(x − mean) / spread"),
    "variance": ("divide by the spread, a standard deviation, not by the variance", "X.std(dim=0)"),
}
