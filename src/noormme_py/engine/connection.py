"""One sqlite3 connection with its pragmas: it answers requests and drives whole operations."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple, TypeVar

from noormme_py.config import Config
from noormme_py.engine.faults import told, translate
from noormme_py.engine.levels import TAKE_LOCK, Levels
from noormme_py.engine.observers import CountingCursor, Observers, Watch
from noormme_py.engine.open_connections import OPEN_CONNECTIONS, lock_held
from noormme_py.engine.opening import check_path, check_sqlite, connect, told_path
from noormme_py.engine.pragmas import PragmaCheck, Role, apply_pragmas
from noormme_py.engine.scratch import Scratch
from noormme_py.errors import DatabaseBusy, Interrupted, NoormmeError, QueryError, SchemaChanged
from noormme_py.query.observe import UNTOLD, Runs, StatementFinished
from noormme_py.query.statement import Control, ManyStatement, Parameters, Raw, Request, Statement, Work

T = TypeVar("T")

CheckpointMode = Literal["passive", "restart", "truncate"]


class CheckpointResult(NamedTuple):
    """Whether somebody was in the way, how many pages the log had, and how many of them are in the database now."""

    is_blocked: bool
    pages: int
    moved: int


Durability = Literal["normal", "full"]
"""Whether a commit waits until the disk has it ("full"), or may be undone by a loss of power ("normal")."""

# How long a checkpoint waits for readers to end: writers wait with it.
_CHECKPOINT_WAIT_MS = 20


class Connection(Levels):
    """A connection that runs statements and operations made of them.

    `schema_version` is the schema cookie as this connection last saw it. The authorizer callback runs
    whenever a statement is prepared, and SQLite prepares anew, in the middle of a step, what was
    prepared for an older schema. So: no callback, no change, and a cached read costs no extra look.
    """

    def __init__(
        self,
        config: Config,
        role: Role,
        name: str,
        observers: Observers | None = None,
        *,
        is_interruptible: bool = False,
    ) -> None:
        check_sqlite()
        location = config.location
        check_path(location)
        super().__init__(
            connect(location, config),
            name,
            observers or Observers(),
            is_writer=role != "reader",
            busy_timeout_ms=0 if role == "loop" else config.optimization.busy_timeout,
            is_interruptible=is_interruptible,
        )
        self.schema_version = -1
        self.has_prepared = True
        self._has_own_durability = False
        try:
            # The first page is read before anything is set: a file that is no database stays untouched.
            self.read_schema_version()
            self.pragmas: list[PragmaCheck] = apply_pragmas(self._raw, config, role, name)
            self._raw.set_authorizer(self._note_prepare)
        except sqlite3.Error as fault:
            self._raw.close()
            raise told_path(translate(fault), location) from None
        except NoormmeError as fault:
            self._raw.close()
            raise told_path(fault, location) from None
        except BaseException:
            self._raw.close()
            raise
        self._location = location
        self._config = config
        if not location.is_memory:
            OPEN_CONNECTIONS.add(location.file, self)

    @property
    def max_variables(self) -> int:
        """How many parameters one statement may have."""
        return self._raw.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)

    def read(self, work: Work[T], schema_version: int | None = None) -> T:
        """Do work that reads; raises SchemaChanged when it was made for another schema."""
        if self._is_broken:
            self.check_transaction()
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
        if self._is_broken or self._observers.listeners:
            return self.read(statement, schema_version)
        runs, left = None, 0
        if self._runs is not None:
            runs = self._runs.get(statement.sql)
            if runs is None or not (left := runs.left):
                return self.read(statement, schema_version)
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
                self.verify(schema_version)
            raise self._failed(statement, fault) from None
        if self.has_prepared or schema_version != self.schema_version:
            self.verify(schema_version)
        if runs is not None:
            runs.left = left - 1
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

    def write_one(self, statement: Statement[T], schema_version: int) -> T:
        """Do what `write` does for one statement, without what only several need."""
        if self._is_broken or self._depth or self.is_stopped or self._is_interruptible or self._observers.listeners:
            return self.write(statement, schema_version)
        runs, left = None, 0
        if self._runs is not None:
            runs = self._runs.get(statement.sql)
            if runs is None or not (left := runs.left):
                return self.write(statement, schema_version)
        execute = self._raw.execute
        cursor = None
        self.is_in_control = True
        try:
            execute(TAKE_LOCK)
            self.is_in_control = False
            cursor = execute(statement.sql, statement.parameters)
            result = statement.collect(cursor)
            cursor.close()
            if self.has_prepared or schema_version != self.schema_version:
                self.verify(schema_version)
            self.is_in_control = True
            execute("commit")
        except BaseException as fault:
            has_begun = cursor is not None or not self.is_in_control
            if cursor is not None:
                cursor.close()
            self.abandon()
            if isinstance(fault, sqlite3.Error) and not has_begun:
                raise self.lock_fault(fault) from None
            raise self._failed(statement, fault) from None
        finally:
            self.is_in_control = False
        if runs is not None:
            runs.left = left - 1
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
            return self._do(request)
        if self.is_stopped:
            raise Interrupted("the statement was stopped")
        self.check_transaction()
        if self.first_sql is None:
            self.first_sql = request.sql
        return self._run_many(request) if isinstance(request, ManyStatement) else self._run(request)

    def open_stream(self, sql: str, parameters: Parameters) -> sqlite3.Cursor:
        """Begin a statement whose rows `fetch` takes; it is active, and in SQLite's way, until `close_stream`."""
        if self.is_stopped:
            raise Interrupted("the statement was stopped")
        self.check_transaction()
        if self.first_sql is None:
            self.first_sql = sql
        try:
            cursor = self._raw.execute(sql, parameters)
        except (sqlite3.Error, UnicodeEncodeError) as fault:
            raise told(fault, sql) from None
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

    def verify(self, expected: int | None) -> None:
        """Raise SchemaChanged when the schema is not of this version."""
        if self.has_prepared:
            self.read_schema_version()
        if expected is not None and expected != self.schema_version:
            raise SchemaChanged("another connection changed the schema")

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

    @property
    def written(self) -> tuple[int, int]:
        """How many rows it has written so far, and the schema version it knows: what is written changes one of them."""
        return self._raw.total_changes, self.schema_version

    def checkpoint(self, how: CheckpointMode) -> CheckpointResult:
        """Move what the write-ahead log holds into the database, as far as no reader is in the way.

        "passive" waits for nobody; "restart" and "truncate" also have the log begin anew, which they wait for a moment.
        """
        pragma = f"pragma wal_checkpoint({how})"
        try:
            self._raw.execute(f"pragma busy_timeout = {_CHECKPOINT_WAIT_MS}").close()
            try:
                is_blocked, pages, moved = self._raw.execute(pragma).fetchone()
            finally:
                self._raw.execute(f"pragma busy_timeout = {self._busy_timeout_ms}").close()
        except sqlite3.Error as fault:
            raise translate(fault, pragma) from None
        # Without a log it says -1.
        return CheckpointResult(bool(is_blocked), max(0, pages), max(0, moved))

    def set_durability(self, durability: Durability | None) -> None:
        """Have commits wait for the disk or not, None as configured; said before a transaction, and for that one."""
        if durability not in (None, "normal", "full"):
            # SQLite would take a word that it does not know for NORMAL.
            raise QueryError("there is no such durability", hint='say "full" or "normal"')
        self._raw.execute(f"pragma synchronous = {durability or self._config.optimization.synchronous}").close()
        self._has_own_durability = durability is not None

    def copied(self) -> Scratch:
        """Return a private copy of the database: of one in memory, which nobody else can open."""
        return Scratch.copied_from(self._raw, self._config)

    def close(self) -> None:
        """Roll back what is open and close."""
        OPEN_CONNECTIONS.remove(self._location.file, self)
        self.abandon()
        self._raw.close()

    def lock_fault(self, fault: sqlite3.Error) -> NoormmeError:
        error = super().lock_fault(fault)
        return lock_held(self._location.file, self) if isinstance(error, DatabaseBusy) else error

    def _roll_back_all(self) -> None:
        super()._roll_back_all()
        # Inside a transaction that could not be rolled back SQLite refuses it: it waits for the next attempt.
        if self._has_own_durability and not self._is_broken:
            self.set_durability(None)

    def _run(self, statement: Statement[T]) -> T:
        if self._runs is not None and not self._is_each_told:
            runs = self._runs.get(statement.sql)
            if runs is not None and runs.left:
                return self._run_counted(statement, runs)
        watch = self.watch(statement.sql, statement.parameters)
        cursor = None
        try:
            cursor = self._raw.execute(statement.sql, statement.parameters)
            if watch is not None:
                return self._counted(statement, cursor, watch)
            return statement.collect(cursor)
        except BaseException as fault:
            if cursor is not None:
                cursor.close()
            error = told(fault, statement.sql)
            if watch is not None:
                watch.finish(error)
            raise error from None

    @property
    def _is_each_told(self) -> bool:
        """Whether somebody listens, or it was found out who asks for what runs now."""
        return bool(self._observers.listeners) or (self.origin is not None and self.origin is not UNTOLD)

    def _run_counted(self, statement: Statement[T], runs: Runs) -> T:
        self.wait_ns = 0
        cursor = None
        try:
            cursor = self._raw.execute(statement.sql, statement.parameters)
            result = statement.collect(cursor)
        except BaseException as fault:
            if cursor is not None:
                cursor.close()
            raise self._failed(statement, fault) from None
        runs.left -= 1
        return result

    def _failed(self, statement: Statement[Any], fault: BaseException) -> BaseException:
        """Return the error for a statement that nobody watched, and have it recorded."""
        error = told(fault, statement.sql)
        if self._runs is not None:
            event = StatementFinished(statement.sql, statement.parameters, 0, 0, 0, self.name, error)
            self._observers.tell(event, self.origin, self._runs)
        return error

    def _counted(self, statement: Statement[T], cursor: sqlite3.Cursor, watch: Watch) -> T:
        result = statement.collect(CountingCursor(cursor, watch))
        cursor.close()
        watch.finish()
        return result

    def _run_many(self, request: ManyStatement) -> int:
        watch = self.watch(request.sql)
        try:
            cursor = self._raw.executemany(request.sql, self._until_stopped(request.batches))
            if cursor.description is not None:
                # The driver takes no rows here, and counts none: what was written would be told as nothing.
                raise QueryError(
                    "a statement with RETURNING cannot be run for many sets of parameters",
                    hint="leave RETURNING out, or execute it once for each set inside a transaction",
                )
        except BaseException as fault:
            error = told(fault, request.sql)
            if watch is not None:
                watch.finish(error)
            raise error from None
        if watch is not None:
            watch.rows = cursor.rowcount
            watch.finish()
        return cursor.rowcount

    def _until_stopped(self, batches: Iterable[Sequence[Raw]]) -> Iterator[Sequence[Raw]]:
        # SQLite can be interrupted only while a statement runs, and between two rows none does.
        for batch in batches:
            if self.is_stopped:
                raise Interrupted("the statement was stopped")
            yield batch

    def _do(self, request: Control) -> None:
        match request:
            case Control.BEGIN:
                self.begin()
            case Control.COMMIT:
                self.commit_innermost()
            case Control.ROLLBACK:
                self.roll_back()

    def _note_prepare(self, *_: object) -> int:
        self.has_prepared = True
        return sqlite3.SQLITE_OK
