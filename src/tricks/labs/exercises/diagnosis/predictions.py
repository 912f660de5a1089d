"""Lab 00, exercise 1: six numbers that are known before anything is trained."""

import math
from typing import Any

import numpy as np

from ...predicted import hold_predictions

__all__ = ["check"]

_Steps = tuple[str, str]  # a hint, and what it says when asked again
_BITS = ("that is in bits: a loss is in nats, with the natural logarithm", "multiply by ln 2, or take math.log")
_CENT = ("that is in per cent: write it as a share of 1", "divide by 100")

# name: (right answer, relative tolerance, {wrong answer: its hint}, hint for any other answer)
_PREDICTIONS: dict[str, tuple[float, float, dict[float, _Steps], str]] = {
    "guess_loss": (
        math.log(100),
        0.005,
        {
            2.0: ("that is log₁₀: a loss is in nats, with the natural logarithm", "math.log(100)"),
            math.log2(100): _BITS,
            0.01: ("that is the probability of the right class: the loss is −ln of it", "−ln(1/100)"),
            -math.log(100): ("a sign: the loss is −ln p, which is positive", "−ln(1/100) = + ln 100"),
            math.log(10): ("ln 10 is for ten classes; here are a hundred", "−ln(1/100)"),
        },
        "equal odds give each class p = 1/100, and an image costs −ln p",
    ),
    "prior_loss": (
        1.5 * math.log(2),
        0.005,
        {
            1.5: _BITS,
            math.log(3): ("ln 3 is for equal odds: this network knows the shares", "−Σ p ln p, over ½, ¼ and ¼"),
            -1.5 * math.log(2): ("a sign: −Σ p ln p is positive", "drop the minus"),
            math.log(2): (
                "that is what an image of the *common* class costs; the others cost more",
                "half the images cost ln 2, the other half ln 4: what is the mean?",
            ),
            -math.log(0.375): ("take the logarithm of each image's p first, then the mean", "½ ln 2 + ½ ln 4"),
        },
        "half the images cost −ln ½, the other half −ln ¼: take the mean",
    ),
    "prior_accuracy": (
        0.5,
        0.001,
        {
            1 / 3: ("that is for one guess in three: it can do better, by naming the common class", "always class one"),
            0.375: (
                "that is for guesses drawn by the shares: a network names its *likeliest* class",
                "it says `class one` of every image: how often is that right?",
            ),
            50.0: _CENT,
            1.0: ("it is not always right: how many images are of the class that it names?", "half of them"),
        },
        "it names the likeliest class, class one, of every image",
    ),
    "standard_error": (
        0.015,
        0.005,
        {
            1.5: _CENT,
            0.3: ("that is for a single image: 400 of them average, so divide by √400", "0.3 / 20"),
            0.3 / 400: ("divide by the *root* of the number of images", "0.3 / √400"),
            0.09 / 400: ("that is the variance: take its root", "√(0.09 / 400)"),
            0.025: ("that takes p = ½; here p = 0.9", "√(0.9 · 0.1 / 400)"),
            0.05: ("1/√n leaves out how much one image varies: √(p(1−p))", "√(0.9 · 0.1 / 400)"),
            0.03: ("that is two standard errors: one is asked for", "√(0.9 · 0.1 / 400)"),
            math.sqrt(0.9 / 400): ("1 − p is missing: an image varies by √(p(1−p))", "√(0.9 · 0.1 / 400)"),
        },
        "√(p(1−p)/n), with p = 0.9 and n = 400",
    ),
    "images": (
        3600,
        0.005,
        {
            1200: (
                "three times the images make the error smaller by √3 only",
                "how many times more for a factor of 3?",
            ),
            60: ("that is √n: square it", "√n = 0.3 / 0.005"),
            18: ("0.005 belongs under the square as well: n = p(1−p) / 0.005²", "√n = 0.3 / 0.005"),
            133.333: ("a *smaller* error needs more images than 400, not fewer", "n = p(1−p) / 0.005²"),
            44.444: ("a *smaller* error needs more images than 400, not fewer", "n = p(1−p) / 0.005²"),
            10_000: ("that takes p = ½; here p = 0.9", "n = 0.9 · 0.1 / 0.005²"),
            40_000: ("that takes 1/√n: an image varies by √(p(1−p)) = 0.3", "√n = 0.3 / 0.005"),
        },
        "solve √(p(1−p)/n) = 0.005 for n",
    ),
    "truth_gap": (
        -0.2,
        0.005,
        {
            0.2: ("a sign: the gap is training minus validation", "0.8 − 1"),
            -20.0: _CENT,
            0.8: ("that is its training score: what does it score on the validation images?", "0.8 minus that"),
            0.0: (
                "is it right of a training image whose label is wrong? By that label it is not",
                "it scores 0.8 on the training images; and on the others?",
            ),
            -1.0: ("four fifths of the training labels are right: those it gets", "0.8 − 1"),
        },
        "it scores 0.8 by the training labels; on the validation images all its answers are right",
    ),
}


def check(student: Any, rng: np.random.Generator) -> None:
    """Hold `predictions`, a dictionary of six numbers found by hand, to what theory gives."""
    hold_predictions(student.predictions, _PREDICTIONS)
