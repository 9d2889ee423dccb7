"""One step of training: the gradient of a batch, clipped, and the optimizer's rule."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from autograd import Value, topological_order
from autograd import sum as sum_of
from nn.module import Module, evaluating, rows
from nn.optimizers import Array, Optimizer, clip_norm, clip_value, gradients_of, norm_of, not_negative
from nn.training.history import StepFigures

Loss = Callable[[Any, Any], Value]

REMEDIES = "a smaller learning rate, clipping or scaled inputs may help; the model is as it was before this step"


@dataclass(frozen=True)
class Settings:
    """What `fit` was asked to do at each step. Raises TypeError or ValueError for what cannot be done."""

    model: Module
    loss: Loss
    optimizer: Optimizer
    regularizer: Callable[[Module], Value] | None = None
    clip: float | None = None
    clip_each: float | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.model, Module):
            raise TypeError(f"fit trains a Module, not {self.model!r}")
        if not isinstance(self.optimizer, Optimizer):
            raise TypeError(
                f"fit needs an optimizer such as nn.SGD(model.parameters(), lr=0.1), not {self.optimizer!r}"
            )
        if not callable(self.loss):
            raise TypeError(f"loss is a function of outputs and target, such as nn.mse, not {self.loss!r}")
        if self.regularizer is not None and not callable(self.regularizer):
            raise TypeError(
                "regularizer is a function of the model, such as lambda model: nn.l2_penalty(model, 1e-3), not "
                f"{self.regularizer!r}"
            )
        for name in ("clip", "clip_each"):
            if getattr(self, name) is not None:
                not_negative(name, getattr(self, name))
        if set(self.optimizer.parameters).isdisjoint(self.model.parameters()):
            raise ValueError("the optimizer has none of this model's parameters: make it with model.parameters()")

    def loss_of(self, output: Any, target: Any) -> Value:
        """The loss of one sample."""
        value = self.loss(output, target)
        if not isinstance(value, Value):
            raise TypeError(f"the loss must return a Value that can be backpropagated, not {value!r}")
        return value

    def check_reach(self, loss: Value) -> None:
        """Raise ValueError where the first sample's loss was computed without any parameter that is to be trained."""
        if set(self.optimizer.parameters).isdisjoint(topological_order(loss)):
            raise ValueError(
                "the loss does not depend on any of the optimizer's parameters: somewhere float(), .data or a function "
                "of math or NumPy has cut the graph, where autograd's functions keep it"
            )

    def penalty(self) -> Value | None:
        """What the regularizer adds to the loss of a batch."""
        if self.regularizer is None:
            return None
        penalty = self.regularizer(self.model)
        if not isinstance(penalty, Value):
            raise TypeError(f"the regularizer must return a Value, such as nn.l2_penalty(model, 1e-3), not {penalty!r}")
        if not math.isfinite(penalty.data):
            raise FloatingPointError(f"the penalty is {penalty.data}: {REMEDIES}")
        return penalty


class Step:
    """The gradient of a batch's mean loss, clipped, and the optimizer's rule: a step happens whole or not at all.

    Where the gradient comes from is a subclass's matter: `Eager` builds a graph for each sample.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.layers = _layers(settings.model, settings.optimizer)
        self.modules = [module for _, module in settings.model.named_modules()]

    def __call__(self, xs: NDArray[Any], ys: NDArray[Any]) -> StepFigures:
        started = time.perf_counter()
        with _undone_by_failure(self.modules):
            losses, outputs, penalty, g = self.gradient(xs, ys)
            norms = self._norms(g)
        settings = self.settings
        if settings.clip is not None:
            clip_norm(g, settings.clip)
        if settings.clip_each is not None:
            clip_value(g, settings.clip_each)
        self.move(g)
        return StepFigures(losses, penalty, norms, outputs, ys, time.perf_counter() - started)

    def gradient(self, xs: NDArray[Any], ys: NDArray[Any]) -> tuple[Array, Array, float, Array]:
        """The losses (n,), the outputs (n, …), the penalty, and the gradient of the optimizer's parameters, flat."""
        raise NotImplementedError

    def move(self, g: Array) -> None:
        """Let the optimizer change the parameters."""
        raise NotImplementedError

    def evaluate(self, X: NDArray[Any], y: NDArray[Any]) -> tuple[Array, Array]:
        """The losses and the outputs of samples in evaluation mode."""
        raise NotImplementedError

    def write_back(self) -> None:
        """See that the model's Values hold the parameters that the steps have led to."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.write_back()

    def check_losses(self, losses: Array, outputs: Array, ys: NDArray[Any]) -> None:
        """Raise FloatingPointError where a loss is nan or infinite."""
        wrong = np.flatnonzero(~np.isfinite(losses))
        if len(wrong):
            i = wrong[0]
            case = f"for the outputs {outputs[i].tolist()} and the target {ys[i].tolist()}"
            raise FloatingPointError(f"the loss is {losses[i]} {case}: {REMEDIES}")

    def _norms(self, g: Array) -> list[float]:
        """The size of each layer's gradient."""
        if not np.isfinite(g).all():
            i = int(np.argmin(np.isfinite(g)))
            names = {v: name for name, v in self.settings.model.named_parameters()}
            first = self.settings.optimizer.parameters[i]
            raise FloatingPointError(f"the gradient of {names.get(first, first)} is {g[i]}: {REMEDIES}")
        return [norm_of(g[places]) for places in self.layers.values()]


class Eager(Step):
    """The gradient by building the graph of each sample, as one does by hand."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.parameters = list(dict.fromkeys((*settings.model.parameters(), *settings.optimizer.parameters)))
        self.checked = False

    def gradient(self, xs: NDArray[Any], ys: NDArray[Any]) -> tuple[Array, Array, float, Array]:
        losses, outputs = self._backpropagate(xs, ys)
        penalty = self.settings.penalty()
        if penalty is not None:
            penalty.backward()
        g = gradients_of(self.settings.optimizer.parameters)
        return losses, outputs, penalty.data if penalty is not None else 0.0, g

    def _backpropagate(self, xs: NDArray[Any], ys: NDArray[Any]) -> tuple[Array, Array]:
        """Leave the gradient in the Values; sample by sample where it can be, so that no graph gets large."""
        for p in self.parameters:
            p.grad = 0.0
        coupled = any(module.couples_samples and module.training for module in self.modules)
        size = len(xs) if coupled else 1
        losses, outputs = [], []
        for i in range(0, len(xs), size):
            given = self.settings.model.batch(xs[i : i + size].tolist())
            targets = ys[i : i + size]
            found = [self.settings.loss_of(y, t) for y, t in zip(given, targets.tolist(), strict=True)]
            losses.append(np.array([v.data for v in found]))
            outputs.append(rows(given))
            self.check_losses(losses[-1], outputs[-1], targets)
            if not self.checked:
                self.settings.check_reach(found[0])
                self.checked = True
            sum_of(found).backward(1 / len(xs))
        return np.concatenate(losses), np.concatenate(outputs)

    def move(self, g: Array) -> None:
        for v, grad in zip(self.settings.optimizer.parameters, g.tolist(), strict=True):
            v.grad = grad
        self.settings.optimizer.step()

    def evaluate(self, X: NDArray[Any], y: NDArray[Any]) -> tuple[Array, Array]:
        model = self.settings.model
        with evaluating(model):
            given = [model(x) for x in X.tolist()]
            losses = [self.settings.loss_of(output, t).data for output, t in zip(given, y.tolist(), strict=True)]
        return np.array(losses), rows(given)


def _layers(model: Module, optimizer: Optimizer) -> dict[str, slice | list[int]]:
    """The places of each layer's parameters among the optimizer's, a slice where they can be."""
    place = {v: i for i, v in enumerate(optimizer.parameters)}
    layers: dict[str, slice | list[int]] = {}
    for path, values in model.parameters_by_layer().items():
        places = [place[v] for v in values if v in place]
        if places:
            run = range(places[0], places[0] + len(places))
            layers[path] = slice(run.start, run.stop) if places == [*run] else places
    return layers


@contextmanager
def _undone_by_failure(modules: list[Module]) -> Iterator[None]:
    """Where something fails within it, buffers and generators are as they were."""
    buffers = [(module, name, getattr(module, name)) for module in modules for name in module.buffer_names]
    generators = [x for module in modules for x in vars(module).values() if isinstance(x, np.random.Generator)]
    states = [generator.bit_generator.state for generator in generators]
    try:
        yield
    except BaseException:
        for module, name, buffer in buffers:
            setattr(module, name, buffer)
        for generator, state in zip(generators, states, strict=True):
            generator.bit_generator.state = state
        raise
