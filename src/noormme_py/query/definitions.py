"""The node kinds of DDL: tables, their columns and constraints, indexes and views."""

from __future__ import annotations

from typing import Literal

from noormme_py.frozen import frozen, sparse
from noormme_py.query.nodes import Node, Select
from noormme_py.schema.model import Action, Generated

DropKind = Literal["table", "index", "view", "trigger"]


@frozen
class References(Node):
    """What a foreign key refers to. No `columns`: the parent's primary key."""

    table: str
    columns: tuple[str, ...] = ()
    on_delete: Action | None = None
    on_update: Action | None = None
    is_deferred: bool = False


@frozen
class ColumnDefinition(Node):
    """One column with its constraints."""

    name: str
    type: str
    is_primary_key: bool = False
    is_autoincrement: bool = False
    is_not_null: bool = False
    is_unique: bool = False
    default: Node | None = None
    check: Node | None = None
    collation: str | None = None
    references: References | None = None
    generated_as: Node | None = None
    generated: Generated = "virtual"


@frozen
class KeyConstraint(Node):
    """PRIMARY KEY or UNIQUE over several columns."""

    columns: tuple[str, ...]
    is_primary: bool = False
    name: str | None = None


@frozen
class ForeignKeyConstraint(Node):
    columns: tuple[str, ...]
    references: References
    name: str | None = None


@frozen
class CheckConstraint(Node):
    condition: Node
    name: str | None = None


@sparse
class CreateTable(Node):
    name: str
    columns: tuple[ColumnDefinition, ...] = ()
    constraints: tuple[Node, ...] = ()
    query: Select | None = None
    if_not_exists: bool = False
    is_strict: bool = False
    is_without_rowid: bool = False


@frozen
class AddColumn(Node):
    column: ColumnDefinition


@frozen
class RenameColumn(Node):
    name: str
    new_name: str


@frozen
class DropColumn(Node):
    name: str


@frozen
class RenameTable(Node):
    new_name: str


@sparse
class AlterTable(Node):
    name: str
    action: Node | None = None


@sparse
class CreateIndex(Node):
    name: str
    table: str | None = None
    columns: tuple[Node, ...] = ()
    where: Node | None = None
    is_unique: bool = False
    if_not_exists: bool = False


@sparse
class CreateView(Node):
    name: str
    query: Select | None = None
    columns: tuple[str, ...] = ()
    if_not_exists: bool = False


@sparse
class Drop(Node):
    kind: DropKind
    name: str
    if_exists: bool = False
