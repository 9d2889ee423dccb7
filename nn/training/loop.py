"""Training: `fit` goes through epochs of mini-batches, takes a step for each and keeps the figures in a History."""

import math
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd import Value
from nn.data import batches, checked_data
from nn.metrics import accuracy
from nn.module import Module, evaluating
from nn.optimizers import Optimizer
from nn.peers import refuse_arguments
from nn.recording import ReplayError
from nn.seeds import Rng, generator
from nn.training.history import EarlyStopping, Epoch, History
from nn.training.interrupts import interrupts_wait
from nn.training.replay import Replay
from nn.training.step import Eager, Loss, Settings, Step

Metric = Callable[[NDArray[Any], NDArray[Any]], float]
Data = tuple[NDArray[Any], NDArray[Any]]


def fit(
    model: Module,
    X: ArrayLike,
    y: ArrayLike,
    *,
    loss: Loss,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int | None = 32,
    shuffle: bool = True,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
    schedule: Callable[[int], float] | None = None,
    clip: float | None = None,
    clip_each: float | None = None,
    regularizer: Callable[[Module], Value] | None = None,
    augment: Callable[[NDArray[Any], np.random.Generator], ArrayLike] | None = None,
    early_stopping: EarlyStopping | int | None = None,
    metrics: str | Metric | Sequence[str | Metric] = (),
    rng: Rng = None,
    history: History | None = None,
    replay: bool | str = "auto",
    progress: bool = True,
    **others: Any,
) -> History:
    """Train a model until its history has `epochs` epochs; return the history, which is `model.history` too.

    Each epoch goes through all samples in batches of `batch_size` (None: all in one), shuffled unless `shuffle` is
    false. A step minimises the mean over its batch of loss(model(x), target), plus regularizer(model) if one is given.

    - X, y: samples and targets, one in each row; a target is a number, a class index or a row of numbers
    - validation: (X, y) on which loss and metrics are taken after each epoch, in evaluation mode
    - schedule: epoch → learning rate, from `nn.schedules` or your own
    - clip, clip_each: largest norm of the gradient, and largest size of each of its numbers
    - augment: (X of a batch, generator) → X to train with instead, such as `lambda X, rng: jitter(X, rng=rng)`
    - early_stopping: a patience in epochs, or an EarlyStopping
    - metrics: "accuracy", losses of `nn`, or functions of the arrays of outputs (n, outputs) and targets, which have
      the outputs' shape where there is one each. "accuracy" of a single output has the threshold 0 with
      binary_cross_entropy_with_logits, else that of `nn.accuracy`
    - rng: a generator or a seed for order and augmentation; dropout has its own
    - history: a history to go on with; `fit(..., history=model.history)` after an interruption gives, to the last bit,
      what the uninterrupted run would have given
    - replay: whether to record a sample's loss once and replay it for whole batches, many times faster and equal up to
      rounding: "auto" (where possible; `history.engine` says what was done), True (or a ValueError says why not) or
      False. A replay leaves the `grad` of the parameters alone
    - progress: a progress bar by tqdm

    An interrupt (Ctrl-C, a notebook's stop button) is raised once the step is finished; the model, the optimizer and
    the history are whole. A second one is raised at once. Raises ValueError or TypeError for data and settings that do
    not fit, and FloatingPointError, before the step, where a loss or gradient is nan or infinite.

    >>> import nn
    >>> X, y = nn.data.xor()
    >>> model = nn.MLP(2, [4, 1], "tanh", output="sigmoid", rng=0)
    >>> optimizer = nn.Adam(model.parameters(), lr=0.1)
    >>> nn.fit(model, X, y, loss=nn.binary_cross_entropy, optimizer=optimizer, epochs=100,
    ...        metrics=["accuracy"], rng=0, progress=False)
    <History of 100 epochs, loss 0.0..., accuracy 1>
    """
    refuse_arguments("fit", others)
    X, y = checked_data("", X, y)
    held_out = None if validation is None else checked_data("validation ", *_pair(validation))
    size = len(X) if batch_size is None else batch_size
    stopping = _stopping(early_stopping)
    counted = _named_metrics(metrics, loss)
    if schedule is not None and not callable(schedule):
        raise TypeError(f"schedule is a function from an epoch to a learning rate, not {schedule!r}")
    settings = Settings(model, loss, optimizer, regularizer, clip, clip_each)
    _check_sizes(model, epochs, size, len(X))
    _check_last_activation(model, loss)
    history = History() if history is None else history
    _check_columns(history, counted, held_out is not None)
    if held_out is not None:
        Eager(settings).evaluate(held_out[0][:1], held_out[1][:1])  # whether they fit
    model.history = history
    history.rng = generator(rng) if history.rng is None else history.rng
    steps = math.ceil(len(X) / size)
    done = len(history) * steps + (len(history.epoch.steps) if history.epoch else 0)
    with _training(model), interrupts_wait() as pause, _bar(epochs * steps, done, progress) as bar:
        step, history.engine = _engine(settings, X, y, replay)
        if progress and history.engine != "replay" and replay == "auto":
            bar.write(f"training is {history.engine}", file=sys.stderr)
        with step:
            while len(history) < epochs and not _has_stopped(history, stopping):
                epoch = _begun(history, (len(X), size))
                if schedule:
                    optimizer.lr = schedule(len(history))
                bar.set_description(f"epoch {len(history) + 1}/{epochs}", refresh=False)
                order = batches(X, y, size, shuffle=shuffle, rng=epoch.seed)
                for xs, ys in islice(order, len(epoch.steps), None):
                    epoch.steps.append(step(_augmented(xs, augment, epoch), ys))
                    bar.update()
                    pause()
                step.write_back()
                validated = None if held_out is None else _evaluated(step, held_out, counted)
                _finish(history, epoch, optimizer.lr, list(step.layers), counted, validated)
                _keep_best(history, model, stopping)
                bar.set_postfix({name: f"{x:.4g}" for name, x in history.latest().items()}, refresh=False)
                pause()
    if stopping and stopping.restore_best and history.best_state:
        model.load_state_dict(history.best_state)
    return history


def _engine(settings: Settings, X: NDArray[Any], y: NDArray[Any], replay: bool | str) -> tuple[Step, str]:
    """Where the gradients will come from, and that in words."""
    if replay not in (True, False, "auto"):
        raise ValueError(f"replay is 'auto', True or False, not {replay!r}")
    if not replay:
        return Eager(settings), "eager"
    try:
        return Replay(settings, X, y), "replay"
    except ReplayError as reason:
        if replay is True:
            raise ValueError(f"this training cannot be replayed: {reason}") from reason
        return Eager(settings), f"eager: {reason}"


def _begun(history: History, size: tuple[int, int]) -> Epoch:
    """The epoch that an interruption left unfinished, or a new one."""
    if history.epoch is None:
        history.epoch = Epoch(int(history.rng.integers(2**63)), size)  # type: ignore[union-attr]
    if history.epoch.size != size:
        n, batch_size = history.epoch.size
        raise ValueError(
            f"this history stopped within an epoch of {n} samples in batches of {batch_size}: go on with the same, not "
            f"with {size[0]} in batches of {size[1]}"
        )
    return history.epoch


def _augmented(xs: NDArray[Any], augment: Callable[..., ArrayLike] | None, epoch: Epoch) -> NDArray[Any]:
    if augment is None:
        return xs
    new = np.asarray(augment(xs.copy(), np.random.default_rng([epoch.seed, len(epoch.steps)])), dtype=float)
    if new.shape != xs.shape:
        raise ValueError(f"augment must keep the shape {xs.shape} of its batch, and gave {new.shape}")
    return new


def _evaluated(step: Step, data: Data, counted: dict[str, Metric]) -> tuple[float, dict[str, float]]:
    """Mean loss and metrics in evaluation mode."""
    losses, outputs = step.evaluate(*data)
    return float(np.mean(losses)), _counted(counted, outputs, data[1])


def _counted(metrics: dict[str, Metric], outputs: NDArray[Any], targets: NDArray[Any]) -> dict[str, float]:
    if outputs.size == len(targets) == targets.size:
        targets = targets.reshape(outputs.shape)
    figures = {}
    for name, metric in metrics.items():
        figure = metric(outputs, targets)
        if np.size(figure) != 1 or np.asarray(figure).dtype.kind not in "biuf":
            raise TypeError(f"the metric {name!r} must return one number, not {figure!r}")
        figures[name] = float(np.asarray(figure).item())
    return figures


def _finish(
    history: History,
    epoch: Epoch,
    lr: float,
    layers: list[str],
    counted: dict[str, Metric],
    validated: tuple[float, dict[str, float]] | None,
) -> None:
    """Enter an epoch's figures into the history, all or none."""
    losses, outputs, targets = (
        np.concatenate([getattr(step, name) for step in epoch.steps]) for name in ("losses", "outputs", "targets")
    )
    metrics = _counted(counted, outputs, targets)
    norms = np.mean([step.norms for step in epoch.steps], axis=0).tolist()
    history.loss.append(float(np.mean(losses)))
    history.penalty.append(float(np.mean([step.penalty for step in epoch.steps])))
    history.learning_rate.append(lr)
    history.seconds.append(sum(step.seconds for step in epoch.steps))
    _append(history.metrics, metrics)
    _append(history.gradient_norms, dict(zip(layers, norms, strict=True)))
    if validated:
        history.validation_loss.append(validated[0])
        _append(history.validation_metrics, validated[1])
    history.epoch = None


def _append(columns: dict[str, list[float]], row: dict[str, float]) -> None:
    for name, x in row.items():
        columns.setdefault(name, []).append(x)


def _keep_best(history: History, model: Module, stopping: EarlyStopping | None) -> None:
    losses = history.validation_loss or history.loss
    lower_by = stopping.min_delta if stopping else 0.0
    if history.best_epoch < 0 or losses[-1] < losses[history.best_epoch] - lower_by:
        history.best_epoch = len(losses) - 1
        history.best_state = model.state_dict() if stopping and stopping.restore_best else {}


def _has_stopped(history: History, stopping: EarlyStopping | None) -> bool:
    return bool(stopping and len(history) - 1 - history.best_epoch >= stopping.patience and len(history))


def _pair(validation: Any) -> tuple[Any, Any]:
    if not isinstance(validation, tuple | list) or len(validation) != 2:
        raise TypeError("validation is a pair (X, y): nn.data.train_test_split divides data")
    return validation[0], validation[1]


def _check_sizes(model: Module, epochs: int, batch_size: int, n: int) -> None:
    for name, x in (("epochs", epochs), ("batch_size", batch_size)):
        if not isinstance(x, int | np.integer) or x < 1:
            raise ValueError(f"{name} is a whole number, at least one, not {x!r}")
    if n % batch_size == 1 or batch_size == 1:
        for path, module in model.named_modules():
            if module.couples_samples:
                raise ValueError(
                    f"{n} samples in batches of {batch_size} leave a batch of one, and {path or module.title()} needs "
                    "two: choose another batch_size"
                )


def _stopping(early_stopping: EarlyStopping | int | None) -> EarlyStopping | None:
    if early_stopping is None or isinstance(early_stopping, EarlyStopping):
        return early_stopping
    if isinstance(early_stopping, bool) or not isinstance(early_stopping, int):
        raise TypeError(f"early_stopping is a patience in epochs or an EarlyStopping, not {early_stopping!r}")
    return EarlyStopping(early_stopping)


def _named_metrics(metrics: Any, loss: Loss) -> dict[str, Metric]:
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


def _check_columns(history: History, counted: dict[str, Metric], validates: bool) -> None:
    """Raise ValueError where a history would go on with other figures than it has."""
    if len(history) and (set(history.metrics) != set(counted) or bool(history.validation_loss) != validates):
        has = f"{'with' if history.validation_loss else 'without'} validation and with metrics {list(history.metrics)}"
        raise ValueError(f"this history goes on as it began, {has}: give the same, or begin a new one")


def _check_last_activation(model: Module, loss: Loss) -> None:
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


@contextmanager
def _training(model: Module) -> Iterator[None]:
    """Within it the model is in training mode; afterwards each part is in its own mode again."""
    with evaluating(model):
        model.train()
        yield


@contextmanager
def _bar(total: int, done: int, progress: bool) -> Iterator[Any]:
    from tqdm import tqdm  # only here, so that importing nn does not load it

    with tqdm(total=total, initial=done, disable=not progress, unit="step") as bar:
        yield bar
