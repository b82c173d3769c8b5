"""Keys and triggers put aside while rows are replaced, and put back as they were, all in one transaction."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import Any, TypeAlias

from noormme_py.errors import TransferError
from noormme_py.frozen import frozen
from noormme_py.postgres.model import PgTable
from noormme_py.postgres.server.identifiers import qualified, quoted
from noormme_py.postgres.server.session import Session

# A key of a partitioned table has children that go and come with it; one of a partition alone has no parent.
_KEYS = """
    select cn.nspname, c.relname, k.conname, pg_catalog.pg_get_constraintdef(k.oid), k.convalidated,
           pn.nspname, p.relname,
           array(select a.attname::text from unnest(k.conkey) with ordinality as u (n, place)
                 join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.n order by place),
           array(select a.attname::text from unnest(k.confkey) with ordinality as u (n, place)
                 join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.n order by place)
    from pg_catalog.pg_constraint k
    join pg_catalog.pg_class c on c.oid = k.conrelid
    join pg_catalog.pg_namespace cn on cn.oid = c.relnamespace
    join pg_catalog.pg_class p on p.oid = k.confrelid
    join pg_catalog.pg_namespace pn on pn.oid = p.relnamespace
    where k.contype = 'f' and k.conparentid = 0
      and (cn.nspname || '.' || c.relname = any (%s) or pn.nspname || '.' || p.relname = any (%s))
    order by 1, 2, 3
"""
# A check that is not valid is held against new rows, and those that are written are to it.
_CHECKS = """
    select n.nspname, c.relname, k.conname, pg_catalog.pg_get_constraintdef(k.oid)
    from pg_catalog.pg_constraint k
    join pg_catalog.pg_class c on c.oid = k.conrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where k.contype = 'c' and not k.convalidated and k.coninhcount = 0
      and n.nspname || '.' || c.relname = any (%s)
    order by 1, 2, 3
"""
_TRIGGERS = """
    select n.nspname, c.relname, t.tgname, t.tgenabled::text
    from pg_catalog.pg_trigger t
    join pg_catalog.pg_class c on c.oid = t.tgrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where not t.tgisinternal and t.tgenabled <> 'D' and n.nspname || '.' || c.relname = any (%s)
    order by 1, 2, 3
"""
_RULES = """
    select n.nspname, c.relname, r.rulename, r.ev_enabled::text
    from pg_catalog.pg_rewrite r
    join pg_catalog.pg_class c on c.oid = r.ev_class
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where r.rulename <> '_RETURN' and r.ev_enabled <> 'D' and n.nspname || '.' || c.relname = any (%s)
    order by 1, 2, 3
"""
# As pg_trigger.tgenabled has them, and pg_rewrite.ev_enabled.
_ENABLED = {"O": "enable", "A": "enable always", "R": "enable replica"}

Orphaned: TypeAlias = Mapping[tuple[str, str], int]
"""How many rows of a table have no parent in another one, both by their names in PostgreSQL: `public.users`."""


@frozen
class KeyAside:
    """A foreign key, or a check that is not valid; `definition` is the whole of it.

    `orphans` are PostgreSQL's rows that break a key already.
    """

    table: tuple[str, str]
    name: str
    definition: str
    orphans: int = 0


@contextmanager
def constraints_aside(session: Session, tables: Iterable[PgTable], orphans: Orphaned) -> Generator[list[str]]:
    """Have no foreign key from or to these tables, and no trigger or rule of theirs, until the end of the block.

    Putting a key back looks through all rows, so that what breaks it raises TransferError. `orphans` counts rows
    without a parent that are to be written: a key that PostgreSQL's rows break already comes back NOT VALID, which the
    yielded list tells. Whether the others are sound is PostgreSQL's to say when they come back.
    """
    names = [name for table in tables for name in (table.qualified, *table.partitions)]
    keys = [_aside(session, row, orphans) for row in session.query(_KEYS, (names, names))]
    keys += [KeyAside((row[0], row[1]), row[2], row[3]) for row in session.query(_CHECKS, (names,))]
    for key in keys:
        session.execute(f"alter table {qualified(*key.table)} drop constraint {quoted(key.name)}")
    aside = [("trigger", *row) for row in session.query(_TRIGGERS, (names,))]
    aside += [("rule", *row) for row in session.query(_RULES, (names,))]
    for kind, schema, name, what, _ in aside:
        session.execute(f"alter table only {qualified(schema, name)} disable {kind} {quoted(what)}")
    notes: list[str] = []
    yield notes
    # A table that has deferred checks to be done cannot be altered.
    session.execute("set constraints all immediate")
    for kind, schema, name, what, enabled in aside:
        how = _ENABLED.get(enabled, "enable")
        session.execute(f"alter table only {qualified(schema, name)} {how} {kind} {quoted(what)}")
    for key in keys:
        definition = key.definition
        if key.orphans:
            definition += " NOT VALID"
            notes.append(
                f"the key {key.name} is NOT VALID now: {key.orphans:,} rows had no parent before, and PostgreSQL"
                " lets no such key be made again"
            )
        try:
            session.execute(f"alter table {qualified(*key.table)} add constraint {quoted(key.name)} {definition}")
        except TransferError as error:
            error.hint = "rows without a parent? `noormme doctor` shows them: mend them, or --exclude the table"
            raise


def _aside(session: Session, row: tuple[Any, ...], orphans: Orphaned) -> KeyAside:
    schema, name, key, definition, is_valid, parent_schema, parent, columns, parent_columns = row
    table = (schema, name)
    here = orphans.get((f"{schema}.{name}", f"{parent_schema}.{parent}"), 0)
    if not here or not is_valid:
        return KeyAside(table, key, definition)
    there = _orphans(session, table, (parent_schema, parent), columns, parent_columns)
    return KeyAside(table, key, definition, there)


def _orphans(
    session: Session, table: tuple[str, str], parent: tuple[str, str], columns: list[str], parent_columns: list[str]
) -> int:
    """Return how many rows of PostgreSQL's have no parent."""
    same = " and ".join(
        f"p.{quoted(theirs)} = c.{quoted(ours)}" for ours, theirs in zip(columns, parent_columns, strict=True)
    )
    known = " and ".join(f"c.{quoted(ours)} is not null" for ours in columns)
    sql = (
        f"select count(*) from {qualified(*table)} c where {known}"
        f" and not exists (select from {qualified(*parent)} p where {same})"
    )
    return int(session.query(sql)[0][0])
