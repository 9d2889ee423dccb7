"""The checks: every engine of the zoo is told what is wrong with it, and no right one anything."""

import ast
import gc
import math
import sys
import threading
from contextlib import suppress
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest

import autograd
from autograd import Operation, Value, check, topological_order
from autograd.check import (
    check_op,
    check_step,
    check_topological_order,
    check_value,
    errors,
    gradcheck,
    hints,
    mistakes,
    report,
    reveal,
    wrong_rules,
    wrong_values,
)
from autograd.check.deadline import Limit, OutOfTime
from autograd.check.engine import mistakes_for
from autograd.check.errors import hint_for_error
from autograd.check.evaluating import evaluate, names_in
from autograd.check.hints import Evidence, explaining
from autograd.check.observe import expect
from autograd.check.probes import (
    ADD,
    DEEP,
    FUNCTIONS,
    MUL,
    OPERATORS,
    REPEATED,
    TWO_GRAPHS,
    function_layer,
    numbers_for,
)
from autograd.check.steps import DEFAULTS, SETTINGS
from autograd.check.sweeping import TooLong, swept
from autograd.check.update_rules import RULES, Settings
from autograd.check.wrong_steps import mistakes_in
from tests.shared import loop, seconds_of

spec = spec_from_file_location("wrong_engines", Path(__file__).with_name("wrong_engines.py"))
zoo = module_from_spec(spec)
spec.loader.exec_module(zoo)
RIGHT, RIGHT_IN_STRICT, WRONG, engine = zoo.RIGHT, zoo.RIGHT_IN_STRICT, zoo.WRONG, zoo.engine
CASES = [pytest.param(level, source, says, id=name) for level in WRONG for name, source, says in WRONG[level]]
WRONG_BY_NAME = {case.id: case.values[1] for case in CASES}
OURS_TOO = {**RIGHT, "ours": None}
LAYERS = [ADD, TWO_GRAPHS, MUL, *OPERATORS, *map(function_layer, FUNCTIONS), DEEP, REPEATED]


def right(name):
    return engine(RIGHT[name]) if name != "ours" else Value


# ---- engines


def wrong(name):
    return engine(WRONG_BY_NAME[name])


@cache
def told(level, source):
    return report(check_value, engine(source), level)


@pytest.mark.parametrize(("level", "source", "says"), CASES)
def test_a_wrong_engine_is_told_what_is_wrong(level, source, says):
    text = str(told(level, source))
    as_in_a_doctest = f"...First problem, in {says}..."
    assert OutputChecker().check_output(as_in_a_doctest, text, ELLIPSIS | NORMALIZE_WHITESPACE), text


def test_there_are_enough_wrong_engines():
    assert len(set(WRONG_BY_NAME.values())) == len(CASES) >= 100


def test_a_replacement_that_does_not_stand_there_once_is_refused():
    with pytest.raises(ValueError, match="'self.gard' stands 0 times in the engine, not 1"):
        RIGHT["closures"].but("self.gard", "self.grad")
    with pytest.raises(ValueError, match="'out.grad' stands 2 times in __mul__, not 1"):
        RIGHT["closures"].but("out.grad", "out.data", within="__mul__")
    with pytest.raises(ValueError, match="the engine has 6 functions and classes named backward"):
        RIGHT["classes"].but("return", "", within="backward")


@pytest.mark.parametrize("name", [name for name, source, says in WRONG["strict"]])
def test_what_is_wrong_in_strict_only_passes_all(name):
    assert report(check_value, wrong(name), "all").ok


@pytest.mark.parametrize("level", ["add", "mul", "all"])
@pytest.mark.parametrize("name", OURS_TOO)
def test_no_right_engine_is_blamed(name, level):
    for seed in (None, 1, 2, 3):
        found = report(check_value, right(name), level, seed)
        assert found.ok, f"seed {seed}: {found}"


@pytest.mark.parametrize("name", [*RIGHT_IN_STRICT, "ours"])
def test_right_engines_that_repeat_and_go_deep_pass_strict(name):
    found = report(check_value, right(name), "strict")
    assert found.ok, str(found)


@pytest.mark.parametrize("name", OURS_TOO)
def test_a_check_of_all_takes_less_than_three_tenths_of_a_second_on_a_quick_machine(name):
    make = right(name)
    slower = 2 if sys.version_info[:2] == (3, 12) else 1  # its trace functions take twice as long as the others'
    loops = (seconds_of(lambda: report(check_value, make, "all")) / seconds_of(loop) for _ in range(3))
    assert any(taken < 3 * slower for taken in loops)


def test_recursion_along_every_path_is_right_but_slow():
    found = report(check_value, right("recursion"), "all")
    assert found.ok
    assert "right but slow: ten doublings" in found.notes[0]
    assert "note: right but slow" in str(found)
    assert not report(check_value, right("stored"), "all").notes


def test_a_check_prints_its_verdict_and_raises(capsys):
    assert check_value(right("stored"), "mul") is None
    assert capsys.readouterr().out == "All 29 probes passed: Value is right at level 'mul'.\n"
    with pytest.raises(AssertionError) as raised:
        check_value(wrong("mul's operands swapped"), "mul")
    assert str(raised.value) == (
        "18 of 29 probes passed. First problem, in `mul`:\n"
        "  a * b   at a = 1.3, b = 2.7\n"
        "  d/da: yours 1.3, expected 2.7\n"
        "  d/db: yours 2.7, expected 1.3\n"
        "  hint: the operands are swapped: each one's local derivative stands with the other"
    )
    assert capsys.readouterr().out == "18 of 29 probes passed.\n"


def test_a_seed_gives_other_numbers_each_time_the_same():
    texts = [str(report(check_value, wrong("mul's operands swapped"), "mul", seed)) for seed in (None, 5, 5, 6)]
    assert texts[1] == texts[2]
    assert len(set(texts)) == 3
    assert all("the operands are swapped" in text for text in texts)


def test_an_unknown_level_is_refused():
    with pytest.raises(ValueError, match="level is one of 'add', 'mul', 'own', 'all', 'strict', not 'hard'"):
        check_value(Value, "hard")


def test_an_engine_that_lacks_things_is_told_which():
    class Bare:
        def __init__(self, data):
            self.data, self.grad = data, 0.0

    assert "the new Bare has no `backward`" in str(report(check_value, Bare))
    assert "raised TypeError" in str(report(check_value, lambda: 3))
    assert "no `data`" in str(report(check_value, float)) or "no `grad`" in str(report(check_value, float))
    Bare.backward = lambda self: None
    assert "unsupported operand" in str(report(check_value, Bare)) or "has no `__add__`" in str(
        report(check_value, Bare)
    )


class Begun:
    """An engine as far as `+`, which keeps local derivatives."""

    def __init__(self, data, parents=(), local_derivatives=()):
        self.data, self.grad, self.parents, self.local_derivatives = data, 0.0, parents, local_derivatives

    def __add__(self, other):
        other = other if isinstance(other, Begun) else Begun(other)
        return type(self)(self.data + other.data, (self, other), (1.0, 1.0))

    def backward(self):
        self.grad = 1.0
        for child in reversed(topological_order(self)):
            for parent, local in zip(child.parents, child.local_derivatives, strict=True):
                parent.grad += local * child.grad


def test_what_is_not_done_yet_is_called_by_its_method(capsys):
    class NoSweep(Begun):
        def backward(self):
            raise NotImplementedError

    check_value(NoSweep, level="add")
    assert capsys.readouterr().out == "Not done yet: `backward`.\n"


@pytest.mark.parametrize("wraps", [False, True])
def test_local_derivatives_that_are_values_are_told_from_numbers_not_made_values(wraps):
    class Slipped(Begun):
        def __mul__(self, other):
            other = Slipped(other) if wraps and not isinstance(other, Begun) else other
            return Slipped(self.data * other.data, (self, other), (other, self))

    finding = report(check_value, Slipped, level="mul").findings[0]
    assert finding.where == "`mul`"
    assert "is a `.data` missing, `other.data` as the local derivative?" in finding.hint


def test_a_plain_number_that_was_never_made_a_value_is_told_so_in_backward_too():
    def _backward(other=2.5):
        other.grad += 1.0

    with pytest.raises(AttributeError) as error:
        _backward()
    assert "a plain number must be made a Value first" in hint_for_error(error.value)


def test_what_is_not_iterable_elsewhere_has_no_hint_of_tuples():
    with pytest.raises(TypeError) as error:
        tuple(5)
    assert hint_for_error(error.value) == ""


class Unhashable:
    __hash__ = None


@pytest.mark.parametrize(("kind", "hint"), [(list, "a tuple can"), (Unhashable, "dataclass")])
def test_what_cannot_be_hashed_has_a_hint_of_its_own(kind, hint):
    with pytest.raises(TypeError) as error:
        {kind()}
    assert hint in hint_for_error(error.value)


def test_what_cannot_be_hashed_and_is_no_class_of_theirs_has_no_hint_of_dataclasses():
    with pytest.raises(TypeError) as error:
        {np.zeros(2)}
    assert hint_for_error(error.value) == ""


def test_karpathys_lecture_engine_need_not_have_relu_but_some_activation():
    without = RIGHT["closures"].but("def relu", "def rectify")
    assert report(check_value, engine(without)).ok
    assert report(check_value, engine(without.but("def tanh", "def Tanh").but("def sigmoid", "def logistic"))).ok
    bare = without.but("def rectify", "def _r").but("def tanh", "def _t").but("def sigmoid", "def _s")
    assert "Value has no `relu`: `u.relu()` fails" in str(report(check_value, engine(bare)))


def test_gradients_that_are_values_and_numpy_numbers_are_fine():
    assert type(engine(RIGHT["tape"])(1.0).data) is np.float64
    assert report(check_value, engine(RIGHT["tape"])).ok


def test_a_cause_that_is_not_known_gets_no_hint():
    source = RIGHT["closures"].but("(1 - out.data ** 2) * out.grad", "0.37 * out.grad + 0.11")
    found = report(check_value, engine(source))
    assert found.findings[0].where == "`tanh`"
    assert "yours 0.48, expected" in str(found)
    assert found.findings[0].hint == ""


def test_what_is_wrong_for_one_reason_is_told_once():
    found = report(check_value, wrong("mul adds"))
    assert [f.where for f in found.findings] == ["`mul`"]


# ---- the probes themselves


def central_difference(text, numbers, name, h=1e-6):
    def value(x):
        leaves = {n: Value(numbers[n]) for n in names_in(text)} | {name: Value(x)}
        return evaluate(text, leaves, lambda v, method: getattr(v, method)())[""].data

    return (value(numbers[name] + h) - value(numbers[name] - h)) / (2 * h)


@pytest.mark.parametrize("layer", LAYERS[:-1], ids=lambda layer: layer.where)
def test_what_is_expected_agrees_with_central_differences(layer):
    for seed in (None, 4):
        numbers = numbers_for(layer, seed)
        for text in layer.texts:
            if "backward" not in text:
                leaves = expect(text, numbers).leaves
                assert [leaf.label for leaf in leaves] == [*names_in(text)]
                for leaf in leaves:
                    difference = central_difference(text, numbers, leaf.label)
                    assert leaf.grad == pytest.approx(difference, rel=1e-6, abs=1e-8), text


def test_what_is_expected_of_repeated_calls_is_the_sum_of_single_ones():
    numbers = numbers_for(REPEATED, None)
    a, b, c, d = (numbers[n] for n in "abcd")
    expected = [expect(text, numbers).leaves[0].grad for text in REPEATED.texts]
    three = a * b * c * a * b  # y = t * s = a²b²c
    singles = [
        2 * b,
        2 * b * c,
        2 * 4 * a**3,
        3 * 2 * three / a,
        b * c + b * d,
        2 * (2 * a * b * c) + 2 * a * b + 2 * a,
    ]
    assert expected == pytest.approx(singles, rel=1e-14)


@pytest.mark.parametrize("seed", [None, *range(30)])
def test_numbers_are_short_unequal_and_none_of_them_0_1_2(seed):
    for layer in LAYERS:
        numbers = numbers_for(layer, seed)
        assert (numbers.pop("z"), numbers.pop("k")) == (0.0, numbers["a"])
        assert len(set(numbers.values())) == len(numbers)
        assert not {0.0, 1.0, 2.0} & set(map(abs, numbers.values()))
        assert all(round(x, 2) == x for x in numbers.values())


def evidence_of(layer, mistake, numbers):
    """What an engine with this mistake would show; None where it makes no difference or has no numbers."""
    runs, differs = [], False
    for text in layer.texts + layer.more:
        expected = expect(text, numbers)
        try:
            gradients = next(iter(mistake.variants(expected.outputs)))
        except (ArithmeticError, ValueError, TypeError, TooLong):
            return None
        leaves = expected.leaves
        run = Evidence(
            expected.outputs, leaves, [gradients.get(v, 0.0) for v in leaves], gradients.get(expected.outputs[-1], 0.0)
        )
        if any(isinstance(g, complex) for g in run.gradients):
            return None
        differs |= not all(map(hints.same, run.gradients, [leaf.grad for leaf in leaves])) or run.seed != 1.0
        runs.append(run)
    return runs if differs else None


@pytest.mark.parametrize(
    "layer",
    [ADD, MUL, *(o for o in OPERATORS if o.row), *map(function_layer, FUNCTIONS)],
    ids=lambda layer: layer.where,
)
@pytest.mark.parametrize("seed", [None, 7])
def test_every_mistake_gives_its_own_numbers(layer, seed):
    """So a hint names the mistake that was made, or another of its kind that is the same formula here."""
    candidates = mistakes_for(layer)
    numbers = numbers_for(layer, seed)
    tried = 0
    for mistake in candidates:
        runs = evidence_of(layer, mistake, numbers)
        if runs:
            tried += 1
            count = len(layer.texts)
            kinds = {c.kind for c in explaining(candidates, runs[:count], runs[count:])}
            # where all local derivatives are 1 a gradient that is overwritten is 1, and so is one that is set to 1
            assert kinds in ({mistake.kind}, {"overwrite", "reseeding", "clipped"} if layer is ADD else {}), (
                mistake.hint
            )
    assert tried >= 8


def test_every_leftover_gives_its_own_numbers():
    numbers = numbers_for(REPEATED, None)
    for mistake in mistakes_for(REPEATED):
        found = explaining(mistakes_for(REPEATED), evidence_of(REPEATED, mistake, numbers))
        assert hints.one_of(one.hint for one in found) == mistake.hint


def test_a_sweep_with_nothing_changed_is_ours():
    for layer in (ADD, MUL, DEEP, REPEATED):
        numbers = numbers_for(layer, None)
        for text in layer.texts:
            expected = expect(text, numbers)
            gradients = swept(expected.outputs)
            assert [gradients[v] for v in expected.leaves] == pytest.approx(
                [leaf.grad for leaf in expected.leaves], rel=1e-13
            )


# ---- one operation


def mul(a, b):
    return a * b


def power(a, b):
    return a**b


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def reads_too_early(g, a, b):
    if g is None:
        total = a, b
    return total


def misspelt(upstream, a, b):
    return b * upsteam, a * upstream  # noqa: F821


WRONG_OPERATIONS = [
    ("mul", mul, lambda g, a, b: (a * g, b * g), "toward a: yours 3.4, expected -5.1", "the operands are swapped"),
    ("mul", mul, lambda g, a, b: (b, a), "toward a: yours -3, expected -5.1", "the upstream gradient is left out"),
    ("mul", mul, lambda g, a, b: (b + g, a + g), "upstream 1.7", "added to the local derivative: multiply them"),
    ("mul", mul, lambda g, a, b: (g, g), "toward a: yours 1.7, expected -5.1", "the local derivative is left out"),
    ("mul", lambda a, b: a + b, lambda g, a, b: (g, g), "value: yours -1, expected -6", "that is a + b"),
    ("mul", mul, lambda g, a, b: b * g, "1 contributions, expected 2", "return one contribution for each input"),
    ("mul", mul, lambda g, a, b: None, "backward returned None", "the `return` of the contributions is missing"),
    ("sub", lambda a, b: a - b, lambda g, a, b: (g, g), "toward b", "toward the second operand, the sign is wrong"),
    ("div", lambda a, b: a / b, lambda g, a, b: (g / b, -a / b * g), "toward b", "the square is missing"),
    ("pow", power, lambda g, x, n: x ** (n - 1) * g, "pow(x, n)", "the factor n is missing"),
    ("pow", power, lambda g, x, n: (n * x**n - 1) * g, "toward x", "parentheses are missing"),
    ("tanh", math.tanh, lambda g, x: (1 - x * x) * g, "toward x", "taken at the input: it belongs at the output"),
    ("tanh", math.tanh, lambda g, x: (1 - math.tanh(x)) * g, "toward x", "the square is missing"),
    ("exp", math.exp, lambda g, x: x * math.exp(x - 1) * g, "toward x", "the power rule is for x**n"),
    ("log", math.log, lambda g, x: x * g, "toward x", "the input stands where the derivative belongs"),
    ("relu", lambda x: max(x, 0.0), lambda g, x: g, "expected 0", "the gradient passes below zero too"),
    ("relu", lambda x: max(x, 0.0), lambda g, x: (g > 0) * g * (x > 0), "upstream -0.6", "let through by its own sign"),
    ("sigmoid", math.tanh, lambda g, x: g, "value: ", "that is tanh(x)"),
    ("sin", math.sin, lambda g, x: -math.cos(x) * g, "toward x", "the sign is wrong"),
    ("cos", math.cos, lambda g, x: math.sin(x) * g, "toward x", "the sign is wrong"),
    ("sqrt", math.sqrt, lambda g, x: g / math.sqrt(x), "toward x", "twice what it should be"),
    ("square", lambda x: x * x, lambda g, x: x * g, "toward x", "half of what it should be: a factor 2 is missing"),
    ("sum", lambda *x: sum(x), lambda g, *x: [1.0] * len(x), "toward x: yours 1", "the upstream gradient is left out"),
    ("mul", mul, lambda g, a, b: (b * g * g, a * g * g), "toward b", "the upstream gradient is multiplied in twice"),
    ("mul", mul, lambda g, a, b: (int(b * g), int(a * g)), "toward b", "the gradients are cut or rounded to whole"),
    ("mul", lambda a, b: a, lambda g, a, b: (g, g), "value: ", "that is the first operand, as it was"),
    ("mul", lambda a, b: b, lambda g, a, b: (g, g), "value: ", "that is the second operand, as it was"),
    ("div", lambda a, b: a / b, lambda g, a, b: (b * g, -a / b**2 * g), "toward a", "the derivative is 1 / b, not b"),
    ("pow", power, lambda g, x, n: (n - 1) * x ** (n - 1) * g, "toward x", "the factor is n, not n - 1"),
    ("pow", power, lambda g, x, n: n * x * g, "toward x", "the power is missing"),
    ("power", power, lambda g, a, b: (a ** (b - 1) * g, a**b * math.log(a) * g), "toward a", "the factor b is missing"),
    ("power", power, lambda g, a, b: (b * a**b * g, a**b * math.log(a) * g), "toward a", "by one: toward a it is b"),
    ("power", power, lambda g, a, b: (b * a ** (b - 1) * g, a**b * g), "toward b", "the logarithm is missing"),
    ("tanh", math.tanh, lambda g, x: (1 + math.tanh(x) ** 2) * g, "toward x", "is 1 - y**2, with a minus"),
    ("tanh", math.tanh, lambda g, x: -(math.tanh(x) ** 2) * g, "toward x", "the 1 is missing"),
    ("tanh", math.tanh, lambda g, x: math.tanh(x) * (1 - math.tanh(x)) * g, "toward x", "that is the sigmoid's rule"),
    ("tanh", math.tanh, lambda g, x: math.cosh(x) * g, "toward x", "cosh(x) stands where the derivative belongs"),
    ("sigmoid", sigmoid, lambda g, x: (1 - sigmoid(x)) * g, "toward x", "the factor y is missing"),
    ("sigmoid", sigmoid, lambda g, x: sigmoid(x) * (1 + sigmoid(x)) * g, "toward x", "is y * (1 - y), with a minus"),
    ("sin", math.sin, lambda g, x: math.sin(x) * g, "toward x", "the value stands where the derivative belongs"),
    ("sin", math.sin, lambda g, x: g / math.cos(x), "toward x", "the derivative is upside down"),
    ("exp", lambda x: x, lambda g, x: g, "value: ", "that is the input, as it was"),
    ("exp", lambda x: int(math.exp(x)), lambda g, x: g, "value: ", "the result is cut to a whole number by int()"),
    ("square", lambda x: x * x, lambda g, x: 2 * x * h, "NameError: name 'h' is not defined\n  in line", ""),  # noqa: F821
    ("exp", math.exp, lambda g, x: math.exp * g, "unsupported operand", "call it, with its arguments in brackets"),
    ("exp", math.exp, lambda g, x: math.exp([x]), "must be real number", "give it `.data`"),
    ("mul", mul, lambda g, a, b: dict(zip([a, b], [b], strict=True)), "zip() argument", "are not equally many"),
    ("mul", mul, lambda g, a, b: (b * g, a * g)[2:][0], "index out of range", "there is no item in this place"),
    ("mul", mul, lambda g, a, b: reversed((a, b))[0], "not subscriptable", "make a list of it first"),
    ("mul", mul, lambda g, a, b: [b, a] * g, "multiply sequence", "a list is no number"),
    ("mul", mul, lambda g, a, b: [b * g] + a * g, "can only concatenate", "only a list can be added to a list"),
    ("mul", mul, lambda g, a, b: [b, a] - g, "unsupported operand", "not computed with item by item"),
    ("mul", mul, lambda g, a, b: (lambda x: x)(b * g, a * g), "takes 1 positional", "in the brackets of a tuple"),
    ("mul", mul, reads_too_early, "UnboundLocalError", "set it above the loop or the `if`"),
    ("mul", mul, lambda g, a, b: [b, a] // g, "for //", "is `/` meant?"),
    ("exp", math.exp, lambda g, x: math.e ** [x], "pow()", "compute with its number, `.data`"),
    ("mul", mul, lambda g, a, b: (b[0] * g, a * g), "not subscriptable", "is the list under another name"),
    ("mul", mul, lambda g, a, b: np.ones(2) + np.ones(3), "broadcast", "keeps it, as a 1, with `keepdims=True`"),
    ("mul", mul, lambda g, a, b: np.ones((2, 3)) @ np.ones((2, 3)), "matmul", "or is one turned, `.T`?"),
    ("exp", math.exp, lambda g, x: max([]) * g, "max()", "say what comes out where there is nothing"),
    ("exp", math.exp, lambda g, x: math.exp(1000.0) * g, "math range error", "make the exponent smaller first"),
    ("mul", mul, lambda g, a, b: (a * b * g, a * b * g), "toward a", "the value stands where the local derivative"),
    ("mul", mul, lambda g, a, b: ((a + b) * g, (a + b) * g), "toward a", "that is the sum"),
    ("pow", power, lambda g, x, n: n * x ** (n + 1) * g, "toward x", "the exponent goes down by one, not up"),
    ("pow", power, lambda g, x, n: int(n) * x ** (int(n) - 1) * g, "toward x", "the exponent is cut to a whole number"),
    ("pow", lambda x, n: x ** int(n), lambda g, x, n: g, "value: ", "the exponent is cut to a whole number"),
    ("pow", power, lambda g, x, n: 2 * x * g, "toward x", "that is the rule of x**2"),
    ("pow", power, lambda g, x, n: n * abs(x) ** (n - 1) * g, "toward x", "the sign of a negative base is lost"),
    ("pow", lambda x, n: abs(x) ** n, lambda g, x, n: g, "value: ", "the sign of a negative base is lost"),
    ("pow", lambda x, n: n * x ** (n - 1), lambda g, x, n: g, "value: ", "that is the derivative: the value is xⁿ"),
    ("pow", lambda x, n: x ** (n - 1), lambda g, x, n: g, "value: ", "n goes down by one in the derivative alone"),
    ("pow", lambda x, n: x ** (n + 1), lambda g, x, n: g, "value: ", "that is xⁿ⁺¹, one factor too many"),
    ("pow", lambda x, n: x**2, lambda g, x, n: g, "value: ", "that is x²: the exponent is n, not always 2"),
    ("div", lambda a, b: 1 / b, lambda g, a, b: (g, g), "value: ", "that is 1 / b: a multiplies it"),
    ("div", lambda a, b: a / b**2, lambda g, a, b: (g, g), "value: ", "that is a / b²: the exponent of b is -1, once"),
    (
        "div",
        lambda a, b: a // b,
        lambda g, a, b: (g, g),
        "value: ",
        "`//` cuts the result to a whole number: `/` divides",
    ),
    ("sigmoid", lambda x: sigmoid(-x), lambda g, x: g, "value: ", "that is sigmoid(-x)"),
    ("log", lambda x: math.log(x + 1e-7), lambda g, x: g, "value: ", "something small is added to what goes in"),
    ("exp", math.exp, lambda g, x: exec("raise EOFError"), "raised EOFError", "there is nobody to answer `input()`"),
    ("exp", math.exp, lambda g, x: "no", "a contribution is 'no', not a number", ""),
    ("mul", mul, lambda g, a, b: (b ^ g, a ^ g), "for ^", "`^` is no power in Python"),
    ("mul", mul, lambda g, a, b: [g for _ in range(a / a)], "as an integer", "divide by `//`"),
    ("mul", mul, lambda g, a, b: list([b, a].reverse()), "not iterable", "change the list itself and return nothing"),
    ("mul", mul, lambda g, a, b: (b(g), a(g)), "not callable", "a product needs its `*`"),
    ("mul", mul, lambda g, a, b: [d for d, i in [(b, a, g)]], "to unpack", "as many names stand before `in` or `=`"),
    ("mul", mul, lambda g, a, b: [d for d, i in [b, a]], "cannot unpack", "was a pair meant"),
    ("mul", mul, lambda g, a, b: {b}.append(g), "no attribute", "a set has `.add(x)`"),
    ("mul", mul, lambda g, a, b: [b].add(g), "no attribute", "a list has `.append(x)`"),
    ("mul", mul, lambda g, a, b: (b.parents, a), "no attribute", "have two names changed places?"),
    ("mul", mul, misspelt, "NameError", "nothing has been put into `upsteam`: is `upstream` meant?"),
]


@pytest.mark.parametrize(("name", "forward", "backward", "fact", "hint"), WRONG_OPERATIONS)
def test_a_wrong_operation_is_told_what_is_wrong(name, forward, backward, fact, hint):
    text = str(told_of_operation(name, forward, backward))
    assert f"First problem, in `{name}`" in text
    assert fact in text, text
    assert hint in text, text


@cache
def told_of_operation(name, forward, backward):
    return report(check_op, name, forward, backward)


def phrases(module):
    """The strings of three words or more in a module's code: hints, whole or in parts, and patterns of errors."""
    nodes = list(ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))))
    docstrings = {node.value for node in nodes if isinstance(node, ast.Expr)}
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and node not in docstrings}
    return {text for text in texts if isinstance(text, str) and len(text.split()) > 2}


def test_every_hint_is_given_to_someone():
    reports = [told(*case.values[:2]) for case in CASES] + [told_of_operation(*case[:3]) for case in WRONG_OPERATIONS]
    given = "\n".join(finding.hint for found in reports for finding in found.findings)
    patterns = {*errors.ERRORS, *errors.IN_BACKWARD, *errors.IN_SWEEP}
    expected = set().union(*map(phrases, (errors, hints, mistakes, wrong_rules, wrong_values))) - patterns
    assert {phrase for phrase in expected if phrase not in given} == set()
    assert len(expected) > 80


@pytest.mark.parametrize("row", autograd.OPERATIONS.values(), ids=lambda row: row.name)
def test_every_row_of_the_table_passes(row):
    def backward(g, *inputs):
        return tuple(g * d for d in row.at(*inputs)[1])

    assert report(check_op, row.name, row, backward).ok


def test_an_operation_of_ones_own_is_compared_with_its_differences(capsys):
    check_op("cube", lambda x: x**3, lambda g, x: 3 * x**2 * g)
    check_op("area", lambda a, b: a * b / 2, lambda g, a, b: (b / 2 * g, a / 2 * g))
    check_op("root", math.sqrt, lambda g, x: 0.5 / math.sqrt(x) * g)  # not defined at all the points
    assert "probes of `cube` passed" in capsys.readouterr().out
    with pytest.raises(AssertionError, match="toward x: yours .*, expected"):
        check_op("cube", lambda x: x**3, lambda g, x: x**2 * g)
    with pytest.raises(ValueError, match="no row of the table is named 'nothing'"):
        check_op("nothing", lambda x: "text", lambda g, x: g)


def test_an_endless_backward_is_stopped():
    def counting(g, x):
        while True:
            g += 1

    text = str(report(check_op, "exp", math.exp, counting, seconds=0.05))
    assert "still running after 0.05 s: an endless loop, or far too slow\n  in line" in text
    assert "of counting: `" in text


# ---- a topological sort


def recursive(output):
    order, visited = [], set()

    def build(v):
        if v not in visited:
            visited.add(v)
            for p in v.parents:
                build(p)
            order.append(v)

    build(output)
    return order


def without_visited(output):
    return [v for p in output.parents for v in without_visited(p)] + [output]


def visited_for_ever(output, order=[]):  # noqa: B006
    for v in topological_order(output):
        if v not in order:
            order.append(v)
    return order


def by_data(output):
    return list({v.data: v for v in topological_order(output)}.values())


def preorder(output):
    order, stack = [], [output]
    while stack:
        v = stack.pop()
        if v not in order:
            order.append(v)
            stack += v.parents
    return order[::-1]


def unique_paths(output):
    order = []
    for v in without_visited(output):
        if v not in order:
            order.append(v)
    return order


WRONG_ORDERS = [
    (lambda v: topological_order(v)[::-1], "a * b\n  `y` comes before its parent `a`", "the order is reversed"),
    (without_visited, "a * a\n  `a` comes twice", "keep a set of the visited nodes"),
    (recursive, "range(3000): s = s + b\n  s\n  raised RecursionError", "keep a list as a stack of your own"),
    (visited_for_ever, "`a` belongs to another graph", "a default argument such as `order=[]` is made once only"),
    (by_data, "is missing", "different nodes with equal data"),
    (preorder, "comes before its parent", "append a node only after all its parents"),
    (unique_paths, "range(30): s = s + s\n  s\n  still running", "visited once for every path"),
    (lambda v: topological_order(v)[:-1], "`a` is missing: 0 nodes, expected 1", "the output itself belongs"),
    (
        lambda v: [n for n in topological_order(v) if n.parents or n is v],
        "`a` is missing",
        "leaves belong to the order",
    ),
    (lambda v: None, "returned None, not a list of nodes", "the `return` of the list is missing"),
    (lambda v: 3, "returned 3, not a list of nodes", ""),
    (lambda v: [1.0], "the order holds 1.0, which is no node", ""),
    (lambda v: [], "`a` is missing: 0 nodes, expected 3", "nothing is appended"),
    (lambda v: v.inputs, "AttributeError: 'Value' object has no attribute 'inputs'", ""),
]


@pytest.mark.parametrize(("fn", "fact", "hint"), WRONG_ORDERS)
def test_a_wrong_order_is_told_what_is_wrong(fn, fact, hint):
    text = str(report(check_topological_order, fn, level="strict", seconds=0.6))
    assert "First problem, in the order" in text
    assert fact in text, text
    assert hint in text, text


def test_right_orders_pass():
    def with_stack(output):
        order, seen, stack = [], set(), [(output, iter(output._prev))]
        seen.add(output)
        while stack:
            v, rest = stack[-1]
            for p in rest:
                if p not in seen:
                    seen.add(p)
                    stack.append((p, iter(p._prev)))
                    break
            else:
                order.append(v)
                stack.pop()
        return tuple(order)

    assert check_topological_order(with_stack, level="strict") is None
    assert check_topological_order(lambda v: iter(topological_order(v)), level="strict") is None
    assert check_topological_order(recursive) is None


# ---- an optimizer's step


def sgd(p, g, state, lr):
    return p - lr * g


def adam(p, g, state, lr, beta1, beta2, eps, t):
    state["m"] = beta1 * state.get("m", 0) + (1 - beta1) * g
    state["v"] = beta2 * state.get("v", 0) + (1 - beta2) * g * g
    return p - lr * (state["m"] / (1 - beta1**t)) / (math.sqrt(state["v"] / (1 - beta2**t)) + eps)


def adam_that_overwrites(p, g, state, lr, beta1, beta2, eps, t):
    new = adam(p, g, state, lr, beta1, beta2, eps, t)
    state["m"] /= 1 - beta1**t
    state["v"] /= 1 - beta2**t
    return new


def adam_counting(p, g, state, lr):
    t = state["t"] = state.get("t", 0) + 1
    return adam(p, g, state, lr, 0.9, 0.999, 1e-8, t)


def adamw(p, g, state, lr, weight_decay, beta1, beta2, eps, t):
    return adam(p - lr * weight_decay * p, g, state, lr, beta1, beta2, eps, t)


def adam_eps_inside(p, g, state, lr, beta1, beta2, eps, t):
    adam(p, g, state, lr, beta1, beta2, eps, t)
    return p - lr * (state["m"] / (1 - beta1**t)) / math.sqrt(state["v"] / (1 - beta2**t) + eps)


def momentum_with_rate_inside(p, g, state, lr, momentum):
    v = state["v"] = momentum * state.get("v", 0.0) - lr * g
    return p + v


RIGHT_STEPS = [
    ("sgd", sgd),
    ("momentum", momentum_with_rate_inside),
    ("nesterov", lambda p, g, s, lr, momentum: p - lr * (g + momentum * _velocity(s, g, momentum))),
    ("adagrad", lambda p, g, s, lr: p - lr * g / math.sqrt(_sum(s, g * g) + 1e-10)),
    ("rmsprop", lambda p, g, s, lr, alpha, eps: p - lr * g / (math.sqrt(_mean(s, g * g, alpha)) + eps)),
    ("adam", adam),
    ("adam", adam_counting),
    ("adam", lambda p, g, s, lr, betas, t: adam(p, g, s, lr, *betas, 1e-8, t)),
    ("adamw", adamw),
]


def _velocity(state, g, momentum):
    state["v"] = momentum * state.get("v", 0.0) + g
    return state["v"]


def _sum(state, x):
    state["sum"] = state.get("sum", 0.0) + x
    return state["sum"]


def _mean(state, x, alpha):
    state["mean"] = alpha * state.get("mean", 0.0) + (1 - alpha) * x
    return state["mean"]


@pytest.mark.parametrize(("name", "step"), RIGHT_STEPS)
def test_right_steps_pass(name, step, capsys):
    assert check_step(name, step) is None
    assert capsys.readouterr().out == f"All 12 steps of {name} are right.\n"


shared = {}
WRONG_STEPS = [
    (
        "sgd",
        lambda p, g, s, lr: p + lr * g,
        "step 1 of p   from 1.5 with gradient 0.8, lr 0.1\n  yours 1.58, expected 1.42",
        "the sign is wrong",
    ),
    ("sgd", lambda p, g, s, lr: p - g, "yours 0.7, expected 1.42", "the learning rate is missing"),
    ("sgd", lambda p, g, s, lr: -lr * g, "yours -0.08", "that is the step without p"),
    ("sgd", lambda p, g, s, lr: lr * g, "yours 0.08", "that is what is taken off p"),
    ("sgd", lambda p, g, s, lr: p, "yours 1.5", "p does not move"),
    ("sgd", lambda p, g, s, lr: None, "the step returned None", "return the new parameter"),
    ("sgd", lambda p, g: p - g, "TypeError", ""),
    ("momentum", sgd, "step 2 of p", "that is plain descent: the velocity is missing"),
    (
        "momentum",
        lambda p, g, s, lr, momentum: p - lr * (momentum * s.get("v", 0) + g),
        "step 2 of p",
        "nothing is kept from step to step",
    ),
    (
        "momentum",
        lambda p, g, s, lr, momentum: p - lr * _velocity(shared, g, momentum),
        "step 1 of q",
        "both parameters share one state",
    ),
    (
        "momentum",
        lambda p, g, s, lr, momentum: p - lr * _mean(s, g, momentum),
        "step 1 of p",
        "without a factor 1 - momentum",
    ),
    ("momentum", lambda p, g, s, lr, momentum: p - lr * (momentum * s["v"] + g), "KeyError: 'v'", "is empty at first"),
    (
        "nesterov",
        lambda p, g, s, lr, momentum: p - lr * _velocity(s, g, momentum),
        "step 1 of p",
        "that is plain momentum",
    ),
    ("adagrad", lambda p, g, s, lr: p - lr * g / (_sum(s, g * g) + 1e-10), "step 1 of p", "the square root is missing"),
    ("adagrad", lambda p, g, s, lr: p - lr * g / math.sqrt(_mean(s, g * g, 0.99)), "step 1 of p", "that is RMSprop"),
    ("rmsprop", lambda p, g, s, lr, alpha: p - lr * g / math.sqrt(_sum(s, g * g)), "step 1 of p", "that is Adagrad"),
    (
        "rmsprop",
        lambda p, g, s, lr, alpha: p - lr * g / _mean(s, g * g, alpha),
        "step 1 of p",
        "the square root is missing",
    ),
    (
        "rmsprop",
        lambda p, g, s, lr, alpha: p - lr * g / math.sqrt(_mean(s, g * g, 1 - alpha)),
        "step 1 of p",
        "alpha and 1 - alpha are swapped",
    ),
    (
        "adam",
        lambda p, g, s, lr: p - lr * _mean(s, g, 0.9) / math.sqrt(_mean(s.setdefault("v", {}), g * g, 0.999)),
        "step 1 of p",
        "the bias correction is missing",
    ),
    ("adam", lambda p, g, s, lr, beta1, beta2: adam(p, g, s, lr, beta1, beta2, 1e-8, 1), "step 2 of p", "t stays at 1"),
    ("adam", lambda p, g, s, lr, t: adam(p, g, s, lr, 0.9, 0.999, 1e-8, t + 1), "step 1 of p", "t is one too large"),
    ("adam", lambda p, g, s, lr, t: adam(p, g, s, lr, 0.9, 0.999, 1e-8, t - 1), "ZeroDivisionError", ""),
    (
        "adam",
        lambda p, g, s, lr, t: adam(p, g, s, lr, 0.999, 0.9, 1e-8, t),
        "step 2 of p",
        "beta1 and beta2 are swapped",
    ),
    (
        "adam",
        lambda p, g, s, lr, beta2, t: p - lr * g / (_mean(s, g * g, beta2) / (1 - beta2 * t)) ** 0.5,
        "step 2 of p",
        "is there a `*` for a `**`?",
    ),
    ("adam", adam_that_overwrites, "step 2 of p", "correct copies"),
    ("adam", adam_eps_inside, "step 1 of p   from 1.5 with gradient 0.8, lr 0.1, eps 0.1", "eps stands under the root"),
    (
        "adam",
        lambda p, g, s, lr, beta1, beta2, eps, t: adam(p, g, s, lr, beta1, beta2, 0, t),
        "eps 0.1",
        "eps is missing",
    ),
    (
        "rmsprop",
        lambda p, g, s, lr, alpha, eps: p - lr * g / math.sqrt(_mean(s, g * g, alpha) + eps),
        "eps 0.1",
        "eps stands under the root",
    ),
    ("adamw", adam, "step 1 of p", "the decay is missing"),
    (
        "adamw",
        lambda p, g, s, lr, weight_decay: adam_counting(p, g + weight_decay * p, s, lr),
        "step 1 of p",
        "Adam with L2",
    ),
    (
        "adamw",
        lambda p, g, s, lr, weight_decay: adam_counting(p - weight_decay * p, g, s, lr),
        "step 1 of p",
        "the decay lacks the rate",
    ),
]


@pytest.mark.parametrize(("name", "step", "fact", "hint"), WRONG_STEPS)
def test_a_wrong_step_is_told_what_is_wrong(name, step, fact, hint):
    shared.clear()
    text = str(report(check_step, name, step))
    assert f"First problem, in `{name}`" in text
    assert fact in text, text
    assert hint in text, text


@pytest.mark.parametrize("name", RULES)
def test_each_wrong_rule_is_told_by_its_hint(name):
    for hint, rule in mistakes_in(name):

        def step(p, g, state, lr, momentum, alpha, beta1, beta2, eps, weight_decay, t):
            return rule(p, g, state, Settings(lr, momentum, alpha, beta1, beta2, eps, weight_decay, t))  # noqa: B023

        assert hint in str(report(check_step, name, step))


def test_where_no_listed_mistake_explains_a_step_the_place_of_one_change_is_told():
    def step(p, g, state, lr, momentum):
        state["v"] = (1 - momentum) * state.get("v", 0.0) + g
        return p - lr * state["v"]

    assert "look at what is too much in `1 - momentum`" in str(report(check_step, "momentum", step))


USED = {
    "sgd": "lr",
    "momentum": "lr momentum",
    "nesterov": "lr momentum",
    "adagrad": "lr",
    "rmsprop": "lr alpha",
    "adam": "lr beta1 beta2",
    "adamw": "lr beta1 beta2 weight_decay",
}


@pytest.mark.parametrize(("name", "fixed"), [(name, fixed) for name, used in USED.items() for fixed in used.split()])
def test_a_setting_that_is_fixed_shows_whatever_number_it_is_fixed_at(name, fixed):
    for number in (getattr(SETTINGS, fixed), DEFAULTS.get(fixed, 0.1)):

        def step(p, g, state, lr, momentum, alpha, beta1, beta2, eps, weight_decay, t):
            settings = Settings(lr, momentum, alpha, beta1, beta2, eps, weight_decay, t)
            return RULES[name](p, g, state, settings._replace(**{fixed: number}))  # noqa: B023

        assert f"use the {fixed} that is given" in str(report(check_step, name, step))


def test_an_unknown_step_is_refused():
    with pytest.raises(
        ValueError, match="a step is one of sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw, not 'lion'"
    ):
        check_step("lion", sgd)


def test_the_rules_are_those_of_nn():
    import nn
    from autograd.check.steps import GRADIENTS, MOVES, STARTS, steps_by

    s = SETTINGS
    betas = {"betas": (s.beta1, s.beta2), "eps": s.eps}
    optimizers = {
        "sgd": lambda ps: nn.SGD(ps, s.lr),
        "momentum": lambda ps: nn.SGD(ps, s.lr, s.momentum),
        "nesterov": lambda ps: nn.SGD(ps, s.lr, s.momentum, nesterov=True),
        "adagrad": lambda ps: nn.Adagrad(ps, s.lr, eps=s.eps),
        "rmsprop": lambda ps: nn.RMSprop(ps, s.lr, alpha=s.alpha, eps=s.eps),
        "adam": lambda ps: nn.Adam(ps, s.lr, **betas),
        "adamw": lambda ps: nn.AdamW(ps, s.lr, **betas, weight_decay=s.weight_decay),
    }
    assert set(optimizers) == set(RULES)
    for name, make in optimizers.items():
        parameters = [Value(x) for x in STARTS.values()]
        optimizer = make(parameters)
        seen = []
        for gradients in GRADIENTS:
            for p, g in zip(parameters, gradients, strict=True):
                p.grad = g
            optimizer.step()
            seen += [p.data for p in parameters]
        assert [*steps_by(RULES[name], s)] == pytest.approx(seen, rel=1e-13), name
    assert len(MOVES) == 12


# ---- gradients of functions


def test_gradcheck_takes_numbers_values_lists_and_other_engines(capsys):
    gradcheck(lambda w, x, b: (w[0] * x[0] + w[1] * x[1] + b).tanh(), [0.5, -1.0], np.array([2.0, 0.3]), Value(0.1))
    assert capsys.readouterr().out == "All 5 gradients agree with central differences.\n"
    for name in RIGHT:
        make = right(name)
        assert gradcheck(lambda a, b: a * b + a / b - 2 * a**3, make(0.7), make(-1.3)) is None
    with pytest.raises(TypeError, match="gradcheck takes numbers, Values and lists of them: a is 'x', not a number"):
        gradcheck(lambda a: a, "x")


def test_gradcheck_names_the_argument_yours_and_expected():
    found = report(gradcheck, lambda a, b: a * b + a.data * b, 3.0, 2.0)
    assert str(found) == (
        "1 of 2 gradients agree with central differences. First problem, in d/da:\n"
        "  f(a, b)   at a = 3, b = 2\n"
        "  d/da: yours 2, expected 4 by central differences\n"
        "  hint: half of it: one of: a use was cut off by `.data` or float(); a factor 2 is missing"
    )


def test_gradcheck_names_an_operation_whose_rule_is_wrong():
    cube = Operation("cube", lambda x: x * x * x, lambda y, x: (3 * x,))
    found = report(gradcheck, lambda a, b: cube(a * b).tanh(), 0.5, 1.4)
    assert found.findings[0].where == "`cube`"
    assert "cube(0.7)\nlocal derivative toward input 1: yours 2.1, expected 1.47 by central" in found.findings[0].text


@pytest.mark.parametrize(
    ("f", "fact", "hint"),
    [
        (lambda a: a.data * 2, "a plain float, not a Value", "wrap the number"),
        (lambda a: None, "the result is None", "`return`"),
        (lambda a: Value(a.data * 2), "d/da: yours 0, expected 2", "nothing arrives: was the graph cut"),
        (lambda a: a * next(random_numbers), "two calls with the same inputs gave", "fix the seed"),
        (lambda a: (a - a).log(), "the value is -inf", ""),
        (lambda a: a.nothing(), "raised AttributeError: 'Value' object has no attribute 'nothing'\n  in line", ""),
        (lambda a: sys.exit(), "raised SystemExit", ""),
        (lambda a: endless(), "still running after 0.1 s", ""),
    ],
)
def test_gradcheck_of_functions_that_have_no_gradient(f, fact, hint):
    text = str(report(gradcheck, f, 1.5, seconds=0.1))
    assert fact in text, text
    assert hint in text


random_numbers = iter(np.random.default_rng(0).normal(size=100).tolist())


def test_gradcheck_takes_any_slope_between_those_of_a_kink():
    assert report(gradcheck, lambda a: abs(a), 0.0).ok
    assert report(gradcheck, lambda a, b: a.maximum(b), 1.0, 1.0).ok
    assert report(gradcheck, lambda a: a.relu(), 0.0).ok
    wrong = Operation("wrong", abs, lambda y, x: (1.5,))
    assert "a kink: the slope is -1 below and 1 above" in str(report(gradcheck, lambda a: wrong(a), 0.0).findings[-1])


def test_gradcheck_of_large_and_small_numbers():
    assert report(gradcheck, lambda a: a * a, 1e6).ok
    assert report(gradcheck, lambda a: a * 1e-9 + 1e6, 1.0).ok
    assert report(gradcheck, lambda a: a.exp(), 20.0).ok
    assert not report(gradcheck, lambda a: a * 2 + a.data * 1e-3, 1.0).ok


# ---- reveal


@pytest.mark.parametrize(
    ("guess", "actual", "text"),
    [
        (None, 6.0, "Guess first: put your answer in the place of None.\n"),
        (..., 6.0, "Guess first: put your answer in the place of ....\n"),
        (3, 3.0, "Right: 3.\n"),
        (3.001, 3.0, "Right: 3.\n"),
        (6, 3.0, "Your guess is 6, the answer is 3: 3 too high, 2 times as much.\n"),
        (-3, 3.0, "Your guess is -3, the answer is 3: 6 too low, the sign is the other.\n"),
        (1, Value(4.0), "Your guess is 1, the answer is 4: 3 too low, 1/4 as much.\n"),
        (0, 4.0, "Your guess is 0, the answer is 4: 4 too low.\n"),
        (-1, 4.0, "Your guess is -1, the answer is 4: 5 too low, and of the other sign.\n"),
        (3.9, 4.0, "Your guess is 3.9, the answer is 4: 0.1 too low, 2.5% off.\n"),
        (math.inf, 4.0, "Your guess is inf, the answer is 4: not close.\n"),
        ("A", "a ", "Right: a.\n"),
        ("b", "a", 'Your guess is "b", the answer is "a".\n'),
        ([1, 2], (1.0, 2.0), "Right: [1, 2].\n"),
        (np.array([1, 2]), [1, 3], "Your guess is [1, 2], the answer is [1, 3].\n"),
        (True, False, "Your guess is True, the answer is False.\n"),
        ("three", 3.0, "'three' is text: write a number, without quotes.\n"),
    ],
)
def test_reveal(guess, actual, text, capsys):
    assert reveal(guess, actual) is None
    assert capsys.readouterr().out == text


def test_reveal_shows_nothing_before_there_is_a_guess(capsys):
    reveal(None, 42.0, because="it is so")
    assert capsys.readouterr().out == "Guess first: put your answer in the place of None.\n"
    reveal(41, 42.0, because="it is so.")
    assert capsys.readouterr().out.endswith("\nBecause it is so.\n")


# ---- reports


def test_a_report_is_shown_by_notebooks():
    found = report(check_value, wrong("= in both of add"))
    html = found._repr_html_()
    assert html.count("<div") == html.count("</div>")
    assert "<code>add</code>" in html
    assert "d/da: yours 1, expected 2" in html
    assert "use <code>+=</code>, not <code>=</code>" in html
    assert "#2e7d32" in report(check_value, Value, "add")._repr_html_()
    assert "&lt;lambda&gt;" not in html
    assert repr(found).startswith("<Report: ")


def test_a_report_prints_nothing(capsys):
    report(check_value, Value, "add")
    assert capsys.readouterr().out == ""


def test_report_takes_checks_only():
    with pytest.raises(TypeError, match="report\\(\\) takes a check"):
        report(print, 3)


def test_checks_return_none_and_say_so():
    for name in check.__all__:
        function = getattr(check, name)
        if name not in ("passed", "report"):  # which are no checks
            assert function.__annotations__["return"] in (None, "None"), name


# ---- limits


def tracing(frame, event, arg):
    return None


def endless():
    while True:
        pass


@pytest.mark.parametrize("run", [lambda: 1, lambda: 1 / 0, endless])
def test_a_trace_function_that_was_set_is_set_again(run):
    before = sys.gettrace()
    sys.settrace(tracing)
    try:
        with suppress(ZeroDivisionError, OutOfTime):
            Limit(0.02).run(run)
        assert sys.gettrace() is tracing
    finally:
        sys.settrace(before)


def test_a_loop_is_stopped_in_another_thread():
    errors = []

    def work():
        try:
            Limit(0.02).run(endless)
        except OutOfTime as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert len(errors) == 1


def test_a_loop_that_closes_generators_is_stopped_too():
    def tidy():
        try:
            yield 1
        finally:
            for _ in range(1000):
                pass

    def closing():
        while True:
            any(tidy())

    hook = sys.unraisablehook
    with pytest.raises(OutOfTime):
        Limit(0.02).run(closing)
    assert sys.unraisablehook is hook


def test_a_pause_is_no_endless_loop():
    """Something that takes long and does not get on, as Python's collector does: here it is within one line."""

    def pausing():
        total = sum(range(10_000_000))
        for _ in range(200):
            total += 1
        return total

    assert Limit(0.02).run(pausing) == 49_999_995_000_200
    with pytest.raises(OutOfTime):
        Limit(0.02).run(lambda: [pausing() for _ in range(20)])


def test_a_loop_that_swallows_errors_is_told_of():
    def stubborn():
        try:
            endless()
        except BaseException:
            return 1

    with pytest.raises(OutOfTime):
        Limit(0.02).run(stubborn)


def test_checks_leave_the_collector_and_the_tracer_as_they_were():
    before = sys.gettrace()
    for enabled in (True, False):
        (gc.enable if enabled else gc.disable)()
        report(check_value, Value, "strict")
        assert gc.isenabled() is enabled
    gc.enable()
    assert sys.gettrace() is before


def test_one_whole_number_is_no_rounding():
    """What x ** -1 gives with its power going up is -1 for every x, and so near a rounded -1 / x²."""
    assert hints.rounding_or_difference([(-1.0, -0.592), (-1.0, -0.592)]) == ""
    assert "rounded to 0 decimals" in hints.rounding_or_difference([(-1.0, -0.592), (3.0, 2.8)])
    assert "rounded to 1 decimals" in hints.rounding_or_difference([(-0.6, -0.592), (-0.6, -0.592)])


# ---- code that does not end, and what crashed the check


# A loop that comes to no new line. It stands in text, since a formatter would write it on two lines.
one_line = {}
exec(compile("def loop(output):\n    while True: pass\n", "<learner>", "exec"), one_line)


def endless_generator(output):
    while True:
        yield output


def endless_comprehension(output):
    return [node for node in iter(lambda: output, None)]  # noqa: C416


ENDLESS = [one_line["loop"], endless_generator, endless_comprehension]


@pytest.mark.parametrize("endless", ENDLESS)
def test_what_does_not_end_is_stopped(endless):
    found = report(check_topological_order, endless, seconds=0.2)
    assert "still running after 0.2 s" in found.findings[0].text
    found = report(check_op, "tanh", math.tanh, lambda g, x: endless(Value(x)), seconds=0.2)
    assert "still running after 0.2 s" in found.findings[0].text


class Right:
    """An engine of sums, whose `grad` and whose numbers may be of another kind."""

    kind = float

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = self.kind(data), self.kind(0.0), parents

    def __add__(self, other):
        return type(self)(self.data + other.data, (self, other))

    def backward(self):
        order = []

        def visit(node):
            if node not in order:
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        for node in order:
            node.grad = node.grad * 0.0 if node.parents else node.grad
        self.grad = self.grad * 0.0 + 1.0
        for node in reversed(order):
            for parent in node.parents:
                parent.grad = parent.grad + node.grad


@pytest.mark.parametrize("shape", [(), (1,), (1, 1)])
def test_arrays_of_one_number_are_numbers(shape):
    engine = type("Value", (Right,), {"kind": staticmethod(lambda x: np.full(shape, x, dtype=float))})
    assert report(check_value, engine, level="add").ok


@pytest.mark.parametrize("name", ["data", "grad", "backward"])
def test_an_attribute_that_raises_is_told_with_its_line(name):
    def raises(self):
        raise ValueError("not yet")

    engine = type("Value", (Right,), {name: property(raises, lambda self, x: None)})
    found = report(check_value, engine, level="add")
    assert "raised ValueError: not yet\nin line " in found.findings[0].text
    assert 'of raises: `raise ValueError("not yet")`' in found.findings[0].text
