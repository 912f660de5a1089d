"""Lab 02, vanishing gradients: six exercises, one module each."""

from ...lab import Exercise, Lab
from . import diagnosis, experiment, factor, gradients, predictions, twin
from .ward import FAULTS, admit, deep_sigmoid

__all__ = ["FAULTS", "LAB", "admit", "check", "deep_sigmoid"]

LAB = Lab(
    "02_vanishing_gradients",
    Exercise("predictions", predictions.check, points=2),
    Exercise("weight_gradients", gradients.check, points=3),
    Exercise("factor", factor.check, points=2),
    Exercise("diagnosis", diagnosis.check, points=3),
    Exercise("experiment", experiment.check, points=4),
    Exercise("twin", twin.check, points=2),
)
check = LAB.check
