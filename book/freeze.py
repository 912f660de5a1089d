"""Run notebooks and write them back with the outputs that are committed: text, execution counts, nothing else.

`python book/freeze.py chapters/02_vanishing_gradients.ipynb …`. Pictures and HTML are left out, since strict nbval
compares what is committed and the site makes its own; everything a run leaves about itself (times, versions) goes too.
"""

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
OF_THE_RUN = ("execution", "collapsed", "scrolled", "ExecuteTime")


def plain(output: dict) -> dict | None:
    """The output with text only; None where no text is left."""
    if output.output_type == "stream":
        return output
    if output.output_type == "error":
        return output | {"traceback": []}
    if "text/plain" not in output.data:
        return None
    return output | {"data": {"text/plain": output.data["text/plain"]}, "metadata": {}}


def tidy(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook as it is committed."""
    kept = {k: v for k, v in notebook.metadata.items() if k in ("myst", "mystnb")}
    notebook.metadata = kept | {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    for cell in notebook.cells:
        for key in OF_THE_RUN:
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            cell.outputs = [text for text in map(plain, cell.outputs) if text]
    return nbformat.from_dict(notebook)


def run(path: Path) -> nbformat.NotebookNode:
    """Execute the notebook in its own folder."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    return client.execute()


def freeze(path: Path) -> str | None:
    """Run and rewrite the notebook; the sentence that says what went wrong, if anything did."""
    try:
        notebook = run(path)
    except (CellExecutionError, CellTimeoutError) as problem:
        return f"{path}: a cell failed, the notebook is as it was.\n{problem}"
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                return f"{path}: cell {cell.id} writes to stderr, which nbval refuses: {output.text}"
    nbformat.write(tidy(notebook), path)
    print(f"{path}: frozen")
    return None


def main(names: list[str]) -> int:
    """Freeze each notebook; 1 if any failed."""
    os.environ |= {"TRICKS_RENDER": "nbval", "TRICKS_FREEZE": "1"}
    if missing := [name for name in names if not Path(name).is_file()]:
        print(f"There is no notebook {', '.join(missing)}.", file=sys.stderr)
        return 1
    problems = [problem for problem in map(freeze, map(Path, names)) if problem]
    print(*problems, sep="\n", file=sys.stderr)
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
