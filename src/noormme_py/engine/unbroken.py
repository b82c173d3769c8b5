"""Short work that is done whole or not at all, though somebody presses Ctrl-C amid it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from noormme_py.engine.lane import THREAD_PREFIX


def run_unbroken(work: Callable[[], None]) -> None:
    """Run a function on a thread of its own, where no signal's exception comes; that is raised when it has ended."""
    begun, ended = threading.Event(), threading.Event()
    failures: list[BaseException] = []

    def main() -> None:
        # Whoever is interrupted while the thread starts has not begun.
        begun.wait()
        try:
            work()
        except BaseException as fault:
            failures.append(fault)
        finally:
            ended.set()

    thread = threading.Thread(target=main, name=f"{THREAD_PREFIX}unbroken", daemon=True)
    broken: BaseException | None = None
    thread.start()
    while not ended.is_set():
        try:
            begun.set()
            ended.wait()
        except BaseException as fault:
            broken = fault
    thread.join()
    if broken is not None:
        raise broken
    if failures:
        raise failures[0]
