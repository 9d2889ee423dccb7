"""Where math.exp(v) cuts a graph, a warning says so; whoever else asks for a number gets it quietly."""

import cmath
import math
import warnings
from math import exp as exponential

import numpy as np
import pytest

from autograd import Value, grad, sqrt

a, b = Value(0.5, "a"), Value(2.0, "b")
function = math.tanh


def by_local_name():
    f = math.sin
    return f(a)


def by_closure():
    f = math.cos
    return (lambda: f(a))()


def over_lines():
    return math.exp(
        a
    )  # fmt: skip


CUTS = {
    "an attribute": (lambda: math.exp(a) * b, "math.exp", "exp"),
    "a name": (lambda: exponential(a), "math.exp", "exp"),
    "a global name": (lambda: function(a), "math.tanh", "tanh"),
    "a local name": (by_local_name, "math.sin", "sin"),
    "a closure's name": (by_closure, "math.cos", "cos"),
    "the first input": (lambda: math.pow(a, 2), "math.pow", "power"),
    "the second input": (lambda: math.pow(2, a), "math.pow", "power"),
    "a base": (lambda: math.log(b, 2), "math.log", "log"),
    "within a call": (lambda: math.log(1 + math.exp(a)), "math.exp", "exp"),
    "over several lines": (over_lines, "math.exp", "exp"),
    "a comprehension": (lambda: [math.sqrt(v) for v in (a, b)], "math.sqrt", "sqrt"),
    "a choice": (lambda: math.exp(a if a.data > 0 else b), "math.exp", "exp"),
    "arguments from a list": (lambda: math.exp(*[a]), "math.exp", "exp"),
    "complex": (lambda: cmath.exp(a), "cmath.exp", "exp"),
    "another name": (lambda: math.asin(a), "math.asin", "arcsin"),
    "no row's own": (lambda: math.fabs(a), "math.fabs", "abs"),
}
QUIET = {
    "float": lambda: float(a),
    "a format": lambda: f"{a:.2f}",
    "an old format": lambda: "%.2f" % a,  # noqa: UP031
    "isnan": lambda: math.isnan(a),
    "isclose": lambda: math.isclose(a, b),
    "a function without a row": lambda: math.gamma(a),
    "an array": lambda: np.array([a, b], dtype=float),
    "a key": lambda: sorted([a, b], key=float),
    "complex": lambda: complex(a),
    "of float()": lambda: math.exp(float(a)),
    "of data": lambda: math.exp(a.data),
    "the table's": lambda: sqrt(b),
    "NumPy's": lambda: np.exp(a),
}


@pytest.mark.parametrize("case", CUTS)
def test_a_function_of_math_on_a_value_warns(case):
    call, asked, row = CUTS[case]
    for _ in range(2):  # the place is known the second time
        message = rf"{asked}\(\) takes the number of Value.* write autograd\.{row}\(…\), or {asked}\(v.data\)"
        with pytest.warns(RuntimeWarning, match=message) as caught:
            call()
        assert {w.filename for w in caught} == {__file__}


@pytest.mark.parametrize("case", QUIET)
def test_whoever_else_asks_for_a_number_gets_it_quietly(case):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        QUIET[case]()


def test_one_place_may_call_one_function_and_then_another():
    results = []
    for f in (math.exp, math.isnan, math.exp):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            f(a)
        results.append(len(caught))
    assert results == [1, 0, 1]


def test_code_without_a_file_is_told_too():
    with pytest.warns(RuntimeWarning, match="math.exp"):
        exec("import math\nmath.exp(a)", {"a": a})


def test_within_grad_it_is_refused():
    with pytest.raises(TypeError, match="float\\(\\) of a Value"):
        grad(lambda x: math.exp(x))(1.0)
