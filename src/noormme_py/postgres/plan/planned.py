"""What is to be made in SQLite, as frozen values: the plan of a move, before anything is moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from noormme_py.frozen import frozen
from noormme_py.postgres.fate import Fate
from noormme_py.postgres.form import Form
from noormme_py.postgres.model import PgColumn, PgTable
from noormme_py.query.statement import Raw
from noormme_py.schema.model import Action

Hook: TypeAlias = Callable[[Any], Raw]
"""Given a value as it would be stored, or None; returns what is stored instead."""


@frozen
class MoveOptions:
    """What is moved, and how. Names of tables are `schema.table` or `table`, with `*` and `?` as in file names.

    `where` has conditions in PostgreSQL's SQL by tables, `types` forms by PostgreSQL's types.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    types: tuple[tuple[str, str], ...] = ()
    is_snake_case: bool = False
    is_strict: bool = False


@frozen
class PlannedColumn:
    """A column. `declared` is its type in SQLite, `default` and `generated_as` are SQLite's SQL.

    `hook` changes what is stored; then the values are not PostgreSQL's any more. `codec` is what the library has to be
    told for the column, where its declared type does not say it.
    """

    source: PgColumn
    name: str
    form: Form
    declared: str
    is_nullable: bool = True
    default: str | None = None
    generated_as: str | None = None
    hook: Hook | None = None
    codec: str | None = None


@frozen
class PlannedCheck:
    """A condition in SQLite's SQL; `source` names the constraint in PostgreSQL and `text` is what it says there.

    `is_of_type` says that it is what a type means, such as a length, which PostgreSQL lets no value break.
    """

    name: str | None
    expression: str
    source: str
    text: str
    notes: tuple[str, ...] = ()
    is_of_type: bool = False


@frozen
class PlannedForeignKey:
    """A foreign key in SQLite's names."""

    name: str
    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]
    on_update: Action
    on_delete: Action
    is_deferred: bool
    source: str


@frozen
class PlannedIndex:
    """An index. `keys` are SQL: a quoted name or an expression, with its order."""

    name: str
    keys: tuple[str, ...]
    is_unique: bool
    where: str | None
    source: str
    kind: str
    text: str
    notes: tuple[str, ...] = ()


@frozen
class PlannedTable:
    """A table. `rowid_alias` is the column that is the rowid; `last_id` is where its sequence stands."""

    source: PgTable
    name: str
    columns: tuple[PlannedColumn, ...]
    primary_key: tuple[str, ...] = ()
    rowid_alias: str | None = None
    is_autoincrement: bool = False
    last_id: int | None = None
    checks: tuple[PlannedCheck, ...] = ()
    foreign_keys: tuple[PlannedForeignKey, ...] = ()
    indexes: tuple[PlannedIndex, ...] = ()
    is_strict: bool = False
    where: str | None = None

    @property
    def stored(self) -> tuple[PlannedColumn, ...]:
        """The columns that rows are written with: all that SQLite does not compute."""
        return tuple(column for column in self.columns if column.generated_as is None)


@frozen
class Plan:
    """What is to be made, and what becomes of everything else.

    The fates of tables, columns and keys are known before the move. Those of checks, indexes and views are known when
    their translations have been tried on the rows.
    """

    tables: tuple[PlannedTable, ...]
    fates: tuple[Fate, ...]
    names: Mapping[tuple[str, str], str]
