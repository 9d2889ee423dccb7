"""Eager evaluation: our engine against micrograd 0.1.0, in one run.

Every gradient is compared before anything is timed. A time is that of building the graph and backpropagating: the
best of several rounds in which the contenders take turns. micrograd's graphs are cycles, so it is timed twice:
as it comes, and with the cycle collector off. Ours always runs with the collector on.
"""

from collections.abc import Callable
from timeit import timeit
from typing import NamedTuple

from autograd import Value, maximum, tanh
from tests.benchmarks import timing
from tests.benchmarks.tables import print_table, verdict
from tests.benchmarks.timing import Seconds, with_deep_stack
from tests.benchmarks.workloads import MICROGRAD, OURS, Engine, Graph, chain, cross_entropy, training_step


class Workload(NamedTuple):
    name: str
    make: Callable[[Engine], Graph]
    rounds: int
    steps: int  # one after another in each round
    target: float | None  # how many times as fast as micrograd as it comes
    target_off: float | None  # and as micrograd with the collector off


WORKLOADS = [
    Workload("W1/10k", lambda engine: chain(engine, 10_000), 25, 3, 2, 1.3),
    Workload("W1/100k", lambda engine: chain(engine, 100_000), 5, 1, 4, None),
    Workload("W2", training_step, 12, 1, 20, 5),
    Workload("W3", cross_entropy, 25, 3, 30, 9),
]
CHAIN_NODES = {"W1/10k": 10_000, "W1/100k": 100_000}
ENGINES = "ours", "micrograd", "micrograd, collector off"


def main() -> None:
    times = {workload: with_deep_stack(measure, workload) for workload in WORKLOADS}
    print_table(
        ["", "ours", "micrograd", "ratio", "target", "collector off", "ratio", "target"],
        [ratios(workload, *seconds) for workload, seconds in times.items()],
    )
    print_table(
        ["ns a node", "", "forward", "backward", "drop"],
        [
            [w.name, engine, *(f"{1e9 * s / CHAIN_NODES[w.name]:.0f}" for s in seconds)]
            for w in WORKLOADS
            if w.name in CHAIN_NODES
            for engine, seconds in zip(ENGINES, times[w], strict=True)
        ],
    )
    print_memory()
    print_functions()


def print_functions() -> None:
    """What a function of the table takes beside a method and an operator."""
    a, b = Value(0.5), Value(-0.3)
    pairs = [("tanh(a)", lambda: tanh(a), "a.tanh()", a.tanh, 2.0)]
    pairs += [("maximum(a, b)", lambda: maximum(a, b), "a * b", lambda: a * b, 2.5)]
    for name, function, beside, method, most in pairs:
        times = [(timeit(function, number=20_000), timeit(method, number=20_000)) for _ in range(25)]
        ours, theirs = (min(column) / 20_000 for column in zip(*times, strict=True))
        reached = f"≤ {most:g} {verdict(ours <= most * theirs)}"
        print(f"{name} {1e6 * ours:.2f} µs, {beside} {1e6 * theirs:.2f} µs: {ours / theirs:.2f} ({reached})")


def measure(workload: Workload) -> tuple[Seconds, Seconds, Seconds]:
    """The times of ours, of micrograd as it comes and of micrograd with the collector off."""
    ours, theirs = workload.make(OURS), workload.make(MICROGRAD)
    timing.check_gradients(workload.name, ours, theirs)
    return timing.interleaved(ours, theirs, workload.rounds, workload.steps)


def ratios(workload: Workload, ours: Seconds, theirs: Seconds, off: Seconds) -> list[str]:
    """The workload's row of the table."""
    row = [workload.name, f"{1e3 * ours.total:.2f} ms"]
    for seconds, target in (theirs, workload.target), (off, workload.target_off):
        ratio = seconds.total / ours.total
        aim = "" if target is None else f"≥ {target:g} {verdict(ratio >= target)}"
        row += [f"{1e3 * seconds.total:.2f} ms", f"{ratio:.2f}", aim]
    return row


def print_memory() -> None:
    ours = timing.bytes_after_backward(chain(OURS, 100_000)) / 100_000
    # tracemalloc counts the calls it is inside of at each allocation, so a recursion of 100,000 would take a minute.
    theirs = with_deep_stack(timing.bytes_after_backward, chain(MICROGRAD, 10_000)) / 10_000
    print(f"W1/100k after backward(): {ours:.0f} bytes a node (≤ 260 {verdict(ours <= 260)})")
    print(f"micrograd's W1/10k after backward(): {theirs:.0f} bytes a node")
    left = timing.left_to_collector(training_step(OURS))
    print(f"W2's graph dropped: {left} objects left to the collector (0 {verdict(left == 0)})")
    forward, backward, drop = timing.one_step(chain(OURS, 1_000_000))
    print(f"1,000,000 nodes deep: built in {forward:.2f} s, backpropagated in {backward:.2f} s, freed in {drop:.2f} s")
