"""Replayed functions: microgpt by hand, 16 wide, with the decorator and without, against a Value of its own style.

A step is the call, backward() and an update by Adam. Names come one by one; padded to one length, or as they are, which
makes a program for each length. Everything is counted: recording, and comparing with the function itself. What goes
without a replay is timed for a part of the names and extrapolated.
"""

import gc
import resource
from collections.abc import Callable
from itertools import cycle, islice, pairwise
from time import perf_counter, process_time

import nn
from autograd import Value, replayed, select
from autograd.functions import sum as sum_of
from tests.benchmarks.tables import print_table, verdict
from tests.microgpt import GPT, Peer, document, padded

STEPS, TIMED = 1000, 35
# As long as first names are: three to eleven letters, six in the mean.
NAMES = """amelia mia olivia noah charlotte liam sophia ethan isabella lucas evelyn mason harper logan camila james aria
elijah scarlett jackson penelope aiden layla samuel riley sebastian zoey david nora carter lily wyatt eleanor jayden
hannah john lillian owen addison dylan aubrey luke ellie gabriel stella anthony natalie isaac zoe grayson leah jack
hazel julian violet levi aurora christopher savannah joshua audrey andrew brooklyn lincoln bella mateo claire ryan"""
LENGTHS = [len(name) for name in NAMES.split()]


def main() -> None:
    whole = {"padded": padded_steps, "as they are": plain_steps}
    check()
    peer = {name: STEPS / TIMED * seconds(lambda make=make: make(Peer, TIMED)) for name, make in whole.items()}
    eager = {name: STEPS / TIMED * seconds(lambda make=make: make(Value, TIMED)) for name, make in whole.items()}
    mine = {name: seconds(lambda make=make: make(Value, STEPS, replayed)) for name, make in whole.items()}
    rows = [
        [name, *(f"{t:.1f}" for t in (peer[name], eager[name], mine[name])), f"{peer[name] / mine[name]:.0f}",
         f"≥ {least}", verdict(peer[name] / mine[name] >= least)]
        for name, least in (("padded", 40), ("as they are", 25))
    ]  # fmt: skip
    print_table([f"{STEPS} names, seconds", "its own Value", "ours", "replayed", "ratio", "target", ""], rows)
    parts = step_times()
    total = 1e3 * sum(parts.values())
    cells = [f"{1e3 * t:.2f}" for t in parts.values()]
    print_table(
        ["a step, ms", *parts, "all", "target", ""], [["7 letters", *cells, f"{total:.2f}", "≤ 2", verdict(total <= 2)]]
    )
    print_table(["memory after", "objects", "peak MB"], memory())


def network(kind: type, decorated: bool) -> GPT:
    return GPT(kind, pick=select) if decorated else GPT(kind)


def plain_steps(kind: type, count: int, decorate: Callable | None = None) -> None:
    model = network(kind, decorate is not None)
    train(model, decorate(model.loss) if decorate else model.loss, [document(name) for name in NAMES.split()], count)


def padded_steps(kind: type, count: int, decorate: Callable | None = None) -> None:
    """Without a replay nobody pads."""
    if decorate is None:
        plain_steps(kind, count)
    else:
        model = network(kind, True)
        train(model, decorate(model.masked), [padded(name, 1 + max(LENGTHS)) for name in NAMES.split()], count)


def train(model: GPT, loss: Callable, samples: list, count: int) -> None:
    update = adam(model.parameters)
    for sample in islice(cycle(samples), count):
        loss(*sample).backward()
        update()


def adam(parameters: list) -> Callable[[], None]:
    """Adam of `nn` for our Values, by the rule for others."""
    if isinstance(parameters[0], Value):
        optimizer = nn.Adam(parameters, lr=0.01, betas=(0.85, 0.99))

        def update() -> None:
            optimizer.step()
            optimizer.zero_grad()

        return update
    m, v, t = [0.0] * len(parameters), [0.0] * len(parameters), 0

    def by_hand() -> None:
        nonlocal t
        t += 1
        for i, p in enumerate(parameters):
            m[i] = 0.85 * m[i] + 0.15 * p.grad
            v[i] = 0.99 * v[i] + 0.01 * p.grad**2
            p.data -= 0.01 * m[i] / (1 - 0.85**t) / ((v[i] / (1 - 0.99**t)) ** 0.5 + 1e-8)
            p.grad = 0.0

    return by_hand


def check() -> None:
    """Raise ArithmeticError where a loss or a gradient differs by more than 1e-9."""
    ours, theirs = network(Value, True), network(Peer, False)
    loss = replayed(ours.loss)
    for name in NAMES.split()[:3]:
        y, z = loss(*document(name)), theirs.loss(*document(name))
        y.backward()
        z.backward()
        if abs(y.data - z.data) > 1e-9 or any(
            abs(p.grad - q.grad) > 1e-9 for p, q in zip(ours.parameters, theirs.parameters, strict=True)
        ):
            raise ArithmeticError(f"the loss of {name} or its gradient is another by replay")


def seconds(run: Callable[[], None]) -> float:
    gc.collect()
    start = process_time()
    run()
    return process_time() - start


def step_times() -> dict[str, float]:
    """The best times of the parts of a step on a name of seven letters, its shape recorded."""
    model = network(Value, True)
    loss = replayed(model.loss)
    optimizer = nn.Adam(model.parameters, lr=0.01)
    sample, rounds = document("abigail"), []
    for _ in range(200):
        times = [perf_counter()]
        y = loss(*sample)
        times.append(perf_counter())
        y.backward()
        times.append(perf_counter())
        optimizer.step()
        times.append(perf_counter())
        optimizer.zero_grad()
        times.append(perf_counter())
        rounds.append([b - a for a, b in pairwise(times)])
    best = map(min, zip(*rounds, strict=True))
    return dict(zip(("call", "backward", "update", "zero_grad"), best, strict=True))


def memory() -> list[list[str]]:
    """Objects that live, and the peak of memory, after calls of a few shapes and after many shapes."""
    weights = [Value(0.1 * k) for k in range(100)]
    loss = replayed(lambda *rows: sum_of([w * x for xs in rows for w, x in zip(weights, xs, strict=False)]).tanh())
    shapes = [(a, b, 60 - a - b) for a in range(60) for b in range(60 - a)]
    rows = []
    for what, calls in (
        ("1,000 calls of 20 shapes", shapes[:20] * 50),
        ("100,000 more", shapes[:20] * 5000),
        ("300 shapes", shapes[20:320]),
        ("1,000 more", shapes[320:1320]),
    ):
        for sizes in calls:
            loss(*([1.0] * n for n in sizes)).backward()
        gc.collect()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rows.append([what, f"{len(gc.get_objects()):,}", f"{peak:.0f}"])
    return rows


if __name__ == "__main__":
    main()
