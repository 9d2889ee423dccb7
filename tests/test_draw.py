"""Pictures: what is drawn, that a `dot` is found, and what is said where there is none."""

import math
import re
import shutil
import sys
from pathlib import Path
from xml.dom.minidom import parseString

import graphviz
import pytest

import nn
from autograd import Value, dot, draw, explain, names, step_through, topological_order
from autograd.neurons import neurons_in
from autograd.pictures import rendering
from autograd.pictures.rendering import DotNotFound, find_dot
from autograd.pictures.style import BLUE, DARK, HIGHLIGHT, LIGHT, ORANGE, OUTPUT, PARAMETER, PATH_COLOURS, RED
from tests.shared import ROOT, contrast, neuron, python, rgb


def test_a_box_holds_label_operation_data_and_gradient_and_an_edge_the_local_derivative():
    y = neuron()
    y.backward()
    source = draw(y).source
    for text in (r"x\ndata 2\ngrad −2.359", r"y = tanh(v2)\ndata 0.4621\ngrad 1", r"v1 = w · x\ndata −6\n"):
        assert text in source
    assert sorted(re.findall(r"-> v\d+ \[label=(\S+)", source)) == ['"−3"', "0.7864", "1", "1", "2"]


def test_both_uses_of_a_value_are_edges():
    a = Value(3.0, "a")
    assert draw(a * a).source.count("v0 -> v1") == 2


def box(source, title):
    """The line of the box with this title."""
    return next(line for line in source.splitlines() if rf'"{title}\n' in line or f'label="{title}"' in line)


def test_parameters_leaves_constants_results_and_outputs_are_told_apart():
    w = Value(2.0, "w")
    y = (w * Value(3.0, "x") + 5).tanh()
    source = draw(y, parameters=[w], show=("data", "grad", "constants")).source
    assert "penwidth=2" in box(source, "w") and PARAMETER in box(source, "w")  # noqa: PT018
    assert "penwidth=2" in box(source, "x") and "color=" not in box(source, "x").replace("fillcolor=", "")  # noqa: PT018
    assert "dashed" in box(source, "5")
    assert "penwidth" not in box(source, "v2 = v1 + 5")
    assert OUTPUT in box(source, "y = tanh(v2)")
    assert r'"5\n' not in draw(y).source  # a plain number is a part of the equation


def test_a_module_names_its_parameters():
    model = nn.Layer(2, 2, "tanh", rng=0)
    picture = draw(model([1.0, 2.0]), parameters=model, collapse=False)
    for name in ("w₁₁", "w₂₂", "b₁", "b₂"):
        assert PARAMETER in box(picture.source, name)
    assert any(tip.startswith("weight[1, 1]: data ") for tip in picture.tips.values())
    assert "<title>bias[0]: data 0.0</title>" in picture.pipe(encoding="utf-8")
    unnamed = draw(model([1.0, 2.0]), parameters=model.parameters(), collapse=False).source
    assert unnamed.count(PARAMETER) == 6
    named = draw(model([1.0, 2.0]), parameters={"u": [n.w for n in model.neurons]}, collapse=False).source
    assert box(named, "u₂₁")


def test_the_fill_is_the_gradients_sign_and_size():
    a, b, c, d = (Value(1.0, name) for name in "abcd")
    (a * 100 - b * 100 + c * 1e-3 + d * 0 + 1).backward()
    y = a * 100 - b * 100 + c * 1e-3 + d * 0
    fills = {n: re.search("fillcolor=.(#......)(..)", box(draw(y).source, n)) for n in "abcd"}
    assert fills["d"] is None
    assert fills["a"][1] == fills["c"][1] == BLUE
    assert fills["b"][1] == ORANGE
    opacity = {n: int(found[2], 16) / 255 for n, found in fills.items() if found}
    assert 0.05 < opacity["c"] < opacity["a"] < 0.45  # paler
    for ink, paper in (LIGHT, DARK):
        for n, share in opacity.items():
            mixed = [share * x + (1 - share) * y for x, y in zip(rgb(fills[n][1]), rgb(paper), strict=True)]
            assert contrast(mixed, rgb(ink)) > 4.5  # as the accessibility guidelines ask for text
    a.grad = math.nan
    assert RED in box(draw(y).source, "a")


def test_the_picture_says_whose_gradients_it_shows():
    y = neuron()
    assert 'label="no gradients yet: call backward()"' in draw(y).source
    y.backward()
    assert 'label="grad: derivative of y"' in draw(y).source
    assert 'label="grad: of a backward() that reached y with 0.7864"' in draw(y.parents[0]).source
    assert "summed over the outputs" in draw([y, y.parents[0]]).source


def test_several_outputs():
    a = Value(2.0, "a")
    shared = a * a
    source = draw([shared + 1, shared * 3, shared]).source
    assert source.count(r'"a\n') == 1
    assert source.count(OUTPUT) == 3
    assert re.findall(r'label="(\S+) = ', source) == ["y3", "y1", "y2"]


def test_two_drawings_are_the_same_and_a_sweep_changes_no_layout():
    before, after = neuron(), neuron()
    assert draw(before).source == draw(after).source
    places = [re.findall(r'points="[^"]*"', draw(before).pipe(encoding="utf-8"))]
    before.backward()
    places.append(re.findall(r'points="[^"]*"', draw(before).pipe(encoding="utf-8")))
    assert places[0] == places[1]


def test_nodes_and_edges_have_classes_in_an_svg():
    svg = draw(neuron()).pipe(encoding="utf-8")
    assert {f"v{i}" for i in range(6)} <= set(re.findall(r'class="node (v\d+)"', svg))
    assert {"e2_0", "e2_1", "e4_0", "e4_1", "e5_0"} == set(re.findall(r'class="edge (e\d+_\d+)"', svg))


# ---- collapsed


def loss_of_a_network(samples=1, expand=False):
    model = nn.MLP(2, [16, 16, 1], expand=expand, rng=0)
    losses = [nn.mse(model([0.1 * i, -1.0]), 1.0) for i in range(samples)]
    loss = sum(losses[1:], losses[0])
    loss.label = "loss"
    loss.backward()
    return model, loss


@pytest.mark.parametrize("expand", [False, True])
def test_a_network_is_drawn_by_neurons_in_layers(expand):
    _, loss = loss_of_a_network(expand=expand)
    source = draw(loss, collapse="neuron").source
    assert source.count(" = relu(w · x + b)") == 32
    assert source.count("z₁ = w · x + b") == 1
    assert "in the neurons: 337 parameters" in source
    assert len(re.findall("class=e", source)) == 2 * 16 + 16 * 16 + 16 + 3
    assert draw(loss).source == source  # a network is collapsed by itself
    full = draw(loss, collapse=False, show=("data", "constants")).source
    assert full.count(r"\ndata") == len(topological_order(loss))


def test_the_edge_into_a_neuron_is_the_derivative_through_all_of_it():
    x, y = Value(0.5, "x"), Value(-1.0, "y")
    layer = nn.Layer(2, 2, "tanh", rng=0)
    out = sum(layer([x, y]))
    source = draw(out, collapse="neuron").source
    expected = []
    for neuron_ in layer.neurons:
        slope = 1 - neuron_([x, y]).data ** 2
        expected += [f"{slope * w.data:.4g}" for w in neuron_.w]
    neurons = re.findall(r'(v\d+) \[label="\S+ = tanh\(w', source)
    labels = [
        label.strip('"').replace("−", "-")
        for head, label in re.findall(r"-> (v\d+) \[label=(\S+)", source)
        if head in neurons
    ]
    assert sorted(labels) == sorted(expected)


def test_layers_are_boxes():
    _, loss = loss_of_a_network()
    source = draw(loss, collapse="layer").source
    assert source.count("16 relu neurons") == 2
    assert "272 parameters" in source
    assert len(re.findall(r"^\tv\d+ -> ", source, re.M)) == 2 + 1 + 1 + 3
    _, many = loss_of_a_network(samples=40)
    assert draw(many).source.count("16 relu neurons") == 80  # a batch shares weights and makes no cycles
    assert "16 relu neurons" in draw(many).pipe(encoding="utf-8")


def test_opened_neurons_are_drawn_in_full():
    model, loss = loss_of_a_network()
    neurons = neurons_in(topological_order(loss))
    source = draw(loss, open=neurons[0].outputs[0]).source
    assert source.count(" = relu(w · x") == 31
    assert source.count(" = relu(v") == 1
    assert draw(loss, open=model.layers[2].neurons[0].b).source.count(" = w · x") == 0


def test_what_is_a_neuron():
    w, x, b, c = (Value(float(i), name) for i, name in enumerate("wxbc", 1))

    def found(output):
        return [
            ([v.label for v in n.weights], [v.label for v in n.inputs]) for n in neurons_in(topological_order(output))
        ]

    h = x.sin()
    assert found((w * h + b).tanh()) == [(["w", "b"], [""])]
    assert found(h * w + b) == [(["b", "w"], [""])] or found(h * w + b) == [(["w", "b"], [""])]
    assert found(dot([w, c], [h, 2.0])) == [(["w", "c"], ["", ""])]
    assert found(w * h) == []  # a product
    assert found(w * w + b * b) == []  # squares: a penalty
    assert found((h - 1.0) ** 2) == []
    assert found(h + b) == []  # no weight
    inner = w * h + b
    assert found(inner.tanh() + inner) == [(["w", "b"], [""])]  # used twice, so it is an output itself
    assert found(x) == []
    deep = Value(1.0, "d")
    for _ in range(5000):
        deep = (w * deep + b).tanh()
    assert len(neurons_in(topological_order(deep))) == 5000


def test_a_weight_that_is_used_elsewhere_is_drawn():
    model, loss = loss_of_a_network()
    total = loss + nn.l2_penalty(model.layers[2].neurons[0].w, 0.1)
    source = draw(total, collapse="neuron").source
    assert len(re.findall(r'"v\d+\\n', source)) == 16
    assert "z₁ = w · x + b" in source


def test_too_many_boxes():
    x = Value(1.0)
    for _ in range(3000):
        x = x.sin()
    with pytest.raises(ValueError, match=r"3,001 boxes to draw \(limit 2,000\): draw an inner value instead, use coll"):
        draw(x)
    assert draw(x, max_nodes=4000).source.count("= sin") == 3000


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: draw(1.0), TypeError, "needs the Value that a computation ended in, not 1.0"),
        (lambda: draw([Value(1.0), "a"]), TypeError, "needs the Value that a computation ended in, not 'a'"),
        (lambda: draw([]), ValueError, "needs the Value that a computation ended in, and there is none"),
        (lambda: draw(Value(1.0), direction="UP"), ValueError, "direction is one of 'LR', 'TB', 'RL', 'BT', not 'UP'"),
        (
            lambda: draw(Value(1.0), collapse="unit"),
            ValueError,
            "collapse is one of 'neuron', 'layer', False, None, not",
        ),
        (lambda: draw(Value(1.0), open=[3]), TypeError, "open= takes Values of the picture, not 3"),
        (
            lambda: draw(Value(1.0), parameters=3),
            TypeError,
            "parameters= takes a module, a dict of names, or Values, not",
        ),
        (lambda: draw(Value(1.0), theme="blue"), ValueError, "theme is one of 'auto', 'light', 'dark', not 'blue'"),
        (
            lambda: draw(Value(1.0), show="all"),
            ValueError,
            "show is one of 'data', 'grad', 'local', 'constants', 'names', not 'all'",
        ),
        (
            lambda: draw(Value(1.0), show=["grad", 1]),
            ValueError,
            "show is one of 'data', 'grad', 'local', 'constants', 'names', not 1",
        ),
        (lambda: draw(Value(1.0), digits=0), ValueError, "digits is a whole number from 1 to 17, not 0"),
        (lambda: draw(Value(1.0), highlight="w"), TypeError, "highlight= takes Values, not 'w'"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


# ---- rendered


def test_gradients_are_dashes_before_backward():
    y = neuron()
    assert draw(y).source.count('grad –"') == 6
    y.backward()
    assert 'grad –"' not in draw(y).source


def test_drawing_changes_no_gradient():
    y = neuron()
    y.backward()
    before = y.parents[0].grad
    draw(y).pipe(format="svg")
    assert (y.grad, y.parents[0].grad) == (1.0, before)


def test_a_picture_without_a_path(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("AUTOGRAD_DOT", raising=False)
    picture = draw(neuron())
    svg = picture.pipe(format="svg", encoding="utf-8")
    assert "<svg" in svg
    assert "tanh" in svg
    bundle = picture._repr_mimebundle_()
    assert set(bundle) == {"image/svg+xml", "image/png", "text/plain"}
    assert bundle["image/svg+xml"].startswith("<?xml")
    assert bundle["text/plain"] == "<Picture of 6 boxes>"
    file = picture.render(tmp_path / "graph", format="png", cleanup=True)
    assert (tmp_path / "graph.png").read_bytes().startswith(b"\x89PNG")
    assert file.endswith("graph.png")


@pytest.mark.parametrize(
    "label", ['a"b', "{x|y}", "<script>", "a&amp;b", "a\\nb", "x" * 500, "", "∂", "σ(x) − ½", "漢字", "é"]
)
def test_labels_are_shown_as_they_are(label):
    svg = draw(Value(1.0, label)).pipe(format="svg", encoding="utf-8")
    shown = re.findall(r"<text[^>]*>(.*?)</text>", svg)[1].replace("&#45;", "-").replace("&quot;", '"')
    expected = (label if len(label) < 40 else label[:39] + "…") or "y"
    assert shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == expected
    assert label in draw(Value(1.0, label)).tips["v0"]


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_text_that_is_not_ascii_is_as_wide_as_it_looks_and_makes_no_noise(kind, capfd, tmp_path):
    widths = []
    for label in ("abcdefghijklmnopqrstuvw", "αβγδεζηθικλμνξοπρστυφχψ"):
        y = Value(2.0, label) * 3
        y.label = f"{label}y"
        svg = draw(y).pipe(format="svg", encoding="utf-8")
        assert label in svg and f"{label}y = 3 · {label}"[:20] in svg  # noqa: PT018
        widths.append(re.search(r'width="(\d+)pt"', svg)[1])
        draw(y).render(tmp_path / "picture", format=kind)
    assert widths[0] == widths[1]
    assert label in draw(y).source
    if kind == "svg":
        assert label in (tmp_path / "picture.svg").read_text(encoding="utf-8")
    assert capfd.readouterr() == ("", "")


def test_the_program_named_by_the_environment_comes_first(monkeypatch):
    monkeypatch.setenv("AUTOGRAD_DOT", sys.executable)
    assert str(find_dot("svg")) == sys.executable
    monkeypatch.setenv("AUTOGRAD_DOT", "/nowhere/dot")
    with pytest.raises(graphviz.ExecutableNotFound, match="AUTOGRAD_DOT names '/nowhere/dot', which is no program"):
        draw(neuron()).pipe(format="svg")


def test_the_systems_program_makes_what_the_bundled_one_cannot(monkeypatch):
    monkeypatch.delenv("AUTOGRAD_DOT", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert str(find_dot("pdf")) == "/usr/bin/dot"
    assert find_dot("svg").stem == "graphviz-pure"
    monkeypatch.setattr(rendering, "_bundled", lambda: None)
    assert str(find_dot("svg")) == "/usr/bin/dot"


@pytest.mark.system_dot
def test_a_systems_graphviz_draws_as_well(monkeypatch, tmp_path):
    monkeypatch.delenv("AUTOGRAD_DOT", raising=False)
    monkeypatch.setattr(rendering, "_bundled", lambda: None)
    assert find_dot("svg") == Path(shutil.which("dot"))
    y = neuron()
    y.label = "σ"
    y.backward()
    svg = draw(y).pipe(encoding="utf-8")
    assert set(re.findall(r'class="node (v\d+)"', svg)) == {f"v{i}" for i in range(6)}
    assert ">σ = tanh(v2)</text>" in svg
    assert Path(draw(y).render(tmp_path / "graph", format="pdf")).read_bytes().startswith(b"%PDF")
    assert "<svg" in draw(loss_of_a_network()[1]).pipe(encoding="utf-8")
    assert "data:image/svg+xml" in step_through(y)._repr_html_()


def test_no_program_at_all(no_dot):
    picture = draw(neuron())
    with pytest.raises(DotNotFound, match=r"renders svg: tried \$AUTOGRAD_DOT, .*`pip install graphviz-pure`.*source"):
        picture.pipe(format="svg")
    with pytest.raises(graphviz.ExecutableNotFound, match="renders pdf"):
        picture.render("nowhere", format="pdf")
    assert "tanh" in picture.source
    bundle = picture._repr_mimebundle_()
    assert set(bundle) == {"text/plain"}
    assert "pip install graphviz-pure" in bundle["text/plain"]
    assert "digraph" in bundle["text/plain"]


def test_the_graphviz_package_is_left_as_it_was():
    before = graphviz.backend.dot_command.DOT_BINARY
    draw(neuron()).pipe(format="svg")
    assert graphviz.backend.dot_command.DOT_BINARY == before


def test_a_drawing_in_a_process_without_display():
    code = "from autograd import Value, draw; print(len(draw(Value(1.0) + 2).pipe(format='png')))"
    assert int(python("-c", code).stdout) > 1000


def test_paths_are_coloured_and_a_shared_edge_has_a_line_for_each():
    a = Value(2.0, "a")
    b = a + 1
    c = a * b
    y = c * 3
    source = draw(y, paths=explain(y, a).paths).source
    line = {label: text for text in source.splitlines() for label in re.findall(r"class=(e\d+_\d+)", text)}
    ids = {v: f"{i}" for i, v in enumerate(v for v in names(y) if v.operation is None or v.parents)}
    red, blue = PATH_COLOURS[:2]
    direct, through_b = line[f"e{ids[c]}_0"], line[f"e{ids[b]}_0"]
    assert {red in direct, blue in direct} == {red in through_b, blue in through_b} == {True, False}
    assert (red in direct) == (blue in through_b)
    assert f'color="{red}:{blue}" penwidth=2' in line[f"e{ids[y]}_0"]
    assert red not in draw(y).source


@pytest.mark.parametrize(
    ("name", "example", "style"), [("neuron", "neuron", "boxes"), ("circuit", "sigmoid_of_gates", "circuit")]
)
def test_the_readmes_pictures_are_those_that_are_drawn_now(name, example, style):
    """Its texts: the layout may differ between versions of the program that draws."""
    folder = ROOT / "notebooks" / "pictures"
    scope = {"__name__": "make", "__file__": str(folder / "make.py")}
    exec(compile((folder / "make.py").read_text(encoding="utf-8"), "make.py", "exec"), scope)
    drawn = draw(scope[example](), style=style).pipe(encoding="utf-8")
    kept = (folder / f"{name}.svg").read_text(encoding="utf-8")
    texts = [re.findall(r"<text[^>]*>(.*?)</text>", svg) for svg in (kept, drawn)]
    assert texts[0] == texts[1]


# ---- files: the suffix decides


SIGNATURES = {"svg": b"<?xml", "png": b"\x89PNG\r\n", "jpg": b"\xff\xd8\xff", "dot": b"digraph {", "gv": b"digraph {"}


@pytest.mark.parametrize("suffix", [*SIGNATURES, "SVG", "Png"])
def test_save_writes_what_the_suffix_says_and_only_that(suffix, tmp_path):
    path = Path(draw(neuron()).save(tmp_path / f"picture.{suffix}"))
    assert path.read_bytes().startswith(SIGNATURES[suffix.lower()])
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_render_with_a_pictures_suffix_writes_only_the_picture(suffix, tmp_path):
    written = Path(draw(neuron()).render(f"picture.{suffix}", tmp_path / "below"))
    assert written.read_bytes().startswith(SIGNATURES[suffix])
    assert [*tmp_path.rglob("*.*")] == [written]


@pytest.mark.parametrize(
    "render",
    [
        lambda picture, path: picture.render(path, None, False, False, "png"),
        lambda picture, path: picture.render(filename=path, format="PNG"),
        lambda picture, path: picture.render(outfile=f"{path}.png"),
    ],
)
def test_render_takes_what_the_graphviz_package_takes(render, tmp_path):
    assert Path(render(draw(neuron()), tmp_path / "x")).read_bytes().startswith(SIGNATURES["png"])
    assert draw(neuron()).pipe("PNG").startswith(SIGNATURES["png"])


def test_a_suffix_that_is_no_format(tmp_path):
    with pytest.raises(ValueError, match="x.docx ends in no format that is known: use .svg, .png, .pdf, .dot or .gv"):
        draw(neuron()).save(tmp_path / "x.docx")
    assert not [*tmp_path.iterdir()]


def test_a_copy_is_a_picture_of_its_own():
    picture = draw(Value(1.0, "ü") * 2)
    before = picture.pipe(format="svg", encoding="utf-8")
    twin = picture.copy()
    assert twin.pipe(format="svg", encoding="utf-8") == before
    twin.node("another")
    assert picture.pipe(format="svg", encoding="utf-8") == before


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("a\0b", r"a\x00b"),
        ("\ud800", r"\ud800"),
        ("𝒙\ud800", r"𝒙\ud800"),
        ("\x1b[1m", r"\x1b[1m"),
        ("\uffff", r"\uffff"),
        (r"ü\d\1", r"ü\d\1"),
        (5, "5"),
    ],
)
def test_what_no_file_can_hold_shows_as_an_escape(label, shown):
    v = Value(1.0)
    v.label = label
    for made in (draw(v * 2), draw(v * 2).copy()):
        svg = made.pipe(format="svg", encoding="utf-8")
        texts = [text.firstChild.data for text in parseString(svg.encode()).getElementsByTagName("text")]
        assert shown in texts
        assert made.pipe("png").startswith(SIGNATURES["png"])


def test_a_loss_shows_its_mathematics():
    scores = [Value(x, f"z{i}") for i, x in enumerate((1.0, 2.0, -1.0), 1)]
    picture = draw(nn.cross_entropy(scores, 0))
    assert picture.texts["v3"][0] == "y = logsumexp(z1, z2, z3) − z1"
    assert len(re.findall("class=e", picture.source)) == 3
    story = explain(nn.cross_entropy(scores, 0), scores[0]).text
    assert "y = log(exp(z1) + exp(z2) + exp(z3)) − z1 = log(exp(1) + exp(2) + exp(−1)) − 1 = 1.349" in story


def centres(picture):
    """The middle of each box in an SVG, by class, as (x, y)."""
    svg = picture.pipe(encoding="utf-8")
    found = re.findall(r'class="node (v\d+)">.*?<text[^>]* x="([-\d.]+)" y="([-\d.]+)"', svg, re.DOTALL)
    return {name: (float(x), float(y)) for name, x, y in found}


@pytest.mark.parametrize(("direction", "along"), [("LR", 1), ("RL", 1), ("TB", 0), ("BT", 0)])
def test_boxes_stand_in_the_order_of_the_code_and_those_of_one_column_are_equally_wide(direction, along):
    w1, x1, w2, x2, b = (Value(1.0, name) for name in ("w1", "x1", "w2", "x2", "b"))
    picture = draw(w1 * x1 + w2 * x2 + b, direction=direction)
    at = {lines[0]: centres(picture)[name] for name, lines in picture.texts.items() if name.startswith("v")}
    for column in (["w1", "x1", "w2", "x2"], ["v1 = w1 · x1", "v2 = w2 · x2"], ["v3 = v1 + v2", "b"]):
        places = [at[title][along] for title in column]
        assert places == sorted(places)
        assert len({at[title][1 - along] for title in column}) == 1
    model = nn.MLP(2, [4, 1], rng=0)
    network = draw(model([0.5, -1.0]), direction=direction)
    at = {lines[0][:2]: centres(network)[name] for name, lines in network.texts.items() if name.startswith("v")}
    for column in (["x₁", "x₂"], ["h₁", "h₂", "h₃", "h₄"]):
        places = [at[name][along] for name in column]
        assert places == sorted(places)
    widths = re.findall(r'"h.*? width=([\d.]+)', network.source)
    assert len(widths) == 4
    assert len(set(widths)) == 1


def test_labels_of_parallel_edges_do_not_overlap_downwards():
    a = Value(0.5, "a")
    svg = draw((a * a).tanh(), direction="TB").pipe(encoding="utf-8")
    places = [float(x) for x in re.findall(r'class="edge e1_\d">.*?<text[^>]* x="([-\d.]+)"', svg, re.DOTALL)]
    assert len(places) == 2
    assert abs(places[0] - places[1]) > 6 * len("0.5")  # a letter of 10 points is 6 wide


def test_text_stays_readable_on_a_narrow_page():
    """9 px at least: an SVG shrinks to this width and then scrolls."""
    y = Value(0.5, "x")
    for _ in range(58):
        y = y.tanh()
    svg = draw(y).pipe(encoding="utf-8")
    least, width = (float(re.search(form, svg)[1]) for form in (r"min-width: (\d+)pt", r'width="(\d+)pt"'))
    assert 11 * 4 / 3 * least / width >= 9  # 11 points, of which 3 are 4 pixels
    model = nn.MLP(2, [16, 16, 1], "tanh", rng=0)
    wide = draw(nn.mse(model([0.5, -1.0]), 1.0)).pipe(encoding="utf-8")
    assert 11 * 1280 / float(re.search(r'width="(\d+)pt"', wide)[1]) >= 9


def test_themes_digits_and_highlights():
    y = neuron()
    y.backward()
    auto, light, dark = (draw(y, theme=theme).pipe(encoding="utf-8") for theme in ("auto", "light", "dark"))
    assert "prefers-color-scheme: dark" in auto and "var(--jp-layout-color0" in auto  # noqa: PT018
    assert LIGHT[1] in light and "@media" not in light and DARK[1] not in light  # noqa: PT018
    assert DARK[1] in dark and "@media" not in dark and LIGHT[1] not in dark  # noqa: PT018
    assert "data 0.46211716" in draw(y, digits=8).source
    assert "data" not in draw(y, show=["grad"]).source
    assert "label=1" not in draw(y, show=["data"]).source
    assert HIGHLIGHT in box(draw(y, highlight=y.parents[0]).source, "v2 = v1 + b")
    assert HIGHLIGHT not in draw(y).source
