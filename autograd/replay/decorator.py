"""replayed: a function of Values, recorded at its first call and replayed in NumPy at those that follow.

`arguments.py` reads what it is given, `lookups.py` what it looks up, `recorded.py` holds its programs and compares them
with it; here a program is chosen, and its result made into a node.
"""

import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable
from functools import partial, update_wrapper
from types import FunctionType
from typing import Any, TypeVar, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd.functions import dot
from autograd.listening import heard_by, is_anybody_told
from autograd.replay.arguments import Batch
from autograd.replay.call import Call
from autograd.replay.collector import collector_paused
from autograd.replay.lookups import Lookups
from autograd.replay.program import Program, weights_of
from autograd.replay.recorded import Recorded
from autograd.replay.tracing import ReplayError, plain
from autograd.reports import line_now
from autograd.value import Value, as_value

T = TypeVar("T")
Array = NDArray[np.float64]
MANY = 32  # recordings, above which a warning says to pad
MOST = 64  # programs that are kept
COMPARED = {1, *[2 * 4**i for i in range(30)]}  # calls of a program: 1, 2, 8, 32, 128, …


@overload
def replayed(f: Callable[..., Any], /) -> "Replayed": ...
@overload
def replayed(*, fallback: bool = False, check: bool | None = None) -> Callable[[Callable[..., Any]], "Replayed"]: ...
def replayed(f: Any = None, /, *, fallback: bool = False, check: bool | None = None) -> Any:
    """Decorate a function of Values, so that it is recorded at its first call, and replayed in NumPy from then on.

    Positional arguments are its inputs: numbers, and lists, tuples and arrays of them, nested. Values that existed
    before a call and are used in it, such as weights, are found by themselves. A call gives an ordinary Value, one node
    whose parents are these weights, so `backward()`, sums of losses and optimizers work as without the decorator. A
    program is recorded for each shape of the arguments, and for each choice of keyword arguments.

    - fallback: where the function cannot be replayed, call it as it stands, with one warning
    - check: True compares every call with the function itself, False none; else calls 1, 2, 8, 32, 128, … are

    Raises ReplayError where the function asks for a number (`if`, a comparison, `float()`, an index), draws random
    numbers, calls `backward()`, or where a comparison shows a difference. See `Replayed` for what it has beside a call.

    >>> w = Value(2.0)
    >>> @replayed
    ... def loss(xs, target):
    ...     return (sum(w * x for x in xs) - target) ** 2
    >>> loss([1.0, 2.0], 5.0).backward()
    >>> w.grad
    6.0
    >>> loss.mean([[1.0, 2.0], [0.0, 1.0]], [5.0, 2.0]).data
    0.5
    """
    decorator = partial(Replayed, fallback=fallback, check=check)
    return decorator if f is None else decorator(f)


class Replayed:
    """A function that is replayed: made by `replayed`.

    - loss(…): the loss of one sample, a Value
    - loss.mean(X, …): the mean over samples, a Value
    - loss.each(X, …): the numbers for each sample, an array
    - loss.plain(…): the function itself
    - loss.programs: what was recorded, a dict from the shapes of the arguments to a Program

    Within `grad` and its like, `detect_anomaly`, a recording, and itself, a call is one of the function itself. Side
    effects happen where it is recorded or compared, and only there. While a call computes, another thread waits.
    """

    def __init__(self, f: Callable[..., Any], *, fallback: bool = False, check: bool | None = None) -> None:
        if not callable(f) or isinstance(f, type):
            raise TypeError(f"replayed decorates a function, not {f!r} of type {type(f).__name__}")
        update_wrapper(self, f)
        self.name = getattr(f, "__name__", type(f).__name__)
        self.plain = f
        self.fallback, self.check = fallback, check
        self._lock = threading.RLock()
        self._recorded: OrderedDict[Any, Recorded] = OrderedDict()
        self._refused: set[Any] = set()
        self._lookups = Lookups({})  # what the function looked up when the first of its programs was recorded
        self._recordings = 0
        self._why = ""  # it was recorded anew the last time, if it was

    @property
    def programs(self) -> dict[Any, Program]:
        return {key: recorded.program for key, recorded in self._recorded.items()}

    def __call__(self, *args: Any, **keywords: Any) -> Value:
        """The function's Value, by replay."""
        if is_anybody_told():
            return self.plain(*args, **keywords)  # type: ignore[no-any-return]
        return self._value(Batch.of_one(args, keywords), np.ones(1))

    def mean(self, *arrays: ArrayLike, weights: ArrayLike | None = None, **keywords: Any) -> Value:
        """The mean over samples, one in each row of every array; the function is given a row as lists of numbers.

        With `weights`, a number for each sample, it is the sum of weight · value instead. Raises ValueError for no
        samples and for arrays of different lengths.
        """
        batch = Batch.of_rows(self.name, arrays, keywords)
        n = len(batch.X)
        return self._value(batch, np.full(n, 1.0 / n) if weights is None else weights_of(n, weights))

    def each(self, *arrays: ArrayLike, **keywords: Any) -> Array:
        """The numbers for each sample, an array (samples, …): nothing to differentiate."""
        batch = Batch.of_rows(self.name, arrays, keywords)
        rows = self._replay(batch, lambda found: found.values(batch))
        if rows is None:
            return np.array([plain(self._called(batch, i)) for i in range(len(batch.X))])
        for i in {*np.nonzero(~np.isfinite(rows))[0].tolist()}:
            rows[i] = plain(self._called(batch, i))
        return rows

    def _value(self, batch: Batch, weights: Array) -> Value:
        """One node, whose parents are the weights and the Values among the arguments; or the function's own graph."""
        replay = self._replay(batch, lambda found: (found, *found.evaluate(batch, weights)))
        if replay is None or not all(np.isfinite(x).all() for x in replay[1:]):
            return self._plainly(batch, weights)
        found, y, local = replay
        operation = Call(found, batch, weights, lambda: self._plainly(batch, weights))
        return Value._restored(Value, y, 0.0, tuple(local.tolist()), operation, "", found.parents(batch))

    def _replay(self, batch: Batch, compute: Callable[[Recorded], T]) -> T | None:
        """What is computed by the recording for these arguments; None where the function is called as it stands."""
        if is_anybody_told() or batch.key in self._refused:
            return None
        with self._lock, collector_paused():
            try:
                found = self._recorded_for(batch)
                result = compute(found)
                self._compare(found, batch)
                return result
            except ReplayError as error:
                self._fall_back(batch, error)
                return None

    def _fall_back(self, batch: Batch, error: ReplayError) -> None:
        """Call the function as it stands from now on, with one warning, if that is wished for."""
        self._recorded.pop(batch.key, None)
        self._called(batch, 0)  # an error that it raises itself is the user's own
        if not self.fallback:
            raise error
        if not self._refused:
            _warn(f"{error}. {self.name} is called as it stands from now on")
        self._refused.add(batch.key)

    # ---- the function itself

    def _called(self, batch: Batch, i: int) -> Any:
        """What the function itself gives for a sample. What it puts into a list is no reason to record anew."""
        with self._lock, heard_by(lambda question: None), collector_paused():  # replayed functions within are plain
            self._forget_if_changed()
            result = self.plain(*batch.sample(i), **batch.keywords)
            self._lookups.take_own_changes()
            return result

    def _plainly(self, batch: Batch, weights: Array) -> Value:
        """The weighted sum of what the function itself gives."""
        values = [as_value(self._called(batch, i)) for i in range(len(weights))]
        return values[0] if weights.tolist() == [1.0] else dot(weights.tolist(), values)

    # ---- which program, and whether it is right

    def _recorded_for(self, batch: Batch) -> Recorded:
        """What was recorded for these arguments."""
        key = batch.key
        self._forget_if_changed()
        if not self._recorded:
            self._lookups = Lookups({self.name: self.plain})
        if key not in self._recorded:
            recorded = Recorded(self.name, self.plain, batch, self._lookups, self._lock)
            if recorded.keeps_weights:
                self._lookups = Lookups({self.name: self.plain})
                recorded = Recorded(self.name, self.plain, batch, self._lookups, self._lock)
            self._recorded[key] = recorded
            self._recordings += 1
            if self._recordings == MANY + 1:
                _warn(
                    f"{self.name} has been recorded {MANY + 1} times, which takes as long as many calls each: pad the "
                    f"arguments to a few shapes, and give numbers as positional arguments{self._why}"
                )
            if len(self._recorded) > MOST:
                self._recorded.popitem(last=False)
        self._recorded.move_to_end(key)
        return self._recorded[key]

    def _forget_if_changed(self) -> None:
        """Forget all programs where something else is looked up than was."""
        if changed := self._lookups.changed():
            self._why = f"; {changed!r} has changed between calls: give it as an argument, or change a weight's .data"
            self._recorded.clear()

    def _compare(self, found: Recorded, batch: Batch) -> None:
        """Compare the first and the last row of outputs with the function itself, at some of the calls."""
        found.calls += 1
        if self.check or (self.check is None and found.calls in COMPARED):
            for i in {len(batch.X) - 1, 0}:
                found.compare(batch, i, partial(self._called, batch, i))

    # ---- as a method, and as a pickle

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """As a method: a replayed function of each instance, kept in it. A copy of the instance makes its own."""
        if instance is None:
            return self
        kept = getattr(instance, "__dict__", None)
        if not isinstance(kept, dict):
            raise TypeError(
                f"{self.name} is replayed for each instance and kept in it, which {instance!r} has no room for: leave "
                "out __slots__ and @classmethod, or decorate a function"
            )
        name = self.__qualname__  # type: ignore[attr-defined] # not that of the attribute, so that access ends here
        bound, method = self.plain.__get__(instance, owner), kept.get(name)
        if method is None or method.plain != bound:
            method = kept[name] = Replayed(bound, fallback=self.fallback, check=self.check)
            method.name = self.name
        return method

    def __reduce__(self) -> Any:
        if isinstance(self.plain, FunctionType):
            return self.__qualname__  # type: ignore[attr-defined]
        return partial(Replayed, fallback=self.fallback, check=self.check), (self.plain,)  # a copy records anew


def _warn(message: str) -> None:
    """Warn at the user's line."""
    line = line_now()
    warnings.warn_explicit(message, RuntimeWarning, line.filename, line.number)
