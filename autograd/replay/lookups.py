"""What a function looks up, and what it reaches that way: where that has changed, a recording is of no use any more.

A function reaches its globals, closures and defaults, what lists, dicts and arrays among these hold, the attributes of
objects, and what functions among all these reach. Of an object only such attributes count as reached code names, and
that it gets others: the counter of a training loop that lives in the same object changes nothing.
"""

import pickle
import random
import sys
from collections import deque
from collections.abc import Callable, Iterable, KeysView, Mapping
from dis import get_instructions
from functools import cached_property, lru_cache, partial, partialmethod
from types import BuiltinMethodType, CellType, CodeType, FunctionType, MemberDescriptorType, MethodType, ModuleType
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
_ASKING = {"getattr", "hasattr", "vars", "__dict__"}  # for attributes by text
_DRAWERS = (random.Random, np.random.Generator, np.random.RandomState)
_MISSING = object()
MOST = 200_000  # things in lists and arrays that are looked at: data sets are left to the comparisons


class Lookups:
    """What functions, and those that they reach, find by name.

    - found: all of it, as it was when this was made, by its id
    """

    def __init__(self, named: Mapping[str, Any]) -> None:
        self.found: dict[int, Any] = {}
        self._looked_up: list[LookedUp] = []
        self._contents: list[tuple[Any, Any, str]] = []
        self._objects: list[tuple[Any, set[str]]] = []  # each with the attributes that have been looked up in it
        self._names: set[tuple[str, str]] = set()  # by which reached code looks up, with their kinds
        self._asks_by_text = False  # whether code of the user's asks for attributes by names that are not in it
        self.follow(named)

    def follow(self, named: Mapping[str, Any]) -> None:
        """See to what is reached from these too."""
        ahead: list[Found] = [(x, name) for name, x in named.items()]
        while ahead:
            while ahead:
                x, name = ahead.pop()
                if not isinstance(x, _ENDS) and id(x) not in self.found:
                    self.found[id(x)] = x
                    ahead += self._reached(x, name)
            ahead = self._reached_by_attributes()

    def changed(self) -> str:
        """A name under which something else is found than when this was made; "" if there is none."""
        for get, name, x in self._looked_up:
            if get(name, _MISSING) is not x:
                return name
        return next((name for x, before, name in self._contents if not _is_same(x, before)), "")

    def take_own_changes(self) -> None:
        """Take what the function has put into lists, dicts, arrays and objects for what they held.

        What it has stored under a name, as attention does its weights, is not looked at from now on.
        """
        self._looked_up = [(get, name, x) for get, name, x in self._looked_up if get(name, _MISSING) is x]
        self._contents = [(x, _copied(x), name) for x, _, name in self._contents]

    def drawers(self) -> list[bytes]:
        """The states of what random numbers are drawn from."""
        return [pickle.dumps(x) for x in self.found.values() if type(x) in _DRAWERS]

    # ---- what is reached from something at once

    def _reached(self, x: Any, name: str) -> Iterable[Found]:
        reached: list[Found] = self._reached_by_function(x) if isinstance(x, FunctionType) else []
        parts: list[Any] = []
        own = getattr(x, "__dict__", {})
        if isinstance(x, _HOLDERS):
            if _size(x) > MOST:
                return []
            if isinstance(x, _FILLED):
                self._keep(x, name)
            parts += x.values() if isinstance(x, dict) else x.flat if isinstance(x, np.ndarray) else x
        elif isinstance(x, _AROUND) or "__wrapped__" in own:
            parts += [getattr(x, part) for part in _INSIDE if hasattr(x, part)]
        is_ours = str(type(x).__module__).startswith("autograd.")  # a replayed function keeps what it recorded
        if type(x) not in _HOLDERS and not is_ours:
            self._objects.append((x, set()))
            if not isinstance(x, FunctionType | ModuleType):
                self._keep(own.keys(), name)  # for it may get others
            if isinstance(x, type):  # it has bases, and what Python calls without a name, as __add__
                parts += x.__bases__
                reached += [self._look_up(own.get, special) for special in own if _is_special(own, special)]
            else:
                parts.append(type(x))
        return [*reached, *[(part, name) for part in parts if not isinstance(part, _ENDS)]]

    def _reached_by_function(self, f: FunctionType) -> list[Found]:
        code, space = f.__code__, {"variable": f.__globals__, "module": sys.modules}
        is_followed = code.co_filename.startswith(OURS[1]) or not is_library(code)
        names = _names_in(code) if is_followed else frozenset()
        self._names |= names
        self._asks_by_text |= not is_library(code) and not _ASKING.isdisjoint(name for _, name in names)
        cells = zip(code.co_freevars, f.__closure__ or (), strict=True)
        gets = [(space[kind].get, name) for kind, name in names if kind in space]
        gets += [(partial(_content, cell), name) for name, cell in cells]
        if not is_library(code):
            gets += [(partial(getattr, f), name) for name in ("__code__", "__defaults__", "__kwdefaults__")]
        return [self._look_up(get, name) for get, name in gets]

    def _reached_by_attributes(self) -> list[Found]:
        """What objects hold under the names that reached code looks up in objects; of each object what is new."""
        reached = []
        attributes = {name for kind, name in self._names if kind == "attribute"}
        for x, seen in self._objects:
            own = getattr(x, "__dict__", {})
            names = attributes.union(own if self._asks_by_text and not isinstance(x, type | ModuleType) else ())
            for name in names - seen:
                is_slot = isinstance(getattr(type(x), name, None), MemberDescriptorType)
                if is_slot or name in own:
                    reached.append(self._look_up(partial(getattr, x) if is_slot else own.get, name))
            seen |= names
        return reached

    def _look_up(self, get: Callable[[str, Any], Any], name: str) -> Found:
        x = get(name, _MISSING)
        self._looked_up.append((get, name, x))
        return x, name

    def _keep(self, x: Any, name: str) -> None:
        self._contents.append((x, _copied(x), name))


@lru_cache(maxsize=1000)
def _names_in(code: CodeType) -> frozenset[tuple[str, str]]:
    """What code, and that of functions within it, looks up, and of what kind that is."""
    found = frozenset([(_KINDS[i.opname], i.argval) for i in get_instructions(code) if i.opname in _KINDS])
    return found.union(*[_names_in(part) for part in code.co_consts if isinstance(part, CodeType)])


def _is_special(own: Mapping[str, Any], name: str) -> bool:
    """Whether it is a method that Python calls, such as `__add__`; of a library's, `__call__` alone."""
    f = own[name]
    return name.startswith("__") and isinstance(f, FunctionType) and (name == "__call__" or not is_library(f.__code__))


def _size(x: Any, depth: int = 10) -> int:
    """How many things are in it, if all that a list holds is like the first; a list may hold itself."""
    if depth and isinstance(x, list | tuple) and x:
        return len(x) * _size(x[0], depth - 1)
    return x.size if isinstance(x, np.ndarray) else 1


def _content(cell: CellType, name: str, default: Any) -> Any:
    return default if cell == CellType() else cell.cell_contents  # one is equal to an empty one where it is empty


def _copied(x: Any) -> Any:
    return {*x} if isinstance(x, KeysView) else x.copy()


def _is_same(x: Any, before: Any) -> bool:
    try:
        if isinstance(x, np.ndarray):
            return bool(x.shape == before.shape and x.tobytes() == before.tobytes())
        return bool(x == before) and (not isinstance(x, dict) or [*x] == [*before])
    except Exception:  # a number where a Value was, an array in the place of another, whatever == does elsewhere
        return False
