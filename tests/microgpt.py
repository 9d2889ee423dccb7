"""A small GPT in microgpt's style, loops and lists over any class of Values; and a Value of that style to compare with.

After Andrej Karpathy's microgpt (2026): RMS norm without weights, no biases, relu, one matrix in each place.
"""

import math
import random
from typing import Any

# fmt: off
NAMES = [
    "ada", "alan", "alma", "anna", "ben", "bob", "cara", "carl", "cora", "dana", "dean", "dora", "ed",
    "elia", "ella", "emma", "enid", "eva", "finn", "flora", "gina", "greta", "hal", "hana", "hugo", "ida",
    "ines", "iris", "ivan", "jack", "jana", "jonas", "kai", "kira", "lars", "lea", "lena", "leo", "lina",
    "lola", "luca", "maja", "mara", "mia", "milo", "mona", "nina", "noah", "nora", "olga", "otto", "paul",
    "rita", "rosa", "sara", "stella", "tara", "theo", "tim", "toni", "una", "vera", "viola", "willa", "yara",
    "zoe",
]
# fmt: on
LETTERS = "abcdefghijklmnopqrstuvwxyz"
END = len(LETTERS)


class Peer:
    """A number with its children and the local gradients toward them, swept over by recursion."""

    __slots__ = ("_children", "_local_grads", "data", "grad")

    def __init__(self, data: float, children: tuple = (), local_grads: tuple = ()) -> None:
        self.data = data
        self.grad = 0.0
        self._children = children
        self._local_grads = local_grads

    def __add__(self, other: Any) -> "Peer":
        other = other if isinstance(other, Peer) else Peer(other)
        return Peer(self.data + other.data, (self, other), (1, 1))

    def __mul__(self, other: Any) -> "Peer":
        other = other if isinstance(other, Peer) else Peer(other)
        return Peer(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, n: float) -> "Peer":
        return Peer(self.data**n, (self,), (n * self.data ** (n - 1),))

    def log(self) -> "Peer":
        return Peer(math.log(self.data), (self,), (1 / self.data,))

    def exp(self) -> "Peer":
        y = math.exp(self.data)
        return Peer(y, (self,), (y,))

    def relu(self) -> "Peer":
        return Peer(max(0.0, self.data), (self,), (float(self.data > 0),))

    def __neg__(self) -> "Peer":
        return self * -1

    def __sub__(self, other: Any) -> "Peer":
        return self + (-other)

    def __rsub__(self, other: Any) -> "Peer":
        return other + (-self)

    def __truediv__(self, other: Any) -> "Peer":
        return self * other**-1

    def __rtruediv__(self, other: Any) -> "Peer":
        return other * self**-1

    __radd__ = __add__
    __rmul__ = __mul__

    def backward(self) -> None:
        order, seen = [], set()

        def visit(v: "Peer") -> None:
            if v not in seen:
                seen.add(v)
                for child in v._children:
                    visit(child)
                order.append(v)

        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            for child, local_grad in zip(v._children, v._local_grads, strict=True):
                child.grad += local_grad * v.grad


def linear(x: list, rows: list) -> list:
    return [sum(w * xi for w, xi in zip(row, x, strict=True)) for row in rows]


def softmax(scores: list) -> list:
    largest = max(v.data for v in scores)
    powers = [(v - largest).exp() for v in scores]
    total = sum(powers)
    return [p / total for p in powers]


def normed(x: list) -> list:
    scale = (sum(xi * xi for xi in x) / len(x) + 1e-5) ** -0.5
    return [xi * scale for xi in x]


class GPT:
    """The weights and the forward pass. `pick` looks up a row or a number by its index."""

    def __init__(
        self,
        kind: Any,
        *,
        width: int = 16,
        heads: int = 4,
        layers: int = 1,
        context: int = 16,
        pick: Any = None,
        seed: int = 42,
    ) -> None:
        rng = random.Random(seed)
        matrix = lambda n, m: [[kind(rng.gauss(0, 0.08)) for _ in range(m)] for _ in range(n)]  # noqa: E731
        self.heads, self.pick = heads, pick or (lambda i, xs: xs[i])
        self.tokens, self.positions, self.scores = (matrix(n, width) for n in (END + 1, context, END + 1))
        self.layers = [
            {name: matrix(width, width) for name in ("query", "key", "value", "out")}
            | {"up": matrix(4 * width, width), "down": matrix(width, 4 * width)}
            for _ in range(layers)
        ]
        matrices = [self.tokens, self.positions, self.scores, *(m for layer in self.layers for m in layer.values())]
        self.parameters = [p for m in matrices for row in m for p in row]

    def activation(self, x: Any) -> Any:
        return x.relu()

    def placed(self, x: list, position: int) -> list:
        """A query or a key, for positions that turn them."""
        return x

    def projected(self, x: list, layer: dict, name: str) -> list:
        return linear(x, layer[name])

    def fed_forward(self, x: list, layer: dict) -> list:
        return linear([self.activation(h) for h in linear(x, layer["up"])], layer["down"])

    def __call__(self, token: Any, position: int, keys: list, values: list) -> list:
        """The scores of what follows a token; keys and values of the positions before are kept, for each layer."""
        x = normed([a + b for a, b in zip(self.pick(token, self.tokens), self.positions[position], strict=True)])
        for k, layer in enumerate(self.layers):
            before, x = x, normed(x)
            query = self.placed(self.projected(x, layer, "query"), position)
            keys[k].append(self.placed(linear(x, layer["key"]), position))
            values[k].append(self.projected(x, layer, "value"))
            size, seen = len(x) // self.heads, []
            for start in range(0, len(x), size):
                part = slice(start, start + size)
                scores = [
                    sum(a * b for a, b in zip(query[part], key[part], strict=True)) / size**0.5 for key in keys[k]
                ]
                weights = softmax(scores)
                seen += [
                    sum(w * v[j] for w, v in zip(weights, values[k], strict=True)) for j in range(start, start + size)
                ]
            x = [a + b for a, b in zip(linear(seen, layer["out"]), before, strict=True)]
            x = [a + b for a, b in zip(x, self.fed_forward(normed(x), layer), strict=True)]
        return linear(x, self.scores)

    def losses(self, tokens: list, targets: list) -> list:
        keys, values = ([[] for _ in self.layers] for _ in range(2))
        pairs = enumerate(zip(tokens, targets, strict=True))
        return [-self.pick(b, softmax(self(a, k, keys, values))).log() for k, (a, b) in pairs]

    def loss(self, tokens: list, targets: list) -> Any:
        losses = self.losses(tokens, targets)
        return (1 / len(losses)) * sum(losses)

    def masked(self, tokens: list, targets: list, mask: list) -> Any:
        """The mean over the positions that count, those that a name was padded with left out."""
        return sum(m * x for m, x in zip(mask, self.losses(tokens, targets), strict=True)) / sum(mask)


def document(name: str) -> tuple[list[int], list[int]]:
    """The tokens of a name, and those that follow."""
    tokens = [END, *map(LETTERS.index, name), END]
    return tokens[:-1], tokens[1:]


def padded(name: str, length: int) -> tuple[list[int], list[int], list[int]]:
    tokens, targets = document(name)
    rest = length - len(tokens)
    return tokens + rest * [END], targets + rest * [END], [1] * len(tokens) + rest * [0]
