"""What is done once all rows are there: sequences go on where they stood, and foreign keys are looked through."""

from __future__ import annotations

from collections.abc import Iterable

from noormme_py.names import fold, quote
from noormme_py.postgres.move.report import Orphans
from noormme_py.postgres.plan.planned import PlannedTable
from noormme_py.postgres.rows.building import Building, Reading


def set_sequences(tables: Iterable[PlannedTable], building: Building) -> None:
    """Have SQLite give out no number that PostgreSQL gave out before."""
    for table in tables:
        if not table.is_autoincrement or table.rowid_alias is None:
            continue
        highest = building.query(f"select max({quote(table.rowid_alias)}) from {quote(table.name)}")[0][0]
        last = max(int(str(highest or 0)), table.last_id or 0)
        building.execute("delete from sqlite_sequence where name = ?", (table.name,))
        if last > 0:
            building.execute("insert into sqlite_sequence (name, seq) values (?, ?)", (table.name, last))


def find_orphans(tables: Iterable[PlannedTable], reading: Reading) -> tuple[Orphans, ...]:
    """Return the rows whose parents are missing, counted by table and parent."""
    found: list[Orphans] = []
    for table in tables:
        if not table.foreign_keys:
            continue
        is_valid = {key.name: key.is_valid for key in table.source.foreign_keys}
        valid = {fold(key.parent): is_valid[key.name] for key in table.foreign_keys}
        counts = reading.query("select parent, count(*) from pragma_foreign_key_check(?) group by 1", (table.name,))
        found += [
            Orphans(table.name, str(parent), int(str(count)), valid.get(fold(str(parent)), True))
            for parent, count in counts
        ]
    return tuple(found)
