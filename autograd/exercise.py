"""Exercises on paper: a small graph with clean numbers, blanks to fill in, and a mark for each.

A seed gives the same exercise everywhere. An answer that follows correctly from an earlier wrong one counts as right.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from math import isclose
from random import Random
from typing import TYPE_CHECKING, Any

from autograd.backprop import topological_order
from autograd.floats import is_number
from autograd.operation import Operation
from autograd.operations import OPERATIONS
from autograd.reports import Finding, Report, shown
from autograd.tables import short
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.pictures import Picture

# By level: the operations, how many nodes are computed, and how many values are used more than once.
LEVELS: dict[int, tuple[tuple[str, ...], int, int]] = {
    1: (("add", "multiply"), 2, 0),
    2: (("add", "multiply", "subtract"), 3, 1),
    3: (("add", "multiply", "subtract", "square", "relu"), 5, 1),
    4: (("add", "multiply", "subtract", "square", "relu", "negative", "maximum"), 7, 2),
}
LETTERS = "abcdefghijklmnopqrstuvw"
STARTS = (-3.0, -2.0, -1.5, -1.0, -0.5, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
LARGEST, DECIMALS = 60.0, 2


class Exercise:
    """A graph with blanks: `print` shows it, `picture()` draws it, `check(answers)` marks it, `key` solves it.

    The blanks are named by what they ask for: "d" is the value of d, "d/a" the local derivative of d toward its
    input a, and "grad a" the gradient of a, ∂output/∂a.
    """

    def __init__(self, seed: int, level: int, output: Value) -> None:
        self.seed, self.level, self.output = seed, level, output
        self._order = sorted(topological_order(output), key=lambda v: v.label)  # as they were made
        output.backward()
        self.key: dict[str, float] = dict(self._solution({}))

    def _solution(self, answers: Mapping[str, float]) -> Iterator[tuple[str, float]]:
        """Every blank in turn with what is right in it, given the answers to the blanks before it."""
        data = {v: v.data for v in self._order}
        for v in self._order:
            if v.parents:
                right = _operation(v)(*[data[p] for p in v.parents])
                yield v.label, right
                data[v] = answers.get(v.label, right)
        slopes: dict[tuple[Value, Value], float] = {}
        for v in self._order:
            if v.parents:
                derivatives = _operation(v).on_floats.derivatives(data[v], *[data[p] for p in v.parents])
                for p, d in zip(v.parents, derivatives, strict=True):
                    name = f"{v.label}/{p.label}"
                    yield name, d
                    slopes[v, p] = answers.get(name, d)
        gradients: dict[Value, float] = {}
        for v in reversed(self._order):
            terms = [slopes[child, v] * gradients[child] for child in self._uses(v)]
            right = sum(terms) if v is not self.output else 1.0
            yield f"grad {v.label}", right
            gradients[v] = answers.get(f"grad {v.label}", right)

    def _uses(self, v: Value) -> list[Value]:
        return [child for child in self._order if v in child.parents]

    def score(self, answers: Mapping[str, Any]) -> "Score":
        """Marks for answers by the names of the blanks: one for each that is right, or follows from those before it.

        Raises ValueError for a name that is not a blank, TypeError for an answer that is not a number.
        """
        given = {name: self._number(name, answer) for name, answer in answers.items() if answer is not None}
        follows = dict(self._solution(given))
        findings, points = [], 0
        for name, right in self.key.items():
            if name not in given:
                continue
            if _equal(given[name], follows[name]) or _equal(given[name], right):
                points += 1
            else:
                findings.append(Finding(name, f"{shown(given[name])} is not right", self._hint(name, given)))
        return Score(points, len(self.key), len(self.key) - len(given), findings)

    def check(self, answers: Mapping[str, Any]) -> None:
        """Print the score; raise AssertionError, saying what is wrong, unless it is full."""
        score = self.score(answers)
        if score.points < score.total:
            raise AssertionError(str(score))
        print(score)

    def _number(self, name: str, answer: Any) -> float:
        if name not in self.key:
            raise ValueError(f"{name!r} is no blank of this exercise: they are {', '.join(self.key)}")
        if not is_number(answer):
            raise TypeError(f"the answer to {name!r} is a number, not {short(answer)}")
        return float(answer)

    def _hint(self, name: str, given: Mapping[str, float]) -> str:
        """What a wrong gradient left out, if it is one of its contributions alone or their product."""
        if not name.startswith("grad "):
            return ""
        solved = {**dict(self._solution(given)), **given}
        label = name.removeprefix("grad ")
        uses = [v.label for v in self._order if any(p.label == label for p in v.parents)]
        terms = [solved[f"{use}/{label}"] * solved[f"grad {use}"] for use in uses]
        yours = given[name]
        if len(terms) > 1 and any(_equal(yours, term) for term in terms):
            return f"{label} is used {len(terms)} times: add up what comes back from {' and '.join(uses)}"
        if any(_equal(yours, solved[f"{use}/{label}"]) for use in uses):
            return f"that is a local derivative: multiply it by the gradient of {uses[0]}"
        return ""

    def picture(self, *, solved: bool = False) -> "Picture":
        """The graph as `draw` shows it, with question marks in the blanks unless `solved`."""
        from autograd.pictures import draw

        return draw(self.output if solved else self._blanked(), collapse=False)

    def _blanked(self) -> Value:
        """The graph with numbers that print as question marks in the place of all that is asked for."""
        copies: dict[Value, Value] = {}
        for v in self._order:
            copy = copies[v] = v.__copy__()
            copy.parents = tuple(copies[p] for p in v.parents)
            copy.grad = _Blank(1.0)  # the same for all, for the colour of a box tells its gradient
            copy.local_derivatives = tuple(map(_Blank, v.local_derivatives))
            copy.data = _Blank(v.data) if v.parents else v.data
        return copies[self.output]

    def __str__(self) -> str:
        """The exercise as text, a line for each node."""
        start = ", ".join(f"{v.label} = {shown(v.data)}" for v in self._order if not v.parents)
        lines = [f"Exercise {self.seed}, level {self.level}: fill in the blanks.", "", start, ""]
        for v in self._order:
            if v.parents:
                local = "   ".join(f"{v.label}/{p.label} = ____" for p in v.parents)
                lines.append(f"{v.label} = {_expression(v)} = ____".ljust(30) + f"local derivatives   {local}")
        gradients = "   ".join(f"grad {v.label} = ____" for v in reversed(self._order))
        return "\n".join([*lines, "", f"gradients of {self.output.label}:   {gradients}"])

    def __repr__(self) -> str:
        return f"<exercise {self.seed}, level {self.level}: {len(self.key)} blanks>"


class Score(Report):
    """The marks for an exercise: `.points` of `.total`, `.ok` if they are all, `.findings` on wrong answers."""

    def __init__(self, points: int, total: int, unanswered: int, findings: list[Finding]) -> None:
        open_ = f", {unanswered} not answered" if unanswered else ""
        super().__init__(f"{points} of {total} points{open_}", findings)
        self.points, self.total = points, total

    @property
    def ok(self) -> bool:
        return self.points == self.total

    def __str__(self) -> str:
        lines = [f"  {f.where}: {f.text}" + (f". Hint: {f.hint}" if f.hint else "") for f in self.findings]
        return "\n".join([f"{self.verdict}.", *lines])


class _Blank(float):
    """A number that prints as a question mark."""

    __slots__ = ()

    def __format__(self, specification: str) -> str:
        return "?"

    __repr__ = __str__ = lambda self: "?"


def exercise(seed: int, level: int = 1) -> Exercise:
    """The exercise for a seed, at a level from 1 (two operations) to 4 (seven, two values used more than once).

    All numbers in it have at most two decimals and are below 60. Raises ValueError for another level.

    >>> task = exercise(seed=3, level=1)
    >>> print(task)
    Exercise 3, level 1: fill in the blanks.
    <BLANKLINE>
    a = -3, b = 4, c = 1.5
    <BLANKLINE>
    d = a * c = ____              local derivatives   d/a = ____   d/c = ____
    e = b * d = ____              local derivatives   e/b = ____   e/d = ____
    <BLANKLINE>
    gradients of e:   grad e = ____   grad d = ____   grad c = ____   grad b = ____   grad a = ____
    >>> print(task.score({"d": -4.5, "e/b": 4.5, "grad a": task.key["grad a"]}))
    2 of 11 points, 8 not answered.
      e/b: 4.5 is not right
    """
    if level not in LEVELS:
        raise ValueError(f"level is one of {', '.join(map(str, LEVELS))}, not {level!r}")
    for attempt in count():
        random = Random(f"{seed} {level} {attempt}")
        output = _graph(random, *LEVELS[level])
        if output is not None:
            return Exercise(seed, level, output)
    raise AssertionError("unreachable")


def _graph(random: Random, names: tuple[str, ...], size: int, reuses: int) -> Value | None:
    """A random graph of so many operations; None where it does not hold together or its numbers are not clean."""

    def pick(items: Sequence[Any]) -> Any:
        return items[int(random.random() * len(items))]  # of Python's random numbers only random() stays the same

    def take(items: list[Any]) -> Any:
        return items.pop(int(random.random() * len(items)))

    operations = [OPERATIONS[pick(names)] for _ in range(size)]
    binary = [i for i, operation in enumerate(operations) if operation.arity == 2]
    leaves = len(binary) + 1 - reuses
    if leaves < 2:
        return None
    again = {take(binary) for _ in range(reuses)}  # the operations whose second operand has been used before
    starts = list(STARTS)
    values = [Value(take(starts), label) for label in LETTERS[:leaves]]
    unused = list(values)
    for i, (operation, label) in enumerate(zip(operations, LETTERS[leaves:], strict=False)):
        used = [v for v in values if v not in unused]
        if not unused or (i in again and not used):
            return None
        operands = [take(unused)]
        if operation.arity == 2:
            if i not in again and not unused:
                return None
            operands.append(pick(used) if i in again else take(unused))
        elif len(operands[0].parents) == 1:
            return None  # one function of one input upon another is no great exercise
        node: Value = operation(*operands)
        node.label = label
        values.append(node)
        unused.append(node)
    return values[-1] if unused == values[-1:] and _is_clean(values[-1], values, reuses) else None


def _is_clean(output: Value, values: list[Value], reuses: int) -> bool:
    """Short numbers, none of them twice; gradients that differ; nothing at a kink; as many reuses as asked for."""
    uses = Counter(p for v in values for p in v.parents)
    output.backward()
    numbers = [x for v in values for x in (v.data, v.grad, *v.local_derivatives)]
    is_clean = (
        sum(n > 1 for n in uses.values()) == reuses
        and len({v.data for v in values}) == len(values)
        and len({abs(v.grad) for v in values}) > 2
        and all(abs(x) <= LARGEST and round(x, DECIMALS) == x for x in numbers)
        and all(v.data or not v.parents for v in values if v is not output)
        and sum(v.grad == 0.0 for v in values) <= 1
    )
    output.zero_grad()
    return is_clean


def _operation(v: Value) -> Operation:
    assert v.operation is not None
    return v.operation


def _expression(v: Value) -> str:
    """How a node is computed: a * b, relu(c)."""
    operation, names = _operation(v), [p.label for p in v.parents]
    if operation.symbol == operation.name:
        return f"{operation.name}({', '.join(names)})"
    return f" {operation.symbol} ".join(names) if len(names) > 1 else f"{operation.symbol}{names[0]}"


def _equal(yours: float, right: float) -> bool:
    return isclose(yours, right, rel_tol=1e-6, abs_tol=1e-6)
