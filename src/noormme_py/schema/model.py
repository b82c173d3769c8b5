"""Tables, columns, keys and indexes as frozen values; a `Schema` is one state of a database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import Literal

from noormme_py.errors import ColumnNotFound, TableNotFound
from noormme_py.frozen import frozen
from noormme_py.names import fold, suggest
from noormme_py.schema.types import Affinity, Kind

TableKind = Literal["table", "view", "virtual", "shadow"]
Generated = Literal["virtual", "stored"]
IndexOrigin = Literal["create", "unique", "primary key"]
Action = Literal["no action", "restrict", "set null", "set default", "cascade"]


@frozen
class Column:
    """One column. `default` and `generated_as` are SQL text; `collation` is "BINARY" unless the DDL says otherwise."""

    table: str
    name: str
    declared_type: str
    affinity: Affinity
    kind: Kind
    is_nullable: bool = True
    default: str | None = None
    collation: str = "BINARY"
    generated: Generated | None = None
    generated_as: str | None = None
    is_hidden: bool = False

    @property
    def is_writable(self) -> bool:
        return self.generated is None


@frozen
class ForeignKey:
    """`columns` refer to `parent_columns` of `parent_table`, pairwise and in order.

    An implicit parent key is resolved: `parent_columns` is the parent's primary key, or empty
    when the parent table does not exist or has no key of that length.
    """

    columns: tuple[str, ...]
    parent_table: str
    parent_columns: tuple[str, ...]
    on_update: Action = "no action"
    on_delete: Action = "no action"
    is_deferrable: bool = False
    is_initially_deferred: bool = False
    is_implicit: bool = False
    name: str | None = None


@frozen
class IndexColumn:
    """A part of an index key: a column by `name`, or an `expression` in SQL text."""

    name: str | None
    expression: str | None = None
    is_descending: bool = False
    collation: str = "BINARY"


@frozen
class Index:
    """An index; `where` is the predicate of a partial one, in SQL text."""

    name: str
    table: str
    columns: tuple[IndexColumn, ...]
    is_unique: bool = False
    origin: IndexOrigin = "create"
    where: str | None = None

    @property
    def is_automatic(self) -> bool:
        """Whether SQLite made it for a constraint."""
        return self.origin != "create"

    @property
    def column_names(self) -> tuple[str, ...] | None:
        """The names of its columns, or None when a part of it is an expression."""
        names = tuple(column.name for column in self.columns if column.name is not None)
        return names if len(names) == len(self.columns) else None


@frozen
class Check:
    """A CHECK constraint of a table; `expression` is SQL text without the outer parentheses."""

    expression: str
    name: str | None = None


@frozen
class Trigger:
    """A trigger, as its DDL text."""

    name: str
    table: str
    sql: str


@frozen
class Table:
    """A table or a view.

    `primary_key` is in key order and empty where there is none. `rowid_alias` names the column that
    *is* the rowid (INTEGER PRIMARY KEY). `module` is the module of a virtual table. `sql` is the DDL.
    """

    name: str
    kind: TableKind
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    rowid_alias: str | None = None
    is_autoincrement: bool = False
    is_without_rowid: bool = False
    is_strict: bool = False
    foreign_keys: tuple[ForeignKey, ...] = ()
    indexes: tuple[Index, ...] = ()
    checks: tuple[Check, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    module: str | None = None
    sql: str = ""
    _by_name: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {fold(column.name): column for column in self.columns})

    def find_column(self, name: str) -> Column | None:
        """Return the column of this name, as SQLite compares names, or None."""
        return self._by_name.get(fold(name))

    def column(self, name: str) -> Column:
        """Return the column of this name; raises ColumnNotFound with a suggestion."""
        found = self.find_column(name)
        if found is None:
            raise ColumnNotFound(
                f"table {self.name!r} has no column {name[:100]!r}",
                hint=suggest(name, self.column_names),
            )
        return found

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def visible_columns(self) -> tuple[Column, ...]:
        """The columns that `SELECT *` gives: all but the hidden ones of virtual tables."""
        return tuple(column for column in self.columns if not column.is_hidden)

    @property
    def has_rowid(self) -> bool:
        return self.kind in ("table", "virtual", "shadow") and not self.is_without_rowid

    @property
    def is_writable(self) -> bool:
        """Whether rows can be written: a view takes them only by way of its INSTEAD OF triggers."""
        return self.kind != "view" or bool(self.triggers)

    @property
    def unique_keys(self) -> tuple[tuple[str, ...], ...]:
        """Every set of columns that an upsert can name: the primary key, then full unique indexes."""
        keys = [self.primary_key] if self.primary_key else []
        for index in self.indexes:
            names = index.column_names
            if index.is_unique and index.where is None and names is not None and names not in keys:
                keys.append(names)
        return tuple(keys)


@frozen
class Schema:
    """One state of a database. `version` is SQLite's schema cookie (`PRAGMA schema_version`).

    `notes` say what cannot be kept exactly, such as decimals in a column of NUMERIC affinity.
    """

    version: int
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    _by_name: dict[str, Table] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {fold(table.name): table for table in self.tables})

    def __iter__(self) -> Iterator[Table]:
        return iter(self.tables)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and fold(name) in self._by_name

    def find_table(self, name: str) -> Table | None:
        """Return the table or view of this name, as SQLite compares names, or None."""
        return self._by_name.get(fold(name))

    def table(self, name: str) -> Table:
        """Return the table or view of this name; raises TableNotFound with a suggestion."""
        found = self.find_table(name)
        if found is None:
            hint = suggest(name, self.table_names()) if self.tables else "the database has no tables: is it this one?"
            raise TableNotFound(f"there is no table or view {name[:100]!r}", hint=hint)
        return found

    def table_names(self) -> tuple[str, ...]:
        return tuple(table.name for table in self.tables)

    def foreign_keys_to(self, parent: str) -> Iterable[tuple[Table, ForeignKey]]:
        """Yield every foreign key that refers to the parent table, with the table that has it."""
        wanted = fold(parent)
        for table in self.tables:
            for key in table.foreign_keys:
                if fold(key.parent_table) == wanted:
                    yield table, key
