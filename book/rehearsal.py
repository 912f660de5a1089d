"""Copy the students' labs to `_build/rehearsal`, so that they can run through, unsolved.

An unsolved exercise stops its notebook, and everything after it fails as well: in the copy every code cell carries the
tag `raises-exception`. That tag only allows an error; that the first check stops with one line is a test of its own.
"""

import shutil
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]


def rehearse(source: Path, target: Path) -> None:
    """Write the notebook to the target folder, every code cell allowed to fail."""
    notebook = nbformat.read(source, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            tags = cell.metadata.get("tags", [])
            cell.metadata["tags"] = [*tags, "raises-exception"]
    nbformat.write(notebook, target / source.name)


if __name__ == "__main__":
    folder = ROOT / "_build/rehearsal"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for lab in sorted((ROOT / "labs").glob("*.ipynb")):
        rehearse(lab, folder)
