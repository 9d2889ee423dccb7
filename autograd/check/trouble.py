"""Someone else's code is run: what it raises, or that it does not end, is Trouble; what it prints is not shown."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from io import StringIO
from typing import Any, TypeVar
from warnings import catch_warnings, simplefilter

from autograd.check.deadline import Limit, OutOfTime
from autograd.check.errors import hint_for_error
from autograd.reports import Finding, line_of

T = TypeVar("T")
STOPPED = (Exception, SystemExit, OutOfTime)  # what ends a learner's code; an interrupt from the keyboard goes through


class Trouble(Exception):  # noqa: N818
    """Why a probe came to no gradients: facts, and a hint where they allow one."""

    def __init__(self, text: str, hint: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.hint = hint

    def finding(self, where: str, title: str, hint: str = "") -> Finding:
        """What is found of it at an expression and inputs. The trouble's own hint is the second."""
        unwritten = ""
        if isinstance(self.__cause__, NotImplementedError):
            line = line_of(self.__cause__)
            unwritten = f"`{line.function}`" if line and line.function.isidentifier() else where
        return Finding(where, f"{title}\n{self.text}", hint or self.hint, unwritten)


@contextmanager
def quiet(notes: list[str]) -> Iterator[None]:
    """What someone's code prints is not shown, but counted in a note; what it warns of is ignored."""
    printed = StringIO()
    with redirect_stdout(printed), catch_warnings():
        simplefilter("ignore")
        yield
    if lines := printed.getvalue().count("\n"):
        notes.append(f"your code printed {lines:,} line{'s' * (lines > 1)}")


def limited(function: Callable[[], T], limit: float | Limit) -> T:
    """function(), with its errors and endless loops as Trouble; the limit is one of seconds."""
    try:
        return (limit if isinstance(limit, Limit) else Limit(limit)).run(function)
    except Trouble:
        raise
    except STOPPED as error:
        raise _trouble_from(error) from error


def _trouble_from(error: BaseException) -> Trouble:
    """What a learner's code raised, told with its line."""
    line = line_of(error, outermost=isinstance(error, OutOfTime))  # where the loop is likely to be
    at = f"\nin {line}" if line else ""
    if isinstance(error, OutOfTime):
        text = f"{error}: an endless loop, or far too slow{at}"
    elif isinstance(error, NotImplementedError):
        text = f"not done yet: NotImplementedError{at}"
    else:
        text = f"raised {type(error).__name__}{f': {error}' * bool(str(error))}{at}"
    return Trouble(text, hint_for_error(error))


def holds(test: Callable[..., object], *arguments: Any) -> bool:
    """Whether test(*arguments) is true; one that raises is not."""
    with suppress(Exception):
        return bool(test(*arguments))
    return False


def items(returned: Any) -> Any:
    """What a learner's generator gives, while the time is kept; anything else as it is."""
    return list(returned) if isinstance(returned, Iterator) else returned
