"""Text for a terminal: in columns, as wide as it looks, short, and in signs that it can show."""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from unicodedata import category, east_asian_width, normalize


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
    shown = [list(map(printable, row)) for row in rows]
    columns = [_padded(side, cells) for side, *cells in zip(sides, *shown, strict=True) if any(cells)]
    return (gap.join(cells).rstrip() for cells in zip(*columns, strict=True))


def _padded(side: str, cells: Sequence[str]) -> list[str]:
    width = max(map(text_width, cells))
    spaces = [" " * (width - text_width(cell)) for cell in cells]
    return [space + cell if side == "r" else cell + space for cell, space in zip(cells, spaces, strict=True)]


def visible(text: object) -> str:
    r"""Text on one line, in which what cannot be shown stands as an escape.

    >>> print(visible("a\n \x00"))
    a \x00
    """
    words = " ".join(str(text).split())
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in words)


def short(x: object) -> str:
    """What an object looks like, on one line and in at most 80 characters: a message names it and stays readable."""
    text = visible(repr(x))
    return text if len(text) <= 80 else f"{text[:77]}..."


# Signs of ours in ASCII. Raised letters and digits follow a ^; lowered ones and fractions are told by Unicode itself.
SIGNS = str.maketrans(
    {"−": "-", "·": "*", "×": "x", "→": "->", "←": "<-", "∂": "d", "…": "...", "∞": "inf", "√": "sqrt", "Σ": "sum "}
    | {"≤": "<=", "≥": ">=", "≠": "!=", "±": "+-", "π": "pi", "✓": "(done)", "⁄": "/", "’": "'"}
)
RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿⁱˣʸᵇᵗᵀ]+")


def printable(text: str, encoding: str | None = None) -> str:
    """The text; where standard output cannot show all of it, in ASCII's signs, so that none is lost and nothing raises.

    >>> printable("∂y/∂x = −2 · x² → −½", "ascii")
    'dy/dx = -2 * x^2 -> -1/2'
    """
    encoding = encoding or getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = RAISED.sub(lambda raised: "^" + _in_ascii(raised[0]), text)
        return "".join(map(_in_ascii, text)).encode(encoding, "backslashreplace").decode(encoding)
    return text


def _in_ascii(text: str) -> str:
    """A sign of ours in ASCII; what has none as it is."""
    found = normalize("NFKD", text).translate(SIGNS)
    return found if found.isascii() else text
