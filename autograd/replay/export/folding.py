"""What makes one number of many, as text: sums, dots of pairs, logsumexps, the largest, products of many factors."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.replay.export.arrays import Arrays, Named, Operand, Text
from autograd.replay.export.lines import Line
from autograd.replay.export.places import BATCH, Shape
from autograd.replay.folding import LargestOf, LogSumExp, OfMany, OneBehindAnother, PairedDots, Sum
from autograd.replay.grouping import MANY
from autograd.replay.layout import Access
from autograd.replay.nodes import PROD


class Folds(Arrays):
    """The lines of the instructions in `replay/folding.py`."""

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


def of_terms(step: Any, terms: Access) -> Shape:
    """The shape of what a result is made of, with its batch."""
    return (BATCH,) * bool(step.varying) + terms.index.shape
