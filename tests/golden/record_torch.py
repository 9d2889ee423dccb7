"""Record what PyTorch gives for every row of the table: `python tests/golden/record_torch.py [path]` writes torch.json.

Each row is evaluated in float64 at its own points and edges and at the extremes below, and differentiated toward each
input. One entry is [inputs, value, derivatives]; nan and infinities are strings, since JSON has no word for them, and
a derivative that PyTorch does not give is null.
"""

import json
import math
import os
import sys
from pathlib import Path

os.environ["ATEN_CPU_CAPABILITY"] = "default"  # the same last digits on every processor
sys.path.insert(0, str(Path(__file__).parents[2]))

import torch
from torch.nn import functional

from autograd import OPERATIONS, Operation

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

# The rows that torch itself does not have under our name and with tensors for arguments.
FUNCTIONS = {
    "less": lambda a, b: torch.lt(a, b).double(),
    "less_equal": lambda a, b: torch.le(a, b).double(),
    "equal": lambda a, b: torch.eq(a, b).double(),
    "where": lambda condition, a, b: torch.where(condition != 0, a, b),
    "power": torch.pow,
    "fixed_power": lambda x, n: torch.pow(x, n.item()),
    "erf": torch.special.erf,
    "relu": functional.relu,
    "leaky_relu": lambda x, slope: functional.leaky_relu(x, slope.item()),
    "elu": lambda x, alpha: functional.elu(x, alpha.item()),
    "softplus": functional.softplus,
    "silu": functional.silu,
    "gelu": functional.gelu,
    "sum": lambda *xs: torch.stack(xs).sum(),
    "mean": lambda *xs: torch.stack(xs).mean(),
    "prod": lambda *xs: torch.stack(xs).prod(),
    "dot": lambda *ab: torch.dot(*torch.stack(ab).view(2, -1)),
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
    return list({repr(xs): xs for xs in points}.values())


def entry(operation: Operation, inputs: tuple[float, ...]) -> list:
    """[inputs, value, derivatives] as PyTorch has them."""
    xs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in inputs]
    function = FUNCTIONS.get(operation.name) or getattr(torch, operation.name)
    y = function(*xs)
    if y.requires_grad:
        derivatives = [d.item() for d in torch.autograd.grad(y, xs, materialize_grads=True)]
    else:
        derivatives = [0.0 for _ in xs]
    if operation.name in UNKNOWN:
        derivatives[1] = None
    return [[encode(x) for x in inputs], encode(y.item()), [encode(d) for d in derivatives]]


def encode(x: float | None) -> float | str | None:
    return x if x is None or math.isfinite(x) else str(x)


def golden() -> str:
    """The text of torch.json."""
    header = {"torch": torch.__version__, "regenerate": "python tests/golden/record_torch.py"}
    lines = [f'"{key}": {json.dumps(text)},' for key, text in header.items()]
    rows = []
    for name, operation in OPERATIONS.items():
        entries = ",\n".join(json.dumps(entry(operation, inputs), allow_nan=False) for inputs in inputs_of(operation))
        rows.append(f'"{name}": [\n{entries}]')
    return "{" + "\n".join([*lines, '"rows": {', ",\n".join(rows)]) + "}}\n"


if __name__ == "__main__":
    path = Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).with_name("torch.json")
    path.write_text(golden(), encoding="utf-8", newline="\n")
