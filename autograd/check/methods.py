"""What an engine has of the methods that a check tries, what it lacks and how to mend that, what it has besides."""

import re
from functools import cache
from inspect import isfunction
from typing import Any

from autograd.check import probes
from autograd.check.driving import SAMPLE, Engine, is_close, read, takes_nothing
from autograd.check.functions import own_operation
from autograd.check.trouble import Trouble, limited
from autograd.operations import OPERATIONS
from autograd.reports import Finding, compared, shown

REMEDIES = {
    "__radd__": "`def __radd__(self, other): return self + other`",
    "__rmul__": "`def __rmul__(self, other): return self * other`",
    "__neg__": "`def __neg__(self): return self * -1`",
    "__sub__": "`def __sub__(self, other): return self + other * -1`",
    "__rsub__": "`def __rsub__(self, other): return self * -1 + other`",
    "__truediv__": "`def __truediv__(self, other): return self * other ** -1`",
    "__rtruediv__": "`def __rtruediv__(self, other): return self ** -1 * other`",
    "__add__": "`+` is `self.data + other.data`, with the local derivatives 1 and 1",
    "__mul__": "`*` is `self.data * other.data`, with the local derivatives `other.data` and `self.data`",
    "__pow__": "`**` is `self.data ** n`, with the local derivative `n * self.data ** (n - 1)`",
    "relu": "relu (or tanh, or sigmoid) is `max(self.data, 0.0)`, with the local derivative `float(self.data > 0)`",
}
UNTRIED = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "matmul": "@", "floordiv": "//", "mod": "%"}
LONG = -17.6372641  # a number that is neither small nor short
SYMBOLS = {"add": "+", "sub": "-", "neg": "-", "mul": "*", "truediv": "/", "pow": "**"}
NO_FUNCTIONS = re.compile(
    "^_|back|grad|zero|reset|clear|topo|order|sort|detach|stop|copy|clone|item|numpy|float|int|draw|show|plot|graph|dot"
    "|view|save|load|dump|write|read|put|train|fit|step|update|build|visit|trace|walk|parent|child|label|name|set|get|rand"
)


class Methods:
    """The methods of an engine.

    - there: those that probes use and the engine has; `functions` are those of them that are rows of one input
    - layers: what is tried at a level
    - missing: the methods that are asked for and not there, with what is tried of each; `lacking` are their symbols
    - untried: what the engine has besides and is not tried
    """

    def __init__(self, engine: Engine, sample: Any, level: str, seconds: float) -> None:
        self.functions = [name for name in probes.FUNCTIONS if takes_nothing(getattr(sample, name, None))]
        self.there = {name for name in probes.METHODS if hasattr(sample, name)} | {*self.functions}
        mine = {name for kind in type(sample).__mro__ if kind.__module__ != "builtins" for name in vars(kind)}
        self.untried = [f"`{symbol}`" for name, symbol in UNTRIED.items() if f"__{name}__" in mine]
        own = self._own(engine, sample, seconds) if level not in ("add", "mul") else []
        has_activation = own or level == "own" or probes.ACTIVATIONS & {*self.functions}
        functions = self.functions if has_activation else [*self.functions, "relu"]
        layers = probes.layers_at(level, [*map(probes.function_layer, functions), *own])
        lacking = [layer for layer in layers if layer.method and layer.method not in self.there]
        needed = [layer for layer in lacking if not layer.optional]
        self.lacking = {symbol for layer in needed for name, symbol in SYMBOLS.items() if name in layer.method}
        self.missing = {} if level == "own" else {layer.method: layer for layer in needed[::-1]}
        self.layers = [layer for layer in layers if layer not in lacking or layer.method in self.missing]

    def _own(self, engine: Engine, sample: Any, seconds: float) -> list[probes.Layer]:
        """The functions of one Value that are no rows: their derivatives are those of their own values."""
        kind = type(sample)
        tried = {getattr(kind, name, None) for name in self.there}
        layers = []
        for name in dir(kind):
            method = getattr(kind, name)
            if isfunction(method) and name[0] != "_" and name not in self.there and method not in tried:
                tried.add(method)
                try:
                    layers += limited(lambda: _own_layer(engine, name, getattr(sample, name)), seconds)  # noqa: B023
                except Trouble:
                    self.untried.append(f"`{name}`")
        self.there |= {layer.method for layer in layers}
        return layers

    def finding(self, name: str) -> Finding:
        """All that is missing, in one."""
        missing = dict(reversed(self.missing.items()))
        facts = [f"{name} has no `{method}`: `{layer.texts[0]}` fails" for method, layer in missing.items()]
        remedies = "\n".join(map(REMEDIES.__getitem__, missing))
        return Finding(next(iter(missing.values())).where, "\n".join(facts), remedies)


def check_new(engine: Engine, sample: Any) -> None:
    """Trouble where a new Value does not hold its number and the gradient zero."""
    kind = type(sample).__name__
    for name in (engine.data, engine.grad, engine.backward):
        if not hasattr(sample, name):
            raise Trouble(
                f"the new {kind} has no `{name}`",
                f"is `{name}` called otherwise? The names can be given: "
                '`check_value(…, data="value", grad="gradient", backward="backprop")`',
            )
    for x, v, name in ((SAMPLE, sample, "its "), (LONG, engine.make(LONG), f"{kind}({LONG})")):
        data = read(engine, v, "data", name)
        if not is_close(data, x, engine.rtol):
            hint = "the number is cut or rounded: keep it as it is given" if abs(data - x) < 1 else ""
            raise Trouble(f"{name}.{engine.data}: {compared(data, x)}", hint)
    if grad := read(engine, sample, "grad", "its "):
        raise Trouble(
            f"its .{engine.grad} is {shown(grad)} before any `{engine.backward}()`, expected 0",
            "gradients are summed up, so they start at 0",
        )


def _own_layer(engine: Engine, name: str, method: Any) -> list[probes.Layer]:
    """The layer of a function that is no row; none where it is no function, Trouble where it cannot be tried."""

    def once(x: float) -> float:
        return read(engine, getattr(engine.make(x), name)(), "data")

    if not takes_nothing(method):
        if name in (*OPERATIONS, "softmax"):
            raise Trouble("it takes more than one Value")
        return []
    if NO_FUNCTIONS.search(name):
        return []
    y = method()
    if y is method.__self__ or type(y) is not type(method.__self__):
        return []
    operation = own_operation(name, cache(once), step=0.05)
    if once(0.7) != once(0.7) or not any(operation.at(*point)[1][0] for point in operation.points):
        raise Trouble("it depends on chance, or has no slope")
    return [probes.function_layer(name, operation)]
