"""Language: a GPT that learns to make up names, and what attention is for, each trained for real on single numbers.

A program is a function of a seed that gives figures by name, `seconds` among them; the test below it says what they
must come to. `python -m tests.benchmarks programs` runs all from ten seeds, and adds what each would take eagerly.
"""

import math

import numpy as np

import nn
from autograd import replayed
from tests.loops import mean, seconds

# A GPT on names: each letter from those before it. A. Karpathy, microgpt, 2026: 1,000 steps, a name each, or 32.


def names(batch, seed, replay=True):
    """The loss on 500 names that are held out, in nats a letter; ten names of the model's own, and how many are new.

    The loss of a uniform guess is log 27 = 3.30.
    """
    rng = np.random.default_rng(seed)
    X, y, vocabulary = nn.data.sequences(nn.data.names())
    X, X_test, y, y_test = nn.data.train_test_split(X, y, test=500, rng=rng)
    model = nn.GPT(vocabulary, 16, rng=rng)
    optimizer = nn.Adam(model.parameters(), betas=(0.85, 0.99))

    @replayed
    def loss(tokens, targets):
        return nn.cross_entropy(model(tokens), targets)

    def step(i):
        rows = rng.integers(len(X), size=batch)
        optimizer.lr = 0.01 * (1 - i / 1000)
        optimizer.zero_grad()
        mean(loss, X[rows], y[rows], replay=replay).backward()
        optimizer.step()

    took = seconds(step, 1000, replay)
    letters = (y_test >= 0).sum(axis=1)
    samples = [vocabulary.decode(model.generate([vocabulary.boundary], temperature=0.7, rng=rng)) for _ in range(10)]
    print(*samples)
    return {
        "seconds": took,
        "held out": float(loss.each(X_test, y_test) @ letters / letters.sum()) if replay else math.nan,
        "new": len(set(samples) - set(nn.data.names())),
    }


def test_a_gpt_learns_names_one_by_one():
    assert names(1, 0)["held out"] <= 2.3


def test_a_gpt_learns_names_from_batches_and_makes_up_others():
    figures = names(32, 0)
    assert figures["held out"] <= 2.1
    assert figures["new"] >= 3


# Copying: ten letters of eight, a mark, and the ten again. Only attention can look back as far as it likes.

LETTERS, LENGTH, STEPS = 8, 10, 200
MARK = LETTERS


def copied(n, rng, *, all_targets=False):
    """Sequences to copy, as tokens and as what follows each; the random letters themselves are no targets, or are."""
    text = rng.integers(LETTERS, size=(n, LENGTH))
    X = np.concatenate([text, np.full((n, 1), MARK), text[:, :-1]], axis=1)
    first = np.concatenate([text[:, 1:], np.full((n, 1), -1)], axis=1)  # nothing but the mark follows the last
    return X, np.concatenate([first if all_targets else np.full((n, LENGTH), -1), text], axis=1)


class Attending(nn.Module):
    """Rows for token and position, one head of attention, and a score for each letter: nothing else."""

    def __init__(self, causal, rng):
        self.causal = causal
        self.token, self.place = nn.Embedding(LETTERS + 1, 16, rng=rng), nn.Embedding(2 * LENGTH, 16, rng=rng)
        self.attention = nn.MultiheadAttention(16, 1, rng=rng)
        self.scores = nn.Layer(16, LETTERS, "linear", rng=rng)

    def __call__(self, tokens):
        x = [[a + b for a, b in zip(self.token(t), self.place(i), strict=True)] for i, t in enumerate(tokens)]
        return [self.scores(y) for y in self.attention(x, causal=self.causal)]


class Remembering(nn.Module):
    """The same with a recurrent network in the place of attention, and a few more parameters."""

    def __init__(self, rng):
        self.token = nn.Embedding(LETTERS + 1, 16, rng=rng)
        self.memory = nn.Recurrent(16, 32, return_sequences=True, rng=rng)
        self.scores = nn.Layer(32, LETTERS, "linear", rng=rng)

    def __call__(self, tokens):
        return [self.scores(h) for h in self.memory([self.token(t) for t in tokens])]


def told_right(scores, X, y, positions):
    """The share of letters that are told right where all that follows the position is hidden."""
    rights = []
    for t in positions:
        hidden = X.copy()
        hidden[:, t + 1 :] = MARK
        rights.append(scores.each(hidden)[:, t].argmax(axis=1) == y[:, t])
    return float(np.mean(rights))


def copying(network, seed, replay=True):
    """The last loss, and the share of 1,000 letters that are copied right.

    `network` is "attention", "recurrent" or "unmasked". The last has the random letters as targets too, which nobody
    can foretell, and its share is of those: chance is 1/8, and no honest loss is below 9/19 of log 8, which is 0.98.
    """
    rng = np.random.default_rng(seed)
    model = Remembering(rng) if network == "recurrent" else Attending(network == "attention", rng)
    optimizer = nn.Adam(model.parameters())
    losses = []

    @replayed
    def loss(tokens, targets):
        return nn.cross_entropy(model(tokens), targets)

    def step(i):
        X, y = copied(16, rng, all_targets=network == "unmasked")
        optimizer.lr = (0.015 if network == "recurrent" else 0.03) * (1 - i / STEPS)
        optimizer.zero_grad()
        batch = mean(loss, X, y, replay=replay)
        batch.backward()
        optimizer.step()
        losses.append(batch.data)

    took = seconds(step, STEPS, replay)
    X, y = copied(100, rng, all_targets=True)
    positions = range(LENGTH - 1) if network == "unmasked" else range(LENGTH, 2 * LENGTH)
    return {
        "seconds": took,
        "loss": float(np.mean(losses[-20:])),
        "right": told_right(replayed(model), X, y, positions) if replay else math.nan,
    }


def test_attention_copies_all_letters_right_and_a_recurrent_network_does_not():
    assert copying("attention", 0)["right"] == 1.0
    assert copying("recurrent", 0)["right"] < 0.8


def test_without_the_mask_the_loss_falls_to_nothing_and_nothing_is_learned():
    """A position sees the next token, which is its target, and copies it instead of foretelling it.

    The loss falls to nothing even for letters drawn at random, which is how one sees that something is wrong: where
    what follows is hidden, as when a text is continued, they are told right as often as by chance.
    """
    figures = copying("unmasked", 0)
    assert figures["loss"] < 0.05
    assert figures["right"] < 0.2


PROGRAMS = {
    "names, one by one": lambda *seed: names(1, *seed),
    "names, batches of 32": lambda *seed: names(32, *seed),
    "copying, attention": lambda *seed: copying("attention", *seed),
    "copying, recurrent": lambda *seed: copying("recurrent", *seed),
    "copying, unmasked": lambda *seed: copying("unmasked", *seed),
}
