"""The files that labs live in: solutions, the students' notebooks, the student's desk, the command."""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from labs.bank import LABS
from tricks.labs import desk
from tricks.labs.__main__ import main
from tricks.labs.release import release

# The student's notebook, made from the solutions.


def planted(folder, change=lambda notebook: None):
    """A course of one lab, its solutions changed, its student's notebook made before that."""
    solutions = folder / "labs" / "solutions" / "02_vanishing_gradients.ipynb"
    solutions.parent.mkdir(parents=True)
    notebook = nbformat.read(LABS / "solutions" / solutions.name, as_version=4)
    nbformat.write(notebook, solutions)
    release(folder / "labs")
    change(notebook)
    nbformat.write(notebook, solutions)
    return folder


def test_labs_are_in_step_with_their_solutions():
    assert main(["release", "--check"]) == 0


def test_a_lab_out_of_step_is_named(tmp_path, monkeypatch, capsys):
    def change(notebook):
        notebook.cells[0].source += "\nAnother sentence."

    monkeypatch.chdir(planted(tmp_path, change))
    assert main(["release", "--check"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "labs/02_vanishing_gradients.ipynb" in line and "out of step" in line
    assert main(["release"]) == 0 and main(["release", "--check"]) == 0
    (tmp_path / "labs" / "99_orphan.ipynb").write_text("{}")
    assert main(["release", "--check"]) == 1
    assert "99_orphan" in capsys.readouterr().err


def exercises(notebook):
    return [cell for cell in notebook.cells if "exercise" in cell.metadata.get("tags", [])]


def test_a_students_notebook_has_gaps_and_nothing_else_changed():
    for path in sorted(LABS.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        model = nbformat.read(LABS / "solutions" / path.name, as_version=4)
        assert "answer" not in {tag for cell in notebook.cells for tag in cell.metadata.get("tags", [])}
        assert all(not c.outputs and c.execution_count is None for c in notebook.cells if c.cell_type == "code")
        ids = [cell.id for cell in model.cells if "answer" not in cell.metadata.get("tags", [])]
        assert [cell.id for cell in notebook.cells] == ids
        for gap, full in zip(exercises(notebook), exercises(model), strict=True):
            above, below = full.source.split("# solution", 1)
            assert gap.source.startswith(above.rstrip()) and below.split("\n", 1)[1] not in gap.source


def test_only_the_solutions_say_that_they_hold_the_answers(tmp_path, monkeypatch, capsys):
    for path in sorted(LABS.glob("*.ipynb")):
        title, above = (nbformat.read(p, as_version=4).cells for p in (path, LABS / "solutions" / path.name))
        assert above[0].source.replace(", with solutions:", ":") == title[0].source != above[0].source
        assert f"](../{path.name})" in above[1].source and "answer" in above[1].metadata.tags

    def change(notebook):
        notebook.cells[0].source = "# Lab 02"

    monkeypatch.chdir(planted(tmp_path, change))
    assert main(["release"]) == 1
    assert "does not say `with solutions`" in capsys.readouterr().err


LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def test_links_of_a_lab_lead_somewhere_where_it_is_done():
    """From `labs/`, from `my-labs/`, and for the solutions from their folder, as the site has it."""
    course, found = LABS.parent, 0
    for path in sorted(LABS.rglob("*.ipynb")):
        folders = [path.parent] if path.parent != LABS else [LABS, course / "my-labs"]
        text = "".join(c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "markdown")
        for target in LINK.findall(text):
            found += 1
            assert all(Path(os.path.normpath(folder / target)).is_file() for folder in folders), (path, target)
    assert found >= 3


UNFILLED = [
    ("# solution: walk\n    ...", "not filled in"),
    ("# solution\n    # later\n    pass", "not filled in"),
    ("return 1", "no line `# solution`"),
    ("# solution\n    return 1\n    # solution\n    return 2", "2 lines `# solution`"),
]


@pytest.mark.parametrize("body, reason", UNFILLED)
def test_an_unfilled_exercise_among_the_solutions_is_named(body, reason, tmp_path, monkeypatch, capsys):
    def change(notebook):
        exercises(notebook)[2].source = "def factor():\n    " + body

    monkeypatch.chdir(planted(tmp_path, change))
    for command in (["release", "--check"], ["release"]):
        assert main(command) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert "02_vanishing_gradients.ipynb: cell 02-factor" in line and reason in line


# The student's desk.


def test_lab_lays_out_what_is_missing_and_keeps_what_is_there(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(planted(tmp_path))
    assert main(["lab", "--copy-only"]) == 0
    mine = tmp_path / "my-labs" / "02_vanishing_gradients.ipynb"
    assert mine.read_bytes() == (tmp_path / "labs" / mine.name).read_bytes()
    mine.write_text("an hour's work")
    assert main(["lab", "--copy-only"]) == 0
    assert mine.read_text() == "an hour's work"
    assert capsys.readouterr().out.splitlines() == [
        "my-labs/02_vanishing_gradients.ipynb: new",
        "my-labs/02_vanishing_gradients.ipynb: yours, kept as it is",
    ]


def test_a_copy_killed_half_way_leaves_no_half_notebook(tmp_path):
    course = planted(tmp_path)
    die = "import os, signal, pathlib, tricks.labs.desk as desk\n"
    die += "os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGTERM)\n"
    die += f"desk.lay_out(pathlib.Path({str(course)!r}))"
    assert subprocess.run([sys.executable, "-c", die], check=False).returncode != 0
    mine = course / "my-labs" / "02_vanishing_gradients.ipynb"
    assert mine.parent.is_dir() and not mine.exists()
    assert desk.lay_out(course) == {mine: True}
    assert mine.read_bytes() == (course / "labs" / mine.name).read_bytes()


@pytest.mark.parametrize("links", [True, False])
def test_a_notebook_that_appears_meanwhile_is_not_overwritten(links, tmp_path, monkeypatch):
    course = planted(tmp_path)
    mine = course / "my-labs" / "02_vanishing_gradients.ipynb"

    def no_links(*_):
        raise PermissionError("this file system has no links")

    monkeypatch.setattr(desk.os, "fsync", lambda _: mine.write_text("somebody was quicker"))
    if not links:
        monkeypatch.setattr(desk.os, "link", no_links)
    assert desk.lay_out(course) == {mine: False}
    assert mine.read_text() == "somebody was quicker"
    assert [path.name for path in mine.parent.iterdir()] == [mine.name]


def test_jupyterlab_opens_at_the_desk(tmp_path, monkeypatch):
    started = []

    def start(command, cwd, check):
        started.append((command, cwd))
        return SimpleNamespace(returncode=0)

    monkeypatch.chdir(planted(tmp_path))
    monkeypatch.setattr(desk.subprocess, "run", start)
    assert main(["lab", "--no-browser"]) == 0
    ((command, folder),) = started
    assert folder == tmp_path and command[1:3] == ["-m", "jupyterlab"]
    assert "--no-browser" in command and "--LabApp.default_url=/lab/tree/my-labs" in command


@pytest.mark.parametrize(
    "command, says",
    [
        (["lab", "99_nothing", "--copy-only"], "there is no lab 99_nothing: there is 02_vanishing_gradients"),
        (["release", "99_nothing"], "there is no lab 99_nothing: there is 02_vanishing_gradients"),
    ],
)
def test_an_unknown_lab_is_one_sentence(command, says, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(planted(tmp_path))
    assert main(command) == 1
    assert capsys.readouterr().err.splitlines() == [f"tricks {command[0]}: {says}"]


@pytest.mark.parametrize("command", ["lab", "release"])
def test_outside_the_course_the_command_says_where_to_go(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main([command]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "go to the course's folder" in line


def test_a_broken_notebook_is_one_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(planted(tmp_path))
    (tmp_path / "labs" / "solutions" / "02_vanishing_gradients.ipynb").write_text("{")
    assert main(["release"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "02_vanishing_gradients.ipynb: cannot be read as a notebook" in line


@pytest.mark.parametrize("command, teaches", [("lab", "delete it first"), ("release", "# solution")])
def test_help_teaches(command, teaches, capsys):
    with pytest.raises(SystemExit):
        main([command, "--help"])
    assert teaches in capsys.readouterr().out
