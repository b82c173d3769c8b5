"""What the doctor says of a damaged file, and of what it cannot look at."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from noormme_py.errors import Corrupt, NotADatabase
from tests.optimize.examined import SOUND, database, found, one

ROWS = """
    with recursive n (i) as (select 3 union all select i + 1 from n where i < 500)
    insert into users select i, 'user' || i || '@example.com' from n;
"""


def root_page(path: Path, name: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        page: int = connection.execute("select rootpage from sqlite_schema where name = ?", (name,)).fetchone()[0]
    return page


def index_beside_its_table(path: Path) -> Path:
    """Make a database with an index that lacks a row of its table: for a while the schema did not know of it."""
    database(path, f"{SOUND} create index by_title on posts (title);")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("pragma writable_schema = on")
        row = connection.execute("select * from sqlite_schema where name = 'by_title'").fetchone()
        connection.execute("delete from sqlite_schema where name = 'by_title'")
        connection.execute("pragma writable_schema = reset")
        connection.execute("insert into posts values (3, 1, 'Three')")
        connection.execute("pragma writable_schema = on")
        connection.execute("insert into sqlite_schema values (?, ?, ?, ?, ?)", row)
        connection.execute("pragma writable_schema = reset")
    return path


def test_a_whole_file_has_no_finding(tmp_path: Path) -> None:
    path = database(tmp_path / "shop.db", SOUND + ROWS)
    assert found(path, "damaged", integrity=True) == []
    assert found(path, "damaged", integrity="quick") == []


def test_an_index_that_differs_from_its_table_is_found_on_request(tmp_path: Path) -> None:
    path = index_beside_its_table(tmp_path / "shop.db")
    assert found(path, "damaged") == []
    assert found(path, "damaged", integrity="quick") == []
    finding = one(found(path, "damaged", integrity=True))
    assert finding.severity == "high"
    assert "by_title" in finding.evidence


def test_a_page_that_cannot_be_read_is_found_where_it_is_met(tmp_path: Path) -> None:
    path = database(tmp_path / "shop.db", SOUND + ROWS)
    page = root_page(path, "posts")
    data = bytearray(path.read_bytes())
    data[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    path.write_bytes(data)
    for integrity in (False, True):
        finding = found(path, "damaged", integrity=integrity)[0]
        assert finding.severity == "high"
    # The other tables are looked at all the same.
    assert found(path, "no-backup") != []


@pytest.mark.parametrize(("content", "error"), [(b"once upon a time " * 100, NotADatabase), (None, Corrupt)])
def test_a_file_without_a_schema_is_an_error(tmp_path: Path, content: bytes | None, error: type[Exception]) -> None:
    path = database(tmp_path / "shop.db", SOUND + ROWS)
    data = bytearray(path.read_bytes())
    data[100:4096] = b"\xff" * (4096 - 100)
    path.write_bytes(data if content is None else content)
    with pytest.raises(error):
        found(path, "damaged")


def test_a_table_that_needs_what_only_the_application_has_is_named(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.create_collation("klingon", lambda a, b: (a > b) - (a < b))
        connection.executescript(
            """
            create table p (name text collate klingon primary key not null);
            create table c (id integer primary key, p text references p, n integer);
            insert into p values ('a');
            insert into c values (1, 'a', 'many');
            """
        )
    findings = found(path, "not-examined")
    assert [finding.subject for finding in findings] == ["c", "p"]
    assert all("klingon" in finding.evidence for finding in findings)
    assert one(found(path, "stored-types")).subject == "c.n"
