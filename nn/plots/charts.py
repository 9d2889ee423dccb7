"""The charts of `nn.plots`."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from numpy.typing import ArrayLike, NDArray

from autograd import Value, value_and_grad
from autograd.tables import short
from nn import metrics
from nn.data import checked_data
from nn.layers import activation_named
from nn.module import Module
from nn.optimizers import gradients_of, norm_of
from nn.plots import canvas
from nn.plots.canvas import Array, Limits
from nn.training import History


def loss_curves(history: History, *, ax: Axes | Sequence[Axes] | None = None) -> NDArray[Any]:
    """Training and validation loss per epoch, the best epoch marked, and a panel for each metric below.

    Epochs count from 1, as in the progress bar. An axis that spans more than two decades is logarithmic. Returns the
    array of Axes, one for each panel. `ax` is as many Axes, or a single one for the loss alone. Raises ValueError for a
    history without a finished epoch.
    """
    _check_history("loss_curves", history)
    panels = [("loss", history.loss, history.validation_loss)]
    panels += [(name, column, history.validation_metrics.get(name, [])) for name, column in history.metrics.items()]
    if isinstance(ax, Axes):
        panels = panels[:1]
    axes = canvas.stacked_axes(ax, [3.2] + [1.8] * (len(panels) - 1))
    for panel, (name, training, validation) in zip(axes, panels, strict=True):
        canvas.epoch_line(panel, training, color=canvas.BLUE, label="training")
        if validation:
            canvas.epoch_line(panel, validation, color=canvas.ORANGE, label="validation")
        if canvas.spans_decades([*training, *validation]):
            panel.set_yscale("log")
        panel.set_ylabel(name)
        if history.best_epoch >= 0:
            label = f"best epoch: {history.best_epoch + 1}"
            panel.axvline(history.best_epoch + 1, color="0.4", linestyle=":", label=label)
    axes[0].legend(frameon=False)
    axes[-1].set_xlabel("epoch")
    return axes


def decision_boundary(
    model: Module,
    X: ArrayLike,
    y: ArrayLike,
    *,
    threshold: float = 0.5,
    resolution: int = 60,
    ax: Axes | None = None,
) -> Axes:
    """What a model of two inputs says on the plane, with the samples on top.

    A single output is shown as a colour, with a line where it is at the threshold: 0.5 for a probability, 0 for a
    score, as in `nn.accuracy`; targets are 0 and 1, or −1 and +1. With several outputs the largest gives the class;
    targets are indices or distributions. The model is asked at resolution² points and interpolated between them.
    Raises ValueError for samples that do not have two inputs and for targets that do not fit the outputs.
    """
    X, y = checked_data("", X, y)
    if X.ndim != 2 or X.shape[1] != 2:
        raise ValueError(f"decision_boundary draws a plane: X must have shape (n, 2), not {X.shape}")
    if resolution < 2:
        raise ValueError(f"resolution is the number of points along each axis, at least 2, not {resolution}")
    across, up = (np.linspace(*canvas.widened(column), resolution) for column in X.T)
    points = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    outputs = model.predict(points).reshape(resolution, resolution, -1)
    classes, n = metrics.target_classes(y, outputs.shape[-1])
    colours = canvas.class_colours(n)
    ax = canvas.own_axes(ax)
    if outputs.shape[-1] == 1:
        canvas.draw_output(ax, across, up, outputs[..., 0], threshold)
    else:
        winners = canvas.refined(outputs, 5).argmax(axis=-1)
        canvas.fill(ax, across, up, winners, cmap=ListedColormap(colours), vmin=0, vmax=n - 1, alpha=0.35)
    style: dict[str, Any] = {"edgecolor": "white", "linewidth": 0.7, "s": 40}
    for k, (colour, marker) in enumerate(zip(colours, canvas.MARKERS * n, strict=False)):
        ax.scatter(*X[classes == k].T, color=colour, marker=marker, label=f"class {k}", **style)
    ax.set(xlabel="x₁", ylabel="x₂", xlim=across[[0, -1]], ylim=up[[0, -1]])
    canvas.legend_above(ax, handletextpad=0.1)
    return ax


def gradient_norms(source: History | Module, *, ax: Axes | None = None) -> Axes:
    """The size of the gradient layer by layer, on a logarithmic scale: where it vanishes or explodes.

    Of a history: a line for each layer over the epochs, the first layer darkest. Of a model after `backward()`: a bar
    for each layer, the Euclidean norm √Σ g² over its parameters. What has no place on the scale, 0, inf and nan, is
    written out. Raises ValueError for a history without a finished epoch and for a model without parameters.
    """
    if isinstance(source, Module):
        sizes = _layer_norms(source)
        if not sizes:
            raise ValueError(f"gradient_norms found no parameters in {source.title()}: there is nothing to draw")
        ax = canvas.own_axes(ax)
        canvas.log_bars(ax, sizes, list(sizes.values()))
        ax.set(xlabel="norm of the gradient", ylabel="layer")
        if not any(sizes.values()):
            ax.set_title("every gradient is 0: has backward() been called?")
        return ax
    _check_history("gradient_norms", source)
    ax = canvas.own_axes(ax)
    shades = canvas.shades(len(source.gradient_norms))
    for shade, (path, norms) in zip(shades, source.gradient_norms.items(), strict=True):
        shown = [x if x > 0 else math.nan for x in norms]
        canvas.epoch_line(ax, shown, color=shade, label=path if any(norms) else f"{path}: 0")
    ax.set(xlabel="epoch", ylabel="norm of the gradient", yscale="log")
    ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5), title="layer")
    return ax


def confusion_matrix(
    predicted: ArrayLike, targets: ArrayLike, labels: Sequence[Any] | None = None, *, ax: Axes | None = None
) -> Axes:
    """How often each class, a row, was taken for each, a column: the count in each cell.

    `predicted` and `targets` as for `nn.confusion_matrix`; `labels` are the names of the classes, all of them. Raises
    ValueError for no samples and for fewer labels than classes.
    """
    counts = metrics.confusion_matrix(predicted, targets)
    total, found = counts.sum(), len(counts)
    if not total:
        raise ValueError("confusion_matrix got no predictions: there is nothing to count")
    names = [str(label) for label in (range(found) if labels is None else labels)]
    n = len(names)
    if n < found:
        raise ValueError(f"confusion_matrix needs a label for each of {found} classes, got {n}")
    counts = np.pad(counts, (0, n - found))
    ax = canvas.own_axes(ax, min(max(4.6, 1 + 0.36 * n), 6.2))
    ax.imshow(counts, cmap=canvas.COUNTS, vmin=0)
    for (row, column), count in np.ndenumerate(counts):
        text = canvas.readable(canvas.COUNTS(count / counts.max())) if count else "0.45"
        ax.text(column, row, str(count), ha="center", va="center", color=text, fontsize=min(9, 180 / n))
    fits = n * max(map(len, names)) <= 45
    slant: dict[str, Any] = {} if fits else {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
    ax.set_xticks(range(n), names, **slant)
    ax.set_yticks(range(n), names)
    ax.set(xlabel="predicted class", ylabel="true class", title=f"{np.trace(counts)} of {total} right")
    return ax


def optimizer_trails(
    f: Callable[[Any, Any], Any],
    trails: Mapping[str, Sequence[Any]],
    xlim: Limits | None = None,
    ylim: Limits | None = None,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Contours of f(x, y) and each optimizer's trail on them, from its start, a white circle, to its end, a large mark.

    `trails` has a list of points (x, y) for each name. f is asked for floats, or for Values where it cannot take
    floats. The contours lie at distances above the lowest point that grow by equal factors. Limits that are not given
    hold all trails. Raises ValueError for a trail that is not a list of points, and for neither trails nor limits.
    """
    paths = {name: _trail(name, points) for name, points in trails.items()}
    if not paths and (xlim is None or ylim is None):
        raise ValueError("optimizer_trails needs trails, {name: [(x, y), …]}, or both xlim and ylim")
    together = np.concatenate([*paths.values(), np.empty((0, 2))])
    xlim, ylim = xlim or canvas.widened(together[:, 0], 0.15), ylim or canvas.widened(together[:, 1], 0.15)
    xs, ys = np.linspace(*xlim, 150), np.linspace(*ylim, 150)
    heights = np.array([[_height(f, x, y) for x in xs.tolist()] for y in ys.tolist()])
    ax = canvas.own_axes(ax)
    canvas.draw_contours(ax, xs, ys, heights)
    for colour, marker, (name, path) in zip(
        canvas.PALETTE * len(paths), canvas.MARKERS * len(paths), paths.items(), strict=False
    ):
        steps = len(path) - 1
        label = f"{name}, {steps} step{'s' * (steps != 1)}"
        every = range(steps + 1) if steps <= 150 else [steps]
        ax.plot(*path.T, color=colour, marker=marker, markersize=3.5, markevery=list(every), linewidth=1.5, label=label)
        ax.plot(*path[-1], marker=marker, markersize=9, color=colour, markeredgecolor="white")
        ax.plot(*path[0], marker="o", markersize=9, color="white", markeredgecolor="black")
    ax.set(xlabel="x", ylabel="y", xlim=xlim, ylim=ylim)
    if paths:
        canvas.legend_above(ax)
    return ax


def activation(function: str | Callable[[Any], Any], xlim: Limits = (-5.0, 5.0), *, ax: Axes | None = None) -> Axes:
    """A function of one number and its derivative, which is the engine's.

    `function` is an activation's name, an operation or a function of a Value. Raises ValueError for an unknown name.
    """
    f = (activation_named(function) or (lambda x: x)) if isinstance(function, str) else function
    name = function if isinstance(function, str) else getattr(f, "name", getattr(f, "__name__", "f"))
    name = name if name.isidentifier() else "f"
    xs = np.linspace(*xlim, 401)
    values, slopes = np.array(list(map(value_and_grad(f), xs.tolist()))).T
    slopes = np.where(np.isnan(values), math.nan, slopes)  # a rule may go on where its function is undefined
    ax = canvas.own_axes(ax)
    ax.plot(xs, values, color=canvas.BLUE, linewidth=2, label=f"{name}(x)")
    ax.plot(xs, slopes, color=canvas.ORANGE, linewidth=2, linestyle="--", label=f"{name}′(x)")
    ax.set(xlabel="x", xlim=xlim)
    ax.grid(alpha=0.4)
    ax.legend(frameon=False)
    return ax


def _check_history(name: str, history: Any) -> None:
    if not isinstance(history, History):
        raise TypeError(f"{name} takes the History that nn.fit returns, not {short(history)}")
    if not len(history):
        raise ValueError(f"{name} needs a history of at least one finished epoch: there is nothing to draw")


def _layer_norms(model: Module) -> dict[str, float]:
    """Path of each module with parameters of its own → the norm of their gradient, named as in a History."""
    return {path: norm_of(gradients_of(values)) for path, values in model.parameters_by_layer().items()}


def _trail(name: str, points: Any) -> Array:
    try:
        trail = np.array([[float(x) for x in point] for point in points])
    except (TypeError, ValueError):
        trail = np.empty(0)
    if trail.ndim != 2 or trail.shape[1] != 2:
        raise ValueError(f"the trail {name!r} must be a list of at least one point (x, y), not {points!r:.60}")
    return trail


def _height(f: Callable[[Any, Any], Any], x: float, y: float) -> float:
    """The function at a point. Values have the methods that floats lack, and IEEE results where floats raise."""
    try:
        return float(f(x, y))
    except (AttributeError, TypeError, ArithmeticError):
        return float(f(Value(x), Value(y)))
