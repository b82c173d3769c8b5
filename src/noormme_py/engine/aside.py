"""Long work beside the event loop, on a thread that is made for it and ends with it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Generic, TypeVar

from noormme_py.engine.lane import THREAD_PREFIX
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


async def run_aside(work: Callable[[], T], stop: Callable[[], None]) -> T:
    """Run a function on a thread of its own and return its result.

    When the caller is cancelled `stop` is called, from the loop, and the cancellation goes on once the work has ended.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()
    ended = asyncio.Event()

    def settle(result: T | None, error: BaseException | None) -> None:
        ended.set()
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def main() -> None:
        result, error = None, None
        try:
            result = work()
        except BaseException as fault:
            error = fault
        # A loop that closed meanwhile has nobody left who waits.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, result, error)

    thread = threading.Thread(target=main, name=f"{THREAD_PREFIX}aside", daemon=True)
    thread.start()
    try:
        return await future
    except asyncio.CancelledError:
        stop()
        while not ended.is_set():
            try:
                await asyncio.shield(ended.wait())
            except asyncio.CancelledError:
                continue
        raise
    except GeneratorExit:
        # The loop was closed around it, and whoever collects it should not wait for all of the work.
        stop()
        raise
    finally:
        # It has said its last word.
        thread.join()
