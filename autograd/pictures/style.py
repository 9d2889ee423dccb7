"""The look of pictures: colours, fonts and themes."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from autograd.operations import constant
from autograd.value import Value

FONTS = "ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace"
PATH_COLOURS = "#d1242f", "#0969da", "#1a7f37", "#8250df", "#bf8700", "#1b7c83"
BLUE, ORANGE, RED = "#3b82c4", "#e67e22", "#d1242f"  # a gradient above zero, below, and not finite
FORWARD, BACKWARD = "#1a7f37", "#c0202c"  # a wire's value and gradient
OUTPUT, PARAMETER, HIGHLIGHT, FAINT = "#2a9d4a", "#a05fc8", "#d9590b", "#808080"
INKS = {FORWARD: "font-weight: normal;", BACKWARD: "font-weight: normal;", PARAMETER: ""}  # of letters at wires

SIDES = {"LR": "we", "RL": "ew", "TB": "ns", "BT": "sn"}  # of a box: where links come in and go out
LIGHT, DARK = ("#1f2328", "#ffffff"), ("#e6edf3", "#161b22")  # ink and paper
# A notebook's own colours, where there are some: its theme is not the browser's.
NOTEBOOK = (
    "var(--jp-content-font-color1, var(--vscode-foreground, {}))",
    ("var(--jp-layout-color0, var(--vscode-editor-background, {}))"),
)


def stacked(texts: Sequence[str]) -> str:
    """Lines of text as a label: one below the other, with nothing in them that Graphviz takes for its own signs."""
    lines = (text.replace("&", "&amp;") for text in texts)
    return r"\n".join("".join("\\" + c if c in '{}|<>\\"' else c for c in line) for line in lines)


class Drawn(NamedTuple):
    """A box of a picture: its name there, its lines, what shows under the mouse, its style, its least width."""

    name: str
    lines: Sequence[str]
    tip: str
    style: Mapping[str, str]
    columns: int = 0
    form: Callable[[Sequence[str]], str] = stacked  # how lines make the label


def stylesheet(theme: str) -> str:
    """The rules of an SVG: light, dark, or with auto as the notebook is, or as the reader's browser prefers."""
    light, dark = (
        _colours(*(form.format(c) for form, c in zip(NOTEBOOK, both, strict=True))) for both in (LIGHT, DARK)
    )
    rules = {
        "auto": f"{light} @media (prefers-color-scheme: dark) {{ {dark} }}",
        "light": _colours(*LIGHT),
        "dark": _colours(*DARK),
    }[theme]
    return (
        rules
        + """
.cg-drawing text:not([fill]) { fill: var(--cg-ink); }
.cg-drawing [stroke="black"] { stroke: var(--cg-ink); }
.cg-drawing [fill="black"] { fill: var(--cg-ink); }
.cg-drawing [fill="white"] { fill: var(--cg-paper); }
.cg-drawing .node text:first-of-type { font-weight: bold; }
"""
        + "".join(f".cg-drawing .node text[fill='{ink}'] {{ {readable(ink)} {rule} }}\n" for ink, rule in INKS.items())
    )


def readable(colour: str) -> str:
    """The rule for a colour of letters: nearer to the ink of the theme, so that it can be read on its paper."""
    return f"fill: color-mix(in srgb, {colour} 65%, var(--cg-ink));"


def _colours(ink: str, paper: str) -> str:
    return f".cg-drawing {{ --cg-ink: {ink}; --cg-paper: {paper}; }}"


def border(node: Value, is_output: bool, is_parameter: bool) -> dict[str, str]:
    """The line round a box: green of an output, bold of a leaf, violet of a parameter, dashed of a plain number."""
    if is_output:
        return {"penwidth": "2", "color": OUTPUT}
    if node.operation is constant:
        return {"style": "filled,rounded,dashed", "color": FAINT}
    return {} if node.parents else {"penwidth": "2"} | ({"color": PARAMETER} if is_parameter else {})
