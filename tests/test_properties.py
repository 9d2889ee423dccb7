"""Random expressions of up to 200 nodes against mpmath at 80 digits, and what holds for the sweep of every graph.

The reference evaluates the expression forward with mpmath's functions and takes central differences, so that nothing
of the table is used. Expressions are grown from numbers: each step chooses an operation and operands from the nodes
so far where the operation is smooth, and the result moderate enough for 1e-9 to be asked of rounded arithmetic.
"""

import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import OPERATIONS, Value, derivatives, topological_order
from autograd.value import as_value
from tests.shared import INDEXED, OPERATORS

mpmath = pytest.importorskip("mpmath")
from mpmath import mp, mpf

every_expression = settings(max_examples=60)

REFERENCE = {
    "less": lambda a, b: mpf(a < b),
    "less_equal": lambda a, b: mpf(a <= b),
    "equal": lambda a, b: mpf(a == b),
    "where": lambda condition, a, b: a if condition != 0 else b,
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "negative": lambda x: -x,
    "positive": lambda x: x,
    "power": lambda a, b: a**b,
    "fixed_power": lambda x, n: x**n,
    "square": lambda x: x**2,
    "sqrt": mpmath.sqrt,
    "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
    "hypot": mpmath.hypot,
    "abs": mpmath.fabs,
    "sign": mpmath.sign,
    "maximum": lambda a, b: max(a, b),
    "minimum": lambda a, b: min(a, b),
    "exp": mpmath.exp,
    "expm1": lambda x: mpmath.exp(x) - 1,
    "exp2": lambda x: mpf(2) ** x,
    "log": mpmath.log,
    "log1p": lambda x: mpmath.log(1 + x),
    "log2": lambda x: mpmath.log(x, 2),
    "log10": lambda x: mpmath.log(x, 10),
    "logaddexp": lambda a, b: mpmath.log(mpmath.exp(a) + mpmath.exp(b)),
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "arcsin": mpmath.asin,
    "arccos": mpmath.acos,
    "arctan": mpmath.atan,
    "arctan2": mpmath.atan2,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "tanh": mpmath.tanh,
    "arcsinh": mpmath.asinh,
    "arccosh": mpmath.acosh,
    "arctanh": mpmath.atanh,
    "erf": mpmath.erf,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "relu": lambda x: max(x, mpf(0)),
    "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
    "elu": lambda x, alpha: x if x > 0 else alpha * (mpmath.exp(x) - 1),
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
    "gelu": lambda x: x * mpmath.ncdf(x),
    "sum": lambda *xs: mpmath.fsum(xs),
    "mean": lambda *xs: mpmath.fsum(xs) / len(xs),
    "prod": lambda *xs: mpmath.fprod(xs),
    "dot": lambda *ab: mpmath.fdot(ab[: len(ab) // 2], ab[len(ab) // 2 :]),
    "detached_max": max,
    "select": lambda i, *xs: xs[int(i)] + 0,
    "log_loss": lambda i, *xs: mpmath.log(mpmath.fsum(map(mpmath.exp, xs))) - xs[int(i)],
    "logsumexp": lambda *xs: mpmath.log(mpmath.fsum(map(mpmath.exp, xs))),
}

# How far the inputs are from a kink or a jump, where the derivative has no one value.
DISTANCE = {
    **dict.fromkeys(["abs", "sign", "relu"], lambda x: x),
    **dict.fromkeys(["leaky_relu", "elu"], lambda x, slope: x),
    **dict.fromkeys(["less", "less_equal", "equal", "maximum", "minimum"], lambda a, b: a - b),
    "where": lambda condition, a, b: condition,
    "arctan2": lambda a, b: a if b <= 0 else 1.0,  # the cut along the negative half of an axis, and its end
    "detached_max": lambda *xs: 0.0,  # differences see what does not flow
}

# A user writes these with operators, and those of many inputs with sequences.
SPELLED = {
    **OPERATORS,
    "dot": lambda *ab: autograd.dot(ab[: len(ab) // 2], ab[len(ab) // 2 :]),
    **{
        name: lambda *xs, name=name: getattr(autograd, name)(xs)
        for name in ("sum", "mean", "prod", "logsumexp", "detached_max")
    },
    **{name: lambda i, *xs, name=name: getattr(autograd, name)(as_value(i), xs) for name in INDEXED},
}


class Expression:
    """Leaves, and steps (name, operands): an operand is the index of a leaf or an earlier step, or a plain number."""

    def __init__(self, leaves, seeds):
        self.leaves = leaves
        self.steps = []
        self.numbers = list(leaves)
        self.errors = [0.0] * len(leaves)  # a bound of the rounding errors, so that chaotic expressions are not grown
        for seed in seeds:
            self.grow(Random(seed))
        used = {operand for _, operands in self.steps for operand in operands if type(operand) is int}
        self.steps.append(("mean", tuple(i for i in range(len(self.numbers)) if i not in used)))

    def grow(self, random):
        """Append a random step that is smooth and moderate, if one of 20 is."""
        for _ in range(20):
            name = random.choice([name for name in OPERATIONS if name in REFERENCE])
            arity = OPERATIONS[name].arity or random.choice([2, 4, 6])
            everything = range(len(self.numbers))
            operands = [random.choice(random.choice([everything, everything[-8:]])) for _ in range(arity)]
            if name == "fixed_power":
                operands[1] = random.choice([-2.0, -1.0, 0.0, 0.5, 1.0, 2.0, 3.0])
            elif name in INDEXED:
                operands[0] = float(random.randrange(arity - 1))
            elif arity > 1 and random.random() < 0.2:
                operands[random.randrange(arity)] = random.uniform(-3, 3)
            xs = [self.numbers[x] if type(x) is int else x for x in operands]
            errors = [self.errors[x] if type(x) is int else 0.0 for x in operands]
            y, local = OPERATIONS[name].at(*xs)
            error = 1e-16 + sum(abs(d) * e for d, e in zip(local, errors, strict=True))
            is_smooth = abs(DISTANCE.get(name, lambda *xs: 1.0)(*xs)) > 1e-6
            if is_smooth and abs(y) < 20 and all(abs(d) < 20 for d in local) and error < 1e-13:
                self.steps.append((name, tuple(operands)))
                self.numbers.append(y)
                self.errors.append(error)
                return

    def nodes(self, leaves, functions):
        """The leaves and the results of all steps, by the functions of each name."""
        nodes = list(leaves)
        for name, operands in self.steps:
            nodes.append(functions[name](*[nodes[x] if type(x) is int else x for x in operands]))
        return nodes

    def values(self):
        leaves = [Value(x) for x in self.leaves]
        functions = {name: SPELLED.get(name) or getattr(autograd, name) for name in OPERATIONS}
        return leaves, self.nodes(leaves, functions)

    def reference(self):
        """The value of the last step and its derivative toward each leaf, at 80 digits."""
        with mp.workdps(80):
            h = mpf(10) ** -25
            leaves = [mpf(x) for x in self.leaves]
            at = lambda i, x: self.nodes([*leaves[:i], x, *leaves[i + 1 :]], REFERENCE)[-1]  # noqa: E731
            y = self.nodes(leaves, REFERENCE)[-1]
            return y, [(at(i, x + h) - at(i, x - h)) / (2 * h) for i, x in enumerate(leaves)]


def magnitudes(output, leaves):
    """For each leaf the sum of the absolute products along the paths from the output: what rounding is relative to."""
    total = dict.fromkeys(topological_order(output), 0.0) | {output: 1.0}
    for node in reversed(topological_order(output)):
        for parent, d in zip(node.parents, node.local_derivatives, strict=True):
            total[parent] += abs(d) * total[node]
    return [total.get(leaf, 0.0) for leaf in leaves]


numbers = st.integers(-2000, 2000).map(lambda n: n / 1000 + 0.0003)
seeds = st.integers(1, 195).flatmap(lambda n: st.lists(st.integers(0, 2**32 - 1), min_size=n, max_size=n))
expressions = st.builds(Expression, st.lists(numbers, min_size=1, max_size=4), seeds)


def test_the_reference_knows_every_row():
    assert REFERENCE.keys() == OPERATIONS.keys(), "write a row's value in mpmath's words in REFERENCE above"


@given(expressions)
@every_expression
def test_value_and_gradients_are_those_of_mpmath(expression):
    leaves, nodes = expression.values()
    y, expected = expression.reference()
    nodes[-1].backward()
    assert abs(nodes[-1].data - y) <= 1e-9 * max(1, *map(abs, expression.numbers))
    for leaf, derivative, magnitude in zip(leaves, expected, magnitudes(nodes[-1], leaves), strict=True):
        assert abs(leaf.grad - derivative) <= 1e-9 * magnitude


@given(expressions)
@every_expression
def test_derivatives_are_the_gradients_of_backward(expression):
    _, nodes = expression.values()
    found = derivatives(nodes[-1], nodes)
    assert {node.grad for node in nodes} == {0.0}
    nodes[-1].backward()
    for node, derivative, magnitude in zip(nodes, found, magnitudes(nodes[-1], nodes), strict=True):
        assert abs(node.grad - derivative.data) <= 1e-12 * magnitude


@given(expressions)
@every_expression
def test_a_second_backward_doubles_the_leaves_and_leaves_the_rest(expression):
    leaves, nodes = expression.values()
    nodes[-1].backward()
    once = [node.grad for node in nodes]
    nodes[-1].backward()
    assert [node.grad for node in nodes[len(leaves) :]] == once[len(leaves) :]
    assert [leaf.grad for leaf in leaves] == [2 * gradient for gradient in once[: len(leaves)]]


@given(expressions)
@every_expression
def test_two_losses_that_share_a_subgraph_add_up(expression):
    leaves, nodes = expression.values()
    one, other = nodes[-1], nodes[len(nodes) // 2]
    total = [a.data + b.data for a, b in zip(derivatives(one, leaves), derivatives(other, leaves), strict=True)]
    one.backward()
    other.backward()
    sizes = zip(magnitudes(one, leaves), magnitudes(other, leaves), strict=True)
    for leaf, gradient, size in zip(leaves, total, map(sum, sizes), strict=True):
        assert math.isclose(leaf.grad, gradient, abs_tol=1e-12 * size)
