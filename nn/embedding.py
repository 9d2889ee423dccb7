"""From tokens to numbers: a row of a table for each token, which training moves."""

from typing import Any

import numpy as np

from autograd import Value, select
from autograd.tables import short
from autograd.value import is_operand
from nn.initializers import initial_weights
from nn.layers import Init, as_sample, check_width
from nn.module import Module
from nn.seeds import Rng


class Embedding(Module):
    """Row number `token` of a table of n rows with dim numbers: a linear layer on one-hot vectors, without the zeros.

    Y. Bengio et al., A Neural Probabilistic Language Model, 2003. A list of tokens gives a list of rows. A token may be
    a Value, as it is where a program is recorded; nothing flows to it, and to no row but its own. `init` gives an array
    (n, dim). Raises IndexError for what is no whole number from 0 to n − 1.

    >>> embedding = Embedding(3, 2, init=[[0.0, 0.1], [1.0, 1.1], [2.0, 2.1]])
    >>> embedding(1)
    [Value(data=1, grad=0), Value(data=1.1, grad=0)]
    """

    def __init__(self, n: int, dim: int, *, init: Init = "xavier", rng: Rng = None) -> None:
        check_width("an embedding needs a whole number of tokens", n)
        check_width("an embedding needs a whole number of numbers for each", dim)
        self.weight = [list(map(Value, row)) for row in initial_weights(init, dim, n, rng).tolist()]

    def __call__(self, token: Any) -> Any:
        if isinstance(token, list | tuple) or np.ndim(token):
            return [self(part) for part in token]
        if not is_operand(token):
            raise TypeError(f"{self!r} takes the number of a token, or a list of them, not {short(token)}")
        try:
            return as_sample(list(select(token, self.weight)))
        except IndexError:
            number = f"{token.data if isinstance(token, Value) else token:g}"
            raise IndexError(f"{self!r} has the tokens 0 to {len(self.weight) - 1}, and not {number}") from None

    def title(self) -> str:
        return f"Embedding {len(self.weight)} × {len(self.weight[0])}"

    def __repr__(self) -> str:
        return f"Embedding({len(self.weight)}, {len(self.weight[0])})"
