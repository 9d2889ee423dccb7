"""What people write that is no expression here, and how it is written: `2a`, `sin x`, `x²`, `ln(x)`, `e`, `0,5`."""

import re
from collections.abc import Callable, Container
from keyword import iskeyword

# Functions by the names that they have elsewhere.
_INVERSE = {f"a{name}": f"arc{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")}
_LOGARITHMS = {"ln": "log", "lg": "log10", "ld": "log2", "lb": "log2"}
_OF_PROGRAMS = {"max": "maximum", "min": "minimum", "pow": "power", "atan2": "arctan2", "fabs": "abs", "sgn": "sign"}
OTHER_NAMES = _INVERSE | _LOGARITHMS | _OF_PROGRAMS | {"tg": "tan", "logistic": "sigmoid"}
# What looks like a number by its name.
OTHER_VALUES = {"e": "write exp(x) for eˣ and exp(1) for e itself", "π": "write pi"}
SIGNS = {"×": "*", "·": "*", "⋅": "*", "−": "-", "–": "-", "÷": "/", "∕": "/", "≤": "<=", "≥": ">=", "√": "sqrt(x)"}
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿˣ", "0123456789-nx")
NAME, NUMBER = r"[^\W\d]\w*", r"(?:\d++(?:\.\d*+)?|\.\d++)"


def decimal_comma(text: str) -> str:
    """How a number such as 0,5 in a text is written; "" where there is none."""
    found = re.search(r"(?<![\w.])(\d+),(\d+)", text)
    return f"a decimal number is written with a point: {found[1]}.{found[2]}" if found else ""


def _side_by_side(found: re.Match[str], functions: Container[str]) -> str:
    """What to say of two names or numbers without an operator between them."""
    a, b = found[1], found[2]
    if iskeyword(a) or iskeyword(b):
        return ""
    if (name := OTHER_NAMES.get(a, a)) in functions:
        return f"the input of a function stands in brackets: {name}({b})"
    return f"this is no expression: invalid syntax, a product is written {a}*{b}"


# What is looked for, which of its groups to point at, and what is said.
MISTAKES: list[tuple[str, int, Callable[[re.Match[str], Container[str]], str]]] = [
    (rf"([{''.join(map(chr, RAISED))}]+)", 1, lambda m, _: f"a power is written x**{m[1].translate(RAISED)}"),
    (rf"([{''.join(SIGNS)}])", 1, lambda m, _: f"'{m[1]}' is written {SIGNS[m[1]]}"),
    (r"\|([^|]+)\|", 0, lambda m, _: f"{m[0]} is written abs({m[1]})"),
    (rf"(?<![\w.])({NUMBER})(?![eE][+-]?\d)({NAME})", 1, lambda m, _: f"a product is written {m[1]}*{m[2]}"),
    (rf"(?<![\w.])({NAME}|{NUMBER})\s+({NAME}|{NUMBER})", 2, _side_by_side),
    (rf"\)\s*({NAME}|{NUMBER})", 1, lambda m, _: f"a product is written (…)*{m[1]}"),
]


def advice(text: str, functions: Container[str]) -> tuple[str, int] | None:
    """How the first thing in a text that is known to go wrong is written, and where that is.

    >>> advice("1 + 2a", ())
    ('a product is written 2*a', 4)
    """
    found = (
        (m.start(group), said)
        for pattern, group, say in MISTAKES
        for m in re.finditer(pattern, text)
        if (said := say(m, functions))
    )
    place, said = min(found, default=(0, ""))
    return (said, place) if said else None
