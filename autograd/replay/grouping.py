"""From groups of like nodes to a program's instructions, and the slots of their numbers.

The nodes of a group stand in an order that lets its instruction read its operands as slices. Of a layer of three
neurons on one sample, `relu(z1)`, `relu(z2)` and `relu(z3)` were recorded in any order; z1, z2 and z3 have the slots 0,
1 and 2 by then, for they are on a lower level. In their order the relus read these as one slice, and write into the
same slots where nobody needs z any more.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from autograd.operation import Operation
from autograd.replay.folding import LargestOf, LogSumExp, OfMany, PairedDots, Sum
from autograd.replay.instructions import Elementwise, Instruction, Product
from autograd.replay.layout import Access, grid, shapes
from autograd.replay.matrices import Rows, sorted_terms, tables_of
from autograd.replay.nodes import (
    CONSTANT,
    DETACHED_MAX,
    DOT,
    FIXED,
    INPUT,
    LOG_LOSS,
    LOGSUMEXP,
    SELECT,
    SUM,
    VARYING,
    Node,
    Wrt,
)
from autograd.replay.readings import reading_of, rules_of
from autograd.replay.recording import Recording
from autograd.replay.selecting import LogLoss, Selection
from autograd.replay.symbols import Reading, Symbol, names_in
from autograd.tables import aligned

T = TypeVar("T")
MOST_LINES = 100  # of a printed program
MANY = 32  # inputs of an operation; with more of them its rules are called, not written out

FOLDS = {SUM: Sum, LOGSUMEXP: LogSumExp, DETACHED_MAX: LargestOf}


class Grouping:
    """The instructions of a recording, one for each group in turn, and the node in each slot of each kind.

    A node that takes over the slot of another, whose number is not needed again, stands there in its place.
    """

    def __init__(self, recording: Recording, groups: Iterable[list[Node]]) -> None:
        self.nodes: dict[str, list[Node]] = {
            FIXED: [*recording.parameters],
            INPUT: [*recording.inputs],
            VARYING: [],
        }
        self.kept: set[Node] = set()  # nodes whose numbers a backward pass reads
        self.instructions: list[Instruction] = []
        self.readings: dict[Any, Reading] = {}
        for nodes in groups:
            operation = nodes[0].operation
            assert operation is not None
            if operation is DOT:
                self.dots(nodes)
            elif operation in FOLDS:
                self.fold(operation, nodes)
            elif operation is SELECT:
                self.selection(nodes)
            elif operation is LOG_LOSS:
                self.log_losses(nodes)
            elif len(nodes[0].parents) > MANY:
                self.of_many(operation, nodes)
            else:
                self.elementwise(operation, nodes)

    def lines(self) -> list[str]:
        """The instructions in words, and for how many nodes of the graph each stands."""
        shown, rest = self.instructions[:MOST_LINES], self.instructions[MOST_LINES:]
        rows = [(f"{i:3}", str(x), f"{x.nodes:,} node{'s' * (x.nodes != 1)}") for i, x in enumerate(shown, 1)]
        lines = [*aligned(rows, "rll")]
        return [*lines, f"and {len(rest):,} more, for {sum([r.nodes for r in rest]):,} nodes"] if rest else lines

    def wanted(self, wrt: Wrt) -> dict[str, NDArray[np.bool_]]:
        """For each slot of each kind, whether a gradient toward the "parameters" or "inputs" passes through it."""
        if wrt == "inputs":
            return {
                FIXED: np.zeros(len(self.nodes[FIXED]), bool),
                INPUT: np.ones(len(self.nodes[INPUT]), bool),
                VARYING: np.array([node.matters for node in self.nodes[VARYING]], bool),
            }
        return {
            kind: np.array([node.learns and (node.matters or not node.parents) for node in nodes], bool)
            for kind, nodes in self.nodes.items()
        }

    def place(self, nodes: Iterable[Node]) -> None:
        """Give the nodes the next slots of their kind."""
        for node in nodes:
            node.slot = len(self.nodes[node.kind])
            self.nodes[node.kind].append(node)

    # ---- number by number

    def elementwise(self, operation: Operation, nodes: list[Node]) -> None:
        nodes = in_order(nodes, columns_of(nodes))
        columns = columns_of(nodes)
        operands = [Access.of(column, (len(nodes),)) for column in columns]
        shape = grid(operands, len(nodes))
        operands = [access.reshaped(shape) for access in operands]
        reading = self.reading(operation, operands, columns)
        read_later = {
            name
            for access, d in zip(operands, reading.derivatives, strict=True)
            if access.constants is None
            for name in names_in(d)
        }
        if "y" in read_later:
            self.kept.update(nodes)
        in_place = next(
            (k for k, c in enumerate(columns) if f"x{k}" not in read_later and self.is_free(c, nodes[0])), None
        )
        if in_place is None:
            self.place(nodes)
        else:
            for node, parent in zip(nodes, columns[in_place], strict=True):
                node.slot = parent.slot
                self.nodes[node.kind][node.slot] = node
        result = Access.of(nodes, shape)
        self.instructions.append(Elementwise(operation, operands, result, reading, in_place, stands_for(nodes)))

    def reading(self, operation: Operation, operands: Sequence[Access], columns: list[list[Node]]) -> Reading:
        literals = tuple([access.literal for access in operands])
        key = operation, repr(literals)
        if key not in self.readings:
            inputs = tuple([Symbol(f"x{k}") if x is None else x for k, x in enumerate(literals)])
            numbers = lambda: [[node.data for node in column] for column in columns]  # noqa: E731
            self.readings[key] = reading_of(operation, inputs, numbers)
        return self.readings[key]

    def is_free(self, operand: list[Node], result: Node) -> bool:
        """Whether a result can take over the slots of an operand: nobody else reads them, now or later."""
        first = operand[0]
        return first.kind == result.kind and all(
            p.uses == 1 and p.operation is not None and p not in self.kept and p.slot == first.slot + i
            for i, p in enumerate(operand)
        )

    # ---- many numbers to one

    def fold(self, operation: Operation, nodes: list[Node]) -> None:
        nodes = in_order(nodes, [[node.parents[0] for node in nodes]])
        terms = [p for node in nodes for p in sorted(node.parents, key=_slot)]
        self.place(nodes)
        shape, shape_of_terms, lengths = shapes([len(node.parents) for node in nodes])
        operand = Access.of(terms, shape_of_terms)
        self.instructions.append(FOLDS[operation](operand, Access.of(nodes, shape), stands_for(nodes), lengths))

    def of_many(self, operation: Operation, nodes: list[Node]) -> None:
        """Other operations on many numbers; operands of one kind that follow each other are a run."""
        nodes = in_order(nodes, [[node.parents[0] for node in nodes]])
        self.place(nodes)
        self.kept.update(nodes)
        shape, columns = grid([], len(nodes)), [*zip(*[node.parents for node in nodes], strict=True)]
        runs = [
            Access.of([p for row in zip(*run, strict=True) for p in row], (*shape, -1))
            for _, run in groupby(columns, key=lambda column: column[0].kind)
        ]
        rules = rules_of(operation, lambda: [[node.data for node in column] for column in columns])
        self.instructions.append(OfMany(operation, rules, runs, Access.of(nodes, shape), stands_for(nodes)))

    def selection(self, nodes: list[Node]) -> None:
        nodes = in_order(nodes, [[node.parents[0] for node in nodes], [node.parents[1] for node in nodes]])
        self.place(nodes)
        index = Access.of([node.parents[0] for node in nodes], (len(nodes),))
        choices = Access.of([p for node in nodes for p in node.parents[1:]], (len(nodes), len(nodes[0].parents) - 1))
        self.instructions.append(Selection(index, choices, Access.of(nodes, (len(nodes),)), stands_for(nodes)))

    def log_losses(self, nodes: list[Node]) -> None:
        nodes = in_order(nodes, [[node.parents[1] for node in nodes]])
        self.place(nodes)
        shape = grid([], len(nodes))
        index = Access.of([node.parents[0] for node in nodes], shape)
        scores = Access.of([p for node in nodes for p in node.parents[1:]], (*shape, len(nodes[0].parents) - 1))
        self.instructions.append(LogLoss(index, scores, Access.of(nodes, shape), stands_for(nodes)))

    def dots(self, nodes: list[Node]) -> None:
        """Dots of fixed rows with others are matrix products where rows meet rows; the rest are pairs of rows."""
        if nodes[0].parents[0].kind in (CONSTANT, FIXED):
            left, right = sorted_terms(nodes)
            tables, lone = tables_of(left.keys(), right.keys())
            if len(lone) == 1:
                tables.append([lone])
                lone = []
            for table in tables:
                self.product(nodes, left, right, table)
            nodes = [nodes[i] for i in lone]
        if nodes:
            self.paired(nodes)

    def paired(self, nodes: list[Node]) -> None:
        """Dots of which each has its own two vectors."""
        pairs = {node: _pairs(node) for node in nodes}

        def operands(nodes: list[Node]) -> list[Access]:
            shape = shapes([len(pairs[node]) for node in nodes])[1]
            return [Access.of([pair[k] for node in nodes for pair in pairs[node]], shape) for k in (0, 1)]

        in_slots = in_order(nodes, [[pairs[node][0][k] for node in nodes] for k in (1, 0)])
        left, right = operands(in_slots)
        if (
            left.strides is right.strides is None
        ):  # gathered anyway: as they were recorded their users find them in rows
            left, right = operands(nodes)
        else:
            nodes = in_slots
        self.place(nodes)
        shape, _, lengths = shapes([len(pairs[node]) for node in nodes])
        self.instructions.append(PairedDots(left, right, Access.of(nodes, shape), stands_for(nodes), lengths))

    def product(self, nodes: list[Node], left: Rows, right: Rows, table: list[list[int]]) -> None:
        """The matrix product of the dots table[s][r], of right row s and left row r."""
        members = np.array(table)
        members = members[:, left.slots[members[0], 0].argsort(kind="stable")]
        members = members[right.slots[members[:, 0], 0].argsort(kind="stable")]
        chosen = [nodes[i] for i in members.ravel().tolist()]
        self.place(chosen)
        s, r = members.shape
        lefts = left.access(members[0])
        rights = right.access(members[:, 0] if s > 1 else members[0, 0])
        result = Access.of(chosen, (s, r) if s > 1 else (r,))
        self.instructions.append(Product(lefts, rights, result, stands_for(chosen)))


def stands_for(nodes: Iterable[Node]) -> int:
    """How many Values nodes stand for together."""
    return sum([node.stands_for for node in nodes])


def columns_of(nodes: Iterable[Node]) -> list[list[Node]]:
    """The first parents of nodes, the second ones, and so on."""
    return [[*column] for column in zip(*[node.parents for node in nodes], strict=True)]


def in_order(items: list[T], columns: list[list[Node]]) -> list[T]:
    """Items in the order of the slots of their operands: of those that vary first, then of the fixed ones."""
    varying = [c for c in columns if c[0].kind in (INPUT, VARYING)]
    fixed = [c for c in columns if c[0].kind == FIXED]
    keys = [[p.slot for p in column] for column in varying + fixed]
    if not keys:
        return items
    return [items[i] for i in np.lexsort(keys[::-1])]


def _slot(node: Node) -> int:
    return node.slot


def _pairs(node: Node) -> list[tuple[Node, Node]]:
    """The pairs of factors of a dot, in the order of the right ones' slots."""
    half = len(node.parents) // 2
    pairs = zip(node.parents[:half], node.parents[half:], strict=True)
    return sorted(pairs, key=lambda pair: (pair[1].slot, pair[0].slot))
