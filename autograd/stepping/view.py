"""The stepping view: one piece of HTML that needs nothing else, in a notebook or in a file of its own.

Without its script it is a still picture and a table of all steps: that is what an untrusted notebook shows. The script,
`start.js` and `parts.js`, makes the buttons, the equation and the tables. It gets every text ready to be
shown, so that a number has the same digits wherever it stands, and puts it in as text, so that no label is ever markup.
"""

import json
from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

from autograd.floats import FLOAT_ERRORS
from autograd.formulas import number_text
from autograd.graphs import is_whole_graph, reached_from, values_at
from autograd.operations import constant, own
from autograd.stepping.picture import picture
from autograd.stepping.wording import ENDS, MOST_STEPS, STALE, Table, Wording, tables
from autograd.value import Value

NUDGES = (0.1, 0.01, 0.001, -0.001, -0.01, -0.1)
UNTRUSTED = "Buttons to go step by step appear here once the notebook is trusted and the page's scripts may run."


def document(wording: Wording) -> str:
    """The view as a whole page."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(_title(wording))}</title>\n</head>\n<body>\n{fragment(wording)}</body>\n</html>\n"
    )


def fragment(wording: Wording) -> str:
    """The view as a piece of a page that may hold others."""
    if len(wording.shown) > MOST_STEPS:
        return _element(wording, _paragraph(_too_long(wording)) + _tables(wording, " open")) + _style()
    image, reason = _image(wording)
    notes = [note for note in (reason, STALE if wording.is_stale else "") if note]
    still = image + "".join(map(_paragraph, notes)) + f"<p data-bp-untrusted>{UNTRUSTED}</p>" + _tables(wording)
    data = view_data(wording)
    # From the content, so that a notebook that is run again is the same to the byte.
    data["id"] = sha256((still + _literal(data)).encode()).hexdigest()[:16]
    code = f"{_asset('parts.js')}\n{_asset('start.js')}\nstart({_literal(data)});"
    script = f'<script>\n(() => {{\n"use strict";\n{code}\n}})();\n</script>\n'
    return _element(wording, still, data["id"]) + _style() + script


def _title(wording: Wording) -> str:
    return f"Backpropagation of {wording.names[wording.output].text}, step by step"


def _element(wording: Wording, content: str, identity: str = "") -> str:
    """The view's own element. JupyterLab is asked to leave keys to it."""
    keys = f' data-bp="{identity}" tabindex="0" data-lm-suppress-shortcuts="true"' if identity else ""
    return f'<div class="cg-steps"{keys} role="group" aria-label="{escape(_title(wording))}">\n{content}</div>\n'


def _style() -> str:
    return f"<style>\n{_asset('view.css')}</style>\n"


@cache
def _asset(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _literal(data: Any) -> str:
    """Data as a JavaScript literal (nan and infinity are names there) that cannot end the script that it stands in."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", r"\u003c")


# ---- what is shown without the script


def _too_long(wording: Wording) -> str:
    return (
        f"This pass has {len(wording.shown):,} steps, more than the {MOST_STEPS} that are shown one by one: below "
        f"are the first and the last {ENDS}. Step through a smaller part, as in step_through(inner) for a value inside "
        "the graph, or through all of them in a loop: for step in step_through(output)."
    )


def _image(wording: Wording) -> tuple[str, str]:
    """The picture as an image, which notebooks show even where they trust nothing else; or why there is none."""
    svg, reason = picture(wording)
    if reason:
        return "", f"The steps are shown without a picture: {reason}"
    about = f"The graph of {wording.names[wording.output].text} with all gradients"
    return f'<img alt="{escape(about)}" src="data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}">\n', ""


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>\n"


def _tables(wording: Wording, is_open: str = "") -> str:
    parts = "".join(map(_table, tables(wording)))
    return f"<details{is_open}><summary>The steps as a table</summary>\n{parts}</details>\n"


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{column}</th>' for column in table.columns)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>\n" for row in table.rows)
    caption = f"<caption>{escape(table.caption)}</caption>"
    return f"<table>{caption}\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table>\n"


# ---- what the script is given


def view_data(wording: Wording) -> dict[str, Any]:
    """The texts and numbers of both passes. A node is named by its place in `wording.nodes`."""
    numbers = {node: i for i, node in enumerate(wording.nodes)}
    uses = {step.parent: step.uses for step in wording.backward}
    return {
        "output": numbers[wording.output],
        "result": _long(wording.output.data),
        "nodes": [_node(wording, node, uses.get(node, 0)) for node in wording.nodes],
        "forward": [
            {
                "node": numbers[step.node],
                "parents": [numbers[parent] for parent in step.node.parents if parent in numbers],
                "rule": wording.definition(step.node),
                "numbers": wording.evaluation(step),
                "number": step.value,
                "note": " as recorded" if step.is_stale else "",
            }
            for step in wording.forward
        ],
        "backward": [
            {
                "child": numbers[step.child],
                "parent": numbers[step.parent],
                "position": step.position,
                "symbol": wording.local(step),
                "formula": " = ".join(wording.formulas(step)),
                "local": number_text(step.local_derivative),
                "slope": step.local_derivative,
                "share": step.contribution,
                "after": number_text(step.after),
                "number": step.after,
            }
            for step in wording.shown
        ],
        "sizes": [number_text(h) for h in NUDGES],
        "nudges": [] if wording.is_stale else [*_nudges(wording, numbers)],
    }


def _node(wording: Wording, node: Value, uses: int) -> dict[str, Any]:
    return {
        "name": wording.names[node].text,
        "definition": wording.definition(node) if node.parents else "",
        "data": number_text(node.data),
        "gradient": wording.gradient(node),
        "arity": 0 if is_whole_graph(node) else len(node.parents),
        "uses": uses,
    }


def _nudges(wording: Wording, numbers: dict[Value, int]) -> Iterator[dict[str, Any]]:
    """For each leaf that is no constant, and each h: the leaf at a + h, the output there, and its change over h.

    A leaf that a node without a rule depends on is left out.
    """
    order = [step.node for step in wording.forward]
    before = wording.output.data
    for leaf in wording.nodes:
        if not leaf.parents and leaf.operation is not constant:
            reached = reached_from([leaf], order)
            changing = [node for node in order if node in reached]
            if any(node.operation is own for node in changing):
                continue
            results = []
            for h in NUDGES:
                after = _output_at(wording.output, leaf, leaf.data + h, changing)
                results.append([_long(leaf.data + h), _long(after), number_text((after - before) / h)])
            yield {"node": numbers[leaf], "results": results}


def _output_at(output: Value, leaf: Value, number: float, changing: list[Value]) -> float:
    try:
        return values_at({leaf: number}, changing).get(output, output.data)
    except FLOAT_ERRORS:  # of a user's operation outside its domain
        return float("nan")


def _long(x: float) -> str:
    """A number with as many digits as the change over the smallest nudge needs."""
    return f"{x:.8g}".replace("-", "−").replace("inf", "∞")
