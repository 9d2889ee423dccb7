"""Attention, GPT and the loss of a sequence: against PyTorch's figures and microgpt's numbers, replayed and misused."""

import json
import math
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import nn
from autograd import Value, dot, record
from nn import GPT, MultiheadAttention
from nn.arrays import flat, leaves
from nn.module import plain
from tests import microgpt

FIGURES = json.loads((Path(__file__).parent / "golden" / "attention.json").read_text(encoding="utf-8"))
each = pytest.mark.parametrize


def close(expected):
    return pytest.approx(np.array(expected), rel=1e-9, abs=1e-12)


def gradients(module):
    """A module's gradients in arrays, with the names and shapes of its state."""
    shapes = module.state_dict()
    for name, index, v in module.placed_parameters():
        shapes[name][index] = v.grad
    return shapes


def agree(ours, theirs):
    assert list(ours) == list(theirs)
    for name, array in theirs.items():
        assert ours[name] == close(array), name


def ten_steps(module, loss):
    optimizer = nn.Adam(module.parameters(), lr=0.01, eps=1e-4)
    for _ in range(10):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
    return module.state_dict()


# ---- against PyTorch


@each("causal", [False, True])
def test_attention_gives_pytorchs_outputs_weights_gradients_and_ten_steps_of_adam(causal):
    figures = FIGURES["MultiheadAttention"][causal]
    attention = MultiheadAttention(4, 2, rng=0).load_state_dict(figures["state"])
    agree(attention.state_dict(), figures["state"])

    def loss(X):
        errors = [v - c for v, c in zip(flat(attention(X, causal)), flat(figures["c"]), strict=True)]
        return 0.5 * dot(errors, errors)

    X = leaves(figures["X"])
    assert np.array(plain(attention(X, causal=causal))) == close(figures["outputs"])
    assert np.array(attention.weights) == close(figures["weights"])
    loss(X).backward()
    agree(gradients(attention), figures["gradients"])
    assert [v.grad for v in flat(X)] == close(flat(figures["of X"]))
    agree(ten_steps(attention, lambda: loss(figures["X"])), figures["after ten steps"])


def test_a_gpt_takes_the_state_of_a_torch_module_and_gives_its_scores_gradients_and_ten_steps():
    figures = FIGURES["GPT"]
    model = GPT(5, 4, 4, 2, 2).load_state_dict(figures["state"])
    agree(model.state_dict(), figures["state"])

    def loss():
        return nn.cross_entropy(model([4, 0, 3]), [0, 3, -1])

    assert np.array(plain(model([4, 0, 3]))) == close(figures["scores"])
    assert loss().data == pytest.approx(figures["loss"], rel=1e-12)
    loss().backward()
    agree(gradients(model), figures["gradients"])
    agree(ten_steps(model, loss), figures["after ten steps"])


@pytest.mark.torch
def test_a_torch_module_loads_a_gpts_state_and_agrees(tmp_path):
    """The module stands in golden/record_attention.py; torch gets a process of its own."""
    model = GPT(27, 16, 16, 4, 2, rng=0)
    model.save(tmp_path / "model.npz")
    tokens = [26, 0, 13, 13, 0, 7]
    np.savez(tmp_path / "data.npz", tokens=tokens, scores=plain(model(tokens)))
    code = """
import sys, numpy, torch
from tests.golden.record_attention import GPT
gpt = GPT(27, 16, 16, 4, 2)
state = numpy.load(sys.argv[1] + "/model.npz")
gpt.load_state_dict({name: torch.tensor(state[name]) for name in state.files})
data = numpy.load(sys.argv[1] + "/data.npz")
numpy.testing.assert_allclose(gpt(torch.tensor(data["tokens"])).detach().numpy(), data["scores"], rtol=1e-10)
"""
    subprocess.run([sys.executable, "-c", code, tmp_path], check=True, cwd=Path(__file__).parent.parent)


# ---- against microgpt, whose Value and network stand in microgpt.py


def step_of_microgpt(parameters, step, steps):
    """Adam with β = 0.85 and 0.99, and a rate that falls to 0; what it keeps for each number stands beside it."""
    rate = 0.01 * (1 - step / steps)
    for kept in parameters:
        p = kept["p"]
        kept["m"] = 0.85 * kept["m"] + 0.15 * p.grad
        kept["v"] = 0.99 * kept["v"] + 0.01 * p.grad**2
        p.data -= rate * (kept["m"] / (1 - 0.85 ** (step + 1))) / ((kept["v"] / (1 - 0.99 ** (step + 1))) ** 0.5 + 1e-8)
        p.grad = 0.0


@each("layers", [1, 2])
def test_a_gpt_goes_where_microgpt_goes_step_by_step_from_the_same_weights(layers):
    theirs, model = microgpt.GPT(microgpt.Peer, layers=layers), GPT(27, 16, layers=layers)
    assert len(model.parameters()) == 1120 + 3072 * layers
    for p, q in zip(model.parameters(), theirs.parameters, strict=True):
        p.data = q.data
    optimizer = nn.Adam(model.parameters(), lr=0.01, betas=(0.85, 0.99))
    kept = [{"p": p, "m": 0.0, "v": 0.0} for p in theirs.parameters]
    for step, name in enumerate(("mary", "io", "anna")):
        tokens, targets = microgpt.document(name)
        expected = theirs.loss(tokens, targets)
        expected.backward()
        loss = nn.cross_entropy(model(tokens), targets)
        optimizer.zero_grad()
        loss.backward()
        assert loss.data == pytest.approx(expected.data, rel=1e-12)
        gradients = [q.grad for q in theirs.parameters]
        assert [p.grad for p in model.parameters()] == pytest.approx(gradients, rel=1e-9, abs=1e-13)
        step_of_microgpt(kept, step, 3)
        optimizer.lr = 0.01 * (1 - step / 3)
        optimizer.step()
        numbers = [q.data for q in theirs.parameters]
        assert [p.data for p in model.parameters()] == pytest.approx(numbers, rel=1e-9, abs=1e-10)


# ---- what each means


def test_attention_on_equal_keys_is_the_mean_and_on_one_position_its_value():
    attention = MultiheadAttention(4, 2, rng=0)
    state = attention.state_dict()
    state["in_proj_weight"][4:8] = 0.0  # all keys are their bias
    attention.load_state_dict(state)
    x = np.random.default_rng(0).normal(size=(5, 4))

    def through(v):
        value = v @ state["in_proj_weight"][8:].T + state["in_proj_bias"][8:]
        return value @ state["out_proj.weight"].T + state["out_proj.bias"]

    assert np.array(plain(attention(x.tolist()))) == close(np.tile(through(x.mean(axis=0)), (5, 1)))
    assert np.array(attention.weights) == close(np.full((2, 5, 5), 0.2))
    means = np.cumsum(x, axis=0) / np.arange(1, 6)[:, None]
    assert np.array(plain(attention(x.tolist(), causal=True))) == close(through(means))
    assert np.array(attention.weights) == close(np.tile(np.tril(np.ones((5, 5))) / np.arange(1, 6)[:, None], (2, 1, 1)))
    for causal in (False, True):
        assert np.array(plain(attention(x[:1], causal))) == close(through(x[:1]))
        assert attention.weights == [[[1.0]], [[1.0]]]


@each("causal", [False, True])
def test_attention_does_not_know_the_order_and_a_causal_one_not_the_future(causal):
    attention = MultiheadAttention(6, 3, rng=1)
    x = np.random.default_rng(0).normal(size=(4, 6))
    y = np.array(plain(attention(x, causal)))
    changed = x.copy()
    changed[3] += 1.0
    moved = np.abs(np.array(plain(attention(changed, causal))) - y).max(axis=1) > 1e-6
    assert moved.tolist() == ([False] * 3 if causal else [True] * 3) + [True]
    if not causal:
        order = [2, 0, 3, 1]
        assert np.array(plain(attention(x[order]))) == close(y[order])


def test_attention_of_width_one_takes_and_gives_numbers():
    attention = MultiheadAttention(1, 1, rng=0)
    outputs = attention([0.5, [-1.0], Value(2.0)])
    assert {type(y) for y in outputs} == {Value}


def test_a_gpt_is_causal_and_keeps_the_weights_of_its_last_call():
    model = GPT(6, 5, 8, 2, 3, rng=0)
    scores = plain(model([5, 0, 1, 2]))
    assert scores[:3] == plain(model([5, 0, 1]))
    assert np.shape([layer.weights for layer in model.layers]) == (3, 2, 3, 3)
    for layer in model.layers:
        assert np.array(layer.weights).sum(axis=2) == close(np.ones((2, 3)))
        assert (np.triu(layer.weights, 1) == 0.0).all()
    assert plain(model([Value(5.0), 0, np.int64(1), 2.0])) == scores
    assert GPT(nn.data.Vocabulary(["abcde"]), 5, 8, 2, 3, rng=0).state_dict().keys() == model.state_dict().keys()
    spread = np.concatenate([array.ravel() for array in GPT(27, 16, rng=0).state_dict().values()])
    assert (spread.mean(), spread.std()) == pytest.approx((0.0, 0.08), abs=0.004)


def test_a_gpt_generates_up_to_the_boundary_or_the_end_of_its_context():
    model = GPT(4, 6, 8, 2, rng=0)
    texts = [model.generate([3], rng=seed) for seed in range(50)]
    assert texts == [model.generate([3], rng=seed) for seed in range(50)]
    for tokens in texts:
        assert tokens[0] == 3
        assert 3 not in tokens[1:-1]
        assert {type(token) for token in tokens} == {int}
        assert len(tokens) == 7 or (tokens[-1] == 3 and 2 <= len(tokens) < 7)
    assert any(len(tokens) == 7 for tokens in texts)
    assert model.generate(np.array([3, 1, 2]), rng=0)[:3] == [3, 1, 2]
    random.seed(5)
    first = model.generate([3])
    random.seed(5)
    assert model.generate([3]) == first


def test_tokens_are_drawn_with_the_probabilities_of_the_scores_at_the_temperature():
    model = GPT(3, 1, 2, 1, init=lambda nin, nout, rng: rng.normal(size=(nout, nin)), rng=2)
    (scores,) = plain(model([2]))
    rng = np.random.default_rng(0)
    for temperature in (0.5, 1.0, 4.0):
        drawn = [model.generate([2], temperature=temperature, rng=rng)[1] for _ in range(800)]
        expected = np.exp(np.array(scores) / temperature)
        assert np.bincount(drawn, minlength=3) / 800 == pytest.approx(expected / expected.sum(), abs=0.06)
    assert {model.generate([2], temperature=1e-320, rng=rng)[1] for _ in range(20)} == {int(np.argmax(scores))}


# ---- replayed


@each("length", [1, 3])
def test_a_recorded_gpt_looks_up_other_tokens_and_leaves_out_other_padding(length):
    model = GPT(5, 3, 4, 2, rng=0)
    tokens, targets = [Value(4.0) for _ in range(length)], [Value(1.0) for _ in range(length)]
    program = record(nn.cross_entropy(model(tokens), targets), [*tokens, *targets], model.parameters())
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 5, (40, length)), rng.integers(-1, 5, (40, length))
    y[:, 0] = np.abs(y[:, 0])
    model.zero_grad()
    losses = [nn.cross_entropy(model(a), b) for a, b in zip(X.tolist(), y.tolist(), strict=True)]
    value, g = program.value_and_grad(np.concatenate([X, y], axis=1))
    assert program.outputs[:, 0] == pytest.approx([loss.data for loss in losses], rel=1e-12)
    for loss in losses:
        loss.backward(1 / 40)
    assert g == pytest.approx([p.grad for p in model.parameters()], rel=1e-9, abs=1e-14)
    assert value == pytest.approx(np.mean([loss.data for loss in losses]), rel=1e-12)
    with pytest.raises(IndexError, match="one of 5 is chosen by a whole number from 0 to 4, not by 5"):
        program(np.concatenate([X[:1] * 0 + 5, y[:1]], axis=1))


def test_fit_trains_a_gpt_on_sequences_by_replay_as_it_does_eagerly():
    X, y, vocabulary = nn.data.sequences(["ab", "b", "abab", "ba"] * 5)
    losses = []
    for replay in (True, False):
        model = GPT(vocabulary, 5, 4, 2, rng=0)
        history = nn.fit(
            model, X, y, loss=nn.cross_entropy, optimizer=nn.Adam(model.parameters(), lr=0.05), epochs=3, rng=0,
            progress=False, replay=replay, validation=(X[:3], y[:3]),
        )  # fmt: skip
        losses.append((history.loss, history.validation_loss))
        assert model.predict(X).shape == (20, 5, 3)
    assert losses[0][0] == pytest.approx(losses[1][0], rel=1e-9)
    assert losses[0][1] == pytest.approx(losses[1][1], rel=1e-9)
    assert losses[0][0][-1] < losses[0][0][0]


# ---- cross-entropy over positions


def test_the_loss_of_a_sequence_is_the_mean_over_the_positions_that_have_a_target():
    scores = np.random.default_rng(0).normal(size=(4, 3))
    single = [nn.cross_entropy(z, t).data for z, t in zip(scores, [2, 0, 1, 1], strict=True)]
    for given in (scores, scores.tolist(), [tuple(map(Value, z)) for z in scores.tolist()]):
        for targets in ([2, 0, 1, 1], np.array([2, 0, 1, 1]), [Value(2), 0, 1.0, Value(1)]):
            assert nn.cross_entropy(given, targets).data == pytest.approx(np.mean(single), rel=1e-14)
        for targets in ([2, -1, 1, -1], [Value(2), Value(-1), 1, -1]):
            assert nn.cross_entropy(given, targets).data == pytest.approx((single[0] + single[2]) / 2, rel=1e-14)
    assert nn.cross_entropy(scores[:1], [2]).data == pytest.approx(single[0], rel=1e-14)
    assert nn.cross_entropy([[0.0, 1e308], [-1e308, 0.0]], [1, -1]).data == 0.0


def test_nothing_flows_to_a_position_without_a_target():
    for targets in ([1, -1], [Value(1), Value(-1)]):
        scores = leaves([[0.3, -0.2], [1e300, 5.0]])
        nn.cross_entropy(scores, targets).backward()
        assert scores[0][0].grad == pytest.approx(-scores[0][1].grad) != 0.0
        assert [v.grad for v in scores[1]] == [0.0, 0.0]


@each(
    ("targets", "error", "message"),
    [
        ([-1, -1], ValueError, "cross_entropy got the target -1 for every position"),
        ([Value(-1), Value(-1)], ValueError, "cross_entropy got the target -1 for every position"),
        ([1], ValueError, "cross_entropy needs a target for each of 2 positions, got 1"),
        (1, ValueError, "cross_entropy needs a target for each of 2 positions, got 1"),
        ([1, 3], ValueError, "cross_entropy got class 3: with 3 outputs the classes are 0 to 2"),
        ([1, -2], ValueError, "cross_entropy got class -2: with 3 outputs the classes are 0 to 2"),
        ([1, 0.5], ValueError, "cross_entropy got class 0.5"),
        (["a", 1], TypeError, "cross_entropy takes numbers and Values as targets, not 'a'"),
        ([Value(1), Value(3)], ValueError, "cross_entropy got class 3.0: with 3 outputs the classes are 0 to 2"),
    ],
)
def test_targets_that_do_not_fit_a_sequence_are_told(targets, error, message):
    with pytest.raises(error, match=message):
        nn.cross_entropy([[0.0, 1.0, 2.0]] * 2, targets)


# ---- misuse


@each(
    ("call", "error", "message"),
    [
        (lambda: MultiheadAttention(4, 3), ValueError, "3 heads do not divide 4 numbers"),
        (lambda: MultiheadAttention(4, 0), ValueError, "attention needs a whole number of heads"),
        (lambda: MultiheadAttention(4, 2)([]), ValueError, r"MultiheadAttention\(4, 2\) takes a sequence of at least"),
        (lambda: MultiheadAttention(4, 2)(1.0), ValueError, r"MultiheadAttention\(4, 2\) takes a sequence of at least"),
        (
            lambda: MultiheadAttention(4, 2)([[1.0] * 3]),
            ValueError,
            r"MultiheadAttention\(4, 2\) takes 4 inputs, got 3",
        ),
        (lambda: GPT(5, 3)([]), ValueError, r"GPT\(5, 3, 16, 4, 1\) takes 1 to 3 tokens, its context, got 0"),
        (lambda: GPT(5, 3)([0] * 4), ValueError, r"GPT\(5, 3, 16, 4, 1\) takes 1 to 3 tokens, its context, got 4"),
        (lambda: GPT(5, 3)([5]), IndexError, r"GPT\(5, 3, 16, 4, 1\) has the tokens 0 to 4, and not 5"),
        (lambda: GPT(5, 3)("ab"), TypeError, "takes a list of tokens, not 'ab': vocabulary.encode"),
        (lambda: GPT(5, 3)([[1]]), TypeError, r"takes tokens, whole numbers, not \[1\]"),
        (lambda: GPT(5, 3)([Value(7.0)]), IndexError, r"GPT\(5, 3, 16, 4, 1\) has the tokens 0 to 4, and not 7"),
        (lambda: GPT(5, 3)(1), TypeError, "takes a list of tokens, not 1"),
        (lambda: GPT(5, 3, 6, 4), ValueError, "4 heads do not divide 6 numbers"),
        (lambda: GPT(5, 0), ValueError, "a GPT needs a whole number of positions as its context"),
        (lambda: GPT(5, 3, layers=0), ValueError, "a GPT needs a whole number of layers"),
        (lambda: GPT(5.5, 3), ValueError, "a GPT needs a vocabulary or a whole number of tokens"),
        (lambda: GPT(5, 3).generate([]), ValueError, "takes 1 to 3 tokens, its context, got 0"),
        (lambda: GPT(5, 3).generate([4, 0.5]), IndexError, "has the tokens 0 to 4, and not 0.5"),
        (lambda: GPT(5, 3).generate([4], temperature=0), ValueError, "temperature is a number above 0, not 0"),
        (lambda: GPT(5, 3).generate([4], temperature=math.nan), ValueError, "temperature is a number above 0, not nan"),
    ],
)
def test_misuse_is_told_by_name(call, error, message):
    with pytest.raises(error, match=message):
        call()
