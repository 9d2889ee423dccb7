"""What several test files share: graphs, a user's own operation, every row of the table, processes, LaTeX, colours."""

import gc
import operator
import os
import re
import subprocess
import sys
from pathlib import Path
from time import process_time

import pytest

from autograd import OPERATIONS, Operation, Value, exp

ROOT = Path(__file__).parent.parent

every_row = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)

cube = Operation("cube", lambda x: x * x * x, lambda y, x: (3 * x * x,))

# How a user writes these rows.
OPERATORS = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
    "fixed_power": operator.pow,
    "negative": operator.neg,
    "positive": operator.pos,
    "abs": operator.abs,
}

# Labels that would do harm where they were not escaped, or have no place to stand.
HOSTILE = [
    "<script>alert(1)</script>",
    '</script><img src=x onerror="alert(1)">',
    'a"b',
    "{x|y}",
    "∂",
    "x" * 500,
    "",
    "${alert(1)}`",
]


def neuron():
    x, w, b = Value(2.0, "x"), Value(-3.0, "w"), Value(6.5, "b")
    y = (w * x + b).tanh()
    y.label = "y"
    return y


def slide():
    """The circuit of Stanford's CS231n, lecture 4: a neuron of two inputs and a sigmoid of gates."""
    numbers = {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0}
    w0, x0, w1, x1, w2 = (Value(x, name) for name, x in numbers.items())
    f = 1 / (1 + exp(-(w0 * x0 + w1 * x1 + w2)))
    f.label = "f"
    return f


def values_alive():
    return sum(type(x) is Value for x in gc.get_objects())


def python(*arguments, cwd=ROOT, check=True, **environment):
    """Python in a process of its own, which finds the packages by the folder where it runs."""
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", **environment}
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", cwd=cwd, check=check, env=environment)


def loop():
    """Three million steps, 0.1 s on a quick machine: other times are compared with it, since machines differ."""
    x = 0.0
    for i in range(3_000_000):
        x = 0.5 * x + i


def seconds_of(f):
    """The computing time of a call."""
    start = process_time()
    f()
    return process_time() - start


def assert_balanced(latex):
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", latex.replace(r"\\", "")):
        depth += 1 if brace == "{" else -1
        assert depth >= 0, latex
    assert depth == 0, latex
    assert latex.count(r"\left") == latex.count(r"\right")
    assert latex.count(r"\begin") == latex.count(r"\end")


def assert_drawn(latex):
    """LaTeX is read by matplotlib, which raises ValueError for what it cannot read."""
    parser = pytest.importorskip("matplotlib.mathtext").MathTextParser("path")
    assert parser.parse(f"${latex}$".replace(r"{\&}", "x")).width > 0  # it knows no ampersand


# Inputs that nothing flows to, though the value rests on them.
INDEXED = {"select", "log_loss"}  # rows whose first input is an index into the others
FIXED = {"fixed_power": {1}, "detached_max": range(4), "select": {0}, "log_loss": {0}}


def is_fixed(operation, i):
    return i in FIXED.get(operation.name, ())


def rgb(colour):
    return [int(h, 16) for h in re.findall("..", colour[1:])]


def contrast(a, b):
    """The ratio of luminances, as WCAG 2.1 defines it."""

    def luminance(colour):
        linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in (c / 255 for c in colour)]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)
