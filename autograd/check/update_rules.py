"""The update rules of optimizers for one parameter, as PyTorch has them, and the usual mistakes in each.

In a rule p is the parameter, g its gradient, `state` a dict that is empty at first and kept from step to step, s the
settings. A keyword is what a mistake changes.
"""

from collections.abc import Callable, Iterator
from math import sqrt
from typing import Any, NamedTuple

State = dict[str, float]


class Settings(NamedTuple):
    """What a rule may ask for; `t` counts the steps from one."""

    lr: float
    momentum: float
    alpha: float
    beta1: float
    beta2: float
    eps: float
    weight_decay: float
    t: int = 0


UpdateRule = Callable[[float, float, State, Settings], float]
WrongStep = tuple[str, UpdateRule]


def sgd(p: float, g: float, state: State, s: Settings) -> float:
    """Gradient descent: p ← p − lr · g."""
    return p - s.lr * g


def momentum(p: float, g: float, state: State, s: Settings, *, nesterov: bool = False, damped: bool = False) -> float:
    """With v ← momentum · v + g: p ← p − lr · v, and in Nesterov's form p ← p − lr · (g + momentum · v)."""
    v = state["v"] = s.momentum * state.get("v", 0.0) + (g * (1 - s.momentum) if damped else g)
    return p - s.lr * (g + s.momentum * v if nesterov else v)


def nesterov(p: float, g: float, state: State, s: Settings) -> float:
    """As `momentum`, in Nesterov's form."""
    return momentum(p, g, state, s, nesterov=True)


def adagrad(
    p: float, g: float, state: State, s: Settings, *, rooted: bool = True, late: bool = False, eps: str = "outside"
) -> float:
    """With total ← total + g²: p ← p − lr · g / (√total + eps)."""
    before = state.get("total", 0.0)
    after = state["total"] = before + g * g
    return p - s.lr * g / _divisor(before if late else after, s, rooted, eps)


def rmsprop(
    p: float,
    g: float,
    state: State,
    s: Settings,
    *,
    rooted: bool = True,
    squared: bool = True,
    swapped: bool = False,
    eps: str = "outside",
) -> float:
    """With mean ← alpha · mean + (1 − alpha) · g²: p ← p − lr · g / (√mean + eps)."""
    alpha = 1 - s.alpha if swapped else s.alpha
    mean = state["mean"] = alpha * state.get("mean", 0.0) + (1 - alpha) * (g * g if squared else g)
    return p - s.lr * g / _divisor(mean, s, rooted, eps)


def adam(
    p: float,
    g: float,
    state: State,
    s: Settings,
    *,
    rooted: bool = True,
    squared: bool = True,
    swapped: bool = False,
    corrected: tuple[bool, bool] = (True, True),
    t: int | None = None,
    eps: str = "outside",
) -> float:
    """With running means m of g and v of g²: p ← p − lr · m̂ / (√v̂ + eps), m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ)."""
    beta1, beta2 = (s.beta2, s.beta1) if swapped else (s.beta1, s.beta2)
    m = state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    v = state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * (g * g if squared else g)
    t = s.t if t is None else t
    m /= 1 - beta1 ** float(t) if corrected[0] else 1.0
    v /= 1 - beta2 ** float(t) if corrected[1] else 1.0
    return p - s.lr * m / _divisor(v, s, rooted, eps)


def adamw(p: float, g: float, state: State, s: Settings) -> float:
    """The decay apart from the gradient: p ← p · (1 − lr · weight_decay), then Adam's step."""
    return adam(_decayed(p, s), g, state, s)


def _decayed(p: float, s: Settings) -> float:
    return p * (1 - s.lr * s.weight_decay)


def _divisor(x: float, s: Settings, rooted: bool, eps: str) -> float:
    """√x + eps, and what is made of it by mistake."""
    if eps == "inside":
        return sqrt(abs(x) + s.eps)
    return (sqrt(abs(x)) if rooted else x) + (s.eps if eps else 0.0)


RULES: dict[str, UpdateRule] = {
    "sgd": sgd,
    "momentum": momentum,
    "nesterov": nesterov,
    "adagrad": adagrad,
    "rmsprop": rmsprop,
    "adam": adam,
    "adamw": adamw,
}


def _with(rule: Callable[..., float], **changes: Any) -> UpdateRule:
    """The rule with keywords that make it wrong."""
    return lambda p, g, state, s: rule(p, g, state, s, **changes)


SQUARE = "the running mean is of g * g, not of g"


def _corrected_for_good(p: float, g: float, state: State, s: Settings) -> float:
    """Adam that keeps the corrected means in the place of the running ones."""
    new = adam(p, g, state, s)
    state["m"] /= 1 - s.beta1 ** float(s.t)
    state["v"] /= 1 - s.beta2 ** float(s.t)
    return new


ADAM: list[WrongStep] = [
    ("the corrected means are kept: correct copies, and keep m and v as they are", _corrected_for_good),
    (
        "the bias correction is missing: divide m by 1 - beta1**t and v by 1 - beta2**t",
        _with(adam, corrected=(False, False)),
    ),
    ("the bias correction of v is missing: divide it by 1 - beta2**t", _with(adam, corrected=(True, False))),
    ("the bias correction of m is missing: divide it by 1 - beta1**t", _with(adam, corrected=(False, True))),
    ("t stays at 1: it counts the steps", _with(adam, t=1)),
    ("t is one too large: in the first step it is 1", lambda p, g, state, s: adam(p, g, state, s, t=s.t + 1)),
    ("the square root is missing: divide by the root of v", _with(adam, rooted=False)),
    (SQUARE, _with(adam, squared=False)),
    ("beta1 and beta2 are swapped: beta1 belongs to m, beta2 to v", _with(adam, swapped=True)),
]
MISTAKES: dict[str, list[WrongStep]] = {
    "sgd": [],
    "momentum": [
        ("the new gradient comes whole into the velocity, without a factor 1 - momentum", _with(momentum, damped=True)),
        ("that is Nesterov's step: plain momentum moves by v alone", nesterov),
        ("that is plain descent: the velocity is missing", sgd),
    ],
    "nesterov": [
        ("that is plain momentum: Nesterov's step is g + momentum * v", momentum),
        ("that is plain descent: the velocity is missing", sgd),
    ],
    "adagrad": [
        ("the square root is missing: divide by the root of the sum", _with(adagrad, rooted=False)),
        ("the newest g * g belongs to the sum before the step", _with(adagrad, late=True)),
        ("that is RMSprop: Adagrad sums g * g over all steps", rmsprop),
    ],
    "rmsprop": [
        ("the square root is missing: divide by the root of the mean", _with(rmsprop, rooted=False)),
        (SQUARE, _with(rmsprop, squared=False)),
        ("alpha and 1 - alpha are swapped: the old mean keeps alpha", _with(rmsprop, swapped=True)),
        ("that is Adagrad: the mean of RMSprop forgets, alpha * mean + (1 - alpha) * g * g", adagrad),
    ],
    "adam": ADAM,
    "adamw": [
        ("the decay is missing: p shrinks by lr * weight_decay * p before Adam's step", adam),
        (
            "the decay is added to the gradient, which is Adam with L2: AdamW shrinks p itself",
            lambda p, g, state, s: adam(p, g + s.weight_decay * p, state, s),
        ),
        (
            "the decay lacks the rate: p shrinks by lr * weight_decay * p",
            lambda p, g, state, s: adam(p * (1 - s.weight_decay), g, state, s),
        ),
        *((hint, lambda p, g, state, s, rule=rule: rule(_decayed(p, s), g, state, s)) for hint, rule in ADAM),
    ],
}


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
    if name != "sgd":
        yield "nothing is kept from step to step: put it into `state`", lambda p, g, state, s: rule(p, g, {}, s)
    yield from MISTAKES[name]
    if rule in (adagrad, rmsprop, adam):
        yield "eps stands under the root: it is added to the root", _with(rule, eps="inside")
        yield "eps is missing: it is added to the root", _with(rule, eps="")
