"""Data sets, each as arrays (X, y), one sample a row, and what prepares them for training.

`rng` is everywhere a NumPy generator or a seed; None draws its seed from Python's global `random`, never from NumPy's.
The data sets stand in `sets.py`, MNIST's files are read by `mnist_files.py`, texts are numbered in `text.py`, and
`preparing.py` has the rest.
"""

from nn.data.mnist_files import mnist
from nn.data.preparing import batches, jitter, one_hot, train_test_split
from nn.data.preparing import checked_data as checked_data  # for training and plots
from nn.data.sets import circles, digits, moons, spirals, xor
from nn.data.text import Vocabulary, names, sequences

__all__ = [
    "Vocabulary",
    "batches",
    "circles",
    "digits",
    "jitter",
    "mnist",
    "moons",
    "names",
    "one_hot",
    "sequences",
    "spirals",
    "train_test_split",
    "xor",
]
