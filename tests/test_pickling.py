"""Copies and pickles of graphs: each backpropagates on its own, and Values copied together keep what they share."""

import copy
import pickle

import pytest

from autograd import Value, grad
from autograd.operations import OPERATIONS, constant

COPIERS = [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
PROTOCOLS = range(2, pickle.HIGHEST_PROTOCOL + 1)
copiers = pytest.mark.parametrize("copied", COPIERS, ids=["deepcopy", "pickle"])


@copiers
def test_a_copied_graph_backpropagates_on_its_own(copied):
    a = Value(3.0, "a")
    y = (a * a + 2).tanh() * 10
    y.label = "y"
    y.backward()
    twin = copied(y)
    assert (twin.data, twin.grad, twin.label, twin.operation) == (y.data, 1.0, "y", OPERATIONS["multiply"])
    before = a.grad
    twin.backward()
    assert a.grad == before


class Named(Value):
    __slots__ = ("name",)

    def __init__(self, data, name):
        super().__init__(data)
        self.name = name


SHALLOW = [*COPIERS, copy.copy]


@pytest.mark.parametrize("copied", SHALLOW, ids=["deepcopy", "pickle", "copy"])
def test_a_copy_keeps_its_class_its_attributes_and_its_slots(copied):
    named = Named(2.0, "first")
    named.m = [0.5]
    twin = copied(named)
    assert (type(twin), twin.data, twin.name, twin.m) == (Named, 2.0, "first", [0.5])
    assert (twin.m is named.m) == (copied is copy.copy)


@copiers
def test_a_copied_graph_keeps_them_too(copied):
    named = Named(2.0, "first")
    y = named * 3
    y.leaf, y.itself = named, y
    twin = copied(y)
    assert type(twin.parents[0]) is Named
    assert twin.parents[0].name == "first"
    assert twin.leaf is twin.parents[0]
    assert twin.itself is twin


@copiers
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_values_copied_together_keep_what_they_share(copied, order):
    a = Value(3.0)
    pair = (a, a * a + a)
    twins = copied([pair[i] for i in order])
    twin_a, twin_y = (twins[order.index(i)] for i in (0, 1))
    twin_y.backward()
    assert (twin_a.grad, a.grad) == (7.0, 0.0)


@copiers
def test_every_node_of_a_graph_in_any_order(copied):
    a = Value(2.0)
    nodes = [a]
    for _ in range(50):
        nodes.append(nodes[-1] * 1.5 + a)
    for sequence in (nodes, nodes[::-1], nodes[::7] + nodes):
        twins = copied(sequence)
        assert [v.data for v in twins] == [v.data for v in sequence]
        twin_of = dict(zip(sequence, twins, strict=True))
        for v, twin in twin_of.items():
            assert [twin_of.get(p) for p in v.parents if p in twin_of] == [p for p in twin.parents if p in twins]
        for end in (nodes[-1], twin_of[nodes[-1]]):
            end.zero_grad()
            end.backward()
        assert twin_of[a].grad == a.grad > 0


@copiers
def test_two_graphs_on_common_parameters_in_a_dict(copied):
    w, x = Value(2.0, "w"), Value(3.0, "x")
    twin = copied({"first": w * x, "w": w, "second": w + x})
    twin["first"].backward()
    twin["second"].backward()
    assert twin["w"].grad == 4.0


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_protocol_and_the_python_pickler(protocol):
    a = Value(2.0, "a")
    y = a**3 - 1
    for dump in (pickle.dumps, pickle._dumps):
        twin_a, twin_y = pickle.loads(dump((a, y), protocol))
        twin_y.backward()
        assert (twin_a.grad, twin_a.label) == (12.0, "a")


def test_a_constant_is_still_a_constant():
    y = pickle.loads(pickle.dumps(Value(2.0) * 5))
    assert y.parents[1].operation is constant
    assert y.parents[0].operation is None


def test_a_failed_pickle_leaves_nothing_behind():
    y = Value(2.0) * 3
    with pytest.raises((AttributeError, pickle.PicklingError), match="lambda"):
        pickle.dumps([y, lambda: None])
    assert pickle.loads(pickle.dumps(y)).data == 6.0


def test_a_long_lived_pickler_does_not_disturb_another(tmp_path):
    a = Value(2.0)
    y = a * a
    with open(tmp_path / "values", "wb") as file:
        pickler = pickle.Pickler(file)
        pickler.dump(y)
        assert pickle.loads(pickle.dumps(y)).data == 4.0
        pickler.dump(a)
    with open(tmp_path / "values", "rb") as file:
        unpickler = pickle.Unpickler(file)
        twin_y, twin_a = unpickler.load(), unpickler.load()
    twin_y.backward()
    assert twin_a.grad == 4.0


def test_a_shallow_copy_shares_the_parents():
    a = Value(2.0, "a")
    y = a * a
    twin = copy.copy(y)
    assert twin is not y
    assert twin.parents is y.parents
    twin.backward()
    assert (a.grad, y.grad) == (4.0, 0.0)


def test_a_derivative_graph_is_copied_too():
    def f(x):
        return pickle.loads(pickle.dumps(x * 1.0)) * x

    assert grad(f)(3.0) == 3.0
