"""Engines in many styles are judged rightly: no miss, no false alarm, the first finding at what is wrong.

`SEEDS=20 pytest tests/test_styles.py` tries other numbers as well, and as many hash seeds.
"""

import os

import pytest

from tests.shared import python
from tests.styles import FOLDER, RIGHT, WRONG, report, verdicts

SEEDS = [None, *range(int(os.environ.get("SEEDS", "1")))]


def test_every_style_is_tried():
    assert sorted(RIGHT) == sorted(file.stem for file in FOLDER.glob("*.py"))
    assert len(RIGHT) >= 20
    assert len(WRONG) >= 30


@pytest.mark.parametrize("style", RIGHT)
def test_a_right_engine_passes(style):
    for seed in SEEDS:
        found = report(style, seed=seed)
        assert found.ok, f"seed {seed}\n{found}"


@pytest.mark.parametrize("style", ["counting", "microgpt", "wengert_list"])
def test_an_engine_without_recursion_and_cycles_that_starts_interior_nodes_at_zero_is_right_at_strict(style):
    found = report(style, level="strict")
    assert found.ok, str(found)


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_wrong_engine_is_told_where_it_is_wrong(wrong):
    for seed in SEEDS:
        found = report(wrong.style, wrong.right, wrong.wrong, wrong.level, seed)
        assert found.findings, f"seed {seed}: missed"
        assert found.findings[0].where == wrong.where, f"seed {seed}\n{found}"


def test_verdicts_are_the_same_in_every_process():
    """Sets are in another order there."""
    here = verdicts()
    for seed in SEEDS[1:]:
        done = python("-c", "from tests.styles import verdicts; print(verdicts())", PYTHONHASHSEED=str(seed))
        assert done.stdout == f"{here}\n"
