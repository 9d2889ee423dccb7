"""What is counted rather than minimised: functions of the outputs of a model, shape (n, outputs), and the targets."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Classes = NDArray[np.int64]


def accuracy(outputs: ArrayLike, targets: ArrayLike, *, threshold: float | None = None) -> float:
    """The fraction of samples whose class is right; nan is never right.

    With several outputs the class is the one of the largest, and a target is an index or a distribution. With one
    output the class is whether it is above the threshold; targets are 0 and 1, with the threshold 0.5 of a probability,
    or −1 and +1, with the threshold 0. For scores with targets 0 and 1 pass threshold=0. Whole numbers of shape (n,)
    are taken for the classes themselves. Raises ValueError for targets that are no such classes and where outputs and
    targets differ in number.

    >>> accuracy([[0.1, 0.9], [0.8, 0.2]], [1, 1])
    0.5
    >>> accuracy([-0.3, 2.0], [-1, 1])
    1.0
    """
    given, y = np.asarray(outputs), np.asarray(targets)
    if given.ndim == 0 or y.ndim == 0 or len(given) != len(y) or not len(y):
        raise ValueError(f"accuracy needs a target for each output, got the shapes {given.shape} and {y.shape}")
    if given.ndim == 1 and given.dtype.kind in "biu":
        return float(np.mean(given == _indices("targets", y)))
    given = np.asarray(given, dtype=float).reshape(len(y), -1)
    classes, _ = target_classes(y, given.shape[1])
    if given.shape[1] > 1:
        right = given.argmax(axis=1) == classes
    else:
        if threshold is None:
            threshold = 0.0 if (y < 0).any() else 0.5
        right = (given[:, 0] > threshold) == (classes == 1)
    return float(np.mean(right & ~np.isnan(given).any(axis=1)))


def confusion_matrix(predicted: ArrayLike, targets: ArrayLike) -> Classes:
    """How often each class was taken for each: row the true class, column the predicted one.

    Both are class indices, shape (n,), or outputs and distributions, shape (n, classes). The predictions come first, as
    in `accuracy`; other libraries have them second. Raises ValueError for anything else.

    >>> confusion_matrix([0, 1, 1, 1], [0, 0, 1, 1])
    array([[1, 1],
           [0, 2]])
    """
    columns, rows = _indices("predicted", np.asarray(predicted)), _indices("targets", np.asarray(targets))
    if len(columns) != len(rows):
        raise ValueError(f"confusion_matrix needs a target for each prediction, got {len(columns)} and {len(rows)}")
    n = 1 + int(max(rows.max(initial=0), columns.max(initial=0)))
    counts: Classes = np.bincount(rows * n + columns, minlength=n * n).reshape(n, n)
    return counts


def target_classes(y: NDArray[np.generic], outputs: int) -> tuple[Classes, int]:
    """The class of each target of a model with so many outputs, and the number of classes.

    Raises ValueError for a target that is no class.
    """
    if outputs > 1 and y.ndim == 2 and y.shape[1] == outputs:
        return y.argmax(axis=1), outputs
    plural = "s" * (outputs != 1)
    if y.size != len(y):
        raise ValueError(f"targets of shape {y.shape} do not go with {outputs} output{plural}")
    flat, known = y.reshape(len(y)), range(outputs) if outputs > 1 else (-1, 0, 1)
    wrong = flat[~np.isin(flat, known)]
    if len(wrong):
        classes = f"0 to {outputs - 1}" if outputs > 1 else "0 and 1, or -1 and +1"
        raise ValueError(f"{outputs} output{plural}: the targets are {classes}, not {wrong[0]}")
    return (flat.astype(int), outputs) if outputs > 1 else ((flat == 1).astype(int), 2)


def _indices(name: str, array: NDArray[np.generic]) -> Classes:
    """Class indices as they are, and the place of the largest where each class has a number."""
    if array.ndim == 2 and array.shape[1] > 1:
        array = array.argmax(axis=1)
    flat = array.reshape(-1) if array.ndim and array.size == len(array) else np.array([-1])
    whole = flat.astype(int) if flat.dtype.kind in "biuf" and np.isfinite(flat).all() else np.array([-1])
    if (whole != flat).any() or (whole < 0).any():
        raise ValueError(
            f"{name} must be class indices from 0, or one row of outputs a sample; of a single output take "
            "predict(X)[:, 0] > 0.5"
        )
    return whole
