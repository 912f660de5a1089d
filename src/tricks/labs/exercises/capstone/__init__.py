"""Lab 07, the capstone: one module for each exercise."""

from ...lab import Exercise, Lab
from . import choice, experiment, interactions, predictions, shares
from .ward import SWITCHES, board, hat, small

__all__ = ["LAB", "SWITCHES", "board", "check", "hat", "small"]

LAB = Lab(
    "07_capstone",
    Exercise("predictions", predictions.check, points=2),
    Exercise("interactions", interactions.check, points=3),
    Exercise("shares", shares.check, points=2),
    Exercise("gain", choice.check, points=3),
    Exercise("experiment", experiment.check, points=4),
)
check = LAB.check
