"""A schema of many tables, for what has to be quick with many tables."""

from __future__ import annotations

TABLES = 200
_TYPES = (
    "text not null",
    "integer",
    "decimal text not null default '0'",
    "timestamp not null default current_timestamp",
    "boolean not null default false",
    "json",
    "date",
)


def big_schema(tables: int = TABLES) -> str:
    """Return the script of tables with ten columns each, two of them references to tables before."""
    return "".join(_table(number) for number in range(tables))


def _table(number: int) -> str:
    columns = [f"column_{place} {kind}" for place, kind in enumerate(_TYPES)]
    for name, parent in (("owner", number // 2), ("place", number // 3)):
        columns.append(f"{name}_id integer not null references {_name(parent)} (id)")
    return f"create table {_name(number)} (id integer primary key, {', '.join(columns)});\n"


def _name(number: int) -> str:
    return f"kind_{number:03}_things"
