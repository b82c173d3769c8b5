"""A schema as plain values, and the operations of its tables."""

from __future__ import annotations

from typing import Any

from noormme_py.client.catalog import Catalog, Customs, Limits, TableOperations
from noormme_py.codec.registry import Codecs
from noormme_py.frozen import replaced
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
    columns=(column("members", "user", "INTEGER"), column("members", "club", "TEXT")),
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
LOG = Table(name="log", kind="table", columns=(column("log", "line", "TEXT"),))
SCHEMA = Schema(1, (USERS, MEMBERS, COUNTERS, LOG))


def operations(table: str, *, batch_size: int = 3, max_variables: int = 100) -> TableOperations[Any]:
    return Catalog(SCHEMA, Customs(Codecs()), Limits(batch_size, max_variables)).table(table)
