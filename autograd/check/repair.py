"""Where a learner's function has its mistake: the one small change of its own source that would make it right.

Other operators, operands and brackets, numbers one off, other names, something missing or too much, a line too far in:
each is tried in the function itself, so whatever calls it sees the change. Its place is told, and not the change.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from time import process_time
from typing import Any

from autograd.check.changes import brackets, changes_of, less, operators, replaced
from autograd.check.reading import written
from autograd.check.trouble import quiet

SECONDS = 2.0  # of computing time for all changes together
LONGEST = 50  # characters of code that a hint shows
Judge = Callable[[Any], bool]


def repair(function: Any, is_right: Callable[[], bool]) -> str:
    """The place of the first change after which is_right() holds, in words; "" if there is none.

    The function is changed meanwhile, and is afterwards what it was.
    """
    own = written(function)
    if own is None:
        return ""
    function, tree = own
    code, start = function.__code__, process_time()
    tree.body[0].decorator_list = []  # type: ignore[attr-defined]
    try:
        for node, about in changes_of(tree.body[0]):
            if process_time() - start > SECONDS:
                break
            with quiet([]), suppress(Exception):  # what is changed may do anything, and may not even compile
                function.__code__ = _compiled(tree, code)
                if is_right():
                    return _told(node, about, code.co_firstlineno)
    finally:
        function.__code__ = code
    return ""


def repair_expression(cell: str, scope: Mapping[str, Any], is_typed: Judge, is_right: Judge) -> str:
    """The place of the first change that makes right what a cell assigns, where is_typed(); "" if there is none.

    Only operators, brackets and what is too much are tried: among numbers, some other would always do.
    """
    for tree in _assigned(cell):
        with suppress(Exception):
            if isinstance(tree.body, ast.BinOp) and is_typed(eval(_code(tree), {**scope})):
                for node, about in replaced(tree, operators, brackets, less):
                    with suppress(Exception):
                        if is_right(eval(_code(tree), {**scope})):
                            return _told(node, about, 1)
    return ""


def _assigned(cell: str) -> Iterator[ast.Expression]:
    """The expressions that a cell assigns, those of a tuple one by one."""
    with suppress(SyntaxError):
        for line in ast.parse(cell).body:
            if isinstance(line, ast.Assign):
                is_tuple = isinstance(line.value, ast.Tuple)
                yield from map(ast.Expression, line.value.elts if is_tuple else [line.value])  # type: ignore[attr-defined]


def _code(tree: ast.Expression) -> Any:
    return compile(ast.fix_missing_locations(tree), "an answer", "eval")


def _told(node: ast.AST, about: str, first_line: int) -> str:
    line = first_line + getattr(node, "lineno", 1) - 1
    text = ast.unparse(node).splitlines()[0]
    text = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return f"one change in line {line} would make it right: look at {about}`{text}`"


def _compiled(tree: ast.Module, code: Any) -> Any:
    module = compile(ast.fix_missing_locations(tree), code.co_filename, "exec")
    return next(c for c in module.co_consts if hasattr(c, "co_name") and c.co_name == code.co_name)
