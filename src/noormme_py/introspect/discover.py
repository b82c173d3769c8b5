"""Discovery: one consistent state of a database's schema, at a cost that its rows do not count in."""

from __future__ import annotations

from noormme_py.errors import DatabaseBusy
from noormme_py.introspect.assemble import assemble
from noormme_py.introspect.catalog import READING, read_catalog
from noormme_py.query.statement import Cursor, Operation, Statement, ask
from noormme_py.schema.model import Schema

_ATTEMPTS = 5
_VERSION = "pragma main.schema_version"

DISCOVERY_SQL = READING | {_VERSION}
"""The texts of all statements that discovery asks for."""


def schema_version() -> Operation[int]:
    """Read SQLite's schema cookie; every change of the schema, by any process, gives it another value."""
    return (yield from ask(Statement(_VERSION, (), _only_value)))


def discover() -> Operation[Schema]:
    """Read the schema of the main database.

    Reads again when it changes meanwhile; raises DatabaseBusy when it never stands still. What cannot be
    read (a view of a dropped table, a virtual table without its module) is there as far as it is known,
    and named in `Schema.notes`.
    """
    for _ in range(_ATTEMPTS):
        version = yield from schema_version()
        catalog = yield from read_catalog()
        if (yield from schema_version()) == version:
            return assemble(version, catalog)
    raise DatabaseBusy(
        f"the schema changed each of the {_ATTEMPTS} times it was read",
        hint="let the migration of the other process finish first",
    )


def _only_value(cursor: Cursor) -> int:
    return int(cursor.fetchone()[0])
