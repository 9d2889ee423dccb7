"""Record and replay: a recorded graph of single numbers against hand-written NumPy, libraries of arrays and micrograd.

W2    a training step of MLP 2-16-16-1 on 100 moons samples, max-margin loss and L2, gradient descent
W3    MLP 784-10-10 and softmax cross-entropy of a class on one sample; W3b on a batch of 32; "one-hot": its targets
      are distributions, which by hand are classes all the same
784-128-10   the same of this size on a batch of 32
W4a   Rosenbrock's function of 100 variables, its gradient; W4b   W2's loss recorded as one graph of 100 samples
W1    a chain of 10,000 nodes, of which by hand only a loop can be made

Values and gradients are compared with those by hand before anything is timed. A time is the best of the rounds
of a block, in which the contenders take turns; of the blocks' times, and of their ratios, the table shows the median.
micrograd's is that of one round, and of one sample times the batch where it is slow.
"""

import gc
from collections.abc import Callable, Iterator
from itertools import pairwise
from random import Random
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import nn
from autograd import Program, Value, record
from tests.benchmarks import by_hand, libraries
from tests.benchmarks import workloads as eager
from tests.benchmarks.by_hand import Layers
from tests.benchmarks.libraries import Contender, flat, is_installed
from tests.benchmarks.tables import print_table, verdict
from tests.benchmarks.timing import with_deep_stack

Array = NDArray[np.float64]
ROUNDS = 15  # in a block
RATE = 1e-12  # so small that the thousandth step is as the first
ENGINES = ["ours", "by hand", "torch", "jax", "casadi"]


class Workload(NamedTuple):
    name: str
    contenders: dict[str, Contender]
    micrograd: Callable[[], float]  # seconds for a step
    recording: float  # seconds
    most: float  # times the time by hand
    limit: float = float("inf")  # seconds for recording


def main() -> None:
    rows, recordings = [], []
    for workload in workloads():
        check(workload.name, workload.contenders)
        seconds = interleaved({name: contender.step for name, contender in workload.contenders.items()})
        ratio = np.median(seconds["ours"] / seconds["by hand"])
        rows.append(
            [
                workload.name,
                *(f"{1e6 * np.median(seconds[engine]):.0f}" if engine in seconds else "–" for engine in ENGINES),
                f"{1e6 * workload.micrograd():,.0f}",
                f"{ratio:.2f}",
                f"≤ {workload.most:g} {verdict(ratio <= workload.most)}",
            ]
        )
        aim = f"≤ {workload.limit:g} s {verdict(workload.recording <= workload.limit)}" if workload.limit < 9 else ""
        recordings.append([workload.name, f"{workload.recording:.3f} s", aim])
    print_table(["µs for value and gradient", *ENGINES, "micrograd", "ours / by hand", "target"], rows)
    print_table(["recording", "", "target"], recordings)
    print_chain()
    print_epochs()


def check(workload: str, contenders: dict[str, Contender]) -> None:
    """Raise ArithmeticError where a contender's first value or gradient is not the one by hand."""
    results = {name: contender.read(contender.step()) for name, contender in contenders.items()}
    value, gradient = results["by hand"]
    for name, (other, theirs) in results.items():
        if not (np.isclose(other, value, 1e-9) and np.allclose(theirs, gradient, 1e-9, 1e-9 * abs(gradient).max())):
            raise ArithmeticError(f"{workload}: {name} gives {other!r}, by hand it is {value!r}")


def interleaved(steps: dict[str, Callable[[], Any]], blocks: int = 20, seconds: float = 0.001) -> dict[str, Array]:
    """The times of a step in each block: the best of its rounds, in which the contenders take turns.

    Rounds are short, so that on a busy machine some of a block are not interrupted. Each begins with a step that is not
    timed, for what the others left in the caches; what is measured is a step among its like, as in training. The order
    changes, for what a library leaves behind: threads that spin a while and wait for more work.
    """
    gc.collect()
    counts = {name: max(1, int(seconds / timed(step, 3))) for name, step in steps.items()}
    best: dict[str, list[float]] = {name: [] for name in steps}
    turns, rng = [*steps], Random(1)
    for _ in range(blocks):
        rounds: dict[str, list[float]] = {name: [] for name in steps}
        for _ in range(ROUNDS):
            rng.shuffle(turns)
            for name in turns:
                steps[name]()
                rounds[name].append(timed(steps[name], counts[name]))
        for name in steps:
            best[name].append(min(rounds[name]))
    return {name: np.array(seconds) for name, seconds in best.items()}


def timed(step: Callable[[], Any], count: int) -> float:
    start = perf_counter()
    for _ in range(count):
        step()
    return (perf_counter() - start) / count


def recorded(output: Callable[[], Value], inputs: list[Value], parameters: list[Value]) -> tuple[Program, float]:
    """The program, and the seconds that recording takes at best, with what the first call compiles."""
    value, seconds = output(), []
    for _ in range(3):
        gc.collect()
        start = perf_counter()
        program = record(value, inputs, parameters)
        program.value_and_grad(np.ones((1, len(inputs))))
        seconds.append(perf_counter() - start)
    return program, min(seconds)


# ---- the workloads


def workloads() -> Iterator[Workload]:
    yield training_step()
    for one_hot in False, True:
        yield classifier("W3", [784, 10, 10], 1, 1.0, one_hot)
        yield classifier("W3b", [784, 10, 10], 32, 1.0, one_hot)
        yield classifier("784-128-10", [784, 128, 10], 32, 1.1, one_hot)
    yield rosenbrock()
    yield recorded_batch()


def network(widths: list[int], rng: int = 1) -> tuple[nn.MLP, Layers]:
    """An MLP of ours, and its weights as arrays."""
    model = nn.MLP(widths[0], widths[1:])
    numbers = np.random.default_rng(rng).uniform(-1.0, 1.0, len(model.parameters()))
    for p, number in zip(model.parameters(), numbers.tolist(), strict=True):
        p.data = number
    layers, start = [], 0
    for nin, nout in pairwise(widths):
        rows = numbers[start : start + nout * (nin + 1)].reshape(nout, nin + 1)
        layers.append((rows[:, :-1].T.copy(), rows[:, -1].copy()))
        start += rows.size
    return model, layers


def moons() -> tuple[Array, Array]:
    X, y = nn.data.moons(100, rng=1)
    return X, 2.0 * y[:, None] - 1.0


def penalty(model: nn.MLP) -> Value:
    return 1e-4 * sum(p * p for p in model.parameters())


def training_step() -> Workload:
    model, layers = network([2, 16, 16, 1])
    X, t = moons()
    x, target = [Value(0.1), Value(0.2)], Value(1.0)
    program, seconds = recorded(
        lambda: (1 - target * model(x)).relu() + penalty(model), [*x, target], model.parameters()
    )
    batch = np.hstack([X, t])

    def ours() -> Any:
        value, gradient = program.value_and_grad(batch)
        program.parameters[:] -= RATE * gradient
        return value, gradient

    def hand() -> Any:
        loss, gradients = by_hand.max_margin(layers, X, t)
        by_hand.update(layers, gradients, RATE)
        return loss, gradients

    contenders = {"ours": Contender(ours, tuple), "by hand": Contender(hand, read_by_hand)}
    if is_installed("torch"):
        import torch

        step = libraries.torch_step(layers, libraries.max_margin, X, t)
        optimizer = torch.optim.SGD(step.parameters, RATE)

        def torch_step() -> Any:
            loss = step.step()
            optimizer.step()
            return loss

        contenders["torch"] = Contender(torch_step, step.read)
    if is_installed("jax"):
        contenders["jax"] = libraries.jax_step(layers, libraries.max_margin, X, t)
    if is_installed("casadi"):
        contenders["casadi"] = casadi_margin(layers, X, t)
    return Workload("W2", contenders, lambda: micrograd_step(eager.training_step), seconds, 1.0, 0.2)


def recorded_batch() -> Workload:
    """The loss of all the samples as one graph without inputs, evaluated at changing parameters."""
    model, layers = network([2, 16, 16, 1])
    X, t = moons()

    def loss() -> Value:
        margins = [(1 - s * model(x)).relu() for x, s in zip(X.tolist(), t[:, 0].tolist(), strict=True)]
        return sum(margins) * (1.0 / len(margins)) + penalty(model)

    program, seconds = recorded(loss, [], model.parameters())

    def ours() -> Any:
        program.parameters[0] += RATE
        return program.value_and_grad()

    def hand() -> Any:
        layers[0][0][0, 0] += RATE
        return by_hand.max_margin(layers, X, t)

    contenders = {"ours": Contender(ours, tuple), "by hand": Contender(hand, read_by_hand)}
    if is_installed("torch"):
        step = libraries.torch_step(layers, libraries.max_margin, X, t)
        contenders["torch"] = Contender(step.step, step.read)
    if is_installed("jax"):
        contenders["jax"] = libraries.jax_step(layers, libraries.max_margin, X, t)
    if is_installed("casadi"):
        contenders["casadi"] = casadi_margin(layers, X, t)
    return Workload("W4b", contenders, lambda: micrograd_step(eager.training_step), seconds, 1.0, 0.2)


def classifier(name: str, widths: list[int], n: int, most: float, one_hot: bool) -> Workload:
    model, layers = network(widths)
    rng = np.random.default_rng(2)
    X, labels = rng.uniform(0.0, 0.1, (n, widths[0])), rng.integers(0, widths[-1], n)
    distributions = nn.data.one_hot(labels, widths[-1])
    x, target = [Value(0.05) for _ in range(widths[0])], [Value(float(k == 0)) for k in range(widths[-1])]
    targets = target if one_hot else target[:1]
    program, seconds = recorded(
        lambda: nn.cross_entropy(model(x), target if one_hot else target[0]), [*x, *targets], model.parameters()
    )
    batch = np.hstack([X, distributions if one_hot else labels[:, None]])
    contenders = {
        "ours": Contender(lambda: program.value_and_grad(batch), tuple),
        "by hand": Contender(lambda: by_hand.cross_entropy(layers, X, labels), read_by_hand),
    }
    if is_installed("torch"):
        step = libraries.torch_step(layers, libraries.cross_entropy, X, distributions)
        contenders["torch"] = Contender(step.step, step.read)
    if is_installed("jax"):
        contenders["jax"] = libraries.jax_step(layers, libraries.cross_entropy, X, distributions)
    one_sample = lambda: n * micrograd_step(lambda engine: eager.cross_entropy(engine, widths))  # noqa: E731
    return Workload(f"{name}, one-hot" if one_hot else name, contenders, one_sample, seconds, most, 1.0)


def rosenbrock_of(xs: list[Any]) -> Any:
    return sum(100.0 * (b - a**2) ** 2 + (1.0 - a) ** 2 for a, b in pairwise(xs))


def rosenbrock() -> Workload:
    start = np.random.default_rng(3).uniform(-1.0, 1.0, 100)
    xs = list(map(Value, start.tolist()))
    program, seconds = recorded(lambda: rosenbrock_of(xs), [], xs)
    by_hands = start.copy()

    def ours() -> Any:
        program.parameters[0] += RATE
        return program.value_and_grad()

    def hand() -> Any:
        by_hands[0] += RATE
        return by_hand.rosenbrock(by_hands)

    contenders = {"ours": Contender(ours, tuple), "by hand": Contender(hand, tuple)}
    layers = [(start[None], np.empty((100, 0)))]  # a matrix of one row, and no biases
    for library, make in (("torch", libraries.torch_step), ("jax", libraries.jax_step)):
        if is_installed(library):
            contenders[library] = make(layers, libraries.rosenbrock)
    if is_installed("casadi"):
        contenders["casadi"] = libraries.casadi_step(start, rosenbrock_of)

    def micrograd() -> float:
        return micrograd_step(
            lambda engine: eager.Graph(values := list(map(engine.Value, start.tolist())), lambda: rosenbrock_of(values))
        )

    return Workload("W4a", contenders, micrograd, seconds, 3.0)


def read_by_hand(result: Any) -> tuple[float, Array]:
    return result[0], flat(result[1])


def casadi_margin(layers: Layers, X: Array, t: Array) -> Contender:
    """The loss of all the samples written with single numbers."""
    import casadi

    shapes = [(W.shape, len(b)) for W, b in layers]

    def loss(p: list[Any]) -> Any:
        rest, margins = iter(p), 0.0
        neurons = [[[next(rest) for _ in range(nin + 1)] for _ in range(nout)] for (nin, _), nout in shapes]
        for x, s in zip(X.tolist(), t[:, 0].tolist(), strict=True):
            for i, layer in enumerate(neurons):
                x = [sum(w * v for w, v in zip(ws, x, strict=True)) + b for *ws, b in layer]
                x = [casadi.fmax(v, 0.0) for v in x] if i < len(neurons) - 1 else x
            margins += casadi.fmax(1.0 - s * x[0], 0.0)
        return margins / len(X) + 1e-4 * sum(v * v for v in p)

    return libraries.casadi_step(flat(layers), loss)


def micrograd_step(make: Callable[[Any], Any]) -> float:
    """The best of two steps of micrograd, as it comes."""

    def step() -> float:
        graph = make(eager.MICROGRAD)
        start = perf_counter()
        graph.forward().backward()
        return perf_counter() - start

    return min(with_deep_stack(step) for _ in range(2))


# ---- what is no row of that table


def print_chain() -> None:
    graph = eager.chain(eager.OURS, 10_000)
    x, w, b = graph.leaves
    program, seconds = recorded(graph.forward, [x], [w, b])
    batch, start = np.array([[x.data]]), (x.data, w.data, b.data)
    value, gradient = program.value_and_grad(batch)
    expected, (gx, *by_hands) = by_hand.chain(*start, 10_000)
    if not np.allclose([value, *gradient, program.input_gradient(batch)[0, 0]], [expected, *by_hands, gx], 1e-9):
        raise ArithmeticError("the chain's gradient is not the one by hand")

    def eagerly() -> None:
        graph.forward().backward()

    steps = {"ours": lambda: program.value_and_grad(batch), "loop": lambda: by_hand.chain(*start, 10_000)}
    best = interleaved({**steps, "eager": eagerly}, 5)
    ours, loop, built = (np.median(best[name]) / 1e-5 for name in ("ours", "loop", "eager"))
    print(
        f"W1/10k: {ours:.0f} ns a node (≤ 100 {verdict(ours <= 100)}), a loop by hand {loop:.0f}, eager {built:.0f}; "
        f"recorded in {seconds:.2f} s"
    )


def print_epochs() -> None:
    """Ten epochs over 60,000 samples as a trainer would do them, with made-up pixels."""
    model, _ = network([784, 10, 10])
    x, target = [Value(0.05) for _ in range(784)], [Value(float(k == 0)) for k in range(10)]
    outputs = model(x)
    program = record([nn.cross_entropy(outputs, target), *outputs], [*x, *target], model.parameters())
    optimizer = nn.Adam(model.parameters(), lr=1e-3)
    rng = np.random.default_rng(4)
    X, labels = rng.uniform(0.0, 1.0, (60_000, 784)), rng.integers(0, 10, 60_000)
    batches = np.hstack([X, nn.data.one_hot(labels, 10)]).reshape(-1, 32, 794)
    start = perf_counter()
    for batch in batches:
        _, gradient = program.value_and_grad(batch)
        optimizer.step_arrays(program.parameters, gradient)
    seconds = 10 * (perf_counter() - start)
    aim = f"≤ 10 s {verdict(seconds <= 10)}"
    print(f"784-10-10, Adam, ten epochs of 60,000 samples in batches of 32: {seconds:.1f} s ({aim})")
