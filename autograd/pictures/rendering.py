"""Finding a `dot` program, and pictures that use it: Graphviz need not be installed.

Tried in turn: the program named by the environment variable AUTOGRAD_DOT, the one of the package graphviz-pure, the
system's `dot`, which also makes the formats that the package's cannot (pdf, ps, gif). In a browser the page draws.
"""

import os
import re
import shutil
import sysconfig
import threading
from base64 import b64encode
from collections.abc import Callable, Sequence
from contextlib import suppress
from copy import copy
from functools import partial
from html import escape
from importlib import metadata
from inspect import signature
from itertools import pairwise
from pathlib import Path
from typing import Any

import graphviz
from graphviz.backend import dot_command

from autograd.pictures.page import svg_by_page
from autograd.pictures.style import FONTS, SIDES, Drawn, stacked, stylesheet
from autograd.tables import text_width, visible

BUNDLED_FORMATS = {"svg", "png", "jpg", "json", "dot"}
PNG_LIMIT = 150  # boxes, above which a PNG takes seconds
LEAST_SHOWN = 0.62  # of its size, to which a wide SVG may shrink before it scrolls: letters of 9 pixels
# Of an SVG: the start of a node or an edge with its title, and a text.
PARTS = (
    r'(?P<group><g id="\w+" class="(?:node|edge) ?(?P<name>[^"]*)">\s*)<title>.*?</title>\s*'
    r"|(?P<open><text[^>]*>)(?P<laid>[^<]*)</text>"
)
_lock = threading.Lock()


class DotNotFound(graphviz.ExecutableNotFound):  # type: ignore[misc]
    """No program to render a graph with; says what was tried and how to get one."""

    def __init__(self, output_format: str, found: str = "") -> None:
        self.args = (
            f"{found or f'no program found that renders {output_format}'}: tried $AUTOGRAD_DOT, the package "
            "graphviz-pure and `dot` on the PATH. Install one (`pip install graphviz-pure` for svg and png, or "
            "Graphviz from your system's packages), or set AUTOGRAD_DOT to a `dot` program; in a browser, have the "
            "page set `globalThis.viz = await Viz.instance()` of @viz-js/viz, which draws svg. "
            "The picture's .source works without",
        )

    def __str__(self) -> str:
        return str(self.args[0])


def find_dot(output_format: str) -> Path:
    """The program to render this format with. Raises DotNotFound."""
    named = os.environ.get("AUTOGRAD_DOT")
    if named:
        if shutil.which(named) is None:
            raise DotNotFound(output_format, f"AUTOGRAD_DOT names {named!r}, which is no program")
        return Path(named)
    bundled = _bundled() if output_format in BUNDLED_FORMATS else None
    system = shutil.which("dot")
    if bundled is None and system is None:
        raise DotNotFound(output_format)
    return bundled or Path(str(system))


def _bundled() -> Path | None:
    """The program of graphviz-pure beside this Python, whether or not its folder is on the PATH."""
    try:
        files = metadata.distribution("graphviz-pure").files or []
    except metadata.PackageNotFoundError:
        return None
    places = [Path(str(f.locate())) for f in files if f.stem == "graphviz-pure" and f.suffix in ("", ".exe")]
    places += [Path(sysconfig.get_path("scripts")) / name for name in ("graphviz-pure", "graphviz-pure.exe")]
    return next((place.resolve() for place in places if place.is_file()), None)


class Picture(graphviz.Digraph):  # type: ignore[misc]
    """A graphviz.Digraph of boxes and links that finds `dot` by itself; notebooks show it.

    `.save("file.svg")` writes a picture, png and pdf likewise, and with `.dot` or `.gv` its text in Graphviz's
    language, which is `.source` too; `.pipe(format="svg", encoding="utf-8")` returns one. Nodes have the classes v0,
    v1, … and edges e3_0, e3_1, … (into v3) in an SVG. That follows the theme of the notebook or the browser; all other
    formats are light.
    """

    def __init__(self, note: str = "", direction: str = "LR", theme: str = "auto") -> None:
        super().__init__(format="svg")
        self.direction, self.theme, self.is_crowded = direction, theme, False
        self.texts: dict[str, list[str]] = {}  # of what has a class: its texts, and what shows under the mouse
        self.tips: dict[str, str] = {}
        self.in_ascii: dict[str, str] = {}  # lines of the source as they are laid out for an SVG
        self.attr(rankdir=direction, bgcolor="white", ranksep="0.4", nodesep="0.16", pad="0.1")
        box = {"shape": "box", "fontname": "Courier", "fontsize": "11", "height": "0", "margin": "0.08,0.05"}
        self.attr("node", style="filled,rounded", fillcolor="white", **box)
        self.attr("edge", fontname="Courier", fontsize="10", arrowsize="0.7")
        if note:
            look = {"labelloc": "b", "labeljust": "l", "fontname": "Courier", "fontsize": "10"}
            self._add("note", [note], "", partial(graphviz.Digraph.attr, **look))

    def rank(self, boxes: Sequence[Drawn]) -> None:
        """Add boxes that stand side by side, in this order and equally wide."""
        columns = max(max([box.columns, *map(text_width, box.lines)]) for box in boxes)
        width = f"{(columns * 6.6 + 12) / 72:.2f}"  # a letter of Courier is 0.6 of its size
        for name, lines, tip, style, _, form in boxes:
            look = {"class": name, "width": width, **style}
            self._add(name, lines, tip, partial(graphviz.Digraph.node, name=name, **look), form)
        row = graphviz.Digraph(graph_attr={"rank": "same"}, edge_attr={"style": "invis"})
        for above, below in pairwise(box.name for box in boxes):
            row.edge(above, below)
        if len(boxes) > 1:
            self.subgraph(row)

    def link(self, tail: str, head: str, place: int, text: str = "", tip: str = "", **style: str) -> None:
        """Add the edge of the parent in this place, with the derivative on it."""
        name = f"e{head.removeprefix('v')}_{place}"
        kind = "taillabel" if self.is_crowded else "label"  # a column of labels would need much room of its own
        room = "" if self.direction in ("LR", "RL") else " "  # beside a line that goes down

        def add(graph: graphviz.Digraph, label: str) -> None:
            graph.edge(tail, head, **({kind: label} if text else {}), **{"class": name, **style})

        self._add(name, [room + text + room] if text else [], tip, add)

    def crowd(self) -> None:
        """Straight links from side to side, with more room: curves would take more of it than the boxes."""
        self.is_crowded = True
        self.attr(splines="line", ranksep="1.1")
        ends = {"tailport": SIDES[self.direction][1], "headport": SIDES[self.direction][0]}
        self.attr("edge", labeldistance="3.8", labelangle="14", **ends)

    def hurry(self) -> None:
        """Fewer rounds of improving the layout: of thousands of boxes it takes seconds, not a minute."""
        self.attr(splines="line", nslimit="0.5", nslimit1="0.5", mclimit="0.1")

    def _add(
        self,
        name: str,
        texts: Sequence[str],
        tip: str,
        add: Callable[..., None],
        form: Callable[[Sequence[str]], str] = stacked,
    ) -> None:
        """Add something with these lines of `visible` text, and remember how it is laid out: with ASCII as wide.

        Graphviz misjudges the width of other letters. The texts are put in afterwards.
        """
        plain = graphviz.Digraph()
        add(self, label=form(texts))
        add(plain, label=form(["x" * max(1, text_width(text)) for text in texts]))
        self.in_ascii[self.body[-1]] = plain.body[-1]
        self.texts[name], self.tips[name] = [text.strip() for text in texts], visible(tip)

    def copy(self) -> "Picture":
        """A picture of its own with the same boxes and links."""
        twin = copy(self)
        for name, x in vars(self).items():
            if isinstance(x, list | dict):
                setattr(twin, name, copy(x))
        return twin

    def save(self, filename: Any = None, directory: Any = None, **options: Any) -> str:
        """Write the file of this name, as its suffix says, and nothing else; return its path.

        It is a picture for svg, png, pdf and what else Graphviz can make, and the text for `.dot` and `.gv`. Raises
        ValueError for a suffix that Graphviz does not know.
        """
        suffix = Path(filename or "").suffix[1:].lower()
        if suffix in ("", "dot", "gv"):
            return str(super().save(filename, directory=directory, **options))
        if suffix not in graphviz.FORMATS:
            raise ValueError(f"{filename!s} ends in no format that is known: use .svg, .png, .pdf, .dot or .gv")
        path = Path(directory or "", filename)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.pipe(suffix))
        return str(path)

    def pipe(self, format: str | None = None, *args: Any, **options: Any) -> Any:  # noqa: A002
        wanted = format = (format or self.format).lower()  # noqa: A001
        if wanted == "svg" and (made := svg_by_page(self._laid_out(wanted).source)):
            svg = self._finished(made)
            return svg if options.get("encoding") else svg.encode()
        options.setdefault("quiet", True)  # of a warning about the width of letters that are not ASCII
        with _using_dot(wanted):
            made = graphviz.Digraph.pipe(self._laid_out(wanted), format, *args, **options)
        if wanted != "svg":
            return made
        return self._finished(made) if isinstance(made, str) else self._finished(made.decode()).encode()

    def render(self, *args: Any, **options: Any) -> Any:
        """As the graphviz package has it: the picture and its text. A name with a picture's suffix is `save`d."""
        given = signature(graphviz.Digraph.render).bind(self, *args, **options).arguments
        del given["self"]
        name = given.get("filename")
        if Path(name or "").suffix[1:].lower() in graphviz.FORMATS and not given.get("format"):
            return self.save(name, given.get("directory"))
        wanted = (given.get("format") or Path(given.get("outfile") or "").suffix[1:] or self.format).lower()
        given |= {"quiet": True} | ({"format": wanted} if given.get("format") else {})
        with _using_dot(wanted):
            written = graphviz.Digraph.render(self._laid_out(wanted), **given)
        path = Path(written)
        if wanted == "svg":
            path.write_text(self._finished(path.read_text(encoding="utf-8")), encoding="utf-8")
        return written

    def svg_or_reason(self) -> tuple[str, str]:
        """The SVG and "", or "" and why there is no program to draw it with."""
        try:
            return self.pipe(format="svg", encoding="utf-8"), ""
        except DotNotFound as error:
            return "", str(error)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **_: Any) -> dict[str, str]:
        """SVG, PNG for a notebook that is not trusted, and text; the reason where there is no program to draw with."""
        svg, reason = self.svg_or_reason()
        if reason:
            return {"text/plain": f"{reason}\n\n{self.source}"}
        bundle = {"image/svg+xml": svg}
        boxes = sum(name.startswith("v") for name in self.texts)
        if boxes <= PNG_LIMIT:
            with suppress(DotNotFound):  # a page draws no PNG
                bundle["image/png"] = b64encode(self.pipe(format="png")).decode()
        return bundle | {"text/plain": f"<Picture of {boxes} boxes>"}

    def _laid_out(self, wanted: str) -> graphviz.Digraph:
        """The same graph: for an SVG with placeholders, else in a font that has all letters that we use."""
        copy = graphviz.Digraph(format=self.format)
        if wanted == "svg":
            copy.body = [self.in_ascii.get(line, line) for line in self.body]
        else:
            copy.body = [line.replace("fontname=Courier", "fontname=Helvetica") for line in self.body]
        return copy

    def _finished(self, svg: str) -> str:
        """An SVG with its texts in the places of the placeholders, font and theme; without ids, which may collide."""
        texts = iter(self.texts.get("note", ()))

        def put_in(found: re.Match[str]) -> str:
            nonlocal texts
            if found["open"]:
                text = next(texts, None)
                return found[0] if text is None else f"{_centred(found['open'], found['laid'])}{escape(text)}</text>"
            texts = iter(self.texts.get(found["name"], ()))
            tip = self.tips.get(found["name"])
            return found[0] if tip is None else found["group"] + (f"<title>{escape(tip)}</title>\n" if tip else "")

        svg = re.sub(PARTS, put_in, svg, flags=re.DOTALL)
        svg = re.sub(r' id="[^"]*"| font-family="[^"]*"| text-anchor="middle"', "", svg)
        width = re.search(r'<svg width="(\d+)pt"', svg)
        least = f"min-width: {float(width[1]) * LEAST_SHOWN:.0f}pt" if width else ""
        root = f'<svg class="cg-drawing" style="{least}" font-family="{FONTS}" text-anchor="middle"'
        return re.sub(
            "<svg(.*?)>", rf"{root}\1>\n<style>{stylesheet(self.theme)}</style>", svg, count=1, flags=re.DOTALL
        )


def _centred(tag: str, placeholder: str) -> str:
    """The tag of a text that begins at a place as one round its middle: in another font it is longer or shorter."""
    begins = re.search(r' text-anchor="start" x="([-\d.]+)".*font-size="([\d.]+)', tag)
    if not begins:
        return tag
    middle = float(begins[1]) + 0.3 * float(begins[2]) * len(placeholder)
    return tag.replace(begins[0][: begins[0].index(" y=")], f' x="{middle:.2f}"')


class _using_dot:  # noqa: N801
    """While active, the graphviz package runs the program that was found: it has no other way to be told."""

    def __init__(self, output_format: str) -> None:
        self.program = find_dot(output_format)

    def __enter__(self) -> None:
        _lock.acquire()
        self.before = dot_command.DOT_BINARY
        dot_command.DOT_BINARY = self.program

    def __exit__(self, *exception: object) -> None:
        dot_command.DOT_BINARY = self.before
        _lock.release()
