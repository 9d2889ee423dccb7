"""Where chance comes from: a generator, a seed, or Python's own `random`."""

import random

import numpy as np

Rng = np.random.Generator | int | None


def generator(rng: Rng) -> np.random.Generator:
    """A generator as it is, one from a seed, or for None one whose seed is drawn from Python's global `random`.

    So `random.seed(1337)` makes a program that names no seed repeat itself. NumPy's global generator is left alone.
    """
    return np.random.default_rng(random.getrandbits(64) if rng is None else rng)
