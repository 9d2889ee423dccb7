"""Networks on sequences, unrolled: backpropagation through time is backpropagation on a longer graph."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd import Value, dot, sigmoid, tanh
from autograd.tables import short
from autograd.value import as_value, is_operand
from nn.initializers import initial_weights
from nn.layers import Init, Neuron, as_inputs, as_sample, check_width
from nn.module import Index, Module
from nn.seeds import Rng


class _Unrolled(Module):
    """A step with the same weights for each part of a sequence, from the state that the step before has left."""

    def __init__(self, nin: int, nhidden: int, return_sequences: bool) -> None:
        check_width("a recurrent network needs a whole number of inputs", nin)
        check_width("a recurrent network needs a whole number of hidden units", nhidden)
        self.nin, self.nhidden, self.return_sequences = nin, nhidden, return_sequences

    def __call__(self, sequence: Any, h: Any = None) -> Any:
        states, _ = self.run(sequence, h)
        return states if self.return_sequences else states[-1]

    def run(self, sequence: Any, state: Any = None) -> tuple[list[Any], Any]:
        """The hidden states after each step, and the state at the end, from which a later call may go on."""
        if is_operand(sequence) or not hasattr(sequence, "__len__") or not len(sequence):
            raise ValueError(f"a recurrent network takes a sequence of at least one step, not {short(sequence)}")
        state = self.start() if state is None else state
        states = []
        for i, x in enumerate(sequence):
            try:
                state = self.step(x, state)
            except ValueError as error:
                error.add_note(f"in step {i} of {len(sequence)}")
                raise
            states.append(as_sample(self.shown(state)))
        return states, state

    def start(self) -> Any:
        """The state before the first step: zeros."""
        return [as_value(0.0)] * self.nhidden

    def step(self, x: Any, h: Any) -> Any:
        """The state after one more step with the inputs x from the state h."""
        raise NotImplementedError

    def shown(self, state: Any) -> list[Value]:
        """What others see of a state."""
        return list(state)

    def units(self, h: Any) -> list[Value]:
        """A state's numbers as Values. Raises ValueError unless there is one for each unit."""
        values = as_inputs(h, None, self)
        if len(values) != self.nhidden:
            raise ValueError(f"the state of {self!r} has {self.nhidden} numbers, got {len(values)}")
        return values

    def title(self) -> str:
        return f"{type(self).__name__} {self.nin} → {self.nhidden}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.nin}, {self.nhidden})"


class Recurrent(_Unrolled):
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
        super().__init__(nin, nhidden, return_sequences)
        weights = initial_weights(init, nin + nhidden, nhidden, rng)
        self.neurons = [Neuron(nin + nhidden, activation, init=w) for w in weights]

    def step(self, x: Any, h: Any) -> list[Value]:
        inputs = [*as_inputs(x, self.nin, self), *self.units(h)]
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
        return f"{super().title()}, {self.neurons[0].activation}"

    def __repr__(self) -> str:
        return f"Recurrent({self.nin}, {self.nhidden}, {self.neurons[0].activation!r})"


class _Gated(_Unrolled):
    """Several gates for each unit, which look at the inputs and at the state; a gate's rows stand one after another."""

    gates: int

    def __init__(
        self, nin: int, nhidden: int, *, return_sequences: bool = False, init: Init = "xavier", rng: Rng = None
    ) -> None:
        super().__init__(nin, nhidden, return_sequences)
        rows = initial_weights(init, nin + nhidden, self.gates * nhidden, rng).tolist()
        self.weight_ih_l0 = [[Value(w) for w in row[:nin]] for row in rows]
        self.weight_hh_l0 = [[Value(w) for w in row[nin:]] for row in rows]
        self.bias_ih_l0 = [Value(0.0) for _ in rows]
        self.bias_hh_l0 = [Value(0.0) for _ in rows]

    def scores(self, x: Any, units: list[Value]) -> Iterator[list[tuple[Value, Value]]]:
        """Unit by unit the pairs of its gates: W xₜ + b, from the inputs, and U hₜ₋₁ + d, from the state."""
        inputs = as_inputs(x, self.nin, self)
        seen = [dot(w, inputs) + b for w, b in zip(self.weight_ih_l0, self.bias_ih_l0, strict=True)]
        kept = [dot(u, units) + d for u, d in zip(self.weight_hh_l0, self.bias_hh_l0, strict=True)]
        pairs = list(zip(seen, kept, strict=True))
        return (pairs[unit :: self.nhidden] for unit in range(self.nhidden))


class LSTM(_Gated):
    """Long short-term memory: a cell c that is added to, not multiplied by weights, so that its gradient lasts.

    With scores W xₜ + b + U hₜ₋₁ + d for each gate and σ for sigmoid, the input gate is i = σ(…), the forget gate
    f = σ(…), the candidate g = tanh(…), the output gate o = σ(…), and cₜ = f · cₜ₋₁ + i · g, hₜ = o · tanh(cₜ).
    S. Hochreiter and J. Schmidhuber, Long Short-Term Memory, 1997; the forget gate, open at first (its b is 1), is of
    F. Gers et al., Learning to Forget, 2000. Called as `Recurrent` is; `run(xs, state)` gives all h and the last state,
    a pair (h, c). Names, shapes and the order of the gates in `state_dict()` are those of `torch.nn.LSTM`; `init` is of
    4 · nhidden neurons with nin + nhidden inputs.

    >>> memory = LSTM(1, 2, rng=0)
    >>> states, (h, c) = memory.run([1.0, 0.0, -1.0])
    >>> len(states), [v.data for v in h] == [v.data for v in memory([1.0, 0.0, -1.0])]
    (3, True)
    """

    gates = 4

    def __init__(
        self, nin: int, nhidden: int, *, return_sequences: bool = False, init: Init = "xavier", rng: Rng = None
    ) -> None:
        super().__init__(nin, nhidden, return_sequences=return_sequences, init=init, rng=rng)
        for b in self.bias_ih_l0[nhidden : 2 * nhidden]:
            b.data = 1.0

    def start(self) -> Any:
        return super().start(), super().start()

    def step(self, x: Any, state: Any) -> Any:
        if not isinstance(state, tuple | list) or len(state) != 2:
            raise ValueError(f"the state of {self!r} is a pair (h, c), not {short(state)}")
        h, cells = map(self.units, state)
        hidden = []
        for unit, pairs in enumerate(self.scores(x, h)):
            i, f, g, o = (a + b for a, b in pairs)
            cells[unit] = sigmoid(f) * cells[unit] + sigmoid(i) * tanh(g)
            hidden.append(sigmoid(o) * tanh(cells[unit]))
        return hidden, cells

    def shown(self, state: Any) -> list[Value]:
        return list(state[0])


class GRU(_Gated):
    """Gated recurrent unit: the new state is a mean of the old one and of a candidate, which the gate z weights.

    The reset gate is r = σ(W xₜ + b + U hₜ₋₁ + d), the update gate z = σ(…) likewise, each with weights of its own, the
    candidate n = tanh(W xₜ + b + r · (U hₜ₋₁ + d)), and hₜ = (1 − z) · n + z · hₜ₋₁. K. Cho et al., Learning Phrase
    Representations using RNN Encoder-Decoder, 2014, as PyTorch has it. Called as `Recurrent` is; `run(xs, state)` gives
    all h and the last. Names, shapes and the order of the gates in `state_dict()` are those of `torch.nn.GRU`; `init`
    is of 3 · nhidden neurons with nin + nhidden inputs.

    >>> h = GRU(1, 2, rng=0)([1.0, 0.0, -1.0])
    >>> len(h)
    2
    """

    gates = 3

    def step(self, x: Any, h: Any) -> list[Value]:
        units, hidden = self.units(h), []
        for before, (r, z, n) in zip(units, self.scores(x, units), strict=True):
            update = sigmoid(z[0] + z[1])
            candidate = tanh(n[0] + sigmoid(r[0] + r[1]) * n[1])
            hidden.append((1 - update) * candidate + update * before)
        return hidden
