"""A transaction: the surface of the database on one connection, kept whole or not at all."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any, Self, TypeVar

from noormme_py.client import raw_sql
from noormme_py.client.async_executor import AsyncExecutor
from noormme_py.client.async_runner import StreamDecoder
from noormme_py.client.catalog import Catalog
from noormme_py.client.constraints import located
from noormme_py.engine.async_engine import AsyncSession
from noormme_py.engine.connection import Durability
from noormme_py.errors import ConstraintError, ReadOnly, TransactionError
from noormme_py.introspect.discover import discover
from noormme_py.query.statement import Statement, Work
from noormme_py.schema.model import Schema

T = TypeVar("T")


class AsyncTransaction(AsyncExecutor):
    """An open transaction. It is passed on, never ambient: what uses `db` instead is outside of it."""

    _is_one_connection = True

    def __init__(self, session: AsyncSession, catalog: Catalog, *, is_read_only: bool, depth: int = 0) -> None:
        self._session = session
        self._catalog = catalog
        self._is_read_only = is_read_only
        # How many transactions there are around this one.
        self._depth = depth
        self._is_over = False
        self._has_savepoint = False

    @property
    def catalog(self) -> Catalog:
        return self._catalog

    async def refresh_schema(self) -> Schema:
        self._check()
        schema, _ = await self._session.drive(discover())
        self._catalog = self._catalog.with_schema(schema)
        return schema

    async def notice_schema(self) -> None:
        # Every run looks at the version after it.
        return None

    async def run_read(self, make: Callable[[Catalog], Work[T]]) -> T:
        return await self._run(make)

    async def run_write(self, make: Callable[[Catalog], Work[T]], *, is_definition: bool = False) -> T:
        if self._is_read_only:
            raise ReadOnly("this transaction is for reading only")
        return await self._run(make)

    async def run_bare(self, statement: Statement[T]) -> T:
        raw_sql.check_inside_transaction(statement.sql)
        return await self._run(lambda _: statement)

    async def run_stream(self, make: Callable[[Catalog], Statement[StreamDecoder]]) -> AsyncGenerator[Any]:
        self._check()
        cursor = await self._session.open_stream(make(self._catalog), None)
        try:
            while rows := await self._session.next_rows(cursor):
                for row in rows:
                    yield row
        finally:
            await self._session.close_stream(cursor)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Self]:
        """Begin a savepoint: an error inside the block undoes the block, and the transaction goes on."""
        self._check()
        depth = self._depth + 1
        inner = type(self)(self._session, self._catalog, is_read_only=self._is_read_only, depth=depth)
        self._has_savepoint = True
        try:
            await inner.begin()
            yield inner
            await inner.commit()
        except BaseException:
            # Whoever is cancelled while it begins cannot tell whether it did; this can.
            await self._session.roll_back_to(depth)
            raise
        finally:
            inner.end()
            self._has_savepoint = False
        self._catalog = inner.catalog

    async def begin(self, durability: Durability | None = None) -> None:
        """Begin; the schema is that of this moment."""
        await self._follow(await self._session.begin(durability))

    async def commit(self) -> None:
        """Keep what was done."""
        self._check()
        await self._session.commit(self._depth + 1)

    def end(self) -> None:
        """Let nobody use it any more."""
        self._is_over = True

    async def _run(self, make: Callable[[Catalog], Work[T]]) -> T:
        self._check()
        try:
            value, version = await self._session.drive(make(self._catalog))
        except ConstraintError as fault:
            raise located(fault, self._catalog.schema) from None
        await self._follow(version)
        return value

    async def _follow(self, version: int) -> None:
        if version != self._catalog.version:
            schema, _ = await self._session.drive(discover())
            self._catalog = self._catalog.with_schema(schema)

    def _check(self) -> None:
        if self._is_over:
            raise TransactionError("this transaction is over", hint="begin another with db.transaction()")
        if self._has_savepoint:
            raise TransactionError("a transaction inside this one is open", hint="use the innermost one")
