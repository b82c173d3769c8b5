"""Threads of a test: what they raise is raised in the test, and none of them is waited for without end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")

# A guard against hanging, never a measure.
PATIENCE_S = 60.0


class Started(Generic[T]):
    """A function that runs on a thread of its own."""

    def __init__(self, work: Callable[[], T], name: str | None = None) -> None:
        self._work = work
        self._result: list[T] = []
        self._error: BaseException | None = None
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.thread.start()

    def result(self) -> T:
        """Wait for its end and return what it returned, or raise what it raised."""
        self.thread.join(PATIENCE_S)
        assert not self.thread.is_alive(), "the thread hangs"
        if self._error is not None:
            raise self._error
        return self._result[0]

    def error(self) -> BaseException | None:
        """Wait for its end and return what it raised."""
        try:
            self.result()
        except Exception as fault:
            return fault
        return None

    @property
    def is_running(self) -> bool:
        return self.thread.is_alive()

    def _run(self) -> None:
        try:
            self._result.append(self._work())
        except BaseException as fault:
            self._error = fault


def together(count: int, work: Callable[[int], T]) -> list[T]:
    """Run a function on so many threads that begin at the same moment; return what each returned."""
    start = threading.Barrier(count)

    def begin(number: int) -> T:
        start.wait(PATIENCE_S)
        return work(number)

    threads = [Started(lambda number=number: begin(number)) for number in range(count)]  # type: ignore[misc]
    return [thread.result() for thread in threads]


def until(look: Callable[[], Any]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE_S
    while not look():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.001)
