"""The floor: COPY's rows straight into `executemany`, as the texts they are. Nothing is converted, nothing is checked.

`move` fills tables that have types and primary keys, and no more: what comes out is no database to work with, true is
't' in it. `move_whole` is the same pump into tables that have everything SQLite can hold, written by hand: what a move
pays for keys, checks and indexes alone.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.transfer import by_hand

TABLES = """
select n.nspname, c.relname, array_agg(a.attname::text order by a.attnum),
    array_agg(format_type(a.atttypid, a.atttypmod) order by a.attnum),
    array_agg(a.attnotnull order by a.attnum),
    (select array_agg(k.attname::text order by array_position(i.indkey::int2[], k.attnum))
        from pg_index i join pg_attribute k on k.attrelid = i.indrelid and k.attnum = any(i.indkey)
        where i.indrelid = c.oid and i.indisprimary)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind = 'r' and n.nspname in ('public', 'warehouse')
group by c.oid, n.nspname, c.relname
order by c.oid"""

WHOLE_NUMBERS = ("smallint", "integer", "bigint")

DECLARED = {
    "boolean": "boolean",
    "uuid": "uuid",
    "numeric": "decimal text",
    "double precision": "double precision",
    "date": "date",
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
    "jsonb": "jsonb text",
    "bytea": "blob",
}
"""The types of the library's own tables, so that SQLite has the same to do for both."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the source."""

    schema: str
    name: str
    columns: list[str]
    types: list[str]
    are_not_null: list[bool]
    key: list[str]

    @property
    def target(self) -> str:
        return self.name if self.schema == "public" else f"{self.schema}_{self.name}"

    def create(self) -> str:
        """Return a CREATE TABLE of columns with types, and the primary key."""
        types = dict(zip(self.columns, map(declared, self.types), strict=True))
        if self.is_numbered:
            types[self.key[0]] = "integer primary key"
        return self._create([f'"{column}" {type_}' for column, type_ in types.items()])

    def create_whole(self) -> str:
        """Return a CREATE TABLE that holds all that the source says of the table, but for its indexes."""
        columns = []
        for column, type_, is_not_null in zip(self.columns, self.types, self.are_not_null, strict=True):
            if self.is_numbered and column == self.key[0]:
                columns.append(f'"{column}" integer primary key')
                continue
            default = by_hand.DEFAULTS.get((self.target, column))
            words = [f'"{column}"', declared(type_), "not null" if is_not_null else ""]
            columns.append(" ".join((*words, "" if default is None else f"default {default}")))
        return self._create(columns, by_hand.CONSTRAINTS[self.target])

    @property
    def is_numbered(self) -> bool:
        """Whether SQLite's own number of the row is its key."""
        return len(self.key) == 1 and self.types[self.columns.index(self.key[0])] in WHOLE_NUMBERS

    def _create(self, columns: list[str], constraints: tuple[str, ...] = ()) -> str:
        key = "" if self.is_numbered else "primary key (" + ", ".join(f'"{column}"' for column in self.key) + ")"
        return f'create table "{self.target}" ({", ".join(filter(None, (*columns, key, *constraints)))})'


def declared(type_: str) -> str:
    """Return SQLite's type of a column for PostgreSQL's."""
    if type_ in WHOLE_NUMBERS:
        return type_
    if type_.startswith("numeric("):
        return type_.replace("numeric", "decimal")
    return DECLARED.get(type_, "text")


def move(url: str, path: Path) -> None:
    """Fill a new file with all tables, one transaction and one statement for each of them."""
    _pump(url, path, is_whole=False)


def move_whole(url: str, path: Path) -> None:
    """Do the same with every constraint in place; then make the indexes, and look over the foreign keys."""
    _pump(url, path, is_whole=True)


def _pump(url: str, path: Path, is_whole: bool) -> None:
    with psycopg.connect(url) as source:
        source.execute("set timezone = 'UTC'")
        target = sqlite3.connect(path, isolation_level=None)
        target.execute("pragma journal_mode = off")
        target.execute("pragma synchronous = off")
        for table in (Table(*row) for row in source.execute(TABLES).fetchall()):
            target.execute(table.create_whole() if is_whole else table.create())
            copy = f'copy (select * from only "{table.schema}"."{table.name}") to stdout'
            insert = f'insert into "{table.target}" values ({",".join("?" * len(table.columns))})'
            with source.cursor().copy(copy.encode()) as copied:
                target.execute("begin")
                target.executemany(insert, copied.rows())
                target.execute("commit")
        if is_whole:
            target.execute("begin")
            for index in by_hand.INDEXES:
                target.execute(index)
            target.execute("commit")
            if target.execute("pragma foreign_key_check").fetchone():
                raise RuntimeError("a row without its parent")
        target.close()
