"""Each flag of `automation` has its effect when it is on, and none when it is off."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from noormme_py import Noormme, SyncNoormme
from noormme_py.client import async_upkeep
from noormme_py.client.async_upkeep import AsyncUpkeep
from noormme_py.client.sync_upkeep import SyncUpkeep
from noormme_py.errors import DiskFull, NoormmeWarning, RecordError
from noormme_py.optimize.plans.optimizer_report import OptimizerReport
from tests.optimize.laboratory import make

SCHEMA = "create table jobs (id integer primary key, owner text, state text, note text)"
INDEXED = f"{SCHEMA}; create index jobs_owner on jobs (owner)"
BY_OWNER = "select note from jobs where owner = ?"
DDL = 'create index "ix_jobs_owner" on "jobs" ("owner")'
RUNS = 40

ANALYSIS: dict[str, Any] = {"enable_query_analysis": True}
ADVICE: dict[str, Any] = {"enable_index_recommendations": True}
AUTO: dict[str, Any] = {"enable_auto_optimization": True}
GENERATION: dict[str, Any] = {"enable_migration_generation": True}


def fill(connection: sqlite3.Connection) -> None:
    rows = [(f"owner {n}", "open" if n % 2 else "done", "note") for n in range(3000)]
    connection.executemany("insert into jobs (owner, state, note) values (?, ?, ?)", rows)


def is_analysed(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("select 1 from sqlite_schema where name = 'sqlite_stat1'").fetchone() is not None


async def ask(db: Noormme) -> None:
    for number in range(RUNS):
        await db.execute(BY_OWNER, [f"owner {number}"])


async def used(path: Path | str, automation: dict[str, Any]) -> Noormme:
    """Return a database that was asked, and is closed again."""
    async with Noormme(path, automation=automation) as db:
        await ask(db)
    return db


def used_synchronously(path: Path, automation: dict[str, Any]) -> SyncNoormme:
    with SyncNoormme(path, automation=automation) as db:
        for number in range(RUNS):
            db.execute(BY_OWNER, [f"owner {number}"])
    return db


async def until(is_so: Callable[[], bool]) -> None:
    latest = monotonic() + 20
    while not is_so():
        assert monotonic() < latest, "it has not come"
        await asyncio.sleep(0.01)


def suggested(report: OptimizerReport) -> list[str]:
    return [suggestion.ddl for suggestion in report.advice.suggestions] if report.advice is not None else []


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if DDL in record.getMessage()]


async def test_without_a_flag_nothing_is_done(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "noormme_py")
    path = make(tmp_path / "app.db", INDEXED, fill)
    db = await used(path, {})
    with pytest.raises(RecordError):
        db.optimizer.record()
    report = db.optimizer.report()
    assert (report.runs, report.advice, db.optimizer.plans()) == ((), None, ())
    assert (caplog.records, is_analysed(path)) == ([], False)


async def test_query_analysis_keeps_a_record_with_its_plans(tmp_path: Path) -> None:
    path = make(tmp_path / "app.db", INDEXED, fill)
    db = await used(path, ANALYSIS)
    (asked,) = db.optimizer.record().statements
    assert (asked.sql, asked.count) == (BY_OWNER, RUNS)
    assert [known.sql for known in db.optimizer.plans()] == [BY_OWNER]
    assert (db.optimizer.report().advice, is_analysed(path)) == (None, False)


async def test_index_recommendations_are_there_after_the_close(tmp_path: Path) -> None:
    path = make(tmp_path / "app.db", SCHEMA, fill)
    db = await used(path, ADVICE)
    assert [asked.count for asked in db.optimizer.record().statements] == [RUNS]
    assert suggested(db.optimizer.report()) == [DDL]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("select name from sqlite_schema").fetchall() == [("jobs",)]


async def test_index_recommendations_come_beside_the_application_and_are_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "noormme_py")
    monkeypatch.setattr(async_upkeep, "_ROUND_S", 0.01)
    monkeypatch.setattr(async_upkeep, "_LOOK_EVERY_S", 0.0)
    async with Noormme(make(tmp_path / "app.db", SCHEMA, fill), automation=ADVICE) as db:
        await ask(db)
        await until(lambda: suggested(db.optimizer.report()) == [DDL])
        first = db.optimizer.report().advice
        await until(lambda: db.optimizer.report().advice is not first)
    assert [record.levelno for record in caplog.records if DDL in record.getMessage()] == [logging.INFO]
    assert "owner 1" not in caplog.text


async def test_a_database_in_memory_gets_advice_while_it_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(async_upkeep, "_ROUND_S", 0.01)
    async with Noormme(":memory:", automation=ADVICE) as db:
        await db.execute_script(SCHEMA)
        await db.execute_many("insert into jobs (owner) values (?)", [[f"owner {n}"] for n in range(3000)])
        db.optimizer.reset_record()
        await ask(db)
        # What was asked until the round came may have been little: it is looked at again for as long.
        monkeypatch.setattr(async_upkeep, "_LOOK_EVERY_S", 0.0)
        await until(lambda: suggested(db.optimizer.report()) == [DDL])
    assert db.optimizer.report().runs == ()


async def test_a_database_in_memory_gets_none_for_its_end() -> None:
    async with Noormme(":memory:", automation=ADVICE) as db:
        await db.execute_script(SCHEMA)
        await ask(db)
    assert (db.optimizer.report().advice, db.optimizer.report().runs) == (None, ())


async def test_a_database_for_reading_gets_advice_too(tmp_path: Path) -> None:
    path = make(tmp_path / "app.db", SCHEMA, fill)
    before = path.read_bytes()
    db = await used(f"sqlite:///{path}?mode=ro", ADVICE | AUTO)
    assert (suggested(db.optimizer.report()), db.optimizer.report().runs) == ([DDL], ())
    assert path.read_bytes() == before


async def test_where_nothing_was_asked_there_is_no_advice(tmp_path: Path) -> None:
    async with Noormme(make(tmp_path / "app.db", SCHEMA, fill), automation=ADVICE) as db:
        pass
    assert (db.optimizer.report().advice, db.optimizer.report().runs) == (None, ())


def test_the_sync_face_recommends_at_the_close(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "noormme_py")
    path = make(tmp_path / "app.db", SCHEMA, fill)
    off = used_synchronously(path, ANALYSIS)
    assert (off.optimizer.report().advice, told(caplog)) == (None, [])
    on = used_synchronously(path, ADVICE)
    assert suggested(on.optimizer.report()) == [DDL]
    on.close()
    assert len(told(caplog)) == 1


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Advice for which there is no room."""

    async def fail(_: AsyncUpkeep) -> None:
        raise DiskFull("no room")

    def fail_at_once(_: SyncUpkeep) -> None:
        raise DiskFull("no room")

    monkeypatch.setattr(AsyncUpkeep, "recommend", fail)
    monkeypatch.setattr(SyncUpkeep, "recommend", fail_at_once)


@pytest.mark.usefixtures("failing")
async def test_advice_that_fails_hinders_neither_the_close_nor_what_comes_after_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = make(tmp_path / "app.db", INDEXED, fill)
    db = await used(path, ADVICE | AUTO)
    assert [run.outcome for run in db.optimizer.report().runs] == ["failed", "kept"]
    assert "no room" in caplog.text
    assert is_analysed(path)


@pytest.mark.usefixtures("failing")
def test_advice_that_fails_does_not_hinder_the_sync_close(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = make(tmp_path / "app.db", INDEXED, fill)
    db = used_synchronously(path, ADVICE | AUTO)
    assert [run.outcome for run in db.optimizer.report().runs] == ["failed", "kept"]
    assert "no room" in caplog.text


@pytest.mark.usefixtures("failing")
async def test_advice_that_fails_does_not_hinder_the_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(async_upkeep, "_ROUND_S", 0.01)
    monkeypatch.setattr(async_upkeep, "_OPTIMIZE_EVERY_S", 0.0)
    async with Noormme(make(tmp_path / "app.db", INDEXED, fill), automation=ADVICE | AUTO) as db:
        await until(lambda: "kept" in [run.outcome for run in db.optimizer.report().runs])


async def test_auto_optimization_gathers_statistics_at_the_close(tmp_path: Path) -> None:
    path = make(tmp_path / "app.db", INDEXED, fill)
    db = await used(path, AUTO)
    assert [(run.outcome, run.tables) for run in db.optimizer.report().runs] == [("kept", ("jobs",))]
    assert is_analysed(path)
    assert db.optimizer.report().advice is None
    with pytest.raises(RecordError):
        db.optimizer.record()


async def test_what_upkeep_does_is_not_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make(tmp_path / "app.db", INDEXED, fill)
    db = await used(path, ANALYSIS | ADVICE | AUTO)
    assert is_analysed(path)
    assert [asked.sql for asked in db.optimizer.record().statements] == [BY_OWNER]
    monkeypatch.setattr(async_upkeep, "_LARGEST_COPY", 0)
    async with Noormme(path, automation=ANALYSIS) as again:
        await again.execute("drop index jobs_owner")
        await again.execute("create index jobs_state on jobs (state)")
        again.optimizer.reset_record()
        assert (await again.optimizer.optimize_now()).outcome == "not measured"
        await again.optimizer.doctor()
        assert again.optimizer.record().statements == ()


async def test_migration_generation_has_no_effect_and_says_so(tmp_path: Path) -> None:
    path = make(tmp_path / "app.db", INDEXED, fill)
    with pytest.warns(NoormmeWarning, match="enable_migration_generation is read .* and has no effect"):
        db = await used(path, GENERATION)
    with pytest.raises(RecordError):
        db.optimizer.record()
