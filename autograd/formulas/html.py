"""How a notebook shows a Value: its equation, its number and its gradient, as HTML that takes its page's colours.

The equation is of this node and its parents alone, so a large graph is never walked.
"""

from contextlib import suppress
from html import escape
from typing import Any

from autograd.formulas.algebra import Formula, FormulaError, write
from autograd.formulas.lines import MOST_FACTORS, readable
from autograd.formulas.naming import plain_number
from autograd.formulas.notation import label_text, number_text
from autograd.value import Value

NO_GRADIENT = "backward() has not reached it, or the gradient is 0"


def value_html(value: Value) -> str:
    """A line with the equation, the number, and the gradient or a dash.

    >>> a, b = Value(2.0, "a"), Value(-3.0, "b")
    >>> print(value_html(a * b))
    <span style='...'>a · b = <b title='-6.0'>−6</b> &#8195; gradient <b title='...'>–</b></span>
    """
    sides = [escape(side) for side in (label_text(value.label), _computed(value)) if side]
    gradient = _number(value.grad) if value.grad else f"<b title='{escape(NO_GRADIENT)}'>–</b>"
    text = " = ".join([*sides, _number(value.data)])
    return f"<span style='font-family:ui-monospace,monospace'>{text} &#8195; gradient {gradient}</span>"


def _computed(value: Value) -> str:
    """What a node computes of its parents: by their labels, else by their numbers; "" for a leaf."""
    if not value.parents or value.operation is None:
        return ""
    if len(value.parents) <= MOST_FACTORS:
        with suppress(FormulaError, TypeError, ValueError, AttributeError):  # in .data anything may have been put
            inputs = [Formula(label_text(p.label), p.data) if p.label else plain_number(p) for p in value.parents]
            for formula in readable([write(value.operation, inputs)]):
                return formula.text
    return f"{value.operation.name} of {len(value.parents):,} values"


def _number(x: Any) -> str:
    """A number in four digits, with all of them in the tooltip; whatever else was put there as it is."""
    try:
        text = number_text(float(x))
    except (TypeError, ValueError):
        text = f"{x!r:.40}"
    return f"<b title='{escape(repr(x)[:40])}'>{escape(text)}</b>"
