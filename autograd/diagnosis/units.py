"""What may be wrong with units, the neurons of a graph: dead, saturated, or twins."""

from collections.abc import Iterable
from typing import Any

from autograd.diagnosis.examined import Examined, Found, Unit, terms_of
from autograd.reports import shown
from autograd.value import Value

SATURATED = 0.01  # of the steepest slope
STEEPEST = {"tanh": 1.0, "sigmoid": 0.25}
ONE_SAMPLE = "diagnose the loss of a whole batch to see whether they ever learn"
SAME = 9  # digits in which twins agree: a replay adds in another order


def dead(graph: Examined) -> Found:
    """Relu units through which no sample sends anything back, by the cause. With one sample that is a note only."""
    for units in graph.activations({"relu"}):
        off = [unit for unit in units.members if not any(node.local_derivatives[0] for node in unit.nodes)]
        by_cause: dict[str, list[Unit]] = {}
        for unit in off:
            if len(unit.nodes) > 1:
                by_cause.setdefault(_cause_of_death(unit, graph), []).append(unit)
        for cause, those in by_cause.items():
            text = f"{units.described(those)} are zero on all {len(those[0].nodes)} samples: they cannot learn"
            yield "dead relus", text, cause
        if off and not by_cause:
            graph.notes.append(f"{units.described(off)} are zero on the one sample of this graph: {ONE_SAMPLE}")


def _cause_of_death(unit: Unit, graph: Examined) -> str:
    """Why a unit is zero on every sample, where one thing alone explains it."""
    if not any(w.data for w in unit.weights):
        return "all their weights are 0: start from random ones"
    if not any(x.data for x in unit.inputs):
        return "nothing but 0 comes in"
    for node in unit.nodes:
        (before,) = node.parents
        if before.data > sum(term.data for term in terms_of(before) if graph.is_weight(term)):
            return "their biases hold them below 0"
    return ""


def saturated(graph: Examined) -> Found:
    """Tanh and sigmoid units that are flat at every sample. With one sample that is a note only."""
    for units in graph.activations(STEEPEST):
        flat = SATURATED * STEEPEST[units.name]
        stuck = [unit for unit in units.members if all(abs(node.local_derivatives[0]) < flat for node in unit.nodes)]
        many = [unit for unit in stuck if len(unit.nodes) > 1]
        text = f"{units.described(many or stuck)} have slopes below {SATURATED:.0%} of the steepest"
        if many:
            weights = _largest(w for unit in many for w in unit.weights)
            inputs = _largest(x for unit in many for x in unit.inputs)
            text += f" on all {len(many[0].nodes)} samples: they hardly learn"
            yield "saturated units", text, f"weights go up to {weights}, inputs up to {inputs}"
        elif stuck:
            graph.notes.append(f"{text} on the one sample of this graph: {ONE_SAMPLE}")


def twins(graph: Examined) -> Found:
    """Hidden units that compute the same and are told the same, so that they stay alike for good."""
    for units in graph.hidden():
        members = [unit for unit in units.members if unit.weights]
        figures = [
            [[v.data for v in unit.nodes], [w.data for w in unit.weights], [graph.fresh[w] for w in unit.weights]]
            for unit in members
        ]
        scales = [max(abs(x) for row in rows for x in row) or 1.0 for rows in zip(*figures, strict=True)]
        alike: dict[Any, list[Unit]] = {}
        for unit, rows in zip(members, figures, strict=True):
            rounded = (tuple([round(x / s, SAME) for x in row]) for row, s in zip(rows, scales, strict=True))
            alike.setdefault(tuple(rounded), []).append(unit)
        for those in alike.values():
            if len(those) > 1:
                text = f"{units.described(those)} have equal weights and equal gradients"
                yield "twins", f"{text}: they learn the same, and stay alike", "start from random weights"


def _largest(values: Iterable[Value]) -> str:
    return shown(max((abs(v.data) for v in values), default=0.0))
