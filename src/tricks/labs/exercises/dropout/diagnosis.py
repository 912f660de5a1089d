"""Lab 06, exercise 4: an examination that tells seven layers apart."""

from typing import Any

import numpy as np

from ...mistakes import Mistake
from .boxes import FAULTS, box

__all__ = ["check"]


def check(student: Any, rng: np.random.Generator) -> None:
    """Let `diagnose(layer, p)` examine each kind of box three times, in random order."""
    for p in (0.2, 0.3, 0.7):
        for fault in rng.permutation(FAULTS).tolist():
            named = student.diagnose(box(fault, p), p)
            if named not in FAULTS:
                raise Mistake(f"{named!r} is not on the list: {', '.join(FAULTS)}")
            if named != fault:
                said = "a healthy layer" if fault == "healthy" else f"a layer with the fault `{fault}`"
                raise Mistake(f"{said}, p = {p:g}, was called `{named}`", f"`{fault}`: {_SIGNS[fault]}")


_SIGNS = {
    "healthy": "it divides by 1 − p in training, drops a share p, and gives x back at test",
    "drops at test": "give it ones with training=False: there are zeros among what comes back",
    "one mask for the batch": "in training, all rows have their zeros at the same places",
    "one coin per example": "in training, a row is all zero or has no zero at all",
    "never scales": "in training, what was kept comes back as it was, not divided by 1 − p",
    "scales at both ends": "give it ones with training=False: they do not come back as ones",
    "p is the share kept": "count the zeros in training: their share is 1 − p instead of p",
}
