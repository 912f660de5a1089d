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
from itertools import count
from pathlib import Path

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
    found = {}
    for name in OPERATORS:
        operator = get_operator(f"core/{name}")()
        for occurrence in count():
            code = mutate_code(source, operator, occurrence)
            if code is None:
                break
            if ast.dump(ast.parse(code)) != ast.dump(ast.parse(source)):
                found.setdefault(label(source, code, name), code)
    return found


def label(source: str, code: str, operator: str) -> str:
    """The definition in which two sources first differ, the operator, and the line as it is now."""
    lines = zip(code.splitlines(), source.splitlines(), strict=False)
    at, (line, _) = next((i, pair) for i, pair in enumerate(lines, 1) if pair[0] != pair[1])
    around = [n for n in ast.walk(ast.parse(code)) if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    names = [n.name for n in around if n.lineno <= at <= n.end_lineno]
    return f"{'.'.join(names) or 'module'}: {operator}: {line.strip()}"


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
        options = ("-x", "-q", "--noconftest", "-p", "no:nbval", "-p", "no:cacheprovider", "-p", "no:xdist")
        os._exit(pytest.main([f"tests/test_{module}.py", "-m", "not slow", *options]))
    status = os.waitpid(child, 0)[1]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return status == 0, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def survivors(copy: Path, module: str) -> tuple[list[str], int]:
    """The faults of a module that its tests do not find, and how many there are in all."""
    path = copy / f"src/tricks/{module}.py"
    source = path.read_text("utf-8")
    sound, needed = tested(copy, module)
    if not sound:
        sys.exit(f"tests/test_{module}.py fails without any fault: nothing can be said")
    left, planted = [], mutants(source)
    for name, code in planted.items():
        path.write_text(code, "utf-8")
        if tested(copy, module, int(SECONDS * needed) + 5)[0]:
            left.append(name)
    path.write_text(source, "utf-8")
    return left, len(planted)


def main(modules: list[str]) -> int:
    listed = json.loads((ROOT / "book/mutants.json").read_text("utf-8"))
    wrong = False
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in ("src", "tests"):
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        for module in modules:
            left, planted = survivors(copy, module)
            reasons = listed.get(module, {})
            print(f"{module}: {planted - len(left)} of {planted} faults found", flush=True)
            for name in left:
                print(f"  not found: {name}: {reasons.get(name, 'NOBODY SAYS WHY')}", flush=True)
            for name in reasons.keys() - set(left):
                print(f"  listed, but found or gone: {name}")
            wrong |= set(left) != set(reasons) or planted - len(left) < SHARE * planted
    return wrong


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    import pytest  # what all tests need is loaded once, before the faults are; the package never is
    import scipy.stats  # noqa: F401
    import sklearn.linear_model  # noqa: F401
    import torch
    import xarray  # noqa: F401

    torch.set_num_threads(1)
    sys.exit(main(sys.argv[1:] or list(MODULES)))
