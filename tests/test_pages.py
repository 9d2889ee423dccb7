"""The steps as pages for slides: numbered SVGs and a PDF, one step a page, 16:9."""

import re
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import PdfPages

import autograd
from autograd import Value, derivatives, step_through
from autograd.__main__ import main
from autograd.stepping import pages as slides
from autograd.stepping.pdf import write_pdf
from tests.shared import HOSTILE, neuron, rgb, slide

SVG = "{http://www.w3.org/2000/svg}"
CHILD, PARENT = slides.CHILD["stroke"], slides.PARENT["stroke"]
both_styles = pytest.mark.parametrize("style", ["boxes", "circuit"])


def svg_pages(output, folder, **options):
    first = step_through(output).save(folder / "steps.svg", **options)
    files = sorted(folder.glob("steps-*.svg"))
    assert files[0] == first
    return [ElementTree.parse(file).getroot() for file in files]


def texts(page):
    """The words of a page, outside of its picture."""
    return [text.text for text in page.findall(f"{SVG}text")]


def group(page, name):
    """A node or an edge of the picture, by its class."""
    return next(g for g in page.iter(f"{SVG}g") if g.get("class", "").partition(" ")[2] == name)


def written(page, name):
    return [text.text or "" for text in group(page, name).findall(f"{SVG}text")]


def marked(page, colour):
    """The classes of what stands out in a colour."""
    found = [g for g in page.iter(f"{SVG}g") if any(shape.get("stroke") == colour for shape in g)]
    return {g.get("class").partition(" ")[2] for g in found}


@both_styles
def test_a_page_for_each_step_of_both_passes_and_the_seed_between(style, tmp_path):
    y = neuron()
    steps = step_through(y)
    pages = svg_pages(y, tmp_path, style=style)
    assert len(pages) == len(steps.forward) + 1 + len(steps) == 9
    for n, page in enumerate(pages, 1):
        assert (page.get("width"), page.get("height"), page.get("viewBox")) == ("960", "540", "0 0 960 540")  # 16:9
        assert texts(page)[1] == f"{n}/9"
    assert texts(pages[0]) == [
        "Forward pass, step 1 of 3",
        "1/9",
        "v1 = w · x",
        "(−3) · 2 = −6",
        "Recorded for the way back: ∂v1/∂w = x = 2, ∂v1/∂x = w = −3",
    ]
    assert texts(pages[3])[2:] == [
        "dy/dy = 1",
        "y changes as itself: here the backward pass starts. Every other gradient starts at 0.",
    ]
    assert texts(pages[4])[2:] == [
        "dy/dv2 += dy/dy · ∂y/∂v2",
        "0 + 1 · 0.7864 = 0.7864",
        "y = tanh(v2), so ∂y/∂v2 = 1 − y² = 1 − 0.4621² = 0.7864",
        "dy/dv2: 1 of 1, final",
    ]


def test_boxes_show_what_is_known_and_mark_the_step(tmp_path):
    pages = svg_pages(neuron(), tmp_path)  # w, x, v1, b, v2, y
    assert [written(page, "v2") for page in (pages[0], pages[3], pages[6], pages[-1])] == [
        ["v1 = w · x", "data −6", "grad –"],
        ["v1 = w · x", "data −6", "grad 0"],
        ["v1 = w · x", "data −6", "grad 0.7864 ✓"],
        ["v1 = w · x", "data −6", "grad 0.7864 ✓"],
    ]
    assert written(pages[0], "v4") == ["v2 = v1 + b", "", "grad –"]
    assert [written(page, "e4_0") for page in pages[:2]] == [[""], ["1"]]
    assert (marked(pages[0], CHILD), marked(pages[0], PARENT)) == ({"v2", "e2_0", "e2_1"}, {"v0", "v1"})
    assert (marked(pages[3], CHILD), marked(pages[3], PARENT)) == (set(), {"v5"})
    assert (marked(pages[4], CHILD), marked(pages[4], PARENT)) == ({"v5", "e5_0"}, {"v4"})


def test_wires_show_what_is_known_and_mark_the_step(tmp_path):
    x = Value(3.0, "x")
    pages = svg_pages(x * x, tmp_path, style="circuit")
    assert len(pages) == 4
    assert [written(page, "w0") for page in pages] == [["x", "3", ""], ["x", "3", ""], ["x", "3", "3"], ["x", "3", "6"]]
    assert [written(page, "b1_1") for page in pages] == [["3", ""], ["3", ""], ["3", ""], ["3", "3"]]
    assert [written(page, "w1")[1] for page in pages] == ["", "1", "1", "1"]
    assert (marked(pages[2], CHILD), marked(pages[2], PARENT)) == (
        {"v1", "w1", "ew1_0", "b1_0", "eb1_0_0", "e1_0"},
        {"w0", "j0", "ej0_0"},
    )
    assert "dy/dx: 1 of 2: it must wait" in texts(pages[2])


def test_the_lecture_slides_numbers_are_on_the_last_page(tmp_path):
    last = svg_pages(slide(), tmp_path, style="circuit")[-1]
    shown = [written(last, f"w{i}") for i in (0, 1, 3, 4, 7)]
    assert shown == [
        ["w0", "2", "−0.1966"],
        ["x0", "−1", "0.3932"],
        ["w1", "−3", "−0.3932"],
        ["x1", "−2", "−0.5898"],
        ["w2", "−3", "0.1966"],
    ]


@both_styles
def test_every_colour_is_written_out(style, tmp_path):
    """Programs for slides read no stylesheets; and no tooltip tells a gradient before its step."""
    for page in svg_pages(neuron(), tmp_path, style=style):
        colours = {e.get(name) for e in page.iter() for name in ("fill", "stroke")} - {None, "none", "transparent"}
        assert all(re.fullmatch("#[0-9a-f]{6}|black|white", colour) for colour in colours)
        assert page.find(f"{SVG}polygon").get("fill") == "white"
        assert not [e for e in page.iter() if e.tag.endswith(("style", "title")) or "style" in e.attrib]


@both_styles
def test_a_leaf_has_one_page(style, tmp_path):
    (page,) = svg_pages(Value(3.0, "a"), tmp_path, style=style)
    assert texts(page)[:3] == ["Backward pass, the start", "1/1", "da/da = 1"]


@both_styles
def test_what_does_not_fit_is_shown_round_the_step_and_the_letters_stay_readable(style, tmp_path):
    x = y = Value(0.3, "x")
    for _ in range(60):
        y = y.sin()
    pages = svg_pages(y, tmp_path, style=style)
    assert len(pages) == 121
    for page in pages:
        frame = page.find(f"{SVG}svg")
        left, top, width, height = map(float, frame.get("viewBox").split())
        scale = float(frame.get("width")) / width
        assert scale == pytest.approx(float(frame.get("height")) / height, rel=1e-3)
        assert scale * 11 >= 8  # points
        ((dx, dy),) = re.findall(r"translate\(([-\d.]+) ([-\d.]+)\)", frame.find(f"{SVG}g").get("transform"))
        for g in page.iter(f"{SVG}g"):
            if any(shape.get("stroke") in (CHILD, PARENT) for shape in g):
                for text in g.findall(f"{SVG}text"):
                    assert left <= float(text.get("x")) + float(dx) <= left + width
                    assert top <= float(text.get("y")) + float(dy) <= top + height
    assert step_through(y)[-1].parent is x


@both_styles
@pytest.mark.parametrize("label", [*HOSTILE, "学習率", r"$a_1\N$", "]]>", "\0", "\ud800"])
def test_labels_are_shown_as_they_are(label, style, tmp_path):
    v = Value(2.0, label)
    y = v * 3
    pages = svg_pages(y, tmp_path, style=style)
    names = autograd.names(y)
    assert re.fullmatch(r"y = \(?(.*?)\)? · 3", texts(pages[0])[2])[1] == names[v]
    assert names[v] in written(pages[0], "v0" if style == "boxes" else "w0")
    step_through(y).save(tmp_path / "steps.pdf", style=style)
    assert (tmp_path / "steps.pdf").read_bytes().startswith(b"%PDF")


@both_styles
def test_a_second_derivative(style, tmp_path):
    x = Value(2.0, "x")
    (slope,) = derivatives(x**3 + x.sin(), [x])
    pages = svg_pages(slope, tmp_path, style=style)
    assert "dy/dx: 2 of 2, final" in texts(pages[-1])


def test_the_digits_and_a_stale_graph(tmp_path, capsys):
    a = Value(3.0, "a")
    y = a * a
    a.data = 100.0
    assert "100 · 100 = 9 as recorded" in texts(svg_pages(y, tmp_path)[0])
    assert main(["tanh(a)", "a=0.5", "--digits", "8", "--slides", str(tmp_path / "s.svg"), "--style", "circuit"]) == 0
    assert "y = 0.46211716" in (tmp_path / "s-01.svg").read_text(encoding="utf-8")
    assert "tanh(0.5) = 0.46211716" in (tmp_path / "s-01.svg").read_text(encoding="utf-8")


def test_a_long_explanation_ends_in_dots(tmp_path):
    xs = [Value(float(i), f"input_{i}") for i in range(30)]
    pages = svg_pages(autograd.sum(xs), tmp_path)
    assert len(texts(pages[0])) == 6
    assert texts(pages[0])[-1].endswith(" …")
    assert len(texts(pages[-1])) <= 7


def test_pages_change_no_gradient(tmp_path):
    y = neuron()
    y.backward()
    before = [v.grad for v in autograd.topological_order(y)]
    svg_pages(y, tmp_path, style="circuit")
    assert [v.grad for v in autograd.topological_order(y)] == before


# ---- the PDF


@both_styles
def test_a_pdf_has_the_pages_and_their_texts(style, tmp_path):
    path = step_through(neuron()).save(tmp_path / "steps.pdf", style=style)
    assert path == tmp_path / "steps.pdf"
    assert [*tmp_path.iterdir()] == [path]
    assert len(re.findall(rb"/Type /Page\b", path.read_bytes())) == 9
    pages = pytest.importorskip("pypdf").PdfReader(path).pages
    assert len(pages) == 9
    svgs = svg_pages(neuron(), tmp_path, style=style)
    for page, svg in zip(pages, svgs, strict=True):
        assert (float(page.mediabox.width), float(page.mediabox.height)) == (960, 540)
        found = re.sub(r"\s", "", page.extract_text())
        for text in svg.iter(f"{SVG}text"):
            assert re.sub(r"\s", "", text.text or "") in found


@both_styles
def test_a_pdf_shows_the_step_in_its_colours_and_nothing_of_the_picture_beyond_its_frame(style, tmp_path, monkeypatch):
    figures, save = [], PdfPages.savefig
    monkeypatch.setattr(PdfPages, "savefig", lambda pdf, figure: figures.append(figure) or save(pdf, figure))
    xs = [Value(float(i), f"x{i}") for i in range(30)]
    step_through(autograd.sum(xs)).save(tmp_path / "steps.pdf", style=style)
    assert len(figures) == 32
    canvas = FigureCanvasAgg(figures[17])
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[:, :, :3].astype(int)
    assert pixels.shape == (540, 960, 3)
    assert (pixels[:40, :30] == 255).all()  # the margin
    assert (pixels[42:55] == 255).all()
    assert (pixels[357:375] == 255).all()
    for colour in (CHILD, PARENT):
        assert (np.abs(pixels[56:356] - rgb(colour)).sum(axis=2) < 150).sum() > 20


def test_a_letter_that_the_pdfs_font_has_not_is_an_escape(tmp_path):
    pypdf = pytest.importorskip("pypdf")
    path = step_through(Value(1.0, "学") * 2).save(tmp_path / "steps.pdf")
    assert r"\u5b66 · 2" in pypdf.PdfReader(path).pages[0].extract_text()


def test_what_a_file_may_be_called(tmp_path, monkeypatch):
    steps = step_through(neuron())
    for name in ("steps.pptx", "steps"):
        with pytest.raises(ValueError, match=f"{name} ends in no format that steps have: use .html, or .pdf or .svg"):
            steps.save(tmp_path / name)
    with pytest.raises(ValueError, match="style is one of 'boxes', 'circuit', not 'gates'"):
        steps.save(tmp_path / "steps.pdf", style="gates")
    with pytest.raises(ValueError, match="style='circuit' is for .pdf and .svg: the page to click through has boxes"):
        steps.save(tmp_path / "steps.html", style="circuit")
    assert steps.save(tmp_path / "steps.HTML").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert not [*tmp_path.glob("*.pdf")]


def test_without_matplotlib_the_error_says_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "autograd.stepping.pdf", raising=False)
    with pytest.raises(ImportError, match=r'pip install "chaingrad\[notebooks\]", or matplotlib; or save .*\.svg'):
        step_through(neuron()).save(tmp_path / "steps.pdf")
    assert main(["a*b", "a=2", "b=3", "--slides", str(tmp_path / "steps.pdf")]) == 2
    assert "chaingrad[notebooks]" in capsys.readouterr().err
    assert len(svg_pages(neuron(), tmp_path)) == 9


def test_without_a_program_that_draws_the_error_says_what_to_do(no_dot, tmp_path):
    with pytest.raises(autograd.pictures.rendering.DotNotFound, match="pip install graphviz-pure"):
        step_through(neuron()).save(tmp_path / "steps.svg")
    assert not [*tmp_path.iterdir()]


def test_too_many_steps_for_pages(tmp_path):
    x = Value(1.0, "x")
    with pytest.raises(
        ValueError, match="this pass has 501 steps, more than the 500 that are shown one by one: step th"
    ):
        step_through(autograd.sum([x] * 501)).save(tmp_path / "steps.pdf")


@pytest.mark.system_dot
@both_styles
def test_a_systems_graphviz_gives_the_same_pages(style, monkeypatch, tmp_path):
    bundled = [[*map(str, page.itertext())] for page in svg_pages(slide(), tmp_path, style=style)]
    monkeypatch.setattr(autograd.pictures.rendering, "_bundled", lambda: None)
    monkeypatch.delenv("AUTOGRAD_DOT", raising=False)
    system = [[*map(str, page.itertext())] for page in svg_pages(slide(), tmp_path, style=style)]
    assert [[t.strip() for t in page if t.strip()] for page in bundled] == [
        [t.strip() for t in page if t.strip()] for page in system
    ]


def test_what_an_older_graphviz_calls_transparent_is_not_drawn(tmp_path):
    box = '<polygon fill="transparent" stroke="transparent" points="0,0 9,0 9,9"/>'
    page = ElementTree.fromstring(f'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10">{box}</svg>')
    write_pdf(tmp_path / "one.pdf", [page])
    assert len(re.findall(rb"/Type /Page\b", (tmp_path / "one.pdf").read_bytes())) == 1
