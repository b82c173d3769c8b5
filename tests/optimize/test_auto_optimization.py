"""`automation.enable_auto_optimization`: what it does at the close and now and then, and that without it nothing is."""

from __future__ import annotations

import asyncio
import gc
import logging
import sqlite3
import warnings
import weakref
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest

from noormme_py import Noormme, SyncNoormme
from noormme_py.client import async_upkeep
from noormme_py.client.async_recording import AsyncRecording
from noormme_py.client.async_upkeep import AsyncUpkeep
from noormme_py.client.sync_recording import SyncRecording
from noormme_py.errors import DiskFull, NoormmeWarning, ReadOnly
from noormme_py.optimize.plans.statistics_trial import is_due
from noormme_py.optimize.recording.record import Record
from tests.optimize.laboratory import make
from tests.optimize.skewed import BY_OWNER, BY_STATE, OPEN_JOBS, RECORD, SCHEMA, misleading, true

AUTO = {"enable_auto_optimization": True}
BOTH = {"enable_auto_optimization": True, "enable_query_analysis": True}


def analysed(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        if connection.execute("select 1 from sqlite_schema where name = 'sqlite_stat1'").fetchone() is None:
            return set()
        return {row[0] for row in connection.execute("select idx from sqlite_stat1")}


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the application asks, as if it had."""

    def record(_: object) -> Record:
        return RECORD

    monkeypatch.setattr(AsyncRecording, "record", record)
    monkeypatch.setattr(SyncRecording, "record", record)


async def until(is_so: Callable[[], bool]) -> None:
    latest = monotonic() + 20
    while not is_so():
        assert monotonic() < latest, "it has not come"
        await asyncio.sleep(0.01)


async def test_on_it_optimizes_at_the_close(tmp_path: Path) -> None:
    path = make(tmp_path / "app.db", SCHEMA, true)
    with warnings.catch_warnings():
        warnings.simplefilter("error", NoormmeWarning)
        db = await Noormme(path, automation=AUTO).initialize()
    assert analysed(path) == set()
    await db.close()
    assert analysed(path) == {"jobs_owner", "jobs_state"}
    (run,) = db.optimizer.report().runs
    assert (run.outcome, run.tables) == ("kept", ("jobs",))
    await db.close()
    assert db.optimizer.report().runs == (run,)


async def test_off_it_does_nothing(tmp_path: Path) -> None:
    path = make(tmp_path / "app.db", SCHEMA, true)
    async with Noormme(path) as db:
        pass
    assert analysed(path) == set()
    assert db.optimizer.report().runs == ()


def test_the_sync_face_optimizes_at_the_close_too(tmp_path: Path) -> None:
    path = make(tmp_path / "app.db", SCHEMA, true)
    with SyncNoormme(path) as off:
        pass
    assert (analysed(path), off.optimizer.report().runs) == (set(), ())
    with SyncNoormme(path, automation=AUTO) as on:
        pass
    assert analysed(path) == {"jobs_owner", "jobs_state"}
    assert [run.outcome for run in on.optimizer.report().runs] == ["kept"]


@pytest.mark.usefixtures("recorded")
async def test_what_would_make_recorded_statements_slower_is_refused_at_the_close(tmp_path: Path) -> None:
    path = make(tmp_path / "app.db", SCHEMA, misleading)
    async with Noormme(path, automation=BOTH) as db:
        pass
    (run,) = db.optimizer.report().runs
    assert (run.outcome, [served.after.plan for served in run.changed]) == ("refused", [(BY_OWNER,)])
    assert [known.plan.lines() for known in db.optimizer.plans()] == [(BY_STATE,)]
    assert analysed(path) == set()


@pytest.mark.usefixtures("recorded")
async def test_plans_are_looked_at_beside_the_application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(async_upkeep, "_ROUND_S", 0.01)
    path = make(tmp_path / "app.db", SCHEMA, true)
    db = await Noormme(path, automation={"enable_query_analysis": True}).initialize()
    await until(lambda: [known.sql for known in db.optimizer.plans()] == [OPEN_JOBS])
    await db.execute("drop index jobs_state")
    await until(lambda: len(db.optimizer.report().plan_changes) == 1)
    assert db.optimizer.report().plan_changes[0].cause == "dropped index: jobs_state"
    await db.close()
    assert analysed(path) == set()


@pytest.mark.usefixtures("recorded")
async def test_statistics_of_which_no_version_tells_are_noticed_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(async_upkeep, "_ROUND_S", 0.01)
    monkeypatch.setattr(async_upkeep, "_LOOK_EVERY_S", 0.0)
    path = make(tmp_path / "app.db", SCHEMA, lambda c: c.execute("analyze"))
    db = await Noormme(path, automation={"enable_query_analysis": True}).initialize()
    await until(lambda: len(db.optimizer.plans()) == 1)
    with closing(sqlite3.connect(path)) as other:
        version = other.execute("pragma schema_version").fetchone()
        true(other)
        other.commit()
        other.execute("analyze")
        assert other.execute("pragma schema_version").fetchone() == version
    await until(lambda: len(db.optimizer.report().plan_changes) == 1)
    await db.close()


async def test_now_and_then_it_optimizes_while_nobody_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(async_upkeep, "_ROUND_S", 0.01)
    monkeypatch.setattr(async_upkeep, "_OPTIMIZE_EVERY_S", 0.0)
    path = make(tmp_path / "app.db", SCHEMA, true)
    # Whoever tried it in the way of a writer would have failed by the time that is waited.
    async with Noormme(path, automation=AUTO, optimization={"busy_timeout": 20}) as db:
        async with db.transaction() as tx:
            await tx.execute("insert into jobs (owner) values (1)")
            await asyncio.sleep(0.5)
            assert db.optimizer.report().runs == ()
        await until(lambda: len(db.optimizer.report().runs) == 1)
        assert analysed(path) == {"jobs_owner", "jobs_state"}
        # What reads goes on with the schema as it is now.
        assert await db.get_repository("jobs").find_by_id(1) is not None


async def test_it_is_not_done_more_often_than_every_hour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(async_upkeep, "_ROUND_S", 0.01)
    path = make(tmp_path / "app.db", SCHEMA, true)
    async with Noormme(path, automation=AUTO) as db:
        await asyncio.sleep(0.2)
        assert db.optimizer.report().runs == ()


async def test_a_database_for_reading_is_left_alone(tmp_path: Path) -> None:
    path = make(tmp_path / "app.db", SCHEMA, true)
    before = path.read_bytes()
    async with Noormme(f"sqlite:///{path}?mode=ro", automation=AUTO) as db:
        await db.execute("select 1")
    assert db.optimizer.report().runs == ()
    assert path.read_bytes() == before


async def test_a_database_for_reading_is_not_optimized_on_request_either(tmp_path: Path) -> None:
    path = make(tmp_path / "app.db", SCHEMA, true)
    async with Noormme(f"sqlite:///{path}?mode=ro") as db:
        with pytest.raises(ReadOnly):
            await db.optimizer.optimize_now()
    assert analysed(path) == set()


async def test_a_database_in_memory_is_not_optimized_for_its_end() -> None:
    async with Noormme(":memory:", automation=AUTO) as db:
        await db.execute_script(SCHEMA)
        await db.execute_many("insert into jobs (owner, state) values (?, ?)", [[n, n % 2] for n in range(3000)])
        assert await db.optimizer.in_laboratory(lambda lab: is_due(lab, RECORD), with_rows=False)
    assert db.optimizer.report().runs == ()


async def test_what_fails_is_told_and_the_database_is_closed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = make(tmp_path / "app.db", SCHEMA, true)
    db = await Noormme(path, automation=AUTO, optimization={"busy_timeout": 20}).initialize()
    with closing(sqlite3.connect(path, isolation_level=None)) as other, caplog.at_level(logging.WARNING):
        other.execute("begin immediate")
        await db.close()
    (run,) = db.optimizer.report().runs
    assert run.outcome == "failed"
    assert "it was not optimized" in caplog.text
    assert analysed(path) == set()


async def test_a_full_disk_is_told_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make(tmp_path / "app.db", SCHEMA, true)
    monkeypatch.setattr("noormme_py.engine.scratch._MOST_IN_MEMORY", 0)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "nowhere"))
    async with Noormme(path, automation=AUTO) as db:
        pass
    (run,) = db.optimizer.report().runs
    assert (run.outcome, run.reason) == ("failed", "FileNotFoundError")


async def test_settings_are_told_with_what_they_were(tmp_path: Path) -> None:
    async with Noormme(tmp_path / "app.db", optimization={"cache_size": -1234}) as db:
        told = db.optimizer.report().settings
    (cache,) = [one for one in told if (one.connection, one.name) == ("writer", "cache_size")]
    assert (cache.before, cache.asked, cache.after, cache.reason) == (-2000, -1234, -1234, None)
    assert db.optimizer.report().settings == told


async def test_a_round_ends_with_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(async_upkeep, "_ROUND_S", 0.0)
    rounds = 0

    async def go_round(_: AsyncUpkeep) -> None:
        nonlocal rounds
        rounds += 1
        await asyncio.sleep(0 if rounds < 3 else 3600)

    monkeypatch.setattr(AsyncUpkeep, "go_round", go_round)
    db = await Noormme(make(tmp_path / "app.db", SCHEMA), automation=AUTO).initialize()
    await until(lambda: rounds == 3)
    await db.close()
    await asyncio.sleep(0.05)
    assert rounds == 3
    assert [task for task in asyncio.all_tasks() if "_go" in repr(task)] == []


async def test_a_round_that_fails_is_logged_and_the_next_one_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(async_upkeep, "_ROUND_S", 0.0)
    rounds = 0

    async def go_round(_: AsyncUpkeep) -> None:
        nonlocal rounds
        rounds += 1
        raise DiskFull("no room")

    monkeypatch.setattr(AsyncUpkeep, "go_round", go_round)
    async with Noormme(make(tmp_path / "app.db", SCHEMA), automation=AUTO):
        await until(lambda: rounds >= 2)
    assert "DiskFull" in caplog.text


async def test_rounds_keep_no_dropped_database(tmp_path: Path) -> None:
    db = await Noormme(make(tmp_path / "app.db", SCHEMA), automation=AUTO).initialize()
    optimizer = weakref.ref(db.optimizer)
    held = [db]
    del db
    with pytest.warns(ResourceWarning, match="was not closed"):
        held.clear()
    gc.collect()
    assert optimizer() is None
