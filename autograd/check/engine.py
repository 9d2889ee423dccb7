"""The check of a learner's engine: layer after layer of probes. What an earlier finding explains is not told again."""

import re
from collections.abc import Iterator, Set
from contextlib import suppress
from math import inf
from typing import NamedTuple

from autograd.check import probes
from autograd.check.cycles import cycle_in
from autograd.check.deadline import Limit
from autograd.check.driving import SAMPLE, Make, driven, steady_sets
from autograd.check.evaluating import methods_in
from autograd.check.hints import Mistake, explaining, one_of, rounding_or_difference
from autograd.check.methods import Methods, check_new
from autograd.check.mistakes import IN_REPEATING, IN_SWEEP, lost_parents, parents_in_a_set
from autograd.check.observe import SHARED, Observation, expect
from autograd.check.probes import ADD, CHAIN, DOUBLINGS, MUL, Layer, numbers_for
from autograd.check.trouble import Trouble, limited
from autograd.check.wrong_rules import mistakes_in_operation
from autograd.check.wrong_values import explain_values
from autograd.reports import Finding, Report

LEVELS = ("add", "mul", "own", "all", "strict")
TURNS = 2  # the order of a set varies, so every probe is run more than once


class Cause(NamedTuple):
    """What a finding was put down to.

    - first: the simplest run that shows it
    - codes: the functions that go wrong
    - is_sweep: whether it is the sweep instead; then they are those of `+` and `*`, and what calls them is compound
    """

    first: Observation
    codes: Set[int]
    is_sweep: bool
    mistakes: list[Mistake]

    def explains(self, run: Observation) -> bool:
        """Whether a later run may have gone wrong for this alone."""
        is_touched = not self.codes.isdisjoint(run.codes)
        if self.is_sweep:
            is_simple = not self.first.expected.is_compound
            is_touched = is_simple or run.expected.is_compound or (is_touched and run.text not in MUL.texts)
        return is_touched and (self.first.is_early or not run.is_early)


class EngineCheck:
    """A run through the layers of one level."""

    def __init__(self, make: Make, level: str, seed: int | None, seconds: float, names: dict[str, str | None]) -> None:
        self.make, self.level, self.seed, self.seconds, self.names = make, level, seed, seconds, names
        self.name = getattr(make, "__name__", type(make).__name__).replace("<lambda>", "Value")
        self.passed = self.total = self.timeouts = 0
        self.notes: list[str] = []
        self.found: dict[Finding, list[str]] = {}  # with all places where the same was found
        self.causes: list[Cause] = []
        self.sweep: frozenset[int] = frozenset()  # the functions that every operation calls
        self.sums: Set[int] = frozenset()  # those that `+` and `*` call besides
        self.runs: dict[tuple[str, int], Observation] = {}

    def report(self) -> Report:
        self.total += 1
        try:
            self.engine, sample, self.notes = limited(lambda: driven(self.make, self.names), self.seconds)
            self.name = type(sample).__name__
            limited(lambda: check_new(self.engine, sample), self.seconds)
            self.methods = limited(lambda: Methods(self.engine, sample, self.level, self.seconds), inf)
        except Trouble as trouble:
            self._add(trouble.finding(f"`{self.name}`", f"{self.name}({SAMPLE})"))
        else:
            self.passed += 1
            with steady_sets(type(sample)):
                self._examine()
        verdict = f"{self.passed} of {self.total} probes passed"
        if not self.found:
            what = "in what it has" if self.level == "own" else f"at level {self.level!r}"
            verdict = f"All {self.total} probes passed: {self.name} is right {what}"
        findings = [
            f._replace(text=f"{f.text}\nthe same in {', '.join(also)}") if also else f
            for f, (_, *also) in self.found.items()
        ]
        return Report(verdict, findings, self.notes)

    def _add(self, finding: Finding) -> None:
        """Tell it; of what has been told, where it is too."""
        told = next((told for told in self.found if _are_one(told, finding)), finding)
        self.found.setdefault(told, []).append(finding.where)

    def _examine(self) -> None:
        if self.methods.there >= {"__add__", "__mul__"} and self.level != "add":
            plus, times = self._observe("a + b", ADD).codes, self._observe("a * b", MUL).codes
            firsts = [layer for layer in self.methods.layers if layer.operation and layer.method in self.methods.there]
            simple = [self._observe(layer.texts[0], layer) for layer in firsts if self.timeouts < 2]
            self.sweep = (plus & times).intersection(*(run.codes for run in simple if run.passed))
            self.sums = (plus | times) - self.sweep
        missing = [self.methods.finding(self.name)] if self.methods.missing else []
        for layer in self.methods.layers:
            if layer.method not in self.methods.missing:
                self._layer(layer)
            elif missing:
                self._add(missing.pop())
                self.total += 1
            if self.timeouts > 2:
                return
        if self.level not in ("add", "mul"):
            self._note_slowness()
            self._large()
            self.notes += [f"not tried: {', '.join(self.methods.untried)}"] * bool(self.methods.untried)
        if self.level == "strict":
            self.total += 1
            with suppress(Trouble):  # it has been told of
                cycle = cycle_in(self.engine, self.seconds)
                self.passed += cycle is None
                if cycle:
                    self._add(cycle)

    # ---- layers

    def _observe(self, text: str, layer: Layer, turn: int = 0) -> Observation:
        if (text, turn) not in self.runs:
            numbers = numbers_for(layer, self.seed, turn)
            engine = self.engine._replace(rtol=max(1e-5, self.engine.rtol)) if layer.own else self.engine
            limit = Limit(inf if layer is CHAIN else self.seconds)  # what is deep ends if what is small does
            run = Observation(engine, text, numbers, expect(text, numbers, layer.own), limit, turn)
            run.codes = self.sweep | self.sums if layer is CHAIN else run.codes
            self.runs[text, turn] = run
            if run.is_out_of_time:
                self.seconds, self.timeouts = min(self.seconds, 0.1), self.timeouts + 1  # it has been seen once
        return self.runs[text, turn]

    def _observations(self, layer: Layer) -> Iterator[Observation]:
        for turn in range(1 if layer in (CHAIN, DOUBLINGS) else TURNS):
            for text in layer.texts:
                if methods_in(text) <= self.methods.there:
                    yield (run := self._observe(text, layer, turn))
                    if run.is_out_of_time:
                        return

    def _layer(self, layer: Layer) -> None:
        """Run all probes of a layer. What goes wrong is told, unless what was found before explains it."""
        runs = [run for run in self._observations(layer) if not self._lacks_operator(run)]
        if layer.in_place:  # an engine may forbid it, altogether or where it would change a leaf
            runs = [run for run in runs if not run.is_forbidden]
        if not runs or (layer.optional and layer.row == "power" and runs[0].is_refused):
            return
        if layer.own and any(run.is_forbidden for run in runs):
            self.methods.untried.append(f"`{layer.method}`")
            return
        texts = dict.fromkeys(run.text for run in runs)
        faults = {run.text for run in runs if not run.passed}
        self.total += len(texts)
        self.passed += len(texts) - len(faults)
        untouched = [run for run in runs if not self._is_touched(run)]
        first = next((run for text in texts for run in untouched if run.text == text and not run.passed), None)
        if first:
            self._judge(layer, first, untouched)

    def _is_touched(self, run: Observation) -> bool:
        return any(cause.explains(run) for cause in self.causes)

    def _lacks_operator(self, run: Observation) -> bool:
        """Whether an operator of the class is missing inside, as it does not escape those who have been told."""
        symbol = re.search(rf"operand type.* ([-+*/]+)=?(?: or .*)?: .*'{self.name}'", str(run.error))
        is_early = run.is_early and isinstance(run.error, TypeError)
        return is_early and bool(symbol and symbol[1] in self.methods.lacking)

    def _judge(self, layer: Layer, first: Observation, runs: list[Observation]) -> None:
        """Tell what is wrong in a layer, unless it is the same that has been told of another."""
        evidence = [run.evidence for run in runs if run.gradients is not None]
        before = [mistake for cause in self.causes for mistake in cause.mistakes]
        kinds = {mistake.kind for mistake in before}
        found: list[Mistake] = []
        hint = layer.hint
        if first.wrong_value and layer.operation:
            values = [(run.expected.outputs[-1], run.value) for run in runs if run.value is not None]
            hint = hint or explain_values(layer.operation, values, self.engine.rtol)
        elif not first.trouble:
            if explaining(before, evidence):
                return
            more = [self._observe(text, layer) for text in layer.more if methods_in(text) <= self.methods.there]
            found = explaining(mistakes_for(layer, kinds), evidence, [run.evidence for run in more if run.gradients])
            found = [mistake for mistake in found if mistake.kind in kinds] or found
            pairs = [(g, x.grad) for e in evidence for g, x in zip(e.gradients, e.leaves, strict=True)]
            hint = hint or one_of(mistake.hint for mistake in found)
            hint = hint or (SHARED if first.shares_gradients else rounding_or_difference(pairs))
        self._add(first.finding(layer.where, hint))
        is_in_operation = first.is_early or (found and all(mistake.is_in_operation for mistake in found))
        is_sweep = layer in (ADD, probes.TWO_GRAPHS) and not is_in_operation and not self._is_product_right()
        codes = self.sums if is_sweep else first.codes - self.sweep if layer.operation else frozenset()
        self.causes.append(Cause(first, codes, is_sweep, found))

    def _is_product_right(self) -> bool:
        """Whether sweeps without a `+` are right."""
        return "__mul__" in self.methods.there and all(self._observe(text, MUL).passed for text in probes.PRODUCTS)

    # ---- beyond layers

    def _note_slowness(self) -> None:
        """Recursion along every path is right, and takes a time that doubles with every use of a node."""
        slow = self._observe(probes.TEN_DOUBLINGS, ADD)
        if (slow.calls > 1000 or slow.is_out_of_time) and not self._is_touched(slow):
            self.notes.append(
                "right but slow: ten doublings, as in `s = s + s`, took more than 1,000 calls. `backward()` walks "
                "along every path; a sweep over the reversed topological order visits each node once"
            )

    def _large(self) -> None:
        """Functions at large numbers where they are finite. That something overflows is a fault at "strict" only."""
        overflowing = []
        for layer in map(probes.large_layer, self.methods.functions):
            wrong = [run for run in self._observations(layer) if not run.passed]
            if any(run.overflows for run in wrong):
                overflowing.append(layer)
            elif wrong or self.level == "strict":
                self._layer(layer._replace(hint=""))
        count, passed, total = len(self.found), self.passed, self.total
        for layer in overflowing:
            self._layer(layer)
        if self.level != "strict":
            for f in [*self.found][count:]:
                self.notes.append(f"{', '.join(self.found.pop(f))}: {' '.join(f.text.split())}")
            self.passed, self.total = passed, total


def mistakes_for(layer: Layer, before: Set[str] = frozenset()) -> list[Mistake]:
    """What can be wrong in a layer, after kinds before. The first try the sweep too, and the parents of `+` and `*`."""
    if layer is probes.REPEATED:
        return IN_REPEATING
    operation = layer.operation
    mistakes = []
    if operation:
        mistakes += [*mistakes_in_operation(operation, beside=layer.beside), *lost_parents(operation)]
    if operation and (layer in (ADD, MUL) or "set" in before):
        mistakes.append(parents_in_a_set(operation))
    mistakes = [mistake._replace(is_in_operation=True) for mistake in mistakes]
    if layer not in probes.OPERATORS and not layer.is_function:
        mistakes += IN_SWEEP
    return mistakes


def _are_one(a: Finding, b: Finding) -> bool:
    """Whether two findings are the same mistake: one hint, or one error at one line."""
    return a.hint == b.hint != "" or ("raised" in b.text and a.text.split("\n")[1:] == b.text.split("\n")[1:])
