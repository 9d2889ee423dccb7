"""Training: `fit` goes through epochs of mini-batches, takes a step for each and keeps the figures in a History."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd import Value
from nn.data import batches, checked_data
from nn.history import EarlyStopping, Epoch, History
from nn.interrupts import interrupts_wait
from nn.losses import binary_cross_entropy_with_logits, hinge
from nn.metrics import accuracy
from nn.module import Module, Rng, evaluating
from nn.optimizers import Optimizer
from nn.step import Eager, Loss, Settings, Step

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
    metrics: Sequence[str | Metric] = (),
    rng: Rng = None,
    history: History | None = None,
    progress: bool = True,
) -> History:
    """Train a model until its history has `epochs` epochs; return the history, which is `model.history` too.

    Each epoch goes through all samples in batches of `batch_size` (None: all in one), shuffled unless `shuffle` is
    false. A step minimises the mean over its batch of loss(model(x), target), plus regularizer(model) if one is given.

    X, y             samples and targets, one a row: a target is a number, a class index or a row of numbers
    validation       (X, y) on which loss and metrics are taken after each epoch, in evaluation mode
    schedule         epoch → learning rate, from `nn.schedules` or your own
    clip, clip_each  largest norm of the gradient, and largest size of each of its numbers
    augment          (X of a batch, generator) → X to train with instead: `lambda X, rng: jitter(X, rng=rng)`
    early_stopping   a patience in epochs, or an EarlyStopping
    metrics          "accuracy", or functions of outputs (n, outputs) and targets; a single output counts as class 1
                     above 0.5, for `hinge` and `binary_cross_entropy_with_logits` above 0
    rng              a generator or a seed for order and augmentation; dropout has its own
    history          a history to go on with: `fit(..., history=model.history)` after an interruption gives, to the last
                     bit, what the uninterrupted run would have
    progress         a progress bar by tqdm

    An interrupt (Ctrl-C, a notebook's stop button) finishes the step first and then is raised; the model, the optimizer
    and the history are whole. A second one is raised at once. Raises ValueError or TypeError for data and settings that
    do not fit, and FloatingPointError, before the step, where a loss or gradient is nan or infinite.

    >>> import nn
    >>> X, y = nn.data.xor()
    >>> model = nn.MLP(2, [4, 1], "tanh", output="sigmoid", rng=0)
    >>> optimizer = nn.Adam(model.parameters(), lr=0.1)
    >>> nn.fit(model, X, y, loss=nn.binary_cross_entropy, optimizer=optimizer, epochs=100,
    ...        metrics=["accuracy"], rng=0, progress=False)
    <History of 100 epochs, loss 0.0..., accuracy 1>
    """
    X, y = checked_data("", X, y)
    held_out = None if validation is None else checked_data("validation ", *_pair(validation))
    size = len(X) if batch_size is None else batch_size
    stopping = EarlyStopping(early_stopping) if isinstance(early_stopping, int) else early_stopping
    counted = dict(_named_metric(metric, loss) for metric in metrics)
    settings = Settings(model, loss, optimizer, regularizer, clip, clip_each)
    _check_sizes(model, epochs, size, len(X))
    step = Eager(settings)
    history = model.history = History() if history is None else history  # type: ignore[attr-defined]
    history.rng = np.random.default_rng(rng) if history.rng is None else history.rng
    steps = math.ceil(len(X) / size)
    done = len(history) * steps + (len(history.epoch.steps) if history.epoch else 0)
    with _training(model), interrupts_wait() as pause, _bar(epochs * steps, done, progress) as bar:
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
            validated = None if held_out is None else _evaluated(step, held_out, counted)
            _finish(history, epoch, optimizer.lr, list(step.layers), counted, validated)
            _keep_best(history, model, stopping)
            bar.set_postfix({name: f"{x:.4g}" for name, x in history.latest().items()}, refresh=False)
            pause()
    if stopping and stopping.restore_best and history.best_state:
        model.load_state_dict(history.best_state)
    return history


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
    return float(np.mean(losses)), {name: float(f(outputs, data[1])) for name, f in counted.items()}


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
    metrics = {name: float(f(outputs, targets)) for name, f in counted.items()}
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


def _named_metric(metric: str | Metric, loss: Loss) -> tuple[str, Metric]:
    if callable(metric):
        return getattr(metric, "__name__", repr(metric)), metric
    if metric != "accuracy":
        raise ValueError(f"unknown metric {metric!r}: use 'accuracy' or a function of outputs and targets")
    threshold = 0.0 if loss in (hinge, binary_cross_entropy_with_logits) else 0.5
    return metric, lambda outputs, targets: accuracy(outputs, targets, threshold=threshold)


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
