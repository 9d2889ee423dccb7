"""Data sets, each as arrays (X, y), one sample a row, and what prepares them for training.

`rng` is everywhere a NumPy generator or a seed; None draws fresh entropy, never NumPy's global generator.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nn.mnist_files import Dataset, mnist, not_whole
from nn.module import Rng

__all__ = [
    "batches",
    "circles",
    "digits",
    "jitter",
    "mnist",
    "moons",
    "one_hot",
    "spirals",
    "train_test_split",
    "xor",
]


def xor() -> Dataset:
    """Exclusive or: X of shape (4, 2) with the four pairs of 0 and 1, y of 4 labels, 1 where the two differ.

    >>> X, y = xor()
    >>> [(*map(float, x), int(label)) for x, label in zip(X, y)]
    [(0.0, 0.0, 0), (0.0, 1.0, 1), (1.0, 0.0, 1), (1.0, 1.0, 0)]
    """
    return np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 1, 1, 0])


def moons(n: int = 100, *, noise: float = 0.1, rng: Rng = None) -> Dataset:
    """Two interleaved half circles of radius one: X of shape (n, 2), y of n labels 0 (upper) and 1 (lower).

    `noise` is the standard deviation of the normal noise on each coordinate; `rng` a NumPy generator or a seed.
    Raises ValueError for fewer than two points and for negative noise.

    >>> X, y = moons(100, rng=1)
    >>> X.shape, int(y.sum())
    ((100, 2), 50)
    """
    if n < 2:
        raise ValueError(f"two moons need at least two points, not {n}")
    _check_deviation("noise", noise)
    rng = np.random.default_rng(rng)
    y = np.arange(n) % 2
    angle = np.pi * rng.uniform(size=n)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    points = np.where(y[:, None] == 0, upper, [1.0, 0.5] - upper)
    return jitter(points, scale=noise, rng=rng), y


def circles(n: int = 100, *, noise: float = 0.05, factor: float = 0.5, rng: Rng = None) -> Dataset:
    """A circle in a circle: X of shape (n, 2), y of n labels 0 (outer, radius one) and 1 (inner, radius `factor`).

    `noise` is the standard deviation of the normal noise on each coordinate; `rng` a NumPy generator or a seed.
    Raises ValueError for fewer than two points, for negative noise and for a factor outside (0, 1).

    >>> X, y = circles(100, noise=0.0, rng=1)
    >>> np.unique(np.hypot(*X.T).round(9)), np.bincount(y)
    (array([0.5, 1. ]), array([50, 50]))
    """
    if n < 2:
        raise ValueError(f"two circles need at least two points, not {n}")
    if not 0 < factor < 1:
        raise ValueError(f"factor is the inner circle's radius, between 0 and 1, got {factor}")
    _check_deviation("noise", noise)
    rng = np.random.default_rng(rng)
    y = np.arange(n) % 2
    points = _polar(np.where(y == 0, 1.0, factor), 2 * np.pi * rng.uniform(size=n))
    return jitter(points, scale=noise, rng=rng), y


def spirals(n: int = 100, *, noise: float = 0.05, turns: float = 1.0, classes: int = 2, rng: Rng = None) -> Dataset:
    """Arms that wind around each other: X of shape (n, 2), y of n labels, one of `classes` for each arm.

    An arm makes `turns` turns while its radius grows from 0 to 1; arm k starts at the angle 2πk / classes.
    `noise` is the standard deviation of the normal noise on each coordinate; `rng` a NumPy generator or a seed.
    Raises ValueError for fewer than two classes, for fewer points than classes and for negative noise.

    >>> X, y = spirals(90, classes=3, rng=1)
    >>> X.shape, np.bincount(y)
    ((90, 2), array([30, 30, 30]))
    """
    if classes < 2:
        raise ValueError(f"spirals need at least two classes, not {classes}")
    if n < classes:
        raise ValueError(f"{classes} spirals need at least {classes} points, not {n}")
    _check_deviation("noise", noise)
    rng = np.random.default_rng(rng)
    y = np.arange(n) % classes
    # An arm's length grows about as its radius squared: a root spreads the points evenly along it.
    radius = np.sqrt(rng.uniform(size=n))
    points = _polar(radius, 2 * np.pi * (turns * radius + y / classes))
    return jitter(points, scale=noise, rng=rng), y


def digits() -> Dataset:
    """Real handwritten digits: X of shape (1797, 64), from 0 (paper) to 1 (ink) in sixteenths, y of 1797 labels 0 to 9.

    An image has 8×8 pixels, row by row: `X[0].reshape(8, 8)`. Source: the test set, by 13 writers, of E. Alpaydin and
    C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI, doi.org/10.24432/C50P49, licence CC BY 4.0; more
    in `digits/README.md`.

    >>> X, y = digits()
    >>> int(y[0])
    0
    >>> (16 * X[0].reshape(8, 8)).astype(int)
    array([[ 0,  0,  5, 13,  9,  1,  0,  0],
           [ 0,  0, 13, 15, 10, 15,  5,  0],
           [ 0,  3, 15,  2,  0, 11,  8,  0],
           [ 0,  4, 12,  0,  0,  8,  8,  0],
           [ 0,  5,  8,  0,  0,  9,  8,  0],
           [ 0,  4, 11,  0,  1, 12,  7,  0],
           [ 0,  2, 14,  5, 10, 12,  0,  0],
           [ 0,  0,  6, 13, 10,  0,  0,  0]])
    """
    rows = np.loadtxt(Path(__file__).parent / "digits" / "optdigits.csv.gz", delimiter=",")
    return rows[:, :-1] / 16, rows[:, -1].astype(int)


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
    NumPy generator or a seed. Raises ValueError where X and y differ in length and where a part would be empty.

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
    order = np.random.default_rng(rng).permutation(n)
    held, kept = order[:held_out], order[held_out:]
    return X[kept], X[held], y[kept], y[held]


def batches(X: ArrayLike, y: ArrayLike, size: int, *, shuffle: bool = True, rng: Rng = None) -> Iterator[Dataset]:
    """One epoch in mini-batches: an iterator of (X, y), `size` samples each, the last one with what is left.

    Every sample comes once, shuffled by `rng`, a NumPy generator or a seed, unless `shuffle` is false. For several
    epochs pass the same generator: the same seed gives the same order again. Raises ValueError, at the call, for a size
    below one, for no data and where X and y differ in length.

    >>> X, y = moons(10, rng=1)
    >>> [len(labels) for _, labels in batches(X, y, 4, rng=2)]
    [4, 4, 2]
    """
    X, y = _paired(X, y)
    if not isinstance(size, int | np.integer) or size < 1:
        raise ValueError(f"a batch has at least one sample, not size={size}")
    order = np.random.default_rng(rng).permutation(len(X)) if shuffle else np.arange(len(X))
    return ((X[rows], y[rows]) for rows in (order[i : i + size] for i in range(0, len(X), size)))


def jitter(X: ArrayLike, *, scale: float = 0.1, rng: Rng = None) -> NDArray[Any]:
    """Data augmentation by noise: a new array X + ε of X's shape, each ε normal with standard deviation `scale`.

    Nothing is clipped: jittered pixels may leave [0, 1]. Raises ValueError for a negative scale.

    >>> X, y = digits()
    >>> noisy = jitter(X, scale=0.05, rng=1)
    >>> noisy.shape, round(float((noisy - X).std()), 2)
    ((1797, 64), 0.05)
    """
    _check_deviation("scale", scale)
    X = np.asarray(X, dtype=float)
    return X + np.random.default_rng(rng).normal(scale=scale, size=X.shape)


def checked_data(which: str, X: ArrayLike, y: ArrayLike) -> Dataset:
    """Samples and targets as arrays of finite numbers, as many as each other. Raises ValueError, naming the row."""
    X, y = _finite(f"{which}X", X).astype(float, copy=False), _finite(f"{which}y", y)
    if len(X) != len(y):
        raise ValueError(f"{which}X has {len(X)} samples and {which}y has {len(y)} targets: each needs its own")
    return X, y


def _finite(name: str, data: ArrayLike) -> NDArray[Any]:
    try:
        array = np.asarray(data)
    except ValueError as error:
        raise ValueError(f"{name} is no array: its rows must have one length ({error})") from None
    if array.dtype.kind in "SU":
        raise ValueError(f"{name} must hold numbers, not text: np.unique(y, return_inverse=True)[1] numbers any labels")
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must be an array of numbers, one sample a row, not {type(data).__name__}")
    if array.ndim == 0:
        raise ValueError(f"{name} must hold one sample a row, not {data!r}")
    if not array.size:
        raise ValueError(f"{name} is empty, with shape {array.shape}: there is nothing to train with")
    wrong = np.flatnonzero(~np.isfinite(array).reshape(len(array), -1).all(axis=1))
    if len(wrong):
        more = f", and {len(wrong) - 1} more rows" if len(wrong) > 1 else ""
        raise ValueError(f"{name} has nan or infinity in row {wrong[0]}{more}: remove or replace it")
    return array.astype(float) if array.dtype.kind == "b" else array


def _polar(radius: NDArray[Any], angle: NDArray[Any]) -> NDArray[Any]:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _check_deviation(name: str, value: float) -> None:
    if not value >= 0:
        raise ValueError(f"{name} is a standard deviation and cannot be negative, got {value}")


def _paired(X: ArrayLike, y: ArrayLike) -> Dataset:
    X, y = np.asarray(X), np.asarray(y)
    if len(X) != len(y):
        raise ValueError(f"X has {len(X)} samples and y has {len(y)} labels: each sample needs its own")
    if not len(X):
        raise ValueError("X and y are empty: there is no sample to train with")
    return X, y
