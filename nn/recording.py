"""A sample's computation recorded, to be replayed for others; what cannot be says why.

A replay computes what the recorded sample did. So what Python asked of a Value's number, in an `if` or by `float()`, is
noted, and so is what fails when the sample is made of Values.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograd import Value
from autograd.listening import heard_by


class ReplayError(Exception):
    """Why what is computed for one sample cannot be recorded and replayed for others."""


@contextmanager
def recording() -> Iterator[list[str]]:
    """Within it Values note what Python asks of their numbers; what fails there cannot be replayed."""
    asked: list[str] = []
    try:
        with heard_by(asked.append):
            yield asked
    except ReplayError:
        raise
    except Exception as error:
        raise ReplayError(f"recording a sample failed: {error}") from error


def leaves(numbers: Any) -> Any:
    """The same numbers as fresh Values, in the same lists."""
    return list(map(leaves, numbers)) if isinstance(numbers, list) else Value(numbers)


def flat(nested: Any) -> list[Any]:
    """What nested lists hold, in one list."""
    return [v for part in nested for v in flat(part)] if isinstance(nested, list | tuple | np.ndarray) else [nested]
