"""Short statements run on the loop\'s own connection; what is long, large or locked goes to a lane."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from noormme_py import Codec, Noormme
from noormme_py.errors import UniqueViolation
from tests.engine.neighbour import Neighbour

HERE = Codec("thread", str, str, lambda _: threading.current_thread().name)
LOOP = "MainThread"
SCHEMA = """
create table t (id integer primary key, v text not null unique, size integer);
create table big (id integer primary key, v text);
create table p (id integer primary key);
create table c (p integer references p (id));
"""


def opened(path: Path, **settings: Any) -> Noormme:
    """Return a database whose column `v` says which thread decoded it."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCHEMA)
    return Noormme(path, codecs={"t.v": HERE, "big.v": HERE}, **settings)


def size_of(path: Path) -> int:
    return path.stat().st_size


async def test_short_reads_and_lone_writes_stay_on_the_loop(path: Path) -> None:
    async with opened(path) as db:
        rows = db.get_repository("t")
        assert (await rows.create({"v": "a"})).v == LOOP
        assert (await rows.get_by_id(1)).v == LOOP
        assert (await rows.update(1, {"size": 3})).v == LOOP
        assert [row.v for row in await rows.find_many_by_size(3)] == [LOOP]
        assert await db.select_from("t").select("v").execute() == [{"v": LOOP}]


async def test_a_read_over_the_budget_is_done_on_a_lane_with_the_same_answer(path: Path) -> None:
    async with opened(path) as db:
        big = db.get_repository("big")
        await big.insert_many({"v": str(n)} for n in range(20_000))
        rows = await big.find_all()
        assert len(rows) == 20_000
        assert rows[0].v != LOOP
        # It is remembered: the next time it is not even tried on the loop.
        assert (await big.find_all())[0].v != LOOP
        # What is short stays short.
        assert (await big.get_by_id(1)).v == LOOP


async def test_a_write_over_the_budget_is_undone_and_done_on_the_lane(path: Path) -> None:
    async with opened(path) as db:
        big = db.get_repository("big")
        await big.insert_many({"v": str(n)} for n in range(20_000))
        assert await big.update_many({"id__gt": 0}, {"v": "x"}) == 20_000
        assert await db.select_from("big").select("id").where("v", "=", "x").limit(1).execute() == [{"id": 1}]


async def test_a_count_of_a_whole_table_never_holds_the_loop(path: Path) -> None:
    async with opened(path) as db:
        big = db.get_repository("big")
        await big.insert_many({"v": str(n)} for n in range(1_000))
        assert await big.count() == 1_000
        assert db._engine.loop_connection is not None
        rests = db._engine.loop_connection._rests
        assert [rest for sql, rest in rests.items() if "count(*)" in sql] == [-1]


async def test_large_values_are_written_on_the_lane(path: Path) -> None:
    async with opened(path) as db:
        assert (await db.get_repository("t").create({"v": "x" * 100_000})).v != LOOP


async def test_a_lock_of_another_process_is_waited_for_on_the_lane(path: Path) -> None:
    async with opened(path) as db:
        rows = db.get_repository("t")
        with Neighbour(path) as neighbour:
            neighbour.execute("begin immediate")
            waiting = asyncio.ensure_future(rows.create({"v": "a"}))
            # The loop goes round meanwhile, and reads are answered.
            for _ in range(20):
                await asyncio.sleep(0.01)
                assert await rows.find_by_id(1) is None
            assert not waiting.done()
            neighbour.execute("commit")
        assert (await waiting).id == 1


async def test_a_task_that_never_waits_lets_others_have_their_turn(path: Path) -> None:
    async with opened(path) as db:
        rows = db.get_repository("t")
        await rows.create({"v": "a"})
        turns = 0

        async def other() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        task = asyncio.ensure_future(other())
        for _ in range(3_000):
            await rows.find_by_id(1)
        task.cancel()
        assert turns > 3


async def test_errors_are_those_of_a_lane(path: Path) -> None:
    async with opened(path) as db:
        rows = db.get_repository("t")
        await rows.create({"v": "a"})
        with pytest.raises(UniqueViolation) as clash:
            await rows.create({"v": "a"})
        assert (clash.value.table, clash.value.columns) == ("t", ("v",))
        assert await rows.count() == 1


async def test_the_log_does_not_grow_without_bound(path: Path) -> None:
    async with opened(path, optimization={"wal_autocheckpoint": 40}) as db:
        rows = db.get_repository("t")
        for number in range(2_000):
            await rows.create({"v": str(number)})
        assert size_of(Path(f"{path}-wal")) < 400 * 4_096


async def test_what_a_pragma_sets_holds_for_the_writes_after_it(path: Path) -> None:
    async with opened(path) as db:
        await db.execute("pragma foreign_keys = off")
        await db.get_repository("c").create({"p": 99})
        assert await db.get_repository("c").count() == 1


async def test_no_write_is_done_twice(path: Path) -> None:
    """The budget is asked for by the statements' lifetime steps: sooner or later at the very end of a COMMIT."""
    async with opened(path) as db:
        rows = db.get_repository("big")
        for number in range(6_000):
            await rows.create({"v": str(number)})
        assert await rows.count() == 6_000


async def test_a_write_on_the_loop_is_seen_by_the_next_read(path: Path) -> None:
    async with opened(path) as db:
        rows = db.get_repository("t")
        for number in range(200):
            made = await rows.create({"v": str(number), "size": number})
            assert (await rows.get_by_id(made.id)).size == number
            assert await rows.count() == number + 1
