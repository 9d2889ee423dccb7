"""Make again what is made from the table and from torch: `python -m tests.renew`, after adding a row or a figure.

The typed names for editors come from the table. The figures in tests/golden come from torch, the extra `torch`; where
it is not installed they stay as they are. So does a file whose figures still agree to some 1e-14: processors differ in
the last digits.
"""

import json
import math
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.golden import stub

ROOT = Path(__file__).parent.parent
STUB = ROOT / "autograd" / "elementary.pyi"
GOLDEN = {
    ROOT / "tests" / "golden" / f"{name}.json": f"tests.golden.record_{name}" for name in ("torch", "nn", "attention")
}
HINT = 'out of date: run `pip install -e ".[torch]"`, then `python -m tests.renew`'


def close(a: Any, b: Any, size: float = 0.0) -> bool:
    """Equal, or numbers that agree to 1e-14; where digits have cancelled, as in 1 − y², to 1e-15 and to 1e-12.

    Or they agree to 1e-13 of a size.
    """
    if not (isinstance(a, float) and isinstance(b, float)):
        return bool(a == b)
    near = abs(a - b) < 1e-15 and math.isclose(a, b, rel_tol=1e-12)
    return near or math.isclose(a, b, rel_tol=1e-14, abs_tol=1e-13 * size)


def differences(recorded: Any, figures: Any, place: str = "", size: float = 0.0) -> Iterator[str]:
    """Where two trees of lists, dicts, texts and numbers are not close.

    Processors add up the products of networks' gradients, and so of trained weights, in other orders: these agree to
    1e-13 of a row's largest number, `size`. A key's bias in attention has the gradient zero. Adam divides what rounding
    makes of it by its own size, so after ten steps such weights agree to 1e-10 only.
    """
    if isinstance(recorded, list) and isinstance(figures, list):
        if "gradients" in place or "trained" in place:
            size = max((abs(x) for x in recorded if isinstance(x, float)), default=size)
        recorded, figures = dict(enumerate(recorded)), dict(enumerate(figures))
    if isinstance(recorded, dict) and isinstance(figures, dict):
        for key in {**recorded, **figures}:
            yield from differences(recorded.get(key), figures.get(key), f"{place}[{key!r}]", size)
    elif not close(recorded, figures, size) and not (
        "after ten steps" in place and math.isclose(recorded, figures, rel_tol=1e-10)
    ):
        yield f"{place}: recorded {recorded}, now {figures}"


def main() -> None:
    STUB.write_text(stub.text(), encoding="utf-8", newline="\n")
    for path, recorder in GOLDEN.items():
        try:
            text = import_module(recorder).text()
        except ModuleNotFoundError as error:
            print(f"{path.name} stays as it is: {error}. It needs `pip install -e '.[torch]'`.")
            continue
        if [*differences(json.loads(path.read_text(encoding="utf-8")), json.loads(text))]:
            path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
