"""Lab 00, diagnosis: six exercises, one module each."""

from ...lab import Exercise, Lab
from . import accuracy, experiment, loss, patients, predictions, split
from .ward import DIAGNOSES, admit, fainter, one_layer, try_out

__all__ = ["DIAGNOSES", "LAB", "admit", "check", "fainter", "one_layer", "try_out"]

LAB = Lab(
    "00_diagnosis",
    Exercise("predictions", predictions.check, points=2),
    Exercise("loss_and_gradient", loss.check, points=3),
    Exercise("prepare", split.check, points=3),
    Exercise("diagnosis", patients.check, points=3),
    Exercise("experiment", experiment.check, points=4),
    Exercise("true_accuracy", accuracy.check, points=2),
)
check = LAB.check
