"""How someone's engine is driven and read: what its number, gradient and sweep are called, and how exact it is.

What other engines name otherwise is found by what it holds. Objects that are hashed by their address get a hash of
their own while they are checked, so that a set of them has the same order in every run.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from inspect import ismethod, signature
from itertools import count
from math import isclose, sqrt
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from autograd.check.reading import parameters_of
from autograd.check.trouble import Trouble, holds
from autograd.tables import short

Make = Callable[..., Any]
NAMES = "data", "grad", "backward"
RTOL = 1e-9
SAMPLE = 1.3
LOOKS = {  # what other names look like
    "data": "",
    "grad": r"^(?!.*(zero|require|local|fn|func|enable)).*(grad|deriv|adjoint|adj$|delta)|^_?(d|g|bar)$",
    "backward": r"^(?!_|.*(zero|numer)).*(back|propagat|grad|differentiate|reverse)",
}


class Engine(NamedTuple):
    """What makes a Value, what its number, gradient and sweep are called, and how far off they may be."""

    make: Make
    data: str = "data"
    grad: str = "grad"
    backward: str = "backward"
    rtol: float = RTOL


def driven(make: Make, names: dict[str, str | None]) -> tuple[Engine, Any, list[str]]:
    """An engine, a new Value of it, and what is to be said of it once."""
    notes = []
    if any(p.name == "requires_grad" and p.default is False for p in parameters_of(make)):
        kind, make = getattr(make, "__name__", "Value"), partial(make, requires_grad=True)
        notes.append(f"what is checked is `lambda x: {kind}(x, requires_grad=True)`")
    sample = make(SAMPLE)
    found = {name: given or _name_of(name, sample) for name, given in names.items()}
    other = [f"`{found[name]}` for `{name}`" for name, given in names.items() if found[name] != (given or name)]
    notes += [f"taken: {', '.join(other)}"] if other else []
    epsilon = max(rounding(getattr(sample, found[name], None)) for name in ("data", "grad"))
    notes += ["the numbers are float32 or less exact, so they are compared to 3 digits"] if epsilon else []
    return Engine(make, **found, rtol=max(RTOL, sqrt(epsilon))), sample, notes


def _name_of(name: str, sample: Any) -> str:
    """What is called so in other engines, whatever it is called in this one."""
    names = [n for n in dir(sample) if not n.startswith("__") and re.search(LOOKS[name], n)]
    names = [] if hasattr(sample, name) else names
    fitting = [n for n in names if _fits(name, getattr(sample, n, ""))]
    if name == "grad":  # one that does not start at 0 is told of later
        fitting = fitting or [n for n in names if isinstance(getattr(sample, n, ""), float)]
    return min(fitting, key=lambda n: (n[0] == "_", len(n), n), default=name)


def _fits(name: str, x: Any) -> bool:
    if name == "backward":
        return takes_nothing(x)
    if x is None or isinstance(x, bool | str) or callable(x):
        return name == "grad" and x is None
    return holds(lambda: abs(np.asarray(x, dtype=float).item() - (SAMPLE if name == "data" else 0.0)) < 1e-2)


def takes_nothing(function: Any) -> bool:
    """Whether it can be called without arguments."""
    return holds(lambda: signature(function).bind())


def rounding(x: Any) -> float:
    """The distance from 1 to the next number, of numbers that are less exact than float64, else 0."""
    is_single = isinstance(x, float) and x == float(np.float32(SAMPLE))
    kind = re.search(r"float(16|32)", str(getattr(x, "dtype", "float32" if is_single else "")))
    return float(np.finfo(kind[0]).eps) if kind else 0.0


# ---- what it holds


def is_close(yours: float, expected: float, rtol: float = RTOL) -> bool:
    """Equal but for rounding: a difference quotient is not."""
    return isclose(yours, expected, rel_tol=rtol, abs_tol=max(rtol / 100, rtol * rtol)) or (
        yours != yours and expected != expected
    )


def read(engine: Engine, v: Any, what: str, name: str = "") -> float:
    """The number (`data`) or the gradient (`grad`) of a Value; a gradient of None is none yet."""
    name = f"{name}.{getattr(engine, what)}"
    x = getattr(v, getattr(engine, what))
    return 0.0 if x is None and what == "grad" else number(x, name, may_be_value=what == "grad", names=engine[1:4])


def check_kind(result: Any, names: Sequence[str] = NAMES) -> None:
    """Trouble where the result of an expression of Values is no Value."""
    if result is None:
        raise Trouble("the result is None, not a Value", "the `return` of the result is missing")
    missing = [name for name in names if not hasattr(result, name)]
    if (missing and isinstance(result, (Real, np.generic, np.ndarray))) or len(missing) == len(names):
        raise Trouble(
            f"the result is {short(result)}, a plain {type(result).__name__}, not a Value",
            "wrap the number into a Value that knows its parents",
        )
    if missing:
        raise Trouble(f"the result, a {type(result).__name__}, has no `{missing[0]}`")


def number(x: Any, what: str, *, may_be_value: bool = True, names: Sequence[str] = NAMES) -> float:
    """A number as a float, also that in an array or a tensor of one; read out of a Value where gradients are Values.

    Trouble for anything else.
    """
    if hasattr(x, "dtype") and hasattr(x, "item") and np.prod(getattr(x, "shape", ())) == 1:
        x = x.item()
    if isinstance(x, Real):
        return float(x)
    if hasattr(x, names[0]) and hasattr(x, names[-1]):
        if may_be_value:
            return number(getattr(x, names[0]), what, names=names)
        raise Trouble(
            f"{what} is a Value, not a number", f"a Value was wrapped into a Value again: pass its .{names[0]}"
        )
    if ismethod(x):
        name = x.__name__
        raise Trouble(
            f"{what} is a method, not a number",
            f"keep it as a number, `self.{name} = 0.0`, and call the method otherwise",
        )
    raise Trouble(f"{what} is {short(x)}, not a number")


# ---- its sets


@contextmanager
def steady_sets(kind: Any) -> Iterator[None]:
    """Give the objects of a class that are hashed by their address a hash that is the same in every run.

    It is kept in the object; where `__slots__` leave no room, beside it, and the object is kept until the end, unless
    someone may wait for its end by a weak reference.
    """
    numbers = count(1)
    beside: dict[int, dict[str, Any]] = {}
    has_room = kind.__dictoffset__ or not kind.__weakrefoffset__
    first = next((k for k in kind.__mro__[::-1] if k.__module__ == kind.__module__), kind)
    if kind.__hash__ is not object.__hash__ or not has_room or first.__module__ == "builtins":
        yield
        return

    def steady(self: Any) -> int:
        own = self.__dict__ if hasattr(self, "__dict__") else beside.setdefault(id(self), {"object": self})
        return own.setdefault("_hash", next(numbers) * 40503 >> 4 & 0xFFFF)  # type: ignore[no-any-return]

    own = "__hash__" in vars(first)
    first.__hash__ = steady
    try:
        yield
    finally:
        first.__hash__ = object.__hash__
        if not own:
            del first.__hash__
