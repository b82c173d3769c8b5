"""Names in the SQL that is sent to PostgreSQL."""

from __future__ import annotations

from noormme_py.postgres.model import PgTable


def quoted(name: str) -> str:
    """Return a name as a quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def qualified(schema: str, name: str) -> str:
    """Return the quoted name of something in a schema."""
    return f"{quoted(schema)}.{quoted(name)}"


def relation(table: PgTable) -> str:
    """Return what to select the rows of this table from: each row once, not those of tables that inherit from it."""
    name = qualified(*table.key)
    return name if table.kind == "partitioned" else f"only {name}"
