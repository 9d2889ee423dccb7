"""What is computed, in symbols and in words: formulas, and explanations by the chain rule.

Read `reading.py` first: a `Formula` is what the table's rules give when they are read on names. `simplify.py` has the
laws by which it is made shorter, `writing.py` and `notation.py` how it is written as text and as LaTeX, and
`explanation.py` what `explain` says of a graph.
"""

from autograd.formulas.explanation import ChainRule, Explanation, explain
from autograd.formulas.notation import label_latex, label_text, number_latex, number_text
from autograd.formulas.reading import (
    Formula,
    FormulaError,
    derivative_formulas,
    derivative_symbol,
    formula,
    name_nodes,
    named_by_number,
    write,
)

__all__ = [
    "ChainRule",
    "Explanation",
    "Formula",
    "FormulaError",
    "derivative_formulas",
    "derivative_symbol",
    "explain",
    "formula",
    "label_latex",
    "label_text",
    "name_nodes",
    "named_by_number",
    "number_latex",
    "number_text",
    "write",
]
