"""A chain of a million nodes builds, backpropagates, is copied, pickled and freed, at the default recursion limit."""

import copy
import pickle
import sys

import pytest

from autograd import Value
from tests.shared import values_alive

N = 1_000_000


def chain(n):
    x, rate = Value(1.0), Value(1.0 - 1e-6)
    y = x
    for _ in range(n):
        y = y * rate
    return x, y


@pytest.fixture
def default_recursion_limit(collector_off):
    """Nothing here leaves cycles, and collecting a million objects again and again takes most of the time."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    sys.setrecursionlimit(limit)


def test_a_million_nodes_deep(default_recursion_limit):
    before = values_alive()
    x, y = chain(N)
    y.backward()
    expected = y.data
    assert x.grad == expected == pytest.approx(0.36787, abs=1e-4)
    twin = copy.deepcopy(y)
    del y
    twin.backward()
    assert twin.data == expected
    dump = pickle.dumps(twin)
    del twin
    loaded = pickle.loads(dump)
    loaded.backward()
    assert loaded.data == expected
    del loaded, x
    assert values_alive() == before


def test_a_sum_of_100_000_terms_is_copied_and_pickled(default_recursion_limit):
    xs = [Value(1.0) for _ in range(100_000)]
    total = sum(xs)
    for twin in (copy.deepcopy(total), pickle.loads(pickle.dumps(total))):
        twin.backward()
        assert twin.data == total.data == 100_000.0
    assert xs[0].grad == 0.0
