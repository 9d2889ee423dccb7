"""detect_anomaly and diagnose: each trouble is found, told by its name, and nothing else is."""

import gc
import math
import pickle
import threading
import weakref

import numpy as np
import pytest

import autograd
import nn
from autograd import (
    Operation,
    Value,
    detect_anomaly,
    diagnose,
    dot,
    equal,
    hypot,
    less,
    listening,
    log,
    relu,
    sigmoid,
    sqrt,
    tanh,
    where,
)


def findings(output, model=None):
    return {f.where: f.text for f in diagnose(output, model).findings}


def moons(n=20):
    X, y = nn.data.moons(n, rng=1)
    return X.tolist(), (2 * y - 1).tolist()


def loss_of(model, n=20):
    X, y = moons(n)
    return sum(nn.hinge(model(x), t) for x, t in zip(X, y, strict=True)) / n


# ---- detect_anomaly


def raised(f, *inputs):
    with detect_anomaly(), pytest.raises(FloatingPointError) as error:
        f(*inputs)
    return str(error.value)


def test_a_healthy_computation_goes_through():
    with detect_anomaly():
        model = nn.MLP(2, [4, 1], rng=0)
        y = loss_of(model)
        y.backward()
    assert type(y) is Value
    assert {type(v) for v in autograd.topological_order(y)} == {Value}


def test_the_first_result_that_is_not_finite_is_named_with_inputs_and_line():
    def f(p):
        q = p * 2
        return log(q) + 1  # here

    text = raised(f, Value(0.0, "p"))
    first, line = text.split("\n")
    assert first == "log gave -inf at input 1 = 0"
    assert line.startswith("made in test_diagnose.py, line ")
    assert line.endswith(" of f: `return log(q) + 1  # here`")


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (lambda a, b: a / b, "divide gave inf at a = 1, b = 0"),
        (lambda a, b: (a - 2) ** 0.5, "fixed_power gave nan at input 1 = -1, input 2 = 0.5"),
        (lambda a, b: (a * 1000).exp(), "exp gave inf at input 1 = 1000"),
        (lambda a, b: dot([a, b], [b, b]).log(), "log gave -inf at input 1 = 0"),
        (lambda a, b: Operation("mine", lambda x: x * math.inf, lambda y, x: (math.inf,))(a), "mine gave inf at a = 1"),
        (lambda a, b: nn.Neuron(1, "log", rng=0)([b - 1e9]), "log gave nan"),
        (lambda a, b: Value(math.inf, "start") + a, "add gave inf at start = inf, a = 1 (start came in so)"),
        (lambda a, b: autograd.sum([a * 1e308] * 9), "sum gave inf at input 1 = 1e+308, input 2 = 1e+308"),
    ],
)
def test_forward_anomalies(f, message):
    assert raised(f, Value(1.0, "a"), Value(0.0, "b")).startswith(message)


def test_labelled_results_are_named():
    def f(a):
        q = a - 1.0
        q.label = "q"
        return q.log()

    assert raised(f, Value(1.0)).startswith("log gave -inf at q = 0\n")


def test_backward_anomalies_name_the_event():
    def f(a):
        y = (a * 0.0).sqrt()
        y.backward()

    text = raised(f, Value(2.0, "a"))
    assert text.startswith(
        "backward() gave inf to input 1 of sqrt, at input 1 = 0: local derivative inf * upstream gradient 1\nmade in "
    )
    assert "`y = (a * 0.0).sqrt()`" in text


def test_zero_times_infinity_is_found_in_backward():
    def f(a):
        (a.sqrt() * 0.0).backward()

    assert "gave nan to a of sqrt, at a = 0: local derivative inf * upstream gradient 0" in raised(f, Value(0.0, "a"))


# f, where, and the cure: what stands in the branch of `where` that was not taken
BRANCHES = [
    (lambda x: where(less(x, 1), x, sqrt(x)), 0.0, "sqrt(where(condition, 1.0, x))"),
    (lambda x: where(less(1, x), sqrt(x), x), 0.0, "sqrt(where(condition, x, 1.0))"),
    (lambda x: where(less(x, 1), x, 3 * sqrt(x) + 1) * 2, 0.0, "sqrt(where(condition, 1.0, x))"),
    (lambda x: where(less(x, 2), x, where(less(x, 3), x.arccosh(), x)), 1.0, "arccosh(where(condition, 1.0, x))"),
    (lambda x: where(equal(x, 0), 0.0, x**0.5), 0.0, "fixed_power(where(condition, 1.0, x), ...)"),
    (lambda x: where(equal(x, 0), 1.0, hypot(3 * x, 0 * x)), 0.0, "hypot(where(condition, 1.0, x), ...)"),
]
ELSEWHERE = [
    (lambda x: x.sqrt() * 0.0, 0.0),
    (lambda x: where(less(x, 1), sqrt(x), x), 0.0),
    (lambda x: where(sqrt(x), x, 2 * x), 0.0),
    (lambda x: (y := sqrt(x)) * 0.0 + where(less(x, 1), x, y), 0.0),
    (lambda x: (y := sqrt(x)) - y + where(less(x, 1), x, 2 * x), 0.0),
]


@pytest.mark.parametrize(("f", "at", "cure"), BRANCHES)
def test_a_nan_from_the_branch_not_taken_is_told_with_its_cure(f, at, cure):
    x = Value(at, "x")
    for text in (raised(lambda: f(x).backward()), findings(f(x))["gradients not finite"]):
        assert " of x stands in the branch of `where` that was not taken, so 0 flows back into it, and 0 * " in text
        assert f"Choose the input of the branch, not its result: {cure}, with any number for 1.0 at which " in text


@pytest.mark.parametrize(("f", "at"), ELSEWHERE)
def test_a_nan_from_elsewhere_is_not_put_down_to_a_branch(f, at):
    x = Value(at, "x")
    for text in (raised(lambda: f(x).backward()), findings(f(x))["gradients not finite"]):
        assert "branch" not in text


def test_the_cure_for_a_branch_not_taken_works():
    for at, slope in ((0.0, 1.0), (4.0, 0.25)):
        x = Value(at)
        with detect_anomaly():
            y = where(less(x, 1), x, sqrt(where(less(x, 1), 1.0, x)))
            y.backward()
        assert x.grad == slope
        assert diagnose(y).ok


def test_an_infinite_value_in_a_branch_not_taken_is_found_by_diagnose_alone_to_be_one():
    x = Value(0.0, "x")
    found = findings(where(equal(x, 0), 0.0, 1 / x))
    assert found["values not finite"].endswith("made by divide of 1, 0")
    assert "divide(..., where(condition, 1.0, x)), with any number" in found["gradients not finite"]
    assert raised(lambda: where(equal(x, 0), 0.0, 1 / x)).startswith("divide gave inf at input 1 = 1, x = 0\n")


def test_sums_that_overflow_are_found_in_backward():
    def leaf(a):
        autograd.sum([a, a]).backward(1.7e308)

    def interior(a):
        autograd.sum([b := a * 1.0, b]).backward(1.7e308)

    def seed(a):
        (a * 2).backward(math.inf)

    assert "the contributions to a add up to the gradient inf" in raised(leaf, Value(1.0, "a"))
    assert "the contributions add up to the gradient inf at multiply of a = 1" in raised(interior, Value(1.0, "a"))
    assert "backward() starts from the gradient inf at multiply of a = 1" in raised(seed, Value(1.0, "a"))


def test_a_node_made_before_has_no_line():
    y = Value(0.0).sqrt()
    assert raised(y.backward).endswith("made in a line before detect_anomaly() began")


def is_off():
    return listening.on_node is None


def test_it_costs_nothing_when_it_is_off_for_nothing_is_left_of_it():
    before = {name: id(x) for name, x in vars(Value).items()}
    assert is_off()
    with detect_anomaly():
        assert not is_off()
        with detect_anomaly():
            assert not is_off()
        assert not is_off()
        with pytest.raises(FloatingPointError):
            Value(0.0).log()
    assert is_off()
    with pytest.raises(ZeroDivisionError), detect_anomaly():
        raise ZeroDivisionError
    assert is_off()
    assert {name: id(x) for name, x in vars(Value).items()} == before
    assert Value(0.0).log().data == -math.inf


def test_it_is_a_decorator_too():
    @detect_anomaly()
    def f():
        return Value(0.0).log()

    with pytest.raises(FloatingPointError):
        f()
    with pytest.raises(FloatingPointError):
        f()
    assert is_off()


def test_another_thread_is_left_alone():
    results = []
    with detect_anomaly():
        thread = threading.Thread(target=lambda: results.append(Value(0.0).log().data))
        thread.start()
        thread.join()
        with pytest.raises(FloatingPointError):
            Value(0.0).log()
    assert results == [-math.inf]


def test_copies_and_pickles_are_not_computed():
    y = Value(0.0).log()
    with detect_anomaly():
        assert pickle.loads(pickle.dumps(y)).data == -math.inf
        copy = y.__copy__()
        assert type(copy) is Value
        assert copy.parents == y.parents


def test_gradients_are_the_same_with_it():
    def gradients():
        model = nn.MLP(2, [4, 4, 1], "tanh", rng=0)
        loss_of(model).backward()
        return [p.grad for p in model.parameters()]

    with detect_anomaly():
        watched = gradients()
    assert watched == gradients()


# ---- diagnose


def test_nothing_is_found_in_a_healthy_step():
    model = nn.MLP(2, [8, 8, 1], "tanh", rng=1)
    y = loss_of(model)
    before = diagnose(y, model)
    assert before.ok
    assert str(before) == "Nothing wrong found.\nnote: backward() has not been called on this output"
    y.backward()
    assert str(diagnose(y, model)) == "Nothing wrong found."
    assert diagnose(y).ok


def test_no_gradient_and_no_data_is_changed():
    model = nn.MLP(2, [4, 1], rng=1)
    y = loss_of(model)
    y.backward()
    nodes = autograd.topological_order(y)
    before = [(v.data, v.grad, v.local_derivatives) for v in nodes]
    diagnose(y, model)
    assert [(v.data, v.grad, v.local_derivatives) for v in nodes] == before


def test_stale_data():
    a = Value(2.0, "a")
    y = (a * a) + 1
    a.data = 5.0
    assert findings(y) == {
        "stale data": "the graph was recorded with other numbers: Value = 4, made by multiply, would now be 25. "
        "Compute the output again"
    }
    a.data = math.nan
    assert "stale data" in findings(y)
    a.data = 2.0
    assert findings(y) == {}


def test_unreachable_parameters():
    a, b, c = Value(1.0, "a"), Value(2.0, "b"), Value(3.0)
    text = findings(a * 2, [a, b, c])["unreachable parameters"]
    assert text == "the output does not depend on 2 of 3 parameters: b, parameter 2"


def test_values_and_gradients_that_are_not_finite():
    a = Value(0.0, "a")
    y = a.log() * 2
    found = findings(y)
    assert found["values not finite"] == "2 of 4 nodes, the first of them Value = -inf, made by log of 0"
    assert (
        found["gradients not finite"]
        == "1 of 4 nodes, the first of them on the way back: Value 'a' = 0, has gradient inf"
    )
    assert set(findings(a.sqrt())) == {"gradients not finite"}


def test_zero_gradients():
    a, b = Value(-1.0, "a"), Value(-2.0, "b")
    y = (a + b).relu()
    assert findings(y) == {"zero gradients": "all 2 leaves have gradient 0: nothing can be learned from this output"}
    y.backward()
    assert "all 1 parameters have gradient 0" in findings(y, [a])["zero gradients"]
    assert "zero gradients" not in findings(y + b)


def test_gradients_that_were_not_cleared():
    a, b = Value(2.0, "a"), Value(3.0, "b")
    y = a * b
    y.backward()
    assert findings(y) == {}
    y.backward()
    assert findings(y) == {
        "gradients not cleared": "they are 2 times what one backward() of this output gives. "
        "Call zero_grad() before backward()"
    }
    z = a * b
    assert findings(z)["gradients not cleared"].startswith(
        "2 of 2 hold gradients before backward() of this output: a, b."
    )
    a.grad = 0.0
    z.backward()
    assert findings(z)["gradients not cleared"].startswith("1 of 2 hold more than this output has sent them: b.")
    a.zero_grad()
    b.zero_grad()
    assert "the gradients have been cleared since backward()" in diagnose(z).notes
    assert diagnose(z).ok


def test_a_step_and_clipping_are_no_leftovers():
    model = nn.MLP(2, [8, 1], "tanh", rng=1)
    y = loss_of(model)
    y.backward()
    nn.clip_grad_norm(model.parameters(), 1e-3)
    assert diagnose(y, model).ok
    y.zero_grad()
    y.backward()
    nn.clip_grad_value(model.parameters(), 1e-3)
    assert diagnose(y, model).ok


def test_stale_data_after_an_update_is_a_note():
    model = nn.MLP(2, [8, 1], "tanh", rng=1)
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    y = loss_of(model)
    y.backward()
    optimizer.step()
    for diagnosis in (diagnose(y, model), diagnose(y)):
        assert diagnosis.ok
        assert [note.partition(":")[0] for note in diagnosis.notes] == ["stale data, as after an update"]
    y.parents[0].data += 1.0  # a result that was changed is none that an update changes
    assert set(findings(y, model)) == {"stale data"}


def test_the_seed_of_backward_is_taken_into_account():
    a = Value(2.0, "a")
    y = a * a
    y.backward(-2.5)
    assert findings(y) == {}


def test_dead_relus_are_those_that_are_zero_on_all_samples():
    model = nn.MLP(2, [6, 4, 1], rng=3)
    for i in (1, 4):
        model.layers[0].neurons[i].b.data = -100.0
    found = [f.text for f in diagnose(loss_of(model), model).findings if f.where == "dead relus"]
    assert found[0] == "2 of 6 relu units of layers[0] (neurons 1, 4) are zero on all 20 samples: they cannot learn"
    expected = []
    for layer in model.layers[:2]:
        outputs = [_outputs(model, layer, x) for x in moons()[0]]
        expected.append([i for i in range(len(layer.neurons)) if not any(o[i].data for o in outputs)])
    assert expected[0] == [1, 4]
    assert len(found) == sum(map(bool, expected))


def _outputs(model, layer, x):
    for each in model.layers:
        x = each(x)
        if each is layer:
            return x
    raise AssertionError


def test_without_a_model_units_are_told_by_the_leaves_they_share():
    w, b, v = Value(1.0, "w"), Value(-10.0, "b"), Value(0.5, "v")
    dead, alive = [relu(w * x + b) for x in (1.0, 2.0, 3.0)], [relu(v * x) for x in (-1.0, 2.0, 3.0)]
    y = sum([*dead, *alive])
    assert findings(y)["dead relus"] == "1 of 2 relu units are zero on all 3 samples: they cannot learn"


def test_inputs_that_are_values_call_for_a_model():
    w = Value(1.0, "w")
    y = sum(relu(w * Value(x)) for x in (-1.0, -2.0, -3.0))
    assert "dead relus" not in findings(y)
    assert findings(y, [w])["dead relus"] == "1 of 1 relu units are zero on all 3 samples: they cannot learn"


def test_zero_on_one_sample_is_not_dead():
    model = nn.MLP(2, [8, 1], rng=1)
    diagnosis = diagnose(model([0.5, -1.0]), model)
    assert "dead relus" not in {f.where for f in diagnosis.findings}
    assert any(
        "relu units of layers[0]" in n and "are zero on the one sample of this graph" in n for n in diagnosis.notes
    )


@pytest.mark.parametrize(("name", "f"), [("tanh", tanh), ("sigmoid", sigmoid)])
def test_saturated_units(name, f):
    w, v = Value(30.0, "w"), Value(0.1, "v")
    y = sum(f(w * x) + f(v * x) for x in (-1.0, 2.0, 3.0))
    slopes = "have slopes below 1% of the steepest on all 3 samples: they hardly learn"
    assert findings(y) == {"saturated units": f"1 of 2 {name} units {slopes}"}
    assert findings(f(w * 2.0) + f(v * 0.01)) == {}
    assert any("on the one sample" in note for note in diagnose(f(w * 2.0)).notes)
    almost = sum(f(w * x) for x in (0.001, 2.0, 3.0))
    assert findings(almost) == {}


def constant_start(number):
    return lambda nin, nout, rng: np.full((nout, nin), number)


def hints(output, model=None):
    return {f.where: f.hint for f in diagnose(output, model).findings}


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (lambda neuron: setattr(neuron.b, "data", -100.0), "their biases hold them below 0"),
        (
            lambda neuron: [setattr(p, "data", 0.0) for p in neuron.parameters()],
            "all their weights are 0: start from random ones",
        ),
        (lambda neuron: [setattr(w, "data", -1.0) for w in neuron.w], ""),
    ],
)
def test_dead_relus_are_told_with_what_alone_explains_it(change, hint):
    model = nn.MLP(2, [4, 1], init=constant_start(0.5))
    change(model.layers[0].neurons[2])
    X = [[1.0, 2.0], [3.0, 0.5], [0.25, 1.0]]
    found = [f for f in diagnose(sum(model(x) for x in X), model).findings if f.where == "dead relus"]
    text = "1 of 4 relu units of layers[0] (neuron 2) are zero on all 3 samples: they cannot learn"
    assert found == [("dead relus", text, hint, "")]


def test_behind_dead_relus_nothing_but_zero_comes_in():
    model = nn.MLP(2, [2, 2, 1], rng=3)
    for neuron in model.layers[0].neurons:
        neuron.b.data = -100.0
    found = [f for f in diagnose(loss_of(model), model).findings if f.where == "dead relus"]
    assert [f.hint for f in found] == ["their biases hold them below 0", "nothing but 0 comes in"]
    assert "layers[1] (neurons 0, 1)" in found[1].text


def test_saturated_units_are_told_with_their_weights_and_inputs():
    model = nn.MLP(1, [3, 1], "tanh", rng=0)
    loss = sum(model([x]) for x in (100.0, 255.0))
    weights = max(abs(p.data) for p in model.layers[0].parameters())
    assert hints(loss, model)["saturated units"] == f"weights go up to {weights:.6g}, inputs up to 255"


# ---- twins, and zeros behind


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "gelu", "linear"])
@pytest.mark.parametrize("start", ["zeros", constant_start(0.5)])
def test_units_that_start_equal_are_twins(activation, start):
    model = nn.MLP(2, [4, 1], activation, init=start)
    loss = loss_of(model)
    loss.backward()
    assert findings(loss, model)["twins"] == (
        f"4 of 4 {activation} units of layers[0] (neurons 0, 1, 2, 3) have equal weights and equal gradients: they "
        "learn the same, and stay alike"
    )
    for _ in range(3):
        nn.SGD(model.parameters(), lr=0.1).step()
    first, *others = ([p.data for p in neuron.parameters()] for neuron in model.layers[0].neurons)
    assert all(other == first for other in others)


def test_twins_are_found_after_training_by_replay_and_in_part():
    model = nn.MLP(2, [4, 1], "tanh", init=constant_start(0.5))
    model.layers[0].neurons[1].w[0].data = 0.25
    X, y = nn.data.moons(20, rng=1)
    nn.fit(model, X, y, loss=nn.mse, optimizer=nn.SGD(model.parameters(), lr=0.1), epochs=3, progress=False)
    text = findings(loss_of(model), model)["twins"]
    assert text.startswith("3 of 4 tanh units of layers[0] (neurons 0, 2, 3) have equal weights")


def test_twins_without_a_model_are_told_by_their_leaves():
    w, u, b, c = Value(0.5, "w"), Value(0.5, "u"), Value(2.0, "b"), Value(2.0, "c")
    y = sum(b * tanh(w * x) + c * tanh(u * x) for x in (1.0, 2.0))
    assert findings(y)["twins"].startswith("2 of 2 tanh units have equal weights")
    c.data = 1.0
    y = sum(b * tanh(w * x) + c * tanh(u * x) for x in (1.0, 2.0))
    assert diagnose(y).ok


def test_recurrent_units_that_start_equal_are_twins():
    model = nn.Sequential(nn.Recurrent(1, 3, init=constant_start(0.5)), nn.Layer(3, 1, "linear", init="zeros"))
    loss = sum(nn.mse(model(x), 1.0) for x in ([1.0, 2.0], [0.5, -1.0]))
    assert findings(loss, model)["twins"].startswith("3 of 3 tanh units of layers[0]")


def test_nothing_arrives_before_a_layer_of_zeros_that_stays():
    model = nn.MLP(2, [4, 1], "tanh", init="zeros")
    X, y = nn.data.moons(20, rng=1)
    loss = sum(nn.mse(model(x), t) for x, t in zip(X.tolist(), y.tolist(), strict=True))
    assert findings(loss, model)["zeros behind"] == (
        "nothing arrives at 12 parameters of layers[0]: what flows back is multiplied by weights of layers[1] that are "
        "0, and these get no gradient either"
    )
    a, b = Value(0.0, "a"), Value(0.0, "b")
    assert hints(a * b)["zero gradients"] == "what flows back is multiplied by weights that are 0"


def test_a_layer_of_zeros_that_learns_is_a_note():
    """As in networks that begin as the identity: after one step all of it learns."""
    model = nn.Sequential(nn.Layer(2, 4, "tanh", rng=0), nn.Layer(4, 1, "linear", init="zeros"))
    loss = loss_of(model)
    loss.backward()
    diagnosis = diagnose(loss, model)
    assert diagnosis.ok
    (note,) = diagnosis.notes
    assert note.startswith("nothing arrives at 12 parameters of layers[0]")
    nn.SGD(model.parameters(), lr=0.1).step()
    model.zero_grad()
    assert diagnose(loss_of(model), model).ok
    assert diagnose(loss_of(model), model).notes == ["backward() has not been called on this output"]


RIGHT = {
    "softmax regression from zeros, on one sample": (
        lambda: nn.Layer(2, 5, "linear", init="zeros"),
        lambda model: nn.cross_entropy(model([0.5, -1.0]), 2),
    ),
    "softmax regression from zeros, on a batch": (
        lambda: nn.Layer(2, 5, "linear", init="zeros"),
        lambda model: sum(nn.cross_entropy(model(x), i % 2) for i, x in enumerate(moons()[0])),
    ),
    "logistic regression from zeros": (
        lambda: nn.Layer(2, 1, "sigmoid", init="zeros"),
        lambda model: sum(nn.binary_cross_entropy(model(x), t > 0) for x, t in zip(*moons(), strict=True)),
    ),
    "several outputs": (
        lambda: nn.MLP(2, [5, 3], "tanh", rng=0),
        lambda model: sum(nn.mse(model(x), [t, t, t]) for x, t in zip(*moons(), strict=True)),
    ),
    "a residual network": (
        lambda: nn.Sequential(nn.Layer(2, 3, "tanh", rng=0), nn.Residual(nn.Layer(3, 3, rng=1)), nn.Layer(3, 1, rng=2)),
        loss_of,
    ),
    "a residual network that begins as the identity": (
        lambda: nn.Sequential(nn.Layer(2, 3, "tanh", rng=0), nn.Residual(nn.Layer(3, 3, "tanh", init="zeros")),
                              nn.Layer(3, 1, "linear", rng=2)),
        loss_of,
    ),
    "dropout": (
        lambda: nn.Sequential(nn.Layer(2, 8, "tanh", rng=0), nn.Dropout(0.5, rng=0), nn.Layer(8, 1, "linear", rng=1)),
        loss_of,
    ),
    "batch normalisation": (
        lambda: nn.Sequential(nn.Layer(2, 4, "linear", rng=0), nn.BatchNorm(4), "tanh", nn.Layer(4, 1, rng=1)),
        lambda model: sum(nn.hinge(y, t) for y, t in zip(model.batch(moons()[0]), moons()[1], strict=True)),
    ),
    "a recurrent network": (
        lambda: nn.Sequential(nn.Recurrent(1, 4, rng=0), nn.Layer(4, 1, "linear", rng=1)),
        lambda model: sum(nn.mse(model(x), x[0]) for x in ([1.0, 2.0, 0.5], [-1.0, 0.0, 2.0])),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_right_networks_get_no_finding(name):
    make, loss_of_it = RIGHT[name]
    model = make()
    optimizer = nn.Adam(model.parameters(), lr=0.03)
    for step in range(30):
        model.zero_grad()
        loss = loss_of_it(model)
        loss.backward()
        if step in (0, 1, 29):
            assert not diagnose(loss, model).findings, step
        optimizer.step()


# ---- which samples, and where a graph was cut


def test_numbers_that_are_not_finite_are_told_with_their_samples():
    model = nn.MLP(2, [3, 1], "tanh", rng=0)
    X, y = moons()
    X[3][1] = math.nan
    for loss in (
        sum(nn.mse(model(x), t) for x, t in zip(X, y, strict=True)),
        autograd.mean([nn.mse(model(x), t) for x, t in zip(X, y, strict=True)]) * 0.5,
        sum((model(x) - t) ** 2 for x, t in zip(X, y, strict=True)) * (1 / 20)
        + 1e-4 * sum(p * p for p in model.parameters()),
        sum(0.5 * nn.mse(model(x), t) for x, t in zip(X, y, strict=True)) / 20
        + nn.l2_penalty(model.parameters(), 1e-4),
    ):
        found = findings(loss, model)
        assert " in sample 3 of 20 (counted from 0), the first of them" in found["values not finite"]
    assert " in sample " not in findings(loss)["values not finite"]  # without a model samples are not told


@pytest.mark.parametrize(
    ("bad", "told"),
    [([7], "sample 7 of 20 "), ([19, 0], "samples 0, 19 of 20 "), (range(2, 9), "samples 2, 3, 4, 5 and 3 more of 20 "),
     (range(20), "all 20 samples,")],
)  # fmt: skip
def test_gradients_that_are_not_finite_are_told_with_their_samples(bad, told):
    model = nn.MLP(2, [3, 2], "tanh", rng=0)
    outputs = [model(x) for x in moons()[0]]
    loss = sum(sqrt(a - a.data if i in bad else a * a + 1) + b for i, (a, b) in enumerate(outputs))
    found = findings(loss, model)
    assert f" in {told}" in found["gradients not finite"]
    assert "values not finite" not in found


def test_a_weight_that_is_nan_is_in_all_samples():
    model = nn.MLP(2, [3, 1], "tanh", rng=0)
    model.layers[0].neurons[0].b.data = math.nan
    assert " in all 20 samples, " in findings(loss_of(model), model)["values not finite"]


def cut_by_math(v):
    return math.tanh(v * 2)  # cuts


@pytest.mark.filterwarnings("ignore:math.tanh")
def test_a_graph_that_math_has_cut_is_told_with_its_line():
    w, b, u = Value(0.5, "w"), Value(-1.0, "b"), Value(3.0, "u")
    y = cut_by_math(w * 3.0 + b) * u
    (found,) = diagnose(y, [w, b, u]).findings
    line = cut_by_math.__code__.co_firstlineno + 1
    assert found.where == "cut graph"
    assert found.text == (
        "nothing flows back to w, b: math.tanh() takes the number of a Value and forgets the graph, in "
        f"test_diagnose.py, line {line} of cut_by_math: `return math.tanh(v * 2)  # cuts`"
    )
    assert found.hint == "write autograd.tanh(…)"
    other = Value(1.0, "other")
    assert set(findings(y, [u, other])) == {"unreachable parameters"}
    assert diagnose(y * w * b, [w, b, u]).ok  # cut somewhere, but not cut off


def rewrapped(w, x):
    h = w * x
    return Value(h.data).exp()


def trained(w):
    total = 0.0
    (w * 2.0).backward()
    total += w.data
    return total


class Cut(nn.Module):
    def __init__(self):
        self.first, self.last = nn.Layer(2, 3, "tanh", rng=0), nn.Layer(3, 1, "linear", rng=1)

    def __call__(self, x):
        return self.last([h.data for h in self.first(x)])


def test_a_line_that_may_have_cut_a_graph_is_told():
    w, u = Value(0.5, "w"), Value(3.0, "u")
    trained(u)
    u.zero_grad()
    assert hints(rewrapped(w, 2.0) * u, [w, u])["unreachable parameters"] == ""  # the caller is `hints`
    (found,) = diagnose(rewrapped(w, 2.0) * u, [w, u]).findings
    line = rewrapped.__code__.co_firstlineno + 2
    assert found.text == "the output does not depend on 1 of 2 parameters: w"
    assert found.hint == (
        f"the graph is cut where `.data` is computed with, in test_diagnose.py, line {line} of rewrapped: "
        "`return Value(h.data).exp()`"
    )
    model = Cut()
    hint = hints(model([1.0, 2.0]), model)["unreachable parameters"]
    assert hint.endswith("of __call__: `return self.last([h.data for h in self.first(x)])`")


def test_of_the_callers_lines_only_those_that_read_what_is_cut_off_are_told():
    w, u, other = Value(0.5, "w"), Value(3.0, "u"), Value(1.0, "other")
    h = w * 2.0
    seen = [h.data]
    y = u * h.data + other.data  # cut
    seen.append(h.data)
    w.data = w.data - 0.0
    (found,) = diagnose(y, [w, u]).findings
    assert found.hint.count("test_diagnose.py") == 2
    assert "`seen = [h.data]`" in found.hint
    assert "`y = u * h.data + other.data  # cut`" in found.hint
    assert diagnose(y * other, [other, u]).ok
    (found,) = diagnose(y, [u, Value(1.0)]).findings
    assert found.hint == ""


@pytest.mark.filterwarnings("ignore:math.tanh")
def test_a_cut_keeps_nothing_alive():
    w = Value(0.5)
    n = w * 3.0
    cut_by_math(n)
    gone = [weakref.ref(w), weakref.ref(n)]
    del w, n
    gc.collect()
    assert [reference() for reference in gone] == [None, None]


def test_vanishing_and_exploding_gradients():
    deep = nn.MLP(2, [8] * 12 + [1], "sigmoid", rng=1)
    y = sum(deep(x) for x in moons()[0])
    text = findings(y, deep)["vanishing gradients"]
    y.backward()
    sizes = [math.sqrt(sum(p.grad**2 for p in layer.parameters()) / len(layer.parameters())) for layer in deep.layers]
    assert text == (
        f"from the last layer to the first they change by {sizes[0] / sizes[-1]:.1g}: "
        + ", ".join(f"{s:.1g}" for s in sizes)
    )
    wild = Stack()
    assert findings(wild(0.3), wild) == {
        "exploding gradients": "from the last layer to the first they change by 1e+04: 1e+04, 1"
    }
    assert findings(loss_of(nn.MLP(2, [8, 8, 1], "tanh", rng=1)), nn.MLP(2, [1], rng=0)).keys() == {
        "unreachable parameters"
    }


class Stack:
    """Anything with parameters() and layers will do."""

    def __init__(self):
        self.layers = [nn.Module(), nn.Module()]
        for layer in self.layers:
            p = Value(1.0)
            layer.parameters = lambda p=p: [p]

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]

    def __call__(self, x):
        first, last = self.parameters()
        return last * (1.0 + 10_000 * (first - 1.0) * (x / x))


def test_a_diagnosis_prints_and_is_shown():
    a, b = Value(2.0, "a<b"), Value(3.0, "b")
    y = a * a
    a.data = 5.0
    diagnosis = diagnose(y, [a, b])
    assert str(diagnosis).startswith("2 findings.\n- stale data: ")
    assert repr(diagnosis) == "<Diagnosis: 2 findings>"
    html = diagnosis._repr_html_()
    assert html.count("<div") == html.count("</div>")
    assert "unreachable parameters" in html
    assert ">in " not in html
    assert not diagnosis.ok


def test_a_deep_and_a_wide_graph_are_diagnosed():
    a = Value(1.0, "a")
    y = a
    for _ in range(20_000):
        y = y + 1e-9
    assert diagnose(y).ok
    assert diagnose(autograd.sum([a * float(i) for i in range(20_000)])).ok


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((3.0,), "diagnose() needs the Value that a computation ended in, not 3.0"),
        ((Value(1.0), [1.0]), "diagnose(output, model) takes a model with parameters(), or Values, and 1.0 is none"),
    ],
)
def test_what_is_no_value_is_refused(arguments, message):
    with pytest.raises(TypeError) as error:
        diagnose(*arguments)
    assert str(error.value) == message
