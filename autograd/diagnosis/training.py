"""diagnose: what is wrong with a graph or a training step, in words. Changes nothing.

Gradients are computed afresh beside those that the nodes hold, so it says as much before `backward()` as after it, and
sees what the nodes hold besides.
"""

from collections.abc import Callable
from math import isclose, isfinite, sqrt
from typing import Any

from autograd.cuts import cuts_of
from autograd.diagnosis.branches import explanation
from autograd.diagnosis.examined import Examined, Found
from autograd.diagnosis.suspects import suspects
from autograd.diagnosis.units import dead, saturated, twins
from autograd.diagnosis.zeros import zeros
from autograd.graphs import Edge, stale_nodes
from autograd.operations import constant
from autograd.reports import Finding, Line, Report, frame_of_user, shown
from autograd.tables import printable, short
from autograd.value import Value, describe

VANISHING = 1e-3  # of the first layer's gradients to the last's; exploding is its reciprocal


class Diagnosis(Report):
    """What `diagnose` found: `.findings`, `.notes`, `.ok`; printed as a list, shown by notebooks as a box."""

    place = ""  # a finding's `where` is the kind of trouble

    def __str__(self) -> str:
        lines = [f"- {finding.where}: {finding}".replace("\nhint: ", "\n  hint: ") for finding in self.findings]
        return printable("\n".join([f"{self.verdict}.", *lines, *(f"note: {note}" for note in self.notes)]))


def diagnose(output: Value, model: Any = None) -> Diagnosis:
    """A short report on the graph of `output`, such as the loss of a batch.

    Finds data changed after the graph was recorded; values and gradients that are not finite; gradients that are all
    zero, that lie behind weights of 0, or that hold more than this output's; relu units that are zero on every sample,
    tanh and sigmoid units that are saturated on every sample, and twins, hidden units that learn the same. With a
    model, anything with `.parameters()` (or a list of Values), also parameters that the output does not depend on, with
    the line where a function of `math` has cut the graph, and the samples in which a number is not finite; with
    `.layers` gradients that vanish or explode from the last to the first. A unit is told by the parameters that its
    input is computed from, so inputs that are Values call for a model. What may be as it should is a note: data changed
    by an update, weights of 0 that are about to move. Raises TypeError for anything but a Value.

    >>> a, b = Value(2.0, "a"), Value(3.0, "b")
    >>> y = a * a
    >>> a.data = 5.0
    >>> print(diagnose(y, [a, b]))
    2 findings.
    - stale data: the graph was recorded with other numbers: Value = 4, made by multiply, would now be 25. Compute the
    output again
    - unreachable parameters: the output does not depend on 1 of 2 parameters: b
    note: backward() has not been called on this output
    """
    if not isinstance(output, Value):
        raise TypeError(f"diagnose() needs the Value that a computation ended in, not {short(output)}")
    examined = Examined(output, model)
    findings = [Finding(*found) for look in LOOKS for found in look(examined)]
    count = f"{len(findings)} finding{'s' * (len(findings) != 1)}" if findings else "Nothing wrong found"
    return Diagnosis(count, findings, examined.notes)


# ---- what is looked at: each gives (what, text) of what is wrong


def _stale(graph: Examined) -> Found:
    """Numbers that were changed since. After `backward()` that is what an optimizer does with leaves: a note."""
    stale = list(stale_nodes(graph.order))
    if stale:
        node, now = stale[0]
        text = f"the graph was recorded with other numbers: {describe(node)}, would now be {shown(now)}"
        leaves = set(graph.leaves)
        if graph.output.grad and not any(leaves.isdisjoint(node.parents) for node, _ in stale):
            graph.notes.append(f"stale data, as after an update: {text}. For the next one compute the output again")
        else:
            yield "stale data", f"{text}. Compute the output again"


def _unreachable(graph: Examined) -> Found:
    inside = set(graph.order)
    missing = [p for p in graph.parameters if p not in inside]
    cuts = cuts_of(missing)
    for cut, those in cuts.items():
        text = f"{cut.asked}() takes the number of a Value and forgets the graph, in {Line(*cut[2:]).in_file}"
        yield "cut graph", f"nothing flows back to {graph.names(those)}: {text}", f"write autograd.{cut.row}(…)"
    found = {p for those in cuts.values() for p in those}
    missing = [p for p in missing if p not in found]
    if missing:
        of = f"{len(missing)} of {len(graph.parameters)} parameters"
        lines = [line.in_file for line in suspects({*missing}, graph.model, frame_of_user())[:2]]
        hint = f"the graph is cut where `.data` is computed with, in {' and in '.join(lines)}" if lines else ""
        yield "unreachable parameters", f"the output does not depend on {of}: {graph.names(missing)}", hint


def _not_finite(graph: Examined) -> Found:
    bad = [node for node in graph.order if not isfinite(node.data)]
    if bad:
        inputs = ", ".join(shown(p.data) for p in bad[0].parents[:4])
        of = f" of {inputs}" if inputs else ""
        count = f"{len(bad)} of {len(graph.order)} nodes{graph.where_in_batch(bad)}"
        yield "values not finite", f"{count}, the first of them {describe(bad[0])}{of}"
    bad = [v for v in reversed(graph.order) if not isfinite(graph.fresh[v]) and v.operation is not constant]
    if bad:
        at = f"{describe(bad[0])}, has gradient {shown(graph.fresh[bad[0]])}"
        edges = (Edge(node, i) for node in graph.order for i in range(len(node.parents)))
        wrong = [edge for edge in edges if not isfinite(edge.local_derivative * graph.fresh[edge.child])]
        why = (explanation(edge, graph.order, graph.fresh) for edge in wrong if edge.parent is bad[0])
        begun = [edge.child for edge in wrong if isfinite(graph.fresh[edge.child])]
        count = f"{len(bad)} of {len(graph.order)} nodes{graph.where_in_batch(begun)}"
        text = f"{count}, the first of them on the way back: {at}"
        yield "gradients not finite", "; ".join(filter(None, [text, next(why, "")]))


def _uncleared(graph: Examined) -> Found:
    """Leaves that hold what this output has not sent them. What is only scaled down was clipped, or cleared."""
    held = [v for v in graph.leaves if v.grad]
    if not graph.output.grad:
        graph.notes.append("backward() has not been called on this output")
        if held:
            text = f"{len(held)} of {len(graph.leaves)} hold gradients before backward() of this output"
            yield "gradients not cleared", f"{text}: {graph.names(held)}. Call zero_grad() before backward()"
        return
    if not held and any(graph.fresh[v] for v in graph.leaves):
        graph.notes.append("the gradients have been cleared since backward()")
        return
    extra = [v for v in held if isfinite(v.grad) and not _is_close(v.grad, graph.fresh[v], graph.size[v])]
    if all(_is_clipped(v.grad, graph.fresh[v]) for v in extra):
        return
    calls = {round(v.grad / graph.fresh[v], 6) for v in held if graph.fresh[v]}
    if len(calls) == 1 and (count := calls.pop()).is_integer() and all(graph.fresh[v] for v in extra):
        text = f"they are {int(count)} times what one backward() of this output gives"
    else:
        text = f"{len(extra)} of {len(graph.leaves)} hold more than this output has sent them: {graph.names(extra)}"
    yield "gradients not cleared", f"{text}. Call zero_grad() before backward()"


def _is_close(a: float, b: float, size: float) -> bool:
    return isclose(a, b, rel_tol=1e-9, abs_tol=1e-9 * size)


def _is_clipped(held: float, sent: float) -> bool:
    return abs(held) <= abs(sent) and held * sent >= 0


def _by_layer(graph: Examined) -> Found:
    """The root mean square of each layer's gradients, and its ratio from the first layer to the last."""
    sizes = [sqrt(sum(graph.fresh.get(p, 0.0) ** 2 for p in layer) / len(layer)) for layer in graph.layers]
    if len(sizes) < 2 or not all(sizes) or not all(map(isfinite, sizes)):
        return
    ratio = sizes[0] / sizes[-1]
    if VANISHING <= ratio <= 1 / VANISHING:
        return
    name = "vanishing gradients" if ratio < 1 else "exploding gradients"
    yield name, f"from the last layer to the first they change by {ratio:.1g}: {', '.join(f'{s:.1g}' for s in sizes)}"


LOOKS: tuple[Callable[[Examined], Found], ...] = (
    _stale,
    _unreachable,
    _not_finite,
    zeros,
    _uncleared,
    dead,
    saturated,
    twins,
    _by_layer,
)
