"""Running someone else's code for a limited time.

The limit is a trace function, which is called at every line: it works in notebooks and in any thread, where a signal
would not, and stops the code itself, which another thread could not.
"""

import sys
from collections.abc import Callable
from dis import get_instructions
from functools import lru_cache
from math import inf
from types import CodeType, FrameType
from typing import Any, TypeVar

from autograd.reports import OURS, is_someone_elses

try:
    from time import thread_time
except ImportError:  # in a browser, where there is one thread
    from time import process_time as thread_time

T = TypeVar("T")


class OutOfTime(BaseException):
    """Code ran longer than it may. Not an Exception, so that a learner's `except Exception` does not hide it."""


class Limit:
    """A limit in seconds of the thread's own computing time, so that a busy machine does not shorten it.

    From one look at the clock to the next a quarter of the limit is counted at most: Python's collector, or a machine
    that stands still for a moment, is no endless loop, at which the clock is looked at again and again.

    `calls` counts how often functions of the user's were called, `codes` tells which, by their identity. A
    trace function that was set before, a debugger's or a coverage tool's, is set again afterwards, and sees nothing of
    what runs in between.

    >>> def endless():
    ...     while True:
    ...         pass
    >>> Limit(0.05).run(endless)
    Traceback (most recent call last):
    ...
    autograd.check.deadline.OutOfTime: still running after 0.05 s
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.calls = 0
        self.codes: set[int] = set()
        self.expired = False

    def run(self, function: Callable[[], T]) -> T:
        """function(), or OutOfTime raised where it was when its time was over. No time is kept of infinite seconds."""
        if self.seconds == inf:
            return function()
        before = sys.gettrace()
        events, spent, last = 0, 0.0, thread_time()

        def at_line(frame: FrameType, event: str, arg: object) -> Any:
            nonlocal events, spent, last
            events += 1
            if events & 63 == 0:
                now = thread_time()
                spent, last = spent + min(now - last, self.seconds / 4), now
                self.expired |= spent > self.seconds
            if self.expired:
                raise OutOfTime(f"still running after {self.seconds:g} s")
            return at_line

        def at_call(frame: FrameType, event: str, arg: object) -> Any:
            """Count and look at the clock; the lines are followed only of code that has a loop."""
            is_counted, has_loop, within_a_line = _nature(frame.f_code)
            if is_counted:
                self.calls += 1
                self.codes.add(id(frame.f_code))
            frame.f_trace_opcodes = within_a_line  # such a loop comes to no new line
            at_line(frame, event, arg)
            return at_line if has_loop else None

        def go_on(ignored: Any) -> None:
            """Python stops tracing where the tracer raises, and ignores what is raised where a generator is closed."""
            if isinstance(ignored.exc_value, OutOfTime):
                sys.settrace(at_call)
            else:
                hook(ignored)

        hook, sys.unraisablehook = sys.unraisablehook, go_on
        sys.settrace(at_call)
        try:
            result = function()
        finally:
            sys.settrace(before)
            sys.unraisablehook = hook
        if self.expired:  # a bare `except:` has swallowed it
            raise OutOfTime(f"still running after {self.seconds:g} s")
        return result


@lru_cache(1024)
def _nature(code: CodeType) -> tuple[bool, bool, bool]:
    """Whether code is the user's, whether it may go on for ever, which these packages' does not, and within a line."""
    line_of = {i.offset: i.positions.lineno if i.positions else None for i in get_instructions(code)}
    is_ours = code.co_filename.startswith(OURS)
    loops = [(i.offset, i.argval) for i in get_instructions(code) if "BACKWARD" in i.opname and not is_ours]
    return is_someone_elses(code), bool(loops), any(line_of[a] == line_of.get(b) for a, b in loops)
