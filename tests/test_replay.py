"""Training by replay: equal to eager training, and eager where it cannot be, saying why."""

import gc
import itertools
import signal
from contextlib import nullcontext

import numpy as np
import pytest

import nn
from autograd import Value, grad, record, sin, where
from nn import MLP, SGD, Adam, BatchNorm, Dropout, Layer, Module, Sequential, fit
from nn.training import loop

X, Y = nn.data.moons(70, noise=0.1, rng=0)
each = pytest.mark.parametrize


def run(model, **settings):
    settings = {"epochs": 2, "batch_size": 32, "rng": 5, "progress": False, "loss": nn.mse, **settings}
    optimizer = settings.pop("optimizer", Adam)
    optimizer = optimizer(model.parameters(), lr=0.02) if isinstance(optimizer, type) else optimizer
    return fit(model, settings.pop("X", X), settings.pop("y", Y), optimizer=optimizer, **settings)


def data(model):
    return [p.data for p in model.parameters()]


def both(make, **settings):
    """The same run by replay and eagerly: models and histories."""
    models = make(), make()
    histories = [run(m, replay=replay, **settings) for m, replay in zip(models, (True, False), strict=True)]
    assert [h.engine for h in histories] == ["replay", "eager"]
    return models, histories


def assert_equal(models, histories):
    assert data(models[0]) == pytest.approx(data(models[1]), rel=1e-9, abs=1e-11)
    for name in ("loss", "penalty", "validation_loss", "learning_rate"):
        assert getattr(histories[0], name) == pytest.approx(getattr(histories[1], name), rel=1e-9, abs=1e-12)
    for name in ("metrics", "validation_metrics", "gradient_norms"):
        ours, theirs = getattr(histories[0], name), getattr(histories[1], name)
        assert ours.keys() == theirs.keys()
        for key in ours:
            assert ours[key] == pytest.approx(theirs[key], rel=1e-8, abs=1e-11)


def dropouts():
    return Sequential(Dropout(0.2, rng=0), Layer(2, 9, "tanh", rng=0), Dropout(0.5, rng=1), Layer(9, 1, rng=2))


def test_everything_at_once():
    settings = {
        "loss": nn.binary_cross_entropy_with_logits,
        "validation": (X[:20], Y[:20]),
        "schedule": nn.CosineDecay(0.05, epochs=6),
        "clip": 0.5,
        "clip_each": 0.1,
        "regularizer": lambda model: nn.l1_penalty(model, 1e-3) + nn.l2_penalty(model, 1e-3),
        "augment": lambda xs, rng: nn.data.jitter(xs, scale=0.05, rng=rng),
        "early_stopping": 3,
        "metrics": ["accuracy"],
        "epochs": 6,
    }
    assert_equal(*both(dropouts, **settings))


def test_parameters_outside_the_optimizer_stay_and_only_its_own_move():
    def make():
        model = MLP(2, [4, 4, 1], "tanh", rng=0)
        model.optimizer = SGD([*model.layers[2].parameters(), *model.layers[0].parameters()], lr=0.1)
        return model

    models = make(), make()
    frozen = [p.data for p in models[0].layers[1].parameters()]
    histories = [run(m, optimizer=m.optimizer, replay=r) for m, r in zip(models, (True, False), strict=True)]
    assert_equal(models, histories)
    assert [p.data for p in models[0].layers[1].parameters()] == frozen
    assert list(histories[0].gradient_norms) == ["layers.0", "layers.2"]


def test_dropouts_draw_anew_for_each_sample_and_go_on_where_they_were():
    (replayed, eager), _ = both(dropouts)
    assert replayed[2].rng.random() == eager[2].rng.random()


def test_a_dropout_that_is_used_twice_draws_twice_a_sample():
    def twice():
        layer, dropout = Layer(2, 2, rng=0), Dropout(0.5, rng=0)
        return Sequential(layer, dropout, layer, dropout, Layer(2, 1, rng=1))

    (replayed, eager), histories = both(twice)
    assert_equal((replayed, eager), histories)
    assert replayed[1].rng.random() == eager[1].rng.random()


class Detaching(nn.Module):
    """Its second part gets what the first gives as a number: the first learns by the way past it alone."""

    def __init__(self):
        self.first, self.second = Layer(2, 1, "tanh", rng=0), Layer(1, 1, "tanh", rng=1)

    def __call__(self, x):
        h = self.first(x)
        return h + self.second(h.detach())


def test_what_a_model_detaches_is_computed_anew_for_each_sample():
    assert_equal(*both(Detaching))
    model = Detaching()
    many = model.predict(X)[:, 0]
    assert many == pytest.approx([model(x).data for x in X.tolist()], rel=1e-12)


def test_an_interrupted_replay_goes_on_to_the_last_bit():
    calls = []

    def schedule(epoch):
        calls.append(epoch)
        if len(calls) == 3:
            signal.raise_signal(signal.SIGINT)
        return 0.01

    whole, model = dropouts(), dropouts()
    expected = run(whole, schedule=lambda epoch: 0.01, epochs=4)
    optimizer = Adam(model.parameters(), lr=0.01)
    with pytest.raises(KeyboardInterrupt):
        run(model, schedule=schedule, optimizer=optimizer, epochs=4)
    assert len(model.history.checkpoint.epoch.updates) == 1
    assert optimizer.t == 7
    history = run(model, schedule=schedule, optimizer=optimizer, epochs=4, history=model.history)
    assert history.loss == expected.loss
    assert data(model) == data(whole)


def test_a_sample_that_gives_nan_both_ways_can_be_replayed_and_is_named_in_its_turn():
    samples = X.copy()
    samples[-1, 0] = 1e308
    with pytest.raises(FloatingPointError, match="the loss is nan"):
        run(Layer(2, 1, "linear", init=[[10.0, 0.0]]), X=samples, replay=True, loss=lambda y, t: nn.mse(y - y, t))


def test_a_loss_that_is_no_number_stops_replay_before_its_step():
    model = MLP(2, [4, 1], rng=0)
    with pytest.raises(FloatingPointError, match="the loss is (inf|nan) for the outputs .* a smaller learning rate"):
        run(model, optimizer=SGD(model.parameters(), lr=1e200), replay=True)
    assert np.isfinite(data(model)).all()


# ---- what cannot be replayed


class Branching(Module):
    def __init__(self, question):
        self.inner, self.question = Layer(2, 1, "linear", rng=0), question

    def __call__(self, x):
        y = self.inner(x)
        return y * 2 if self.question(y) else y


class Sometimes(Module):
    """A network with a dropout for the first sample only."""

    def __init__(self):
        self.first, self.dropout, self.last = Layer(2, 2, rng=0), Dropout(0.5, rng=0), Layer(2, 1, rng=1)

    def __call__(self, x):
        y = self.first(x)
        return self.last(self.dropout(y) if getattr(x[0], "data", x[0]) == X[0, 0] else y)


class Drawing(Dropout):
    """Draws past what a recording listens to."""

    def __call__(self, x):
        return [v * u for v, u in zip(x, 1 + 1e-12 * self.rng.random(len(x)), strict=True)]


CANNOT = {
    "batch norm": (
        lambda: Sequential(Layer(2, 3, rng=0), BatchNorm(3), Layer(3, 1, rng=1)),
        {},
        "batch normalisation couples",
    ),
    "comparison": (
        lambda: Branching(lambda y: y > 0),
        {},
        r"a sample asks a comparison of a Value in line \d+ of <lambda>: `.*y > 0",
    ),
    "bool": (lambda: Branching(lambda y: bool(y.relu())), {}, r"a sample asks bool\(\) of a Value in line \d+"),
    "float": (lambda: Branching(lambda y: float(y) > 0), {}, r"a sample asks float\(\) of a Value in line \d+"),
    "data": (lambda: Branching(lambda y: y.data > 0), {}, "another sample is computed in another way"),
    "index": (
        lambda: MLP(2, [2], rng=0),
        {"loss": lambda outputs, target: -outputs[target]},
        r"a sample fails when it is recorded in line \d+ of <lambda>: `.*` \(list indices must be integers",
    ),
    "own leaf": (
        lambda: MLP(2, [1], rng=0),
        {"loss": lambda output, target, scale=Value(2.0, "scale"): nn.mse(output * scale, target)},  # noqa: B008
        "Value 'scale' = 2 is used and is no parameter",
    ),
    "regularizer": (
        lambda: MLP(2, [1], rng=0),
        {"regularizer": lambda m: sum((p if p > 0 else -p) for p in m.parameters())},
        "the regularizer asks a comparison of a Value in line",
    ),
    "dropout of one's own": (
        lambda: Sequential(Layer(2, 2, rng=0), Drawing(0.5, rng=0), Layer(2, 1, rng=1)),
        {},
        "a dropout is left out of a sample, or draws in a way of its own",
    ),
    "dropout for some": (
        Sometimes,
        {},
        "another sample is computed in another way",
    ),
}


@each("name", CANNOT)
def test_what_cannot_be_replayed_is_trained_eagerly_and_says_why(name, capsys):
    make, settings, reason = CANNOT[name]
    eager, model = make(), make()
    expected = run(eager, replay=False, **settings)
    history = run(model, progress=True, **settings)
    generators = [[m.rng for _, m in made.named_modules() if isinstance(m, Dropout)] for made in (eager, model)]
    assert [rng.random() for rng in generators[0]] == [rng.random() for rng in generators[1]]
    assert history.engine.startswith("eager: ")
    assert data(model) == data(eager)
    assert history.loss == expected.loss
    assert f"training is {history.engine}" in capsys.readouterr().err
    with pytest.raises(ValueError, match=f"this training cannot be replayed: {reason}"):
        run(make(), replay=True, **settings)


@each(
    ("question", "row"),
    [
        (lambda y: y > 0, slice(None)),
        (lambda y: y.data > 0, slice(None)),
        (lambda y: y > 1e3, 5),
        (lambda y: y.data > 1e3, 9),
    ],
)
def test_a_branch_that_a_recording_cannot_see_is_left_to_the_model(question, row):
    """Asked openly where no sample that is compared says yes (row 5), or of `.data` where one does (row 9)."""
    samples = X.copy()
    samples[row] *= 1e5
    model = Branching(question)
    assert len(samples) >= nn.module.MANY
    assert np.array_equal(model.predict(samples), model.predict(samples, replay=False))


class Counting(Layer):
    calls = 0

    def __call__(self, x):
        self.calls += 1
        return super().__call__(x)


def test_training_and_validation_call_the_model_for_a_few_samples():
    model = Counting(2, 1, rng=0)
    run(model, validation=(X, Y), epochs=5)
    assert model.calls < 12


ANNEALED = {"rate": 0.0, "strength": 0.0}


class Scaled(Module):
    """A layer whose results are scaled by a number that changes from epoch to epoch."""

    def __init__(self):
        self.layer, self.scale = Layer(2, 1, rng=0), 1.0

    def __call__(self, x):
        return self.layer(x) * self.scale


@each("what", ["an attribute of the model", "a global of the loss", "a strength of the regularizer"])
def test_what_changes_from_epoch_to_epoch_is_recorded_anew(what):
    models = []

    def make():
        ANNEALED.update(rate=0.0, strength=0.0)
        models.append(Scaled())
        return models[-1]

    def anneal(epoch):
        if what == "an attribute of the model":
            models[-1].scale = 1.0 + epoch
        elif what == "a global of the loss":
            ANNEALED["rate"] = 0.1 * epoch
        else:
            ANNEALED["strength"] = 0.1 * epoch
        return 0.02

    settings = {"schedule": anneal, "validation": (X[:20], Y[:20]), "epochs": 4}
    settings["loss"] = lambda y, t: nn.mse(y, t) + ANNEALED["rate"] * y * y
    settings["regularizer"] = lambda model: nn.l2_penalty(model, ANNEALED["strength"])
    histories = [run(make(), replay=replay, **settings) for replay in (True, False)]
    assert_equal(models, histories)
    assert len(set(histories[0].loss)) == 4


@each("where", ["a schedule", "a metric"])
def test_weights_that_are_changed_between_updates_are_taken_as_they_are(where):
    models = [MLP(2, [3, 1], rng=0) for _ in range(2)]

    def limit(model):
        for p in model.parameters():
            p.data = max(-0.3, min(0.3, p.data))
        return 0.02

    for model, replay in zip(models, (True, False), strict=True):
        changed = {"schedule": lambda epoch, m=model: limit(m)}
        if where == "a metric":
            changed = {"metrics": [lambda outputs, targets, m=model: limit(m)]}
        run(model, replay=replay, epochs=3, **changed)
    assert_equal(models, [model.history for model in models])


def test_a_loss_that_looks_up_the_learning_rate_sees_what_a_schedule_sets():
    models = [MLP(2, [3, 1], rng=0) for _ in range(2)]
    for model, replay in zip(models, (True, False), strict=True):
        optimizer = nn.SGD(model.parameters(), lr=0.1)
        settings = {"optimizer": optimizer, "schedule": nn.ExponentialDecay(0.1, 0.5), "epochs": 3}
        run(model, replay=replay, loss=lambda y, t, o=optimizer: nn.mse(y, t) * (1 + 5 * o.lr), **settings)
    assert_equal(models, [model.history for model in models])


@pytest.fixture
def made(monkeypatch):
    """The engines that record and replay, in their order."""
    engines = []

    class Noted(loop.Replay):
        def __init__(self, *given):
            engines.append(self)
            super().__init__(*given)

    monkeypatch.setattr(loop, "Replay", Noted)
    return engines


def test_what_augment_changes_is_seen_by_validation_and_by_the_next_epoch(made):
    ANNEALED.update(rate=0.0)

    def loss(y, t):
        return nn.mse(y, t) + ANNEALED["rate"]

    def augment(xs, rng):
        ANNEALED["rate"] = 1.0
        return xs

    model = Layer(2, 1, rng=0)
    run(model, loss=loss, augment=augment, validation=(X, Y), optimizer=SGD(model.parameters(), lr=0.0))
    assert len(made) == 2
    history = model.history
    assert history.validation_loss[0] == pytest.approx(history.loss[0] + 1.0, rel=1e-9)
    assert history.validation_loss[1] == pytest.approx(history.loss[1], rel=1e-9)


TOKENS = np.array([[0, 1, 2, 3], [3, 2, 1, 0], [1, 1, 2, 2], [0, 3, 0, 3]])
SEQUENCES = np.random.default_rng(0).normal(size=(8, 3, 2))


@each(
    ("make", "settings"),
    [
        (dropouts, {"regularizer": lambda model: nn.l2_penalty(model, 1e-3), "metrics": ["accuracy", nn.mae]}),
        (lambda: nn.GPT(4, 4, 4, 2, rng=0), {"X": TOKENS, "y": TOKENS, "loss": nn.cross_entropy, "batch_size": 2}),
        (lambda: Sequential(nn.LSTM(2, 3, rng=0), Layer(3, 1, rng=1)), {"X": SEQUENCES, "y": SEQUENCES[:, 0, 0]}),
        (lambda: Sequential(nn.LayerNorm(2), nn.Residual(Layer(2, 2, rng=0)), Layer(2, 1, rng=1)), {}),
    ],
    ids=["dropouts", "gpt", "lstm", "norm"],
)
def test_what_fit_and_the_model_change_themselves_is_recorded_once(make, settings, made):
    model = make()
    given = settings.get("X", X), settings.get("y", Y)
    run(model, epochs=4, validation=given, early_stopping=9, schedule=nn.ExponentialDecay(0.1, 0.9), **settings)
    assert model.history.engine == "replay"
    assert len(made) == 1


def test_a_regularizer_that_changes_at_each_call_is_not_replayed():
    calls = itertools.count(1)
    with pytest.raises(ValueError, match="cannot be replayed: the regularizer gives another penalty at each call"):
        run(MLP(2, [1], rng=0), replay=True, regularizer=lambda model: nn.l2_penalty(model, 0.1 * next(calls)))


def test_a_gradient_toward_a_sample_is_a_number_and_so_trained_eagerly():
    class Slope(Module):
        def __init__(self):
            self.w = [Value(0.5), Value(0.2)]

        def __call__(self, x):
            return grad(lambda t: sin(self.w[0] * t))(x[0]) + self.w[1] * x[1]

    with pytest.raises(ValueError, match="a derivative toward a sample is taken, which is differentiated only in a"):
        run(Slope(), replay=True)


def test_rounding_that_crosses_a_kink_is_no_reason_to_train_eagerly():
    class Neuron(Module):
        def __init__(self):
            self.w = [Value(1.0) for _ in range(3)]

        def __call__(self, x):
            return sum(w * a for w, a in zip(self.w, x, strict=True)).relu()

    samples = np.array([[1.0, 2.0, 3.0], [0.3, 0.2, 0.5], [1.1, -0.7, -0.4]])
    run(Neuron(), X=samples, y=samples[:, 0], replay=True)


def test_many_predictions_call_the_model_for_a_few_samples():
    model = Counting(2, 1, rng=0)
    model.predict(np.ones((1000, 2)))
    assert model.calls < 12
    model.predict(np.ones((1000, 2)), replay=False)
    assert model.calls > 1000


def test_a_model_that_wants_plain_numbers_predicts_as_before():
    class Plain(Module):
        def __init__(self):
            self.inner = Layer(2, 2, rng=0)

        def __call__(self, x):
            assert isinstance(x[0], float), "plain numbers, please"
            return self.inner(x)[int(x[0] > 0)]

    model = Plain()
    assert np.array_equal(model.predict(X), model.predict(X, replay=False))


def test_a_rule_with_where_is_replayed():
    class Chosen(Branching):
        def __call__(self, x):
            y = self.inner(x)
            return where(y.relu(), y * 2, y)

    assert_equal(*both(lambda: Chosen(None)))


@each(
    ("settings", "message"),
    [
        ({"loss": nn.hinge, "y": Y}, r"hinge needs targets -1 and \+1, got 0"),
        ({"loss": nn.binary_cross_entropy_with_logits, "y": Y * 2.0}, "needs targets between 0 and 1, got 2"),
        ({"loss": nn.cross_entropy}, "needs an output for each of at least two classes"),
        ({"y": np.stack([Y, Y], axis=1)}, "needs a target for each output"),
        ({"replay": "yes"}, "replay is 'auto', True or False, not 'yes'"),
    ],
)
def test_bad_targets_are_refused_as_eagerly(settings, message):
    model = MLP(2, [3, 1], rng=0)
    before = data(model)
    with pytest.raises(ValueError, match=message):
        run(model, **settings)
    assert data(model) == before


@each(("row", "replay"), [(0, "auto"), (5, "auto"), (5, True), (5, False), (69, True)])
def test_a_class_that_does_not_exist_is_refused_wherever_it_stands(row, replay):
    """A replay makes a distribution of a class: of class 7 of 3 one that is all zeros, and a loss without a word."""
    model = MLP(2, [3], rng=0)
    before, labels = data(model), Y.copy()
    labels[row] = 7
    with pytest.raises(ValueError, match="got class 7: with 3 outputs the classes are 0 to 2"):
        run(model, y=labels, loss=nn.cross_entropy, replay=replay, batch_size=None)
    assert data(model) == before


def test_a_label_out_of_range_is_refused_wherever_it_stands():
    model = MLP(2, [3], rng=0)
    labels = Y.copy()
    labels[-1] = 3
    with pytest.raises(ValueError, match="got class 3: with 3 outputs the classes are 0 to 2"):
        run(model, y=labels, loss=nn.cross_entropy)


# ---- the cycle collector


@each("enabled", [True, False])
@each("replay", [True, False])
@each("fails", [True, False])
def test_the_collector_rests_within_a_sample_and_is_as_it_was_afterwards(enabled, replay, fails):
    asked = []

    def loss(y, t):
        asked.append(gc.isenabled())
        if fails:
            raise KeyError("the loss")
        return nn.mse(y, t)

    was = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        with pytest.raises(Exception, match="the loss") if fails else nullcontext():
            run(MLP(2, [1]), loss=loss, replay=replay, X=X[:8], y=Y[:8])
        assert gc.isenabled() == enabled
        assert asked
        assert True not in asked
        with pytest.raises(ValueError, match="leaf of the graph"):
            record(Value(2.0) * Value(3.0))
        assert gc.isenabled() == enabled
    finally:
        (gc.enable if was else gc.disable)()
