"""Opening costs what the schema costs: no row is counted, checked or read, however many there are."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from noormme_py import Config, Noormme
from noormme_py.config import load_config
from noormme_py.engine.pragmas import apply_pragmas
from noormme_py.errors import Corrupt
from noormme_py.introspect.discover import discover
from tests.introspect.driver import run

_SCHEMA = """
create table big (id integer primary key, name text, price decimal(10, 2));
create index by_name on big (name);
create table other (id integer primary key, big_id integer references big);
create view names as select name, count(*) as n from big group by name;
"""
_FILL = """
with recursive n(i) as (select 1 union all select i + 1 from n where i < 300000)
insert into big select i, 'name ' || (i * 7919 % 300000), i / 100.0 from n
"""


def _create(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("pragma synchronous = off")
        connection.execute("pragma journal_mode = wal")
        connection.executescript(_SCHEMA)
        for statement in statements:
            connection.execute(statement)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of 300,000 rows. Nobody writes to it."""
    path = tmp_path_factory.mktemp("full") / "full.db"
    _create(path, _FILL)
    return path


def _config(path: Path) -> Config:
    return load_config({"connection": {"database": str(path)}})


def _steps_of_opening(path: Path) -> int:
    """Count the instructions of SQLite's virtual machine: its own measure of work, on any machine the same."""
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.set_progress_handler(step, 1)
        apply_pragmas(connection, _config(path), "writer", "writer")
        schema = run(connection, discover())
    assert schema.table_names() == ("big", "names", "other")
    return steps


def test_300_000_rows_cost_no_step_more_than_none(full: Path, path: Path) -> None:
    _create(path)
    assert 0 < _steps_of_opening(full) == _steps_of_opening(path)


def test_no_row_and_no_statistics_are_touched(full: Path) -> None:
    touched: set[tuple[str | None, str | None]] = set()

    def note(action: int, first: str | None, second: str | None, *_: object) -> int:
        if action in (sqlite3.SQLITE_READ, sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_ANALYZE):
            touched.add((first, second))
        if action == sqlite3.SQLITE_PRAGMA:
            assert first not in ("integrity_check", "quick_check", "foreign_key_check", "optimize")
        return sqlite3.SQLITE_OK

    with closing(sqlite3.connect(full, isolation_level=None)) as connection:
        connection.set_authorizer(note)
        apply_pragmas(connection, _config(full), "writer", "writer")
        run(connection, discover())
    tables = {table for table, _ in touched}
    assert {name for name in tables if not (name or "").startswith("pragma_")} == {"sqlite_master"}


@pytest.fixture
def hollow(full: Path, path: Path) -> Path:
    """The full database with all its pages made illegible but the first, which the whole schema is on."""
    content = full.read_bytes()
    page_size = int.from_bytes(content[16:18], "big")
    path.write_bytes(content[:page_size] + b"\xff" * (len(content) - page_size))
    return path


async def test_a_file_of_which_only_the_schema_is_left_opens(hollow: Path) -> None:
    async with Noormme(hollow) as db:
        assert db.schema.table_names() == ("big", "names", "other")
        assert db.schema.table("big").indexes[0].column_names == ("name",)
        # Whatever had read a row would have met this.
        with pytest.raises(Corrupt):
            await db.get_repository("big").count()


def _digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


async def test_opening_and_closing_changes_no_byte(full: Path) -> None:
    before = _digest(full)
    async with Noormme(full) as db:
        assert "sqlite_stat1" not in {row["name"] for row in (await db.execute("select name from sqlite_schema")).rows}
    assert _digest(full) == before
