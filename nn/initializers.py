"""Where weights start: functions of the numbers of inputs and outputs of a layer that give an array (nout, nin).

A layer's `init` is one of these, its name, a function of one's own, or the weights themselves.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd.tables import short
from nn.seeds import Rng, generator

Array = NDArray[np.float64]
Initializer = Callable[[int, int, np.random.Generator], Any]


def uniform(nin: int, nout: int, rng: np.random.Generator) -> Array:
    """Uniform in [−1, 1], whatever the width: micrograd's, for small networks."""
    return rng.uniform(-1.0, 1.0, (nout, nin))


def xavier(nin: int, nout: int, rng: np.random.Generator) -> Array:
    """Uniform in ±√(6 / (nin + nout)): keeps the size of values and gradients through tanh and sigmoid layers.

    X. Glorot and Y. Bengio, Understanding the Difficulty of Training Deep Feedforward Neural Networks, 2010.
    """
    bound = np.sqrt(6 / (nin + nout))
    return rng.uniform(-bound, bound, (nout, nin))


def he(nin: int, nout: int, rng: np.random.Generator) -> Array:
    """Normal with standard deviation √(2 / nin): keeps the size of values through relu layers, which halve it.

    K. He, X. Zhang, S. Ren and J. Sun, Delving Deep into Rectifiers, 2015.
    """
    return rng.normal(0.0, np.sqrt(2 / nin), (nout, nin))


def normal(deviation: float) -> Initializer:
    """An initializer: normal with this standard deviation, whatever the width. `Layer(2, 8, init=normal(0.1))`."""
    return lambda nin, nout, rng: rng.normal(0.0, deviation, (nout, nin))


def zeros(nin: int, nout: int, rng: np.random.Generator) -> Array:
    """All zero: neurons that start equal stay equal, which is what this one is for showing."""
    return np.zeros((nout, nin))


INITIALIZERS: dict[str, Initializer] = {f.__name__: f for f in (uniform, xavier, he, zeros)}


def initial_weights(init: str | Initializer | ArrayLike, nin: int, nout: int, rng: Rng) -> Array:
    """The weights of a layer as an array (nout, nin). Raises ValueError for an unknown name and for another shape."""
    if isinstance(init, str):
        if init not in INITIALIZERS:
            raise ValueError(f"unknown initializer {init!r}: use {', '.join(map(repr, INITIALIZERS))} or a function")
        init = INITIALIZERS[init]
    weights = np.asarray(init(nin, nout, generator(rng)) if callable(init) else init)
    if weights.dtype.kind not in "biuf":
        raise TypeError(f"initial weights are numbers, of which Values are made, not {short(init)}")
    if not np.isfinite(weights).all():
        raise ValueError("initial weights must be finite, and one of them is nan or infinite")
    if weights.shape not in ((nout, nin), (nin,) if nout == 1 else (nout, nin)):
        raise ValueError(f"the weights of {nout} neurons with {nin} inputs are ({nout}, {nin}), not {weights.shape}")
    return weights.reshape(nout, nin).astype(float)
