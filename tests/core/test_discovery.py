"""Discovery asks a fixed number of statements, and reads again what moved meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from noormme_py.errors import DatabaseBusy, DatabaseError, NoormmeError
from noormme_py.introspect import catalog
from noormme_py.introspect.catalog import ColumnRow, ObjectRow, TableRow
from noormme_py.introspect.discover import discover
from tests.core.script import failing, script, sql_of

VERSION = "pragma main.schema_version"
TEXTS = [
    statement.sql
    for statement in (
        catalog.OBJECTS,
        catalog.STORED_COLUMNS,
        catalog.COMPUTED_COLUMNS,
        catalog.FOREIGN_KEYS,
        catalog.INDEXES,
        catalog.TABLES,
    )
]


def answers(names: tuple[str, ...] = ("a",)) -> list[Any]:
    """Return what SQLite says of tables of one column, in the order in which it is asked."""
    objects = [ObjectRow("table", name, name, 2, f"create table {name} (id integer)") for name in names]
    columns = [ColumnRow(name, 0, "id", "INTEGER", 0, None, 0, 0) for name in names]
    return [objects, columns, [], [], [], [TableRow(name, "table", 0, 0) for name in names]]


@pytest.mark.parametrize("count", [0, 1, 200])
def test_the_number_of_statements_does_not_grow_with_the_tables(count: int) -> None:
    names = tuple(f"t{number:03}" for number in range(count))
    asked, schema = script(discover(), [7, *answers(names), 7])
    assert sql_of(asked) == [VERSION, *TEXTS, VERSION]
    assert schema.version == 7
    assert schema.table_names() == names


def test_a_schema_that_moves_is_read_again() -> None:
    asked, schema = script(discover(), [1, *answers(("old",)), 2, 2, *answers(("new",)), 2])
    assert sql_of(asked) == [VERSION, *TEXTS, VERSION] * 2
    assert (schema.version, schema.table_names()) == (2, ("new",))


def test_a_schema_that_never_stands_still_is_given_up() -> None:
    moving = [answer for time in range(5) for answer in (time, *answers(), time + 100)]
    asked = failing(discover(), moving, DatabaseBusy)
    assert len(asked) == len(moving)


def test_a_broken_view_is_asked_for_alone_and_named() -> None:
    objects, columns, *rest = answers()
    views = [ObjectRow("view", name, name, 0, f"create view {name} as select 1 as x") for name in ("good", "bad")]
    rest[-1] = [*rest[-1], TableRow("good", "view", 0, 0), TableRow("bad", "view", 0, 0)]
    good = [ColumnRow("good", 0, "x", "", 0, None, 0, 0)]
    broken = DatabaseError("no such table: main.gone")
    asked, schema = script(discover(), [1, [*objects, *views], columns, broken, good, broken, *rest[1:], 1])
    assert len(asked) == len(TEXTS) + 4
    assert schema.table("good").column_names == ("x",)
    assert any("bad" in note and "main.gone" in note for note in schema.notes)


@pytest.mark.parametrize("place", range(8))
def test_an_error_of_the_database_ends_it_at_once(place: int) -> None:
    said = [1, *answers(), 1]
    error: NoormmeError = DatabaseBusy("locked")
    asked = failing(discover(), [*said[:place], error], DatabaseBusy)
    assert len(asked) == place + 1
