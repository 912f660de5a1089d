"""Style that can be measured: ruff on code and notebooks, and the sizes that keep a file readable."""

import ast
import statistics
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

PACKAGE = sorted((ROOT / "src").rglob("*.py"))
FILES = [*PACKAGE, *(file for part in ("book", "bench") for file in sorted((ROOT / part).rglob("*.py")))]
FILES += sorted((ROOT / "tests").glob("*.py"))


@pytest.mark.parametrize("command", ["check", "format --check"])
def test_ruff(command):
    run = [sys.executable, "-m", "ruff", *command.split(), "--quiet", "."]
    found = subprocess.run(run, cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr


def functions(path: Path):
    """Functions of modules and classes, each with its lines beyond the docstring."""
    text = path.read_text("utf-8")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            documented = ast.get_docstring(node) is not None and len(node.body) > 1
            length = node.end_lineno - node.body[documented].lineno + 1
            source = text.splitlines()[node.lineno - 1 : node.end_lineno]
            yield node, length, any("# budget:" in line for line in source)


def test_files_and_functions_fit_on_a_screen():
    long_files = [str(p) for p in FILES if len(p.read_text("utf-8").splitlines()) > 250]
    long_functions = [
        f"{path}:{node.lineno} {node.name}"
        for path in FILES
        for node, length, excused in functions(path)
        if length > 40 and not excused
    ]
    assert (long_files, long_functions) == ([], [])


def test_functions_of_the_package_are_mostly_short():
    lengths = sorted(length for path in PACKAGE for _, length, _ in functions(path))
    assert statistics.median(lengths) <= 8
    assert lengths[int(0.9 * len(lengths))] <= 25


def test_the_package_can_be_read_in_an_evening():
    """Blank lines are not read, and the formatter sets many: they do not count."""
    counted = [p for p in PACKAGE if "labs" not in p.parts]
    assert sum(bool(line.strip()) for p in counted for line in p.read_text("utf-8").splitlines()) <= 2600
