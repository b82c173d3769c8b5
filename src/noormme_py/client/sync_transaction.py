# Written by scripts/generate_sync.py from async_transaction.py: change that, then run `make fmt`.
"""A transaction: the surface of the database on one connection, kept whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Self, TypeVar

from noormme_py.client import raw_sql
from noormme_py.client.catalog import Catalog
from noormme_py.client.constraints import located
from noormme_py.client.sync_executor import SyncExecutor
from noormme_py.client.sync_runner import StreamDecoder
from noormme_py.engine.connection import Durability
from noormme_py.engine.sync_engine import SyncSession
from noormme_py.errors import ConstraintError, ReadOnly, TransactionError
from noormme_py.introspect.discover import discover
from noormme_py.query.statement import Statement, Work
from noormme_py.schema.model import Schema

T = TypeVar("T")


class SyncTransaction(SyncExecutor):
    """An open transaction. It is passed on, never ambient: what uses `db` instead is outside of it."""

    _is_one_connection = True

    def __init__(self, session: SyncSession, catalog: Catalog, *, is_read_only: bool, depth: int = 0) -> None:
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

    def refresh_schema(self) -> Schema:
        self._check()
        schema, _ = self._session.drive(discover())
        self._catalog = self._catalog.with_schema(schema)
        return schema

    def notice_schema(self) -> None:
        # Every run looks at the version after it.
        return None

    def run_read(self, make: Callable[[Catalog], Work[T]]) -> T:
        return self._run(make)

    def run_write(self, make: Callable[[Catalog], Work[T]], *, is_definition: bool = False) -> T:
        if self._is_read_only:
            raise ReadOnly("this transaction is for reading only")
        return self._run(make)

    def run_bare(self, statement: Statement[T]) -> T:
        raw_sql.check_inside_transaction(statement.sql)
        return self._run(lambda _: statement)

    def run_stream(self, make: Callable[[Catalog], Statement[StreamDecoder]]) -> Generator[Any]:
        self._check()
        cursor = self._session.open_stream(make(self._catalog), None)
        try:
            while rows := self._session.next_rows(cursor):
                for row in rows:
                    yield row
        finally:
            self._session.close_stream(cursor)

    @contextmanager
    def transaction(self) -> Generator[Self]:
        """Begin a savepoint: an error inside the block undoes the block, and the transaction goes on."""
        self._check()
        depth = self._depth + 1
        inner = type(self)(self._session, self._catalog, is_read_only=self._is_read_only, depth=depth)
        self._has_savepoint = True
        try:
            inner.begin()
            yield inner
            inner.commit()
        except BaseException:
            # Whoever is cancelled while it begins cannot tell whether it did; this can.
            self._session.roll_back_to(depth)
            raise
        finally:
            inner.end()
            self._has_savepoint = False
        self._catalog = inner.catalog

    def begin(self, durability: Durability | None = None) -> None:
        """Begin; the schema is that of this moment."""
        self._follow(self._session.begin(durability))

    def commit(self) -> None:
        """Keep what was done."""
        self._check()
        self._session.commit(self._depth + 1)

    def end(self) -> None:
        """Let nobody use it any more."""
        self._is_over = True

    def _run(self, make: Callable[[Catalog], Work[T]]) -> T:
        self._check()
        try:
            value, version = self._session.drive(make(self._catalog))
        except ConstraintError as fault:
            raise located(fault, self._catalog.schema) from None
        self._follow(version)
        return value

    def _follow(self, version: int) -> None:
        if version != self._catalog.version:
            schema, _ = self._session.drive(discover())
            self._catalog = self._catalog.with_schema(schema)

    def _check(self) -> None:
        if self._is_over:
            raise TransactionError("this transaction is over", hint="begin another with db.transaction()")
        if self._has_savepoint:
            raise TransactionError("a transaction inside this one is open", hint="use the innermost one")
