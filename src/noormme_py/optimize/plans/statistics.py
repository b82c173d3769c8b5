"""What the planner knows of the rows: read, compared, and put in place of what is there."""

from __future__ import annotations

from typing import Any

from noormme_py.frozen import frozen
from noormme_py.query.statement import Cursor, Operation, Raw, Statement, ask, nothing

# The second one is kept by builds of SQLite that were made for it alone.
_TABLES = ("sqlite_stat1", "sqlite_stat4")

TableStatistics = tuple[str, str | None, str]
"""A row of sqlite_stat1: the table, an index of it or None, and the figures."""


@frozen
class Statistics:
    """The rows of sqlite_stat1 and sqlite_stat4. None where there is no such table."""

    stat1: tuple[tuple[Raw, ...], ...] | None = None
    stat4: tuple[tuple[Raw, ...], ...] | None = None

    @property
    def figures(self) -> tuple[TableStatistics, ...]:
        """What is known of each index, in the order of the names."""
        rows = [(str(row[0]), None if row[1] is None else str(row[1]), str(row[2])) for row in self.stat1 or ()]
        return tuple(sorted(rows, key=lambda row: (row[0], row[1] or "")))

    def changed_tables(self, after: Statistics) -> tuple[str, ...]:
        """Return the tables of which something else is known."""
        differing = set(self.figures) ^ set(after.figures)
        return tuple(sorted({table for table, _, _ in differing}))


UNKNOWN = Statistics()


def read_statistics() -> Operation[Statistics]:
    """Read what the planner knows."""
    names = "select name from main.sqlite_schema where type = 'table' and name in ('sqlite_stat1', 'sqlite_stat4')"
    there = {row[0] for row in (yield from ask(Statement(names, (), _all)))}
    found: list[tuple[tuple[Raw, ...], ...] | None] = []
    for table in _TABLES:
        rows = (yield from ask(Statement(f"select * from main.{table}", (), _all))) if table in there else None
        found.append(None if rows is None else tuple(map(tuple, rows)))
    return Statistics(*found)


def replace_statistics(wanted: Statistics) -> Operation[None]:
    """Put statistics in place of those that there are, all or nothing inside of a transaction.

    sqlite_stat1 is made anew: that changes the version of the schema, and by that alone every other connection, of
    whatever process, learns that there are others. sqlite_stat4 is emptied, for most builds could not make another.
    """
    there = yield from read_statistics()
    if there.stat1 is not None:
        yield from ask(Statement("drop table main.sqlite_stat1", (), nothing))
    if there.stat4 is not None:
        yield from ask(Statement("delete from main.sqlite_stat4", (), nothing))
    yield from ask(Statement(_LOADING, (), nothing))
    for table, rows in zip(_TABLES, (wanted.stat1, wanted.stat4), strict=True):
        for row in rows or ():
            marks = ", ".join("?" * len(row))
            yield from ask(Statement(f"insert into main.{table} values ({marks})", row, nothing))
    yield from ask(Statement(_LOADING, (), nothing))


# It makes the tables where there are none, and has the connection read them.
_LOADING = "analyze main.sqlite_schema"


def _all(cursor: Cursor) -> list[Any]:
    return cursor.fetchall()
