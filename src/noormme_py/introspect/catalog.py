"""The rows that SQLite gives about a schema, unread: which statements ask for them, and what they hold.

Nothing here touches a row of a user's table. A fixed number of statements serves any number of tables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import starmap
from typing import NamedTuple, TypeVar

from noormme_py.errors import CannotOpen, DatabaseBusy, DatabaseError, Interrupted, NotADatabase
from noormme_py.frozen import frozen
from noormme_py.query.statement import Cursor, Operation, Raw, Statement, ask

Row = TypeVar("Row")


class ObjectRow(NamedTuple):
    """A row of `sqlite_schema`; a view or virtual table has no root page."""

    type: str
    name: str
    table: str
    root_page: int
    sql: str


class TableRow(NamedTuple):
    """A row of `PRAGMA table_list`."""

    name: str
    kind: str
    is_without_rowid: int
    is_strict: int


class ColumnRow(NamedTuple):
    """A row of `PRAGMA table_xinfo`. `key` is the place in the primary key, from 1, or 0."""

    table: str
    position: int
    name: str
    declared_type: str
    is_not_null: int
    default: str | None
    key: int
    hidden: int


class ForeignKeyRow(NamedTuple):
    """A row of `PRAGMA foreign_key_list`: one pair of columns. `parent_column` is None when left out."""

    table: str
    number: int
    place: int
    parent_table: str
    column: str
    parent_column: str | None
    on_update: str
    on_delete: str


class IndexRow(NamedTuple):
    """A row of `PRAGMA index_list` with one of `PRAGMA index_xinfo`: one part of the key of an index."""

    table: str
    name: str
    is_unique: int
    origin: str
    is_partial: int
    place: int
    column: str | None
    is_descending: int
    collation: str


@frozen
class Catalog:
    """All rows. `unreadable` tells by name why SQLite cannot give the columns of a view or virtual table."""

    objects: Sequence[ObjectRow]
    tables: Sequence[TableRow]
    columns: Sequence[ColumnRow]
    foreign_keys: Sequence[ForeignKeyRow]
    indexes: Sequence[IndexRow]
    unreadable: dict[str, str]


def _listing(make: Callable[..., Row], sql: str, *parameters: Raw) -> Statement[list[Row]]:
    def collect(cursor: Cursor) -> list[Row]:
        return list(starmap(make, cursor.fetchall()))

    return Statement(sql, parameters, collect)


# The pragmas are asked for in "temp", where they are found as well: a user's own table may be named
# "pragma_table_xinfo", and would be read in their place.
_USER_TABLES = "o.type in ('table', 'view') and lower(substr(o.name, 1, 7)) <> 'sqlite_'"
_STORED = f"{_USER_TABLES} and coalesce(o.rootpage, 0) > 0"
_COMPUTED = f"{_USER_TABLES} and coalesce(o.rootpage, 0) = 0"
_COLUMNS = (
    'select o.name, c.cid, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden'
    " from main.sqlite_schema as o join temp.pragma_table_xinfo(o.name, 'main') as c where "
)

# Every statement but the last reads sqlite_schema itself, so SQLite checks the file's schema cookie before it,
# and loads again a schema that another connection has changed.
OBJECTS = _listing(
    ObjectRow,
    "select o.type, o.name, o.tbl_name, coalesce(o.rootpage, 0), coalesce(o.sql, '')"
    " from main.sqlite_schema as o where o.name is not null",
)
TABLES = _listing(TableRow, "select name, type, wr, strict from temp.pragma_table_list where schema = 'main'")
STORED_COLUMNS = _listing(ColumnRow, _COLUMNS + _STORED)
COMPUTED_COLUMNS = _listing(ColumnRow, _COLUMNS + _COMPUTED)
FOREIGN_KEYS = _listing(
    ForeignKeyRow,
    'select o.name, f.id, f.seq, f."table", f."from", f."to", f.on_update, f.on_delete'
    " from main.sqlite_schema as o join temp.pragma_foreign_key_list(o.name, 'main') as f where " + _STORED,
)
INDEXES = _listing(
    IndexRow,
    'select o.name, i.name, i."unique", i.origin, i.partial, c.seqno, c.name, c."desc", c.coll'
    " from main.sqlite_schema as o join temp.pragma_index_list(o.name, 'main') as i"
    f" join temp.pragma_index_xinfo(i.name, 'main') as c where c.key and {_STORED}",
)
_OF_ONE = f"{_COLUMNS}{_COMPUTED} and o.name = ?"

READING = frozenset(
    [_OF_ONE, *(s.sql for s in (OBJECTS, TABLES, STORED_COLUMNS, COMPUTED_COLUMNS, FOREIGN_KEYS, INDEXES))]
)
"""The texts of the statements that `read_catalog` asks for."""


def read_catalog() -> Operation[Catalog]:
    """Read all there is to know, in a fixed number of statements unless a view or module is broken."""
    objects = yield from ask(OBJECTS)
    columns = yield from ask(STORED_COLUMNS)
    unreadable: dict[str, str] = {}
    try:
        columns += yield from ask(COMPUTED_COLUMNS)
    except DatabaseError as error:
        _raise_unless_about_an_object(error)
        for name in (o.name for o in objects if o.type in ("table", "view") and o.root_page == 0):
            try:
                columns += yield from ask(_listing(ColumnRow, _OF_ONE, name))
            except DatabaseError as reason:
                _raise_unless_about_an_object(reason)
                unreadable[name] = reason.message
    foreign_keys = yield from ask(FOREIGN_KEYS)
    indexes = yield from ask(INDEXES)
    # It comes last: for views it has not met before, SQLite would compile a SELECT of all their tables.
    tables = yield from ask(TABLES)
    return Catalog(objects, tables, columns, foreign_keys, indexes, unreadable)


def _raise_unless_about_an_object(error: DatabaseError) -> None:
    """Let the errors through that would meet any statement; trying object by object cannot help there."""
    if isinstance(error, (DatabaseBusy, Interrupted, CannotOpen, NotADatabase)):
        raise error
