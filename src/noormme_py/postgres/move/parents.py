"""Foreign keys that SQLite can find no parent by: it wants a unique index on just the columns that are referred to.

With such a key in its text, every write to a table ends in "foreign key mismatch".
"""

from __future__ import annotations

from collections.abc import Iterable

from noormme_py.frozen import replaced
from noormme_py.names import fold
from noormme_py.postgres.fate import Fate, left_out
from noormme_py.postgres.plan.planned import PlannedForeignKey, PlannedTable
from noormme_py.postgres.rows.building import Building, Reading

Keys = frozenset[frozenset[str]]

# An index that is unique on some rows alone is none that a foreign key can use.
_UNIQUE = """
select i.name, c.name from pragma_index_list(?) i, pragma_index_info(i.name) c where i."unique" and not i.partial
"""


def without_parentless_keys(
    tables: Iterable[PlannedTable], building: Building
) -> tuple[list[PlannedTable], list[Fate]]:
    """Return the tables without those foreign keys that SQLite cannot use, and the fates of those.

    All indexes of all tables have to be there.
    """
    known = {table.name: table for table in tables}
    unique = {
        name: _unique_keys(known[name], building)
        for name in {key.parent for table in known.values() for key in table.foreign_keys}
    }
    found: list[PlannedTable] = []
    fates: list[Fate] = []
    for table in known.values():
        refused = [key for key in table.foreign_keys if _columns(key.parent_columns) not in unique[key.parent]]
        fates += [_fate(table, key) for key in refused]
        kept = tuple(key for key in table.foreign_keys if key not in refused)
        found.append(replaced(table, foreign_keys=kept) if refused else table)
    return found, fates


def _unique_keys(table: PlannedTable, reading: Reading) -> Keys:
    """Return the sets of columns that are unique in a table."""
    indexes: dict[str, set[str]] = {}
    for index, column in reading.query(_UNIQUE, (table.name,)):
        # An expression has no name, and no column's either.
        indexes.setdefault(str(index), set()).add("" if column is None else fold(str(column)))
    alias = [] if table.rowid_alias is None else [_columns([table.rowid_alias])]
    return frozenset([*alias, *(frozenset(columns) for columns in indexes.values())])


def _columns(names: Iterable[str]) -> frozenset[str]:
    return frozenset(map(fold, names))


def _fate(table: PlannedTable, key: PlannedForeignKey) -> Fate:
    definition = next((one.definition for one in table.source.foreign_keys if one.name == key.name), None)
    named = f"{key.parent} ({', '.join(key.parent_columns)})"
    return left_out("foreign key", key.source, f"{named} is not UNIQUE in SQLite, which a key needs", definition)
