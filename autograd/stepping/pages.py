"""The steps as pages for slides, 16:9: the graph with the step marked, the step in names and in numbers, and why.

All have the layout of one picture with all gradients: what is not known yet is taken out. No page needs a stylesheet,
so that any program for slides shows it.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import wrap
from typing import NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from autograd.formulas import number_text
from autograd.pictures import FONTS
from autograd.stepping.picture import boxes, circuit
from autograd.stepping.wording import MOST_STEPS, Wording
from autograd.tables import text_width

WIDTH, HEIGHT, MARGIN = 960, 540, 40  # points
TOP, ROOM = 56, (WIDTH - 2 * MARGIN, 300)  # of the picture
LEAST, MOST = 0.8, 1.8  # of its own size: where it does not fit, the part round the step is shown
CHILD = {"stroke": "#d9590b", "stroke-width": "2.5"}  # who passes on
PARENT = {"stroke": "#2458d3", "stroke-width": "2.5", "stroke-dasharray": "6,3"}  # who receives
LATER = {"stroke": "#c0c0c0"}
SVG = "{http://www.w3.org/2000/svg}"
PART = re.compile(r"(?:node|edge) ([a-z]+)(\d+)(?:_(\d+))?")  # of a picture: v3, w3, e3_0, b3_0, …

Edge = tuple[int, int]  # a node's number, and the place of its parent


class Page(NamedTuple):
    """What a page says, the nodes and edges that its step is about, and what is known after it."""

    head: str
    lines: list[str]
    why: list[str]
    child: int | None
    parents: set[int]
    edges: set[Edge]
    known: set[int]
    gradients: dict[int, str]
    arrived: set[Edge]


def save_pages(wording: Wording, path: Path, style: str) -> Path:
    """Write the steps as a PDF, a page each, or as SVGs with numbers in their names; return the path of the first."""
    if len(wording.shown) > MOST_STEPS:
        raise ValueError(
            f"this pass has {len(wording.shown):,} steps, more than the {MOST_STEPS} that are shown one by one: "
            "step through a smaller part, as in step_through(inner) for a value inside the graph"
        )
    svg = {"boxes": boxes, "circuit": circuit}[style](wording).pipe(format="svg", encoding="utf-8")
    pages = [*pages_of(wording)]
    drawn = [_drawn(page, f"{n}/{len(pages)}", ElementTree.fromstring(svg)) for n, page in enumerate(pages, 1)]
    if path.suffix.lower() == ".pdf":
        from autograd.stepping.pdf import write_pdf  # only here: SVGs do not need matplotlib

        write_pdf(path, drawn)
        return path
    ElementTree.register_namespace("", SVG[1:-1])
    digits = max(2, len(str(len(pages))))
    files = [path.with_name(f"{path.stem}-{n:0{digits}}{path.suffix}") for n in range(1, len(pages) + 1)]
    for file, page in zip(files, drawn, strict=True):
        file.write_bytes(ElementTree.tostring(page, encoding="utf-8"))
    return files[0]


def pages_of(wording: Wording) -> Iterator[Page]:
    """The forward pass, the seed and the backward pass."""
    numbers = {node: i for i, node in enumerate(wording.nodes)}
    every, output = {*numbers.values()}, numbers[wording.output]
    known = every - {numbers[step.node] for step in wording.forward}
    for n, step in enumerate(wording.forward, 1):
        child, back = numbers[step.node], [event for event in wording.shown if event.child is step.node]
        recorded = ", ".join(f"{wording.local(event)} = {' = '.join(wording.formulas(event))}" for event in back)
        result = f"{wording.evaluation(step)} = {number_text(step.value)}" + " as recorded" * step.is_stale
        lines, why = [wording.definition(step.node), result], [f"Recorded for the way back: {recorded}"] * bool(back)
        parents, edges = {numbers[event.parent] for event in back}, {(child, event.position) for event in back}
        head, known = f"Forward pass, step {n} of {len(wording.forward)}", known | {child}
        yield Page(head, lines, why, child, parents, edges, known, {}, set())
    gradients, arrived = dict.fromkeys(every, "0") | {output: "1 ✓"}, set[Edge]()
    rule, starts = (
        f"{wording.gradient(wording.output)} = 1",
        "here the backward pass starts. Every other gradient starts at 0.",
    )
    why = [f"{wording.names[wording.output]} changes as itself: {starts}"]
    yield Page("Backward pass, the start", [rule], why, None, {output}, set(), every, gradients, arrived)
    for n, event in enumerate(wording.shown, 1):
        edge, parent = (numbers[event.child], event.position), numbers[event.parent]
        mark = " ✓" if event.is_final else f" ({event.arrived} of {event.uses})"
        gradients, arrived = gradients | {parent: number_text(event.after) + mark}, arrived | {edge}
        local = f"{wording.definition(event.child)}, so {wording.local(event)} = {' = '.join(wording.formulas(event))}"
        wait = "" if event.is_final else ": it must wait"
        why = [local, f"{wording.gradient(event.parent)}: {wording.arrival(event)}{wait}"]
        head, lines = f"Backward pass, step {n} of {len(wording.shown)}", [wording.rule(event), wording.numbers(event)]
        yield Page(head, lines, why, edge[0], {parent}, {edge}, every, gradients, arrived)


# ---- how a page is drawn


def _drawn(page: Page, number: str, picture: Element) -> Element:
    """A page as an SVG."""
    size = {"width": f"{WIDTH}", "height": f"{HEIGHT}", "viewBox": f"0 0 {WIDTH} {HEIGHT}"}
    root = Element(f"{SVG}svg", size | {"font-family": FONTS})
    SubElement(root, f"{SVG}polygon", {"points": f"0,0 {WIDTH},0 {WIDTH},{HEIGHT} 0,{HEIGHT}", "fill": "white"})
    root.append(_framed(picture, _mark(picture, page)))

    def write(text: str, y: float, size: float = 15, x: float = MARGIN, **look: str) -> None:
        at = {"x": f"{x}", "y": f"{y}", "font-size": f"{size:.1f}"}
        SubElement(root, f"{SVG}text", at | {name.replace("_", "-"): value for name, value in look.items()}).text = text

    write(page.head, 36)
    write(number, 36, x=WIDTH - MARGIN, text_anchor="end")
    for y, line in zip((402, 440), page.lines, strict=False):
        write(line, y, min(28, ROOM[0] / (0.61 * text_width(line))), font_weight="bold")
    for y, line in zip(
        (476, 498, 520),
        [line for text in page.why for line in wrap(text, 95, max_lines=2, placeholder=" …")],
        strict=False,
    ):
        write(line, y)
    return root


def _mark(picture: Element, page: Page) -> list[tuple[float, float]]:
    """Mark the step in a picture, and take out what is not known yet; return where the texts of the step stand."""
    seen = []
    for group in picture.iter(f"{SVG}g"):
        for tip in group.findall(f"{SVG}title"):
            group.remove(tip)
        found = PART.match(group.get("class", ""))
        if not found:
            continue
        texts = group.findall(f"{SVG}text")
        kind, i, k = found[1], int(found[2]), int(found[3] or 0)
        is_edge, is_gate, is_known = kind in ("e", "b", "eb"), kind == "v" and len(texts) == 1, i in page.known
        shown = [text.text if is_known else "" for text in texts]
        if kind in ("v", "w") and not is_gate:
            gradient = page.gradients.get(i, "–")
            shown[-1] = f"grad {gradient}" if kind == "v" else "" if gradient in "–0" else gradient.partition(" ")[0]
            shown[:-2] = [text.text for text in texts[:-2]]
        elif kind == "b" and (i, k) not in page.arrived:
            shown[-1] = ""
        for text, words in zip(texts, shown if not is_gate else [text.text for text in texts], strict=True):
            text.text = words
        if (i, k) in page.edges if is_edge else i == page.child:
            look = CHILD
        elif i in page.parents and not is_edge and not is_gate:
            look = PARENT
        else:
            look = {} if is_known else LATER
        for shape in group:
            if shape.get("stroke", "none") != "none":
                shape.attrib.update(look | ({"fill": look["stroke"]} if look and shape.get("fill") == "black" else {}))
        if look in (CHILD, PARENT):
            seen += [(float(text.attrib["x"]), float(text.attrib["y"])) for text in texts]
    return seen


def _framed(picture: Element, seen: Sequence[tuple[float, float]]) -> Element:
    """The picture in its place on the page: the whole, or the part round what is to be seen."""
    (graph,) = picture.findall(f"{SVG}g")
    moved = map(float, re.findall(r"[-\d.]+", graph.attrib["transform"].partition("translate")[2]))
    sizes = map(float, picture.attrib["viewBox"].split()[2:])
    axes = [*zip(ROOM, sizes, moved, zip(*seen, strict=True) if seen else ((0.0,), (0.0,)), strict=True)]
    whole = min(room / size for room, size, *_ in axes)
    step = min(room / (max(at) - min(at) + 2 * MARGIN) for room, *_, at in axes)
    scale = min(max(whole, min(LEAST, step)), MOST)
    view = []
    for room, size, shift, at in axes:
        part, middle = room / scale, (min(at) + max(at)) / 2 + shift
        view.append((size - part) / 2 if part >= size else min(max(middle - part / 2, 0), size - part))
    view += [room / scale for room in ROOM]
    frame = {"x": f"{MARGIN}", "y": f"{TOP}", "width": f"{ROOM[0]}", "height": f"{ROOM[1]}", "text-anchor": "middle"}
    framed = Element(f"{SVG}svg", frame | {"viewBox": " ".join(f"{x:.2f}" for x in view)})
    framed.append(graph)
    return framed
