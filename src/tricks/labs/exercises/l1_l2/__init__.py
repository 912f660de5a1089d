"""Lab 05, L1 and L2: one module for each exercise."""

from ...lab import Exercise, Lab
from . import columns, diagnosis, experiment, predictions, repair, ridge, thresholds
from .loops import PATIENTS, repeat
from .ward import ARMS, DECAY, PILOTS, RATES, small

__all__ = ["ARMS", "DECAY", "LAB", "PATIENTS", "PILOTS", "RATES", "check", "repeat", "small"]

LAB = Lab(
    "05_l1_l2",
    Exercise("predictions", predictions.check, points=2),
    Exercise("ridge", ridge.check, points=3),
    Exercise("ista_step", thresholds.check, points=3),
    Exercise("diagnose", diagnosis.check, points=3),
    Exercise("l2_step", repair.check, points=2),
    Exercise("experiment", experiment.check, points=4),
    Exercise("group_step", columns.check, points=2),
)
check = LAB.check
