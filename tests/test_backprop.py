"""The sweep: right where engines of this kind go wrong."""

import gc
import math

import pytest

import nn
from autograd import OPERATIONS, Value, backward, derivatives, diagnose, draw, prod, topological_order
from autograd.value import make_node
from tests.shared import values_alive


def gradient_at_2(f):
    a = Value(2.0)
    f(a).backward()
    return a.grad


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (lambda a: a * a, 4.0),
        (lambda a: (b := a + a) + b, 4.0),
        (lambda a: ((b := a + a) + b) + b, 6.0),
        (lambda a: (b := a + a) + ((c := b + b) * 0 + c), 6.0),
        (lambda a: (b := a + a) * (b + a) * b, 144.0),
        (lambda a: (b := a * a) * b, 32.0),
        (lambda a: a / a, 0.0),
        (lambda a: a**a, 4 * (1 + 0.6931471805599453)),
    ],
)
def test_shared_nodes_receive_every_contribution(f, expected):
    assert gradient_at_2(f) == pytest.approx(expected, rel=1e-15)


def test_b_plus_a_times_b_plus_b_with_leaves():
    a, b = Value(3.0), Value(5.0)
    ((b + a) * b + b).backward()
    assert (a.grad, b.grad) == (5.0, 14.0)


def test_a_second_backward_doubles_the_leaves_and_nothing_else():
    a = Value(2.0)
    b = a * a
    c = b * b
    c.backward()
    assert (a.grad, b.grad, c.grad) == (32.0, 8.0, 1.0)
    c.backward()
    assert (a.grad, b.grad, c.grad) == (64.0, 8.0, 1.0)


def test_doubling_is_exact_where_contributions_cancel():
    x = Value(0.1)
    y = sum((x * c for c in (1e9, 1 / 3, -1e9, 0.7, 1e-9)), x.exp())
    y.backward()
    first = x.grad
    y.backward()
    assert x.grad == 2 * first
    y.backward()
    assert x.grad == 2 * first + first


def test_a_sweep_that_fails_loses_no_gradient_of_sweeps_before():
    a = Value(3.0)
    y = a * a
    y.backward()
    broken = y.tanh()
    broken.local_derivatives = ("x",)
    with pytest.raises(TypeError):
        broken.backward()
    assert a.grad == 6.0


def test_two_losses_that_share_a_subgraph_add_up():
    a = Value(3.0)
    shared = a * a
    one, two = shared * 2, shared * 5
    one.backward()
    two.backward()
    assert a.grad == 2 * 6 + 5 * 6


def test_backward_from_inside_a_graph_after_backward_from_its_end():
    a = Value(3.0)
    b = a * a
    (b * 10).backward()
    b.backward()
    assert (a.grad, b.grad) == (66.0, 1.0)


def test_data_changed_after_recording_leaves_the_recorded_derivatives():
    a = Value(3.0)
    y = a * a
    a.data = 100.0
    y.backward()
    assert (a.grad, y.data) == (6.0, 9.0)


def test_a_leaf_that_is_the_output_accumulates():
    a = Value(3.0)
    a.backward()
    a.backward()
    assert a.grad == 2.0


def test_the_gradient_given_scales_all_gradients():
    a = Value(3.0)
    y = a * a
    assert y.backward(0.5) is None
    assert (a.grad, y.grad) == (3.0, 0.5)
    assert backward(y, 2) is None
    assert (a.grad, y.grad) == (15.0, 2.0)


def test_zero_grad_clears_the_whole_graph():
    a, other = Value(3.0), Value(1.0)
    b = a * a
    y = b + other
    y.backward()
    y.zero_grad()
    assert [v.grad for v in (a, b, other, y)] == [0.0] * 4


@pytest.mark.parametrize("data", [float("nan"), float("inf"), float("-inf")])
def test_backward_warns_once_where_it_starts_at_nan_or_inf(data):
    loss = Value(data, "loss") * 1.0
    loss.label = "loss"
    with pytest.warns(RuntimeWarning, match=r"backward\(\) starts at Value 'loss' = .*multiply.* not finite") as caught:
        loss.backward()
    assert len(caught) == 1
    assert caught[0].filename == __file__


def test_topological_order_has_parents_before_children_and_each_node_once():
    a, b = Value(1.0), Value(2.0)
    c = a * b
    d = c + a
    e = d * c + d
    order = topological_order(e)
    assert len(order) == len(set(order)) == 6
    assert all(order.index(p) < order.index(v) for v in order for p in v.parents)
    assert topological_order(a) == [a]


def test_the_sweep_is_the_event_for_any_number_of_parents():
    """The sweep writes out nodes of one and two parents: all arities must do the same."""
    for n in range(1, 6):
        xs = [Value(float(i + 1)) for i in range(n)]
        y = make_node(OPERATIONS["prod"], tuple(xs)) * 3.0
        y.backward()
        assert [x.grad for x in xs] == [d.data for d in derivatives(y, xs)]


@pytest.mark.parametrize(
    ("f", "inputs"), [(lambda x: x.sqrt(), [0.0]), (pow, [0.0, 0.5]), (lambda *xs: prod(xs), [0.0, 1e200, 1e200])]
)
def test_a_gradient_of_zero_times_an_infinite_derivative_is_nan(f, inputs):
    """The sweep passes over nodes of many parents whose contributions are all zero, and these are not."""
    xs = [Value(x) for x in inputs]
    y = f(*xs) * 0.0
    assert y.parents[0].local_derivatives[0] == math.inf
    y.backward()
    assert math.isnan(xs[0].grad)
    assert [x.grad for x in xs[1:]] == [0.0] * len(xs[1:])


def test_a_dropped_graph_is_freed_at_once_and_leaves_nothing_to_the_collector(collector_off):
    before = values_alive()
    a = Value(0.5)
    y = ((a * 2 + 1).tanh() / 3) ** 2 + a.maximum(0.1) ** a
    y.backward()
    derivatives(y, [a])[0].backward()
    del y, a
    assert values_alive() == before
    assert gc.collect() == 0


def test_the_builtin_sum_of_100_000_terms():
    xs = [Value(float(i)) for i in range(100_000)]
    total = sum(xs)
    total.backward()
    assert total.data == 4999950000.0
    assert all(x.grad == 1.0 for x in xs)


def test_a_gradient_of_none_is_zero():
    """As `set_to_none` leaves it in PyTorch."""
    a, b = Value(2.0, "a"), Value(3.0)
    a.grad = None
    y = a * b
    assert "grad=0" in repr(a)
    assert "grad –" in draw(y).source
    y.backward()
    assert (a.grad, b.grad) == (3.0, 2.0)
    optimizer = nn.SGD([a, b], lr=1.0)
    a.grad = None
    optimizer.step()
    assert (a.data, b.data) == (2.0, 1.0)
    a.grad = b.grad = None
    assert diagnose(a * b).ok
