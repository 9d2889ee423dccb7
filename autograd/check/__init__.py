"""Checks for learners' code: each says what is wrong, at which input, yours and expected, and the likely cause.

A check prints its verdict, raises AssertionError with the message where it fails, and returns None. `check.report(…)`,
or `report(check, …)`, gives what was found as an object instead, which notebooks show. Code that raises
NotImplementedError is not done yet, which is no error unless CHAINGRAD_STRICT=1: see `cells.py`.

Read `checks.py` first: the checks, and what they promise. `engine.py` runs `probes.py`, layer by layer, on someone's
Value: `driving.py` tells how it is driven, `methods.py` what it has, `evaluating.py` reads a probe, `observe.py` tells
what came of it, and `cycles.py` what it leaves behind. Someone's code runs by `trouble.py`, which makes Trouble of what
it raises, with the cause from `errors.py`, within the time that `deadline.py` keeps.

Where numbers are wrong, `mistakes_for` in `engine.py` gathers the usual mistakes, from `mistakes.py` (seed, order,
leftovers) and from `wrong_rules.py` (how a contribution is added, the rule). They are made on our own graph by
`sweeping.py`, and `hints.py` says which of them explains the numbers: so `=` for `+=` is found. `wrong_values.py` does
so for the value of a function. `functions.py`, `orders.py`, `gradients.py` (with `differences.py`), `steps.py` (with
`update_rules.py` and `wrong_steps.py`) and `lesson.py` (with `answers.py`, `causes.py`, `reading.py`, and `repair.py`,
which tries `changes.py`) are the other checks, and `cells.py` is what a notebook's cells need of them.

`__main__.py` is the teacher's command, `python -m autograd.check`.
"""

from autograd.check.cells import passed, unfold
from autograd.check.checks import check_op, check_step, check_topological_order, check_value, gradcheck, report
from autograd.check.lesson import check_answer, check_function, reveal

__all__ = [
    "check_answer",
    "check_function",
    "check_op",
    "check_step",
    "check_topological_order",
    "check_value",
    "gradcheck",
    "passed",
    "report",
    "reveal",
    "unfold",
]
