"""What a program makes one instruction of: sums and dots of unequal length, and positions that look at those before."""

import math
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, record
from autograd.replay import alike
from autograd.value import as_value
from tests.microgpt import GPT
from tests.test_program import choose, compare, leaves
from tests.test_program_use import words


def numbers(n, count=7, seed=3):
    return np.random.default_rng(seed).uniform(-1.5, 1.5, (n, count))


def squares(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True))


# ---- sums and dots of unequal length: as many terms as there are positions up to this one

LOOKS = {
    "sum": (lambda a, b: sum(a), "sum of 1 to 7 → 7×batch"),
    "autograd.sum": (lambda a, b: autograd.sum(a), "sum of 1 to 7 → 7×batch"),
    "mean": (lambda a, b: autograd.mean(a), "sum of 1 to 7 → 7×batch"),
    "products": (squares, "dot of 1 to 7 pairs → 7×batch"),
    "dot": (lambda a, b: autograd.dot(a, b), "dot of 1 to 7 pairs → 7×batch"),
    "products reversed": (lambda a, b: squares(a[::-1], b), "dot of 1 to 7 pairs → 7×batch"),
    "logsumexp": (lambda a, b: autograd.logsumexp(a), "logsumexp of 1 to 7 → 7×batch"),
    "softmax": (lambda a, b: autograd.dot(autograd.softmax(a), b), "largest of 1 to 7 → 7×batch"),
}


ONE_LONG = [1, 1, 1, 1, 1, 1, 7]  # lengths of which the longest is many times the mean


def looking_back(look, inputs, lengths=range(1, 8)):
    a, b = [x.tanh() for x in inputs], [x.exp() for x in inputs]
    return autograd.mean([look(a[:k], b[:k]).sin() for k in lengths])


@pytest.mark.parametrize("lengths", [range(1, 8), ONE_LONG], ids=["rising", "one long"])
@pytest.mark.parametrize("n", [1, 2, 40])
@pytest.mark.parametrize("name", LOOKS)
def test_unequal_lengths_are_one_instruction(name, n, lengths):
    look, expected = LOOKS[name]
    inputs, w = leaves(numbers(1)[0]), Value(0.7)
    program = compare(looking_back(look, [w * x for x in inputs], lengths), inputs, [w], numbers(n))
    assert expected in words(program)


@pytest.mark.parametrize("name", ["sum", "products", "logsumexp", "softmax"])
def test_unequal_lengths_of_parameters_only(name):
    parameters = leaves(numbers(1)[0])
    compare(looking_back(LOOKS[name][0], parameters), [], parameters, np.zeros((1, 0)))


@pytest.mark.parametrize("lengths", [range(1, 8), ONE_LONG], ids=["rising", "one long"])
@pytest.mark.parametrize("look", [lambda a: sum(a), lambda a: autograd.sum(a), lambda a: squares(a, a[::-1])])
def test_sums_of_unequal_length_of_minus_zeros_are_zero(look, lengths):
    x = leaves([1.0] * 7)
    program = record([look([v.sin() for v in x[:k]]) for k in lengths], x)
    for way, n in (("arrays", 1), ("arrays", 3), ("floats", 1)):
        choose(program, way)
        sums = program(np.full((n, 7), -0.0))
        assert sums.tolist() == [[0.0] * 7] * n
        assert not np.signbit(sums).any()


def test_sums_that_share_terms_in_any_order():
    x = leaves(numbers(1)[0])
    a = [v.tanh() for v in x]
    rows = [[0], [6, 2], [2, 6, 0, 0], [5, 4, 3, 2, 1], [1], [0, 1, 2, 3, 4, 5, 6]]
    total = autograd.sum([autograd.sum([a[i] for i in row]).sin() for row in rows])
    compare([total, *a], x, [], numbers(5))


@pytest.mark.parametrize("lengths", [range(1, 8), ONE_LONG], ids=["rising", "one long"])
def test_logsumexps_of_unequal_length_with_infinities(lengths):
    x = leaves(numbers(1)[0])
    a = [2.0 * v for v in x]
    outputs = [autograd.logsumexp(a[:k]) for k in lengths]
    program = record(outputs, x)
    choose(program, "arrays")
    inf = math.inf
    X = np.array([[1.0, inf, 2.0, 3.0, 4.0, 5.0, 6.0], [-inf, -inf, 0.0, 1.0, 2.0, 3.0, 4.0], [1000.0] * 7])
    for row, ys in zip(X.tolist(), program(X).tolist(), strict=True):
        expected = [autograd.logsumexp([2.0 * x for x in row[:k]]) for k in lengths]
        np.testing.assert_allclose(ys, expected, 1e-14)


# ---- a network in microgpt's style


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 12])
def test_positions_of_a_network_are_one_instruction_each_step(n):
    """The length makes no difference but where there is one position, which looks at itself alone."""
    model = GPT(Value, width=4, heads=2, context=12, pick=lambda token, rows: autograd.select(token, rows))
    tokens = leaves([float(k) for k in range(2 * n)])
    loss = model.loss(tokens[:n], tokens[n:])
    X = np.random.default_rng(1).integers(0, 27, (3, 2 * n))
    program = compare(loss, tokens, model.parameters, X)
    assert len(words(program)) <= 45


# ---- gradients that arrive in another order than that of the slots, several at some


@pytest.mark.parametrize("n", [1, 2, 40])
@pytest.mark.parametrize(
    "order",
    [
        [3, 1, 0, 2, 5, 4],  # a permutation of slots in a row
        [5, 0, 0, 3, 2, 4, 1, 5, 5],  # with repetitions
        [4, 0, 1, 5],  # a view of two axes, 0 1 and 4 5
        [0, 5, 1],  # no view
        [2, 0, 5, 2, 0],  # no view, with repetitions
    ],
)
def test_gradients_are_added_up_in_the_order_of_the_slots(order, n):
    x, w = leaves(numbers(1)[0]), leaves([0.5, 1.5])
    for a in [v.tanh() for v in x], x, [w[0] * v for v in x], [w[k % 2] * 1.1 for k in range(7)]:
        wide = [(a[i] * x[k % 7]).sin() for k, i in enumerate(order)]
        rows = [autograd.sum([a[i], a[k % 7], a[-1]]).exp() for k, i in enumerate(order)]
        for parts in wide, rows, [*wide, *rows, *a]:  # alone, so the first to write, and after others
            compare(autograd.mean([v.sin() for v in parts]), x, w, numbers(n))


# ---- sums of sums, of which only the whole is a node

CHAINS = {
    "a mean of products": lambda x, w: autograd.mean([w[0] * x[0], x[1] * x[2], x[3] + w[1], x[0]]),
    "a mean of constants": lambda x, w: autograd.mean([as_value(2.0) * 1.0, as_value(3.0) * 1.0]) * x[0],
    "a product that is used twice": lambda x, w: (p := x[0] * x[1]) + p,
    "a product that is an output too": lambda x, w: w[0] + x[0] * x[1],
    "a sum within a sum": lambda x, w: 0 + (0 + x[0].sin()) + (x[1] * w[0] + (x[2] - x[3])),
    "of all kinds": lambda x, w: sum([x[0].tanh() * x[1], w[0] * w[1], w[0] * x[2], 2 * x[3], x[4], w[1], 5.0, x[0]]),
    "a sum of one": lambda x, w: sum([x[0]]) * sum([w[0]]) * autograd.sum([x[1].exp()]) * autograd.mean([x[2]]),
    "a sum of nothing but zero": lambda x, w: (x[0] * 0 + as_value(0.0) * 1.0 + 0) + sum([x[0].sin() * x[1]]),
}


@pytest.mark.parametrize("name", CHAINS)
def test_chains_of_sums(name):
    x, w = leaves(numbers(1)[0]), leaves([0.5, 1.5])
    whole = CHAINS[name](x, w)
    compare(whole, x, w, numbers(3))
    inside = [v for v in autograd.topological_order(whole) if v.parents]
    compare([whole.sin(), *inside], x, w, numbers(3))


@pytest.mark.parametrize("n", [1, 2, 40])
def test_sums_of_squares_and_what_only_looks_like_them(n):
    """Inputs and computed numbers stand in the same slots of different arrays."""
    x = leaves(numbers(1, 6)[0])
    a = [v.tanh() for v in x]
    squares_of = [sum(v * v for v in row) for row in (a, a[:3], a[3:])]
    compare(autograd.mean([y.sin() for y in squares_of]), x, [], numbers(n, 6))
    mixed = [sum(u * v for u, v in zip(x[k : k + 3], a[k : k + 3], strict=True)) for k in (0, 3)]
    compare(autograd.mean([y.sin() for y in mixed]), x, [], numbers(n, 6))


# ---- windows of an image with zeros around it


def window(kernel, rows, r, c):
    """A kernel of three rows times the window whose corner is (r, c), written with loops."""
    return sum(w * rows[r + i][c + j] for i, row in enumerate(kernel) for j, w in enumerate(row))


def surrounded(rows, zero):
    width = len(rows[0]) + 2
    return [[zero] * width, *([zero, *row, zero] for row in rows), [zero] * width]


@pytest.mark.parametrize("zero", [0.0, as_value(0.0)], ids=["a number", "a Value"])
@pytest.mark.parametrize("of", ["inputs", "computed"])
@pytest.mark.parametrize("n", [1, 2, 40])
def test_windows_at_the_edges_are_in_a_matrix_product_as_those_within(zero, of, n):
    x = leaves(numbers(1, 20)[0])
    kernels = [[leaves(row) for row in kernel] for kernel in np.random.default_rng(2).normal(size=(2, 3, 3)).tolist()]
    rows = [[v.tanh() if of == "computed" else v for v in x[k : k + 5]] for k in range(0, 20, 5)]
    places = [(r, c) for r in range(4) for c in range(5)]
    hidden = [window(kernel, surrounded(rows, zero), r, c).tanh() for r, c in places for kernel in kernels]
    parameters = [w for kernel in kernels for row in kernel for w in row]
    program = compare(autograd.mean(hidden), x, parameters, numbers(n, 20))
    products = [line for line in words(program) if line.startswith("matmul")]
    assert (
        products
        == {
            "inputs": ["matmul 2×9 · 9×6·batch → 12×batch", "matmul 2×9 · 9×14·batch → 28×batch"],
            "computed": ["matmul 2×9 · 9×20·batch → 40×batch"],
        }[of]
    )


def test_a_weight_that_is_no_number_meets_the_zeros_around_an_image():
    x, w = leaves([0.5, 1.5]), leaves([0.5, 1.5, 2.5])
    row = [0.0, *x, 0.0]
    program = record([sum(a * b for a, b in zip(w, row[k:], strict=False)) for k in range(2)], x, w)
    for n in 1, 40:
        program.parameters[:] = [math.inf, 1.0, 2.0]
        assert np.isnan(program(np.ones((n, 2)))[:, 0]).all()  # inf · 0
        program.parameters[:] = [1.0, 2.0, math.nan]
        assert np.isnan(program(np.ones((n, 2)))).all()


# ---- in fewer steps than there are levels


def recurrent(x, w, unit=lambda h, x, w: (w[0] * h + w[1] * x).tanh()):
    """The mean of what a network with one number for a memory answers after each step."""
    h, answers = 0.0, []
    for v in x:
        h = unit(h, v, w)
        answers.append((h.exp() - 1.5).sin())
    return autograd.mean(answers)


def gated(h, x, w):
    keep = (w[0] * h + w[1] * x).sigmoid()
    return keep * h + (1 - keep) * (w[1] * h + w[0] * x).tanh()


def rosenbrock(x, w):
    return sum(100.0 * (b - a**2) ** 2 + (1.0 - a) ** 2 for a, b in pairwise(v * w[0] for v in x))


STEPS = {  # over seven steps: the instructions by levels, and in fewer steps
    "a recurrent network": (recurrent, 46, 28),
    "a gated network": (lambda x, w: recurrent(x, w, gated), 81, 57),
    "Rosenbrock's function": (rosenbrock, 8, 7),
    "two chains in opposite order": (lambda x, w: (w[0] * x[0]).sin().exp() * (w[0] * x[1]).exp().sin(), 6, 5),
    "a chain": (lambda x, w: (w[0] * x[0]).sin().exp().sin().exp(), 5, 5),
}


@pytest.mark.parametrize("name", STEPS)
def test_what_nobody_waits_for_is_computed_at_once(name, monkeypatch):
    network, by_levels, in_steps = STEPS[name]
    x, w = leaves(numbers(1)[0]), leaves([0.5, 1.5])
    for n in 1, 3:
        assert len(words(compare(network(x, w), x, w, numbers(n)))) == in_steps
    monkeypatch.setattr(alike, "MOST", 0)  # groups that are scheduled
    assert len(words(record(network(x, w), x, w))) == by_levels


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32))
def test_groups_that_wait_for_each_other(seed):
    """Chains of the same few operations in any order, which cross: many groups wait for each other in circles."""
    rng = Random(seed)
    x, w = leaves(rng.uniform(-1, 1) for _ in range(7)), leaves([0.5, 1.5])
    ways = autograd.sin, autograd.tanh, autograd.sigmoid, lambda a: a * rng.choice(heads), lambda a: w[0] * a
    heads = [v.tanh() for v in x]
    for _ in range(rng.randint(10, 60)):
        i = rng.randrange(7)
        heads[i] = rng.choice(ways)(heads[i])
    program = compare([autograd.mean(heads), *heads], x, w, np.random.default_rng(seed % 1000).uniform(-1, 1, (3, 7)))
    done = set()
    for group in program._groups:
        assert done.isdisjoint(group)
        assert all(p in done for node in group for p in node.parents if p.parents)
        done.update(group)
    assert done == {*program._recording.nodes}


# ---- random graphs whose like nodes wait for each other


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32))
def test_random_graphs_in_which_like_nodes_follow_upon_each_other(seed):
    """Sums and dots of any length over whatever came before: the same operations at every depth, in any order."""
    rng = Random(seed)
    inputs, parameters = leaves(rng.uniform(-1, 1) for _ in range(4)), leaves(rng.uniform(-1, 1) for _ in range(4))
    nodes = [x.tanh() for x in inputs]
    for _ in range(30):
        a, b = (rng.choices(nodes + parameters * (rng.random() < 0.3), k=rng.randint(1, 5)) for _ in range(2))
        b = (b * 5)[: len(a)]
        look = rng.choice([squares, autograd.dot, lambda a, b: sum(a), lambda a, b: autograd.logsumexp(a)])
        nodes.append(rng.choice([autograd.tanh, autograd.sin])(look(a, b)) * rng.choice([0.7, parameters[0]]))
    X = np.random.default_rng(seed % 1000).uniform(-1, 1, (3, 4))
    compare([autograd.mean(nodes), nodes[-1]], inputs, parameters, X)
