"""`Noormme`: a SQLite database, opened, tuned and discovered."""

from __future__ import annotations

import os
import warnings
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from importlib import import_module
from random import uniform
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self

from typing_extensions import TypeVar

from noormme_py.client.async_executor import AsyncExecutor
from noormme_py.client.async_runner import StreamDecoder
from noormme_py.client.async_transaction import AsyncTransaction
from noormme_py.client.catalog import Catalog, Customs, Limits
from noormme_py.client.constraints import located
from noormme_py.codec.registry import CodecChoice, Codecs, merged
from noormme_py.config import Config, config_for, config_from_env
from noormme_py.engine.async_engine import AsyncEngine, AsyncSession
from noormme_py.engine.call_sites import Mutex
from noormme_py.engine.connection import Durability
from noormme_py.engine.elsewhere import ELSEWHERE
from noormme_py.engine.log_state import LogState
from noormme_py.engine.metrics import EngineMetrics
from noormme_py.engine.pragmas import PragmaCheck, Role, complaints
from noormme_py.engine.raw_connection import AsyncRawConnection, async_raw_connection
from noormme_py.engine.stream import StreamCursor
from noormme_py.errors import (
    Closed,
    ConflictError,
    ConstraintError,
    DatabaseBusy,
    NoormmeWarning,
    QueryError,
    SchemaChanged,
    SchemaError,
)
from noormme_py.introspect.discover import discover
from noormme_py.query.observe import Observer
from noormme_py.query.statement import Statement, Work
from noormme_py.repository.options import TableOptions
from noormme_py.schema.model import Schema

if TYPE_CHECKING:
    from noormme_py.client.async_optimizer import AsyncOptimizer
    from noormme_py.client.async_upkeep import AsyncUpkeep

T = TypeVar("T")
# A database whose transactions are of another class is a Noormme like others.
X_co = TypeVar("X_co", bound=AsyncTransaction, default=AsyncTransaction, covariant=True)

_WITHOUT_EFFECT = frozenset({"enable_migration_generation"})
_ATTEMPTS = 5
_FIRST_PAUSE_S = 0.02


class Noormme(AsyncExecutor, Generic[X_co]):
    """One SQLite database.

    Give a path, `:memory:`, a `sqlite:///` URL or a `Config`, and further settings by section. Nothing
    is opened before `initialize()` or `async with`.

    `codecs` overrides how columns are read and written: `{"users.settings": "json", "users.role": Role}`.
    `tables` says more of tables than their schema does: `{"users": TableOptions(…)}`.
    """

    row_types: ClassVar[Mapping[str, type]] = {}
    """The classes of rows by table's name, in a module made by `noormme generate`; else models made on the way."""

    column_codecs: ClassVar[Mapping[str, CodecChoice]] = {}
    """The codecs that the types of such a module rest on, by `table.column`."""

    transaction_type: type[X_co] = AsyncTransaction  # type: ignore[assignment]

    def __init__(
        self,
        database: str | os.PathLike[str] | Config | None = None,
        *,
        codecs: Mapping[str, CodecChoice] | None = None,
        tables: Mapping[str, TableOptions] | None = None,
        **settings: Any,
    ) -> None:
        if isinstance(database, Config):
            if settings:
                raise TypeError("settings are given in the Config or beside a path, not both")
            self._config = database
        else:
            self._config = config_for(database, settings)
        # Here a location that cannot be is told, and a relative one is settled.
        _ = self._config.location
        self._customs = Customs(
            Codecs(merged(self.column_codecs, codecs)), self.row_types, tables, self._config.cursor_key
        )
        self._engine = AsyncEngine(self._config)
        self._catalog: Catalog | None = None
        self._upkeep: AsyncUpkeep | None = None
        self._upkeep_mutex = Mutex()
        if self._config.automation.has_upkeep:
            self._needed_upkeep()

    @classmethod
    def from_env(
        cls,
        *,
        codecs: Mapping[str, CodecChoice] | None = None,
        tables: Mapping[str, TableOptions] | None = None,
    ) -> Self:
        """Return the database that the environment variable DATABASE_URL names; raises ConfigError."""
        return cls(config_from_env(), codecs=codecs, tables=tables)

    @property
    def config(self) -> Config:
        """The settings, a frozen value."""
        return self._config

    @property
    def catalog(self) -> Catalog:
        if self._catalog is None:
            raise Closed("the database is not open", hint="await db.initialize(), or use `async with`")
        return self._catalog

    async def initialize(self) -> Self:
        """Open the file, set the pragmas and discover the schema. Doing it again does nothing.

        Raises CannotOpen, NotADatabase, Corrupt or DatabaseBusy; nothing is then left open.
        """
        if self._catalog is not None:
            return self
        await self._engine.open()
        try:
            schema = await self._engine.read(discover(), None)
            self._warn(self._customs.unknown_tables(schema))
            limits = Limits(self._config.performance.max_batch_size, self._engine.max_variables)
            catalog = Catalog(schema, self._customs, limits)
            # Later it is told to whoever asks for the table: another process may have changed it.
            catalog.check_options()
        except BaseException:
            await self._engine.close()
            raise
        self._catalog = catalog
        if self._upkeep is not None:
            self._upkeep.begin()
        return self

    async def close(self) -> None:
        """Close every connection, once running statements have ended. Doing it again does nothing."""
        self._catalog = None
        try:
            if self._upkeep is not None:
                await self._upkeep.end()
        finally:
            await self._engine.close()

    async def __aenter__(self) -> Self:
        return await self.initialize()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __del__(self) -> None:
        engine = getattr(self, "_engine", None)
        if engine is not None and engine.is_open:
            warnings.warn(f"{self!r} was not closed", ResourceWarning, stacklevel=1, source=self)
            engine.abandon()

    def __repr__(self) -> str:
        return f"<Noormme {self._config.connection.database!r}>"

    @property
    def optimizer(self) -> AsyncOptimizer:
        """What is recorded, explained and suggested of this database."""
        made: AsyncOptimizer = import_module("noormme_py.client.async_optimizer").AsyncOptimizer(
            self, self._config.location, self._engine, self._needed_upkeep()
        )
        return made

    def pragma_report(self) -> tuple[PragmaCheck, ...]:
        """Return each pragma of each open connection: what was asked, what SQLite says, and why they differ."""
        return tuple(self._engine.pragmas)

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Have a function told of every statement that finishes, on whatever connection; return what ends that.

        It is called on the thread that ran the statement, so it should be quick and safe among threads, and ask
        nothing of the database. What it raises is logged and changes nothing. What is told may still be rolled
        back, until a COMMIT is told. While nobody observes, nothing is measured.
        """
        return self._engine.observers.add(observer)

    def metrics(self) -> EngineMetrics:
        """Return figures of what has happened since it was opened; raises Closed."""
        return self._engine.metrics

    async def checkpoint(self) -> LogState:
        """Move the write-ahead log into the database and empty it, as far as no reader is in the way.

        It is done anyway, now and then and when nothing is written; this is for the moment before the file is
        looked at by others. Raises DatabaseBusy.
        """
        return await self._engine.checkpoint()

    def raw_connection(self) -> AsyncRawConnection:
        """Return an aiosqlite connection to the same file with the same pragmas, for `async with`.

        It knows nothing of repositories, codecs or the writer's queue. Raises ConfigError for `:memory:`.
        """
        return async_raw_connection(self._config)

    async def refresh_schema(self) -> Schema:
        return await self._discover("reader")

    async def notice_schema(self) -> None:
        # It follows a write, and goes where the write went: the caller may hold every reader himself.
        if await self._engine.read_schema_version(on="writer") != self.catalog.version:
            await self._discover("writer")

    async def _discover(self, on: Role) -> Schema:
        known = self.catalog
        schema = await self._engine.read(discover(), None, on=on)
        self._catalog = known.with_schema(schema)
        return schema

    async def run_read(self, make: Callable[[Catalog], Work[T]]) -> T:
        # The way of most statements: no closure, no coroutine, nothing that is not needed to be right.
        catalog = self._catalog or self.catalog
        try:
            work = make(catalog)
            answer = self._engine.read_now(work, catalog.version)
            if answer is ELSEWHERE:
                return await self._engine.read(work, catalog.version)
            return answer
        except (SchemaError, QueryError) as fault:
            await self._follow_schema(catalog, fault)
        return await self._retried(lambda known: self._engine.read(make(known), known.version))

    async def run_write(self, make: Callable[[Catalog], Work[T]], *, is_definition: bool = False) -> T:
        return await self._retried(lambda known: self._write(make, known, None if is_definition else known.version))

    async def _write(self, make: Callable[[Catalog], Work[T]], catalog: Catalog, version: int | None) -> T:
        work = make(catalog)
        if version is not None:
            answer = self._engine.write_now(work, version)
            if answer is not ELSEWHERE:
                return answer
        return await self._engine.write(work, lambda: make(catalog), version)

    async def run_bare(self, statement: Statement[T]) -> T:
        return await self._engine.run_bare(statement)

    async def run_stream(self, make: Callable[[Catalog], Statement[StreamDecoder]]) -> AsyncGenerator[Any]:
        # No generator inside of this one: the collector would end both at once, each in the other's way.
        async def begin(catalog: Catalog) -> tuple[AsyncSession, StreamCursor, list[Any]]:
            statement = make(catalog)
            session = await self._engine.hold(is_read_only=True, use="stream")
            try:
                cursor = await session.open_stream(statement, catalog.version)
                return session, cursor, await session.next_rows(cursor)
            except BaseException:
                # Only the attempt that gets through keeps its lane.
                await session.leave()
                raise

        session, cursor, rows = await self._retried(begin)
        try:
            while rows:
                for row in rows:
                    yield row
                rows = await session.next_rows(cursor)
        finally:
            await session.leave()

    @asynccontextmanager
    async def transaction(
        self, *, read_only: bool = False, durability: Durability | None = None
    ) -> AsyncGenerator[X_co]:
        """Begin a transaction, committed at the end of the block, rolled back when it raises.

        A writing one takes the write lock at once (BEGIN IMMEDIATE), so that what it reads stays true
        until it commits. A reading one sees one snapshot. Inside, use what `as` gives, not the database.

        `durability="full"` waits at the commit until the disk has it, and all that was committed before (unless
        `synchronous` is OFF); "normal" does not. Without it, it is as `optimization.synchronous` says. Raises
        DatabaseBusy.
        """
        catalog = self.catalog
        async with self._engine.lease(is_read_only=read_only) as session:
            transaction = self.transaction_type(session, catalog, is_read_only=read_only)
            try:
                await transaction.begin(durability)
                yield transaction
                await transaction.commit()
            finally:
                # Whatever is still open when the lease ends is rolled back.
                transaction.end()
        known = self._catalog
        if known is not None and transaction.catalog.version > known.version:
            self._catalog = transaction.catalog

    async def run_in_transaction(
        self,
        work: Callable[[X_co], Awaitable[T]],
        *,
        retry: int = 3,
        durability: Durability | None = None,
    ) -> T:
        """Run a function in a transaction and return what it returns, once that is committed.

        When somebody else holds the lock, or has changed a row first, all of it is rolled back and run again, up
        to `retry` times, after a pause that doubles and is never the same. So what it does outside of the
        transaction it may do several times. Raises DatabaseBusy or ConflictError when the last try fails too.
        """
        for attempt in range(retry):
            try:
                async with self.transaction(durability=durability) as transaction:
                    return await work(transaction)
            except (DatabaseBusy, ConflictError):
                await self._engine.pause(_FIRST_PAUSE_S * 2**attempt * uniform(0.5, 1.5))
        async with self.transaction(durability=durability) as transaction:
            return await work(transaction)

    async def _retried(self, run: Callable[[Catalog], Awaitable[T]]) -> T:
        """Run something for the schema as it is known, again when another connection has changed it."""
        for _ in range(_ATTEMPTS):
            catalog = self.catalog
            try:
                return await run(catalog)
            except (SchemaError, QueryError) as fault:
                await self._follow_schema(catalog, fault)
            except ConstraintError as fault:
                raise located(fault, catalog.schema) from None
        raise SchemaChanged(f"the schema changed {_ATTEMPTS} times while a statement was tried")

    async def _follow_schema(self, catalog: Catalog, fault: SchemaError | QueryError) -> None:
        """Discover the schema anew; raises the fault when it is the one that was known."""
        # The name, or the type that the value does not fit, may be one that another process has changed.
        is_known = not isinstance(fault, SchemaChanged)
        if is_known and await self._engine.read_schema_version() == catalog.version:
            raise fault
        await self.refresh_schema()

    def _needed_upkeep(self) -> AsyncUpkeep:
        """Return the upkeep, which is made and imported when it is first needed: most programs start without it."""
        # Whoever comes at the same time gets the same one: it has a memory.
        with self._upkeep_mutex:
            if self._upkeep is not None:
                return self._upkeep
            upkeep: AsyncUpkeep = import_module("noormme_py.client.async_upkeep").AsyncUpkeep(
                self._engine, self._config
            )
            self._upkeep = upkeep
            return upkeep

    def _warn(self, missing: list[str]) -> None:
        for complaint in complaints(self._config, self._engine.pragmas):
            _warn(complaint)
        for name in missing:
            _warn(f"{name} names a table that is not there")
        for flag, is_on in self._config.automation:
            if is_on and flag in _WITHOUT_EFFECT:
                _warn(f"automation.{flag} is read from the configuration and has no effect in this version")


def _warn(message: str) -> None:
    # From _warn, _warn, initialize, to whoever awaits it.
    warnings.warn(message, NoormmeWarning, stacklevel=4)
