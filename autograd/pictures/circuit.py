"""The picture that lectures draw: gates, and wires between them with the value above and the gradient below.

A leaf is the named end of a wire. Where several gates use a value its wire branches: below a branch stands the share of
the gradient that comes back along it, and before the branching their sum.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from autograd.graphs import ranks_of
from autograd.pictures.captions import Box, Look, Use, is_crowded, thin
from autograd.pictures.style import BACKWARD, FORWARD, PARAMETER, SIDES, Drawn
from autograd.tables import text_width

if TYPE_CHECKING:
    from autograd.pictures.rendering import Picture

LETTER = 6.6  # points that one takes
# The cells of a wire, which is the line between two, by the direction of the picture.
CELLS = {
    "LR": "<TR>{name}{value}</TR><TR>{gradient}</TR>",
    "RL": "<TR>{value}{name}</TR><TR>{gradient}</TR>",
    "TB": "<TR>{name}</TR><TR>{value}{gradient}</TR>",
    "BT": "<TR>{value}{gradient}</TR><TR>{name}</TR>",
}
POINT = {"shape": "point", "width": "0.08", "fillcolor": "black", "style": "filled"}
Style = dict[str, str]


class Link(NamedTuple):
    """What leads into a part of the picture: from which other, to which of its places, and how it looks."""

    tail: str
    place: int
    tip: str
    style: Style


Parts = dict[str, tuple[Drawn, list[Link]]]


def add_circuit(
    picture: "Picture", uses: Mapping[Box, Sequence[Use]], look: Look, coloured: Mapping[tuple[Box, int], Style]
) -> None:
    """Add gates and wires for these boxes, given parents first, each with what it uses.

    Box i is the gate v{i} and the wire w{i}, which may branch at the point j{i}. The branch of another wire that leads
    to the gate's place k is b{i}_{k}.
    """
    parts = _parts(uses, look, coloured, picture.direction)
    for rank in ranks_of([*parts], lambda name: [link.tail for link in parts[name][1]]):
        picture.rank([parts[name][0] for name in rank])
    picture.attr(ranksep="0.6" if any(map(is_crowded, uses)) else "0.2")
    sides = SIDES[picture.direction]
    before, behind = {"headport": sides[0]}, {"tailport": sides[1]}
    for head, (_, links) in parts.items():
        for tail, k, tip, style in links:
            ends = (before if head[0] in "wb" else {}) | (behind if tail[0] in "wb" else {})
            picture.link(tail, head, k, tip=tip, **{"arrowhead": "none"} | ends | style)


def _parts(
    uses: Mapping[Box, Sequence[Use]], look: Look, coloured: Mapping[tuple[Box, int], Style], direction: str
) -> Parts:
    """Gates, wires, branches and points in the order of the code, each with what leads into it."""
    ids = {box: i for i, box in enumerate(uses)}
    counts = Counter(use.source for used in uses.values() for use in used)
    parts: Parts = {}

    def wire_of(box: Box, style: Style) -> str:
        """Where uses of a box begin: its wire, in the style of its only use, or the point where that branches."""
        i, tip, mark = ids[box], look.tip(box), look.mark(box) | (style if counts[box] == 1 else {})
        if f"w{i}" not in parts:
            texts = look.wire_of_gate(box) if uses[box] else look.wire_of_leaf(box)
            into = [Link(f"v{i}", 0, tip, mark)] * bool(uses[box])
            colour = PARAMETER if box in look.parameters else ""
            parts[f"w{i}"] = _wire(f"w{i}", texts, tip, direction, mark, look.reserved, colour), into
            if counts[box] > 1:
                parts[f"j{i}"] = Drawn(f"j{i}", [], tip, POINT | mark), [Link(f"w{i}", 0, tip, mark)]
        return f"j{i}" if counts[box] > 1 else f"w{i}"

    for box, used in uses.items():
        i, links = ids[box], []
        for k, source, d, tip in used:
            style = look.mark(source) | coloured.get((box, k), {})
            end = wire_of(source, style)
            if counts[source] > 1 and is_crowded(box) and d is not None:
                style = thin(d) | style
            elif counts[source] > 1:
                texts = "", look.wire(source)[0], look.share(box, d)
                branch = _wire(f"b{i}_{k}", texts, tip, direction, style, look.reserved)
                parts[branch.name], end = (branch, [Link(end, 0, tip, style)]), branch.name
            links.append(Link(end, k, tip, style))
        if used:
            parts[f"v{i}"] = _gate(f"v{i}", look.gate(box), look.tip(box), look.mark(box)), links
        if counts[box] != 1:  # else it stands in the order of the gates that it leads to
            wire_of(box, {})
    return parts


def _gate(name: str, text: str, tip: str, mark: Style) -> Drawn:
    width = f"{max(0.45, (text_width(text) * LETTER + 10) / 72):.2f}"
    shape = {"shape": "ellipse", "style": "filled", "fixedsize": "true", "width": width, "height": "0.45"}
    return Drawn(name, [text], tip, shape | ({"fontsize": "16"} if len(text) == 1 else {}) | mark)


def _wire(
    name: str, texts: Sequence[str], tip: str, direction: str, style: Style, reserved: int, colour: str = ""
) -> Drawn:
    """A piece of wire with its name, value and gradient, of which any may be empty, as a table with a line in it."""
    found = {kind: text for kind, text in zip(("name", "value", "gradient"), texts, strict=True) if text}
    kinds = sorted(found, key=CELLS[direction].index)
    is_level = direction in ("LR", "RL")
    thick, line = int(style.get("penwidth", "1")), style.get("color", "black").split(":")[0]
    width = LETTER * max(reserved, *map(text_width, texts[1:])) + 4
    size = f'WIDTH="{width:.0f}" HEIGHT="{16 + 2 * thick}"'
    looks = {
        "name": (f'{"ROWSPAN" if is_level else "COLSPAN"}="2" CELLPADDING="4"', colour),
        "value": (f'{size} SIDES="{"B" if is_level else "R"}" BORDER="{thick}" COLOR="{line}"', FORWARD),
        "gradient": (size, BACKWARD),
    }

    def label(lines: Sequence[str]) -> str:
        shown, cells = dict(zip(kinds, lines, strict=True)), {}
        for kind, (attributes, ink) in looks.items():
            text = escape(shown.get(kind, "")).replace("\\", "&#92;&#92;")  # \N is the node's name to Graphviz
            text = f'<FONT COLOR="{ink}">{text}</FONT>' if ink and text else text
            cells[kind] = f"<TD {attributes}>{text}</TD>" if text or kind != "name" else ""
        rows = CELLS[direction].format(**cells).replace("<TR></TR>", "")
        return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{rows}</TABLE>>'

    return Drawn(name, [found[kind] for kind in kinds], tip, {"shape": "plain", "style": ""}, form=label)
