"""Pictures of networks on sequences."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from nn.module import Module
from nn.plots import canvas


def attention(weights: Module | ArrayLike, labels: Sequence[Any] | None = None, *, ax: Axes | None = None) -> Axes:
    """Where each position looks: a square for each head, with a row for the position that looks, a column for the seen.

    `weights` is a MultiheadAttention or a layer of a GPT, `model.layers[0]`, whose last call is shown, or an array
    (heads, T, T) or (T, T). The darker, the larger: white is 0, and the darkest 1. `labels` names the positions, such
    as the letters of a text. Raises ValueError for another shape, and for a module that has not been called.
    """
    shown = _weights(weights)
    heads, n, _ = shown.shape
    names = [str(label) for label in (range(n) if labels is None else labels)]
    if len(names) != n:
        raise ValueError(f"attention needs a label for each of {n} positions, got {len(names)}")
    across = math.ceil(math.sqrt(heads))
    down = math.ceil(heads / across)
    side = min(3.2, 5.5 / across - 0.3)  # of a square, in inches; in what follows a position is one
    margin, title = 0.3 / side * n, 0.55 / side * n
    ax = canvas.own_axes(ax, 0.3 + down * side * (n + title) / n, across * side * (n + margin) / n + 0.9)
    style: dict[str, Any] = {"fontsize": max(4, min(9, 55 * side / n)), "va": "center", "ha": "center"}
    for head, rows in enumerate(shown):
        left, top = head % across * (n + margin) + margin, head // across * (n + title) + title
        image = ax.imshow(rows, extent=(left, left + n, top + n, top), cmap=canvas.COUNTS, vmin=0, vmax=1)
        ax.add_patch(Rectangle((left, top), n, n, fill=False, edgecolor="0.6", linewidth=0.8))
        ax.text(left + n / 2, top - 0.6 * title, f"head {head}", fontsize=9, ha="center")
        for i, name in enumerate(names):
            ax.text(left + i + 0.5, top - 0.2 * title, name, **style)
            ax.text(left - 0.35 * margin, top + i + 0.5, name, **style)
    ax.set(xlim=(0, across * (n + margin) + 0.1 * margin), ylim=(down * (n + title) + 0.1 * margin, 0), aspect="equal")
    ax.set_axis_off()
    ax.figure.colorbar(image, ax=ax, label="weight", fraction=0.05)
    return ax


def _weights(given: Any) -> canvas.Array:
    if isinstance(given, Module):
        called = getattr(given, "weights", None)
        if called is None:
            raise TypeError(f"attention takes a MultiheadAttention or a layer of a GPT, not {given.title()}")
        if not called:
            raise ValueError("attention shows the last call, and this module has not been called")
        given = called
    weights = np.array(given, dtype=float)
    weights = weights[None] if weights.ndim == 2 else weights
    if weights.ndim != 3 or weights.shape[1] != weights.shape[2] or not weights.size:
        raise ValueError(f"attention takes weights of the shape (heads, T, T) or (T, T), not {weights.shape}")
    return weights
