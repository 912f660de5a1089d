"""Notebooks as they are committed: text outputs, names, descriptions, and the budgets that keep them readable."""

import ast
import re
import statistics
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT

CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
EVIDENCE = sorted((ROOT / "chapters/evidence").glob("*.ipynb"))
SOLUTIONS = sorted((ROOT / "labs/solutions").glob("*.ipynb"))
PAGES = sorted((ROOT / "book").glob("*/*.ipynb"))
EXECUTED = PAGES + CHAPTERS + EVIDENCE + SOLUTIONS
LABS = sorted((ROOT / "labs").glob("*.ipynb"))
METADATA = {"kernelspec", "language_info", "myst", "mystnb"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def read(path: Path):
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [c for c in notebook.cells if c.cell_type == "code" and c.source.strip()]


def lines(cell) -> list[str]:
    """Lines that count: neither blank nor comment."""
    return [s for s in cell.source.splitlines() if s.strip() and not s.strip().startswith("#")]


def texts(cell) -> str:
    """Everything the cell put out, as text."""
    return "".join(o.get("text", "") or o.get("data", {}).get("text/plain", "") for o in cell.outputs)


def shows_a_verdict(cell) -> bool:
    """Whether the cell's last line is an expression that judges."""
    last = ast.parse(cell.source).body[-1]
    return isinstance(last, ast.Expr) and "judge(" in ast.unparse(last)


def output_faults(cell):
    """What is wrong with the outputs of one code cell, a sentence each."""
    if not isinstance(cell.execution_count, int):
        yield f"{cell.id} has no execution count"
    for output in cell.outputs:
        if output.output_type == "error" or output.get("name") == "stderr":
            yield f"{cell.id} commits an error or a warning"
        if set(output.get("data", {"text/plain"})) != {"text/plain"} or output.get("metadata"):
            yield f"{cell.id} commits more than text"
    if cell.metadata.get("mystnb", {}).get("figure") and "<Figure size" not in texts(cell):
        yield f"{cell.id} has a caption, but its output was stripped"
    if shows_a_verdict(cell) and not texts(cell):
        yield f"{cell.id} judges, but its output was stripped"


def figure_faults(cell):
    """What a picture lacks."""
    if "<Figure size" not in texts(cell):
        return
    shown = cell.metadata.get("mystnb", {})
    if not shown.get("image", {}).get("alt", "").strip():
        yield f"{cell.id} draws without alt text"
    if not shown.get("figure", {}).get("caption", "").strip():
        yield f"{cell.id} draws without caption"
    if not re.match(r"fig-[0-9]{2}-", shown.get("figure", {}).get("name", "")):
        yield f"{cell.id} draws without a name such as fig-02-bars"


def form_faults(notebook):
    """Names of cells, width of lines, leftovers."""
    ids = [cell.id for cell in notebook.cells]
    if twice := {i for i in ids if ids.count(i) > 1}:
        yield f"ids used twice: {twice}"
    for cell in notebook.cells:
        if not re.fullmatch(r"[0-9]{2}-[a-z0-9-]+", cell.id):
            yield f"{cell.id} is no name such as 02-relu-plot"
    for cell in code_cells(notebook):
        wide = [line for line in cell.source.splitlines() if len(line) > 70]
        if wide:
            yield f"{cell.id} has a line of more than 70 characters: {wide[0]}"
        if "plt.show(" in cell.source:
            yield f"{cell.id} calls plt.show()"


def faults(notebook) -> list[str]:
    """Everything that may not be committed."""
    cells = code_cells(notebook)
    found = [fault for cell in cells for fault in (*output_faults(cell), *figure_faults(cell))]
    counts = [cell.execution_count for cell in cells]
    if None not in counts and counts != list(range(1, len(cells) + 1)):
        found.append(f"cells were not run once, from top to bottom: {counts}")
    if extra := set(notebook.metadata) - METADATA:
        found.append(f"metadata of a run: {extra}")
    return found + list(form_faults(notebook))


@pytest.mark.parametrize("path", EXECUTED, ids=name)
def test_what_is_committed(path):
    assert faults(read(path)) == []


@pytest.mark.parametrize("path", LABS, ids=name)
def test_the_form_of_a_students_notebook(path):
    assert list(form_faults(read(path))) == []


@pytest.mark.parametrize("path", EXECUTED, ids=name)
def test_cells_are_short(path):
    sizes = {cell.id: len(lines(cell)) for cell in code_cells(read(path))}
    excused = {cell.id for cell in code_cells(read(path)) if "# budget:" in cell.source}
    assert {i: n for i, n in sizes.items() if n > 25 and i not in excused} == {}
    assert statistics.median(sizes.values()) <= 8
    assert sorted(sizes.values())[int(0.9 * len(sizes))] <= 18


@pytest.mark.parametrize("path", CHAPTERS, ids=name)
def test_a_chapter_explains_more_than_it_computes(path):
    notebook = read(path)
    prose = [c.source for c in notebook.cells if c.cell_type == "markdown"]
    words = len(" ".join(prose).split())
    assert words >= 6 * sum(len(lines(cell)) for cell in code_cells(notebook))


def definitions(cell):
    """Functions of a cell that are more than a line or two; exercises do not count."""
    if "exercise" in cell.metadata.get("tags", []):
        return
    for node in ast.parse(re.sub(r"^\s*[%!].*$", "", cell.source, flags=re.M)).body:
        if isinstance(node, ast.FunctionDef) and len(ast.unparse(node).splitlines()) > 3:
            yield node


def test_no_function_is_defined_in_two_notebooks():
    """What two notebooks need belongs in the package."""
    home, twice = {}, []
    for path in EXECUTED:
        for node in (node for cell in code_cells(read(path)) for node in definitions(cell)):
            first = home.setdefault(ast.dump(node), path)
            if first != path:
                twice.append(f"{node.name}: {name(first)} and {name(path)}")
    assert twice == []


def declared(path: Path):
    """What a notebook says of its claims: (id, expects, source) of each, and the family it counts them in."""
    claims, families = [], []
    for cell in code_cells(read(path)):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Claim":
                named = {k.arg: getattr(k.value, "value", None) for k in node.keywords}
                claims.append((node.args[0].value, named["expects"], named.get("source")))
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "DIRECTIONAL":
                families.append(node.value.value)
    return claims, families


@pytest.mark.parametrize("path", CHAPTERS, ids=name)
def test_the_correction_for_many_claims_counts_them_all(path):
    """Chapter and evidence are one family: both state how many directional claims it has."""
    notebooks = [path, path.parent / "evidence" / path.name]
    claims, families = map(sum, zip(*map(declared, notebooks), strict=True), ([], []))
    assert len({claim for claim, _, _ in claims}) == len(claims)
    assert families == [sum(expects != "exact" for _, expects, _ in claims)] * len(notebooks)


@pytest.mark.parametrize("path", CHAPTERS, ids=name)
def test_each_chapter_has_a_control_that_finds_nothing(path):
    evidence = path.parent / "evidence" / path.name
    control = next(claim for claim, _, source in declared(evidence)[0] if source == "negative control")
    said = [texts(cell) for cell in code_cells(read(evidence)) if shows_a_verdict(cell)]
    assert any(f"{control} equivalent: " in text for text in said)
