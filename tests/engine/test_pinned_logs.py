"""Who reads an old snapshot keeps the write-ahead log from being emptied: he is named, and once warned of."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from noormme_py import Noormme
from noormme_py.engine import checkpoints
from noormme_py.engine.log_state import LogState
from noormme_py.engine.stream import STREAM_ROWS
from tests.engine.files import log_of, size_of
from tests.engine.neighbour import Neighbour

LOOKS = 20_000
ROWS = 2 * STREAM_ROWS
ENDLESS = "with recursive c (x) as (select 1 union all select x + 1 from c) select x from c, t where x < 0"


@pytest.fixture
async def db(path: Path) -> AsyncGenerator[Noormme]:
    """Nothing was written for a while already after a few milliseconds, unless a test says otherwise."""
    async with Noormme(path, performance={"max_readers": 2}) as database:
        await database.execute("create table t (id integer primary key, v text)")
        await database.get_repository("t").insert_many({"v": "x"} for _ in range(ROWS))
        yield database


@asynccontextmanager
async def snapshot(db: Noormme, _: Path) -> AsyncGenerator[None]:
    async with db.transaction(read_only=True) as tx:
        await tx.execute("select v from t where id = ?", [1])
        yield


@asynccontextmanager
async def stream(db: Noormme, _: Path) -> AsyncGenerator[None]:
    rows = db.select_from("t").select("v").stream()
    await anext(rows)
    try:
        yield
    finally:
        await rows.aclose()


@asynccontextmanager
async def statement(db: Noormme, _: Path) -> AsyncGenerator[None]:
    running = asyncio.ensure_future(db.execute(ENDLESS))
    pool = db._engine._readers
    assert pool is not None
    for _turn in range(LOOKS):
        if any(one.holds_snapshot for one in pool.connections):
            break
        await asyncio.sleep(0.001)
    # It has its snapshot a moment after it was taken up.
    await asyncio.sleep(0.1)
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@asynccontextmanager
async def another_database_object(_: Noormme, path: Path) -> AsyncGenerator[None]:
    async with Noormme(path) as other, snapshot(other, path):
        yield


@asynccontextmanager
async def neighbour(_: Noormme, path: Path) -> AsyncGenerator[None]:
    with Neighbour(path) as other:
        other.run("begin", "select count(*) from t")
        yield


PINNED = {
    "a transaction": (snapshot, "(snapshot); its first statement: select v from t where id = ?"),
    "a stream": (stream, '(stream); its first statement: select "v" from "t"'),
    "a statement": (statement, "the connection 'reader"),
    "another database object": (another_database_object, "(snapshot); its first statement: select v from t"),
    "another process": (neighbour, "another process"),
}


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    assert {record.levelno for record in caplog.records} <= {logging.WARNING}
    return [record.getMessage() for record in caplog.records if record.name == "noormme_py"]


@pytest.mark.parametrize("who", PINNED)
async def test_the_reader_of_an_old_snapshot_is_named_and_warned_of_once(
    db: Noormme, path: Path, who: str, caplog: pytest.LogCaptureFixture
) -> None:
    pin, named = PINNED[who]
    for episode in (1, 2):
        async with pin(db, path):
            await db.execute("insert into t (v) values ('y')")
            for _ in range(3):
                state = await db.checkpoint()
                assert state.pinned_by is not None
                assert named in state.pinned_by
                assert state.pages > state.checkpointed_pages
                assert db.metrics().log == state
            assert len(warnings(caplog)) == episode
            assert path.name in warnings(caplog)[-1]
            assert named in warnings(caplog)[-1]
        assert await db.checkpoint() == LogState()
        assert len(warnings(caplog)) == episode
    assert size_of(log_of(path)) == 0


async def test_the_log_is_emptied_by_itself_once_the_reader_has_ended(
    db: Noormme, path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "_FIRST_IDLE_S", 0.02)
    monkeypatch.setattr(checkpoints, "_LAST_IDLE_S", 0.05)
    await db.checkpoint()
    async with snapshot(db, path):
        await db.execute("insert into t (v) values ('y')")
        before = db.metrics().checkpoints
        for _ in range(LOOKS):
            if db.metrics().checkpoints >= before + 3:
                break
            await asyncio.sleep(0.001)
        # It was tried several times, and warned of once.
        assert db.metrics().checkpoints >= before + 3
        assert db.metrics().log.pinned_by is not None
        assert len(warnings(caplog)) == 1
        assert size_of(log_of(path)) > 0
    for _ in range(LOOKS):
        if db.metrics().log == LogState():
            break
        await asyncio.sleep(0.001)
    assert size_of(log_of(path)) == 0
    assert db.metrics().log.pinned_by is None
    assert len(warnings(caplog)) == 1


async def test_a_reader_who_only_passes_is_named_and_not_warned_of(
    db: Noormme, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        async with snapshot(db, path):
            await db.execute("insert into t (v) values ('y')")
            assert (await db.checkpoint()).pinned_by is not None
        assert (await db.checkpoint()).pinned_by is None
    assert warnings(caplog) == []


async def test_the_oldest_of_several_readers_is_named(db: Noormme, path: Path) -> None:
    async with snapshot(db, path):
        await db.execute("insert into t (v) values ('y')")
        async with stream(db, path):
            state = await db.checkpoint()
            assert "(snapshot)" in (state.pinned_by or "")


async def test_a_long_log_that_passive_checkpoints_cannot_shorten_is_told_of(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody asks here, and it is never idle: the checkpoints behind the commits see it."""
    async with Noormme(path, optimization={"wal_autocheckpoint": 20}) as db:
        await db.execute("create table t (id integer primary key, v text)")
        await db.execute("insert into t (v) values ('x')")
        async with snapshot(db, path):
            for _ in range(LOOKS):
                await db.get_repository("t").insert_many({"v": "y" * 400} for _ in range(20))
                if warnings(caplog):
                    break
            assert "(snapshot)" in (db.metrics().log.pinned_by or "")
            assert db.metrics().log.pages > 4 * 20
            assert len(warnings(caplog)) == 1


async def test_a_writer_of_another_process_is_not_taken_for_a_reader_of_an_empty_log(
    db: Noormme, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await db.checkpoint()
    with Neighbour(path) as other:
        other.run("begin immediate", "insert into t (v) values ('z')")
        assert await db.checkpoint() == LogState()
    assert warnings(caplog) == []


async def test_who_only_waits_for_the_lock_is_not_taken_for_a_reader(db: Noormme, path: Path) -> None:
    async with Noormme(path) as other_object:
        await db.execute("insert into t (v) values ('y')")
        with Neighbour(path) as other:
            other.run("begin immediate", "insert into t (v) values ('z')")
            waiting = asyncio.ensure_future(other_object.execute("insert into t (v) values ('w')"))
            # It has come to the lane, and to SQLite's lock.
            await asyncio.sleep(0.1)
            state = await db.checkpoint()
            assert not waiting.done()
            assert state.pinned_by == "another process"
            other.execute("commit")
        await waiting
