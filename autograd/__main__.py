"""The command line: `python -m autograd EXPRESSION name=value …` prints an expression's value, steps and gradients.

The console script `chaingrad` is the same; `chaingrad course` copies the course's notebooks.
"""

import argparse
import re
import sys
import warnings
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from subprocess import SubprocessError
from textwrap import fill
from typing import NoReturn

from autograd.backprop import topological_order
from autograd.course import copy_course
from autograd.expressions import CONSTANTS, FUNCTIONS, ExpressionError, evaluate
from autograd.formulas import (
    Formula,
    FormulaError,
    digits_shown,
    explain,
    formula,
    in_digits,
    label_latex,
    names,
    number_latex,
    number_text,
)
from autograd.operations import constant
from autograd.pictures import draw
from autograd.spelling import decimal_comma
from autograd.stepping import step_through
from autograd.tables import printable
from autograd.value import Value, as_value

DESCRIPTION = "Print the value of an expression, how it is computed, and its gradients by the chain rule."

EXAMPLES = f"""\
examples (`chaingrad` is the same as `python -m autograd`):
  python -m autograd "tanh(a*b + c)" a=2 b=-3 c=6.5
  python -m autograd "(x - 1)**2 + maximum(x*y, 0)" x=3 y=-1 --steps
  python -m autograd "dot([w1, w2], [x1, x2])" w1=0.5 w2=-1 x1=2 x2=3 --svg neuron.svg
  python -m autograd "a*b + sin(a)" a=0.5 b=-3 --html steps.html
  python -m autograd "where(x > 0, log(x), 0)" x=2 --latex
  python -m autograd course backprop      copies the course's notebooks into the folder backprop

an expression has numbers, variables, + - * / ** ( ), comparisons (1 or 0), {", ".join(CONSTANTS)}, and the functions
{fill(", ".join(FUNCTIONS), initial_indent="  ", subsequent_indent="  ")}"""


class UsageError(ValueError):
    """The arguments are not what they must be; the message says which and what they should be."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; `python -m autograd --help` shows examples")


# The options that write a file, and their help.
FILES = {
    "svg": "write a picture of the graph",
    "png": "write it as png",
    "pdf": "write it as pdf, which needs Graphviz on this computer",
    "html": "write the stepping view: a page that opens in any browser",
    "slides": "write the steps as pages: a .pdf, which needs matplotlib, or numbered .svg",
}
DIGITS = range(1, 18)


def save(output: Value, kind: str, path: str, style: str) -> None:
    """Write the file of an option: the picture in that format, the stepping view or its pages."""
    if kind in ("html", "slides"):
        step_through(output).save(path, style=style if kind == "slides" else "boxes")
    else:
        Path(path).write_bytes(draw(output, style=style, digits=digits_shown()).pipe(format=kind))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status: 0, or 2 after a message on what is wrong.

    >>> main(["2*a", "a=3"])
    y = 2 · a = 6
    <BLANKLINE>
    y = 2 · a = 2 · 3 = 6
        ∂y/∂a = 2
    <BLANKLINE>
    dy/da = 2: one path leads from a to y
    a → y
        ∂y/∂a = 2
    0
    """
    given = sys.argv[1:] if arguments is None else arguments
    try:
        if given and given[0] == "course" and not any("=" in argument for argument in given[1:]):
            _copy(*given[1:])
        else:
            _run(_options(given))
    except (ValueError, OSError, ImportError, RuntimeError, SubprocessError) as error:  # the latter three from drawing
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _copy(folder: str = "course", *more: str) -> None:
    """Copy the course, and say how to open it."""
    if more or folder.startswith("-"):
        raise UsageError("course takes the name of a folder, as in `chaingrad course backprop`")
    first = copy_course(Path(folder))
    print(f"The course is in {folder}. To open it: jupyter lab {first}")
    print('Jupyter and matplotlib come with pip install "chaingrad[notebooks]"')


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    if not arguments:
        raise UsageError("there is no expression; `python -m autograd --help` shows examples")
    parser = _Parser(
        prog="python -m autograd",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("expression", help='such as "tanh(a*b + c)", in quotes')
    parser.add_argument("values", nargs="*", metavar="name=value", help="the number of each variable")
    parser.add_argument("--steps", action="store_true", help="print each step of the forward and the backward pass")
    parser.add_argument("--latex", action="store_true", help="print LaTeX instead of text")
    parser.add_argument("--digits", type=int, default=4, metavar="N", help="write numbers with N digits instead of 4")
    parser.add_argument("--style", choices=("boxes", "circuit"), default="boxes", help="of pictures and slides")
    for name, what in FILES.items():
        parser.add_argument(f"--{name}", metavar="FILE", help=what)
    # A space keeps an expression such as -a*b from being taken for an option.
    spaced = [f" {a}" if a.startswith("-") and not a.startswith("--") and a != "-h" else a for a in arguments]
    options = parser.parse_intermixed_args(spaced)
    if options.digits not in DIGITS:
        raise UsageError(f"--digits is a whole number from 1 to 17, not {options.digits}")
    return options


def _run(options: argparse.Namespace) -> None:
    variables = _variables(options.values)
    name, expression = _named(options.expression, variables)
    output = as_value(evaluate(expression, variables))
    order = topological_order(output)
    unused = variables.keys() - {v.label for v in order}
    if unused:
        raise UsageError(f"{min(unused)} is given a value and does not occur in the expression")
    whole = Formula(expression.strip(), output.data)
    if output.operation is not constant:
        with suppress(FormulaError):  # where it is longer than is written out, the expression stands for it
            whole = formula(output)
    if name and output.parents:
        output.label = name
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # an infinite output is seen as it is
        output.backward()
    with in_digits(options.digits):
        for line in _latex(whole, output, variables) if options.latex else _text(whole, output, variables):
            print(printable(line))
        if options.steps:
            print(f"\n{step_through(output)}")
        for kind in FILES:
            path = getattr(options, kind)
            if path is not None:
                save(output, kind, path, options.style)


def _variables(assignments: Sequence[str]) -> dict[str, Value]:
    variables: dict[str, Value] = {}
    for assignment in assignments:
        name, equals, number = (part.strip() for part in assignment.partition("="))
        if not (equals and name.isidentifier()):
            raise UsageError(f"{assignment!r} gives no variable a value: write it as in a=2")
        if name in variables:
            raise UsageError(f"{name} is given a value twice")
        variables[name] = Value(_number(name, number), name)
    return variables


def _number(name: str, text: str) -> float:
    """A number, or what numbers alone come to: 1/3, pi/2."""
    with suppress(ValueError):
        return float(text)
    try:
        return float(evaluate(text, {}))
    except ExpressionError:
        hint = decimal_comma(text) or f"give {name} one"
        raise UsageError(f"{text!r} is no number: {hint}, as in {name}=2") from None


def _named(text: str, variables: Container[str]) -> tuple[str, str]:
    """The name that an expression gives its result, as in y = a*b or f(a) = 2*a, else "", and the expression itself."""
    found = re.fullmatch(r"\s*([^\W\d]\w*)\s*(?:\([\w\s,]*\)\s*)?=(?!=)(.*)", text, re.DOTALL)
    if not found:
        return "", text
    name, expression = found.groups()
    if name in variables:
        raise UsageError(f"{name} is given a value, so the result needs another name than {name}")
    if re.fullmatch(r"\s*[-+]?[\d.]+\s*", expression):
        raise UsageError(f"there is no expression: {text.strip()} only gives {name} a value")
    return name, expression


def _text(whole: Formula, output: Value, variables: Mapping[str, Value]) -> Iterator[str]:
    """The whole story: the value, each result with its rule, and each gradient with its paths."""
    if output.parents:
        yield explain(output).text
    else:
        yield f"{whole} = {number_text(output.data)}"
        yield from (f"\n{explain(output, v)}" for v in variables.values())


def _latex(whole: Formula, output: Value, variables: Mapping[str, Value]) -> Iterator[str]:
    """The value and each gradient's explanation, a formula a line."""
    name = f"{label_latex(names(output)[output])} = " if output.parents else ""
    yield f"{name}{whole.latex} = {number_latex(number_text(output.data))}"
    for v in variables.values():
        yield explain(output, v).latex


if __name__ == "__main__":
    sys.exit(main())
