"""Keys, triggers and rules put aside while rows are replaced, and put back as they were, all in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable
from contextlib import contextmanager

from noormme_py.amounts import plural
from noormme_py.errors import TransferError
from noormme_py.frozen import frozen
from noormme_py.postgres.export.keys_aside import KeyAside, checks_of, keys_of, orphans_of
from noormme_py.postgres.model import PgTable
from noormme_py.postgres.server.attempt import attempt
from noormme_py.postgres.server.identifiers import qualified, quoted
from noormme_py.postgres.server.session import Session

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


@frozen
class Aside:
    """What stays in the way: with `has_kept_keys` a table cannot be truncated. `notes` are of keys that changed."""

    has_kept_keys: bool
    notes: list[str]


@contextmanager
def constraints_aside(
    session: Session, tables: Iterable[PgTable], sound: Collection[tuple[str, str]]
) -> Generator[Aside]:
    """Have no foreign key from or to these tables, and no trigger or rule of theirs, until the end of the block.

    Putting a key back looks through all rows, so that what breaks it raises TransferError. A key that PostgreSQL's rows
    break already stays where the user may switch off the checking of keys, and then no more rows may break it; else it
    comes back NOT VALID. It is not looked for where SQLite's rows have all their parents: `sound` has pairs of tables.
    """
    names = [name for table in tables for name in (table.qualified, *table.partitions)]
    keys = [_counted(session, key, sound) for key in keys_of(session, names)]
    broken = [key for key in keys if key.orphans]
    kept = broken if broken and _checks_no_keys(session) else []
    dropped = [*(key for key in keys if key not in kept), *checks_of(session, names)]
    for key in dropped:
        session.execute(f"alter table {qualified(*key.table)} drop constraint {quoted(key.name)}")
    aside = [("trigger", *row) for row in session.query(_TRIGGERS, (names,))]
    aside += [("rule", *row) for row in session.query(_RULES, (names,))]
    for kind, schema, name, what, _ in aside:
        session.execute(f"alter table only {qualified(schema, name)} disable {kind} {quoted(what)}")
    notes: list[str] = []
    yield Aside(bool(kept), notes)
    if kept:
        session.execute("set local session_replication_role = origin")
    # A table that has deferred checks to be done cannot be altered.
    session.execute("set constraints all immediate")
    for kind, schema, name, what, enabled in aside:
        how = _ENABLED.get(enabled, "enable")
        session.execute(f"alter table only {qualified(schema, name)} {how} {kind} {quoted(what)}")
    for key in dropped:
        _put_back(session, key, notes)
    for key in kept:
        _check_no_worse(session, key)


def _counted(session: Session, key: KeyAside, sound: Collection[tuple[str, str]]) -> KeyAside:
    is_sound = not key.is_match_full and (".".join(key.table), ".".join(key.parent)) in sound
    if not key.is_valid or is_sound:
        return key
    return key.with_orphans(orphans_of(session, key))


def _checks_no_keys(session: Session) -> bool:
    """Switch off the triggers that check foreign keys, until the end of the transaction; a superuser may."""
    done, _ = attempt(session, lambda: session.execute("set local session_replication_role = replica"))
    return done is not None


def _put_back(session: Session, key: KeyAside, notes: list[str]) -> None:
    definition = key.definition
    if key.orphans:
        definition += " NOT VALID"
        notes.append(
            f"the key {key.name} of {'.'.join(key.table)} is NOT VALID now: {plural(key.orphans, 'row')} had no parent"
            " before, and PostgreSQL lets no such key be made again"
        )
    try:
        session.execute(f"alter table {qualified(*key.table)} add constraint {quoted(key.name)} {definition}")
    except TransferError as error:
        error.hint = "rows without a parent? `noormme doctor` shows them: mend them, or --exclude the table"
        raise
    if key.comment is not None:
        # A backslash is just that in a plain string: standard_conforming_strings is on.
        text = key.comment.replace("'", "''")
        session.execute(f"comment on constraint {quoted(key.name)} on {qualified(*key.table)} is '{text}'")


def _check_no_worse(session: Session, key: KeyAside) -> None:
    now, told = orphans_of(session, key)
    if now > key.orphans or (now == key.orphans and told != key.orphans_told):
        raise TransferError(
            f"other rows of {'.'.join(key.table)} would have no parent than before ({key.name}: {now:,}, and"
            f" {key.orphans:,} before)",
            hint="`noormme doctor` shows them: mend them, or --exclude the table",
        )
