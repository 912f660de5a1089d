"""The grader: honest notebooks get what they earned, hostile ones nothing, and no batch is lost."""

import csv
import json
import os
import socket
import subprocess
import time
import zipfile
from pathlib import Path

import nbformat
import pytest

from labs.bank import LABS
from labs.hostile import QUICK, SLOW, WRONG
from tricks.labs.__main__ import main
from tricks.labs.grading import feedback, guarded, summary
from tricks.labs.marking import Task, mark_notebook
from tricks.labs.sandbox import Sandbox, SandboxError, need_bubblewrap
from tricks.labs.submissions import LARGEST, Unreadable, code_cells, submissions
from tricks.labs.wire import decode, encode

LAB, NAMES = "02_vanishing_gradients", ("predictions", "weight_gradients", "twin")
MODEL = {c.id: c.source for c in nbformat.read(LABS / "solutions" / f"{LAB}.ipynb", as_version=4).cells}
IMPORTS = MODEL["02-imports"]


def asked(name):
    """An exercise of the solutions, and its check."""
    cell = name.replace("_", "-")
    return [MODEL[f"02-{cell}"], f'check("{name}")']


def mark(cells, seconds=10, seed=7):
    return mark_notebook(Task(LAB, [IMPORTS], [IMPORTS, *cells], seed, seconds, False))


def passed(result):
    return {name for name, said in result["said"].items() if said is None}


DROP = "unshare --mount --propagation private setpriv --reuid=65534 --regid=65534 --clear-groups "
BOX = "bwrap --unshare-all --unshare-user --disable-userns --ro-bind / / --proc /proc --dev /dev true"
sandboxed = pytest.mark.skipif(
    subprocess.run(["sh", "-c", BOX if os.getuid() else DROP + BOX], capture_output=True).returncode != 0,
    reason="no bubblewrap (`apt-get install bubblewrap`), or a machine that lets nobody make a sandbox",
)
EVERY_TIME = ("raises", "lies about equality", "patches the check")  # the others: `make test-all`
CASES = [
    pytest.param(attack, id=name, marks=[] if name in EVERY_TIME else pytest.mark.slow)
    for name, attack in (QUICK | SLOW).items()
]


@sandboxed
@pytest.mark.parametrize("attack", CASES)
def test_an_attack_earns_nothing_costs_nobody_and_changes_nothing(attack, tmp_path):
    canary = tmp_path / "canary"
    canary.write_text("another student's work")
    canary.chmod(0o666)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        source = attack.format(canary=canary, course=LABS.parent, port=server.getsockname()[1])
        attacked = [WRONG, source, 'check("factor")']
        result = mark([*asked(NAMES[0]), *asked(NAMES[1]), *attacked, *asked(NAMES[2])])
        with pytest.raises(BlockingIOError):
            server.accept()
    assert passed(result) == set(NAMES), result
    assert canary.read_text() == "another student's work" and list(tmp_path.iterdir()) == [canary]
    assert all(isinstance(line, str) for line in feedback(result))


def test_there_are_forty_attacks():
    assert len(QUICK) == 10 and len(QUICK | SLOW) >= 50


@sandboxed
def test_cells_missing_double_and_in_another_order_are_marked_by_what_they_define():
    (gradients, check_g), (twin, check_t) = asked("weight_gradients"), asked("twin")
    result = mark([check_t, check_g, gradients, twin, twin, WRONG, WRONG, check_g, check_g])
    assert passed(result) == {"weight_gradients", "twin"}
    assert "there is no `predictions` yet" in result["said"]["predictions"]


@sandboxed
def test_a_careless_student_gets_a_useful_sentence():
    result = mark(
        ["def factor(slope, shape, weight_std, z_std):\n    return mth.sqrt(2)", 'check("factor")', "x = 1 / 0"]
    )
    assert not passed(result)
    assert result["said"]["factor"] == "line 2 raises NameError: name 'mth' is not defined"
    assert feedback(result)[-1] == "Code cell 4 raises ZeroDivisionError: division by zero."


# What passes between the two sides.


def test_plain_data_pass_the_line_unchanged():
    import torch

    tensors = [torch.tensor([[1.5, float("nan")]]), torch.zeros(0, 3), torch.tensor(True), torch.tensor(3).bfloat16()]
    for tensor in tensors:
        back = decode(json.loads(json.dumps(encode(tensor))))
        assert back.dtype == tensor.dtype and torch.equal(back.nan_to_num(), tensor.nan_to_num())
    value = {"a": (1, [2.5, None]), 3: True}
    assert decode(json.loads(json.dumps(encode(value)))) == value


@pytest.mark.parametrize(
    "data",
    [
        {"tensor": ["float32", [10**12], ""]},
        {"tensor": ["object", [1], "AAAA"]},
        {"tensor": ["float32", [-1, -1], "AAAAAA=="]},
        {"pickle": "gASVCg=="},
        {"function": 0},
        {"dict": [[[], 1]]},
        {"a": 1, "b": 2},
        {},
    ],
)
def test_what_is_no_plain_data_is_refused(data):
    with pytest.raises((ValueError, TypeError)):
        decode(data)


# What is handed in.


def test_unreadable_notebooks_say_why():
    for content in (b"", b"{", b"[" * 10**5, b'{"cells": 3}', b'{"cells": [{"cell_type": "code"}]}', b"\xff\xfe"):
        with pytest.raises(Unreadable, match="cannot be read as a notebook"):
            code_cells(content)
    with pytest.raises(Unreadable, match="no code cells"):
        code_cells(b'{"cells": []}')


def test_folders_and_zips_give_the_same_students_and_links_are_not_followed(tmp_path):
    folder, archive = tmp_path / "in", tmp_path / "in.zip"
    for path in ("ada.ipynb", f"grace/{LAB}.ipynb", ".ipynb_checkpoints/ada.ipynb"):
        (folder / path).parent.mkdir(exist_ok=True, parents=True)
        (folder / path).write_text("{}")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for path in folder.rglob("*.ipynb"):
            zipped.write(path, path.relative_to(folder))
        zipped.writestr("../../escaped.ipynb", "{}")
        zipped.writestr("bomb.ipynb", b"0" * (LARGEST + 9))
    assert [s.student for s in submissions(folder, LAB)] == ["ada", "grace"]
    found = {s.student: s for s in submissions(archive, LAB)}
    assert list(found) == ["ada", "bomb", "escaped", "grace"]
    assert "too large" in found["bomb"].problem and not found["bomb"].content
    assert not (tmp_path.parent / "escaped.ipynb").exists()
    (folder / "link.ipynb").symlink_to("/etc/passwd")
    assert submissions(folder, LAB)[2] == ("link", b"", "it is no plain file")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\n=1", " =1"])
def test_a_formula_in_a_table_is_disarmed(text):
    assert guarded(text).startswith("'")
    assert guarded("ada") == "ada"


def test_without_bubblewrap_the_command_says_how_to_get_it(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SandboxError, match="apt-get install bubblewrap"):
        need_bubblewrap()


def test_the_commonest_mistakes_come_first():
    results = [{"said": {"a": "sign", "b": None}}, {"said": {"a": "sign", "b": "open"}}, {"unread": "x"}]
    assert summary(results) == ["2 times  a: sign", "1 times  b: open"]


# A class.


def test_help_teaches(capsys):
    with pytest.raises(SystemExit):
        main(["grade", "--help"])
    said = capsys.readouterr().out
    assert "apt-get install bubblewrap" in said and "give the same command again" in said


@pytest.mark.parametrize(
    "lab, place, says", [("99_none", ".", "there is no lab 99_none"), (LAB, "none", "nothing at none")]
)
def test_a_wrong_name_is_one_sentence(lab, place, says, capsys):
    assert main(["grade", lab, place, "-o", "never.csv"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert says in line


def hand_in(folder, **notebooks):
    folder.mkdir()
    for student, cells in notebooks.items():
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in [IMPORTS, *cells]])
        nbformat.write(book, folder / f"{student}.ipynb")
    return folder


@sandboxed
def test_a_class_is_graded_and_a_second_time_nothing_is_done(tmp_path, monkeypatch, capsys):
    place = hand_in(tmp_path / "in", ada=[*asked("predictions"), *asked("twin")], bob=["predictions = {}"])
    (place / "=cmd.ipynb").write_text("<script>")
    table = tmp_path / "grades.csv"
    command = ["grade", LAB, str(place), "-o", str(table), "-j", "2"]
    assert main(command) == 0
    first = table.read_bytes()
    rows = list(csv.DictReader(first.decode().splitlines()))
    assert list(rows[0])[:4] == ["student", "score", "out_of", "predictions"] and list(rows[0])[-1] == "feedback"
    assert [(r["student"], r["score"], r["out_of"]) for r in rows] == [
        ("'=cmd", "0", "16"),
        ("ada", "4", "16"),
        ("bob", "0", "16"),
    ]
    assert "cannot be read" in rows[0]["feedback"] and "sigmoid_left" in rows[2]["feedback"]
    assert len(list((tmp_path / "grades-results").glob("*.html"))) == 3
    monkeypatch.setattr("tricks.labs.grading._Marker.mark", None)
    assert main(command) == 0 and table.read_bytes() == first
    assert "times" in capsys.readouterr().out


@sandboxed
@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(LABS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_the_solutions_of_every_lab_get_full_marks(path):
    cells = code_cells((LABS / "solutions" / path.name).read_bytes())
    result = mark_notebook(Task(path.stem, cells[:1], cells, 11, 120, False))
    assert set(result["said"].values()) == {None} and not result["left out"]


@sandboxed
@sandboxed
@pytest.mark.skipif(os.getuid() != 0, reason="this is about root")
def test_root_drops_to_an_unprivileged_user():
    from tricks.labs.exercises.vanishing_gradients import LAB as lab

    with Sandbox(lab) as box:
        family = [int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit()]
        owners = {p: Path(f"/proc/{p}").stat().st_uid for p in family if _descends(p, box._process.pid)}
        until = time.monotonic() + 30
        box.send({"run": "import os; me = os.getuid(), os.geteuid()"}, until)
        box.receive(until)
        box.send({"name": "me"}, until)
        assert decode(box.receive(until)["value"]) == (1000, 1000)
    assert owners and set(owners.values()) == {65534}


def _descends(pid, ancestor):
    while pid > 1 and pid != ancestor:
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return pid == ancestor
