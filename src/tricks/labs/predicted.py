"""Numbers that are found before anything runs: what every first exercise hands in."""

import math
from typing import Any

from .answers import explain, number
from .mistakes import Mistake

__all__ = ["hold_predictions"]

_COUNTS = {4: "four", 5: "five", 6: "six"}


def hold_predictions(given: Any, table: dict[str, tuple], near: float | None = None) -> None:
    """Hold a dictionary of numbers to a table: name → (right, relative margin, wrong → hints, what to think of else).

    near: how close an answer has to be to a known wrong one, relatively; unless given, the margin of the right one.
    """
    if not isinstance(given, dict):
        raise Mistake(f"`predictions` should stay a dictionary of {_COUNTS[len(table)]} numbers")
    for name, (right, margin, wrong, otherwise) in table.items():
        value = number(given.get(name), f"`{name}`")
        if not math.isclose(value, right, rel_tol=margin):
            tolerance = margin if near is None else near
            known = ((math.isclose(value, w, rel_tol=tolerance), steps) for w, steps in wrong.items())
            explain(
                ((fits, [f"{name}: {step}" for step in steps]) for fits, steps in known),
                f"{name} is not {value:g}: {otherwise}",
            )
