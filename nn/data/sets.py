"""Data sets: four toys of points in the plane, and real handwritten digits."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.data.preparing import Dataset, check_deviation, jitter
from nn.seeds import Rng, generator


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
    check_deviation("noise", noise)
    rng = generator(rng)
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
    check_deviation("noise", noise)
    rng = generator(rng)
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
    check_deviation("noise", noise)
    rng = generator(rng)
    y = np.arange(n) % classes
    # An arm's length grows about as its radius squared: a root spreads the points evenly along it.
    radius = np.sqrt(rng.uniform(size=n))
    points = _polar(radius, 2 * np.pi * (turns * radius + y / classes))
    return jitter(points, scale=noise, rng=rng), y


def digits() -> Dataset:
    """Real handwritten digits: X of shape (1797, 64), from 0 (paper) to 1 (ink) in sixteenths, y of 1797 labels 0 to 9.

    An image has 8×8 pixels, row by row: `X[0].reshape(8, 8)`. Source: the test set, by 13 writers, of E. Alpaydin and
    C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI, doi.org/10.24432/C50P49, licence CC BY 4.0; more
    in `optdigits/README.md`.

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
    rows = np.loadtxt(Path(__file__).parent / "optdigits" / "optdigits.csv.gz", delimiter=",")
    return rows[:, :-1] / 16, rows[:, -1].astype(int)


def _polar(radius: NDArray[Any], angle: NDArray[Any]) -> NDArray[Any]:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
