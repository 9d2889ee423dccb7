"""Learning-rate schedules: called with the number of epochs done, each gives the rate of the next epoch.

>>> schedule = StepDecay(0.1, every=10, factor=0.5)
>>> schedule(0), schedule(9), schedule(10), schedule(20)
(0.1, 0.1, 0.05, 0.025)
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from autograd.tables import short
from nn.optimizers import not_negative

Schedule = Callable[[int], float]


@dataclass(frozen=True)
class StepDecay:
    """lr · factor^⌊epoch / every⌋: a step down every `every` epochs."""

    lr: float
    every: int
    factor: float = 0.1

    def __post_init__(self) -> None:
        _check(self.lr, every=self.every, factor=self.factor)

    def __call__(self, epoch: int) -> float:
        return self.lr * self.factor ** (epoch // self.every)


@dataclass(frozen=True)
class ExponentialDecay:
    """lr · factor^epoch."""

    lr: float
    factor: float

    def __post_init__(self) -> None:
        _check(self.lr, factor=self.factor)

    def __call__(self, epoch: int) -> float:
        return self.lr * self.factor**epoch


@dataclass(frozen=True)
class CosineDecay:
    """From lr to `minimum` along half a cosine over `epochs`, then `minimum`.

    I. Loshchilov and F. Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017, without the restarts.
    """

    lr: float
    epochs: int
    minimum: float = 0.0

    def __post_init__(self) -> None:
        _check(self.lr, epochs=self.epochs)
        not_negative("minimum", self.minimum)

    def __call__(self, epoch: int) -> float:
        done = min(epoch / self.epochs, 1.0)
        return self.minimum + 0.5 * (self.lr - self.minimum) * (1 + math.cos(math.pi * done))


@dataclass(frozen=True)
class InverseTimeDecay:
    """lr / (1 + rate · epoch)."""

    lr: float
    rate: float

    def __post_init__(self) -> None:
        _check(self.lr, rate=self.rate)

    def __call__(self, epoch: int) -> float:
        return self.lr / (1 + self.rate * epoch)


@dataclass(frozen=True)
class WarmUp:
    """Linearly up to the first rate of the schedule `after` in `epochs` epochs, then that schedule from its start."""

    epochs: int
    after: Schedule

    def __post_init__(self) -> None:
        if not callable(self.after):
            raise TypeError(f"WarmUp takes the number of epochs and a schedule, not {short(self.after)}")
        _check(self.after(0), epochs=self.epochs)

    def __call__(self, epoch: int) -> float:
        if epoch < self.epochs:
            return self.after(0) * (epoch + 1) / (self.epochs + 1)
        return self.after(epoch - self.epochs)


def _check(lr: float, **positive: float) -> None:
    not_negative("the learning rate", lr)
    for name, x in positive.items():
        not_negative(name, x)
        if not (math.isfinite(x) and x > 0):
            raise ValueError(f"{name} must be finite and above zero, got {x}")
