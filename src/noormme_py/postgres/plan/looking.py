"""Looking at a source before anything is moved: what it is, and what its values are like."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from noormme_py.errors import TransferError
from noormme_py.postgres.catalog.database import read_database
from noormme_py.postgres.model import PgDatabase
from noormme_py.postgres.plan.facts import ColumnFacts, Facts, facts_of, facts_query
from noormme_py.postgres.plan.planned import MoveOptions, Plan
from noormme_py.postgres.plan.planner import movable
from noormme_py.postgres.plan.selection import condition
from noormme_py.postgres.progress import Listener, Progress, nobody
from noormme_py.postgres.server.identifiers import relation
from noormme_py.postgres.server.session import Session

T = TypeVar("T")

_TRIES = 10
# The catalog as the snapshot has it, and where the rows of a table are now.
_REWRITTEN = """
    select n.nspname || '.' || c.relname
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname || '.' || c.relname = any (%s)
      and c.relfilenode is distinct from pg_catalog.pg_relation_filenode(c.oid)
"""


class StaleSnapshot(TransferError):
    """A table was emptied or rewritten after the snapshot was taken and before the table was locked."""


def of_one_moment(session: Session, work: Callable[[], T]) -> T:
    """Do what begins with `look` inside of a snapshot, of a later one where the first turns out to be stale."""
    for left in reversed(range(_TRIES)):
        try:
            with session.snapshot():
                return work()
        except StaleSnapshot:
            if not left:
                raise
    raise AssertionError("the last try returns or raises")


def look(session: Session, options: MoveOptions, listener: Listener = nobody) -> tuple[PgDatabase, Facts]:
    """Return what a source is and what its values are like; raises TransferError for a table that may not be read.

    Its tables stay locked against what a snapshot does not hold back: TRUNCATE and rewriting. Raises StaleSnapshot
    where that has happened already: to the snapshot such a table is empty.
    """
    listener(Progress("looking"))
    database = read_database(session)
    tables = movable(database, options)
    hidden = [table.qualified for table in tables if not table.is_readable]
    if hidden:
        raise TransferError(
            f"this user may not read {', '.join(hidden[:5])}{' and others' if len(hidden) > 5 else ''}",
            hint="let the owner grant SELECT on it, or leave it out with --exclude",
        )
    session.lock(table.key for table in tables if table.kind != "foreign")
    names = [name for table in tables for name in (table.qualified, *table.partitions)]
    if rewritten := session.query(_REWRITTEN, (names,)):
        raise StaleSnapshot(
            f"{rewritten[0][0]} is emptied or rewritten again and again",
            hint="wait until that is done, or --exclude it",
        )
    facts: dict[tuple[str, str, str], ColumnFacts] = {}
    for table in tables:
        listener(Progress("looking", table.qualified))
        asked = facts_query(table, condition(table, options))
        if asked is not None:
            facts |= facts_of(table, asked[1], session.query(asked[0])[0])
    return database, facts


def estimated_rows(session: Session, made: Plan) -> int:
    """Return about how many rows are to be moved: by PostgreSQL's statistics, counted where it has none."""
    total = 0
    for table in made.tables:
        known = table.source.estimated_rows
        if known >= 0 and table.where is None:
            total += known
        else:
            where = f" where {table.where}" if table.where else ""
            total += int(session.query(f"select count(*) from {relation(table.source)}{where}")[0][0])
    return total
