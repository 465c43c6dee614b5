"""The arithmetic of docs/packs.md: an expression -> a checked syntax tree. Nothing is evaluated here.

The tree holds only: BinOp (Add Sub Mult Div Pow), UnaryOp (USub Not), BoolOp (And Or), Compare with one operator, Call
of a function of `FUNCTIONS` without keywords, Name, Attribute of a Name (`role.field`) and Constant (int, float, or str
as a branch of `where`, or compared by == or != with a name).
"""

from __future__ import annotations

import ast
import difflib
import re
import warnings

from apothecary.errors import PackError

FUNCTIONS: dict[str, tuple[int, int]] = {  # fewest and most arguments
    "where": (3, 3),
    "abs": (1, 1),
    "min": (2, 20),
    "max": (2, 20),
    "sqrt": (1, 1),
    "ln": (1, 1),
    "log10": (1, 1),
    "exp": (1, 1),
    "floor": (1, 1),
    "ceil": (1, 1),
    "dp": (2, 2),
    "sig": (2, 2),
}
MAX_LENGTH = 500
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
_COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
_NUMBER = re.compile(r"\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?", re.ASCII)
_TEXT = re.compile(r"'[^'\\\\]*'|\"[^\"\\\\]*\"")
_EXPECTED = (
    "+ - * / **, comparisons, and or not, where abs min max sqrt ln log10 exp floor ceil dp sig, "
    "given and earlier let names, role.field"
)


def parse_expression(text: str) -> ast.expr:
    """The checked tree of one expression; PackError says which part does not parse."""
    source = " ".join(text.split())
    if not source or len(source) > MAX_LENGTH:
        size = "is empty" if not source else f"has {len(source)} characters"
        raise PackError(f"the expression {size}", expected=f"1 to {MAX_LENGTH} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            tree = ast.parse(source, mode="eval").body
        _check_node(tree, source, text_allowed=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as reason:
        raise PackError(f"`{source}` is no expression: {getattr(reason, 'msg', reason)}", expected=_EXPECTED) from None
    return tree


def is_text(tree: ast.expr) -> bool:
    """Whether the expression gives a text: a quoted text, or `where` between texts."""
    if isinstance(tree, ast.Constant):
        return isinstance(tree.value, str)
    if not (isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name)):
        return False
    return tree.func.id == "where" and is_text(tree.args[1])


def names_used(tree: ast.expr) -> set[str]:
    """The names an expression reads, as written: `mw`, `b.mw`, `dose`. Function names are left out."""
    found: set[str] = set()
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.add(f"{node.value.id}.{node.attr}")
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Call):
            stack += node.args
        else:
            stack += ast.iter_child_nodes(node)
    return found


def texts_compared(tree: ast.expr) -> set[str]:
    """The names that an expression compares with quoted texts."""
    return {
        node.left.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Name) and _is_quoted(node.comparators[0])
    }


def _is_quoted(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _check_node(node: ast.expr, source: str, *, text_allowed: bool = False) -> None:
    """Refuse every node outside the allow-list; a text may stand only where `text_allowed`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, _OPERATORS):
        _check_all([node.left, node.right], source)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        _check_node(node.operand, source)
    elif isinstance(node, ast.BoolOp):
        _check_all(node.values, source)
    elif isinstance(node, ast.Compare) and all(isinstance(op, _COMPARISONS) for op in node.ops):
        if len(node.ops) > 1:
            raise _refuse(node, source, "write `x < y and y < z` instead of `x < y < z`")
        if isinstance(node.ops[0], ast.Eq | ast.NotEq) and _is_quoted(node.comparators[0]):
            if not isinstance(node.left, ast.Name):
                raise _refuse(node, source, "a text is compared with a field: `field == 'text'`")
            _check_node(node.comparators[0], source, text_allowed=True)
            return
        _check_all([node.left, *node.comparators], source)
    elif isinstance(node, ast.Call):
        _check_call(node, source, text_allowed)
    elif isinstance(node, ast.Constant):
        _check_constant(node, source, text_allowed)
    elif isinstance(node, ast.Name) and node.id in FUNCTIONS:
        raise _refuse(node, source, f"`{node.id}` is a function: write {node.id}(...)")
    elif not (isinstance(node, ast.Name) or (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name))):
        raise _refuse(node, source, "")


def _check_all(nodes: list[ast.expr], source: str) -> None:
    for node in nodes:
        _check_node(node, source)


def _check_call(node: ast.Call, source: str, text_allowed: bool) -> None:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name not in FUNCTIONS:
        near = difflib.get_close_matches(name, FUNCTIONS, 1)
        raise _refuse(node, source, f"did you mean `{near[0]}`?" if near else "")
    fewest, most = FUNCTIONS[name]
    if node.keywords or not fewest <= len(node.args) <= most:
        raise _refuse(node, source, f"`{name}` takes {fewest}" + (f" to {most}" if most > fewest else "") + " values")
    if name == "where":
        _check_node(node.args[0], source)
        for branch in node.args[1:]:
            _check_node(branch, source, text_allowed=text_allowed)
        if is_text(node.args[1]) != is_text(node.args[2]):
            raise _refuse(node, source, "both branches of `where` are texts, or both are numbers")
    elif name in ("dp", "sig"):
        _check_node(node.args[0], source)
        places = node.args[1]
        least = 1 if name == "sig" else 0
        if not (isinstance(places, ast.Constant) and type(places.value) is int and least <= places.value <= 12):
            raise _refuse(node, source, f"the second value of `{name}` is a whole number from {least} to 12")
    else:
        _check_all(node.args, source)


def _check_constant(node: ast.Constant, source: str, text_allowed: bool) -> None:
    written = ast.get_source_segment(source, node) or ""
    if type(node.value) in (int, float) and _NUMBER.fullmatch(written):
        return
    if isinstance(node.value, str):
        if text_allowed and _TEXT.fullmatch(written):
            return
        raise _refuse(node, source, "a text may only be chosen by `where(condition, 'one', 'other')`")
    raise _refuse(node, source, "numbers are written as 12, 0.5 or 1e-3")


def _refuse(node: ast.expr, source: str, hint: str) -> PackError:
    written = ast.get_source_segment(source, node) or type(node).__name__
    where = f" in `{source}`" if written != source else ""
    return PackError(f"`{written}` does not parse as arithmetic{where}", expected=_EXPECTED, hint=hint)
