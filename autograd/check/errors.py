"""The likely cause of an error that a learner's code raised: by its message, and by where it was raised.

A table's key is a pattern of the last line that Python prints of an error, `TypeError: …`. The first that fits counts.
"""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from traceback import walk_tb

from autograd.reports import is_someone_elses

# fmt: off
ERRORS = {
    r"^TypeError: (?!.*<locals>)\w+\.<lambda>.*takes 0 positional arguments but 1 was given":
        "a function that is kept in the class is a method, and is given `self`: keep it on the object, in `__init__`",
    "^(?!.*<locals>).*takes 0 positional arguments but 1 was given":
        "the first argument of a method is `self`: `def backward(self):`",
    "unhashable type: '(list|dict|set)'":
        "a list cannot be put into a set, nor be a key: a tuple can, `tuple(row)`",
    r"unhashable type: '\w+'":
        "a class with `__eq__` and no `__hash__`, such as a dataclass, cannot be put into a set: use "
        "`@dataclass(eq=False)`",
    "Cannot cast .* to dtype..u?int":
        "an array of whole numbers takes no fraction: make it one of floats, `np.asarray(data, dtype=float)`",
    r"zip\(\) argument \d is (shorter|longer)":
        "the parents and their local derivatives are not equally many: one for each",
    "must be real number, not":
        "what `math` computes with is a plain number: give it `.data`, and put the result into a new Value",
    r"for \^:":
        "`^` is no power in Python: that is `**`",
    "'float' object cannot be interpreted as an integer":
        "how many is a whole number, and `/` gives a float, even of whole numbers: divide by `//`",
    "'NoneType' object is not (iterable|subscriptable)":
        "a list is None: `.reverse()`, `.sort()` and `.append()` change the list itself and return nothing",
    "'(tuple|list|dict|float|int)' object is not callable":
        "round brackets call a function, and what stands before them is none: an attribute has no brackets, an item "
        "has square ones, and a product needs its `*`",
    "(too many|not enough) values to unpack":
        "as many names stand before `in` or `=` as each item has parts, and in their order: here it has others",
    "cannot unpack non-iterable":
        "several names wait for what is one thing alone: was a pair meant, wherever it was put in?",
    "'set' object has no attribute '(append|extend|insert)'":
        "a set has `.add(x)`; `.append(x)` is for a list",
    "'list' object has no attribute 'add'":
        "a list has `.append(x)`; `.add(x)` is for a set",
    "^TypeError: .*'(builtin_)?(function|method)":
        "a function stands where a number should: call it, with its arguments in brackets, `f(x)`",
    "'NoneType' object is not callable":
        "store the function, not its result: `out._backward = _backward`, without parentheses",
    "'(int|float)' object has no attribute '(parents|local_derivatives)'":
        "a number stands where a Value should: have two names changed places?",
    "'(int|float)' object has no attribute":
        "a plain number must be made a Value first: `other if isinstance(other, Value) else Value(other)`",
    "^IndexError: .*index out of range":
        "there is no item in this place: n items have the places 0 to n - 1, and it is not always as many: go through "
        "those that are there",
    "'(.*iterator|reversed|generator|zip|map)' object is not subscriptable":
        "what `reversed`, `zip`, `map` or a generator gives has no places: make a list of it first, `list(…)`",
    "can only concatenate list":
        "only a list can be added to a list: put brackets round the other, `[…]`",
    "for //:":
        "`//` divides and rounds down: is `/` meant?",
    r"for \*\* or pow\(\): '(int|float)' and '(?!NoneType)":
        "a Value is no exponent here: compute with its number, `.data`",
    "can't multiply sequence by non-int|unsupported operand (?!.*NoneType).*'(list|tuple|zip|map|generator)'":
        "a list is no number, and is not computed with item by item: go through its items, or add them up first",
    r"takes (from \d+ to )?\d+ positional arguments? but \d+ w|expected \d+ arguments?, got|one argument \([2-9] g":
        "more is handed over than is taken: is something to stand together, in the brackets of a tuple?",
    "^UnboundLocalError":
        "a name is read before anything is put into it: set it above the loop or the `if`",
    "^NameError":
        "this name means nothing here: is it spelled as it was given, and is what it names imported in your cell?",
    "'(float|int)' object is not subscriptable":
        "a single number stands where a list should: is the list under another name, as `self.` and its own?",
    "could not be broadcast":
        "these shapes do not fit: a sum or a maximum along an axis keeps it, as a 1, with `keepdims=True`",
    "matmul: |not aligned":
        "in `A @ B` the columns of A are as many as the rows of B: do they change places, or is one turned, `.T`?",
    r"(max|min)\(\) .*is (an )?empty":
        "`max` and `min` of nothing are an error: say what comes out where there is nothing. (The sum of nothing is 0)",
    "^OverflowError: .*math range error":
        "the exponential of more than 709 is too large for a float: make the exponent smaller first",
    "^EOFError":
        "there is nobody to answer `input()`: ask only under `if __name__ == '__main__':`",
    "'NoneType' object has no attribute":
        "something is None that should be a Value: one of: a missing `return`; a parent held by a weak reference only",
    "unsupported operand .*'NoneType'":
        "something is None that should be a number: one of: a gradient that does not start at 0; a missing `return`, "
        "or one that stands inside a loop or an `if` that was not entered",
    "^RecursionError":
        "a recursion that does not end: one of: a method that calls itself, as `__add__` and `__radd__` may; a node "
        "among its own parents, from a default such as `children=[]`, which all nodes share",
}
IN_SWEEP = {
    "'(int|float)' object has no attribute '(?!data')":
        "a plain number is among the parents of a result, as `n` in `(self, n)`: only Values are parents, `(self,)`",
}
IN_BACKWARD = {
    r"<locals>.*missing \d required positional argument":
        "a function that `backward` calls takes nothing: `def _backward():` sees `self` and `out` from outside",
    "'(int|float)' object has no attribute|unsupported operand .*'(int|float)' and '(?!NoneType)":
        "a Value stands where a number should: is a `.data` missing, `other.data` as the local derivative?",
    "(?<!NoneType' object )is not iterable|must support iteration":
        "is a comma missing? A tuple of one is `(self,)`: `(self)` is self alone. And each parent has its local "
        "derivative",
}
# fmt: on


def hint_for_error(error: BaseException) -> str:
    """The hint for what a learner's code raised, "" where it says enough itself."""
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    if isinstance(error, NameError) and error.name:
        known = [name for name in frames[-1].f_locals if name != error.name]
        if meant := get_close_matches(error.name, known, 1):
            return f"nothing has been put into `{error.name}`: is `{meant[0]}` meant?"
    names = [frame.f_code.co_name for frame in frames if is_someone_elses(frame.f_code)]
    is_in_sweep = "backward" in names and not re.match("_backward|__|<lambda>", names[-1])
    tables = [IN_SWEEP] * is_in_sweep + [IN_BACKWARD] * _is_in_backward(names, error) + [ERRORS]
    told = f"{type(error).__name__}: {error}"
    return next((hint for table in tables for pattern, hint in table.items() if re.search(pattern, told)), "")


def _is_in_backward(names: Sequence[str], error: BaseException) -> bool:
    """Whether a learner's `backward` raised it, or an operator that was called there.

    What a `_backward` does not find in a plain number itself is a number that was never made a Value.
    """
    bare = [name.lstrip("_") for name in names]
    return "backward" in bare and not (isinstance(error, AttributeError) and bare[-1] == "backward")
