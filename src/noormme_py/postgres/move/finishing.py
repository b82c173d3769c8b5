"""What is done once all rows are there: sequences go on where they stood, and foreign keys are looked through."""

from __future__ import annotations

from collections.abc import Iterable

from noormme_py.names import fold, quote
from noormme_py.postgres.move.report import Orphans
from noormme_py.postgres.plan.planned import PlannedForeignKey, PlannedTable
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
        keys = _keys_by_number(table, reading)
        valid = {key.name: key.is_valid for key in table.source.foreign_keys}
        counts = reading.query(
            "select parent, fkid, count(*) from pragma_foreign_key_check(?) group by 1, 2", (table.name,)
        )
        for parent, number, count in counts:
            key = keys.get(int(str(number)))
            is_valid = key is None or valid.get(key.name, True)
            source = "" if key is None else key.source
            found.append(Orphans(table.name, str(parent), int(str(count)), is_valid, source))
    return tuple(found)


def _keys_by_number(table: PlannedTable, reading: Reading) -> dict[int, PlannedForeignKey]:
    """Return the planned keys by the numbers that SQLite gives them."""
    parts: dict[int, tuple[str, list[str]]] = {}
    listed = reading.query('select id, "table", "from" from pragma_foreign_key_list(?) order by id, seq', (table.name,))
    for number, parent, column in listed:
        parts.setdefault(int(str(number)), (fold(str(parent)), []))[1].append(fold(str(column)))
    planned = {(fold(key.parent), tuple(map(fold, key.columns))): key for key in table.foreign_keys}
    return {
        number: planned[parent, tuple(columns)]
        for number, (parent, columns) in parts.items()
        if (parent, tuple(columns)) in planned
    }
