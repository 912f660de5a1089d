"""Repeat every experiment of the book with other seeds, and say which verdicts stay.

`python book/evidence.py [set …]` runs each chapter and each evidence notebook under the seed sets 1 to 10, or those
named (`TRICKS_SEED_SET`). What a notebook finds is kept in `_build/evidence/`: a run that was stopped goes on where it
was, and only a change of the notebook's cells or of the package makes it run again. The result is
`_build/evidence.json`; the ledger shows the copy of it that is committed as `book/evidence.json`.
"""

import hashlib
import json
import os
import re
import sys
from contextlib import suppress
from pathlib import Path

import nbformat
from build import digest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
SETS = range(1, 11)
FRAGILE = 0.9  # a verdict that fewer than nine in ten sets give
SENTENCE = re.compile(r"^(\w+) (confirmed|refined|equivalent|inconclusive|refuted): ")


def notebooks(root: Path) -> list[Path]:
    """Those that judge: the chapters and their evidence."""
    return sorted(root.glob("chapters/*.ipynb")) + sorted(root.glob("chapters/evidence/*.ipynb"))


def outputs(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def published(path: Path) -> dict[str, str]:
    """The verdict of each claim, as the committed notebook has it."""
    texts = [o.get("data", {}).get("text/plain", "") for o in outputs(nbformat.read(path, as_version=4))]
    return dict(found.groups() for found in map(SENTENCE.match, texts) if found)


def repeat(path: Path, seed_set: int) -> dict[str, dict]:
    """What the notebook finds under a seed set: the record of each claim.

    A cell that fails is told and left out; what stands after it may still be found.
    """
    notebook = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=1800, kernel_name="python3", allow_errors=True, resources=where).execute()
    for output in outputs(notebook):
        if output.output_type == "error":
            print(f"{path.name}, set {seed_set}: {output.ename}: {output.evalue}", file=sys.stderr)
    records = [o.metadata["tricks"] for o in outputs(notebook) if "tricks" in o.get("metadata", {})]
    return {record["id"]: record for record in records}


def kept(path: Path, seed_set: int) -> dict[str, dict]:
    """The same, from an earlier run if there was one of these very cells."""
    os.environ |= {"TRICKS_SEED_SET": str(seed_set), "TRICKS_RENDER": "nbval"}
    package = [file.relative_to(ROOT).as_posix() for file in sorted(ROOT.glob("src/tricks/*.py"))]
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    name = hashlib.sha256("\0".join([digest(ROOT, package), *cells]).encode()).hexdigest()[:16]
    file = ROOT / f"_build/evidence/{seed_set}/{path.parent.name}-{path.stem}-{name}.json"
    with suppress(OSError, ValueError):
        return json.loads(file.read_text("utf-8"))
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(found := repeat(path, seed_set)), "utf-8")
    draft.replace(file)  # whole, or not at all
    return found


def compare(name: str, verdict: str, found: list[dict[str, dict]]) -> dict:
    """One claim over all sets; where a set has no verdict, it does not agree."""
    records = [records.get(name) for records in found]
    verdicts = [record and record["verdict"] for record in records]
    agreement = verdicts.count(verdict) / len(verdicts)
    estimates = [record and record["estimate"] for record in records]
    same = {"id": name, "verdict": verdict, "agreement": agreement, "fragile": agreement < FRAGILE}
    return same | {"verdicts": verdicts, "estimates": estimates}


def main(sets: list[int]) -> None:
    rows = []
    for path in notebooks(ROOT):
        verdicts = published(path)
        found = [kept(path, seed_set) for seed_set in sets if verdicts]
        rows += [compare(name, verdict, found) for name, verdict in verdicts.items()]
        print(f"{path.parent.name}/{path.stem}: {len(verdicts)} claims, {len(found)} sets", flush=True)
    (ROOT / "_build/evidence.json").write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    for row in rows:
        if row["fragile"]:
            print(f"{row['id']}: {row['verdict']} in {row['agreement']:.0%} of the sets: {row['verdicts']}")
    print(f"{sum(row['fragile'] for row in rows)} of {len(rows)} claims are fragile: _build/evidence.json")


if __name__ == "__main__":
    main([int(number) for number in sys.argv[1:]] or list(SETS))
