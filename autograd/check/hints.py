"""From wrong numbers to their likely cause: usual mistakes are made on our own graph, and what they give is compared.

A mistake becomes a hint only where it explains all that was observed, what was right included; where several do, the
hint says "one of". The mistakes stand in `mistakes.py` and `wrong_rules.py`.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from math import isclose
from traceback import walk_tb
from types import FrameType
from typing import Any, NamedTuple

from autograd.check.sweeping import Gradients, TooLong
from autograd.reports import is_someone_elses
from autograd.value import Value


class Evidence(NamedTuple):
    """What one run showed: the outputs swept, the inputs, their gradients and the last output's own."""

    outputs: list[Value]
    leaves: list[Value]
    gradients: list[float]
    seed: float | None
    rtol: float = 0.0

    def agrees(self, gradients: Gradients) -> bool:
        """Whether these are the gradients that were seen."""
        seed = gradients.get(self.outputs[-1], 0.0)
        expected = [gradients.get(leaf, 0.0) for leaf in self.leaves]
        pairs = [*zip(self.gradients, expected, strict=True), (seed if self.seed is None else self.seed, seed)]
        return all(same(a, b, self.rtol) for a, b in pairs)


class Mistake(NamedTuple):
    """A usual mistake: its hint, and what it gives of outputs swept in turn, in as many variants as it has.

    Of several mistakes of one kind that explain the evidence the first is named. It is in an operation or in the sweep.
    """

    kind: str
    hint: str
    variants: Callable[[list[Value]], Iterable[Gradients]]
    is_in_operation: bool = False

    def explains(self, evidence: Evidence) -> bool:
        """Whether one of its variants gives what was seen."""
        try:
            return any(map(evidence.agrees, self.variants(evidence.outputs)))
        except (ArithmeticError, ValueError, TypeError, TooLong):  # a wrong rule may fail by itself
            return False


def same(a: float, b: float, rtol: float = 0.0) -> bool:
    """Equal but for rounding, be it to float32: a mistake is recognised more generously than an answer is accepted."""
    return isclose(a, b, rel_tol=max(1e-7, rtol), abs_tol=max(1e-9, rtol / 100))


def explain(mistakes: Iterable[Mistake], evidence: Sequence[Evidence], more: Sequence[Evidence] = ()) -> str:
    """The hint of the mistake that explains all the evidence; "" where none does."""
    return one_of(mistake.hint for mistake in explaining(mistakes, evidence, more))


def explaining(
    mistakes: Iterable[Mistake], evidence: Sequence[Evidence], more: Sequence[Evidence] = ()
) -> list[Mistake]:
    """The mistakes that explain all the evidence, of each kind the first.

    Where several do, those are preferred that explain more, from what has not been tried by itself yet.
    """
    found = [mistake for mistake in mistakes if all(map(mistake.explains, evidence))]
    for one in more:
        found = [mistake for mistake in found if mistake.explains(one)] or found
    first = {mistake.kind: mistake for mistake in reversed(found)}
    return [mistake for mistake in found if first[mistake.kind] is mistake]


def one_of(hints: Iterable[str]) -> str:
    """One hint as it is, several as "one of", none as ""."""
    hints = list(dict.fromkeys(hints))
    listed = "; or ".join(hint.replace("one of: ", "") for hint in hints)
    return hints[0] if len(hints) == 1 else f"one of: {listed}" if hints else ""


# ---- numbers that are nearly right


def rounding_or_difference(yours: Sequence[float], expected: Sequence[float]) -> str:
    """The hint for numbers all of which are rounded, or close."""
    pairs = list(zip(yours, expected, strict=True))
    changed = {a for a, b in pairs if not same(a, b)}
    for digits in range(0 if len(changed) > 1 else 1, 5):  # one whole number may be anything
        if all(same(a, round(b, digits)) or same(a, b) for a, b in pairs):
            return f"the gradients are rounded to {digits} decimals: keep them as they are"
    if all(isclose(a, b, rel_tol=1e-2, abs_tol=1e-6) for a, b in pairs):
        return (
            "nearly right: one of: a difference quotient in place of the rule; something small that is added, such as "
            "1e-3; numbers kept in float32"
        )
    return ""


# ---- exceptions

NOTHING = "a list is None: `.reverse()`, `.sort()` and `.append()` change the list itself and return nothing"
ERRORS: list[tuple[Any, str, str]] = [
    (
        TypeError,
        r"^(?!.*<locals>)\w+\.<lambda>.*takes 0 positional arguments but 1 was given",
        "a function that is kept in the class is a method, and is given `self`: keep it on the object, in `__init__`",
    ),
    (
        TypeError,
        r"^(?!.*<locals>).*takes 0 positional arguments but 1 was given",
        "the first argument of a method is `self`: `def backward(self):`",
    ),
    (
        TypeError,
        "unhashable type: '(list|dict|set)'",
        "a list cannot be put into a set, nor be a key: a tuple can, `tuple(row)`",
    ),
    (
        TypeError,
        r"unhashable type: '\w+'",
        "a class with `__eq__` and no `__hash__`, such as a dataclass, cannot be put into a set: use "
        "`@dataclass(eq=False)`",
    ),
    (
        TypeError,
        "Cannot cast .* to dtype..u?int",
        "an array of whole numbers takes no fraction: make it one of floats, `np.asarray(data, dtype=float)`",
    ),
    (
        ValueError,
        r"zip\(\) argument \d is (shorter|longer)",
        "the parents and their local derivatives are not equally many: one for each",
    ),
    (
        TypeError,
        "must be real number, not",
        "what `math` computes with is a plain number: give it `.data`, and put the result into a new Value",
    ),
    (
        TypeError,
        r"for \^: ",
        "`^` is no power in Python: that is `**`",
    ),
    (
        TypeError,
        "'float' object cannot be interpreted as an integer",
        "how many is a whole number, and `/` gives a float, even of whole numbers: divide by `//`",
    ),
    (
        TypeError,
        "'NoneType' object is not (iterable|subscriptable)",
        NOTHING,
    ),
    (
        TypeError,
        "'(tuple|list|dict|float|int)' object is not callable",
        "round brackets call a function, and what stands before them is none: an attribute has no brackets, an item "
        "has square ones, and a product needs its `*`",
    ),
    (
        TypeError | ValueError,
        "(too many|not enough) values to unpack",
        "as many names stand before `in` or `=` as each item has parts, and in their order: here it has others",
    ),
    (
        TypeError,
        "cannot unpack non-iterable",
        "several names wait for what is one thing alone: was a pair meant, wherever it was put in?",
    ),
    (
        AttributeError,
        "'set' object has no attribute '(append|extend|insert)'",
        "a set has `.add(x)`; `.append(x)` is for a list",
    ),
    (
        AttributeError,
        "'list' object has no attribute 'add'",
        "a list has `.append(x)`; `.add(x)` is for a set",
    ),
    (
        TypeError,
        "'(builtin_)?(function|method)",
        "a function stands where a number should: call it, with its arguments in brackets, `f(x)`",
    ),
    (
        TypeError,
        "'NoneType' object is not callable",
        "store the function, not its result: `out._backward = _backward`, without parentheses",
    ),
    (
        AttributeError,
        r"'(int|float)' object has no attribute '(parents|local_derivatives)'",
        "a number stands where a Value should: have two names changed places?",
    ),
    (
        AttributeError,
        r"'(int|float)' object has no attribute",
        "a plain number must be made a Value first: `other if isinstance(other, Value) else Value(other)`",
    ),
    (
        IndexError,
        "index out of range",
        "there is no item in this place: n items have the places 0 to n - 1, and it is not always as many: go through "
        "those that are there",
    ),
    (
        TypeError,
        "'(.*iterator|reversed|generator|zip|map)' object is not subscriptable",
        "what `reversed`, `zip`, `map` or a generator gives has no places: make a list of it first, `list(…)`",
    ),
    (
        TypeError,
        "can only concatenate list",
        "only a list can be added to a list: put brackets round the other, `[…]`",
    ),
    (
        TypeError,
        r"for //: ",
        "`//` divides and rounds down: is `/` meant?",
    ),
    (
        TypeError,
        r"for \*\* or pow\(\): '(int|float)' and '(?!NoneType)",
        "a Value is no exponent here: compute with its number, `.data`",
    ),
    (
        TypeError,
        "can't multiply sequence by non-int|unsupported operand (?!.*NoneType).*'(list|tuple|zip|map|generator)'",
        "a list is no number, and is not computed with item by item: go through its items, or add them up first",
    ),
    (
        TypeError,
        r"takes (from \d+ to )?\d+ positional arguments? but \d+ w|expected \d+ arguments?, got|one argument \([2-9] g",
        "more is handed over than is taken: is something to stand together, in the brackets of a tuple?",
    ),
    (
        UnboundLocalError,
        "",
        "a name is read before anything is put into it: set it above the loop or the `if`",
    ),
    (
        NameError,
        "",
        "this name means nothing here: is it spelled as it was given, and is what it names imported in your cell?",
    ),
    (
        TypeError,
        "'(float|int)' object is not subscriptable",
        "a single number stands where a list should: is the list under another name, as `self.` and its own?",
    ),
    (
        ValueError,
        "could not be broadcast",
        "these shapes do not fit: a sum or a maximum along an axis keeps it, as a 1, with `keepdims=True`",
    ),
    (
        ValueError,
        "matmul: |not aligned",
        "in `A @ B` the columns of A are as many as the rows of B: do they change places, or is one turned, `.T`?",
    ),
    (
        ValueError,
        r"(max|min)\(\) .*is (an )?empty",
        "`max` and `min` of nothing are an error: say what comes out where there is nothing. (The sum of nothing is 0)",
    ),
    (
        OverflowError,
        "math range error",
        "the exponential of more than 709 is too large for a float: make the exponent smaller first",
    ),
    (
        EOFError,
        "",
        "there is nobody to answer `input()`: ask only under `if __name__ == '__main__':`",
    ),
    (
        AttributeError,
        "'NoneType' object has no attribute",
        "something is None that should be a Value: one of: a missing `return`; a parent held by a weak reference only",
    ),
    (
        TypeError,
        "unsupported operand .*'NoneType'",
        "something is None that should be a number: one of: a gradient that does not start at 0; a missing `return`, "
        "or one that stands inside a loop or an `if` that was not entered",
    ),
    (
        RecursionError,
        "",
        "a recursion that does not end: one of: a method that calls itself, as `__add__` and `__radd__` may; a node "
        "among its own parents, from a default such as `children=[]`, which all nodes share",
    ),
]

IN_SWEEP: list[tuple[Any, str, str]] = [
    (
        AttributeError,
        "'(int|float)' object has no attribute '(?!data')",
        "a plain number is among the parents of a result, as `n` in `(self, n)`: only Values are parents, `(self,)`",
    ),
]

IN_BACKWARD: list[tuple[Any, str, str]] = [
    (
        TypeError,
        r"<locals>.*missing \d required positional argument",
        "a function that `backward` calls takes nothing: `def _backward():` sees `self` and `out` from outside",
    ),
    (
        TypeError,
        "'NoneType' object is not iterable",
        NOTHING,
    ),
    (
        AttributeError | TypeError,
        r"'(int|float)' object has no attribute|unsupported operand .*'(int|float)' and '(?!NoneType)",
        "a Value stands where a number should: is a `.data` missing, `other.data` as the local derivative?",
    ),
    (
        TypeError,
        "is not iterable|must support iteration",
        "is a comma missing? A tuple of one is `(self,)`: `(self)` is self alone. And each parent has its local "
        "derivative",
    ),
]


def hint_for_error(error: BaseException) -> str:
    """The hint for what a learner's code raised, "" where it says enough itself."""
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    codes = [frame.f_code for frame in frames]
    if isinstance(error, NameError) and error.name and (meant := _meant(error.name, frames[-1])):
        return f"nothing has been put into `{error.name}`: is `{meant}` meant?"
    names = [code.co_name for code in codes if is_someone_elses(code)]
    is_in_sweep = "backward" in names and not re.match("_backward|__|<lambda>", names[-1])
    known = [*IN_SWEEP * is_in_sweep, *IN_BACKWARD * _is_in_backward(names, error), *ERRORS]
    return next(
        (hint for kind, pattern, hint in known if isinstance(error, kind) and re.search(pattern, str(error))), ""
    )


def _meant(name: str, frame: FrameType) -> str:
    """The variable with the most similar name, "" if there is none."""
    names = [known for known in frame.f_locals if known != name]
    return next(iter(get_close_matches(name, names, 1, 0.6)), "")


def _is_in_backward(names: Sequence[str], error: BaseException) -> bool:
    """Whether a learner's `backward` raised it, or an operator that was called there.

    What a `_backward` does not find in a plain number itself is a number that was never made a Value.
    """
    bare = [name.lstrip("_") for name in names]
    return "backward" in bare and not (isinstance(error, AttributeError) and bare[-1] == "backward")
