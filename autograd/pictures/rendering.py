"""Finding a `dot` program, and pictures that use it: Graphviz need not be installed.

Tried in turn: the program named by the environment variable AUTOGRAD_DOT, the one of the package graphviz-pure, the
system's `dot`, which also makes the formats that the package's cannot (pdf, ps, gif).
"""

import os
import shutil
import sysconfig
import threading
from base64 import b64encode
from copy import copy
from html import escape
from importlib import metadata
from inspect import signature
from pathlib import Path
from typing import Any
from unicodedata import category

import graphviz
from graphviz.backend import dot_command

from autograd.formulas import digits_shown
from autograd.pictures.style import FONTS
from autograd.tables import text_width

BUNDLED_FORMATS = {"svg", "png", "jpg", "json", "dot"}
PNG_LIMIT = 150  # boxes, above which a PNG takes seconds
SIDES = {"LR": "we", "RL": "ew", "TB": "ns", "BT": "sn"}  # of a box: where links come in and go out
_lock = threading.Lock()


class DotNotFound(graphviz.ExecutableNotFound):  # type: ignore[misc]
    """No program to render a graph with; says what was tried and how to get one."""

    def __init__(self, output_format: str, found: str = "") -> None:
        self.args = (
            f"{found or f'no program found that renders {output_format}'}: tried $AUTOGRAD_DOT, the package "
            "graphviz-pure and `dot` on the PATH. Install one (`pip install graphviz-pure` for svg and png, or "
            "Graphviz from your system's packages), or set AUTOGRAD_DOT to a `dot` program. "
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
    v1, … and edges e3_0, e3_1, … (into v3) in an SVG.
    """

    def __init__(self, note: str = "", direction: str = "LR") -> None:
        super().__init__(format="svg")
        self.direction = direction
        self.stacked = direction in ("LR", "RL")
        self.titles = {"note": visible(note)}
        self.attr(rankdir=direction, bgcolor="white", ranksep="0.45", nodesep="0.2")
        self.attr(label=escaped(note), labelloc="b", labeljust="l", fontname="Courier", fontsize="10")
        # The width of "grad -1.234e-05", so that a picture keeps its layout when gradients come.
        box = {"shape": "record", "fontname": "Courier", "fontsize": "11", "height": "0", "width": "1.6"}
        self.attr("node", style="filled", fillcolor="white", **box)
        self.attr("edge", fontname="Courier", fontsize="10", arrowsize="0.7")

    def boxes(self, boxes: list[tuple[str, str, list[str], dict[str, str]]], frame: str = "") -> None:
        """Add boxes (name, title, lines below, style), in a frame with this text if there is one."""
        part = graphviz.Digraph(f"cluster_{boxes[0][0]}") if frame else self
        if frame:
            part.attr(style="rounded", color="#999999", margin="8", label=escaped(frame))
        for name, title, lines, style in boxes:
            # Fields follow the direction across the picture's own unless they are in braces.
            text = " | ".join(map(escaped, (title, *lines)))
            part.node(name, text if self.stacked else f"{{ {text} }}", **{"class": name}, **style)
            self.titles[name] = visible(title)
        if frame:
            self.subgraph(part)

    def crowd(self) -> None:
        """Straight links from side to side, with more room: curves would take more of it than the boxes."""
        self.attr(splines="line", ranksep="1.1")
        self.attr("edge", tailport=SIDES[self.direction][1], headport=SIDES[self.direction][0])

    def hurry(self) -> None:
        """Fewer rounds of improving the layout: of thousands of boxes it takes seconds, not a minute."""
        self.attr(splines="line", nslimit="0.5", nslimit1="0.5", mclimit="0.1")

    def link(self, tail: str, head: str, place: int, derivative: float, **style: str) -> None:
        """Add the edge of the parent in this place, with the derivative on it."""
        self.edge(tail, head, label=f"{derivative:.{digits_shown()}g}", **{"class": f"e{head[1:]}_{place}"}, **style)

    def thin_link(self, tail: str, head: str, place: int, derivative: float, **style: str) -> None:
        """Add an edge among many: its colour is the derivative's sign, its number shows under the mouse."""
        color = "#3b82c4" if derivative > 0 else "#e67e22" if derivative < 0 else "#cccccc"
        number = {"tooltip": f"{derivative:.{digits_shown()}g}", "class": f"e{head[1:]}_{place}"}
        self.edge(tail, head, **{"color": color, "penwidth": "0.6", "arrowsize": "0.4"} | number | style)

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
        options.setdefault("quiet", True)  # of a warning about the width of letters that are not ASCII
        with _using_dot(wanted):
            if wanted != "svg":
                return super().pipe(format, *args, **options)
            made = graphviz.Digraph.pipe(self._in_ascii(), format, *args, **options)
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
            if wanted != "svg":
                return super().render(**given)
            written = graphviz.Digraph.render(self._in_ascii(), **given)
        path = Path(written)
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
        if len(self.titles) <= PNG_LIMIT:
            bundle["image/png"] = b64encode(self.pipe(format="png")).decode()
        return bundle | {"text/plain": f"<Picture of {len(self.titles) - 1} boxes>"}

    def _in_ascii(self) -> graphviz.Digraph:
        """The same graph with placeholders of equal width for text that is not ASCII, which Graphviz misjudges."""
        copy = graphviz.Digraph(format=self.format)
        copy.body = self.body
        wide = {escaped(t): _placeholder(t) for t in self.titles.values() if not t.isascii()}
        for text in sorted(wide, key=len, reverse=True):
            copy.body = [line.replace(text, wide[text]) for line in copy.body]
        return copy

    def _finished(self, svg: str) -> str:
        """An SVG with a font for every system, and its true titles in the places of the placeholders."""
        svg = svg.replace('font-family="Courier,monospace"', FONTS).replace('font-family="Courier"', FONTS)
        for name, title in self.titles.items():
            if not title.isascii():
                start = 0 if name == "note" else svg.index(f"<title>{name}</title>")
                shown = f">{escape(title)}</text>"
                svg = svg[:start] + svg[start:].replace(f">{_placeholder(title)}</text>", shown, 1)
        return svg


def escaped(text: str) -> str:
    """Text for the label of a record: on one line, with nothing in it that Graphviz takes for its own signs."""
    text = visible(text).replace("&", "&amp;")
    return "".join("\\" + c if c in '{}|<>\\"' else c for c in text)


def visible(text: object) -> str:
    r"""Text on one line, in which what no file can hold shows as an escape.

    >>> print(visible("a\n \x00"))
    a \x00
    """
    words = " ".join(str(text).split())
    return "".join(c.encode("unicode_escape").decode() if category(c) in ("Cc", "Cs", "Cn") else c for c in words)


def _placeholder(text: str) -> str:
    """ASCII as wide as the text will be."""
    return "x" * max(1, text_width(text))


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
