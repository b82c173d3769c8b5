"""The lowest and the highest value of columns, asked of both databases themselves: where they sort alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from noormme_py.names import quote
from noormme_py.postgres.plan.planned import PlannedColumn, PlannedTable
from noormme_py.postgres.rows.building import Reading
from noormme_py.postgres.rows.reading import canonical, texts_of
from noormme_py.postgres.server.identifiers import quoted, relation
from noormme_py.postgres.server.session import Session

_SORTED_ALIKE = frozenset({"integer", "real", "decimal", "date", "time", "timestamp", "timestamptz"})

Pair: TypeAlias = tuple[str | None, str | None]


def extremes(table: PlannedTable, session: Session, reading: Reading) -> Mapping[str, tuple[Pair, Pair]]:
    """Return the lowest and the highest values by columns, PostgreSQL's and SQLite's of each, as PostgreSQL's texts."""
    columns = [column for column in table.columns if column.form.name in _SORTED_ALIKE and column.hook is None]
    # NaN is above all numbers in PostgreSQL, and a text in SQLite; infinities are texts too.
    columns = [column for column in columns if column.declared != "TEXT"]
    if not columns:
        return {}
    asked = [
        f"{what}({column.form.select.format(quoted(column.source.name))})::text"
        for column in columns
        for what in ("min", "max")
    ]
    where = f" where {table.where}" if table.where else ""
    there = session.query(f"select {', '.join(asked)} from {relation(table.source)}{where}")[0]
    told = [f"{what}({quote(column.name)})" for column in columns for what in ("min", "max")]
    here = reading.query(f"select {', '.join(told)} from {quote(table.name)}")[0]
    found: dict[str, tuple[Pair, Pair]] = {}
    for place, column in enumerate(columns):
        pairs = [(_canonical(column, there[at]), _rendered(column, here[at])) for at in (2 * place, 2 * place + 1)]
        found[column.name] = pairs[0], pairs[1]
    return found


def _canonical(column: PlannedColumn, text: str | None) -> str | None:
    return None if text is None else str(canonical(column.form, [text])[0])


def _rendered(column: PlannedColumn, stored: object) -> str | None:
    if stored is None:
        return None
    (texts,) = texts_of([column], [[stored]])
    return str(texts[0])
