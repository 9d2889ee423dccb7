"""Texts as tokens: letters numbered, a boundary before and after, and the arrays to predict each next letter from."""

import gzip
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.tables import short


def names() -> list[str]:
    """5,163 first names in small letters, of women and then of men, the most frequent ahead: what texts to learn from.

    Source: U.S. Census Bureau, Names Files from Census 1990, in the public domain; more in `census/README.md`.

    >>> names()[:4], max(map(len, names()))
    (['mary', 'patricia', 'linda', 'barbara'], 11)
    """
    packed = (Path(__file__).parent / "census" / "names.txt.gz").read_bytes()
    return gzip.decompress(packed).decode().split()


class Vocabulary:
    """The letters of texts, sorted and numbered from 0. The last token, `boundary`, stands before and after a text.

    Raises ValueError for texts without a letter.

    >>> vocabulary = Vocabulary(["anna", "ben"])
    >>> vocabulary.letters, vocabulary.boundary, len(vocabulary)
    ('aben', 4, 5)
    >>> vocabulary.encode("anne")
    [0, 3, 3, 2]
    >>> vocabulary.decode([4, 0, 3, 3, 2, 4])
    'anne'
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self.letters = "".join(sorted(set("".join(_texts(texts)))))
        if not self.letters:
            raise ValueError("a vocabulary needs texts with at least one letter")
        self.boundary = len(self.letters)
        self._tokens = {letter: token for token, letter in enumerate(self.letters)}

    def encode(self, text: str) -> list[int]:
        """The token of each letter, without boundaries. Raises ValueError for a letter that is not known."""
        for letter in text:
            if letter not in self._tokens:
                raise ValueError(f"{letter!r} in {text!r} is not in the vocabulary, which has {self.letters!r}")
        return [self._tokens[letter] for letter in text]

    def decode(self, tokens: Iterable[Any]) -> str:
        """The text of tokens, without boundaries. Raises ValueError for what is no token."""
        numbers = list(tokens)
        for token in numbers:
            if token not in range(len(self)):
                raise ValueError(f"{token!r} is no token: {self!r} has 0 to {self.boundary}")
        return "".join(self.letters[int(token)] for token in numbers if token != self.boundary)

    def __len__(self) -> int:
        return len(self.letters) + 1

    def __repr__(self) -> str:
        return f"Vocabulary of {self.letters!r} and a boundary"


def sequences(
    texts: Iterable[str], vocabulary: Vocabulary | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int64], Vocabulary]:
    """Texts as (X, y, vocabulary): what comes before each letter, and the letter, both of shape (n, longest + 1).

    A row of X is the boundary and then the text, a row of y the text and then the boundary: y[i, t] follows X[i, t].
    Shorter ones are filled up with the boundary in X and −1 in y, which `nn.cross_entropy` leaves out. Without a
    vocabulary it is made of the texts. Raises ValueError for no texts and for a letter that the vocabulary lacks.

    >>> X, y, vocabulary = sequences(["anna", "ben"])
    >>> X
    array([[4, 0, 3, 3, 0],
           [4, 1, 2, 3, 4]])
    >>> y
    array([[ 0,  3,  3,  0,  4],
           [ 1,  2,  3,  4, -1]])
    """
    texts = _texts(texts)
    if not texts:
        raise ValueError("sequences needs at least one text")
    vocabulary = Vocabulary(texts) if vocabulary is None else vocabulary
    shape = len(texts), max(map(len, texts)) + 1
    X, y = np.full(shape, vocabulary.boundary), np.full(shape, -1)
    for before, after, text in zip(X, y, texts, strict=True):
        tokens = vocabulary.encode(text)
        before[1 : len(tokens) + 1] = after[: len(tokens)] = tokens
        after[len(tokens)] = vocabulary.boundary
    return X, y, vocabulary


def _texts(texts: Iterable[str]) -> list[str]:
    """The texts as a list. Raises TypeError for a single one and for what is no text."""
    if isinstance(texts, str):
        raise TypeError(f"texts are several strings, not {short(texts)} alone: for one text write [text]")
    listed = list(texts)
    for text in listed:
        if not isinstance(text, str):
            raise TypeError(f"texts are strings, and {text!r} is a {type(text).__name__}")
    return listed
