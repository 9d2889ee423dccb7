"""Text in columns, as wide as it looks: a letter of some scripts takes two columns of a terminal, an accent none."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from unicodedata import category, east_asian_width


def text_width(text: str) -> int:
    r"""The columns that a text takes in a terminal.

    Emoji made of several characters are taken for wider than they are.

    >>> [text_width(text) for text in ("rate", "学習率", "e\u0301")]
    [4, 6, 1]
    """
    return sum(map(_width, text))


@cache
def _width(c: str) -> int:
    return 0 if category(c) in ("Mn", "Me") else 2 if east_asian_width(c) in "WF" else 1


def aligned(rows: Iterable[Sequence[str]], sides: str, gap: str = "  ") -> Iterator[str]:
    r"""Rows as lines with aligned columns, each at its side: "rl" is one at the right and one at the left.

    A column with nothing in it is left out.

    >>> print(*aligned([("1", "y = a · b"), ("10", "z = y + a")], "rl"), sep="\n")
     1  y = a · b
    10  z = y + a
    """
    columns = [_padded(side, cells) for side, *cells in zip(sides, *rows, strict=True) if any(cells)]
    return (gap.join(cells).rstrip() for cells in zip(*columns, strict=True))


def _padded(side: str, cells: Sequence[str]) -> list[str]:
    width = max(map(text_width, cells))
    spaces = [" " * (width - text_width(cell)) for cell in cells]
    return [space + cell if side == "r" else cell + space for cell, space in zip(cells, spaces, strict=True)]
