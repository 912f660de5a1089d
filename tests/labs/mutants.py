"""Machine-made mistakes: every small change of a function that a slip of the pen could make."""

import ast
import copy
from collections.abc import Iterator

_SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Eq: ast.NotEq,
}


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Yield (what was changed, mutated source), one change at a time: an operator swapped, a
    constant moved by 1, a keyword dropped, a sign dropped, a statement dropped."""
    tree = ast.parse(source)
    count = sum(1 for _ in ast.walk(tree))
    for place in range(count):
        for variant in range(8):
            mutated = copy.deepcopy(tree)
            node = list(ast.walk(mutated))[place]
            before = _shown(node)
            if _mutate(node, variant):
                text = ast.unparse(ast.fix_missing_locations(mutated))
                yield f"{before} → {_shown(node)}", text


def _shown(node: ast.AST) -> str:
    return ast.unparse(node) if isinstance(node, ast.expr | ast.stmt) else type(node).__name__


def _mutate(node: ast.AST, variant: int) -> bool:
    """Apply the node's change of this number in place; False where it has none."""
    changes = [*_operators(node), *_constants(node), *_keywords(node), *_statements(node)]
    if variant >= len(changes):
        return False
    changes[variant]()
    return True


def _operators(node: ast.AST) -> Iterator:
    if isinstance(node, ast.BinOp) and type(node.op) in _SWAPS:
        yield lambda: setattr(node, "op", _SWAPS[type(node.op)]())
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _SWAPS:
        yield lambda: setattr(node, "ops", [_SWAPS[type(node.ops[0])]()])
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield lambda: setattr(node, "op", ast.UAdd())


def _constants(node: ast.AST) -> Iterator:
    number = isinstance(node, ast.Constant) and type(node.value) in (int, float)
    for step in (1, -1) if number else ():
        yield lambda step=step: setattr(node, "value", node.value + step)


def _keywords(node: ast.AST) -> Iterator:
    for index in range(len(node.keywords)) if isinstance(node, ast.Call) else ():
        yield lambda index=index: node.keywords.pop(index)


def _statements(node: ast.AST) -> Iterator:
    """Statements are dropped from the block that holds them, the docstring stays."""
    body = getattr(node, "body", None)
    if not isinstance(node, ast.FunctionDef | ast.For | ast.While | ast.If):
        return
    for index, statement in enumerate(body):
        if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
            yield lambda index=index: body.__setitem__(index, ast.Pass())
