"""A program compared with its operations' rules on floats: what `record(…, check=X)` does."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.graphs import gradients_of
from autograd.value import Value, describe


def compare_with_floats(program: Any, every_node: NDArray[Any], X: NDArray[Any], order: list[Value]) -> None:
    """Raise ValueError naming the first node, or else the first leaf's gradient, that a program gives differently.

    `every_node` holds what each node of `order` is replayed as in each sample of X. A node is compared with its
    operation's float reading of the replayed parents, so an error shows where it is made, not where it arrives.
    """
    output, inputs, parameters = program.output_values[0], program.input_values, program.parameter_values
    # The mean over a batch of equal samples, so that what is compared is how a batch of this size is evaluated.
    of_parameters = [program.value_and_grad(np.repeat(row[None], len(X), 0))[1].tolist() for row in X]
    of_inputs = program.input_gradient(X).tolist()
    for i, (row, ys) in enumerate(zip(X.tolist(), every_node.tolist(), strict=True)):
        data = dict(zip(inputs, row, strict=True)) | dict(zip(parameters, program.parameters.tolist(), strict=True))
        local = _local_derivatives(i, order, data, ys)
        slopes = gradients_of(output, order, local.__getitem__)
        sizes = gradients_of(output, order, lambda v: map(abs, local[v]))  # noqa: B023
        gradient = [*zip(inputs, of_inputs[i], strict=True), *zip(parameters, of_parameters[i], strict=True)]
        for v, g in gradient:
            expected, size = slopes.get(v, 0.0), sizes.get(v, 0.0)
            if not _close(g, expected, size):
                raise ValueError(
                    f"the program's gradient toward {describe(v)} in sample {i} is {g!r}, and the rules on floats give "
                    f"{expected!r}: do the derivatives of every operation give the same on arrays and on floats?"
                )


def _local_derivatives(
    i: int, order: list[Value], data: dict[Value, float], ys: list[float]
) -> dict[Value, tuple[float, ...]]:
    """The local derivatives of every node in sample i, whose numbers ys are put into `data`."""
    local = {}
    for node, y in zip(order, ys, strict=False):
        terms = [data.get(p, p.data) for p in node.parents]
        assert node.operation is not None
        expected, local[node] = node.operation.at(*terms)
        if not _close(y, expected, max(map(abs, (expected, *terms)))):
            raise ValueError(
                f"the program differs in sample {i} first at {describe(node)} when it was recorded: it replays {y!r}, "
                f"and the rule on floats gives {expected!r}. Does {node.operation.name} give the same on arrays?"
            )
        data[node] = y
    return local


def _close(x: float, expected: float, size: float) -> bool:
    """Whether two numbers agree to 1e-9 of a size, are the same infinity, or are both nan."""
    return x == expected or (x != x and expected != expected) or abs(x - expected) <= 1e-9 * max(size, 1e-3)
