"""Seeds of every kind, and copies that are whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from noormme_py import Noormme, SyncNoormme
from noormme_py.testing import Seed, SeedFailed, Template

SQL = "create table t (n integer not null); insert into t values (1), (2), (3);"
ROWS = 5_000


async def sow(db: Noormme) -> None:
    await db.execute_script("create table t (n integer not null)")
    await db.execute_many("insert into t values (?)", ([n] for n in range(ROWS)))


def sow_sync(db: SyncNoormme) -> None:
    db.execute_script("create table t (n integer not null)")
    db.execute_many("insert into t values (?)", ([n] for n in range(ROWS)))


def rows_in(file: Path) -> int:
    with closing(sqlite3.connect(f"file:{file}?immutable=1", uri=True)) as connection:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        count: int = connection.execute("select count(*) from t").fetchone()[0]
        return count


@pytest.fixture
def sql_file(tmp_path: Path) -> Path:
    path = tmp_path / "seed.sql"
    path.write_text(SQL, encoding="utf-8")
    return path


@pytest.fixture
def open_file(tmp_path: Path) -> Iterator[Path]:
    """A database that somebody has open, with all its rows in the write-ahead log."""
    path = tmp_path / "50% open?#.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.executescript(SQL)
        assert path.with_name(f"{path.name}-wal").stat().st_size
        yield path


@pytest.mark.parametrize(("seed", "rows"), [(SQL, 3), (sow_sync, ROWS), (sow, ROWS)], ids=["SQL", "sync", "async"])
def test_a_copy_has_all_rows_in_its_one_file(tmp_path: Path, seed: Seed, rows: int) -> None:
    template = Template(tmp_path / "template.db", seed, {"optimization": {"wal_autocheckpoint": 0}})
    assert rows_in(template.clone(tmp_path / "a.db")) == rows
    assert rows_in(template.clone(tmp_path / "b.db")) == rows
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.db", "b.db", "template.db"]


def test_a_file_of_sql(tmp_path: Path, sql_file: Path) -> None:
    assert rows_in(Template(tmp_path / "template.db", sql_file, {}).clone(tmp_path / "a.db")) == 3


def test_a_database_file_is_copied_with_its_log_and_not_changed(tmp_path: Path, open_file: Path) -> None:
    before = open_file.read_bytes()
    assert rows_in(Template(tmp_path / "template.db", open_file, {}).clone(tmp_path / "a.db")) == 3
    assert open_file.read_bytes() == before


def test_a_database_file_keeps_its_own_journal_mode(tmp_path: Path) -> None:
    file = tmp_path / "seed.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(SQL)
    before = file.read_bytes()
    assert rows_in(Template(tmp_path / "template.db", file, {}).clone(tmp_path / "a.db")) == 3
    assert file.read_bytes() == before


async def test_an_asynchronous_seed_beside_a_loop_that_runs(tmp_path: Path) -> None:
    assert rows_in(Template(tmp_path / "template.db", sow, {}).clone(tmp_path / "a.db")) == ROWS


def test_settings_may_name_tables_that_the_seed_makes(tmp_path: Path) -> None:
    template = Template(tmp_path / "template.db", sow_sync, {"codecs": {"t.n": "float"}})
    assert rows_in(template.clone(tmp_path / "a.db")) == ROWS


def test_a_seed_that_fails_tells_its_cause_once(tmp_path: Path) -> None:
    template = Template(tmp_path / "template.db", "create tabel t (n)", {})
    with pytest.raises(SeedFailed, match="DatabaseError: near") as caught:
        template.clone(tmp_path / "a.db")
    assert caught.value.__cause__ is not None
    with pytest.raises(SeedFailed, match="the first test that asked for it tells how") as again:
        template.clone(tmp_path / "b.db")
    assert again.value.__cause__ is None
    assert not (tmp_path / "a.db").exists()


def test_a_seed_with_a_connection_of_its_own_left_open(tmp_path: Path) -> None:
    kept: list[sqlite3.Connection] = []

    def sow_beside(db: SyncNoormme) -> None:
        connection = db.raw_connection()
        kept.append(connection)
        connection.executescript(SQL)
        # A reader of the state before the last row keeps the log.
        connection.execute("begin")
        connection.execute("select * from t").fetchone()
        db.execute("insert into t values (4)")

    with pytest.raises(SeedFailed, match="left a connection of its own open"):
        Template(tmp_path / "template.db", sow_beside, {}).clone(tmp_path / "a.db")
    kept[0].close()


@pytest.mark.parametrize("seed", [7, lambda db: sow(db)], ids=["a number", "a lambda that makes a coroutine"])
def test_what_is_no_seed_is_told(tmp_path: Path, seed: Seed) -> None:
    with pytest.raises(SeedFailed, match="TypeError"):
        Template(tmp_path / "template.db", seed, {}).clone(tmp_path / "a.db")
