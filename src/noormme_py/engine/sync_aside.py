"""Long work where there is no event loop: the caller does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def run_aside(work: Callable[[], T], stop: Callable[[], None]) -> T:
    """Run a function and return its result; it is ended by an exception, such as that of Ctrl-C."""
    return work()
