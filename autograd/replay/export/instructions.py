"""A program in words of NumPy or torch, instruction by instruction: what `text.py` makes a text of.

Each instruction becomes a line on arrays whose first axis is the batch: `h = tanh(X @ W.T + b)`. For NumPy each also
says what comes to the gradients of its operands, given its own; in the reverse order these are the backward pass.
"""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from autograd.operation import Operation
from autograd.operations import OPERATIONS
from autograd.replay.export.arrays import Labels, Operand, Text, name_for
from autograd.replay.export.folding import Folds
from autograd.replay.export.lines import Line
from autograd.replay.export.places import BATCH, WHOLE, Place, Shape
from autograd.replay.export.vocabularies import NUMPY, Vocabulary, word_for
from autograd.replay.folding import LargestOf, LogSumExp, OfMany, PairedDots, Sum
from autograd.replay.grouping import Grouping
from autograd.replay.instructions import Elementwise, Product
from autograd.replay.layout import Access, regular_shape
from autograd.replay.recording import Recording
from autograd.replay.selecting import LogLoss, Selection
from autograd.replay.symbols import Symbol, Writer, names_in, on_arrays, without_unit

NOUNS = {
    **dict.fromkeys(("tanh", "sigmoid", "relu", "leaky_relu", "elu", "softplus", "silu", "gelu"), "h"),
    **dict.fromkeys(("add", "sum"), "total"),
    **{"subtract": "difference", "multiply": "product", "divide": "ratio", "exp": "powers"},  # noqa: PIE800
}


class Export(Folds):
    """The lines that compute a program's outputs, `lines`, and those of its gradient, `backward()`."""

    def __init__(self, recording: Recording, grouping: Grouping, labels: Labels, words: Vocabulary) -> None:
        super().__init__(grouping, labels, words)
        for instruction in grouping.instructions:
            WRITERS[type(instruction)](self, instruction)
        runs = [[*run] for _, run in groupby(recording.outputs, key=lambda node: node.kind)]
        outputs = [self.full(self.operand(Access.of(run, (len(run),))), (BATCH, len(run))) for run in runs]
        self.result = outputs[0] if len(outputs) == 1 else self.joined_text(outputs)
        self.first_output = self.operand(Access.of(recording.outputs[:1], ()))
        y = self.first_output.array
        if y is not None and y.noun and y.first_slot is None:
            y.noun = name_for(labels.outputs[:1]) or "y"

    def written(self, operation: Operation, expressions: Sequence[Any], names: dict[str, str]) -> list[str]:
        """Expressions on arrays as text, after lines of what they share."""

        def line(text: str) -> None:
            name, _, source = text.partition(" = ")
            self.lines.append(Line(name, source))

        writer = Writer(lambda f: word_for(f, operation, self.words), line, names, prefix=f"_{next(self.count)}t")
        return [*map(str, writer.calls([*expressions]))]

    def backward(self) -> list[Line]:
        """The lines that compute `gradient`, that of the mean of the first output over the batch."""
        forward, self.lines = self.lines, [Line("gradient", "np.zeros_like(parameters)", stays=True)]
        if views := self.views():
            self.lines.append(Line("", f"{', '.join(f'd{view.name}' for view in views)} = unpack(gradient)"))
        if y := self.first_output.array:
            share = "np.full((len(X), 1), 1 / len(X))" if y.batched else "np.ones(1)"
            y.give(WHOLE, Text(share, y.shape))
        for array in reversed(self.arrays):
            if array.parts:
                array.back(self.gradient(array))
        lines, self.lines = self.lines, forward
        return lines

    def elementwise(self, step: Elementwise) -> None:
        operation, reading = step.operation, step.reading
        operands = [self.operand(x, noun="b" if operation.name == "add" else "w") for x in step.operands]
        names = {f"x{k}": x.source for k, x in enumerate(operands)}
        shapes = {f"x{k}": x.shape for k, x in enumerate(operands)}
        is_row = OPERATIONS.get(operation.name) is operation
        shape = np.broadcast_shapes(*shapes.values())
        template = self.words.row(operation, [x.shape == () for x in operands]) if is_row else ""
        if template:
            source = template.format(*[self.words.input(template, x.source, x.shape == ()) for x in operands])
        else:
            value = on_arrays(reading.value)  # which need not read all operands
            (source,) = self.written(operation, [value], names)
            source = self.full(Text(source, np.broadcast_shapes(*[shapes[x] for x in names_in(value)])), shape)
            if self.words is not NUMPY:
                source = self.with_derivatives(operation, source, operands, names, reading.derivatives)
        nouns = {x.array.noun for x in operands if x.array is not None and x.array.first_slot is None}
        is_shifted = operation.name in ("add", "positive") and nouns <= {"z"}  # by a bias
        noun = "z" if is_shifted else NOUNS.get(operation.name, "v")
        result = self.define(step.result, Text(source, shape), noun, operands)
        names["y"], shapes["y"] = result.name, result.shape

        def back(g: Text) -> None:
            slopes = [without_unit(on_arrays(d)) for d in reading.derivatives]
            passes = [isinstance(d, Symbol) or d != 0 for d in slopes]
            wanted = [k for k, x in enumerate(operands) if x.learns and passes[k]]
            for k, slope in zip(wanted, self.written(operation, [slopes[k] for k in wanted], names), strict=True):
                sign = slopes[k] if not isinstance(slopes[k], Symbol) else 0
                source = {1.0: g.source, -1.0: f"-({g.source})"}.get(sign, f"{g.source} * ({slope})")
                read = np.broadcast_shapes(g.shape, *[shapes[name] for name in names_in(slopes[k])])
                operands[k].give(Text(source, read), result.shape)

        result.back = back

    def with_derivatives(
        self, operation: Operation, source: str, operands: list[Operand], names: dict[str, str], slopes: Sequence[Any]
    ) -> str:
        """A value for torch that has the rule's derivatives."""
        y = f"_{next(self.count)}t"
        self.lines.append(Line(y, source))
        texts = self.written(operation, [*map(on_arrays, slopes)], names | {"y": y})
        pairs = [f"{slope}, {x.source}" for slope, x in zip(texts, operands, strict=True) if x.learns]
        return f"WithDerivatives.apply({', '.join([y, *pairs])})"

    def product(self, step: Product) -> None:
        if not step.batched and np.array_equal(step.left.index.ravel(), step.right.index):  # a sum of squares
            x = self.operand(step.right, 1)
            square = Text(f"({x.source} * {x.source}).sum(axis=-1, keepdims=True)", (1,))
            total = self.define(step.result, square, "total", [x])
            total.back = lambda g: x.give(Text(f"2 * {g.source} * {x.source}", x.shape), x.shape)
            return
        left, right = self.operand(step.left, 2, "W"), self.operand(step.right, 2)
        shape = right.shape[:-1] + left.shape[:1]
        result = self.define(step.result, Text(f"({right.source}) @ {left.source}.T", shape), "z", [left, right])

        def back(g: Text) -> None:
            source = self.full(g, result.shape)
            if step.many and step.batched:
                slope = f"np.einsum('bsr,bsn->rn', {source}, {right.source})"
            elif step.many or step.batched:
                slope = f"({source}).T @ {right.source}"
            else:
                slope = f"np.outer({source}, {right.source})"
            left.give(Text(slope, left.shape), left.shape)
            right.give(Text(f"({source}) @ {left.source}", right.shape), right.shape)

        result.back = back

    def log_loss(self, step: LogLoss) -> None:
        self.choice(step, step.operand, "log_loss({index}, {choices})", "losses", "softmax({choices}) - ({is_chosen})")

    def selection(self, step: Selection) -> None:
        """Rows of a table, found by the index, if the table is the same for all samples."""
        index, choices = step.index, step.choices
        for slots in index.index, choices.index[:, 0]:
            if len(shape := regular_shape(slots)) == 2:
                index, choices = index.reshaped(shape), choices.reshaped((*shape, -1))
                break
        table, i = self.operand(choices, 1, "W"), self.operand(index)
        if table.shape[:1] == (BATCH,) or len(table.shape) > 2:
            self.choice(step, step.choices, self.words.take, "chosen", "({is_chosen})")
            return

        def which(shape: Shape) -> str:
            numbers = self.words.as_index.format(self.full(i, shape))
            return f"{self.words.module}.arange({table.shape[0]}), {numbers}" if len(table.shape) == 2 else numbers

        each = i.shape or (1,)
        shape = np.broadcast_shapes(each, table.shape[:-1])
        text = Text(f"{table.source}[{which(each)}]", shape)
        result = self.define(step.result, text, "chosen", [table], index.index.shape)
        if (rows := table.array) is not None:
            # What is chosen several times by one index gets a gradient for each time.
            there = Place("", which(each if shape == result.shape else result.shape), once=False)
            result.back = lambda g: rows.give(there, Text(self.full(g, result.shape), result.shape))

    def choice(self, step: Any, choices: Access, template: str, noun: str, slope: str) -> None:
        """One of the choices of each sample, and what is computed from it and from all choices."""
        inner, n = step.result.index.shape or (1,), choices.index.shape[-1]
        single = inner == (1,)  # the choices are an axis in its place, else one behind it
        behind, first = ("", "") if single else ("[..., None]", "[..., 0]")
        shape = (BATCH,) * step.varying + inner
        all_of_them = (*shape[:-1], n) if single else (*shape, n)
        x = self.operand(choices.reshaped((n,)) if single else choices, 1)
        words = {"index": self.full(self.operand(step.index), shape) + behind}
        words |= {"choices": self.full(x, all_of_them), "is_chosen": f"{words['index']} == np.arange({n})"}
        words["number"] = self.words.as_index.format(words["index"])
        result = self.define(step.result, Text(template.format(**words) + first, shape), noun, [x])

        def back(g: Text) -> None:
            x.give(Text(f"{self.full(g, shape)}{behind} * ({slope.format(**words)})", all_of_them), all_of_them)

        result.back = back


WRITERS: dict[type, Callable[[Export, Any], None]] = {
    Elementwise: Export.elementwise,
    Product: Export.product,
    Sum: Export.sum,
    LargestOf: Export.largest,
    LogSumExp: Export.logsumexp,
    PairedDots: Export.paired_dots,
    OfMany: Export.of_many,
    LogLoss: Export.log_loss,
    Selection: Export.selection,
}
