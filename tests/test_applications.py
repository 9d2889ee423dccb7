"""What the introductions name as applications of backpropagation, each trained for real on single numbers.

A program is a function of a seed that gives figures by name, `seconds` among them; the test below it says what they
must come to. `python -m tests.benchmarks programs` runs all from ten seeds, and adds what each would take eagerly.
"""

import numpy as np
import pytest

import nn
from tests.test_classic_programs import marked_sums

FEW = 20  # samples of which the eager time is taken


def trained(model, X, y, *, epochs, rate, rng, replay, **settings):
    """Train by Adam with a rate that falls along a cosine; returns the seconds.

    Eagerly an epoch on a few samples is run only, and its time multiplied: what a graph takes does not change.
    """
    n = len(X) if replay else FEW
    history = nn.fit(
        model,
        X[:n],
        y[:n],
        optimizer=nn.Adam(model.parameters()),
        schedule=nn.CosineDecay(rate, epochs),
        epochs=epochs if replay else 1,
        rng=rng,
        replay=replay,
        progress=False,
        **settings,
    )
    return sum(history.seconds) * (1 if replay else epochs * len(X) / n)


# Images: handwritten digits by a small convolutional network, beside one that knows nothing of neighbours.

NETWORKS = {
    "convolutional": lambda rng: nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1, init="he", rng=rng),
        "relu",
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Layer(16 * 4 * 4, 10, "linear", rng=rng),
    ),
    "dense": lambda rng: nn.Sequential(
        nn.Flatten(), nn.Layer(64, 32, "relu", init="he", rng=rng), nn.Layer(32, 10, "linear", rng=rng)
    ),
}


def shifted(images, down, right):
    """Images [sample][channel][row][column] moved by a pixel; zeros come in."""
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    return padded[:, :, 1 - down : 9 - down, 1 - right : 9 - right]


def digits(network, seed, replay=True):
    """The share of 500 digits named right, where they stand and moved by a pixel to each side."""
    X, y = nn.data.digits()
    X, X_test, y, y_test = nn.data.train_test_split(X.reshape(-1, 1, 8, 8), y, test=500, rng=seed)
    rng = np.random.default_rng(seed)
    model = NETWORKS[network](rng)
    seconds = trained(model, X, y, loss=nn.cross_entropy, epochs=15, rate=0.02, rng=rng, replay=replay)
    moved = [shifted(X_test, *to) for to in ((1, 0), (-1, 0), (0, 1), (0, -1))]
    return {
        "seconds": seconds,
        "right": nn.accuracy(model.predict(X_test), y_test),
        "shifted": np.mean([nn.accuracy(model.predict(images), y_test) for images in moved]),
    }


def test_a_convolutional_network_reads_digits_and_bears_a_shift_better_than_a_dense_one():
    convolutional, dense = (digits(network, 0) for network in NETWORKS)
    assert convolutional["right"] >= 0.97
    assert dense["right"] >= 0.95
    assert convolutional["shifted"] > dense["shifted"] + 0.05


# Sound: which vowel is it? Its formants are resonances of throat and mouth, whoever speaks and however high.

#: The pitch and the first three formants, in Hz, of men, women and children, each the mean of many speakers.
#: G. E. Peterson and H. L. Barney, Control Methods Used in a Study of the Vowels, 1952, table II.
VOWELS = {
    "i": [(136, 270, 2290, 3010), (235, 310, 2790, 3310), (272, 370, 3200, 3730)],
    "ɑ": [(124, 730, 1090, 2440), (212, 850, 1220, 2810), (256, 1030, 1370, 3170)],
    "u": [(141, 300, 870, 2240), (231, 370, 950, 2670), (274, 430, 1170, 3260)],
}
RATE, LENGTH = 8000, 1024  # samples of sound a second, and in one vowel


def sung(pitch, formants, rng):
    """Harmonics of the pitch, weaker as they get higher, each as loud as the resonances let through, and noise.

    A resonance at F of bandwidth B has the gain 1 / |1 − (f/F)² + i f B / F²| at f.
    """
    f = pitch * np.arange(1, RATE // 2 // pitch)
    gains = 1 / np.abs([1 - (f / F) ** 2 + 1j * f * B / F**2 for F, B in zip(formants, (60, 90, 150), strict=True)])
    angles = 2 * np.pi * f[:, None] * np.arange(LENGTH) / RATE + rng.uniform(0, 2 * np.pi, (len(f), 1))
    sound = (gains.prod(axis=0) / f) @ np.sin(angles)
    return sound + 0.2 * np.std(sound) * rng.normal(size=LENGTH)


def spectrum(sound, bands=32):
    """How loud a sound is in each of the bands, in bels, less the mean: loudness as a whole says nothing."""
    power = np.abs(np.fft.rfft(sound * np.hanning(LENGTH))[:-1]) ** 2
    loudness = np.log10(power.reshape(bands, -1).mean(axis=1))
    return loudness - loudness.mean()


def spoken(n, rng):
    """Spectra of n vowels and which they are; each speaker differs from the mean of men, women or children."""
    y = rng.integers(3, size=n)
    speakers = [list(VOWELS.values())[vowel][rng.integers(3)] for vowel in y]
    voices = [np.array(speaker) * rng.normal(1, [0.1, 0.05, 0.05, 0.05]) for speaker in speakers]
    return np.array([spectrum(sung(pitch, formants, rng)) for pitch, *formants in voices]), y


def vowels(seed, replay=True):
    """The share of 200 vowels told right."""
    rng = np.random.default_rng(seed)
    (X, y), (X_test, y_test) = spoken(800, rng), spoken(200, rng)
    model = nn.MLP(X.shape[1], [16, 3], "tanh", rng=rng)
    seconds = trained(model, X, y, loss=nn.cross_entropy, epochs=20, rate=0.02, rng=rng, replay=replay)
    return {"seconds": seconds, "right": nn.accuracy(model.predict(X_test), y_test)}


def test_vowels_are_told_apart_from_their_spectrum():
    assert vowels(0)["right"] >= 0.95


def test_the_same_seed_makes_the_same_sounds():
    (X, y), (again, labels), (other, _) = (spoken(6, np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert (X == again).all()
    assert (y == labels).all()
    assert (X != other).any()


# Memory: add the two marked of thirty numbers. A gradient through thirty steps of weights vanishes; through cells, not.


def addition(memory, seed, replay=True):
    """The mean squared error on 500 others; that of the best constant answer is 1/6."""
    rng = np.random.default_rng(seed)
    (X, y), (X_test, y_test) = marked_sums(1000, 30, rng), marked_sums(500, 30, rng)
    model = nn.Sequential(memory(2, 8, rng=rng), nn.Layer(8, 1, "linear", rng=rng))
    settings = {"loss": nn.mse, "epochs": 16, "rate": 0.02, "batch_size": 20, "clip": 1.0}
    seconds = trained(model, X, y, rng=rng, replay=replay, **settings)
    return {"seconds": seconds, "error": np.mean((model.predict(X_test)[:, 0] - y_test) ** 2)}


@pytest.mark.parametrize("memory", [nn.LSTM, nn.GRU])
def test_gates_add_the_two_marked_of_thirty_numbers(memory):
    """S. Hochreiter and J. Schmidhuber, Long Short-Term Memory, 1997, experiment 4."""
    assert addition(memory, 0)["error"] < 0.02


def test_a_plain_recurrent_network_does_not():
    assert addition(nn.Recurrent, 0)["error"] > 0.1


PROGRAMS = {
    "digits, convolutional": lambda *seed: digits("convolutional", *seed),
    "digits, dense": lambda *seed: digits("dense", *seed),
    "vowels": vowels,
    "addition, LSTM": lambda *seed: addition(nn.LSTM, *seed),
    "addition, GRU": lambda *seed: addition(nn.GRU, *seed),
    "addition, plain": lambda *seed: addition(nn.Recurrent, *seed),
}
