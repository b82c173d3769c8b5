"""Leaving: what runs may end, what waits is told, no thread stays, and the process always exits."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import threading
import warnings
from pathlib import Path

import pytest

from noormme_py import Noormme
from noormme_py.engine import async_engine
from noormme_py.errors import Closed, DatabaseError, Interrupted
from tests.engine.neighbour import Neighbour, run_python
from tests.engine.test_cancellation import ENDLESS


def our_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("noormme")]


async def test_closing_again_does_nothing(path: Path) -> None:
    db = Noormme(path)
    await db.close()
    await db.initialize()
    await db.close()
    await db.close()
    async with db:
        await db.close()


async def test_a_closed_database_can_be_opened_again(path: Path) -> None:
    db = Noormme(path)
    for _ in range(3):
        async with db:
            await db.execute("create table if not exists t (n integer)")
            await db.execute("insert into t values (1)")
    async with db:
        assert (await db.execute("select count(*) as n from t")).rows == [{"n": 3}]


async def test_nothing_works_before_opening_nor_after_closing(path: Path) -> None:
    async def check(db: Noormme) -> None:
        for attempt in (
            db.execute("select 1"),
            db.execute("create table t (n integer)"),
            db.execute_many("insert into t values (?)", [(1,)]),
            db.execute_script("select 1"),
            db.refresh_schema(),
            db.transaction().__aenter__(),
            db.select_from("t").select_all().execute(),
            anext(db.select_from("t").select_all().stream()),
            db.create_table("t").column("n", "integer").execute(),
        ):
            with pytest.raises(Closed):
                await attempt
        with pytest.raises(Closed):
            db.get_repository("t")
        with pytest.raises(Closed):
            db.schema.table_names()

    db = Noormme(path)
    await check(db)
    assert list(path.parent.iterdir()) == []
    async with db:
        pass
    await check(db)


async def test_what_was_made_while_it_was_open_is_refused_later(db: Noormme) -> None:
    rows = db.get_repository("t")
    query = db.select_from("t").select_all()
    prepared = query.prepare()
    stream = query.stream()
    await db.close()
    for attempt in (rows.count(), rows.create({"n": 1}), query.execute(), prepared.execute(), anext(stream)):
        with pytest.raises(Closed):
            await attempt


async def test_no_thread_stays(path: Path) -> None:
    assert our_threads() == []
    async with Noormme(path, performance={"max_readers": 3}) as db:
        await db.execute("create table t (n integer)")
        await asyncio.gather(*(db.execute("select 1 as one") for _ in range(20)))
        assert sorted(our_threads()) == ["noormme reader 0", "noormme reader 1", "noormme reader 2", "noormme writer"]
    assert our_threads() == []


async def test_a_database_in_memory_has_one_thread() -> None:
    async with Noormme(":memory:") as db:
        await asyncio.gather(*(db.execute("select 1 as one") for _ in range(20)))
        assert our_threads() == ["noormme writer"]
    assert our_threads() == []


async def test_opening_it_in_two_tasks_opens_it_once(path: Path) -> None:
    db = Noormme(path)
    await asyncio.gather(db.initialize(), db.initialize(), db.initialize())
    assert sorted(our_threads()).count("noormme writer") == 1
    await db.execute("create table t (n integer)")
    await db.close()
    assert our_threads() == []


async def test_the_log_is_emptied_and_gone_after_closing(path: Path) -> None:
    async with Noormme(path) as db:
        await db.execute("create table t (n integer)")
        assert sorted(file.name for file in path.parent.iterdir()) == ["app.db", "app.db-shm", "app.db-wal"]
    assert [file.name for file in path.parent.iterdir()] == ["app.db"]


async def test_what_runs_may_end(db: Noormme) -> None:
    rows = db.get_repository("t")
    running = asyncio.ensure_future(rows.insert_many({"n": i} for i in range(5_000)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await db.close()
    assert await running == 5_000
    async with db:
        assert await db.get_repository("t").count() == 5_000


async def test_what_waits_is_told(db: Noormme) -> None:
    rows = db.get_repository("t")

    async def hold() -> None:
        async with db.transaction() as tx:
            await tx.execute("insert into t (n) values (1)")
            holding.set()
            await closed.wait()
            await tx.execute("insert into t (n) values (2)")

    holding, closed = asyncio.Event(), asyncio.Event()
    holder = asyncio.ensure_future(hold())
    await holding.wait()
    waiting = asyncio.ensure_future(rows.create({"n": 3}))
    await asyncio.sleep(0)
    await db.close()
    closed.set()
    for task in (holder, waiting):
        with pytest.raises(Closed):
            await task
    async with db:
        assert await rows.count() == 0


async def test_what_runs_for_too_long_is_interrupted(db: Noormme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(async_engine, "CLOSE_TIMEOUT_S", 0.05)
    reads = [asyncio.ensure_future(db.execute(ENDLESS)) for _ in range(2)]
    write = asyncio.ensure_future(db.execute(f"insert into t (n) {ENDLESS}"))
    await asyncio.sleep(0.05)
    await db.close()
    for task in (*reads, write):
        with pytest.raises(Interrupted):
            await task
    assert our_threads() == []


async def test_a_cancelled_close_lets_nothing_run_on(db: Noormme) -> None:
    closing = asyncio.ensure_future(db.close())
    await asyncio.sleep(0)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    await db.close()
    for _ in range(500):
        if not our_threads():
            break
        await asyncio.sleep(0.01)
    assert our_threads() == []


async def test_an_error_in_the_block_closes_it(path: Path) -> None:
    with pytest.raises(LookupError):
        async with Noormme(path):
            raise LookupError
    assert our_threads() == []


async def test_a_failed_opening_leaves_no_thread(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError):
        await Noormme(tmp_path).initialize()
    for _ in range(500):
        if not our_threads():
            break
        await asyncio.sleep(0.01)
    assert our_threads() == []


async def test_an_unclosed_database_is_told_and_its_threads_end(path: Path) -> None:
    db = Noormme(path)
    await db.initialize()
    await db.execute("select 1 as one")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        del db
        gc.collect()
    assert [(warning.category, str(warning.message)) for warning in caught] == [
        (ResourceWarning, f"<Noormme {str(path)!r}> was not closed")
    ]
    for _ in range(500):
        if not our_threads():
            break
        await asyncio.sleep(0.01)
    assert our_threads() == []


FORGETFUL = """
import asyncio, sys
from noormme_py import Noormme

async def main():
    global db
    db = await Noormme(sys.argv[1]).initialize()
    await db.execute("create table if not exists t (n integer)")
    await db.execute("insert into t values (1)")
    {more}

asyncio.run(main())
print("done")
"""


@pytest.mark.parametrize(
    "more",
    [
        "pass",
        "await db.transaction().__aenter__()",
        "asyncio.ensure_future(db.execute('insert into t values (2)'))",
        "db.kept = db.select_from('t').select_all().stream(); await anext(db.kept)",
    ],
)
async def test_a_program_that_forgets_to_close_exits(path: Path, more: str) -> None:
    outcome = run_python(FORGETFUL.format(more=more), path)
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout == "done\n"
    assert "ResourceWarning" in outcome.stderr
    assert "was not closed" in outcome.stderr
    with Neighbour(path) as neighbour:
        neighbour.check_that_it_can_write()
        assert neighbour.execute("select n from t limit 1") == [[1]]


async def test_a_program_that_dies_in_a_transaction_leaves_the_last_commit(path: Path) -> None:
    outcome = run_python(FORGETFUL.format(more="import os; await db.transaction().__aenter__(); os._exit(3)"), path)
    assert outcome.returncode == 3
    with Neighbour(path) as neighbour:
        neighbour.check_that_it_can_write()
        assert neighbour.execute("select count(*) from t") == [[1]]


async def test_a_program_with_an_endless_query_exits(path: Path) -> None:
    endless = f"asyncio.ensure_future(db.execute({ENDLESS!r})); await asyncio.sleep(0.1)"
    outcome = run_python(FORGETFUL.format(more=endless), path)
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout == "done\n"


async def test_the_file_is_let_go(path: Path) -> None:
    async with Noormme(path) as db:
        await db.execute("create table t (n integer)")
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        assert connection.execute("pragma locking_mode = exclusive").fetchone() == ("exclusive",)
        connection.execute("insert into t values (1)")
    finally:
        connection.close()


async def test_asking_a_repository_for_an_attribute_after_the_end_is_no_other_error(path: Path) -> None:
    async with Noormme(path) as db:
        await db.execute("create table t (id integer primary key)")
        rows = db.get_repository("t")
        assert hasattr(rows, "find_by_id")
    assert not hasattr(rows, "foo")
    with pytest.raises(AttributeError, match="not open"):
        _ = rows.foo
    with pytest.raises(Closed):
        await rows.find_by_id(1)
