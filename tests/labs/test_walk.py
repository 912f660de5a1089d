"""A lab as a student meets it: JupyterLab in a browser, an exercise left open, done wrong, then right."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager

import nbformat
import pytest
from conftest import ROOT

LAB = "00_diagnosis"
EXERCISE = "00-predictions"
LONG = 300_000  # milliseconds: a guard against waiting for ever, not a bar


def source(folder, cell_id):
    notebook = nbformat.read(ROOT / folder / f"{LAB}.ipynb", as_version=4)
    return next(cell.source for cell in notebook.cells if cell.id == cell_id)


@contextmanager
def jupyterlab(course):
    """Run `tricks lab`, and give the address that it prints."""
    settings = course / "settings"
    settings.mkdir()
    (settings / "jupyter_server_config.json").write_text(json.dumps({"ServerApp": {"allow_root": True}}))
    command = [sys.executable, "-m", "tricks.labs", "lab", "--no-browser"]
    env = os.environ | {"JUPYTER_CONFIG_DIR": str(settings), "JUPYTER_RUNTIME_DIR": str(settings)}
    pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    server = subprocess.Popen(command, cwd=course, env=env, start_new_session=True, **pipes)
    try:
        yield next(found[0] for line in server.stdout if (found := re.search(r"http://\S+token=\S+", line)))
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.communicate()


class Desk:
    """A lab open in JupyterLab: run all of it, answer, read what the checks say."""

    def __init__(self, page, address):
        self.page = page
        page.goto(address.replace("/my-labs?", f"/my-labs/{LAB}.ipynb?"))
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
        cells = page.locator(".jp-Notebook .jp-CodeCell")
        self.exercise, self.check = cells.nth(1), cells.nth(2)

    def run_all(self):
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_text("Run All Cells", exact=True).click()

    def answer(self, text):
        """Write it in place of what stands there; run it, and then the check."""
        self.exercise.locator(".cm-content").click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(text)
        for _ in range(2):
            self.page.keyboard.press("Shift+Enter")

    def said(self, beginning):
        """What the check says, once it begins so."""
        output = self.check.locator(".jp-OutputArea-output").filter(has_text=re.compile(f"^{beginning}"))
        output.wait_for()
        return output.inner_text()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no groups of processes to end")
def test_an_exercise_is_open_then_wrong_then_right(browser, tmp_path):
    (tmp_path / "labs/solutions").mkdir(parents=True)
    shutil.copy(ROOT / f"labs/{LAB}.ipynb", tmp_path / "labs")
    solution = source("labs/solutions", EXERCISE).split("# solution", 1)[1].split("\n", 1)[1]
    assert '"guess_loss": ' in solution
    with jupyterlab(tmp_path) as address:
        page = browser.new_page()
        page.set_default_timeout(LONG)
        desk = Desk(page, address)
        desk.run_all()
        assert desk.said("◻ predictions: `guess_loss` is still open").count("\n") == 0
        desk.answer(solution.replace('"guess_loss": ', '"guess_loss": 1 + '))
        assert "equal odds give each class" in desk.said("◻ predictions: guess_loss is not")
        desk.answer(solution)
        assert desk.said("✅")
        assert page.get_by_text("Traceback").count() == 0
        page.close()
