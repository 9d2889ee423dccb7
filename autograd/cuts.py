"""Where a graph is cut unseen: `math.exp(v)` takes a Value's number, and nothing flows back through what it gives.

Only the function that asks for the number tells such a place from a harmless one, such as `"%.2f" % v` or a plot. It is
read from the instruction that calls, once for each place in the code.
"""

import cmath
import math
import warnings
from collections.abc import Mapping
from dis import Instruction, get_instructions
from operator import itemgetter
from types import BuiltinFunctionType, CodeType, FrameType, ModuleType
from typing import Any

from autograd.operations import OPERATIONS

# The functions of `math` that rows are made of, and those that do what a row does.
ROWS: dict[Any, str] = {math.fabs: "abs", math.fsum: "sum"}
ROWS |= {row.rules.value: name for name, row in OPERATIONS.items() if row.rules.value in vars(math).values()}
ROWS[math.pow] = "power"
ROWS |= {getattr(cmath, f.__name__): name for f, name in ROWS.items() if hasattr(cmath, f.__name__)}

Chain = tuple[str, ...]  # the names of what is called: ("math", "exp")

# What is called, by code and place in it: found once, or its names where they are local. The code is kept, so that its
# id is no other's.
_known: dict[int, tuple[CodeType, dict[int, Any]]] = {}
MOST = 1000  # pieces of code


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
