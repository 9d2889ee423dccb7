"""Attention: each position of a sequence looks at the others, and takes from them what its query asks for."""

from collections.abc import Iterator
from typing import Any

from autograd import Value, dot, softmax
from autograd.tables import short
from autograd.value import is_operand
from nn.initializers import initial_weights
from nn.layers import Init, Neuron, as_inputs, as_sample, check_width
from nn.module import Index, Module
from nn.seeds import Rng, generator

Matrix = list[list[Value]]
Weights = list[list[float]]


class MultiheadAttention(Module):
    """Each position of a sequence looks at all: queries q, keys k and values v are linear in x, and heads share them.

    Of position t a head gives Σₛ aₜₛ vₛ with weights aₜ = softmax over s of qₜ · kₛ / √(width of a head). The heads'
    results, one after the other, go through the output layer. With `causal=True` a position looks at itself and what
    is before it, s ≤ t. A. Vaswani et al., Attention Is All You Need, 2017.

    Called with a list of T lists of `dim` numbers it gives T lists of `dim`. `weights[head][query][key]` are the aₜₛ of
    the last call, plain numbers; `nn.plots.attention` draws them. Names and shapes in `state_dict()` are those of
    `torch.nn.MultiheadAttention`; `init` and `rng` are as for a Layer with `dim` inputs and outputs. Raises ValueError
    unless `heads` divides `dim`, for an empty sequence and for an input of another width.

    >>> attention = MultiheadAttention(4, 2, rng=0)
    >>> y = attention([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]], causal=True)
    >>> len(y), len(y[0]), attention.weights[0][0]
    (2, 4, [1.0, 0.0])
    """

    def __init__(self, dim: int, heads: int, *, init: Init = "xavier", rng: Rng = None) -> None:
        check_heads(dim, heads)
        self.dim, self.heads = dim, heads
        rng = generator(rng)
        made = [[Neuron(dim, "linear", init=w) for w in initial_weights(init, dim, dim, rng)] for _ in range(4)]
        *self.projections, self.output = made
        self.weights: list[Weights] = []

    def __call__(self, x: Any, causal: bool = False) -> list[Any]:
        if is_operand(x) or not hasattr(x, "__len__") or not len(x):
            raise ValueError(f"{self!r} takes a sequence of at least one list of {self.dim} numbers, not {short(x)}")
        xs = [as_inputs(row, self.dim, self) for row in x]
        q, k, v = ([[neuron.activate(row) for neuron in neurons] for row in xs] for neurons in self.projections)
        seen = [t + 1 if causal else len(xs) for t in range(len(xs))]
        attended = [attend(q[t], k[:n], v[:n], self.heads) for t, n in enumerate(seen)]
        self.weights = by_head([weights for _, weights in attended])
        return [as_sample([neuron.activate(row) for neuron in self.output]) for row, _ in attended]

    def children(self) -> Iterator[tuple[str, Module]]:
        return iter(())  # the neurons are rows of this module's arrays

    def own_parameters(self) -> Iterator[tuple[str, Index, Value]]:
        joined = [neuron for neurons in self.projections for neuron in neurons]
        for neurons, weight, bias in (
            (joined, "in_proj_weight", "in_proj_bias"),
            (self.output, "out_proj.weight", "out_proj.bias"),
        ):
            yield from ((weight, (i, j), w) for i, neuron in enumerate(neurons) for j, w in enumerate(neuron.w))
            yield from ((bias, (i,), neuron.b) for i, neuron in enumerate(neurons))

    def __repr__(self) -> str:
        return f"MultiheadAttention({self.dim}, {self.heads})"


def attend(query: list[Value], keys: Matrix, values: Matrix, heads: int) -> tuple[list[Value], Weights]:
    """What the heads give for one query, one after the other, and each head's weights as plain numbers."""
    width = len(query) // heads
    outputs: list[Value] = []
    weights = []
    for part in (slice(i, i + width) for i in range(0, len(query), width)):
        shares = softmax([dot(query[part], key[part]) / width**0.5 for key in keys])
        outputs += [dot(shares, column) for column in zip(*(value[part] for value in values), strict=True)]
        weights.append([a.data for a in shares])
    return outputs, weights


def by_head(weights: list[Weights]) -> list[Weights]:
    """Weights [query][head][key] as [head][query][key], with zeros for the keys that a query has not seen."""
    return [[row + [0.0] * (len(weights) - len(row)) for row in head] for head in zip(*weights, strict=True)]


def check_heads(dim: int, heads: int) -> None:
    """Raise ValueError unless both are whole numbers and heads divides dim."""
    check_width("attention needs a whole number of heads", heads)
    check_width("attention needs a whole number of inputs", dim)
    if dim % heads:
        raise ValueError(f"{heads} heads do not divide {dim} numbers evenly: choose heads that divide dim")
