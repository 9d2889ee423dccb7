"""What a program is recorded from: each use of a sum or product is found, in one search without an order."""

import gc
from random import Random

import pytest

import autograd
from autograd import Value, record, replayed
from autograd.replay import trace
from tests.test_program import compare, leaves

N = [[0.3, -1.2, 2.5], [1.0, 0.5, -0.7]]


def nodes_in(program):
    """How many nodes of the graph its instructions stand for, in all."""
    return sum(instruction.nodes for instruction in program._grouping.instructions)


# ---- terms that are used again: by whom, and met before the sum or after it

AGAIN = {
    "by a function": lambda p: p.tanh(),
    "by a product": lambda p: p * p,
    "by a sum": lambda p: p + 1.0,
    "by a sum of products": lambda p: p + p * 2.0,
    "by a mean": lambda p: autograd.mean([p, p * 3.0]),
    "by a sum of sums": lambda p: autograd.sum([p, p, p + p]),
    "not at all": lambda p: 0.0,
}


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("term", [lambda a, b, c: a * b, lambda a, b, c: a + b, lambda a, b, c: a * b + c])
@pytest.mark.parametrize("again", AGAIN)
def test_a_term_that_is_used_again(again, term, first):
    inputs, w = leaves(N[0]), Value(0.7)
    a, b, c = inputs
    shared = term(a, b * w, c)
    total, other = shared + a * c + w, AGAIN[again](shared)
    y = (total + other if first else other + total).sin()
    program = compare([y, total * 1.0], inputs, [w], N)
    assert nodes_in(program) == program._recording.node_count


def test_a_term_that_is_an_output():
    inputs = a, b, c = leaves(N[0])
    p, s = a * b, b * c + a
    program = compare([(p + s + c).sin(), s, p], inputs, [], N)
    assert nodes_in(program) == program._recording.node_count


MAKERS = [
    lambda a, b, c: a + b,
    lambda a, b, c: a * b,
    lambda a, b, c: autograd.sum([a, b, c]),
    lambda a, b, c: autograd.mean([a, c]),
    lambda a, b, c: (a * 0.3).tanh(),
    lambda a, b, c: 0.0 + a * b,
]


@pytest.mark.parametrize("seed", range(30))
def test_random_sums_of_sums_of_shared_terms(seed):
    rng = Random(seed)
    inputs = leaves(N[0])
    values = [*inputs]
    for _ in range(25):
        values.append(rng.choice(MAKERS)(*rng.choices(values[-8:], k=3)))
        if abs(values[-1].data) > 10.0:
            values[-1] = values[-1].tanh()
    outputs = [autograd.sum(values[-6:]).sin(), *rng.sample(values, 2)]
    program = compare(outputs, inputs, [], N)
    assert program._recording.node_count == len({v for y in outputs for v in ancestors(y) if v.parents})


def ancestors(y):
    found, stack = set(), [y]
    while stack:
        v = stack.pop()
        if v not in found:
            found.add(v)
            stack += v.parents
    return found


# ---- an order that does not rest on where nodes lie in memory


def network(ws, xs):
    hidden = [autograd.sum([w * x for w, x in zip(row, xs, strict=True)]).tanh() for row in ws]
    shared = [h + x for h, x in zip(hidden, xs, strict=True)]
    return autograd.sum([s * s for s in shared]) + sum(h * s for h, s in zip(hidden, shared, strict=True))


@pytest.mark.parametrize("way", ["record", "trace"])
def test_the_same_program_wherever_nodes_lie(way):
    programs, kept = set(), []
    for seed in range(5):
        rng = Random(seed)
        kept += [Value(0.0) for _ in range(rng.randrange(200))]
        rng.shuffle(kept)
        del kept[: len(kept) // 2]  # so that new nodes lie here and there
        ws, xs = [leaves([0.1 * i, 0.2, -0.3]) for i in range(3)], leaves(N[0])
        if way == "record":
            program = record(network(ws, xs), xs, [w for row in ws for w in row])
        else:
            found = trace(lambda: network(ws, xs), xs)  # noqa: B023
            assert found.parameters == [w for row in ws for w in row]
            program = found.program()
        steps = tuple((node.operation.name, node.data) for node in program._recording.nodes)
        programs.add((steps, program.to_numpy()))
    assert len(programs) == 1


def test_parameters_stand_in_the_order_of_their_use():
    b, *w = leaves([0.5, 1.0, 2.0, 3.0, 4.0])
    x = Value(0.3)
    found = trace(lambda: (w[0] * x + w[1] * x + b).tanh() * w[3] + w[2], [x])
    assert found.parameters == [w[0], w[1], b, w[3], w[2]]


# ---- what was there before


def test_what_was_computed_before_is_never_looked_into():
    a, b, x = leaves([0.3, 0.4, 2.0])
    product, total = a * b, a * b + a
    for f, parameters in [
        (lambda: product, [product]),
        (lambda: [product, x], [product]),
        (lambda: product + x, [product]),
        (lambda: (total + x * product + x).tanh(), [total, product]),
        (lambda: autograd.sum([x, total]), [total]),
    ]:
        found = trace(f, [x])
        assert set(found.parameters) == set(parameters)
        assert found.program()([[2.0]])[0, 0] == pytest.approx(found.outputs[0].data, rel=1e-15)


def test_of_several_stale_nodes_the_first_is_named():
    a = Value(2.0)
    for y in ((a * 2.0) * (a * 3.0).tanh(), (a * 2.0).tanh() * (a * 3.0), (a * 2.0 + a * 3.0).sin() + a):
        a.data = 4.0
        with pytest.raises(ValueError, match="the graph is stale: Value = 4, made by multiply"):
            record(y, [a])
        a.data = 2.0


def test_what_a_replayed_function_gave_is_written_out_and_counted():
    w, x = Value(0.7), Value(0.3)
    f = replayed(lambda x: (w * x + x * x).tanh())
    whole = record(f(x) * f(x) + f(x) * w, [x], [w])
    plain = record(f.plain(x) * f.plain(x) + f.plain(x) * w, [x], [w])
    assert repr(whole) == repr(plain) == "Program of 15 nodes: 1 input, 1 parameter, 1 output"
    assert whole([[0.5]]) == plain([[0.5]])


def test_the_collector_rests_while_a_function_is_traced_and_searched():
    x, states = Value(0.3), []
    assert gc.isenabled()

    def f():
        states.append(gc.isenabled())
        return x.tanh()

    trace(f, [x])
    assert states == [False]
    assert gc.isenabled()


def test_of_two_who_watch_both_are_told_of_each_node():
    x = Value(0.0)
    with autograd.detect_anomaly():
        with pytest.raises(autograd.ReplayError, match="log gave -inf"):
            trace(x.log, [x])
        found = trace(x.exp, [x])
    assert found.parameters == []
    assert [v.operation.name for v in found.interior] == ["exp"]
