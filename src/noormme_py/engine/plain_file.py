"""One connection to a file, for long work from end to end: no lane, no pool, no pragmas of ours."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any, Self

from noormme_py.engine.faults import translate
from noormme_py.engine.opening import check_path
from noormme_py.errors import CannotOpen, NoormmeError, QueryError
from noormme_py.location import Location
from noormme_py.query.statement import Parameters, Raw

_STEPS_A_LOOK = 100_000


class PlainFile:
    """A connection in autocommit mode. It is used by one thread at a time, `stop` apart. It raises DatabaseError."""

    def __init__(self, raw: sqlite3.Connection | None, path: str) -> None:
        self._raw = raw
        self._path = path
        self._is_stopped = False

    @classmethod
    def reading(cls, location: Location) -> Self:
        """Open a file that is only read, and see one state of it until the end."""
        check_path(location)
        raw: sqlite3.Connection | None = None
        try:
            raw = sqlite3.connect(location.uri, uri=True, isolation_level=None, check_same_thread=False)
            for sql in ("pragma query_only = on", "begin", "select 1 from sqlite_schema limit 1"):
                raw.execute(sql).close()
        except sqlite3.Error as fault:
            if raw is not None:
                raw.close()
            raise translate(fault) from None
        return cls(raw, location.path)

    @classmethod
    def spool(cls) -> Self:
        """Return an empty database for what does not fit in memory; it is gone when it is closed."""
        # An empty name is a database in a file that nobody can see (sqlite.org/inmemorydb.html, "Temporary Databases").
        raw = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for sql in ("pragma journal_mode = off", "pragma cache_size = -16384", "pragma temp_store = file"):
            raw.execute(sql).close()
        return cls(raw, tempfile.gettempdir())

    def query(self, sql: str, parameters: Parameters = ()) -> list[tuple[Raw, ...]]:
        """Return all rows of a statement."""
        try:
            return self._connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as fault:
            raise self._told(fault, sql) from None

    def batches(self, sql: str, rows: int, *, budget_s: float | None = None) -> Iterator[list[Any]]:
        """Yield the rows of a statement as columns, so many rows at a time.

        It is Interrupted when it takes longer than its budget, of whatever its reader does meanwhile too.
        """
        for _, columns in self.named_batches(sql, rows, budget_s=budget_s):
            if columns:
                yield columns

    def named_batches(
        self, sql: str, rows: int, *, budget_s: float | None = None
    ) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
        """Yield as `batches` does, with the names of the columns, and at first the names alone."""
        if budget_s is not None:
            end = monotonic() + budget_s
            self._connection.set_progress_handler(lambda: monotonic() > end, _STEPS_A_LOOK)
        try:
            cursor = self._connection.execute(sql)
            names = tuple(column[0] for column in cursor.description or ())
            yield names, []
            while found := cursor.fetchmany(rows):
                yield names, list(zip(*found, strict=True))
        except sqlite3.Error as fault:
            raise self._told(fault, sql) from None
        finally:
            if budget_s is not None and self._raw is not None:
                self._raw.set_progress_handler(None, 0)

    def execute(self, sql: str, parameters: Parameters = ()) -> None:
        """Run a statement that changes something."""
        self.query(sql, parameters)

    def insert(self, sql: str, columns: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each row of some columns; when it raises, those before the row it failed at are in.

        Raises QueryError for a value that SQLite has no form for.
        """
        try:
            self._connection.executemany(sql, zip(*columns, strict=True)).close()
        except sqlite3.Error as fault:
            raise self._told(fault, sql) from None
        except UnicodeEncodeError:
            raise QueryError("a text that is not UTF-8") from None
        except OverflowError:
            raise QueryError("an integer that does not fit SQLite's 64 bits") from None

    def begin(self) -> None:
        """Begin a transaction that writes."""
        self.execute("begin immediate")

    def commit(self) -> None:
        """Keep what was done since it began."""
        self.execute("commit")

    def rollback(self) -> None:
        """Undo what was done since it began; nothing where there is nothing to undo."""
        if self._raw is not None and self._raw.in_transaction:
            self.execute("rollback")

    def stop(self) -> None:
        """End what runs and refuse what follows, from any thread."""
        self._is_stopped = True
        raw = self._raw
        if raw is not None:
            # It may be closed by now.
            with suppress(sqlite3.ProgrammingError):
                raw.interrupt()

    def is_stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._is_stopped

    @property
    def is_open(self) -> bool:
        return self._raw is not None

    def close(self) -> None:
        """Close it; closing twice does nothing."""
        if self._raw is not None:
            self._raw.close()
            self._raw = None

    @property
    def _connection(self) -> sqlite3.Connection:
        if self._raw is None:
            raise CannotOpen(f"{self._path!r} is not open")
        return self._raw

    def _told(self, fault: sqlite3.Error, sql: str | None = None) -> NoormmeError:
        return translate(fault, sql)
