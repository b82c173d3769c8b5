"""One sqlite3 connection with its pragmas: it answers requests and drives whole operations."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from time import monotonic
from typing import Any, TypeVar

from noormme_py.config import Config
from noormme_py.engine.faults import translate
from noormme_py.engine.opening import check_path, connect, told_path
from noormme_py.engine.pragmas import PragmaCheck, Role, apply_pragmas
from noormme_py.errors import (
    ConfigError,
    Interrupted,
    NoormmeError,
    QueryError,
    SchemaChanged,
    TransactionError,
)
from noormme_py.query.statement import Control, ManyStatement, Parameters, Raw, Request, Statement, Work

T = TypeVar("T")

OLDEST_SQLITE = (3, 37, 0)
"""STRICT tables and `pragma_table_list` came with it."""

# How long a wait for the write lock goes on before it is seen that the caller has given up.
_SLICE_MS = 50

# An interrupt that comes while it is being rolled back stops that too, but not the next attempt.
_ROLLBACK_ATTEMPTS = 3


class Connection:
    """A connection in autocommit mode: every BEGIN is written here.

    `schema_version` is the schema cookie as this connection last saw it. The authorizer callback runs
    whenever a statement is prepared, and SQLite prepares anew, in the middle of a step, what was
    prepared for an older schema. So: no callback, no change, and a cached read costs no extra look.
    """

    def __init__(self, config: Config, role: Role, name: str, *, is_on_loop: bool = False) -> None:
        check_sqlite()
        location = config.location
        check_path(location)
        self.name = name
        self.is_stopped = False
        # Whether a BEGIN, COMMIT or ROLLBACK of ours runs, and not a statement of the caller's.
        self.is_in_control = False
        self.schema_version = -1
        self._depth = 0
        self._is_broken = False
        self._streams: set[sqlite3.Cursor] = set()
        self._is_writer = role == "writer"
        self._busy_timeout_ms = 0 if is_on_loop else config.optimization.busy_timeout
        self.has_prepared = True
        self._raw = connect(location, config)
        try:
            # The first page is read before anything is set: a file that is no database stays untouched.
            self.read_schema_version()
            self.pragmas: list[PragmaCheck] = apply_pragmas(self._raw, config, role, name)
            self._raw.set_authorizer(self._note_prepare)
            if is_on_loop:
                # The loop never waits for a lock, and a checkpoint is the writer lane's to do.
                self._raw.execute("pragma busy_timeout = 0").fetchall()
                self._raw.execute("pragma wal_autocheckpoint = 0").fetchall()
        except sqlite3.Error as fault:
            self._raw.close()
            raise told_path(translate(fault), location) from None
        except NoormmeError as fault:
            self._raw.close()
            raise told_path(fault, location) from None
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

    def read(self, work: Work[T], schema_version: int | None = None) -> T:
        """Do work that reads; raises SchemaChanged when it was made for another schema."""
        if self._is_broken:
            self._check_transaction()
        try:
            result = self._run(work) if type(work) is Statement else self.drive(work)
        except NoormmeError:
            # "no such column", or a value that does not decode, may be the first news of a changed schema.
            self.verify(schema_version)
            raise
        finally:
            if self._depth:
                self.abandon()
        if self.has_prepared or schema_version != self.schema_version:
            self.verify(schema_version)
        return result

    def read_one(self, statement: Statement[T], schema_version: int) -> T:
        """Do what `read` does for one statement: the shortest way there is, because most calls go it."""
        if self._is_broken:
            self._check_transaction()
        cursor = None
        try:
            cursor = self._raw.execute(statement.sql, statement.parameters)
            # Where rows are left over, the cursor's end, at the end of this call, ends the statement and its snapshot.
            result = statement.collect(cursor)
        except BaseException as fault:
            if cursor is not None:
                # The error's traceback would keep it.
                cursor.close()
            if isinstance(fault, sqlite3.Error | NoormmeError):
                # "no such column", or a value that does not decode, may be the first news of a changed schema.
                self.verify(schema_version)
            raise _told(fault, statement.sql) from None
        if self.has_prepared or schema_version != self.schema_version:
            self.verify(schema_version)
        return result

    def write(self, work: Work[T], schema_version: int | None = None) -> T:
        """Do work in a write transaction of its own: all of it is kept, or nothing."""
        self.begin()
        try:
            result = self._run(work) if type(work) is Statement else self.drive(work)
            # With the write lock held nobody else can change the schema.
            if self.has_prepared or schema_version != self.schema_version:
                self.verify(schema_version)
            self.commit(1)
        except BaseException:
            self.abandon()
            raise
        return result

    def drive(self, work: Work[T]) -> T:
        """Answer a statement, or an operation's requests until it returns. Errors go back into it.

        Whatever leaves the operation, also what it cannot catch, the levels that it opened are undone.
        """
        if isinstance(work, Statement):
            answer: T = self.answer(work)
            return answer
        operation = work
        depth = self._depth
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
        except BaseException:
            self.roll_back_to(depth)
            raise

    def answer(self, request: Request) -> Any:
        """Run one request."""
        if isinstance(request, Control):
            return self._control(request)
        if self.is_stopped:
            raise Interrupted("the statement was stopped")
        self._check_transaction()
        try:
            if isinstance(request, ManyStatement):
                return self._run_many(request)
            return self._run(request)
        except sqlite3.Error as fault:
            raise translate(fault, request.sql) from None

    def open_stream(self, sql: str, parameters: Parameters) -> sqlite3.Cursor:
        """Begin a statement whose rows `fetch` takes; it is active, and in SQLite's way, until `close_stream`."""
        if self.is_stopped:
            raise Interrupted("the statement was stopped")
        self._check_transaction()
        try:
            cursor = self._raw.execute(sql, parameters)
        except sqlite3.Error as fault:
            raise translate(fault, sql) from None
        except UnicodeEncodeError:
            check_text(sql)
            raise
        self._streams.add(cursor)
        return cursor

    def fetch(self, cursor: sqlite3.Cursor, count: int, sql: str) -> list[Any]:
        """Return the next rows of a stream; raises Interrupted when it had to be closed meanwhile."""
        if cursor not in self._streams:
            raise Interrupted("the stream was closed when a statement beside it was stopped", sql=sql)
        try:
            return cursor.fetchmany(count)
        except sqlite3.Error as fault:
            raise translate(fault, sql) from None

    def close_stream(self, cursor: sqlite3.Cursor) -> None:
        """End a stream; doing it again does nothing."""
        self._streams.discard(cursor)
        cursor.close()

    def read_schema_version(self) -> int:
        """Ask the database for its schema cookie."""
        try:
            self.schema_version = self._raw.execute("pragma schema_version").fetchone()[0]
        except sqlite3.Error as fault:
            raise translate(fault, "pragma schema_version") from None
        self.has_prepared = False
        return self.schema_version

    def refresh_schema_version(self) -> int:
        """Return the schema cookie, asking only when a statement was prepared since it was last read."""
        return self.read_schema_version() if self.has_prepared else self.schema_version

    def set_step_handler(self, handler: Callable[[], bool], steps: int) -> None:
        """Have the handler called about every so many virtual-machine steps; True stops the statement."""
        self._raw.set_progress_handler(handler, steps)

    def opcodes(self, statement: Statement[Any]) -> set[str]:
        """Return the kinds of steps in a statement's program, none when it cannot be prepared."""
        try:
            program = self._raw.execute(f"explain {statement.sql}", statement.parameters).fetchall()
        except sqlite3.Error:
            return set()
        return {step[1] for step in program}

    def interrupt(self) -> None:
        """Stop what runs, from any thread; a rollback still goes through."""
        self.is_stopped = True
        self._raw.interrupt()

    def resume(self) -> None:
        """Let statements run again after an interrupt.

        SQLite goes on to interrupt as long as any statement is active, and an open stream is one: they end here.
        """
        if self.is_stopped:
            self._close_streams()
            self.is_stopped = False

    def checkpoint(self) -> None:
        """Move what the write-ahead log holds into the database, as far as no reader is in the way."""
        try:
            self._raw.execute("pragma wal_checkpoint(passive)").close()
        except sqlite3.Error as fault:
            raise translate(fault, "pragma wal_checkpoint(passive)") from None

    def close(self) -> None:
        """Roll back what is open and close."""
        self.abandon()
        self._raw.close()

    def _run(self, statement: Statement[T]) -> T:
        cursor = None
        try:
            cursor = self._raw.execute(statement.sql, statement.parameters)
            return statement.collect(cursor)
        except BaseException as fault:
            if cursor is not None:
                cursor.close()
            raise _told(fault, statement.sql) from None

    def _run_many(self, request: ManyStatement) -> int:
        check_text(request.sql)
        cursor = self._raw.executemany(request.sql, self._until_stopped(request.batches))
        if cursor.description is not None:
            # The driver takes no rows here, and counts none: what was written would be told as nothing.
            raise QueryError(
                "a statement with RETURNING cannot be run for many sets of parameters",
                hint="leave RETURNING out, or execute it once for each set inside a transaction",
            )
        return cursor.rowcount

    def _until_stopped(self, batches: Iterable[Sequence[Raw]]) -> Iterator[Sequence[Raw]]:
        # SQLite can be interrupted only while a statement runs, and between two rows none does.
        for batch in batches:
            if self.is_stopped:
                raise Interrupted("the statement was stopped")
            yield batch

    def _check_transaction(self) -> None:
        if self._is_broken and not self._depth:
            # What a former transaction left open is nobody's to go on with.
            self._roll_back_all()
        if self._is_broken:
            raise TransactionError(
                "a rollback failed, and what it was to undo is still there",
                hint="leave the transaction, nothing of it will be kept; then begin it again",
            )
        # Without this, what follows a rollback of SQLite's own would be written outside any transaction.
        if self._depth and not self._raw.in_transaction:
            raise TransactionError("SQLite has rolled the transaction back", hint="begin it again from the start")

    def _control(self, request: Control) -> None:
        match request:
            case Control.BEGIN:
                self.begin()
            case Control.COMMIT:
                self._commit()
            case Control.ROLLBACK:
                self._rollback()

    def begin(self) -> None:
        """Begin a transaction, or a level inside it."""
        if self.is_stopped:
            raise Interrupted("the transaction was stopped before it began")
        self._check_transaction()
        self.is_in_control = True
        try:
            if self._depth:
                self._raw.execute(f"savepoint level{self._depth}")
            elif self._is_writer:
                self._begin_writing()
            else:
                self._raw.execute("begin")
        except sqlite3.Error as fault:
            raise translate(fault, "begin") from None
        finally:
            self.is_in_control = False
        self._depth += 1

    def _commit(self) -> None:
        if self.is_stopped:
            raise Interrupted("the transaction was stopped before it was committed")
        self._check_transaction()
        self.is_in_control = True
        try:
            self._raw.execute("commit" if self._depth <= 1 else f"release level{self._depth - 1}")
        except sqlite3.Error as fault:
            raise translate(fault, "commit") from None
        finally:
            self.is_in_control = False
        self._depth -= 1

    def _begin_writing(self) -> None:
        """Take the write lock. SQLite's own wait cannot be interrupted, so it is cut into slices."""
        if not self._busy_timeout_ms:
            self._raw.execute("begin immediate")
            return
        deadline = monotonic() + self._busy_timeout_ms / 1000
        self._raw.execute(f"pragma busy_timeout = {min(_SLICE_MS, self._busy_timeout_ms)}").close()
        try:
            while True:
                try:
                    self._raw.execute("begin immediate")
                except sqlite3.OperationalError as fault:
                    is_busy = str(getattr(fault, "sqlite_errorname", "")).startswith("SQLITE_BUSY")
                    if not is_busy or monotonic() >= deadline:
                        raise
                    if self.is_stopped:
                        raise Interrupted("the transaction was stopped while it waited for the lock") from None
                else:
                    return
        finally:
            self._raw.execute(f"pragma busy_timeout = {self._busy_timeout_ms}").close()

    def commit(self, depth: int) -> None:
        """Keep the innermost level, which must be of this depth; 1 is the transaction itself.

        A level too many would turn a COMMIT into the mere end of a savepoint, and all be rolled back later.
        """
        if self._depth != depth:
            raise TransactionError("a level inside this transaction was left open", hint="begin it again")
        self._commit()

    def roll_back_to(self, depth: int) -> None:
        """Undo the levels beyond so many that are open."""
        while self._depth > depth:
            self._rollback()

    def abandon(self) -> None:
        """Roll back whatever is open."""
        self._depth = 0
        self._roll_back_all()

    def _rollback(self) -> None:
        """Undo the innermost level. It never raises: the error that led here is the one to be told.

        When it fails, the rest of the transaction is refused.
        """
        self._depth -= 1
        # SQLite may have rolled back already: a full disk, an interrupt, ON CONFLICT ROLLBACK.
        if self._depth <= 0:
            self._roll_back_all()
        elif self._raw.in_transaction and not self._undo(
            f"rollback to level{self._depth}", f"release level{self._depth}"
        ):
            # Then all of it goes, and the next statement of the outer level is told so.
            self._roll_back_all()

    def _roll_back_all(self) -> None:
        if self._raw.in_transaction:
            self._undo("rollback")
        self._is_broken = self._raw.in_transaction

    def _undo(self, *statements: str) -> bool:
        """Run a rollback and tell whether it was done."""
        self.is_in_control = True
        try:
            for _ in range(_ROLLBACK_ATTEMPTS):
                if self.is_stopped:
                    self._close_streams()
                try:
                    for statement in statements:
                        self._raw.execute(statement)
                except sqlite3.Error:
                    # It may have been interrupted itself, and would be again while a stream is open.
                    self._close_streams()
                else:
                    return True
            return False
        finally:
            self.is_in_control = False

    def _close_streams(self) -> None:
        while self._streams:
            self._streams.pop().close()

    def verify(self, expected: int | None) -> None:
        """Raise SchemaChanged when the schema is not of this version."""
        if self.has_prepared:
            self.read_schema_version()
        if expected is not None and expected != self.schema_version:
            raise SchemaChanged("another connection changed the schema")

    def _note_prepare(self, *_: object) -> int:
        self.has_prepared = True
        return sqlite3.SQLITE_OK


def _told(fault: BaseException, sql: str) -> BaseException:
    """Return the library's error for what SQLite and its driver raise, and everything else as it is."""
    if isinstance(fault, sqlite3.Error):
        return translate(fault, sql)
    if isinstance(fault, UnicodeEncodeError):
        check_text(sql)
    return fault


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
