"""Lines that may have cut a graph: where a user's code computes on with the plain number of a Value, `v.data`.

Nothing remembers who read `.data`, and most who do are right. So only that is looked at which computes a result: the
methods of the model, and the functions that the caller names and that train nothing. Of the caller's own lines it is
those that read a Value which is computed from what was cut off.
"""

from collections.abc import Callable, Iterator
from dis import Instruction, get_instructions
from itertools import pairwise
from types import CodeType, FrameType, FunctionType
from typing import Any

from autograd.backprop import topological_order
from autograd.reports import Line, is_someone_elses
from autograd.value import Value

FORWARD = "__call__", "forward", "batch"
TRAINING = {"backward", "step", "print"}
LOGGING = {"print", "append", "diagnose"}


def suspects(cut_off: set[Value], model: Any, frame: FrameType) -> list[Line]:
    """The lines that a frame's code, the functions that it names and the model have, in this order."""
    scope = frame.f_globals | frame.f_locals
    modules = [module for _, module in model.named_modules()] if hasattr(model, "named_modules") else [model]
    functions = [scope.get(name) for name in (*frame.f_code.co_names, *frame.f_code.co_varnames)]
    functions += [vars(kind).get(name) for kind in map(type, modules) for name in FORWARD]
    codes = [f.__code__ for f in functions if isinstance(f, FunctionType) and is_someone_elses(f.__code__)]

    def is_cut_off(name: Any) -> bool:
        v = scope.get(name) if isinstance(name, str) else None
        return isinstance(v, Value) and not cut_off.isdisjoint(topological_order(v))

    found = [*_lines(frame.f_code, is_cut_off)]
    for code in codes:
        if TRAINING.isdisjoint(code.co_names):
            within = [code, *(c for c in code.co_consts if isinstance(c, CodeType))]  # comprehensions, before 3.12
            found += [line._replace(function=code.co_name) for c in within for line in _lines(c, lambda name: True)]
    return [*dict.fromkeys(found)]


def _lines(code: CodeType, is_meant: Callable[[Any], bool]) -> Iterator[Line]:
    """The lines that read `.data` or `.item()` of what is meant, and neither set a number nor show it."""
    instructions = list(get_instructions(code))
    passed = {_line(i) for i in instructions if i.argval in LOGGING or i.opname.startswith(("FORMAT", "STORE_ATTR"))}
    for owner, i in pairwise(instructions):
        reads = i.opname in ("LOAD_ATTR", "LOAD_METHOD") and i.argval in ("data", "item")
        name = (
            owner.argval[-1] if isinstance(owner.argval, tuple) else owner.argval
        )  # from 3.13 two may be loaded at once
        if reads and _line(i) not in passed and is_meant(name):
            yield Line(code.co_filename, _line(i), code.co_name)


def _line(instruction: Instruction) -> int:
    return (instruction.positions.lineno if instruction.positions else None) or 0
