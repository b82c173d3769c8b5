"""The surface that a database and a transaction share: queries, definitions, repositories, raw SQL."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar, overload

from noormme_py.client import raw_sql
from noormme_py.client.async_queries import (
    AsyncAlterTable,
    AsyncCreateIndex,
    AsyncCreateTable,
    AsyncCreateView,
    AsyncDrop,
    AsyncSelect,
    AsyncSelectFrom,
)
from noormme_py.client.async_repository import AsyncRepository
from noormme_py.client.async_runner import StreamDecoder
from noormme_py.client.async_writes import AsyncDelete, AsyncInsert, AsyncUpdate
from noormme_py.client.catalog import Catalog
from noormme_py.client.results import Result
from noormme_py.client.temporary import check_not_temporary
from noormme_py.errors import TableNotFound
from noormme_py.query import definitions as ddl
from noormme_py.query import nodes, operands
from noormme_py.query.clauses import common_table
from noormme_py.query.expressions import Expression
from noormme_py.query.operands import Operand
from noormme_py.query.select import selecting, selecting_one
from noormme_py.query.statement import Statement, Work
from noormme_py.query.typed import AnySource, Tabled, TableOf, row_of
from noormme_py.query.write import inserting
from noormme_py.schema.model import Schema

R = TypeVar("R")
T = TypeVar("T")


class AsyncExecutor(ABC):
    """Where queries begin, and what runs them."""

    # Whether all that is run here runs on one connection.
    _is_one_connection = False

    @property
    @abstractmethod
    def catalog(self) -> Catalog:
        """The schema with all that was made for it."""

    @property
    def schema(self) -> Schema:
        """The discovered schema, a frozen value; `refresh_schema()` swaps it."""
        return self.catalog.schema

    @abstractmethod
    async def refresh_schema(self) -> Schema:
        """Discover the schema anew and return it."""

    @abstractmethod
    async def notice_schema(self) -> None:
        """Discover the schema anew if it has another version than the one that is known."""

    @abstractmethod
    async def run_read(self, make: Callable[[Catalog], Work[T]]) -> T:
        """Run an operation that reads."""

    @abstractmethod
    async def run_write(self, make: Callable[[Catalog], Work[T]], *, is_definition: bool = False) -> T:
        """Run an operation that writes; a definition changes the schema itself, and maps no columns."""

    @abstractmethod
    async def run_bare(self, statement: Statement[T]) -> T:
        """Run a statement that takes no transaction around it."""

    @abstractmethod
    def run_stream(self, make: Callable[[Catalog], Statement[StreamDecoder]]) -> AsyncGenerator[Any]:
        """Run a query whose rows are taken bit by bit."""

    @abstractmethod
    def transaction(self) -> AbstractAsyncContextManager[AsyncExecutor]:
        """Begin a transaction, or a savepoint inside of one."""

    async def run_definition(self, make: Callable[[Catalog], str]) -> None:
        """Run DDL and refresh the schema."""
        await self.run_write(lambda catalog: raw_sql.script([make(catalog)]), is_definition=True)
        await self.notice_schema()

    @overload
    def get_repository(self, table: str) -> AsyncRepository[Any]: ...
    @overload
    def get_repository(self, table: str, row: type[R]) -> AsyncRepository[R]: ...
    def get_repository(self, table: str, row: Any = None) -> AsyncRepository[Any]:
        """Return the repository of a table or view; raises TableNotFound with a suggestion.

        Rows are instances of a pydantic model made from the table, or of `row`: a pydantic model, a
        dataclass or a TypedDict of your own.
        """
        try:
            return AsyncRepository(table, row, self)
        except TableNotFound as fault:
            # This does not wait, so it cannot look whether another process has just made the table.
            known = f"{fault.hint}; " if fault.hint else ""
            hint = f"{known}what another process has just made is known after `await db.refresh_schema()`"
            raise TableNotFound(fault.message, hint=hint) from None

    @overload
    def select_from(self, source: Tabled[R], /) -> AsyncSelectFrom[R]: ...
    @overload
    def select_from(self, *sources: str | Operand) -> AsyncSelect: ...
    @overload
    def select_from(self, first: AnySource, second: AnySource, /, *more: AnySource) -> AsyncSelect: ...
    def select_from(self, *sources: Any) -> Any:
        """Begin a SELECT from tables (`"users"`, `"users as u"`, typed ones), queries with an alias, or functions."""
        first = sources[0] if len(sources) == 1 else None
        return AsyncSelect(selecting_one(first), self) if type(first) is str else _select(self, sources, ())

    @overload
    def insert_into(self, table: str) -> AsyncInsert: ...
    @overload
    def insert_into(self, table: type[TableOf[R]]) -> AsyncInsert[R]: ...
    def insert_into(self, table: Any) -> AsyncInsert[Any]:
        """Begin an INSERT."""
        return AsyncInsert(inserting(table), self, row_of(table))

    @overload
    def update_table(self, table: str) -> AsyncUpdate: ...
    @overload
    def update_table(self, table: Tabled[R]) -> AsyncUpdate[R]: ...
    def update_table(self, table: Any) -> AsyncUpdate[Any]:
        """Begin an UPDATE."""
        return AsyncUpdate(nodes.Update(operands.source(table)), self, row_of(table))

    @overload
    def delete_from(self, table: str) -> AsyncDelete: ...
    @overload
    def delete_from(self, table: Tabled[R]) -> AsyncDelete[R]: ...
    def delete_from(self, table: Any) -> AsyncDelete[Any]:
        """Begin a DELETE."""
        return AsyncDelete(nodes.Delete(operands.source(table)), self, row_of(table))

    def with_(
        self, name: str, query: Operand, *, columns: tuple[str, ...] = (), materialized: bool | None = None
    ) -> AsyncWith:
        """Begin a query with a common table expression."""
        return AsyncWith(self, ()).with_(name, query, columns=columns, materialized=materialized)

    def with_recursive(self, name: str, query: Operand, *, columns: tuple[str, ...] = ()) -> AsyncWith:
        """Begin a query with a common table expression that selects from itself."""
        return AsyncWith(self, ()).with_recursive(name, query, columns=columns)

    def create_table(self, name: str) -> AsyncCreateTable:
        """Begin a CREATE TABLE."""
        return AsyncCreateTable(ddl.CreateTable(name), self)

    def alter_table(self, name: str) -> AsyncAlterTable:
        """Begin an ALTER TABLE."""
        return AsyncAlterTable(ddl.AlterTable(name), self)

    def create_index(self, name: str) -> AsyncCreateIndex:
        """Begin a CREATE INDEX."""
        return AsyncCreateIndex(ddl.CreateIndex(name), self)

    def create_view(self, name: str) -> AsyncCreateView:
        """Begin a CREATE VIEW."""
        return AsyncCreateView(ddl.CreateView(name), self)

    def drop_table(self, name: str) -> AsyncDrop:
        """Begin a DROP TABLE."""
        return AsyncDrop(ddl.Drop("table", name), self)

    def drop_index(self, name: str) -> AsyncDrop:
        """Begin a DROP INDEX."""
        return AsyncDrop(ddl.Drop("index", name), self)

    def drop_view(self, name: str) -> AsyncDrop:
        """Begin a DROP VIEW."""
        return AsyncDrop(ddl.Drop("view", name), self)

    def drop_trigger(self, name: str) -> AsyncDrop:
        """Begin a DROP TRIGGER."""
        return AsyncDrop(ddl.Drop("trigger", name), self)

    async def execute(self, sql: str | Expression, parameters: Sequence[object] | Mapping[str, object] = ()) -> Result:
        """Run one statement of SQL: text with `?` or `:name` parameters, or a `sql(…)` fragment.

        Rows are dicts of the values that SQLite stores; nothing is known of their types.
        """
        request = raw_sql.RawStatement.of(sql, parameters, self.catalog)
        match request.kind:
            case "read":
                return await self.run_read(request.make)
            case "bare":
                result = await self.run_bare(request.statement)
            case "write" | "definition":
                if request.kind == "definition" and not self._is_one_connection:
                    check_not_temporary(request.statement.sql)
                result = await self.run_write(request.make, is_definition=request.kind == "definition")
        if request.kind != "write":
            await self.notice_schema()
        return result

    async def execute_many(self, sql: str, batches: Iterable[Sequence[object]]) -> int:
        """Run one write for each set of parameters, all or none; return how many rows were written."""
        operation = raw_sql.many(sql, batches)
        return await self.run_write(lambda _: operation())

    async def execute_script(self, script: str) -> None:
        """Run the statements of a script, all or none. It cannot have transactions of its own."""
        statements = raw_sql.split(script)
        await self.run_write(lambda _: raw_sql.script(statements), is_definition=True)
        await self.notice_schema()


class AsyncWith:
    """Common table expressions, waiting for the query that uses them."""

    __slots__ = ("_executor", "_tables")

    def __init__(self, executor: AsyncExecutor, tables: tuple[nodes.CommonTable, ...]) -> None:
        self._executor = executor
        self._tables = tables

    def with_(
        self, name: str, query: Operand, *, columns: tuple[str, ...] = (), materialized: bool | None = None
    ) -> AsyncWith:
        """Add a common table expression."""
        made = common_table(name, query, columns=columns, materialized=materialized)
        return AsyncWith(self._executor, (*self._tables, made))

    def with_recursive(self, name: str, query: Operand, *, columns: tuple[str, ...] = ()) -> AsyncWith:
        """Add a common table expression that selects from itself."""
        made = common_table(name, query, columns=columns, is_recursive=True)
        return AsyncWith(self._executor, (*self._tables, made))

    @overload
    def select_from(self, source: Tabled[R], /) -> AsyncSelectFrom[R]: ...
    @overload
    def select_from(self, *sources: str | Operand) -> AsyncSelect: ...
    @overload
    def select_from(self, first: AnySource, second: AnySource, /, *more: AnySource) -> AsyncSelect: ...
    def select_from(self, *sources: Any) -> Any:
        """Begin a SELECT."""
        return _select(self._executor, sources, self._tables)

    @overload
    def insert_into(self, table: str) -> AsyncInsert: ...
    @overload
    def insert_into(self, table: type[TableOf[R]]) -> AsyncInsert[R]: ...
    def insert_into(self, table: Any) -> AsyncInsert[Any]:
        """Begin an INSERT."""
        return AsyncInsert(inserting(table, self._tables), self._executor, row_of(table))

    @overload
    def update_table(self, table: str) -> AsyncUpdate: ...
    @overload
    def update_table(self, table: Tabled[R]) -> AsyncUpdate[R]: ...
    def update_table(self, table: Any) -> AsyncUpdate[Any]:
        """Begin an UPDATE."""
        node = nodes.Update(operands.source(table), common_tables=self._tables)
        return AsyncUpdate(node, self._executor, row_of(table))

    @overload
    def delete_from(self, table: str) -> AsyncDelete: ...
    @overload
    def delete_from(self, table: Tabled[R]) -> AsyncDelete[R]: ...
    def delete_from(self, table: Any) -> AsyncDelete[Any]:
        """Begin a DELETE."""
        node = nodes.Delete(operands.source(table), common_tables=self._tables)
        return AsyncDelete(node, self._executor, row_of(table))


def _select(executor: AsyncExecutor, sources: tuple[Any, ...], tables: tuple[nodes.CommonTable, ...]) -> Any:
    """Begin a SELECT, which knows the class of its rows where it is from one typed table."""
    row = row_of(sources[0]) if len(sources) == 1 else None
    if row is None:
        return AsyncSelect(selecting(sources, tables), executor)
    return AsyncSelectFrom(selecting(sources, tables) if tables else selecting_one(sources[0]), executor, row)
