"""Names: one graph has the same ones, and the same equations, in every tool."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value, draw, explain, formula, names, step_through, topological_order
from autograd.formulas import equation_text, is_plain, named
from autograd.formulas.notation import label_latex
from tests.shared import HOSTILE, assert_balanced, assert_drawn

BINARY = ["add", "subtract", "multiply", "divide", "maximum"]
UNARY = ["tanh", "sin", "sigmoid", "square", "negative"]
LABELS = ["", "", "", "a", "b", "v1", "y", "x_1", "a b", "∂", "<b>", "w\n", "x" * 50]


@st.composite
def graphs(draw_):
    """An output of any rows on labelled and unlabelled values, plain numbers among them."""
    numbers = st.floats(-3, 3).map(lambda x: round(x, 2))
    nodes = [Value(draw_(numbers), draw_(st.sampled_from(LABELS))) for _ in range(draw_(st.integers(1, 3)))]
    for _ in range(draw_(st.integers(1, 12))):
        name = draw_(st.sampled_from(BINARY + UNARY))
        inputs = [draw_(st.sampled_from(nodes)) for _ in range(2 if name in BINARY else 1)]
        if len(inputs) == 2 and draw_(st.integers(0, 3)) == 0:
            inputs[draw_(st.integers(0, 1))] = draw_(numbers)
        if not any(isinstance(x, Value) for x in inputs):
            continue
        nodes.append(autograd.OPERATIONS[name](*inputs))
        nodes[-1].label = draw_(st.sampled_from(LABELS))
    return nodes[-1]


def by_recursion(output):
    """The order in which a walk completes the values, parents from left to right."""
    order = []

    def visit(node):
        if node not in order:
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(output)
    return order


@settings(max_examples=200)
@given(graphs())
def test_one_graph_has_the_same_names_and_equations_in_all_tools(output):
    called = named(output)
    found = names(output)
    assert [*found] == by_recursion(output)
    assert {v: name.text for v, name in called.items()} == found
    shown = [v for v in found if v is output or not is_plain(v, called)]
    assert len({found[v] for v in shown}) == len(shown)
    numbers = [int(name[1:]) for v, name in found.items() if not v.label and re.fullmatch(r"v\d+", name)]
    assert numbers == sorted(numbers)
    equations = [equation_text(v, called) for v in found if v.parents]

    steps = step_through(output)
    assert [row.split(None, 1)[1].split("  ")[0].strip() for row in _rows(str(steps), "Forward")] == equations

    boxes = [lines[0] for name, lines in draw(output, collapse=False).texts.items() if name.startswith("v")]
    assert sorted(boxes) == sorted(equation_text(v, called, 28) for v in shown)

    try:
        story = explain(output).text
    except ValueError:  # nan is unequal to itself
        return
    for equation in equations:
        assert f"\n{equation} = " in story or not output.parents
    if output.parents:
        head = f"{found[output]} = "
        assert story.startswith((f"{head}{formula(output)} = ", head))


def _rows(text, table):
    lines = text.split("\n\n")[0 if table == "Forward" else 1].splitlines()[2:]
    return [line for line in lines if line.strip()]


def test_numbers_follow_the_walk_and_pass_over_names_that_are_taken():
    a, b = Value(1.0, "a"), Value(2.0)
    y = (a * b + a) * b + Value(3.0, "v2") * 4
    assert list(names(y).values()) == ["a", "v1", "v3", "v4", "v5", "v2", "4", "v6", "y"]
    assert names(y.parents[0])[y.parents[0]] == "y"
    a.label = "y"
    assert names(y)[y] == "v7"
    y.label = "loss"
    assert names(y)[y] == "loss"
    assert list(names([a * 2, a * 3]).values()) == ["y", "2", "y1", "3", "y2"]
    assert names(Value(3.0)).popitem()[1] == "y"


def test_a_name_belongs_to_the_output_not_to_what_is_asked_for():
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    h = a * b
    y = (h + a * a).tanh()
    assert [explain(y, v).text.splitlines()[0].split(":")[0] for v in (a, b, h)] == [
        f"dy/d{names(y)[v]} = {line}" for v, line in ((a, "0.07065"), (b, "0.1413"), (h, "0.07065"))
    ]


def test_parameters_have_the_names_of_their_module():
    model = nn.MLP(2, [4, 11, 1], "tanh", rng=0)
    y = model([0.5, -1.0])
    found = names(y, model)
    by_path = {path: found[v] for path, v in model.named_parameters()}
    assert by_path["layers.0.weight[0, 1]"] == "w₁₂"
    assert by_path["layers.0.bias[3]"] == "b₄"
    assert by_path["layers.1.weight[10, 0]"] == "w⁽²⁾₁₁,₁"
    assert by_path["layers.2.weight[0, 10]"] == "w⁽³⁾₁,₁₁"
    assert len(set(by_path.values())) == len(by_path)
    given = {"w": [[n.w for n in layer.neurons] for layer in model.layers], "bias": model.layers[0].neurons[0].b}
    assert [names(y, given)[v] for v in (model.layers[0].neurons[1].w[0], given["bias"])] == ["w₁₂₁", "b"]
    assert names(y, {given["bias"]: "c"})[given["bias"]] == "c"
    assert set(names(y, model.parameters()).values()) == set(names(y).values())
    given["bias"].label = "mine"
    assert names(y, model)[given["bias"]] == "mine"


def test_neurons_of_a_network_are_h_its_scores_z_and_its_inputs_x():
    model = nn.MLP(2, [4, 3], "tanh", rng=0)
    loss = nn.cross_entropy(model([0.5, -1.0]), 1)
    for parameters in (model, None):
        found = set(names(loss, parameters).values())
        assert {"h₁", "h₂", "h₃", "h₄", "z₁", "z₂", "z₃", "x₁", "x₂", "y"} <= found
        assert not {"h₅", "z₄", "x₃"} & found
    again = nn.mse(model([0.5, -1.0])[0], 0.0) + nn.mse(model([0.1, 0.2])[0], 0.0)
    assert {"h₁", "h₁_1", "x₁", "x₄"} <= set(names(again, model).values())
    w, x, b, u = (Value(float(i), name) for i, name in enumerate("wxbu", 1))
    by_hand = (w * x + b).tanh() * u + (u * x + b).tanh() * w
    assert not {"h₁", "x₁"} & set(names(by_hand).values())


@pytest.mark.parametrize("label", [*HOSTILE, 5, 2.5, ("a", 1)])
def test_a_label_of_any_kind_is_taken_as_text_by_all(label):
    v = Value(2.0)
    v.label = label
    y = v * 3.0
    name = names(y)[v]
    assert str(label)[:39] in name or name == "v1"
    assert f"y = {'(' * (not name.isidentifier())}" in str(formula(y)) or name in str(formula(y))
    for text in (str(step_through(y)), explain(y).text, explain(y, v).text, draw(y).source.replace("\\", "")):
        assert name in text


def test_marks_are_latex():
    for name in ("w⁽²⁾₁₂", "h₁_1", "w₁₁,₁", "b₁"):
        assert_balanced(label_latex(name))
        assert_drawn(label_latex(name))
    assert label_latex("h₁_1") == "h_{1, 1}"


def test_explain_finds_what_backward_finds_with_any_names():
    model = nn.MLP(2, [3, 1], "tanh", rng=1)
    loss = nn.mse(model([0.5, -1.0]), 1.0)
    loss.backward()
    told = explain(loss, model.parameters(), parameters=model)
    np.testing.assert_equal([told.each[p].total for p in model.parameters()], [p.grad for p in model.parameters()])
    assert "dy/dw⁽²⁾₁₂ = " in told.text
    assert len(topological_order(loss)) == len(names(loss, model))
