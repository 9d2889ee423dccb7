"""Training: `fit` goes through epochs of mini-batches; a `Run` takes an update for each and keeps the figures."""

import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd import ReplayError, Value
from nn.data import batches, checked_data
from nn.module import Module, evaluating
from nn.optimizers import Array, Optimizer, clip_norm, clip_value, norm_of
from nn.peers import refuse_arguments
from nn.seeds import Rng, generator
from nn.training.checkpoint import Epoch, Update
from nn.training.eager import Eager
from nn.training.history import EarlyStopping, History
from nn.training.interrupts import interrupts_wait
from nn.training.replay import Replay
from nn.training.settings import (
    REMEDIES,
    Loss,
    Metric,
    Settings,
    check_columns,
    check_last_activation,
    check_sizes,
    counted,
    named_metrics,
    pair,
    stopping_of,
)

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
    false. An update lowers the mean over its batch of loss(model(x), target), plus regularizer(model) if one is given.

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
      False. A replay leaves the `grad` of the parameters alone. Where something else is found by what model, loss and
      regularizer look up, such as a global that a schedule changes, the epoch begins with a recording
    - progress: a progress bar by tqdm

    An interrupt (Ctrl-C, a notebook's stop button) is raised once the update is finished; the model, the optimizer and
    the history are whole. A second one is raised at once. Raises ValueError or TypeError for data and settings that do
    not fit, and FloatingPointError, before the update, where a loss or gradient is nan or infinite.

    >>> import nn
    >>> X, y = nn.data.xor()
    >>> model = nn.MLP(2, [4, 1], "tanh", output="sigmoid", rng=0)
    >>> optimizer = nn.Adam(model.parameters(), lr=0.1)
    >>> nn.fit(model, X, y, loss=nn.binary_cross_entropy, optimizer=optimizer, epochs=100,
    ...        metrics=["accuracy"], rng=0, progress=False)
    <History of 100 epochs, loss 0.0..., accuracy 1>
    """
    refuse_arguments("fit", others)
    data = checked_data("", X, y)
    held_out = None if validation is None else checked_data("validation ", *pair(validation))
    size = len(data[0]) if batch_size is None else batch_size
    stopping = stopping_of(early_stopping)
    metrics_by_name = named_metrics(metrics, loss)
    settings = Settings(model, loss, optimizer, regularizer, clip, clip_each, schedule, augment)
    check_sizes(model, epochs, size, len(data[0]))
    check_last_activation(model, loss)
    history = History() if history is None else history
    check_columns(history, metrics_by_name, held_out is not None)
    if held_out is not None:
        Eager(settings).evaluate(held_out[0][:1], held_out[1][:1])  # whether they fit
    model.history, point = history, history.checkpoint
    point.rng = generator(rng) if point.rng is None else point.rng
    updates = math.ceil(len(data[0]) / size)
    done = len(history) * updates + (len(point.epoch.updates) if point.epoch else 0)
    with _training(model), interrupts_wait() as pause, _bar(epochs * updates, done, progress) as bar:
        engine, history.engine = _engine(settings, *data, replay)
        if progress and history.engine != "replay" and replay == "auto":
            bar.write(f"training is {history.engine}", file=sys.stderr)
        run = Run(settings, engine, history, data, size, held_out, metrics_by_name, replay)
        try:
            while len(history) < epochs and not (stopping and stopping.is_due(history)):
                run.begin()
                bar.set_description(f"epoch {len(history) + 1}/{epochs}", refresh=False)
                for xs, ys in run.batches(shuffle):
                    run.update(xs, ys)
                    bar.update()
                    pause()
                run.finish(stopping)
                bar.set_postfix({name: f"{x:.4g}" for name, x in history.latest().items()}, refresh=False)
                pause()
        finally:
            if point.epoch is not None:  # an epoch was left within
                run.engine.write_back()
    if stopping and stopping.restore_best and point.best_state:
        model.load_state_dict(point.best_state)
    return history


@dataclass
class Run:
    """Training in progress: `begin` an epoch, take an `update` for each of its batches, `finish` it."""

    settings: Settings
    engine: Eager
    history: History
    data: Data
    size: int
    held_out: Data | None
    metrics: dict[str, Metric]
    replay: bool | str

    def __post_init__(self) -> None:
        self.layers = _places(self.settings.model, self.settings.optimizer)

    def begin(self) -> None:
        """Begin an epoch, or go on with the one that an interruption left unfinished."""
        point, size = self.history.checkpoint, (len(self.data[0]), self.size)
        if point.epoch is None:
            point.epoch = Epoch(int(point.rng.integers(2**63)), size)  # type: ignore[union-attr]
        if point.epoch.size != size:
            n, batch_size = point.epoch.size
            raise ValueError(
                f"this history stopped within an epoch of {n} samples in batches of {batch_size}: go on with the same, "
                f"not with {size[0]} in batches of {size[1]}"
            )
        self.epoch = point.epoch
        if self.settings.schedule:
            self.settings.optimizer.lr = self.settings.schedule(len(self.history))
        if self.engine.is_outdated():
            self.engine, self.history.engine = _engine(self.settings, *self.data, self.replay)
        self.engine.read_weights()

    def batches(self, shuffle: bool) -> Iterator[Data]:
        """The batches of the epoch that are left."""
        order = batches(*self.data, self.size, shuffle=shuffle, rng=self.epoch.seed)
        return islice(order, len(self.epoch.updates), None)

    def update(self, xs: NDArray[Any], ys: NDArray[Any]) -> None:
        """The gradient of the batch's mean loss, clipped, and the optimizer's rule: it happens whole or not at all."""
        xs = self.augmented(xs)
        started = time.perf_counter()
        with _undone_by_failure(self.engine.modules):
            losses, outputs, penalty, g = self.engine.gradient(xs, ys)
            self.check_gradient(g)
        norms = [norm_of(g[places]) for places in self.layers.values()]
        if self.settings.clip is not None:
            clip_norm(g, self.settings.clip)
        if self.settings.clip_each is not None:
            clip_value(g, self.settings.clip_each)
        self.engine.move(g)
        self.epoch.updates.append(Update(losses, penalty, norms, outputs, ys, time.perf_counter() - started))

    def finish(self, stopping: EarlyStopping | None) -> None:
        """Enter the epoch's figures into the history, all or none, and see whether it was the best."""
        history, updates = self.history, self.epoch.updates
        self.engine.write_back()
        validation: list[float] = []
        validation_metrics: dict[str, float] = {}
        if self.held_out:
            held_out_losses, given = self.engine.evaluate(*self.held_out)
            validation = [float(np.mean(held_out_losses))]
            validation_metrics = counted(self.metrics, given, self.held_out[1])
        losses, outputs, targets = (
            np.concatenate([getattr(update, name) for update in updates]) for name in ("losses", "outputs", "targets")
        )
        metrics = counted(self.metrics, outputs, targets)
        norms = np.mean([update.norms for update in updates], axis=0).tolist()
        history.loss.append(float(np.mean(losses)))
        history.penalty.append(float(np.mean([update.penalty for update in updates])))
        history.learning_rate.append(self.settings.optimizer.lr)
        history.seconds.append(sum(update.seconds for update in updates))
        history.validation_loss += validation
        for columns, row in (
            (history.metrics, metrics),
            (history.gradient_norms, dict(zip(self.layers, norms, strict=True))),
            (history.validation_metrics, validation_metrics),
        ):
            for name, x in row.items():
                columns.setdefault(name, []).append(x)
        history.checkpoint.epoch = None
        if history.is_best(stopping.min_delta if stopping else 0.0):
            history.best_epoch = len(history) - 1
            best = stopping and stopping.restore_best
            history.checkpoint.best_state = self.settings.model.state_dict() if best else {}

    def augmented(self, xs: NDArray[Any]) -> NDArray[Any]:
        if self.settings.augment is None:
            return xs
        rng = np.random.default_rng([self.epoch.seed, len(self.epoch.updates)])
        new = np.asarray(self.settings.augment(xs.copy(), rng), dtype=float)
        if new.shape != xs.shape:
            raise ValueError(f"augment must keep the shape {xs.shape} of its batch, and gave {new.shape}")
        return new

    def check_gradient(self, g: Array) -> None:
        """Raise FloatingPointError where it is nan or infinite."""
        if not np.isfinite(g).all():
            i = int(np.argmin(np.isfinite(g)))
            names = {v: name for name, v in self.settings.model.named_parameters()}
            first = self.settings.optimizer.parameters[i]
            raise FloatingPointError(f"the gradient of {names.get(first, first)} is {g[i]}: {REMEDIES}")


def _engine(settings: Settings, X: NDArray[Any], y: NDArray[Any], replay: bool | str) -> tuple[Eager, str]:
    """Where the gradients will come from, and that in words."""
    if replay not in (True, False, "auto"):
        raise ValueError(f"replay is 'auto', True or False, not {replay!r}")
    if not replay:
        return Eager(settings), "eager"
    try:
        with _undone_by_failure([module for _, module in settings.model.named_modules()]):
            return Replay(settings, X, y), "replay"
    except ReplayError as reason:
        if replay is True:
            raise ValueError(f"this training cannot be replayed: {reason}") from reason
        return Eager(settings), f"eager: {reason}"


def _places(model: Module, optimizer: Optimizer) -> dict[str, slice | list[int]]:
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


@contextmanager
def _training(model: Module) -> Iterator[None]:
    """Within it the model is in training mode; afterwards each part is in its own mode again."""
    with evaluating(model):
        model.train()
        yield


@contextmanager
def _bar(total: int, done: int, progress: bool) -> Iterator[Any]:
    from tqdm import tqdm  # only here, so that importing nn does not load it

    class Bar(tqdm):  # type: ignore[misc]
        monitor_interval = 0  # no thread that watches it: in a browser there is none

    with Bar(total=total, initial=done, disable=not progress, unit="update") as bar:
        yield bar
