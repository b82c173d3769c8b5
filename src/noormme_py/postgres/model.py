"""A PostgreSQL database as frozen values: types, tables, constraints and all that stands around them.

Texts of expressions are PostgreSQL's own, as `pg_get_expr` and its like write them.
"""

from __future__ import annotations

from typing import Literal

from noormme_py.frozen import frozen
from noormme_py.schema.model import Action

TypeKind = Literal["base", "array", "enum", "composite", "domain", "range", "multirange"]
RelationKind = Literal["table", "partitioned", "foreign"]


@frozen
class PgType:
    """A type. `element` is an array's element, a range's subtype, a multirange's range, a domain's base type.

    `modifier` is that of a domain's base type, -1 where there is none; `checks` are a domain's conditions on VALUE,
    those of the domains below it included. `fields` are those of a composite, in order.
    """

    name: str
    schema: str = "pg_catalog"
    kind: TypeKind = "base"
    element: PgType | None = None
    modifier: int = -1
    labels: tuple[str, ...] = ()
    fields: tuple[PgField, ...] = ()
    delimiter: str = ","
    checks: tuple[PgCheck, ...] = ()
    is_not_null: bool = False
    default: str | None = None
    extension: str | None = None


@frozen
class PgField:
    """A field of a composite type."""

    name: str
    type: PgType


@frozen
class PgSequence:
    """A sequence; `last_value` is None where it was never asked."""

    schema: str
    name: str
    last_value: int | None = None
    increment: int = 1
    start: int = 1


@frozen
class PgColumn:
    """A column. `declared` is its type as SQL says it: `numeric(10,2)`.

    `sequence` is the one that an identity or serial column takes its values from. `collation` is None where it is
    the default of the database.
    """

    name: str
    type: PgType
    declared: str
    modifier: int = -1
    is_nullable: bool = True
    default: str | None = None
    generated_as: str | None = None
    identity: Literal["always", "by default"] | None = None
    sequence: PgSequence | None = None
    collation: str | None = None
    comment: str | None = None


@frozen
class PgCheck:
    """A CHECK constraint; `expression` has no outer parentheses."""

    name: str
    expression: str
    is_valid: bool = True


@frozen
class PgForeignKey:
    """A foreign key; `definition` is the whole of it, as `pg_get_constraintdef` writes it."""

    name: str
    columns: tuple[str, ...]
    parent_schema: str
    parent_table: str
    parent_columns: tuple[str, ...]
    on_update: Action = "no action"
    on_delete: Action = "no action"
    is_deferrable: bool = False
    is_initially_deferred: bool = False
    is_match_full: bool = False
    is_valid: bool = True
    definition: str = ""


@frozen
class PgIndexKey:
    """A part of an index: a column by `name`, or an `expression`.

    `operator_class` is named where it is not the default of the type; `collation` where it is not the column's.
    """

    name: str | None
    expression: str | None = None
    is_descending: bool = False
    is_nulls_first: bool = False
    operator_class: str | None = None
    collation: str | None = None


@frozen
class PgIndex:
    """An index. `constraint` tells what it was made for; `method` is btree, gin, gist, …"""

    name: str
    keys: tuple[PgIndexKey, ...]
    method: str = "btree"
    is_unique: bool = False
    is_valid: bool = True
    is_nulls_not_distinct: bool = False
    where: str | None = None
    included: tuple[str, ...] = ()
    constraint: Literal["primary key", "unique", "exclusion"] | None = None
    is_deferrable: bool = False
    definition: str = ""


@frozen
class PgTable:
    """A table that holds rows, or a partitioned one, whose partitions hold them.

    `divisions` say of it and of all partitions how it is divided, and which part each holds.

    `parents` are the tables that it inherits from (not those that it is a partition of). `estimated_rows` is what
    statistics say, -1 where there are none. `size_bytes` is the table's with its indexes and what is stored out of
    line, and of a partitioned table that of all its partitions. `secured_by` are policies of row security.
    `triggers` and `rules` are definitions by their names.
    """

    schema: str
    name: str
    columns: tuple[PgColumn, ...]
    kind: RelationKind = "table"
    primary_key: tuple[str, ...] = ()
    checks: tuple[PgCheck, ...] = ()
    foreign_keys: tuple[PgForeignKey, ...] = ()
    indexes: tuple[PgIndex, ...] = ()
    triggers: tuple[PgDefinition, ...] = ()
    rules: tuple[PgDefinition, ...] = ()
    policies: tuple[PgDefinition, ...] = ()
    is_row_security_on: bool = False
    partitions: tuple[str, ...] = ()
    divisions: tuple[PgDefinition, ...] = ()
    parents: tuple[str, ...] = ()
    comment: str | None = None
    estimated_rows: int = -1
    size_bytes: int = 0
    is_readable: bool = True

    @property
    def key(self) -> tuple[str, str]:
        return self.schema, self.name

    @property
    def qualified(self) -> str:
        """Its name for readers: `public.users`."""
        return f"{self.schema}.{self.name}"

    def column(self, name: str) -> PgColumn:
        """Return the column of exactly this name; raises KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


@frozen
class PgDefinition:
    """Something by its name, with the SQL that makes it: a trigger, a rule, a policy, a function."""

    name: str
    definition: str = ""


@frozen
class PgView:
    """A view or a materialized view; `definition` is its SELECT."""

    schema: str
    name: str
    definition: str
    columns: tuple[PgColumn, ...]
    is_materialized: bool = False
    comment: str | None = None

    @property
    def qualified(self) -> str:
        return f"{self.schema}.{self.name}"


@frozen
class PgDatabase:
    """One state of a database: all schemas but the system's own.

    `encoding` and `collation` are the database's. `functions` are those that no extension brought, `sequences` those
    that no identity or serial column takes its values from. `others` are things by their kind:
    `("publication", "orders_out")`.
    """

    name: str
    version: str
    encoding: str
    collation: str
    tables: tuple[PgTable, ...] = ()
    views: tuple[PgView, ...] = ()
    functions: tuple[PgDefinition, ...] = ()
    sequences: tuple[PgSequence, ...] = ()
    extensions: tuple[str, ...] = ()
    others: tuple[tuple[str, str], ...] = ()
    size_bytes: int = 0
