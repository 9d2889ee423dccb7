"""What is computed, in symbols and in words: formulas, and explanations by the chain rule.

Read `algebra.py` first: a `Formula` is made from names by arithmetic. `simplify.py` has the laws by which it is made
shorter, `writing.py` and `notation.py` how it is written as text and as LaTeX, `names.py` what stands in it for a node.
`reading.py` feeds formulas to the table's rules and reads a graph as one. For `explain`, `chain_rule.py` finds what
there is to say, and `explanation.py` says it, in the lines of `lines.py`. `html.py` is how a notebook shows a Value.
"""

from autograd.formulas.algebra import Formula, FormulaError, write
from autograd.formulas.explanation import ChainRuleExplanation, Explanation, explain
from autograd.formulas.html import value_html
from autograd.formulas.names import derivative_symbol, name_nodes, named_by_number
from autograd.formulas.notation import digits_shown, in_digits, label_latex, label_text, number_latex, number_text
from autograd.formulas.reading import derivative_formulas, formula

__all__ = [
    "ChainRuleExplanation",
    "Explanation",
    "Formula",
    "FormulaError",
    "derivative_formulas",
    "derivative_symbol",
    "digits_shown",
    "explain",
    "formula",
    "in_digits",
    "label_latex",
    "label_text",
    "name_nodes",
    "named_by_number",
    "number_latex",
    "number_text",
    "value_html",
    "write",
]
