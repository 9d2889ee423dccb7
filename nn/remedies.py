"""What keeps deep networks trainable and large ones honest: residual connections, normalisation, dropout."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from autograd import Value, mean, sqrt
from autograd.tables import short
from autograd.value import as_value, is_operand
from nn.layers import Sample, as_inputs, as_sample, check_width
from nn.module import Module
from nn.seeds import Rng, generator


class Residual(Module):
    """x + module(x): a way past the module, along which the gradient flows undiminished.

    K. He, X. Zhang, S. Ren and J. Sun, Deep Residual Learning for Image Recognition, 2016. Raises ValueError if the
    module gives more or fewer outputs than it has inputs.

    >>> from nn import Layer
    >>> block = Residual(Layer(2, 2, "tanh", init="zeros"))
    >>> [y.data for y in block([0.5, -1.0])]
    [0.5, -1.0]
    """

    def __init__(self, module: Module) -> None:
        if not isinstance(module, Module):
            raise TypeError(f"Residual takes a module, not {short(module)}")
        self.module = module

    def __call__(self, x: Sample) -> Any:
        inputs = as_inputs(x, None, self)
        return self._past(inputs, self.module(inputs))

    def batch(self, X: Iterable[Any]) -> list[Any]:
        rows = [as_inputs(x, None, self) for x in X]
        return [self._past(x, y) for x, y in zip(rows, self.module.batch(rows), strict=True)]

    def _past(self, inputs: list[Value], y: Any) -> Any:
        outputs = [y] if is_operand(y) else y
        if len(outputs) != len(inputs):
            raise ValueError(
                f"Residual adds its inputs to the outputs of {self.module.title()}: {len(inputs)} inputs do not go "
                f"with {len(outputs)} outputs"
            )
        return as_sample([a + b for a, b in zip(inputs, outputs, strict=True)])

    def __repr__(self) -> str:
        return f"Residual({self.module!r})"


class Dropout(Module):
    """In training each input is set to 0 with probability p and otherwise divided by 1 − p, so that the mean stays.

    N. Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from Overfitting, 2014. In evaluation the
    inputs go through unchanged. `mask` holds the factors of the last call. `rng` is a NumPy generator or a seed. Raises
    ValueError unless 0 ≤ p < 1.

    >>> dropout = Dropout(0.5, rng=0)
    >>> [y.data for y in dropout([1.0, 2.0, 3.0, 4.0])]
    [2.0, 0.0, 0.0, 0.0]
    >>> [y.data for y in dropout.eval()([1.0, 2.0, 3.0, 4.0])]
    [1.0, 2.0, 3.0, 4.0]
    """

    def __init__(self, p: float = 0.5, *, rng: Rng = None) -> None:
        if not 0 <= p < 1:
            raise ValueError(f"dropout needs a probability of at least 0 and below 1, got {p}")
        self.p = p
        self.rng = generator(rng)
        self.mask: list[Value] = []

    def __call__(self, x: Sample) -> Any:
        inputs = as_inputs(x, None, self)
        if not self.training or not self.p:
            return as_sample(inputs)
        draw = _drawer.get()
        factors = self.factors(len(inputs)) if draw is None else draw(self, len(inputs))
        self.mask = [as_value(m) for m in factors]
        return as_sample([v * m for v, m in zip(inputs, self.mask, strict=True)])

    def factors(self, n: int) -> list[float]:
        """The factors of n inputs, drawn anew: 0 or 1 / (1 − p)."""
        return [0.0 if u < self.p else 1 / (1 - self.p) for u in self.rng.random(n).tolist()]

    def title(self) -> str:
        return f"Dropout {self.p:g}"

    def __repr__(self) -> str:
        return f"Dropout({self.p:g})"


_drawer: ContextVar[Callable[[Dropout, int], list[Any]]] = ContextVar(
    "drawer", default=lambda dropout, n: dropout.factors(n)
)


@contextmanager
def drawing(factor: Callable[[], Any]) -> Iterator[list[tuple[Dropout, list[Any]]]]:
    """Within it dropouts get each factor from this function, not from their generators; yields who got which."""
    drawn: list[tuple[Dropout, list[Any]]] = []

    def draw(dropout: Dropout, n: int) -> list[Any]:
        drawn.append((dropout, [factor() for _ in range(n)]))
        return drawn[-1][1]

    token = _drawer.set(draw)
    try:
        yield drawn
    finally:
        _drawer.reset(token)


class BatchNorm(Module):
    """Each of n inputs normalised over the batch: weight · (x − mean) / √(variance + eps) + bias.

    S. Ioffe and C. Szegedy, Batch Normalization, 2015. In training it needs the whole batch, `model.batch(X)`, and
    keeps running statistics, r ← (1 − momentum) · r + momentum · statistic (the variance with n − 1 below, as in
    PyTorch); in evaluation it uses those, on single samples too. Raises ValueError in training for a single sample.

    >>> norm = BatchNorm(1)
    >>> [round(y.data, 4) for y in norm.batch([[1.0], [2.0], [3.0]])]
    [-1.2247, 0.0, 1.2247]
    >>> norm.running_mean, norm.running_var
    (array([0.2]), array([1.]))
    """

    buffer_names = ("running_mean", "running_var", "num_batches_tracked")
    couples_samples = True

    def __init__(self, n: int, *, eps: float = 1e-5, momentum: float = 0.1) -> None:
        check_width("batch normalisation needs a whole number of inputs", n)
        _check_eps(eps)
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum must be between 0 and 1, got {momentum}")
        self.eps = eps
        self.momentum = momentum
        self.weight = [Value(1.0) for _ in range(n)]
        self.bias = [Value(0.0) for _ in range(n)]
        self.running_mean = np.zeros(n)
        self.running_var = np.ones(n)
        self.num_batches_tracked = np.array(0)

    def __call__(self, x: Sample) -> Any:
        inputs = as_inputs(x, len(self.weight), self)
        if self.training:
            raise ValueError(
                "batch normalisation looks at a whole batch in training: call model.batch(X) with several samples, or "
                "model.eval() first to use the running statistics"
            )
        centres, scales = self.running_mean.tolist(), np.sqrt(self.running_var + self.eps).tolist()
        columns = zip(inputs, centres, scales, self.weight, self.bias, strict=True)
        return as_sample([(x - centre) / scale * w + b for x, centre, scale, w, b in columns])

    def batch(self, X: Iterable[Any]) -> list[Any]:
        if not self.training:
            return super().batch(X)
        rows = [as_inputs(x, len(self.weight), self) for x in X]
        if len(rows) < 2:
            raise ValueError(
                f"batch normalisation needs at least two samples in training, got {len(rows)}: make batches larger, or "
                "call model.eval() first to use the running statistics"
            )
        columns = [self._normalised(j, column) for j, column in enumerate(zip(*rows, strict=True))]
        self._track(np.array([[v.data for v in row] for row in rows]))
        return [as_sample(list(row)) for row in zip(*columns, strict=True)]

    def _normalised(self, j: int, xs: tuple[Value, ...]) -> list[Value]:
        centre = mean(xs)
        distances = [x - centre for x in xs]
        variance = mean([d * d for d in distances])
        scale = self.weight[j] / sqrt(variance + self.eps)
        return [d * scale + self.bias[j] for d in distances]

    def _track(self, data: np.ndarray[Any, Any]) -> None:
        """New arrays, not changed ones: whoever keeps the old ones has the statistics before this batch."""
        with np.errstate(all="ignore"):
            old = 1 - self.momentum
            self.running_mean = old * self.running_mean + self.momentum * data.mean(axis=0)
            self.running_var = old * self.running_var + self.momentum * data.var(axis=0, ddof=1)
        self.num_batches_tracked = self.num_batches_tracked + 1

    def title(self) -> str:
        return f"BatchNorm {len(self.weight)}"

    def __repr__(self) -> str:
        return f"BatchNorm({len(self.weight)})"


class LayerNorm(Module):
    """The n inputs of a sample normalised among themselves: weight · (x − mean) / √(variance + eps) + bias.

    J. L. Ba, J. R. Kiros and G. E. Hinton, Layer Normalization, 2016. No other sample has a part in it, so that it is
    the same in training and in evaluation. The variance has n below.

    >>> norm = LayerNorm(3)
    >>> [round(y.data, 4) for y in norm([1.0, 2.0, 3.0])]
    [-1.2247, 0.0, 1.2247]
    """

    def __init__(self, n: int, *, eps: float = 1e-5) -> None:
        check_width("layer normalisation needs a whole number of inputs", n)
        _check_eps(eps)
        self.eps = eps
        self.weight = [Value(1.0) for _ in range(n)]
        self.bias = [Value(0.0) for _ in range(n)]

    def __call__(self, x: Sample) -> Any:
        inputs = as_inputs(x, len(self.weight), self)
        centre = mean(inputs)
        distances = [v - centre for v in inputs]
        size = sqrt(mean([d * d for d in distances]) + self.eps)
        return as_sample([d / size * w + b for d, w, b in zip(distances, self.weight, self.bias, strict=True)])

    def title(self) -> str:
        return f"LayerNorm {len(self.weight)}"

    def __repr__(self) -> str:
        return f"LayerNorm({len(self.weight)})"


class RMSNorm(Module):
    """The n inputs of a sample over their root mean square: weight · x / √(mean of x² + eps).

    B. Zhang and R. Sennrich, Root Mean Square Layer Normalization, 2019. `eps` is PyTorch's, the rounding of floats.

    >>> [round(y.data, 4) for y in RMSNorm(2)([3.0, 4.0])]
    [0.8485, 1.1314]
    """

    def __init__(self, n: int, *, eps: float = sys.float_info.epsilon) -> None:
        check_width("RMS normalisation needs a whole number of inputs", n)
        _check_eps(eps)
        self.eps = eps
        self.weight = [Value(1.0) for _ in range(n)]

    def __call__(self, x: Sample) -> Any:
        inputs = as_inputs(x, len(self.weight), self)
        size = sqrt(mean([v * v for v in inputs]) + self.eps)
        return as_sample([v / size * w for v, w in zip(inputs, self.weight, strict=True)])

    def title(self) -> str:
        return f"RMSNorm {len(self.weight)}"

    def __repr__(self) -> str:
        return f"RMSNorm({len(self.weight)})"


def _check_eps(eps: float) -> None:
    if not eps > 0:
        raise ValueError(f"eps must be above zero, got {eps}")
