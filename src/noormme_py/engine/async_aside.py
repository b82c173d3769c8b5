"""Long work beside the event loop, on a thread that is made for it and ends with it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

from noormme_py.engine.lane import THREAD_PREFIX

T = TypeVar("T")


async def run_aside(work: Callable[[], T], stop: Callable[[], None]) -> T:
    """Run a function on a thread of its own and return its result.

    When the caller is cancelled `stop` is called, on a thread too; the cancellation goes on once the work has ended.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()
    ended = asyncio.Event()

    def settle(result: T | None, error: BaseException | None) -> None:
        ended.set()
        if future.done():
            return
        if isinstance(error, StopIteration):
            # No future takes it: it would end whoever awaits.
            told = RuntimeError("the work raised StopIteration")
            told.__cause__ = error
            future.set_exception(told)
        elif error is not None:
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
        # A server that does not answer is waited for, and the loop has other things to do.
        threading.Thread(target=stop, name=f"{THREAD_PREFIX}stop", daemon=True).start()
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
