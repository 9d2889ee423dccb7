"""`fit`: what a step does, what a history holds, stopping and going on, and what users get wrong."""

import math
import os
import pickle
import signal
import threading

import numpy as np
import pytest

import nn
from autograd import Value
from autograd import sum as sum_of
from nn import MLP, SGD, Adam, BatchNorm, Dropout, EarlyStopping, History, Layer, Recurrent, Sequential, fit

X, Y = nn.data.moons(20, noise=0.1, rng=0)
each = pytest.mark.parametrize


def perceptron(seed=0):
    return MLP(2, [4, 1], "tanh", init="xavier", rng=seed)


def with_everything():
    """A model whose state is more than its parameters."""
    return Sequential(
        Layer(2, 4, "linear", init="xavier", rng=0),
        BatchNorm(4),
        "tanh",
        Dropout(0.3, rng=1),
        Layer(4, 1, "linear", rng=2),
    )


def run(model, **settings):
    settings = {"epochs": 3, "batch_size": 6, "rng": 5, "progress": False, "replay": False, **settings}
    settings = {"loss": nn.binary_cross_entropy_with_logits, **settings}
    optimizer = settings.pop("optimizer", None) or Adam(model.parameters(), lr=0.05)
    return fit(model, settings.pop("X", X), settings.pop("y", Y), optimizer=optimizer, **settings)


def data(model):
    return [p.data for p in model.parameters()]


def figures(history):
    """All that two runs must share to the last bit."""
    columns = dict(vars(history))
    for other in ("seconds", "checkpoint"):
        del columns[other]
    return columns


# ---- a step


def test_a_run_is_the_loop_one_writes_by_hand():
    model, twin = perceptron(), perceptron()
    history = run(model, shuffle=False, optimizer=SGD(model.parameters(), lr=0.5, momentum=0.9), clip=0.3)
    optimizer = SGD(twin.parameters(), lr=0.5, momentum=0.9)
    for epoch in range(3):
        losses = []
        for start in range(0, 20, 6):
            rows = range(start, min(start + 6, 20))
            batch = [nn.binary_cross_entropy_with_logits(twin(X[i]), int(Y[i])) for i in rows]
            twin.zero_grad()
            (sum_of(batch) / len(batch)).backward()
            nn.clip_grad_norm(twin.parameters(), 0.3)
            optimizer.step()
            losses += [v.data for v in batch]
        assert history.loss[epoch] == pytest.approx(np.mean(losses), rel=1e-12)
    assert data(model) == pytest.approx(data(twin), rel=1e-12)


def test_every_sample_comes_once_an_epoch_in_an_order_of_its_own():
    seen = []

    def loss(output, target):
        seen.append(target)
        return nn.mse(output, target)

    run(perceptron(), loss=loss, y=np.arange(20.0), epochs=2, batch_size=7)
    assert sorted(seen[:20]) == sorted(seen[20:]) == list(range(20))
    assert seen[:20] != seen[20:] != list(range(20))
    seen.clear()
    run(perceptron(), loss=loss, y=np.arange(20.0), epochs=1, batch_size=None, shuffle=False)
    assert seen == list(range(20))


def test_a_batch_that_is_coupled_is_one_graph():
    model, twin = with_everything(), with_everything()
    optimizer = SGD(model.parameters(), lr=0.1)
    run(model, optimizer=optimizer, epochs=1, batch_size=None, shuffle=False)
    outputs = twin.batch(X)
    losses = [nn.binary_cross_entropy_with_logits(y, int(t)) for y, t in zip(outputs, Y, strict=True)]
    (sum_of(losses) / 20).backward()
    for p in twin.parameters():
        p.data -= 0.1 * p.grad
    assert data(model) == pytest.approx(data(twin), rel=1e-12)
    assert model[1].running_mean.tolist() == twin[1].running_mean.tolist()


def test_a_regularizer_is_added_once_a_step():
    model = perceptron()
    before = np.array(data(model))
    optimizer = SGD(model.parameters(), lr=0.1)
    history = run(
        model,
        optimizer=optimizer,
        loss=lambda output, target: output * 0.0,
        regularizer=lambda m: nn.l2_penalty(m.parameters(), 0.5),
        epochs=1,
        batch_size=10,
    )
    assert data(model) == pytest.approx(before * 0.9**2, rel=1e-12)
    assert history.loss == [0.0]
    penalties = [0.5 * np.square(before * f).sum() for f in (1.0, 0.9)]
    assert history.penalty == pytest.approx([np.mean(penalties)], rel=1e-12)


def test_parameters_that_the_optimizer_does_not_have_stay():
    model = perceptron()
    frozen = [p.data for p in model[0].parameters()]
    history = run(model, optimizer=SGD(model[1].parameters(), lr=0.1))
    assert [p.data for p in model[0].parameters()] == frozen
    assert list(history.gradient_norms) == ["layers.1"]


def test_clipping():
    for settings, size in (({"clip": 0.25}, 0.25), ({"clip_each": 0.125}, None)):
        model = perceptron()
        before = np.array(data(model))
        history = run(model, optimizer=SGD(model.parameters(), lr=1.0), epochs=1, batch_size=None, **settings)
        step = before - data(model)
        if size:
            assert np.linalg.norm(step) == pytest.approx(size, rel=1e-4)
        else:
            assert np.abs(step).max() == pytest.approx(0.125)
        assert math.hypot(*(column[0] for column in history.gradient_norms.values())) > 0.25  # before clipping


# ---- what a history holds


def test_a_history():
    model = with_everything()
    history = run(
        model,
        validation=(X[:6], Y[:6]),
        metrics=["accuracy", lambda outputs, targets: len(outputs) + len(targets), nn.mae],
        schedule=nn.ExponentialDecay(0.1, 0.5),
        epochs=4,
    )
    assert history is model.history
    assert len(history) == 4 == len(history.loss) == len(history.validation_loss) == len(history.seconds)
    assert history.learning_rate == [0.1, 0.05, 0.025, 0.0125]
    assert history.metrics["<lambda>"] == [40.0] * 4
    assert history.validation_metrics["<lambda>"] == [12.0] * 4
    assert list(history.gradient_norms) == ["0", "1", "4"]
    assert all(len(column) == 4 and min(column) > 0 for column in history.gradient_norms.values())
    assert history.best_epoch == int(np.argmin(history.validation_loss))
    outputs = model.predict(X[:6])
    losses = [nn.binary_cross_entropy_with_logits(z, int(t)).data for (z,), t in zip(outputs, Y, strict=False)]
    assert history.validation_loss[-1] == pytest.approx(np.mean(losses), rel=1e-12)
    assert history.validation_metrics["accuracy"][-1] == nn.accuracy(outputs, Y[:6], threshold=0.0)
    assert repr(history).startswith("<History of 4 epochs, loss 0.")
    assert repr(History()) == "<History of 0 epochs>"
    assert History().latest() == {}
    names = ["accuracy", "<lambda>", "mae"]
    assert [*history.latest()] == ["loss", *names, "validation loss", *(f"validation {name}" for name in names)]
    assert history.latest()["validation loss"] == history.validation_loss[-1]
    assert model.training
    assert model[3].training


def test_accuracy_is_counted_on_the_outputs_that_were_trained_with():
    model = Layer(2, 2, "softmax", init="zeros", rng=0)
    settings = {"loss": nn.categorical_cross_entropy, "metrics": ["accuracy"], "epochs": 1, "batch_size": None}
    first = run(model, **settings)
    assert first.metrics["accuracy"] == [float(np.mean(Y == 0))]  # before the step all outputs were equal
    assert first.loss[0] == pytest.approx(math.log(2))


def test_gradient_norms_are_means_over_the_steps():
    model = Layer(1, 1, "linear", init=[2.0])
    optimizer = SGD(model.parameters(), lr=0.0)
    history = run(model, X=[[1.0], [2.0]], y=[0.0, 0.0], loss=nn.mse, batch_size=1, epochs=1, optimizer=optimizer)
    # d(2x)²/dw = 8x², d(2x)²/db = 4·2x/2·… : at x = 1 (4, 4), at x = 2 (16, 8)
    assert history.gradient_norms == {"Layer": [pytest.approx((math.hypot(4, 4) + math.hypot(16, 8)) / 2)]}


def test_augmentation_sees_each_batch_anew_and_keeps_the_data():
    batches = []

    def augment(x, rng):
        batches.append(x.copy())
        x += rng.normal(size=x.shape)
        return x

    before = X.copy()
    one, two = perceptron(), perceptron()
    run(one, augment=augment, epochs=2)
    assert (before == X).all()
    assert sorted(map(tuple, np.concatenate(batches[:4]))) == sorted(map(tuple, X))
    run(two, augment=augment, epochs=2)
    assert data(one) == data(two)
    run(two, augment=lambda x, rng: x, epochs=3, history=two.history)
    with pytest.raises(ValueError, match=r"augment must keep the shape \(6, 2\) of its batch, and gave \(3, 2\)"):
        run(one, augment=lambda x, rng: x[:3])


def test_early_stopping_ends_with_the_best_parameters():
    model = perceptron()
    losses = iter([0.0, 3.0, 2.0, 2.5, 2.25, 1.0])  # the first is for trying whether the data fit
    states = []

    def validation_loss(output, target):
        if target == 100.0:
            states.append(data(model))
            return output * 0.0 + next(losses)
        return nn.mse(output, target)

    history = run(model, loss=validation_loss, validation=([[0.0, 0.0]], [100.0]), early_stopping=2, epochs=9)
    assert history.validation_loss == [3.0, 2.0, 2.5, 2.25]
    assert history.best_epoch == 1
    assert data(model) == states[2] != states[-1]
    losses = iter([0.0, 3.0, 2.0, 1.9, 1.8])
    stopping = EarlyStopping(2, min_delta=0.5, restore_best=False)
    history = run(model, loss=validation_loss, validation=([[0.0, 0.0]], [100.0]), early_stopping=stopping, epochs=9)
    assert history.validation_loss == [3.0, 2.0, 1.9, 1.8]
    assert data(model) == states[-1] != states[-3]
    # without validation the loss itself is watched, and a rate of zero never lowers it
    still = perceptron()
    history = run(still, optimizer=SGD(still.parameters(), lr=0.0), early_stopping=3, epochs=9, shuffle=False)
    assert len(history) == 4


def test_a_sequence_is_a_sample_too():
    rng = np.random.default_rng(0)
    sequences = rng.normal(size=(12, 5))
    model = Sequential(Recurrent(1, 3, rng=0), Layer(3, 1, "linear", rng=1))
    optimizer = Adam(model.parameters(), lr=0.05)
    history = run(model, X=sequences, y=sequences[:, 0], loss=nn.mse, optimizer=optimizer, epochs=15)
    assert history.loss[-1] < 0.5 * history.loss[0]
    wide = Sequential(Recurrent(2, 3, rng=0), Layer(3, 1, "linear", rng=1))
    run(wide, X=rng.normal(size=(12, 5, 2)), y=sequences[:, 0], loss=nn.mse, epochs=1)


# ---- seeds, interruptions


@each("make", [perceptron, with_everything])
def test_the_same_seed_gives_the_same_run_to_the_last_bit(make):
    runs = []
    for seed in (5, 5, 6):
        model = make()
        history = run(model, rng=seed, metrics=["accuracy"], validation=(X, Y))
        runs.append((data(model), figures(history)))
    assert runs[0] == runs[1]
    assert runs[0][0] != runs[2][0]


class Interrupted:
    """A loss that sends the interrupt a user sends, at its n-th call."""

    def __init__(self, n):
        self.n = n

    def __call__(self, output, target):
        self.n -= 1
        if self.n == 0:
            signal.raise_signal(signal.SIGINT)
        return nn.binary_cross_entropy_with_logits(output, target)


@each("calls", [1, 6, 7, 20, 21, 33, 46])
@each("make", [perceptron, with_everything])
def test_an_interrupted_run_goes_on_as_if_never_stopped(make, calls):
    settings = {"metrics": [nn.accuracy], "schedule": nn.InverseTimeDecay(0.1, 0.5), "augment": nn_jitter}
    whole, model = make(), make()
    expected = run(whole, **settings)
    optimizer = Adam(model.parameters(), lr=0.05)
    with pytest.raises(KeyboardInterrupt):
        run(model, **settings, optimizer=optimizer, loss=Interrupted(calls))
    history = model.history
    finished, within = divmod(calls - 1, 20)
    assert optimizer.t == finished * 4 + within // 6 + 1  # the step that was interrupted is done
    assert run(model, **settings, optimizer=optimizer, history=history, rng=99) is history
    assert data(model) == data(whole)
    assert figures(history) == figures(expected)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def nn_jitter(x, rng):
    return nn.data.jitter(x, scale=0.01, rng=rng)


def test_a_stopped_run_goes_on_from_a_file():
    whole, model = with_everything(), with_everything()
    expected = run(whole)
    optimizer = Adam(model.parameters(), lr=0.05)
    with pytest.raises(KeyboardInterrupt):
        run(model, optimizer=optimizer, loss=Interrupted(27))
    model, optimizer = pickle.loads(pickle.dumps((model, optimizer)))
    run(model, optimizer=optimizer, history=model.history)
    assert data(model) == data(whole)
    assert figures(model.history) == figures(expected)


def test_more_epochs_go_on_and_none_are_nothing_to_do():
    whole, model = perceptron(), perceptron()
    optimizer = Adam(model.parameters(), lr=0.05)
    run(whole, epochs=5)
    history = run(model, epochs=2, optimizer=optimizer)
    run(model, epochs=5, optimizer=optimizer, history=history)
    assert data(model) == data(whole)
    before = data(model)
    run(model, epochs=5, optimizer=optimizer, history=history)
    assert data(model) == before


def test_a_second_interrupt_does_not_wait():
    calls = []

    def loss(output, target):
        calls.append(target)
        signal.raise_signal(signal.SIGINT)
        return nn.mse(output, target)

    model = perceptron()
    before = data(model)
    with pytest.raises(KeyboardInterrupt):
        run(model, loss=loss)
    assert len(calls) == 2
    assert data(model) == before
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_users_own_handler_of_interrupts_is_asked():
    arrived = []
    before = signal.signal(signal.SIGINT, lambda *_: arrived.append(os.getpid()))
    try:
        history = run(perceptron(), loss=Interrupted(3))
        assert len(history) == 3
        assert arrived == [os.getpid()]
    finally:
        signal.signal(signal.SIGINT, before)


def test_training_in_a_thread():
    model, twin = perceptron(), perceptron()
    thread = threading.Thread(target=run, args=(model,))
    thread.start()
    thread.join()
    run(twin)
    assert data(model) == data(twin)


@each("failure", [RuntimeError("full"), KeyboardInterrupt()])
def test_a_step_that_fails_changes_nothing_and_can_be_taken_again(failure):
    def failing(output, target):
        if next(calls) == 27:
            raise failure
        return nn.binary_cross_entropy_with_logits(output, target)

    calls = iter(range(10**6))
    model, whole = with_everything(), with_everything()
    expected = run(whole, metrics=[nn.accuracy])
    optimizer = Adam(model.parameters(), lr=0.05)
    with pytest.raises(type(failure)):
        run(model, optimizer=optimizer, loss=failing, metrics=[nn.accuracy])
    assert optimizer.t == 5
    assert int(model[1].num_batches_tracked) == 5
    run(model, optimizer=optimizer, loss=failing, history=model.history, metrics=[nn.accuracy])
    assert data(model) == data(whole)
    assert model[1].running_mean.tolist() == whole[1].running_mean.tolist()
    assert figures(model.history) == figures(expected)
    assert model.training


@each("epochs", [1, 3])
def test_a_run_that_diverges_stops_before_the_step_that_would_spoil_the_model(epochs):
    model = MLP(2, [4, 1], "relu", rng=0)
    optimizer = SGD(model.parameters(), lr=1e200)
    with pytest.raises(FloatingPointError, match="the loss is (inf|nan) for the outputs .* a smaller learning rate"):
        run(model, optimizer=optimizer, loss=nn.mse, epochs=epochs)
    assert all(math.isfinite(x) for x in data(model))


def test_a_gradient_that_is_no_number_leaves_statistics_and_generators_alone():
    model = with_everything()
    state, drawn = pickle.dumps(model.state_dict()), model[3].rng.bit_generator.state
    with pytest.raises(FloatingPointError, match="the gradient of .* is nan"):
        run(model, loss=lambda output, target: nn.mse(output, target) + (output - output.data).sqrt())
    assert pickle.dumps(model.state_dict()) == state
    assert model[3].rng.bit_generator.state == drawn


def test_a_penalty_that_is_no_number():
    model = perceptron()
    with pytest.raises(FloatingPointError, match="the penalty is inf: a smaller learning rate"):
        run(model, regularizer=lambda m: nn.l2_penalty(m, 1.0) + math.inf)


def test_a_model_that_loses_its_graph_is_noticed():
    class Cut(nn.Module):
        def __init__(self):
            self.w = Value(1.0)

        def __call__(self, x):
            return Value(math.tanh(self.w * x[0]))

    lost = r"does not depend on any of the optimizer's parameters: somewhere float\(\)"
    with pytest.warns(RuntimeWarning, match="math.tanh"), pytest.raises(ValueError, match=lost):
        run(Cut(), loss=nn.mse)


def test_metrics_see_targets_in_the_outputs_shape():
    for targets in (Y, Y[:, None]):
        history = run(perceptron(), y=targets, loss=nn.mse, metrics=[lambda o, t: np.mean((o - t) ** 2), nn.mse])
        assert history.metrics["<lambda>"] == pytest.approx(history.loss, rel=1e-12)
        assert history.metrics["mse"] == pytest.approx(history.loss, rel=1e-12)
    history = run(MLP(2, [3, 2], rng=0), loss=nn.cross_entropy, metrics=[nn.cross_entropy])
    assert history.metrics["cross_entropy"] == pytest.approx(history.loss, rel=1e-12)


def test_scores_are_warned_of_an_activation_that_the_loss_applies_itself():
    for loss, output, instead in (
        (nn.cross_entropy, "softmax", "categorical_cross_entropy"),
        (nn.binary_cross_entropy_with_logits, "sigmoid", "binary_cross_entropy"),
    ):
        model = MLP(2, [3, 1 if output == "sigmoid" else 2], output=output, rng=0)
        with pytest.warns(
            UserWarning, match=f"{loss.__name__} takes scores and applies {output} itself.* or nn.{instead}$"
        ):
            run(model, loss=loss)


def test_a_module_of_ones_own_with_batch_normalisation_defines_batch():
    class Net(nn.Module):
        def __init__(self):
            self.net = with_everything()

        def __call__(self, x):
            return self.net(x)

    class Batched(Net):
        def batch(self, X):
            return self.net.batch(X)

    with pytest.raises(TypeError, match=r"Net is made with batch normalisation.*: define batch\(self, X\) beside"):
        run(Net())
    model, twin = Batched(), with_everything()
    assert run(model).loss == run(twin).loss


def test_a_module_may_give_an_array_of_values():
    class Matrix(nn.Module):
        def __init__(self):
            self.W = np.array([[Value(0.1), Value(0.2)], [Value(0.3), Value(0.4)]])

        def __call__(self, x):
            return self.W @ np.array(x)

    model = Matrix()
    assert model.predict(X) == pytest.approx(X @ [[0.1, 0.3], [0.2, 0.4]])
    losses = run(model, loss=nn.mse, y=X * 2).loss
    assert losses[-1] < 0.9 * losses[0]

    class Ragged(nn.Module):
        def __call__(self, x):
            return [Value(1.0)] * (1 + (x[0] > 0))

    with pytest.raises(ValueError, match="the model gives outputs of different shapes for different samples"):
        Ragged().predict(X)


def test_a_gradient_that_is_no_number_is_named():
    model = Layer(2, 1, "linear", init=[[1.0, 1.0]])
    with pytest.raises(FloatingPointError, match=r"the gradient of weight\[0, 0\] is nan: a smaller learning rate"):
        run(model, loss=lambda output, target: (output * 0.0).sqrt())
    assert data(model) == [1.0, 1.0, 0.0]


# ---- the bar


def test_the_bar_shows_steps_and_figures(capsys):
    run(perceptron(), progress=True, metrics=["accuracy"])
    shown = capsys.readouterr().err
    assert "12/12" in shown
    assert "epoch 3/3" in shown
    assert "accuracy=" in shown
    assert "training is" not in shown  # eager, as asked for
    run(perceptron())
    assert capsys.readouterr() == ("", "")


# ---- bad input


def spoiled(row, value):
    copied = X.copy()
    copied[row, 1] = value
    return copied


@each(
    ("settings", "error", "message"),
    [
        ({"X": spoiled(7, math.nan)}, ValueError, "X has nan or infinity in row 7: remove or replace it"),
        ({"X": [[math.inf, 1.0], [math.nan, 0.0]], "y": [1, 0]}, ValueError, "X .* in row 0, and 1 more rows"),
        ({"y": [math.nan, *Y[1:]]}, ValueError, "y has nan or infinity in row 0"),
        ({"y": Y[1:]}, ValueError, "X has 20 samples and y has 19 targets: each needs its own"),
        ({"X": [], "y": []}, ValueError, r"X is empty, with shape \(0,\): there is nothing to train with"),
        ({"X": 3.0, "y": 1}, ValueError, "X must hold one sample a row, not 3.0"),
        ({"X": [[1.0], [1.0, 2.0]], "y": [1, 0]}, ValueError, "X is no array: its rows must have one length"),
        ({"y": ["cat"] * 20}, ValueError, r"y must hold numbers, and has 'cat' in row 0: np.unique\(y, ret"),
        ({"validation": (spoiled(3, math.nan), Y)}, ValueError, "validation X has nan or infinity in row 3"),
        ({"validation": 0.2}, TypeError, r"validation is a pair \(X, y\): nn.data.train_test_split divides data"),
        ({"batch_size": 0}, ValueError, "batch_size is a whole number, at least one, not 0"),
        ({"batch_size": 2.5}, ValueError, "batch_size is a whole number, at least one, not 2.5"),
        ({"epochs": 0}, ValueError, "epochs is a whole number, at least one, not 0"),
        ({"clip": -1.0}, ValueError, "clip must be finite and not negative, got -1.0"),
        ({"clip_each": math.nan}, ValueError, "clip_each must be finite and not negative, got nan"),
        ({"loss": "mse"}, TypeError, "loss is a function of outputs and target, such as nn.mse, not 'mse'"),
        ({"regularizer": 1e-3}, TypeError, "regularizer is a function of the model, such as lambda"),
        ({"schedule": 0.1}, TypeError, "schedule is a function from an epoch to a learning rate, not 0.1"),
        ({"schedule": lambda epoch: None}, TypeError, "the learning rate must be a number, not None"),
        ({"clip": "1"}, TypeError, "clip must be a number, not '1'"),
        ({"early_stopping": True}, TypeError, "early_stopping is a patience in epochs or an EarlyStopping, not True"),
        ({"early_stopping": 2.5}, TypeError, "early_stopping is a patience in epochs or an EarlyStopping, not 2.5"),
        ({"metrics": [len, len]}, ValueError, "two metrics are named 'len': define them as functions with names"),
        ({"metrics": [lambda o, t: None]}, TypeError, "the metric '<lambda>' must return one number, not None"),
        ({"metrics": "accuracy", "y": Y * 3.0}, ValueError, "1 output: the targets are 0 and 1, or -1 and .1, not 3.0"),
        ({"X": iter(X)}, ValueError, "X must be an array of numbers, one sample a row, not .*iterator"),
        ({"X": None}, ValueError, "X must be an array of numbers, one sample a row, not NoneType"),
        ({"validation": (X[:, :1], Y)}, ValueError, "takes 2 inputs, got 1"),
        ({"validation": (X, np.stack([Y, Y], axis=1))}, ValueError, "needs a target for each output"),
        ({"metrics": ["precision"]}, ValueError, "unknown metric 'precision': use 'accuracy' or a function"),
        ({"early_stopping": 0}, ValueError, "patience is a number of epochs, at least one, not 0"),
        ({"loss": lambda output, target: 1.0}, TypeError, "the loss must return a Value .* not 1.0"),
        ({"regularizer": lambda model: 0.1}, TypeError, r"the regularizer must return a Value, such as nn.l2_penalty"),
        ({"optimizer": "adam"}, TypeError, r"fit needs an optimizer such as nn.SGD\(model.parameters\(\), lr=0.1\)"),
        ({"optimizer": SGD([Value(1.0)], lr=0.1)}, ValueError, "the optimizer has none of this model's parameters"),
        ({"schedule": lambda epoch: -1.0}, ValueError, "the learning rate must be finite and not negative, got -1.0"),
        ({"loss": nn.cross_entropy}, ValueError, "cross_entropy needs an output for each of at least two classes"),
        ({"y": Y + 3, "loss": nn.hinge}, ValueError, r"hinge needs targets -1 and \+1, got"),
        ({"X": X[:, :1]}, ValueError, "takes 2 inputs, got 1"),
        ({"y": np.stack([Y, Y], axis=1)}, ValueError, "needs a target for each output, got 1 outputs and 2 targets"),
    ],
)
def test_bad_settings_leave_the_model_alone(settings, error, message):
    model = perceptron()
    before = data(model)
    if "metrics" in settings:
        settings = {"loss": nn.mse, **settings}
    with pytest.raises(error, match=message):
        run(model, optimizer=settings.pop("optimizer", None) or SGD(model.parameters(), lr=0.0), **settings)
    assert data(model) == before
    assert model.training


def test_batch_normalisation_is_told_of_a_lonely_sample_before_training():
    for batch_size in (19, 1):
        model = with_everything()
        with pytest.raises(ValueError, match=r"20 samples in batches of .* leave a batch of one, and 1 needs two"):
            run(model, batch_size=batch_size)


def test_going_on_with_other_batches_is_refused():
    model = perceptron()
    with pytest.raises(KeyboardInterrupt):
        run(model, loss=Interrupted(8))
    with pytest.raises(ValueError, match="stopped within an epoch of 20 samples in batches of 6: go on with the same"):
        run(model, history=model.history, batch_size=5)


def test_a_history_goes_on_with_the_figures_it_has():
    model = perceptron()
    run(model, metrics=["accuracy"])
    for settings in ({}, {"metrics": ["accuracy", nn.mae]}, {"metrics": ["accuracy"], "validation": (X, Y)}):
        with pytest.raises(
            ValueError, match=r"goes on as it began, without validation and with metrics \['accuracy'\]"
        ):
            run(model, epochs=5, history=model.history, **settings)
    assert len(model.history) == 3
    assert perceptron().history is None


def test_what_is_no_model():
    with pytest.raises(TypeError, match="fit trains a Module, not"):
        fit(len, X, Y, loss=nn.mse, optimizer=SGD([Value(1.0)], 0.1), epochs=1)
