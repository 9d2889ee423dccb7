"""Replayed functions: equal to the functions themselves, and refused where a replay would go another way."""

import copy
import gc
import math
import pickle
import random
import re
import threading
import time
import weakref
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import (
    ReplayError,
    Value,
    derivatives,
    diagnose,
    draw,
    explain,
    formula,
    record,
    replayed,
    select,
    step_through,
)
from autograd.functions import sum as sum_of
from autograd.replay import collector_paused
from autograd.value import as_value, make_node
from tests import microgpt
from tests.microgpt import GPT, document
from tests.shared import ROOT
from tests.test_program import GRAPHS, Graph, assert_close, eager


def gradients(y, parameters):
    """The gradient of y toward each parameter, which had none."""
    for p in parameters:
        p.grad = 0.0
    y.backward()
    return [p.grad for p in parameters]


def assert_same(f, parameters, *args, rel=1e-12, **keywords):
    """A call, its gradient and that of its Values among the arguments, as the function itself gives them."""
    f(*args, **keywords)  # recorded and compared
    mine, plain = f(*args, **keywords), f.plain(*args, **keywords)
    assert mine.parents != plain.parents
    assert mine.data == pytest.approx(plain.data, rel=rel, abs=1e-14)
    expected = gradients(plain, parameters)
    np.testing.assert_allclose(
        gradients(mine, parameters), expected, rtol=rel, atol=rel * (1e-3 + np.abs(expected).max())
    )
    return mine


W = [Value(0.5), Value(-1.5), Value(2.0)]


@replayed
def line(xs, target):
    return (sum(w * x for w, x in zip(W, xs, strict=False)) - target) ** 2


# ---- equal to the function itself


@pytest.mark.filterwarnings("ignore:backward.. starts")  # at a nan beside the numbers of the recording
@pytest.mark.parametrize("shape", GRAPHS)
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32))
def test_random_graphs_of_every_row(shape, seed):
    """To 1e-12 of the sum of the absolute terms, which the eager reference carries along."""
    graph = Graph(seed, *GRAPHS[shape])
    output = graph.outputs[0]
    order = autograd.topological_order(output)
    position = {v: i for i, v in enumerate(graph.inputs)}

    def f(xs):
        nodes = {v: as_value(xs[position[v]]) for v in graph.inputs}
        for v in order:
            if v.parents:
                nodes[v] = make_node(v.operation, tuple(nodes.get(p, p) for p in v.parents))
        return nodes[output]

    loss = replayed(f)
    numbers = [p.data for p in graph.parameters]
    for row in graph.batch(3).tolist():
        ys, of_parameters, of_inputs = eager([output], graph.inputs, graph.parameters, row, numbers)
        xs = [Value(x) for x in row]
        y = loss(xs)
        assert_close([y.data], *ys, 1e-12)
        assert_close(gradients(y, [*graph.parameters, *xs]), *np.hstack([of_parameters, of_inputs]), 1e-12)
        of_numbers = loss(row)
        np.testing.assert_array_equal(of_numbers.data, y.data)
        np.testing.assert_array_equal(*(gradients(v, graph.parameters) for v in (of_numbers, y)))
    assert len(loss.programs) == 1


def test_a_call_is_one_node_whose_parents_are_the_weights():
    y = line([1.0, 2.0, 3.0], 1.0)
    assert set(y.parents) == set(W)
    assert y.data == line.plain([1.0, 2.0, 3.0], 1.0).data
    assert gradients(y, W) == gradients(line.plain([1.0, 2.0, 3.0], 1.0), W)
    assert y.backward() is None


def test_arguments_of_every_kind_and_nesting():
    w = Value(0.5)

    @replayed
    def f(a, rows, pair):
        return a * w + sum_of([x * y * w for row in rows for x, y in pairwise(row)]) * pair[0] - pair[1]

    for rows in ([[1, 2], [3, 4]], ((1, 2), (3, 4)), np.array([[1, 2], [3, 4]]), [(1.0, 2.0), [3.0]], []):
        for a in (2, True, np.float32(1.5), np.array(2.0)):
            assert_same(f, [w], a, rows, (1.0, 2))
    assert len(f.programs) == 5
    shapes = [key[1] for key in f.programs]
    assert shapes[:3] == [("list", 2, ("list", 2, ())), ("tuple", 2, ("tuple", 2, ())), ("array", 2, 2)]


def test_an_array_stays_an_array_and_a_tuple_a_tuple():
    w = np.array([Value(1.0), Value(2.0)])

    @replayed
    def f(x, pair):
        assert isinstance(pair, tuple)
        return np.sum((x @ w) * x.shape[0])

    assert_same(f, list(w), np.array([[1.0, 2.0], [3.0, 4.0]]), (1, 2))


def test_values_as_arguments_get_their_gradients():
    a, b = Value(0.7), Value(-0.2)
    y = assert_same(line, [*W, a, b], [a, 1.0, a], b)
    assert y.parents[-3:] == (a, a, b)
    assert line([a, 1.0, a], b).data == line([0.7, 1.0, 0.7], -0.2).data


def test_weights_computed_beforehand_are_parameters():
    a = Value(0.3)
    tied = (a * 2).tanh()

    @replayed
    def f(x):
        return tied * x + tied * tied * a

    y = assert_same(f, [a], 1.5)
    assert set(y.parents) == {tied, a}


def test_constants_made_inside_stay_and_weights_are_read_anew():
    w = Value(2.0)

    @replayed
    def f(x):
        half = Value(0.5)
        return half * w * x + Value(1.0)

    assert f(3.0).data == 4.0
    assert [v is w for v in f(3.0).parents] == [True]
    w.data = 4.0
    assert f(3.0).data == 7.0


def test_losses_over_shared_weights_add_up_with_penalties():
    other = replayed(lambda x: W[0] * W[1] * x)
    for losses in (
        lambda g: line([1.0, 2.0, 3.0], 1.0) + 2 * other(g),
        lambda g: line.plain([1.0, 2.0, 3.0], 1.0) + 2 * other.plain(g),
    ):
        total = losses(3.0) + 0.1 * sum_of([w * w for w in W])
        found = gradients(total, W)
    assert found == pytest.approx(
        gradients(line.plain([1.0, 2.0, 3.0], 1.0) + 2 * other.plain(3.0) + 0.1 * sum_of([w * w for w in W]), W)
    )


def test_a_function_of_weights_alone_and_one_that_gives_a_weight_or_an_input():
    penalty = replayed(lambda: sum_of([w**2 for w in W]))
    assert_same(penalty, W)
    assert gradients(replayed(lambda x: W[0])(3.0), W) == [1.0, 0.0, 0.0]
    x = Value(2.0)
    assert gradients(replayed(lambda x: x)(x), [x]) == [1.0]
    assert replayed(lambda x: Value(2.0))(1.0).data == 2.0


def test_training_by_an_optimizer_and_by_hand():
    runs = []
    for decorate in (replayed, lambda f: f):
        model = nn.MLP(2, [4, 1], activation="tanh", rng=3)
        loss = decorate(lambda x, t, model=model: nn.mse(model(x), t))
        optimizer = nn.Adam(model.parameters(), lr=0.05)
        for k in range(40):
            optimizer.zero_grad()
            loss([math.sin(k), math.cos(k)], math.sin(2 * k)).backward()
            optimizer.step()
        runs.append([p.data for p in model.parameters()])
    assert runs[0] == pytest.approx(runs[1], rel=1e-9)


# ---- batches


X = np.array([[1.0, 2.0, 3.0], [0.5, -1.0, 0.0], [-2.0, 0.3, 1.0]])
T = np.array([1.0, -1.0, 0.5])


def test_the_mean_over_a_batch():
    y = line.mean(X, T)
    rows = [line.plain(x, t) for x, t in zip(X.tolist(), T.tolist(), strict=True)]
    assert y.data == pytest.approx(sum(r.data for r in rows) / 3)
    assert gradients(y, W) == pytest.approx(gradients(sum_of(rows) / 3, W))
    weighted = line.mean(X, T, weights=[1.0, 0.0, 2.0])
    assert gradients(weighted, W) == pytest.approx(gradients(rows[0] + 2 * rows[2], W))
    assert line.mean(X.tolist(), T.astype(int)).data > 0


def test_numbers_for_each_sample():
    predict = replayed(lambda xs: [sum_of([w * x for w, x in zip(W, xs, strict=True)]), xs[1] * W[0]])
    found = predict.each(X)
    assert type(found) is np.ndarray
    np.testing.assert_allclose(found, [[v.data for v in predict.plain(x)] for x in X.tolist()])
    assert line.each(X, T).shape == (3,)
    nested = replayed(lambda xs: [[W[0] * x, 2.0] for x in xs])
    np.testing.assert_allclose(nested.each(X), np.stack([0.5 * X, np.full((3, 3), 2.0)], -1))
    with pytest.raises(TypeError, match=r"<lambda> gives its Values in a list.* from <lambda>\.each"):
        nested([1.0, 2.0, 3.0])


def test_batches_that_do_not_fit_are_refused():
    for arrays in ((X, T[:2]), (X[:0], T[:0]), (X, 1.0), ()):
        with pytest.raises(ValueError, match="with one sample a row, as many in each and at least one, not arrays of"):
            line.mean(*arrays)
    with pytest.raises(ValueError, match="weights are one number for each of 3 samples, not an array of shape"):
        line.mean(X, T, weights=[1.0])
    with pytest.raises(TypeError, match="line takes arrays of real numbers, not of object"):
        line.mean(np.array([W, W]), T[:2])


# ---- which program


def test_a_program_for_each_shape_and_each_keyword():
    @replayed
    def f(xs, *, scale=1, kind=()):
        return sum_of([W[0] * x * scale for x in xs])

    for keywords in (
        {},
        {"scale": 1},
        {"scale": 1.0},
        {"scale": True},
        {"kind": (1,)},
        {"kind": (1.0,)},
        {"kind": (True,)},
    ):
        f([1.0], **keywords)
    f([1.0, 2.0])
    f((1.0,))
    f([5], scale=1)
    assert len(f.programs) == 9
    assert f([1.0], scale=3).data == 1.5
    (program,) = [p for key, p in f.programs.items() if key == (("list", 2, ()),)]
    assert isinstance(program, autograd.Program)
    assert len(program.input_values) == 2
    with pytest.raises(TypeError, match=r"keyword arguments choose what is replayed.*hashable, and scale is \[1\]"):
        f([1.0], scale=[1])


@pytest.mark.parametrize(
    "wrong",
    ["text", None, object(), {"a": 1}, 1j, ["a"], (x for x in [1.0]), nn.MLP(1, [1])],
    ids=lambda x: type(x).__name__,
)
def test_what_is_no_number_is_refused(wrong):
    with pytest.raises(TypeError, match="give (it as a keyword argument, or close over it|a list of its numbers)$"):
        line(wrong, 1.0)


def test_a_name_bound_anew_is_recorded_anew():
    scope = {"Value": Value, "w": Value(2.0), "k": 3, "helper": None}
    exec("def helper(x):\n return x * k\ndef f(x):\n return helper(w) * x\n", scope)
    f = replayed(scope["f"])
    assert f(1.0).data == 6.0
    scope["w"] = Value(5.0)
    assert f(1.0).data == 15.0
    scope["k"] = 2
    assert f(1.0).data == 10.0
    exec("def helper(x):\n return x + k\n", scope)
    assert f(1.0).data == 7.0
    first = next(iter(f.programs.values()))
    assert f(1.0).data == 7.0
    assert [*f.programs.values()] == [first]


def test_a_model_made_anew_and_one_set_to_evaluation():
    model = nn.MLP(1, [1], rng=0)

    @replayed
    def f(x):
        return model([x])

    before = f(1.0).data
    model = nn.MLP(1, [1], rng=1)
    assert f(1.0).data == model([1.0]).data != before
    model = nn.Sequential(nn.Layer(1, 9, rng=2), nn.Dropout(0.5, rng=0), nn.Layer(9, 1, rng=3))
    with pytest.raises(ReplayError, match=r"draws random numbers.* call eval\(\) on a model with dropout"):
        f(1.0)
    model.eval()
    assert f(1.0).data == pytest.approx(model([1.0]).data)


def test_methods():
    class Model:
        def __init__(self, w):
            self.w = Value(w)

        @replayed
        def loss(self, x):
            return (self.w * x - 1) ** 2

    a, b = Model(2.0), Model(3.0)
    assert (a.loss(2.0).data, b.loss(2.0).data) == (9.0, 25.0)
    assert a.loss is a.loss
    assert gradients(a.loss(2.0), [a.w, b.w]) == [12.0, 0.0]
    twin = copy.deepcopy(a)
    twin.w.data = 0.0
    assert (twin.loss(1.0).data, a.loss(1.0).data) == (1.0, 1.0)
    assert gradients(twin.loss(1.0), [twin.w, a.w]) == [-2.0, 0.0]
    twin = copy.copy(a)
    twin.w = Value(5.0)
    assert (twin.loss(1.0).data, a.loss(1.0).data) == (16.0, 1.0)
    gone = weakref.ref(a)
    del a, twin
    gc.collect()
    assert gone() is None

    class Decayed(Model):
        @replayed
        def loss(self, x):
            return super().loss(x) + self.w

    c = Decayed(2.0)
    for decayed in (c, copy.deepcopy(c), copy.deepcopy(copy.copy(c))):
        assert (decayed.loss(2.0).data, Model.loss.__get__(decayed)(2.0).data, decayed.loss(2.0).data) == (11, 9, 11)

    class Line(nn.Module):
        def __init__(self):
            self.w = Value(2.0)

        @replayed
        def __call__(self, x):
            return self.w * x

        shifted = replayed(lambda self, x: [self.w + x])

    line = Line()
    with pytest.raises(TypeError, match="shifted gives its Values in a list"):
        line.shifted(1.0)
    assert (line(3.0).data, line(4.0).data, len(line.__call__.programs)) == (6.0, 8.0, 1)
    assert line.parameters() == [line.w]
    module = nn.MLP(1, [1], rng=0)
    assert_same(replayed(module.__call__), module.parameters(), [0.5])


def test_a_replayed_method_that_an_object_keeps_is_that_of_its_copy():
    class Trainer:
        def __init__(self):
            self.w = Value(2.0)
            self.loss = replayed(self.plain)

        def plain(self, x):
            return self.w * x

    trainer = Trainer()
    twin = copy.deepcopy(trainer)
    twin.w.data = 5.0
    assert (trainer.loss(3.0).data, twin.loss(3.0).data) == (6.0, 15.0)


def test_many_shapes_earn_one_warning_and_the_oldest_go():
    f = replayed(lambda xs: sum_of([W[0] * x for x in xs]))
    with pytest.warns(
        RuntimeWarning,
        match=r"recorded 33 times, .* pad the arguments to a few shapes, and give numbers as positional arguments$",
    ) as caught:
        [f([1.0] * n) for n in range(1, 90)]
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert len(f.programs) == 64
    assert (("list", 89, ()),) in f.programs
    f([1.0] * 26)  # the oldest of those that are kept, and now the last that was used
    f([1.0] * 90)
    assert (("list", 26, ()),) in f.programs
    assert (("list", 27, ()),) not in f.programs


# ---- what cannot be replayed


def branch(x):
    return W[0] * x if x > 1 else W[1] * x


def truth(x):
    return x * W[0] if x else x


def number(x):
    return W[0] * float(x)


def whole(x):
    return W[0] * int(x)


def index(x):
    return W[x] * 1.0


def remainder(x):
    return W[0] * (x % 2)


def sweeping(x):
    y = W[0] * x
    y.backward()
    return y


QUESTIONS = [
    (
        branch,
        r"branch asks a comparison of a Value in line \d+ of branch: `return W\[0\] \* x if x > 1 else W\[1\] \* x`",
    ),
    (truth, r"truth asks bool\(\) of a Value in line \d+ of truth"),
    (number, r"number asks float\(\) of a Value in line \d+ of number: `return W\[0\] \* float\(x\)`"),
    (whole, r"whole fails when it is recorded in line \d+ of whole: `.*` \(int\(\) of a Value"),
    (index, r"index fails when it is recorded in line \d+ of index: `.*` \(list indices must be integers"),
    (remainder, r"remainder fails when it is recorded in .*\(% of a Value"),
    (sweeping, r"sweeping calls backward\(\) itself in line \d+ of sweeping: .*return the loss, and call it there"),
]


@pytest.mark.parametrize(("f", "message"), QUESTIONS, ids=[f.__name__ for f, _ in QUESTIONS])
def test_what_python_asks_is_refused_with_the_line_and_the_remedy(f, message):
    remedy = (
        r".*choose by where\(less\(a, b\), …\), maximum or select\(i, xs\), or give what decides as a keyword argument"
    )
    with pytest.raises(ReplayError, match=message + remedy):
        replayed(f)(2)
    with pytest.raises(ReplayError):
        replayed(f).mean([2, 1])


def test_a_fallback_calls_the_function_with_one_warning():
    f = replayed(fallback=True)(branch)
    with pytest.warns(
        RuntimeWarning, match="branch asks a comparison.*branch is called as it stands from now on"
    ) as caught:
        numbers = [f(2.0).data, f(0.5).data, f.mean([2.0, 0.5]).data, *f.each([2.0, 0.5])]
    assert numbers == [1.0, -0.75, 0.125, 1.0, -0.75]
    assert f(2.0).operation is branch(2.0).operation
    assert (len(caught), caught[0].filename) == (1, __file__)
    assert f.programs == {}


def test_a_fallback_after_a_comparison_too():
    f = replayed(fallback=True)(of_its_text)
    with pytest.warns(RuntimeWarning, match="at call 1 of its program.*of_its_text is called as it stands from now on"):
        assert [f(x).data for x in (3, 4)] == [1.0, 2.0]
    assert f.programs == {}
    assert f.mean([3, 4]).data == 1.5


def test_an_error_of_the_users_own_is_raised_as_it_is():
    def f(xs, *, key=None):
        if key == "raise":
            raise KeyError("mine")
        return select(xs[0], [W[0], W[1]])

    g = replayed(f)
    with pytest.raises(KeyError, match="mine"):
        g([1.0], key="raise")
    assert g([1]).data == -1.5
    for _ in range(3):
        with pytest.raises(IndexError, match="one of 2 is chosen by a whole number from 0 to 1, not by -1"):
            g([-1])
    with pytest.raises(IndexError, match="not by 7"):
        g.mean([[0], [7]])
    assert g([0]).data == 0.5


def test_only_what_is_made_of_values_is_replayed():
    for result, message in (
        ("text", "returns 'text': only Values are replayed, in lists if there are several"),
        ([], "there is no Value to replay"),
        (None, "returns None"),
    ):
        with pytest.raises(ReplayError, match=message):
            replayed(lambda x, result=result: result)(1.0)
    own = replayed(lambda x: Value(math.exp(x.data), (x,), (math.exp(x.data),)) if isinstance(x, Value) else x)
    with pytest.raises((ReplayError, TypeError), match="an Operation has its rule"):
        own(1.0)
    for wrong in (3, "f", Value, None.__class__):
        with pytest.raises(TypeError, match="replayed decorates a function, not"):
            replayed(wrong)


def of_a_type(t):
    return W[0] * 2 if isinstance(t, int) else W[0] * t


def of_its_text(t):
    return W[0] * 2 if str(t) in ("3", "5") else W[0] * t


BEGUN = time.perf_counter()


def by_the_clock(t):
    return W[0] * t * (time.perf_counter() - BEGUN)


@pytest.mark.parametrize("f", [of_a_type, of_its_text, by_the_clock])
def test_what_asks_nothing_is_found_at_the_first_call(f):
    message = (
        rf"{f.__name__} gives .* by replay and .* itself at call 1 of its program, first at Value.* in line \d+ of"
    )
    with pytest.raises(ReplayError, match=rf"{message} {f.__name__}: `return"):
        replayed(f)(3)
    assert replayed(check=False)(f)(3).parents == (W[0],)


@pytest.mark.parametrize("checked", [None, True, False])
def test_a_choice_by_data_is_found_at_a_compared_call(checked):
    w = [Value(0.5), Value(-0.25), Value(1.0)]

    def best_two(xs):
        chosen = sorted((wi * x for wi, x in zip(w, xs, strict=True)), key=lambda v: v.data)[-2:]
        return chosen[0] * chosen[1] + 1.0

    f = replayed(check=checked)(best_two)
    found = []
    for k in range(1, 9):
        try:
            f([1.0, 2.0, 3.0] if k < 3 else [-5.0, -6.0, 1.0])
        except ReplayError as error:
            found.append((k, str(error)))
            assert f.programs == {}
            break
    if checked is False:
        assert found == []
    else:
        ((k, message),) = found
        assert k == (3 if checked else 8)
        assert "first at Value" in message
        assert "made by multiply in line" in message


def test_the_first_node_that_differs_is_found_where_weights_have_moved_since():
    w = Value(0.5)
    f = replayed(check=True)(lambda x: w * x * 2 if w.data > 0 else w * x * 3)
    assert f(1.0).data == 1.0
    w.data = -0.5
    with pytest.raises(ReplayError, match="gives -1.0 by replay and -1.5 itself.*first at Value = -1.5, made by mult"):
        f(1.0)
    assert w.data == -0.5

    table = [Value(1.0), Value(2.0)]

    @replayed(check=True)
    def g(t, x):
        y = select(t, table) * x
        return y * 2 if y.data > 0 else y * 3 if y.data > -5 else y * float(y)

    assert g(0, 1.0).data == 2.0
    with pytest.raises(ReplayError, match="first at Value = -6, made by multiply"):
        g(1, -1.0)
    g(0, 1.0)
    with pytest.raises(ReplayError, match=r"g asks float\(\) of a Value in line"):
        g(1, -3.0)


def test_calls_are_compared_at_1_2_8_32_and_128():
    calls = []

    @replayed
    def f(x):
        calls.append(type(x))
        return W[0] * x

    compared = []
    for k in range(1, 200):
        before = len(calls)
        f(1.0)
        compared += [k] * (len(calls) > before)
    assert compared == [1, 2, 8, 32, 128]
    assert [issubclass(kind, Value) for kind in calls].count(True) == 1


def test_batch_norm_is_refused_in_training_and_replayed_in_evaluation():
    model = nn.Sequential(nn.Layer(2, 3, rng=0), nn.BatchNorm(3), nn.Layer(3, 1, rng=1))
    f = replayed(lambda rows: model.batch(rows)[0])
    with pytest.raises(ReplayError, match=r"uses BatchNorm.*changes its state at each call in training: call eval\(\)"):
        f([[1.0, 2.0], [0.0, 1.0]])
    model.eval()
    assert_same(f, model.parameters(), [[1.0, 2.0], [0.0, 1.0]])


def test_what_is_not_finite_is_computed_by_the_function_itself():
    """A largest score taken out by .data is baked in: at 1,000 the replay overflows, and the function does not."""
    w = [Value(1.0), Value(-1.0), Value(0.5)]

    @replayed
    def f(x, target):
        return -select(target, microgpt.softmax([x * wi for wi in w])).log()

    f(1.0, 0)
    for x in (1.0, 1000.0, 0.5):
        assert f(x, 0).data == pytest.approx(f.plain(x, 0).data, rel=1e-12)
        assert gradients(f(x, 0), w) == pytest.approx(gradients(f.plain(x, 0), w), rel=1e-12)
    batch = [1.0, 1000.0, -1000.0, 0.5], [0, 0, 1, 2]
    rows = [f.plain(x, t) for x, t in zip(*batch, strict=True)]
    assert gradients(f.mean(*batch), w) == pytest.approx(gradients(sum_of(rows) / 4, w), rel=1e-12)
    np.testing.assert_allclose(f.each(*batch), [r.data for r in rows], rtol=1e-12, atol=1e-300)


# ---- beside the other tools


def test_within_derivatives_recordings_and_detect_anomaly_it_is_the_function_itself():
    calls = []

    @replayed
    def f(x):
        calls.append(1)
        return W[0] * x**3

    assert autograd.grad(f)(2.0) == 6.0
    assert autograd.grad(autograd.grad(f))(2.0) == 6.0
    assert autograd.hessian(lambda v: f(v[0]))([2.0]) == [[6.0]]
    with autograd.detect_anomaly():
        assert f(2.0).operation.name == "multiply"
        assert f.mean([2.0]).data == 4.0
        np.testing.assert_array_equal(f.each([2.0, 1.0]), [4.0, 0.5])
    assert f.programs == {}
    outer = replayed(lambda x: f(x) * f(x))
    assert outer(1.0).data == 0.25
    assert (len(outer.programs), len(f.programs)) == (1, 0)

    @replayed
    def power(x, *, n):
        return x * power(x, n=n - 1) if n else x * 0 + 1

    assert power(2.0, n=5).data == 32.0
    assert len(power.programs) == 1


def test_a_result_is_differentiated_again_and_recorded_by_its_graph():
    a = Value(0.7)
    f = replayed(lambda x: W[0] ** 2 * W[1] * x + x**2)
    f(a)
    y = f(a)
    first, toward_a = derivatives(y, [W[0], a])
    assert (first.data, toward_a.data) == pytest.approx((2 * 0.5 * -1.5 * 0.7, 0.25 * -1.5 + 1.4))
    assert derivatives(first, [W[1]])[0].data == pytest.approx(2 * 0.5 * 0.7)
    program = record(f(a) * 2 + 1, [a], W)
    np.testing.assert_allclose(program([[2.0], [0.0]]), [[2 * (0.25 * -1.5 * 2 + 4) + 1], [1.0]])
    record(f(a), [a], W, check=[[1.0], [2.0]])
    total = f.mean([1.0, 2.0])
    assert derivatives(total, W[0])[0].data == pytest.approx(2 * 0.5 * -1.5 * 1.5)
    xs = [1.0]
    g = replayed(lambda xs: W[0] ** 2 * xs[0])
    g(xs)
    y = g(xs)
    xs[0] = 5.0
    assert derivatives(y, W[0])[0].data == 1.0


def test_a_result_whose_number_has_changed_is_refused():
    w = Value(2.0)
    f = replayed(lambda x: w**2 * x)
    f(1.0)
    y = f(1.0)
    w.data = 3.0
    for use in (lambda: derivatives(y, w), lambda: record(y, [], [w])):
        with pytest.raises(ValueError, match="the graph is stale: Value = 4, made by"):
            use()


def test_a_result_is_copied_and_pickled_with_its_numbers():
    y = line([1.0, 2.0, 3.0], 1.0) * 2
    expected = gradients(y, W)
    for w in W:
        w.grad = 0.0
    for twin in (copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        twin.backward()
        weights = twin.parents[0].parents
        assert [v.grad for v in weights] == expected
    twin = copy.deepcopy(y)
    with pytest.raises(TypeError, match="a copy of what line gave cannot be differentiated twice: call it again"):
        derivatives(twin, twin.parents[0].parents[0])
    assert pickle.loads(pickle.dumps(line)) is line
    with pytest.raises(TypeError, match="keeps no graph, so it is not copied or pickled"):
        pickle.dumps(next(iter(line.programs.values())))


def test_a_program_keeps_no_nodes():
    f = replayed(lambda xs: sum_of([(W[0] * x).tanh() for x in xs]))
    f([1.0] * 500)
    gc.collect()
    before = sum(type(x) is Value for x in gc.get_objects())
    g = replayed(lambda xs: sum_of([(W[0] * x).tanh() for x in xs]))
    g([1.0] * 500)
    gc.collect()
    assert sum(type(x) is Value for x in gc.get_objects()) - before <= 502  # its inputs, which name the columns


def test_memory_is_steady_over_many_calls_and_shapes():
    f = replayed(lambda xs: sum_of([W[0] * x for x in xs]))

    def used(calls):
        for k in calls:
            f([1.0] * (1 + k % 20)).backward()
        gc.collect()
        return len(gc.get_objects())

    with pytest.warns(RuntimeWarning, match="recorded 33 times"):
        [f([1.0] * n) for n in range(1, 150)]
    first = used(range(400))
    assert used(range(3000)) <= first + 50
    assert len(f.programs) <= 64


# ---- threads, exceptions and the collector


def test_threads_wait_for_each_other():
    w = [Value(0.1 * k) for k in range(20)]
    f = replayed(lambda x: sum_of([(wi * x).tanh() for wi in w]))
    expected = {x: f.plain(x).data for x in (0.5, 1.0, 2.0, 3.0)}
    wrong = []

    def work(x):
        found = [y for _ in range(150) for y in (f(x).data, *f.each([x, x]))]
        wrong.extend(y for y in found if abs(y - expected[x]) > 1e-12)

    threads = [threading.Thread(target=work, args=(x,)) for x in expected]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_is_as_it_was(enabled):
    states = []

    def f(x, *, fail=False):
        states.append(gc.isenabled())
        if fail:
            raise ValueError("no")
        return W[0] * x

    was = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        replayed(f)(1.0)
        with pytest.raises(ValueError, match="no"):
            replayed(f)(1.0, fail=True)
        assert gc.isenabled() == enabled
        assert set(states) == {False}
    finally:
        (gc.enable if was else gc.disable)()


@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize("first_to_leave", [0, 1])
def test_the_collector_is_as_it_was_where_threads_overlap(enabled, first_to_leave):
    was = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        both = [collector_paused(), collector_paused()]
        for pause in both:
            pause.__enter__()
        assert not gc.isenabled()
        for pause in (both[first_to_leave], both[1 - first_to_leave]):
            pause.__exit__(None, None, None)
        assert gc.isenabled() == enabled
    finally:
        (gc.enable if was else gc.disable)()


# ---- microgpt, and what courses let students add to it


def trained(model, loss, steps=20):
    optimizer = nn.Adam(model.parameters, lr=0.01, betas=(0.85, 0.99))
    losses = []
    for k in range(steps):
        y = loss(*document(microgpt.NAMES[k]))
        y.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(y.data)
    return losses


SMALL = {"width": 8, "heads": 2, "context": 8}


def test_microgpts_loss_is_the_same_at_each_of_twenty_steps():
    plain = GPT(Value, **SMALL)
    mine = GPT(Value, **SMALL, pick=select)
    expected = trained(plain, plain.loss)
    assert trained(mine, replayed(mine.loss)) == pytest.approx(expected, abs=1e-9)
    peer = GPT(microgpt.Peer, **SMALL)
    for k, p in enumerate(peer.parameters):
        p.data = plain.parameters[k].data
    assert peer.loss(*document("anna")).data == pytest.approx(plain.loss(*document("anna")).data, rel=1e-12)


def test_the_manuals_program_differs_in_four_lines_from_the_plain_one():
    text = (ROOT / "autograd" / "README.md").read_text(encoding="utf-8")
    code = re.search(r"## Replay a function.*?```python\n(.*?)>>> for step", text, re.DOTALL)[1]
    lines = [line[4:] for line in code.splitlines()]
    assert sum(line.endswith("#!") for line in lines) == 4
    plain = [line for line in lines if not line.startswith(("from autograd import replayed", "@replayed"))]
    call = "softmax(gpt(token, position, keys, values))"
    for looked_up, index in (("token_rows", "token"), (call, "target")):
        plain = [line.replace(f"select({index}, {looked_up})", f"{looked_up}[{index}]") for line in plain]
    assert not any("select" in line or "replayed" in line for line in plain)
    losses = []
    for program in (lines, plain):
        scope = {}
        exec("\n".join(program), scope)
        losses.append([])
        for step in range(20):
            tokens = [scope["END"], *map(scope["letters"].index, scope["names"][step % 8]), scope["END"]]
            loss = scope["loss"](tokens[:-1], tokens[1:])
            loss.backward()
            scope["optimizer"].step()
            scope["optimizer"].zero_grad()
            losses[-1].append(loss.data)
    assert losses[0] == pytest.approx(losses[1], abs=1e-9)


def test_padded_names_and_a_batch_of_them():
    model = GPT(Value, **SMALL, pick=select)
    loss = replayed(model.masked)
    names = microgpt.NAMES[:5]
    columns = [np.array(c) for c in zip(*(microgpt.padded(name, 7) for name in names), strict=True)]
    y = loss.mean(*columns)
    rows = [model.loss(*document(name)) for name in names]
    assert y.data == pytest.approx(sum(r.data for r in rows) / 5, rel=1e-12)
    assert gradients(y, model.parameters) == pytest.approx(gradients(sum_of(rows) / 5, model.parameters), abs=1e-13)
    assert len(loss.programs) == 1


class Gelu(GPT):
    """The activation by tanh, as GPT-2 has it (Hendrycks and Gimpel 2016)."""

    def activation(self, x):
        return 0.5 * x * (1 + ((2 / math.pi) ** 0.5 * (x + 0.044715 * x**3)).tanh())


class Rotary(GPT):
    """Queries and keys turned by their position (Su et al. 2021)."""

    def placed(self, x, position):
        size, turned = len(x) // self.heads, []
        for start in range(0, len(x), size):
            for j in range(0, size, 2):
                angle = position / 10_000 ** (j / size)
                a, b = x[start + j], x[start + j + 1]
                turned += [a * math.cos(angle) - b * math.sin(angle), a * math.sin(angle) + b * math.cos(angle)]
        return turned


class Adapted(GPT):
    """Low-rank matrices beside frozen queries and values (Hu et al. 2021)."""

    def __init__(self, kind, **options):
        super().__init__(kind, **options)
        width, rng = len(self.scores[0]), random.Random(1)
        self.down = {
            name: [[kind(rng.gauss(0, 0.1)) for _ in range(width)] for _ in range(2)] for name in ("query", "value")
        }
        self.up = {name: [[kind(rng.gauss(0, 0.1)) for _ in range(2)] for _ in range(width)] for name in self.down}
        self.frozen = self.parameters
        self.parameters = [p for side in (self.down, self.up) for m in side.values() for row in m for p in row]

    def projected(self, x, layer, name):
        added = microgpt.linear(microgpt.linear(x, self.down[name]), self.up[name])
        return [a + 0.5 * b for a, b in zip(microgpt.linear(x, layer[name]), added, strict=True)]


class Experts(GPT):
    """Two of four feed-forward parts for each token, chosen by .data (Shazeer et al. 2017)."""

    def __init__(self, kind, **options):
        super().__init__(kind, **options)
        width, rng = len(self.scores[0]), random.Random(2)
        matrix = lambda n, m: [[kind(rng.gauss(0, 0.3)) for _ in range(m)] for _ in range(n)]  # noqa: E731
        self.gate = matrix(4, width)
        self.experts = [{"up": matrix(width, width), "down": matrix(width, width)} for _ in range(4)]
        matrices = [self.gate, *(m for e in self.experts for m in e.values())]
        self.parameters = self.parameters + [p for m in matrices for row in m for p in row]

    def fed_forward(self, x, layer):
        shares = microgpt.softmax(microgpt.linear(x, self.gate))
        best = sorted(range(4), key=lambda e: shares[e].data)[-2:]
        outs = [(shares[e], super(Experts, self).fed_forward(x, self.experts[e])) for e in best]
        return [sum(share * out[j] for share, out in outs) for j in range(len(x))]


VARIANTS = [(Gelu, {}), (Rotary, {}), (Adapted, {}), (GPT, {"layers": 2})]


@pytest.mark.parametrize(
    ("kind", "options"), VARIANTS, ids=["gelu by tanh", "rotary", "low-rank adapters", "two layers"]
)
def test_what_students_add_to_microgpt(kind, options):
    plain, mine = kind(Value, **SMALL, **options), kind(Value, **SMALL, **options, pick=select)
    loss = replayed(mine.loss)
    assert trained(mine, loss, 6) == pytest.approx(trained(plain, plain.loss, 6), abs=1e-9)
    tokens = document("anna")
    np.testing.assert_allclose(
        gradients(loss(*tokens), mine.parameters), gradients(plain.loss(*tokens), plain.parameters), atol=1e-9
    )
    if kind is Adapted:
        before = [p.data for p in mine.frozen]
        trained(mine, loss, 2)
        assert [p.data for p in mine.frozen] == before


def test_a_mixture_of_experts_replays_where_the_choice_stays_and_is_refused_where_it_changes():
    model = Experts(Value, **SMALL, pick=select)
    loss = replayed(model.loss)
    tokens = document("anna")
    for _ in range(10):  # the weights are not moved: the choice stays
        y = loss(*tokens)
    assert gradients(y, model.parameters) == pytest.approx(gradients(loss.plain(*tokens), model.parameters), abs=1e-12)
    others = [document(name) for name in microgpt.NAMES if len(name) == 4 and name != "anna"]
    with pytest.raises(ReplayError, match=r"at call \d+ of its program, first at Value.*chosen by \.data"):
        [loss(*others[k % len(others)]) for k in range(32)]
    checked = replayed(check=True)(model.loss)
    checked(*tokens)
    with pytest.raises(ReplayError, match="at call 2 of its program"):
        checked(*document("zoez"))


def test_names_are_sampled_from_a_replayed_model():
    model = GPT(Value, **SMALL, pick=select)
    loss = replayed(model.masked)
    optimizer = nn.Adam(model.parameters, lr=0.02)
    columns = [np.array(c) for c in zip(*(microgpt.padded(name, 7) for name in microgpt.NAMES), strict=True)]
    for _ in range(150):
        loss.mean(*columns).backward()
        optimizer.step()
        optimizer.zero_grad()
    assert loss.mean(*columns).data < 1.9

    @replayed
    def shares(tokens):
        keys, values = [[]], [[]]
        return microgpt.softmax([model(t, k, keys, values) for k, t in enumerate(tokens)][-1])

    rng, sampled = random.Random(0), []
    for _ in range(8):
        tokens = [microgpt.END]
        while len(tokens) < 7 and (len(tokens) == 1 or tokens[-1] != microgpt.END):
            tokens.append(rng.choices(range(27), shares.each([tokens])[0])[0])
        sampled.append("".join(microgpt.LETTERS[t] for t in tokens[1:] if t != microgpt.END))
    assert sum(any(v in name for v in "aeio") for name in sampled) >= 6, sampled
    assert len(shares.programs) <= 7


# ---- shown as one box


def test_tools_show_one_box():
    weights = [Value(0.01 * k, f"w{k}") for k in range(3000)]

    @replayed
    def total(x):
        return sum_of([w * x for w in weights])

    y = total(2.0)
    y.label = "y"
    z = 3 * y
    z.label = "z"
    box = "total: 3,000 parameters, 1 instruction; total.plain(…) shows the inside"
    source = draw(z).source
    assert f"y = {box}" in source
    assert source.count("->") == 1  # the 3 is a part of the equation
    assert str(explain(y)) == f"y = {y.data:.6g}: {box}"
    assert [str(explain(z, weights[3])).count(text) for text in (box, "w3 → y → z")] == [1, 1]
    steps = step_through(z)
    assert [(step.child, step.parent) for step in steps] == [(z, p) for p in z.parents]
    assert [step.node for step in steps.forward] == [z]
    assert "total.plain(…) shows the inside" in steps._repr_html_()
    assert len(step_through(y)) == 0
    assert all(w.grad == 0 for w in weights)


def test_tools_say_what_is_folded_in_a_box():
    w, v = Value(0.5, "w"), Value(-0.3, "v")

    @replayed
    def loss(x):
        return (w * x + v - 1) ** 2

    y, penalty = loss(2.0), 0.1 * w * w
    box = r"loss: 2 parameters, 4 instructions; loss\.plain\(…\) shows the inside"
    assert (str(formula(y)), str(formula(y + penalty))) == ("loss(…)", "loss(…) + 0.1 · w²")
    assert formula(y * 2).latex == r"\mathrm{loss}(\ldots) \cdot 2"
    assert explain(y + penalty, w).total == pytest.approx(-1.1)
    (note,) = (note for note in diagnose(y + penalty).notes if "replayed" in note)
    assert re.fullmatch(f"a replayed function is not looked into: {box}", note)
    with pytest.raises(ValueError, match=f"'w' = 0.5 gets a part of its gradient by steps, and .*{box}: step through"):
        step_through(y + penalty)
    assert [step.after for step in step_through(loss.plain(2.0) + penalty) if step.parent is w][-1] == pytest.approx(
        -1.1
    )
    within = replayed(lambda h: 2 * h)((w * 3).tanh())
    with pytest.raises(ValueError, match="'w' = 0.5 gets a part of its gradient by steps"):
        step_through(within + penalty)
    assert len(step_through(within + y + 0.1 * Value(3.0, "u"))) == 6
