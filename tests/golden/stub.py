"""The text of autograd/elementary.pyi: the typed names of the table's rows."""

from inspect import signature

from autograd import OPERATIONS, Operation, Value

HEADER = '''"""Made from the table of operations by `python -m tests.renew`: change the table, not this file."""

from typing import Any, overload

from numpy.typing import NDArray

from autograd.value import Value

Array = NDArray[Any]
'''


def parameters(operation: Operation, kind: str, first: str | None = None) -> str:
    """`a: float, b: float = ...` for a row's inputs of one kind; the first of another kind where that is given."""
    assert operation.arity is not None
    names = list(signature(operation.rules.derivatives).parameters)[1:]
    optional = operation.arity - len(operation.defaults)
    kinds = [first or kind, *[kind] * (operation.arity - 1)]
    defaults = [""] * optional + [" = ..."] * len(operation.defaults)
    return ", ".join([*(f"{name}: {k}{d}" for name, k, d in zip(names, kinds, defaults, strict=True)), "/"])


def function(operation: Operation) -> str:
    mixed = "Value | float"
    lines = [f"def {operation.name}({parameters(operation, 'float')}) -> float: ..."]
    if operation.arity == 1:
        lines += [f"def {operation.name}({parameters(operation, 'Value')}) -> Value: ..."]
    else:
        lines += [f"def {operation.name}({parameters(operation, mixed)}) -> Value: ..."]
    lines += [f"def {operation.name}({parameters(operation, 'Any', 'Array')}) -> Array: ..."]
    lines[-1] = lines[-1].removesuffix("...") + f'\n    """{operation.doc}."""'
    return "\n".join(f"@overload\n{line}" for line in lines)


def method(operation: Operation) -> str:
    others = parameters(operation, "Value | float").split(", ")[1:]
    return f'    def {operation.name}({", ".join(["self", *others])}) -> Value:\n        """{operation.doc}."""'


def text() -> str:
    rows = [operation for operation in OPERATIONS.values() if operation.arity is not None]
    functions = "\n\n".join(map(function, rows))
    methods = "\n".join(method(operation) for operation in rows if hasattr(Value, operation.name))
    names = "".join(f'    "{operation.name}",\n' for operation in rows)
    return f"{HEADER}\n__all__ = [\n{names}]\n\n{functions}\n\nclass Methods:\n    __slots__ = ()\n{methods}\n"
