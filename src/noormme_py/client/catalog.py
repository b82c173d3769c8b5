"""One state of the schema with all that was made for it: row models, table plans, query plans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from noormme_py.codec.plans import Plans
from noormme_py.codec.registry import Codecs
from noormme_py.codec.row_model import RESERVED
from noormme_py.codec.shapes import Shape, annotation_of, shape_of, table_model, table_shape
from noormme_py.errors import ConfigError, QueryError
from noormme_py.frozen import frozen
from noormme_py.names import fold
from noormme_py.repository.cursors import Cursors
from noormme_py.repository.expected import ExpectedWrites
from noormme_py.repository.match_operations import MatchOperations
from noormme_py.repository.options import Hooks, TableOptions
from noormme_py.repository.pages import PageOperations
from noormme_py.repository.preload import Known, Preload
from noormme_py.repository.read_operations import ReadOperations
from noormme_py.repository.related import Including, named
from noormme_py.repository.row_marks import RowMarks
from noormme_py.repository.soft_delete import write_operations
from noormme_py.repository.table_plan import TablePlan
from noormme_py.repository.write_operations import WriteOperations
from noormme_py.schema.model import Schema, Table
from noormme_py.schema.relations import Relations

R = TypeVar("R")

_MAX_PRELOADS = 256


class Customs:
    """What a program says of its database: codecs of columns, classes of rows and options by table's name.

    `cursor_key` is the secret by which cursors of pages are told from forged ones.
    """

    __slots__ = ("codecs", "cursors", "options", "rows")

    def __init__(
        self,
        codecs: Codecs,
        rows: Mapping[str, Any] | None = None,
        options: Mapping[str, TableOptions] | None = None,
        cursor_key: bytes | None = None,
    ) -> None:
        """Raise ConfigError for options that are none."""
        for name, found in (options or {}).items():
            if not isinstance(name, str) or not isinstance(found, TableOptions):
                raise ConfigError(
                    "tables are a mapping of a table's name to its TableOptions",
                    hint='tables={"users": TableOptions(…)}',
                )
            found.check(name)
        self.codecs = codecs
        self.rows = {fold(name): row for name, row in (rows or {}).items()}
        self.options = {fold(name): found for name, found in (options or {}).items()}
        self.cursors = Cursors(cursor_key)

    def unknown_tables(self, schema: Schema) -> list[str]:
        """Return what is said of tables that are not there.

        Raises ColumnNotFound for a column that is not, and ConfigError for one that does not serve.
        """
        for table in filter(None, map(schema.find_table, self.options)):
            self.marks(table)
        return [
            *(f"codecs: {name!r}" for name in self.codecs.unknown_tables(schema)),
            *(f"tables: {name!r}" for name in self.options if name not in schema),
        ]

    def marks(self, table: Table) -> RowMarks:
        """Return the columns that the options of a table give a meaning."""
        return RowMarks.of(table, self.options.get(fold(table.name)), self.codecs)

    def hooks(self, table: str) -> Hooks | None:
        """Return what is to be called around the writes of a table."""
        options = self.options.get(fold(table))
        return None if options is None else options.hooks


@frozen
class Limits:
    """`batch_size` rows an INSERT carries and values an IN list binds; `max_variables` of one statement."""

    batch_size: int
    max_variables: int


class TableOperations(Generic[R]):
    """The reads and writes of one table with rows of one shape."""

    __slots__ = ("expected", "match", "pages", "plan", "read", "write")

    def __init__(self, plan: TablePlan[R], marks: RowMarks, limits: Limits, cursors: Cursors) -> None:
        self.plan = plan
        self.read: ReadOperations[R] = ReadOperations(plan, marks)
        self.write: WriteOperations[R] = write_operations(
            plan, self.read, batch_size=limits.batch_size, max_variables=limits.max_variables
        )
        self.expected: ExpectedWrites[R] = ExpectedWrites(self.write)
        self.match: MatchOperations[R] = MatchOperations(self.read, self.write)
        self.pages: PageOperations[R] = PageOperations(self.read, cursors)


class Catalog:
    """What is known of one database at one schema version."""

    def __init__(self, schema: Schema, customs: Customs, limits: Limits) -> None:
        self.schema = schema
        self.version = schema.version
        self.customs = customs
        self.codecs = customs.codecs
        self.limits = limits
        self.plans = Plans(schema, self.codecs, max_list=limits.batch_size, max_variables=limits.max_variables)
        # The plan of a query and its data.
        self.plan = self.plans.plan
        self._tables: dict[tuple[str, Any, bool], TableOperations[Any]] = {}
        self._preloads: dict[tuple[object, ...], Preload[Any]] = {}
        self._relations: Relations | None = None

    @property
    def relations(self) -> Relations:
        """The relations of the schema, read off it when they are first asked for."""
        if self._relations is None:
            renamed = {name: options.relations for name, options in self.customs.options.items() if options.relations}
            self._relations = Relations(self.schema, renamed, RESERVED)
        return self._relations

    def check_options(self) -> None:
        """Raise RelationNotFound for a relation that is to have another name and is not there, or cannot have it."""
        for name, options in self.customs.options.items():
            if options.relations and name in self.schema:
                self.relations.of(name)

    def with_schema(self, schema: Schema) -> Catalog:
        """Return a catalog for another state of the same database."""
        return Catalog(schema, self.customs, self.limits)

    def table(self, name: str, row: Any = None, *, sees_deleted: bool = False) -> TableOperations[Any]:
        """Return the operations of a table; rows are of the table's own model, or of the class given.

        With `sees_deleted` they know no difference between rows that are marked as deleted and others.
        """
        key = (name, row, sees_deleted)
        try:
            found = self._tables.get(key)
        except TypeError:
            # What cannot be hashed is neither a name nor a class, and that is told below.
            found = None
        if found is None:
            if not isinstance(name, str):
                raise QueryError(f"a table is named by a string, not by {type(name).__name__}")
            found = self._tables[key] = self._operations(name, row, sees_deleted)
        return found

    def _operations(self, name: str, row: Any, sees_deleted: bool) -> TableOperations[Any]:
        table = self.schema.table(name)
        marks = self.customs.marks(table)
        if sees_deleted:
            # Of the same plan, so that the rows are of the same class.
            plan, marks = self.table(name, row).plan, marks.seeing_deleted()
        else:
            plan = TablePlan(table, self.codecs, self._shape(table, row), self.plans)
        return TableOperations(plan, marks, self.limits, self.customs.cursors)

    def preload(self, operations: TableOperations[R], include: Including, with_count: Including) -> Preload[R]:
        """Return what reads rows of a table with their relations; raises RelationNotFound."""
        key = (operations, named(include), named(with_count))
        found = self._preloads.get(key)
        if found is None:
            known = Known(self.schema, self.relations, lambda name: self.table(name).read)
            found = Preload(operations.read, known, include, with_count)
            if None not in key:
                if len(self._preloads) >= _MAX_PRELOADS:
                    self._preloads.clear()
                self._preloads[key] = found
        return found

    def _shape(self, table: Table, row: Any) -> Shape:
        codecs = self.codecs
        row = self.customs.rows.get(fold(table.name)) if row is None else row
        if row is None:
            return table_shape(table_model(table, codecs, self.relations.of(table.name)))
        return shape_of(row, {column.name: annotation_of(column, codecs) for column in table.columns})
