"""gradcheck at steep, large, tiny and undefined places: no false verdict, and a word where it cannot decide.

Expected slopes are derivatives known in closed form, computed by `math`.
"""

import math
import random

import numpy as np
import pytest

import autograd
from autograd import OPERATIONS, Operation, Value
from autograd.check import gradcheck, report
from autograd.check.differences import judge, measure
from tests.shared import INDEXED, every_row, is_fixed

CANCELLING = Operation("cancelling", lambda x: (x + 1e8) - 1e8, lambda y, x: (1.0,))


def operation(value, derivative):
    """A user's operation of one input."""
    return Operation("mine", value, lambda y, x: (derivative(x),))


# ---- every row of the table


def any_size(rng):
    return 10 ** rng.uniform(-8, 8)


def any_number(rng):
    return rng.choice((-1, 1)) * any_size(rng)


def inside_one(rng):
    """A number near 0 or near ±1."""
    small = 10 ** rng.uniform(-8, -0.01)
    return rng.choice((-1, 1)) * rng.choice((small, 1 - small))


DOMAINS = dict.fromkeys(("sqrt", "log", "log2", "log10", "power"), any_size)
DOMAINS |= dict.fromkeys(("arcsin", "arccos", "arctanh"), inside_one)
DOMAINS |= {
    "log1p": lambda rng: rng.choice((any_size(rng), -abs(inside_one(rng)))),
    "arccosh": lambda rng: 1 + any_size(rng),
}


def points(row, count):
    """Random inputs with a finite value, from 1e-8 to 1e8."""
    rng = random.Random(row.name)
    draw = DOMAINS.get(row.name, any_number)
    while count:
        xs = [draw(rng) for _ in range(row.arity or 4)]
        if "power" in row.name:
            xs[1] = rng.choice((2.0, 3.0, -1.0, -2.0))
        if row.name in INDEXED:
            xs[0] = rng.choice((0.0, 1.0, 2.0))
        if math.isfinite(row.at(*xs)[0]):
            count -= 1
            yield xs


@every_row
def test_no_row_is_blamed_and_no_rule_that_is_wrong_by_a_hundredth_passes(operation):
    undecided, total = 0, 0
    for xs in points(operation, 24):
        for i, d in enumerate(operation.at(*xs)[1]):
            if is_fixed(operation, i):
                continue
            total += 1
            f = lambda x, xs=xs, i=i: operation.at(*xs[:i], x, *xs[i + 1 :])[0]  # noqa: E731
            is_right = judge(d, f, xs[i]).is_right
            assert is_right is not False, (xs, i)
            undecided += is_right is None
            assert d == 0 or not judge(1.01 * d, f, xs[i]).is_right, (xs, i)
    assert undecided <= total / 4


@every_row
def test_every_row_agrees_at_its_own_points(operation):
    for xs in operation.points:
        free = [i for i in range(len(xs)) if not is_fixed(operation, i)]

        def of_free(*vs, xs=xs, free=free):
            inputs = dict(zip(free, vs, strict=True))
            return operation(*(inputs.get(i, x) for i, x in enumerate(xs)))

        assert not free or report(gradcheck, of_free, *(xs[i] for i in free)).ok, xs


# ---- steep, large, small


def test_a_steep_function_is_no_kink():
    steep = operation(lambda x: autograd.sin(1000 * x), lambda x: 1000 * autograd.cos(1000 * x))
    wrong = operation(lambda x: autograd.sin(1000 * x), lambda x: 1100 * autograd.cos(1000 * x))
    assert report(gradcheck, lambda a: steep(a), 0.3).ok
    found = report(gradcheck, lambda a: wrong(a), 0.3)
    assert found.ok is False
    assert "d/da: yours -24.3063, expected -22.0966 by central differences" in str(found.findings[-1])
    assert "kink" not in str(found)
    assert report(gradcheck, lambda a: (1e6 * a).tanh(), 3e-7).ok
    assert report(gradcheck, lambda a: (-((100 * a) ** 2)).exp(), 0.02).ok


@pytest.mark.parametrize(
    ("name", "x", "expected"),
    [
        ("log", 1e-6, 1e6),
        ("log", 3e-300, 1 / 3e-300),
        ("sqrt", 1e-8, 0.5e4),
        ("log1p", -1 + 1e-7, 1 / (1 + (-1 + 1e-7))),
        ("arcsin", 1 - 1e-8, 1 / math.sqrt((1e-8) * (2 - 1e-8))),
        ("sin", 1e5, math.cos(1e5)),
        ("cos", -3e7, -math.sin(-3e7)),
        ("exp", 300.0, math.exp(300)),
        ("exp", -300.0, math.exp(-300)),
        ("arctan", 1e6, 1e-12),
    ],
)
def test_the_step_follows_the_scale_of_the_function(name, x, expected):
    assert report(gradcheck, OPERATIONS[name], x).ok
    row = OPERATIONS[name]
    slope = measure(lambda t: row.at(t)[0], x)
    assert abs(slope.expected - expected) <= slope.error <= 1e-3 * abs(expected)


def test_where_the_function_raises_the_step_shrinks():
    careful = Operation("careful", math.log, lambda y, x: (1 / x,))
    assert report(gradcheck, lambda a: careful(a), 1e-6).ok
    assert judge(2.0, lambda x: 2 * x if x < 0.5 + 1e-6 else 1 / 0, 0.5).is_right


# ---- kinks


@pytest.mark.parametrize("slope", [-1.0, -0.3, 0.0, 1.0])
def test_any_slope_between_those_of_a_kink_is_right(slope):
    assert judge(slope, abs, 0.0).is_right
    assert judge(1.5 * slope, lambda x: 1.5 * abs(x - 0.1), 0.1).is_right
    assert judge(slope + 1.001 + abs(slope), abs, 0.0).is_right is False


def test_a_kink_is_told_by_its_two_slopes():
    slope = measure(lambda x: max(3 * x, x * x - x), 0.0)
    assert slope.is_kink
    assert (slope.below, slope.above) == pytest.approx((-1.0, 3.0), rel=1e-4)
    assert measure(lambda x: max(x, 0.0), 1e-8).expected == pytest.approx(1.0)  # beside one
    assert report(gradcheck, lambda a, b: a.maximum(b) * 2 - a.minimum(b), -0.7, -0.7).ok


def test_a_slope_of_one_side_of_the_kink_is_wrong_on_the_other():
    """The usual wrong relu, whose derivative is 1 everywhere."""
    assert judge(1.0, lambda x: max(x, 0.0), -0.5).is_right is False
    assert judge(1.0, lambda x: max(x, 0.0), -0.01).is_right is False


# ---- float32


class Single:
    """An engine of `+` and `*` on NumPy's float32."""

    number = np.float32

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = self.number(data), np.float32(0), parents

    def __add__(self, other):
        return type(self)(self.data + other.data, ((self, np.float32(1)), (other, np.float32(1))))

    def __mul__(self, other):
        return type(self)(self.data * other.data, ((self, other.data), (other, self.data)))

    def backward(self, g=1):
        self.grad += g
        for parent, d in self.parents:
            parent.backward(d * g)


def test_float32_numbers_are_compared_to_their_digits():
    found = report(gradcheck, lambda a, b: (a + b) * (a * b) + a, Single(0.5), Single(-2))
    assert found.ok
    assert found.notes == ["the data are less exact than float64, so gradients are compared to 0.0003 of their size"]
    assert report(gradcheck, lambda a, b: a * b * b * a + b, Single(0.1), Single(3.3)).ok
    assert report(gradcheck, lambda a, b: a * b + Single(0.02 * a.data), Single(0.5), Single(-2)).ok is False
    assert report(gradcheck, lambda a, b: (a + b) * (a * b) + a, np.float32(0.5), np.float32(-2)).notes == []


def test_float32_of_another_library_is_told_by_its_name():
    class Tensor(float):
        dtype = "torch.float32"

    class Torch(Single):
        def number(self, x):
            return Tensor(np.float32(x))

    found = report(gradcheck, lambda a, b: a * b * b * a + b, Torch(0.1), Torch(3.3))
    assert found.ok
    assert found.notes == ["the data are less exact than float64, so gradients are compared to 0.0003 of their size"]


# ---- what cannot be decided


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda a: a.sin() ** 2 + a.cos() ** 2 + a * 1e-17, 1.0),  # drowned in rounding
        (lambda a: a.sqrt(), 0.0),  # infinitely steep
        (lambda a: a.arcsin(), 1.0),
        (lambda a: a.sign(), 0.0),  # a jump
        (lambda a: a.gelu(), -8.0),  # a value without digits
    ],
)
def test_what_cannot_be_decided_is_said_and_raises_nothing(f, x, capsys):
    found = report(gradcheck, f, x)
    assert found.ok is None
    assert found.findings == []
    assert "d/da is undecided: yours " in found.notes[0]
    assert "#9a6700" in found._repr_html_()
    assert gradcheck(f, x) is None
    text = capsys.readouterr().out
    assert text.startswith("0 of 1 gradients agree with central differences, 1 cannot be decided.\nnote: d/da")


def test_what_is_wrong_beside_what_cannot_be_decided_fails():
    found = report(gradcheck, lambda a, b: a.sqrt() + b.data * b, 0.0, 3.0)
    assert found.ok is False
    assert found.verdict == "0 of 2 gradients agree with central differences, 1 cannot be decided"
    assert [finding.where for finding in found.findings] == ["d/db"]


def test_a_difference_alone_condemns_nothing():
    assert report(gradcheck, lambda a: CANCELLING(a), 1e-3).ok is None
    assert report(gradcheck, lambda a: CANCELLING(a), 1.0).ok is not False


@pytest.mark.parametrize("x", [-4.596090667021663, -4.906699052110441, -5.051126004857838])
def test_a_wrong_rule_does_not_pass_by_luck_where_the_value_has_few_digits(x):
    """At these the stairs of gelu's tail have 1.01 × its slope, at the smallest steps."""
    gelu = OPERATIONS["gelu"]
    off = Operation("off", gelu.rules.value, lambda y, x: (1.01 * gelu.rules.derivatives(y, x)[0],))
    assert not report(gradcheck, lambda a: off(a), x).ok
    assert report(gradcheck, lambda a: gelu(a), x).ok is not False


def test_the_tables_rules_are_never_blamed():
    found = report(gradcheck, lambda a: Value(a.data).sin() * a, 0.7)
    assert found.ok is False
    assert [finding.where for finding in found.findings] == ["d/da"]


# ---- arguments


def test_step_and_tolerances():
    wiggle = operation(lambda x: x + 1e-6 * autograd.sin(1e6 * x), lambda x: 1.0)  # the trend, not the wiggle
    assert report(gradcheck, lambda a: wiggle(a), 0.3).ok is False
    off = operation(lambda x: x * x, lambda x: 2.002 * x)
    assert report(gradcheck, lambda a: off(a), 1.0).ok is False
    assert report(gradcheck, lambda a: off(a), 1.0, rtol=0.01).ok
    assert report(gradcheck, lambda a: off(a), 1.0, atol=0.01).ok
    assert report(gradcheck, lambda a: a.exp(), 1.0, step=0.01).ok
    assert report(gradcheck, lambda a: (1e4 * a).sin(), 0.3, step=0.5).ok is None
    assert report(gradcheck, lambda a: (1e4 * a).sin(), 0.3, step=1e-6).ok
    assert report(gradcheck, lambda a: a * a, 1e8 + 0.1, step=0.1).ok  # 0.1 is no step that 1e8 ± h represents
    with pytest.raises(ValueError, match="step is a positive number, not 0"):
        gradcheck(lambda a: a, 1.0, step=0)


def test_a_derivative_that_is_zero():
    assert report(gradcheck, lambda a: a.cos(), 0.0).ok
    assert report(gradcheck, lambda a, b: a + (b - 5).relu(), 1e6, 1.0).ok
    assert report(gradcheck, lambda a: a.cos() + a - a.data, 0.0).ok is False  # the value is cos(a), the gradient 1
    assert report(gradcheck, lambda a: (a - 1) ** 2, 1.0).ok
