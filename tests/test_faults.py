"""Bad luck: runs killed at any moment, full and read-only disks, spoilt files. One clear sentence, or plain success."""

import json
import os
import random
import shutil
import subprocess
import sys
import textwrap
import time

import conftest
import nbformat
import pytest
from planted_book import BUILD, JUDGE, made, plant, planted_book

SLOW = pytest.mark.slow

SWEEP = """
    import os, random, signal, sys, time
    from hashlib import sha256
    from torch import nn
    from tricks import SGD, digits, fit, seeds

    def network():
        return nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))

    def sweep():
        found = fit(network, digits(train=200), SGD(lr=0.1), seeds=seeds(40), epochs=20, batch_size=20)
        return sha256(found.test_loss.values.tobytes()).hexdigest()

    luck, killed = random.Random(0), 0
    while killed < int(sys.argv[1]):
        if not (child := os.fork()):
            sweep()
            os._exit(0)
        time.sleep(luck.uniform(0, 0.3))
        os.kill(child, signal.SIGKILL)
        killed += os.waitpid(child, 0)[1] == signal.SIGKILL
    print(sweep())
"""


def swept(kills, folder):
    """What a sweep finds after so many others were killed in the middle; all they could write to is the folder."""
    folder.mkdir()
    command = [sys.executable, "-c", textwrap.dedent(SWEEP), str(kills)]
    env = os.environ | {"TMPDIR": str(folder)}
    return subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True, text=True).stdout


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows cannot fork")
@pytest.mark.parametrize("kills", [10, pytest.param(100, marks=SLOW)])
def test_sweeps_killed_at_random_moments_leave_nothing_behind(kills, tmp_path):
    assert swept(kills, tmp_path / "killed") == swept(0, tmp_path / "undisturbed")
    assert list((tmp_path / "killed").iterdir()) == []


def interrupted(command, after):
    """Start a command and kill it, and all that it started, after so many seconds."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    time.sleep(after)
    os.killpg(process.pid, 9)
    return process.wait()


@SLOW
@pytest.mark.skipif(os.name == "nt", reason="Windows has no groups of processes to kill")
def test_a_build_killed_five_times_is_built_by_the_next(tmp_path):
    book, luck = planted_book(tmp_path), random.Random(0)
    start = time.monotonic()
    assert made(book)[0]
    whole = time.monotonic() - start
    pages = {p.name for p in (book / "_build/html").glob("*.html")}
    for _ in range(5):
        shutil.rmtree(book / "_build")
        interrupted([*BUILD, book], luck.uniform(0.2, 0.9) * whole)
        assert made(book)[0]
        assert {p.name for p in (book / "_build/html").glob("*.html")} == pages


@SLOW
@pytest.mark.skipif(os.name == "nt", reason="Windows has no groups of processes to kill")
def test_repeats_killed_at_random_moments_go_on_to_the_same_end(tmp_path):
    course, luck = tmp_path / "course", random.Random(0)
    (course / "chapters").mkdir(parents=True)
    claim = "Claim('Z1', 'stays', 'here', 1, 'greater')"
    path = plant(course / "chapters/00_small.ipynb", (f"from tricks import Claim, judge\njudge({claim}, [2, 3])", {}))
    notebook = nbformat.read(path, as_version=4)
    text = {"text/plain": "Z1 confirmed: the effect"}
    notebook.cells[1].outputs = [nbformat.v4.new_output("execute_result", data=text, execution_count=1)]
    nbformat.write(notebook, path)
    script = f"import sys, pathlib, evidence; evidence.ROOT = pathlib.Path({str(course)!r}); evidence.main([1, 2, 3])"
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(conftest.ROOT / 'book')!r}); {script}"]
    for _ in range(5):
        interrupted(command, luck.uniform(1, 8))
    subprocess.run(command, check=True)
    (row,) = json.loads((course / "_build/evidence.json").read_text("utf-8"))
    assert len(row["verdicts"]) == 3 and None not in row["verdicts"]


# Disks

WALL = ("bwrap", "--bind", "/", "/", "--dev", "/dev", "--proc", "/proc")


@pytest.fixture
def wall():
    """A view of this machine in which a folder can be read-only, or full."""
    if not shutil.which("bwrap") or subprocess.run([*WALL, "true"], capture_output=True).returncode:
        pytest.skip("no bubblewrap, or it may not work here")
    return WALL


@pytest.fixture
def book(tmp_path):
    folder = tmp_path / "一 本书 & co"
    folder.mkdir()
    return planted_book(folder)


def test_a_read_only_folder_is_one_sentence(wall, book):
    stood, said = made(book, *wall, "--ro-bind", book, book)
    assert not stood and said.splitlines() == [f"The site was not built: Read-only file system: {book}/_build"]


def test_a_full_disk_is_one_sentence(wall, book):
    (book / "_build").mkdir()
    stood, said = made(book, *wall, "--size", "1000000", "--tmpfs", book / "_build")
    (said,) = said.splitlines()
    assert not stood and said.startswith(f"The site was not built: {book}/_build has ") and said.endswith("are needed.")


def test_labs_on_a_read_only_disk_are_one_sentence(wall, tmp_path):
    labs = tmp_path / "labs"
    (labs / "solutions").mkdir(parents=True)
    plant(labs / "00_small.ipynb", ("1 + 1", {}))
    command = [*wall, "--ro-bind", tmp_path, tmp_path, "--chdir", tmp_path]
    command += [sys.executable, "-m", "tricks.labs", "lab", "--copy-only"]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stderr.splitlines() == [f"tricks lab: Read-only file system: {tmp_path}/my-labs"]


# Files


def spoil_the_list(results):
    (results / "global.db").write_text("not a database")


def spoil_a_notebook(results):
    (path,) = results.glob("executed/*/*.ipynb")
    path.write_text(path.read_text("utf-8")[:100], "utf-8")


def lose_a_notebook(results):
    (path,) = results.glob("executed/*")
    shutil.rmtree(path)


@SLOW
def test_a_book_with_spoilt_results_in_a_folder_of_many_alphabets_is_built(book):
    assert made(book)[0]
    for harm in (spoil_the_list, spoil_a_notebook, lose_a_notebook):
        (results,) = (book / "_build/.jupyter_cache").glob("*/")
        harm(results)
        (book / "_build/.built").unlink()
        stood, said = made(book)
        assert stood, f"{harm.__name__}: {said}"
        assert JUDGE[:7] in (book / "_build/html/99_planted.html").read_text("utf-8")


def test_without_a_browser_its_tests_say_what_to_install(monkeypatch):
    monkeypatch.setattr(conftest.shutil, "which", lambda name: None)
    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium"):
        next(conftest.open_browser())
