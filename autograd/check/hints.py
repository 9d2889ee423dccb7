"""From wrong numbers to their likely cause: usual mistakes are made on our own graph, and what they give is compared.

A mistake becomes a hint only where it explains all that was observed, what was right included; where several do, the
hint says "one of". The mistakes stand in `mistakes.py` and `wrong_rules.py`.
"""

from collections.abc import Callable, Iterable, Sequence
from math import isclose
from typing import NamedTuple

from autograd.check.sweeping import Gradients
from autograd.check.trouble import holds
from autograd.value import Value


class Evidence(NamedTuple):
    """What one run showed: the outputs swept, the inputs, their gradients and the last output's own."""

    outputs: list[Value]
    leaves: list[Value]
    gradients: list[float]
    seed: float | None
    rtol: float = 0.0

    def agrees(self, gradients: Gradients) -> bool:
        """Whether these are the gradients that were seen."""
        seed = gradients.get(self.outputs[-1], 0.0)
        expected = [gradients.get(leaf, 0.0) for leaf in self.leaves]
        pairs = [*zip(self.gradients, expected, strict=True), (seed if self.seed is None else self.seed, seed)]
        return all(same(a, b, self.rtol) for a, b in pairs)


class Mistake(NamedTuple):
    """A usual mistake: its hint, and what it gives of outputs swept in turn, in as many variants as it has.

    Of several mistakes of one kind that explain the evidence the first is named. It is in an operation or in the sweep.
    """

    kind: str
    hint: str
    variants: Callable[[list[Value]], Iterable[Gradients]]
    is_in_operation: bool = False

    def explains(self, evidence: Evidence) -> bool:
        """Whether one of its variants gives what was seen."""
        return holds(lambda: any(map(evidence.agrees, self.variants(evidence.outputs))))


def same(a: float, b: float, rtol: float = 0.0) -> bool:
    """Equal but for rounding, be it to float32: a mistake is recognised more generously than an answer is accepted."""
    return isclose(a, b, rel_tol=max(1e-7, rtol), abs_tol=max(1e-9, rtol / 100))


def explaining(
    mistakes: Iterable[Mistake], evidence: Sequence[Evidence], more: Sequence[Evidence] = ()
) -> list[Mistake]:
    """The mistakes that explain all the evidence, of each kind the first.

    Where several do, those are preferred that explain more, from what has not been tried by itself yet.
    """
    found = [mistake for mistake in mistakes if all(map(mistake.explains, evidence))]
    for one in more:
        found = [mistake for mistake in found if mistake.explains(one)] or found
    first = {mistake.kind: mistake for mistake in reversed(found)}
    return [mistake for mistake in found if first[mistake.kind] is mistake]


def one_of(hints: Iterable[str]) -> str:
    """One hint as it is, several as "one of", none as ""."""
    hints = list(dict.fromkeys(hints))
    listed = "; or ".join(hint.replace("one of: ", "") for hint in hints)
    return hints[0] if len(hints) == 1 else f"one of: {listed}" if hints else ""


# ---- numbers that are nearly right


def rounding_or_difference(pairs: Sequence[tuple[float, float]]) -> str:
    """The hint for numbers all of which are rounded, or close: each with the right one."""
    changed = {a for a, b in pairs if not same(a, b)}
    for digits in range(0 if len(changed) > 1 else 1, 5):  # one whole number may be anything
        if all(same(a, round(b, digits)) or same(a, b) for a, b in pairs):
            return f"the gradients are rounded to {digits} decimals: keep them as they are"
    if all(isclose(a, b, rel_tol=1e-2, abs_tol=1e-6) for a, b in pairs):
        return (
            "nearly right: one of: a difference quotient in place of the rule; something small that is added, such as "
            "1e-3; numbers kept in float32"
        )
    return ""
