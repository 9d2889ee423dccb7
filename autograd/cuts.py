"""Where a graph is cut unseen: `math.exp(v)` takes a Value's number, and nothing flows back through what it gives.

Only the function that asks for the number tells such a place from a harmless one, such as `"%.2f" % v` or a plot. It is
read from the instruction that calls, once for each place in the code. `cuts_of` remembers which leaves were cut off.
"""

import cmath
import math
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dis import Instruction, get_instructions
from operator import itemgetter
from types import BuiltinFunctionType, CodeType, FrameType, ModuleType
from typing import Any, NamedTuple
from weakref import WeakSet

from autograd.operations import OPERATIONS, constant

# The functions of `math` that rows are made of, and those that do what a row does.
ROWS: dict[Any, str] = {math.fabs: "abs", math.fsum: "sum"}
ROWS |= {row.rules.value: name for name, row in OPERATIONS.items() if row.rules.value in vars(math).values()}
ROWS[math.pow] = "power"
ROWS |= {getattr(cmath, f.__name__): name for f, name in ROWS.items() if hasattr(cmath, f.__name__)}

Chain = tuple[str, ...]  # the names of what is called: ("math", "exp")

# What is called, by code and place in it: found once, or its names where they are local. The code is kept, so that its
# id is no other's.
_known: dict[int, tuple[CodeType, dict[int, Any]]] = {}
MOST = 1000  # pieces of code, and places of cuts


class Cut(NamedTuple):
    """A place where a graph was cut: the function that asked for a number, the row that does its work, the line."""

    asked: str
    row: str
    filename: str
    line: int
    function: str


_cuts: dict[Cut, WeakSet[Any]] = {}  # with the leaves that were cut off
LOOKED_AT = 100  # nodes of a graph that is cut: it takes 80 µs at most


def cuts_of(leaves: Iterable[Any]) -> dict[Cut, list[Any]]:
    """Where functions of `math` have cut off some of these leaves, with those that they have cut off."""
    leaves = list(leaves)
    found = {cut: [v for v in leaves if v in cut_off] for cut, cut_off in _cuts.copy().items()}
    return {cut: those for cut, those in found.items() if those}


def _leaves(value: Any) -> Iterator[Any]:
    """The leaves that a Value is computed from, as far as the nearest nodes tell."""
    stack = [value]
    seen = {value}
    while stack:
        v = stack.pop()
        if not v.parents and v.operation is not constant:
            yield v
        new = {p for p in v.parents[: LOOKED_AT - len(seen)] if p not in seen} if len(seen) < LOOKED_AT else ()
        seen.update(new)
        stack.extend(new)


def warn_of_cut(frame: FrameType, value: Any) -> None:
    """Warn where a frame that asks for a Value's number calls a function of `math` that the table has a row for."""
    code, place = frame.f_code, frame.f_lasti
    if id(code) not in _known:
        if len(_known) == MOST:
            _known.clear()
        _known[id(code)] = code, {}
    found = _known[id(code)][1]
    if place not in found:
        chain = _chain_called(frame)
        is_local = chain[:1] and chain[0] in (*code.co_varnames, *code.co_freevars, *code.co_cellvars)
        found[place] = chain if is_local else _row_function(chain, frame.f_builtins | frame.f_globals)
    function = found[place]
    if isinstance(function, tuple):
        function = _row_function(function, frame.f_locals)
    if function is not None:
        asked, row = f"{function.__module__}.{function.__name__}", ROWS[function]
        if len(_cuts) == MOST:
            _cuts.clear()
        cut = Cut(asked, row, code.co_filename, frame.f_lineno, code.co_name)
        _cuts.setdefault(cut, WeakSet()).update(_leaves(value))
        warnings.warn(
            f"{asked}() takes the number of {value!r} and forgets the graph, so nothing flows back through it: write "
            f"autograd.{row}(…), or {asked}(v.data) to cut it on purpose",
            RuntimeWarning,
            stacklevel=3,
        )


def _row_function(chain: Chain, scope: Mapping[str, Any]) -> Any:
    """The function of ROWS that a chain of names means; None where it is no such function."""
    if not chain:
        return None
    found = scope.get(chain[0])
    for name in chain[1:]:
        found = getattr(found, name, None) if isinstance(found, ModuleType) else None
    return found if isinstance(found, BuiltinFunctionType) and found in ROWS else None


def _chain_called(frame: FrameType) -> Chain:
    """The names of what a frame is calling; () where it calls nothing that has names."""
    *before, call = [i for i in get_instructions(frame.f_code) if i.offset <= frame.f_lasti]
    return _chain(call, before) if call.opname.startswith(("CALL", "PRECALL")) else ()


def _chain(outer: Instruction, before: list[Instruction]) -> Chain:
    """The names at the start of an expression: of `math.exp(a)`, `math` and `exp`."""
    p = outer.positions
    loads = [
        (_end(i), i)
        for i in before
        if i.positions and p and (i.positions.lineno, i.positions.col_offset) == (p.lineno, p.col_offset)
        if i.opname.startswith("LOAD_") and _end(i) < _end(outer)
    ]
    if not loads:
        return ()
    _, load = max(loads, key=itemgetter(0))
    if load.opname not in ("LOAD_ATTR", "LOAD_METHOD"):
        return (load.argval,) if isinstance(load.argval, str) else ()
    owner = _chain(load, before)
    return (*owner, load.argval) if owner else ()


def _end(instruction: Instruction) -> tuple[int, int]:
    p = instruction.positions
    return (p.end_lineno or 0, p.end_col_offset or 0) if p else (0, 0)
