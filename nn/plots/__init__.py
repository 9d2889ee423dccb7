"""Pictures of training: what a model has learned, and how. Needs matplotlib, and is imported by its name.

Every function takes `ax`, the Axes to draw into, or makes a figure of its own, 640 pixels wide, and returns the Axes.
None shows or saves anything: a notebook shows the figure by itself, `ax.figure.savefig("name.png")` writes it. Blue
stands for what is above or positive, orange for what is below or negative.

>>> from matplotlib.figure import Figure
>>> ax = activation("tanh", ax=Figure().subplots())
>>> [line.get_label() for line in ax.lines]
['tanh(x)', 'tanh′(x)']
"""

try:
    import matplotlib  # noqa: F401
except ImportError as error:
    raise ImportError(
        'nn.plots draws with matplotlib, which cannot be imported: pip install "chaingrad[notebooks]", or matplotlib'
    ) from error

from nn.plots.charts import (
    activation,
    confusion_matrix,
    decision_boundary,
    gradient_norms,
    loss_curves,
    optimizer_trails,
)
from nn.plots.sequences import attention
from nn.plots.weights import filters, weights_as_images

__all__ = [
    "activation",
    "attention",
    "confusion_matrix",
    "decision_boundary",
    "filters",
    "gradient_norms",
    "loss_curves",
    "optimizer_trails",
    "weights_as_images",
]
