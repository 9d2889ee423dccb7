"""Interrupts that wait for a good moment."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def interrupts_wait() -> Iterator[Callable[[], None]]:
    """Within it an interrupt waits until the function that it yields is called; a second one does not wait.

    Signals arrive in the main thread only; elsewhere there is nothing to wait for.
    """
    before = signal.getsignal(signal.SIGINT)
    arrived: list[tuple[int, FrameType | None]] = []

    def note(number: int, frame: FrameType | None) -> None:
        if arrived:
            pause()
        arrived.append((number, frame))

    def pause() -> None:
        if arrived and callable(before):
            before(*arrived.pop())

    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield pause
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield pause
    finally:
        signal.signal(signal.SIGINT, before)
