"""Text in columns, as wide as it looks: in every table that is printed."""

import pytest

import nn
from autograd import Operation, Value, record
from autograd.tables import aligned, text_width


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
