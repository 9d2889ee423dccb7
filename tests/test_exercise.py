"""Exercises: clean numbers, a right key, the same for a seed everywhere, and marks that are fair."""

import re

import pytest

from autograd import Value, topological_order
from autograd.exercise import LARGEST, LEVELS, exercise
from tests.shared import python


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("seed", range(12))
def test_numbers_are_clean_and_the_key_is_right(seed, level):
    task = exercise(seed, level)
    assert all(abs(x) <= LARGEST and round(x, 2) == x for x in task.key.values())
    nodes = topological_order(task.output)
    leaves = [v for v in nodes if not v.parents]
    assert set(task.key) == (
        {v.label for v in nodes if v.parents}
        | {f"{v.label}/{p.label}" for v in nodes for p in v.parents}
        | {f"grad {v.label}" for v in nodes}
    )
    starts = {v.label: v.data for v in leaves}
    h = 1e-6
    for name, x in starts.items():
        above, below = value_of(task, starts | {name: x + h}), value_of(task, starts | {name: x - h})
        assert task.key[f"grad {name}"] == pytest.approx((above - below) / (2 * h), abs=1e-4)
    assert value_of(task, starts) == task.key[task.output.label]


def value_of(task, starts):
    """The output for other inputs, computed by the rows on floats."""
    data = dict(starts)
    for v in topological_order(task.output):
        if v.parents:
            data[v.label] = v.operation(*[data[p.label] for p in v.parents])
    return data[task.output.label]


def test_levels_differ_as_they_say():
    for level, (names, size, reuses) in LEVELS.items():
        for seed in range(5):
            nodes = topological_order(exercise(seed, level).output)
            made = [v for v in nodes if v.parents]
            assert len(made) == size
            assert {v.operation.name for v in made} <= set(names)
            assert sum(len([w for w in made if v in w.parents]) > 1 for v in nodes) == reuses


def test_a_seed_gives_the_same_exercise_everywhere():
    """The text was recorded on another day: a change here changes what teachers have handed out."""
    assert str(exercise(7, 2)) == RECORDED
    code = "from autograd.exercise import exercise; print(exercise(7, 2), end='')"
    for hash_seed in ("1", "2"):
        assert python("-c", code, PYTHONHASHSEED=hash_seed).stdout == RECORDED
    assert len({str(exercise(seed, 2)).partition("\n")[2] for seed in range(20)}) == 20


RECORDED = """Exercise 7, level 2: fill in the blanks.

a = -1.5, b = 4, c = 1.5

d = c + b = ____              local derivatives   d/c = ____   d/b = ____
e = a * b = ____              local derivatives   e/a = ____   e/b = ____
f = e - d = ____              local derivatives   f/e = ____   f/d = ____

gradients of f:   grad f = ____   grad e = ____   grad d = ____   grad c = ____   grad b = ____   grad a = ____"""


def test_full_marks(capsys):
    task = exercise(3, 3)
    assert task.check(task.key) is None
    assert capsys.readouterr().out == f"{len(task.key)} of {len(task.key)} points.\n"
    assert task.score(task.key).ok


def test_partial_marks():
    task = exercise(3, 2)
    some = {name: task.key[name] for name in list(task.key)[:4]}
    score = task.score(some)
    assert (score.points, score.total, score.ok) == (4, len(task.key), False)
    assert str(score) == f"4 of {len(task.key)} points, {len(task.key) - 4} not answered."
    wrong = {**task.key, "grad a": 99.0}
    with pytest.raises(AssertionError) as error:
        task.check(wrong)
    assert str(error.value) == f"{len(task.key) - 1} of {len(task.key)} points.\n  grad a: 99 is not right"
    assert task.score({"grad a": None}).points == 0


def test_what_follows_from_a_wrong_answer_counts_as_right():
    task = by_hand()
    answers = dict(task.key) | {"d": 5.0}  # a * b is 6
    answers |= {"e": 15.0, "e/a": 5.0, "grad a": 5.0 + 2.0 * 3.0}  # but these follow from it
    score = task.score(answers)
    assert score.points == len(task.key) - 1
    assert [f.where for f in score.findings] == ["d"]
    assert task.score(dict(task.key) | {"d": 5.0}).points == len(task.key) - 1  # and so do the right ones


def by_hand():
    """e = (a * b) * a at 3, 2: d = 6, e = 18."""
    from autograd.exercise import Exercise

    a, b = Value(3.0, "a"), Value(2.0, "b")
    d = a * b
    e = d * a
    d.label, e.label = "d", "e"
    return Exercise(0, 1, e)


def test_the_key_by_hand():
    assert by_hand().key == {
        "d": 6.0,
        "e": 18.0,
        "d/a": 2.0,
        "d/b": 3.0,
        "e/d": 3.0,
        "e/a": 6.0,
        "grad e": 1.0,
        "grad d": 3.0,
        "grad b": 9.0,
        "grad a": 12.0,
    }


def test_a_gradient_that_left_out_a_use_gets_a_hint():
    task = by_hand()
    text = str(task.score(task.key | {"grad a": 6.0}))
    assert "grad a: 6 is not right. Hint: a is used 2 times: add up what comes back from d and e" in text
    hint = "that is a local derivative: multiply it by the gradient of d"
    assert hint in str(task.score(task.key | {"grad b": 3.0}))


@pytest.mark.parametrize(
    ("answers", "error", "message"),
    [
        ({"q": 1.0}, ValueError, "'q' is no blank of this exercise: they are d, e, d/a"),
        ({"d": "six"}, TypeError, "the answer to 'd' is a number, not 'six'"),
    ],
)
def test_answers_that_are_none_are_refused(answers, error, message):
    with pytest.raises(error, match=message):
        by_hand().score(answers)


def test_an_unknown_level_is_refused():
    with pytest.raises(ValueError, match="level is one of 1, 2, 3, 4, not 9"):
        exercise(1, 9)


def test_the_text_gives_nothing_away():
    task = exercise(5, 3)
    text = str(task)
    assert text.count("____") == len(task.key)
    assert repr(task) == f"<exercise 5, level 3: {len(task.key)} blanks>"


def test_the_picture_has_question_marks_and_the_solved_one_has_numbers():
    task = by_hand()
    source = task.picture().source
    assert r"d = a · b\ndata ?\ngrad ?" in source
    assert r"a\ndata 3\ngrad ?" in source
    assert source.count('label="?"') == 4
    fills = re.findall(r"^\s+v\d.*fillcolor=(\"\S+\"|\w+)", source, re.MULTILINE)
    assert (len(fills), len(set(fills))) == (4, 1)
    assert not {"6", "18", "12", "9"} & set(source.replace('"', " ").split())
    solved = task.picture(solved=True).source
    assert r"d = a · b\ndata 6\ngrad 3" in solved
    assert r"a\ndata 3\ngrad 12" in solved
    assert task.picture(solved=True).source == solved
    assert "?" not in solved
