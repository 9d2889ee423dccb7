"""Weights as images: those of a layer's neurons and the filters of a convolution."""

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from nn.module import Module
from nn.plots import canvas
from nn.plots.canvas import Array


def weights_as_images(layer: Module | ArrayLike, shape: tuple[int, int] = (8, 8), *, ax: Axes | None = None) -> Axes:
    """The weights of each neuron as an image of `shape` (rows, columns): blue positive, orange negative, white zero.

    `layer` is a Layer, a Neuron or a matrix (neurons, inputs). All images have one scale, from −m to m for the largest
    |weight| m. Raises ValueError where the inputs do not fill the shape and for weights that are nan or infinite.
    """
    weights = _weights("weights_as_images", "layer, such as model.layers[0]", layer, "a matrix (neurons, inputs)", 2)
    rows, columns = shape
    n, inputs = weights.shape
    if inputs != rows * columns:
        raise ValueError(f"{inputs} weights a neuron do not fill {rows}×{columns} pixels: pass shape=(rows, columns)")
    names = [f"neuron {i}" if n <= 12 else str(i) for i in range(n)]
    return _grid(weights.reshape(n, rows, columns), names, min(n, math.ceil(math.sqrt(2 * n))), ax)


def filters(layer: Module | ArrayLike, *, ax: Axes | None = None) -> Axes:
    """The filters of a convolution as images: blue positive, orange negative, white zero.

    A row for each output channel, with an image for each input channel, below the two, "1 → 0"; where there is a single
    input channel, the filters stand side by side. `layer` is a Conv2d or an array (channels_out, channels_in, rows,
    columns). All images have one scale. Raises ValueError for other arrays and for weights that are nan or infinite.
    """
    weights = _weights(
        "filters", "Conv2d, such as model[0]", layer, "an array (channels_out, channels_in, rows, columns)", 4
    )
    n, channels, rows, columns = weights.shape
    across = channels if channels > 1 else min(n, math.ceil(math.sqrt(2 * n)))
    names = [f"{o}" if channels == 1 else f"{i} → {o}" for o in range(n) for i in range(channels)]
    return _grid(weights.reshape(-1, rows, columns), names, across, ax)


def _grid(images: Array, names: list[str], across: int, ax: Axes | None) -> Axes:
    """Images of one shape and one scale in rows of so many, each below its name."""
    n, rows, columns = images.shape
    largest = np.abs(images).max() or 1.0
    down = math.ceil(n / across)
    width = min(2.4, 4.8 / across, 9 / down)  # of an image, in inches; in what follows a pixel of an image is one
    title, gap = 0.24 * columns / width, 0.1 * columns
    ax = canvas.own_axes(ax, 0.3 + down * width * (rows + title) / columns, 1.1 * across * width + 1.1)
    for i, (pixels, name) in enumerate(zip(images, names, strict=True)):
        left, top = i % across * (columns + gap), i // across * (rows + title)
        extent = (left, left + columns, top + rows, top)
        image = ax.imshow(pixels, extent=extent, cmap=canvas.DIVERGING, vmin=-largest, vmax=largest)
        ax.add_patch(Rectangle((left, top), columns, rows, fill=False, edgecolor="0.6", linewidth=0.8))
        ax.text(left + columns / 2, top - title / 4, name, ha="center", fontsize=8)
    ax.set(xlim=(-gap, across * (columns + gap)), ylim=(down * (rows + title) - title + gap, -title), aspect="equal")
    ax.set_axis_off()
    ax.figure.colorbar(image, ax=ax, label="weight", fraction=0.05)
    return ax


def _weights(asked: str, one: str, layer: Any, array: str, axes: int) -> Array:
    """The weights of a layer as an array of so many axes."""
    if isinstance(layer, Module):
        state = layer.state_dict()
        if "weight" not in state:
            raise TypeError(f"{asked} takes one {one}, not {layer.title()}")
        layer = state["weight"]
    weights = np.array(layer, dtype=float, ndmin=min(axes, 2))
    if weights.ndim != axes or not weights.size:
        raise ValueError(f"{asked} takes {array}, not an array of shape {weights.shape}")
    finite = np.isfinite(weights.reshape(len(weights), -1)).all(axis=1)
    if not finite.all():
        raise ValueError(
            f"{'filter' if axes == 4 else 'neuron'} {np.argmin(finite)} has a weight that is nan or infinite"
        )
    return weights
