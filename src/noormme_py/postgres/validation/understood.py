"""Rows that differ in their texts, and whether PostgreSQL would read both as the same value: it is asked."""

from __future__ import annotations

from collections.abc import Iterable

from noormme_py.postgres.form import Column
from noormme_py.postgres.plan.planned import PlannedColumn, PlannedTable
from noormme_py.postgres.rows.differences import Differing
from noormme_py.postgres.rows.reading import canonical, compared
from noormme_py.postgres.server.attempt import attempt
from noormme_py.postgres.server.session import Session

_AT_ONCE = 5_000
# What their types keep of a value is less than what SQLite may hold: that PostgreSQL reads it is no sign of sameness.
_ROUNDING = frozenset({"real", "decimal", "decimal text", "timestamp", "timestamptz", "time", "timetz", "char"})
# Without a length they are of length 1.
_OF_LENGTH_ONE = frozenset({"bit", "bpchar"})


def not_understood(
    table: PlannedTable, rows: Iterable[Differing], session: Session, *, is_rounded: bool
) -> tuple[list[Differing], dict[str, int]]:
    """Return the rows that differ for PostgreSQL too, and how many values it takes for the same, by columns.

    `is_rounded` says that values were just written, so that PostgreSQL keeps of them what their types can: a
    `timestamp(0)` has no fractions.
    """
    waiting = list(rows)
    columns = [table.columns[position] for position in compared(table)]
    same: dict[str, int] = {}
    settled: dict[int, set[int]] = {}
    for place, column in enumerate(columns):
        is_loose = column.form.name in _ROUNDING or column.source.type.name in _OF_LENGTH_ONE
        if is_loose and not is_rounded:
            continue
        found = [at for at, row in enumerate(waiting) if place in row.places]
        for start in range(0, len(found), _AT_ONCE):
            some = found[start : start + _AT_ONCE]
            agreed = _agreed(column, [waiting[at] for at in some], place, session, is_rounded=is_rounded)
            for at, is_same in zip(some, agreed, strict=True):
                if is_same:
                    settled.setdefault(at, set()).add(place)
                    same[column.name] = same.get(column.name, 0) + 1
    rest = [row for at, row in enumerate(waiting) if not row.places or set(row.places) - settled.get(at, set())]
    return rest, same


def as_read(column: PlannedColumn, texts: Column, session: Session, *, is_rounded: bool = True) -> Column | None:
    """Return the texts as PostgreSQL writes what it reads of them, None where one of them is no such value at all."""
    if not all(text is None or isinstance(text, str) for text in texts):
        return None
    kind = column.source.declared
    if not is_rounded and column.source.type.kind != "array":
        kind = kind.partition("(")[0]
    value = column.form.select.format(f"x::{kind}")
    # As COPY writes it: a cast to text is another thing, and adds /32 to addresses.
    written_anew = f"case when x is not null then pg_catalog.format('%%s', {value}) end"
    sql = f"select {written_anew} from unnest(%s::text[]) with ordinality as u (x, n) order by n"
    read, _ = attempt(session, lambda: session.query(sql, (list(texts),)))
    return None if read is None else canonical(column.form, [text for (text,) in read])


def _agreed(
    column: PlannedColumn, rows: list[Differing], place: int, session: Session, *, is_rounded: bool
) -> list[bool]:
    """Return for each row whether PostgreSQL reads SQLite's text as the value that it has."""
    written = [None if row.here is None else row.here.texts[place] for row in rows]
    texts = as_read(column, written, session, is_rounded=is_rounded)
    if texts is None:
        return [False] * len(rows)
    return [row.there is not None and text == row.there.texts[place] for row, text in zip(rows, texts, strict=True)]
