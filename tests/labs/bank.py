"""Answers to an exercise, right and wrong, made from the lab's own solutions notebook."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import torch

from tricks.labs.lab import Exercise, mark
from tricks.labs.mistakes import Mistake
from tricks.labs.release import blanked
from tricks.labs.student import Student

LABS = Path(__file__).parents[2] / "labs"
Edit = tuple[str, str]  # what stands in the reference, and what the mistaken student wrote


@dataclass(frozen=True)
class Answers:
    """The answers of one exercise, whose reference is the solution in the cell `cell`.

    right: alternatives, each a source or a list of edits of the reference;
    wrong: pairs of such an answer and a part of the hint that it must get;
    formula: whether mutants of the reference, and five seeds, are worth their time;
    survivors: mutants that are right answers after all, each with the reason why.
    """

    cell: str
    right: list[str | list[Edit]]
    wrong: list[tuple[str | list[Edit], str]]
    given: tuple[str, ...] = ("02-imports",)
    formula: bool = True
    survivors: dict[str, str] = field(default_factory=dict)


class Solutions:
    """A solutions notebook, cell by cell."""

    def __init__(self, name: str) -> None:
        notebook = nbformat.read(LABS / "solutions" / f"{name}.ipynb", as_version=4)
        self._sources = {cell.id: cell.source for cell in notebook.cells}

    def reference(self, answers: Answers) -> str:
        """The model answer."""
        return self._sources[answers.cell]

    def blank(self, answers: Answers) -> str:
        """What a student finds."""
        return blanked(self._sources[answers.cell], answers.cell)

    def source(self, answers: Answers, answer: str | list[Edit]) -> str:
        """An answer in full: as it stands, or the reference with edits."""
        if isinstance(answer, str):
            return answer
        source = self.reference(answers)
        for old, new in answer:
            assert old in source, f"{answers.cell}: there is no {old!r} to be edited"
            source = source.replace(old, new)
        return source

    def names(self, answers: Answers) -> dict[str, Any]:
        """What stands in the notebook before this exercise."""
        names: dict[str, Any] = {}
        for cell in answers.given:
            exec(self._sources[cell], names)
        return names


def hint(exercise: Exercise, names: dict[str, Any], source: str, seed: int = 0) -> str | None:
    """The first hint that an answer gets; None for a right one."""
    names = dict(names)
    torch.manual_seed(seed)  # for answers that draw numbers themselves
    exec(source, names)
    try:
        mark(exercise, Student(names), np.random.default_rng(seed))
    except Mistake as mistake:
        return mistake.steps[0]
    return None
