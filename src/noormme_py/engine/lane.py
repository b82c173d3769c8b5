"""A lane: one connection on one thread, with the jobs it is given in order."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from queue import SimpleQueue
from time import perf_counter_ns
from typing import Any, Generic, TypeVar

from noormme_py.engine.connection import Connection
from noormme_py.engine.holders import Holder
from noormme_py.engine.observers import Observers
from noormme_py.engine.open_connections import told
from noormme_py.errors import Closed
from noormme_py.query.observe import Origin
from noormme_py.query.statement import Work

T = TypeVar("T")

THREAD_PREFIX = "noormme "
"""How the names of the library's threads begin."""

# How often `close` looks whether the thread has ended: soon at first, then seldom.
_FIRST_LOOK_S = 0.0005
_LAST_LOOK_S = 0.05


class Job(Generic[T]):
    """One piece of work for a lane, and the future that waits for it."""

    __slots__ = ("asked_ns", "ended", "error", "future", "is_abandoned", "is_done", "loop", "origin", "result", "work")

    def __init__(
        self,
        work: Callable[[Connection], T],
        loop: asyncio.AbstractEventLoop,
        asked_ns: int,
        origin: Origin | None,
    ) -> None:
        self.work = work
        self.loop = loop
        self.future: asyncio.Future[T] = loop.create_future()
        self.ended: asyncio.Future[None] | None = None
        self.is_abandoned = False
        self.is_done = False
        self.result: Any = None
        self.error: BaseException | None = None
        self.asked_ns = asked_ns
        self.origin = origin

    def run(self, connection: Connection) -> None:
        """Do the work, on the lane's thread."""
        if not self.is_abandoned:
            connection.wait_ns = perf_counter_ns() - self.asked_ns
            connection.origin = self.origin
            connection.is_working = True
            try:
                self.result = self.work(connection)
            except BaseException as fault:
                self.error = fault
            connection.is_working = False
            connection.origin = None
        self.tell()

    def tell(self) -> None:
        """Hand the outcome to the loop, from the lane's thread."""
        # A loop that closed meanwhile has nobody left who waits.
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self._settle)

    def _settle(self) -> None:
        self.is_done = True
        if not self.future.done():
            if self.error is not None:
                self.future.set_exception(self.error)
            else:
                self.future.set_result(self.result)
        if self.ended is not None and not self.ended.done():
            self.ended.set_result(None)


class Lane:
    """A thread that owns a connection. Only whoever holds the lane gives it jobs.

    The thread is a daemon: an application that forgets to close can still exit. SQLite's files are
    safe then, as after any sudden end.
    """

    def __init__(self, name: str, connect: Callable[[], Connection], observers: Observers) -> None:
        # How long whoever holds the lane has waited for it, until his first job.
        self.waited_ns = 0
        self._connect = connect
        self._observers = observers
        self._jobs: SimpleQueue[Job[Any] | None] = SimpleQueue()
        self._mutex = threading.Lock()
        self._current: Job[Any] | None = None
        self._connection: Connection | None = None
        self._is_ending = False
        self._thread = threading.Thread(target=self._work, name=f"{THREAD_PREFIX}{name}", daemon=True)

    async def open(self) -> Connection:
        """Start the thread and open the connection on it."""
        self._thread.start()
        try:
            return await self.run(lambda connection: connection)
        except BaseException:
            self.end()
            raise

    async def run(
        self, work: Callable[[Connection], T], asked: Work[Any] | None = None, *, is_cleanup: bool = False
    ) -> T:
        """Run a job and return its result. `asked` is what the caller asks for, when that is known.

        When the caller is cancelled the statement is interrupted (a clean-up is let through), and the
        cancellation goes on only after the job has ended.
        """
        if self._is_ending:
            raise Closed("the database is closed")
        # The lane's thread has another stack.
        origin = self._observers.origin_of(asked)
        job = Job(work, asyncio.get_running_loop(), perf_counter_ns() - self.waited_ns, origin)
        self.waited_ns = 0
        self._jobs.put(job)
        try:
            return await job.future
        except asyncio.CancelledError:
            if not is_cleanup:
                self._stop(job)
            await _end_of(job)
            raise

    def hold(self, holder: Holder | None) -> None:
        """Note who keeps the lane for as long as he likes."""
        if self._connection is not None:
            self._connection.holder = holder
            # What ran here before is not his.
            self._connection.first_sql = None

    def holder_told(self) -> str | None:
        """Say who keeps the lane."""
        return None if self._connection is None else told(self._connection)

    def end(self) -> None:
        """Let the thread close its connection and stop, after the jobs it has."""
        if not self._is_ending:
            self._is_ending = True
            self._jobs.put(None)

    async def close(self, timeout_s: float) -> None:
        """End the lane; a job that goes on for longer than the timeout is interrupted."""
        self.end()
        loop = asyncio.get_running_loop()
        patience_ends = loop.time() + timeout_s
        pause_s = _FIRST_LOOK_S
        while self._thread.is_alive():
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LAST_LOOK_S)
            current = self._current
            if current is not None and loop.time() > patience_ends:
                self._stop(current)

    def _stop(self, job: Job[Any]) -> None:
        with self._mutex:
            job.is_abandoned = True
            if self._current is job and self._connection is not None:
                self._connection.interrupt()

    def _work(self) -> None:
        try:
            while (job := self._jobs.get()) is not None:
                if self._connection is None:
                    try:
                        self._connection = self._connect()
                    except BaseException as fault:
                        job.error = fault
                        job.tell()
                        continue
                with self._mutex:
                    self._current = job
                    self._connection.resume()
                job.run(self._connection)
                with self._mutex:
                    self._current = None
                # Neither the work nor its result may live on while the thread waits.
                del job
        finally:
            if self._connection is not None:
                self._connection.close()


async def _end_of(job: Job[Any]) -> None:
    """Wait until a job has ended, whatever further cancellations come."""
    if job.is_done:
        return
    job.ended = job.loop.create_future()
    while not job.ended.done():
        try:
            await asyncio.shield(job.ended)
        except asyncio.CancelledError:
            continue
