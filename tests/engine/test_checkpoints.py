"""The write-ahead log is kept short behind the answers, and emptied when nothing is written."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from noormme_py import Noormme
from noormme_py.engine import checkpoints
from noormme_py.engine.log_state import LogState
from noormme_py.errors import Closed, NoormmeError, TransactionError
from tests.client.watching import Watch
from tests.engine.files import log_of, size_of
from tests.engine.neighbour import Neighbour

LONG_S = 20
FRAME = 4096 + 24
PAGES = 40
"""The pages of `wal_autocheckpoint`; the log may become so many times as long before somebody has to wait."""
BOUND = 2 * checkpoints._TOO_LONG * PAGES * FRAME


@pytest.fixture
async def db(path: Path) -> AsyncGenerator[Noormme]:
    optimization = {"wal_autocheckpoint": PAGES, "busy_timeout": 100}
    async with Noormme(path, optimization=optimization, performance={"max_readers": 3}) as database:
        await database.execute("create table t (id integer primary key, v text)")
        yield database


@pytest.fixture
def is_soon_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was written for a while already after a few milliseconds."""
    monkeypatch.setattr(checkpoints, "_FIRST_IDLE_S", 0.02)
    monkeypatch.setattr(checkpoints, "_LAST_IDLE_S", 0.05)


async def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so that comes about in the background."""
    for _ in range(LONG_S * 1_000):
        if is_so():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it never came about")


async def lone_write(db: Noormme) -> None:
    await db.get_repository("t").create({"v": "x"})


async def write_together(db: Noormme) -> None:
    await asyncio.gather(*(db.get_repository("t").create({"v": "x"}) for _ in range(10)))


async def transaction(db: Noormme) -> None:
    async with db.transaction() as tx:
        await tx.execute("insert into t (v) values ('x')")


async def bulk(db: Noormme) -> None:
    await db.get_repository("t").insert_many({"v": "x" * 400} for _ in range(20))


WAYS = pytest.mark.parametrize("write", [lone_write, write_together, transaction, bulk])


@WAYS
async def test_the_log_of_a_steady_writer_stays_short(
    db: Noormme, path: Path, write: Callable[[Noormme], Awaitable[None]]
) -> None:
    longest = 0
    for _ in range(400):
        await write(db)
        longest = max(longest, size_of(log_of(path)))
    assert FRAME < longest < BOUND
    # They are ours, and not those that SQLite does inside of a commit.
    assert db.metrics().checkpoints > 5


async def test_checkpoints_are_done_on_the_writers_thread(db: Noormme) -> None:
    done: list[tuple[str, str]] = []
    for connection in Watch(db).connections.values():
        connection.set_trace_callback(lambda sql: done.append((sql, threading.current_thread().name)))
    for _ in range(40):
        await lone_write(db)
    await until(lambda: any("wal_checkpoint" in sql for sql, _ in done))
    for connection in Watch(db).connections.values():
        connection.set_trace_callback(None)
    assert {entry for entry in done if "checkpoint" in entry[0]} == {
        ("pragma wal_checkpoint(passive)", "noormme writer")
    }
    # The answers themselves came from the loop.
    assert "MainThread" in {thread for sql, thread in done if sql.startswith("insert")}


async def test_a_checkpoint_lets_later_writers_wait_for_locks_as_before(db: Noormme) -> None:
    await db.checkpoint()
    assert Watch(db).pragma("busy_timeout")["writer"] == 100


async def define(db: Noormme) -> None:
    await db.execute("create table u (a)")


async def vacuum(db: Noormme) -> None:
    await db.execute("vacuum")


@pytest.mark.usefixtures("is_soon_idle")
@pytest.mark.parametrize("write", [lone_write, write_together, transaction, bulk, define, vacuum])
async def test_the_log_is_emptied_when_nothing_is_written(
    path: Path, write: Callable[[Noormme], Awaitable[None]]
) -> None:
    async with Noormme(path) as db:
        await db.execute("create table t (id integer primary key, v text)")
        for _ in range(2):
            await until(lambda: size_of(log_of(path)) == 0)
            # Then it rests until somebody writes again.
            await until(lambda: db._engine._checkpoints is not None and db._engine._checkpoints._timer is None)
            assert db.metrics().log == LogState()
            if write is define:
                await db.execute("drop table if exists u")
            await write(db)
            assert size_of(log_of(path)) > 0
        await until(lambda: size_of(log_of(path)) == 0)


async def test_a_checkpoint_that_is_asked_for_empties_the_log_and_says_so(db: Noormme, path: Path) -> None:
    await bulk(db)
    assert size_of(log_of(path)) > 0
    assert await db.checkpoint() == LogState(0, 0, None)
    assert size_of(log_of(path)) == 0
    assert await db.checkpoint() == db.metrics().log == LogState()


@pytest.mark.parametrize("settings", [{"enable_wal_mode": False}, {}], ids=["no log", "in memory"])
async def test_without_a_log_there_is_nothing_to_do(path: Path, settings: dict[str, Any]) -> None:
    async with Noormme(path if settings else ":memory:", optimization=settings) as db:
        await db.execute("create table t (id integer primary key, v text)")
        assert await db.checkpoint() == LogState()


async def test_whoever_holds_the_transaction_is_told_that_he_would_wait_for_himself(db: Noormme) -> None:
    async with db.transaction():
        with pytest.raises(TransactionError):
            await db.checkpoint()


async def test_without_autocheckpoint_only_those_asked_for_are_done(path: Path) -> None:
    async with Noormme(path, optimization={"wal_autocheckpoint": 0}) as db:
        await db.execute("create table t (id integer primary key, v text)")
        for _ in range(100):
            await bulk(db)
        assert db.metrics().checkpoints == 0
        assert db._engine._checkpoints is not None
        assert db._engine._checkpoints._timer is None
        assert size_of(log_of(path)) > 200 * FRAME
        assert await db.checkpoint() == LogState()
        assert db.metrics().checkpoints == 1


async def test_readers_that_overlap_all_the_time_do_not_let_the_log_grow(db: Noormme, path: Path) -> None:
    """There is always one that reads, so that SQLite never begins the log anew by itself."""
    is_over = False

    async def read_on() -> None:
        held = AsyncExitStack()
        while not is_over:
            following = AsyncExitStack()
            tx = await following.enter_async_context(db.transaction(read_only=True))
            await tx.execute("select count(*) as n from t")
            await held.aclose()
            held = following
        await held.aclose()

    reading = asyncio.ensure_future(read_on())
    longest = 0
    for _ in range(200):
        await bulk(db)
        longest = max(longest, size_of(log_of(path)))
    is_over = True
    await reading
    assert longest < 2 * BOUND


@pytest.mark.usefixtures("is_soon_idle")
async def test_a_checkpoint_that_finds_the_writer_held_gives_way(db: Noormme, path: Path) -> None:
    looks = db._engine._checkpoints
    assert looks is not None
    await lone_write(db)
    async with db.transaction() as tx:
        # It waits for the writer, for busy_timeout at the longest, and is done later.
        await until(lambda: looks._task is not None)
        await until(lambda: looks._task is None)
        assert size_of(log_of(path)) > 0
        await tx.execute("insert into t (v) values ('y')")
    await until(lambda: size_of(log_of(path)) == 0)


@pytest.mark.parametrize("is_asked_for", [True, False])
async def test_a_database_can_be_closed_while_a_checkpoint_runs(path: Path, is_asked_for: bool) -> None:
    for turns in range(8):
        async with Noormme(path) as db:
            await db.execute("create table if not exists t (id integer primary key, v text)")
            await bulk(db)
            if is_asked_for:
                checkpoint: asyncio.Future[Any] = asyncio.ensure_future(db.checkpoint())
            else:
                assert db._engine._checkpoints is not None
                db._engine._checkpoints._begin("truncate")
                task = db._engine._checkpoints._task
                assert task is not None
                checkpoint = task
            for _ in range(turns):
                await asyncio.sleep(0)
            async with asyncio.timeout(LONG_S):
                await db.close()
                outcome = (await asyncio.gather(checkpoint, return_exceptions=True))[0]
        assert outcome is None or isinstance(outcome, LogState | Closed)
        with Neighbour(path) as neighbour:
            neighbour.check_that_it_can_write()


async def test_no_look_is_left_when_a_database_is_closed(path: Path) -> None:
    async with Noormme(path) as db:
        await db.execute("create table t (id integer primary key, v text)")
        looks = db._engine._checkpoints
        assert looks is not None
        assert looks._timer is not None
    assert looks._timer.cancelled()
    with pytest.raises(NoormmeError):
        await db.checkpoint()
