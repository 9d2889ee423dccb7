"""What prepares data for training: labels as distributions, a part held out, mini-batches, noise, and the checks."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd.tables import short
from nn.arrays import numbers_in
from nn.seeds import Rng, generator

Dataset = tuple[NDArray[Any], NDArray[Any]]  # samples X and targets y, one a row


def one_hot(y: ArrayLike, classes: int | None = None) -> NDArray[Any]:
    """Labels as distributions: shape (n, classes), row i is 1 in the column y[i] and 0 elsewhere.

    Without `classes` there are as many as the largest label asks for. Raises ValueError for labels that are not whole
    numbers from 0 to classes − 1 in an array of shape (n,).

    >>> one_hot([2, 0, 1])
    array([[0., 0., 1.],
           [1., 0., 0.],
           [0., 1., 0.]])
    """
    labels = np.asarray(y)
    if labels.ndim != 1:
        raise ValueError(f"one_hot takes labels of shape (n,), got shape {labels.shape}")
    if classes is None and not len(labels):
        raise ValueError("no label tells how many classes there are: pass `classes`")
    wrong = not_whole(labels, np.inf if classes is None else classes - 1)
    if len(wrong):
        raise ValueError(
            f"one_hot takes whole labels from 0{'' if classes is None else f' to {classes - 1}'}, got {wrong[0]}: "
            "np.unique(y, return_inverse=True)[1] numbers any labels from 0"
        )
    columns = np.arange(int(labels.max()) + 1 if classes is None else classes)
    return np.array(labels[:, None] == columns, dtype=float)


def train_test_split(
    X: ArrayLike, y: ArrayLike, *, test: float = 0.25, rng: Rng = None
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Shuffle the samples and divide them: X_train, X_test, y_train, y_test.

    `test` is the fraction of the samples to hold out (a float between 0 and 1), or their number (an int). `rng` is a
    NumPy generator or a seed. Raises ValueError if X and y differ in length or a part would be empty.

    >>> from nn.data import digits
    >>> X_train, X_test, y_train, y_test = train_test_split(*digits(), test=500, rng=1)
    >>> X_train.shape, X_test.shape, y_train.shape, y_test.shape
    ((1297, 64), (500, 64), (1297,), (500,))
    """
    X, y = _paired(X, y)
    n = len(X)
    if isinstance(test, int | np.integer):
        held_out = int(test)
    elif 0 < test < 1:
        held_out = round(test * n)
    else:
        raise ValueError(f"test is a fraction between 0 and 1, or a whole number of samples, got {test}")
    if not 0 < held_out < n:
        raise ValueError(f"test={test} of {n} samples leaves a part empty: {held_out} to test, {n - held_out} to train")
    order = generator(rng).permutation(n)
    held, kept = order[:held_out], order[held_out:]
    return X[kept], X[held], y[kept], y[held]


def batches(X: ArrayLike, y: ArrayLike, size: int, *, shuffle: bool = True, rng: Rng = None) -> Iterator[Dataset]:
    """One epoch in mini-batches: an iterator of (X, y), `size` samples each, the last one with what is left.

    Every sample comes once, shuffled by `rng`, a NumPy generator or a seed, unless `shuffle` is false. For several
    epochs pass the same generator: the same seed gives the same order again. Raises ValueError, at the call, for a size
    below one, for no data and if X and y differ in length.

    >>> from nn.data import moons
    >>> X, y = moons(10, rng=1)
    >>> [len(labels) for _, labels in batches(X, y, 4, rng=2)]
    [4, 4, 2]
    """
    X, y = _paired(X, y)
    if not isinstance(size, int | np.integer) or size < 1:
        raise ValueError(f"a batch has at least one sample, not size={size}")
    order = generator(rng).permutation(len(X)) if shuffle else np.arange(len(X))
    return ((X[rows], y[rows]) for rows in (order[i : i + size] for i in range(0, len(X), size)))


def jitter(X: ArrayLike, *, scale: float = 0.1, rng: Rng = None) -> NDArray[Any]:
    """Data augmentation by noise: a new array X + ε of X's shape, each ε normal with standard deviation `scale`.

    Nothing is clipped: jittered pixels may leave [0, 1]. Raises ValueError for a negative scale.

    >>> from nn.data import digits
    >>> X, y = digits()
    >>> noisy = jitter(X, scale=0.05, rng=1)
    >>> noisy.shape, round(float((noisy - X).std()), 2)
    ((1797, 64), 0.05)
    """
    check_deviation("scale", scale)
    X = np.asarray(X, dtype=float)
    return X + generator(rng).normal(scale=scale, size=X.shape)


def checked_data(which: str, X: ArrayLike, y: ArrayLike) -> Dataset:
    """Samples and targets as arrays of finite numbers, as many as each other. Raises ValueError, naming the place."""
    X, y = _finite(f"{which}X", X).astype(float, copy=False), _finite(f"{which}y", y)
    if len(X) != len(y):
        raise ValueError(f"{which}X has {len(X)} samples and {which}y has {len(y)} targets: each needs its own")
    return X, y


def _finite(name: str, data: ArrayLike) -> NDArray[Any]:
    array = numbers_in(name, data)
    if array.ndim == 0:
        raise ValueError(f"{name} must hold one sample a row, not {short(data)}")
    if not array.size:
        raise ValueError(f"{name} is empty, with shape {array.shape}: there is nothing to train with")
    wrong = np.flatnonzero(~np.isfinite(array).reshape(len(array), -1).all(axis=1))
    if len(wrong):
        more = f", and {len(wrong) - 1} more rows" if len(wrong) > 1 else ""
        raise ValueError(f"{name} has nan or infinity in row {wrong[0]}{more}: remove or replace it")
    return array


def check_deviation(name: str, value: float) -> None:
    """Raise ValueError for a negative standard deviation."""
    if not value >= 0:
        raise ValueError(f"{name} is a standard deviation and cannot be negative, got {value}")


def _paired(X: ArrayLike, y: ArrayLike) -> Dataset:
    X, y = np.asarray(X), np.asarray(y)
    if len(X) != len(y):
        raise ValueError(f"X has {len(X)} samples and y has {len(y)} labels: each sample needs its own")
    if not len(X):
        raise ValueError("X and y are empty: there is no sample to train with")
    return X, y


def not_whole(values: NDArray[Any], top: float) -> NDArray[Any]:
    """The values, one after another, that are not whole numbers from 0 to `top`."""
    if values.dtype.kind not in "biuf":
        return values.ravel()
    with np.errstate(invalid="ignore"):  # inf % 1 is nan, which is not 0 either
        wrong: NDArray[Any] = values[(values < 0) | (values > top) | (values % 1 != 0)]
    return wrong
