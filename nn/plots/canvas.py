"""What nn.plots draws on and with: Axes, legends, limits, and colours that the colour-blind tell apart."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm, to_hex, to_rgb
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from autograd.tables import short

Array = NDArray[np.float64]
Limits = tuple[float, float]

# M. Okabe and K. Ito, Color Universal Design, 2008, without their yellow, which is too pale for white paper.
ORANGE, BLUE = "#D55E00", "#0072B2"
PALETTE = (ORANGE, BLUE, "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
MARKERS = "o^sDv<>"
DIVERGING = LinearSegmentedColormap.from_list("orange to blue", [ORANGE, "white", BLUE])
COUNTS = LinearSegmentedColormap.from_list("white to blue", ["white", BLUE])


def own_axes(ax: Axes | None, height: float = 4.2, width: float = 6.4) -> Axes:
    """The Axes given, or those of a new figure of that size in inches: 6.4 are 640 pixels."""
    return stacked_axes(ax, [height], width)[0]  # type: ignore[no-any-return]


def stacked_axes(ax: Axes | Sequence[Axes] | None, heights: list[float], width: float = 6.4) -> NDArray[Any]:
    """The Axes given, or those of a new figure, one below the other. Raises TypeError and ValueError for others."""
    if ax is None:
        from matplotlib import pyplot  # only here: who passes Axes needs none of its state

        size, ratios = (width, sum(heights)), {"height_ratios": heights}
        options: dict[str, Any] = {"figsize": size, "layout": "constrained", "squeeze": False, "sharex": True}
        return np.ravel(pyplot.subplots(len(heights), gridspec_kw=ratios, **options)[1])
    axes = np.asarray(ax, dtype=object).ravel()
    for one in axes:
        if not isinstance(one, Axes):
            raise TypeError(f"ax is an Axes of matplotlib, as in `figure, ax = plt.subplots()`, not {short(one)}")
    if len(axes) != len(heights):
        raise ValueError(f"this picture has {len(heights)} panel{'s' * (len(heights) != 1)}, and ax has {len(axes)}")
    return axes


def legend_above(ax: Axes, **style: Any) -> None:
    """A legend where it covers no data, with as many columns as go into 560 pixels."""
    longest = max(len(str(label)) for label in ax.get_legend_handles_labels()[1])
    columns = max(1, 560 // (8 * longest + 50))
    place: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderaxespad": 0.2}
    ax.legend(frameon=False, ncols=columns, columnspacing=1.2, **place, **style)


def widened(numbers: Array, margin: float = 0.1) -> Limits:
    """Limits that hold all finite numbers with a margin on both sides, which a single number has too."""
    finite = numbers[np.isfinite(numbers)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)
    pad = margin * (high - low) or margin * max(1.0, abs(low))
    return low - pad, high + pad


def spans_decades(figures: ArrayLike) -> bool:
    """Whether a logarithmic axis is right: all figures are above zero, the largest over 100 times the smallest."""
    finite = np.asarray(figures, dtype=float)
    finite = finite[np.isfinite(finite)]
    return bool(len(finite) and finite.min() > 0 and finite.max() > 100 * finite.min())


def class_colours(n: int) -> list[str]:
    """Colours for n classes: the palette's, or shades of one scale where it has too few."""
    return list(PALETTE[:n]) if n <= len(PALETTE) else shades(n)


def shades(n: int) -> list[str]:
    """Colours for n things in an order, from dark to bright."""
    return [to_hex(colour) for colour in colormaps["viridis"](np.linspace(0, 0.88, n))]


def readable(background: Any) -> str:
    """Black or white, whichever has the higher contrast with the background (relative luminance as in WCAG 2)."""
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(background))
    luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b
    return "black" if (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) else "white"


def epoch_line(ax: Axes, figures: Sequence[float], **style: Any) -> None:
    """A line over the epochs, counted from one; few epochs get dots, so that a single one is seen."""
    marker = "o" if len(figures) <= 20 else ""
    ax.plot(range(1, len(figures) + 1), figures, marker=marker, markersize=3.5, linewidth=1.7, **style)
    ax.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))
    ax.grid(alpha=0.4)


def log_bars(ax: Axes, names: Iterable[str], sizes: Sequence[float]) -> None:
    """Bars from top to bottom on a logarithmic scale. 0 and nan have no bar, inf one through to the edge, in orange."""
    on_scale = [x for x in sizes if 0 < x < math.inf] or [1.0]
    margin = 2 * (max(on_scale) / min(on_scale)) ** 0.15  # room for the smallest bar, and for the largest one's number
    left, right = min(on_scale) / margin, max(on_scale) * margin
    ax.set(xscale="log", xlim=(left, right))
    for i, x in enumerate(sizes):
        end = x if 0 < x < math.inf else left
        ax.barh(i, right if x == math.inf else end, height=0.7, color=ORANGE if x == math.inf else BLUE)
        style: dict[str, Any] = {"color": "white", "weight": "bold"} if x == math.inf else {}
        ax.annotate(f"{x:.2g}", (end, i), (4, 0), textcoords="offset points", va="center", fontsize=9, **style)
    ax.set_yticks(range(len(sizes)), list(names))
    ax.invert_yaxis()


def draw_output(ax: Axes, xs: Array, ys: Array, outputs: Array, threshold: float) -> None:
    """One output as a colour, pale where it is near the threshold, and a line where it is there."""
    finite = outputs[np.isfinite(outputs)]
    reach = float(np.abs(finite - threshold).max(initial=0.0)) or 1.0
    is_probability = 0 < threshold < 1 and bool(((finite >= 0) & (finite <= 1)).all())
    low, high = (0.0, 1.0) if is_probability else (threshold - reach, threshold + reach)
    image = fill(ax, xs, ys, outputs, cmap=DIVERGING, norm=TwoSlopeNorm(threshold, low, high), alpha=0.5)
    image.set_interpolation("bilinear")
    if len(finite) and finite.min() < threshold < finite.max():
        ax.contour(xs, ys, np.ma.masked_invalid(outputs), [threshold], colors="black", linewidths=1.5)
    ax.figure.colorbar(image, ax=ax, label=f"output (line: {threshold:g})")


def fill(ax: Axes, xs: Array, ys: Array, image: NDArray[Any], **style: Any) -> Any:
    """An image whose corner pixels have their centres at the ends of xs and ys."""
    (left, right), (bottom, top) = (
        (a[0] - (half := (a[-1] - a[0]) / (n - 1) / 2), a[-1] + half)
        for a, n in zip((xs, ys), image.shape[::-1], strict=True)
    )
    return ax.imshow(image, extent=(left, right, bottom, top), origin="lower", aspect="auto", **style)


def refined(a: Array, times: int) -> Array:
    """An array (rows, columns, k) with so many steps for each one between rows and columns, by linear interpolation."""
    down, across = (
        np.maximum(0.0, 1 - np.abs(np.arange((n - 1) * times + 1)[:, None] / times - range(n))) for n in a.shape[:2]
    )
    finer: Array = np.einsum("ai,bj,ijk->abk", down, across, a, optimize=True)
    return finer


def draw_contours(ax: Axes, xs: Array, ys: Array, heights: Array) -> None:
    """Contours at distances above the lowest point that grow by equal factors, darker the higher."""
    finite = heights[np.isfinite(heights)]
    if len(finite) and (span := np.ptp(finite)) > 0:
        low, heights = finite.min(), np.ma.masked_invalid(heights)
        levels = low + np.geomspace(1e-4 * span, span, 13)
        greys = colormaps["Greys"](np.linspace(0, 0.25, len(levels)))
        ax.contourf(xs, ys, heights, [low, *levels], colors=list(map(to_hex, greys)))
        lines = ax.contour(xs, ys, heights, levels, colors="0.6", linewidths=0.7)
        ax.clabel(lines, levels[::3], fmt=lambda height: f"{height:.3g}", fontsize=7, colors="0.3")
