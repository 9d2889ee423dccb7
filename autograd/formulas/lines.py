"""The lines of an explanation: equations and ways, as text and as LaTeX, shortened where they are long."""

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import NamedTuple, TypeVar

from autograd.formulas.algebra import DOTS, Formula, write
from autograd.operation import Operation

MOST_LINES, MOST_FACTORS, LONGEST = 40, 12, 160  # of a list, of a product, and characters of a formula

T = TypeVar("T")


class Line(NamedTuple):
    """A line of an explanation, as text and as LaTeX."""

    text: str
    latex: str


BLANK = Line("", "")


def equation(parts: Iterable[Formula], words: str = "", indent: str = "") -> Line:
    """The parts with = between them, none twice; words follow in the text alone."""
    distinct = {part.text: part for part in parts}.values()
    latex = " = ".join(part.latex for part in distinct)
    return Line(indent + " = ".join(part.text for part in distinct) + words, r"\quad " * bool(indent) + latex)


def way(names: Sequence[Formula]) -> Line:
    """The line w → n → y."""
    shown = [DOTS if name is None else name for name in shortened(names, MOST_FACTORS)]
    return Line(" → ".join(name.text for name in shown), r" \to ".join(name.latex for name in shown))


def joined(operation: Operation, formulas: Sequence[Formula]) -> Formula:
    """The sum or the product of these, with dots where there are many."""
    shown = [DOTS if formula is None else formula for formula in shortened(formulas, MOST_FACTORS)]
    return reduce(lambda a, b: write(operation, [a, b]), shown)


def readable(formulas: Iterable[Formula]) -> list[Formula]:
    """Those that are not too long to be read."""
    return [formula for formula in formulas if len(formula.text) <= LONGEST]


def shortened(items: Sequence[T], most: int) -> list[T | None]:
    """The items; where there are more than `most`, the first and the last of them with None between."""
    return [*items] if len(items) <= most else [*items[: most * 2 // 3], None, *items[-(most // 3) :]]


def left_out(count: int, what: str) -> Line:
    """The line that stands for what a shortened list of this many leaves out."""
    return Line(f"… {count - len(shortened(range(count), MOST_LINES)) + 1:,} more {what} …", r"\vdots")
