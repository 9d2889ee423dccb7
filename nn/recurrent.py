"""A recurrent network, unrolled: backpropagation through time is backpropagation on a longer graph."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd import Value
from autograd.value import as_value, is_operand
from nn.initializers import initial_weights
from nn.layers import Init, Neuron, as_inputs, as_sample, check_width
from nn.module import Index, Module
from nn.seeds import Rng


class Recurrent(Module):
    """hₜ = activation(W xₜ + U hₜ₋₁ + b) from h₀ = 0: the same weights at every step, so that their gradients add up.

    J. L. Elman, Finding Structure in Time, 1990. Called with one sequence, a list of steps of `nin` inputs each
    (numbers, where nin is 1), it gives the last state of `nhidden` numbers, or with `return_sequences=True` the list of
    all. `step(x, h)` is one step, for unrolling by hand. Each hidden unit is a Neuron of nin + nhidden inputs; `init`
    is of that width. The names in `state_dict()` are those of `torch.nn.RNN`, whose second bias is zero here, and is
    added to the first when loaded. Raises ValueError for an empty sequence.

    >>> memory = Recurrent(1, 2, rng=0)
    >>> h = memory([1.0, 0.0, -1.0])
    >>> len(h), len(memory.parameters())
    (2, 8)
    """

    buffer_names = ("bias_hh_l0",)

    def __init__(
        self,
        nin: int,
        nhidden: int,
        activation: str = "tanh",
        *,
        return_sequences: bool = False,
        init: Init = "xavier",
        rng: Rng = None,
    ) -> None:
        check_width("a recurrent network needs a whole number of inputs", nin)
        check_width("a recurrent network needs a whole number of hidden units", nhidden)
        self.nin = nin
        self.return_sequences = return_sequences
        weights = initial_weights(init, nin + nhidden, nhidden, rng)
        self.neurons = [Neuron(nin + nhidden, activation, init=w) for w in weights]

    def __call__(self, sequence: Any, h: Any = None) -> Any:
        if is_operand(sequence) or not hasattr(sequence, "__len__") or not len(sequence):
            raise ValueError(f"a recurrent network takes a sequence of at least one step, not {sequence!r}")
        state: Any = [as_value(0.0)] * len(self.neurons) if h is None else h
        states = []
        for x in sequence:
            state = self.step(x, state)
            states.append(as_sample(state))
        return states if self.return_sequences else states[-1]

    def step(self, x: Any, h: Any) -> list[Value]:
        """The state after one more step with the inputs x from the state h."""
        before = as_inputs(h, None, self)
        if len(before) != len(self.neurons):
            raise ValueError(f"the state of {self!r} has {len(self.neurons)} numbers, got {len(before)}")
        inputs = [*as_inputs(x, self.nin, self), *before]
        return [neuron.activate(inputs) for neuron in self.neurons]

    def children(self) -> Iterator[tuple[str, Module]]:
        return iter(())  # the neurons are rows of this module's arrays

    def own_parameters(self) -> Iterator[tuple[str, Index, Value]]:
        for i, neuron in enumerate(self.neurons):
            yield from (("weight_ih_l0", (i, j), w) for j, w in enumerate(neuron.w[: self.nin]))
            yield from (("weight_hh_l0", (i, j), w) for j, w in enumerate(neuron.w[self.nin :]))
            yield "bias_ih_l0", (i,), neuron.b

    @property
    def bias_hh_l0(self) -> np.ndarray[Any, Any]:
        """PyTorch's second bias: always zero, since it is only ever added to the first."""
        return np.zeros(len(self.neurons))

    @bias_hh_l0.setter
    def bias_hh_l0(self, bias: np.ndarray[Any, Any]) -> None:
        for neuron, b in zip(self.neurons, bias.tolist(), strict=True):
            neuron.b.data += b

    def title(self) -> str:
        return f"Recurrent {self.nin} → {len(self.neurons)}, {self.neurons[0].activation}"

    def __repr__(self) -> str:
        return f"Recurrent({self.nin}, {len(self.neurons)}, {self.neurons[0].activation!r})"
