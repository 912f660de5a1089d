"""Lab 01, activations: four exercises, one module each."""

from ...lab import Exercise, Lab
from . import experiment, patients, predictions, softplus
from .ward import CAUSES, admit, network

__all__ = ["CAUSES", "LAB", "admit", "check", "network"]

LAB = Lab(
    "01_activations",
    Exercise("predictions", predictions.check, points=2),
    Exercise("softplus_and_slope", softplus.check, points=3),
    Exercise("diagnosis", patients.check, points=3),
    Exercise("experiment", experiment.check, points=4),
)
check = LAB.check
