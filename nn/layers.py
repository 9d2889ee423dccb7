"""Neurons, layers and what puts them together into networks: one `dot`, one `+`, one activation for each neuron.

A layer takes one sample, a list of numbers or Values, and gives a list of Values; a layer of width one gives a Value,
which the next layer accepts.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd import OPERATIONS, Value, softmax
from autograd.tables import short
from autograd.value import as_value, is_operand, make_node
from nn.initializers import Initializer, initial_weights
from nn.module import Index, Module
from nn.seeds import Rng, generator

DOT = OPERATIONS["dot"]
SOFTMAX_OF_ONE = "softmax of one output is always 1: use 'sigmoid' for one, or more outputs"

Sample = Sequence[Value | float] | Value
Init = str | Initializer | ArrayLike


def activation_named(name: str) -> Callable[[Value], Value] | None:
    """The function of an activation's name, None for "linear": any row of the table that takes one input.

    Raises ValueError, naming the common ones, for an unknown name.
    """
    if name == "linear":
        return None
    if not isinstance(name, str):
        raise TypeError(f"an activation is given by its name, such as 'relu', not {name!r}")
    operation = OPERATIONS.get(name)
    if operation is None or operation.arity is None or operation.arity - len(operation.defaults) != 1:
        hint = " (softmax looks at all outputs of a layer: give it to a Layer)" if name == "softmax" else ""
        raise ValueError(
            f"unknown activation {name!r}{hint}: use 'relu', 'tanh', 'sigmoid', 'linear', 'leaky_relu', 'elu', "
            "'softplus', 'silu', 'gelu' or any other operation of one input"
        )
    return getattr(Value, name, operation)  # a method needs no dispatch, which would be 5 percent of a neuron


class Neuron(Module):
    """activation(w · x + b) of `nin` inputs, as three nodes: a dot, a sum and the activation.

    w starts as `init` says, by default as in Keras (`xavier`, of Glorot and Bengio; micrograd's is `uniform`), and b at
    zero. `activation` is the name of a function of one input, "linear" for none; `nonlin=False`, micrograd's word, is
    "linear" too. `expand=True` writes the dot out as w₁x₁ + w₂x₂ + …, equal up to rounding, for lessons and pictures.
    `rng` is a NumPy generator or a seed; None draws its seed from Python's `random`. Raises ValueError unless it is
    called with `nin` inputs.

    >>> neuron = Neuron(2, "tanh", rng=0)
    >>> neuron
    TanhNeuron(2)
    >>> neuron([1.0, -2.0])
    Value(data=0.934105, grad=0)
    """

    def __init__(
        self,
        nin: int,
        activation: str = "relu",
        *,
        nonlin: bool = True,
        init: Init = "xavier",
        expand: bool = False,
        rng: Rng = None,
    ) -> None:
        check_width("a neuron needs a whole number of inputs", nin)
        self.activation = activation if nonlin else "linear"
        self.expand = expand
        self._activate = activation_named(self.activation)
        self.w = [Value(w) for w in initial_weights(init, nin, 1, rng)[0].tolist()]
        self.b = Value(0.0)

    def __call__(self, x: Sample) -> Value:
        return self.activate(as_inputs(x, len(self.w), self))

    def activate(self, x: Sequence[Value]) -> Value:
        """The output for inputs that are Values already and of the right number."""
        out = (self._expanded(x) if self.expand else make_node(DOT, (*self.w, *x))) + self.b
        return self._activate(out) if self._activate else out

    def _expanded(self, x: Sequence[Value]) -> Value:
        first, *others = (w * xi for w, xi in zip(self.w, x, strict=True))
        return sum(others, first)

    def own_parameters(self) -> Iterator[tuple[str, Index, Value]]:
        yield from (("weight", (0, i), w) for i, w in enumerate(self.w))
        yield "bias", (0,), self.b

    def __repr__(self) -> str:
        name = "ReLU" if self.activation == "relu" else self.activation.title().replace("_", "")
        return f"{name}Neuron({len(self.w)})"


class Layer(Module):
    """`nout` neurons that share their `nin` inputs. With one neuron it returns a Value, else a list of them.

    The activation "softmax" makes all outputs together a distribution. `init`, `expand` and `rng` as for a Neuron;
    `init` may be the weights themselves, of shape (nout, nin).

    >>> layer = Layer(2, 3, "softmax", rng=0)
    >>> round(sum(p.data for p in layer([1.0, -2.0])), 12)
    1.0
    """

    def __init__(
        self,
        nin: int,
        nout: int,
        activation: str = "relu",
        *,
        nonlin: bool = True,
        init: Init = "xavier",
        expand: bool = False,
        rng: Rng = None,
    ) -> None:
        check_width("a neuron needs a whole number of inputs", nin)
        check_width("a layer needs a whole number of neurons", nout)
        self.activation = activation if nonlin else "linear"
        if self.activation == "softmax" and nout == 1:
            raise ValueError(SOFTMAX_OF_ONE)
        each = "linear" if self.activation == "softmax" else self.activation
        weights = initial_weights(init, nin, nout, rng)
        self.neurons = [Neuron(nin, each, init=w, expand=expand) for w in weights]

    def __call__(self, x: Sample) -> Any:
        inputs = as_inputs(x, len(self.neurons[0].w), self)
        outputs = [neuron.activate(inputs) for neuron in self.neurons]
        if self.activation == "softmax":
            return softmax(outputs)
        return outputs[0] if len(outputs) == 1 else outputs

    def children(self) -> Iterator[tuple[str, Module]]:
        return iter(())  # the neurons are rows of this layer's arrays

    def own_parameters(self) -> Iterator[tuple[str, Index, Value]]:
        for i, neuron in enumerate(self.neurons):
            yield from (("weight", (i, j), w) for j, w in enumerate(neuron.w))
            yield "bias", (i,), neuron.b

    def title(self) -> str:
        return f"Layer {len(self.neurons[0].w)} → {len(self.neurons)}, {self.activation}"

    def __repr__(self) -> str:
        softmax = "Softmax" if self.activation == "softmax" else ""
        names = list(map(str, self.neurons))
        is_long = len(names) > 4 and len(set(names)) == 1
        return f"{softmax}Layer of [{f'{len(names)} × {names[0]}' if is_long else ', '.join(names)}]"


class Activation(Module):
    """An activation as a part of its own: of each input, in nested lists too, or softmax of all.

    A Sequential takes its name instead.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._activate = None if name == "softmax" else activation_named(name)

    def __call__(self, x: Any) -> Any:
        if self.name != "softmax" and isinstance(x, list) and x and isinstance(x[0], list):
            return [self(part) for part in x]
        inputs = as_inputs(x, None, self)
        if self.name == "softmax":
            if len(inputs) == 1:
                raise ValueError(SOFTMAX_OF_ONE)
            return softmax(inputs)
        return as_sample([self._activate(v) for v in inputs] if self._activate else inputs)

    def title(self) -> str:
        return f"Activation {self.name}"

    def __repr__(self) -> str:
        return f"Activation({self.name!r})"


class Sequential(Module):
    """Modules one after the other; a string among them is an activation. `model[i]` is the i-th, `len` their number.

    >>> model = Sequential(Layer(2, 8, "linear", init="he"), "relu", Layer(8, 1, "sigmoid", init="xavier"))
    >>> model([0.5, -1.0])
    Value(data=..., grad=0)
    >>> list(model.state_dict())
    ['0.weight', '0.bias', '2.weight', '2.bias']
    """

    def __init__(self, *modules: Module | str) -> None:
        for module in modules:
            if not isinstance(module, Module | str):
                raise TypeError(f"Sequential takes modules and names of activations, one by one, not {short(module)}")
        if not modules:
            raise ValueError("Sequential needs at least one module")
        self.layers = [Activation(m) if isinstance(m, str) else m for m in modules]

    def __call__(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x

    def batch(self, X: Any) -> list[Any]:
        for layer in self.layers:
            X = layer.batch(X)
        return list(X)

    def children(self) -> Iterator[tuple[str, Module]]:
        return ((str(i), layer) for i, layer in enumerate(self.layers))

    def __getitem__(self, i: int) -> Module:
        return self.layers[i]

    def __len__(self) -> int:
        return len(self.layers)

    def __repr__(self) -> str:
        return f"{type(self).__name__} of [{', '.join(map(str, self.layers))}]"


class MLP(Sequential):
    """A multilayer perceptron: layers of the widths `nouts`, all with `activation` but the last, which has `output`.

    `init`, `expand` and `rng` as for a Neuron.

    >>> model = MLP(2, [16, 16, 1], rng=1337)
    >>> len(model.parameters())
    337
    >>> model([0.5, -1.0])
    Value(data=..., grad=0)
    >>> model.summary()
              module                shapes                       parameters
    layers.0  Layer 2 → 16, relu    weight (16, 2), bias (16,)           48
    layers.1  Layer 16 → 16, relu   weight (16, 16), bias (16,)         272
    layers.2  Layer 16 → 1, linear  weight (1, 16), bias (1,)            17
                                    total                               337
    """

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        activation: str = "relu",
        *,
        output: str = "linear",
        init: str | Initializer = "xavier",
        expand: bool = False,
        rng: Rng = None,
    ) -> None:
        if np.ndim(nouts) != 1 or not len(nouts):
            raise ValueError("an MLP needs at least one layer: give the widths, as in MLP(2, [16, 16, 1])")
        rng = generator(rng)
        activations = [activation] * (len(nouts) - 1) + [output]
        super().__init__(
            *(
                Layer(n, m, name, init=init, expand=expand, rng=rng)
                for (n, m), name in zip(pairwise([nin, *nouts]), activations, strict=True)
            )
        )

    def children(self) -> Iterator[tuple[str, Module]]:
        return Module.children(self)  # named by the attribute: layers.0


def as_inputs(x: Any, nin: int | None, module: Module) -> list[Value]:
    """One sample as a list of Values: any sequence of numbers and Values, or a single one, of width one.

    Raises ValueError if the sample is not `nin` wide or there are several, TypeError if it holds anything else.
    """
    inputs: Any = [x] if is_operand(x) else x
    if type(inputs) is not list:
        if hasattr(inputs, "tolist"):  # an array, a tensor, a column of a table
            inputs = inputs.tolist()
        if isinstance(inputs, str | bytes | Mapping | Set) or not isinstance(inputs, Iterable):
            wide = "" if nin is None else f"{nin} "
            raise TypeError(f"{_short(module)} takes one sample, a list of {wide}numbers or Values, not {_brief(x)}")
        inputs = list(inputs)
    try:
        values = [v if type(v) is Value else as_value(v) for v in inputs]
    except TypeError:
        if all(isinstance(v, list | tuple | np.ndarray) for v in inputs):
            raise ValueError(
                f"{_short(module)} takes one sample, and this holds {len(inputs)}: model.predict(X) takes many, or "
                "write [model(x) for x in X]"
            ) from None
        raise
    if nin is not None and len(values) != nin:
        raise ValueError(f"{_short(module)} takes {nin} inputs, got {len(values)}")
    return values


def as_sample(values: list[Value]) -> Any:
    """Outputs as a layer gives them: a single one is no list."""
    return values[0] if len(values) == 1 else values


def check_width(need: str, n: Any) -> None:
    """Raise ValueError unless n is a whole number of at least one."""
    if not isinstance(n, int | np.integer) or n < 1:
        raise ValueError(f"{need}, at least one, not {short(n)}")


def _short(module: Module) -> str:
    text = repr(module)
    return text if len(text) <= 80 else f"a {type(module).__name__} ({text[:60]}…)"


def _brief(x: object) -> str:
    text = repr(x)
    return text if len(text) <= 80 else f"{text[:79]}…"
