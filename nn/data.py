"""Data sets, each as arrays (X, y)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.module import Rng


def moons(n: int = 100, *, noise: float = 0.1, rng: Rng = None) -> tuple[NDArray[Any], NDArray[Any]]:
    """Two interleaved half circles of radius one: X of shape (n, 2), y of n labels 0 (upper) and 1 (lower).

    `noise` is the standard deviation of the normal noise on each coordinate; `rng` a NumPy generator or a seed.

    >>> X, y = moons(100, rng=1)
    >>> X.shape, int(y.sum())
    ((100, 2), 50)
    """
    if n < 2:
        raise ValueError(f"two moons need at least two points, not {n}")
    if noise < 0:
        raise ValueError(f"noise is a standard deviation and cannot be negative, got {noise}")
    rng = np.random.default_rng(rng)
    y = np.arange(n) % 2
    angle = np.pi * rng.uniform(size=n)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    points = np.where(y[:, None] == 0, upper, [1.0, 0.5] - upper)
    return points + rng.normal(scale=noise, size=(n, 2)), y
