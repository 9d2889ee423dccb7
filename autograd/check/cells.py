"""What a notebook's cells need of a check: a failure without a traceback, a blank, whether it passed, a folded cell."""

import os
import sys
from base64 import b64decode
from collections.abc import Callable
from textwrap import fill
from typing import Any, ParamSpec

from autograd.tables import printable

P = ParamSpec("P")
WIDTH = 80  # of what is said, in characters


class CheckFailed(AssertionError):  # noqa: N818
    """What a check says of a wrong answer. Notebooks show the message alone, not the lines of the check."""

    def _render_traceback_(self) -> list[str]:
        return [wrapped(line) for line in str(self).splitlines()]


def wrapped(text: str) -> str:
    """Text in lines that fit into a narrow window."""
    return fill(printable(text), WIDTH, break_long_words=False, break_on_hyphens=False)


_blanks: list[str] = []  # what the checks so far called not done yet


def not_done(message: str) -> None:
    """Print that an answer is missing; where CHAINGRAD_STRICT=1, raise it."""
    if os.environ.get("CHAINGRAD_STRICT", "0") not in ("", "0"):
        raise CheckFailed(f"{message} (CHAINGRAD_STRICT is set)")
    _blanks.append(message)
    print(message)


def passed(check: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> bool:
    """Run a check and tell whether it passed: a wrong answer raises as ever, a blank gives False.

    So a lesson can go on with what the learner wrote. First take your own, which is also what a failure leaves:

    >>> from autograd import Value
    >>> from autograd.check import check_value
    >>> class Mine(Value):
    ...     pass
    >>> if passed(check_value, Mine, level="add"):
    ...     Value = Mine
    All 16 probes passed: Mine is right at level 'add'.
    """
    before = len(_blanks)
    check(*args, **kwargs)
    return len(_blanks) == before


def unfold(encoded: str) -> None:
    """Run the text of a folded cell, in the notebook. Lessons keep it in base64, so that no answer is read by accident.

    What is judged is what the learner's cell says now: where the cell before this one has failed, the names still hold
    what an earlier run gave them, and CheckFailed says so.
    """
    last = _last_result()
    error: BaseException | None = last and (last.error_before_exec or last.error_in_exec)
    if error is not None and not isinstance(error, AssertionError):
        raise CheckFailed(
            f"The cell that you ran last has failed ({type(error).__name__}: {getattr(error, 'msg', error)}).\n"
            "Nothing is checked, for its names still mean what they meant before. Mend it, run it, then run this one."
        )
    scope = sys._getframe(1).f_globals
    try:
        exec(compile(b64decode(encoded), "<folded cell>", "exec"), scope)
    except NameError as missing:
        raise CheckFailed(f"{missing}. Run your cell first, and keep the names that it came with.") from None


def last_cell() -> tuple[str, dict[str, Any]]:
    """What the cell that the notebook ran before this one says, and the notebook's names; nothing elsewhere."""
    last = _last_result()
    return (last.info.raw_cell, sys.modules["IPython"].get_ipython().user_ns) if last else ("", {})


def _last_result() -> Any:
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return getattr(shell, "last_execution_result", None)
