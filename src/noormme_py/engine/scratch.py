"""A private database to try things on: a copy of another one, or a clone of its schema without the rows."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Generator, Iterable
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from time import thread_time_ns
from typing import Any, TypeVar

from noormme_py.config import Config
from noormme_py.engine.faults import translate
from noormme_py.engine.opening import check_path, connect, told_path
from noormme_py.errors import ConstraintError, DiskFull, TransactionError
from noormme_py.frozen import replaced
from noormme_py.query.placeholders import nulls_for
from noormme_py.query.statement import Parameters, Raw, Statement, Work, ask
from noormme_py.query.trial import PlanRow, Trial

T = TypeVar("T")

# A copy larger than this lies in a file of its own, in the folder for temporary files.
_MOST_IN_MEMORY = 256 * 1024 * 1024

# The driver counts steps in calls of this many. Fewer are more exact, and slow a run down.
_STEPS_A_CALL = 50

# The order in which things can be made; an index that SQLite makes itself has no text.
_MAKING = """
    select type, name, sql from main.sqlite_schema
    where sql is not null and name not like 'sqlite\\_%' escape '\\'
    order by type = 'trigger', type = 'view', type = 'index', sql not like 'create virtual%', rowid
"""
_READS = frozenset({sqlite3.SQLITE_READ})


class Scratch:
    """One connection to a database of its own. It is used by one thread at a time, `stop` apart.

    No statement is kept prepared: a plan would outlive the index that it was made for, and SQLite's counter of
    steps goes on from run to run of one that is kept.
    """

    def __init__(self, config: Config, folder: Path | None = None) -> None:
        self._config = config
        self._folder = folder
        name = ":memory:" if folder is None else str(folder / "copy.db")
        self._raw = sqlite3.connect(name, isolation_level=None, cached_statements=0, check_same_thread=False)
        self._hidden: list[tuple[Raw, ...]] = []
        self._is_stopped = False
        # Where the rows are, when it has none of its own.
        self._source: sqlite3.Connection | None = None
        self._raw.execute("pragma journal_mode = memory").close()
        self._raw.execute("pragma synchronous = off").close()
        self._raw.execute(f"pragma cache_size = {config.optimization.cache_size}").close()
        self._raw.execute(f"pragma foreign_keys = {int(config.optimization.enable_foreign_keys)}").close()

    @classmethod
    def copied(cls, config: Config) -> Scratch:
        """Return a copy of a database file, read by a connection of its own; raises DatabaseError, DiskFull."""
        with closing(_source(config)) as source:
            return cls.copied_from(source, config)

    @classmethod
    def copied_from(cls, source: sqlite3.Connection, config: Config) -> Scratch:
        """Return a copy of what a connection has open."""
        try:
            size = _size(source)
        except sqlite3.Error as fault:
            raise told_path(translate(fault), config.location) from None
        if size <= _MOST_IN_MEMORY:
            made = cls(config)
        elif shutil.disk_usage(tempfile.gettempdir()).free < size * 2:
            raise DiskFull(
                "there is no room for a copy of the database in the folder for temporary files",
                hint="free some, name another folder in TMPDIR, or have it verified by plan",
            )
        else:
            made = cls(config, Path(tempfile.mkdtemp(prefix="noormme-")))
        with _closed_on_failure(made, config):
            source.backup(made._raw)
        return made

    @classmethod
    def cloned(cls, config: Config) -> Scratch:
        """Return the schema of a database file, with the planner's statistics and without the rows.

        The file stays open for `survey`.
        """
        source = _source(config)
        try:
            made = cls(config)
        except BaseException:
            source.close()
            raise
        made._source = source
        with _closed_on_failure(made, config):
            made._make_schema(source)
        return made

    def explain(self, sql: str, parameters: Parameters = ()) -> tuple[PlanRow, ...]:
        """Return the plan of a statement for these parameters."""
        rows = self._execute(f"explain query plan {sql}", parameters).fetchall()
        return tuple(PlanRow(row[0], row[1], row[3]) for row in rows)

    def run(self, sql: str, parameters: Parameters = (), *, max_steps: int | None = None) -> Trial:
        """Run a statement and take all its rows; what it writes is rolled back.

        The steps are exact to fifty, and the time is the processor's: other programs have no part in it. What would
        take more than `max_steps` is cut off there, and what breaks a constraint (the row that it inserts is there
        already) ends with that.
        """
        calls = 0
        most = None if max_steps is None else max_steps // _STEPS_A_CALL

        def count() -> int:
            nonlocal calls
            calls += 1
            return self._is_stopped or (most is not None and calls > most)

        rows, is_whole, broken = 0, True, None
        # The schema is read by a program too, and its steps are not of the statement.
        self._execute("select 1 from sqlite_schema limit 1")
        self._execute("savepoint trial")
        # The children of a row that it deletes are looked for all the same.
        self._execute("pragma defer_foreign_keys = on")
        self._raw.set_progress_handler(count, _STEPS_A_CALL)
        began_ns = thread_time_ns()
        try:
            cursor = self._raw.execute(sql, parameters)
            while chunk := cursor.fetchmany(1000):
                rows += len(chunk)
            rows = max(rows, cursor.rowcount)
        except sqlite3.Error as fault:
            told = translate(fault, sql)
            is_whole, broken = False, told if isinstance(told, ConstraintError) else None
            is_cut = getattr(fault, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_INTERRUPT
            if self._is_stopped or not (is_cut or broken):
                raise told from None
        finally:
            elapsed_ns = thread_time_ns() - began_ns
            self._raw.set_progress_handler(None, 0)
            # A write that is interrupted is rolled back with all that is around it.
            if self._raw.in_transaction:
                self._raw.execute("rollback to trial").close()
                self._raw.execute("release trial").close()
        # Less than a call is told as one: a ratio to nothing says nothing.
        return Trial(max(1, calls) * _STEPS_A_CALL, elapsed_ns, rows, is_whole, broken)

    def query(self, sql: str, parameters: Parameters = ()) -> list[tuple[Raw, ...]]:
        """Run a statement for good and return its rows."""
        return self._execute(sql, parameters).fetchall()

    def survey(self, sql: str, parameters: Parameters = ()) -> list[tuple[Raw, ...]]:
        """Run a statement where the rows are, which it only reads."""
        source = self._source or self._raw
        try:
            return source.execute(sql, parameters).fetchall()
        except sqlite3.Error as fault:
            raise translate(fault, sql) from None

    def columns_read(self, sql: str) -> frozenset[tuple[str, str]]:
        """Return the (table, column) pairs that a statement reads, through views too; "" where it only counts rows."""
        found: set[tuple[str, str]] = set()

        def note(action: int, table: str | None, column: str | None, *_: object) -> int:
            if action in _READS and table:
                found.add((table, column or ""))
            return sqlite3.SQLITE_OK

        self._raw.set_authorizer(note)
        try:
            self._execute(f"explain {sql}", nulls_for(sql)).close()
        finally:
            self._raw.set_authorizer(None)
        return frozenset(found)

    def drive(self, work: Work[T]) -> T:
        """Answer an operation that reads."""
        operation = ask(work) if isinstance(work, Statement) else work
        try:
            request = next(operation)
            while True:
                if not isinstance(request, Statement):
                    raise TransactionError("only reading is done here")
                answer: Any = request.collect(self._execute(request.sql, request.parameters))
                request = operation.send(answer)
        except StopIteration as stop:
            result: T = stop.value
            return result

    def hide(self, indexes: Iterable[str]) -> None:
        """Have the planner see all indexes but these, until the next call.

        Their rows are taken out of the schema table and the schema is read again: a fifth of a millisecond, where
        dropping them would free every page. Nothing may be written meanwhile: `run` rolls back what it writes.
        """
        names = list(indexes)
        self._execute("pragma writable_schema = on")
        self._raw.executemany("insert into sqlite_schema values (?, ?, ?, ?, ?)", self._hidden)
        marks = ", ".join("?" * len(names))
        where = f"from sqlite_schema where type = 'index' and name in ({marks})"
        self._hidden = self.query(f"select * {where}", names)
        self._execute(f"delete {where}", names)
        # It also makes the schema read anew.
        self._execute("pragma writable_schema = reset")

    def clone(self) -> Scratch:
        """Return the schema of this one, with the planner's statistics and without the rows."""
        made = Scratch(self._config)
        with _closed_on_failure(made, self._config):
            made._make_schema(self._raw)
        return made

    def stop(self) -> None:
        """End what runs and refuse what follows, from any thread."""
        self._is_stopped = True
        for connection in (self._raw, self._source):
            # It may be closed by now.
            with suppress(sqlite3.ProgrammingError):
                if connection is not None:
                    connection.interrupt()

    def close(self) -> None:
        """Close it, and remove it."""
        if self._source is not None:
            self._source.close()
        self._raw.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        try:
            return self._raw.execute(sql, parameters)
        except (sqlite3.Error, UnicodeEncodeError) as fault:
            raise translate(fault, sql) from None  # type: ignore[arg-type]

    def _make_schema(self, source: sqlite3.Connection) -> None:
        for _, _, sql in source.execute(_MAKING):
            try:
                self._raw.execute(sql).close()
            except sqlite3.Error:
                # A virtual table without its module, or what rests on one: statements on it are not analysed.
                continue
        if source.execute("select 1 from main.sqlite_schema where name = 'sqlite_stat1'").fetchone():
            # It makes the table, and finds nothing to count.
            self._raw.execute("analyze").close()
            self._raw.execute("delete from sqlite_stat1").close()
            rows = source.execute("select tbl, idx, stat from main.sqlite_stat1")
            self._raw.executemany("insert into sqlite_stat1 values (?, ?, ?)", rows).close()
            self._raw.execute("analyze sqlite_schema").close()


def _source(config: Config) -> sqlite3.Connection:
    location = replaced(config.location, mode="ro")
    check_path(location)
    source = connect(location, config)
    source.execute("pragma query_only = on").close()
    return source


def _size(source: sqlite3.Connection) -> int:
    pages: int = source.execute("pragma main.page_count").fetchone()[0]
    page_size: int = source.execute("pragma main.page_size").fetchone()[0]
    return pages * page_size


@contextmanager
def _closed_on_failure(made: Scratch, config: Config) -> Generator[None]:
    try:
        yield
    except sqlite3.Error as fault:
        made.close()
        raise told_path(translate(fault), config.location) from None
    except BaseException:
        made.close()
        raise
