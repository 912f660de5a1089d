"""Plant small faults in the modules that hold formulas, one at a time, and see whether each module's own tests find it.

`make mutants` takes all of MODULES, `make mutants MODULES="stopping statistics"` some. The faults are cosmic-ray's: a
sign turned, a comparison that includes its end, a number one larger or smaller, a condition negated, a loop that never
runs. One that no test finds must be listed in book/mutants.json with its reason; the command fails if it is not, if a
listed one is found, or if fewer than 95 % are found.
"""

import ast
import json
import os
import resource
import shutil
import sys
import tempfile
from collections.abc import Iterator
from compileall import compile_dir
from itertools import count
from pathlib import Path
from py_compile import PycInvalidationMode

from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

ROOT = Path(__file__).parents[1]
MODULES = ("activations", "initializers", "optimizers", "regularizers", "stopping", "statistics", "landscapes")
OPERATORS = (
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "Pow_Mul", "Mod_Mul")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Eq_NotEq", "NotEq_Eq", "Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Lt_Gt", "Gt_Lt", "LtE_GtE", "GtE_LtE", "Is_IsNot", "IsNot_Is")),
    *("ReplaceUnaryOperator_Delete_USub", "ReplaceUnaryOperator_Delete_Not", "AddNot", "ReplaceTrueWithFalse"),
    *("ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd", "ReplaceBreakWithContinue", "NumberReplacer"),
    *("ReplaceContinueWithBreak", "ZeroIterationForLoop", "RemoveDecorator"),
)
SHARE = 0.95
SECONDS = 10  # times what the tests take of the processor without a fault; then a fault counts as found


def mutants(source: str) -> dict[str, str]:
    """Every faulty version of a source, by a name that outlives changes elsewhere: where, what, and the faulty line."""
    found, sound = {}, meaning(source)
    for name in OPERATORS:
        operator = get_operator(f"core/{name}")()
        for occurrence in count():
            code = mutate_code(source, operator, occurrence)
            if code is None:
                break
            if meaning(code) not in (None, sound):
                found.setdefault(label(source, code, name), code)
    return found


def meaning(source: str) -> str | None:
    """What Python makes of a source, layout aside; None if nothing: two stars of `{**these}`, say, are no power."""
    try:
        return ast.dump(ast.parse(source))
    except SyntaxError:
        return None


def label(source: str, code: str, operator: str) -> str:
    """The definition in which two sources first differ, the operator, and the line as it is now."""
    lines = zip(code.splitlines(), source.splitlines(), strict=False)
    at, (line, _) = next((i, pair) for i, pair in enumerate(lines, 1) if pair[0] != pair[1])
    around = [n for n in ast.walk(ast.parse(code)) if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    names = [n.name for n in around if n.lineno <= at <= n.end_lineno]
    return f"{'.'.join(names) or 'module'}: {operator}: {line.strip()}"


class QuickestFirst:
    """A plugin of pytest that keeps in a file what each test took when all passed, and from then on sorts by that."""

    def __init__(self, file: Path):
        self.file, self.took = file, {}

    def pytest_collection_modifyitems(self, items):
        known = json.loads(self.file.read_text("utf-8")) if self.file.exists() else {}
        items.sort(key=lambda item: known.get(item.nodeid, 0.0))

    def pytest_runtest_logreport(self, report):
        self.took[report.nodeid] = self.took.get(report.nodeid, 0.0) + report.duration

    def pytest_sessionfinish(self, exitstatus):
        if exitstatus == 0:
            self.file.write_text(json.dumps(self.took), "utf-8")


def tested(copy: Path, module: str, seconds: int | None = None) -> tuple[bool, float]:
    """Run a module's own tests in a process of its own: whether they pass, and their seconds of the processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    if not (child := os.fork()):
        if seconds:
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1), os.dup2(silence, 2)
        os.chdir(copy)
        sys.path.insert(0, str(copy / "src"))
        options = [f"tests/test_{module}.py", "-x", "-q", "-m", "not slow", "--noconftest", "--assert=plain"]
        without = ["-p", "no:cacheprovider", "-p", "no:unraisableexception"]
        plugins = [QuickestFirst(copy / f"{module}.json")]
        os._exit(pytest.main(options + without, plugins))
    status = os.waitpid(child, 0)[1]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return status == 0, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def survivors(copy: Path, module: str, planted: dict[str, str]) -> Iterator[str]:
    """The names of the faults that a module's tests do not find, each as soon as this is known."""
    path = copy / f"src/tricks/{module}.py"
    source = path.read_text("utf-8")
    sound, needed = tested(copy, module)
    if not sound:
        sys.exit(f"tests/test_{module}.py fails without any fault: nothing can be said")
    for name, code in planted.items():
        path.write_text(code, "utf-8")
        if tested(copy, module, int(SECONDS * needed) + 5)[0]:
            yield name
    path.write_text(source, "utf-8")


def main(modules: list[str]) -> int:
    listed = json.loads((ROOT / "book/mutants.json").read_text("utf-8"))
    wrong = False
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in ("src", "tests"):
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        # By hash, so that the bytecode of a module is never taken for that of its faulty version.
        compile_dir(copy, quiet=2, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
        for module in modules:
            planted = mutants((copy / f"src/tricks/{module}.py").read_text("utf-8"))
            reasons, left = listed.get(module, {}), []
            for name in survivors(copy, module, planted):
                left.append(name)
                print(f"  not found: {name}: {reasons.get(name, 'NOBODY SAYS WHY')}", flush=True)
            for name in reasons.keys() - set(left):
                print(f"  listed, but found or gone: {name}")
            found = len(planted) - len(left)
            print(f"{module}: {found} of {len(planted)} faults found", flush=True)
            wrong |= set(left) != set(reasons) or found < SHARE * len(planted)
    return wrong


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    # What all tests need is loaded once, before the faults are; the package never is.
    import matplotlib.pyplot  # noqa: F401
    import pytest
    import scipy.stats  # noqa: F401
    import sklearn.datasets
    import sklearn.linear_model  # noqa: F401
    import torch._dynamo  # torch.optim asks for it at its first step
    import xarray  # noqa: F401

    torch.set_num_threads(1)
    sys.exit(main(sys.argv[1:] or list(MODULES)))
