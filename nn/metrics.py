"""What is counted rather than minimised: functions of the outputs of a model, shape (n, outputs), and the targets."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def accuracy(outputs: ArrayLike, targets: ArrayLike, *, threshold: float = 0.5) -> float:
    """The fraction of samples whose class is right.

    With several outputs the class is the one of the largest, and a target is an index or a distribution. With one
    output the class is whether it is above the threshold: 0.5 for a probability, 0 for a score; targets are 0 and 1, or
    −1 and +1.
    Raises ValueError where outputs and targets differ in number.

    >>> accuracy([[0.1, 0.9], [0.8, 0.2]], [1, 1])
    0.5
    >>> accuracy([-0.3, 2.0], [-1, 1], threshold=0.0)
    1.0
    """
    outputs, targets = np.asarray(outputs, dtype=float), np.asarray(targets, dtype=float)
    if len(outputs) != len(targets):
        raise ValueError(f"accuracy needs a target for each output, got {len(outputs)} and {len(targets)}")
    if outputs.ndim == 2 and outputs.shape[1] > 1:
        return float(np.mean(outputs.argmax(axis=1) == _indices("targets", targets)))
    return float(np.mean((outputs.reshape(len(outputs)) > threshold) == (targets.reshape(len(targets)) > 0.5)))


def confusion_matrix(predicted: ArrayLike, targets: ArrayLike) -> NDArray[np.int64]:
    """How often each class was taken for each: row the true class, column the predicted one.

    Both are class indices, shape (n,), or outputs and distributions, shape (n, classes).

    >>> confusion_matrix([0, 1, 1, 1], [0, 0, 1, 1])
    array([[1, 1],
           [0, 2]])
    """
    columns, rows = (_indices(name, a) for name, a in (("predicted", predicted), ("targets", targets)))
    if len(columns) != len(rows):
        raise ValueError(f"confusion_matrix needs a target for each prediction, got {len(columns)} and {len(rows)}")
    n = 1 + int(max(rows.max(initial=0), columns.max(initial=0)))
    counts: NDArray[np.int64] = np.bincount(rows * n + columns, minlength=n * n).reshape(n, n)
    return counts


def _indices(name: str, a: ArrayLike) -> NDArray[np.int64]:
    """Class indices as they are, and the place of the largest where each class has a number."""
    array = np.asarray(a)
    if array.ndim == 2 and array.shape[1] > 1:
        array = np.argmax(array, axis=1)
    flat = array.reshape(len(array))
    if (flat != np.round(flat)).any() or (flat < 0).any():
        raise ValueError(f"{name} must be class indices from 0, or one row of outputs a sample")
    indices: NDArray[np.int64] = flat.astype(int)
    return indices
