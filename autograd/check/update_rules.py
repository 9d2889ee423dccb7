"""The update rules of optimizers for one parameter, as PyTorch has them.

In a rule p is the parameter, g its gradient, `state` a dict that is empty at first and kept from step to step, s the
settings. A keyword is what a mistake changes.
"""

from collections.abc import Callable
from math import sqrt
from typing import NamedTuple

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
    return adam(decayed(p, s), g, state, s)


def decayed(p: float, s: Settings) -> float:
    """AdamW's decay: p · (1 − lr · weight_decay)."""
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
