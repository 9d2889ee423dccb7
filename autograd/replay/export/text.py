"""The text of a program: functions of arrays, with names, from the lines that `instructions.py` writes."""

import ast
import re
import textwrap
from collections import Counter
from collections.abc import Iterable

from autograd.replay.export.arrays import Labels, name_for
from autograd.replay.export.instructions import Export
from autograd.replay.export.lines import Line, tidied
from autograd.replay.export.vocabularies import NUMPY, TORCH, Vocabulary
from autograd.replay.grouping import Grouping
from autograd.replay.recording import Recording

UNNAMED = re.compile(r"d?_((\d+)(t\d*)?)$")  # an array that has no name yet, its gradient, and a part of an expression
TAKEN = ("X", "parameters", "gradient", "np", "torch", "math", "part", "len")
WIDTH = 110  # of a line of the text
MANY = 12  # labels, which are no longer listed
OF_TENSORS = {"where", "maximum", "minimum", "hypot", "arctan2", "logaddexp"}  # functions of torch that take no numbers
SIGNATURES = {
    "unpack": ("parameters", "The parameters by name, as views."),
    "program": ("X, parameters", "The outputs for each row of X: (batch, {outputs})."),
    "value_and_grad": (
        "X, parameters",
        "The mean of the first output over the batch, and its gradient toward the parameters.",
    ),
}


def text_of(recording: Recording, grouping: Grouping, labels: Labels, words: Vocabulary) -> str:
    """The source of a program: for NumPy its outputs and its gradient, for torch its outputs."""
    export = Export(recording, grouping, labels, words)
    bodies = bodies_of(export)
    constants = [Line(name, source) for source, name in export.constants.items()]
    everything = [*constants, *(line for body in bodies.values() for line in body)]
    names = names_for(export, everything, {*TAKEN, *words.functions, *bodies, *export.constants.values()})
    spelling = Spelling(names, words)
    for line in everything:
        line.target, line.tree = names.get(line.target, line.target), spelling.visit(line.tree)
    used = {name for body in bodies.values() for line in body for name in re.findall(r"\w+", str(line))}
    imports = ["import math"] * ("erf" in used) + [words.imports]
    parts = [f'"""{heading(labels, words)}"""\n\n' + "\n".join(imports)]
    parts[0] += "\n\n" * bool(constants) + "\n".join(map(wrapped, constants))
    parts += [source.strip() for name, source in words.functions.items() if name in used]
    for name, body in bodies.items():
        arguments, doc = SIGNATURES[name]
        rows = [wrapped(line, "    ", "return " * (line is body[-1])) for line in body]
        doc = doc.format(outputs=len(labels.outputs))
        parts.append("\n".join([f"def {name}({arguments}):", f'    """{doc}"""', *rows]))
    return "\n\n\n".join(parts) + "\n"


def bodies_of(export: Export) -> dict[str, list[Line]]:
    """The lines of each function; the last is what it returns."""
    lines = {line.target: line for line in export.lines}
    views = ", ".join(view.name for view in export.views())
    unpacked = [lines.pop(view.name) for view in export.views()]
    bodies = {"program": tidied(lines.values(), export.result)}
    if export.words is NUMPY:
        y = export.full(export.first_output, export.first_output.shape or (1,))
        bodies["value_and_grad"] = tidied([*lines.values(), *export.backward()], f"({y}).mean(), gradient")
    if not views:
        return bodies
    for body in bodies.values():
        body.insert(0, Line("", f"{views} = unpack(parameters)"))
    return {"unpack": [*unpacked, Line("", views)], **bodies}


def heading(labels: Labels, words: Vocabulary) -> str:
    """What the program takes."""
    what, array = (
        ("outputs and gradient", "an array") if words is NUMPY else ("outputs, for torch to differentiate", "a tensor")
    )
    rows = [f"A program that chaingrad recorded: its {what}.", ""]
    for name, shape, each in (("X", "batch, {}", labels.inputs), ("parameters", "{},", labels.parameters)):
        named = [label for label in each if name_for([label])]
        listed = f": {', '.join(named)}" if 0 < len(named) == len(each) <= MANY else ""
        rows.append(f"- {name}: {array} ({shape.format(len(each))}){listed}")
    return "\n".join(rows) + "\n"


def wrapped(line: Line, indent: str = "", before: str = "") -> str:
    """The text of a line, in brackets over several lines if it is long."""
    text = before + str(line)
    if len(indent + text + line.note) <= WIDTH:
        return indent + text + line.note
    start, value, end = "", text, ""
    if isinstance(line.tree, ast.Assign):  # of many names
        value, end = text.split(" = ")[0], " = " + text.split(" = ")[1]
    elif found := re.match(r"return |\S+ = |\S+(\[.{,60}?\])? \+= ", text):
        start, value = found[0], text[found.end() :]
    inner = textwrap.wrap(value, WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n".join([f"{indent}{start}(", *(f"{indent}    {row}" for row in inner), f"{indent}){end}{line.note}"])


def names_for(export: Export, lines: Iterable[Line], taken: set[str]) -> dict[str, str]:
    """A name for all that is computed, by what it is, counted where there are several of a kind."""
    nouns = {array.name: array.noun for array in export.arrays}
    matches = [UNNAMED.match(name) for line in lines for name in (line.target, *line.names)]
    found = sorted({(int(match[2]), match[1]) for match in matches if match})
    counts = Counter(nouns.get(f"_{name}", "t") for _, name in found)
    seen, names = Counter[str](), dict[str, str]()
    for _, unnamed in found:
        noun = nouns.get(f"_{unnamed}", "t")
        name = gradient = "X"
        while name in taken or gradient in taken:
            seen[noun] += 1
            name = f"{noun}{seen[noun]}" if counts[noun] > 1 or seen[noun] > 1 else noun
            gradient = f"d{name}" if len(name) < 4 else f"d_{name}"
        taken |= {name, gradient}
        names |= {f"_{unnamed}": name, f"d_{unnamed}": gradient}
    return names


class Spelling(ast.NodeTransformer):
    """Names as they shall be, and calls as the library wants them."""

    def __init__(self, names: dict[str, str], words: Vocabulary) -> None:
        self.names, self.words = names, words

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in ("inf", "nan"):
            return ast.Attribute(ast.Name(self.words.module), node.id)
        return ast.Name(self.names.get(node.id, node.id))

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """A truth value · 1.0 in torch would be a number of 32 bits."""
        self.generic_visit(node)
        if self.words is TORCH and isinstance(node.left, ast.Compare) and ast.unparse(node.right) == "1.0":
            return ast.Call(ast.Attribute(node.left, "to"), [ast.Name("X")], [])
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A condition is a truth value; and functions of torch are given tensors."""
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name == "where":
            condition = node.args[0]
            if isinstance(condition, ast.BinOp) and isinstance(condition.left, ast.Compare):
                condition = condition.left  # a truth value · 1.0
            if self.words is TORCH and not isinstance(condition, ast.Compare):
                condition = ast.Compare(condition, [ast.NotEq()], [ast.Constant(0)])
            node.args[0] = condition
        self.generic_visit(node)
        if self.words is TORCH and name in OF_TENSORS:
            node.args = [as_tensor(x) for x in node.args]
        return node


def as_tensor(x: ast.expr) -> ast.expr:
    """A plain number as a tensor of X's kind."""
    is_number = isinstance(x.operand if isinstance(x, ast.UnaryOp) else x, ast.Constant)
    return ast.Call(ast.Attribute(ast.Name("X"), "new_tensor"), [x], []) if is_number else x
