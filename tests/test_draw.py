"""Pictures: what is drawn, that a `dot` is found, and what is said where there is none."""

import re
import shutil
import subprocess
import sys

import graphviz
import pytest

from autograd import Value, draw, rendering
from autograd.rendering import DotNotFound, find_dot


def neuron():
    x, w, b = Value(2.0, "x"), Value(-3.0, "w"), Value(6.5, "b")
    y = (w * x + b).tanh()
    y.label = "y"
    return y


def test_a_box_holds_label_operation_data_and_gradient_and_an_edge_the_local_derivative():
    y = neuron()
    y.backward()
    source = draw(y).source
    for text in ("x | data 2 | grad -2.359", "y = tanh | data 0.4621 | grad 1", "* | data -6 |"):
        assert text in source
    assert sorted(re.findall(r"label=(\S+)\]", source)) == ["-3", "0.7864", "1", "1", "2"]


def test_both_uses_of_a_value_are_edges():
    a = Value(3.0, "a")
    assert draw(a * a).source.count("v0 -> v1") == 2


def test_constants_leaves_and_results_are_told_apart():
    source = draw(Value(2.0, "a") * 5).source
    assert re.search(r'"a \|.*#fff6d5', source)
    assert re.search(r'"constant \|.*#eeeeee', source)
    assert re.search(r'"\* \|.*white', source)


def test_gradients_are_dashes_before_backward():
    y = neuron()
    assert draw(y).source.count('grad -"') == 6
    y.backward()
    assert 'grad -"' not in draw(y).source


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
    assert picture._repr_mimebundle_()["image/svg+xml"].startswith("<?xml")
    file = picture.render(tmp_path / "graph", format="png", cleanup=True)
    assert (tmp_path / "graph.png").read_bytes().startswith(b"\x89PNG")
    assert file.endswith("graph.png")


@pytest.mark.parametrize("label", ['a"b', "{x|y}", "<script>", "a&amp;b", "a\\nb", "x" * 500, ""])
def test_labels_are_shown_as_they_are(label):
    svg = draw(Value(1.0, label)).pipe(format="svg", encoding="utf-8")
    shown = re.findall(r"<text[^>]*>(.*?)</text>", svg)[0].replace("&#45;", "-").replace("&quot;", '"')
    assert shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == (label or "leaf")


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


def test_no_program_at_all(monkeypatch):
    monkeypatch.delenv("AUTOGRAD_DOT", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(rendering, "_bundled", lambda: None)
    picture = draw(neuron())
    with pytest.raises(DotNotFound, match=r"renders svg: tried \$AUTOGRAD_DOT, .*`pip install graphviz-pure`.*source"):
        picture.pipe(format="svg")
    with pytest.raises(graphviz.ExecutableNotFound, match="renders pdf"):
        picture.render("nowhere", format="pdf")
    assert "tanh" in picture.source


def test_the_graphviz_package_is_left_as_it_was():
    before = graphviz.backend.dot_command.DOT_BINARY
    draw(neuron()).pipe(format="svg")
    assert graphviz.backend.dot_command.DOT_BINARY == before


def test_a_drawing_in_a_process_without_display():
    code = "from autograd import Value, draw; print(len(draw(Value(1.0) + 2).pipe(format='png')))"
    assert int(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout) > 1000
