"""Suspicion: which cells may have spoilt the exercises of others, so that those are marked again."""

import ast

__all__ = ["meddles"]

_SUSPECTS = {"setattr", "exec", "eval", "compile", "globals", "vars", "os", "sys", "ctypes", "builtins", "importlib"}
_SUSPECTS |= {"gc", "inspect", "threading", "signal", "subprocess", "multiprocessing", "atexit", "get_ipython", "open"}


def meddles(source: str) -> bool:
    """Guess whether a cell may touch what is not its own; a wrong guess costs time only."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (isinstance(node.ctx, ast.Store) or node.attr.startswith("__")):
            return True
        if isinstance(node, ast.Name) and node.id in _SUSPECTS:
            return True
        if isinstance(node, ast.alias) and node.name.split(".")[0] in _SUSPECTS:
            return True
        if isinstance(node, ast.alias | ast.Name) and (getattr(node, "asname", None) or "") in ("torch", "check"):
            return True
    shadows = (n.targets for n in tree.body if isinstance(n, ast.Assign))
    names = {t.id for targets in shadows for t in targets if isinstance(t, ast.Name)}
    return bool(names & {"torch", "lab", "fit", "judge", "seeds", "SGD", "Claim", "digits"})
