"""Foreign keys: whether they are enforced, can be enforced, and hold for the rows that are there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from noormme_py.names import fold
from noormme_py.optimize.doctor.case import Case
from noormme_py.optimize.finding import Finding
from noormme_py.schema.model import ForeignKey, Table

_MOST_COUNTED = 10_000


def check_enforcement(case: Case) -> Iterable[Finding]:
    """Look whether declared foreign keys are enforced by the application's connections."""
    count = sum(len(table.foreign_keys) for table in case.tables)
    if case.settings is not None and not case.settings.foreign_keys and count:
        yield Finding(
            "foreign-keys-off",
            "medium",
            "foreign_keys",
            "The schema declares foreign keys, and they are not enforced.",
            f"PRAGMA foreign_keys is off on the connection that writes; {count} are declared",
            "Set optimization.enable_foreign_keys to true.",
        )


def check_foreign_keys(case: Case, table: Table) -> Iterable[Finding]:
    """Look for foreign keys that no row can meet, and for rows without the parent that they name."""
    broken = [(key, why) for key in table.foreign_keys if (why := _mismatch(case, table, key)) is not None]
    # SQLite refuses to look through a table with a key that does not match; a missing parent it takes for an empty one.
    is_refused = any(case.schema.find_table(key.parent_table) is not None for key, _ in broken)
    for key, why in broken:
        yield Finding(
            "foreign-key-mismatch",
            "high",
            _told(table, key),
            f"The foreign key {_told(table, key)} cannot be enforced: every write that it concerns fails.",
            f"{why}; until that is mended, the rows of {table.name} cannot be looked through" if is_refused else why,
            "Make the parent, or a unique index of the columns that are referred to.",
        )
    known = [place for place, key in enumerate(table.foreign_keys) if key not in [key for key, _ in broken]]
    if known and not is_refused:
        yield from _orphans(case, table, known)


def _orphans(case: Case, table: Table, known: list[int]) -> Iterable[Finding]:
    # SQLite numbers the foreign keys of a table from the last one written.
    last = len(table.foreign_keys) - 1
    numbers = ", ".join(str(last - place) for place in known)
    found = case.survey(
        f"select fkid from temp.pragma_foreign_key_check(?, 'main') where fkid in ({numbers}) limit ?",
        (table.name, _MOST_COUNTED + 1),
    )
    is_cut = len(found) > _MOST_COUNTED
    counts = Counter(last - int(row[0] or 0) for row in found)
    for place, count in sorted(counts.items()):
        key = table.foreign_keys[place]
        yield Finding(
            "orphans",
            "high",
            _told(table, key),
            f"Rows of {table.name} refer to rows of {key.parent_table} that are not there.",
            f"{'at least ' if is_cut else ''}{count} {'row' if count == 1 else 'rows'}",
            f"select * from pragma_foreign_key_check('{_quoted(table.name)}'), then delete them or give them a parent",
        )


def _mismatch(case: Case, table: Table, key: ForeignKey) -> str | None:
    parent = case.schema.find_table(key.parent_table)
    if parent is None:
        return f"there is no table {key.parent_table}"
    if parent.kind != "table":
        return f"{parent.name} is a {parent.kind}"
    if not key.parent_columns:
        return f"the primary key of {parent.name} has not {len(key.columns)} columns"
    missing = [name for name in key.parent_columns if parent.find_column(name) is None]
    if missing:
        return f"{parent.name} has no column {', '.join(missing)}"
    wanted = sorted(map(fold, key.parent_columns))
    if not _is_key(parent, wanted):
        return f"({', '.join(key.parent_columns)}) of {parent.name} is neither its primary key nor unique"
    return None


def _is_key(parent: Table, wanted: list[str]) -> bool:
    """Whether SQLite takes the columns for a parent key: the primary key, or unique in the columns' own collations."""
    if sorted(map(fold, parent.primary_key)) == wanted:
        return True
    return any(
        index.is_unique
        and index.where is None
        and (names := index.column_names) is not None
        and sorted(map(fold, names)) == wanted
        and all(fold(part.collation) == fold(parent.column(part.name or "").collation) for part in index.columns)
        for index in parent.indexes
    )


def _told(table: Table, key: ForeignKey) -> str:
    return f"{table.name} ({', '.join(key.columns)}) → {key.parent_table}"


def _quoted(name: str) -> str:
    return name.replace("'", "''")
