"""One step of training: the gradient of a batch, clipped, and the optimizer's rule."""

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Value
from autograd import sum as sum_of
from nn.history import StepFigures
from nn.module import Module, plain
from nn.optimizers import Optimizer, clip_grad_norm, clip_grad_value, norm_of, not_negative

Loss = Callable[[Any, Any], Value]


class Step:
    """The gradient of a batch's mean loss, clipped, and the optimizer's rule: a step happens whole or not at all."""

    def __init__(
        self,
        model: Module,
        loss: Loss,
        optimizer: Optimizer,
        regularizer: Callable[[Module], Value] | None,
        clip: float | None,
        clip_each: float | None,
    ) -> None:
        if not isinstance(model, Module):
            raise TypeError(f"fit trains a Module, not {model!r}")
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"fit needs an optimizer such as nn.SGD(model.parameters(), lr=0.1), not {optimizer!r}")
        self.model, self.loss, self.optimizer, self.regularizer = model, loss, optimizer, regularizer
        self.clip = None if clip is None else not_negative("clip", clip)
        self.clip_each = None if clip_each is None else not_negative("clip_each", clip_each)
        self.parameters = model.parameters()
        self.layers = _layers(model, optimizer)
        self.modules = [module for _, module in model.named_modules()]

    def __call__(self, xs: NDArray[Any], ys: NDArray[Any]) -> StepFigures:
        started = time.perf_counter()
        before = [(module, name, getattr(module, name)) for module in self.modules for name in module.buffer_names]
        try:
            outputs, losses, penalty = self._backpropagate(xs.tolist(), ys.tolist())
            norms = self._gradient_norms()
        except BaseException:
            for module, name, buffer in before:
                setattr(module, name, buffer)
            raise
        if self.clip is not None:
            clip_grad_norm(self.optimizer.parameters, self.clip)
        if self.clip_each is not None:
            clip_grad_value(self.optimizer.parameters, self.clip_each)
        self.optimizer.step()
        return StepFigures(losses, penalty, norms, outputs, ys, time.perf_counter() - started)

    def _backpropagate(self, xs: list[Any], ys: list[Any]) -> tuple[list[Any], list[float], float]:
        """Leave the gradient in the parameters; sample by sample where it can be, so that no graph gets large."""
        for p in self.parameters:
            p.grad = 0.0
        coupled = any(module.couples_samples and module.training for module in self.modules)
        parts = [(xs, ys)] if coupled else [([x], [t]) for x, t in zip(xs, ys, strict=True)]
        outputs: list[Any] = []
        losses: list[float] = []
        for inputs, targets in parts:
            given = self.model.batch(inputs)
            found = [self._loss(output, target) for output, target in zip(given, targets, strict=True)]
            sum_of(found).backward(1 / len(xs))
            outputs += map(plain, given)
            losses += [v.data for v in found]
        return outputs, losses, self._penalise()

    def _loss(self, output: Any, target: Any) -> Value:
        value = self.loss(output, target)
        if not isinstance(value, Value):
            raise TypeError(f"the loss must return a Value that can be backpropagated, not {value!r}")
        if not math.isfinite(value.data):
            raise FloatingPointError(
                f"the loss is {value.data} for the outputs {plain(output)} and the target {target}: a smaller learning "
                "rate, clipping or scaled inputs may help; the model is as it was before this step"
            )
        return value

    def _penalise(self) -> float:
        if self.regularizer is None:
            return 0.0
        penalty = self.regularizer(self.model)
        if not isinstance(penalty, Value):
            raise TypeError(f"the regularizer must return a Value, such as nn.l2_penalty(model, 1e-3), not {penalty!r}")
        penalty.backward()
        return penalty.data

    def _gradient_norms(self) -> list[float]:
        g = np.array([p.grad for p in self.optimizer.parameters])
        if not np.isfinite(g).all():
            names = {v: name for name, v in self.model.named_parameters()}
            first = self.optimizer.parameters[int(np.argmin(np.isfinite(g)))]
            raise FloatingPointError(
                f"the gradient of {names.get(first, first)} is {first.grad}: a smaller learning rate, clipping or "
                "scaled inputs may help; the model is as it was before this step"
            )
        return [norm_of(g[places]) for places in self.layers.values()]


def _layers(model: Module, optimizer: Optimizer) -> dict[str, list[int]]:
    """Path of each module with parameters of its own → their places among the optimizer's."""
    place = {v: i for i, v in enumerate(optimizer.parameters)}
    layers: dict[str, list[int]] = {}
    for name, _, v in model.placed_parameters():
        if v in place:
            layers.setdefault(name.rpartition(".")[0] or type(model).__name__, []).append(place[v])
    if not layers:
        raise ValueError("the optimizer has none of this model's parameters: make it with model.parameters()")
    return layers
