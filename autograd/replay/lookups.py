"""What a function looks up, and what it reaches that way: where that has changed, a recording is of no use any more.

A function reaches its globals, closures and defaults, what lists, dicts and arrays among these hold, the attributes of
objects, and what functions among all these reach. Of an object only such attributes count as reached code names: the
counter of a training loop that lives in the same object changes nothing.
"""

import pickle
import random
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dis import get_instructions
from functools import cached_property, lru_cache, partial, partialmethod
from io import IOBase
from types import BuiltinMethodType, CodeType, FunctionType, MemberDescriptorType, MethodType, ModuleType
from typing import Any

import numpy as np

from autograd.operation import Operation
from autograd.reports import OURS, is_library
from autograd.value import Value

Found = tuple[Any, str]  # something, and the name that it was found by
LookedUp = tuple[Callable[[str, Any], Any], str, Any]  # how, by which name, and what was found
_ENDS = (Value, Operation, int, float, complex, np.generic, str, bytes, range, CodeType, type(None))
_FILLED = (list, dict, set, deque, np.ndarray)  # what may hold other things from one call to the next
_HOLDERS = (*_FILLED, tuple, frozenset)
_AROUND = (MethodType, BuiltinMethodType, staticmethod, classmethod, property, partial, partialmethod, cached_property)
_INSIDE = ("__func__", "__self__", "__wrapped__", "fget", "func", "args", "keywords")  # of these
_KINDS = {"LOAD_GLOBAL": "variable", "LOAD_NAME": "variable", "IMPORT_NAME": "module"} | dict.fromkeys(
    ("LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER_ATTR", "IMPORT_FROM"), "attribute"
)
_ASKING = {"getattr", "hasattr", "vars", "__dict__"}
_DRAWERS = (random.Random, np.random.Generator, np.random.RandomState)
_MISSING = object()
SETTINGS = 100  # entries of a dict, which may be as different as a data set and a learning rate
MOST = 200_000  # things in lists and arrays that are looked at: data sets are left to the comparisons


class Lookups:
    """What functions, and those that they reach, find by name; nothing is looked up in things of the types `but`.

    - found: all of it, as it was when this was made, by its id
    """

    def __init__(self, named: Mapping[str, Any], but: tuple[type, ...] = ()) -> None:
        self._ends = (*_ENDS, *but)
        self.found: dict[int, Any] = {}
        self._variables: list[LookedUp] = []
        self._held: list[LookedUp] = []  # by objects, as attributes
        self._contents: list[tuple[Any, Any, str]] = []
        self._objects: list[tuple[Any, set[str]]] = []  # each with the attributes that have been looked up in it
        self._names: set[tuple[str, str]] = set()  # by which reached code looks up, with their kinds
        self.follow(named)

    def follow(self, named: Mapping[str, Any]) -> None:
        """See to what is reached from these too."""
        ahead: list[Found] = [(x, name) for name, x in named.items()]
        while ahead:
            while ahead:
                x, name = ahead.pop()
                if not isinstance(x, self._ends) and id(x) not in self.found:
                    self.found[id(x)] = x
                    ahead += self._reached(x, name)
            ahead = self._reached_by_attributes()

    def changed(self) -> str:
        """A name under which something else is found than when this was made; "" if there is none."""
        for get, name, x in (*self._variables, *self._held):
            if get(name, _MISSING) is not x:
                return name
        return next((name for x, before, name in self._contents if not _is_same(x, before)), "")

    def take_own_changes(self) -> None:
        """Take what the function has put into lists, dicts and arrays for what they held.

        An attribute that it has stored, as attention does its weights, is not looked at from now on.
        """
        self._held = [(get, name, x) for get, name, x in self._held if get(name, _MISSING) is x]
        self._contents = [(x, x.copy(), name) for x, _, name in self._contents]

    def drawers(self) -> list[bytes]:
        """The states of what random numbers are drawn from."""
        return [pickle.dumps(x) for x in self.found.values() if type(x) in _DRAWERS]

    def iterator(self) -> Any:
        """One that is taken from, as by next(x); None if there is none."""
        return next((x for x in self.found.values() if isinstance(x, Iterator) and not isinstance(x, IOBase)), None)

    # ---- what is reached from something at once

    def _reached(self, x: Any, name: str) -> Iterable[Found]:
        parts: list[Any] = []
        if isinstance(x, _HOLDERS):
            if _size(x) > MOST:
                return []
            if isinstance(x, _FILLED):
                self._contents.append((x, x.copy(), name))
            parts += _parts(x)
        elif isinstance(x, _AROUND) or "__wrapped__" in getattr(x, "__dict__", {}):
            parts += [getattr(x, part) for part in _INSIDE if hasattr(x, part)]
        if type(x) not in _HOLDERS:
            self._objects.append((x, set()))
            parts += _of_class(x) if isinstance(x, type) else [type(x)]
        named = self._reached_by_function(x) if isinstance(x, FunctionType) else []
        return [*named, *[(part, name) for part in parts if not isinstance(part, self._ends)]]

    def _reached_by_function(self, f: FunctionType) -> list[Found]:
        code, space = f.__code__, {"variable": f.__globals__, "module": sys.modules}
        is_followed = code.co_filename.startswith(OURS[1]) or not is_library(code)
        names = _names_in(code) if is_followed else frozenset()
        self._names |= names
        cells = zip(code.co_freevars, f.__closure__ or (), strict=True)
        gets = [(space[kind].get, name) for kind, name in names if kind in space]
        gets += [(partial(_content, cell), name) for name, cell in cells]
        if not is_library(code):
            gets += [(partial(getattr, f), name) for name in ("__code__", "__defaults__", "__kwdefaults__")]
        return [self._looked_up(get, name, self._variables) for get, name in gets]

    def _reached_by_attributes(self) -> list[Found]:
        """What objects hold under the names that reached code looks up in objects; of each object what is new."""
        reached = []
        attributes, texts = ({name for kind, name in self._names if kind == wanted} for wanted in ("attribute", "text"))
        for x, seen in self._objects:
            own, kind = getattr(x, "__dict__", {}), type(x)
            names = attributes | texts
            if texts and not isinstance(x, type | ModuleType):
                names.update(own)  # the texts may be parts of names
            for name in names - seen:
                shared = getattr(kind, name, _MISSING)
                if isinstance(shared, MemberDescriptorType):  # of __slots__
                    reached.append(self._looked_up(partial(getattr, x), name, self._held))
                elif name in own or name in texts or not (shared is _MISSING or hasattr(shared, "__get__")):
                    reached.append(self._looked_up(own.get, name, self._held))
            seen |= names
        return reached

    def _looked_up(self, get: Callable[[str, Any], Any], name: str, among: list[LookedUp]) -> Found:
        x = get(name, _MISSING)
        among.append((get, name, x))
        return x, name


@lru_cache(maxsize=1000)
def _names_in(code: CodeType) -> frozenset[tuple[str, str]]:
    """What code, and that of functions within it, looks up, and of what kind that is.

    A text may be the name of an attribute, or a part of it, that is asked for by `getattr` and its like.
    """
    found = {(_KINDS[i.opname], i.argval) for i in get_instructions(code) if i.opname in _KINDS}
    asking = {name for _, name in found} & _ASKING
    if asking:
        found |= {("text", x) for x in (*asking, *code.co_consts) if isinstance(x, str) and x.isidentifier()}
    return frozenset(found).union(*[_names_in(part) for part in code.co_consts if isinstance(part, CodeType)])


def _of_class(kind: type) -> list[Any]:
    """What a class has without being asked for it by name: its bases, and what Python calls, as `__add__`."""
    special = [f for name, f in vars(kind).items() if name.startswith("__") and isinstance(f, FunctionType)]
    return [*kind.__bases__, *[f for f in special if f.__name__ == "__call__" or not is_library(f.__code__)]]


def _parts(x: Any) -> Iterable[Any]:
    return x.values() if isinstance(x, dict) else x.flat if isinstance(x, np.ndarray) else x


def _size(x: Any) -> int:
    """How many things are in it and in what it holds, if all that it holds is like the first; settings are not."""
    if isinstance(x, np.ndarray):
        return x.size
    if isinstance(x, dict) and len(x) <= SETTINGS:
        return len(x)
    return len(x) * _size(next(iter(_parts(x)), None)) if isinstance(x, _HOLDERS) else 1


def _content(cell: Any, name: str, default: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # nothing is bound yet
        return default


def _is_same(x: Any, before: Any) -> bool:
    if isinstance(x, np.ndarray):
        return bool(x.shape == before.shape and x.tobytes() == before.tobytes())
    try:
        return bool(x == before)
    except Exception:  # a number where a Value was, an array in the place of another, whatever == does elsewhere
        return False
