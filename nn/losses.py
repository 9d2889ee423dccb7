"""Losses of one sample's outputs and targets, each a Value; a batch's loss is the mean of its samples'."""

from collections.abc import Sequence
from typing import Any

from autograd import Value, mean
from autograd.value import is_operand

Outputs = Sequence[Value] | Value
Targets = Sequence[Value | float] | Value | float


def mse(outputs: Outputs, targets: Targets) -> Value:
    """Mean squared error (1/n) Σ (output − target)².

    >>> mse([Value(1.0), Value(4.0)], [0.0, 2.0]).data
    2.5
    """
    return mean([(y - t) ** 2 for y, t in _pairs("mse", outputs, targets)])


def hinge(outputs: Outputs, targets: Targets) -> Value:
    """Max-margin loss (1/n) Σ max(0, 1 − target · output) for targets −1 and +1.

    >>> hinge(Value(0.25), 1).data, hinge(Value(0.25), -1).data, hinge(Value(2.0), 1).data
    (0.75, 1.25, 0.0)
    """
    pairs = _pairs("hinge", outputs, targets)
    for _, t in pairs:
        if float(t.data if isinstance(t, Value) else t) not in (-1.0, 1.0):
            raise ValueError(f"hinge needs targets -1 and +1, got {t!r}: turn labels 0 and 1 into 2 * y - 1")
    return mean([(1 - t * y).relu() for y, t in pairs])


def _pairs(name: str, outputs: Any, targets: Any) -> list[tuple[Value, Value | float]]:
    ys = [outputs] if is_operand(outputs) else list(outputs)
    ts = [targets] if is_operand(targets) else list(targets)
    if len(ys) != len(ts):
        raise ValueError(f"{name} needs a target for each output, got {len(ys)} outputs and {len(ts)} targets")
    return list(zip(ys, ts, strict=True))
