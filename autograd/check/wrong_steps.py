"""The usual mistakes in an optimizer's step: wrong rules in the place of the right one, each with its hint."""

from collections.abc import Callable, Iterator
from functools import partial
from math import sqrt
from typing import Any

from autograd.check.update_rules import (
    RULES,
    Settings,
    State,
    UpdateRule,
    adagrad,
    adam,
    decayed,
    momentum,
    nesterov,
    rmsprop,
    sgd,
)

WrongStep = tuple[str, UpdateRule]


def _given(rule: UpdateRule, change: Callable[[Settings], dict[str, Any]]) -> UpdateRule:
    """The rule with other settings than it is given."""
    return lambda p, g, state, s: rule(p, g, state, s._replace(**change(s)))


def _corrected(change: Callable[[float, float, float], float]) -> UpdateRule:
    """Adam with another correction of a mean, from its beta and t."""
    return partial(
        adam,
        corrected_m=lambda m, s: change(m, s.beta1, float(s.t)),
        corrected_v=lambda v, s: change(v, s.beta2, float(s.t)),
    )


def _corrected_for_good(p: float, g: float, state: State, s: Settings) -> float:
    """Adam that keeps the corrected means in the place of the running ones."""
    new = adam(p, g, state, s)
    state["m"] /= 1 - s.beta1 ** float(s.t)
    state["v"] /= 1 - s.beta2 ** float(s.t)
    return new


def _with_old_velocity(p: float, g: float, state: State, s: Settings) -> float:
    """Momentum that renews its velocity after the step."""
    old = state.get("v", 0.0)
    momentum(p, g, state, s)
    return p - s.lr * old


def _one_key(p: float, g: float, state: State, s: Settings) -> float:
    """Adam that keeps both means under one key."""
    m = s.beta1 * state.get("m", 0.0) + (1 - s.beta1) * g
    m = state["m"] = s.beta2 * m + (1 - s.beta2) * g * g
    share1, share2 = 1 - s.beta1 ** float(s.t), 1 - s.beta2 ** float(s.t)
    return float(p - s.lr * m / share1 / (sqrt(abs(m / share2)) + s.eps))


def _kept(x: float, s: Settings) -> float:
    return x


def _rootless(x: float, s: Settings) -> float:
    return x + s.eps


SQUARE = "the running mean is of g * g, not of g"
SHARE = "the new one comes in with the factor 1 - {}"
# fmt: off
ADAM: list[WrongStep] = [
    ("the corrected means are kept: correct copies, and keep m and v as they are", _corrected_for_good),
    ("the bias correction is missing: divide m by 1 - beta1**t and v by 1 - beta2**t",
        partial(adam, corrected_m=_kept, corrected_v=_kept)),
    ("the bias correction of v is missing: divide it by 1 - beta2**t", partial(adam, corrected_v=_kept)),
    ("the bias correction of m is missing: divide it by 1 - beta1**t", partial(adam, corrected_m=_kept)),
    ("t stays at 1: it counts the steps", _given(adam, lambda s: {"t": 1})),
    ("t is one too large: in the first step it is 1", _given(adam, lambda s: {"t": s.t + 1})),
    ("the square root is missing: divide by the root of v", partial(adam, divisor=_rootless)),
    (SQUARE, partial(adam, square=lambda v, g, m, s: s.beta2 * v + (1 - s.beta2) * g)),
    ("beta1 and beta2 are swapped: beta1 belongs to m, beta2 to v",
        _given(adam, lambda s: {"beta1": s.beta2, "beta2": s.beta1})),
    ("beta1 and beta2 are swapped in the correction: 1 - beta1**t belongs to m",
        partial(adam, corrected_m=lambda m, s: m / (1 - s.beta2**s.t),
                corrected_v=lambda v, s: v / (1 - s.beta1**s.t))),
    ("v has beta1 too: beta1 belongs to m, beta2 to v", _given(adam, lambda s: {"beta2": s.beta1})),
    ("m has beta2 too: beta1 belongs to m, beta2 to v", _given(adam, lambda s: {"beta1": s.beta2})),
    ("the correction divides: m / (1 - beta1**t)", _corrected(lambda x, beta, t: x * (1 - beta**t))),
    ("the correction has a power, beta**t, not beta * t", _corrected(lambda x, beta, t: x / (1 - beta * t))),
    ("the power belongs to beta: 1 - beta**t, not (1 - beta)**t", _corrected(lambda x, beta, t: x / (1 - beta) ** t)),
    ("the step has m above the line, not g", partial(adam, above=lambda m, g: g)),
    ("v is the running mean of g * g, not of m * m",
        partial(adam, square=lambda v, g, m, s: s.beta2 * v + (1 - s.beta2) * m * m)),
    (SHARE.format("beta1"), partial(adam, mean=lambda m, g, s: s.beta1 * m + g)),
    (SHARE.format("beta2"), partial(adam, square=lambda v, g, m, s: s.beta2 * v + g * g)),
    (SHARE.format("beta"),
        partial(adam, mean=lambda m, g, s: s.beta1 * m + g, square=lambda v, g, m, s: s.beta2 * v + g * g)),
    ("beta and 1 - beta are swapped: the old mean keeps beta",
        partial(adam, mean=lambda m, g, s: (1 - s.beta1) * m + s.beta1 * g,
              square=lambda v, g, m, s: (1 - s.beta2) * v + s.beta2 * g * g)),
    ('m and v are kept under one key: `state["m"]` and `state["v"]`', _one_key),
]
MISTAKES: dict[str, list[WrongStep]] = {
    "sgd": [],
    "momentum": [
        ("the new gradient comes whole into the velocity, without a factor 1 - momentum",
            partial(momentum, velocity=lambda v, g, s: s.momentum * v + (1 - s.momentum) * g)),
        ("that is Nesterov's step: plain momentum moves by v alone", nesterov),
        ("that is plain descent: the velocity is missing", sgd),
        ("the rate comes twice: into the velocity and into the step",
            partial(momentum, velocity=lambda v, g, s: s.momentum * v + s.lr * g)),
        ("only the old velocity is multiplied by momentum",
            partial(momentum, velocity=lambda v, g, s: s.momentum * (v + g))),
        ("the old velocity is multiplied by momentum, not the gradient",
            partial(momentum, velocity=lambda v, g, s: v + s.momentum * g)),
        ("nothing is forgotten: the old velocity is multiplied by momentum",
            partial(momentum, velocity=lambda v, g, s: v + g)),
        ("the gradient is in the velocity already: step by v alone",
            lambda p, g, state, s: momentum(p, g, state, s) - s.lr * g),
        ("the step is made with the old velocity: renew it first", _with_old_velocity),
        ("that is the velocity: return p - lr * v", lambda p, g, state, s: (p - momentum(p, g, state, s)) / s.lr),
    ],
    "nesterov": [
        ("that is plain momentum: Nesterov's step is g + momentum * v", momentum),
        ("that is plain descent: the velocity is missing", sgd),
    ],
    "adagrad": [
        ("the square root is missing: divide by the root of the sum", partial(adagrad, divisor=_rootless)),
        ("the newest g * g belongs to the sum before the step", partial(adagrad, is_late=True)),
        ("that is RMSprop: Adagrad sums g * g over all steps", rmsprop),
    ],
    "rmsprop": [
        ("the square root is missing: divide by the root of the mean", partial(rmsprop, divisor=_rootless)),
        (SQUARE, partial(rmsprop, mean=lambda m, g, s: s.alpha * m + (1 - s.alpha) * g)),
        ("alpha and 1 - alpha are swapped: the old mean keeps alpha",
            _given(rmsprop, lambda s: {"alpha": 1 - s.alpha})),
        ("that is Adagrad: the mean of RMSprop forgets, alpha * mean + (1 - alpha) * g * g", adagrad),
        (SHARE.format("alpha"), partial(rmsprop, mean=lambda m, g, s: s.alpha * m + g * g)),
        ("the newest g * g belongs to the mean before the step", partial(rmsprop, is_late=True)),
        ("the mean is kept as it is: take the root for the step only",
            partial(rmsprop, mean=lambda m, g, s: sqrt(s.alpha * m + (1 - s.alpha) * g * g), divisor=_rootless)),
        ("divide by the root, do not multiply by it", partial(rmsprop, divisor=lambda m, s: 1 / (sqrt(m) + s.eps))),
        ("1 - alpha is not squared: (1 - alpha) * g * g",
            partial(rmsprop, mean=lambda m, g, s: s.alpha * m + ((1 - s.alpha) * g) ** 2)),
        ("the gradient is missing above the line",
            lambda p, g, state, s: p + (rmsprop(p, g, state, s) - p) / g),
        ("the mean starts at 0", partial(rmsprop, start=1.0)),
        ("the mean is that of g * g, not of sizes, and its root is taken",
            partial(rmsprop, mean=lambda m, g, s: s.alpha * m + (1 - s.alpha) * abs(g), divisor=_rootless)),
        ("1 - alpha needs brackets", partial(rmsprop, mean=lambda m, g, s: abs(s.alpha * m + 1 - s.alpha * g * g))),
        ("the mean is replaced, `=`, not added to",
            partial(rmsprop, mean=lambda m, g, s: m + s.alpha * m + (1 - s.alpha) * g * g)),
    ],
    "adam": ADAM,
    "adamw": [
        ("the decay is missing: p shrinks by lr * weight_decay * p before Adam's step", adam),
        ("the decay is added to the gradient, which is Adam with L2: AdamW shrinks p itself",
            lambda p, g, state, s: adam(p, g + s.weight_decay * p, state, s)),
        ("the decay lacks the rate: p shrinks by lr * weight_decay * p",
            lambda p, g, state, s: adam(p * (1 - s.weight_decay), g, state, s)),
        *((hint, lambda p, g, state, s, rule=rule: rule(decayed(p, s), g, state, s)) for hint, rule in ADAM),
    ],
}
# fmt: on


def mistakes_in(name: str) -> Iterator[WrongStep]:
    """Wrong rules in the place of the named one: those that any can be given, and its own."""
    rule = RULES[name]
    yield (
        "the sign is wrong: a step goes against the gradient, p - lr * ...",
        lambda p, g, state, s: 2 * p - rule(p, g, state, s),
    )
    yield "the learning rate is missing", lambda p, g, state, s: rule(p, g, state, s._replace(lr=1.0))
    yield "that is the step without p: return the new parameter", lambda p, g, state, s: rule(p, g, state, s) - p
    yield "that is what is taken off p: return the new parameter", lambda p, g, state, s: p - rule(p, g, state, s)
    yield "p does not move", lambda p, g, state, s: p
    yield "the step is subtracted from p: no product", lambda p, g, state, s: p * (1 + rule(p, g, state, s) - p)
    if name != "sgd":
        yield "nothing is kept from step to step: put it into `state`", lambda p, g, state, s: rule(p, g, {}, s)
    yield from MISTAKES[name]
    if rule in (adagrad, rmsprop, adam):
        without_eps = _given(rule, lambda s: {"eps": 0.0})
        yield (
            "eps stands under the root: it is added to the root",
            partial(rule, divisor=lambda x, s: sqrt(abs(x) + s.eps)),
        )
        yield "eps is missing: it is added to the root", without_eps
        yield (
            "the root and eps need brackets: divide by (root + eps)",
            lambda p, g, state, s: without_eps(p, g, state, s) + s.eps,
        )
