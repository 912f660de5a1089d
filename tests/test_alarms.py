"""Alarms that ring: each fault is planted, and the very command that guards against it must turn red."""

import json
import os
import shutil
import subprocess

import build
import nbformat
import pytest
from conftest import ROOT
from freeze import freeze
from planted_book import JUDGE, made, plant, planted_book
from test_notebooks import faults


def change(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


# Strict nbval, by the command of the Makefile


@pytest.fixture(scope="module")
def nbval(tmp_path_factory):
    """Plant a sound notebook and three faulty ones; what `make nbval` says of all four."""
    if not shutil.which("make"):
        pytest.skip("no make: the README has the plain commands")
    folder = tmp_path_factory.mktemp("planted")
    helper = folder / "planted_helper.py"
    helper.write_text("def step(p, g):\n    return p - 0.1 * g\n")
    notebooks = {
        "sound": plant(folder / "sound.ipynb", ("print(0.25**2)", {})),
        "digit": plant(folder / "digit.ipynb", ("print(0.25**2)", {})),
        "sign": plant(folder / "sign.ipynb", ("from planted_helper import step\n\nstep(1.0, 1.0)", {})),
        "exception": plant(folder / "exception.ipynb", ("ratio = 1 / 2\nratio", {})),
    }
    for path in notebooks.values():
        assert freeze(path) is None
    change(notebooks["digit"], "0.0625", "0.0626")
    change(helper, "p - 0.1", "p + 0.1")
    change(notebooks["exception"], "1 / 2", "1 / 0")
    command = ["make", "nbval", f"NOTEBOOKS={' '.join(map(str, notebooks.values()))}"]
    env = os.environ | {"PYTEST_ADDOPTS": "-rA"}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)


def test_nbval_passes_what_is_sound(nbval):
    assert "PASSED" in nbval.stdout and "FAILED" in nbval.stdout
    assert not [s for s in nbval.stdout.splitlines() if s.startswith("FAILED") and "sound.ipynb" in s]


@pytest.mark.parametrize("fault", ["digit", "sign", "exception"])
def test_nbval_turns_red(nbval, fault):
    """A wrong committed digit; a helper whose sign has flipped; an exception in a cell."""
    assert nbval.returncode != 0
    assert [s for s in nbval.stdout.splitlines() if s.startswith("FAILED") and f"{fault}.ipynb" in s]


# What is committed


FIGURE = {"metadata": {"mystnb": {"figure": {"caption": "Bars.", "name": "fig-99-bars"}, "image": {"alt": "Bars."}}}}


@pytest.fixture
def frozen(tmp_path):
    draw = "import matplotlib.pyplot as plt\n\nfig, ax = plt.subplots(figsize=(2, 1))"
    path = plant(tmp_path / "99_planted.ipynb", ("print(0.25**2)", {}), (draw, FIGURE))
    assert freeze(path) is None
    return nbformat.read(path, as_version=4)


def test_a_frozen_notebook_is_sound(frozen):
    assert faults(frozen) == []


def test_freezing_twice_changes_nothing(tmp_path):
    path = plant(tmp_path / "99_planted.ipynb", ("print(1)", {}), ("2 + 2", {}))
    assert freeze(path) is None
    first = path.read_bytes()
    assert freeze(path) is None
    assert path.read_bytes() == first


def test_a_notebook_stripped_of_its_counts_is_seen(frozen):
    frozen.cells[1].execution_count = None
    assert faults(frozen) == ["99-cell-0 has no execution count"]


def test_a_notebook_stripped_of_its_outputs_is_seen(frozen):
    for cell in frozen.cells[1:]:
        cell.outputs = []
    assert faults(frozen) == ["99-cell-1 has a caption, but its output was stripped"]


def test_a_committed_picture_is_seen(frozen):
    frozen.cells[2].outputs[0].data["image/png"] = "iVBORw0KGgo="
    assert faults(frozen) == ["99-cell-1 commits more than text"]


@pytest.mark.parametrize("part, fault", [("image", "without alt text"), ("figure", "without caption")])
def test_a_picture_without_words_is_seen(frozen, part, fault):
    del frozen.cells[2].metadata["mystnb"][part]
    assert any(fault in found for found in faults(frozen))


def test_freezing_a_notebook_that_fails_leaves_it_as_it_was(tmp_path):
    path = plant(tmp_path / "99_planted.ipynb", ("1 / 0", {}))
    before = path.read_bytes()
    assert "ZeroDivisionError" in freeze(path)
    assert path.read_bytes() == before


# The site, by the command of `make book`


@pytest.fixture
def book(tmp_path):
    return planted_book(tmp_path)


def test_a_sound_book_is_built_and_built_again_only_after_a_change(book):
    assert made(book)[0]
    claims = json.loads((book / "_build/html/claims.json").read_text("utf-8"))
    assert [(c["id"], c["chapter"]) for c in claims] == [("Z1", "99_planted")]
    index = book / "_build/html/index.html"
    assert "99_planted.html#cell-99-cell-0" in index.read_text("utf-8")
    first = index.stat().st_mtime_ns
    assert made(book)[0] and index.stat().st_mtime_ns == first
    (book / "_build/html/99_planted.html").unlink()
    assert made(book)[0] and (book / "_build/html/99_planted.html").is_file()


@pytest.mark.parametrize(
    "text, said",
    [
        ("[](#nowhere)", "nowhere"),
        ("{cite}`nobody1900`", "nobody1900"),
        ("{verdict}`Z9`", "no notebook judges claim 'Z9'"),
        ("$\\frac{1}{$", "formula: "),
        ("![](_static/favicon.svg)", "without alt text"),
        ("```{explorable} 99_planted 99-nowhere\n```", "no cell 99-nowhere of 99_planted puts out a figure"),
    ],
)
def test_a_broken_reference_breaks_the_book(book, text, said):
    with (book / "book/index.md").open("a") as page:
        page.write(f"\n{text}\n")
    stood, message = made(book)
    assert not stood and said in message


@pytest.mark.parametrize(
    "cells, said",
    [
        ([(JUDGE, {}), (JUDGE, {})], "claim Z1 is judged 2 times"),
        ([(JUDGE, {}), ("1 / 0", {})], "ZeroDivisionError"),
        ([(JUDGE, {}), ("import sys\n\nprint('oh', file=sys.stderr)", {})], "stderr"),
    ],
    ids=["a claim judged twice", "an exception", "a warning on stderr"],
)
def test_a_faulty_notebook_breaks_the_book(book, cells, said):
    plant(book / "99_planted.ipynb", *cells)
    stood, message = made(book)
    assert not stood and said in message


def test_a_script_whose_buttons_stay_without_names_breaks_the_book(book):
    change(book / "book/_extensions/accessibility.py", "getElementById(buttonID)", "getElementById(anotherID)")
    stood, message = made(book)
    assert not stood and "togglebutton.js has changed" in message


def test_a_page_that_was_not_written_is_named(book, monkeypatch, capsys):
    monkeypatch.setattr(build, "render", lambda root: True)
    assert build.build(book) == 1
    assert "99_planted.html" in capsys.readouterr().err


def test_another_source_runs_the_notebooks_again(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src/helper.py").write_text("SIGN = 1\n")
    first = build.results(tmp_path)
    (tmp_path / "src/helper.py").write_text("SIGN = -1\n")
    assert build.results(tmp_path) != first and not first.exists()
