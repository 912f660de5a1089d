"""Repeat the general claims in 36 worlds each, and say in how many they hold.

`python book/worlds.py [claim …]` carries every trial (book/trials.py), or those named, to every world (book/grid.py).
A claim holds in a world if the protocol of its own notebook, with the same criterion, the same number of seeds and the
same width of interval, gives the verdict there that the book has. What a world says is kept in `_build/worlds/`: a run
that was stopped goes on where it was, and only a change of the trials, the worlds, the claim or the package makes it
run again. The result is `_build/worlds.json`; the ledger shows the copy of it that is committed as `book/worlds.json`.
"""

import ast
import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import NamedTuple

import nbformat
from build import digest
from evidence import notebooks, published
from grid import World, seeds, worlds
from trials import TRIALS

from tricks import Claim, judge

ROOT = Path(__file__).parents[1]
LEFT_OUT = {  # directional claims that no trial covers: why, and which
    "controls, in which nothing is claimed": "A0 B0 B0b C0 D0 E0 G0 J0 K0",
    "networks at birth, untrained: there is no rate, and hardly a label": "B3a B4a B4d B8a B8b N11b K1 K2c",
    "landscapes, regressions and made-up data, which are worlds of their own": (
        "B16b C1b C2a C2b C2c C2e C7a C7c D4a E4 E5a E5c E5e F2 F4a K9 K9b"
    ),
    "every arm at its own best rate or dose, to be searched for again in every world": (
        "A1 A3b A3c B3b B3c B3d C8b D2f E2d F4c G1c G1d G8 G9 J2 J3 J4 J6 J9 J10 K4b K5 K5b K6 K6b K7 K8 K8b K11 K12 "
        "N1 N3 N6 N15"
    ),
    "the number of examples or units is itself the question": "A2b A2c D2d K9c K9d K10 K10b K10c N10",
    "already about another data set": "J7 J8 J11",
    "too long for a short run: many networks, or long training, for every seed": "G4b G6 G7a G7b G9a J1 N13",
    "of a kind with one that was carried, or simply not yet carried": (
        "A2a A4 B9b B10 B11a B11b B11c B12b B13a B13b D1a D1b D1c D2b D2e D3 D3b D4b E3 E5d F2c G1b G2b G3b G3c K2b K4 "
        "N4 N7 N8b"
    ),
}
WHY = {  # read off the result afterwards: what the worlds in which a claim fails have in common
    "B12c": "With wrong labels PReLU falls behind ReLU.",
    "N12": "At half the rate, and in narrow networks, fewer units die than the criterion asks.",
    "B4c": "With two classes guessing gets so many right that 50 points cannot be gained.",
    "B8c": "In narrow networks and with two classes the lead is below the 20 points asked, or uncertain.",
    "C8": "At half the rates tuned on digits, or on breast tumours, momentum's lead is mostly gone or uncertain.",
    "D2a": "Mostly undecided: whether stopping changes nothing with right labels. Half the examples gain less.",
    "D2c": "With half the examples the two moments differ by less than the 2 points asked, or by an uncertain amount.",
    "E2c": "With half the examples the gain is uncertain; on clouds of points L2 may help with right labels, too.",
    "G1a": "In all of them it is undecided whether dropout changes nothing where labels are right.",
    "N5": "With few examples or many units the whole network learns nearly all labels, in spite of dropout.",
}
TOLD = ("verdict", "estimate", "low", "high", "remark")


class Declared(NamedTuple):
    """A claim as its notebook declares it, with the number of claims judged there and the book's verdict."""

    claim: Claim
    among: int
    verdict: str


@cache
def declared() -> dict[str, Declared]:
    """Every claim of the book."""
    found, among = {}, {}
    for path in notebooks(ROOT):
        verdicts = published(path)
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code" and ("Claim(" in cell.source or "DIRECTIONAL =" in cell.source):
                for name, value in assigned(cell.source):
                    if name == "DIRECTIONAL":
                        among[path.stem] = value
                    elif name in verdicts:
                        found[name] = value, path.stem, verdicts[name]
    return {name: Declared(claim, among[stem], verdict) for name, (claim, stem, verdict) in found.items()}


def assigned(source: str):
    """The claims and the number of claims that a cell puts down, with their names."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name, written = node.targets[0].id, ast.unparse(node.value)
            if name == "DIRECTIONAL" or written.startswith("Claim("):
                yield name, eval(written, {"Claim": Claim})


def outcome(trial: Callable, stated: Declared, world: World) -> dict:
    """What the protocol says of the claim in one world; a world whose effect cannot be judged says so."""
    effect = trial(world, seeds(world))
    try:
        verdict = judge(stated.claim, effect, among=stated.among)
    except ValueError as error:  # it holds NaN: what is measured in networks is not defined where they diverged
        return dict.fromkeys(TOLD) | {"remark": str(error)}
    return {name: verdict.record()[name] for name in TOLD}


@cache
def code() -> str:
    """One name for all that an outcome depends on but its claim and its world."""
    package = [file.relative_to(ROOT).as_posix() for file in sorted(ROOT.glob("src/tricks/*.py"))]
    return digest(ROOT, [*package, "book/grid.py", "book/trials.py"])


def kept(trial: Callable, stated: Declared, world: World) -> dict:
    """The same, from an earlier run if there was one."""
    key = repr((code(), stated.claim, stated.among, world))
    name = f"{stated.claim.id}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.json"
    file = ROOT / "_build/worlds" / name
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(".draft")
        draft.write_text(json.dumps(outcome(trial, stated, world)), "utf-8")
        draft.replace(file)  # whole, or not at all
    return json.loads(file.read_text("utf-8"))


def compare(name: str, stated: Declared, found: list[dict]) -> dict:
    """One claim over its own world, which comes first, and all others."""
    own, *others = found
    holds = sum(one["verdict"] == stated.verdict for one in others)
    row = {"id": name, "verdict": stated.verdict, "holds": holds, "of": len(others), "why": WHY.get(name, "")}
    return row | {"own": own, "found": others}


def main(names: list[str], everywhere: list[World]) -> None:
    rows = []
    for name in names:
        stated = declared()[name]
        rows.append(compare(name, stated, [kept(TRIALS[name], stated, world) for world in everywhere]))
        row = rows[-1]
        print(f"{name}, {row['verdict']}: holds in {row['holds']} of {row['of']} worlds", flush=True)
        if row["own"]["verdict"] != row["verdict"]:
            print(f"{name}: in its own world, with other seeds, {row['own']['verdict']}", file=sys.stderr)
    described = [asdict(world) | {"name": str(world)} for world in everywhere[1:]]
    exact = [name for name, stated in declared().items() if stated.claim.expects == "exact"]
    left = LEFT_OUT | {"exact: proved or enumerated, whatever the data": " ".join(exact)}
    if waiting := " ".join(name for name in TRIALS if name not in names):
        left |= {"can be carried, but not in this run": waiting}
    told = {"worlds": described, "claims": rows, "left_out": left}
    (ROOT / "_build/worlds.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:] or list(TRIALS), worlds())
