"""The package as a whole: its order, its words and its sources."""

import ast
import inspect
import pkgutil
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import tricks

SOURCE = Path(tricks.__file__).parent
REFERENCES = SOURCE.parents[1] / "book" / "references.bib"
ORDER = ["data", "masks", "activations", "initializers", "optimizers", "axes", "landscapes", "regularizers"]
ORDER += ["norms", "layers", "stacks", "steps", "stopping", "cores", "training", "records", "experiments", "sweeps"]
ORDER += ["factorials", "statistics", "diagnostics", "claims", "plots", "explore", "labs"]
FILES = sorted(SOURCE.rglob("*.py"))


def module(path: Path) -> str:
    """The part of the package that a file belongs to."""
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported(path: Path):
    """The parts of the package that a file imports from, each once for every import."""
    depth = len(path.relative_to(SOURCE).parts)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == depth:
            yield from [node.module.split(".")[0]] if node.module else [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom | ast.Import):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            yield from [name.split(".")[1] for name in names if name.startswith("tricks.")]


def test_every_module_has_its_place_in_the_order():
    assert {module(path) for path in FILES} - {"__init__"} == set(ORDER)


@pytest.mark.parametrize("path", [p for p in FILES if p.parent != SOURCE or p.stem != "__init__"], ids=str)
def test_imports_point_up_the_order(path):
    place = ORDER.index(module(path))
    for other in imported(path):
        assert other in ORDER[:place] or other == module(path) == "labs", f"{path.name} imports from {other}"


def test_the_check_of_the_order_sees_every_way_to_import(tmp_path, monkeypatch):
    lines = [
        "from .data import Data",
        "from . import layers as rules",
        "import tricks.plots",
        "from tricks.claims import judge",
    ]
    (tmp_path / "new.py").write_text("\n".join(lines))
    monkeypatch.setitem(globals(), "SOURCE", tmp_path)
    assert sorted(imported(tmp_path / "new.py")) == ["claims", "data", "layers", "plots"]


def public_names():
    """Every public function, class and method of the package, with its full name."""
    for found in pkgutil.walk_packages(tricks.__path__, "tricks."):
        if found.name.endswith("__main__"):
            continue
        here = import_module(found.name)
        yield found.name, here
        for name, thing in vars(here).items():
            ours = getattr(thing, "__module__", None) == found.name
            if ours and not name.startswith("_") and (inspect.isfunction(thing) or inspect.isclass(thing)):
                yield f"{found.name}.{name}", thing
                for method, function in vars(thing).items() if inspect.isclass(thing) else ():
                    if inspect.isfunction(function) and not method.startswith("_"):
                        yield f"{found.name}.{name}.{method}", function


def test_every_public_name_says_what_it_is():
    # An optimiser's two functions are said in the equations of its class; a layer's is torch's.
    told_elsewhere = ("init", "update", "forward", "extra_repr")
    bare = [
        name
        for name, thing in public_names()
        if name.rsplit(".")[-1] not in told_elsewhere and not (thing.__doc__ or "").strip()
    ]
    assert bare == []


def test_the_public_surface_is_as_the_readme_and_the_chapters_use_it():
    promised = "fit seeds digits Data SGD Adagrad RMSprop Adam AdamW Claim Verdict judge initialise rounded plots"
    assert all(hasattr(tricks, name) for name in promised.split())


@pytest.mark.skipif(not REFERENCES.exists(), reason="the bibliography is not written yet")
def test_every_source_cited_is_in_the_bibliography():
    known = set(re.findall(r"^@\w+\{([^,\s]+)", REFERENCES.read_text("utf-8"), re.MULTILINE))
    cited = {
        key.strip()
        for path in FILES
        for keys in re.findall(r"\{cite\w*\}`([^`]+)`", path.read_text("utf-8"))
        for key in keys.split(",")
    }
    assert len(cited) > 10 and cited - known == set()


def test_a_fresh_import_uses_one_thread_inside_each_operation():
    code = "import torch, tricks; print(torch.get_num_threads())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "1"
