"""The update rules of optimizers for one parameter, as PyTorch has them.

In a rule p is the parameter, g its gradient, `state` a dict that is empty at first and kept from step to step, s the
settings. A keyword is what a mistake changes.
"""

from collections.abc import Callable
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
Renewal = Callable[[float, float, Settings], float]  # (what is kept, g, s) → what is kept from now on
Divisor = Callable[[float, Settings], float]


def root(x: float, s: Settings) -> float:
    """√x + eps; a mistake may make x negative."""
    return sqrt(abs(x)) + s.eps


def sgd(p: float, g: float, state: State, s: Settings) -> float:
    """Gradient descent: p ← p − lr · g."""
    return p - s.lr * g


def momentum(
    p: float,
    g: float,
    state: State,
    s: Settings,
    *,
    velocity: Renewal = lambda v, g, s: s.momentum * v + g,
    nesterov: bool = False,
) -> float:
    """With v ← momentum · v + g: p ← p − lr · v, and in Nesterov's form p ← p − lr · (g + momentum · v)."""
    v = state["v"] = velocity(state.get("v", 0.0), g, s)
    return p - s.lr * (g + s.momentum * v if nesterov else v)


def nesterov(p: float, g: float, state: State, s: Settings) -> float:
    """As `momentum`, in Nesterov's form."""
    return momentum(p, g, state, s, nesterov=True)


def rmsprop(
    p: float,
    g: float,
    state: State,
    s: Settings,
    *,
    mean: Renewal = lambda mean, g, s: s.alpha * mean + (1 - s.alpha) * g * g,
    divisor: Divisor = root,
    start: float = 0.0,
    is_late: bool = False,
) -> float:
    """With mean ← alpha · mean + (1 − alpha) · g²: p ← p − lr · g / (√mean + eps)."""
    before = state.get("mean", start)
    after = state["mean"] = mean(before, g, s)
    return p - s.lr * g / divisor(before if is_late else after, s)


def adagrad(p: float, g: float, state: State, s: Settings, **changes: Any) -> float:
    """With total ← total + g², in the place of RMSprop's mean: p ← p − lr · g / (√total + eps)."""
    return rmsprop(p, g, state, s, mean=lambda total, g, s: total + g * g, **changes)


def adam(
    p: float,
    g: float,
    state: State,
    s: Settings,
    *,
    mean: Renewal = lambda m, g, s: s.beta1 * m + (1 - s.beta1) * g,
    square: Callable[[float, float, float, Settings], float] = lambda v, g, m, s: s.beta2 * v + (1 - s.beta2) * g * g,
    corrected_m: Divisor = lambda m, s: m / (1 - s.beta1 ** float(s.t)),
    corrected_v: Divisor = lambda v, s: v / (1 - s.beta2 ** float(s.t)),
    divisor: Divisor = root,
    above: Callable[[float, float], float] = lambda m, g: m,
) -> float:
    """With running means m of g and v of g²: p ← p − lr · m̂ / (√v̂ + eps), m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ)."""
    m = state["m"] = mean(state.get("m", 0.0), g, s)
    v = state["v"] = square(state.get("v", 0.0), g, m, s)
    return p - s.lr * above(corrected_m(m, s), g) / divisor(corrected_v(v, s), s)


def adamw(p: float, g: float, state: State, s: Settings) -> float:
    """The decay apart from the gradient: p ← p · (1 − lr · weight_decay), then Adam's step."""
    return adam(decayed(p, s), g, state, s)


def decayed(p: float, s: Settings) -> float:
    """AdamW's decay: p · (1 − lr · weight_decay)."""
    return p * (1 - s.lr * s.weight_decay)


RULES: dict[str, UpdateRule] = {
    rule.__name__: rule for rule in (sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw)
}
