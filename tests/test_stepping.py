"""Stepping: the events are those of backward() to the last bit, and what is printed and shown says the same."""

import json
import math
import re
from html.parser import HTMLParser
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import OPERATIONS, Operation, Value, step_through, topological_order
from autograd.backprop import backpropagate
from autograd.formulas.notation import number_text
from autograd.operations import constant
from autograd.stepping.javascript import MOST_INPUTS, Rows
from autograd.stepping.templates import view_data
from autograd.stepping.wording import Wording, tables
from tests.shared import HOSTILE, cube, neuron


def random_graph(seed, numbers=(-3.0, -0.7, 0.0, 0.5, 2.0, 800.0)):
    """Any rows on any nodes: shared nodes, several uses by one child, unused nodes, infinities and nan."""
    random = Random(seed)
    nodes = [Value(random.choice(numbers), label) for label in "ab"]
    for _ in range(random.randint(1, 40)):
        row = random.choice([*OPERATIONS.values()])
        inputs = random.choices(nodes[-6:], k=row.arity or random.choice([2, 4, 6]))
        if row.arity is not None and row.arity > 1 and random.random() < 0.3:
            inputs[-1] = random.choice(numbers)
        nodes.append(row(*inputs))
    return nodes[-1]


random_graphs = st.integers(0, 2**32 - 1).map(random_graph)
many = settings(max_examples=300, derandomize=False)


def bits(x):
    return "nan" if math.isnan(x) else x.hex()


# ---- the events


@given(random_graphs)
@many
@pytest.mark.filterwarnings("ignore:backward.. starts at")
def test_the_events_replayed_by_hand_give_the_gradients_of_backward(output):
    gradients = dict.fromkeys(topological_order(output), 0.0)
    steps = step_through(output)
    gradients[steps.seed.node] = steps.seed.gradient
    for step in steps:
        assert step.parent is step.child.parents[step.position]
        assert bits(step.local_derivative) == bits(step.child.local_derivatives[step.position])
        assert bits(step.upstream) == bits(gradients[step.child])
        assert bits(step.before) == bits(gradients[step.parent])
        assert bits(step.contribution) == bits(step.local_derivative * step.upstream)
        gradients[step.parent] += step.local_derivative * step.upstream
        assert bits(step.after) == bits(gradients[step.parent])
    output.backward()
    assert {id(v): bits(g) for v, g in gradients.items()} == {id(v): bits(v.grad) for v in gradients}


class Recorder:
    """A node for `backpropagate` that writes down every gradient that it is given."""

    def __init__(self, node, parents, log):
        self.node, self.parents, self.log = node, parents, log
        self.local_derivatives = node.local_derivatives
        self.current = 0.0

    @property
    def grad(self):
        return self.current

    @grad.setter
    def grad(self, gradient):
        self.current = gradient
        self.log.append((id(self.node), bits(gradient)))


@given(random_graphs)
@many
def test_the_events_come_in_the_order_in_which_backward_writes(output):
    log, recorders = [], {}
    for node in topological_order(output):
        recorders[node] = Recorder(node, tuple(recorders[p] for p in node.parents), log)
    backpropagate(recorders[output], 1.0)
    written = log[sum(bool(node.parents) for node in recorders) :]  # first every gradient is set to zero
    expected = [(id(step.parent), bits(step.after)) for step in step_through(output) if not is_passed_over(step)]
    assert written == [(id(output), bits(1.0)), *expected]


def is_passed_over(step):
    """Whether backward() writes nothing, since zero times finite adds nothing."""
    derivatives = step.child.local_derivatives
    return len(derivatives) > 2 and step.upstream == 0 and math.isfinite(sum(derivatives))


@given(random_graphs)
@many
def test_a_gradient_is_final_when_its_last_use_has_reported_and_only_then_passed_on(output):
    arrived, final = dict.fromkeys(topological_order(output), 0), {output}
    for index, step in enumerate(step_through(output)):
        assert step.index == index
        assert step.child in final
        assert step.parent not in final
        arrived[step.parent] += 1
        assert step.arrived == arrived[step.parent]
        if step.is_final:
            final.add(step.parent)
    uses = [p for node in arrived for p in node.parents]
    assert arrived == {v: sum(u is v for u in uses) for v in arrived}
    assert final == set(arrived)


def test_stepping_starts_from_nothing_and_changes_nothing():
    y = neuron()
    y.backward()
    y.backward()
    before = [v.grad for v in topological_order(y)]
    steps = step_through(y)
    str(steps), steps._repr_html_()
    assert [v.grad for v in topological_order(y)] == before
    total = {step.parent.label: step.after for step in steps if step.parent.label}
    assert total == {v.label: v.grad / 2 for v in topological_order(y) if v.label in total}


def test_the_forward_pass_computes_every_value_from_values_before_it():
    y = neuron()
    known = {v: v.data for v in topological_order(y) if not v.parents}
    for step in step_through(y).forward:
        assert step.inputs == tuple(known[p] for p in step.node.parents)
        known[step.node] = step.operation(*step.inputs)
        assert known[step.node] == step.value
    assert known[y] == y.data


def test_a_leaf_has_no_steps():
    steps = step_through(Value(3.0, "a"))
    assert (len(steps), len(steps.forward), steps.seed.gradient) == (0, 0, 1.0)
    assert "da/da = 1" in str(steps)
    assert "<img" in steps._repr_html_()


def test_the_steps_are_a_sequence():
    steps = step_through(neuron())
    assert steps[-1] is [*steps][-1]
    assert steps[1:3] == ([*steps][1], [*steps][2])
    assert len(steps) == 5
    assert (
        repr(steps) == "<5 steps of backpropagation from Value(data=0.462117, grad=0, label='y'): print() shows them>"
    )


def test_a_deep_graph():
    x = Value(1.0, "x")
    y = x
    for _ in range(20_000):
        y = y * 1.0 + x
    steps = step_through(y)
    assert [step.after for step in steps if step.parent is x][-1] == 20_001.0
    assert (len(steps), len(steps.forward)) == (80_000, 40_000)
    assert str(steps).count("\n") < 100
    assert "59,960 more steps" in str(steps)  # without those to plain numbers
    html = steps._repr_html_()
    assert "This pass has 60,000 steps, more than the 500" in html
    assert "<script" not in html
    assert len(html) < 50_000


@pytest.mark.parametrize("wrong", [3.0, None, [Value(1.0)]])
def test_only_a_value_has_steps(wrong):
    with pytest.raises(TypeError, match="needs the Value that a computation ended in, not"):
        step_through(wrong)


# ---- words


def parsed(text):
    return float(text.replace("−", "-").replace("∞", "inf").strip("()"))


@given(random_graphs)
@many
def test_the_numbers_shown_multiply_out(output):
    steps = step_through(output)
    shown = [step for step in steps if step.parent.operation is not constant]
    for step, row in zip(shown, tables(Wording(output))[1].rows, strict=True):
        before, upstream, d, after = map(parsed, re.fullmatch(r"(\S+) \+ (\S+) · (\S+) = (\S+)", row[3]).groups())
        assert not re.search("[+·] −", row[3])
        if all(map(math.isfinite, (before, upstream, d, after))):
            size = abs(before) + 2 * abs(upstream * d) + abs(after)  # four digits: each is off by 5e-4 of it at most
            assert abs(before + upstream * d - after) <= 5.01e-4 * size
        assert row[3].endswith(number_text(step.after))


def test_the_rule_is_written_with_the_tables_formula():
    row = tables(Wording(neuron()))[1].rows[0]
    assert row == ("1", "dy/dv2 += dy/dy · ∂y/∂v2", "1 − y²", "0 + 1 · 0.7864 = 0.7864", "1 of 1, final")
    wording = Wording(neuron())
    assert wording.formulas(wording.backward[0]) == ["1 − y²", "1 − 0.4621²", "0.7864"]


def test_names_are_labels_and_told_apart():
    a, other, unnamed = Value(1.0, "a"), Value(2.0, "a"), Value(3.0)
    wording = Wording(a * other + unnamed * 5.0)
    assert {name.text for name in wording.names.values()} == {"a", "a_1", "v1", "v2", "v3", "5", "y"}
    y = Value(1.0, "y")
    assert Wording(y * 2.0).names[y].text == "y"


def test_a_rule_without_a_formula_is_shown_by_its_numbers():
    cube = Operation("cube", lambda x: math.pow(x, 3), lambda y, x: (3 * math.pow(x, 2),))
    v = Value(2.0, "v")
    assert "∂y/∂v  12                0 + 1 · 12 = 12" in str(step_through(cube(v)))
    assert view_data(Wording(cube(v)), Rows())["nodes"][0]["leaf"] == "y has no rule that a page can compute with"


def test_long_formulas_are_left_out():
    xs = [Value(float(i), f"a_long_name_{i}") for i in range(30)]
    text = str(step_through(autograd.prod(xs)))
    assert "y = prod of 30 inputs" in text
    assert max(map(len, text.splitlines())) < 250


def test_columns_are_aligned_whatever_the_script():
    a, b = Value(1.0, "学習率"), Value(2.0, "é" + "e\u0301")
    lines = str(tables(Wording(a * b + a))[1]).splitlines()[1:]
    ends = {
        sum({"学": 2, "習": 2, "率": 2, "\u0301": 0}.get(c, 1) for c in line[: line.index("·")]) for line in lines[1:2]
    }
    ends |= {
        sum({"学": 2, "習": 2, "率": 2, "\u0301": 0}.get(c, 1) for c in line[: line.rindex(" of ")])
        for line in lines[1:]
    }
    assert len(ends) == 2


def test_a_stale_graph_is_stepped_through_as_recorded_with_a_note():
    a = Value(3.0, "a")
    y = a * a
    a.data = 100.0
    steps = step_through(y)
    assert steps[1].after == 6.0
    assert steps.forward[0].is_stale
    assert "100 · 100 = 9 as recorded" in str(steps)
    assert str(steps).startswith("This graph is stale")
    assert "This graph is stale" in steps._repr_html_()
    assert view_data(Wording(y), Rows())["nodes"][0]["leaf"].startswith("some .data was changed")
    assert not step_through(neuron()).forward[0].is_stale


# ---- the view


class Parts(HTMLParser):
    """What a browser would see: the tags, the attributes, and the texts outside of scripts."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.texts, self.scripts = [], [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes

    def handle_data(self, data):
        (self.scripts if self.tags and self.tags[-1] in ("script", "style") else self.texts).append(data)


@pytest.mark.parametrize(
    "label", [*HOSTILE, "a'b", "a&amp;b", "\\N\\l", "a\nb", "\ud800\u202e\x00", "学習率", "-->", "]]>"]
)
def test_labels_are_shown_as_they_are_and_never_run(label, tmp_path):
    plain, hostile = Value(2.0, "a") * 3.0, Value(2.0, label) * 3.0
    expected, found = Parts(step_through(plain)._repr_html_()), Parts(step_through(hostile)._repr_html_())
    assert found.tags == expected.tags
    assert [name for name, _ in found.attributes] == [name for name, _ in expected.attributes]
    name = Wording(hostile).names[hostile.parents[0]].text
    assert any(f"/∂({name})" in text or f"/∂{name}" in text for text in found.texts)
    assert step_through(hostile).save(tmp_path / "steps.html").read_text(encoding="utf-8").count("</script>") == 1


def test_two_equal_views_are_equal_to_the_byte_and_others_have_other_names():
    names = [re.search(r'data-bp="(\w+)"', step_through(v)._repr_html_())[1] for v in (neuron(), neuron(), +neuron())]
    assert names[0] == names[1] != names[2]
    assert step_through(neuron())._repr_html_() == step_through(neuron())._repr_html_()


def test_no_element_has_an_id():
    html = step_through(neuron())._repr_html_()
    svg = Wording(neuron())
    assert "id" not in dict(Parts(html).attributes)
    assert not re.search(r"<[^>]* id=", autograd.stepping.picture.picture(svg)[0])


def test_the_picture_keeps_its_layout_whatever_is_shown():
    """The width of each box holds the longest text that any step puts into it."""
    wording = Wording(random_graph(7, numbers=(0.3, -1.7)))
    svg, _ = autograd.stepping.picture.picture(wording)
    groups = re.findall(r'<g class="node v(\d+)">.*? d="([^"]*)".*?</g>', svg, re.DOTALL)
    assert len(groups) == len(wording.nodes)
    for number, points in groups:
        xs = [float(x) for x in re.findall(r"([-\d.]+),", points)]
        node = wording.nodes[int(number)]
        texts = [f"grad {number_text(s.after)} {s.arrived}/{s.uses}" for s in wording.backward if s.parent is node][:-1]
        assert max(xs) - min(xs) > 6.6 * max(map(len, ["grad 1 ✓", *texts]))  # Courier of 11 points


def test_the_data_of_the_view_are_the_steps():
    wording = Wording(random_graph(5))
    data = view_data(wording, Rows())
    for step, (child, position) in zip(wording.shown, data["backward"], strict=True):
        assert wording.nodes[child] is step.child
        assert wording.nodes[data["nodes"][child]["inputs"][position]] is step.parent
        assert bits(data["nodes"][child]["local"][position]) == bits(step.local_derivative)
    assert json.dumps(data)


# ---- what the page computes with: tests/browser/test_dragged_view.py has it compute


def test_every_row_has_a_function_in_javascript():
    rows = Rows()
    counts = [(row, row.arity or n) for row in OPERATIONS.values() for n in (2, MOST_INPUTS)]
    assert None not in [rows.place(row, count) for row, count in counts]
    assert len(rows.sources) == len(set(counts))  # each is written once


@pytest.mark.parametrize(
    ("value", "derivatives", "is_written"),
    [
        (lambda x: x * x * x, lambda y, x: (3 * x * x,), True),
        (lambda x: autograd.exp(-x), lambda y, x: (-y,), True),
        (np.sin, lambda y, x: (np.cos(x),), True),
        (lambda x: 2.0, lambda y, x: (0.0,), True),
        (math.sin, lambda y, x: (math.cos(x),), False),
        (lambda x: x if x > 0 else 0.0, lambda y, x: (1.0,), False),
        (lambda x: cube(x), lambda y, x: (3 * x * x,), False),  # it is no row
        (np.sinc, lambda y, x: (x,), False),
    ],
)
def test_a_rule_of_ones_own_is_written_if_it_is_arithmetic_and_the_tables_functions(value, derivatives, is_written):
    assert (Rows().place(Operation("mine", value, derivatives), 1) is not None) == is_written


def test_more_inputs_than_a_function_names_are_not_written():
    rows = Rows()
    assert rows.place(OPERATIONS["sum"], MOST_INPUTS + 1) is None
    assert rows.source.count("=>") == 1  # the list's own


def test_a_page_has_the_functions_that_it_uses():
    html = step_through(neuron())._repr_html_()
    assert "const tanh = Math.tanh;" in html
    assert "Math.sin" not in html
    assert html.count("(x0, x1) => ") == 2  # the product and the sum


def test_a_label_is_no_slot():
    label = "a" + "".join(chr(0xF0000 + k) for k in range(6))
    numbers, *_ = view_data(Wording(Value(2.0, label) * Value(3.0, "b")), Rows())["nodes"][-1]["numbers"]
    assert numbers == chr(0xF0000 + 4) + " · " + chr(0xF0000 + 7)  # each in brackets if negative
    assert "\\U000f0000" in step_through(Value(2.0, label) * 3.0)._repr_html_()


def two_layers():
    return nn.MLP(2, [4, 1], "tanh", rng=0)([0.5, -1.0])


def sums_and_products():
    """A graph of 87 nodes."""
    x = [Value(0.9 + 0.001 * i, f"x{i}") for i in range(44)]
    while len(x) > 1:
        x = [a * b if len(x) % 2 else a + b for a, b in zip(x[::2], x[1::2], strict=False)] + x[len(x) // 2 * 2 :]
    return x[0]


def cross_entropy():
    return nn.cross_entropy([Value(0.3, "p"), Value(1.2, "q"), Value(-0.4, "r")], 1)


@pytest.mark.parametrize(
    ("graph", "before"),
    [(neuron, 39_351), (two_layers, 101_779), (sums_and_products, 200_836), (cross_entropy, 35_809)],
)
def test_to_compute_in_the_page_costs_little_room(graph, before):
    """At most 1.3 times the bytes that the page had when it could only show what Python had computed."""
    assert len(step_through(graph())._repr_html_().encode()) <= 1.3 * before


def test_without_a_dot_program_the_view_shows_its_tables(no_dot):
    html = step_through(neuron())._repr_html_()
    assert "The steps are shown without a picture: no program found that renders svg" in html
    assert "<img" not in html
    assert "<script>" in html
    assert "dy/dw += dy/dv1 · ∂v1/∂w" in html


def test_at_the_limit_there_is_a_view_and_beyond_it_a_table():
    x = Value(1.0, "x")
    sums = {n: autograd.sum([x] * n) for n in (500, 501)}
    assert "<script>" in step_through(sums[500])._repr_html_()
    html = step_through(sums[501])._repr_html_()
    assert "This pass has 501 steps" in html
    assert "461 more steps" in html
    assert "<script>" not in html


def test_a_notebook_gets_the_view_and_the_table():
    steps = step_through(neuron())
    bundle = steps._repr_mimebundle_()
    assert bundle == {"text/html": steps._repr_html_(), "text/plain": str(steps)}


def test_saved_is_one_page_that_loads_nothing(tmp_path):
    path = step_through(neuron()).save(tmp_path / "steps.html")
    page = path.read_text(encoding="utf-8")
    parts = Parts(page)
    assert page.startswith("<!DOCTYPE html>")
    assert ("charset", "utf-8") in parts.attributes
    assert [value[:22] for name, value in parts.attributes if name in ("src", "href")] == ["data:image/svg+xml;bas"]
    assert "http" not in re.sub(r'src="[^"]*"', "", page)
