"""A small GPT, made of rows for tokens, attention and linear maps: microgpt's network."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import Value, dot, select, softmax
from autograd.tables import short
from autograd.value import is_operand
from nn.attention import Matrix, Weights, attend, by_head, check_heads
from nn.initializers import Initializer, initial_weights, normal
from nn.layers import check_width
from nn.module import Module
from nn.seeds import Rng, generator

Past = tuple[Matrix, Matrix, list[Weights]]  # of the positions before: keys, values, weights [query][head][key]

SMALL = normal(0.08)


class GPT(Module):
    """A generative pretrained transformer, as small as it can be: A. Karpathy's microgpt, 2026, and nothing else.

    Token and position each give a row, `wte` and `wpe`, and x is the sum. In each layer x ← x + attention(norm(x)),
    causal, then x ← x + W₂ relu(W₁ norm(x)) with four times as many numbers between; norm divides by the root mean
    square, and nothing has a bias. `lm_head` turns x into a score for each token to come next.

    `vocabulary` is a `nn.data.Vocabulary` or the number of tokens, the last of which is the boundary; `context` the
    most tokens to look at. Weights start normal with standard deviation 0.08. Called with T tokens it gives T lists of
    scores: train it with `nn.cross_entropy(model(tokens), targets)`. Raises ValueError for no tokens and for more than
    `context`, IndexError for a token out of range.

    >>> model = GPT(27, 16, rng=0)
    >>> scores = model([26, 0, 13])
    >>> len(scores), len(scores[0]), len(model.parameters())
    (3, 27, 4192)
    """

    def __init__(
        self,
        vocabulary: Any,
        context: int,
        dim: int = 16,
        heads: int = 4,
        layers: int = 1,
        *,
        init: str | Initializer = SMALL,
        rng: Rng = None,
    ) -> None:
        tokens = len(vocabulary) if hasattr(vocabulary, "__len__") else vocabulary
        check_width("a GPT needs a vocabulary or a whole number of tokens", tokens)
        check_width("a GPT needs a whole number of positions as its context", context)
        check_width("a GPT needs a whole number of layers", layers)
        check_heads(dim, heads)
        rng = generator(rng)
        self.wte = _matrix(init, tokens, dim, rng)
        self.wpe = _matrix(init, context, dim, rng)
        self.lm_head = _matrix(init, tokens, dim, rng)
        self.layers = [Block(dim, heads, init, rng) for _ in range(layers)]

    def __call__(self, tokens: Any) -> list[list[Value]]:
        past = self._start()
        scores = [self._step(token, past) for token in self._tokens(tokens)]
        for layer, (_, _, weights) in zip(self.layers, past, strict=True):
            layer.weights = by_head(weights)
        return scores

    def _start(self) -> list[Past]:
        """What the layers have seen before the first token: nothing."""
        return [([], [], []) for _ in self.layers]

    def _step(self, token: Any, past: list[Past]) -> list[Value]:
        """The scores of what comes after one more token, which `past` then holds too."""
        x = _norm(_sum(self._row(token), self.wpe[len(past[0][0])]))
        for layer, seen in zip(self.layers, past, strict=True):
            x = layer.step(x, seen)
        return _linear(self.lm_head, x)

    def generate(self, prompt: Sequence[int], *, temperature: float = 1.0, rng: Rng = None) -> list[int]:
        """The prompt and what follows: tokens drawn one by one, up to and including the boundary.

        A prompt begins with the boundary: `[vocabulary.boundary]`, and letters after it. Probabilities are
        softmax(scores / temperature): below 1 likely tokens become likelier. Where no boundary comes, it ends with the
        token that the full context has led to. Raises ValueError for a temperature that is not above 0.
        """
        if not temperature > 0:
            raise ValueError(f"temperature is a number above 0, not {temperature!r}")
        rng, past = generator(rng), self._start()
        for token in self._tokens(prompt):
            scores = self._step(token, past)
        tokens = list(map(int, prompt))
        while True:
            z = [v.data for v in scores]
            p = softmax([(x - max(z)) / temperature for x in z])
            tokens.append(int(rng.choice(len(p), p=p)))
            if tokens[-1] == len(self.wte) - 1 or len(tokens) > len(self.wpe):
                return tokens
            scores = self._step(tokens[-1], past)

    def _tokens(self, tokens: Any) -> Any:
        if is_operand(tokens) or isinstance(tokens, str) or not hasattr(tokens, "__len__"):
            raise TypeError(
                f"{self!r} takes a list of tokens, not {short(tokens)}: vocabulary.encode(text) gives tokens"
            )
        if not 1 <= len(tokens) <= len(self.wpe):
            raise ValueError(f"{self!r} takes 1 to {len(self.wpe)} tokens, its context, got {len(tokens)}")
        return tokens

    def _row(self, token: Any) -> list[Value]:
        if not is_operand(token):
            raise TypeError(f"{self!r} takes tokens, whole numbers, not {short(token)}")
        try:
            return list(select(token, self.wte))
        except IndexError:
            number = f"{token.data if isinstance(token, Value) else token:g}"
            raise IndexError(f"{self!r} has the tokens 0 to {len(self.wte) - 1}, and not {number}") from None

    def __repr__(self) -> str:
        heads = self.layers[0].heads
        return f"GPT({len(self.wte)}, {len(self.wpe)}, {len(self.wte[0])}, {heads}, {len(self.layers)})"


class Block(Module):
    """A layer of a GPT. `weights[head][query][key]` are the last call's, as of a MultiheadAttention."""

    def __init__(self, dim: int, heads: int, init: str | Initializer, rng: np.random.Generator) -> None:
        self.heads = heads
        self.attn_wq, self.attn_wk, self.attn_wv, self.attn_wo = (_matrix(init, dim, dim, rng) for _ in range(4))
        self.mlp_fc1, self.mlp_fc2 = _matrix(init, 4 * dim, dim, rng), _matrix(init, dim, 4 * dim, rng)
        self.weights: list[Weights] = []

    def step(self, x: list[Value], past: Past) -> list[Value]:
        """The new x of a position; its keys, values and weights are appended to those before it."""
        keys, values, weights = past
        normed = _norm(x)
        keys.append(_linear(self.attn_wk, normed))
        values.append(_linear(self.attn_wv, normed))
        attended, shares = attend(_linear(self.attn_wq, normed), keys, values, self.heads)
        weights.append(shares)
        x = _sum(_linear(self.attn_wo, attended), x)
        hidden = [h.relu() for h in _linear(self.mlp_fc1, _norm(x))]
        return _sum(_linear(self.mlp_fc2, hidden), x)


def _matrix(init: str | Initializer, rows: int, columns: int, rng: Rng) -> Matrix:
    return [[Value(w) for w in row] for row in initial_weights(init, columns, rows, rng).tolist()]


def _linear(matrix: Matrix, x: list[Value]) -> list[Value]:
    return [dot(row, x) for row in matrix]


def _sum(a: list[Value], b: list[Value]) -> list[Value]:
    return [p + q for p, q in zip(a, b, strict=True)]


def _norm(x: list[Value]) -> list[Value]:
    scale = (dot(x, x) / len(x) + 1e-5) ** -0.5
    return [v * scale for v in x]
