"""The names of PyTorch and Keras: who types them is told ours, in one sentence."""

from collections import deque

import numpy as np
import pytest

import nn
from autograd import Value
from nn import peers

MODEL = nn.MLP(2, [16, 1], rng=0)


@pytest.mark.parametrize("name", peers.IN_NN)
def test_names_of_the_module(name):
    with pytest.raises(AttributeError) as raised:
        getattr(nn, name)
    assert str(raised.value) == f"nn has no attribute '{name}': {peers.IN_NN[name]}"


@pytest.mark.parametrize("name", peers.IN_MODULE)
def test_names_of_a_model(name):
    with pytest.raises(AttributeError) as raised:
        getattr(MODEL, name)
    assert str(raised.value) == f"MLP has no attribute '{name}': {peers.IN_MODULE[name]}"
    assert not hasattr(MODEL, name)


def test_what_the_advice_names_is_there():
    for advice in (*peers.IN_NN.values(), *peers.IN_MODULE.values()):
        for word in advice.replace("(", " ").replace(",", " ").split():
            if word.startswith(("nn.", "model.")):
                owner, name = word.strip(".").split(".")[:2]
                assert hasattr({"nn": nn, "model": MODEL}[owner], name), word


@pytest.mark.parametrize("name", ["nonsense", "__deepcopy__"])
def test_other_names_are_absent_as_ever(name):
    for owner, text in ((nn, "nn"), (MODEL, "MLP")):
        with pytest.raises(AttributeError, match=f"^{text} has no attribute '{name}'$"):
            getattr(owner, name)


def fitted(**settings):
    return nn.fit(MODEL, [[0.0, 1.0]], [1.0], loss=nn.mse, optimizer=nn.Adam(MODEL.parameters()), epochs=1, **settings)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nn.SGD(MODEL.parameters(), learning_rate=0.1), "SGD takes no argument 'learning_rate': .* lr here"),
        (lambda: nn.Adam(MODEL.parameters(), learning_rate=0.1), "Adam takes no argument 'learning_rate'"),
        (lambda: nn.Adam(MODEL.parameters(), nonsense=1), "unexpected keyword argument 'nonsense'"),
        (lambda: fitted(verbose=0), "fit takes no argument 'verbose': it is called progress here"),
        (lambda: fitted(validation_data=1), "fit takes no argument 'validation_data': it is called validation here"),
        (lambda: fitted(nonsense=1), "fit takes no argument 'nonsense'$"),
    ],
)
def test_arguments(call, message):
    with pytest.raises(TypeError, match=message):
        call()


# ---- one sample


SAMPLES = [
    (0.5, 2.0),
    deque([0.5, 2.0]),
    np.array([0.5, 2.0]),
    np.array([Value(0.5), Value(2.0)]),
    (x for x in (0.5, 2.0)),
]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: type(sample).__name__)
def test_a_sample_is_any_sequence_of_numbers(sample):
    assert MODEL(sample).data == MODEL([0.5, 2.0]).data


@pytest.mark.parametrize("samples", [np.ones((3, 2)), [[1.0, 2.0]] * 3, [np.ones(2)] * 3])
def test_many_samples_are_for_predict(samples):
    with pytest.raises(ValueError, match=r"takes one sample, and this holds 3: model\.predict\(X\) takes many"):
        MODEL(samples)


@pytest.mark.parametrize("sample", ["ab", {1.0, 2.0}, {1: 2.0, 2: 3.0}, None, b"ab"])
def test_what_is_no_sample(sample):
    with pytest.raises(TypeError, match="takes one sample, a list of 2 numbers or Values, not"):
        MODEL(sample)


def test_messages_are_short():
    with pytest.raises(ValueError) as raised:  # noqa: PT011
        nn.MLP(784, [128, 10], rng=0)(np.ones((60, 784)))
    assert len(str(raised.value)) < 200
    assert str(MODEL) == "MLP of [Layer of [16 × ReLUNeuron(2)], Layer of [LinearNeuron(16)]]"
