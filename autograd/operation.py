"""Operation: a rule for the value and one for the local derivatives, which every kind of number can read.

Words, each with one meaning in the whole project:

- *Value*: a number that remembers how it was computed. *Node*: a Value seen as a part of a graph. *Data*: its number.
- *Parents*: the nodes that a node was computed from (micrograd calls them children). *Child*: a node computed from it.
  *Leaf*: a node without parents; the others are *interior*. *Parameter*: a leaf that training changes. *Constant*: a
  leaf that stands for a plain number in an expression.
- *Operation*: what computes a node; a *row* is one of the table's. *Rule*: an operation's value or its derivatives.
- *Local derivative*: ∂node/∂parent. *Gradient*: ∂output/∂node. *Sweep*: passing gradients on, from the output back.
- *Step*: one event of a sweep, parent.grad += local derivative × child.grad. What is added is a *contribution*, and
  child.grad is *upstream* of it. *Update*: what an optimizer does to the parameters, though its method is `step()`.
- *Reading*: what a rule gives when it is fed with one kind of number. *Replay*: evaluating a recorded graph on arrays.

In a rule `y` is the output and `a, b` or `x` are the inputs; in a sweep `g` is the gradient that comes in.

Rules are ordinary arithmetic, so what they are fed with decides what they give. There are five readings, of which the
course shows four:

1. floats give the numbers that a Value records (this file);
2. arrays give a whole batch at a time (this file);
3. Values give a node (`value.py`), and in the derivatives a graph of the derivative (`differentiation.py`);
4. formulas give the text of the derivative (`formulas/`);
5. symbols give source: of a replay (`replay/symbols.py`), and of a page's JavaScript (`stepping/javascript.py`).
"""

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from importlib import import_module
from inspect import Parameter, Signature, signature
from types import FunctionType
from typing import Any, NamedTuple

import numpy as np

from autograd.floats import FLOAT_ERRORS, is_number, to_float
from autograd.tables import short

Rule = Callable[..., Any]
Point = tuple[float, ...]
_NOTHING: Any = object()


class Rules(NamedTuple):
    """What an operation computes.

    - value: (*inputs) → y
    - derivatives: (y, *inputs) → (∂y/∂input, …), a tuple with one entry for each input
    """

    value: Rule
    derivatives: Rule


class _AsCalled:
    """The signature of an operation, for tooltips: `(a, b)`, `(x, slope=0.01)`, `(*xs)`."""

    def __get__(self, operation: "Operation | None", owner: type) -> Signature:
        if operation is None:
            raise AttributeError("__signature__")  # the class has its own
        inputs = list(signature(operation.rules.derivatives).parameters.values())[1:]
        if operation.arity is not None:
            inputs = [x.replace(kind=Parameter.POSITIONAL_ONLY) for x in inputs]
        for i, default in enumerate(operation.defaults, len(inputs) - len(operation.defaults)):
            inputs[i] = inputs[i].replace(default=default)
        return Signature(inputs)


class Operation:
    r"""A differentiable function of numbers: its value and its local derivatives.

    - name: what it is called: `tanh`
    - value: (*inputs) → y, on floats, and on arrays too unless `on_arrays` is given
    - derivatives: (y, *inputs) → (∂y/∂input, …), a tuple with one entry for each input
    - on_arrays: the value on NumPy arrays, where `value` is a function of `math`
    - symbol: how it is written in an expression and a picture: `+`; the name if not given
    - latex: how LaTeX writes it: a command such as `\sigma`, or a template such as `\sqrt{#1}`
    - written: how a formula writes it out with other operations: (*inputs) → expression, or True for the value's own;
      if not given, by its symbol or as `name(inputs)`
    - doc: what it computes, in a few words or symbols
    - points: inputs where tests compare the derivatives with central differences
    - edges: inputs at kinks and at the ends of the domain, where tests compare with recorded figures

    Called on floats it returns a float, on arrays an array, on a Value (with or without numbers beside it) a new node.
    A default of the last input is read from `value`'s signature. Its attributes are the fields above, with the two
    rules as `rules`, as `on_floats` and as `on_arrays`, and `arity`, how many inputs it takes, None for any number.

    >>> cube = Operation("cube", lambda x: x * x * x, lambda y, x: (3 * x * x,))
    >>> cube(2.0)
    8.0
    >>> cube(np.array([1.0, 3.0]))
    array([ 1., 27.])
    >>> cube.at(2.0)
    (8.0, (12.0,))
    """

    __signature__ = _AsCalled()
    __slots__ = (
        "arity",
        "defaults",
        "doc",
        "edges",
        "found_by",
        "latex",
        "name",
        "on_arrays",
        "on_floats",
        "points",
        "readers",
        "rules",
        "symbol",
        "written",
    )

    def __init__(
        self,
        name: str,
        value: Rule,
        derivatives: Rule,
        *,
        on_arrays: Rule | None = None,
        symbol: str = "",
        latex: str = "",
        written: Rule | bool = False,
        doc: str = "",
        points: Iterable[float | Point] = (),
        edges: Iterable[float | Point] = (),
    ) -> None:
        if not (isinstance(name, str) and name.isidentifier()):
            raise ValueError(f"an operation's name is an identifier such as 'cube', not {name!r}")
        if not (callable(value) and callable(derivatives)):
            raise TypeError(f"operation {name!r} needs two functions: value(*inputs) and derivatives(y, *inputs)")
        self.name = name
        self.rules = Rules(value, _checked(name, derivatives))
        self.on_floats = Rules(_to_float(value), _to_floats(self.rules.derivatives))
        self.on_arrays = Rules(on_arrays or value, self.rules.derivatives)
        self.symbol = symbol or name
        self.latex = latex
        self.written: Rule | None = value if written is True else written or None
        self.doc = doc
        self.points = tuple(p if isinstance(p, tuple) else (p,) for p in points)
        self.edges = tuple(p if isinstance(p, tuple) else (p,) for p in edges)
        parameters = list(signature(derivatives).parameters.values())[1:]
        is_nary = any(p.kind is Parameter.VAR_POSITIONAL for p in parameters)
        self.arity: int | None = None if is_nary else len(parameters)
        self.defaults: tuple[float, ...] = getattr(value, "__defaults__", None) or ()
        # What a call does where all inputs are of one type; `value.py` adds Value.
        self.readers: dict[type, Rule] = {float: self.on_floats.value}
        self.found_by: Callable[[str], Operation] | None = None  # by its name, where a module's names are not enough

    def __call__(self, x: Any = _NOTHING, y: Any = _NOTHING, /, *others: Any) -> Any:
        kind = type(x)
        try:  # one and two inputs written out: tanh(v) takes 1.4 times v.tanh(), not 9
            if y is _NOTHING:
                return self.readers[kind](x)
            if type(y) is kind:
                if not others:
                    return self.readers[kind](x, y)
                if set(map(type, others)) == {kind}:
                    return self.readers[kind](x, y, *others)
        except (KeyError, TypeError):  # no reading for this type alone; a wrong number of inputs, perhaps
            pass
        except FLOAT_ERRORS:
            if kind is not float:
                raise
        return self._dispatch((x, y, *others) if y is not _NOTHING else (x,) if x is not _NOTHING else ())

    def _dispatch(self, inputs: tuple[Any, ...]) -> Any:
        """Choose the reading by the inputs' types. A type with a method `apply_operation` brings its own reading."""
        if self.arity is not None and len(inputs) != self.arity:
            missing = self.arity - len(inputs)
            if not 0 < missing <= len(self.defaults):
                inputs_word = "input" if self.arity == 1 else "inputs"
                raise TypeError(f"{self.name} takes {self.arity} {inputs_word}, got {len(inputs)}")
            inputs += self.defaults[-missing:]
        kinds = set(map(type, inputs))
        own_reading = next((kind for kind in kinds if hasattr(kind, "apply_operation")), None)
        if any(issubclass(kind, np.ndarray) for kind in kinds):
            if own_reading or any(isinstance(x, np.ndarray) and x.dtype.hasobject for x in inputs):
                return np.frompyfunc(self, len(inputs), 1)(*inputs)
            return self._on_arrays([float_array(self.name, x) for x in inputs])
        if own_reading:
            return own_reading.apply_operation(self, inputs)
        for x in inputs:
            if not is_number(x):
                advice = f": for each of them, write [{self.name}(x) for x in xs]" * isinstance(x, list | tuple)
                raise TypeError(
                    f"{self.name} takes numbers, Values and arrays, not {short(x)} of type {type(x).__name__}{advice}"
                )
        y = self._at([to_float(x) for x in inputs])
        return np.float64(y) if np.float64 in kinds else y

    def _on_arrays(self, inputs: Iterable[Any]) -> Any:
        """The value on arrays, elementwise with broadcasting, without NumPy's warnings at poles and overflow."""
        with np.errstate(all="ignore"):
            return self.on_arrays.value(*inputs)

    def _at(self, inputs: Sequence[float]) -> float:
        """The value at floats. Where Python raises, at overflow or a pole, NumPy's scalars follow IEEE 754."""
        try:
            return self.on_floats.value(*inputs)  # type: ignore[no-any-return]
        except FLOAT_ERRORS:
            return float(self._on_arrays(map(np.float64, inputs)))

    def at(self, *inputs: float) -> tuple[float, tuple[float, ...]]:
        """The value and the local derivatives at floats, as IEEE 754 and NumPy have them: overflow raises nothing."""
        numbers = [float(x) for x in inputs]
        y = self._at(numbers)
        try:
            return y, self.on_floats.derivatives(y, *numbers)
        except FLOAT_ERRORS:
            with np.errstate(all="ignore"):
                return y, _to_floats(self.rules.derivatives)(np.float64(y), *map(np.float64, numbers))

    @property
    def summary(self) -> str:
        """What is shown in the place of its inputs, where one node stands for a whole graph; "" for all others."""
        return ""

    def __repr__(self) -> str:
        return f"<operation {self.name}: {self.doc}>" if self.doc else f"<operation {self.name}>"

    def __reduce__(self) -> tuple[Callable[..., "Operation"], tuple[str, ...]]:
        """Pickle by name: a row by its name in the table, a user's operation by its name in the module of its rule."""
        if self.found_by is not None:
            return self.found_by, (self.name,)
        module = str(self.rules.derivatives.__module__)
        try:
            found = _operation_named(module, self.name)
        except (ImportError, AttributeError):
            found = None
        if found is not self:
            raise TypeError(
                f"operation {self.name!r} is pickled by its name: bind it as `{self.name}` at the top level of {module}"
            )
        return _operation_named, (module, self.name)

    def __copy__(self) -> "Operation":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "Operation":
        return self


def _operation_named(module: str, name: str) -> Operation:
    return getattr(import_module(module), name)  # type: ignore[no-any-return]


def float_array(name: str, x: Any) -> Any:
    """An array of whole numbers or truth values as floats; TypeError for one that holds anything but real numbers."""
    kind = np.asarray(x).dtype.kind
    if kind not in "biuf":
        raise TypeError(f"{name} takes arrays of real numbers, not of {np.asarray(x).dtype}")
    return x if kind == "f" else np.asarray(x, dtype=float)


# ---- rules made from rules


def renamed(rule: Rule, names: dict[str, Any]) -> Rule:
    """The same rule where the names in it mean what `names` says; a function that is not Python's own, as it is."""
    if not isinstance(rule, FunctionType):
        return rule
    return FunctionType(rule.__code__, names, rule.__name__, rule.__defaults__)


def _checked(name: str, derivatives: Rule) -> Rule:
    """The rule, with a TypeError where it gives anything but a tuple with an entry for each input."""

    @wraps(derivatives)
    def checked(y: Any, *inputs: Any) -> Any:
        found = derivatives(y, *inputs)
        if type(found) is not tuple or len(found) != len(inputs):
            raise TypeError(
                f"the derivatives of {name} must be a tuple with one entry for each of its {len(inputs)} inputs, "
                f"got {short(found)}"
            )
        return found

    return checked


def _to_float(rule: Rule) -> Rule:
    return lambda *inputs: to_float(rule(*inputs))


def _to_floats(rule: Rule) -> Rule:
    return lambda *inputs: tuple(map(to_float, rule(*inputs)))
