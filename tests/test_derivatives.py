"""Derivatives as graphs and as functions: any order, any nesting, several forms of argument."""

import math

import numpy as np
import pytest

from autograd import Value, cos, derivatives, dot, exp, grad, hessian, jacobian, sin, sum, tanh, value_and_grad


def rosenbrock(v):
    return sum([100 * (v[i + 1] - v[i] ** 2) ** 2 + (1 - v[i]) ** 2 for i in range(len(v) - 1)])


def rosenbrock_hessian(x):
    n = len(x)
    h = np.zeros((n, n))
    for i in range(n - 1):
        h[i, i] += 1200 * x[i] ** 2 - 400 * x[i + 1] + 2
        h[i, i + 1] = h[i + 1, i] = -400 * x[i]
        h[i + 1, i + 1] += 200
    return h


def test_derivatives_are_graphs():
    x = Value(3.0)
    (first,) = derivatives(x**4, [x])
    (second,) = derivatives(first, [x])
    (third,) = derivatives(second, [x])
    assert (first.data, second.data, third.data) == (108.0, 108.0, 72.0)
    third.backward()
    assert x.grad == 24.0


def test_derivatives_leave_every_gradient_alone():
    x = Value(3.0)
    y = x * x
    y.backward()
    derivatives(y, [x])
    assert (x.grad, y.grad) == (6.0, 1.0)


def test_derivatives_toward_inner_nodes_themselves_and_strangers():
    x, stranger = Value(3.0), Value(1.0)
    b = x * x
    y = b * b
    assert [d.data for d in derivatives(y, [b, x, y, stranger])] == [18.0, 108.0, 1.0, 0.0]
    assert [d.data for d in derivatives(y, b)] == [18.0]
    assert derivatives(y, []) == []


def test_a_plain_exponent_stays_out_of_the_derivative_graph():
    x = Value(-3.0)
    (first,) = derivatives(x**3, [x])
    (second,) = derivatives(first, [x])
    assert (first.data, second.data) == (27.0, -18.0)


def test_a_constant_can_be_differentiated_toward():
    a = Value(2.0)
    c = (3 * a).parents[0]
    (first,) = derivatives(c * c * c, [c])
    assert [first.data, derivatives(first, [c])[0].data] == [27.0, 18.0]


def test_kinks_decide_again():
    x = Value(2.0)
    (slope,) = derivatives(x.relu() * x, [x])
    assert slope.data == 4.0
    assert "less" in {node.operation.name for node in walk(slope) if node.operation}


def walk(node):
    return [node, *(v for p in node.parents for v in walk(p))]


def test_a_stale_graph_is_refused():
    a = Value(3.0, "a")
    y = a * a
    y.label = "y"
    a.data = 5.0
    with pytest.raises(
        ValueError, match=r"stale: Value 'y' = 9, made by multiply, but .* would be 25, .*Compute the out"
    ):
        derivatives(y, [a])


def test_nan_is_not_stale():
    x = Value(-1.0)
    assert math.isnan(derivatives(x.log() * x, [x])[0].data)


@pytest.mark.parametrize("arguments", [(1.0, [Value(1.0)]), (Value(1.0), [1.0])])
def test_derivatives_of_what_is_no_value(arguments):
    with pytest.raises(TypeError, match=r"derivatives\(output, wrt\) is about Values, not 1\.0 of type float"):
        derivatives(*arguments)


def test_grad_to_any_order():
    f, orders = sin, []
    for _ in range(5):
        f = grad(f)
        orders.append(f(0.7))
    s, c = math.sin(0.7), math.cos(0.7)
    assert orders == pytest.approx([c, -s, -c, s, c], rel=1e-14)
    assert {type(d) for d in orders} == {float}


def test_no_perturbation_confusion():
    assert grad(lambda x: x * grad(lambda y: x + y)(x))(1.0) == 1.0
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1.0
    assert grad(lambda x: x * grad(lambda y: x * y)(1.0))(3.0) == 6.0
    assert grad(lambda x: grad(lambda y: grad(lambda z: x * y * z * z)(y))(x))(2.0) == 16.0


def test_hessian_of_rosenbrock():
    x = [0.3, -1.2, 0.8, 1.5]
    assert hessian(rosenbrock)([1.0, 1.0]) == [[802.0, -400.0], [-400.0, 200.0]]
    np.testing.assert_allclose(hessian(rosenbrock)(x), rosenbrock_hessian(x), rtol=1e-12)
    assert hessian(lambda x: x**3)(2.0) == 12.0


def test_third_derivatives_by_nesting():
    third = jacobian(hessian(lambda v: v[0] ** 2 * v[1]))([3.0, 5.0])
    assert third == [[[0.0, 2.0], [2.0, 0.0]], [[2.0, 0.0], [0.0, 0.0]]]


def test_value_and_grad_and_argnums():
    def f(a, b, scale=1.0):
        return scale * a * exp(b)

    assert value_and_grad(f)(2.0, 0.0) == (2.0, 1.0)
    assert grad(f, 1)(2.0, 0.0, scale=3.0) == 6.0
    assert grad(f, (0, 1))(2.0, 0.0) == (1.0, 2.0)
    assert grad(f, -1)(2.0, 0.0) == 2.0
    assert grad(f).__name__ == "f"


def test_the_form_of_the_argument_is_the_form_of_the_derivative():
    def norm(v):
        return dot(v, v)

    assert grad(norm)([1.0, 2.0]) == [2.0, 4.0]
    assert grad(norm)((1, 2)) == (2.0, 4.0)
    gradient = grad(norm)(np.array([1.0, 2.0]))
    assert gradient.dtype == float
    assert gradient.tolist() == [2.0, 4.0]
    assert grad(lambda m: m[0, 1] * m[1, 0])(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist() == [[0.0, 3.0], [2.0, 0.0]]
    assert grad(lambda layers: layers[0][1] * layers[1])([[1.0, 2.0], 3.0]) == [[0.0, 3.0], 2.0]
    h = hessian(rosenbrock)(np.array([1.0, 1.0]))
    assert h.shape == (2, 2)
    np.testing.assert_allclose(h, rosenbrock_hessian([1.0, 1.0]))


def test_jacobian():
    assert jacobian(lambda v: [v[0] * v[1], sin(v[0]), 7.0])([0.0, 5.0]) == [[5.0, 0.0], [1.0, 0.0], [0.0, 0.0]]
    assert jacobian(lambda x: (x, x * x))(3.0) == (1.0, 6.0)
    assert jacobian(lambda x: x * x)(3.0) == 6.0
    matrix = jacobian(lambda v: np.array([[1.0, 2.0], [3.0, 4.0]]) @ v)(np.array([1.0, 1.0]))
    assert matrix.tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_an_input_that_does_not_matter_has_derivative_zero():
    assert grad(lambda x: 3.0)(1.0) == 0.0
    assert grad(lambda x, y: y)(1.0, 2.0) == 0.0
    assert grad(lambda v: v[0] * 2)([1.0, 5.0]) == [2.0, 0.0]


def test_values_in_values_out():
    x = Value(2.0)
    slope = grad(lambda y: y**3)(x)
    assert type(slope) is Value
    slope.backward()
    assert (slope.data, x.grad) == (12.0, 12.0)


def test_branches_are_taken():
    assert grad(lambda x: x * x if x > 0 else -x)(-3.0) == -1.0


@pytest.mark.parametrize("f", [math.sin, lambda x: x * math.exp(x), lambda x: Value(float(x)), lambda x: np.float64(x)])
def test_losing_the_graph_is_an_error_and_not_a_zero(f):
    with pytest.raises(TypeError, match=r"loses the graph .* use autograd's functions \(autograd\.sin\), or \.data"):
        grad(f)(1.0)
    assert float(Value(1.0)) == 1.0


def test_bad_arguments_and_results():
    with pytest.raises(TypeError, match="grad needs a function that returns one number, and twice returned"):
        grad(twice)(1.0)
    with pytest.raises(
        TypeError, match="argument 0 of twice must be a number or a sequence of numbers, not 'x' of type"
    ):
        grad(twice)("x")
    with pytest.raises(TypeError, match=r"argument 0 of twice must be .* not None of type NoneType"):
        grad(twice)([[1.0, None]])
    with pytest.raises(TypeError, match="twice is differentiated toward argument 2, but got 1 positional"):
        grad(twice, 2)(1.0)
    with pytest.raises(ValueError, match=r"argnums names an argument of twice twice: \(0, -1\)"):
        grad(twice, (0, -1))(1.0)
    with pytest.raises(TypeError, match="the result of text must be a number or a sequence"):
        jacobian(text)(1.0)


def twice(x):
    return [x, x]


def text(x):
    return "x"


def test_newtons_method_on_a_neuron():
    def f(x):
        return (tanh(x) - 0.5) ** 2

    x = 0.0
    for _ in range(12):
        x -= grad(f)(x) / abs(grad(grad(f))(x))
    assert x == pytest.approx(math.atanh(0.5), abs=1e-9)
    assert grad(cos)(x) == pytest.approx(-math.sin(x))


# ---- grad as PyTorch has it


@pytest.mark.parametrize("of", [grad, value_and_grad, jacobian, hessian])
@pytest.mark.parametrize("toward", [lambda w: (), lambda w: (w,), lambda w: ([w],)])
def test_grad_of_a_value_says_how_that_is_written(of, toward):
    w = Value(3.0)
    with pytest.raises(TypeError, match=r"grad takes a function .* derivatives\(loss, \[w\]\), or loss.backward\(\)"):
        of(w * w, *toward(w))
    with pytest.raises(TypeError, match=r"derivatives\(loss, \[w\]\)"):
        of(lambda x: x, *toward(w) or (w,))


def test_grad_of_what_is_no_function():
    with pytest.raises(TypeError, match=r"grad takes a function and gives a function, as in grad\(f\)\(x\), not 5"):
        grad(5)
    with pytest.raises(TypeError, match="argnums is the position of an argument, or several, not 'x'"):
        grad(lambda x: x, argnums="x")
