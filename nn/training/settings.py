"""What `fit` was asked to do, and whether it can be done."""

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd import Value, topological_order
from autograd.tables import short
from nn.metrics import accuracy
from nn.module import Module
from nn.optimizers import Array, Optimizer, not_negative
from nn.training.history import EarlyStopping, History

Loss = Callable[[Any, Any], Value]
Metric = Callable[[NDArray[Any], NDArray[Any]], float]

REMEDIES = "a smaller learning rate, clipping or scaled inputs may help; the model is as it was before this update"


@dataclass(frozen=True)
class Settings:
    """What `fit` was asked to do with each batch. Raises TypeError or ValueError for what cannot be done."""

    model: Module
    loss: Loss
    optimizer: Optimizer
    regularizer: Callable[[Module], Value] | None = None
    clip: float | None = None
    clip_each: float | None = None
    schedule: Callable[[int], float] | None = None
    augment: Callable[[NDArray[Any], np.random.Generator], ArrayLike] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.model, Module):
            raise TypeError(f"fit trains a Module, not {short(self.model)}")
        if not isinstance(self.optimizer, Optimizer):
            raise TypeError(
                f"fit needs an optimizer such as nn.SGD(model.parameters(), lr=0.1), not {short(self.optimizer)}"
            )
        if not callable(self.loss):
            raise TypeError(f"loss is a function of outputs and target, such as nn.mse, not {short(self.loss)}")
        if self.regularizer is not None and not callable(self.regularizer):
            raise TypeError(
                "regularizer is a function of the model, such as lambda model: nn.l2_penalty(model, 1e-3), not "
                f"{short(self.regularizer)}"
            )
        if self.schedule is not None and not callable(self.schedule):
            raise TypeError(f"schedule is a function from an epoch to a learning rate, not {short(self.schedule)}")
        for name in ("clip", "clip_each"):
            if getattr(self, name) is not None:
                not_negative(name, getattr(self, name))
        if set(self.optimizer.parameters).isdisjoint(self.model.parameters()):
            raise ValueError("the optimizer has none of this model's parameters: make it with model.parameters()")

    def loss_of(self, output: Any, target: Any) -> Value:
        """The loss of one sample."""
        value = self.loss(output, target)
        if not isinstance(value, Value):
            raise TypeError(f"the loss must return a Value that can be backpropagated, not {short(value)}")
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
            raise TypeError(
                f"the regularizer must return a Value, such as nn.l2_penalty(model, 1e-3), not {short(penalty)}"
            )
        if not math.isfinite(penalty.data):
            raise FloatingPointError(f"the penalty is {penalty.data}: {REMEDIES}")
        return penalty

    def check_losses(self, losses: Array, outputs: Array, ys: NDArray[Any]) -> None:
        """Raise FloatingPointError where a loss is nan or infinite."""
        wrong = np.flatnonzero(~np.isfinite(losses))
        if len(wrong):
            i = wrong[0]
            case = f"for the outputs {outputs[i].tolist()} and the target {ys[i].tolist()}"
            raise FloatingPointError(f"the loss is {losses[i]} {case}: {REMEDIES}")


def pair(validation: Any) -> tuple[Any, Any]:
    """The samples and the targets of what was given as validation."""
    if not isinstance(validation, tuple | list) or len(validation) != 2:
        raise TypeError("validation is a pair (X, y): nn.data.train_test_split divides data")
    return validation[0], validation[1]


def check_sizes(model: Module, epochs: int, batch_size: int, n: int) -> None:
    """Raise ValueError for numbers of epochs and samples that cannot be."""
    for name, x in (("epochs", epochs), ("batch_size", batch_size)):
        if not isinstance(x, int | np.integer) or x < 1:
            raise ValueError(f"{name} is a whole number, at least one, not {short(x)}")
    if n % batch_size == 1 or batch_size == 1:
        for path, module in model.named_modules():
            if module.couples_samples:
                raise ValueError(
                    f"{n} samples in batches of {batch_size} leave a batch of one, and {path or module.title()} needs "
                    "two: choose another batch_size"
                )


def stopping_of(early_stopping: EarlyStopping | int | None) -> EarlyStopping | None:
    """A patience as an EarlyStopping."""
    if early_stopping is None or isinstance(early_stopping, EarlyStopping):
        return early_stopping
    if isinstance(early_stopping, bool) or not isinstance(early_stopping, int):
        raise TypeError(f"early_stopping is a patience in epochs or an EarlyStopping, not {short(early_stopping)}")
    return EarlyStopping(early_stopping)


def named_metrics(metrics: Any, loss: Loss) -> dict[str, Metric]:
    """The metrics by name. Raises ValueError for one that is unknown or has the name of another."""
    given = [metrics] if isinstance(metrics, str) or callable(metrics) else metrics or []
    named: dict[str, Metric] = {}
    for metric in given:
        name = metric if isinstance(metric, str) else getattr(metric, "__name__", repr(metric))
        if name in named or name == "loss":
            raise ValueError(f"two metrics are named {name!r}: define them as functions with names of their own")
        named[name] = _metric(metric, loss)
    return named


def _metric(metric: str | Metric, loss: Loss) -> Metric:
    if metric == "accuracy":
        return partial(accuracy, threshold=getattr(loss, "threshold", None))
    if not callable(metric):
        raise ValueError(f"unknown metric {metric!r}: use 'accuracy' or a function of outputs and targets")
    if hasattr(metric, "takes_class"):
        return partial(_mean_loss, metric)  # type: ignore[arg-type]
    return metric


def _mean_loss(loss: Loss, outputs: NDArray[Any], targets: NDArray[Any]) -> float:
    """A loss, which takes one sample's outputs, as a metric."""
    return float(np.mean([loss(y, t).data for y, t in zip(outputs.tolist(), targets.tolist(), strict=True)]))


def counted(metrics: dict[str, Metric], outputs: NDArray[Any], targets: NDArray[Any]) -> dict[str, float]:
    """The metrics' figures. Raises TypeError for what is no number."""
    if outputs.size == len(targets) == targets.size:
        targets = targets.reshape(outputs.shape)
    figures = {}
    for name, metric in metrics.items():
        figure = metric(outputs, targets)
        if np.size(figure) != 1 or np.asarray(figure).dtype.kind not in "biuf":
            raise TypeError(f"the metric {name!r} must return one number, not {short(figure)}")
        figures[name] = float(np.asarray(figure).item())
    return figures


def check_columns(history: History, counted: dict[str, Metric], validates: bool) -> None:
    """Raise ValueError where a history would go on with other figures than it has."""
    if len(history) and (set(history.metrics) != set(counted) or bool(history.validation_loss) != validates):
        has = f"{'with' if history.validation_loss else 'without'} validation and with metrics {list(history.metrics)}"
        raise ValueError(f"this history goes on as it began, {has}: give the same, or begin a new one")


def check_last_activation(model: Module, loss: Loss) -> None:
    """Warn where a loss that takes scores is given what an activation has made of them."""
    last = list(model.named_modules())[-1][1]
    made = getattr(last, "activation", getattr(last, "name", ""))
    if made and made == getattr(loss, "applies", ""):
        of_probabilities = {"softmax": "categorical_cross_entropy", "sigmoid": "binary_cross_entropy"}[made]
        warnings.warn(
            f"{loss.__name__} takes scores and applies {made} itself, and this model ends in {made}: use a linear "
            f"output, or nn.{of_probabilities}",
            stacklevel=3,
        )
