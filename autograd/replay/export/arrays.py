"""The arrays of a program's text: which of them has a slot's number, what an operand reads of it, and its gradient.

Instead of slots there are arrays with names, whose first axis is the batch. `owner` says which of them has a slot's
number, `position` where in it, and `places.py` writes the part that is read. An array knows what it passes on to those
that it was computed from when its own gradient is given. Nothing is computed in place, so lines may move.
"""

import unicodedata
from collections.abc import Callable, Sequence
from itertools import count
from keyword import iskeyword
from typing import Any, NamedTuple

import numpy as np

from autograd.replay.export.lines import Line
from autograd.replay.export.places import BATCH, WHOLE, Place, Shape, index_text, place
from autograd.replay.export.vocabularies import Vocabulary
from autograd.replay.grouping import Grouping
from autograd.replay.layout import Access, Index
from autograd.replay.nodes import INPUT, VARYING
from autograd.replay.symbols import number

FEW = 8  # numbers, which stand in the line that uses them; more of them get a line of their own
LONGEST = 30  # name that a label may be
MANY = 8  # terms of a gradient, which are no longer added up in one line


class Labels(NamedTuple):
    """The labels of a program's Values."""

    inputs: Sequence[str]
    parameters: Sequence[str]
    outputs: Sequence[str]


class Text(NamedTuple):
    """An expression, and the shape of its array."""

    source: str
    shape: Shape


class Named:
    """An array of the text. `parts` collects what comes to its gradient, and `back` passes that on."""

    def __init__(self, name: str, noun: str, inner: Shape, batched: bool, learns: bool) -> None:
        self.name, self.noun, self.inner, self.batched, self.learns = name, noun, inner, batched, learns
        self.shape = (BATCH,) * batched + inner
        self.parts: list[tuple[Place, Text]] = []
        self.back: Callable[[Text], None] = lambda g: None
        self.first_slot: int | None = None  # of the parameters that it is a view of

    def give(self, there: Place, text: Text) -> None:
        """Add to a part of the gradient."""
        if self.learns:
            self.parts.append((there, text))


class Operand(NamedTuple):
    """What an instruction reads: an array, with one number or no axis where it is `repeated`; or constant numbers."""

    source: str
    shape: Shape
    array: Named | None = None
    repeated: tuple[int, ...] = ()

    @property
    def text(self) -> Text:
        return Text(self.source, self.shape)

    @property
    def learns(self) -> bool:
        return self.array is not None and self.array.learns

    def give(self, text: Text, shape: Shape) -> None:
        """Add to the gradient what comes from an array of this shape, summed over what this one repeats."""
        if self.array is None or not self.array.learns:
            return
        batched = shape[:1] == (BATCH,)
        axes = [0] * (batched and not self.array.batched) + [d + batched for d in self.repeated]
        if axes:
            if len(text.shape) < len(shape) or any(text.shape[d] != shape[d] for d in axes):
                text = Text(f"np.broadcast_to({text.source}, {sizes(shape)})", shape)
            rest = tuple(n for d, n in enumerate(text.shape) if d not in axes)
            text = Text(f"({text.source}).sum(axis={axes[0] if len(axes) == 1 else tuple(axes)})", rest)
            if rest == (BATCH,):
                text = Text(f"{text.source}[:, None]", (BATCH, 1))
        self.array.give(WHOLE, text)


class Arrays:
    """Arrays by their slots, and the `lines` that compute them."""

    def __init__(self, grouping: Grouping, labels: Labels, words: Vocabulary) -> None:
        self.labels, self.words = labels, words
        self.count = count()  # of what has no array, but a name
        self.arrays: list[Named] = []
        self.lines: list[Line] = []
        self.constants: dict[str, str] = {}  # the names, by what they stand for
        self.known: dict[Any, Named] = {}
        self.owner = {kind: np.zeros(len(nodes), int) for kind, nodes in grouping.nodes.items()}
        self.position = {kind: np.arange(len(nodes)) for kind, nodes in grouping.nodes.items()}
        self.parameters = self.made("", (len(labels.parameters),), learns=True, name="parameters")
        self.inputs = self.made("", (len(labels.inputs),), batched=True, name="X")
        self.owner[INPUT][:] = 1

    def made(self, noun: str, inner: Shape, *, batched: bool = False, learns: bool = False, name: str = "") -> Named:
        array = Named(name or f"_{len(self.arrays)}", noun, inner, batched, learns)
        self.arrays.append(array)
        return array

    def define(self, result: Access, text: Text, noun: str, reads: Sequence[Operand], inner: Shape = ()) -> Named:
        """The array of an instruction's result, and the line that computes it."""
        inner = inner or result.index.shape or (1,)
        array = self.made(noun, inner, batched=result.kind == VARYING, learns=any(x.learns for x in reads))
        self.lines.append(Line(array.name, self.full(text, array.shape), array.shape, stays=noun == "h"))
        self.owner[result.kind][result.index.ravel()] = len(self.arrays) - 1
        self.position[result.kind][result.index.ravel()] = np.arange(result.index.size)
        return array

    def operand(self, access: Access, keep: int = 0, noun: str = "w") -> Operand:
        """What an access reads; along the last axes, so many as are kept, with all its numbers."""
        index = access.index if access.index.ndim else access.index.reshape(1)
        if access.constants is not None:
            if access.literal is not None and not keep:
                return Operand(number(access.literal), ())
            return Operand(self.numbers(access.constants.reshape(index.shape)), index.shape)
        axes = range(index.ndim - keep)
        repeated = tuple(d for d in axes if index.shape[d] > 1 and (index == index.take([0], d)).all())
        dims = [1 if d in repeated else n for d, n in enumerate(index.shape)]
        kept = [d for d in range(index.ndim) if d not in repeated] or [index.ndim - 1]
        base = index[tuple(slice(None) if d in kept else 0 for d in range(index.ndim))]
        array = self.part(access.kind, base[:1] if repeated == (*range(index.ndim),) else base, noun)
        items = [":" if d in kept else "None" for d in range(index.ndim)]
        if not array.batched:  # axes in front come by themselves
            dims, items = dims[kept[0] :], items[kept[0] :]
        items = [":"] * array.batched + items
        while items and items[-1] == ":":
            items.pop()
        source = f"{array.name}[{', '.join(items)}]" if items else array.name
        return Operand(source, (BATCH,) * array.batched + tuple(dims), array, repeated)

    def part(self, kind: str, slots: Index, noun: str) -> Named:
        """The array of the numbers in these slots."""
        owners, positions = self.owner[kind][slots], self.position[kind][slots]
        starts = np.flatnonzero(np.diff(owners.ravel(), prepend=-1))
        owned = owners.ravel()[starts]
        if len(owned) == 1:
            return self.picked(self.arrays[owned[0]], positions, noun)
        chosen, places = np.split(positions.ravel(), starts[1:]), np.arange(slots.size)
        if len(set(owned.tolist())) < len(owned):  # not one array after another
            owned, start = np.unique(owners), 0
            for j, k in enumerate(owned):
                numbers, where = np.unique(positions[owners == k], return_inverse=True)
                places[owners.ravel() == k] = start + where.ravel()
                chosen[j], start = numbers, start + len(numbers)
        pieces = [self.picked(self.arrays[k], each, noun) for k, each in zip(owned, chosen, strict=False)]
        return self.picked(self.joined(pieces), places.reshape(slots.shape), noun)

    def joined(self, pieces: list[Named]) -> Named:
        """Arrays one after another."""
        key = tuple(piece.name for piece in pieces)
        if key not in self.known:
            ends = np.cumsum([piece.inner[0] for piece in pieces]).tolist()
            first, learns = pieces[0], any(piece.learns for piece in pieces)
            joined = self.known[key] = self.made(first.noun or "v", (ends[-1],), batched=first.batched, learns=learns)
            self.lines.append(Line(joined.name, self.joined_text([*key]), joined.shape))

            def back(g: Text) -> None:
                for piece, start, end in zip(pieces, [0, *ends], ends, strict=False):
                    part = Text(f"{g.source}[..., {start}:{end}]", piece.shape)
                    piece.give(WHOLE, g if g.shape[-1:] != joined.inner else part)

            joined.back = back
        return self.known[key]

    def picked(self, source: Named, places: Index, noun: str) -> Named:
        """The numbers of an array at these places, as an array."""
        key = source.name, places.shape, places.tobytes()
        if key not in self.known:
            there = place(source.inner, source.batched, places, self.index)
            if there is WHOLE:
                return source
            picked = self.known[key] = self.made(
                source.noun, places.shape, batched=source.batched, learns=source.learns
            )
            if source is self.inputs:
                picked.noun = name_for([self.labels.inputs[k] for k in places.ravel().tolist()]) or "x"
            elif source is self.parameters:
                picked.noun = name_for([self.labels.parameters[k] for k in places.ravel().tolist()]) or noun
            if source is self.parameters and there.is_view:
                picked.first_slot = int(places.flat[0])
            else:
                picked.back = lambda g: source.give(there, g)
            self.lines.append(Line(picked.name, there.of(source.name), picked.shape))
        return self.known[key]

    # ---- text

    def full(self, x: Text | Operand, shape: Shape) -> str:
        """The text of an array that has all its axes in full."""
        if x.shape == shape:
            return x.source
        if x.shape == ():
            return self.words.full.format(sizes(shape), x.source)
        return f"{self.words.module}.broadcast_to({x.source}, {sizes(shape)})"

    def joined_text(self, sources: list[str]) -> str:
        return f"{self.words.module}.concatenate([{', '.join(sources)}], -1)"

    def numbers(self, array: Any) -> str:
        source = self.words.numbers.format(array.tolist())
        return self.words.of_kind.format(source if array.size <= FEW else self.constant("numbers", source))

    def index(self, places: Index) -> str:
        if places.ndim == 1 and places.size <= FEW:
            return str(places.tolist())
        return self.constant("index", index_text(places, self.words.array, self.words.module))

    def constant(self, noun: str, source: str) -> str:
        return self.constants.setdefault(source, f"{noun}{len(self.constants) + 1}")

    def views(self) -> list[Named]:
        """The views of the parameters, in their order."""
        views = [(array.first_slot, k, array) for k, array in enumerate(self.arrays) if array.first_slot is not None]
        return [array for _, _, array in sorted(views)]

    def gradient(self, array: Named) -> Text:
        """The gradient of an array, to which everything has been given."""
        name = "gradient" if array is self.parameters else f"d{array.name}"
        if array is not self.parameters and array.first_slot is None:
            terms = [text for there, text in array.parts if there is WHOLE]
            if len(terms) == len(array.parts) <= MANY:
                if len(terms) == 1 and terms[0].source.isidentifier():
                    return terms[0]
                self.lines.append(Line(name, " + ".join(f"({term.source})" for term in terms)))
                return Text(name, np.broadcast_shapes(*[term.shape for term in terms]))
            self.lines.append(Line(name, f"np.zeros({sizes(array.shape)})", stays=True))
        self.lines += [Line("", there.added(name, text.source)) for there, text in array.parts]
        return Text(name, array.shape)


def name_for(labels: Sequence[str]) -> str:
    """The name that labels have in common, w for w1 and w2; "" if they have none, or if it is no name in Python."""
    names = {unicodedata.normalize("NFKC", label) for label in labels}
    if len(names) > 1:
        names = {name.rstrip("0123456789_ ,()[]") for name in names}
    name = names.pop() if len(names) == 1 else ""
    return name if name.isidentifier() and not iskeyword(name) and len(name) <= LONGEST else ""


def sizes(shape: Shape) -> str:
    """A shape as text: (len(X), 4)."""
    return f"(len(X), {', '.join(map(str, shape[1:]))})" if shape[:1] == (BATCH,) else str(shape)
