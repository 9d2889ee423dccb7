"""How a notebook shows a Value: equation, number, gradient; short, and safe whatever its labels are."""

import math
import re
from xml.etree import ElementTree

import pytest

from autograd import Operation, Value, dot, where
from autograd import sum as sum_of

a, b = Value(2.0, "a"), Value(-3.0, "b")


def shown(value):
    """The text, and the tooltips of number and gradient."""
    element = ElementTree.fromstring(value._repr_html_())
    return re.sub(r"\s+", " ", "".join(element.itertext())), [part.get("title") for part in element]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (a, "a = 2 gradient –"),
        (Value(0.5), "0.5 gradient –"),
        (Value(math.nan, "n"), "n = nan gradient –"),
        (a * b, "a · b = −6 gradient –"),
        (a**2, "a² = 4 gradient –"),
        (2 * a - 1, "4 − 1 = 3 gradient –"),
        (b + Value(-1.0), "b + (−1) = −4 gradient –"),
        (a.tanh(), "tanh(a) = 0.964 gradient –"),
        (dot([a, b], [b, a]), "a · b + b · a = −12 gradient –"),
        (where(a, a, b), "a if a ≠ 0 else b = 2 gradient –"),
        (Operation("mine", lambda x: 3 * x, lambda y, x: (3.0,))(a), "mine(a) = 6 gradient –"),
        (sum_of([a] * 1000), "sum of 1,000 values = 2000 gradient –"),
        (Value(6.0, (a, b), (1.0, 1.0)), "own(a, b) = 6 gradient –"),
    ],
)
def test_equation_and_number(value, text):
    assert shown(value)[0] == text


def test_the_gradient_once_there_is_one():
    x = Value(2.0, "x")
    y = x * 0.12345678901234
    y.label = "y"
    assert shown(y) == (
        "y = x · 0.1235 = 0.2469 gradient –",
        ["0.24691357802468", "backward() has not reached it, or the gradient is 0"],
    )
    y.backward()
    assert shown(y)[0] == "y = x · 0.1235 = 0.2469 gradient 1"
    assert shown(x) == ("x = 2 gradient 0.1235", ["2.0", "0.12345678901234"])
    assert repr(x) == "Value(data=2, grad=0.123457, label='x')"


@pytest.mark.parametrize(
    "label",
    ["<script>alert(1)</script>", "a'onmouseover='x", '"><img src=x onerror=y>', "&lt;", "\x00\ud800\u202e\n", "]]>",
     "-->", "a" * 10_000, "$x$", "`code`"],
)  # fmt: skip
def test_a_hostile_label_is_text(label):
    v = Value(1.0, label)
    w = v.exp()
    w.label = label
    for value in (v, w):
        html = value._repr_html_()
        assert {element.tag for element in ElementTree.fromstring(html).iter()} == {"span", "b"}
        assert len(html) < 900
        html.encode()
        if label.isprintable() and len(label) < 40:
            assert label in shown(value)[0]


def test_what_was_put_into_data_and_grad_is_shown_as_it_is():
    v = Value(1.0, "v")
    v.data, v.grad = None, "<b>"
    assert shown(v)[0] == "v = None gradient '<b>'"
    v.data, v.grad = 3, None
    assert shown(v)[0] == "v = 3 gradient –"
    assert shown(v * v)[0] == "v · v = 9 gradient –"


def test_only_the_node_and_its_parents_are_looked_at():
    asked = []

    class Watched(Value):
        def __getattribute__(self, name):
            asked.append(name)
            return super().__getattribute__(name)

    x = Watched(1.0, "x")
    y = (x * 2.0) * 3.0
    asked.clear()
    assert shown(y)[0] == "2 · 3 = 6 gradient –"
    assert asked == []
