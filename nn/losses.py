"""Losses of one sample: outputs and targets in, a Value out, the mean over the outputs. And penalties on weights.

Outputs are Values or numbers, one or a sequence; targets likewise, or a class index for the losses over classes.
Choices are made by the index or by `where` on the targets, so that a graph recorded for one target is right for all.
The loss of a batch is the mean of its samples'.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, TypeVar

import numpy as np

from autograd import Value, dot, equal, log, log_loss, log_softmax, mean, minimum, select, softplus, where
from autograd import sum as sum_of
from autograd.tables import short
from autograd.value import as_value, is_operand
from nn.module import Module

Outputs = Sequence[Value] | Value
Targets = Sequence[Value | float] | Value | float
Loss = TypeVar("Loss", bound=Callable[..., Value])


def of_a_sample(loss: Loss, *, takes_class: bool = False, applies: str = "", threshold: float | None = None) -> Loss:
    """What `fit` and its metrics ask of a loss beside its formula: attributes of the function, which stays as it is.

    - takes_class: whether a target may be the index of a class
    - applies: the activation whose results it computes from scores by itself
    - threshold: above which its single output stands for class 1, where the targets do not tell
    """
    vars(loss).update(takes_class=takes_class, applies=applies, threshold=threshold)
    return loss


@of_a_sample
def mse(outputs: Outputs, targets: Targets) -> Value:
    """Mean squared error (1/n) Σ (output − target)².

    >>> mse([Value(1.0), Value(4.0)], [0.0, 2.0]).data
    2.5
    """
    return mean([(y - t) ** 2 for y, t in _pairs("mse", outputs, targets)])


@of_a_sample
def half_squared_error(outputs: Outputs, targets: Targets) -> Value:
    """Half the mean squared error, (1/n) Σ ½ (output − target)², whose derivative is output − target.

    >>> half_squared_error(Value(3.0), 1.0).data
    2.0
    """
    return mse(outputs, targets) * 0.5


@of_a_sample
def mae(outputs: Outputs, targets: Targets) -> Value:
    """Mean absolute error (1/n) Σ |output − target|, with derivative 0 where they are equal.

    >>> mae([Value(1.0), Value(4.0)], [0.0, 2.0]).data
    1.5
    """
    return mean([abs(y - t) for y, t in _pairs("mae", outputs, targets)])


@of_a_sample
def huber(outputs: Outputs, targets: Targets, delta: float = 1.0) -> Value:
    """Squared for small errors e, linear for large ones: (1/n) Σ ½ e² where |e| ≤ delta, else delta (|e| − ½ delta).

    P. J. Huber, Robust Estimation of a Location Parameter, 1964. Raises ValueError for a delta that is not positive.

    >>> huber(Value(0.5), 0.0).data, huber(Value(3.0), 0.0).data
    (0.125, 2.5)
    """
    if not delta > 0:
        raise ValueError(f"huber needs a positive delta, got {delta}")
    errors: list[Value] = [abs(y - t) for y, t in _pairs("huber", outputs, targets)]
    return mean([(small := minimum(e, delta)) * (e - 0.5 * small) for e in errors])


@of_a_sample
def hinge(outputs: Outputs, targets: Targets) -> Value:
    """Max-margin loss (1/n) Σ max(0, 1 − target · output) for targets −1 and +1, else ValueError.

    >>> hinge(Value(0.25), 1).data, hinge(Value(0.25), -1).data, hinge(Value(2.0), 1).data
    (0.75, 1.25, 0.0)
    """
    pairs = _pairs("hinge", outputs, targets)
    for _, t in pairs:
        if _number(t) not in (-1.0, 1.0):
            raise ValueError(f"hinge needs targets -1 and +1, got {_number(t):g}: turn labels 0 and 1 into 2 * y - 1")
    return mean([(1 - t * y).relu() for y, t in pairs])


@of_a_sample
def binary_cross_entropy(outputs: Outputs, targets: Targets) -> Value:
    """−(1/n) Σ t log p + (1 − t) log(1 − p) for probabilities p and targets t in [0, 1]; inf at p = 0 with t > 0.

    From the scores before a sigmoid, `binary_cross_entropy_with_logits` is accurate where this one is not. Raises
    ValueError for a probability or target outside [0, 1].

    >>> round(binary_cross_entropy(Value(0.5), 1).data, 4), binary_cross_entropy(Value(1.0), 1).data
    (0.6931, 0.0)
    """
    pairs = _pairs("binary_cross_entropy", outputs, targets)
    remedy = "binary_cross_entropy_with_logits takes scores, and output='sigmoid' ends a model in probabilities"
    _check_unit_interval("binary_cross_entropy", "outputs", [p for p, _ in pairs], remedy)
    _check_unit_interval("binary_cross_entropy", "targets", [t for _, t in pairs])
    return mean([-(_times_log(t, p) + _times_log(1 - t, 1 - p)) for p, t in pairs])


@partial(of_a_sample, applies="sigmoid", threshold=0.0)
def binary_cross_entropy_with_logits(outputs: Outputs, targets: Targets) -> Value:
    """`binary_cross_entropy` of sigmoid(output), without overflow and without loss of digits at any output.

    −log σ(z) is softplus(−z), and −log(1 − σ(z)) is softplus(z).

    >>> binary_cross_entropy_with_logits(Value(1000.0), 0).data
    1000.0
    """
    pairs = _pairs("binary_cross_entropy_with_logits", outputs, targets)
    _check_unit_interval("binary_cross_entropy_with_logits", "targets", [t for _, t in pairs])
    return mean([t * softplus(-z) + (1 - t) * softplus(z) for z, t in pairs])


@partial(of_a_sample, takes_class=True, applies="softmax")
def cross_entropy(outputs: Sequence[Value] | Sequence[Sequence[Value]], target: Targets) -> Value:
    """−Σ t log softmax(outputs), for scores of any size and a target that is a class index or a distribution.

    Of a class index c it is `log_loss`, logsumexp(z) − z_c, one node; the index may be a Value. Of a sequence, a list
    of scores for each position and a list of class indices, it is the mean over the positions whose target is not −1.
    Raises ValueError for a target that is neither the index of a class nor a distribution, and where all are −1.

    >>> cross_entropy([Value(0.0), Value(1000.0)], 0).data
    1000.0
    >>> cross_entropy([[Value(0.0), Value(1000.0)], [Value(0.0), Value(1.0)]], [0, -1]).data
    1000.0
    """
    if isinstance(outputs, list | tuple | np.ndarray) and len(outputs) and np.iterable(outputs[0]):
        return _mean_over_positions(outputs, target)
    outputs = _classes("cross_entropy", outputs)
    if is_operand(target):
        loss: Value = log_loss(_class("cross_entropy", len(outputs), target), outputs)
        return loss
    targets = _distribution("cross_entropy", len(outputs), target)
    logs = log_softmax(outputs)
    # A class of probability 0 stays out, also with a score of -inf.
    surprises: list[Value] = [where(t, -z, 0.0) for t, z in zip(targets, logs, strict=True)]
    return dot(surprises, targets)


def _mean_over_positions(scores: Any, targets: Any) -> Value:
    """The mean of the positions' losses. A target that is a Value says anew, in each replay, whether it counts."""
    ts = _listed("cross_entropy", "targets", targets)
    if len(ts) != len(scores):
        raise ValueError(f"cross_entropy needs a target for each of {len(scores)} positions, got {len(ts)}")
    if all(_number(t) == -1 for t in ts):
        raise ValueError("cross_entropy got the target -1 for every position, and so has nothing to take the mean of")
    if not any(isinstance(t, Value) for t in ts):
        return mean([cross_entropy(z, t) for z, t in zip(scores, ts, strict=True) if t != -1])
    counts = [1 - equal(t, -1) for t in ts]
    losses = [where(c, cross_entropy(z, where(c, t, 0)), 0) for z, t, c in zip(scores, ts, counts, strict=True)]
    total: Value = sum_of(losses) / sum_of(counts)
    return total


@partial(of_a_sample, takes_class=True)
def categorical_cross_entropy(outputs: Sequence[Value], target: Targets) -> Value:
    """−Σ t log p for probabilities p, such as softmax gives, and a target that is a class index or a distribution.

    Raises ValueError for probabilities that do not add up to one: scores go into `cross_entropy`.

    >>> round(categorical_cross_entropy([Value(0.25), Value(0.75)], 1).data, 4)
    0.2877
    """
    outputs = _classes("categorical_cross_entropy", outputs)
    _check_unit_interval("categorical_cross_entropy", "outputs", outputs)
    total = sum_of([_number(p) for p in outputs])
    if abs(total - 1.0) > 1e-6:
        raise ValueError(
            f"categorical_cross_entropy needs probabilities that add up to 1, not {total:g}: cross_entropy takes scores"
        )
    if is_operand(target):
        p: Value = select(_class("categorical_cross_entropy", len(outputs), target), outputs)
        return -log(p)
    targets = _distribution("categorical_cross_entropy", len(outputs), target)
    return -sum_of([_times_log(t, p) for p, t in zip(outputs, targets, strict=True)])


def l1_penalty(parameters: Module | Iterable[Value], strength: float) -> Value:
    """The penalty strength · Σ |w|, which pulls every weight toward zero with the same force, however small it is.

    Of a module all parameters count but those in an array named `b` or `bias…`; to choose others, pass the Values
    themselves. Add it to a loss, or give it to `fit` as a regularizer: `lambda model: l1_penalty(model, 1e-3)`.
    Raises ValueError for a negative strength.

    >>> l1_penalty([Value(3.0), Value(-4.0)], 0.5).data
    3.5
    """
    return sum_of([abs(w) for w in _weights("l1_penalty", parameters, strength)]) * strength


def l2_penalty(parameters: Module | Iterable[Value], strength: float) -> Value:
    """The penalty strength · Σ w², which pulls every weight toward zero in proportion to it; else like `l1_penalty`.

    >>> l2_penalty([Value(3.0), Value(-4.0)], 0.5).data
    12.5
    """
    weights = _weights("l2_penalty", parameters, strength)
    return dot(weights, weights) * strength


def _weights(penalty: str, parameters: Any, strength: float) -> list[Value]:
    if not 0 <= strength < float("inf"):
        raise ValueError(f"{penalty} needs a strength that is finite and not negative, got {strength}")
    if isinstance(parameters, Module):
        named = [(name.rsplit(".", 1)[-1], w) for name, _, w in parameters.placed_parameters()]
        weights = [w for name, w in named if name != "b" and not name.startswith("bias")]
    else:
        weights = [parameters] if isinstance(parameters, Value) else list(parameters)
    for w in weights:
        if not isinstance(w, Value):
            raise TypeError(f"{penalty} takes a module or Values, not {short(w)}: pass model or model.parameters()")
    if not weights:
        raise ValueError(f"{penalty} found no weights to penalise")
    return weights


def _times_log(t: Value | float, p: Value) -> Value:
    """The product t log p, which is 0 with derivative 0 where t is 0, also at p = 0."""
    chosen: Value = where(t, p, 1.0)
    return t * log(chosen)


def _classes(loss: str, outputs: Any) -> list[Value]:
    classes = _listed(loss, "outputs", outputs)
    if len(classes) < 2:
        raise ValueError(f"{loss} needs an output for each of at least two classes: binary_cross_entropy takes one")
    return [as_value(y) for y in classes]


def _distribution(loss: str, classes: int, target: Any) -> list[Any]:
    """The target as one probability a class."""
    distribution = _listed(loss, "targets", target)
    if len(distribution) != classes:
        raise ValueError(
            f"{loss} needs a class index or a probability for each of {classes} classes, got {len(distribution)}"
        )
    _check_unit_interval(loss, "targets", distribution)
    total = sum_of([_number(t) for t in distribution])
    if abs(total - 1.0) > 1e-6:
        raise ValueError(f"{loss} needs target probabilities that add up to 1, not {total:g}")
    return distribution


def _class(loss: str, classes: int, target: Any) -> Any:
    """A class index as it is, a number or a Value."""
    index = target.data if isinstance(target, Value) else target
    if not (0 <= index < classes and index % 1 == 0):
        raise ValueError(f"{loss} got class {index!r}: with {classes} outputs the classes are 0 to {classes - 1}")
    return target


def _listed(loss: str, what: str, given: Any) -> list[Any]:
    """Numbers and Values as a list, a single one too. Raises TypeError for anything else, text among it."""
    items = [given] if is_operand(given) or not isinstance(given, Iterable) else list(given)
    for x in items:
        if not is_operand(x):
            rows = hasattr(x, "__iter__") and not isinstance(x, str | bytes)
            advice = f": loop over the first axis, [{loss}(y, t) for y, t in zip(outputs, targets)]" if rows else ""
            raise TypeError(
                f"{loss} takes numbers and Values as {what}, not {short(x)} of type {type(x).__name__}{advice}"
            )
    return items


def _pairs(loss: str, outputs: Any, targets: Any) -> list[tuple[Value, Value | float]]:
    ys, ts = _listed(loss, "outputs", outputs), _listed(loss, "targets", targets)
    if len(ys) != len(ts):
        raise ValueError(f"{loss} needs a target for each output, got {len(ys)} outputs and {len(ts)} targets")
    return [(as_value(y), t if isinstance(t, Value) else float(t)) for y, t in zip(ys, ts, strict=True)]


def _check_unit_interval(loss: str, what: str, numbers: list[Any], remedy: str = "") -> None:
    for x in numbers:
        if not -1e-9 <= _number(x) <= 1 + 1e-9:
            raise ValueError(f"{loss} needs {what} between 0 and 1, got {_number(x):g}{': ' * bool(remedy)}{remedy}")


def _number(x: Any) -> float:
    return x.data if isinstance(x, Value) else float(x)
