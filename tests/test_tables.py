"""Text in columns, as wide as it looks: in every table that is printed. What messages name, in short."""

import os
import subprocess
import sys

import numpy as np
import pytest

import nn
from autograd import (
    Operation,
    Value,
    backward,
    diagnose,
    draw,
    explain,
    formula,
    grad,
    record,
    relu,
    step_through,
)
from autograd.tables import aligned, short, text_width
from tests.shared import ROOT


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("rate", 4),
        ("学習率", 6),
        ("é", 1),
        ("e\u0301", 1),
        ("Ａ", 2),
        ("−½∂", 3),
        ("กำลังสี่", 5),
        ("x\u20dd", 1),
    ],
)
def test_width(text, width):
    assert text_width(text) == width


def test_each_column_stands_at_its_side_and_an_empty_one_is_left_out():
    rows = [("1", "学", "", "a"), ("10", "e\u0301y", "", ""), ("", "", "", "bc")]
    assert [*aligned(rows, "rllr")] == [" 1  学   a", "10  e\u0301y", "        bc"]
    assert [*aligned(rows[:2], "lrll", gap="|")] == ["1 |学|a", "10|e\u0301y|"]
    assert [*aligned([], "rl")] == []
    with pytest.raises(ValueError, match="shorter"):
        aligned([("1", "2")], "rlr")


def test_a_summary_and_a_program_are_aligned_whatever_the_script():
    model = nn.Sequential(nn.Neuron(2))
    model.層 = nn.Neuron(2)
    assert_ends_agree(str(model.summary()).splitlines())
    square, x = Operation("平方", lambda x: x * x, lambda y, x: (2 * x,)), Value(2.0)
    assert_ends_agree([line.removesuffix(" 1 node") for line in str(record(square(x) + x, [x])).splitlines()[1:]])


def assert_ends_agree(lines):
    assert len({text_width(line) for line in lines}) == 1, lines


# ---- what standard output cannot show

SAID = """
from autograd import Value, diagnose, explain, formula, record, step_through, tanh
from autograd.check import gradcheck, reveal
import nn
a, b = Value(-2.0, "a"), Value(0.5, "ü")
y = (a**2 * b).tanh() / -3
for said in (step_through(y), explain(y, a), formula(y), explain(tanh), diagnose(y), nn.MLP(2, [3, 1]).summary()):
    print(said)
x = Value(0.1)
print(record((x * 2 + 1).tanh(), [x]))
gradcheck(lambda x: -x, -2.0)
reveal(-3.0, 4.0, because="x → −y")
"""


def said(encoding, *arguments):
    """What Python prints where standard output has another encoding."""
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, encoding=encoding, cwd=ROOT, check=True, env=environment).stdout


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "cp437", "utf-8"])
def test_nothing_raises_and_no_sign_is_lost(encoding):
    in_signs = ("(−2)² = 4", "∂y/∂v3 = −1 / 3 = −0.3333", "Layer 2 → 3, relu", "Because x → −y.")
    in_ascii = ("(-2)^2 = 4", "dy/dv3 = -1 / 3 = -0.3333", "Layer 2 -> 3, relu", "Because x -> -y.")
    found = said(encoding, "-c", SAID)
    for text in in_signs if encoding == "utf-8" else in_ascii:
        assert text in found
    assert "?" not in found
    assert ("ü" in found) == (encoding != "ascii")


def test_columns_stay_aligned_in_ascii():
    lines = said("ascii", "-c", SAID).split("Forward pass\n")[1].splitlines()[:3]
    assert len({line.index(text) for line, text in zip(lines, ("numbers", "(-2)", "4 * 0.5"), strict=True)}) == 1


def test_the_command_line_in_ascii():
    found = said("ascii", "-m", "autograd", "a*b", "a=0.5", "b=-3", "--steps")
    assert "y = a * b = 0.5 * (-3) = -1.5" in found
    assert "dy/db = a = 0.5" in found


def test_what_a_message_names_stays_on_one_short_line():
    assert short([1.0, "a"]) == "[1.0, 'a']"
    assert short(np.eye(2)) == "array([[1., 0.], [0., 1.]])"
    assert len(short([0.5] * 1000)) == 80


@pytest.mark.parametrize(
    "function", [Value, backward, relu, draw, step_through, explain, formula, diagnose, grad, nn.SGD]
)
def test_a_list_of_many_where_one_is_wanted_makes_a_short_message(function):
    with pytest.raises(TypeError) as error:
        function([[1.0] * 1000])
    assert len(str(error.value)) < 300


def test_a_function_of_one_number_says_how_it_is_taken_of_many():
    with pytest.raises(TypeError, match=r"of type list: for each of them, write \[relu\(x\) for x in xs\]"):
        relu([Value(1.0), Value(-1.0)])
