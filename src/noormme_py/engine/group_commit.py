"""Writes that wait together are committed together, each in a savepoint of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from time import monotonic
from typing import Any, Generic, TypeVar

from noormme_py.engine.connection import Connection
from noormme_py.errors import DatabaseBusy, NoormmeError
from noormme_py.query.observe import Origin
from noormme_py.query.statement import Work

T = TypeVar("T")


class Write(Generic[T]):
    """One caller's write. `make` gives it anew when it has to be done again."""

    __slots__ = ("_first", "_make", "began_s", "error", "future", "is_abandoned", "origin", "result", "schema_version")

    def __init__(
        self,
        work: Work[T],
        make: Callable[[], Work[T]],
        schema_version: int | None,
        loop: asyncio.AbstractEventLoop,
        origin: Origin | None = None,
    ) -> None:
        self._first: Work[T] | None = work
        self._make = make
        self.schema_version = schema_version
        self.began_s = monotonic()
        self.origin = origin
        self.future: asyncio.Future[T] = loop.create_future()
        self.is_abandoned = False
        self.result: Any = None
        self.error: BaseException | None = None

    def take(self) -> Work[T]:
        """Return what is to be done, each time anew."""
        work, self._first = self._first, None
        return self._make() if work is None else work

    def answer(self) -> None:
        """Hand the outcome to the caller, on the loop."""
        if not self.future.done():
            if self.error is not None:
                self.future.set_exception(self.error)
            else:
                self.future.set_result(self.result)


class Group:
    """Writes that share a transaction. Each fails alone; none is answered before the COMMIT.

    What ends the whole transaction (ON CONFLICT ROLLBACK, RAISE(ROLLBACK), an interrupt, a COMMIT that
    fails) undoes the others too: they are then done again, each in a transaction of its own.
    """

    def __init__(self, writes: list[Write[Any]]) -> None:
        self.writes = writes
        self._mutex = threading.Lock()
        self._current: Write[Any] | None = None
        self._connection: Connection | None = None

    def commit(self, connection: Connection) -> tuple[int, int]:
        """Do them all, on the lane's thread; return what its connection has written so far."""
        self._connection = connection
        if len(self.writes) == 1 or not self._together(connection):
            for write in self.writes:
                self._run(write, connection, self._alone)
        return connection.written

    def stop(self, write: Write[Any]) -> None:
        """Leave a write out, or interrupt it when it is being done, from the loop's thread."""
        with self._mutex:
            write.is_abandoned = True
            if self._current is write and self._connection is not None:
                self._connection.interrupt()

    def _together(self, connection: Connection) -> bool:
        try:
            connection.begin()
            for write in self.writes:
                self._run(write, connection, self._in_savepoint)
                if not connection.is_in_transaction:
                    return False
            connection.commit(1)
        except DatabaseBusy as fault:
            # No write's own fault; each by itself would wait for as long again, one behind the other.
            for write in self.writes:
                write.error = fault
            return True
        except NoormmeError:
            return False
        finally:
            connection.abandon()
        return True

    def _run(self, write: Write[Any], connection: Connection, how: Callable[[Write[Any], Connection], None]) -> None:
        with self._mutex:
            if write.is_abandoned:
                return
            self._current = write
        connection.wait_ns = int(1e9 * (monotonic() - write.began_s))
        connection.origin = write.origin
        try:
            how(write, connection)
        finally:
            with self._mutex:
                self._current = None
                connection.resume()

    def _in_savepoint(self, write: Write[Any], connection: Connection) -> None:
        write.error = None
        try:
            connection.begin()
            write.result = connection.drive(write.take())
            connection.verify(write.schema_version)
            connection.commit(2)
        except Exception as fault:
            write.error = fault
            connection.roll_back_to(1)

    def _alone(self, write: Write[Any], connection: Connection) -> None:
        write.error = None
        try:
            write.result = connection.write(write.take(), write.schema_version)
        except Exception as fault:
            write.error = fault
