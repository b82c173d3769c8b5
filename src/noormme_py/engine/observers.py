"""Who listens to a database or records it, and what is told. Nothing is measured while nobody does."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import partial
from time import perf_counter_ns
from typing import Any

from noormme_py.query.observe import Observer, Origin, Runs, StatementFinished, StatementRecorder
from noormme_py.query.statement import Parameters, Work

_LOG = logging.getLogger("noormme_py")


class Observers:
    """The listeners of one database, shared by its connections, and what keeps its record."""

    __slots__ = ("listeners", "recorder")

    def __init__(self) -> None:
        # A tuple that is replaced, so that every thread sees one state or the other.
        self.listeners: tuple[Observer, ...] = ()
        # Set before the database is opened.
        self.recorder: StatementRecorder | None = None

    def add(self, listener: Observer) -> Callable[[], None]:
        """Have a listener told of every statement from now on; return what ends that."""
        # An object of its own, for a function that is added twice and removed once.
        added: Observer = partial(listener)
        self.listeners = (*self.listeners, added)

        def remove() -> None:
            self.listeners = tuple(known for known in self.listeners if known is not added)

        return remove

    @property
    def are_silent(self) -> bool:
        """Whether nobody is to be told."""
        return not self.listeners and self.recorder is None

    def origin_of(self, work: Work[Any] | None) -> Origin | None:
        """Return who asks for work that another thread is to do, or None while nothing is recorded."""
        return None if self.recorder is None else self.recorder.origin_of(work)

    def tell(self, event: StatementFinished, origin: Origin | None, counted: dict[str, Runs] | None) -> None:
        """Tell everyone. A listener that fails fails alone: the statement has been done."""
        if self.recorder is not None and counted is not None:
            try:
                self.recorder.finished(event, origin, counted)
            except Exception:
                _LOG.exception("the recorder of statements failed")
        for listener in self.listeners:
            try:
                listener(event)
            except Exception:
                _LOG.exception("an observer of statements failed")


class Watch:
    """One statement that is being observed."""

    __slots__ = ("_began_ns", "_counted", "_lane", "_observers", "_origin", "_parameters", "_sql", "_wait_ns", "rows")

    def __init__(
        self,
        observers: Observers,
        lane: str,
        wait_ns: int,
        sql: str,
        parameters: Parameters,
        origin: Origin | None,
        counted: dict[str, Runs] | None,
    ) -> None:
        self._observers = observers
        self._lane = lane
        self._wait_ns = wait_ns
        self._sql = sql
        self._parameters = parameters
        self._origin = origin
        self._counted = counted
        self.rows = 0
        self._began_ns = perf_counter_ns()

    def finish(self, error: BaseException | None = None, *, elapsed_ns: int | None = None) -> None:
        """Tell that the statement has ended; it has taken all the time since then, unless less is said."""
        if elapsed_ns is None:
            elapsed_ns = perf_counter_ns() - self._began_ns
        event = StatementFinished(self._sql, self._parameters, elapsed_ns, self._wait_ns, self.rows, self._lane, error)
        self._observers.tell(event, self._origin, self._counted)


class CountingCursor:
    """A cursor that counts the rows it gives."""

    __slots__ = ("_cursor", "_watch")

    def __init__(self, cursor: Any, watch: Watch) -> None:
        self._cursor = cursor
        self._watch = watch
        watch.rows = max(0, cursor.rowcount)

    @property
    def rowcount(self) -> int:
        count: int = self._cursor.rowcount
        # Of a write with RETURNING, SQLite knows the count when the rows have been taken.
        self._watch.rows = max(self._watch.rows, count)
        return count

    @property
    def lastrowid(self) -> int | None:
        last: int | None = self._cursor.lastrowid
        return last

    @property
    def description(self) -> Any:
        return self._cursor.description

    def fetchone(self) -> Any:
        row = self._cursor.fetchone()
        if row is not None:
            self._watch.rows = max(self._watch.rows, 1)
        return row

    def fetchall(self) -> list[Any]:
        return list(self)

    def __iter__(self) -> Iterator[Any]:
        count = 0
        try:
            for row in self._cursor:
                count += 1
                yield row
        finally:
            self._watch.rows = max(self._watch.rows, count)
