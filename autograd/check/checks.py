"""The checks of engines, gradients, operations, orders and steps: what each takes, and what it promises.

Each function below examines and gives a Report; `Check` makes of it what people call, which prints and raises.
"""

from collections.abc import Callable, Sequence
from functools import update_wrapper, wraps
from inspect import signature
from types import MethodType
from typing import Any, Generic, ParamSpec

from autograd.check.cells import CheckFailed, not_done
from autograd.check.driving import Make, steady_sets
from autograd.check.engine import LEVELS, EngineCheck
from autograd.check.functions import examine_operation
from autograd.check.gradients import GradientCheck
from autograd.check.lesson import SECONDS
from autograd.check.orders import examine_order
from autograd.check.steps import examine_steps
from autograd.check.trouble import quiet
from autograd.reports import Report
from autograd.value import Value

P = ParamSpec("P")


def _quietly(examine: Callable[P, Report]) -> Callable[P, Report]:
    """The same, where what the code that is checked prints is not shown, but counted."""

    @wraps(examine)
    def report(*args: P.args, **kwargs: P.kwargs) -> Report:
        notes: list[str] = []
        with quiet(notes):
            found = examine(*args, **kwargs)
        found.notes += notes
        return found

    return report


class Check(Generic[P]):
    """A check, made from a function that examines. Called, it prints and raises; `.report` gives what was found."""

    __name__: str

    def __init__(self, examine: Callable[P, Report]) -> None:
        update_wrapper(self, examine)
        self.__annotations__ = {**examine.__annotations__, "return": None}
        self.__signature__ = signature(examine).replace(return_annotation=None)
        self.report = _quietly(examine)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            found = self.report(*args, **kwargs)
        except NotImplementedError:
            not_done("Not done yet.")
            return
        if found.ok is not False:
            print(found)
        elif found.findings[0].unwritten:
            not_done(f"Not done yet: {found.findings[0].unwritten}.")
        else:
            print(f"{found.verdict}.")
            raise found.error or CheckFailed(str(found))

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        """As a function's, which makes `help()` show a check as one."""
        return self if instance is None else MethodType(self, instance)

    def __repr__(self) -> str:
        return f"<check {self.__name__}>"

    def __reduce__(self) -> str:
        return self.__name__


def report(check: Check[P], *args: P.args, **kwargs: P.kwargs) -> Report:
    """What a check finds, as an object with `.ok`, `.findings` and a view for notebooks; prints and raises nothing.

    >>> def wrong(v):
    ...     return v.data * v
    >>> report(gradcheck, wrong, 3.0).findings[0].hint
    'half of it: one of: a use was cut off by `.data` or float(); a factor 2 is missing'
    """
    if not isinstance(check, Check):
        raise TypeError(f"report() takes a check of autograd.check and its arguments, not {check!r}")
    return check.report(*args, **kwargs)


@Check
def check_value(
    StudentValue: Make,
    level: str = "all",
    seed: int | None = None,
    *,
    data: str | None = None,
    grad: str | None = None,
    backward: str | None = None,
    seconds: float = SECONDS,
) -> Report:
    """Check an engine: a class (or any function) that makes objects with `data`, `grad`, `backward()` from numbers.

    - level: "add" tries `+` and the sweep, "mul" `*` too, "all" the operators of micrograd and whatever functions there
      are (`tanh`, `exp`, …; one of `relu`, `tanh` and `sigmoid` must be), each on fresh graphs with one `backward()`;
      "own" the same, but nothing is missing; "strict" adds a second `backward()`, two losses over one subgraph, 3,000
      nodes in a chain, forty doublings, large numbers, reference cycles
    - seed: other numbers than the standard ones
    - data, grad, backward: what these are called there; what is not told is found by what it holds, with a note
    - seconds: computing time that one expression may take

    Probes go from simple to composed, values are checked before gradients, and what an earlier finding explains is not
    told again: a wrong `+` is not reported as a wrong `*`, and a wrong tanh is found beside a wrong `*`. Functions that
    are no rows are compared with differences of their own values, or a note says that they were not tried.

    >>> from autograd import Value
    >>> check_value(Value, level="mul")
    All 29 probes passed: Value is right at level 'mul'.
    """
    if level not in LEVELS:
        raise ValueError(f"level is one of {', '.join(map(repr, LEVELS))}, not {level!r}")
    names = {"data": data, "grad": grad, "backward": backward}
    return EngineCheck(StudentValue, level, seed, seconds, names).report()


@Check
def gradcheck(
    f: Callable[..., Any],
    *xs: Any,
    rtol: float = 1e-5,
    atol: float = 0.0,
    step: float | None = None,
    seconds: float = 20 * SECONDS,
) -> Report:
    """Compare the gradients that `backward()` gives of f(*xs) with central differences (f(x + h) − f(x − h)) / 2h.

    - xs: each is a number, which becomes one of our Values, a Value of any engine, of which new ones are made by its
      class, or a list of them
    - rtol, atol: how far a gradient may be off, as a part of it and besides, beyond the error of the differences;
      float32 numbers are compared to 3 digits, with a note
    - step: the largest h; if not given, as many steps as it takes, around the size of x and around 1

    The differences are extrapolated to h = 0 with an estimate of their error (C. J. F. Ridders, Advances in Engineering
    Software 4, 1982). At a kink any slope between the two one-sided ones is right. Where the rule of an Operation is
    wrong, it is named. Where the error is too large to tell, a note says so, nothing is raised, and `.ok` is None.

    >>> gradcheck(lambda a, b: a * b + a.tanh(), 0.5, -2.0)
    All 2 gradients agree with central differences.
    """
    if step is not None and not step > 0:
        raise ValueError(f"step is a positive number, not {step!r}")
    return GradientCheck(f, xs, rtol, atol, step, seconds).report()


@Check
def check_op(
    name: str, forward: Callable[..., Any], backward: Callable[..., Any], *, seconds: float = SECONDS
) -> Report:
    """Check one operation on plain numbers.

    - forward: (*inputs) → the value
    - backward: (g, *inputs) → for each input its contribution, local derivative × g, where g is the upstream gradient;
      a plain number will do for one input
    - name: a row of the table (`tanh`) or an operator (`add sub mul truediv neg pow`); under any other name forward is
      taken as it is and the derivatives are compared with its central differences

    >>> check_op("mul", lambda a, b: a * b, lambda g, a, b: (b * g, a * g))
    All 16 probes of `mul` passed.
    """
    return examine_operation(name, forward, backward, seconds)


@Check
def check_topological_order(
    fn: Callable[[Any], Sequence[Any]], level: str = "all", *, seconds: float = SECONDS
) -> Report:
    """Check fn(output) → the nodes that output is computed from, and itself, each once and after its parents.

    The nodes are our Values: read `.parents`, or `_prev`. The graphs have nodes used twice and equal data; at the level
    "strict" there are thirty doublings and a chain of 3,000 too.

    >>> from autograd import topological_order
    >>> check_topological_order(topological_order, level="strict")
    All 9 graphs are in order.
    """
    if level not in LEVELS:
        raise ValueError(f"level is one of {', '.join(map(repr, LEVELS))}, not {level!r}")
    with steady_sets(Value):
        return examine_order(fn, level, seconds)


@Check
def check_step(name: str, step_fn: Callable[..., Any], *, seconds: float = SECONDS) -> Report:
    """Check an optimizer's step: sgd, momentum, nesterov, adagrad, rmsprop, adam or adamw, as PyTorch has them.

    step_fn(p, g, state, lr) → the new parameter, from the number p and its gradient g. `state` is a dict for this
    parameter alone, empty at first and kept from step to step. What else the function names is passed by name:
    `momentum`, `alpha`, `betas` (or `beta1`, `beta2`), `eps`, `weight_decay`, and `t`, which counts from one.

    >>> check_step("sgd", lambda p, g, state, lr: p - lr * g)
    All 12 steps of sgd are right.
    """
    return examine_steps(name, step_fn, seconds)
