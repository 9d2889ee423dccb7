"""The command line: `python -m autograd EXPRESSION name=value …` prints an expression's value, steps and gradients."""

import argparse
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from subprocess import SubprocessError
from textwrap import fill
from typing import NoReturn

from autograd.backprop import topological_order
from autograd.expressions import CONSTANTS, FUNCTIONS, evaluate
from autograd.formulas import Formula, FormulaError, explain, formula, label_latex, number_latex, number_text
from autograd.operations import constant
from autograd.pictures import draw
from autograd.stepping import step_through
from autograd.tables import printable
from autograd.value import Value, as_value

DESCRIPTION = "Print the value of an expression, how it is computed, and its gradients by the chain rule."

EXAMPLES = f"""\
examples:
  python -m autograd "tanh(a*b + c)" a=2 b=-3 c=6.5
  python -m autograd "(x - 1)**2 + maximum(x*y, 0)" x=3 y=-1 --steps
  python -m autograd "dot([w1, w2], [x1, x2])" w1=0.5 w2=-1 x1=2 x2=3 --svg neuron.svg
  python -m autograd "a*b + sin(a)" a=0.5 b=-3 --html steps.html
  python -m autograd "where(x > 0, log(x), 0)" x=2 --latex

an expression has numbers, variables, + - * / ** ( ), comparisons (1 or 0), {", ".join(CONSTANTS)}, and the functions
{fill(", ".join(FUNCTIONS), initial_indent="  ", subsequent_indent="  ")}"""


class UsageError(ValueError):
    """The arguments are not what they must be; the message says which and what they should be."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; `python -m autograd --help` shows examples")


def save_svg(output: Value, path: str) -> None:
    """Write the picture of the graph."""
    Path(path).write_text(draw(output).pipe(format="svg", encoding="utf-8"), encoding="utf-8")


def save_html(output: Value, path: str) -> None:
    """Write the stepping view."""
    step_through(output).save(path)


# The options that write a file: what each writes, and its help.
FILES: dict[str, tuple[Callable[[Value, str], None], str]] = {
    "svg": (save_svg, "write a picture of the graph"),
    "html": (save_html, "write the stepping view: a page that opens in any browser"),
}


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
    try:
        _run(_options(sys.argv[1:] if arguments is None else arguments))
    except (ValueError, OSError, RuntimeError, SubprocessError) as error:  # the latter two from drawing
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


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
    for name, (_, what) in FILES.items():
        parser.add_argument(f"--{name}", metavar="FILE", help=what)
    # A space keeps an expression such as -a*b from being taken for an option.
    spaced = [f" {a}" if a.startswith("-") and not a.startswith("--") and a != "-h" else a for a in arguments]
    return parser.parse_intermixed_args(spaced)


def _run(options: argparse.Namespace) -> None:
    variables = _variables(options.values)
    output = as_value(evaluate(options.expression, variables))
    order = topological_order(output)
    unused = variables.keys() - {v.label for v in order}
    if unused:
        raise UsageError(f"{min(unused)} is given a value and does not occur in the expression")
    whole = Formula(options.expression.strip(), output.data)
    if output.operation is not constant:
        with suppress(FormulaError):  # where it is longer than is written out, the expression stands for it
            whole = formula(output)
    _name_results(order, variables)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # an infinite output is seen as it is
        output.backward()
    for line in _latex(whole, output, variables) if options.latex else _text(whole, output, variables):
        print(printable(line))
    if options.steps:
        print(f"\n{step_through(output)}")
    for name, (save, _) in FILES.items():
        path = getattr(options, name)
        if path is not None:
            save(output, path)


def _variables(assignments: Sequence[str]) -> dict[str, Value]:
    variables: dict[str, Value] = {}
    for assignment in assignments:
        name, equals, number = (part.strip() for part in assignment.partition("="))
        if not (equals and name.isidentifier()):
            raise UsageError(f"{assignment!r} gives no variable a value: write it as in a=2")
        if name in variables:
            raise UsageError(f"{name} is given a value twice")
        try:
            variables[name] = Value(float(number), name)
        except ValueError:
            raise UsageError(f"{number!r} is no number: give {name} one, as in {name}=2") from None
    return variables


def _name_results(order: Sequence[Value], variables: Iterable[str]) -> None:
    """Label the output y and the results on the way v1, v2, …, so that text and picture call them the same."""
    taken = set(variables)
    numbers = (name for i in count(1) if (name := f"v{i}") not in taken)
    for node in order:
        if node.parents:
            node.label = "y" if node is order[-1] and "y" not in taken else next(numbers)


def _text(whole: Formula, output: Value, variables: Mapping[str, Value]) -> Iterator[str]:
    """The value, each result with its rule, and each gradient with its paths."""
    name = f"{output.label} = " if output.parents else ""
    yield f"{name}{whole} = {number_text(output.data)}"
    for node in topological_order(output):
        if node.parents:
            yield ""
            yield explain(node).text
    for v in variables.values():
        yield ""
        yield from (line.text for line in explain(output, v).chain)


def _latex(whole: Formula, output: Value, variables: Mapping[str, Value]) -> Iterator[str]:
    """The value and each gradient's explanation, a formula a line."""
    name = f"{label_latex(output.label)} = " if output.parents else ""
    yield f"{name}{whole.latex} = {number_latex(number_text(output.data))}"
    for v in variables.values():
        yield explain(output, v).latex


if __name__ == "__main__":
    sys.exit(main())
