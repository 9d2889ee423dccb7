"""Circuits: gates and wires as lectures draw them, with the value above a wire and the gradient below it."""

import re
import shutil
from xml.dom.minidom import parseString

import pytest

import autograd
import nn
from autograd import Value, derivatives, dot, draw, explain, maximum, replayed, topological_order, where
from autograd.pictures import rendering
from autograd.pictures.style import BACKWARD, DARK, FORWARD, HIGHLIGHT, LIGHT, PARAMETER, PATH_COLOURS
from tests.shared import HOSTILE, contrast, cube, neuron, rgb, slide


def circuit(output, **options):
    return draw(output, style="circuit", **options)


def parts(picture):
    """The nodes of an SVG by class: each a list of (text, x, y, fill)."""
    page = parseString(picture.pipe(encoding="utf-8").encode())
    found = {}
    for group in page.getElementsByTagName("g"):
        kind, _, name = group.getAttribute("class").partition(" ")
        if kind == "node":
            texts = group.getElementsByTagName("text")
            found[name] = [
                (t.firstChild.data, *(float(t.getAttribute(c)) for c in "xy"), t.getAttribute("fill")) for t in texts
            ]
    return found


def words(picture):
    return {name: [text for text, *_ in texts] for name, texts in parts(picture).items()}


def numbers(text):
    return round(float(text.rpartition(" = ")[2].replace("−", "-")), 2)


def test_a_lecture_slide():
    """The numbers on the wires of the slide, in its two digits behind the point, and what its gates say."""
    f = slide()
    f.backward()
    shown = [*words(circuit(f)).values()]
    assert [texts[0] for texts in shown if len(texts) == 1] == ["*", "*", "+", "+", "−x", "exp", "1+x", "1/x"]
    leaves = {name: (numbers(value), numbers(grad)) for name, value, grad in (t for t in shown if len(t) == 3)}
    assert leaves == {
        "w0": (2.00, -0.20),
        "x0": (-1.00, 0.39),
        "w1": (-3.00, -0.39),
        "x1": (-2.00, -0.59),
        "w2": (-3.00, 0.20),
    }
    assert [tuple(map(numbers, texts)) for texts in shown if len(texts) == 2] == [
        (-2.00, 0.20),
        (6.00, 0.20),
        (4.00, 0.20),
        (1.00, 0.20),
        (-1.00, -0.20),
        (0.37, -0.53),
        (1.37, -0.53),
        (0.73, 1.00),
    ]
    assert shown[-1] == ["f = 0.7311", "1"]


every_direction = pytest.mark.parametrize("direction", ["LR", "RL", "TB", "BT"])


@every_direction
def test_the_value_stands_above_the_wire_and_the_gradient_below(direction):
    """Beside it, value first, where wires run up or down: colours are not needed to tell them apart."""
    f = slide()
    f.backward()
    picture = circuit(f, direction=direction)
    svg = picture.pipe(encoding="utf-8")
    wires = re.findall(r'<g class="node w\d+">.*?</g>', svg, re.DOTALL)
    assert len(wires) == 13
    assert 'text-anchor="start"' not in svg  # round their middle, in fonts of any width
    along = direction in ("LR", "RL")
    for wire in wires:
        (line,) = re.findall(r'<polyline[^>]* points="([-\d.]+),([-\d.]+) ([-\d.]+),([-\d.]+)"', wire)
        x1, y1, x2, y2 = map(float, line)
        assert (y1 == y2) if along else (x1 == x2)
        texts = re.findall(r'<text[^>]* x="([-\d.]+)" y="([-\d.]+)"[^>]* fill="(#\w+)"', wire)
        (value_x, value_y), (grad_x, grad_y) = ([*map(float, at)] for *at, ink in texts if ink in (FORWARD, BACKWARD))
        assert [ink for *_, ink in texts] == [FORWARD, BACKWARD]
        assert value_y < y1 < grad_y if along else value_x < x1 < grad_x
        assert value_x == pytest.approx(grad_x, abs=0.5) if along else value_y == grad_y
        assert x1 < value_x < x2 or not along
    ends = re.findall(r'class="edge ew\d+_0">.*? d="M([-\d.]+),([-\d.]+)[^"]*[ ,C]([-\d.]+),([-\d.]+)"', svg, re.DOTALL)
    lines = re.findall(r'<polyline[^>]* points="([-\d.]+),([-\d.]+) ([-\d.]+),([-\d.]+)"', svg)
    at = {float(line[1] if along else line[0]) for line in lines}
    assert len(ends) == 8
    for end in ends:  # the line goes on where the edge from the gate ends
        assert min(abs(float(end[3] if along else end[2]) - place) for place in at) < 0.2


def test_before_backward_there_are_values_alone_and_the_layout_stays():
    f = slide()
    before = circuit(f)
    assert ["w0", "2"] in words(before).values()
    assert "no gradients yet: call backward()" in before.source
    f.backward()
    places = [re.findall(r' points="[^"]*"| d="[^"]*"', p.pipe(encoding="utf-8")) for p in (before, circuit(f))]
    assert places[0] == places[1]


def test_a_wire_that_is_used_twice_branches_and_the_shares_add_up():
    x = Value(3.0, "x")
    y = x * x + x
    y.backward()
    shown = words(circuit(y))
    assert shown["w0"] == ["x", "3", "7"]
    assert [texts for name, texts in shown.items() if name.startswith("b")] == [["3", "3"], ["3", "3"], ["3", "1"]]
    assert shown["j0"] == []  # the point
    source = circuit(y).source
    assert re.findall(r"j0 -> (b\d_\d)", source) == ["b1_0", "b1_1", "b2_1"]
    assert len(re.findall(r"b1_\d:?\w* -> v1", source)) == 2


@pytest.mark.parametrize(
    ("f", "gate"),
    [
        (lambda a, b: a * b, "*"),
        (lambda a, b: a + b, "+"),
        (lambda a, b: a - b, "−"),
        (lambda a, b: a / b, "/"),
        (lambda a, b: a**b, "x^y"),
        (lambda a, b: maximum(a, b), "max"),
        (lambda a, b: autograd.sum([a, b, a]), "sum"),
        (lambda a, b: dot([a, b], [b, a]), "dot"),
        (lambda a, b: -a, "−x"),
        (lambda a, b: 1 / a, "1/x"),
        (lambda a, b: a**2, "x²"),
        (lambda a, b: 2 * a, "2*x"),
        (lambda a, b: a - 0.5, "x−0.5"),
        (lambda a, b: 0.5 - a, "0.5−x"),
        (lambda a, b: maximum(a, 0), "max(x,0)"),
        (lambda a, b: a.tanh(), "tanh"),
        (lambda a, b: autograd.leaky_relu(a), "leaky_relu"),
        (lambda a, b: where(a, b, 0), "where"),
        (lambda a, b: autograd.less(a, b), "<"),
        (lambda a, b: Value(2.0, (a,), (3.0,)), "own"),
        (lambda a, b: cube(a), "cube"),
    ],
)
def test_a_gate_says_what_it_does_and_which_plain_number_is_in_it(f, gate):
    shown = words(circuit(f(Value(2.0, "a"), Value(3.0, "b"))))
    assert [texts for name, texts in shown.items() if name.startswith("v")] == [[gate]]


def test_plain_numbers_may_have_wires():
    shown = words(circuit(2 * Value(3.0, "a"), show=("data", "constants")))
    assert [*shown.values()] == [["2"], ["a", "3"], ["*"], ["y = 6"]]


def test_names_stand_above_wires_where_the_user_gave_them_or_asks():
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    q = a * b
    q.label = "q"
    f = (q + a).tanh()

    def named(picture):
        return [text for texts in words(picture).values() for text in texts if " = " in text]

    assert named(circuit(f)) == ["q = −6", "y = −0.9993"]
    assert named(circuit(f, show=("data", "names"))) == ["q = −6", "v1 = −4", "y = −0.9993"]
    assert named(circuit(f, show="grad")) == []
    assert ["q"] in words(circuit(f, show="grad")).values()
    w = [Value(2.0), Value(3.0)]
    picture = circuit(dot(w, [a, b]), parameters={"w": w})
    assert [words(picture)[f"w{i}"][0] for i in range(4)] == ["w₁", "w₂", "a", "b"]
    assert [parts(picture)[f"w{i}"][0][3] for i in range(4)] == [PARAMETER, PARAMETER, "", ""]


@every_direction
def test_the_first_wire_enters_a_gate_first_where_that_matters(direction):
    """As the boxes stand in the order of the code: above, or left where wires run up or down."""
    a, b = Value(2.0, "a"), Value(3.0, "b")
    svg = circuit(a - b, direction=direction).pipe(encoding="utf-8")
    ends = re.findall(r'class="edge e2_(\d)">.*?[ ,C]([-\d.]+),([-\d.]+)"/>', svg, re.DOTALL)
    (_, *first), (_, *second) = sorted(ends)
    k = direction in ("LR", "RL")
    assert float(first[k]) < float(second[k]) - 5


def test_wires_enter_a_gate_in_the_order_of_the_code():
    """Also where one of them branches: e1 / (e1 + e2 + e3)."""
    e1, e2, e3 = (Value(x, name).exp() for x, name in ((1.0, "z1"), (2.0, "z2"), (-1.0, "z3")))
    picture = circuit(e1 / autograd.sum([e1, e2, e3]))
    gates = {texts[0]: name[1:] for name, texts in words(picture).items() if name.startswith("v")}
    heights = {name: texts[0][2] for name, texts in parts(picture).items() if texts}
    for gate in ("sum", "/"):
        tails = re.findall(rf"^\t(\w+)(?::\w)? -> v{gates[gate]} ", picture.source, re.MULTILINE)
        assert len(tails) == {"sum": 3, "/": 2}[gate]
        assert [heights[tail] for tail in tails] == sorted(heights[tail] for tail in tails)


def test_what_is_wired_is_what_the_graph_has():
    """Each use of a value is one way from its wire to the gate."""
    y = slide() * neuron()
    y = y * y + y
    source = circuit(y).source
    edges = dict.fromkeys(re.findall(r"^\t(\w+) -> (\w+)", source, re.MULTILINE))
    nodes = [v for v in autograd.names(y) if v.parents or v.label]
    uses = sum(p in nodes for v in nodes for p in v.parents)
    assert sum(head.startswith("v") for _, head in edges) == uses
    assert sum(tail.startswith("v") for tail, _ in edges) == sum(bool(v.parents) for v in nodes)


def test_a_leaf_is_an_end_of_a_wire():
    a = Value(3.0, "a")
    assert [*words(circuit(a)).values()] == [["a", "3"]]
    a.backward()
    assert [*words(circuit(a)).values()] == [["a", "3", "1"]]


def test_a_second_derivative():
    x = Value(2.0, "x")
    (slope,) = derivatives(x**3 + x.sin(), [x])
    slope.backward()
    shown = words(circuit(slope))
    assert shown["w0"] == ["x", "2", "11.09"]  # 6x − sin(x)
    assert [texts[0] for texts in shown.values() if len(texts) == 1] == ["x²", "3*x", "cos", "+"]


def test_a_network_has_a_gate_a_neuron_or_a_layer():
    model = nn.MLP(2, [4, 1], "tanh", rng=0)
    loss = nn.mse(model([0.5, -1.0]), 1.0)
    loss.backward()
    shown = [*words(circuit(loss)).values()]
    assert shown.count(["tanh(w·x+b)"]) == 4
    assert [texts[:2] for texts in shown if len(texts) == 3] == [["x₁", "0.5"], ["x₂", "−1"]]
    assert [texts[0].partition(" = ")[0] for texts in shown if " = " in str(texts)] == [
        "h₁",
        "h₂",
        "h₃",
        "h₄",
        "z₁",
        "y",
    ]
    layers = [*words(circuit(loss, collapse="layer")).values()]
    assert ["4 tanh"] in layers
    assert any(re.fullmatch(r"\S+ to \S+", texts[0]) and texts[1].startswith("norm ") for texts in layers if texts)
    assert "dot" in str(words(circuit(loss, collapse=False)))


def test_many_branches_are_thin_lines_without_numbers_as_those_between_boxes_are():
    model = nn.MLP(4, [8, 8, 1], rng=0)
    picture = circuit(nn.mse(model([0.1, 0.2, 0.3, 0.4]), 1.0))
    assert not [name for name in picture.texts if name.startswith("b")]
    assert picture.source.count("penwidth=0.6") == 4 * 8 + 8 * 8
    assert len(re.findall(r"^\tj\d+ -> v\d+", picture.source, re.MULTILINE)) == 4 * 8 + 8 * 8


def test_a_replayed_result_is_a_leaf_and_several_outputs_are_named():
    a = Value(2.0, "a")

    @replayed
    def loss(x):
        return (x * a).tanh()

    assert next(iter(words(circuit(loss(3.0) * 2)).values()))[0].startswith("v1 = loss: 1 parameter")
    both = [texts[0] for texts in words(circuit([a * 2, a * 3])).values() if texts and " = " in texts[0]]
    assert both == ["y1 = 4", "y2 = 6"]


def test_highlights_and_paths():
    a = Value(2.0, "a")
    b = a + 1
    y = a * b
    marked = circuit(y, highlight=b).source
    assert sum(HIGHLIGHT in line for line in marked.splitlines()) == 4  # gate, wire, and the lines before and behind it
    assert HIGHLIGHT not in circuit(y).source
    source = circuit(y, paths=explain(y, a).paths).source
    line = {name: text for text in source.splitlines() for name in re.findall(r"class=(\w+)", text)}
    red, blue = PATH_COLOURS[:2]
    ids = {texts[0]: name[1:] for name, texts in words(circuit(y)).items() if name.startswith("v")}
    direct, through_b = line[f"e{ids['*']}_0"], line[f"e{ids['x+1']}_0"]
    assert {red in direct, blue in direct} == {red in through_b, blue in through_b} == {True, False}
    assert (red in direct) != (red in through_b)


def test_light_and_dark():
    y = neuron()
    y.backward()
    auto, light, dark = (circuit(y, theme=theme).pipe(encoding="utf-8") for theme in ("auto", "light", "dark"))
    assert "prefers-color-scheme: dark" in auto
    assert DARK[1] in dark and LIGHT[1] not in dark and DARK[1] not in light  # noqa: PT018
    for ink, paper in (LIGHT, DARK):
        for colour in (FORWARD, BACKWARD, PARAMETER):
            rule = re.search(
                rf"text\[fill='{colour}'\] {{ fill: color-mix\(in srgb, {colour} (\d+)%, var\(--cg-ink\)", dark
            )
            share = int(rule[1]) / 100
            mixed = [share * x + (1 - share) * z for x, z in zip(rgb(colour), rgb(ink), strict=True)]
            assert contrast(mixed, rgb(paper)) > 4.5  # as the accessibility guidelines ask for text


@pytest.mark.parametrize("label", [*HOSTILE, r"a\N\G\l", "a&amp;b", "学習率", "\0", "\ud800", "]]>"])
@every_direction
def test_labels_are_shown_as_they_are(label, direction):
    v = Value(2.0, label)
    y = v * 3
    y.label = f"{label}!"
    picture = circuit(y, direction=direction)
    shown = [text for texts in words(picture).values() for text in texts]
    for node in (v, y):
        assert any(autograd.names(y)[node] in text for text in shown)
    assert picture.pipe("png").startswith(b"\x89PNG")


def test_a_backslash_is_no_escape_of_graphviz():
    """In other formats than SVG the label itself is drawn, and an escape such as \\N would become the node's name."""
    texts = re.findall(r">([^<>]*)</TD>", circuit(Value(2.0, r"a\N")).source)
    assert texts[0] == "a&#92;&#92;N"


@every_direction
def test_sixty_values_are_drawn_without_overlaps(direction):
    w, u, h = Value(0.5, "w"), Value(-0.7, "u"), Value(0.1, "h0")
    for t in range(15):
        h = (w * h + u * Value(0.1 * t, f"x{t}")).tanh()
    h.backward()
    picture = circuit(h, direction=direction)
    assert len(topological_order(h)) > 60
    places = [(x, y) for texts in parts(picture).values() for _, x, y, _ in texts]
    assert len(places) == len(set(places)) > 200
    assert picture.pipe("png").startswith(b"\x89PNG")


def test_drawing_changes_no_gradient_and_looks_the_same_twice():
    y = neuron()
    y.backward()
    before = [v.grad for v in topological_order(y)]
    assert circuit(y).source == circuit(y).source
    assert [v.grad for v in topological_order(y)] == before


def test_without_a_program_the_text_is_shown(no_dot):
    bundle = circuit(neuron())._repr_mimebundle_()
    assert set(bundle) == {"text/plain"}
    assert "tanh" in bundle["text/plain"]


@pytest.mark.system_dot
@every_direction
def test_a_systems_graphviz_draws_the_same(monkeypatch, tmp_path, direction):
    y = slide() * neuron()
    y = y * y
    y.backward()
    picture = circuit(y, direction=direction)
    bundled = words(picture)
    monkeypatch.delenv("AUTOGRAD_DOT", raising=False)
    monkeypatch.setattr(rendering, "_bundled", lambda: None)
    assert str(rendering.find_dot("svg")) == shutil.which("dot")
    assert words(picture) == bundled
    for suffix, begins in (("pdf", b"%PDF"), ("png", b"\x89PNG")):
        picture.save(tmp_path / f"y.{suffix}")
        assert (tmp_path / f"y.{suffix}").read_bytes().startswith(begins)


def test_an_unknown_style():
    with pytest.raises(ValueError, match="style is one of 'boxes', 'circuit', not 'gates'"):
        draw(Value(1.0), style="gates")
