"""Lines of source on their way to a text: what nobody needs is left out, what is used once is put where it is used."""

import ast
from collections import Counter
from collections.abc import Iterable

from autograd.replay.export.places import BATCH, Shape

WIDTH = 88  # of a line into which others are put


class Line:
    """A line `target = source`, or, without a target, one that adds to an array; `shape` is that of the target.

    It stays a line of its own if `stays`; else it may be put into the one line that uses it.
    """

    def __init__(self, target: str, source: str, shape: Shape | None = None, stays: bool = False) -> None:
        self.target, self.source, self.shape, self.stays = target, source, shape, stays
        statement = ast.parse(source).body[0]
        self.tree: ast.AST = statement.value if isinstance(statement, ast.Expr) else statement
        self.names = [node.id for node in ast.walk(statement) if isinstance(node, ast.Name)]

    def __str__(self) -> str:
        each = self.tree.elts if isinstance(self.tree, ast.Tuple) else [self.tree]
        text = ", ".join(map(ast.unparse, each))
        return f"{self.target} = {text}" if self.target else text

    @property
    def note(self) -> str:
        """A comment on the shape."""
        if self.shape is None or not self.target:
            return ""
        numbers = ["batch" if n == BATCH else str(n) for n in self.shape]
        return f"  # ({', '.join(numbers)}{',' * (len(numbers) == 1)})"


class Put(ast.NodeTransformer):
    """An expression in the place of a name."""

    def __init__(self, name: str, tree: ast.AST) -> None:
        self.name, self.tree = name, tree

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self.tree if node.id == self.name else node


def tidied(lines: Iterable[Line], result: str) -> list[Line]:
    """Copies of the lines that a result needs; those that are used once are put where they are used if they are short.

    A result that has a line to itself is returned as it is computed.
    """
    last = Line("", result)
    needed: list[Line] = []
    uses = Counter(last.names)
    for line in reversed([*lines]):
        if not line.target or uses[line.target]:
            uses.update(line.names)
            needed.append(Line(line.target, line.source, line.shape, line.stays))
    written: list[Line] = []
    waiting: dict[str, Line] = {}
    for line in [*reversed(needed), last]:
        inside = [waiting.pop(name) for name in dict.fromkeys(line.names) if name in waiting]
        size = sum([len(str(each)) for each in (line, *inside)])
        for each in inside:
            if size > WIDTH and each.target != result:
                written.append(each)
                size -= len(str(each))
            else:
                line.tree = Put(each.target, each.tree).visit(line.tree)
        if line.target == result or (line.target and uses[line.target] == 1 and not line.stays):
            waiting[line.target] = line
        else:
            written.append(line)
    return written
