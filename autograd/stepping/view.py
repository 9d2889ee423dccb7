"""The stepping view: one piece of HTML that needs nothing else, in a notebook or in a file of its own.

Without its script it is a still picture and a table of all steps: that is what an untrusted notebook shows. The scripts
make the buttons, the equation, the tables and the sliders. They get the graph as `templates.py` says, write numbers as
Python does, and put every text in as text, so that no label is ever markup.
"""

import json
import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

from autograd.stepping.javascript import Rows
from autograd.stepping.picture import picture
from autograd.stepping.templates import view_data
from autograd.stepping.wording import ENDS, MOST_STEPS, STALE, Table, Wording, tables

SCRIPTS = "numbers.js", "parts.js", "picture.js", "tables.js", "leaves.js", "start.js"
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
    rows = Rows()
    data = view_data(wording, rows)
    # From the content, so that a notebook that is run again is the same to the byte.
    data["id"] = sha256((still + _literal(data)).encode()).hexdigest()[:16]
    code = "\n".join([*map(_asset, SCRIPTS), f"start({_literal(data)}, {rows.source});"])
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
    """A file beside this one, without its indents, comments and empty lines: every page has it."""
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return re.sub(r"""^\s*//.*\n|^\s+| // [^"'`\n]*$""", "", text, flags=re.MULTILINE)


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
