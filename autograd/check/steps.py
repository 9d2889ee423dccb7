"""The check of an optimizer's step, on two parameters that take turns."""

from collections.abc import Callable
from inspect import signature
from math import isclose
from typing import Any, NamedTuple

from autograd.check.driving import number
from autograd.check.hints import one_of
from autograd.check.repair import repair
from autograd.check.trouble import Trouble, limited, quiet
from autograd.check.update_rules import RULES, Settings, State, UpdateRule
from autograd.check.wrong_steps import mistakes_in
from autograd.reports import Finding, Report, compared, shown


class Move(NamedTuple):
    """A step of one of two parameters: the step's number, the parameter's name, its gradient."""

    t: int
    name: str
    g: float


STARTS = {"p": 1.5, "q": -0.7}
GRADIENTS = [(0.8, -2.5), (-0.5, 1.3), (1.7, -0.6), (0.9, 2.1), (-1.2, 0.7), (0.4, -1.9)]
MOVES = [Move(t, name, g) for t, pair in enumerate(GRADIENTS, 1) for name, g in zip(STARTS, pair, strict=True)]
SETTINGS = Settings(lr=0.1, momentum=0.8, alpha=0.9, beta1=0.85, beta2=0.95, eps=1e-8, weight_decay=0.2)
LARGE_EPS = 0.1  # so that the place of eps shows, in a second round for a function that names it
OTHER = Settings(lr=0.03, momentum=0.6, alpha=0.7, beta1=0.6, beta2=0.8, eps=1e-8, weight_decay=0.1)  # in a last one
# What a function is taken to use in the place of a setting that it does not name: PyTorch's defaults.
DEFAULTS = {"momentum": 0.9, "alpha": 0.99, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.01}


def examine_steps(name: str, step_fn: Callable[..., Any], seconds: float) -> Report:
    """See `check_step`."""
    if name not in RULES:
        raise ValueError(f"a step is one of {', '.join(RULES)}, not {name!r}")
    report = _in_all_rounds(name, step_fn, seconds)
    if report.findings and not report.findings[0].hint:
        with quiet([]):
            place = repair(step_fn, lambda: not _in_all_rounds(name, step_fn, 0.05, explain=False).findings)
        report.findings = [finding._replace(hint=place) for finding in report.findings]
    return report


def _in_all_rounds(name: str, step_fn: Callable[..., Any], seconds: float, *, explain: bool = True) -> Report:
    """The first round that is not right, with settings of its own, or else the last one."""
    named = _named_settings(step_fn)
    settings = SETTINGS._replace(**{n: x for n, x in DEFAULTS.items() if n not in named})  # type: ignore[arg-type]
    rule = _rule_from(step_fn, named, seconds)
    report = _compared(name, rule, settings, explain)
    if report.ok and "eps" in named:
        report = _compared(name, rule, settings._replace(eps=LARGE_EPS), explain)
    if report.ok:
        other = {n: x for n, x in OTHER._asdict().items() if n in {"lr", *named}}
        report = _compared(name, rule, settings._replace(**other), explain)
    return report


def _compared(name: str, rule: UpdateRule, settings: Settings, explain: bool) -> Report:
    yours = _Run(rule, settings)
    trouble = yours.finish()
    expected = _Run(RULES[name], settings)
    expected.finish()
    before = dict(STARTS)
    for i, (move, right) in enumerate(zip(MOVES, expected.seen, strict=True)):
        is_missing = i == len(yours.seen)
        if is_missing or not _same(yours.seen[i], right):
            start = f"from {shown(before[move.name])} with gradient {shown(move.g)}, lr {shown(settings.lr)}"
            start += f", eps {shown(settings.eps)}" * (settings.eps == LARGE_EPS)
            title = f"step {move.t} of {move.name}   {start}"
            if is_missing and trouble:
                finding = trouble.finding(f"`{name}`", title)
            else:
                facts = f"{title}\n{compared(yours.seen[i], right)}"
                finding = Finding(f"`{name}`", facts, _explained(name, yours.seen, settings) if explain else "")
            return Report(f"{i} of {len(MOVES)} steps of {name} are right", [finding])
        before[move.name] = right
    return Report(f"All {len(MOVES)} steps of {name} are right")


class _Run:
    """Two parameters moved in turn by one rule, each with a state of its own unless it is shared."""

    def __init__(self, rule: UpdateRule, settings: Settings, *, shared: bool = False) -> None:
        self.rule, self.settings = rule, settings
        first: State = {}
        self.states = {name: first if shared else State() for name in STARTS}
        self.seen: list[float] = []

    def finish(self) -> Trouble | None:
        """Make all moves: `seen` holds the parameter after each. What stopped it, if something did."""
        now = dict(STARTS)
        for t, name, g in MOVES:
            try:
                now[name] = self.rule(now[name], g, self.states[name], self.settings._replace(t=t))
            except Trouble as trouble:
                return trouble
            self.seen.append(now[name])
        return None


def _named_settings(step_fn: Callable[..., Any]) -> set[str]:
    """The settings that a function names and is given; `betas` means both."""
    try:
        named = set(list(signature(step_fn).parameters)[4:])
    except (TypeError, ValueError):
        named = set()
    return named | ({"beta1", "beta2"} if "betas" in named else set())


def _rule_from(step_fn: Callable[..., Any], named: set[str], seconds: float) -> UpdateRule:
    """A learner's function as a rule; its errors are Trouble."""
    parameters = set(signature(step_fn).parameters) if named else set()

    def rule(p: float, g: float, state: State, s: Settings) -> float:
        values = {**s._asdict(), "betas": (s.beta1, s.beta2)}
        given = {n: x for n, x in values.items() if n in parameters & named}
        try:
            returned = limited(lambda: step_fn(p, g, state, s.lr, **given), seconds)
        except Trouble as trouble:
            if isinstance(trouble.__cause__, KeyError) and not state:
                hint = "`state` is empty at first: `state.get(name, 0.0)` is 0 where there is nothing yet"
                raise Trouble(trouble.text, hint) from trouble.__cause__
            if isinstance(trouble.__cause__, ZeroDivisionError) and "t" in given:
                hint = (
                    "t is 1 at the first step, so 1 - beta**t is above 0: is there a `t - 1`, or no step counted yet?"
                )
                raise Trouble(trouble.text, hint) from trouble.__cause__
            raise
        if isinstance(returned, complex):
            raise Trouble(
                "the step's result is complex: the root of a negative number was taken",
                "a running mean of squares is not negative, nor is 1 - beta2**t: is there a `*` for a `**`?",
            )
        if returned is None:
            raise Trouble(
                "the step returned None, not a number", "return the new parameter: a number is not changed in place"
            )
        return number(returned, "the step's result")

    return rule


def _explained(name: str, yours: list[float], settings: Settings) -> str:
    """The hint: the mistakes that give all that was seen."""
    runs = [(hint, _Run(rule, settings)) for hint, rule in mistakes_in(name)]
    runs.append(("both parameters share one state: keep it in `state`", _Run(RULES[name], settings, shared=True)))
    for known in (SETTINGS._asdict(), DEFAULTS):
        runs += [
            (f"use the {n} that is given, not a number of your own", _Run(RULES[name], settings._replace(**{n: x})))  # type: ignore[arg-type]
            for n, x in known.items()
            if x != getattr(settings, n) and n != "eps"
        ]
    return one_of(hint for hint, run in runs if _gives(run, yours))


def _gives(run: _Run, yours: list[float]) -> bool:
    try:
        run.finish()
    except (ArithmeticError, ValueError):
        return False
    return all(map(_same, yours, run.seen))


def _same(yours: float, expected: float) -> bool:
    """Equal but for a small eps, whose place differs between texts."""
    return isclose(yours, expected, rel_tol=1e-5, abs_tol=1e-7)
