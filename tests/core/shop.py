"""A schema as plain values, and the operations of its tables."""

from __future__ import annotations

from typing import Any

from noormme_py.client.catalog import Catalog, Customs, Limits, TableOperations
from noormme_py.codec.registry import Codecs
from noormme_py.frozen import replaced
from noormme_py.repository.options import TableOptions
from noormme_py.schema.model import Column, Index, IndexColumn, Schema, Table, Trigger
from noormme_py.schema.types import affinity_of, kind_of


def column(table: str, name: str, declared: str) -> Column:
    return Column(table, name, declared, affinity_of(declared), kind_of(declared))


USERS = Table(
    name="users",
    kind="table",
    columns=(
        column("users", "id", "INTEGER"),
        column("users", "email", "TEXT"),
        column("users", "active", "BOOLEAN"),
        replaced(column("users", "domain", "TEXT"), generated="virtual", generated_as="email"),
    ),
    primary_key=("id",),
    rowid_alias="id",
    indexes=(Index("one_email", "users", (IndexColumn("email"),), is_unique=True),),
)
MEMBERS = Table(
    name="members",
    kind="table",
    columns=(
        replaced(column("members", "user", "INTEGER"), is_nullable=False),
        replaced(column("members", "club", "TEXT"), is_nullable=False),
    ),
    primary_key=("user", "club"),
    is_without_rowid=True,
)
COUNTERS = Table(
    name="counters",
    kind="table",
    columns=(column("counters", "name", "TEXT"), column("counters", "hits", "INTEGER")),
    primary_key=("name",),
    triggers=(Trigger("touched", "counters", "create trigger touched …"),),
)
TASKS = Table(
    name="tasks",
    kind="table",
    columns=(
        column("tasks", "id", "INTEGER"),
        column("tasks", "name", "TEXT"),
        replaced(column("tasks", "version", "INTEGER"), is_nullable=False),
        replaced(column("tasks", "gone", "BOOLEAN"), is_nullable=False),
        column("tasks", "gone_at", "TIMESTAMP"),
    ),
    primary_key=("id",),
    rowid_alias="id",
)
LOG = Table(name="log", kind="table", columns=(column("log", "line", "TEXT"),))
SCHEMA = Schema(1, (USERS, MEMBERS, COUNTERS, TASKS, LOG))


def operations(
    table: str,
    *,
    batch_size: int = 3,
    max_variables: int = 100,
    options: TableOptions | None = None,
    sees_deleted: bool = False,
) -> TableOperations[Any]:
    customs = Customs(Codecs(), options={} if options is None else {table: options})
    return Catalog(SCHEMA, customs, Limits(batch_size, max_variables)).table(table, sees_deleted=sees_deleted)
