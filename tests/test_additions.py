"""What holds for every optimizer, loss, module, schedule and check: an added one is found, and tested, by itself.

Where one cannot be made from its signature alone there is a table here, and a test names who has no entry in it.
"""

import copy
import dataclasses
import inspect
import math
import pickle

import numpy as np
import pytest

import nn
from autograd import Value, check, dot, record, topological_order
from autograd.check import report
from autograd.replay import plain
from nn import (
    GRU,
    LSTM,
    MLP,
    Activation,
    AvgPool2d,
    BatchNorm,
    Conv2d,
    Dropout,
    Embedding,
    Flatten,
    Layer,
    LayerNorm,
    MaxPool2d,
    Neuron,
    Recurrent,
    Residual,
    RMSNorm,
    Sequential,
)
from nn.arrays import flat, leaves
from tests.test_replay import assert_equal, both, run

PUBLIC = [getattr(nn, name) for name in nn.__all__]


def each(names, cases):
    return pytest.mark.parametrize(names, cases, ids=lambda x: getattr(x, "__name__", None))


def family(base):
    """All of nn that derives from a class."""
    own = [c for c in base.__subclasses__() if c.__module__.startswith("nn.")]
    return own + [c for child in own for c in family(child)]


# ---- optimizers

OPTIMIZERS = family(nn.Optimizer)
SHOWING = {bool: True, tuple: (0.5, 0.8)}  # settings that show in every step, by the type of the default; else 0.3
START, PULL, SHIFT = np.array([0.6, 0.3, -0.2]), np.array([2.0, -1.0, 0.5]), np.array([1.0, 0.7, -2.0])


def all_settings(optimizer):
    parameters = inspect.signature(optimizer).parameters.values()
    return {p.name: SHOWING.get(type(p.default), 0.3) for p in parameters if p.name != "parameters"}


def others(x):
    """A setting's other values."""
    if isinstance(x, tuple):
        return [(*x[:i], other, *x[i + 1 :]) for i in range(len(x)) for other in others(x[i])]
    return [not x] if isinstance(x, bool) else [x / 2]


def bad(x):
    """What a setting must not be, with the error."""
    if isinstance(x, tuple):
        places = [((*x[:i], worse, *x[i + 1 :]), error) for i in range(len(x)) for worse, error in bad(x[i])]
        return [*places, (x[:1], ValueError), (x[0], ValueError)]
    if isinstance(x, bool):
        return []
    return [(-1.0, ValueError), (math.nan, ValueError), (math.inf, ValueError), ("1", TypeError), (None, TypeError)]


def trail(optimizer, start=START, count=5, order=slice(None)):
    """Where steps lead, each with the gradient of Σ ½ pull · p² + shift · p."""
    p, places = start.copy(), []
    for _ in range(count):
        optimizer.step_arrays(p, PULL[order] * p + SHIFT[order])
        places.append(p.copy())
    return np.array(places)


def make(optimizer, **settings):
    return optimizer([Value(x) for x in START], **settings)


@each("optimizer", OPTIMIZERS)
def test_steps_on_values_are_steps_on_arrays(optimizer):
    on_arrays, on_values = (make(optimizer, **all_settings(optimizer)) for _ in range(2))
    for expected in trail(on_arrays):
        for v, pull, shift in zip(on_values.parameters, PULL, SHIFT, strict=True):
            v.grad = pull * v.data + shift
        on_values.step()
        assert [v.data for v in on_values.parameters] == expected.tolist()
        assert {type(v.data) for v in on_values.parameters} == {float}
    assert on_values.t == on_arrays.t == 5
    on_values.zero_grad()
    assert [v.grad for v in on_values.parameters] == [0.0] * 3


@each("optimizer", OPTIMIZERS)
def test_parameters_do_not_know_each_other(optimizer):
    alike = (make(optimizer, **all_settings(optimizer)) for _ in range(2))
    backwards = slice(None, None, -1)
    assert (trail(next(alike)) == trail(next(alike), START[backwards], order=backwards)[:, backwards]).all()


@each("optimizer", OPTIMIZERS)
def test_a_step_goes_against_the_gradient_as_far_as_the_rate_says(optimizer):
    (p,) = trail(make(optimizer, lr=0.01), count=1)
    assert (np.sign(START - p) == np.sign(PULL * START + SHIFT)).all()
    assert (trail(make(optimizer, lr=0.0)) == START).all()


@each("optimizer", OPTIMIZERS)
def test_every_setting_of_an_optimizer_counts_and_is_checked(optimizer):
    settings = all_settings(optimizer)
    expected = trail(make(optimizer, **settings))
    for name, x in settings.items():
        for other in others(x):
            assert not (trail(make(optimizer, **settings | {name: other})) == expected).all(), name
        for worse, error in bad(x):
            with pytest.raises(error, match="rate" if name == "lr" else name):
                make(optimizer, **settings | {name: worse})


@each("batch_size", [1, 31, 32, 1000, None])
@each("optimizer", OPTIMIZERS)
def test_an_optimizer_trains_by_replay_as_it_does_eagerly(optimizer, batch_size):
    def make():
        return MLP(2, [4, 1], "tanh", rng=0)

    assert_equal(*both(make, optimizer=optimizer, batch_size=batch_size, epochs=1 if batch_size == 1 else 3))


@each("optimizer", OPTIMIZERS)
def test_a_resumed_optimizer_goes_on_as_if_never_stopped(optimizer):
    settings = all_settings(optimizer)
    expected = trail(make(optimizer, **settings), count=8)
    first, second = make(optimizer, **settings), make(optimizer, **settings | {"lr": 0.5})
    assert (trail(first, count=4) == expected[:4]).all()
    state, copied = first.state_dict(), copy.deepcopy(first)
    assert repr(first) == f"{optimizer.__name__} of 3 parameters, lr=0.3, 4 updates done"
    trail(first)
    second.load_state_dict(pickle.loads(pickle.dumps(state)))  # of before: a state is a copy
    for resumed in (second, copied):
        assert (trail(resumed, expected[3], count=4) == expected[4:]).all()


# ---- losses

LOSSES = [
    f for f in PUBLIC if getattr(f, "__module__", "") == "nn.losses" and "outputs" in inspect.signature(f).parameters
]


def real(rng, n):
    return rng.normal(size=n)


def signs(rng, n):
    return rng.choice([-1.0, 1.0], n)


def share(rng, n):
    return rng.uniform(0.1, 0.9, n)


def distribution(rng, n):
    return rng.dirichlet(np.ones(n))


#: What a loss takes for outputs and for targets, where that is not any real numbers.
TAKES = {
    nn.hinge: (real, signs),
    nn.binary_cross_entropy: (share, share),
    nn.binary_cross_entropy_with_logits: (real, share),
    nn.cross_entropy: (real, distribution),
    nn.categorical_cross_entropy: (distribution, distribution),
}
OF_CLASSES = [loss for loss in LOSSES if TAKES.get(loss, (real, real))[1] is distribution]


def examples(loss, count=6):
    """Outputs and targets of so many samples, of three outputs each."""
    rng, takes = np.random.default_rng(0), TAKES.get(loss, (real, real))
    samples = [[take(rng, 3).tolist() for take in takes] for _ in range(count)]
    try:
        loss(*samples[0])
    except ValueError as error:
        error.add_note("TAKES, in this file, says what the loss takes")
        raise
    return samples


@each("loss", LOSSES)
def test_gradients_of_a_loss_are_central_differences(loss):
    for outputs, targets in examples(loss):
        ys = [Value(y) for y in outputs]
        loss(ys, targets).backward()
        for i, y in enumerate(ys):
            above, below = (
                loss([Value(x + h * (i == j)) for j, x in enumerate(outputs)], targets).data for h in (1e-7, -1e-7)
            )
            assert y.grad == pytest.approx((above - below) / 2e-7, rel=1e-5, abs=1e-6)


@each("loss", LOSSES)
def test_a_loss_takes_numbers_and_values_in_any_order(loss):
    for outputs, targets in examples(loss):
        value = loss([Value(y) for y in outputs], targets)
        assert type(value) is Value
        assert math.isfinite(value.data)
        assert value.data >= 0.0
        for ys, ts in (
            (outputs, targets),
            (np.array(outputs), np.array(targets)),
            (outputs, [Value(t) for t in targets]),
        ):
            assert loss(ys, ts).data == value.data
        assert loss(outputs[::-1], targets[::-1]).data == pytest.approx(value.data, rel=1e-12)


@each("loss", [loss for loss in LOSSES if loss not in OF_CLASSES])
def test_a_loss_is_the_mean_of_its_outputs_losses(loss):
    for outputs, targets in examples(loss):
        single = [loss(Value(y), t).data for y, t in zip(outputs, targets, strict=True)]
        assert loss(outputs, targets).data == pytest.approx(np.mean(single), rel=1e-12)
    for ys, ts in (([0.5, 0.5], [1.0]), ([0.5], [1.0, 1.0]), (0.5, [1.0, 1.0])):
        with pytest.raises(ValueError, match=f"needs a target for each output, got {np.size(ys)} .* {len(ts)}"):
            loss(ys, ts)


@each("loss", OF_CLASSES)
def test_a_class_is_the_distribution_that_is_certain_of_it(loss):
    for outputs, _ in examples(loss):
        for k in range(3):
            by_distribution = pytest.approx(loss(outputs, np.eye(3)[k]).data, rel=1e-15)
            assert (
                loss(outputs, k).data == loss(outputs, float(k)).data == loss(outputs, Value(k)).data == by_distribution
            )
        for wrong in (-1, 3, 1.5, math.nan):
            with pytest.raises(
                ValueError, match=f"{loss.__name__} got class {wrong}: with 3 outputs the classes are 0 to 2"
            ):
                loss(outputs, wrong)
            with pytest.raises(ValueError, match=f"{loss.__name__} got class {float(wrong)}"):
                loss(outputs, Value(wrong))
        for wrong in ([1.0], [0.5, 0.5], [0.5, 0.6, 0.1], [1.5, -0.5, 0.0]):
            with pytest.raises(ValueError, match=f"{loss.__name__} needs"):
                loss(outputs, wrong)
        with pytest.raises(ValueError, match=f"{loss.__name__} needs an output for each of at least two classes"):
            loss(outputs[0], 0)


@each("loss", LOSSES)
def test_a_recorded_loss_replays_for_other_outputs_and_targets(loss):
    cases = examples(loss, count=40)
    ys, ts = (leaves(numbers) for numbers in cases[0])
    program = record(loss(ys, ts), [*ys, *ts])
    expected = [loss(outputs, targets).data for outputs, targets in cases]
    assert program(np.reshape(cases, (40, 6))) == pytest.approx(expected, rel=1e-12, abs=1e-15)


@each("loss", LOSSES)
def test_a_loss_trains_by_replay_as_it_does_eagerly(loss):
    output = {real: "linear", share: "sigmoid", distribution: "softmax"}[TAKES.get(loss, (real, real))[0]]
    targets = [np.array([t for _, t in examples(loss, count=70)])]
    if loss in OF_CLASSES:
        targets.append(np.arange(70) % 3)
    for y in targets:
        assert_equal(*both(lambda: MLP(2, [4, 3], "tanh", output=output, rng=0), loss=loss, y=y))


@each("loss", LOSSES)
def test_a_loss_shows_a_value_worked_out_by_hand(loss):
    assert f">>> {loss.__name__}(" in loss.__doc__ or f">>> round({loss.__name__}(" in loss.__doc__


# ---- modules

#: How each module is made, and the shape of a sample, or for a list of tokens their number. After a comma: another way.
MODULES = {
    "Activation": (lambda: Activation("softmax"), (2,)),
    "Activation, of each": (lambda: Activation("sin"), (2,)),
    "Activation, of an image": (lambda: Activation("tanh"), (2, 1, 3)),
    "AvgPool2d": (lambda: AvgPool2d(2), (2, 4, 2)),
    "BatchNorm": (lambda: BatchNorm(2), (2,)),
    "Conv2d": (lambda: Conv2d(2, 3, 2, rng=0), (2, 3, 4)),
    "Conv2d, of one number": (lambda: Conv2d(1, 1, 1, rng=0), (1, 1, 1)),
    "Conv2d, stride and padding": (lambda: Conv2d(1, 2, 3, stride=2, padding=1, rng=0), (1, 5, 4)),
    "Dropout": (lambda: Dropout(0.5, rng=3), (5,)),
    "Embedding": (lambda: Embedding(4, 3, rng=0), 4),
    "Flatten": (lambda: Flatten(), (2, 2, 3)),
    "GPT": (lambda: nn.GPT(4, 4, 4, 2, init="xavier", rng=0), 4),
    "GPT, of two layers": (lambda: nn.GPT(3, 3, 2, 1, 2, init=nn.normal(0.5), rng=0), 3),
    "GRU": (lambda: GRU(2, 3, rng=0), (4, 2)),
    "GRU, all states": (lambda: GRU(1, 1, rng=0, return_sequences=True), (3,)),
    "LSTM": (lambda: LSTM(2, 3, rng=0), (4, 2)),
    "LSTM, all states": (lambda: LSTM(1, 2, rng=0, return_sequences=True), (3,)),
    "LSTM, one step": (lambda: LSTM(2, 2, rng=0), (1, 2)),
    "Layer": (lambda: Layer(2, 3, "tanh", rng=0), (2,)),
    "Layer, softmax": (lambda: Layer(2, 3, "softmax", rng=0), (2,)),
    "Layer, of one": (lambda: Layer(2, 1, "gelu", rng=0), (2,)),
    "LayerNorm": (lambda: LayerNorm(3), (3,)),
    "MaxPool2d": (lambda: MaxPool2d(3), (1, 3, 6)),
    "MLP": (lambda: MLP(2, [3, 2], "tanh", init="xavier", rng=0), (2,)),
    "MLP, softmax": (lambda: MLP(2, [3, 1, 2], "silu", output="softmax", rng=1), (2,)),
    "MLP, expanded": (lambda: MLP(2, [3, 2], "elu", expand=True, rng=2), (2,)),
    "MultiheadAttention": (lambda: nn.MultiheadAttention(4, 2, rng=0), (3, 4)),
    "Neuron": (lambda: Neuron(3, "sigmoid", rng=0), (3,)),
    "RMSNorm": (lambda: RMSNorm(3), (3,)),
    "Recurrent": (lambda: Recurrent(2, 3, rng=0), (4, 2)),
    "Recurrent, all states": (lambda: Recurrent(1, 2, "sin", rng=0, return_sequences=True), (4,)),
    "Residual": (lambda: Residual(MLP(2, [3, 2], "tanh", rng=5)), (2,)),
    "Residual, batch norm": (
        lambda: Sequential(Residual(Sequential(BatchNorm(2), Layer(2, 2, "elu", rng=9))), "sin"),
        (2,),
    ),
    "Sequential": (
        lambda: Sequential(Layer(2, 3, "linear", rng=3), "softplus", Activation("softmax"), Layer(3, 2, rng=4)),
        (2,),
    ),
    "Sequential, of an image": (
        lambda: Sequential(
            Conv2d(1, 2, 2, padding=1, rng=0), "tanh", MaxPool2d(2), Flatten(), Layer(2 * 4, 2, "linear", rng=1)
        ),
        (1, 3, 4),
    ),
    "Sequential, of tokens": (
        lambda: Sequential(Embedding(4, 3, rng=0), Recurrent(3, 2, rng=1), Layer(2, 1, "linear", rng=2)),
        4,
    ),
    "Sequential, gated": (
        lambda: Sequential(LSTM(1, 2, return_sequences=True, rng=0), GRU(2, 2, rng=1), Layer(2, 1, "linear", rng=2)),
        (3,),
    ),
    "Sequential, batch norm": (
        lambda: Sequential(Layer(2, 3, "linear", rng=7), BatchNorm(3), "tanh", Layer(3, 2, "linear", rng=8)),
        (2,),
    ),
    "Sequential, dropout": (
        lambda: Sequential(Dropout(0.2, rng=0), Layer(2, 9, "tanh", rng=0), Dropout(0.5, rng=1), Layer(9, 1, rng=2)),
        (2,),
    ),
    "Sequential, recurrent": (lambda: Sequential(Recurrent(1, 4, rng=0), Layer(4, 1, "linear", rng=1)), (6,)),
}


def test_every_module_has_an_entry_in_the_table():
    public = {c.__name__ for c in family(nn.Module) if c in PUBLIC}
    assert public == {name.split(",")[0] for name in MODULES}, "MODULES, here, says how to make each"


def made(name, count=3):
    """The module, with every parameter and buffer at a number of its own, and samples."""
    make, shape = MODULES[name]
    model, rng = make(), np.random.default_rng(0)
    for p in model.parameters():
        p.data += 0.1 * rng.normal()
    tokens = isinstance(shape, int)
    samples = (rng.permuted([[*range(shape)]] * count, axis=1) if tokens else rng.normal(size=(count, *shape))).tolist()
    model.batch(samples)
    return model, samples


@each("training", [True, False])
@each("name", MODULES)
def test_gradients_of_a_module_are_central_differences(name, training):
    is_of_tokens = isinstance(MODULES[name][1], int)
    model, samples = made(name, 1 if is_of_tokens else 3)  # one text has nothing to do with another
    model.train(training)
    inputs = leaves(samples)
    xs = flat(inputs)
    before = copy.deepcopy(model)  # the same dropout masks, the same running statistics
    outputs = flat(model.batch(inputs))
    c = np.random.default_rng(1).normal(size=len(outputs)).tolist()
    total = dot(outputs, c)
    total.backward()
    assert {v for v in topological_order(total) if v.operation is None} == {*xs, *model.parameters()}

    def output(numbers):
        trial = copy.deepcopy(before)
        for p, x in zip(trial.parameters(), numbers[len(xs) :], strict=True):
            p.data = x
        return float(np.dot(c, flat(plain(trial.batch(numbers[: len(xs)].reshape(np.shape(samples)).tolist())))))

    values = [*xs, *model.parameters()]
    numbers = np.array([v.data for v in values])
    steps = 1e-6 * np.eye(len(numbers))
    if is_of_tokens:  # between tokens there is nothing
        assert not any(x.grad for x in xs)
        values, steps = values[len(xs) :], steps[len(xs) :]
    numeric = [(output(numbers + h) - output(numbers - h)) / 2e-6 for h in steps]
    assert [v.grad for v in values] == pytest.approx(numeric, rel=1e-6, abs=1e-7)


@each("name", MODULES)
def test_the_state_of_a_module_goes_everywhere_and_comes_back(name, tmp_path):
    model, samples = made(name)
    state, given, expected = model.state_dict(), model.state_dict(), model.predict(samples)
    named = model.named_parameters()
    assert [v for _, v in named] == model.parameters()
    assert len({label for label, _ in named}) == len({v for _, v in named}) == len(named)
    assert {label.split("[")[0] for label, _ in named} <= state.keys()
    model.save(tmp_path / "model")
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    for other in (
        copy.deepcopy(model),
        pickle.loads(pickle.dumps(model)),
        MODULES[name][0]().load(str(tmp_path / "model")),
        MODULES[name][0]().load_state_dict(given),
    ):
        assert other.predict(samples).tolist() == expected.tolist()
        assert [label for label, _ in other.named_parameters()] == [label for label, _ in named]
        for label, array in other.state_dict().items():
            assert (array == state[label]).all()
            array += 1
            given[label] += 1
        assert other.predict(samples).tolist() == expected.tolist(), "a state is a copy, given and taken"
    for wrong in ({**state, "more": 1.0}, dict(list(state.items())[1:]) or {"more": 1.0}):
        with pytest.raises(ValueError, match="this is another network's state"):
            model.load_state_dict(wrong)


@each("name", MODULES)
def test_a_module_says_what_it_is(name):
    model, _ = made(name)
    kind, total = name.split(",")[0], f"{len(model.parameters()):,}"
    assert kind in repr(model)
    *_, last = lines = str(model.summary()).splitlines()
    assert last.split() == ["total", total]
    assert all(label.split("[")[0].split(".")[-1] in str(lines) for label, _ in model.named_parameters())
    assert any(line.startswith(model.title()) for line in lines) or list(model.children())


@each("name", MODULES)
def test_a_module_predicts_what_it_gives_in_evaluation(name):
    model, samples = made(name, 70)
    modes = [i % 2 == 0 for i, _ in enumerate(model.named_modules())]
    for mode, (_, module) in zip(modes, model.named_modules(), strict=True):
        module.training = mode
    predicted = model.predict(samples)
    assert [module.training for _, module in model.named_modules()] == modes
    assert model.eval() is model
    assert not any(module.training for _, module in model.named_modules())
    expected = np.array([plain(model(x)) for x in samples]).reshape(predicted.shape)
    np.testing.assert_allclose(predicted, expected, rtol=1e-12, atol=1e-15)
    assert len(predicted) == 70
    assert predicted.ndim >= 2
    for some in (samples[:5], np.array(samples[:5])):  # too few to be replayed
        assert model.predict(some).tolist() == expected[:5].tolist()
    assert plain(model.batch(samples)) == [plain(model(x)) for x in samples]
    assert model.train() is model
    assert all(module.training for _, module in model.named_modules())


@each("name", MODULES)
def test_a_module_trains_by_replay_as_it_does_eagerly_or_says_why_not(name):
    def loss(outputs, target):
        return nn.mse(flat(outputs), [target] * len(flat(outputs)))

    samples = made(name, 70)[1]
    make = lambda: made(name)[0]  # noqa: E731
    if not make().parameters():
        with pytest.raises(ValueError, match="an optimizer needs parameters"):
            run(make(), X=samples, loss=loss)
    elif any(module.couples_samples for _, module in make().named_modules()):
        assert run(make(), X=samples, loss=loss).engine == "eager: batch normalisation couples the samples of a batch"
    else:
        # Adam would divide a gradient that is 0 but for rounding, as that of a key's bias, by its size.
        assert_equal(*both(make, X=samples, loss=loss, epochs=5, optimizer=nn.SGD))


@each("sample", ["ab", None, ["a", "b"]])
@each("name", MODULES)
def test_a_module_refuses_what_is_no_sample(name, sample):
    with pytest.raises((TypeError, ValueError)):
        made(name)[0].eval()(sample)


@each("name", [name for name in MODULES if not name.startswith(("Flatten", "Activation,", "Embedding"))])
def test_a_module_refuses_many_samples_but_where_any_depth_will_do(name):
    model, samples = made(name)
    for many in samples, np.array(samples), [samples]:
        with pytest.raises((TypeError, ValueError)):
            model.eval()(many)


# ---- schedules

SCHEDULES = [x for x in PUBLIC if getattr(x, "__module__", "") == "nn.schedules"]
#: Settings, where they are not 0.5.
USUAL = {"lr": 0.1, "epochs": 5, "every": 5, "minimum": 0.01, "after": nn.ExponentialDecay(0.1, 0.5)}


def schedule_settings(schedule):
    return {field.name: USUAL.get(field.name, 0.5) for field in dataclasses.fields(schedule)}


@each("schedule", SCHEDULES)
def test_a_schedule_gives_rates_that_fit_takes(schedule):
    rates = [schedule(**schedule_settings(schedule))(epoch) for epoch in range(20)]
    assert 0.0 <= min(rates) < max(rates) <= 0.1
    assert rates[0] == 0.1 or rates[0] < rates[1]
    falling = rates[int(np.argmax(rates)) :]
    assert falling == sorted(falling, reverse=True)
    model = Neuron(2, rng=0)
    assert run(model, schedule=schedule(**schedule_settings(schedule)), epochs=4).learning_rate == rates[:4]


@each("schedule", SCHEDULES)
def test_every_setting_of_a_schedule_counts_and_is_checked(schedule):
    settings = schedule_settings(schedule)
    usual = schedule(**settings)
    assert eval(repr(usual), vars(nn)) == usual
    for name, x in settings.items():
        if not callable(x):
            other = schedule(**settings | {name: 2 * x})
            assert [other(epoch) for epoch in range(20)] != [usual(epoch) for epoch in range(20)], name
        for worse, error in bad(x) if not callable(x) else [(5, TypeError), (lambda epoch: -1.0, ValueError)]:
            with pytest.raises(error):
                schedule(**settings | {name: worse})


# ---- checks


def order(output):
    return [output]


#: What passes and what fails each check.
CHECKS = {
    "check_answer": (("dy/da", 6.0, 6.0), ("dy/da", 3.0, 6.0)),
    "check_function": ((abs, abs, [(-2.0,)]), (float, abs, [(-2.0,)])),
    "check_op": (("neg", lambda a: -a, lambda g, a: -g), ("neg", lambda a: -a, lambda g, a: g)),
    "check_step": (("sgd", lambda p, g, state, lr: p - lr * g), ("sgd", lambda p, g, state, lr: p + lr * g)),
    "check_topological_order": ((topological_order,), (order,)),
    "check_value": ((Value, "mul"), (float, "mul")),
    "gradcheck": ((lambda v: v * v, 3.0), (lambda v: v.data * v, 3.0)),
}


@each("name", check.__all__)
def test_a_check_prints_that_all_is_well_and_raises_what_is_not(name, capsys):
    """`report` gives either as an object; a lesson's answers have none."""
    if name in ("passed", "report", "reveal", "unfold"):
        return
    assert name in CHECKS, "CHECKS, here, says what passes and what fails"
    test, (right, wrong) = getattr(check, name), CHECKS[name]
    assert test(*right) is None
    assert capsys.readouterr().out.strip()
    with pytest.raises(AssertionError, match=r"\S"):
        test(*wrong)
    capsys.readouterr()
    if name not in ("check_answer", "check_function"):
        assert report(test, *right).ok
        found = report(test, *wrong)
        assert not found.ok
        assert str(found)
        assert capsys.readouterr().out == ""
