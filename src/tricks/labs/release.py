"""The student's notebook, made from the solutions: the only thing below `# solution` is a gap."""

import os
import re
import tempfile
from pathlib import Path

import nbformat
from nbformat import NotebookNode

__all__ = ["ReleaseError", "blanked", "out_of_step", "release", "student_text"]

_TITLED = ", with solutions"  # in the title of the solutions only
# "# solution", or "# solution: what to do", which becomes the gap's instruction.
_MARKER = re.compile(r"^(?P<indent>[ \t]*)# solution(?:: *(?P<task>\S.*))?$", re.MULTILINE)


class ReleaseError(ValueError):
    """What keeps a solutions notebook from becoming a student's notebook, in one sentence."""


def student_text(solutions: Path) -> str:
    """Return the student's notebook, as text, made from the solutions notebook.

    Cells tagged `exercise` lose what stands below their line `# solution`; cells tagged `answer`
    go, and so does ", with solutions" in the title; outputs, counts and all that is for the site
    only go; ids stay as they are.
    Raises `ReleaseError` naming the notebook and the cell.
    """
    try:
        notebook = nbformat.read(solutions, as_version=4)
    except (OSError, ValueError) as error:
        raise ReleaseError(f"{solutions}: cannot be read as a notebook ({error})") from None
    cells = [cell for cell in notebook.cells if "answer" not in cell.metadata.get("tags", [])]
    if not any(_is_exercise(cell) for cell in cells):
        raise ReleaseError(f"{solutions.name}: no cell is tagged `exercise`, so nothing is asked")
    if _TITLED not in cells[0].source:
        raise ReleaseError(f"{solutions.name}: its title does not say `{_TITLED.strip(', ')}`")
    cells[0].source = cells[0].source.replace(_TITLED, "", 1)
    notebook.cells = [_emptied(cell, solutions.name) for cell in cells]
    kept = ("kernelspec", "language_info")
    notebook.metadata = {k: v for k, v in notebook.metadata.items() if k in kept}
    return nbformat.writes(nbformat.from_dict(notebook)) + "\n"


def release(labs: Path, name: str | None = None) -> list[Path]:
    """Write `labs/NAME.ipynb` from `labs/solutions/NAME.ipynb`, of every lab or of one."""
    written = []
    for solutions in _solutions(labs, name):
        target = labs / solutions.name
        _write(target, student_text(solutions))
        written.append(target)
    return written


def out_of_step(labs: Path, name: str | None = None) -> list[Path]:
    """List the student's notebooks that are missing, outdated, or made from nothing."""
    wanted = {labs / path.name: student_text(path) for path in _solutions(labs, name)}
    astray = [] if name else [p for p in sorted(labs.glob("*.ipynb")) if p not in wanted]
    stale = [path for path, text in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    return stale + astray


def _solutions(labs: Path, name: str | None) -> list[Path]:
    folder = labs / "solutions"
    found = sorted(folder.glob("*.ipynb"))
    if not found:
        raise ReleaseError(f"{folder} holds no notebooks: run this from the course's own folder")
    chosen = [path for path in found if name in (None, path.stem, path.name)]
    if not chosen:
        raise ReleaseError(f"there is no lab {name}: there is {', '.join(p.stem for p in found)}")
    return chosen


def _is_exercise(cell: NotebookNode) -> bool:
    return "exercise" in cell.metadata.get("tags", [])


def _emptied(cell: NotebookNode, notebook: str) -> NotebookNode:
    """Return the cell as a student gets it."""
    tags = [tag for tag in cell.metadata.get("tags", []) if not tag.startswith("hide-")]
    cell.metadata = {"tags": tags} if tags else {}
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    else:
        cell.source = cell.source.replace("](../../", "](../")  # one folder up from solutions/
    if _is_exercise(cell):
        cell.source = blanked(cell.source, f"{notebook}: cell {cell.id}")
    return cell


def blanked(source: str, where: str) -> str:
    """Cut what stands below `# solution`, and say there what to do; `where` is for the error."""
    marks = list(_MARKER.finditer(source))
    if len(marks) != 1:
        found = "no line" if not marks else f"{len(marks)} lines"
        raise ReleaseError(f"{where} is an exercise with {found} `# solution`: one is needed")
    mark = marks[0]
    if not _filled(source[mark.end() :]):
        raise ReleaseError(f"{where} is not filled in: nothing stands below `# solution`")
    task = "your answer" + (f": {mark['task']}" if mark["task"] else "")
    # Inside a function the gap is a statement, so that the cell runs and `check` can speak.
    gap = f"{mark['indent']}...  # {task}" if mark["indent"] else f"# {task}"
    return source[: mark.start()] + gap


def _filled(solution: str) -> bool:
    """Say whether there is more below the marker than comments, `...` and `pass`."""
    lines = [line.strip() for line in solution.splitlines()]
    code = [line for line in lines if line and not line.startswith("#")]
    return any(line.split("#")[0].strip() not in ("...", "pass") for line in code)


def _write(path: Path, text: str) -> None:
    """Replace the file as a whole, or not at all."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    os.chmod(temporary, 0o644)
    os.replace(temporary, path)
