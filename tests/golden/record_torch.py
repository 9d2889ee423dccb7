"""What PyTorch gives for every row of the table: the figures of torch.json.

Each row is evaluated in float64 at its own points and edges and at the extremes below, and differentiated toward each
input. One entry is [inputs, value, derivatives]; nan and infinities are strings, since JSON has no word for them, and
a derivative that PyTorch does not give is null.
"""

import json
import math
import os
from collections.abc import Callable

os.environ["ATEN_CPU_CAPABILITY"] = "default"  # nearly the same last digits on every processor

import torch
from torch.nn import functional

from autograd import OPERATIONS, Operation
from tests.shared import INDEXED

inf, nan = math.inf, math.nan
EXTREMES = (0.0, -0.0, inf, -inf, nan, 1000.0, -1000.0, 1e-300, -1e-300, 1e300, -1e300, 1.0, -1.0)
PAIRS = (
    *((x, x) for x in EXTREMES),
    *((0.0, -0.0), (-0.0, 0.0), (inf, -inf), (-inf, inf), (1000.0, -1000.0), (1e300, 1e-300), (1e-300, -1e300)),
    *((0.0, inf), (inf, 0.0), (0.0, -inf), (-inf, 0.0), (0.0, nan), (nan, 0.0), (inf, nan), (nan, -inf)),
    *((1.0, 0.0), (1.0, -0.0), (-1.0, 0.0), (1.0, nan), (nan, 1.0), (-1.0, inf), (-inf, 2.0), (-inf, 3.0), (inf, -1.0)),
    *((2.0, inf), (2.0, -inf), (0.5, inf), (0.5, -inf), (-2.0, inf), (2.0, 1000.0), (-2.0, 1001.0), (0.5, 1000.0)),
)
CONDITIONAL = tuple((c, a, b) for c in (0.0, -0.0, 1.0, -1.0, inf, nan) for a, b in ((2.0, nan), (inf, 3.0)))
MANY = (
    *((x,) for x in EXTREMES),
    *((0.0, 0.0, 3.0), (0.0, -2.0, 5.0), (-0.0, -0.0), (1e300, 1e300, 1e-300), (1e-300, 1e-300, 1e300)),
    *((-inf, -inf), (inf, inf), (inf, -inf), (-inf, 1.0, 2.0), (inf, 1.0, -2.0), (inf, 0.0), (nan, 1.0), (0.0, nan)),
    *((1000.0, 1000.0), (1000.0, -1000.0), (-1000.0, -1000.0), (-1000.0, -1001.0, -1002.0), (1000.0, 999.0, 998.0)),
)
EXTREMES_BY_ARITY = {1: tuple((x,) for x in EXTREMES), 2: PAIRS, 3: CONDITIONAL, None: MANY}

# The rows that neither torch nor its functional has under our name and with tensors for arguments.
FUNCTIONS = {
    "less": lambda a, b: torch.lt(a, b).double(),
    "less_equal": lambda a, b: torch.le(a, b).double(),
    "equal": lambda a, b: torch.eq(a, b).double(),
    "where": lambda condition, a, b: torch.where(condition != 0, a, b),
    "power": torch.pow,
    "cbrt": lambda x: torch.sign(x) * torch.abs(x) ** (1 / 3),
    "fixed_power": lambda x, n: torch.pow(x, n.item()),
    "leaky_relu": lambda x, slope: functional.leaky_relu(x, slope.item()),
    "elu": lambda x, alpha: functional.elu(x, alpha.item()),
    "sum": lambda *xs: torch.stack(xs).sum(),
    "mean": lambda *xs: torch.stack(xs).mean(),
    "prod": lambda *xs: torch.stack(xs).prod(),
    "dot": lambda *ab: torch.dot(*torch.stack(ab).view(2, -1)),
    "detached_max": lambda *xs: torch.stack(xs).detach().max(),
    "log_loss": lambda i, *xs: functional.cross_entropy(torch.stack(xs), i.long()),
    "select": lambda i, *xs: torch.stack(xs)[int(i)],
    "logsumexp": lambda *xs: torch.logsumexp(torch.stack(xs), 0),
}
UNKNOWN = {"leaky_relu", "elu"}  # their second input is a plain number to PyTorch: no derivative toward it


def inputs_of(operation: Operation) -> list[tuple[float, ...]]:
    """Where a row is recorded, each point once."""
    extremes = EXTREMES_BY_ARITY[operation.arity]
    if operation.defaults:
        extremes = [(x, *operation.defaults) for x in EXTREMES]
    if operation.name == "dot":
        extremes = [xs for xs in extremes if len(xs) % 2 == 0]
    points = [*operation.points, *operation.edges, *extremes]
    if operation.name in INDEXED:  # torch has no number for an index that is not within
        points = [*operation.points, *((0.0, *xs) for xs in MANY), *((1.0, *xs) for xs in MANY if len(xs) > 1)]
    return list({repr(xs): xs for xs in points}.values())


def function_of(name: str) -> Callable[..., torch.Tensor]:
    for functions in (FUNCTIONS, vars(torch), vars(functional)):
        if name in functions:
            return functions[name]
    raise LookupError(f"torch has no {name!r}: say in FUNCTIONS in tests/golden/record_torch.py how it computes that")


def entry(operation: Operation, inputs: tuple[float, ...]) -> list:
    """[inputs, value, derivatives] as PyTorch has them."""
    xs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in inputs]
    y = function_of(operation.name)(*xs)
    if y.requires_grad:
        derivatives = [d.item() for d in torch.autograd.grad(y, xs, materialize_grads=True)]
    else:
        derivatives = [0.0 for _ in xs]
    if operation.name in UNKNOWN:
        derivatives[1] = None
    return [[encode(x) for x in inputs], encode(y.item()), [encode(d) for d in derivatives]]


def encode(x: float | None) -> float | str | None:
    return x if x is None or math.isfinite(x) else str(x)


def text() -> str:
    """The text of torch.json, an entry a line."""
    rows = []
    for name, operation in OPERATIONS.items():
        entries = ",\n".join(json.dumps(entry(operation, inputs), allow_nan=False) for inputs in inputs_of(operation))
        rows.append(f'"{name}": [\n{entries}]')
    return f'{{"torch": "{torch.__version__.partition("+")[0]}",\n"rows": {{\n' + ",\n".join(rows) + "}}\n"
