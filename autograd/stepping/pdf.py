"""SVGs as the pages of a PDF, by matplotlib: it brings a font with all signs of ours, and needs no program.

It reads of SVG what Graphviz and `pages.py` write: groups, shapes and texts.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

try:
    from matplotlib import rc_context
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.figure import Figure
    from matplotlib.font_manager import findfont, get_font
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline
    from matplotlib.transforms import Affine2D, Bbox, IdentityTransform
except ImportError as error:
    raise ImportError(
        'a PDF of steps is drawn with matplotlib, which cannot be imported: pip install "chaingrad[notebooks]", or '
        "matplotlib; or save the steps as .svg"
    ) from error

FONT = "DejaVu Sans Mono"
SIDES = {"start": "left", "middle": "center", "end": "right"}


def write_pdf(path: Path, pages: Iterable[Element]) -> None:
    """Write SVGs as a PDF, a page each, where a unit is a point."""
    with rc_context({"font.family": FONT, "pdf.fonttype": 42}), PdfPages(path) as pdf:
        for page in pages:
            width, height = float(page.attrib["width"]), float(page.attrib["height"])
            figure = Figure((width / 72, height / 72), dpi=72)
            _draw(page, figure, Affine2D().scale(1, -1).translate(0, height), figure.bbox)
            pdf.savefig(figure)


def _draw(element: Element, figure: Figure, place: Any, window: Any, side: str = "start") -> None:
    """Add to a figure what is in an element, which stands in this place, as far as it is within a window."""
    scale = place.get_matrix()[0, 0]
    side = element.get("text-anchor", side)
    where: dict[str, Any] = {"transform": IdentityTransform(), "clip_box": window, "clip_on": True}
    for child in element:
        kind, look = child.tag.rpartition("}")[2], child.attrib
        if kind == "svg":
            x, y, width, height = (float(look[name]) for name in ("x", "y", "width", "height"))
            left, top, across, _ = map(float, look["viewBox"].split())
            frame = Bbox(place.transform([(x, y + height), (x + width, y)]))
            inner = Affine2D().translate(-left, -top).scale(width / across).translate(x, y)
            _draw(child, figure, inner + place, frame, side)
        elif kind == "g":
            moved = re.findall(r"[-\d.]+", look.get("transform", "").partition("translate")[2])
            _draw(child, figure, Affine2D().translate(*map(float, moved or "00")) + place, window, side)
        elif kind == "text":
            x, y = place.transform((float(look["x"]), float(look["y"])))
            font = {"size": scale * float(look["font-size"]), "weight": look.get("font-weight")}
            text = figure.text(x, y, _in_font(child.text or ""), color=look.get("fill", "black"), **where)
            text.set(ha=SIDES[look.get("text-anchor", side)], parse_math=False, **font)
        elif kind != "title":
            fill, stroke = (look.get(name, "none").replace("transparent", "none") for name in ("fill", "stroke"))
            colours = {"facecolor": fill, "edgecolor": stroke}  # older Graphviz says transparent
            shape = PathPatch(place.transform_path(_outline(kind, look)), **colours, **where)
            width = scale * float(look.get("stroke-width", 1))
            shape.set(linewidth=width, linestyle=(0, (3, 1.5)) if "stroke-dasharray" in look else "-")
            figure.add_artist(shape)


def _outline(kind: str, look: dict[str, str]) -> Any:
    """The outline of a shape; a path of Graphviz's has a first point and curves."""
    if kind == "ellipse":
        x, y, rx, ry = (float(look[name]) for name in ("cx", "cy", "rx", "ry"))
        return Affine2D().scale(rx, ry).translate(x, y).transform_path(Outline.unit_circle())
    numbers = [*map(float, re.findall(r"[-\d.]+", look.get("d") or look["points"]))]
    points = [*zip(numbers[::2], numbers[1::2], strict=True)]
    if kind == "path":
        return Outline(points, [Outline.MOVETO] + [Outline.CURVE4] * (len(points) - 1))
    return Outline([*points, points[0]], closed=True) if kind == "polygon" else Outline(points)


def _in_font(text: str) -> str:
    """A text in which a letter that the font has not stands as an escape."""
    font = get_font(findfont(FONT))
    return "".join(c if font.get_char_index(ord(c)) else c.encode("unicode_escape").decode() for c in text)
