"""Programs of SQLite itself: the pages of the main database alone are told."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from noormme_py.testing.walks import Step, walked_roots


def walked(connection: sqlite3.Connection, sql: str) -> set[int]:
    return walked_roots(Step(*row[:5]) for row in connection.execute(f"explain {sql}"))


def test_a_page_of_another_database_is_another_page() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript("create table main.a (n); create table temp.b (n)")
        (a,) = connection.execute("select rootpage from main.sqlite_schema").fetchone()
        (b,) = connection.execute("select rootpage from temp.sqlite_schema").fetchone()
        assert a == b
        assert walked(connection, "select * from main.a") == {a}
        assert walked(connection, "select * from temp.b") == set()


def test_a_cursor_that_is_opened_again_is_another() -> None:
    opened = [Step(0, "OpenRead", 1, 5, 0), Step(1, "Rewind", 1, 9, 0), Step(2, "OpenEphemeral", 1, 2, 0)]
    assert walked_roots([*opened, Step(3, "Next", 1, 2, 0)]) == set()
    opened[2] = Step(2, "OpenRead", 1, 6, 0)
    assert walked_roots([*opened, Step(3, "Next", 1, 2, 0)]) == set()


def test_the_cursors_of_a_trigger_are_its_own() -> None:
    main = [Step(0, "Init", 0, 1, 0), Step(1, "OpenRead", 1, 5, 0), Step(2, "Rewind", 1, 9, 0)]
    trigger = [Step(0, "Init", 0, 1, 0), Step(1, "Next", 1, 1, 0)]
    assert walked_roots([*main, *trigger]) == set()
    assert walked_roots([*main, Step(3, "Next", 1, 3, 0), *trigger]) == {5}


def test_a_listing_without_steps() -> None:
    assert walked_roots([]) == set()
