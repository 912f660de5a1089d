"""Evidence: which verdicts stay under other seeds, by notebooks whose answer is known beforehand."""

import json

import evidence
import nbformat
import pytest

JUDGE = """
import os
from tricks.claims import Claim, judge
seed_set = int(os.environ["TRICKS_SEED_SET"])
always = judge(Claim("Z1", "stays", "here", 1, "greater"), [2.0, 2.1, 2.2])
{first}
always
"""
FLIPS = """
sign = -1 if seed_set == 2 else 1
judge(Claim("Z2", "flips", "here", 1, "greater"), [sign * v for v in (2.0, 2.1, 2.2)])
"""


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of one chapter, as committed with the verdicts of no set at all; and a count of its runs."""

    def make(first="pass", then=FLIPS):
        notebook = nbformat.v4.new_notebook()
        for name, source in (("Z1", JUDGE.format(first=first)), ("Z2", then)):
            text = {"text/plain": f"{name} confirmed: the effect: 2.10 [1.85, 2.35]; above 0 in 3 of 3 seeds"}
            shown = nbformat.v4.new_output("execute_result", data=text, execution_count=1)
            notebook.cells.append(nbformat.v4.new_code_cell(source, outputs=[shown]))
        (tmp_path / "chapters").mkdir(exist_ok=True)
        nbformat.write(notebook, tmp_path / "chapters/00_small.ipynb")

    runs, repeat = [], evidence.repeat
    monkeypatch.setenv("TRICKS_SEED_SET", "0")
    monkeypatch.setenv("TRICKS_RENDER", "nbval")
    monkeypatch.setattr(evidence, "ROOT", tmp_path)
    monkeypatch.setattr(evidence, "repeat", lambda path, k: runs.append(k) or repeat(path, k))
    make.runs, make.result = runs, tmp_path / "_build/evidence.json"
    return make


def test_a_verdict_that_flips_is_fragile_and_one_that_stays_is_not(course, capsys):
    course()
    evidence.main([1, 2])
    stays, flips = json.loads(course.result.read_text("utf-8"))
    assert stays == {
        **{"id": "Z1", "verdict": "confirmed", "agreement": 1.0, "fragile": False},
        **{"verdicts": ["confirmed"] * 2, "estimates": pytest.approx([2.1] * 2)},
    }
    assert flips["fragile"] and flips["agreement"] == 0.5
    assert flips["verdicts"] == ["confirmed", "refuted"] and flips["estimates"] == pytest.approx([2.1, -2.1])
    assert "1 of 2 claims are fragile" in capsys.readouterr().out


def test_a_run_that_was_stopped_goes_on_and_changed_cells_run_again(course, monkeypatch):
    monkeypatch.setattr(evidence, "repeat", lambda path, k: course.runs.append(k) or {})
    course()
    evidence.main([1])
    evidence.main([1, 2])
    assert course.runs == [1, 2]
    course(first="1 + 1")
    evidence.main([1])
    assert course.runs == [1, 2, 1]


def test_a_cell_that_fails_is_told_and_its_claim_does_not_agree(course, capsys):
    course(then="raise RuntimeError('no luck with these seeds')")
    evidence.main([1])
    stays, fails = json.loads(course.result.read_text("utf-8"))
    assert stays["agreement"] == 1 and fails["agreement"] == 0 and fails["verdicts"] == [None]
    assert "00_small.ipynb, set 1: RuntimeError: no luck" in capsys.readouterr().err


def test_the_books_own_claims_are_all_found():
    names = [name for path in evidence.notebooks(evidence.ROOT) for name in evidence.published(path)]
    assert len(names) == len(set(names)) > 150
