"""What is computed, in symbols and in words: formulas, and explanations by the chain rule.

Read `algebra.py` first: a `Formula` is made from names by arithmetic. `simplify.py` has the laws by which it is made
shorter, `writing.py` and `notation.py` how it is written as text and as LaTeX. `naming.py` has what every value is
called, `derivative_names.py` what stands for a derivative. `reading.py` feeds formulas to the table's rules and reads a
graph as one. For `explain`, `chain_rule.py` finds what there is to say, and `explanation.py` says it, in the lines of
`lines.py`. `html.py` is how a notebook shows a Value.
"""

from autograd.formulas.algebra import Formula, FormulaError, write
from autograd.formulas.derivative_names import derivative_symbol, edge_symbol, named_by_number, number_of, slot
from autograd.formulas.explanation import ChainRuleExplanation, Explanation, explain
from autograd.formulas.html import value_html
from autograd.formulas.naming import ParameterName, is_plain, named, names, parameter_names
from autograd.formulas.notation import bracketed, digits_shown, in_digits, label_latex, number_latex, number_text
from autograd.formulas.reading import computed, computed_forms, derivative_formulas, equation_text, formula

__all__ = [
    "ChainRuleExplanation",
    "Explanation",
    "Formula",
    "FormulaError",
    "ParameterName",
    "bracketed",
    "computed",
    "computed_forms",
    "derivative_formulas",
    "derivative_symbol",
    "digits_shown",
    "edge_symbol",
    "equation_text",
    "explain",
    "formula",
    "in_digits",
    "is_plain",
    "label_latex",
    "named",
    "named_by_number",
    "names",
    "number_latex",
    "number_of",
    "number_text",
    "parameter_names",
    "slot",
    "value_html",
    "write",
]
