"""Losses, optimizers, schedules and clipping against figures recorded from PyTorch (tests/golden/nn.json)."""

import json
import math
from pathlib import Path

import pytest

import nn
from autograd import Value

FIGURES = json.loads((Path(__file__).parent / "golden" / "nn.json").read_text(encoding="utf-8"))
INDEX = pytest.mark.parametrize


def gradient(p):
    """Of record_nn's objective (1 − a)² + 10 (b − a²)² + sin(c) a, written by hand."""
    a, b, c = p
    return [-2 * (1 - a) - 40 * a * (b - a * a) + math.sin(c), 20 * (b - a * a), math.cos(c) * a]


def close(expected):
    return pytest.approx(expected, rel=1e-9, abs=1e-12)


@INDEX(("name", "options", "trail"), FIGURES["optimizers"], ids=[f"{n}-{o}" for n, o, _ in FIGURES["optimizers"]])
def test_ten_steps_of_every_optimizer(name, options, trail):
    parameters = [Value(x) for x in (0.6, 0.3, 0.2)]
    optimizer = getattr(nn, name)(parameters, lr=0.01, **options)
    for expected in trail:
        for p, g in zip(parameters, gradient([p.data for p in parameters]), strict=True):
            p.grad = g
        optimizer.step()
        assert [p.data for p in parameters] == close(expected)
        assert {type(p.data) for p in parameters} == {float}


def test_every_optimizer_is_compared_with_pytorchs():
    recorded = {name for name, _, _ in FIGURES["optimizers"]}
    ours = {name for name, x in vars(nn).items() if isinstance(x, type) and issubclass(x, nn.Optimizer)} - {"Optimizer"}
    assert ours == recorded, "RUNS in golden/record_nn.py says what is recorded"


@INDEX(("name", "outputs", "targets", "value", "slopes"), FIGURES["losses"])
def test_every_loss_and_its_gradient(name, outputs, targets, value, slopes):
    ys = [Value(y) for y in outputs]
    loss = getattr(nn, name)(ys, targets)
    loss.backward()
    assert loss.data == close(value)
    assert [y.grad for y in ys] == close(slopes)
    with_values = getattr(nn, name)(ys, [Value(t) for t in targets])
    assert with_values.data == loss.data


@INDEX(("outputs", "target", "value", "slopes"), FIGURES["cross_entropy"])
def test_cross_entropy_and_its_gradient(outputs, target, value, slopes):
    ys = [Value(y) for y in outputs]
    loss = nn.cross_entropy(ys, target)
    loss.backward()
    assert loss.data == close(value)
    assert [y.grad for y in ys] == close(slopes)


def test_the_gradient_of_cross_entropy_is_right_at_any_size_of_the_scores():
    for size in (0.0, 1e16, -1e200):  # torch.nn.functional.cross_entropy's gradient: softmax − one-hot
        nn.cross_entropy(ys := [Value(size), Value(size)], 0).backward()
        assert [y.grad for y in ys] == [-0.5, 0.5]


def test_categorical_cross_entropy_is_cross_entropy_of_the_probabilities_logarithms():
    probabilities = [Value(0.2), Value(0.5), Value(0.3)]
    for target in (1, [0.0, 1.0, 0.0], [0.5, 0.25, 0.25]):
        loss = nn.categorical_cross_entropy(probabilities, target)
        assert loss.data == close(nn.cross_entropy([p.log() for p in probabilities], target).data)
    nn.categorical_cross_entropy([Value(0.0), p := Value(1.0)], 1).backward()
    assert p.grad == -1.0


def test_a_class_that_is_ruled_out_stays_out():
    ys = [Value(-math.inf), Value(2.0), Value(2.0)]
    loss = nn.cross_entropy(ys, 1)
    loss.backward()
    assert loss.data == close(math.log(2))
    assert [y.grad for y in ys] == close([0.0, -0.5, 0.5])


def test_certain_and_right_costs_nothing_and_certain_and_wrong_everything():
    right, wrong = Value(1.0), Value(0.0)
    loss = nn.binary_cross_entropy([right, wrong], [1, 0])
    loss.backward()
    assert (loss.data, right.grad, wrong.grad) == (0.0, -0.5, 0.5)
    assert nn.binary_cross_entropy(Value(0.0), 1).data == math.inf


@INDEX(
    ("name", "schedule"),
    [
        ("step", nn.StepDecay(0.1, every=4, factor=0.5)),
        ("exponential", nn.ExponentialDecay(0.1, 0.9)),
        ("cosine", nn.CosineDecay(0.1, epochs=11, minimum=0.01)),
        ("inverse time", nn.InverseTimeDecay(0.1, 0.5)),
    ],
)
def test_schedules(name, schedule):
    assert [schedule(epoch) for epoch in range(12)] == close(FIGURES["schedules"][name])


def test_warm_up_and_the_end_of_a_cosine():
    schedule = nn.WarmUp(4, nn.ExponentialDecay(1.0, 0.5))
    assert [schedule(epoch) for epoch in range(7)] == close([0.2, 0.4, 0.6, 0.8, 1.0, 0.5, 0.25])
    assert nn.CosineDecay(0.1, epochs=3, minimum=0.02)(100) == close(0.02)
    assert repr(schedule) == "WarmUp(epochs=4, after=ExponentialDecay(lr=1.0, factor=0.5))"


@INDEX(("gradients", "limit", "expected"), FIGURES["clip_grad_norm"])
def test_clipping_by_norm(gradients, limit, expected):
    parameters = [Value(0.0) for _ in gradients]
    for p, g in zip(parameters, gradients, strict=True):
        p.grad = g
    assert nn.clip_grad_norm(iter(parameters), limit) == close(13.0)
    assert [p.grad for p in parameters] == close(expected)


@INDEX(
    ("gradients", "norm", "expected"),
    [
        ([3e200, -4e200], 5e200, [0.6, -0.8]),  # the squares overflow
        ([3e-200, 4e-200], 5e-200, [3e-200, 4e-200]),  # they vanish
        ([0.0, 0.0], 0.0, [0.0, 0.0]),
        ([], 0.0, []),
    ],
)
def test_the_norm_of_gradients_of_any_size(gradients, norm, expected):
    parameters = [Value(0.0) for _ in gradients]
    for p, g in zip(parameters, gradients, strict=True):
        p.grad = g
    assert nn.clip_grad_norm(parameters, 1.0) == pytest.approx(norm, rel=1e-12, abs=0.0)
    assert [p.grad for p in parameters] == pytest.approx(expected, rel=1e-12, abs=0.0)


@INDEX(("gradients", "limit", "expected"), FIGURES["clip_grad_value"])
def test_clipping_by_value(gradients, limit, expected):
    parameters = [Value(0.0) for _ in gradients]
    for p, g in zip(parameters, gradients, strict=True):
        p.grad = g
    assert nn.clip_grad_value(parameters, limit) is None
    assert [p.grad for p in parameters] == expected


@INDEX(
    ("call", "message"),
    [
        (lambda: nn.SGD([Value(1.0)], 0.1, nesterov=True), "nesterov needs a momentum above zero, such as 0.9"),
        (lambda: nn.Adam([Value(1.0)], betas=(0.9, 1.0)), r"betas\[1\] must be at least 0 and below 1, got 1.0"),
        (lambda: nn.RMSprop([Value(1.0)], alpha=2), "alpha must be at least 0 and below 1, got 2"),
        (lambda: nn.clip_grad_norm([Value(1.0)], -1), "max_norm must be finite and not negative, got -1"),
        (lambda: nn.StepDecay(0.1, every=0), "every must be finite and above zero, got 0"),
        (lambda: nn.huber(Value(1.0), 0.0, delta=0), "huber needs a positive delta, got 0"),
        (lambda: nn.cross_entropy(Value(1.0), 0), "needs an output for each of at least two classes: binary_cross"),
        (lambda: nn.cross_entropy([Value(1.0)] * 3, [0.5, 0.5]), "a probability for each of 3 classes, got 2"),
        (lambda: nn.cross_entropy([Value(1.0)] * 2, [0.5, 0.6]), "target probabilities that add up to 1, not 1.1"),
        (lambda: nn.categorical_cross_entropy([Value(0.5)] * 3, 0), "that add up to 1, not 1.5: cross_entropy takes"),
        (lambda: nn.categorical_cross_entropy([Value(3.0), Value(-2.0)], 0), "needs outputs between 0 and 1, got 3"),
        (
            lambda: nn.binary_cross_entropy(Value(1.5), 1),
            "needs outputs between 0 and 1, got 1.5: .*_with_logits",
        ),
        (
            lambda: nn.binary_cross_entropy([0.2, -0.8], [0, 1]),
            "got -0.8: .* scores, and output='sigmoid' ends a",
        ),
        (lambda: nn.binary_cross_entropy(Value(0.5), 2), "needs targets between 0 and 1, got 2$"),
        (lambda: nn.binary_cross_entropy_with_logits(Value(1.5), -1), "needs targets between 0 and 1, got -1"),
        (lambda: nn.Adam([Value(1.0)]).load_state_dict({"lr": 1}), r"Adam keeps \['lr', 'mean', .* has \['lr'\]"),
        (
            lambda: nn.Adam([Value(1.0)]).load_state_dict(nn.Adam([Value(1.0), Value(1.0)]).state_dict()),
            "mean is for 2 parameters, and this optimizer has 1",
        ),
    ],
)
def test_bad_settings(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_parameter_given_twice_counts_once():
    p = Value(1.0)
    p.grad = 3.0
    assert nn.clip_grad_norm([p, p], 1.0) == close(3.0)
    assert len(nn.SGD([p, p], 0.1).parameters) == 1
    assert nn.clip_grad_norm(p, 10.0) == close(3.0 / (3.0 + 1e-6))


def test_adamws_decay_is_its_weight_decay():
    p = Value(1.0)
    optimizer = nn.AdamW([p], lr=0.1, weight_decay=0.5)
    assert optimizer.weight_decay == 0.5
    optimizer.step()
    assert p.data == close(0.95)
    optimizer.weight_decay = 0.0
    optimizer.step()
    assert p.data == close(0.95)


def test_a_state_that_is_damaged_changes_nothing():
    optimizer = nn.Adam([Value(1.0)])
    for name, value in (("mean", ["a"]), ("t", None), ("t", -3), ("lr", math.nan)):
        with pytest.raises((ValueError, TypeError)):
            optimizer.load_state_dict({**optimizer.state_dict(), "lr": 0.5, name: value})
        assert (optimizer.lr, optimizer.t) == (1e-3, 0)


def test_parameters_that_are_no_values():
    for parameters in ([1.0], nn.Neuron(2)):
        with pytest.raises(TypeError, match=r"an optimizer changes Values, not .*: pass model\.parameters\(\)"):
            nn.SGD(parameters, 0.1)


def test_a_rule_is_what_an_optimizer_of_ones_own_must_have():
    with pytest.raises(NotImplementedError):
        nn.Optimizer([Value(1.0)], 0.1).step()


def test_the_rate_is_checked_when_it_is_changed():
    optimizer = nn.SGD([Value(1.0)], 0.1)
    with pytest.raises(ValueError, match="the learning rate must be finite and not negative, got -1"):
        optimizer.lr = -1
    assert optimizer.lr == 0.1
