"""The engine of the async face: a writer lane, reader lanes, and one hop for each operation."""

from __future__ import annotations

import asyncio
from asyncio import get_running_loop
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from threading import get_ident
from typing import Any, TypeVar

from noormme_py.circumstances import Circumstances
from noormme_py.config import Config
from noormme_py.engine.aside import ScratchWork
from noormme_py.engine.async_aside import run_aside
from noormme_py.engine.checkpoints import Checkpoints
from noormme_py.engine.connection import Connection, Durability
from noormme_py.engine.elsewhere import ELSEWHERE, Elsewhere
from noormme_py.engine.forks import Forks
from noormme_py.engine.lane import Lane
from noormme_py.engine.log_state import LogState
from noormme_py.engine.loop_connection import LoopConnection, check_caller
from noormme_py.engine.metrics import EngineMetrics
from noormme_py.engine.observers import Observers
from noormme_py.engine.pool import Lease, Pool
from noormme_py.engine.pragmas import PragmaCheck, Role
from noormme_py.engine.refusals import MORE_IN_MEMORY, MORE_READERS, Use, not_open
from noormme_py.engine.rounds import Rounds
from noormme_py.engine.scratch import Scratch
from noormme_py.engine.stream import StreamCursor
from noormme_py.engine.surroundings import look_around
from noormme_py.engine.writer import Writer
from noormme_py.errors import Closed, DatabaseBusy, TransactionError
from noormme_py.query.statement import Statement, Work

T = TypeVar("T")

CLOSE_TIMEOUT_S = 5.0
"""How long `close` lets running statements go on before it interrupts them."""


class AsyncEngine:
    """Runs operations of one database. A database in memory is one connection for all."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._writers: Pool | None = None
        self._readers: Pool | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._forks = Forks.count
        self._writer: Writer | None = None
        self._checkpoints: Checkpoints | None = None
        self._rounds: Rounds | None = None
        self._is_closed = False
        self.observers = Observers()
        self.max_variables = 0
        self.loop_connection: LoopConnection | None = None

    @property
    def is_open(self) -> bool:
        return self._writers is not None

    @property
    def is_quiet(self) -> bool:
        """Whether it is open, and nobody holds the writer or waits for it this moment."""
        return self._writers is not None and self._forks == Forks.count and self._writers.is_idle

    @property
    def pragmas(self) -> list[PragmaCheck]:
        """The pragmas of every connection opened so far."""
        pools = {id(pool): pool for pool in (self._writers, self._readers) if pool is not None}
        connections = [connection for pool in pools.values() for connection in pool.connections]
        if self.loop_connection is not None:
            connections.append(self.loop_connection.connection)
        return [check for connection in connections for check in connection.pragmas]

    @property
    def metrics(self) -> EngineMetrics:
        """What has happened since it was opened."""
        self._pool("writer")
        loop, writer, checkpoints = self.loop_connection, self._writer, self._checkpoints
        assert writer is not None
        assert checkpoints is not None
        return EngineMetrics(
            loop_statements=loop.runs if loop is not None else 0,
            loop_moved=loop.moved if loop is not None else 0,
            loop_longest_ns=loop.longest_ns if loop is not None else 0,
            group_commits=writer.groups,
            grouped_writes=writer.grouped_writes,
            checkpoints=checkpoints.count,
            log=checkpoints.state,
        )

    async def open(self) -> None:
        """Open the writer. Readers open when they are first needed. Doing it again does nothing."""
        if not self.is_open:
            await self._open()

    async def _open(self) -> None:
        timeout_s = self._config.optimization.busy_timeout / 1000
        writers = Pool(1, self._lane("writer"), timeout_s, more=MORE_IN_MEMORY)
        lease = await writers.acquire()
        try:
            # On the lane's thread, because opening may have to wait for a lock.
            loop, thread = get_running_loop(), get_ident()
            loop_connection = await lease.lane.run(lambda _: self._open_loop_connection(loop, thread))
        except BaseException:
            await writers.close(CLOSE_TIMEOUT_S)
            raise
        writers.release(lease)
        if self._writers is not None:
            # Another task has opened it meanwhile.
            if loop_connection is not None:
                loop_connection.close()
            await writers.close(CLOSE_TIMEOUT_S)
            return
        self.loop_connection = loop_connection
        self.max_variables = writers.connections[0].max_variables
        self._writers = writers
        is_shared = self._config.location.is_memory
        readers = Pool(self._config.max_readers, self._lane("reader"), timeout_s, more=MORE_READERS)
        self._readers = writers if is_shared else readers
        location = self._config.location
        has_log = not (is_shared or location.is_read_only) and self._pragma("journal_mode") == "wal"
        pages = self._config.optimization.wal_autocheckpoint if has_log else 0
        self._checkpoints = Checkpoints(writers, location.file, pages=pages)
        self._writer = Writer(writers, self._loop_writer(), self._checkpoints, self.observers, busy_timeout_s=timeout_s)
        self._loop = get_running_loop()
        self._forks = Forks.count

    def _open_loop_connection(self, loop: asyncio.AbstractEventLoop, thread: int) -> LoopConnection | None:
        is_wanted = self._config.performance.inline_reads == "auto" and not self._config.location.is_memory
        return LoopConnection(self._config, loop, thread, self.observers) if is_wanted else None

    def read_now(self, work: Work[T], schema_version: int) -> T | Elsewhere:
        """Run a statement that reads at once, on the loop, or return ELSEWHERE for what is to be awaited."""
        connection = self.loop_connection
        if connection is None:
            return ELSEWHERE
        return connection.read(work, schema_version)

    async def read(self, work: Work[T], schema_version: int | None, *, on: Role = "reader") -> T:
        """Drive an operation that reads, on a lane unless the loop can take it now that others had their turn.

        The lane is a reader's, unless what is read is to follow the writes on the writer's.
        """
        connection = self.loop_connection
        if connection is not None and connection.is_due and schema_version is not None:
            await connection.give_way()
            answer: T | Elsewhere = self.read_now(work, schema_version)
            if answer is not ELSEWHERE:
                return answer
        return await self._run(self._pool(on), lambda c: c.read(work, schema_version), work)

    def write_now(self, work: Work[T], schema_version: int) -> T | Elsewhere:
        """Do a write at once, on the loop, or return ELSEWHERE for what is to be awaited."""
        writer = self._writer
        if writer is None or self._writers is None:
            return ELSEWHERE
        return writer.write_now(work, schema_version)

    async def write(self, work: Work[T], make: Callable[[], Work[T]], schema_version: int | None) -> T:
        """Drive an operation in a transaction of its own, or in one it shares; `make` gives it anew."""
        self._pool("writer")
        assert self._writer is not None
        return await self._writer.run(work, make, schema_version)

    async def run_bare(self, statement: Statement[T]) -> T:
        """Run a statement that takes no transaction (VACUUM, ATTACH, some pragmas) on the writer lane."""
        pool = self._pool("writer")
        if self._writer is not None:
            # What it sets or attaches belongs to the lane's connection alone: writes stay there from now on.
            self._writer.leave_loop()
        answer = await self._run(pool, lambda c: _bare(c, statement), statement)
        if self._checkpoints is not None and self.is_open:
            # VACUUM and some pragmas write, and say neither that they did nor how much.
            self._checkpoints.note_commit()
        return answer

    async def checkpoint(self) -> LogState:
        """Move the write-ahead log into the database and empty it, as far as no reader is in the way."""
        self._pool("writer")
        assert self._checkpoints is not None
        return await self._checkpoints.run("truncate")

    async def pause(self, seconds: float) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds)

    async def read_schema_version(self, *, on: Role = "reader") -> int:
        """Ask the database for its schema cookie."""
        if on == "reader" and self.loop_connection is not None:
            self.check_caller()
            try:
                return self.loop_connection.connection.read_schema_version()
            except DatabaseBusy:
                # Somebody has the file for himself; a lane waits for it, the loop does not.
                return await self._run(self._pool(on), Connection.read_schema_version)
        return await self._run(self._pool(on), Connection.read_schema_version)

    async def hold(self, *, is_read_only: bool, use: Use) -> AsyncSession:
        """Take a lane for as long as the holder likes; he gives it back with `leave`."""
        pool = self._pool("reader" if is_read_only else "writer")
        return AsyncSession(self, pool, await pool.acquire(use=use))

    @asynccontextmanager
    async def lease(self, *, is_read_only: bool) -> AsyncGenerator[AsyncSession]:
        """Hold a lane for a transaction, as long as the block lasts; what is then still open is rolled back."""
        session = await self.hold(is_read_only=is_read_only, use="transaction")
        try:
            yield session
        finally:
            await session.leave()

    async def in_scratch(self, work: Callable[[Scratch], T], *, with_rows: bool) -> T:
        """Run long work on a private database, on a thread of its own: a copy, or a clone without the rows."""
        pool = self._pool("reader")
        if self._config.location.is_memory:
            copy = await self._run(pool, Connection.copied)
            aside = ScratchWork(lambda: copy, work)
        else:
            make = Scratch.copied if with_rows else Scratch.cloned
            aside = ScratchWork(lambda: make(self._config), work)
        return await run_aside(aside.run, aside.stop)

    def look_around(self) -> Circumstances:
        """Return what surrounds the file, from any thread."""
        return look_around(self._config.location)

    def begin_rounds(self, work: Callable[[], Coroutine[Any, Any, None]], every_s: float) -> None:
        """Have a method called again and again, so long after it has ended, until `end_rounds` or `close`."""
        self._rounds = Rounds(work, every_s)

    async def end_rounds(self) -> None:
        """Begin no more rounds, and end the one that runs."""
        rounds, self._rounds = self._rounds, None
        if rounds is not None and self._forks == Forks.count:
            await rounds.end()

    async def aside(self, work: Callable[[], T]) -> T:
        """Run work on files that is soon done, on a thread of its own."""
        return await run_aside(work, lambda: None)

    async def close(self) -> None:
        """Let running statements end, close every connection, stop every thread. Safe to call twice."""
        self._is_closed = True
        if self._writers is None or self._forks != Forks.count:
            return
        writers, readers = self._writers, self._readers
        self._writers = self._readers = None
        await self.end_rounds()
        if self._writer is not None:
            self._writer.leave_loop()
        if self.loop_connection is not None:
            self.loop_connection.close()
            self.loop_connection = None
        try:
            if readers is not None and readers is not writers:
                await readers.close(CLOSE_TIMEOUT_S)
        finally:
            # The writer goes last, alone, so that it can empty the write-ahead log.
            await writers.close(CLOSE_TIMEOUT_S)
            if self._writer is not None:
                await self._writer.end()
            if self._checkpoints is not None:
                await self._checkpoints.end()

    def note_lane(self, written: tuple[int, int]) -> None:
        """Note what the writer's lane has written so far."""
        if self._checkpoints is not None:
            self._checkpoints.note_lane(written)

    async def _run(self, pool: Pool, work: Callable[[Connection], T], asked: Work[Any] | None = None) -> T:
        lease = await pool.acquire()
        try:
            return await lease.lane.run(work, asked)
        finally:
            pool.release(lease)

    def _pool(self, role: Role) -> Pool:
        pool = self._writers if role == "writer" else self._readers
        if pool is None:
            raise not_open(is_closed=self._is_closed)
        self.check_caller()
        return pool

    def check_caller(self) -> None:
        """Raise ForkedConnection or WrongLoop for a caller who did not open this database."""
        check_caller(self._loop, self._forks)

    def _loop_writer(self) -> LoopConnection | None:
        """Return the loop's connection where a commit costs no wait for the disk."""
        is_quick = self._pragma("journal_mode") == "wal" and self._pragma("synchronous") in (0, 1)
        return self.loop_connection if is_quick and not self._config.location.is_read_only else None

    def _pragma(self, name: str) -> object:
        return next((check.got for check in self.pragmas if check.name == name), None)

    def abandon(self) -> None:
        """Tell every lane to end, without waiting: for a database that is dropped unclosed."""
        if self._rounds is not None:
            self._rounds.abandon()
        for pool in (self._readers, self._writers):
            if pool is not None:
                pool.abandon()

    def _lane(self, role: Role) -> Callable[[int], Lane]:
        # A thread keeps what its lane refers to: not the engine, which knows of all that waits, and whose it is.
        config, observers = self._config, self.observers

        def make(number: int) -> Lane:
            name = role if role == "writer" else f"reader {number}"
            return Lane(name, lambda: Connection(config, role, name, observers, is_interruptible=True), observers)

        return make


class AsyncSession:
    """A held lane: what transactions and streams run on."""

    def __init__(self, engine: AsyncEngine, pool: Pool, lease: Lease) -> None:
        self._engine = engine
        self._pool = pool
        self._lease = lease
        self._lane = lease.lane
        self._is_over = False
        self._streams: set[StreamCursor] = set()

    async def drive(self, work: Work[T]) -> tuple[T, int]:
        """Drive an operation; return its value and the schema version after it."""
        return await self._run(lambda c: (c.drive(work), c.refresh_schema_version()), work)

    async def begin(self, durability: Durability | None = None) -> int:
        """Begin a transaction, or a savepoint in it; return the schema version."""

        def work(connection: Connection) -> int:
            if durability is not None:
                connection.set_durability(durability)
            connection.begin()
            return connection.read_schema_version()

        return await self._run(work)

    async def commit(self, depth: int) -> None:
        """Keep the innermost level, which must be of this depth."""
        await self._run(lambda connection: connection.commit(depth))

    async def roll_back_to(self, depth: int) -> None:
        """Undo what is open beyond so many levels, if anything is."""
        if self._engine.is_open:
            await self._lane.run(lambda connection: connection.roll_back_to(depth), is_cleanup=True)

    async def open_stream(
        self, statement: Statement[Callable[[list[Any]], list[Any]]], schema_version: int | None
    ) -> StreamCursor:
        """Begin a statement whose rows `next_rows` gives; it ends with `close_stream`, or with the session."""

        def begin(connection: Connection) -> StreamCursor:
            cursor = StreamCursor(connection, statement, schema_version)
            self._streams.add(cursor)
            return cursor

        return await self._run(begin, statement)

    async def next_rows(self, cursor: StreamCursor) -> list[Any]:
        """Return the next rows of a stream, none at the end."""
        return await self._run(cursor.next_rows)

    async def close_stream(self, cursor: StreamCursor) -> None:
        """End a stream, if the session has not."""

        def close(_: Connection) -> None:
            self._streams.discard(cursor)
            cursor.close()

        if not self._is_over and self._engine.is_open:
            await self._lane.run(close, is_cleanup=True)

    async def leave(self) -> None:
        """Close what streams are left, roll back what is open, and give the lane back."""
        self._is_over = True
        # From here on it comes free by itself, and whoever held it may wait for it.
        self._lease.task = None
        try:
            if self._engine.is_open:
                written = await self._lane.run(self._leave, is_cleanup=True)
                if written is not None:
                    self._engine.note_lane(written)
        finally:
            self._pool.release(self._lease)

    def _leave(self, connection: Connection) -> tuple[int, int] | None:
        # A statement that is left in the middle would hold its snapshot, and refuse every later write.
        while self._streams:
            self._streams.pop().close()
        connection.abandon()
        return connection.written if connection.is_writer else None

    async def _run(self, work: Callable[[Connection], T], asked: Work[Any] | None = None) -> T:
        if self._is_over:
            raise TransactionError("this transaction is over", hint="begin another with db.transaction()")
        if not self._engine.is_open:
            raise Closed("the database is closed")
        self._engine.check_caller()
        return await self._lane.run(work, asked)


def _bare(connection: Connection, statement: Statement[T]) -> T:
    answer: T = connection.answer(statement)
    return answer
