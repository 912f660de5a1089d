"""What several tests share: the site, built as `make book` builds it, and a real browser to look at it."""

import os
import shutil
import subprocess
import sys
from copy import deepcopy
from itertools import groupby
from pathlib import Path

import pytest
from build import results
from filelock import FileLock
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from nbval.plugin import IPyNbCell, IPyNbFile

ROOT = Path(__file__).parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = (
    "--no-sandbox --disable-gpu --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
DRAWN = ("text/html", "image/svg+xml")  # what the site shows beside the text that is committed


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: only in `make test-all`")


def pytest_collection_modifyitems(items):
    """Run notebooks before the tests of the site, which takes over their outputs; nbval compares the text alone."""
    items.sort(key=lambda item: "site" in getattr(item, "fixturenames", ()))
    for notebook in {item.parent for item in items if isinstance(item, IPyNbCell)}:
        notebook.skip_compare += DRAWN


def ran_through(cell: IPyNbCell) -> bool:
    return cell.test_outputs is not None and all(output.output_type != "error" for output in cell.test_outputs)


def keep_outputs(notebook: IPyNbFile, cells: list[IPyNbCell]) -> None:
    """Put what a notebook has just put out for nbval where the site looks before it runs one itself."""
    executed = deepcopy(notebook.nb)
    code = [cell for cell in executed.cells if cell.cell_type == "code"]
    for cell, run in zip(code, cells, strict=True):
        cell.outputs = run.test_outputs
    bundle = CacheBundleIn(executed, str(notebook.path))
    (ROOT / "_build").mkdir(exist_ok=True)
    with FileLock(ROOT / "_build/outputs.lock"):  # notebooks run side by side
        get_cache(str(results(ROOT))).cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def keep_all_outputs(session) -> None:
    """Leave to the site the outputs of every notebook that ran whole, drawing as the site draws."""
    drawn = os.environ.get("TRICKS_RENDER") == "book"
    cells = [item for item in session.items if isinstance(item, IPyNbCell) and drawn]
    for notebook, own in groupby(cells, key=lambda cell: cell.parent):
        if all(map(ran_through, own := list(own))):
            keep_outputs(notebook, own)


def pytest_sessionfinish(session):
    """Each of several processes keeps what it ran; the site is a later command."""
    if "workerinput" in vars(session.config):
        keep_all_outputs(session)


@pytest.fixture(scope="session")
def site(request) -> Path:
    """The folder of the site, up to date; made of the outputs of the notebooks that this process ran, if it did."""
    keep_all_outputs(request.session)
    (ROOT / "_build").mkdir(exist_ok=True)
    command = [sys.executable, "book/build.py"]
    with FileLock(ROOT / "_build/site.lock"):  # another process may need it as well
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if run.returncode:
        pytest.fail(f"the site was not built:\n{run.stdout}{run.stderr}", pytrace=False)
    return ROOT / "_build/html"


def open_browser():
    """A headless Chromium, where the system has one."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        pytest.skip("no browser: `apt-get install chromium`, or install Chrome or Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=QUIET.split())
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def browser():
    yield from open_browser()
