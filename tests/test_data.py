"""Data sets: shapes, seeds, geometry, the shipped digits, MNIST in every form, and what prepares data."""

import gzip
import hashlib
import re
import struct
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import nn
from autograd import Value
from nn import data
from nn.data import (
    batches,
    checked_data,
    circles,
    digits,
    jitter,
    mnist,
    moons,
    one_hot,
    spirals,
    train_test_split,
    xor,
)

GENERATED = [moons, circles, spirals]


def same(a, b):
    """Whether two data sets are equal, array by array, in values and kinds."""
    return all(np.array_equal(p, q) and p.dtype == q.dtype for p, q in zip(a, b, strict=True))


# Generated sets


def test_xor():
    X, y = xor()
    assert X.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert y.tolist() == [0, 1, 1, 0]
    assert (X.dtype.kind, y.dtype.kind) == ("f", "i")
    X[0] = y[0] = 9
    assert not same(xor(), (X, y)), "each call gives arrays of its own"


@pytest.mark.parametrize("make", GENERATED)
@pytest.mark.parametrize("n", [2, 7, 100])
def test_shapes_and_balance(make, n):
    X, y = make(n, rng=0)
    assert (X.shape, y.shape, X.dtype.kind, y.dtype.kind) == ((n, 2), (n,), "f", "i")
    assert np.isfinite(X).all()
    assert np.bincount(y).tolist() == [(n + 1) // 2, n // 2]


@pytest.mark.parametrize("make", [*GENERATED, lambda rng: (jitter(np.zeros((5, 3)), rng=rng),)])
def test_seeds(make):
    assert same(make(rng=3), make(rng=3))
    assert same(make(rng=3), make(rng=np.random.default_rng(3)))
    assert not same(make(rng=3), make(rng=4))
    state = np.random.get_state()[1].tolist()
    assert not same(make(rng=None), make(rng=None))
    assert np.random.get_state()[1].tolist() == state, "the global generator is not touched"
    generator = np.random.default_rng(3)
    assert not same(make(rng=generator), make(rng=generator)), "a generator goes on"


def test_moons_keep_their_numbers():
    X, y = moons(4, rng=1)
    angle = np.pi * np.random.default_rng(1).uniform(size=4)
    generator = np.random.default_rng(1)
    generator.uniform(size=4)
    noise = generator.normal(scale=0.1, size=(4, 2))
    assert X[0].tolist() == [np.cos(angle[0]) + noise[0, 0], np.sin(angle[0]) + noise[0, 1]]
    assert X[1].tolist() == [1 - np.cos(angle[1]) + noise[1, 0], 0.5 - np.sin(angle[1]) + noise[1, 1]]
    assert y.tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize("factor", [0.2, 0.5, 0.9])
def test_circles_have_their_radii_and_go_all_around(factor):
    X, y = circles(4000, noise=0.0, factor=factor, rng=0)
    np.testing.assert_allclose(np.hypot(*X.T), np.where(y == 0, 1.0, factor))
    for label in (0, 1):
        quadrants, counts = np.unique(np.sign(X[y == label]), axis=0, return_counts=True)
        assert quadrants.tolist() == [[-1, -1], [-1, 1], [1, -1], [1, 1]]
        assert np.abs(counts - 500).max() < 70, "as many in each"


@pytest.mark.parametrize("classes", [2, 3, 5])
@pytest.mark.parametrize("turns", [0.5, 1.0, 2.0])
def test_spirals_turn_as_their_radius_grows(classes, turns):
    X, y = spirals(300, noise=0.0, turns=turns, classes=classes, rng=0)
    assert np.bincount(y).tolist() == [300 // classes] * classes
    radius = np.hypot(*X.T)
    assert radius.max() <= 1
    angle = 2 * np.pi * (turns * radius + y / classes)
    np.testing.assert_allclose(np.cos(np.arctan2(X[:, 1], X[:, 0]) - angle), 1.0)
    assert ((radius**2 < 0.5).mean()) == pytest.approx(0.5, abs=0.1), "half of the points within half of the area"


@pytest.mark.parametrize("make", GENERATED)
def test_noise_is_the_standard_deviation(make):
    X, _ = make(5000, noise=0.0, rng=1)
    noisy, _ = make(5000, noise=0.3, rng=1)
    assert (noisy - X).std() == pytest.approx(0.3, rel=0.05)


# Digits


def test_digits_are_the_published_ones():
    """Class counts as on the set's page at UCI; the first image as scikit-learn's documentation has long printed it."""
    X, y = digits()
    assert (X.shape, y.shape, X.dtype.kind, y.dtype.kind) == ((1797, 64), (1797,), "f", "i")
    assert np.bincount(y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert np.unique(16 * X).tolist() == list(range(17))
    assert y[:10].tolist() == list(range(10))
    assert (16 * X[0]).reshape(8, 8).tolist() == [
        [0, 0, 5, 13, 9, 1, 0, 0],
        [0, 0, 13, 15, 10, 15, 5, 0],
        [0, 3, 15, 2, 0, 11, 8, 0],
        [0, 4, 12, 0, 0, 8, 8, 0],
        [0, 5, 8, 0, 0, 9, 8, 0],
        [0, 4, 11, 0, 1, 12, 7, 0],
        [0, 2, 14, 5, 10, 12, 0, 0],
        [0, 0, 6, 13, 10, 0, 0, 0],
    ]
    assert 16 * X.mean() == pytest.approx(4.8842, abs=5e-5)
    X[0] = y[0] = 9
    assert not same(digits(), (X, y)), "each call gives arrays of its own"


def test_the_digits_file():
    """The lines of UCI's `optdigits.tes`, packed without a time stamp, with source and licence beside them."""
    folder = Path(data.__file__).parent / "optdigits"
    packed = (folder / "optdigits.csv.gz").read_bytes()
    assert len(packed) < 70_000
    assert packed[4:8] == bytes(4), "a gzip header without a time stamp"
    digest = hashlib.sha256(gzip.decompress(packed)).hexdigest()
    assert digest == "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8"
    notice = (folder / "README.md").read_text(encoding="utf-8")
    for part in ("Alpaydin", "Kaynak", "UCI", "10.24432/C50P49", "CC BY 4.0", "Changed"):
        assert part in notice


def test_the_nearest_neighbour_reads_the_digits():
    X_train, X_test, y_train, y_test = train_test_split(*digits(), test=400, rng=0)
    distance = (X_train**2).sum(axis=1) - 2 * X_test @ X_train.T
    assert (y_train[distance.argmin(axis=1)] == y_test).mean() > 0.97


# MNIST, written here in every form

PIXELS = np.random.default_rng(0).integers(0, 256, (12, 28, 28), dtype=np.uint8)
PIXELS[:, [0, -1], [0, -1]] = 0  # as in MNIST, the first and the last pixel are paper
LABELS = np.array([5, 0, 4, 1, 9, 2, 1, 3, 6, 7, 8, 0], np.uint8)
EXPECTED = PIXELS.reshape(-1, 784) / 255, LABELS.astype(int)


def idx(array):
    return struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def write(path, content):
    """Write bytes, packed where the name says .gz."""
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def write_idx(folder, stem="train", *, separator="-", suffix="", pixels=PIXELS, labels=LABELS):
    write(folder / f"{stem}-labels{separator}idx1-ubyte{suffix}", idx(labels))
    return write(folder / f"{stem}-images{separator}idx3-ubyte{suffix}", idx(pixels))


def table(*columns, header=None, number=str, end="\n"):
    rows = np.column_stack([c.reshape(len(LABELS), -1) for c in columns]).tolist()
    lines = ([header] if header else []) + [",".join(map(number, row)) for row in rows]
    return (end.join(lines) + end).encode()


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("separator", ["-", "."])
def test_mnist_from_idx_files(tmp_path, separator, suffix):
    images = write_idx(tmp_path, separator=separator, suffix=suffix)
    write_idx(tmp_path, "t10k", separator=separator, suffix=suffix, pixels=PIXELS[:5], labels=LABELS[:5])
    for path in (tmp_path, str(tmp_path), images, str(images)):
        assert same(mnist(path), EXPECTED)
    assert same(mnist(tmp_path, subset="train"), EXPECTED)
    assert same(mnist(tmp_path, subset="test"), [a[:5] for a in EXPECTED])


def test_mnist_from_idx_files_of_which_one_is_packed(tmp_path):
    images = write_idx(tmp_path)
    write(tmp_path / "train-labels-idx1-ubyte.gz", idx(LABELS))
    (tmp_path / "train-labels-idx1-ubyte").unlink()
    assert same(mnist(images), EXPECTED)


def test_mnist_unpacked_by_a_browser_that_kept_the_name(tmp_path):
    images = write_idx(tmp_path, suffix=".gz")
    images.write_bytes(idx(PIXELS))
    assert same(mnist(tmp_path), EXPECTED)


def test_mnist_below_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    write_idx(tmp_path)
    assert same(mnist("~"), EXPECTED)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("shape", [(-1, 28, 28), (-1, 784)])
def test_mnist_from_npz(tmp_path, save, shape):
    file = tmp_path / "mnist.npz"
    pixels = PIXELS.reshape(shape)
    save(file, x_train=pixels, y_train=LABELS, x_test=pixels[:5], y_test=LABELS[:5])
    assert same(mnist(file), EXPECTED)
    assert same(mnist(file, subset="test"), [a[:5] for a in EXPECTED])


NAMES = [f"pixel{i}" for i in range(784)]


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".CSV"])
@pytest.mark.parametrize(
    "content",
    [
        table(LABELS, PIXELS),
        table(PIXELS, LABELS),
        table(LABELS, PIXELS, header=",".join(["label", *NAMES])),
        table(PIXELS, LABELS, header=",".join([*NAMES, "class"])),
        table(LABELS, PIXELS, header=",".join(["label", *map(str, range(784))])),
        table(LABELS, PIXELS, header=",".join(f'"{name}"' for name in ["label", *NAMES])),
        table(LABELS, PIXELS, end="\r\n"),
        table(LABELS, PIXELS, end="\n\n"),
        table(LABELS, PIXELS).rstrip(),
        b"\xef\xbb\xbf" + table(LABELS, PIXELS),
        table(PIXELS, LABELS, number="{:.18e}".format),
        table(LABELS, PIXELS, number='"{}"'.format),
    ],
    ids=[
        "label first",
        "label last",
        "label first, header",
        "label last, header",
        "numbers in the header",
        "header in quotes",
        "Windows line ends",
        "blank lines",
        "no last line end",
        "byte order mark",
        "as np.savetxt writes",
        "numbers in quotes",
    ],
)
def test_mnist_from_csv(tmp_path, content, suffix):
    assert same(mnist(write(tmp_path / f"mnist{suffix}", content)), EXPECTED)


@pytest.mark.parametrize(("label", "last"), [(3, False), (3, True), (0, False)])
def test_mnist_from_csv_of_a_single_image(tmp_path, label, last):
    """Where all labels are 0, nothing tells a label's column from the corner's: the first one is taken."""
    row = [*PIXELS[0].ravel().tolist(), label] if last else [label, *PIXELS[0].ravel().tolist()]
    X, y = mnist(write(tmp_path / "one.csv", ",".join(map(str, row)).encode()))
    assert (X * 255 == PIXELS[0].ravel()).all()
    assert y.tolist() == [label]


def npz(path, **arrays):
    np.savez(path, **arrays)
    return path


def changed(array, index, value):
    array = array.astype(float)
    array[index] = value
    return array


def cut(path):
    path.write_bytes(path.read_bytes()[:-20])
    return path


def flip(path):
    """Change a byte in the middle, which the checksum notices."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    return path


# What is written into an empty folder, giving the path to read; what is raised. {} is that path.
BROKEN = [
    (
        lambda d: d / "mnist.npz",
        FileNotFoundError,
        "{} does not exist: give MNIST's folder, or an IDX, .npz or .csv file",
    ),
    (
        lambda d: d,
        FileNotFoundError,
        "{} holds no train-images-idx3-ubyte (nor one with .idx3 or .gz): give a folder with MNIST's four IDX files, "
        "or the path of an .npz or .csv file itself",
    ),
    (
        lambda d: write(d / "train-images-idx3-ubyte", idx(PIXELS)),
        FileNotFoundError,
        "{} has no label file beside it: expected its name with labels for images and idx1 for idx3, as in "
        "train-labels-idx1-ubyte, plain or .gz",
    ),
    (
        lambda d: write(d / "pictures", idx(PIXELS)),
        FileNotFoundError,
        "{} has no label file beside it: expected its name",
    ),
    (
        lambda d: write(write_idx(d), idx(PIXELS)[:-1]),
        ValueError,
        f"{{}} is damaged: its header promises {16 + PIXELS.size} bytes, it holds {15 + PIXELS.size}: fetch it again",
    ),
    (lambda d: write(write_idx(d), idx(PIXELS) + b"\0"), ValueError, "{} is damaged: its header promises"),
    (lambda d: write(write_idx(d), idx(PIXELS)[:7]), ValueError, "{} is damaged: its header promises"),
    (
        lambda d: cut(write_idx(d, suffix=".gz")),
        ValueError,
        "{} is damaged (Compressed file ended before the end-of-stream marker was reached): fetch it again",
    ),
    (
        lambda d: write(d / "train-labels-idx1-ubyte", idx(LABELS)),
        ValueError,
        "{} does not start with 2051, as an IDX file of images does, but with 2049: "
        "mnist reads an IDX file of images with its labels beside it, .npz and .csv",
    ),
    (
        lambda d: write(d / "mnist.pkl.gz", b"\x80\x04"),
        ValueError,
        "{} does not start with 2051, as an IDX file of images",
    ),
    (
        lambda d: write(d / "empty", b""),
        ValueError,
        "{} does not start with 2051, as an IDX file of images does, but with 0",
    ),
    (
        lambda d: write_idx(d, pixels=PIXELS[:, :14]),
        ValueError,
        "{} holds images in an array of shape (12, 14, 28), expected (n, 28, 28) or (n, 784)",
    ),
    (
        lambda d: write_idx(d, labels=LABELS[:5]),
        ValueError,
        "{} holds 12 images, but its labels have the shape (5,)",
    ),
    (lambda d: write_idx(d, pixels=PIXELS[:0], labels=LABELS[:0]), ValueError, "{} holds no images"),
    (
        lambda d: write_idx(d, labels=LABELS + np.uint8(1)),
        ValueError,
        "the labels of {} must be whole numbers from 0 to 9, found 10",
    ),
    (lambda d: write(d / "mnist.npz", b"no zip"), ValueError, "{} is not an .npz file, or a damaged one"),
    (
        lambda d: npz(d / "mnist.npz", X=PIXELS, y=LABELS),
        ValueError,
        "{} holds the arrays ['X', 'y'], expected x_train and y_train",
    ),
    (
        lambda d: npz(d / "mnist.npz", x_train=PIXELS.astype(object), y_train=LABELS),
        ValueError,
        "{} is damaged or holds more than plain arrays (Object arrays cannot be loaded when allow_pickle=False)",
    ),
    (
        lambda d: flip(npz(d / "mnist.npz", x_train=PIXELS, y_train=LABELS)),
        ValueError,
        "{} is damaged or holds more than",
    ),
    (
        lambda d: npz(d / "mnist.npz", x_train=PIXELS, y_train=LABELS.astype(str)),
        ValueError,
        "the labels of {} must be whole numbers from 0 to 9, found 5",
    ),
    (
        lambda d: npz(d / "mnist.npz", x_train=PIXELS, y_train=np.eye(10)[LABELS]),
        ValueError,
        "{} holds 12 images, but its labels have the shape (12, 10)",
    ),
    (
        lambda d: npz(d / "mnist.npz", x_train=PIXELS / 255, y_train=LABELS),
        ValueError,
        "the pixels of {} must be whole numbers from 0 to 255, found 0.",
    ),
    (
        lambda d: npz(d / "mnist.npz", x_train=changed(PIXELS, (3, 4, 5), np.inf), y_train=LABELS),
        ValueError,
        "the pixels of {} must be whole numbers from 0 to 255, found inf",
    ),
    (lambda d: write(d / "mnist.csv", b""), ValueError, "{} holds no images"),
    (lambda d: write(d / "mnist.csv", b"label,pixel0\n"), ValueError, "{} holds no images"),
    (
        lambda d: write(d / "mnist.csv", table(PIXELS)),
        ValueError,
        "{} has 784 columns, expected 785: 784 pixels, and the label before or after them",
    ),
    (
        lambda d: write(d / "mnist.csv", table(LABELS, PIXELS) + b"1,2,3\n"),
        ValueError,
        "{} is not a table of numbers separated by commas: the number of columns changed from 785 to 3 at row 13",
    ),
    (
        lambda d: write(d / "mnist.csv", table(LABELS, PIXELS).replace(b",", b";")),
        ValueError,
        "{} is not a table of numbers separated by commas: could not convert string",
    ),
    (
        lambda d: write(d / "mnist.csv", table(changed(LABELS, 2, 10), PIXELS)),
        ValueError,
        "the labels of {} must be whole numbers from 0 to 9, found 10",
    ),
    (
        lambda d: write(d / "mnist.csv", table(changed(LABELS, 2, -1), PIXELS)),
        ValueError,
        "the labels of {} must be whole numbers from 0 to 9, found -1",
    ),
    (
        lambda d: write(d / "mnist.csv", table(changed(LABELS, 2, 1.5), PIXELS)),
        ValueError,
        "the labels of {} must be whole numbers from 0 to 9, found 1.5",
    ),
    (
        lambda d: write(d / "mnist.csv", table(LABELS, changed(PIXELS, (3, 4, 5), 256))),
        ValueError,
        "the pixels of {} must be whole numbers from 0 to 255, found 256",
    ),
    (
        lambda d: write(d / "mnist.csv", table(LABELS, changed(PIXELS, (3, 4, 5), -3))),
        ValueError,
        "the pixels of {} must be whole numbers from 0 to 255, found -3",
    ),
]


@pytest.mark.parametrize(("make", "error", "message"), BROKEN)
def test_mnist_names_the_file_and_what_was_expected(tmp_path, make, error, message):
    path = make(tmp_path)
    with pytest.raises(error) as caught:
        mnist(path)
    assert message.format(path) in str(caught.value)


# What prepares data


def test_one_hot():
    assert one_hot([1, 0, 1]).tolist() == [[0, 1], [1, 0], [0, 1]]
    assert one_hot([1, 0], 3).tolist() == [[0, 1, 0], [1, 0, 0]]
    assert one_hot(np.array([1.0, 0.0])).tolist() == one_hot([True, False]).tolist() == [[0, 1], [1, 0]]
    assert one_hot([], 3).shape == (0, 3)
    assert one_hot(np.array([255], np.uint8)).shape == (1, 256)
    _, y = digits()
    rows = one_hot(y)
    assert (rows.shape, rows.dtype) == ((1797, 10), float)
    assert (rows.sum(axis=1) == 1).all()
    assert (rows.argmax(axis=1) == y).all()


@pytest.mark.parametrize(
    ("test", "count"), [(0.25, 25), (0.5, 50), (0.014, 1), (1, 1), (99, 99), (np.int64(3), 3), (np.float64(0.3), 30)]
)
def test_train_test_split(test, count):
    X = np.arange(200).reshape(100, 2)
    X_train, X_test, y_train, y_test = train_test_split(X, 10 * X[:, 0], test=test, rng=0)
    assert (X_train.shape, X_test.shape, y_train.shape, y_test.shape) == (
        (100 - count, 2),
        (count, 2),
        (100 - count,),
        (count,),
    )
    assert sorted([*X_train[:, 0], *X_test[:, 0]]) == X[:, 0].tolist()
    assert (y_train == 10 * X_train[:, 0]).all()
    assert (y_test == 10 * X_test[:, 0]).all()
    assert sorted(X_train[:, 0]) != X_train[:, 0].tolist() or count == 99, "shuffled"


def test_splits_repeat_by_seed():
    parts = [train_test_split(*moons(40, rng=0), rng=rng) for rng in (1, 1, np.random.default_rng(1), 2)]
    assert same(parts[0], parts[1])
    assert same(parts[0], parts[2])
    assert not same(parts[0], parts[3])


@pytest.mark.parametrize(("size", "lengths"), [(1, [1] * 10), (4, [4, 4, 2]), (5, [5, 5]), (10, [10]), (99, [10])])
@pytest.mark.parametrize("shuffle", [False, True])
def test_batches(size, lengths, shuffle):
    X = np.arange(20).reshape(10, 2)
    parts = list(batches(X, 10 * X[:, 0], size, shuffle=shuffle, rng=0))
    assert [len(x) for x, _ in parts] == [len(y) for _, y in parts] == lengths
    assert all(x.shape[1:] == (2,) and (y == 10 * x[:, 0]).all() for x, y in parts)
    seen = np.concatenate([x for x, _ in parts])
    assert sorted(seen[:, 0]) == X[:, 0].tolist()
    assert (seen.tolist() == X.tolist()) == (not shuffle)


def test_batches_of_several_epochs():
    X, y = moons(20, rng=0)

    def epochs(*rngs):
        return [next(batches(X, y, 20, rng=rng))[0].tolist() for rng in rngs]

    generator = np.random.default_rng(1)
    first, second = epochs(generator, generator)
    assert first != second, "one generator: a new order each epoch"
    assert epochs(1, 1) == [first, first], "one seed: the same order"
    assert iter(iterator := batches(X, y, 5)) is iterator


def test_jitter():
    X = np.arange(20_000).reshape(-1, 2)
    noisy = jitter(X, scale=0.5, rng=0)
    assert noisy.shape == X.shape
    assert (noisy - X).std() == pytest.approx(0.5, rel=0.03)
    assert (noisy - X).mean() == pytest.approx(0.0, abs=0.02)
    assert X.tolist() == np.arange(20_000).reshape(-1, 2).tolist()
    still = jitter(noisy, scale=0)
    assert same([still], [noisy])
    assert still is not noisy


FOUR = np.zeros((4, 2)), np.zeros(4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: moons(1), "two moons need at least two points, not 1"),
        (lambda: moons(noise=-0.5), "noise is a standard deviation and cannot be negative, got -0.5"),
        (lambda: moons(noise=np.nan), "noise is a standard deviation and cannot be negative, got nan"),
        (lambda: circles(1), "two circles need at least two points, not 1"),
        (lambda: circles(noise=-1), "noise is a standard deviation and cannot be negative, got -1"),
        (lambda: circles(factor=0), "factor is the inner circle's radius, between 0 and 1, got 0"),
        (lambda: circles(factor=1), "factor is the inner circle's radius, between 0 and 1, got 1"),
        (lambda: spirals(classes=1), "spirals need at least two classes, not 1"),
        (lambda: spirals(2, classes=3), "3 spirals need at least 3 points, not 2"),
        (lambda: spirals(noise=-1), "noise is a standard deviation and cannot be negative, got -1"),
        (lambda: jitter([1.0], scale=-1), "scale is a standard deviation and cannot be negative, got -1"),
        (lambda: mnist(".", subset="validation"), "subset must be 'train' or 'test', not 'validation'"),
        (lambda: one_hot([[0], [1]]), r"one_hot takes labels of shape \(n,\), got shape \(2, 1\)"),
        (lambda: one_hot(3), r"one_hot takes labels of shape \(n,\), got shape \(\)"),
        (lambda: one_hot([]), "no label tells how many classes there are: pass `classes`"),
        (
            lambda: one_hot([-1, 1]),
            r"one_hot takes whole labels from 0, got -1: np\.unique\(y, return_inverse=True\)\[1\] numbers any labels",
        ),
        (lambda: one_hot([0, 3], 3), "one_hot takes whole labels from 0 to 2, got 3: "),
        (lambda: one_hot([0.5]), r"one_hot takes whole labels from 0, got 0\.5: "),
        (lambda: one_hot([np.nan]), "one_hot takes whole labels from 0, got nan: "),
        (lambda: one_hot([np.inf]), "one_hot takes whole labels from 0, got inf: "),
        (lambda: one_hot(["cat", "dog"]), "one_hot takes whole labels from 0, got cat: "),
        (
            lambda: train_test_split(FOUR[0], FOUR[1][:3]),
            "X has 4 samples and y has 3 labels: each sample needs its own",
        ),
        (lambda: train_test_split([], []), "X and y are empty: there is no sample to train with"),
        (lambda: train_test_split(*FOUR, test=0.1), "test=0.1 of 4 samples leaves a part empty: 0 to test, 4 to train"),
        (lambda: train_test_split(*FOUR, test=0.9), "test=0.9 of 4 samples leaves a part empty: 4 to test, 0 to train"),
        (lambda: train_test_split(*FOUR, test=0), "test=0 of 4 samples leaves a part empty: 0 to test, 4 to train"),
        (lambda: train_test_split(*FOUR, test=4), "test=4 of 4 samples leaves a part empty: 4 to test, 0 to train"),
        (
            lambda: train_test_split(*FOUR, test=1.0),
            "test is a fraction between 0 and 1, or a whole number of samples, ",
        ),
        (lambda: train_test_split(*FOUR, test=-0.5), "test is a fraction between 0 and 1, .* got -0.5"),
        (lambda: train_test_split(*FOUR, test=np.nan), "test is a fraction between 0 and 1, .* got nan"),
        # at the call: no next() is needed
        (lambda: batches(*FOUR, 0), "a batch has at least one sample, not size=0"),
        (lambda: batches(FOUR[0], FOUR[1][:3], 2), "X has 4 samples and y has 3 labels: each sample needs its own"),
        (lambda: batches([], [], 2), "X and y are empty: there is no sample to train with"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_what_is_public():
    assert set(data.__all__) == {f.__name__ for f in (xor, *GENERATED, digits, mnist, one_hot, jitter)} | {
        "Vocabulary",
        "batches",
        "names",
        "sequences",
        "train_test_split",
    }


# ---- numbers from data of any kind


class Frame:
    """A table with names for its columns, as a DataFrame has: the tests need no pandas."""

    def __init__(self, **columns):
        self.columns = list(columns)
        self.rows = list(zip(*columns.values(), strict=True))

    def __array__(self, dtype=None, copy=None):
        return np.array(self.rows, dtype=dtype or object)


CITIES = Frame(age=[31, 40], city=["Oslo", "Rome"], tall=[True, False])
WRONG = [
    (CITIES, "column 'city' (1) has 'Oslo' in row 0: leave the column out, or number its words by np.unique"),
    (Frame(a=[1.5, 2.0, None]), "column 'a' (0) has None in row 2: put a number in its place, or leave the row"),
    ([[1.0, 2.0], [3.0, None]], "column 1 has None in row 1: put a number in its place"),
    ([[1.0, 2.0], [3.0, "Oslo"]], "column 1 has 'Oslo' in row 1: leave the column out"),
    ([["1.5", "2"], ["3", "4"]], "column 0 has '1.5' in row 0: np.array(..., dtype=float) reads numbers"),
    (np.array([[0.5, 0.5 + 1j], [1.0, 2.0]], dtype=object), "column 1 has (0.5+1j) in row 0: put a number"),
    (np.array([[[1.0], ["up"]]]), "column 1, 0 has 'up' in row 0: leave the column out"),
    ([1.0, "up"], "has 'up' in row 1: leave the column out"),
]


@pytest.mark.parametrize(("samples", "place"), WRONG)
def test_what_is_no_number_is_told_by_its_place(samples, place):
    message = f"X must hold numbers, and {place}"
    model = nn.MLP(2, [1], rng=0)
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    for call in (
        lambda: nn.fit(model, samples, [0, 1], loss=nn.mse, optimizer=optimizer, epochs=1, progress=False),
        lambda: model.predict(samples),
    ):
        with pytest.raises(ValueError, match="^" + re.escape(message)):
            call()


def test_objects_that_are_numbers_are_read_as_floats():
    table = Frame(age=[31, 40], height=[1.8, Fraction(7, 4)], tall=[True, np.float32(0)])
    rows = [[31.0, 1.8, 1.0], [40.0, 1.75, 0.0]]
    X, y = checked_data("", table, [Decimal("0.5"), 1])
    assert (X.tolist(), y.tolist(), X.dtype, y.dtype) == (rows, [0.5, 1.0], float, float)
    model = nn.MLP(3, [1], rng=0)
    np.testing.assert_array_equal(model.predict(table), model.predict(rows))
    np.testing.assert_array_equal(model.predict([[Value(x) for x in row] for row in rows]), model.predict(rows))
