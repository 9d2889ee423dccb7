"""detect_anomaly and diagnose: each trouble is found, told by its name, and nothing else is."""

import math
import pickle
import threading

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
    assert line.endswith(", in f: `return log(q) + 1  # here`")


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
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    y = loss_of(model)
    y.backward()
    nn.clip_grad_norm(model.parameters(), 1e-3)
    assert diagnose(y, model).ok
    y.zero_grad()
    y.backward()
    nn.clip_grad_value(model.parameters(), 1e-3)
    assert diagnose(y, model).ok
    optimizer.step()
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
