"""What becomes of the sequences that columns draw their numbers from."""

from __future__ import annotations

from collections.abc import Iterable

from noormme_py.frozen import replaced
from noormme_py.postgres.fate import Fate, carried, left_out
from noormme_py.postgres.model import PgSequence
from noormme_py.postgres.plan.planned import PlannedColumn, PlannedTable


def with_sequence(table: PlannedTable) -> PlannedTable:
    """Say where the numbers of a table go on, where PostgreSQL takes them from a sequence, which gives none twice."""
    for column in table.columns:
        if column.name == table.rowid_alias and column.source.sequence is not None:
            return replaced(table, is_autoincrement=True, last_id=column.source.sequence.last_value)
    return table


def sequence_fates(tables: Iterable[PlannedTable]) -> Iterable[Fate]:
    """Yield the fates of the sequences that columns draw from: those of primary keys go on in SQLite."""
    users: dict[tuple[str, str], list[tuple[PgSequence, PlannedTable, PlannedColumn]]] = {}
    for table in tables:
        for column in table.columns:
            if (sequence := column.source.sequence) is not None:
                users.setdefault((sequence.schema, sequence.name), []).append((sequence, table, column))
    for found in users.values():
        places = [f"{table.source.qualified}.{column.source.name}" for _, table, column in found]
        keys = [
            (sequence, f"{table.name}.{column.name}", [one for one in places if one != places[at]])
            for at, (sequence, table, column) in enumerate(found)
            if column.name == table.rowid_alias
        ]
        if keys:
            yield from (_fate(*key) for key in keys)
        else:
            yield _left(found[0][0], places)


def _fate(sequence: PgSequence, target: str, others: list[str]) -> Fate:
    notes: list[str] = []
    if sequence.increment != 1:
        notes.append(f"SQLite counts up by 1, not by {sequence.increment}")
    if others:
        notes.append(f"it also numbers {', '.join(others)}: here each table counts for itself, and numbers may meet")
    return carried("sequence", f"{sequence.schema}.{sequence.name}", target, notes)


def _left(sequence: PgSequence, places: list[str]) -> Fate:
    at = "was never used" if sequence.last_value is None else f"stands at {sequence.last_value}"
    note = f"SQLite has none beside primary keys; it numbers {', '.join(places)} and {at}"
    return left_out("sequence", f"{sequence.schema}.{sequence.name}", note)
