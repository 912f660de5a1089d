"""Lab 07, exercise 4: an examination that finds what is wrong with a sweep."""

from typing import Any

import numpy as np

from ...mistakes import Mistake
from .tables import FAULTS, Run, sweep

__all__ = ["check"]

SIZES = (3, 8), (2, 16), (4, 6)  # switches, and seeds at least
_Night = tuple[tuple[int, ...], int]


def check(student: Any, rng: np.random.Generator) -> None:
    """Let `diagnose(scores, run)` examine a sweep of each kind three times, in random order, a night for each."""
    for switches, least in SIZES:
        for fault in rng.permutation(FAULTS).tolist():
            seeds, nights = least + int(rng.integers(3)), []
            scores, run = sweep(fault, switches, seeds, rng)
            named = student.diagnose(scores, _noted(run, nights))
            if named not in FAULTS:
                raise Mistake(f"{named!r} is not on the list: {', '.join(FAULTS)}")
            if len(nights) > 1:
                raise Mistake(
                    f"`run` was called {len(nights)} times: you have one night for a sweep",
                    "one run is enough: look for its loss in the whole table",
                )
            if named != fault:
                _blame(fault, named, f"{switches} switches and {seeds} seeds", nights)


def _noted(run: Run, nights: list[_Night]) -> Run:
    def noted(on: Any, seed: Any, /) -> float:
        loss = run(on, seed)
        nights.append((tuple(int(s) for s in on), int(seed)))
        return loss

    noted.__qualname__ = "run"
    return noted


def _blame(fault: str, named: str, size: str, nights: list[_Night]) -> None:
    """Say whether the night could not tell the two apart, or what it brought was misread."""
    pair = {fault, named}
    if pair <= _HIDDEN and not nights:
        raise Mistake(
            f"`{fault}` was called `{named}`: no table tells these two apart. You have a night for that",
            "such a table is sound, of another world (a trick may harm): run one network and look for its loss",
        )
    if pair == {"sound", "backwards"} and nights and nights[0][0] == nights[0][0][::-1]:
        raise Mistake(f"on {nights[0][0]} `sound` and `backwards` agree: it is the same setting read from either end")
    said = "a sound sweep" if fault == "sound" else f"a sweep with the fault `{fault}`"
    raise Mistake(f"{said}, {size}, was called `{named}`", f"`{fault}`: {_SIGNS[fault]}")


_HIDDEN = {"sound", "upside down", "backwards"}
_SIGNS = {
    "sound": "its loss by hand stands in the table where it belongs, and no two runs have the same loss",
    "no wire": "off and on of one switch have the same losses in *all* rows",
    "drags another": "off and on of one switch have the same losses, but only in rows where another is on",
    "upside down": "a loss by hand stands where one switch is turned: one more is on, or one less",
    "backwards": "a loss by hand stands in the row whose switches are read from the other end",
    "one seed": "in every row all seeds have the same loss",
    "finish order": "a loss by hand stands in its row, but under another seed; and luck is not shared by the rows",
}
