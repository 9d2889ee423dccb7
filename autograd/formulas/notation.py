"""How numbers and labels are written, as plain text and as LaTeX: for formulas, explanations and the command line.

One precision throughout, so that the numbers that stand side by side multiply out to the digits shown: four digits, or
as many as `in_digits` says.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from fractions import Fraction
from unicodedata import normalize

from autograd.tables import visible

LONGEST_LABEL = 40
LOWERED, RAISED = (str.maketrans("−0123456789", signs) for signs in ("₋₀₁₂₃₄₅₆₇₈₉", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
# A name, what is raised, what is lowered, and a number that tells apart: w⁽²⁾₁₂, h₁_1.
MARKS = re.compile("(.+?)(?:⁽([⁰¹²³⁴⁵⁶⁷⁸⁹]+)⁾)?([₀₁₂₃₄₅₆₇₈₉,]+)(?:_([0-9]+))?")

_GREEK = """
alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega
Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega
"""
GREEK = frozenset(_GREEK.split())

# Each is one symbol in braces, so that no escape runs into the next letter, and `<script` is no tag to a browser.
ESCAPES = {c: rf"{{\{c}}}" for c in "#$%&_{}"} | {
    "\\": r"{\backslash}",
    "^": r"{\wedge}",
    "~": r"{\sim}",
    "<": "{<}",
    ">": "{>}",
    "'": "{’}",
    '"': "{”}",
    " ": r"\ ",
    "…": r"{\dots}",
}


_digits: ContextVar[int] = ContextVar("digits", default=4)


@contextmanager
def in_digits(digits: int) -> Iterator[None]:
    """Within it numbers are written with this many significant digits.

    >>> with in_digits(8):
    ...     number_text(2 / 3)
    '0.66666667'
    """
    token = _digits.set(digits)
    try:
        yield
    finally:
        _digits.reset(token)


def digits_shown() -> int:
    """How many significant digits numbers are written with here."""
    return _digits.get()


def number_text(x: float, digits: int | None = None) -> str:
    """A number with four significant digits, or as many as asked for; whole numbers below a million in full.

    >>> [number_text(x) for x in (2.0, -0.78644773, 12345.678, 1.5e-7)]
    ['2', '−0.7864', '12346', '1.5e−07']
    """
    digits = digits or digits_shown()
    in_full = abs(x) < 1e6 and (abs(x) >= 10**digits or float(x).is_integer())
    text = f"{x:.0f}" if in_full else f"{x:.{digits}g}"
    return _signed("0" if text == "-0" else text)


def bracketed(text: str) -> str:
    """The text of a number as it stands in a sum or a product: a negative one in brackets."""
    return f"({text})" if text.startswith("−") else text


def exact_text(x: float) -> str:
    """A number in as few digits as give it back, as a fraction of small whole numbers where that is shorter.

    >>> [exact_text(x) for x in (2.0, -0.5, 1 / 3, 0.1 + 0.2)]
    ['2', '−0.5', '1 / 3', '0.30000000000000004']
    """
    text = repr(x).removesuffix(".0")
    if len(text) > 12 and abs(x) < 1e3:
        fraction = Fraction(x).limit_denominator(1000)
        if fraction.numerator / fraction.denominator == x:
            text = f"{fraction.numerator} / {fraction.denominator}"
    return _signed(text)


def _signed(text: str) -> str:
    return text.replace("-", "−").replace("inf", "∞")


def number_latex(text: str) -> str:
    r"""The text of a number as LaTeX.

    >>> print(number_latex("−1.5e−07"), number_latex("1 / 3"))
    -1.5 \cdot 10^{-7} \frac{1}{3}
    """
    text = text.replace("−", "-").replace("∞", r"\infty").replace("nan", r"\mathrm{nan}")
    if "/" in text:
        numerator, denominator = text.split(" / ")
        return rf"{'-' * numerator.startswith('-')}\frac{{{numerator.lstrip('-')}}}{{{denominator}}}"
    digits, _, exponent = text.partition("e")
    return rf"{digits} \cdot 10^{{{int(exponent)}}}" if exponent else text


def lowered(number: str) -> str:
    """Digits below the line: ₁₂."""
    return number.translate(LOWERED)


def raised(number: str) -> str:
    """Digits above the line: ⁻¹²."""
    return number.translate(RAISED)


def label_text(label: object) -> str:
    r"""A label on one line, what cannot be shown as an escape, cut after 40 characters.

    >>> print(label_text("a\n\x1b[1m"))
    a \x1b[1m
    """
    label = visible(label)
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"


def is_word(name: str) -> bool:
    """Whether a name holds together without brackets: w, w_1, w⁽²⁾₁₂."""
    found = MARKS.fullmatch(name)
    return (found[1] if found else name).isidentifier()


def label_latex(label: str) -> str:
    r"""A label as LaTeX: an identifier as mathematics writes it, anything else upright and escaped.

    >>> print(*map(label_latex, ["w", "w1", "x_1", "alpha", "loss_train", "w⁽²⁾₁₂", "50% <b>"]), sep="  ")
    w  w_{1}  x_{1}  \alpha  \mathrm{loss}_{\mathrm{train}}  w^{(2)}_{12}  \mathrm{50{\%}\ {<}b{>}}
    """
    marked = MARKS.fullmatch(label)
    if marked and marked[1].isidentifier():
        above = f"^{{({normalize('NFKC', marked[2])})}}" if marked[2] else ""
        below = normalize("NFKC", marked[3]) + (f", {marked[4]}" if marked[4] else "")
        return f"{label_latex(marked[1])}{above}_{{{below}}}"
    stem, *subscripts = label.split("_")
    letters = re.fullmatch(r"([^\W\d_]+)(\d*)", stem)
    if letters is None or not all(re.fullmatch(r"[^\W_]+", s) for s in subscripts):
        return rf"\mathrm{{{''.join(ESCAPES.get(c, c) for c in label_text(label))}}}"
    subscripts = [s for s in (letters[2], *subscripts) if s]
    below = ", ".join(map(_word_latex, subscripts))
    return _word_latex(letters[1]) + (f"_{{{below}}}" if below else "")


def _word_latex(word: str) -> str:
    if word in GREEK:
        return rf"\{word}"
    return word if len(word) == 1 or word.isdecimal() else rf"\mathrm{{{label_text(word)}}}"
