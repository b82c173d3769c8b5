"""One sqlite3 connection with its pragmas: it answers requests and drives whole operations."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from noormme_py.config import Config
from noormme_py.engine.faults import translate
from noormme_py.engine.pragmas import PragmaCheck, Role, apply_pragmas
from noormme_py.errors import (
    CannotOpen,
    ConfigError,
    DatabaseError,
    Interrupted,
    NoormmeError,
    QueryError,
    SchemaChanged,
    TransactionError,
)
from noormme_py.location import Location
from noormme_py.query.statement import Control, ManyStatement, Operation, Parameters, Raw, Request, Statement

T = TypeVar("T")

OLDEST_SQLITE = (3, 37, 0)
"""STRICT tables and `pragma_table_list` came with it."""

_CACHED_STATEMENTS = 512


class Connection:
    """A connection in autocommit mode: every BEGIN is written here.

    `schema_version` is the schema cookie as this connection last saw it. The authorizer callback runs
    whenever a statement is prepared, and SQLite prepares anew, in the middle of a step, what was
    prepared for an older schema. So: no callback, no change, and a cached read costs no extra look.
    """

    def __init__(self, config: Config, role: Role, name: str) -> None:
        check_sqlite()
        location = config.location
        check_path(location)
        self.name = name
        self.is_stopped = False
        self.schema_version = -1
        self._depth = 0
        self._begin = "begin" if role == "reader" else "begin immediate"
        self._has_prepared = True
        self._raw = _connect(location, config)
        try:
            # The first page is read before anything is set: a file that is no database stays untouched.
            self.read_schema_version()
            self.pragmas: list[PragmaCheck] = apply_pragmas(self._raw, config, role, name)
            self._raw.set_authorizer(self._note_prepare)
        except sqlite3.Error as fault:
            self._raw.close()
            raise _told_path(translate(fault), location) from None
        except BaseException:
            self._raw.close()
            raise

    @property
    def max_variables(self) -> int:
        """How many parameters one statement may have."""
        return self._raw.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)

    @property
    def is_in_transaction(self) -> bool:
        return self._raw.in_transaction

    def read(self, operation: Operation[T], schema_version: int | None = None) -> T:
        """Drive an operation that reads; raises SchemaChanged when it was made for another schema."""
        try:
            result = self.drive(operation)
        except NoormmeError:
            # "no such column", or a value that does not decode, may be the first news of a changed schema.
            self.verify(schema_version)
            raise
        finally:
            if self._depth:
                self.abandon()
        self.verify(schema_version)
        return result

    def write(self, operation: Operation[T], schema_version: int | None = None) -> T:
        """Drive an operation in a write transaction of its own: all of it is kept, or nothing."""
        self.answer(Control.BEGIN)
        try:
            if schema_version is not None:
                # With the write lock held nobody else can change the schema.
                self.read_schema_version()
                self.verify(schema_version)
            result = self.drive(operation)
            self.answer(Control.COMMIT)
        except BaseException:
            self.abandon()
            raise
        return result

    def drive(self, operation: Operation[T]) -> T:
        """Answer an operation's requests until it returns. Errors go back into it."""
        try:
            request = next(operation)
            while True:
                try:
                    answer = self.answer(request)
                except Exception as fault:
                    request = operation.throw(fault)
                else:
                    request = operation.send(answer)
        except StopIteration as stop:
            result: T = stop.value
            return result

    def answer(self, request: Request) -> Any:
        """Run one request."""
        if isinstance(request, Control):
            return self._control(request)
        if self.is_stopped:
            raise Interrupted("the statement was stopped")
        self._check_transaction()
        try:
            if isinstance(request, ManyStatement):
                check_text(request.sql)
                return self._raw.executemany(request.sql, self._until_stopped(request.batches)).rowcount
            return self._run(request)
        except sqlite3.Error as fault:
            raise translate(fault, request.sql) from None

    def open_cursor(self, sql: str, parameters: Parameters) -> sqlite3.Cursor:
        """Begin a statement."""
        try:
            return self._raw.execute(sql, parameters)
        except UnicodeEncodeError:
            check_text(sql)
            raise

    def read_schema_version(self) -> int:
        """Ask the database for its schema cookie."""
        self.schema_version = self._raw.execute("pragma schema_version").fetchone()[0]
        self._has_prepared = False
        return self.schema_version

    def refresh_schema_version(self) -> int:
        """Return the schema cookie, asking only when a statement was prepared since it was last read."""
        return self.read_schema_version() if self._has_prepared else self.schema_version

    def interrupt(self) -> None:
        """Stop what runs, from any thread; a rollback still goes through."""
        self.is_stopped = True
        self._raw.interrupt()

    def close(self) -> None:
        """Roll back what is open and close."""
        self.abandon()
        self._raw.close()

    def _run(self, statement: Statement[Any]) -> Any:
        cursor = self.open_cursor(statement.sql, statement.parameters)
        try:
            return statement.collect(cursor)
        finally:
            # An unfinished SELECT would hold its read transaction open.
            cursor.close()

    def _until_stopped(self, batches: Iterable[Sequence[Raw]]) -> Iterator[Sequence[Raw]]:
        # SQLite can be interrupted only while a statement runs, and between two rows none does.
        for batch in batches:
            if self.is_stopped:
                raise Interrupted("the statement was stopped")
            yield batch

    def _check_transaction(self) -> None:
        # Without this, what follows a rollback of SQLite's own would be written outside any transaction.
        if self._depth and not self._raw.in_transaction:
            raise TransactionError("SQLite has rolled the transaction back", hint="begin it again from the start")

    def _control(self, request: Control) -> None:
        try:
            match request:
                case Control.BEGIN:
                    if self.is_stopped:
                        raise Interrupted("the transaction was stopped before it began")
                    self._check_transaction()
                    self._raw.execute(f"savepoint level{self._depth}" if self._depth else self._begin)
                    self._depth += 1
                case Control.COMMIT:
                    if self.is_stopped:
                        raise Interrupted("the transaction was stopped before it was committed")
                    self._check_transaction()
                    self._raw.execute(f"release level{self._depth - 1}" if self._depth > 1 else "commit")
                    self._depth -= 1
                case Control.ROLLBACK:
                    self._rollback()
        except sqlite3.Error as fault:
            raise translate(fault, request.value) from None

    def roll_back_to(self, depth: int) -> None:
        """Undo the levels beyond so many that are open."""
        while self._depth > depth:
            self._rollback()

    def abandon(self) -> None:
        """Roll back whatever is open."""
        self._depth = 0
        self._roll_back_all()

    def _rollback(self) -> None:
        """Undo the innermost level. It never raises: the error that led here is the one to be told."""
        self._depth -= 1
        # SQLite may have rolled back already: a full disk, an interrupt, ON CONFLICT ROLLBACK.
        if self._depth and self._raw.in_transaction:
            try:
                self._raw.execute(f"rollback to level{self._depth}")
                self._raw.execute(f"release level{self._depth}")
            except sqlite3.Error:
                # Then all of it goes, and the next statement of the outer level is told so.
                self._roll_back_all()
        elif not self._depth:
            self._roll_back_all()

    def _roll_back_all(self) -> None:
        if self._raw.in_transaction:
            try:
                self._raw.execute("rollback")
            except sqlite3.Error:
                return

    def verify(self, expected: int | None) -> None:
        if self._has_prepared:
            try:
                self.read_schema_version()
            except sqlite3.Error as fault:
                raise translate(fault, "pragma schema_version") from None
        if expected is not None and expected != self.schema_version:
            raise SchemaChanged("another connection changed the schema")

    def _note_prepare(self, *_: object) -> int:
        self._has_prepared = True
        return sqlite3.SQLITE_OK


def check_sqlite() -> None:
    """Raise ConfigError when the SQLite at hand is too old."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        oldest = ".".join(map(str, OLDEST_SQLITE))
        raise ConfigError(f"SQLite {sqlite3.sqlite_version} is too old; {oldest} or newer is needed")


def check_text(sql: str) -> None:
    """Raise QueryError for SQL that is not UTF-8."""
    try:
        sql.encode()
    except UnicodeEncodeError:
        raise QueryError("the SQL has a lone surrogate, which UTF-8 cannot hold") from None


def check_path(location: Location) -> None:
    """Raise CannotOpen when the path can hold no database, before SQLite makes anything."""
    if location.is_memory:
        return
    path = Path(location.file)
    try:
        if path.is_dir():
            raise CannotOpen(f"{str(path)!r} is a directory", hint="give the path of a file")
        if not path.parent.is_dir():
            raise CannotOpen(f"the folder {str(path.parent)!r} does not exist", hint="make the folder first")
        if not path.exists() and location.mode != "rwc":
            raise CannotOpen(f"there is no file {str(path)!r}", hint=f"mode={location.mode} makes no new database")
    except (OSError, ValueError) as fault:
        raise CannotOpen(f"{str(path)!r} cannot be looked at ({type(fault).__name__})") from None


def _connect(location: Location, config: Config) -> sqlite3.Connection:
    try:
        return sqlite3.connect(
            location.uri,
            uri=True,
            isolation_level=None,
            timeout=config.optimization.busy_timeout / 1000,
            cached_statements=_CACHED_STATEMENTS,
            # Each connection stays on one thread; interrupt() alone comes from another.
            check_same_thread=False,
        )
    except sqlite3.Error as fault:
        raise _told_path(translate(fault), location) from None


def _told_path(error: NoormmeError, location: Location) -> NoormmeError:
    """Say which file it was."""
    if not isinstance(error, DatabaseError):
        return error
    return type(error)(f"{location.path}: {error.message}", hint=error.hint, sqlite_code=error.sqlite_code)
