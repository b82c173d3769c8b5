"""The blocks that leave nothing behind, where no plugin is."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from noormme_py import Noormme, SyncNoormme, SyncTransaction
from noormme_py.testing import assert_nothing_held, assert_nothing_left


def fail_and_leave(db: SyncNoormme, held: AbstractContextManager[SyncTransaction]) -> None:
    with assert_nothing_held(db):
        held.__enter__()
        raise LookupError


def test_what_was_open_before_is_not_blamed(tmp_path: Path) -> None:
    with SyncNoormme(tmp_path / "a.db") as db, db.transaction(), assert_nothing_held(db), assert_nothing_left():
        pass


def test_another_file_is_another_matter(tmp_path: Path) -> None:
    with SyncNoormme(tmp_path / "a.db") as a, SyncNoormme(tmp_path / "b.db") as b:
        other = b.transaction()
        with assert_nothing_held(a):
            other.__enter__()
        third = a.transaction()
        with pytest.raises(AssertionError, match=r"a\.db"), assert_nothing_left():
            third.__enter__()
        third.__exit__(None, None, None)
        other.__exit__(None, None, None)


def test_an_error_of_the_block_is_told_as_it_is(tmp_path: Path) -> None:
    with SyncNoormme(tmp_path / "a.db") as db:
        held = db.transaction()
        with pytest.raises(LookupError) as caught:
            fail_and_leave(db, held)
        held.__exit__(None, None, None)
    assert "(fail_and_leave)" in caught.value.__notes__[0]


async def test_a_thread_that_runs_on(tmp_path: Path) -> None:
    db = Noormme(":memory:")
    with pytest.raises(AssertionError, match="'noormme writer'"):
        async with assert_nothing_left():
            await db.initialize()
    async with assert_nothing_left():
        await db.execute("select 1")
    await db.close()


async def test_a_reader_of_a_database_that_was_open_before_is_not_blamed(tmp_path: Path) -> None:
    async with Noormme(tmp_path / "a.db", performance={"inline_reads": "off"}) as db, assert_nothing_left():
        assert (await db.execute("select 1 as one")).rows == [{"one": 1}]


async def test_a_stream_that_was_left_by_break_ends_by_itself(tmp_path: Path) -> None:
    async with Noormme(tmp_path / "a.db") as db:
        await db.execute("create table t (id integer primary key)")
        await db.insert_into("t").values([{"id": 1}, {"id": 2}]).execute()
        async with assert_nothing_held(db):
            async for _ in db.select_from("t").select("id").stream():
                break
