"""The usual mistakes in an operation: in what it adds to its parents' gradients, in its rule."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from math import log

from autograd.backprop import topological_order
from autograd.check.hints import Mistake
from autograd.check.mistakes import Change, sweeps, varied
from autograd.check.sweeping import Event, Gradients, Rule, accumulate
from autograd.operation import Operation
from autograd.operations import OPERATIONS, constant
from autograd.value import Value

# ---- contributions: what becomes of a parent's gradient, by its local derivative d and the upstream gradient g

ADD_UP = "a value used twice must add up both contributions: use `+=`, not `=`"
WHOLE = "the gradients are cut or rounded to whole numbers: keep them as they are"


def _by_gradients(old: float, d: float, g: float, child: Value, i: int, gradients: Gradients) -> float:
    """In the place of the other operand's number stands the gradient that it has just then."""
    return old + gradients[child.parents[1 - i]] * g


# fmt: off
EVENTS: list[tuple[str, Event, str]] = [
    ("overwrite", lambda old, d, g, *_: d * g, ADD_UP),
    ("no upstream", lambda old, d, g, *_: old + d,
        "the upstream gradient is left out: a contribution is local derivative * `out.grad`"),
    ("overwrite", lambda old, d, g, *_: d,
        "the upstream gradient is left out, and `=` overwrites: `+= local derivative * out.grad`"),
    ("upstream added", lambda old, d, g, *_: old + d + g,
        "the upstream gradient is added to the local derivative: multiply them"),
    ("upstream added", lambda old, d, g, *_: d + g,
        "the upstream gradient is added to the local derivative, and `=` overwrites: `+= local derivative * out.grad`"),
    ("data", lambda old, d, g, child, *_: old + d * child.data, "`out.data` stands where `out.grad` belongs"),
    ("sign", lambda old, d, g, *_: old - d * g, "the sign is wrong"),
    ("twice", lambda old, d, g, *_: old + 2 * d * g,
        "twice what it should be: one of: it is added twice; a factor 2 is too many, or 1/2 missing"),
    ("half", lambda old, d, g, *_: old + d * g / 2,
        "half of what it should be: a factor 2 is missing, or 1/2 too many"),
    ("upstream squared", lambda old, d, g, *_: old + d * g * g, "the upstream gradient is multiplied in twice"),
    ("nothing", lambda old, *_: old,
        "nothing arrives: one of: the result does not know its parents, or was made from `.data` alone; its backward "
        "function is missing or never called; a `.grad`, which is still 0, stands where `.data` belongs"),
    ("own gradient", lambda old, d, *_: old + d * old,
        "`self.grad` stands where `out.grad` belongs, or the two have changed places"),
    ("gate", lambda old, d, g, *_: old + d * max(g, 0.0),
        "the gradient is let through by its own sign: what counts is the sign of the input"),
    ("whole", lambda old, d, g, *_: old + int(d * g), WHOLE),
    ("whole", lambda old, d, g, *_: old + round(d * g), WHOLE),
    *(("rounded", lambda old, d, g, *_, digits=digits: old + round(d * g, digits),
        f"the gradients are rounded to {digits} decimals: keep them as they are") for digits in range(1, 5)),
]
# fmt: on
OF_PRODUCTS: list[tuple[str, Event, str]] = [("gradients", _by_gradients, "`.grad` stands where `.data` belongs")]
SIDES = ((None, ""), (0, "toward the first operand, "), (1, "toward the second operand, "))


def mistakes_in_operation(operation: Operation, *, beside: bool = False, sums: bool = True) -> list[Mistake]:
    """Wrong contributions, toward all parents or one, and wrong local derivatives.

    With `beside` only the nodes beside a plain number have them; `sums` says that contributions are added up.
    """

    def is_on_trial(node: Value) -> bool:
        return node.operation is operation and (not beside or any(p.operation is constant for p in node.parents))

    mistakes = []
    for position, side in SIDES if operation.arity == 2 and not beside else SIDES[:1]:
        for kind, wrong, hint in EVENTS + OF_PRODUCTS * (operation.name == "multiply" and not beside):
            event = _on(is_on_trial, position, wrong)
            if not _overwrites(wrong):
                mistakes.append(sweeps(kind, event=event, hint=f"{side}{hint}"))
            elif sums:
                mistakes.append(varied(kind, partial(_in_all_orders, event), hint=f"{side}{hint}"))
    rules = [sweeps("rule", rule=_ruled(is_on_trial, rule), hint=hint) for hint, rule in rules_for(operation)]
    return mistakes + rules


def _on(is_on_trial: Callable[[Value], bool], position: int | None, wrong: Event) -> Event:
    """The event that goes wrong for the nodes on trial, toward the parent at this position."""

    def event(old: float, d: float, g: float, child: Value, i: int, gradients: Gradients) -> float:
        is_wrong = is_on_trial(child) and position in (None, i)
        return (wrong if is_wrong else accumulate)(old, d, g, child, i, gradients)

    return event


def _overwrites(event: Event) -> bool:
    """Whether nothing is left of the old gradient."""
    child = Value(5.0) * Value(3.0)
    return len({event(old, 2.0, 3.0, child, 0, defaultdict(float)) for old in (7.0, 11.0)}) == 1


def _in_all_orders(event: Event, outputs: list[Value]) -> Iterator[Change]:
    """What is left where a gradient is overwritten depends on which child comes last."""
    for order in islice(_complete_orders(outputs[-1]), 12):
        for turned in (False, True):
            yield {"order": lambda outputs: order, "event": event, "turned": turned}  # noqa: B023


def _complete_orders(output: Value) -> Iterator[list[Value]]:
    """Every order of the nodes with parents in which each comes after all that it was used in."""
    nodes = [node for node in topological_order(output) if node.parents]

    def extend(order: list[Value]) -> Iterator[list[Value]]:
        if len(order) == len(nodes):
            yield order
        rest = [node for node in nodes if node not in order]
        for node in reversed(rest):
            if not any(node in other.parents for other in rest):
                yield from extend([*order, node])

    return extend([])


# ---- local derivatives; y is the output

WrongRule = tuple[str, Callable[..., tuple[float, ...]]]
RULES: dict[str, list[WrongRule]] = {
    "multiply": [
        ("the value stands where the local derivative belongs, the other factor", lambda y, a, b: (y, y)),
        ("that is the sum: the local derivative is the other factor", lambda y, a, b: (a + b, a + b)),
    ],
    "fixed_power": [
        ("the factor n is missing: the derivative is n * x**(n - 1)", lambda y, x, n: (x ** (n - 1), 0.0)),
        ("the exponent must go down by one: the derivative is n * x**(n - 1)", lambda y, x, n: (n * x**n, 0.0)),
        ("parentheses are missing: `n * x**n - 1` is (n * x**n) - 1", lambda y, x, n: (n * x**n - 1, 0.0)),
        ("the exponent goes down by one, not up: n * x**(n - 1)", lambda y, x, n: (n * x ** (n + 1), 0.0)),
        ("the power is missing: the derivative is n * x**(n - 1)", lambda y, x, n: (n * x, 0.0)),
        ("the factor is n, not n - 1: the derivative is n * x**(n - 1)", lambda y, x, n: ((n - 1) * x ** (n - 1), 0.0)),
        ("the exponent is cut to a whole number", lambda y, x, n: (int(n) * x ** (int(n) - 1), 0.0)),
        ("that is the rule of x**2: the derivative is n * x**(n - 1)", lambda y, x, n: (2 * x, 0.0)),
        ("the sign of a negative base is lost", lambda y, x, n: (n * abs(x) ** (n - 1), 0.0)),
        ("that is toward the exponent; toward x the derivative is n * x**(n - 1)", lambda y, x, n: (y * log(x), 0.0)),
    ],
    "power": [
        ("the factor b is missing: toward a it is b * a**(b - 1)", lambda y, a, b: (a ** (b - 1), y * log(a))),
        ("the exponent must go down by one: toward a it is b * a**(b - 1)", lambda y, a, b: (b * y, y * log(a))),
        ("the logarithm is missing: toward the exponent it is y * log(a)", lambda y, a, b: (b * y / a, y)),
        ("the logarithm is the base's: toward the exponent it is y * log(a)", lambda y, a, b: (b * y / a, y * log(b))),
    ],
    "divide": [
        ("toward b the derivative is -a / b**2: the square is missing", lambda y, a, b: (1 / b, -a / b)),
        ("toward b the derivative is -a / b**2: the factor a is missing", lambda y, a, b: (1 / b, -1 / (b * b))),
        ("toward b the derivative is -a / b**2, not 1 / a", lambda y, a, b: (1 / b, 1 / a)),
        ("toward a the derivative is 1 / b, not b", lambda y, a, b: (b, -a / (b * b))),
    ],
    "tanh": [
        ("the square is missing: the derivative is 1 - y**2", lambda y, x: (1 - y,)),
        ("the derivative is 1 - y**2, with a minus", lambda y, x: (1 + y * y,)),
        ("the derivative is 1 - y**2: the 1 is missing", lambda y, x: (-y * y,)),
        ("that is the sigmoid's rule: the derivative of tanh is 1 - y**2", lambda y, x: (y * (1 - y),)),
    ],
    "sigmoid": [
        ("the derivative is y * (1 - y): the factor y is missing", lambda y, x: (1 - y,)),
        ("the derivative is y * (1 - y), with a minus", lambda y, x: (y * (1 + y),)),
        ("that is tanh's rule: the derivative of the sigmoid is y * (1 - y)", lambda y, x: (1 - y * y,)),
    ],
    "exp": [("exp(x) is its own derivative: the power rule is for x**n", lambda y, x: (x * y / 2.718281828459045,))],
    "relu": [
        ("the derivative is 1 above zero, not the value", lambda y, x: (max(x, 0.0),)),
        ("the gate is the wrong way round: the gradient passes where x > 0", lambda y, x: (float(x < 0),)),
        (
            "the gradient passes below zero too: one of: the gate is missing; `>=` lets an output of 0 through",
            lambda y, x: (1.0,),
        ),
    ],
}
PASSED_ON = "the local derivative is left out: the upstream gradient is passed on as it is"


def rules_for(row: Operation) -> Iterator[WrongRule]:
    """The wrong rules of a row: its own, and those that any row can be given and that are not its sign or a factor."""
    yield from RULES.get(row.name, ())
    d = row.on_floats.derivatives
    if row.name in ("multiply", "divide", "power"):
        yield (
            "the operands are swapped: each one's local derivative stands with the other",
            lambda y, a, b: d(y, a, b)[::-1],
        )
        yield PASSED_ON, lambda y, a, b: (1.0, 1.0)
    if row.arity == 1 and row.name != "negative":
        yield PASSED_ON, lambda y, x: (1.0,)
        yield "the derivative is taken at the output: it belongs at the input", lambda y, x: d(y, y)
        yield "the derivative is taken at the output: it belongs at the input", lambda y, x: d(row(y), y)
        yield "the derivative is taken at the input: it belongs at the output (`out.data`)", lambda y, x: d(x, x)
        yield "the value stands where the derivative belongs", lambda y, x: (y,)
        if row.name != "square":
            yield "the input stands where the derivative belongs", lambda y, x: (x,)
        yield "the derivative is upside down: 1 / it is what is given", lambda y, x: (1 / d(y, x)[0],)
        for name in ("sin", "cos", "exp", "sinh", "cosh"):
            f = OPERATIONS[name].on_floats.value
            if (row.name, name) != ("cos", "sin"):
                yield f"{name}(x) stands where the derivative belongs", lambda y, x, f=f: (f(x),)


def _ruled(is_on_trial: Callable[[Value], bool], wrong: Callable[..., tuple[float, ...]]) -> Rule:
    def rule(node: Value) -> Sequence[float]:
        return wrong(node.data, *[p.data for p in node.parents]) if is_on_trial(node) else node.local_derivatives

    return rule
