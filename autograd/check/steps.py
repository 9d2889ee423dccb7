"""The check of an optimizer's step, on two parameters that take turns."""

from collections.abc import Callable, Iterator, Sequence
from math import isclose
from typing import Any, NamedTuple

from autograd.check.driving import number
from autograd.check.hints import one_of
from autograd.check.reading import parameters_of
from autograd.check.repair import repair
from autograd.check.trouble import Trouble, holds, limited
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
        place = repair(step_fn, lambda: not _in_all_rounds(name, step_fn, 0.05, explain=False).findings)
        report.findings = [finding._replace(hint=place) for finding in report.findings]
    return report


def _in_all_rounds(name: str, step_fn: Callable[..., Any], seconds: float, *, explain: bool = True) -> Report:
    """The first round that is not right, with settings of its own, or else the last one."""
    asked = [p.name for p in parameters_of(step_fn)[4:]]
    named = {*asked, *(("beta1", "beta2") if "betas" in asked else ())}
    settings = SETTINGS._replace(**{n: x for n, x in DEFAULTS.items() if n not in named})  # type: ignore[arg-type]
    other = {n: x for n, x in OTHER._asdict().items() if n in {"lr", *named}}
    rule = _rule_from(step_fn, asked, seconds)
    for change in ({}, {"eps": LARGE_EPS}, other) if "eps" in named else ({}, other):
        report = _compared(name, rule, settings._replace(**change), explain)
        if not report.ok:
            break
    return report


def _compared(name: str, rule: UpdateRule, settings: Settings, explain: bool) -> Report:
    yours: list[float] = []
    trouble = None
    try:
        for x in steps_by(rule, settings):
            yours.append(x)  # noqa: PERF402  # what came before an error counts
    except Trouble as error:
        trouble = error
    expected = [*steps_by(RULES[name], settings)]
    i = next((i for i, pair in enumerate(zip(yours, expected, strict=False)) if not _same(*pair)), len(yours))
    if i == len(MOVES):
        return Report(f"All {len(MOVES)} steps of {name} are right")
    before = [*STARTS.values(), *expected][i]  # the two take turns
    title = f"step {MOVES[i].t} of {MOVES[i].name}   from {shown(before)} with gradient {shown(MOVES[i].g)}"
    title += f", lr {shown(settings.lr)}" + f", eps {shown(settings.eps)}" * (settings.eps == LARGE_EPS)
    if trouble and i == len(yours):
        finding = trouble.finding(f"`{name}`", title)
    else:
        hint = _explained(name, yours, settings) if explain else ""
        finding = Finding(f"`{name}`", f"{title}\n{compared(yours[i], expected[i])}", hint)
    return Report(f"{i} of {len(MOVES)} steps of {name} are right", [finding])


def steps_by(rule: UpdateRule, settings: Settings, *, shared: bool = False) -> Iterator[float]:
    """Two parameters moved in turn by one rule: each after its step, with a state of its own unless it is shared."""
    now = dict(STARTS)
    first = State()
    states = {name: first if shared else State() for name in STARTS}
    for t, name, g in MOVES:
        now[name] = rule(now[name], g, states[name], settings._replace(t=t))
        yield now[name]


def _rule_from(step_fn: Callable[..., Any], asked: Sequence[str], seconds: float) -> UpdateRule:
    """A learner's function as a rule; its errors are Trouble."""

    def rule(p: float, g: float, state: State, s: Settings) -> float:
        values = {**s._asdict(), "betas": (s.beta1, s.beta2)}
        given = {n: x for n, x in values.items() if n in asked}
        try:
            returned = limited(lambda: step_fn(p, g, state, s.lr, **given), seconds)
        except Trouble as trouble:
            if isinstance(trouble.__cause__, KeyError) and not state:
                trouble.hint = "`state` is empty at first: `state.get(name, 0.0)` is 0 where there is nothing yet"
            if isinstance(trouble.__cause__, ZeroDivisionError) and "t" in given:
                trouble.hint = (
                    "t is 1 at the first step, so 1 - beta**t is above 0: is there a `t - 1`, or no step counted yet?"
                )
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
    rule = RULES[name]
    wrong = [(hint, steps_by(mistake, settings)) for hint, mistake in mistakes_in(name)]
    wrong.append(("both parameters share one state: keep it in `state`", steps_by(rule, settings, shared=True)))
    for n, x in (*SETTINGS._asdict().items(), *DEFAULTS.items()):
        if x != getattr(settings, n) and n != "eps":
            fixed = steps_by(rule, settings._replace(**{n: x}))
            wrong.append((f"use the {n} that is given, not a number of your own", fixed))
    return one_of(hint for hint, steps in wrong if holds(all, map(_same, yours, steps)))


def _same(yours: float, expected: float) -> bool:
    """Equal but for a small eps, whose place differs between texts."""
    return isclose(yours, expected, rel_tol=1e-5, abs_tol=1e-7)
