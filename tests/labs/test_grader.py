"""The grader: honest notebooks get what they earned, hostile ones nothing, and no batch is lost."""

import csv
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from contextlib import suppress
from pathlib import Path

import nbformat
import psutil
import pytest

from labs.bank import LABS
from labs.hostile import QUICK, SLOW, WRONG
from tricks.labs.__main__ import main
from tricks.labs.gradebook import filled
from tricks.labs.grading import Batch, Score, feedback, guarded, summary
from tricks.labs.marking import Task, find_lab, mark_notebook
from tricks.labs.sandbox import Sandbox, SandboxError, need_bubblewrap
from tricks.labs.submissions import LARGEST, Unreadable, code_cells, submissions
from tricks.labs.wire import Gone, decode, encode

LAB, NAMES = "02_vanishing_gradients", ("predictions", "weight_gradients", "twin")
MODEL = {c.id: c.source for c in nbformat.read(LABS / "solutions" / f"{LAB}.ipynb", as_version=4).cells}
IMPORTS = MODEL["02-imports"]


def asked(name):
    """An exercise of the solutions, and its check."""
    cell = name.replace("_", "-")
    return [MODEL[f"02-{cell}"], f'check("{name}")']


def mark(cells, seconds=5, seed=7):
    return mark_notebook(Task(LAB, [IMPORTS], [IMPORTS, *cells], seed, seconds, False))


def passed(result):
    return {name for name, said in result["said"].items() if said is None}


DROP = "unshare --mount --propagation private setpriv --reuid=65534 --regid=65534 --clear-groups "
BOX = "bwrap --unshare-all --unshare-user --disable-userns --ro-bind / / --proc /proc --dev /dev true"
sandboxed = pytest.mark.skipif(
    subprocess.run(["sh", "-c", BOX if os.getuid() else DROP + BOX], capture_output=True).returncode != 0,
    reason="no bubblewrap (`apt-get install bubblewrap`), or a machine that lets nobody make a sandbox",
)


@pytest.fixture
def attacked(tmp_path):
    """Give notebooks with an attack each in their midst; none of them may reach the canary or the server."""
    canary = tmp_path / "canary"
    canary.write_text("another student's work")
    canary.chmod(0o666)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)

        def notebook(attack):
            source = attack.format(canary=canary, course=LABS.parent, port=server.getsockname()[1])
            return [*asked(NAMES[0]), *asked(NAMES[1]), WRONG, source, 'check("factor")', *asked(NAMES[2])]

        yield notebook
        with pytest.raises(BlockingIOError):
            server.accept()
    assert canary.read_text() == "another student's work" and not list(tmp_path.glob("canary?*"))


@sandboxed
@pytest.mark.slow
@pytest.mark.parametrize("attack", (QUICK | SLOW).values(), ids=QUICK | SLOW)
def test_an_attack_earns_nothing_costs_nobody_and_changes_nothing(attack, attacked):
    result = mark(attacked(attack))
    assert passed(result) == set(NAMES), result
    assert all(isinstance(line, str) for line in feedback(result))


@sandboxed
def test_a_class_of_ten_attackers_earns_what_it_answers(attacked, tmp_path):
    place = hand_in(tmp_path / "in", **{name: attacked(attack) for name, attack in QUICK.items()})
    for result in Batch(LABS.parent, LAB, place, tmp_path / "grades.csv").grade(2, 5):
        assert passed(result) == set(NAMES), result


def test_there_are_sixty_attacks_of_which_ten_run_every_time():
    assert len(QUICK) == 10 and len(QUICK | SLOW) >= 60


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
    assert "too large" in found["bomb"].problem and not found["bomb"].cells
    assert not (tmp_path.parent / "escaped.ipynb").exists()
    (folder / "link.ipynb").symlink_to("/etc/passwd")
    assert submissions(folder, LAB)[2] == ("link", [], "it is no plain file")


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


def test_teachers_are_told_the_minutes_and_points_that_the_labs_have():
    told = (LABS.parent / "book" / "teaching.md").read_text(encoding="utf-8")
    for path in sorted((LABS / "solutions").glob("*.ipynb")):
        prose = "\n".join(c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "markdown")
        (minutes,) = re.findall(r"\*About (\d+) minutes", prose)
        optional = re.findall(r"\*Optional, (\d+) minutes", prose)
        points = sum(exercise.points for exercise in find_lab(path.stem).exercises.values())
        row = re.search(rf"^\| {path.stem[:2]} .*", told, re.MULTILINE)[0]
        assert re.findall(r"\b\d+\b", row)[1:] == [minutes, str(points), *optional], row


# What Canvas and Moodle take.

SCORES = {
    "lovelaceada_late_12_345_my_lab-1": Score(9, [9], ["<b>: right."]),
    "Grace Hopper_77_assignsubmission_file": Score(4, [4], ["right."]),
    "alan@example.org": Score(0, [0], []),
    "nobody_99_1_": Score(1, [1], []),
}


def fill(tmp_path, text, scores=SCORES):
    (tmp_path / "export.csv").write_text("\ufeff" + text, encoding="utf-8")
    text, lost = filled(tmp_path / "export.csv", LAB, 16, scores)
    return list(csv.reader(text.splitlines())), lost


def test_canvas_gets_its_own_columns_back_and_the_points_of_this_lab(tmp_path):
    exported = f"""Student,ID,SIS User ID,SIS Login ID,Section,Other (1),{LAB} (34),Final Score
    Points Possible,,,,,5,,
"=2+2, Ada",12,99,ada,A,5,,80
Alan,13,12,alan@example.org,A,4,,70
"""
    rows, lost = fill(tmp_path, exported)
    assert rows == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", f"{LAB} (34)"],
        ["    Points Possible", "", "", "", "", "16"],
        ["'=2+2, Ada", "12", "99", "ada", "A", "9"],  # and not Alan, whose other number is 12
        ["Alan", "13", "12", "alan@example.org", "A", "0"],
    ]
    assert lost == ["Grace Hopper_77_assignsubmission_file", "nobody_99_1_"]


def test_moodles_worksheet_is_filled_in_and_stays_as_it_is(tmp_path):
    exported = """Identifier,Full name,Email address,Grade,Maximum Grade,Last modified (grade),Feedback comments
Participant 77,Grace Hopper,,,16.00,-,
Participant 12,Alan,ALAN@example.org,,16.00,-,
Participant 78,Grace Hopper,,3,16.00,-,kept
"""
    rows, lost = fill(tmp_path, exported)
    assert rows[1:] == [
        ["Participant 77", "Grace Hopper", "", "4", "16.00", "-", "right."],
        ["Participant 12", "Alan", "ALAN@example.org", "0", "16.00", "-", ""],
        ["Participant 78", "Grace Hopper", "", "3", "16.00", "-", "kept"],
    ]
    assert len(lost) == 2


def test_moodles_gradebook_gets_a_column_and_of_two_notebooks_the_better_counts(tmp_path):
    exported = "First name;Last name;Email address\nGrace;Hopper;g@example.org\n"
    twice = SCORES | {"g@example.org": Score(5, [5], [])}
    rows, _ = fill(tmp_path, exported, twice)
    assert rows == [["First name", "Last name", "Email address", LAB], ["Grace", "Hopper", "g@example.org", "5"]]
    with pytest.raises(FileNotFoundError, match="is no gradebook"):
        fill(tmp_path, "a,b\n1,2\n")


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


def started(command):
    """Start the command `tricks` in a process group of its own."""
    return psutil.Popen([sys.executable, "-m", "tricks.labs", *command], cwd=LABS.parent, start_new_session=True)


def killed(process):
    """Kill a process group at once, and wait until nothing is left of it, nor of what it has started."""
    family = process.children(recursive=True) if process.poll() is None else []
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    _, left = psutil.wait_procs(family, timeout=300)
    assert not left


@sandboxed
def test_a_class_is_graded_through_a_kill_and_a_second_time_nothing_is_done(tmp_path, monkeypatch, capsys):
    place = hand_in(tmp_path / "in", ada=[*asked("predictions"), *asked("twin")], bob=["predictions = {}"])
    (place / "=cmd.ipynb").write_text("<script>")
    table, kept = tmp_path / "grades.csv", tmp_path / "grades-results"
    command = ["grade", LAB, str(place), "-o", str(table), "-j", "1"]
    process = started(command)
    while not (ada := list(kept.glob("*.json"))):
        assert process.poll() is None
        time.sleep(0.01)
    killed(process)
    assert not table.exists()
    ada[0].write_text(ada[0].read_text().replace("null", "null ", 1))  # graded again it would lose that space
    marked = ada[0].read_text()
    assert main(command) == 0 and ada[0].read_text() == marked
    first = table.read_bytes()
    rows = list(csv.DictReader(first.decode().splitlines()))
    assert list(rows[0])[:4] == ["student", "score", "out_of", "predictions"] and list(rows[0])[-1] == "feedback"
    assert [(r["student"], r["score"], r["out_of"]) for r in rows] == [
        ("'=cmd", "0", "16"),
        ("ada", "4", "16"),
        ("bob", "0", "16"),
    ]
    assert "cannot be read" in rows[0]["feedback"] and "sigmoid_left" in rows[2]["feedback"]
    assert len(list(kept.glob("*.html"))) == 3 and not list(kept.glob("*.part"))
    monkeypatch.setattr("tricks.labs.grading._Marker.mark", None)
    assert main(command) == 0 and table.read_bytes() == first
    assert "times" in capsys.readouterr().out


@sandboxed
@pytest.mark.slow
@pytest.mark.parametrize("lab", sorted(path.stem for path in LABS.glob("*.ipynb")))
def test_the_solutions_of_a_lab_earn_every_point_and_the_gaps_none(lab, tmp_path):
    (tmp_path / "in").mkdir()
    for student, source in {"done": LABS / "solutions", "untouched": LABS}.items():
        shutil.copy(source / f"{lab}.ipynb", tmp_path / "in" / f"{student}.ipynb")
    table = tmp_path / "grades.csv"
    assert main(["grade", lab, str(tmp_path / "in"), "-o", str(table), "-j", "2"]) == 0
    done, untouched = csv.DictReader(table.read_text("utf-8").splitlines())
    assert done["score"] == done["out_of"] and untouched["score"] == "0"


@sandboxed
@pytest.mark.slow
def test_a_batch_killed_at_any_moment_ends_with_the_same_table(tmp_path):
    students = {f"s{n}": [c for name in NAMES[: n + 1] for c in asked(name)] for n in range(3)} | {"e": ["exit()"]}
    place, tables, dice, whole = hand_in(tmp_path / "in", **students), [], random.Random(0), 0.0
    for run in ("whole", "killed"):
        table = tmp_path / f"{run}.csv"
        table.with_name(f"{run}-results").mkdir()
        (table.with_name(f"{run}-results") / "seed").write_text("7")
        command = ["grade", LAB, str(place), "-o", str(table)]
        for _ in range(8 if run == "killed" else 0):
            process = started(command)
            with suppress(subprocess.TimeoutExpired, psutil.TimeoutExpired):
                process.wait(dice.uniform(0, whole / 2))
            killed(process)
        begun = time.monotonic()
        assert started(command).wait() == 0
        whole = time.monotonic() - begun
        tables.append(table.read_bytes())
    assert tables[0] == tables[1]


@sandboxed
@pytest.mark.slow
def test_a_batch_that_is_killed_leaves_no_notebook_running(tmp_path):
    place = hand_in(tmp_path / "in", eve=["while True: pass"])
    process = started(["grade", LAB, str(place), "-o", str(tmp_path / "grades.csv"), "--seconds", "100000"])
    while not any("tricks.labs.worker" in p.cmdline() for p in process.children(recursive=True)):
        time.sleep(0.1)
    killed(process)


@sandboxed
def test_two_commands_do_not_write_one_table(tmp_path):
    place = hand_in(tmp_path / "in", bob=["1"])
    first = Batch(LABS.parent, LAB, place, tmp_path / "grades.csv")
    with pytest.raises(FileExistsError, match="another `tricks grade`"):
        Batch(LABS.parent, LAB, place, first.table)


@sandboxed
@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(LABS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_the_solutions_of_every_lab_get_full_marks(path):
    cells = code_cells((LABS / "solutions" / path.name).read_bytes())
    result = mark_notebook(Task(path.stem, cells[:1], cells, 11, 120, False))
    assert set(result["said"].values()) == {None} and not result["left out"]


@sandboxed
@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(LABS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_an_untouched_lab_scores_nothing_and_says_what_to_do(path):
    cells = code_cells(path.read_bytes())
    result = mark_notebook(Task(path.stem, cells[:1], cells, 11, 120, False))
    assert not passed(result) and not result["left out"]
    for said in result["said"].values():
        assert re.search(r"still open|nothing comes back yet|there is no `\w+` yet", said), result


@sandboxed
@pytest.mark.slow
def test_what_counts_is_computing_and_not_the_clock():
    with Sandbox(find_lab(LAB)) as box:
        box.allow(1)
        box.send({"run": "import time; time.sleep(5)"})
        assert box.receive() == {"raised": None}
        box.send({"run": "while True: pass"})
        with pytest.raises(Gone, match="takes too long"):
            box.receive()


@sandboxed
@pytest.mark.skipif(os.getuid() != 0, reason="this is about root")
def test_root_drops_to_an_unprivileged_user():
    from tricks.labs.exercises.vanishing_gradients import LAB as lab

    with Sandbox(lab) as box:
        family = [int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit()]
        owners = {p: Path(f"/proc/{p}").stat().st_uid for p in family if _descends(p, box._process.pid)}
        box.send({"run": "import os; me = os.getuid(), os.geteuid()"})
        box.receive()
        box.send({"name": "me"})
        assert decode(box.receive()["value"]) == (1000, 1000)
    assert owners and set(owners.values()) == {65534}


def _descends(pid, ancestor):
    while pid > 1 and pid != ancestor:
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return pid == ancestor
