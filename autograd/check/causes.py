"""Causes that any function may have: what wrong results have to do with the right ones, over all calls.

A lesson names the mistakes of its own exercise. Where none of them explains the results, these are tried, from those
that explain everything to those that only say where to look.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import chain
from math import isclose
from typing import Any

from autograd.reports import shown

ONLY_SOME = "calls are right: what is different about this one?"  # where to look, for want of a cause
SHAPE = "the lists that hold them are not"
CHANGES: dict[str, Callable[[float], float]] = {
    "-{}": lambda x: -x,
    "{} / 2": lambda x: x / 2,
    "2 · {}": lambda x: 2 * x,
    "{} + 1": lambda x: x + 1,
    "{} - 1": lambda x: x - 1,
    "{}²": lambda x: x * x,
    "1 / {}": lambda x: 1 / x,
    "the size of {}": abs,
}


def cause(
    calls: Sequence[Sequence[Any]],
    yours: Sequence[Any],
    right: Sequence[Any],
    same: Callable[..., bool],
    at: Callable[..., Any] | None = None,
    names: Sequence[str] = (),
) -> str:
    """What the results of all calls have in common with the right ones, "" if nothing.

    - calls: the arguments of each call, as plain numbers and lists
    - same: tells whether two results are equal to rounding
    - at: the right function
    - names: what the arguments are called
    """
    found = _causes(calls, yours, right, same)
    if at is not None and len(calls) > 1:
        found = chain(found, _of_arguments(calls, yours, same, at, names))
    return next(chain(found, _of_calls(yours, right, same)), "")


def _of_arguments(
    calls: Sequence[Sequence[Any]],
    yours: Sequence[Any],
    same: Callable[..., bool],
    at: Callable[..., Any],
    names: Sequence[str],
) -> Iterator[str]:
    """For which other arguments the results would be right."""

    def fits(change: Callable[[list[Any]], list[Any]]) -> bool:
        with suppress(Exception):
            return all(same(y, at(*change([*call]))) for y, call in zip(yours, calls, strict=True))
        return False

    for k, name in enumerate(names):
        column = [call[k] for call in calls]
        if all(isinstance(x, float) for x in column):
            for text, change in CHANGES.items():
                if fits(lambda call: [*call[:k], change(call[k]), *call[k + 1 :]]):  # noqa: B023
                    yield f"that would be right for {text.format(name)} in the place of {name}"
            for x in {*column, 0.0, 1.0} if len({*column}) > 1 else ():
                if fits(lambda call: [*call[:k], x, *call[k + 1 :]]):  # noqa: B023
                    yield f"that would be right if {name} were always {shown(x)}: where is {name} used?"
        for j in range(k):
            if fits(lambda call: [*call[:j], call[k], *call[j + 1 : k], call[j], *call[k + 1 :]]):  # noqa: B023
                yield f"that would be right if {names[j]} and {name} changed places"


def _causes(
    calls: Sequence[Sequence[Any]], yours: Sequence[Any], right: Sequence[Any], same: Callable[..., bool]
) -> Iterator[str]:
    if all(y is None for y in yours):
        yield "is the `return` missing?"
    if all(isinstance(x, bool) for x in right) and not any(isinstance(y, bool) for y in yours):
        yield "True or False is asked for"
    if all(hasattr(y, "__next__") for y in yours):
        yield "what comes back can be walked through once only: make a list of it, `list(…)`"
    is_list_asked = any(isinstance(x, list) and len(x) > 1 for x in right)
    if is_list_asked and all(isinstance(y, float) and isinstance(x, list) for y, x in zip(yours, right, strict=True)):
        is_one = all(any(same(y, item) for item in x) for y, x in zip(yours, right, strict=True))
        yield "that is one number of the list: return all of them" if is_one else "a list is asked for, not one number"
    elif any(y is None and x is not None for y, x in zip(yours, right, strict=True)):
        yield "in some calls nothing is returned: is a `return` missing at the end?"
    for k in range(min(map(len, calls))):
        if all(same(y, call[k]) for y, call in zip(yours, calls, strict=True)):
            yield f"argument {k + 1} comes back as it was given"
    if all(same(y, [x]) for y, x in zip(yours, right, strict=True)):
        yield "the result is right, but inside a list: return it alone"
    if all(same([y], x) for y, x in zip(yours, right, strict=True)):
        yield "the result is right, but a list is asked for"
    if all(isinstance(x, dict) for x in [*yours, *right]):
        keys = {k for y, x in zip(yours, right, strict=True) for k in x if k not in y or not same(y[k], x[k])}
        if len(keys) == 1 and all(keys <= y.keys() < {*x, 0} for y, x in zip(yours, right, strict=True)):
            (key,) = keys
            part = next(_causes(calls, [y[key] for y in yours], [x[key] for x in right], same), "")
            if part:
                yield f"in {key}: {part}"
    mine, theirs = [[*_numbers(y)] for y in yours], [[*_numbers(x)] for x in right]
    if [*map(len, mine)] != [*map(len, theirs)]:
        if all(isinstance(y, list) for y in yours):
            yield _lengths(yours, right)
    elif not same(mine, theirs):
        yield from _of_numbers(calls, mine, theirs, same)
    elif any(mine) and not all(map(_shaped, yours, right)):
        is_dict_asked = all(isinstance(x, dict) for x in right)
        yield f"the numbers are right, but {'a dict is to hold them' if is_dict_asked else SHAPE}"


def _of_calls(yours: Sequence[Any], right: Sequence[Any], same: Callable[..., bool]) -> Iterator[str]:
    count = sum(map(same, yours, right))
    varies = not all(same(x, right[0]) for x in right)
    is_told = not any(isinstance(y, str) for y in yours)  # what a lesson says of them in words
    if len(yours) > 2 and varies and not count and is_told and all(same(y, yours[0]) for y in yours):
        yield "the result is the same in all calls: what should it depend on?"
    if len(yours) > 2 and count:
        yield f"{count} of {len(yours)} {ONLY_SOME}"


def _of_numbers(
    calls: Sequence[Sequence[Any]], mine: list[list[float]], theirs: list[list[float]], same: Callable[..., bool]
) -> Iterator[str]:
    """What numbers, as many as the right ones in each call, tell."""
    if all(same(y, x[::-1]) for y, x in zip(mine, theirs, strict=True)):
        yield "the numbers are right, but in the reverse order"
    if all(same(sorted(y), sorted(x)) for y, x in zip(mine, theirs, strict=True)):
        yield "the numbers are right, but in another order"
    pairs = [(y, x) for ys, xs in zip(mine, theirs, strict=True) for y, x in zip(ys, xs, strict=True)]
    if len({x for _, x in pairs}) > 1:
        factor = next((y / x for y, x in pairs if x), 0.0)
        if factor and all(same(y, factor * x) for y, x in pairs):
            yield _multiple(factor)
        offset = pairs[0][0] - pairs[0][1]
        if offset and all(same(y, x + offset) for y, x in pairs):
            yield f"each number is {shown(abs(offset))} too {'large' if offset > 0 else 'small'}"
        if all(same(abs(y), abs(x)) for y, x in pairs):
            yield "the sizes are right, some signs are not"
        if all(y and x and same(y * x, 1.0) for y, x in pairs):
            yield "each number is 1 over the right one: what is divided by what?"
        if all(same(y, x * x) for y, x in pairs):
            yield "each number is the square of the right one"
        if all(y >= 0 and same(y * y, x) for y, x in pairs):
            yield "each number is the square root of the right one"
        if not {y for y, _ in pairs} <= {0.0, 1.0} and all(any(y == round(x, n) for n in range(5)) for y, x in pairs):
            yield "the numbers are right, but rounded"
    lengths = [next((len(x) for x in call if isinstance(x, list)), 1) for call in calls]
    if len({*lengths}) > 1:
        for factors, text in (
            ([1 / n for n in lengths], "divided once too often by how many numbers were given"),
            (lengths, "not divided by how many numbers were given"),
        ):
            if all(same(y, [n * a for a in x]) for y, x, n in zip(mine, theirs, factors, strict=True)):
                yield text
    for moved, left in ((slice(1, None), slice(-1)), (slice(-1), slice(1, None))):
        if max(map(len, theirs)) > 2 and all(same(y[moved], x[left]) for y, x in zip(mine, theirs, strict=True)):
            yield "the numbers are right, but each is one place off"
    wrong = [{i for i, pair in enumerate(zip(y, x, strict=True)) if not same(*pair)} for y, x in zip(mine, theirs)]  # noqa: B905
    places = set().union(*wrong)
    if len(places) == 1 and min(map(len, theirs)) > 1:
        i = places.pop()
        last = all(len(x) == i + 1 for x in theirs)
        yield f"only {'the last number' if last else 'the first number' if i == 0 else f'number {i + 1}'} is wrong"


def _multiple(factor: float) -> str:
    if isclose(factor, -1.0, rel_tol=1e-6):
        return "each number is right but for its sign"
    if factor < 0:
        return f"each number is {shown(factor)} times the right one, of the other sign"
    for n in range(2, 101):
        if isclose(factor * n, 1.0, rel_tol=1e-6):
            return f"each number is {'half' if n == 2 else f'1/{n} of'} the right one"
    return f"each number is {'twice' if isclose(factor, 2.0, rel_tol=1e-6) else f'{shown(factor)} times'} the right one"


def _lengths(yours: Sequence[Any], right: Sequence[Any]) -> str:
    """Lists that are too short or too long, in the first call where they are."""
    found = [_length(y, x, "the list") for y, x in zip(yours, right, strict=True)]
    k = next((k for k, text in enumerate(found) if text), 0)
    is_later = any(y != x for y, x in zip(yours[:k], right, strict=False))
    return f"in call {k + 1} {found[k]}" if is_later else found[k]


def _length(yours: Any, right: Any, name: str) -> str:
    if isinstance(yours, list) and isinstance(right, list):
        if len(yours) < len(right):
            return f"{name} has {len(yours)} of the {len(right)} entries"
        if len(yours) > len(right):
            return f"{name} has {len(yours)} entries, not {len(right)}"
        return next(filter(None, (_length(y, x, "a list inside") for y, x in zip(yours, right, strict=True))), "")
    if isinstance(yours, list) and name == "the list":
        return "one number is asked for, not a list"
    if isinstance(yours, list):
        return "lists stand inside where numbers are asked for"
    return "numbers stand inside where lists are asked for" if isinstance(right, list) else ""


def _numbers(x: Any) -> Iterator[float]:
    if isinstance(x, float):
        yield x
    elif isinstance(x, list):
        for item in x:
            yield from _numbers(item)
    elif isinstance(x, dict):
        for item in x.values():
            yield from _numbers(item)


def _shaped(yours: Any, right: Any) -> bool:
    """Whether two results are nested in the same way."""
    if isinstance(yours, list) and isinstance(right, list):
        return len(yours) == len(right) and all(map(_shaped, yours, right))
    return type(yours) is type(right)
