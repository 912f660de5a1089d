"""Lab 07, the capstone: one module for each exercise."""

from ...lab import Exercise, Lab
from . import choice, diagnosis, experiment, halves, interactions, predictions, shares
from .tables import SWEEPS
from .ward import SWITCHES, board, hat, small

__all__ = ["LAB", "SWEEPS", "SWITCHES", "board", "check", "hat", "small"]

LAB = Lab(
    "07_capstone",
    Exercise("predictions", predictions.check, points=2),
    Exercise("interactions", interactions.check, points=3),
    Exercise("shares", shares.check, points=2),
    Exercise("diagnose", diagnosis.check, points=3),
    Exercise("gain", choice.check, points=3),
    Exercise("experiment", experiment.check, points=4),
    Exercise("from_half", halves.check, points=2),
)
check = LAB.check
