"""Values and local derivatives equal PyTorch's, as `tests/golden/record_torch.py` recorded them."""

import json
import math
from importlib import import_module

import numpy as np
import pytest

from autograd import OPERATIONS
from tests import renew

RECORDED = json.loads((renew.ROOT / "tests" / "golden" / "torch.json").read_text(encoding="utf-8"))["rows"]

# Where we differ from PyTorch on purpose.
inf, nan = math.inf, math.nan
EXCEPTIONS = {
    "power": (
        "Toward a of a⁰ it is 0 · 1/a for a ≠ 0, nan at nan, so that it has the right derivative toward b.",
        [(nan, 0.0)],
    ),
    "cbrt": (
        "Torch has none: its power takes 1/3 rounded, which shows at extremes, and 0 times inf at 0.",
        [(0.0,), (-0.0,), (1e-300,), (-1e-300,), (1e300,), (-1e300,)],
    ),
    "arctan2": (
        "Divided by √(a² + b²) twice, which neither overflows nor underflows where torch's a² + b² does.",
        [(x, x) for x in (1e-300, -1e-300, 1e300, -1e300)] + [(1e300, 1e-300), (1e-300, -1e300)],
    ),
    "abs": ("sign(nan) is nan, as NumPy has it, where torch passes 0 back.", [(nan,)]),
    "sign": ("sign(nan) is nan, as NumPy has it, where torch has 0.", [(nan,)]),
    "arccosh": ("Outside the domain (x − 1)(x + 1), accurate near 1, is −0 where torch's x² − 1 is 0.", [(-1.0,)]),
    "relu": ("nan is not above 0, so its derivative there is 0, where torch passes the gradient on.", [(nan,)]),
    "logsumexp": (
        "The derivatives add up to 1, where torch's lack the digits that a large sum has lost.",
        [
            *((1000.0, 1000.0), (-1000.0, -1000.0), (1000.0, 999.0, 998.0), (-1000.0, -1001.0, -1002.0)),
            (1e300, 1e300, 1e-300),
        ],
    ),
    "prod": (
        "The derivative is the product of the other factors, where torch divides the infinite or rounded product.",
        [
            *((inf,), (-inf,), (nan,), (inf, inf), (-inf, -inf), (inf, -inf), (-inf, 1.0, 2.0), (inf, 1.0, -2.0)),
            *((nan, 1.0), (1e300, 1e300, 1e-300), (1e-300, 1e-300, 1e300)),
        ],
    ),
}


def entries(name):
    """(inputs, [value, *derivatives]) of a row; None for a derivative that torch does not know."""
    for inputs, value, derivatives in RECORDED[name]:
        yield tuple(map(float, inputs)), [None if x is None else float(x) for x in (value, *derivatives)]


def agree(figures, recorded):
    return all(
        theirs is None or renew.close(ours, theirs) or (math.isnan(ours) and math.isnan(theirs))
        for ours, theirs in zip(figures, recorded, strict=True)
    )


def reading_of_floats(operation, inputs):
    y, derivatives = operation.at(*inputs)
    return [y, *derivatives]


def reading_of_arrays(operation, inputs):
    columns = [np.full(3, x) for x in inputs]
    with np.errstate(all="ignore"):
        y = operation.on_arrays.value(*columns)
        derivatives = operation.on_arrays.derivatives(y, *columns)
    return [np.broadcast_to(figure, 3)[1].item() for figure in (y, *derivatives)]


@pytest.mark.parametrize("reading", [reading_of_floats, reading_of_arrays])
@pytest.mark.parametrize("name", [name for name in OPERATIONS if name in RECORDED])
def test_values_and_derivatives_are_those_of_torch(name, reading):
    differing = {
        repr(inputs): (ours, recorded)
        for inputs, recorded in entries(name)
        if not agree(ours := reading(OPERATIONS[name], inputs), recorded)
    }
    _, excepted = EXCEPTIONS.get(name, ("", []))
    assert differing.keys() == set(map(repr, excepted)), f"{differing}: mend the row, or say in EXCEPTIONS why"


def test_every_row_is_recorded_at_its_points_and_edges():
    assert RECORDED.keys() == OPERATIONS.keys(), f"tests/golden/torch.json is {renew.HINT}"
    for name, operation in OPERATIONS.items():
        recorded = {inputs for inputs, _ in entries(name)}
        assert {*operation.points, *operation.edges} <= recorded, f"{name} in tests/golden/torch.json is {renew.HINT}"


@pytest.mark.torch
@pytest.mark.parametrize("path", renew.GOLDEN, ids=lambda path: path.name)
def test_what_is_recorded_is_what_torch_gives(path):
    recorded = json.loads(path.read_text(encoding="utf-8"))
    now = json.loads(import_module(renew.GOLDEN[path]).text())
    assert [*renew.differences(recorded, now)] == [], f"{path.name} is {renew.HINT}"
