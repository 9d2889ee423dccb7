"""Networks as people write them on single numbers, with loops and lists, replayed against hand-written NumPy.

W5      microgpt's network, 16 wide, on a name of 7 letters, 8 positions: one name, 8 and 32; its tokens are one-hot
        inputs, or chosen by `select`; beside it a Value of microgpt's style
W5/64   the same, 64 wide: what recording takes
W6      8×8 images → six maps by 3×3 weights, relu → 10 classes: one image, 32 and 256

Gradients are compared with those by hand before anything is timed; times are taken as in `replay.py`.
"""

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from functools import cache
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

import nn
from autograd import Program, Value, dot, record, select
from autograd.replay import trace
from tests.benchmarks import by_hand, libraries
from tests.benchmarks.libraries import Contender, is_installed
from tests.benchmarks.replay import check, interleaved
from tests.benchmarks.tables import print_table, verdict
from tests.benchmarks.timing import collector_off
from tests.microgpt import END, GPT, Peer, document

Array = NDArray[np.float64]
NAME, POSITIONS, TOKENS = "abigail", 8, END + 1


def main() -> None:
    print_replays()
    print_instructions()
    print_recording()
    print_eager()


def print_replays() -> None:
    engines = ["ours", "by hand", "torch"]
    rows = []
    for name, contenders, most in workloads():
        check(name, contenders)
        seconds = interleaved({engine: contender.step for engine, contender in contenders.items()})
        times = [f"{1e6 * np.median(seconds[e]):.0f}" if e in seconds else "–" for e in engines]
        cells = []
        for engine, aim in (("by hand", most), ("torch", 1.0)):
            ratio = np.median(seconds["ours"] / seconds[engine]) if engine in seconds else None
            cells += (
                ["–", ""] if ratio is None else [f"{ratio:.2f}", f"≤ {aim:g} {verdict(ratio <= aim)}" if aim else ""]
            )
        rows.append([name, *times, *cells])
    print_table(["µs for value and gradient", *engines, "/ by hand", "target", "/ torch", "target"], rows)


def workloads() -> Iterator[tuple[str, dict[str, Contender], float]]:
    """The name, the contenders, and the target: how many times the time by hand ours may take."""
    for count in 1, 8, 32:
        for how in "one-hot", "select":
            yield f"W5, {count} name{'s' * (count > 1)}, {how}", of_names(count, how), 1.3
    for count in 1, 32, 256:
        yield f"W6, {count} image{'s' * (count > 1)}", of_images(count), 0.0


# ---- W5


def one_hot(token: list[Value], rows: list) -> Any:
    """A row, or a number, as the sum of all of them, each times the input for its token."""
    if isinstance(rows[0], list):
        return [sum(t * x for t, x in zip(token, column, strict=True)) for column in zip(*rows, strict=True)]
    return sum(t * x for t, x in zip(token, rows, strict=True))


def graph(model: GPT, how: str, n: int = POSITIONS) -> tuple[Callable[[], Any], list[Value]]:
    """The loss of n positions, and its inputs: the tokens and what follows them."""
    width = TOKENS if how == "one-hot" else 1
    tokens = [[Value(float(k == 0)) for k in range(width)] for _ in range(2 * n)]
    model.pick = one_hot if how == "one-hot" else lambda token, rows: select(token[0], rows)
    return lambda: model.loss(tokens[:n], tokens[n:]), [x for token in tokens for x in token]


@cache
def recorded(how: str, n: int = POSITIONS) -> tuple[Program, GPT]:
    model = GPT(Value)
    loss, inputs = graph(model, how, n)
    return record(loss(), inputs, model.parameters), model


def of_names(count: int, how: str) -> dict[str, Contender]:
    program, model = recorded(how)
    ids = np.random.default_rng(5).integers(0, TOKENS, (count, 2, POSITIONS))
    batch = np.eye(TOKENS)[ids].reshape(count, -1) if how == "one-hot" else ids.reshape(count, -1).astype(float)
    weights = {name: np.array([[p.data for p in row] for row in matrix]) for name, matrix in matrices(model).items()}

    def flat(gradients: dict[str, Array]) -> Array:
        return np.concatenate([gradients[name].ravel() for name in weights])

    contenders = {
        "ours": Contender(lambda: program.value_and_grad(batch), tuple),
        "by hand": Contender(
            lambda: by_hand.gpt(weights, model.heads, ids[:, 0], ids[:, 1]), lambda both: (both[0], flat(both[1]))
        ),
    }
    if is_installed("torch"):
        contenders["torch"] = libraries.torch_gpt(weights, model.heads, ids[:, 0], ids[:, 1])
    return contenders


def matrices(model: GPT) -> dict[str, list]:
    """The weights by name, in the order of the parameters."""
    return {name: getattr(model, name) for name in ("tokens", "positions", "scores")} | model.layers[0]


def print_instructions() -> None:
    """How many instructions the network becomes at each length."""
    counts = [len(recorded("one-hot", n)[0]._grouping.instructions) for n in range(1, 17)]
    print(f"W5's instructions at lengths 1 … 16: {min(counts)} … {max(counts)} (≤ 45 {verdict(max(counts) <= 45)})\n")


def print_recording() -> None:
    """Recording is the function run with Values, ordered, grouped, compiled; the collector is off for all.

    `record` searches the graph and asks whether it is stale; `trace`, for `replayed`, watches how it is made.
    """
    rows = []
    w16, w64 = (16, 5, ("≤ 4", 4.0, 9.9, 9999.0)), (64, 1, ("", 99.0, 4.0, 400.0))
    for (width, rounds, limits), way in ((w16, "record"), (w16, "trace"), (w64, "record")):
        model = GPT(Value, width=width)
        loss, inputs = graph(model, "one-hot")

        def run(model: GPT = model, loss: Callable = loss, inputs: list[Value] = inputs, way: str = way) -> Program:
            program = record(loss(), inputs, model.parameters) if way == "record" else trace(loss, inputs).program()
            program.value_and_grad(np.ones((1, len(inputs))))
            return program

        times = [(seconds(loss), seconds(run)) for _ in range(rounds)]
        forward, whole = map(min, zip(*times, strict=True))
        gc.collect()
        tracemalloc.start()
        run()
        megabytes = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        word, most, slowest, largest = limits
        ratio = whole / forward
        rows.append(
            [
                *(f"W5/{width} by {way}", f"{forward:.3f} s", f"{whole:.3f} s", f"{ratio:.1f}"),
                f"{word} {verdict(ratio <= most)}" if word else "",
                f"≤ {slowest:g} s {verdict(whole <= slowest)}" if not word else "",
                *(f"{megabytes:.0f} MB", f"≤ {largest:g} MB {verdict(megabytes <= largest)}" if not word else ""),
            ]
        )
    print_table(["recording", "forward", "recording", "ratio", "target", "target", "peak", "target"], rows)


def seconds(f: Callable[[], Any]) -> float:
    with collector_off():
        start = perf_counter()
        f()
        return perf_counter() - start


def print_eager() -> None:
    """W5 eagerly: ours, and a Value of microgpt's own style, as they come and with the collector off."""
    steps: dict[str, Callable[[], None]] = {}
    models = {"ours": GPT(Value), "its own style": GPT(Peer)}
    for name, model in models.items():
        steps[name] = lambda model=model: model.loss(*document(NAME)).backward()
        steps[name]()
    for a, b in zip(*(model.parameters for model in models.values()), strict=True):
        if abs(a.grad - b.grad) > 1e-9:
            raise ArithmeticError(f"W5 eagerly: {a.grad!r} and {b.grad!r}")
    on, off = {}, {}
    for name in [*steps] * 12:
        gc.collect()
        start = perf_counter()
        steps[name]()
        on[name] = min(on.get(name, 9.0), perf_counter() - start)
        off[name] = min(off.get(name, 9.0), seconds(steps[name]))
    program, _ = recorded("select")
    batch = np.array([[*document(NAME)[0], *document(NAME)[1]]], float)
    replayed = np.median(interleaved({"ours": lambda: program.value_and_grad(batch)}, 5)["ours"])
    ratio = on["its own style"] / replayed
    rows = [
        [what, *(f"{1e3 * t:.0f} ms" for t in best.values()), f"{best['its own style'] / best['ours']:.2f}"]
        for what, best in (("as it comes", on), ("collector off", off))
    ]
    print_table(["W5 eagerly, a name", *steps, "ratio"], rows)
    print(f"W5 by replay: {1e6 * replayed:.0f} µs, its own style {ratio:.0f} × (≥ 250 {verdict(ratio >= 250)})\n")


# ---- W6


def of_images(count: int) -> dict[str, Contender]:
    digits, classes = nn.data.digits()
    images, labels = digits[:count].reshape(count, 8, 8), classes[:count]
    program, layers = recorded_convolution()
    batch = np.hstack([digits[:count], labels[:, None]])
    contenders = {
        "ours": Contender(lambda: program.value_and_grad(batch), tuple),
        "by hand": Contender(
            lambda: by_hand.convolution(layers, images, labels), lambda both: (both[0], libraries.flat(both[1]))
        ),
    }
    if is_installed("torch"):
        contenders["torch"] = libraries.torch_step(layers, libraries.convolution, images, labels)
    return contenders


@cache
def recorded_convolution() -> tuple[Program, by_hand.Layers]:
    """The net in loops over rows and columns, and its weights as matrices (inputs, outputs) with their biases."""
    rng = np.random.default_rng(6)
    layers = [(rng.normal(0.0, 0.3, shape), rng.normal(0.0, 0.1, shape[1])) for shape in ((9, 6), (216, 10))]
    kernels, dense = ([[*map(Value, row)] for row in np.column_stack([*W, b]).tolist()] for W, b in layers)
    image, label = [[Value(0.5) for _ in range(8)] for _ in range(8)], Value(0.0)
    hidden = [
        (dot(kernel[:9], [image[r + i][c + j] for i in range(3) for j in range(3)]) + kernel[9]).relu()
        for r in range(6)
        for c in range(6)
        for kernel in kernels
    ]
    loss = nn.cross_entropy([dot(row[:-1], hidden) + row[-1] for row in dense], label)
    inputs = [*(x for row in image for x in row), label]
    return record(loss, inputs, [p for row in kernels + dense for p in row]), layers
