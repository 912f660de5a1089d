"""Lab 04, early stopping: five exercises, one module each."""

from ...lab import Exercise, Lab
from . import experiment, folds, loops, predictions, walk
from .clinic import network, try_out

__all__ = ["LAB", "check", "network", "try_out"]

LAB = Lab(
    "04_early_stopping",
    Exercise("predictions", predictions.check, points=2),
    Exercise("walked", walk.check, points=3),
    Exercise("early_stopped", loops.check, points=3),
    Exercise("experiment", experiment.check, points=4),
    Exercise("scores", folds.check, points=2),
)
check = LAB.check
