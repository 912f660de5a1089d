"""Lab 03, adaptive learning rates: six exercises, one module each."""

from ...lab import Exercise, Lab
from . import adaptive, diagnosis, experiment, inertia, predictions, turning
from .suspects import FAULTS, SUSPECTS, sound
from .valley import landing

__all__ = ["FAULTS", "LAB", "SUSPECTS", "check", "landing", "sound"]

LAB = Lab(
    "03_adaptive_learning_rates",
    Exercise("predictions", predictions.check, points=2),
    Exercise("momentum", inertia.check, points=2),
    Exercise("adam", adaptive.check, points=3),
    Exercise("diagnosis", diagnosis.check, points=3),
    Exercise("experiment", experiment.check, points=4),
    Exercise("round_adam", turning.check, points=2),
)
check = LAB.check
