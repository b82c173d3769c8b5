"""Private databases: what is tried on one is tried nowhere else, and nothing of it is left."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from noormme_py import Noormme, SyncNoormme
from noormme_py.config import config_for
from noormme_py.engine import scratch
from noormme_py.engine.async_aside import run_aside
from noormme_py.engine.scratch import Scratch
from noormme_py.errors import DatabaseError, DiskFull, Interrupted, UniqueViolation
from noormme_py.introspect.discover import discover

SCRIPT = """
    create table t (id integer primary key, a integer, b text unique);
    create index ta on t (a);
    create view v as select a from t;
    create trigger tr after delete on t begin update t set b = null where id = old.id + 1; end;
    create virtual table f using fts5 (text);
    with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)
    insert into t select i, i % 10, 'b' || i from n;
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "here.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCRIPT)
    return path


@pytest.fixture(params=["in memory", "in a file"])
def copy(request: pytest.FixtureRequest, file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scratch]:
    if request.param == "in a file":
        monkeypatch.setattr(scratch, "_MOST_IN_MEMORY", 0)
    with closing(Scratch.copied(config_for(file, {}))) as made:
        yield made


def test_a_write_is_run_and_rolled_back(copy: Scratch) -> None:
    before = copy.query("select count(*), sum(a), count(b) from t")
    trial = copy.run("delete from t where a = ?", [7])
    assert (trial.rows, trial.is_whole) == (500, True)
    assert copy.run("update t set a = 0").rows == 5000
    assert copy.query("select count(*), sum(a), count(b) from t") == before
    assert copy.query("pragma integrity_check") == [("ok",)]


def test_steps_are_counted_for_each_run_alone(copy: Scratch) -> None:
    sql = "select * from t where a = ?"
    assert copy.run(sql, [3]).steps == copy.run(sql, [3]).steps
    assert copy.run("select * from t where id = 7").steps < copy.run(sql, [3]).steps < copy.run("select * from t").steps


def test_a_run_is_cut_off(copy: Scratch) -> None:
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
    trial = copy.run(endless, max_steps=10_000)
    assert not trial.is_whole
    assert 9_000 <= trial.steps <= 11_000
    assert not copy.run("delete from t", max_steps=1_000).is_whole
    assert copy.query("select count(*) from t") == [(5000,)]


def test_a_run_ends_where_it_breaks_a_constraint(copy: Scratch) -> None:
    trial = copy.run("insert into t (b) values ('b7')")
    assert not trial.is_whole
    assert isinstance(trial.fault, UniqueViolation)
    assert copy.run("delete from t", max_steps=1_000).fault is None
    with pytest.raises(DatabaseError, match="no such table"):
        copy.run("select * from missing")


def test_hidden_indexes_come_back_whole(copy: Scratch) -> None:
    sql = "select * from t where a = 3"
    for _ in range(3):
        copy.hide(["ta"])
        assert copy.explain(sql)[0].detail == "SCAN t"
        copy.run("delete from t where a = 3")
        copy.hide([])
        assert "USING INDEX ta" in copy.explain(sql)[0].detail
    assert copy.query("pragma integrity_check") == [("ok",)]


def test_a_clone_has_the_schema_the_statistics_and_no_rows(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("analyze")
        connection.commit()
        noted = connection.execute("select * from sqlite_stat1 order by 1, 2").fetchall()
    with closing(Scratch.cloned(config_for(file, {}))) as clone:
        assert clone.query("select count(*) from t") == [(0,)]
        assert clone.query("select tbl, idx, stat from sqlite_stat1 order by 1, 2") == noted
        assert clone.survey("select count(*) from t") == [(5000,)]
        with pytest.raises(DatabaseError):
            clone.survey("delete from t")
        with closing(clone.clone()) as other:
            assert [table.name for table in other.drive(discover())] == [
                table.name for table in clone.drive(discover())
            ]
        assert clone.columns_read("select a from v where a > :x") >= {("t", "a")}
        assert clone.columns_read("select count(*) from t") == {("t", "")}


def test_the_copy_of_a_large_database_is_removed(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "_MOST_IN_MEMORY", 0)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    with closing(Scratch.copied(config_for(file, {}))):
        assert len(list((tmp_path / "temporary").iterdir())) == 1
    assert list((tmp_path / "temporary").iterdir()) == []


def test_no_copy_is_begun_where_there_is_no_room(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "_MOST_IN_MEMORY", 0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: type("Usage", (), {"free": 4096})())
    with pytest.raises(DiskFull, match="no room"):
        Scratch.copied(config_for(file, {}))


async def test_a_cancelled_analysis_ends_at_once_and_leaves_nothing(file: Path) -> None:
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
    async with Noormme(file) as db:
        task = asyncio.ensure_future(db.optimizer.in_laboratory(lambda lab: lab.run(endless), with_rows=True))
        await asyncio.sleep(0.2)
        # The database answers all the while.
        assert (await db.execute("select count(*) as n from t")).rows == [{"n": 5000}]
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not [thread for thread in threading.enumerate() if thread.name == "noormme aside"]


async def test_the_error_of_an_analysis_is_the_callers(file: Path) -> None:
    async with Noormme(file) as db:
        with pytest.raises(DatabaseError, match="no such table"):
            await db.optimizer.in_laboratory(lambda lab: lab.query("select * from missing"), with_rows=False)


def test_a_stopped_one_refuses_what_follows(copy: Scratch) -> None:
    stopping = threading.Timer(0.1, copy.stop)
    stopping.start()
    began = time.monotonic()
    with pytest.raises(Interrupted):
        copy.run("select count(*) from t a, t b, t c")
    assert time.monotonic() < began + 60
    stopping.join()
    with pytest.raises(Interrupted):
        copy.run("select * from t, t as other")


@pytest.mark.parametrize("with_rows", [True, False])
def test_a_database_in_memory_is_copied(with_rows: bool) -> None:
    with SyncNoormme(":memory:") as db:
        db.execute_script("create table t (a); insert into t values (1), (2)")
        assert db.optimizer.in_laboratory(lambda lab: lab.survey("select sum(a) from t"), with_rows=with_rows) == [(3,)]
        db.optimizer.in_laboratory(lambda lab: lab.query("delete from t"), with_rows=with_rows)
        assert db.execute("select count(*) as n from t").rows == [{"n": 2}]


async def test_work_that_its_loop_has_left_is_stopped() -> None:
    stopped = threading.Event()
    outcome: list[bool] = []
    work = run_aside(lambda: outcome.append(stopped.wait(5)), stopped.set)
    # A step alone, as a loop does it that is closed then.
    work.send(None)
    work.close()
    assert outcome == [True]
