"""Neurons, layers and multilayer perceptrons: Values for parameters, one `dot`, one `+`, one activation a neuron."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from autograd import OPERATIONS, Value
from autograd.value import as_value, is_operand, make_node

DOT = OPERATIONS["dot"]

Rng = np.random.Generator | int | None
Sample = Sequence[Value | float] | Value


def activation_named(name: str) -> Callable[[Value], Value] | None:
    """The function of an activation's name, None for "linear": any row of the table that takes one input.

    Raises ValueError, naming the common ones, for an unknown name.
    """
    if name == "linear":
        return None
    operation = OPERATIONS.get(name)
    if operation is None or operation.arity is None or operation.arity - len(operation.defaults) != 1:
        raise ValueError(
            f"unknown activation {name!r}: use 'relu', 'tanh', 'sigmoid', 'linear', 'leaky_relu', 'elu', 'softplus', "
            "'silu', 'gelu' or any other operation of one input"
        )
    return getattr(Value, name, operation)


class Module:
    """A part of a network: something with parameters, called with one sample."""

    def parameters(self) -> list[Value]:
        """The Values that training changes."""
        return []

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to zero."""
        for p in self.parameters():
            p.grad = 0.0


class Neuron(Module):
    """activation(w · x + b) of `nin` inputs, as three nodes: a dot, a sum and the activation.

    w starts uniform in [−1, 1] and b at zero, as in micrograd. `activation` is the name of a function of one input,
    "linear" for none; `nonlin=False` says "linear" in micrograd's words. `rng` is a NumPy generator or a seed; None
    draws fresh entropy. Raises ValueError for inputs that are not `nin` in number.

    >>> neuron = Neuron(2, "tanh", rng=0)
    >>> neuron
    TanhNeuron(2)
    >>> neuron([1.0, -2.0])
    Value(data=0.832054, grad=0)
    """

    def __init__(self, nin: int, activation: str = "relu", *, nonlin: bool = True, rng: Rng = None) -> None:
        if not isinstance(nin, int | np.integer) or nin < 1:
            raise ValueError(f"a neuron needs a whole number of inputs, at least one, not {nin!r}")
        rng = np.random.default_rng(rng)
        self.activation = activation if nonlin else "linear"
        self._activate = activation_named(self.activation)
        self.w = [Value(w) for w in rng.uniform(-1.0, 1.0, nin)]
        self.b = Value(0.0)

    def __call__(self, x: Sample) -> Value:
        return self.activate(as_inputs(x, len(self.w), self))

    def activate(self, x: Sequence[Value]) -> Value:
        """The output for inputs that are Values already and of the right number."""
        out = make_node(DOT, (*self.w, *x)) + self.b
        return self._activate(out) if self._activate else out

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]

    def __repr__(self) -> str:
        name = "ReLU" if self.activation == "relu" else self.activation.title().replace("_", "")
        return f"{name}Neuron({len(self.w)})"


class Layer(Module):
    """`nout` neurons that share their `nin` inputs. With one neuron it returns a Value, else a list of them."""

    def __init__(self, nin: int, nout: int, activation: str = "relu", *, nonlin: bool = True, rng: Rng = None) -> None:
        if not isinstance(nout, int | np.integer) or nout < 1:
            raise ValueError(f"a layer needs a whole number of neurons, at least one, not {nout!r}")
        rng = np.random.default_rng(rng)
        self.neurons = [Neuron(nin, activation, nonlin=nonlin, rng=rng) for _ in range(nout)]

    def __call__(self, x: Sample) -> Any:
        inputs = as_inputs(x, len(self.neurons[0].w), self)
        outputs = [neuron.activate(inputs) for neuron in self.neurons]
        return outputs[0] if len(outputs) == 1 else outputs

    def parameters(self) -> list[Value]:
        return [p for neuron in self.neurons for p in neuron.parameters()]

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(map(str, self.neurons))}]"


class MLP(Module):
    """A multilayer perceptron: layers of the widths `nouts`, all with the activation but the last, which is linear.

    >>> model = MLP(2, [16, 16, 1], rng=1337)
    >>> len(model.parameters())
    337
    >>> model([0.5, -1.0])
    Value(data=..., grad=0)
    """

    def __init__(self, nin: int, nouts: Sequence[int], activation: str = "relu", *, rng: Rng = None) -> None:
        if np.ndim(nouts) != 1 or not len(nouts):
            raise ValueError("an MLP needs at least one layer: give the widths, as in MLP(2, [16, 16, 1])")
        rng = np.random.default_rng(rng)
        widths = [nin, *nouts]
        self.layers = [
            Layer(n, m, "linear" if i == len(nouts) - 1 else activation, rng=rng)
            for i, (n, m) in enumerate(pairwise(widths))
        ]

    def __call__(self, x: Sample) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(map(str, self.layers))}]"


def as_inputs(x: Sample, nin: int, module: Module) -> list[Value]:
    """One sample as a list of Values; a single number or Value is a sample of width one.

    Raises ValueError where the sample is not `nin` wide, TypeError where it holds anything but numbers and Values.
    """
    inputs: Any = [x] if is_operand(x) else x
    if type(inputs) is not list and not isinstance(inputs, tuple | np.ndarray):
        raise TypeError(f"{_short(module)} takes one sample, a list of {nin} numbers or Values, not {x!r}")
    if isinstance(inputs, np.ndarray) and inputs.ndim != 1:
        raise ValueError(f"{_short(module)} takes one sample of {nin} inputs, not an array of shape {inputs.shape}")
    values = [v if type(v) is Value else as_value(v) for v in inputs]
    if len(values) != nin:
        raise ValueError(f"{_short(module)} takes {nin} inputs, got {len(values)}")
    return values


def _short(module: Module) -> str:
    text = repr(module)
    return text if len(text) <= 80 else f"a {type(module).__name__} ({text[:60]}…)"
