"""MNIST from the files a user has: IDX, NumPy's .npz or .csv, plain or gzipped.

Each form has its reader; all end in one check.
"""

import gzip
import math
import os
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.data.preparing import Dataset, not_whole

# The subset's name at the front of MNIST's four files.
PREFIXES = {"train": "train", "test": "t10k"}
# An IDX file's first four bytes: a zero, a zero, 8 for unsigned bytes, the number of dimensions.
IMAGES, LABELS = 0x0803, 0x0801


def mnist(path: str | os.PathLike[str], *, subset: str = "train") -> Dataset:
    """The images and labels in MNIST's own form: X of shape (n, 784), from 0 (paper) to 1 (ink), y of n labels 0 to 9.

    `path` is one of

    - a folder with the four IDX files (`train-images-idx3-ubyte`, `t10k-labels.idx1-ubyte`, …), plain or .gz;
    - an IDX file of images, whose labels are in the file beside it;
    - an .npz file as Keras has it, with `x_train`, `y_train`, `x_test` and `y_test`;
    - a .csv or .csv.gz file of 785 columns, with or without a header, the label in the first column or in the last: in
      the one with more of the digits, as no image of MNIST has ink in its first or last pixel.

    `subset` is "train" or "test"; it chooses in a folder or an .npz file, a single file is what it is. An image is read
    row by row: `X[0].reshape(28, 28)`.

    Raises FileNotFoundError for a file that is missing, ValueError for one that is damaged or holds anything else. The
    same forms with other images (Fashion-MNIST) are read as well.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "mnist.csv")
    ...     _ = file.write_text("7" + ",0" * 783 + ",255")
    ...     X, y = mnist(file)
    >>> X.shape, float(X.max()), y
    ((1, 784), 1.0, array([7]))
    """
    if subset not in PREFIXES:
        raise ValueError(f"subset must be 'train' or 'test', not {subset!r}")
    path = Path(path).expanduser()
    if path.is_dir():
        path = _images_in(path, PREFIXES[subset])
    elif not path.exists():
        raise FileNotFoundError(f"{path} does not exist: give MNIST's folder, or an IDX, .npz or .csv file")
    kind = Path(path.name.lower().removesuffix(".gz")).suffix
    if kind == ".csv":
        pixels, labels = _read_csv(path)
    elif kind == ".npz":
        pixels, labels = _read_npz(path, subset)
    else:
        pixels, labels = _read_idx(path, IMAGES), _read_idx(_labels_beside(path), LABELS)
    return _checked(pixels, labels, path)


def _checked(pixels: NDArray[Any], labels: NDArray[Any], path: Path) -> Dataset:
    if pixels.shape[1:] not in ((28, 28), (784,)):
        raise ValueError(f"{path} holds images in an array of shape {pixels.shape}, expected (n, 28, 28) or (n, 784)")
    if labels.shape != (len(pixels),):
        raise ValueError(f"{path} holds {len(pixels)} images, but its labels have the shape {labels.shape}")
    if not len(pixels):
        raise ValueError(f"{path} holds no images")
    for what, values, top in (("labels", labels, 9), ("pixels", pixels, 255)):
        wrong = not_whole(values, top)
        if len(wrong):
            raise ValueError(f"the {what} of {path} must be whole numbers from 0 to {top}, found {wrong[0]}")
    return np.divide(pixels.reshape(-1, 784), 255, dtype=float), labels.astype(int)


def _read_idx(path: Path, magic: int) -> NDArray[Any]:
    """The array of an IDX file: its magic number, the size of each dimension (numbers of 4 bytes), then the bytes."""
    data = _unpacked(path)
    found = int.from_bytes(data[:4], "big")
    if found != magic:
        what = "images" if magic == IMAGES else "labels"
        raise ValueError(
            f"{path} does not start with {magic}, as an IDX file of {what} does, but with {found}: "
            "mnist reads an IDX file of images with its labels beside it, .npz and .csv"
        )
    *sizes, start = range(4, 4 * (magic & 0xFF) + 5, 4)
    shape = [int.from_bytes(data[i : i + 4], "big") for i in sizes]
    size = start + math.prod(shape)
    if len(data) != size:
        raise ValueError(f"{path} is damaged: its header promises {size} bytes, it holds {len(data)}: fetch it again")
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)


def _read_npz(path: Path, subset: str) -> Dataset:
    if not zipfile.is_zipfile(path):
        raise ValueError(f"{path} is not an .npz file, or a damaged one")
    with np.load(path, allow_pickle=False) as arrays:
        names = [f"x_{subset}", f"y_{subset}"]
        if not set(names) <= set(arrays):
            raise ValueError(f"{path} holds the arrays {sorted(arrays)}, expected {' and '.join(names)}")
        try:
            pixels, labels = (arrays[name] for name in names)
        except (ValueError, zlib.error, zipfile.BadZipFile) as error:
            raise ValueError(f"{path} is damaged or holds more than plain arrays ({error})") from error
    return pixels, labels


def _read_csv(path: Path) -> Dataset:
    lines = [line for line in _unpacked(path).decode("utf-8-sig", errors="replace").splitlines() if line.strip()]
    table = lines[1:] if lines and _is_header(lines[0]) else lines
    if not table:
        raise ValueError(f"{path} holds no images")
    # Integers are read seven times as fast as floats.
    dtype = np.float32 if any("." in line for line in table) else np.int32
    try:
        rows = np.loadtxt(table, dtype, delimiter=",", quotechar='"', comments=None, ndmin=2)
    except ValueError as error:
        reason = str(error).partition(";")[0]
        raise ValueError(f"{path} is not a table of numbers separated by commas: {reason}") from error
    if rows.shape[1] != 785:
        raise ValueError(
            f"{path} has {rows.shape[1]} columns, expected 785: 784 pixels, and the label before or after them"
        )
    # The first column, unless the last one is in range and has more of the digits 1 to 9.
    first, last = (len(np.unique(c[c > 0])) if c.max() <= 9 else 0 for c in (rows[:, 0], rows[:, -1]))
    return (rows[:, :-1], rows[:, -1]) if last > first else (rows[:, 1:], rows[:, 0])


def _is_header(line: str) -> bool:
    """Whether the first or the last field, one of which is the label, is no number."""
    fields = line.replace('"', "").split(",")
    try:
        float(fields[0]), float(fields[-1])
    except ValueError:
        return True
    return False


def _images_in(folder: Path, prefix: str) -> Path:
    name = f"{prefix}-images-idx3-ubyte"
    found = _first_file(folder, name, name.replace("-idx", ".idx"))
    if found is None:
        raise FileNotFoundError(
            f"{folder} holds no {name} (nor one with .idx3 or .gz): give a folder with MNIST's four IDX files, "
            "or the path of an .npz or .csv file itself"
        )
    return found


def _labels_beside(images: Path) -> Path:
    name = images.name.removesuffix(".gz").replace("images", "labels").replace("idx3", "idx1")
    found = _first_file(images.parent, name)
    if found is None or found == images:
        raise FileNotFoundError(
            f"{images} has no label file beside it: expected its name with labels for images and idx1 for idx3, "
            "as in train-labels-idx1-ubyte, plain or .gz"
        )
    return found


def _first_file(folder: Path, *names: str) -> Path | None:
    paths = (folder / (name + suffix) for name in names for suffix in ("", ".gz"))
    return next((path for path in paths if path.is_file()), None)


def _unpacked(path: Path) -> bytes:
    """The file's bytes, unpacked where they are gzipped, whatever the name: browsers unpack a .gz and keep its name."""
    data = path.read_bytes()
    try:
        return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{path} is damaged ({error}): fetch it again") from error
