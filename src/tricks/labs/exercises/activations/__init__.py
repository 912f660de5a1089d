"""Lab 01, activations: five exercises, one module each."""

from ...lab import Exercise, Lab
from . import bends, experiment, patients, predictions, softplus
from .ward import CAUSES, admit, network

__all__ = ["CAUSES", "LAB", "admit", "check", "network"]

LAB = Lab(
    "01_activations",
    Exercise("predictions", predictions.check, points=2),
    Exercise("softplus_and_slope", softplus.check, points=3),
    Exercise("diagnosis", patients.check, points=3),
    Exercise("experiment", experiment.check, points=4),
    Exercise("net_through", bends.check, points=2),
)
check = LAB.check
