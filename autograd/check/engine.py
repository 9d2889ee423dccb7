"""The check of a learner's engine: layer after layer of probes, stopping at the first that goes wrong."""

import gc
from collections.abc import Iterator
from math import inf
from typing import Any

from autograd.check.deadline import Limit
from autograd.check.hints import Evidence, Mistake, explain, rounding_or_difference
from autograd.check.mistakes import lost_parents, mistakes_in_repeating, mistakes_in_sweep, parents_in_a_set
from autograd.check.observe import Make, Observation, Trouble, expect, limited, number, observe
from autograd.check.probes import (
    ACTIVATIONS,
    ADD,
    CHAIN,
    DEEP,
    DOUBLINGS,
    FUNCTIONS,
    MUL,
    OPERATORS,
    REPEATED,
    TEN_DOUBLINGS,
    TWO_GRAPHS,
    Layer,
    function_layer,
    numbers_for,
)
from autograd.check.wrong_rules import explain_values, mistakes_in_operation
from autograd.operations import OPERATIONS
from autograd.reports import Finding, Report, compared, shown

LEVELS = ("add", "mul", "all", "strict")
TURNS = 2  # the order of a set varies, so every probe is run more than once


class EngineCheck:
    """A run through the layers of one level."""

    def __init__(self, make: Make, level: str, seed: int | None, seconds: float) -> None:
        self.make, self.level, self.seed, self.seconds = make, level, seed, seconds
        self.name = getattr(make, "__name__", type(make).__name__).replace("<lambda>", "Value")
        self.passed = self.total = 0
        self.notes: list[str] = []

    def report(self) -> Report:
        """The first layer that goes wrong ends the check: what builds on it would only repeat it."""
        for findings in self._stages():
            if findings:
                return Report(f"{self.passed} of {self.total} probes passed", findings, self.notes)
        return Report(f"All {self.total} probes passed: {self.name} is right at level {self.level!r}", (), self.notes)

    def _stages(self) -> Iterator[list[Finding]]:
        sample, findings = self._construction()
        yield findings
        for layer in self._layers(sample):
            yield self._missing(sample, layer) or self._layer(layer)
        if self.level in ("all", "strict"):
            self._note_slowness()
        if self.level == "strict":
            for layer in (CHAIN, DOUBLINGS):
                yield self._layer(layer)
            yield self._cycles()

    def _layers(self, sample: Any) -> Iterator[Layer]:
        yield ADD
        yield TWO_GRAPHS
        if self.level == "add":
            return
        yield MUL
        if self.level == "mul":
            return
        yield from (o for o in OPERATORS if not o.optional or not o.method or hasattr(sample, o.method))
        own = [name for name in FUNCTIONS if callable(getattr(type(sample), name, None))]
        if not ACTIVATIONS & set(own):
            own.append("relu")
        yield from map(function_layer, own)
        yield DEEP
        if self.level == "strict":
            yield REPEATED

    # ---- one stage each: the findings, [] where all is well

    def _construction(self) -> tuple[Any, list[Finding]]:
        """A new Value, which must hold its number and the gradient zero."""
        self.total += 1
        call = f"{self.name}(1.3)"
        sample = None
        try:
            sample = limited(lambda: self.make(1.3), self.seconds)
            limited(lambda: _judge(sample), self.seconds)
        except Trouble as trouble:
            return sample, [trouble.finding(f"`{self.name}`", call)]
        self.passed += 1
        return sample, []

    def _missing(self, sample: Any, layer: Layer) -> list[Finding]:
        if not layer.method or hasattr(sample, layer.method):
            return []
        self.total += len(layer.texts)
        return [Finding(layer.where, f"{type(sample).__name__} has no `{layer.method}`: `{layer.texts[0]}` fails")]

    def _layer(self, layer: Layer) -> list[Finding]:
        """Run all probes of a layer: what went wrong, the simplest first and with the likely cause."""
        runs = self._observations(layer)
        first = runs[: len(layer.texts)]
        if layer.optional and first[0].trouble and first[0].is_early and first[0].value is None:
            return []  # refused
        faults = {run.text: run for run in reversed(runs) if not run.passed}
        found = [faults[text] for text in layer.texts if text in faults]
        self.total += len({run.text for run in runs})
        self.passed += len({run.text for run in runs}) - len(found)
        if not found:
            return []
        hint = layer.hint or self._hint(layer, found[0], runs)
        return [run.finding(layer.where, hint if run is found[0] else "") for run in found]

    def _observations(self, layer: Layer) -> list[Observation]:
        numbers = numbers_for(layer, self.seed)
        runs = []
        expected = {}
        for turn in range(1 if layer in (CHAIN, DOUBLINGS) else TURNS):
            for text in layer.texts:
                if turn == 0:
                    expected[text] = expect(text, numbers)
                limit = Limit(inf if layer is CHAIN else self.seconds)  # what is deep ends if what is small does
                run = observe(self.make, text, numbers, expected[text], limit, turn)
                runs.append(run)
                if run.is_out_of_time:
                    return runs
        return runs

    def _hint(self, layer: Layer, first: Observation, runs: list[Observation]) -> str:
        """The cause that explains all runs of a layer, of the kind that the first fault is."""
        operation = OPERATIONS.get(layer.row)
        if first.wrong_value:
            values = [(run.expected.outputs[-1], run.value) for run in runs if run.value is not None]
            return explain_values(operation, values) if operation else ""
        if first.trouble:
            return ""
        seen = [run for run in runs if run.gradients is not None]
        evidence = [run.evidence for run in seen]
        yours = [g for e in evidence for g in e.gradients]
        expected = [g for run in seen for g in run.expected.gradients.values()]
        more = self._more_evidence() if layer is ADD else []
        return explain(mistakes_for(layer), evidence, more) or rounding_or_difference(yours, expected)

    def _more_evidence(self) -> list[Evidence]:
        """What `+` does under a `*`, should there be one: there its upstream gradients are not whole numbers."""
        numbers = numbers_for(ADD, self.seed)
        runs = [
            observe(self.make, text, numbers, expect(text, numbers), Limit(self.seconds), 0)
            for text in ("(a + a) * b", "c * (a + b)")
        ]
        return [run.evidence for run in runs if run.gradients is not None]

    def _note_slowness(self) -> None:
        """Recursion along every path is right, and takes a time that doubles with every use of a node."""
        numbers = numbers_for(ADD, self.seed)
        slow = observe(self.make, TEN_DOUBLINGS, numbers, expect(TEN_DOUBLINGS, numbers), Limit(self.seconds), 0)
        if slow.calls > 1000 or slow.is_out_of_time:
            self.notes.append(
                f"right but slow: ten doublings, as in `s = s + s`, took {slow.calls} calls. `backward()` walks along "
                "every path; a sweep over the reversed topological order visits each node once"
            )

    def _cycles(self) -> list[Finding]:
        """Whether a graph that is dropped leaves anything to the cycle collector."""
        self.total += 1
        was_enabled = gc.isenabled()
        gc.collect(0)
        gc.disable()
        try:
            left = self._left_to_collector()
        finally:
            if was_enabled:
                gc.enable()
        if not left:
            self.passed += 1
            return []
        return [
            Finding(
                "a graph that is dropped",
                f"a * b + c   leaves {left} objects that only the cycle collector can free",
                "a node refers to itself, as a closure on it does (`out._backward` that reads `out`): keep local "
                "derivatives, or pass the node in as an argument",
            )
        ]

    def _left_to_collector(self) -> int:
        a, b, c = (self.make(x) for x in (1.3, 2.7, -0.7))
        (a * b + c).backward()
        del a, b, c
        return gc.collect(0)


def mistakes_for(layer: Layer) -> list[Mistake]:
    """What can be wrong in a layer. The first ones have tried the sweep, and the parents of `+` and `*`."""
    if layer is REPEATED:
        return mistakes_in_repeating()
    operation = OPERATIONS.get(layer.row)
    mistakes = []
    if operation:
        mistakes += [*mistakes_in_operation(operation, beside=layer.beside), *lost_parents(operation)]
    if operation and layer in (ADD, MUL):
        mistakes.append(parents_in_a_set(operation))
    if layer not in OPERATORS and layer.method not in FUNCTIONS:
        mistakes += mistakes_in_sweep()
    return mistakes


def _judge(sample: Any) -> None:
    for name in ("data", "grad", "backward"):
        if not hasattr(sample, name):
            raise Trouble(f"the new {type(sample).__name__} has no `{name}`")
    data = number(sample.data, "its .data", may_be_value=False)
    grad = 0.0 if sample.grad is None else number(sample.grad, "its .grad")
    if data != 1.3:
        is_near = abs(data - 1.3) < 1
        raise Trouble(
            f"its .data: {compared(data, 1.3)}",
            "the number is cut or rounded: keep it as it is given" if is_near else "",
        )
    if grad:
        raise Trouble(
            f"its .grad is {shown(grad)} before any `backward()`, expected 0",
            "gradients are summed up, so they start at 0",
        )
