"""Claims: every verdict of the protocol, its edges, and how it travels."""

import json
import re
from xml.etree import ElementTree

import numpy as np
import pytest
import xarray as xr

from tricks import Claim, judge
from tricks.claims import decide, strip
from tricks.statistics import Interval, t_interval

SPREAD = np.array([-1.0, 1.0] * 10)


def claim(expects="greater", delta=1.0, **options):
    return Claim("X1", "A statement.", "Someone 2000", delta, expects, **options)


def around(mean, scale=0.1):
    """Twenty effects of a given mean, whose 95 % interval reaches about scale / 2 to either side."""
    return mean + scale * SPREAD


@pytest.mark.parametrize(
    "expects, mean, scale, verdict",
    [
        ("greater", 2.0, 0.1, "confirmed"),
        ("greater", -2.0, 0.1, "refuted"),
        ("greater", 0.2, 0.1, "equivalent"),
        ("greater", -0.2, 0.1, "equivalent"),
        ("greater", 1.0, 0.5, "inconclusive"),
        ("greater", -1.0, 0.5, "inconclusive"),
        ("greater", 0.0, 20.0, "inconclusive"),
        ("equivalent", 0.2, 0.1, "equivalent"),
        ("equivalent", 2.0, 0.1, "refuted"),
        ("equivalent", -2.0, 0.1, "refuted"),
        ("equivalent", 1.0, 0.5, "inconclusive"),
        ("equivalent", 0.0, 20.0, "inconclusive"),
    ],
)
def test_verdicts_follow_the_protocol_and_smaller_mirrors_greater(expects, mean, scale, verdict):
    assert judge(claim(expects), around(mean, scale)).verdict == verdict
    mirrored = "smaller" if expects == "greater" else expects
    assert judge(claim(mirrored), around(-mean, scale)).verdict == verdict


@pytest.mark.parametrize(
    "low, high, verdict",
    [
        (1.0, 2.0, "inconclusive"),  # touching the edge is not beyond it
        (1.0 + 1e-12, 2.0, "confirmed"),
        (-2.0, -1.0, "inconclusive"),
        (-2.0, -1.0 - 1e-12, "refuted"),
        (-1.0, 0.5, "inconclusive"),
        (-0.5, 1.0, "inconclusive"),
        (-1.0 + 1e-12, 1.0 - 1e-12, "equivalent"),
    ],
)
def test_an_interval_that_touches_the_edge_decides_nothing(low, high, verdict):
    assert decide(claim(), Interval((low + high) / 2, low, high, 20)) == verdict
    assert decide(claim("smaller"), Interval(-(low + high) / 2, -high, -low, 20)) == verdict


def test_more_claims_need_a_wider_interval_and_the_one_shown_stays_at_95_per_cent():
    d = around(1.25, 0.5)
    low_95, low_12 = t_interval(d).low, t_interval(d, 1 - 0.05 / 12).low
    assert low_12 < 1.0 < low_95
    alone, among = judge(claim(), d), judge(claim(), d, among=12)
    assert (alone.verdict, among.verdict) == ("confirmed", "inconclusive")
    assert (alone.low, alone.high, alone.n) == (among.low, among.high, among.n) == t_interval(d)[1:]


@pytest.mark.parametrize(
    "present, absent, verdict",
    [
        (2.0, 0.2, "refined"),
        (2.0, -2.0, "refined"),
        (2.0, 2.0, "confirmed"),
        (2.0, 1.0, "inconclusive"),  # whether the condition matters was not seen
        (1.0, 0.2, "inconclusive"),
        (0.2, 2.0, "equivalent"),
        (-2.0, 2.0, "refuted"),
    ],
)
def test_two_arms_can_refine(present, absent, verdict):
    found = judge(claim(), {"noise": around(present, 0.3), "no noise": around(absent, 0.3)})
    assert found.verdict == verdict and found.estimate == pytest.approx(present)
    assert "with noise; with no noise" in repr(found) and found.record()["remark"] in repr(found)


@pytest.mark.parametrize(
    "error, verdict", [(0, "confirmed"), (1e-12, "confirmed"), (1e-9, "refuted"), (-1.0, "refuted")]
)
def test_exact_claims_look_at_the_largest_error_and_at_no_interval(error, verdict):
    found = judge(claim("exact", 1e-9), error)
    assert found.verdict == verdict and (found.low, found.high, found.n) == (None, None, None)
    assert judge(claim("exact", 1e-9), [[0.0, error]]).estimate == abs(error)
    assert strip(found) == "" and "largest error" in repr(found)


@pytest.mark.parametrize(
    "expects, text",
    [
        ("greater", "accuracy: deciding interval wholly above 2 pp"),
        ("smaller", "accuracy: deciding interval wholly below −2 pp"),
        ("equivalent", "accuracy: deciding interval wholly within ±2 pp"),
        ("exact", "accuracy: largest error below 2 pp"),
    ],
)
def test_the_criterion_is_said_in_words(expects, text):
    assert claim(expects, 2, unit="pp", effect="accuracy").criterion == text


@pytest.mark.parametrize("effect", [around(2.0), {"with": around(2.0), "without": around(0.0)}])
def test_a_record_is_strict_json_with_everything_the_ledger_publishes(effect):
    record = judge(claim(unit="pp", scope="digits"), effect).record()
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    published = {"id", "statement", "source", "criterion", "verdict", "estimate", "low", "high", "n"}
    assert published <= set(record) and record["n"] == 20 and record["scope"] == "digits"


def test_an_exact_record_has_no_seeds():
    record = judge(claim("exact", 1e-9), np.float64(1e-12)).record()
    assert json.loads(json.dumps(record, allow_nan=False))["n"] is None


def test_the_sentence_names_verdict_interval_and_signs():
    d = xr.DataArray(around(2.0), dims="seed")
    assert repr(judge(claim(unit="pp", effect="gain"), d)) == (
        "X1 confirmed: gain: 2.00 pp [1.95, 2.05]; above 0 in 20 of 20 seeds"
    )


def test_the_html_escapes_words_and_labels_its_picture():
    shown = judge(claim(effect="a < b & <script>"), around(2.0))._repr_html_()
    assert "<script>" not in shown and "a &lt; b &amp; &lt;script&gt;" in shown
    picture = ElementTree.fromstring(re.search(r"<svg.*</svg>", shown).group())
    assert picture.get("role") == "img" and "20 seeds" in picture.get("aria-label")
    assert len(picture.findall(".//circle")) == 20 and len(picture.findall(".//line")) == 4


def test_every_mark_of_the_strip_lies_inside_it():
    picture = ElementTree.fromstring(strip(judge(claim(), np.append(around(5.0, 3.0), 400.0))))
    places = [float(mark.get(name)) for mark in picture.iter() for name in ("cx", "x1", "x2") if mark.get(name)]
    assert min(places) >= 0 and max(places) <= float(picture.get("width"))


@pytest.mark.parametrize(
    "culprit, act",
    [
        ("expects='bigger'", lambda: claim("bigger")),
        ("delta=0", lambda: claim(delta=0)),
        ("delta=-1", lambda: claim(delta=-1)),
        ("among=0", lambda: judge(claim(), around(1), among=0)),
        ("two arms", lambda: judge(claim(), {"only": around(1)})),
        ("1 of 3 seeds hold NaN", lambda: judge(claim(), [1.0, 2.0, np.nan])),
        ("not shape (2, 3)", lambda: judge(claim(), np.ones((2, 3)))),
        ("NaN or infinity", lambda: judge(claim("exact"), np.nan)),
    ],
)
def test_what_cannot_be_judged_is_refused_in_one_line(culprit, act):
    with pytest.raises(ValueError) as refusal:
        act()
    assert culprit in str(refusal.value) and "\n" not in str(refusal.value)


def test_a_claim_of_equality_is_refined_where_only_the_condition_makes_it_true():
    arms = {"with": around(0.2), "without": around(2.0)}
    assert judge(claim("equivalent"), arms).verdict == "refined"
    assert judge(claim("equivalent"), {"with": around(0.2), "without": around(0.1)}).verdict == "equivalent"
