"""A learner's answer: as plain numbers, compared with the right one, and the difference in words."""

import re
from collections.abc import Iterable
from math import isclose, isfinite
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from autograd.check.errors import hint_for_error
from autograd.reports import compared, shown
from autograd.tables import short

NEARLY = 0.05  # how far off, as a share, a guess is welcome, unless the answer is a whole number
SHORT = 8  # items of a list that are written out


class Raised(NamedTuple):
    """The outcome of a call that raised: the kind of error, the cause that is known of it, and what it says."""

    kind: type[BaseException]
    hint: str
    message: str

    @classmethod
    def by(cls, error: BaseException) -> "Raised":
        return cls(type(error), hint_for_error(error), str(error))


def is_blank(answer: Any) -> bool:
    """Whether nothing was put in the place of None or of three dots."""
    return answer is None or answer is ...


def is_text(answer: Any, right: Any) -> bool:
    """Whether text was given where a number is asked for."""
    return isinstance(answer, str) and isinstance(right, float)


def plain(x: Any) -> Any:
    """The number of a Value or a NumPy scalar; text without surrounding space; the same inside lists and dicts."""
    if isinstance(x, str):
        return x.strip()
    if isinstance(x, np.ndarray):
        x = x.tolist()
    if isinstance(x, list | tuple):
        return [plain(item) for item in x]
    if isinstance(x, dict):
        return {key: plain(item) for key, item in x.items()}
    if hasattr(x, "backward") and hasattr(x, "data"):
        return plain(x.data)
    return float(x) if isinstance(x, Real | np.generic) and not isinstance(x, bool | np.bool_) else x


def same(yours: Any, right: Any, rtol: float = 1e-3) -> bool:
    """Equal, numbers to a share of the right one."""
    if isinstance(yours, list) and isinstance(right, list):
        return len(yours) == len(right) and all(same(a, b, rtol) for a, b in zip(yours, right, strict=True))
    if isinstance(yours, Raised) and isinstance(right, Raised):  # another cause that is known is another mistake
        return yours.kind is right.kind and right.hint in ("", yours.hint) and _akin(yours, right)
    if isinstance(yours, dict) and isinstance(right, dict):
        return yours.keys() == right.keys() and all(same(yours[key], right[key], rtol) for key in right)
    if isinstance(yours, float) and isinstance(right, float):
        return isclose(yours, right, rel_tol=rtol, abs_tol=1e-12) or (yours != yours and right != right)
    if isinstance(yours, str) and isinstance(right, str):
        return _letters(yours) == _letters(right)
    return bool(yours == right)


def _akin(yours: Raised, right: Raised) -> bool:
    """Whether two errors of one kind say the same, whatever they say it of."""
    if not issubclass(yours.kind, TypeError | AttributeError):
        return True
    said = [re.sub(r", not .*|'[^']*'(?= object| and|$)|[\d.]+", "", e.message, flags=re.S) for e in (yours, right)]
    return said[0] == said[1]


def _letters(text: str) -> str:
    """What counts in an answer of words: neither case nor spaces, nor the hyphen of a word."""
    return re.sub(r"\s+|(?<=[a-z]{2})-(?=[a-z]{2})", "", text.casefold())


def judged(guess: Any, actual: Any) -> str:
    """Whether a guess is right, nearly right, or how far off."""
    if same(guess, actual):
        return f"Right: {text(actual)}."
    both = f"Your guess is {quoted(guess)}, the answer is {quoted(actual)}"
    if not (isinstance(guess, float) and isinstance(actual, float)):
        return f"{both}."
    if same(guess, actual, NEARLY) and actual % 1:
        return f"Nearly right: {text(actual)}, your {text(guess)} is {abs(guess / actual - 1):.1%} off."
    return f"{both}: {_distance(guess, actual)}."


def quoted(x: Any) -> str:
    """An answer in words, text in quotes."""
    return f'"{x}"' if isinstance(x, str) else text(x)


def _distance(guess: float, actual: float) -> str:
    """How far off a number is: 3 too high, 2 times as much."""
    if not (isfinite(guess) and isfinite(actual)):
        return "not close"
    difference = f"{shown(abs(guess - actual))} too {'high' if guess > actual else 'low'}"
    if not guess or not actual:
        return difference
    if guess == -actual:
        return f"{difference}, the sign is the other"
    ratio = guess / actual
    if ratio < 0:
        return f"{difference}, and of the other sign"
    if 0.9 < ratio < 1.1:
        return f"{difference}, {abs(ratio - 1):.1%} off"
    return f"{difference}, {_times(ratio)} as much"


def _times(ratio: float) -> str:
    """2.5 times, 40,000 times, 1/3, 0.4 times."""
    fraction = 1 / ratio
    if fraction > 1 and (fraction > 100 or isclose(fraction, round(fraction), rel_tol=1e-3)):
        return f"1/{fraction:,.0f}"
    return f"{ratio:,.0f} times" if ratio > 100 else f"{ratio:.3g} times"


def difference(yours: Any, expected: Any) -> str:
    """What a call gave and what it should have given; of long lists and dicts, where they differ."""
    if isinstance(yours, float) and isinstance(expected, float):
        return compared(yours, expected)
    if is_text(yours, expected) and "Error: " not in yours:  # unless that is how a lesson tells of an error
        return f"yours {yours!r}, expected {text(expected)}: that is text, not a number"
    if isinstance(yours, dict) and isinstance(expected, dict) and yours.keys() == expected.keys():
        wrong = [key for key in expected if not same(yours[key], expected[key], 1e-6)]
        return "; ".join(f"{text(key)}: {difference(yours[key], expected[key])}" for key in wrong)
    if isinstance(yours, list) and isinstance(expected, list) and len(yours) == len(expected):
        i = next((i for i, pair in enumerate(zip(yours, expected, strict=True)) if not same(*pair, 1e-6)), 0)
        if "…" in text(yours):
            return f"item [{i}]: {difference(yours[i], expected[i])}"
    return f"yours {text(yours)}, expected {text(expected)}"


def in_words(name: str, arguments: Iterable[Any]) -> str:
    """A call as it is written, Values by their labels."""
    return f"{name}({', '.join(getattr(x, 'label', '') or text(plain(x)) for x in arguments)})"


def text(x: Any) -> str:
    """An answer in words: numbers as everywhere, long lists shortened, a function by its name."""
    if isinstance(x, float):
        return shown(x)
    if isinstance(x, list):
        items = [*map(text, x)] if len(x) <= SHORT else [*map(text, x[:3]), "…", text(x[-1])]
        return f"[{', '.join(items)}]" + f" ({len(x)} items)" * (len(x) > SHORT)
    if isinstance(x, dict):
        return f"{{{', '.join(f'{text(key)}: {text(item)}' for key, item in x.items())}}}"
    return getattr(x, "__name__", None) or (x if isinstance(x, str) else short(x))
