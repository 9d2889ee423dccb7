"""Optimizers, as PyTorch has them. Each rule is written once, in `update`, over one flat array of all parameters.

In a rule p are the parameters, g their gradients, changed in place; `t` counts the updates from one.
"""

import math
from collections.abc import Iterable
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from autograd import Value
from autograd.floats import is_number
from autograd.tables import short
from nn.peers import ARGUMENTS, refuse_arguments

Array = NDArray[np.float64]


class Optimizer:
    """What optimizers share: the parameters, the learning rate `lr`, `step()` and `zero_grad()`.

    `lr` may be changed between updates. `buffers` are the arrays that a rule keeps from one to the next, by name. A
    parameter that is given twice counts once. Raises ValueError for no parameters and for settings out of range,
    TypeError for parameters that are not Values.
    """

    buffer_names: tuple[str, ...] = ()
    #: Whether the rule itself applies the decay, apart from the gradient.
    decoupled_decay = False

    def __new__(cls, *args: Any, **settings: Any) -> Self:
        refuse_arguments(cls.__name__, settings.keys() & ARGUMENTS.keys())
        return super().__new__(cls)

    def __init__(self, parameters: Iterable[Value], lr: float, weight_decay: float = 0.0) -> None:
        self.parameters = values_of("an optimizer changes", parameters)
        if not self.parameters:
            raise ValueError(
                "an optimizer needs parameters: pass model.parameters(), which finds the Values in a module's "
                "attributes, and in lists, dictionaries and arrays there"
            )
        self.lr = lr
        self.weight_decay = not_negative("weight_decay", weight_decay)
        self.t = 0
        self.buffers: dict[str, Array] = {name: np.zeros(len(self.parameters)) for name in self.buffer_names}

    @property
    def lr(self) -> float:
        return self._lr

    @lr.setter
    def lr(self, lr: float) -> None:
        self._lr = not_negative("the learning rate", lr)

    def step(self) -> None:
        """Move every parameter by the rule, against its gradient."""
        p = np.array([v.data for v in self.parameters])
        self.step_arrays(p, gradients_of(self.parameters))
        for v, data in zip(self.parameters, p.tolist(), strict=True):
            v.data = data

    def step_arrays(self, p: Array, g: Array) -> None:
        """One update on flat arrays of the parameters and their gradients: p is changed in place."""
        self.t += 1
        with np.errstate(all="ignore"):
            self.update(p, g + self.weight_decay * p if self.weight_decay and not self.decoupled_decay else g)

    def update(self, p: Array, g: Array) -> None:
        """The rule: change p in place by the gradients g."""
        raise NotImplementedError

    def zero_grad(self) -> None:
        """Set every parameter's gradient to zero."""
        for p in self.parameters:
            p.grad = 0.0

    def state_dict(self) -> dict[str, Any]:
        """What it takes to resume a run: the rate, the count of updates and the buffers."""
        return {"lr": self.lr, "t": self.t, **{name: buffer.copy() for name, buffer in self.buffers.items()}}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Load a `state_dict()`. Raises ValueError, and changes nothing, if it is another optimizer's."""
        expected = {"lr", "t", *self.buffers}
        if set(state) != expected:
            raise ValueError(f"{type(self).__name__} keeps {sorted(expected)}, and this state has {sorted(state)}")
        buffers: dict[str, Array] = {}
        for name, buffer in self.buffers.items():
            if np.shape(state[name]) != buffer.shape:
                raise ValueError(
                    f"{name} is for {np.size(state[name])} parameters, and this optimizer has {len(self.parameters)}"
                )
            buffers[name] = np.array(state[name], dtype=float)
        lr, t = not_negative("the learning rate", state["lr"]), int(not_negative("t", state["t"]))
        self.lr, self.t, self.buffers = lr, t, buffers

    def __repr__(self) -> str:
        return f"{type(self).__name__} of {len(self.parameters)} parameters, lr={self.lr:g}, {self.t} updates done"


class SGD(Optimizer):
    """Gradient descent p ← p − lr · g; with momentum p ← p − lr · v, where v ← momentum · v + g from v = 0.

    With `nesterov` the step is g + momentum · v. `weight_decay` adds weight_decay · p to g.

    >>> p = Value(1.0)
    >>> optimizer = SGD([p], lr=0.1)
    >>> (p * p).backward()
    >>> optimizer.step()
    >>> p.data
    0.8
    """

    buffer_names = ("velocity",)

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float,
        momentum: float = 0.0,
        *,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr, weight_decay)
        self.momentum = not_negative("momentum", momentum)
        self.nesterov = nesterov
        if nesterov and not momentum:
            raise ValueError("nesterov needs a momentum above zero, such as 0.9")

    def update(self, p: Array, g: Array) -> None:
        if self.momentum:
            v = self.buffers["velocity"]
            v *= self.momentum
            v += g
            g = g + self.momentum * v if self.nesterov else v
        p -= self.lr * g


class RMSprop(Optimizer):
    """p ← p − lr · g / (√s + eps), where s ← alpha · s + (1 − alpha) · g²: each parameter at its own scale.

    T. Tieleman and G. Hinton, lecture 6.5 of Neural Networks for Machine Learning, 2012. With momentum the quotient is
    summed up in v ← momentum · v + quotient.
    """

    buffer_names = ("mean_square", "velocity")

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float = 0.01,
        *,
        alpha: float = 0.99,
        eps: float = 1e-8,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr, weight_decay)
        self.alpha = _below_one("alpha", alpha)
        self.eps = not_negative("eps", eps)
        self.momentum = not_negative("momentum", momentum)

    def update(self, p: Array, g: Array) -> None:
        s, v = self.buffers["mean_square"], self.buffers["velocity"]
        s *= self.alpha
        s += (1 - self.alpha) * g * g
        quotient = g / (np.sqrt(s) + self.eps)
        if self.momentum:
            v *= self.momentum
            v += quotient
            quotient = v
        p -= self.lr * quotient


class Adagrad(Optimizer):
    """p ← p − lr · g / (√s + eps), where s sums g² over all updates, so the rate falls where gradients were large.

    J. Duchi, E. Hazan and Y. Singer, Adaptive Subgradient Methods, 2011.
    """

    buffer_names = ("sum_of_squares",)

    def __init__(
        self, parameters: Iterable[Value], lr: float = 0.01, *, eps: float = 1e-10, weight_decay: float = 0.0
    ) -> None:
        super().__init__(parameters, lr, weight_decay)
        self.eps = not_negative("eps", eps)

    def update(self, p: Array, g: Array) -> None:
        s = self.buffers["sum_of_squares"]
        s += g * g
        p -= self.lr * g / (np.sqrt(s) + self.eps)


class Adam(Optimizer):
    """p ← p − lr · m̂ / (√v̂ + eps): momentum m and scale v are running means of g and g², corrected for their start.

    m ← β₁ m + (1 − β₁) g, m̂ = m / (1 − β₁ᵗ), and v, v̂ likewise with β₂ and g². D. P. Kingma and J. Ba, Adam: A Method
    for Stochastic Optimization, 2015. `weight_decay` adds weight_decay · p to g.
    """

    buffer_names = ("mean", "mean_square")

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr, weight_decay)
        if not isinstance(betas, tuple | list) or len(betas) != 2:
            raise ValueError(f"betas are two numbers, such as (0.9, 0.999), not {short(betas)}")
        self.betas = _below_one("betas[0]", betas[0]), _below_one("betas[1]", betas[1])
        self.eps = not_negative("eps", eps)

    def update(self, p: Array, g: Array) -> None:
        m, v = self.buffers["mean"], self.buffers["mean_square"]
        beta1, beta2 = self.betas
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * g * g
        scale = np.sqrt(v / (1 - beta2**self.t)) + self.eps
        p -= self.lr / (1 - beta1**self.t) * m / scale


class AdamW(Adam):
    """Adam with the decay apart from the gradient: p ← p · (1 − lr · weight_decay) before Adam's step.

    I. Loshchilov and F. Hutter, Decoupled Weight Decay Regularization, 2019.
    """

    decoupled_decay = True

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(parameters, lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def update(self, p: Array, g: Array) -> None:
        p *= 1 - self.lr * self.weight_decay
        super().update(p, g)


def clip_grad_norm(parameters: Iterable[Value], max_norm: float) -> float:
    """Scale all gradients by one factor so that their norm √Σ g² is at most `max_norm`; return the norm before.

    The direction stays. As in PyTorch the factor is max_norm / (norm + 1e-6), so that a nan among the gradients makes
    all of them nan, and an infinite maximum only measures. Raises ValueError for a negative maximum.
    """
    parameters = values_of("gradients are of", parameters)
    g = gradients_of(parameters)
    norm = clip_norm(g, max_norm)
    _set_gradients(parameters, g)
    return norm


def clip_grad_value(parameters: Iterable[Value], max_value: float) -> None:
    """Cut every gradient to [−max_value, max_value]; the direction may change. Raises ValueError for a negative one."""
    parameters = values_of("gradients are of", parameters)
    g = gradients_of(parameters)
    clip_value(g, max_value)
    _set_gradients(parameters, g)


def clip_norm(g: Array, max_norm: float) -> float:
    """`clip_grad_norm` on a flat array of gradients, in place."""
    limit = math.inf if max_norm == math.inf else not_negative("max_norm", max_norm)
    norm = norm_of(g)
    factor = limit / (norm + 1e-6)
    if limit < math.inf and not factor >= 1.0:
        with np.errstate(invalid="ignore"):  # 0 · inf
            g *= factor
    return norm


def clip_value(g: Array, max_value: float) -> None:
    """`clip_grad_value` on a flat array of gradients, in place."""
    limit = math.inf if max_value == math.inf else not_negative("max_value", max_value)
    np.clip(g, -limit, limit, out=g)


def norm_of(g: Array) -> float:
    """The norm √Σ g², even where squares overflow or vanish."""
    with np.errstate(over="ignore"):
        square = float(g @ g)
    if 1e-200 < square < math.inf:
        return math.sqrt(square)
    largest = float(np.abs(g).max(initial=0.0))
    if largest == 0.0 or not math.isfinite(largest):
        return largest
    return largest * math.sqrt(float(np.square(g / largest).sum()))


def values_of(need: str, parameters: Any) -> list[Value]:
    """Parameters as a list, each once. Raises TypeError for anything but Values."""
    values = [parameters] if isinstance(parameters, Value) or not isinstance(parameters, Iterable) else list(parameters)
    for p in values:
        if not isinstance(p, Value):
            raise TypeError(f"{need} Values, not {short(p)}: pass model.parameters()")
    return list(dict.fromkeys(values))


def gradients_of(parameters: Iterable[Value]) -> Array:
    """The gradients as a flat array; None, as others clear them, is zero."""
    return np.array([p.grad or 0.0 for p in parameters])


def _set_gradients(parameters: list[Value], g: Array) -> None:
    for p, grad in zip(parameters, g.tolist(), strict=True):
        p.grad = grad


def not_negative(name: str, x: float) -> float:
    """A setting as a float. Raises ValueError, naming it, where it is negative or not finite."""
    if not is_number(x):
        raise TypeError(f"{name} must be a number, not {short(x)}")
    if not (math.isfinite(x) and x >= 0):
        raise ValueError(f"{name} must be finite and not negative, got {x}")
    return float(x)


def _below_one(name: str, x: float) -> float:
    if not 0 <= not_negative(name, x) < 1:
        raise ValueError(f"{name} must be at least 0 and below 1, got {x}")
    return float(x)
