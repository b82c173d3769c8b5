"""Keys and triggers put aside while rows are replaced, and put back as they were, all in one transaction."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager

from noormme_py.postgres.identifiers import qualified, quoted
from noormme_py.postgres.model import PgDatabase, PgForeignKey, PgTable
from noormme_py.postgres.session import Session

_TRIGGERS = """
    select n.nspname, c.relname, t.tgname, t.tgenabled::text
    from pg_catalog.pg_trigger t
    join pg_catalog.pg_class c on c.oid = t.tgrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where not t.tgisinternal and t.tgenabled <> 'D' and n.nspname || '.' || c.relname = any (%s)
"""
# As pg_trigger.tgenabled has them.
_ENABLED = {"O": "enable", "A": "enable always", "R": "enable replica"}


@contextmanager
def constraints_aside(session: Session, database: PgDatabase, tables: Iterable[PgTable]) -> Generator[None]:
    """Have no foreign key that begins or ends at these tables, and no trigger of theirs, until the end of the block.

    Putting a key back looks through all rows, so that what breaks it raises TransferError.
    """
    concerned = list(tables)
    keys = list(_foreign_keys(database, concerned))
    for table, key in keys:
        session.execute(f"alter table {qualified(*table.key)} drop constraint {quoted(key.name)}")
    names = [name for table in concerned for name in (table.qualified, *table.partitions)]
    triggers = session.query(_TRIGGERS, (names,))
    for schema, name, trigger, _ in triggers:
        session.execute(f"alter table only {qualified(schema, name)} disable trigger {quoted(trigger)}")
    yield
    for schema, name, trigger, enabled in triggers:
        how = _ENABLED.get(enabled, "enable")
        session.execute(f"alter table only {qualified(schema, name)} {how} trigger {quoted(trigger)}")
    for table, key in keys:
        session.execute(f"alter table {qualified(*table.key)} add constraint {quoted(key.name)} {key.definition}")


def _foreign_keys(database: PgDatabase, tables: list[PgTable]) -> Iterable[tuple[PgTable, PgForeignKey]]:
    concerned = {table.key for table in tables}
    for table in database.tables:
        for key in table.foreign_keys:
            if table.key in concerned or (key.parent_schema, key.parent_table) in concerned:
                yield table, key
