"""Lab 06, dropout: six exercises, one module each."""

from ...lab import Exercise, Lab
from . import crowd, diagnosis, experiment, inverted, predictions, ridge
from .boxes import FAULTS, box, patient

__all__ = ["FAULTS", "LAB", "box", "check", "patient"]

LAB = Lab(
    "06_dropout",
    Exercise("predictions", predictions.check, points=2),
    Exercise("dropout", inverted.check, points=3),
    Exercise("crowd", crowd.check, points=3),
    Exercise("diagnose", diagnosis.check, points=3),
    Exercise("experiment", experiment.check, points=4),
    Exercise("ridge", ridge.check, points=2),
)
check = LAB.check
