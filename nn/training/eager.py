"""Gradients by building the graph of each sample, as one does by hand."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import sum as sum_of
from autograd.replay import collector_paused
from nn.module import evaluating, rows
from nn.optimizers import Array, gradients_of
from nn.training.settings import Settings


class Eager:
    """What gives a run its gradients and moves the parameters: an engine, of which `Replay` is another."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.modules = [module for _, module in settings.model.named_modules()]
        self.parameters = list(dict.fromkeys((*settings.optimizer.parameters, *settings.model.parameters())))
        self.checked = False

    @collector_paused()
    def gradient(self, xs: NDArray[Any], ys: NDArray[Any]) -> tuple[Array, Array, float, Array]:
        """The losses (n,), the outputs (n, …), the penalty, and the gradient of the optimizer's parameters, flat."""
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
            self.settings.check_losses(losses[-1], outputs[-1], targets)
            if not self.checked:
                self.settings.check_reach(found[0])
                self.checked = True
            sum_of(found).backward(1 / len(xs))
        return np.concatenate(losses), np.concatenate(outputs)

    def move(self, g: Array) -> None:
        """Let the optimizer change the parameters."""
        for v, grad in zip(self.settings.optimizer.parameters, g.tolist(), strict=True):
            v.grad = grad
        self.settings.optimizer.step()

    def write_back(self) -> None:
        """See that the model's Values hold the parameters that the updates have led to."""

    def read_weights(self) -> None:
        """See to what a schedule or a metric has made of the parameters in the model's Values."""

    def is_outdated(self) -> bool:
        """Whether model, loss or regularizer look up something else than when this was made."""
        return False

    def evaluate(self, X: NDArray[Any], y: NDArray[Any]) -> tuple[Array, Array]:
        """The losses and the outputs of samples in evaluation mode."""
        model = self.settings.model
        with evaluating(model):
            given = [model(x) for x in X.tolist()]
            losses = [self.settings.loss_of(output, t).data for output, t in zip(given, y.tolist(), strict=True)]
        return np.array(losses), rows(given)
