"""What the chain rule finds between two values of a graph: the paths, and the products that add up to the gradient."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from autograd.backprop import topological_order
from autograd.graphs import Edge, Path, count_paths, gradients_of, paths_between, refuse_stale
from autograd.value import Value

MOST_EDGES = 10_000  # of all paths that are listed together


@dataclass(frozen=True)
class ChainRule:
    """How `output` changes with `wrt`.

    - order: every value of the graph, each after its parents
    - gradients: ∂output/∂node for every node
    - total: ∂output/∂wrt, the gradient that `output.backward()` gives
    - counts: how many paths lead from `wrt` to each node that depends on it, and their edges in all
    - count: how many paths lead to `output`, counted as far as 10¹⁵
    - paths: the paths; empty where there are more than was asked for
    - uses: the edges from `wrt` to the values that were computed from it
    - terms: what is added up: the paths, or for each use the gradient of the child times the local derivative
    """

    output: Value
    wrt: Value
    order: list[Value]
    gradients: dict[Value, float]
    total: float
    counts: dict[Value, tuple[int, int]]
    count: int
    paths: tuple[Path, ...]
    uses: tuple[Edge, ...]
    terms: tuple[Path, ...]

    @classmethod
    def each(cls, output: Value, wrt: Iterable[Value], max_paths: int) -> list[Self]:
        """The chain rule from `output` to each of these values. Raises ValueError for a stale graph."""
        order = topological_order(output)
        refuse_stale(order)
        gradients = gradients_of(output)
        return [cls._between(output, x, order, gradients, max_paths) for x in wrt]

    @classmethod
    def _between(
        cls, output: Value, wrt: Value, order: list[Value], gradients: dict[Value, float], max_paths: int
    ) -> Self:
        counts = count_paths(order, wrt)
        count, edges = counts.get(output, (0, 0))
        is_short = 0 < count <= max_paths and edges <= MOST_EDGES
        paths = tuple(paths_between(output, wrt, counts)) if is_short else ()
        uses = tuple(Edge(v, i) for v in order for i, parent in enumerate(v.parents) if parent is wrt)
        terms = paths or tuple(Path((use,), use.local_derivative * gradients[use.child]) for use in uses)
        return cls(output, wrt, order, gradients, gradients.get(wrt, 0.0), counts, count, paths, uses, terms)
