"""Optimizers: each changes the parameters' data by their gradients."""

import math
from collections.abc import Iterable

from autograd import Value


class SGD:
    """Gradient descent: p ← p − lr · ∂loss/∂p. `lr` may be changed between steps.

    Raises ValueError for no parameters and for a rate that is negative or not finite.

    >>> p = Value(1.0)
    >>> optimizer = SGD([p], lr=0.1)
    >>> (p * p).backward()
    >>> optimizer.step()
    >>> p.data
    0.8
    """

    def __init__(self, parameters: Iterable[Value], lr: float) -> None:
        self.parameters = list(parameters)
        if not self.parameters:
            raise ValueError("an optimizer needs parameters: pass model.parameters()")
        if not (math.isfinite(lr) and lr >= 0):
            raise ValueError(f"the learning rate must be finite and not negative, got {lr}")
        self.lr = lr

    def step(self) -> None:
        """Move every parameter against its gradient."""
        for p in self.parameters:
            p.data -= self.lr * p.grad

    def zero_grad(self) -> None:
        """Set every parameter's gradient to zero."""
        for p in self.parameters:
            p.grad = 0.0
