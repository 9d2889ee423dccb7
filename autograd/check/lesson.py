"""What a lesson asks: predictions that hide the answer until there is a guess, exercises whose mistakes have names.

A question without an answer says so and lets the notebook run on. Where the environment has CHAINGRAD_STRICT=1 it is an
error instead, so that a notebook with all its answers can be tested.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from fractions import Fraction
from functools import partial
from inspect import signature
from math import isclose, isfinite
from numbers import Real
from time import process_time
from typing import Any, NamedTuple

import numpy as np

from autograd.check.causes import ONLY_SOME, cause
from autograd.check.cells import CheckFailed, not_done, wrapped
from autograd.check.deadline import OutOfTime
from autograd.check.hints import hint_for_error
from autograd.check.observe import Trouble, limited, quiet, short
from autograd.check.repair import emptied, repair, stuck, unused
from autograd.reports import Finding, compared, shown

SECONDS = 1.0  # of computing time that one call of a learner's function may take
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


def reveal(guess: Any, actual: Any, because: str = "", *, replies: Mapping[Any, str] | None = None) -> None:
    """Print the answer, once there is a guess, and how far off it is. Numbers, Values, text and lists can be guessed.

    - because: why the answer is what it is
    - replies: what is said to a usual wrong guess, by the guess. Where the answer is text, these are the other choices

    >>> reveal(None, 6.0)
    Guess first: put your answer in the place of None.
    >>> reveal(6, 3.0, because="`=` keeps only the last contribution", replies={6: "That is what `+=` gives."})
    Your guess is 6, the answer is 3: 3 too high, 2 times as much.
    That is what `+=` gives.
    Because `=` keeps only the last contribution.
    """
    if _is_blank(guess):
        not_done(f"Guess first: put your answer in the place of {'...' if guess is ... else 'None'}.")
        return
    guess, actual = _plain(guess), _plain(actual)
    if _is_quoted_number(guess, actual):
        print(f"{guess!r} is text: write the number without quotes.")
        return
    if isinstance(actual, str) and isinstance(guess, type):
        guess = guess.__name__  # an answer such as TypeError, written without its quotes
    choices = sorted({actual, *replies}) if isinstance(actual, str) and replies else []
    if choices and not any(_same(guess, choice) for choice in choices):
        print(wrapped(f"{_quoted(guess)} is none of the choices: {', '.join(map(_quoted, choices))}."))
        return
    print(wrapped(_judged(guess, actual)))
    reply = _of_mistake(guess, actual, replies or {})
    if reply:
        print(wrapped(reply))
    if because:
        print(wrapped(f"Because {because.strip().rstrip('.')}."))


def check_answer(
    name: str, answer: Any, right: Any, mistakes: Mapping[Any, str] | None = None, *, rtol: float = 1e-3
) -> None:
    """Print that an answer is right; raise AssertionError where it is wrong. The right answer is not told.

    - mistakes: hints, by the wrong answer that each belongs to

    >>> check_answer("dy/da", None, 6.0)
    dy/da: not done yet.
    >>> check_answer("dy/da", 6, 6.0)
    dy/da: right, 6.
    >>> check_answer("dy/da", 3, 6.0, {3: "a is used twice: add up both contributions"})
    Traceback (most recent call last):
    ...
    autograd.check.cells.CheckFailed: dy/da: 3 is not right.
    hint: a is used twice: add up both contributions
    """
    if _is_blank(answer):
        not_done(f"{name}: not done yet.")
        return
    answer, right = _plain(answer), _plain(right)
    if _is_quoted_number(answer, right):
        raise CheckFailed(f"{name}: {answer!r} is text: write the number without quotes.")
    hint = _of_mistake(answer, right, mistakes or {}, rtol)
    if not _same(answer, right, rtol):
        hint = hint or _of_number(answer, right) or cause([[]], [answer], [right], partial(_same, rtol=rtol))
        raise CheckFailed(str(Finding(name, f"{name}: {_text(answer)} is not right.", hint)))
    print(f"{name}: right, {_text(right)}.")


def check_function(
    function: Callable[..., Any],
    right: Callable[..., Any],
    inputs: Iterable[tuple[Any, ...]],
    mistakes: Mapping[Callable[..., Any], str] | None = None,
    *,
    rtol: float = 1e-6,
    seconds: float = SECONDS,
) -> None:
    """Print that a function gives what the right one gives; raise AssertionError where it does not.

    - inputs: the arguments of each call; every call gets copies of its own
    - mistakes: hints, by a function with the mistake: a hint is given where its function explains every call, by what
      it returns or by the kind of error that it raises, the same message first. Where none does, a cause that any
      function may have is told: twice as much, of the other sign, in another order, a list too many, right for another
      argument; an argument that is never used; and the place of the one change that would make the function right, if
      there is one

    Where a list that came in is no longer what it was, though the right function leaves it alone, that is said as well.

    - seconds: computing time that one call may take

    >>> def slope(f, x, h):
    ...     return (f(x + h) - f(x - h)) / h
    >>> check_function(slope, lambda f, x, h: (f(x + h) - f(x - h)) / (2 * h), [(abs, 2.0, 0.5), (abs, -1.0, 0.5)],
    ...                {slope: "from x - h to x + h it is 2h, not h"})
    Traceback (most recent call last):
    ...
    autograd.check.cells.CheckFailed: slope(abs, 2, 0.5): yours 2, expected 1
    hint: from x - h to x + h it is 2h, not h
    """
    name = getattr(function, "__name__", "the function")
    if _is_blank(function):
        not_done("The function: not done yet.")
        return
    calls = list(inputs)
    start = process_time()
    given = [deepcopy(call) for call in calls]
    expected = [_plain(right(*call)) for call in given]
    kept = [_lists(arguments) == _lists(call) for arguments, call in zip(given, calls, strict=True)]
    trial = 0.02 + 3 * (process_time() - start) / max(1, len(calls))
    known = [([_outcome(wrong, call) for call in calls], hint) for wrong, hint in (mistakes or {}).items()]
    for outcomes, hint in known:
        if _same(outcomes, expected, rtol):
            raise ValueError(f"the mistake {hint!r} gives what is right at all inputs")

    def hint_for(outcomes: list[Any]) -> str:
        fitting = [(theirs, hint) for theirs, hint in known if _same(theirs[: len(outcomes)], outcomes, rtol)]
        return min(fitting, key=lambda pair: pair[0][len(outcomes) - 1] != outcomes[-1])[1] if fitting else ""

    def is_right() -> bool:
        return all(
            _same(_plain(limited(lambda: function(*deepcopy(call)), trial)), theirs, rtol)  # noqa: B023
            for call, theirs in zip(calls, expected, strict=True)
        )

    def place() -> str:
        with quiet([]):
            return repair(function, is_right)

    results, notes, changed = list[Any](), list[str](), False
    try:
        with quiet(notes):
            for call, is_kept in zip(calls, kept, strict=True):
                arguments = deepcopy(call)
                results.append(_plain(limited(lambda: function(*arguments), seconds)))  # noqa: B023
                changed |= is_kept and _lists(arguments) != _lists(call)
    except Trouble as trouble:
        if isinstance(trouble.__cause__, NotImplementedError):
            not_done(f"{name}: not done yet.")
            return
        hint = hint_for([*results, Raised.by(trouble.__cause__ or trouble)]) or trouble.hint
        if not hint and isinstance(trouble.__cause__, OutOfTime):
            hint = stuck(function)
        hint = hint or place()
        raise CheckFailed(str(Finding(name, f"{_call(name, calls[len(results)])} {trouble.text}", hint))) from None
    for call, yours, theirs in zip(calls, results, expected, strict=True):
        if not _same(yours, theirs, rtol):
            hint = hint_for(results)
            if not hint:
                plain, same = [[*map(_plain, c)] for c in calls], partial(_same, rtol=rtol)
                at = lambda *arguments: _plain(right(*deepcopy(arguments)))  # noqa: E731
                empty = emptied(function) if results == [None] * len(calls) else ""
                common = empty or cause(plain, results, expected, same, at, _names(function, calls[0]))
                found = [hint for hint in (unused(function), common, place()) if hint]
                hint = "\nhint: ".join([h for h in found if not h.endswith(ONLY_SOME)] or found)
            raise CheckFailed(str(Finding(name, f"{_call(name, call)}: {_difference(yours, theirs)}", hint)))
    if changed:
        notes.append("But a list that came in is changed, and it belongs to the caller: work on a copy of it.")
    print("\n".join([f"{name}: right in all {len(calls)} calls.", *notes]))


def _lists(call: tuple[Any, ...]) -> list[Any]:
    """The lists among the arguments of a call."""
    return [_plain(x) for x in call if isinstance(x, list | np.ndarray)]


def _names(function: Callable[..., Any], call: tuple[Any, ...]) -> list[str]:
    """What a function calls the arguments of a call."""
    try:
        return [*signature(function).bind(*call).arguments]
    except (TypeError, ValueError):
        return [f"argument {i + 1}" for i in range(len(call))]


# ---- comparing


def _is_blank(answer: Any) -> bool:
    return answer is None or answer is ...


def _is_quoted_number(answer: Any, right: Any) -> bool:
    """Whether the text of a number was given where a number is asked for."""
    if not (isinstance(answer, str) and isinstance(right, float)):
        return False
    try:
        Fraction(answer)
    except (ValueError, ZeroDivisionError):
        return False
    return True


def _plain(x: Any) -> Any:
    """The number of a Value or a NumPy scalar; text without surrounding space; the same inside lists and dicts."""
    if isinstance(x, str):
        return x.strip()
    if isinstance(x, np.ndarray):
        x = x.tolist()
    if isinstance(x, list | tuple):
        return [_plain(item) for item in x]
    if isinstance(x, dict):
        return {key: _plain(item) for key, item in x.items()}
    if hasattr(x, "backward") and hasattr(x, "data"):
        return _plain(x.data)
    return float(x) if isinstance(x, Real | np.generic) and not isinstance(x, bool | np.bool_) else x


def _same(yours: Any, right: Any, rtol: float = 1e-3) -> bool:
    """Equal, numbers to a share of the right one."""
    if isinstance(yours, list) and isinstance(right, list):
        return len(yours) == len(right) and all(_same(a, b, rtol) for a, b in zip(yours, right, strict=True))
    if isinstance(yours, Raised) and isinstance(right, Raised):  # another cause that is known is another mistake
        return yours.kind is right.kind and right.hint in ("", yours.hint)
    if isinstance(yours, dict) and isinstance(right, dict):
        return yours.keys() == right.keys() and all(_same(yours[key], right[key], rtol) for key in right)
    if isinstance(yours, float) and isinstance(right, float):
        return isclose(yours, right, rel_tol=rtol, abs_tol=1e-12) or (yours != yours and right != right)
    if isinstance(yours, str) and isinstance(right, str):
        return _letters(yours) == _letters(right)
    return bool(yours == right)


def _letters(text: str) -> str:
    """What counts in an answer of words: neither case nor spaces, nor the hyphen of a word."""
    return re.sub(r"\s+|(?<=[a-z]{2})-(?=[a-z]{2})", "", text.casefold())


def _of_mistake(answer: Any, right: Any, mistakes: Mapping[Any, str], rtol: float = 1e-3) -> str:
    """What is said to the mistake that this answer is, "" if to none. None may be right."""
    for wrong in mistakes:
        if _same(_plain(wrong), right, rtol):
            raise ValueError(f"the mistake {wrong!r} is the right answer")
    return next((text for wrong, text in mistakes.items() if _same(answer, _plain(wrong), rtol)), "")


def _of_number(answer: Any, right: Any) -> str:
    """What a single wrong number has to do with the right one."""
    if callable(answer) and isinstance(right, float):
        return "that is a function: write the number that it gives"
    if not isinstance(answer, float) or not isinstance(right, float) or not right:
        return ""
    if _same(-answer, right):
        return "the size is right, the sign is not"
    return "that is 1 over it: what is divided by what?" if _same(answer * right, 1.0) else ""


def _outcome(function: Callable[..., Any], call: tuple[Any, ...]) -> Any:
    """What a function with a mistake returns, or the error that it raises."""
    try:
        return _plain(function(*deepcopy(call)))
    except Exception as error:
        return Raised.by(error)


# ---- in words


def _judged(guess: Any, actual: Any) -> str:
    if _same(guess, actual):
        return f"Right: {_text(actual)}."
    if isinstance(guess, float) and isinstance(actual, float) and _same(guess, actual, NEARLY) and actual % 1:
        return f"Nearly right: {_text(actual)}, your {_text(guess)} is {abs(guess / actual - 1):.1%} off."
    both = f"Your guess is {_quoted(guess)}, the answer is {_quoted(actual)}"
    if isinstance(guess, float) and isinstance(actual, float):
        return f"{both}: {_distance(guess, actual)}."
    return f"{both}."


def _quoted(x: Any) -> str:
    return f'"{x}"' if isinstance(x, str) else _text(x)


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


def _difference(yours: Any, expected: Any) -> str:
    if isinstance(yours, float) and isinstance(expected, float):
        return compared(yours, expected)
    if isinstance(yours, str) and isinstance(expected, float):
        return f"yours {yours!r}, expected {_text(expected)}: that is text, not a number"
    if isinstance(yours, dict) and isinstance(expected, dict) and yours.keys() == expected.keys():
        wrong = [key for key in expected if not _same(yours[key], expected[key], 1e-6)]
        return "; ".join(f"{_text(key)}: {_difference(yours[key], expected[key])}" for key in wrong)
    if isinstance(yours, list) and isinstance(expected, list) and len(yours) == len(expected):
        i = next((i for i, pair in enumerate(zip(yours, expected, strict=True)) if not _same(*pair, 1e-6)), 0)
        if "…" in _text(yours):
            return f"item [{i}]: {_difference(yours[i], expected[i])}"
    return f"yours {_text(yours)}, expected {_text(expected)}"


def _call(name: str, arguments: Iterable[Any]) -> str:
    return f"{name}({', '.join(getattr(x, 'label', '') or _text(_plain(x)) for x in arguments)})"


def _text(x: Any) -> str:
    if isinstance(x, float):
        return shown(x)
    if isinstance(x, list):
        items = [*map(_text, x)] if len(x) <= SHORT else [*map(_text, x[:3]), "…", _text(x[-1])]
        return f"[{', '.join(items)}]" + f" ({len(x)} items)" * (len(x) > SHORT)
    if isinstance(x, dict):
        return f"{{{', '.join(f'{_text(key)}: {_text(item)}' for key, item in x.items())}}}"
    return getattr(x, "__name__", None) or (x if isinstance(x, str) else short(x))
