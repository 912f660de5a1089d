"""A book of three pages with the settings and extensions of this one, for tests to harm."""

import shutil
import subprocess
import sys

import nbformat
from conftest import ROOT
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)"}}
VERDICT = {"id": "Z1", "statement": "It holds.", "source": "here", "criterion": "above 0", "verdict": "confirmed"}
NUMBERS = {"estimate": 1.0, "low": 0.5, "high": 1.5, "n": 20, "remark": "", "chapter": "ignored"}
JUDGE = f"display({{'text/plain': 'Z1'}}, raw=True, metadata={{'tricks': {VERDICT | NUMBERS}}})"
BUILD = [sys.executable, ROOT / "book/build.py"]


def plant(path, *cells, title="# A planted page\n\nIt says what it is about in more than forty letters."):
    """Write a small notebook: a title, then code cells."""
    named = [new_code_cell(source, id=f"99-cell-{i}", **rest) for i, (source, rest) in enumerate(cells)]
    notebook = new_notebook(cells=[new_markdown_cell(title, id="99-title"), *named], metadata=KERNEL)
    nbformat.write(notebook, path)
    return path


def planted_book(folder):
    """Write the book into a folder that is there."""
    for name in ("_extensions", "_static", "_templates"):
        shutil.copytree(ROOT / "book" / name, folder / "book" / name)
    for name in ("_config.yml", "book/references.bib"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "_toc.yml").write_text(
        "format: jb-book\nroot: book/index\nchapters:\n- file: 99_planted\n- file: book/ledger\n"
    )
    (folder / "book/ledger.md").write_text("# The ledger\n\nEvery claim of this book.\n\n```{ledger}\n```\n")
    (folder / "book/index.md").write_text("# Planted\n\nSee {verdict}`Z1`, and $\\boldsymbol{x}^2$.\n")
    plant(folder / "99_planted.ipynb", (JUDGE, {}))
    return folder


def made(book, *before):
    """Build the book as `make book` does, or by a command before it: whether it stood, and what was said."""
    run = subprocess.run([*before, *BUILD, book], capture_output=True, text=True)
    return run.returncode == 0, run.stdout + run.stderr
