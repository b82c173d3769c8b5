"""Work on a private database, which can be stopped."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Generic, TypeVar

from noormme_py.engine.scratch import Scratch

T = TypeVar("T")


class ScratchWork(Generic[T]):
    """Work on a private database, which is made before it and removed after it; it can be stopped."""

    def __init__(self, make: Callable[[], Scratch], work: Callable[[Scratch], T]) -> None:
        self._make = make
        self._work = work
        self._scratch: Scratch | None = None
        self._is_stopped = False

    def run(self) -> T:
        """Do it, on any thread."""
        with closing(self._make()) as scratch:
            self._scratch = scratch
            if self._is_stopped:
                scratch.stop()
            return self._work(scratch)

    def stop(self) -> None:
        """End it soon, from any thread."""
        self._is_stopped = True
        if self._scratch is not None:
            self._scratch.stop()
