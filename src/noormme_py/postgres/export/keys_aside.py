"""Foreign keys and checks of tables, by their definitions, and the rows that break them."""

from __future__ import annotations

from collections.abc import Sequence

from noormme_py.frozen import frozen, replaced
from noormme_py.postgres.server.identifiers import qualified, quoted
from noormme_py.postgres.server.session import Session

# A key of a partitioned table has children that go and come with it; one of a partition alone has no parent.
_KEYS = """
    select cn.nspname, c.relname, k.conname, pg_catalog.pg_get_constraintdef(k.oid),
           pg_catalog.obj_description(k.oid, 'pg_constraint'), k.convalidated, pn.nspname, p.relname,
           array(select a.attname::text from unnest(k.conkey) with ordinality as u (n, place)
                 join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.n order by place),
           array(select a.attname::text from unnest(k.confkey) with ordinality as u (n, place)
                 join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.n order by place),
           k.confmatchtype = 'f'
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
    select n.nspname, c.relname, k.conname, pg_catalog.pg_get_constraintdef(k.oid),
           pg_catalog.obj_description(k.oid, 'pg_constraint')
    from pg_catalog.pg_constraint k
    join pg_catalog.pg_class c on c.oid = k.conrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where k.contype = 'c' and not k.convalidated and k.coninhcount = 0
      and n.nspname || '.' || c.relname = any (%s)
    order by 1, 2, 3
"""


@frozen
class KeyAside:
    """A foreign key, or a check that is not valid; `definition` is the whole of it.

    `orphans` are PostgreSQL's rows that break a key which is held to be valid, `orphans_told` tells them from others.
    """

    table: tuple[str, str]
    name: str
    definition: str
    comment: str | None = None
    is_valid: bool = False
    parent: tuple[str, str] = ("", "")
    columns: tuple[str, ...] = ()
    parent_columns: tuple[str, ...] = ()
    is_match_full: bool = False
    orphans: int = 0
    orphans_told: str = ""

    def with_orphans(self, orphans: tuple[int, str]) -> KeyAside:
        """Return the key with the rows that break it, as `orphans_of` tells them."""
        return replaced(self, orphans=orphans[0], orphans_told=orphans[1])


def keys_of(session: Session, names: Sequence[str]) -> list[KeyAside]:
    """Return the foreign keys that begin or end at tables of these names (`public.users`)."""
    return [
        KeyAside(
            (schema, name), key, definition, comment, is_valid, (above, parent), tuple(ours), tuple(theirs), is_full
        )
        for schema, name, key, definition, comment, is_valid, above, parent, ours, theirs, is_full in session.query(
            _KEYS, (names, names)
        )
    ]


def checks_of(session: Session, names: Sequence[str]) -> list[KeyAside]:
    """Return the checks of tables of these names that are not valid."""
    return [
        KeyAside((schema, name), check, definition, comment)
        for schema, name, check, definition, comment in session.query(_CHECKS, (names,))
    ]


def orphans_of(session: Session, key: KeyAside) -> tuple[int, str]:
    """Return how many rows of PostgreSQL's break a foreign key, and a sum that tells them from others."""
    same = " and ".join(
        f"p.{quoted(theirs)} = c.{quoted(ours)}" for ours, theirs in zip(key.columns, key.parent_columns, strict=True)
    )
    known = " and ".join(f"c.{quoted(column)} is not null" for column in key.columns)
    broken = f"({known}) and not exists (select from {qualified(*key.parent)} p where {same})"
    if key.is_match_full:
        some = " or ".join(f"c.{quoted(column)} is not null" for column in key.columns)
        broken = f"({broken}) or (({some}) and not ({known}))"
    values = f"row({', '.join(f'c.{quoted(column)}' for column in key.columns)})::text"
    sums = f"count(*), coalesce(sum(pg_catalog.hashtextextended({values}, 0)), 0)::text"
    count, told = session.query(f"select {sums} from {qualified(*key.table)} c where {broken}")[0]
    return int(count), str(told)
