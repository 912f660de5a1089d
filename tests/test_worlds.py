"""Worlds: how they are chosen, whether a trial is its notebook's, and what the ledger draws of them."""

import json
from collections import Counter
from itertools import combinations
from types import SimpleNamespace

import evidence
import grid
import pytest
import trials
import worlds
from bs4 import BeautifulSoup
from conftest import ROOT
from docutils import nodes
from grid import LEVELS, World

from tricks.sweeps import seeds

OWN = World()
TINY = World(width=0.125, n=0.2, data="tumours")


def changes(world):
    return sum(getattr(world, name) != getattr(OWN, name) for name in LEVELS)


def test_there_are_36_worlds_besides_the_claims_own_all_different():
    own, *others = grid.worlds()
    assert own == OWN and len(others) == len(set(others)) == 36
    assert [changes(world) for world in others[:10]] == [1] * 10
    assert min(changes(world) for world in others[10:]) == 2
    assert len({str(world) for world in others}) == 36


def test_no_respect_hides_behind_another():
    design = [OWN, *grid.worlds()[11:]]
    for name, levels in LEVELS.items():
        assert Counter(getattr(world, name) for world in design) == dict.fromkeys(levels, 9)
    for one, other in combinations(LEVELS, 2):
        pairs = Counter((getattr(world, one), getattr(world, other)) for world in design)
        assert len(pairs) == 9 and set(pairs.values()) == {3}


def test_seeds_are_fresh_and_every_world_has_its_own(monkeypatch):
    used = set(range(100_000))  # pilots, and the bagged nets of chapter 6
    for seed_set in (0, *evidence.SETS):
        monkeypatch.setenv("TRICKS_SEED_SET", str(seed_set))
        used |= set(seeds(1000))
    own = [seed for world in grid.worlds() for seed in grid.seeds(world)]
    assert len(set(own)) == len(own) == 37 * 20 and not used & set(own)


@pytest.mark.parametrize("name", LEVELS["data"])
def test_every_world_has_enough_examples_to_test_on(name):
    X, y = grid.pool(name)
    assert X.min() == 0 and X.max() == 1 and len(set(y)) == y.max() + 1
    for n, validation in ((200, 0), (100, 200)):
        assert World(n=2, data=name).examples(n, validation=validation).test >= 169
    assert World(data=name).examples(100, scale=255).X.max() == 255


def test_every_directional_claim_has_a_trial_or_a_reason_to_have_none():
    directional = [name for name, stated in worlds.declared().items() if stated.claim.expects != "exact"]
    left_out = " ".join(worlds.LEFT_OUT.values()).split()
    assert sorted([*trials.TRIALS, *left_out]) == sorted(directional)


def test_a_claim_is_judged_as_its_notebook_judges_it():
    stated = worlds.declared()["D2a"]
    assert (stated.claim.delta, stated.claim.unit, stated.among, stated.verdict) == (2, "pp", 19, "refined")
    assert worlds.declared()["B4c"].claim.delta == 50  # declared in the chapter itself


def test_what_decides_is_the_interval_of_the_notebook_which_allows_for_all_its_claims():
    close = worlds.declared()["B4c"], OWN
    found = worlds.outcome(lambda world, seeds: [49.4, 52.6] * 10, *close)
    assert found["verdict"] == "inconclusive" and found["low"] > 50  # the interval shown is the narrower one
    assert worlds.outcome(lambda world, seeds: [51.4, 52.6] * 10, *close)["verdict"] == "confirmed"


def test_a_fault_in_the_experiment_flips_the_verdict():
    """N2 says that inputs must be scaled: it holds, and no longer once both arms are scaled alike."""
    stated, small = worlds.declared()["N2"], grid.worlds()[1]
    assert str(small) == "half the width"
    assert worlds.outcome(trials.n2, stated, small)["verdict"] == stated.verdict == "confirmed"

    class Faulty(World):
        def examples(self, *sizes, scale=1.0, **options):
            return super().examples(*sizes, **options)

    def faulty(world, seeds):
        return trials.n2(Faulty(*vars(world).values()), seeds)

    assert worlds.outcome(faulty, stated, small)["verdict"] == "equivalent"


@pytest.mark.slow
@pytest.mark.parametrize("name", trials.TRIALS)
def test_every_trial_runs_in_a_small_world_and_gives_a_number_a_seed(name):
    effect = trials.TRIALS[name](TINY, [2_900_000, 2_900_001])
    for arm in effect.values() if isinstance(effect, dict) else [effect]:
        assert arm.shape == (2,) and arm.notnull().all()


@pytest.fixture
def claim(tmp_path, monkeypatch):
    """A trial that needs no training: where the width is halved the claim fails; and in which worlds it ran."""
    ran, stated = [], {"B4c": worlds.declared()["B4c"]}

    def trial(world, seeds):
        ran.append(world)
        return [(-1 if world.width == 0.5 else 1) * (60 + seed % 7) for seed in seeds]

    monkeypatch.setattr(worlds, "ROOT", tmp_path)
    monkeypatch.setattr(worlds, "code", lambda: "some code")
    monkeypatch.setattr(worlds, "declared", stated.copy)
    monkeypatch.setitem(worlds.TRIALS, "B4c", trial)
    return SimpleNamespace(ran=ran, result=tmp_path / "_build/worlds.json")


def test_worlds_that_fail_are_counted_and_a_run_that_was_stopped_goes_on(claim, capsys):
    everywhere = grid.worlds()
    worlds.main(["B4c"], everywhere[:4])
    worlds.main(["B4c"], everywhere)
    assert claim.ran == everywhere  # the first four not again
    told = json.loads(claim.result.read_text("utf-8"))
    (row,) = told["claims"]
    assert row["own"]["verdict"] == row["verdict"] == "confirmed" and (row["holds"], row["of"]) == (26, 36)
    failed = [w["width"] for w, one in zip(told["worlds"], row["found"], strict=True) if one["verdict"] == "refuted"]
    assert failed == [0.5] * 10
    assert "B4c, confirmed: holds in 26 of 36 worlds" in capsys.readouterr().out


def test_a_trial_that_is_not_its_notebooks_is_told(claim, capsys, monkeypatch):
    monkeypatch.setitem(worlds.TRIALS, "B4c", lambda world, seeds: [-60.0 - seed % 7 for seed in seeds])
    worlds.main(["B4c"], grid.worlds())
    assert "B4c: in its own world, with other seeds, refuted" in capsys.readouterr().err


def test_a_world_whose_effect_is_not_a_number_has_no_verdict(claim):
    found = worlds.outcome(lambda world, seeds: [float("nan")] * 3, worlds.declared()["B4c"], OWN)
    assert found["verdict"] is None and "NaN" in found["remark"]


# What the ledger draws of a small result: four worlds, in three of which the claim fails.
UNKNOWN = {"verdict": None, "estimate": None, "low": None, "high": None, "remark": "the effect holds NaN"}
HOLDS, UNSURE, FAILS = (
    {"verdict": verdict, "estimate": at, "low": at - 1, "high": at + 1, "remark": ""}
    for verdict, at in (("confirmed", 7), ("inconclusive", -0.5), ("refuted", -5))
)
NAMES = "half the width", "<clouds>", "half the width, <clouds>", "twice the rate, <clouds>"
FOUND = [HOLDS, UNSURE, UNKNOWN, FAILS]
TOLD = {
    "worlds": [{"name": name} for name in NAMES],
    "claims": [{"id": "D9", "verdict": "confirmed", "holds": 1, "of": 4, "why": "Luck.", "own": HOLDS, "found": FOUND}],
    "left_out": {"too long": "J1 J2"},
}


@pytest.fixture
def ledger():
    """The extension that makes the ledger."""
    import ledger

    return ledger


def drawn_by(ledger, tmp_path, verdict="confirmed", told=TOLD):
    """The ledger's rows for one claim, and all that it draws."""
    (tmp_path / "book").mkdir()
    (tmp_path / "book/worlds.json").write_text(json.dumps(told), "utf-8")
    claim = {"id": "D9", "statement": "Rest helps.", "source": "folklore", "criterion": "above 2 pp", "unit": "pp"}
    claim |= {"estimate": 6, "low": 5, "high": 7, "n": 20, "verdict": verdict, "page": "p", "anchor": "a", "delta": 2}
    builder = SimpleNamespace(get_relative_uri=lambda here, there: there)
    launch = {"binderhub_url": "https://binder", "colab_url": "https://colab"}
    theme = {"repository_url": "https://github.com/us/it", "repository_branch": "main", "launch_buttons": launch}
    app = SimpleNamespace(confdir=tmp_path, builder=builder, config=SimpleNamespace(html_theme_options=theme))
    table = ledger.table(app, "book/ledger", {"D9": claim})
    drawn = "".join(raw.astext() for raw in table.findall(nodes.raw))
    return table.astext(), BeautifulSoup(drawn, "html.parser")


def test_the_ledger_says_and_draws_in_how_many_worlds_a_claim_holds(ledger, tmp_path):
    text, drawn = drawn_by(ledger, tmp_path)
    assert "holds in 1 of 4 worlds" in text
    assert drawn.select_one("svg.worlds[role=img]")["aria-label"] == "Holds in 1 of 4 worlds"
    squares = drawn.select("svg.worlds rect")
    assert [square["fill"] for square in squares] == ["currentColor", "none", "none", "none"]
    assert [len(square.parent.select("path")) for square in squares] == [0, 0, 0, 1]
    assert squares[0].title.get_text() == "half the width: confirmed, 7 pp [6, 8]"
    assert len({(square["x"], square["y"]) for square in squares}) == 4


def test_the_ledger_names_the_worlds_that_fail_and_says_why(ledger, tmp_path):
    _, drawn = drawn_by(ledger, tmp_path)
    details = drawn.select_one("details.worlds")
    assert details.summary.get_text() == "Fails in 3 of 4 worlds: 1 inconclusive, 1 not judged, 1 refuted"
    assert [item.get_text() for item in details.select("li")] == [
        "<clouds>: inconclusive, −0.5 pp [−1.5, 0.5]",
        "half the width, <clouds>: not judged: the effect holds NaN",
        "twice the rate, <clouds>: refuted, −5 pp [−6, −4]",
    ]
    assert details.p.get_text() == (
        "Luck. One change alone is enough: <clouds>. Most often with <clouds>: in 3 of 3 worlds. "
        "The effect has the sign of the claim's own in 1 of 4."
    )


def test_the_ledger_says_nothing_of_worlds_about_a_verdict_that_has_changed_since(ledger, tmp_path):
    text, drawn = drawn_by(ledger, tmp_path, verdict="refuted")
    assert "worlds" not in text and not drawn.select("svg.worlds, details.worlds")


def test_the_legend_explains_the_squares_and_links_nowhere(ledger):
    legend = BeautifulSoup(ledger.legend(TOLD), "html.parser")
    assert [square["fill"] for square in legend.select("rect")] == ["currentColor", "none", "none"]
    assert len(legend.select("path")) == 1
    assert "too long: J1, J2" in legend.get_text() and not legend.select("[href], [src]")


COMMITTED = ROOT / "book/worlds.json"


@pytest.mark.skipif(not COMMITTED.is_file(), reason="no book/worlds.json: `make worlds` writes it")
def test_what_is_committed_is_of_these_worlds_and_of_the_claims_as_they_stand():
    told, others = json.loads(COMMITTED.read_text("utf-8")), grid.worlds()[1:]
    assert [world.pop("name") for world in told["worlds"]] == [str(world) for world in others]
    assert [World(**world) for world in told["worlds"]] == others
    left_out = " ".join(told["left_out"].values()).split()
    assert [row["id"] for row in told["claims"]] == [name for name in trials.TRIALS if name not in left_out]
    assert {*trials.TRIALS, *left_out} == {*worlds.declared()}
    for row in told["claims"]:
        assert bool(row["why"]) == (row["holds"] < row["of"])
        assert row["own"]["verdict"] == row["verdict"] == worlds.declared()[row["id"]].verdict
        assert row["holds"] == sum(one["verdict"] == row["verdict"] for one in row["found"])
