"""`db.metrics()` counts what has happened since the database was opened."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import FrozenInstanceError
from pathlib import Path
from time import perf_counter_ns

import pytest

from noormme_py import Noormme
from noormme_py.engine.log_state import LogState
from noormme_py.engine.metrics import EngineMetrics
from noormme_py.errors import Closed


@pytest.fixture
async def db(path: Path) -> AsyncGenerator[Noormme]:
    async with Noormme(path) as database:
        await database.execute("create table t (id integer primary key, n integer not null)")
        await database.execute("insert into t (n) values (1), (2), (3)")
        yield database


async def test_statements_on_the_loop_are_counted(db: Noormme) -> None:
    t = db.get_repository("t")
    before = db.metrics().loop_statements
    await t.find_by_id(1)
    await t.find_by_id(2)
    assert db.metrics().loop_statements == before + 2
    await t.create({"n": 4})
    assert db.metrics().loop_statements == before + 3
    # On a lane.
    await t.count()
    async with db.transaction() as tx:
        await tx.get_repository("t").find_by_id(1)
    assert db.metrics().loop_statements == before + 3
    assert db.metrics().loop_moved == 0


async def test_what_was_too_long_for_the_loop_is_counted(db: Noormme) -> None:
    await db.get_repository("t").insert_many({"n": n} for n in range(20_000))
    before = db.metrics()
    assert len(await db.select_from("t").select("n").execute()) == 20_003
    assert db.metrics().loop_moved == before.loop_moved + 1


async def test_the_longest_hold_of_the_loop_is_a_part_of_the_time_that_passed(db: Noormme) -> None:
    began_ns = perf_counter_ns()
    assert db.metrics().loop_longest_ns == 0
    await db.get_repository("t").find_by_id(1)
    first = db.metrics().loop_longest_ns
    assert 0 < first < perf_counter_ns() - began_ns
    await db.get_repository("t").find_by_id(2)
    assert db.metrics().loop_longest_ns >= first


async def test_without_inline_reads_nothing_runs_on_the_loop(path: Path) -> None:
    async with Noormme(path, performance={"inline_reads": "off"}) as db:
        await db.execute("create table t (id integer primary key, n integer not null)")
        t = db.get_repository("t")
        await t.create({"n": 1})
        await t.find_by_id(1)
        metrics = db.metrics()
        assert (metrics.loop_statements, metrics.loop_moved, metrics.loop_longest_ns) == (0, 0, 0)


async def test_writes_that_were_committed_together_are_counted(db: Noormme) -> None:
    t = db.get_repository("t")
    before = db.metrics()
    async with db.transaction():
        # They wait for the transaction, and then go together.
        writes = [asyncio.ensure_future(t.create({"n": n})) for n in range(5)]
        await asyncio.sleep(0)
    await asyncio.gather(*writes)
    after = db.metrics()
    assert (after.group_commits, after.grouped_writes) == (before.group_commits + 1, before.grouped_writes + 5)
    # A lone write and a transaction are no group.
    await t.create({"n": 6})
    async with db.transaction() as tx:
        await tx.get_repository("t").create({"n": 7})
    assert db.metrics().group_commits == after.group_commits


async def test_checkpoints_are_counted_with_the_log_as_the_last_one_left_it(db: Noormme) -> None:
    assert (db.metrics().checkpoints, db.metrics().log) == (0, LogState())
    async with db.transaction(read_only=True) as tx:
        await tx.execute("select n from t")
        await db.get_repository("t").create({"n": 4})
        state = await db.checkpoint()
        assert state.pages > 0
        assert (db.metrics().checkpoints, db.metrics().log) == (1, state)
    await db.checkpoint()
    assert (db.metrics().checkpoints, db.metrics().log) == (2, LogState())


async def test_figures_are_of_the_moment_and_do_not_change(db: Noormme) -> None:
    before = db.metrics()
    statements = before.loop_statements
    await db.get_repository("t").find_by_id(1)
    assert before.loop_statements == statements
    with pytest.raises(FrozenInstanceError):
        before.loop_statements = 0  # type: ignore[misc]


@pytest.mark.parametrize("database", [":memory:", None])
async def test_a_new_database_begins_at_nothing(path: Path, database: str | None) -> None:
    async with Noormme(database or path) as db:
        assert db.metrics() == EngineMetrics(0, 0, 0, 0, 0, 0, LogState())


async def test_a_database_that_is_not_open_has_no_figures(path: Path) -> None:
    db = Noormme(path)
    with pytest.raises(Closed):
        db.metrics()
    await db.initialize()
    db.metrics()
    await db.close()
    with pytest.raises(Closed):
        db.metrics()
