"""What a lesson asks: predictions that hide the answer until there is a guess, exercises whose mistakes have names.

A question without an answer says so and lets the notebook run on. Where the environment has CHAINGRAD_STRICT=1 it is an
error instead, so that a notebook with all its answers can be tested.
"""

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from functools import partial
from itertools import product
from time import process_time
from typing import Any

import numpy as np

from autograd.check.answers import Raised, difference, in_words, is_blank, is_text, judged, plain, quoted, same, text
from autograd.check.causes import ONLY_SOME, Results, cause
from autograd.check.cells import CheckFailed, last_cell, not_done, wrapped
from autograd.check.deadline import OutOfTime
from autograd.check.reading import argument_names, emptied, is_begun, stuck, unreturned, unused
from autograd.check.repair import repair, repair_expression
from autograd.check.trouble import Trouble, holds, limited, quiet
from autograd.reports import Finding

SECONDS = 1.0  # of computing time that one call of a learner's function may take


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
    if is_blank(guess):
        not_done(f"Guess first: put your answer in the place of {'...' if guess is ... else 'None'}.")
        return
    guess, actual = plain(guess), plain(actual)
    if is_text(guess, actual):
        print(f"{guess!r} is text: write a number, without quotes.")
        return
    if isinstance(actual, str) and isinstance(guess, type):
        guess = guess.__name__  # an answer such as TypeError, written without its quotes
    choices = sorted({actual, *replies}) if isinstance(actual, str) and replies else []
    if choices and not any(same(guess, choice) for choice in choices):
        print(wrapped(f"{quoted(guess)} is none of the choices: {', '.join(map(quoted, choices))}."))
        return
    told = [judged(guess, actual), _of_mistake(guess, actual, replies or {})]
    told += [f"Because {because.strip().rstrip('.')}."] if because else []
    print(*(wrapped(line) for line in told if line), sep="\n")


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
    if is_blank(answer):
        not_done(f"{name}: not done yet.")
        return
    answer, right = plain(answer), plain(right)
    if is_text(answer, right):
        raise CheckFailed(f"{name}: {answer!r} is text: write a number, without quotes.")
    hint = _of_mistake(answer, right, mistakes or {}, rtol)
    if not same(answer, right, rtol):
        hint = hint or _of_number(answer, right) or _of_cell(answer, right, rtol)
        hint = hint or cause(Results([[]], [answer], [right], partial(same, rtol=rtol)))
        raise CheckFailed(str(Finding(name, f"{name}: {text(answer)} is not right.", hint)))
    print(f"{name}: right, {text(right)}.")


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
    if is_blank(function):
        not_done("The function: not done yet.")
        return
    agree = partial(same, rtol=rtol)
    calls = list(inputs)
    start = process_time()
    given = deepcopy(calls)
    expected = [plain(right(*arguments)) for arguments in given]
    trial = 0.02 + 3 * (process_time() - start) / max(1, len(calls))
    kept = [_lists(arguments) == _lists(call) for arguments, call in zip(given, calls, strict=True)]
    known = _known(mistakes or {}, calls, expected, rtol)

    def hint_for(outcomes: list[Any]) -> str:
        fitting = [(theirs, hint) for theirs, hint in known if same(theirs[: len(outcomes)], outcomes, rtol)]
        return min(fitting, key=lambda pair: pair[0][len(outcomes) - 1] != outcomes[-1])[1] if fitting else ""

    def is_right() -> bool:
        """Asked of many changes, so the call that was wrong comes first."""
        k = next((k for k, y in enumerate(results) if not agree(y, expected[k])), len(results))
        pairs = [*zip(calls, expected, strict=True)]
        return all(
            agree(plain(limited(lambda: function(*deepcopy(call)), trial)), theirs)  # noqa: B023
            for call, theirs in pairs[k:] + pairs[:k]
        )

    def ours(*arguments: Any) -> Any:
        return plain(right(*deepcopy(arguments)))

    def matters(i: int) -> bool:
        """Whether the right results depend on this argument: whether those of other calls change them."""
        pairs = product(zip(calls, expected, strict=True), calls)
        return not holds(
            all, (agree(ours(*call[:i], other[i], *call[i + 1 :]), theirs) for (call, theirs), other in pairs)
        )

    def causes() -> str:
        names = argument_names(function, len(calls[0]), "argument {}")
        with quiet([]):
            common = emptied(function) if results == [None] * len(calls) else ""
            plain_calls = [[*map(plain, call)] for call in calls]
            common = common or cause(Results(plain_calls, results, expected, agree), ours, names)
            found = [hint for hint in (unused(function, matters), common, repair(function, is_right)) if hint]
        return "\nhint: ".join([hint for hint in found if not hint.endswith(ONLY_SOME)] or found)

    results, notes, is_changed = list[Any](), list[str](), False
    try:
        with quiet(notes):
            for call, is_kept in zip(calls, kept, strict=True):
                arguments = deepcopy(call)
                results.append(plain(limited(lambda: function(*arguments), seconds)))  # noqa: B023
                is_changed |= is_kept and _lists(arguments) != _lists(call)
    except Trouble as trouble:
        error = trouble.__cause__ or trouble
        if isinstance(error, NotImplementedError):
            left = ": the line `raise NotImplementedError` is still there" if is_begun(function) else ""
            not_done(f"{name}: not done yet{left}.")
            return
        hint = unreturned(function) if "NoneType" in str(error) else ""
        hint = hint or hint_for([*results, Raised.by(error)]) or trouble.hint
        if not hint and isinstance(error, OutOfTime):
            hint = stuck(function) or unused(function)
        facts = f"{in_words(name, calls[len(results)])} {trouble.text}"
        raise CheckFailed(str(Finding(name, facts, hint or repair(function, is_right)))) from None
    for call, yours, theirs in zip(calls, results, expected, strict=True):
        if not agree(yours, theirs):
            facts = f"{in_words(name, call)}: {difference(yours, theirs)}"
            raise CheckFailed(str(Finding(name, facts, hint_for(results) or causes())))
    if is_changed:
        notes.append("But a list that came in is changed, and it belongs to the caller: work on a copy of it.")
    print("\n".join([f"{name}: right in all {len(calls)} calls.", *notes]))


def _known(
    mistakes: Mapping[Callable[..., Any], str], calls: list[tuple[Any, ...]], expected: list[Any], rtol: float
) -> list[tuple[list[Any], str]]:
    """What each function with a mistake makes of the calls, with its hint. None may be right."""
    known = [([_outcome(wrong, call) for call in calls], hint) for wrong, hint in mistakes.items()]
    for outcomes, hint in known:
        if same(outcomes, expected, rtol):
            raise ValueError(f"the mistake {hint!r} gives what is right at all inputs")
    return known


def _lists(call: tuple[Any, ...]) -> list[Any]:
    """The lists among the arguments of a call."""
    return [plain(x) for x in call if isinstance(x, list | np.ndarray)]


def _of_mistake(answer: Any, right: Any, mistakes: Mapping[Any, str], rtol: float = 1e-3) -> str:
    """What is said to the mistake that this answer is, "" if to none. None may be right."""
    for wrong in mistakes:
        if same(plain(wrong), right, rtol):
            raise ValueError(f"the mistake {wrong!r} is the right answer")
    return next((text for wrong, text in mistakes.items() if same(answer, plain(wrong), rtol)), "")


def _of_number(answer: Any, right: Any) -> str:
    """What a single wrong number has to do with the right one."""
    if callable(answer) and isinstance(right, float):
        return "that is a function: write the number that it gives"
    if not isinstance(answer, float) or not isinstance(right, float) or not right:
        return ""
    if same(-answer, right):
        return "the size is right, the sign is not"
    if same(answer, 2 * right) or same(2 * answer, right):
        return f"that is {'twice' if abs(answer) > abs(right) else 'half'} as much: where does a factor 2 come from?"
    return "that is 1 over it: what is divided by what?" if same(answer * right, 1.0) else ""


def _of_cell(answer: Any, right: Any, rtol: float) -> str:
    """What a change of the expression that was typed tells of a wrong answer; "" outside of a notebook."""
    is_typed, is_right = (lambda x, to=to: same(plain(x), to, rtol) for to in (answer, right))
    return repair_expression(*last_cell(), is_typed, is_right)


def _outcome(function: Callable[..., Any], call: tuple[Any, ...]) -> Any:
    """What a function with a mistake returns, or the error that it raises."""
    try:
        with quiet([]):
            return plain(function(*deepcopy(call)))
    except Exception as error:
        return Raised.by(error)
