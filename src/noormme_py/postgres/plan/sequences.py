"""What becomes of the sequences that columns draw their numbers from."""

from __future__ import annotations

from collections.abc import Iterable

from noormme_py.frozen import replaced
from noormme_py.postgres.fate import Fate, carried
from noormme_py.postgres.model import PgSequence
from noormme_py.postgres.plan.planned import PlannedTable


def with_sequence(table: PlannedTable) -> PlannedTable:
    """Say where the numbers of a table go on, where PostgreSQL takes them from a sequence, which gives none twice."""
    for column in table.columns:
        if column.name == table.rowid_alias and column.source.sequence is not None:
            return replaced(table, is_autoincrement=True, last_id=column.source.sequence.last_value)
    return table


def sequence_fates(tables: Iterable[PlannedTable]) -> Iterable[Fate]:
    """Yield the fates of the sequences that go on as the numbers of a primary key."""
    known = list(tables)
    users: dict[tuple[str, str], list[str]] = {}
    for table in known:
        for column in table.columns:
            if (sequence := column.source.sequence) is not None:
                place = f"{table.source.qualified}.{column.source.name}"
                users.setdefault((sequence.schema, sequence.name), []).append(place)
    for table in known:
        for column in table.columns:
            sequence = column.source.sequence
            if sequence is not None and column.name == table.rowid_alias:
                place = f"{table.source.qualified}.{column.source.name}"
                others = [one for one in users[sequence.schema, sequence.name] if one != place]
                yield _fate(sequence, f"{table.name}.{column.name}", others)


def _fate(sequence: PgSequence, target: str, others: list[str]) -> Fate:
    notes: list[str] = []
    if sequence.increment != 1:
        notes.append(f"SQLite counts up by 1, not by {sequence.increment}")
    if others:
        notes.append(f"it also numbers {', '.join(others)}: here each table counts for itself, and numbers may meet")
    return carried("sequence", f"{sequence.schema}.{sequence.name}", target, notes)
