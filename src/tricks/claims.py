"""A claim is declared before its experiment and judged after it, by one fixed protocol."""

import html
from dataclasses import dataclass, replace

import numpy as np

from .data import require
from .statistics import Interval, rounded, sign_count, t_interval

EXPECTATIONS = ("greater", "smaller", "equivalent", "exact")


@dataclass(frozen=True)
class Claim:
    """One checkable statement, and what would confirm it.

    delta is the smallest effect of interest, in `unit`; expects says where the `effect`
    must lie: greater (> delta), smaller (< −delta), equivalent (within ±delta), or exact
    (an error below delta). `scope` says where it was tested. Raises ValueError otherwise.
    """

    id: str
    statement: str
    source: str
    delta: float
    expects: str
    effect: str = "the effect"
    unit: str = ""
    scope: str = ""
    digits: int = 2

    def __post_init__(self):
        known = self.expects in EXPECTATIONS
        require(known, f"claim {self.id}: expects={self.expects!r} is none of {', '.join(EXPECTATIONS)}")
        require(self.delta > 0, f"claim {self.id}: delta={self.delta!r} must be above 0")

    @property
    def criterion(self) -> str:
        """What decides, in words."""
        delta = f"{self.delta:g} {self.unit}".strip()
        where = {
            "greater": f"wholly above {delta}",
            "smaller": f"wholly below −{delta}",
            "equivalent": f"wholly within ±{delta}",
        }
        if self.expects == "exact":
            return f"{self.effect}: largest error below {delta}"
        return f"{self.effect}: deciding interval {where[self.expects]}"


@dataclass(frozen=True)
class Verdict:
    """What an experiment says of a claim; shows as a sentence and a strip of dots."""

    claim: Claim
    verdict: str
    estimate: float
    low: float | None
    high: float | None
    n: int | None
    effect: tuple = ()
    remark: str = ""

    def record(self) -> dict:
        """Return what travels to the ledger and to claims.json."""
        declared = ("id", "statement", "source", "criterion", "scope", "unit", "delta")
        found = ("verdict", "estimate", "low", "high", "n", "remark")
        return {name: getattr(self.claim if name in declared else self, name) for name in (*declared, *found)}

    def __repr__(self):
        claim = self.claim
        if self.n is None:
            side = "below" if abs(self.estimate) < claim.delta else "not below"
            return f"{claim.id} {self.verdict}: {claim.effect}: largest error {side} {claim.delta:g}"
        above, n = sign_count(self.effect)
        mean, low, high = (rounded(v, claim.digits) for v in (self.estimate, self.low, self.high))
        sentence = f"{claim.id} {self.verdict}: {claim.effect}: {mean} {claim.unit}".rstrip()
        return f"{sentence} [{low}, {high}]; above 0 in {above} of {n} seeds{self.remark}"

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {}, {"tricks": self.record()}

    def _repr_html_(self):
        words = html.escape(repr(self))
        return f'<div class="verdict {self.verdict}"><p>{words}</p>{strip(self)}</div>'


def decide(claim: Claim, deciding: Interval) -> str:
    """Return the verdict that the protocol gives for one interval."""
    sign = -1 if claim.expects == "smaller" else 1
    low, high = sorted((sign * deciding.low, sign * deciding.high))
    if -claim.delta < low and high < claim.delta:
        return "equivalent"
    if claim.expects == "equivalent":
        return "refuted" if low > claim.delta or high < -claim.delta else "inconclusive"
    if low > claim.delta:
        return "confirmed"
    return "refuted" if high < -claim.delta else "inconclusive"


def judge(claim: Claim, effect, *, among: int = 1) -> Verdict:
    """Hold an effect against its claim.

    effect: one number per seed (a DataArray over `seed`, paired differences); or for an
    exact claim its largest error; or a dict of two arms, the condition present first and
    absent second, in which case *refined* means: confirmed with it, and not without it.
    `among` is the number m of directional claims judged in the chapter: the interval shown
    has level 95 %, the one that decides 1 − 0.05/m (Bonferroni).
    """
    require(isinstance(among, int) and among >= 1, f"judge: among={among!r} must be a number of claims, from 1")
    if claim.expects == "exact":
        error = float(np.abs(np.asarray(effect, dtype=float)).max())
        require(np.isfinite(error), f"claim {claim.id}: the error holds NaN or infinity")
        verdict = "confirmed" if error < claim.delta else "refuted"
        return Verdict(claim, verdict, error, None, None, None)
    if isinstance(effect, dict):
        return _judge_arms(claim, effect, among)
    shown = t_interval(effect)
    verdict = decide(claim, t_interval(effect, 1 - 0.05 / among))
    return Verdict(claim, verdict, *shown, effect=tuple(np.asarray(effect, dtype=float).tolist()))


def _judge_arms(claim: Claim, arms: dict, among: int) -> Verdict:
    require(len(arms) == 2, f"claim {claim.id}: two arms are needed, present and absent, not {len(arms)}")
    present, absent = (judge(claim, effect, among=among) for effect in arms.values())
    names = list(arms)
    verdict = present.verdict
    holds = "equivalent" if claim.expects == "equivalent" else "confirmed"
    if present.verdict == holds and absent.verdict != holds:
        verdict = "inconclusive" if absent.verdict == "inconclusive" else "refined"
    remark = f" with {names[0]}; with {names[1]} {rounded(absent.estimate, claim.digits)} ({absent.verdict})"
    return replace(present, verdict=verdict, remark=remark)


def strip(verdict: Verdict, width: int = 260) -> str:
    """Return an SVG of one dot per seed, the interval as a bar, zero and ±delta as lines."""
    if verdict.n is None:
        return ""
    delta = verdict.claim.delta
    marks = [*verdict.effect, 0.0, delta, -delta, verdict.low, verdict.high]
    low, high = min(marks), max(marks)

    def x(value):
        return f"{8 + (width - 16) * (value - low) / (high - low):.1f}"

    dots = "".join(f'<circle cx="{x(d)}" cy="{9 + 5 * (i % 3)}" r="2.5"/>' for i, d in enumerate(verdict.effect))
    lines = "".join(
        f'<line class="{name}" x1="{x(v)}" x2="{x(v)}" y1="2" y2="30"/>'
        for v, name in ((0.0, "zero"), (delta, "delta"), (-delta, "delta"))
    )
    bar = f'<line class="interval" x1="{x(verdict.low)}" x2="{x(verdict.high)}" y1="27" y2="27"/>'
    label = f"One dot for each of {verdict.n} seeds, the 95 % interval below them, lines at 0 and ±{delta:g}"
    return (
        f'<svg class="strip" role="img" aria-label="{label}" viewBox="0 0 {width} 32" '
        f'width="{width}" height="32"><g stroke="currentColor">{lines}{bar}</g><g fill="currentColor">{dots}</g></svg>'
    )
