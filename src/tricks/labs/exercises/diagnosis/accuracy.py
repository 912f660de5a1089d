"""Lab 00, the harder exercise: the true accuracy behind labels of which some are wrong."""

import math
from typing import Any, NamedTuple

import numpy as np

from ...answers import explain, number
from ...mistakes import Mistake

__all__ = ["check"]


class _Case(NamedTuple):
    """What is given: accuracy by the labels, images, share of wrong labels, number of classes."""

    seen: float
    images: int
    noise: float
    classes: int


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `true_accuracy` to the way in which wrong labels are made, turned round."""
    cases = [(0.85, 400, 0.2, 10), (0.7, 50, 0.0, 3), (0.95, 1000, 0.3, 2), (0.25, 90, 0.4, 4)]
    for _ in range(4):
        classes = int(rng.integers(3, 12))
        cases.append((rng.uniform(0.3, 0.95), int(rng.integers(20, 2000)), rng.uniform(0.05, 0.45), classes))
    for true, images, noise, classes in cases:
        seen = true * (1 - noise) + (1 - true) * noise / (classes - 1)
        _hold(student, _Case(float(seen), images, float(noise), classes), float(true))


def _hold(student: Any, case: _Case, true: float) -> None:
    answer = student.true_accuracy(*case)
    if not isinstance(answer, list | tuple) or len(answer) != 2:
        raise Mistake("two numbers are expected: return accuracy, error")
    accuracy, error = number(answer[0], "the accuracy"), number(answer[1], "the standard error")
    where = f"seen {case.seen:.3f}, {case.noise:.0%} wrong, {case.classes} classes"
    if not _same(accuracy, true):
        explain(
            ((_same(accuracy, guess), _ACCURACY[name]) for name, guess in _accuracies(case, true).items()),
            f"{where}: your accuracy is {accuracy:.3f}, and it was {true:.3f}",
            "write down what share is *seen* to be right, given a, and solve for a",
        )
    slope = 1 - case.noise - case.noise / (case.classes - 1)
    if not _same(error, _spread(case.seen, case) / slope):
        explain(
            ((_same(error, guess), _ERROR[name]) for name, guess in _errors(case, true, slope).items()),
            f"{where}: the accuracy is right, its standard error is not {error:.3g}",
            "√(seen(1 − seen)/n), times what a change of `seen` by 1 does to the accuracy",
        )


def _accuracies(case: _Case, true: float) -> dict[str, float]:
    """What the likely mistakes make of the accuracy."""
    seen, _, noise, classes = case
    lucky = noise / (classes - 1)
    return {
        "seen": seen,
        "plus": seen + noise,
        "lucky": seen / (1 - noise),
        "sign": (seen + lucky) / (1 - noise - lucky),
        "below": (seen - lucky) / (1 - noise),
        "plain": (seen - noise) / (1 - 2 * noise),
        "all": (seen - noise / classes) / (1 - noise - noise / classes),
        "forwards": seen * (1 - noise) + (1 - seen) * lucky,
        "percent": 100 * true,
    }


def _errors(case: _Case, true: float, slope: float) -> dict[str, float]:
    """What the likely mistakes make of the standard error."""
    spread = _spread(case.seen, case)
    return {
        "seen": spread,
        "true": _spread(true, case),
        "shrunk": spread * slope,
        "both": _spread(true, case) / slope,
        "variance": (spread / slope) ** 2,
        "inside": spread / math.sqrt(slope),
        "one": spread * math.sqrt(case.images) / slope,
        "labels": spread / (1 - case.noise),
    }


def _spread(share: float, case: _Case) -> float:
    return math.sqrt(share * (1 - share) / case.images)


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-6)


_ACCURACY = {
    "seen": ("wrong labels change what is seen: which answers do they make look wrong?", "and which right?"),
    "plus": ("not all wrong labels hit right answers: only a share a of them does", "a(1 − ε) + …"),
    "lucky": (
        "a wrong answer and a wrong label can agree by luck: add that to what is seen",
        "(1 − a) of the answers are wrong, and a wrong label hits them with chance ε/(classes − 1)",
    ),
    "sign": ("a sign: lucky agreement *adds* to what is seen, so it is taken away again", "seen − ε/(classes − 1)"),
    "below": ("lucky agreement depends on a, too: it stands above *and* below the line", "(1 − a) · ε/(C − 1)"),
    "plain": ("a wrong label hits a wrong answer only one time in (classes − 1)", "ε / (classes − 1)"),
    "all": ("a wrong label is one of the *other* classes: classes − 1 of them", "ε / (classes − 1)"),
    "forwards": ("this goes from true to seen: here seen is given, and true is asked for", "solve for a"),
    "percent": ("that is in per cent: write it as a share of 1", "divide by 100"),
}
_ERROR = {
    "seen": (
        "that is the error of what is *seen*: what does a change there do to the accuracy?",
        "divide by the slope",
    ),
    "true": ("the counting is done by the given labels: √(seen(1 − seen)/n), then by the slope", "divide by the slope"),
    "shrunk": ("upside down: noise makes the accuracy *less* certain", "divide by the slope"),
    "both": ("what is counted is `seen`: √(seen(1 − seen)/n) above the line", "seen, not a"),
    "variance": ("that is the variance: take its root", "** 0.5"),
    "inside": ("the slope belongs outside the root", "√(seen(1 − seen)/n) / slope"),
    "one": ("that is for a single image: divide by √n", "√(seen(1 − seen)/n)"),
    "labels": ("the slope is 1 − ε − ε/(classes − 1): lucky agreement, too, changes with a", "both terms hold a"),
}
