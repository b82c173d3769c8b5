"""The parent's side of foreign keys: its own spelling, implicit keys, and what is missing. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from noormme_py.frozen import replaced
from noormme_py.names import fold
from noormme_py.schema.model import ForeignKey, Table


def resolve_parents(tables: Iterable[Table]) -> tuple[Table, ...]:
    """Give every foreign key the names its parent uses; an implicit one the columns of the primary key."""
    tables = tuple(tables)
    by_name = {fold(table.name): table for table in tables}
    return tuple(
        replaced(table, foreign_keys=tuple(_resolved(key, by_name) for key in table.foreign_keys))
        if table.foreign_keys
        else table
        for table in tables
    )


def foreign_key_notes(tables: Iterable[Table]) -> list[str]:
    """Return a line for each foreign key with which SQLite would refuse writes: its parent is not there."""
    tables = tuple(tables)
    by_name = {fold(table.name): table for table in tables}
    return [
        f"the foreign key {table.name}({', '.join(key.columns)}) refers to {key.parent_table}"
        f"{f'({wanted})' if (wanted := ', '.join(key.parent_columns)) else ''}, but {missing}"
        for table in tables
        for key in table.foreign_keys
        if (missing := _missing(key, by_name))
    ]


def _resolved(key: ForeignKey, by_name: dict[str, Table]) -> ForeignKey:
    parent = by_name.get(fold(key.parent_table))
    if parent is None:
        return key
    if key.is_implicit:
        is_match = len(parent.primary_key) == len(key.columns)
        columns = parent.primary_key if is_match else ()
    else:
        found = ((parent.find_column(name), name) for name in key.parent_columns)
        columns = tuple(column.name if column else name for column, name in found)
    return replaced(key, parent_table=parent.name, parent_columns=columns)


def _missing(key: ForeignKey, by_name: dict[str, Table]) -> str | None:
    parent = by_name.get(fold(key.parent_table))
    if parent is None:
        return "there is no such table"
    if not key.parent_columns:
        return f"its primary key does not have {len(key.columns)} column{'s' * (len(key.columns) != 1)}"
    for name in key.parent_columns:
        if parent.find_column(name) is None:
            return f"there is no column {name!r}"
    wanted = sorted(map(fold, key.parent_columns))
    if all(sorted(map(fold, names)) != wanted for names in parent.unique_keys):
        return "that is neither its primary key nor unique"
    return None
