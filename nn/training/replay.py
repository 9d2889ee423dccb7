"""Gradients by replay: a sample's loss recorded once, and evaluated for whole batches at NumPy's speed.

The results are eager's to rounding. What cannot be replayed raises ReplayError with the reason: a batch whose samples
are coupled, a Python branch on a Value, a target that is used as an index, a loss that fails.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Program, ReplayError, Value
from autograd.graphs import gradients_of
from autograd.replay import Lookups, collector_paused, plain, trace
from nn.arrays import flat, leaves
from nn.module import evaluating
from nn.optimizers import Array
from nn.remedies import Dropout, drawing
from nn.training.eager import Eager
from nn.training.settings import Settings

TARGETS_TRIED = 10_000  # different targets that the loss is asked about before it is replayed for them


class Replay(Eager):
    """The same by replaying programs: one of a sample's loss, one of the penalty, one for evaluation."""

    @collector_paused()
    def __init__(self, settings: Settings, X: NDArray[Any], y: NDArray[Any]) -> None:
        super().__init__(settings)
        if any(module.couples_samples for module in self.modules):
            raise ReplayError("batch normalisation couples the samples of a batch")
        asked = {"batch": settings.model.batch, "loss": settings.loss, "regularizer": settings.regularizer}
        self.lookups = Lookups(asked)
        self.sample = _Recorded(settings, self.parameters, X, y)
        drawn = {dropout for dropout, _ in self.sample.draws}
        if any(isinstance(module, Dropout) and module.p and module not in drawn for module in self.modules):
            raise ReplayError("a dropout is left out of a sample, or draws in a way of its own")
        self.penalty: Program | None = None
        if (penalty := settings.penalty()) is not None:
            self.penalty = trace(settings.penalty, [], name="the regularizer").program(self.parameters)
            if not _is_close(self.penalty(), [penalty.data]):
                raise ReplayError("the regularizer gives another penalty at each call")
        self.evaluation: _Recorded | None = None
        self.p = self.sample.program.parameters[: len(settings.optimizer.parameters)]  # they come first: a view
        self.lookups.take_own_changes()

    def gradient(self, xs: NDArray[Any], ys: NDArray[Any]) -> tuple[Array, Array, float, Array]:
        losses, outputs, g = self.sample.gradient(xs, ys)
        self.settings.check_losses(losses, outputs, ys)
        penalty = 0.0
        if self.penalty is not None:
            self.penalty.parameters[:] = self.sample.program.parameters
            penalty, more = self.penalty.value_and_grad()
            g += more
        return losses, outputs, penalty, g[: len(self.p)]

    def move(self, g: Array) -> None:
        self.settings.optimizer.step_arrays(self.p, g)

    def write_back(self) -> None:
        self.sample.program.write_back()

    def read_weights(self) -> None:
        self.sample.program.parameters[:] = [p.data for p in self.parameters]

    def is_outdated(self) -> bool:
        return bool(self.lookups.changed())

    def evaluate(self, X: NDArray[Any], y: NDArray[Any]) -> tuple[Array, Array]:
        is_outdated = self.is_outdated()  # by `augment`, perhaps: to be seen at the next epoch too
        try:
            if self.evaluation is None or is_outdated:
                with evaluating(self.settings.model):
                    self.evaluation = _Recorded(self.settings, self.parameters, X, y)
        except ReplayError:
            return super().evaluate(X, y)
        finally:
            if not is_outdated:
                self.lookups.take_own_changes()
        self.evaluation.program.parameters[:] = self.sample.program.parameters
        return self.evaluation.values(X, y)


class _Recorded:
    """The program of one sample's loss and outputs; its inputs are the sample, its target and the dropouts' factors."""

    def __init__(self, settings: Settings, parameters: list[Value], X: NDArray[Any], y: NDArray[Any]) -> None:
        self.settings = settings
        x, target = leaves(X[0].tolist()), leaves(y[0].tolist())
        inputs = [*flat(x), *flat(target)]

        def sample() -> Any:
            output = settings.model.batch([x])[0]
            inputs.extend(f for _, factors in drawn for f in factors)
            return settings.loss_of(output, target), output

        with drawing(lambda: Value(1.0)) as drawn:
            found = trace(sample, inputs, name="a sample")
        self.draws = _counted(drawn)
        loss, output = found.result
        self.shape = np.shape(plain(output))
        self.parameters = parameters
        self.program = found.program(parameters)
        settings.check_reach(loss)
        for t in np.unique(y, axis=0)[:TARGETS_TRIED].tolist():  # what the loss refuses eagerly is refused here too
            settings.loss_of(output, t)
        self._compare(X, y)

    def gradient(self, xs: NDArray[Any], ys: NDArray[Any]) -> tuple[Array, Array, Array]:
        """Losses, outputs and the flat gradient of the losses' mean."""
        _, g = self.program.value_and_grad(self._columns(xs, ys, self._factors(len(xs))))
        return *self._given(self.program.outputs), g

    def values(self, X: NDArray[Any], y: NDArray[Any]) -> tuple[Array, Array]:
        """Losses and outputs."""
        return self._given(self.program(self._columns(X, y, self._factors(len(X)))))

    def _factors(self, n: int) -> Array:
        """The dropouts' factors for n samples, drawn in the order in which eager samples draw them."""
        samples = range(n if self.draws else 0)
        return np.array([f for _ in samples for dropout, k in self.draws for f in dropout.factors(k)]).reshape(n, -1)

    def _columns(self, X: NDArray[Any], y: NDArray[Any], factors: Array) -> Array:
        n = len(X)
        return np.concatenate([X.reshape(n, -1), y.reshape(n, -1), factors], axis=1, dtype=float)

    def _given(self, columns: Array) -> tuple[Array, Array]:
        losses, outputs = columns[:, 0], columns[:, 1:]
        return losses, outputs.reshape(len(columns), *self.shape) if len(self.shape) > 1 else outputs

    def _compare(self, X: NDArray[Any], y: NDArray[Any]) -> None:
        """Replay other samples and compare with their own graphs: a branch on `.data` shows there, if anywhere.

        One sample's gradient is enough: rounding may cross a kink, but a derivative toward a sample, which is a number
        and is differentiated in a replay, makes all of them another.
        """
        gradients_alike = []
        for i in {len(X) // 2, len(X) - 1}:
            with drawing(np.random.default_rng(i).random) as drawn:
                output = self.settings.model.batch(X[i : i + 1].tolist())[0]
            loss = self.settings.loss_of(output, y[i].tolist())
            is_alike = _counted(drawn) == self.draws
            if is_alike:
                factors = np.array([[f for _, factors in drawn for f in factors]])
                _, g = self.program.value_and_grad(self._columns(X[i : i + 1], y[i : i + 1], factors))
                is_alike = _is_close(self.program.outputs[0], [loss.data, *flat(plain(output))])
                slopes = gradients_of(loss)
                gradients_alike.append(_is_close(g, [slopes.get(p, 0.0) for p in self.parameters]))
            if not is_alike:
                raise ReplayError("another sample is computed in another way")
        if not any(gradients_alike):
            raise ReplayError("a derivative toward a sample is taken, which is differentiated only in a replay")


def _is_close(numbers: Array, expected: list[float]) -> bool:
    return np.allclose(numbers, expected, rtol=1e-9, atol=1e-9, equal_nan=True)


def _counted(drawn: list[tuple[Dropout, list[Any]]]) -> list[tuple[Dropout, int]]:
    """Which dropouts asked, in their order, and for how many factors."""
    return [(dropout, len(factors)) for dropout, factors in drawn]
