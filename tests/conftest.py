"""What several tests share: the site, built as `make book` builds it, and a real browser to look at it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = (
    "--no-sandbox --disable-gpu --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: only in `make test-all`")


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the site, up to date."""
    command = [sys.executable, "book/build.py"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if run.returncode:
        pytest.fail(f"the site was not built:\n{run.stdout}{run.stderr}", pytrace=False)
    return ROOT / "_build/html"


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium, where the system has one."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        pytest.skip("no browser: `apt-get install chromium`, or install Chrome or Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=QUIET.split())
        yield browser
        browser.close()
