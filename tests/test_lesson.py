"""What a lesson asks: blanks are told kindly, answers judged, mistakes named; and what a check is: an object."""

import copy
import inspect
import pickle
import pydoc
import re

import numpy as np
import pytest

from autograd import Value, check
from autograd.check import (
    check_answer,
    check_function,
    check_op,
    check_step,
    check_topological_order,
    check_value,
    gradcheck,
    reveal,
)
from autograd.check.answers import difference
from autograd.check.cells import CheckFailed


@pytest.fixture(autouse=True)
def lenient(monkeypatch):
    monkeypatch.delenv("CHAINGRAD_STRICT", raising=False)


def unwritten(*args):
    raise NotImplementedError


class Unwritten(Value):
    __mul__ = unwritten


def never(node):
    while True:
        node = node.parents[0] if node.parents else node


BLANKS = [
    lambda: reveal(None, 6.0),
    lambda: reveal(..., 6.0, replies={3: "half"}),
    lambda: check_answer("slope", None, 6.0),
    lambda: check_function(None, abs, [(1.0,)]),
    lambda: check_function(unwritten, abs, [(1.0,)]),
    lambda: check_op("mul", unwritten, unwritten),
    lambda: check_value(Unwritten),
    lambda: check_topological_order(unwritten),
    lambda: gradcheck(unwritten, 1.0),
]


@pytest.mark.parametrize("ask", BLANKS)
def test_a_blank_is_told_kindly_and_is_an_error_where_answers_must_be(ask, capsys, monkeypatch):
    assert ask() is None
    assert re.search("[Gg]uess first|[Nn]ot done yet", capsys.readouterr().out)
    monkeypatch.setenv("CHAINGRAD_STRICT", "0")
    ask()
    monkeypatch.setenv("CHAINGRAD_STRICT", "1")
    with pytest.raises(AssertionError, match="CHAINGRAD_STRICT"):
        ask()


def test_what_is_not_written_yet_is_named(capsys):
    for ask, what in [
        (lambda: check_value(Unwritten), "`unwritten`"),
        (lambda: check_step("sgd", lambda p, g, state, lr: unwritten()), "`unwritten`"),
        (lambda: check_op("mul", lambda a, b: (x for x in ()).throw(NotImplementedError), unwritten), "`mul`"),
    ]:
        ask()
        assert capsys.readouterr().out == f"Not done yet: {what}.\n"
    assert check_value.report(Unwritten).findings[0].unwritten == "`unwritten`"


def test_words_in_a_learners_error_change_nothing():
    """A message that looks like ours is theirs all the same."""

    def wordy(*inputs):
        raise ValueError("not done yet: NotImplementedError\nin line 7 of f")

    with pytest.raises(CheckFailed, match="raised ValueError"):
        gradcheck(wordy, 1.0)
    wrong_name = "x\nvalue: "
    found = check_op.report(wrong_name, lambda a: a * a, lambda g, a: g * a)
    assert "half of what it should be" in found.findings[0].hint


@pytest.mark.parametrize(
    ("guess", "actual", "said"),
    [
        (3, 3.0, "Right: 3."),
        (np.float64(3.001), Value(3.0), "Right: 3."),
        (6, 3.0, "Your guess is 6, the answer is 3: 3 too high, 2 times as much."),
        (-3, 3.0, "Your guess is -3, the answer is 3: 6 too low, the sign is the other."),
        (3.2, 3.0, "Your guess is 3.2, the answer is 3: 0.2 too high, 6.7% off."),
        (2, 3.0, "Your guess is 2, the answer is 3: 1 too low, 0.667 times as much."),
        (1, 3.0, "Your guess is 1, the answer is 3: 2 too low, 1/3 as much."),
        (1, 11013.8, "Your guess is 1, the answer is 11013.8: 11012.8 too low, 1/11,014 as much."),
        (4e5, 10.0, "Your guess is 400000, the answer is 10: 399990 too high, 40,000 times as much."),
        (2.9, 3.0, "Your guess is 2.9, the answer is 3: 0.1 too low, 3.3% off."),
        (0.016, 1 / 64, "Nearly right: 0.015625, your 0.016 is 2.4% off."),
        (0, 3.0, "Your guess is 0, the answer is 3: 3 too low."),
        (1e-9, 0.0, "Your guess is 1e-09, the answer is 0: 1e-09 too high."),
        (" Worse", "worse", "Right: worse."),
        ("G.T@X", "G.T @ X", "Right: G.T @ X."),
        ("cross entropy", "cross-entropy", "Right: cross-entropy."),
        ("-x", "x", 'Your guess is "-x", the answer is "x".'),
        ("better", "worse", 'Your guess is "better", the answer is "worse".'),
        ([1, 2], (1.0, 2.0), "Right: [1, 2]."),
        ([1, 2], (1.0, 2.0, 3.0), "Your guess is [1, 2], the answer is [1, 2, 3]."),
        (True, True, "Right: True."),
    ],
)
def test_a_guess_is_judged(guess, actual, said, capsys):
    reveal(guess, actual)
    assert capsys.readouterr().out == f"{said}\n"


def test_text_in_the_place_of_a_number_is_told_from_a_wrong_one(capsys):
    reveal("9", 9.0)
    assert capsys.readouterr().out == "'9' is text: write a number, without quotes.\n"
    with pytest.raises(CheckFailed, match="minutes: '4' is text: write a number, without quotes"):
        check_answer("minutes", "4", 4.0)
    reveal("1/64", 0.015625)
    assert capsys.readouterr().out == "'1/64' is text: write a number, without quotes.\n"
    reveal("six", 6.0)
    assert capsys.readouterr().out == "'six' is text: write a number, without quotes.\n"
    reveal("9", "9")
    assert capsys.readouterr().out == "Right: 9.\n"


def test_a_usual_wrong_guess_has_its_own_reply(capsys):
    for guess, said in {6: "twice", 0: "none", 5: ""}.items():
        reveal(guess, 3.0, replies={6: "twice", 0: "none"})
        assert capsys.readouterr().out.splitlines()[1:] == [said] * bool(said)


@pytest.mark.parametrize("guess", ["bigger", 3, ["larger"]])
def test_a_guess_that_is_none_of_the_choices_is_told_them_and_not_the_answer(guess, capsys):
    reveal(guess, "larger", because="it grows", replies={"the same": "no", "smaller": "no"})
    assert capsys.readouterr().out.endswith('is none of the choices: "larger", "smaller", "the same".\n')


def test_long_replies_are_broken_between_words(capsys):
    reveal(2, 1, because="word " * 50)
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_a_mistake_that_is_right_is_an_error_of_the_lesson():
    with pytest.raises(ValueError, match="is the right answer"):
        reveal(1, 3.0, replies={3: "no"})
    with pytest.raises(ValueError, match="is the right answer"):
        check_answer("slope", 1, 3.0, {3.0000001: "no"})
    with pytest.raises(ValueError, match="gives what is right"):
        check_function(lambda x: x, lambda x: 2 * x, [(1.0,)], {lambda x: x + 1: "no"})


def test_an_answer_is_judged_and_the_right_one_is_not_told(capsys):
    check_answer("slope", {"a": 1, "b": [2, 3]}, {"a": 1.0, "b": (2.0, 3.0)})
    assert capsys.readouterr().out == "slope: right, {a: 1, b: [2, 3]}.\n"
    with pytest.raises(CheckFailed) as failed:
        check_answer("slope", 4, 3.0, {5: "five"})
    assert str(failed.value) == "slope: 4 is not right."
    with pytest.raises(CheckFailed, match=r"slope: 5 is not right.\nhint: five"):
        check_answer("slope", 5, 3.0, {5: "five"})


def right(x, y):
    return [x * y, x - y]


CALLS = [(2.0, 3.0), (-1.0, 0.5)]
FUNCTIONS = [
    (lambda x, y: (x * y, y - x), r"\(2, 3\): yours \[6, 1\], expected \[6, -1\]\nhint: turned"),
    (lambda x, y: [x * y, 1 / (x - 2)], "raised ZeroDivisionError: .*division by zero.*\nhint: never divide"),
    (lambda x, y: None, r"yours None, expected \[6, -1\]\nhint: is the `return` missing"),
    (lambda x, y: [x * y, x + 0 * y], r"yours \[6, 2\], expected \[6, -1\]\nhint: only the last number is wrong"),
    (lambda x, y: [x * x, y * y], r"yours \[4, 9\], expected \[6, -1\]$"),
    (lambda x: x, "takes 1 positional argument but 2 were given"),
    (lambda x, y: never(Value(1.0)), "endless loop"),
]


@pytest.mark.parametrize(("function", "said"), FUNCTIONS)
def test_a_function_is_compared_call_by_call(function, said):
    mistakes = {lambda x, y: [x * y, y - x]: "turned", lambda x, y: [x * y, y / 0]: "never divide"}
    with pytest.raises(CheckFailed, match=said):
        check_function(function, right, CALLS, mistakes, seconds=0.1)


MEANS = [([1.0, 2.0, 6.0],), ([4.0, -2.0],), ([5.0, 5.0, 7.0, -1.0],), ([0.5, 1.5, -9.0],)]


def mean(xs):
    return sum(xs) / len(xs)


def shares(xs):
    return [x / sum(map(abs, xs)) for x in xs]


@pytest.mark.parametrize(
    ("right", "wrong", "hint"),
    [
        (mean, lambda xs: None, "is the `return` missing?"),
        (mean, lambda xs: 2 * mean(xs), "each number is twice the right one"),
        (mean, lambda xs: mean(xs) / 2, "each number is half the right one"),
        (mean, lambda xs: mean(xs) / 3, "each number is 1/3 of the right one"),
        (mean, lambda xs: -mean(xs), "each number is right but for its sign"),
        (mean, lambda xs: -1.5 * mean(xs), "each number is -1.5 times the right one, of the other sign"),
        (mean, lambda xs: abs(mean(xs)), "the sizes are right, some signs are not"),
        (mean, lambda xs: 1 / mean(xs), "each number is 1 over the right one: what is divided by what?"),
        (mean, lambda xs: mean(xs) + 1, "each number is 1 too large"),
        (mean, sum, "not divided by how many numbers were given"),
        (mean, lambda xs: mean(xs) / len(xs), "divided once too often by how many numbers were given"),
        (mean, lambda xs: xs, "argument 1 comes back as it was given"),
        (mean, lambda xs: [mean(xs)], "the result is right, but inside a list: return it alone"),
        (mean, lambda xs: mean(xs[:3]), "3 of 4 calls are right: what is different about this one?"),
        (mean, lambda xs: xs[0], ""),
        (mean, lambda xs: 7.5, "the result is the same in all calls: what should it depend on?"),
        (mean, lambda xs: mean(xs) ** 2, "each number is the square of the right one"),
        (lambda xs: abs(mean(xs)), lambda xs: abs(mean(xs)) ** 0.5, "each number is the square root of the right one"),
        (lambda xs: mean(xs) + 0.001, lambda xs: round(mean(xs) + 0.001, 2), "the numbers are right, but rounded"),
        (shares, lambda xs: shares(xs)[::-1], "the numbers are right, but in the reverse order"),
        (shares, lambda xs: sorted(shares(xs)), "the numbers are right, but in another order"),
        (shares, lambda xs: [[x] for x in shares(xs)], "the numbers are right, but the lists that hold them are not"),
        (shares, lambda xs: shares(xs)[:-1], "the list has 2 of the 3 entries"),
        (shares, lambda xs: [*shares(xs), 1.0], "the list has 4 entries, not 3"),
        (shares, lambda xs: shares(xs)[-1], "that is one number of the list: return all of them"),
        (shares, lambda xs: 9.0, "a list is asked for, not one number"),
        (
            shares,
            lambda xs: iter(shares(xs)),
            "what comes back can be walked through once only: make a list of it, `list(…)`",
        ),
        (shares, lambda xs: [9.0, *shares(xs)[:-1]], "the numbers are right, but each is one place off"),
        (shares, lambda xs: [*shares(xs)[1:], 9.0], "the numbers are right, but each is one place off"),
        (shares, lambda xs: [0.0, *shares(xs)[1:]], "only the first number is wrong"),
        (
            lambda xs: [*shares(xs), 1.0],
            lambda xs: [shares(xs)[0], 0.5, *shares(xs)[2:], 1.0],
            "only number 2 is wrong",
        ),
        (shares, lambda xs: [x / max(map(abs, xs)) for x in xs], ""),
        (lambda xs: xs[0] > 0, lambda xs: "yes" if xs[0] > 0 else "no", "True or False is asked for"),
        (
            mean,
            lambda xs: xs * 0.5,
            "a list is no number, and is not computed with item by item: go through its items, or add them up first",
        ),
        # Nothing is said of numbers where there are none, or none is wrong.
        (lambda xs: xs[0] > 0, lambda xs: xs[0] < 0, ""),
        (lambda xs: xs[0] > 0.7, lambda xs: True, "3 of 4 calls are right: what is different about this one?"),
        (lambda xs: "up", lambda xs: "down" if xs[0] > 1 else "level", ""),
        (lambda xs: {"mean": mean(xs), "kind": "a"}, lambda xs: {"mean": mean(xs), "kind": "b"}, ""),
        (lambda xs: [mean(xs)], mean, "the result is right, but a list is asked for"),
        (lambda xs: {"a": xs[0], "b": xs[1]}, lambda xs: {"a": xs[0], "b": 0 * xs[1]}, "only the last number is wrong"),
        (
            lambda xs: {"a": 1.0, "b": shares(xs)},
            lambda xs: {"a": 1.0, "b": [x / 2 for x in shares(xs)]},
            "in b: each number is half the right one",
        ),
    ],
)
def test_where_no_mistake_explains_it_a_cause_that_any_function_may_have_is_told(right, wrong, hint):
    with pytest.raises(CheckFailed) as failed:
        check_function(wrong, right, MEANS, {lambda xs: 7.0: "seven"})
    assert str(failed.value).partition("\nhint: ")[2] == hint


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (lambda x, rate: (x / 2) ** 2 - rate, "that would be right for x / 2 in the place of x"),
        (lambda x, rate: x**2 + rate, "that would be right for -rate in the place of rate"),
        (lambda x, rate: rate**2 - x, "that would be right if x and rate changed places"),
        (lambda x, rate: x**2 - 0.5, "that would be right if rate were always 0.5: where is rate used?"),
        (lambda x, rate: x**3 - rate, ""),
    ],
)
def test_results_that_belong_to_other_arguments_are_told(wrong, hint):
    with pytest.raises(CheckFailed) as failed:
        check_function(wrong, lambda x, rate: x**2 - rate, [(3.0, 0.5), (-2.0, 4.0), (0.7, 0.2)])
    assert str(failed.value).partition("\nhint: ")[2] == hint


@pytest.mark.parametrize(
    ("answer", "right", "hint"),
    [
        (-3, 3.0, "the size is right, the sign is not"),
        (0.25, 4.0, "that is 1 over it: what is divided by what?"),
        (8, 4.0, "that is twice as much: where does a factor 2 come from?"),
        (2, 4.0, "that is half as much: where does a factor 2 come from?"),
        ([4], 4.0, "the result is right, but inside a list: return it alone"),
        ([2, 1], [1.0, 2.0], "the numbers are right, but in the reverse order"),
        (5, 4.0, ""),
    ],
)
def test_a_wrong_answer_that_nobody_foresaw_may_have_a_cause(answer, right, hint):
    with pytest.raises(CheckFailed) as failed:
        check_answer("slope", answer, right)
    assert str(failed.value).partition("\nhint: ")[2] == hint


def test_an_answer_is_read_in_the_cell_before_where_there_is_a_notebook(monkeypatch):
    monkeypatch.setattr("autograd.check.lesson.last_cell", lambda: ("slope = rise * run", {"rise": 8.0, "run": 2.5}))
    with pytest.raises(CheckFailed, match=r"look at the operator in `rise \* run`"):
        check_answer("slope", 20, 3.2)


def test_a_listed_error_of_one_kind_explains_no_other_words():
    listed = {lambda x, y: x + None: "something is None"}
    with pytest.raises(CheckFailed, match="not callable") as failed:
        check_function(lambda x, y: x(y), right, CALLS, listed)
    assert "hint: something is None" not in str(failed.value)


def test_an_error_that_a_lesson_tells_of_is_no_text_for_a_number():
    assert difference("OverflowError: math range error", 1.0) == "yours OverflowError: math range error, expected 1"
    assert difference("4 degrees", 4.0).endswith("that is text, not a number")


@pytest.mark.parametrize("other", [[0.0, 1.0, 0.0], "not a tuple"])
def test_numbers_0_and_1_are_not_called_rounded_nor_words_the_same(other):
    cases = [(1.0, 2.0), (2.0, 3.0), (0.5, 0.1)]
    with pytest.raises(CheckFailed) as failed:
        check_function(lambda x, y: other, lambda x, y: [x / 10, 1.1, y / 10], cases)
    assert "rounded" not in str(failed.value)
    assert isinstance(other, list) or "the same in all calls" not in str(failed.value)


def test_an_error_at_another_call_is_another_mistake():
    def at_the_second(x, y):
        return [x * y, x - y] if x != -1 else 1 / 0

    with pytest.raises(CheckFailed) as failed:
        check_function(at_the_second, right, CALLS, {lambda x, y: 1 / (x - 2): "at the first"})
    assert "at the first" not in str(failed.value)


def test_an_error_whose_cause_is_known_is_not_a_mistake_with_another():
    with pytest.raises(CheckFailed, match="only a list can be added to a list"):
        check_function(lambda x, y: [] + y, right, CALLS, {lambda x, y: x + None: "something is None"})  # noqa: RUF005
    with pytest.raises(CheckFailed, match="hint: what no dict has"):
        check_function(lambda x, y: {}[x], right, CALLS, {lambda x, y: {}[y]: "what no dict has"})


def test_an_argument_that_is_never_used_is_named_and_the_number_of_right_calls_is_not():
    def leaky(z, leak):
        return z if z > 0 else 0.01 * z

    with pytest.raises(CheckFailed) as failed:
        check_function(leaky, lambda z, leak: z if z > 0 else leak * z, [(3.0, 0.1), (-4.0, 0.1), (-2.0, 0.3)])
    assert "hint: `leak` is never used: what has it to do with the result?" in str(failed.value)
    assert "calls are right" not in str(failed.value)


def test_an_argument_that_the_right_function_does_not_need_is_not_named():
    with pytest.raises(CheckFailed) as failed:
        check_function(spared, lambda x, spare: 2 * x, [(3.0, 0.1), (-4.0, 0.5)])
    assert "never used" not in str(failed.value)


def spared(x, spare):
    return 2 + x


def test_a_type_is_as_good_as_its_name_in_quotes(capsys):
    reveal(TypeError, "TypeError", replies={"works": "No."})
    assert capsys.readouterr().out == "Right: TypeError.\n"


def test_a_right_function_passes_and_may_change_its_arguments_but_is_told_so(capsys):
    def largest(numbers):
        numbers.sort()
        return numbers.pop()

    check_function(largest, max, [([1, 3, 2],), ([5, 4],)])
    out = capsys.readouterr().out
    assert out.splitlines()[0] == "largest: right in all 2 calls."
    assert "belongs to the caller" in out
    check_function(largest, lambda numbers: [max(numbers), numbers.clear()][0], [([1, 3, 2],), ([5, 4],)])
    check_function(max, max, [([1, 3, 2],), ([5, 4],)])
    assert capsys.readouterr().out == "largest: right in all 2 calls.\nmax: right in all 2 calls.\n"


def test_of_two_mistakes_with_one_kind_of_error_the_message_tells():
    def of_nothing(xs):
        raise ValueError("softmax of nothing")

    def of_lengths(xs):
        raise ValueError("two lengths")

    def unknown(xs):
        raise ValueError("something else")

    mistakes = {of_nothing: "the first", of_lengths: "the second"}
    for wrong, hint in (of_nothing, "the first"), (of_lengths, "the second"), (unknown, "the first"):
        with pytest.raises(CheckFailed, match=hint):
            check_function(wrong, max, [([1.0, 2.0],)], mistakes)


def test_a_list_of_another_length_is_told_of_the_call_that_has_it():
    def asked(xs):
        return [x for x in xs if x > 0]

    for wrong, hint in [
        (lambda xs: [2 * x for x in xs], "in call 2 the list has 2 entries, not 1"),
        (lambda xs: [[x, x] for x in xs], "lists stand inside where numbers are asked for"),
    ]:
        with pytest.raises(CheckFailed, match=hint):
            check_function(wrong, asked, [([1.0, 3.0],), ([-1.0, 5.0],)])
    with pytest.raises(CheckFailed, match="a list inside has 1 of the 2 entries"):
        check_function(lambda xs: [[x] for x in xs], lambda xs: [[x, x] for x in xs], [([1.0, 3.0],)])
    with pytest.raises(CheckFailed, match="numbers stand inside where lists are asked for"):
        check_function(lambda xs: [-x for x in xs], lambda xs: [[x, x] for x in xs], [([1.0, 3.0],), ([2.0, 4.0],)])


def test_two_numbers_of_which_one_stands_at_the_others_place_are_not_one_place_off():
    with pytest.raises(CheckFailed) as failed:
        check_function(lambda x: [9.0, x], lambda x: [x, x * x], [(3.0,), (5.0,)])
    assert "one place off" not in str(failed.value)


def test_an_answer_that_is_a_function_is_told_so():
    with pytest.raises(CheckFailed, match="that is a function: write the number"):
        check_answer("slope", lambda x: 3.0, 3.0)


def test_values_of_one_call_stay_one_graph():
    a = Value(3.0)
    check_function(lambda y, x: y.parents[0] is x, lambda y, x: True, [(a * a, a)])


def test_a_call_is_told_with_the_labels_of_its_values():
    y = Value(3.0, "x") * Value(2.0)
    y.label = "y"
    with pytest.raises(CheckFailed, match=r"slope\(y, x, 2, 5\): yours 1, expected 0"):
        check_function(slope, lambda *inputs: 0.0, [(y, *y.parents, 5.0)])


def slope(*inputs):
    return 1.0


def test_notebooks_show_the_message_alone():
    shown = CheckFailed("wrong\nhint: " + "word " * 40)._render_traceback_()
    assert shown[0] == "wrong"
    assert "test_lesson" not in "".join(shown)


# ---- a check is an object that passes for a function

CHECKS = [check_value, gradcheck, check_op, check_topological_order, check_step]


@pytest.mark.parametrize("one", CHECKS, ids=lambda one: one.__name__)
def test_a_check_is_shown_and_kept_as_a_function_is(one):
    assert one is getattr(check, one.__name__)
    assert pickle.loads(pickle.dumps(one)) is copy.deepcopy(one) is copy.copy(one) is one
    signature = inspect.signature(one)
    assert signature.return_annotation is None
    assert signature.parameters == inspect.signature(one.report).parameters
    text = pydoc.render_doc(one, renderer=pydoc.plaintext)
    shown = f"{one.__name__}{signature} {one.__doc__.splitlines()[0]}"
    assert "".join(shown.split()) in "".join(text.split())  # Python 3.13 gives each parameter a line
    assert one.__doc__ == one.report.__doc__


def test_a_check_in_a_class_is_a_method():
    class Wrong(Value):
        check = check_value
        order = check_topological_order

    assert Wrong.check is check_value
    with pytest.raises(CheckFailed, match="the order"):
        Wrong(1.0).order()


def test_a_report_is_what_the_check_says(capsys):
    found = check_step.report("sgd", lambda p, g, state, lr: p + lr * g)
    assert found.findings == check.report(check_step, "sgd", lambda p, g, state, lr: p + lr * g).findings
    assert capsys.readouterr().out == ""
    with pytest.raises(CheckFailed) as failed:
        check_step("sgd", lambda p, g, state, lr: p + lr * g)
    assert str(failed.value) == str(found)
    assert capsys.readouterr().out == f"{found.verdict}.\n"
