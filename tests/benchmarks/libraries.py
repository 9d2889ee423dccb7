"""The replay's workloads in PyTorch, JAX and CasADi, for those that are installed.

Each function returns a step without inputs that computes the loss and its gradient once more, and the function that
turns the step's result into (loss, gradient), flat and in the order of our parameters. Everything is float64.
"""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.by_hand import Layers

Array = NDArray[np.float64]


class Contender(NamedTuple):
    step: Callable[[], Any]
    read: Callable[[Any], tuple[float, Array]]
    parameters: tuple[Any, ...] = ()


def flat(layers: Any) -> Array:
    """Weights (inputs, outputs) and biases as our parameters are ordered: neuron by neuron, its w and then its b."""
    return np.concatenate([np.column_stack([*np.asarray(W), np.asarray(b)]).ravel() for W, b in layers])


def is_installed(name: str) -> bool:
    return find_spec(name) is not None


def torch_step(layers: Layers, loss_of: Callable[..., Any], *data: Array) -> Contender:
    """PyTorch as it comes: the loss on matrices, and `backward()`."""
    import torch

    tensors = [tuple(torch.tensor(p, requires_grad=True) for p in layer) for layer in layers]
    given = [torch.tensor(x) for x in data]

    def step() -> Any:
        for layer in tensors:
            for p in layer:
                p.grad = None
        loss = loss_of(torch, tensors, *given)
        loss.backward()
        return loss

    def read(loss: Any) -> tuple[float, Array]:
        return loss.item(), flat(
            [[np.zeros(p.shape) if p.grad is None else p.grad.numpy() for p in layer] for layer in tensors]
        )

    return Contender(step, read, tuple(p for layer in tensors for p in layer))


def torch_gpt(weights: dict[str, Array], heads: int, tokens: NDArray[np.intp], targets: NDArray[np.intp]) -> Contender:
    """W5 in PyTorch, with what it has for RMS norm, attention and cross-entropy."""
    import torch

    functional = torch.nn.functional

    w = {name: torch.tensor(matrix, requires_grad=True) for name, matrix in weights.items()}
    ids, follows = torch.tensor(tokens), torch.tensor(targets).reshape(-1)
    count, n = tokens.shape
    width = weights["tokens"].shape[1]

    def split(x: Any) -> Any:
        return x.reshape(count, n, heads, -1).transpose(1, 2)

    def normed(x: Any) -> Any:
        return functional.rms_norm(x, (width,), eps=1e-5)

    def step() -> Any:
        for p in w.values():
            p.grad = None
        x = normed(functional.embedding(ids, w["tokens"]) + w["positions"][:n])
        a = normed(x)
        q, k, v = (split(a @ w[name].T) for name in ("query", "key", "value"))
        seen = functional.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(count, n, width)
        y = seen @ w["out"].T + x
        z = (normed(y) @ w["up"].T).relu() @ w["down"].T + y
        loss = functional.cross_entropy((z @ w["scores"].T).reshape(count * n, -1), follows)
        loss.backward()
        return loss

    def read(loss: Any) -> tuple[float, Array]:
        return loss.item(), np.concatenate([p.grad.numpy().ravel() for p in w.values()])

    return Contender(step, read)


def jax_step(layers: Layers, loss_of: Callable[..., Any], *data: Array) -> Contender:
    """JAX with `jit`, compiled before it is timed."""
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp

    given = [jnp.asarray(x) for x in data]
    arrays = [tuple(map(jnp.asarray, layer)) for layer in layers]
    both = jax.jit(jax.value_and_grad(lambda layers: loss_of(jnp, layers, *given)))

    def step() -> Any:
        return jax.block_until_ready(both(arrays))

    return Contender(step, lambda result: (float(result[0]), flat(result[1])))


def casadi_step(variables: Array, loss_of: Callable[[list[Any]], Any]) -> Contender:
    """CasADi's scalar graph SX of a loss of single numbers, with its gradient as one function."""
    import casadi

    x = casadi.SX.sym("x", len(variables))
    loss = loss_of([x[i] for i in range(len(variables))])
    both = casadi.Function("both", [x], [loss, casadi.gradient(loss, x)])
    given = casadi.DM(variables)
    return Contender(lambda: both(given), lambda result: (float(result[0]), np.array(result[1]).ravel()))


# ---- the losses on matrices, in the words that PyTorch and JAX share


def outputs(xp: Any, layers: Any, X: Any) -> Any:
    for W, b in layers[:-1]:
        X = xp.maximum(X @ W + b, xp.zeros_like(b))
    W, b = layers[-1]
    return X @ W + b


def max_margin(xp: Any, layers: Any, X: Any, t: Any) -> Any:
    margins = 1.0 - t * outputs(xp, layers, X)
    penalty = sum((p * p).sum() for layer in layers for p in layer)
    return xp.maximum(margins, xp.zeros_like(margins)).mean() + 1e-4 * penalty


def cross_entropy(xp: Any, layers: Any, X: Any, distributions: Any) -> Any:
    z = outputs(xp, layers, X)
    logsumexp = xp.logsumexp(z, 1) if hasattr(xp, "logsumexp") else import_jax_logsumexp()(z, 1)
    return (logsumexp - (z * distributions).sum(1)).mean()


def import_jax_logsumexp() -> Callable[..., Any]:
    from jax.nn import logsumexp

    return logsumexp  # type: ignore[no-any-return]


def convolution(torch: Any, layers: Any, images: Any, labels: Any) -> Any:
    """W6, in PyTorch's own functions."""
    (W, b), (V, c) = layers
    maps = torch.nn.functional.conv2d(images[:, None], W.T.reshape(-1, 1, 3, 3), b).relu()
    outputs = maps.permute(0, 2, 3, 1).reshape(len(images), -1) @ V + c
    return torch.nn.functional.cross_entropy(outputs, labels)


def rosenbrock(xp: Any, layers: Any) -> Any:
    (((x,), _),) = layers
    u = x[1:] - x[:-1] ** 2
    v = 1.0 - x[:-1]
    return 100.0 * (u * u).sum() + (v * v).sum()
