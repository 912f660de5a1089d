"""A lab: its exercises, their checks, and what it says to whoever asks."""

import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from IPython import get_ipython

from .mistakes import Mistake, NotDone
from .student import Student

__all__ = ["Check", "Exercise", "Lab"]

Check = Callable[[Any, np.random.Generator], None]
_ARRIVAL = 0.5  # seconds within which a kernel has received all that *Run All* sends


class Exercise(NamedTuple):
    """One exercise: `check(student, rng)` returns for a right answer, else raises `Mistake`."""

    name: str
    check: Check
    points: int


class Lab:
    """The exercises of one notebook; it remembers which mistakes were asked about before."""

    def __init__(self, name: str, *exercises: Exercise) -> None:
        self.name = name
        self.exercises = {exercise.name: exercise for exercise in exercises}
        self._asked: dict[tuple[str, ...], int] = {}

    def check(self, answer: str | Callable[..., Any]) -> None:
        """Check one exercise, named by a string or given as the student's own function.

        Prints one line when it is right. Raises `NotDone` with one sentence when it is not;
        asking again with the same mistake says more.
        """
        exercise, given = self._find(answer)
        names = vars(sys.modules["__main__"]) | given  # a notebook's names live in __main__
        try:
            mark(exercise, Student(names), np.random.default_rng(0))
        except Mistake as mistake:
            raise _stopped(f"◻ {exercise.name}: {self._say(exercise.name, mistake)}") from None
        unit = "point" if exercise.points == 1 else "points"
        print(f"✅ {exercise.name}: all checks pass ({exercise.points} {unit})")

    def _find(self, answer: str | Callable[..., Any]) -> tuple[Exercise, dict[str, Any]]:
        """Give the exercise asked for, and the answer itself where it came as a function."""
        name = answer if isinstance(answer, str) else getattr(answer, "__name__", None)
        if name in self.exercises and (isinstance(answer, str) or callable(answer)):
            return self.exercises[name], {} if isinstance(answer, str) else {name: answer}
        asked = f"`{name}`" if name else f"a {type(answer).__name__}"
        known = ", ".join(self.exercises)
        raise _stopped(f"◻ {asked} is no exercise of this lab: its exercises are {known}")

    def _say(self, name: str, mistake: Mistake) -> str:
        """Choose the step of the hint: one further each time the same mistake is asked about."""
        key = (name, *mistake.steps)
        step = min(self._asked.get(key, 0), len(mistake.steps) - 1)
        self._asked[key] = step + 1
        more = " (check again for more)" if step + 1 < len(mistake.steps) else ""
        return " ".join(mistake.steps[step].split()) + more


def _stopped(says: str) -> NotDone:
    """Give what stops *Run All*, once the cells to be stopped have arrived.

    A failing cell cancels only those that its kernel has received already, and a check fails faster
    than they come.
    """
    if hasattr(get_ipython(), "kernel"):
        time.sleep(_ARRIVAL)
    return NotDone(says)


def mark(exercise: Exercise, student: Any, rng: np.random.Generator) -> None:
    """Run one check; an answer so odd that the check stumbles over it is a `Mistake` too."""
    try:
        exercise.check(student, rng)
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise Mistake(f"this answer cannot be read ({reason})") from error
