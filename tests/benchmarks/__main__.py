"""The benchmarks: `python -m tests.benchmarks` from the root of the repository, or some: `… replay networks`."""

import platform
import sys
from importlib import import_module
from importlib.util import find_spec

import numpy as np

PARTS = ["eager", "replay", "networks", "functions", "programs"]


def main(parts: list[str]) -> int:
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        print(f"There is no part {unknown[0]!r}: the parts are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    if parts != ["programs"] and find_spec("micrograd") is None:
        print('The benchmarks compare with micrograd, which is missing: pip install -e ".[bench]"', file=sys.stderr)
        return 2
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, {platform.platform()}\n")
    for part in parts or PARTS:
        import_module(f"tests.benchmarks.{part}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
