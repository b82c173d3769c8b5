# Written by scripts/generate_sync.py from async_executor.py: change that, then run `make fmt`.
"""The surface that a database and a transaction share: queries, definitions, repositories, raw SQL."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import Any, TypeVar, overload

from noormme_py.client import raw_sql
from noormme_py.client.catalog import Catalog
from noormme_py.client.results import Result
from noormme_py.client.sync_queries import (
    SyncAlterTable,
    SyncCreateIndex,
    SyncCreateTable,
    SyncCreateView,
    SyncDelete,
    SyncDrop,
    SyncInsert,
    SyncSelect,
    SyncUpdate,
)
from noormme_py.client.sync_repository import SyncRepository
from noormme_py.client.sync_runner import StreamDecoder
from noormme_py.client.temporary import check_not_temporary
from noormme_py.errors import TableNotFound
from noormme_py.query import definitions as ddl
from noormme_py.query import nodes, operands
from noormme_py.query.clauses import common_table
from noormme_py.query.expressions import Expression
from noormme_py.query.operands import Operand
from noormme_py.query.select import selecting
from noormme_py.query.statement import Statement, Work
from noormme_py.schema.model import Schema

R = TypeVar("R")
T = TypeVar("T")


class SyncExecutor(ABC):
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
    def refresh_schema(self) -> Schema:
        """Discover the schema anew and return it."""

    @abstractmethod
    def notice_schema(self) -> None:
        """Discover the schema anew if it has another version than the one that is known."""

    @abstractmethod
    def run_read(self, make: Callable[[Catalog], Work[T]]) -> T:
        """Run an operation that reads."""

    @abstractmethod
    def run_write(self, make: Callable[[Catalog], Work[T]], *, is_definition: bool = False) -> T:
        """Run an operation that writes; a definition changes the schema itself, and maps no columns."""

    @abstractmethod
    def run_bare(self, statement: Statement[T]) -> T:
        """Run a statement that takes no transaction around it."""

    @abstractmethod
    def run_stream(self, make: Callable[[Catalog], Statement[StreamDecoder]]) -> Generator[Any]:
        """Run a query whose rows are taken bit by bit."""

    def run_definition(self, make: Callable[[Catalog], str]) -> None:
        """Run DDL and refresh the schema."""
        self.run_write(lambda catalog: raw_sql.script([make(catalog)]), is_definition=True)
        self.notice_schema()

    @overload
    def get_repository(self, table: str) -> SyncRepository[Any]: ...
    @overload
    def get_repository(self, table: str, row: type[R]) -> SyncRepository[R]: ...
    def get_repository(self, table: str, row: Any = None) -> SyncRepository[Any]:
        """Return the repository of a table or view; raises TableNotFound with a suggestion.

        Rows are instances of a pydantic model made from the table, or of `row`: a pydantic model, a
        dataclass or a TypedDict of your own.
        """
        try:
            return SyncRepository(table, row, self)
        except TableNotFound as fault:
            # This does not wait, so it cannot look whether another process has just made the table.
            known = f"{fault.hint}; " if fault.hint else ""
            hint = f"{known}what another process has just made is known after `db.refresh_schema()`"
            raise TableNotFound(fault.message, hint=hint) from None

    def select_from(self, *sources: object) -> SyncSelect:
        """Begin a SELECT from tables (`"users"`, `"users as u"`), queries with an alias, or functions."""
        return SyncSelect(selecting(sources), self)

    def insert_into(self, table: str) -> SyncInsert:
        """Begin an INSERT."""
        return SyncInsert(nodes.Insert(nodes.TableName(table)), self)

    def update_table(self, table: str) -> SyncUpdate:
        """Begin an UPDATE."""
        return SyncUpdate(nodes.Update(operands.source(table)), self)

    def delete_from(self, table: str) -> SyncDelete:
        """Begin a DELETE."""
        return SyncDelete(nodes.Delete(operands.source(table)), self)

    def with_(
        self, name: str, query: Operand, *, columns: tuple[str, ...] = (), materialized: bool | None = None
    ) -> SyncWith:
        """Begin a query with a common table expression."""
        return SyncWith(self, ()).with_(name, query, columns=columns, materialized=materialized)

    def with_recursive(self, name: str, query: Operand, *, columns: tuple[str, ...] = ()) -> SyncWith:
        """Begin a query with a common table expression that selects from itself."""
        return SyncWith(self, ()).with_recursive(name, query, columns=columns)

    def create_table(self, name: str) -> SyncCreateTable:
        """Begin a CREATE TABLE."""
        return SyncCreateTable(ddl.CreateTable(name), self)

    def alter_table(self, name: str) -> SyncAlterTable:
        """Begin an ALTER TABLE."""
        return SyncAlterTable(ddl.AlterTable(name), self)

    def create_index(self, name: str) -> SyncCreateIndex:
        """Begin a CREATE INDEX."""
        return SyncCreateIndex(ddl.CreateIndex(name), self)

    def create_view(self, name: str) -> SyncCreateView:
        """Begin a CREATE VIEW."""
        return SyncCreateView(ddl.CreateView(name), self)

    def drop_table(self, name: str) -> SyncDrop:
        """Begin a DROP TABLE."""
        return SyncDrop(ddl.Drop("table", name), self)

    def drop_index(self, name: str) -> SyncDrop:
        """Begin a DROP INDEX."""
        return SyncDrop(ddl.Drop("index", name), self)

    def drop_view(self, name: str) -> SyncDrop:
        """Begin a DROP VIEW."""
        return SyncDrop(ddl.Drop("view", name), self)

    def drop_trigger(self, name: str) -> SyncDrop:
        """Begin a DROP TRIGGER."""
        return SyncDrop(ddl.Drop("trigger", name), self)

    def execute(self, sql: str | Expression, parameters: Sequence[object] | Mapping[str, object] = ()) -> Result:
        """Run one statement of SQL: text with `?` or `:name` parameters, or a `sql(…)` fragment.

        Rows are dicts of the values that SQLite stores; nothing is known of their types.
        """
        request = raw_sql.RawStatement.of(sql, parameters, self.catalog)
        match request.kind:
            case "read":
                return self.run_read(request.make)
            case "bare":
                result = self.run_bare(request.statement)
            case "write" | "definition":
                if request.kind == "definition" and not self._is_one_connection:
                    check_not_temporary(request.statement.sql)
                result = self.run_write(request.make, is_definition=request.kind == "definition")
        if request.kind != "write":
            self.notice_schema()
        return result

    def execute_many(self, sql: str, batches: Iterable[Sequence[object]]) -> int:
        """Run one write for each set of parameters, all or none; return how many rows were written."""
        operation = raw_sql.many(sql, batches)
        return self.run_write(lambda _: operation())

    def execute_script(self, script: str) -> None:
        """Run the statements of a script, all or none. It cannot have transactions of its own."""
        statements = raw_sql.split(script)
        self.run_write(lambda _: raw_sql.script(statements), is_definition=True)
        self.notice_schema()


class SyncWith:
    """Common table expressions, waiting for the query that uses them."""

    __slots__ = ("_executor", "_tables")

    def __init__(self, executor: SyncExecutor, tables: tuple[nodes.CommonTable, ...]) -> None:
        self._executor = executor
        self._tables = tables

    def with_(
        self, name: str, query: Operand, *, columns: tuple[str, ...] = (), materialized: bool | None = None
    ) -> SyncWith:
        """Add a common table expression."""
        made = common_table(name, query, columns=columns, materialized=materialized)
        return SyncWith(self._executor, (*self._tables, made))

    def with_recursive(self, name: str, query: Operand, *, columns: tuple[str, ...] = ()) -> SyncWith:
        """Add a common table expression that selects from itself."""
        made = common_table(name, query, columns=columns, is_recursive=True)
        return SyncWith(self._executor, (*self._tables, made))

    def select_from(self, *sources: object) -> SyncSelect:
        """Begin a SELECT."""
        return SyncSelect(selecting(sources, self._tables), self._executor)

    def insert_into(self, table: str) -> SyncInsert:
        """Begin an INSERT."""
        return SyncInsert(nodes.Insert(nodes.TableName(table), common_tables=self._tables), self._executor)

    def update_table(self, table: str) -> SyncUpdate:
        """Begin an UPDATE."""
        return SyncUpdate(nodes.Update(operands.source(table), common_tables=self._tables), self._executor)

    def delete_from(self, table: str) -> SyncDelete:
        """Begin a DELETE."""
        return SyncDelete(nodes.Delete(operands.source(table), common_tables=self._tables), self._executor)
