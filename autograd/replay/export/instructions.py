"""A program in words of NumPy or torch, instruction by instruction: what `text.py` makes a text of.

Each instruction becomes a line on arrays whose first axis is the batch: `h = tanh(X @ W.T + b)`. For NumPy each also
says what comes to the gradients of its operands, given its own; in the reverse order these are the backward pass.
"""

from collections.abc import Callable, Sequence
from itertools import count, groupby
from typing import Any

import numpy as np

from autograd.operation import Operation
from autograd.operations import OPERATIONS
from autograd.replay.export.arrays import Arrays, Labels, Named, Operand, Text, name_for
from autograd.replay.export.lines import Line
from autograd.replay.export.places import BATCH, WHOLE, Place, Shape
from autograd.replay.export.vocabularies import NUMPY, Vocabulary, word_for
from autograd.replay.folding import LargestOf, LogSumExp, OfMany, OneBehindAnother, PairedDots, Sum
from autograd.replay.grouping import MANY, Grouping
from autograd.replay.instructions import Elementwise, Product
from autograd.replay.layout import Access, regular_shape
from autograd.replay.nodes import PROD
from autograd.replay.recording import Recording
from autograd.replay.selecting import LogLoss, Selection
from autograd.replay.symbols import Symbol, Writer, names_in, on_arrays, without_unit

NOUNS = {
    **dict.fromkeys(("tanh", "sigmoid", "relu", "leaky_relu", "elu", "softplus", "silu", "gelu"), "h"),
    **dict.fromkeys(("add", "sum"), "total"),
    **{"subtract": "difference", "multiply": "product", "divide": "ratio", "exp": "powers"},  # noqa: PIE800
}


class Export(Arrays):
    """The lines that compute a program's outputs, `lines`, and those of its gradient, `backward()`."""

    def __init__(self, recording: Recording, grouping: Grouping, labels: Labels, words: Vocabulary) -> None:
        super().__init__(grouping, labels, words)
        self.count = count()
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

    def fold(self, step: Any, fold: str, x: Text, reads: list[Operand], noun: str) -> tuple[Named, Callable[..., Text]]:
        """Many numbers to one by a template; and what gives the gradient of each once more for each of its terms."""
        if isinstance(step.terms, OneBehindAnother):
            source = self.segmented(step, fold.format("part", ", keepdims=True"), x.source)
            shape, lengths = (*x.shape[:-1], step.result.index.size), np.bincount(step.terms.owners).tolist()
        else:
            keeps, lengths = not step.result.index.ndim, []
            source, shape = fold.format(f"({x.source})", ", keepdims=True" * keeps), x.shape[:-1] + (1,) * keeps
        result = self.define(step.result, Text(source, shape), noun, reads)

        def spread(g: Text) -> Text:
            if lengths:
                return Text(f"np.repeat({self.full(g, result.shape)}, {lengths}, -1)", (*g.shape[:-1], sum(lengths)))
            return Text(f"({g.source})[..., None]", (*g.shape, 1)) if step.result.index.ndim else g

        return result, spread

    def segmented(self, step: Any, each: str, terms: str) -> str:
        """Something done to each part of terms that stand one behind another, one part for each result."""
        parts = self.words.split.format(terms, step.terms.starts[1:].tolist())
        return f"{self.words.module}.concatenate([{each} for part in {parts}], -1)"

    def sum(self, step: Sum) -> None:
        x = self.operand(step.operand, 1)
        result, spread = self.fold(step, "{}.sum(axis=-1{})", x.text, [x], "total")
        result.back = lambda g: x.give(spread(g), of_terms(step, step.operand))

    def largest(self, step: LargestOf) -> None:
        self.fold(step, self.words.largest, self.operand(step.operand, 1).text, [], "largest")

    def logsumexp(self, step: LogSumExp) -> None:
        x = self.operand(step.operand, 1)
        result, spread = self.fold(step, self.words.logsumexp, x.text, [x], "log_total")

        def back(g: Text) -> None:
            varies = isinstance(step.terms, OneBehindAnother)
            shares = self.segmented(step, "softmax(part)", x.source) if varies else f"softmax({x.source})"
            g = spread(g)
            shape = np.broadcast_shapes(g.shape, x.shape)
            x.give(Text(f"{g.source} * {shares}", shape), of_terms(step, step.operand))

        result.back = back

    def of_many(self, step: OfMany) -> None:
        """A product of many factors; they are joined where they are of several kinds."""
        if step.operation is not PROD:
            raise ValueError(
                f"{step.operation.name} of {step.count} inputs cannot be written out for {self.words.module}, an "
                f"operation of your own of up to {MANY} can: compute it from parts, or by rows of the table that take "
                "any number of inputs, such as sum, prod, dot and logsumexp"
            )
        runs, shapes = [self.operand(run, 1) for run in step.runs], [of_terms(step, run) for run in step.runs]
        x = runs[0].text
        if len(runs) > 1:
            source = self.joined_text([self.full(run, shape) for run, shape in zip(runs, shapes, strict=True)])
            x = Text(f"_{next(self.count)}t", (*shapes[0][:-1], step.count))
            self.lines.append(Line(x.source, source))
        one = "[..., 0]" * (step.result.index.ndim > 0)
        result, spread = self.fold(step, self.words.product + one, x, runs, "product")

        def back(g: Text) -> None:
            g, others, start = spread(g), f"_{next(self.count)}t", 0
            self.lines.append(Line(others, f"products_of_others({x.source})"))
            for run, shape in zip(runs, shapes, strict=True):
                part = f"[..., {start} : {start + shape[-1]}]" * (len(runs) > 1)
                read = np.broadcast_shapes(g.shape, (*x.shape[:-1], shape[-1]))
                run.give(Text(f"{g.source} * {others}{part}", read), shape)
                start += shape[-1]

        result.back = back

    def paired_dots(self, step: PairedDots) -> None:
        left, right = self.operand(step.left, 1), self.operand(step.right, 1)
        products = Text(f"{left.source} * {right.source}", np.broadcast_shapes(left.shape, right.shape))
        result, spread = self.fold(step, "{}.sum(axis=-1{})", products, [left, right], "product")

        def back(g: Text) -> None:
            g = spread(g)
            is_square = left.source == right.source
            for x, other in [(left, right), (right, left)][: 1 if is_square else 2]:
                shape = np.broadcast_shapes(g.shape, other.shape)
                x.give(Text(f"{'2 * ' * is_square}{g.source} * {other.source}", shape), of_terms(step, step.left))

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


def of_terms(step: Any, terms: Access) -> Shape:
    """The shape of what a result is made of, with its batch."""
    return (BATCH,) * bool(step.varying) + terms.index.shape
