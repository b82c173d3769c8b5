"""The engine of the synchronous face: the caller's own thread does the work, on a connection that is free."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from typing import Any, TypeVar

from noormme_py.circumstances import Circumstances
from noormme_py.config import Config
from noormme_py.engine.connection import Connection, Durability
from noormme_py.engine.elsewhere import ELSEWHERE, Elsewhere
from noormme_py.engine.forks import Forks
from noormme_py.engine.log_state import LogState
from noormme_py.engine.metrics import EngineMetrics
from noormme_py.engine.observers import Observers
from noormme_py.engine.pragmas import PragmaCheck, Role
from noormme_py.engine.refusals import MORE_IN_MEMORY, MORE_READERS, Use, not_open
from noormme_py.engine.scratch import Scratch
from noormme_py.engine.stream import StreamCursor
from noormme_py.engine.surroundings import look_around
from noormme_py.engine.sync_pool import Held, SyncPool
from noormme_py.errors import Closed, ForkedConnection, TransactionError
from noormme_py.query.statement import Statement, Work

T = TypeVar("T")

CLOSE_TIMEOUT_S = 5.0
"""How long `close` lets the statements of other threads go on before it interrupts them."""


class SyncEngine:
    """Runs operations of one database, for any number of threads. A database in memory is one connection for all.

    SQLite itself checkpoints, inside of a commit, when the log has `wal_autocheckpoint` pages.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._mutex = threading.Lock()
        self._writers: SyncPool | None = None
        self._readers: SyncPool | None = None
        self._forks = Forks.count
        self._is_closed = False
        self._log = LogState()
        self._checkpoints = 0
        self.observers = Observers()
        self.max_variables = 0

    @property
    def is_open(self) -> bool:
        return self._writers is not None

    @property
    def is_quiet(self) -> bool:
        """Whether it is open, and nobody holds the writer or waits for it this moment."""
        writers = self._writers
        return writers is not None and not self.is_forked and bool(writers.idle) and not writers.waiting

    @property
    def pragmas(self) -> list[PragmaCheck]:
        """The pragmas of every connection opened so far."""
        pools = {id(pool): pool for pool in (self._writers, self._readers) if pool is not None}
        return [check for pool in pools.values() for connection in pool.connections for check in connection.pragmas]

    @property
    def metrics(self) -> EngineMetrics:
        """What has happened since it was opened; there is no event loop to hold."""
        self._pool("writer")
        return EngineMetrics(0, 0, 0, 0, 0, self._checkpoints, self._log)

    def open(self) -> None:
        """Open the writer. Readers open when they are first needed. Doing it again does nothing."""
        with self._mutex:
            if self.is_open:
                return
            timeout_s = self._config.optimization.busy_timeout / 1000
            writers = SyncPool(1, self._connect("writer"), timeout_s, more=MORE_IN_MEMORY)
            connection = writers.acquire()
            self.max_variables = connection.max_variables
            writers.release(connection)
            is_shared = self._config.location.is_memory
            readers = SyncPool(self._config.max_readers, self._connect("reader"), timeout_s, more=MORE_READERS)
            self._forks = Forks.count
            self._readers = writers if is_shared else readers
            self._writers = writers

    def read_now(self, work: Work[T], schema_version: int) -> T | Elsewhere:
        """Run a statement that reads on a connection that is free, or return ELSEWHERE."""
        readers = self._readers
        if readers is None or type(work) is not Statement or self._forks != Forks.count:
            return ELSEWHERE
        connection = readers.take_idle()
        if connection is None:
            return ELSEWHERE
        try:
            return connection.read_one(work, schema_version)
        finally:
            readers.release(connection)

    def read(self, work: Work[T], schema_version: int | None, *, on: Role = "reader") -> T:
        """Drive an operation that reads."""
        return self._run(on, lambda connection: connection.read(work, schema_version))

    def write_now(self, work: Work[T], schema_version: int) -> T | Elsewhere:
        """Do a write in a transaction of its own when the writer is free, or return ELSEWHERE."""
        writers = self._writers
        if writers is None or type(work) is not Statement or self._forks != Forks.count:
            return ELSEWHERE
        connection = writers.take_idle()
        if connection is None:
            return ELSEWHERE
        try:
            return connection.write_one(work, schema_version)
        finally:
            writers.release(connection)

    def write(self, work: Work[T], make: Callable[[], Work[T]], schema_version: int | None) -> T:
        """Drive an operation in a transaction of its own; it is not done again, so that `make` is not needed."""
        return self._run("writer", lambda connection: connection.write(work, schema_version))

    def run_bare(self, statement: Statement[T]) -> T:
        """Run a statement that takes no transaction (VACUUM, ATTACH, some pragmas) on the writer."""

        def work(connection: Connection) -> T:
            answer: T = connection.answer(statement)
            return answer

        return self._run("writer", work)

    def checkpoint(self) -> LogState:
        """Move the write-ahead log into the database and empty it, as far as no reader is in the way."""
        result = self._run("writer", lambda connection: connection.checkpoint("truncate"))
        self._checkpoints += 1
        self._log = LogState.of(result, self._config.location.file, is_long=True)
        return self._log

    def pause(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)

    def read_schema_version(self, *, on: Role = "reader") -> int:
        """Ask the database for its schema cookie."""
        return self._run(on, Connection.read_schema_version)

    def hold(self, *, is_read_only: bool, use: Use) -> SyncSession:
        """Take a connection for as long as the holder likes; he gives it back with `leave`."""
        pool = self._pool("reader" if is_read_only else "writer")
        return SyncSession(self, pool, pool.hold(use))

    @contextmanager
    def lease(self, *, is_read_only: bool) -> Generator[SyncSession]:
        """Hold a connection for a transaction, as long as the block lasts; what is then still open is rolled back."""
        session = self.hold(is_read_only=is_read_only, use="transaction")
        try:
            yield session
        finally:
            session.leave()

    def in_scratch(self, work: Callable[[Scratch], T], *, with_rows: bool) -> T:
        """Run long work on a private database: a copy, or a clone without the rows."""
        if self._config.location.is_memory:
            made = self._run("reader", Connection.copied)
        else:
            self._pool("reader")
            made = Scratch.copied(self._config) if with_rows else Scratch.cloned(self._config)
        with closing(made):
            return work(made)

    def look_around(self) -> Circumstances:
        """Return what surrounds the file, from any thread."""
        return look_around(self._config.location)

    def begin_rounds(self, work: Callable[[], None], every_s: float) -> None:
        """Do nothing: no thread runs beside the caller's. What rounds would do is done at the close, or on request."""

    def end_rounds(self) -> None:
        """Do nothing."""

    def aside(self, work: Callable[[], T]) -> T:
        """Run work on files that is soon done."""
        return work()

    def close(self) -> None:
        """Let the statements of other threads end and close every connection. Safe to call twice."""
        self._is_closed = True
        with self._mutex:
            writers, readers = self._writers, self._readers
            self._writers = self._readers = None
        if writers is None or self.is_forked:
            return
        try:
            if readers is not None and readers is not writers:
                readers.close(CLOSE_TIMEOUT_S)
        finally:
            # The writer goes last, alone, so that it can empty the write-ahead log.
            writers.close(CLOSE_TIMEOUT_S)

    def abandon(self) -> None:
        """Close what nobody uses, without waiting: for a database that is dropped unclosed."""
        if self.is_forked:
            return
        for pool in (self._readers, self._writers):
            if pool is not None:
                pool.abandon()

    @property
    def is_forked(self) -> bool:
        """Whether this is a process that did not open the database."""
        return self._forks != Forks.count

    def check_caller(self) -> None:
        """Raise ForkedConnection in a process that did not open this database."""
        if self.is_forked:
            raise ForkedConnection("this database was opened before the process forked", hint="open it in each process")

    def _run(self, role: Role, work: Callable[[Connection], T]) -> T:
        pool = self._pool(role)
        connection = pool.acquire()
        try:
            return work(connection)
        finally:
            pool.release(connection)

    def _pool(self, role: Role) -> SyncPool:
        pool = self._writers if role == "writer" else self._readers
        if pool is None:
            raise not_open(is_closed=self._is_closed)
        self.check_caller()
        return pool

    def _connect(self, role: Role) -> Callable[[int], Connection]:
        def make(number: int) -> Connection:
            return Connection(self._config, role, role if role == "writer" else f"reader {number}", self.observers)

        return make


class SyncSession:
    """A held connection: what transactions and streams run on."""

    def __init__(self, engine: SyncEngine, pool: SyncPool, held: Held) -> None:
        self._engine = engine
        self._pool = pool
        self._held = held
        self._connection = held.connection
        self._is_over = False
        self._streams: set[StreamCursor] = set()

    def drive(self, work: Work[T]) -> tuple[T, int]:
        """Drive an operation; return its value and the schema version after it."""
        with self._held.turn:
            connection = self._checked()
            return connection.drive(work), connection.refresh_schema_version()

    def begin(self, durability: Durability | None = None) -> int:
        """Begin a transaction, or a savepoint in it; return the schema version."""
        with self._held.turn:
            connection = self._checked()
            if durability is not None:
                connection.set_durability(durability)
            connection.begin()
            return connection.read_schema_version()

    def commit(self, depth: int) -> None:
        """Keep the innermost level, which must be of this depth."""
        with self._held.turn:
            self._checked().commit(depth)

    def roll_back_to(self, depth: int) -> None:
        """Undo what is open beyond so many levels, if anything is."""
        with self._held.turn:
            if self._is_held:
                self._connection.roll_back_to(depth)

    def open_stream(
        self, statement: Statement[Callable[[list[Any]], list[Any]]], schema_version: int | None
    ) -> StreamCursor:
        """Begin a statement whose rows `next_rows` gives; it ends with `close_stream`, or with the session."""
        with self._held.turn:
            cursor = StreamCursor(self._checked(), statement, schema_version)
            self._streams.add(cursor)
            return cursor

    def next_rows(self, cursor: StreamCursor) -> list[Any]:
        """Return the next rows of a stream, none at the end."""
        with self._held.turn:
            return cursor.next_rows(self._checked())

    def close_stream(self, cursor: StreamCursor) -> None:
        """End a stream, if the session has not."""
        with self._held.turn:
            if not self._is_over and self._is_held:
                self._streams.discard(cursor)
                cursor.close()

    def leave(self) -> None:
        """Close what streams are left, roll back what is open, and give the connection back."""
        self._is_over = True
        with self._held.turn:
            if not self._is_held:
                return
            # From here on whoever closes the database waits for it to come back.
            self._pool.let_go(self._held)
        try:
            while self._streams:
                self._streams.pop().close()
            self._connection.abandon()
        finally:
            self._pool.release(self._connection)

    @property
    def _is_held(self) -> bool:
        # After a fork it is the other process that rolls back.
        return not self._held.is_taken_away and not self._engine.is_forked

    def _checked(self) -> Connection:
        if self._is_over:
            raise TransactionError("this transaction is over", hint="begin another with db.transaction()")
        # Not whether the database is: it may have been opened again.
        if self._pool.is_closed:
            raise Closed("the database is closed")
        self._engine.check_caller()
        return self._connection
