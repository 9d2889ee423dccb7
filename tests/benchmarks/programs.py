"""The programs of `tests/test_applications*.py`: what each comes to from ten seeds, and its time by replay and eagerly.

The eager time is that of a few samples, multiplied: what a graph takes does not change.
"""

import statistics
from importlib import import_module
from pathlib import Path

from tests.benchmarks.tables import print_table

SEEDS = range(10)
FILES = sorted(Path(__file__).parent.parent.glob("test_applications*.py"))
PROGRAMS = {name: program for file in FILES for name, program in import_module(f"tests.{file.stem}").PROGRAMS.items()}


def main() -> None:
    header = ["", "figure", "median", "least", "most", "replay", "eager", "ratio"]
    print_table(header, [row for name in PROGRAMS for row in rows(name)])


def rows(name: str) -> list[list[str]]:
    """A line for each figure of a program; its times stand in the first."""
    found = [PROGRAMS[name](seed) for seed in SEEDS]
    replay = statistics.median([figures.pop("seconds") for figures in found])
    eager = PROGRAMS[name](0, False)["seconds"]
    columns = [[figures[figure] for figures in found] for figure in found[0]]
    ends = [(statistics.median(column), min(column), max(column)) for column in columns]
    lines = [
        ["", figure, *(f"{x:.3g}" for x in three), "", "", ""] for figure, three in zip(found[0], ends, strict=True)
    ]
    lines[0] = [name, *lines[0][1:5], f"{replay:.2f} s", f"{eager:.0f} s", f"{eager / replay:.0f}"]
    return lines
