"""Causes that any function may have: what wrong results have to do with the right ones, over all calls.

A lesson names the mistakes of its own exercise. Where none of them explains the results, these are tried, from those
that explain everything to those that only say where to look.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from math import isclose
from typing import Any, NamedTuple

from autograd.check.trouble import holds
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
OF_PAIRS: dict[str, Callable[[Callable[..., bool], float, float], object]] = {
    "the sizes are right, some signs are not": lambda same, y, x: same(abs(y), abs(x)),
    "each number is 1 over the right one: what is divided by what?": lambda same, y, x: y and x and same(y * x, 1.0),
    "each number is the square of the right one": lambda same, y, x: same(y, x * x),
    "each number is the square root of the right one": lambda same, y, x: y >= 0 and same(y * y, x),
}


class Results(NamedTuple):
    """What came of all calls of a function.

    - calls: the arguments of each call, as plain numbers and lists
    - yours, right: what each gave, and should have given
    - same: tells whether two results are equal to rounding
    """

    calls: Sequence[Sequence[Any]]
    yours: Sequence[Any]
    right: Sequence[Any]
    same: Callable[..., bool]

    def each(self, holds: Callable[[Any, Any], object]) -> bool:
        """Whether something holds of every result and the right one."""
        return all(map(holds, self.yours, self.right))


def cause(results: Results, at: Callable[..., Any] | None = None, names: Sequence[str] = ()) -> str:
    """What the results of all calls have in common with the right ones, "" if nothing.

    - at: the right function
    - names: what the arguments are called
    """
    found = _of_results(results)
    if at is not None and len(results.calls) > 1:
        found = chain(found, _of_arguments(results, at, names))
    return next(chain(found, _of_calls(results)), "")


def _of_arguments(results: Results, at: Callable[..., Any], names: Sequence[str]) -> Iterator[str]:
    """For which other arguments the results would be right."""
    calls, yours, _, same = results

    def fits(change: Callable[[list[Any]], list[Any]]) -> bool:
        return holds(lambda: all(same(y, at(*change([*call]))) for y, call in zip(yours, calls, strict=True)))

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


def _of_results(results: Results) -> Iterator[str]:
    calls, yours, right, same = results
    if all(y is None for y in yours):
        yield "is the `return` missing?"
    if results.each(lambda y, x: isinstance(x, bool)) and not any(isinstance(y, bool) for y in yours):
        yield "True or False is asked for"
    if all(hasattr(y, "__next__") for y in yours):
        yield "what comes back can be walked through once only: make a list of it, `list(…)`"
    is_list_asked = any(isinstance(x, list) and len(x) > 1 for x in right)
    if is_list_asked and results.each(lambda y, x: isinstance(y, float) and isinstance(x, list)):
        is_one = results.each(lambda y, x: any(same(y, item) for item in x))
        yield "that is one number of the list: return all of them" if is_one else "a list is asked for, not one number"
    elif not results.each(lambda y, x: y is not None or x is None):
        yield "in some calls nothing is returned: is a `return` missing at the end?"
    for k in range(min(map(len, calls))):
        if same([*yours], [call[k] for call in calls]):
            yield f"argument {k + 1} comes back as it was given"
    if results.each(lambda y, x: same(y, [x])):
        yield "the result is right, but inside a list: return it alone"
    if results.each(lambda y, x: same([y], x)):
        yield "the result is right, but a list is asked for"
    if all(isinstance(x, dict) for x in [*yours, *right]):
        keys = {k for y, x in zip(yours, right, strict=True) for k in x if k not in y or not same(y[k], x[k])}
        if len(keys) == 1 and results.each(lambda y, x: keys <= y.keys() < {*x, 0}):
            (key,) = keys
            part = results._replace(yours=[y[key] for y in yours], right=[x[key] for x in right])
            yield from (f"in {key}: {found}" for found in islice(_of_results(part), 1))
    mine, theirs = [[*_numbers(y)] for y in yours], [[*_numbers(x)] for x in right]
    if [*map(len, mine)] != [*map(len, theirs)]:
        if all(isinstance(y, list) for y in yours):
            yield _lengths(yours, right)
    elif not same(mine, theirs):
        yield from _of_numbers(results._replace(yours=mine, right=theirs))
    elif any(mine) and not results.each(_shaped):
        is_dict_asked = all(isinstance(x, dict) for x in right)
        yield f"the numbers are right, but {'a dict is to hold them' if is_dict_asked else SHAPE}"


def _of_calls(results: Results) -> Iterator[str]:
    _, yours, right, same = results
    count = sum(map(same, yours, right))
    varies = not all(same(x, right[0]) for x in right)
    is_told = not any(isinstance(y, str) for y in yours)  # what a lesson says of them in words
    if len(yours) > 2 and varies and not count and is_told and all(same(y, yours[0]) for y in yours):
        yield "the result is the same in all calls: what should it depend on?"
    if len(yours) > 2 and count:
        yield f"{count} of {len(yours)} {ONLY_SOME}"


def _of_numbers(results: Results) -> Iterator[str]:
    """What numbers, as many as the right ones in each call, tell."""
    calls, mine, theirs, same = results
    if results.each(lambda y, x: same(y, x[::-1])):
        yield "the numbers are right, but in the reverse order"
    if results.each(lambda y, x: same(sorted(y), sorted(x))):
        yield "the numbers are right, but in another order"
    pairs = [*zip(chain(*mine), chain(*theirs), strict=True)]
    if len({x for _, x in pairs}) > 1:
        factor = next((y / x for y, x in pairs if x), 0.0)
        if factor and all(same(y, factor * x) for y, x in pairs):
            yield _multiple(factor)
        offset = pairs[0][0] - pairs[0][1]
        if offset and all(same(y, x + offset) for y, x in pairs):
            yield f"each number is {shown(abs(offset))} too {'large' if offset > 0 else 'small'}"
        yield from (text for text, holds in OF_PAIRS.items() if all(holds(same, y, x) for y, x in pairs))
        if not {y for y, _ in pairs} <= {0.0, 1.0} and all(any(y == round(x, n) for n in range(5)) for y, x in pairs):
            yield "the numbers are right, but rounded"
    lengths = [next((len(x) for x in call if isinstance(x, list)), 1) for call in calls]
    if len({*lengths}) > 1:
        scaled = [*zip(lengths, mine, theirs, strict=True)]
        if all(same([n * a for a in y], x) for n, y, x in scaled):
            yield "divided once too often by how many numbers were given"
        if all(same(y, [n * a for a in x]) for n, y, x in scaled):
            yield "not divided by how many numbers were given"
    for moved, left in ((slice(1, None), slice(-1)), (slice(-1), slice(1, None))):
        if max(map(len, theirs)) > 2 and results.each(lambda y, x: same(y[moved], x[left])):  # noqa: B023
            yield "the numbers are right, but each is one place off"
    wrong = {i for y, x in zip(mine, theirs, strict=True) for i in range(len(x)) if not same(y[i], x[i])}
    if len(wrong) == 1 and min(map(len, theirs)) > 1:
        (i,) = wrong
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
    elif isinstance(x, list | dict):
        for item in x.values() if isinstance(x, dict) else x:
            yield from _numbers(item)


def _shaped(yours: Any, right: Any) -> bool:
    """Whether two results are nested in the same way."""
    if isinstance(yours, list) and isinstance(right, list):
        return len(yours) == len(right) and all(map(_shaped, yours, right))
    return type(yours) is type(right)
