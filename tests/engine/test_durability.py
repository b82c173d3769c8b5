"""A transaction waits for the disk at its commit as it was asked to, and the next one as it was configured."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any, Literal, cast

import pytest

from noormme_py import Noormme
from noormme_py.errors import ConstraintError, DatabaseBusy, QueryError
from tests.client.watching import Watch
from tests.engine.cancelling import WHENS, When, cancelled_everywhere
from tests.engine.log_syncs import log_syncs
from tests.engine.neighbour import Neighbour

Configured = Literal["OFF", "NORMAL", "FULL", "EXTRA"]
Durability = Literal["normal", "full"]

VALUE = {"OFF": 0, "NORMAL": 1, "FULL": 2, "EXTRA": 3, "normal": 1, "full": 2}
CONFIGURED: tuple[Configured, ...] = ("OFF", "NORMAL", "FULL", "EXTRA")
ASKED: tuple[Durability, ...] = ("normal", "full")

each_configured = pytest.mark.parametrize("configured", CONFIGURED)
each_asked = pytest.mark.parametrize("asked", ASKED)


async def opened(path: Path | str, configured: Configured = "NORMAL", **optimization: Any) -> Noormme:
    settings = {"synchronous": configured, "busy_timeout": 100, **optimization}
    db = await Noormme(path, optimization=settings, performance={"max_readers": 1}).initialize()
    await db.execute("create table if not exists t (n integer check (n > 0))")
    return db


async def seen_inside(tx: Any) -> int:
    return cast(int, (await tx.execute("pragma synchronous")).rows[0]["synchronous"])


def left_behind(db: Noormme) -> dict[str, int]:
    return Watch(db).pragma("synchronous")


async def begin(db: Noormme) -> None:
    async with db.transaction(durability="full"):
        raise AssertionError("it has begun")


@each_configured
@each_asked
async def test_it_is_set_inside_and_as_configured_afterwards(
    path: Path, configured: Configured, asked: Durability
) -> None:
    async with await opened(path, configured) as db:
        async with db.transaction(durability=asked) as tx:
            assert await seen_inside(tx) == VALUE[asked]
            async with tx.transaction() as inner:
                assert await seen_inside(inner) == VALUE[asked]
            await tx.execute("insert into t values (1)")
        assert set(left_behind(db).values()) == {VALUE[configured]}
        async with db.transaction() as tx:
            assert await seen_inside(tx) == VALUE[configured]


@each_configured
async def test_it_is_as_configured_after_an_error(path: Path, configured: Configured) -> None:
    asked: Durability = "normal" if configured == "FULL" else "full"
    async with await opened(path, configured) as db:
        with pytest.raises(ConstraintError):
            async with db.transaction(durability=asked) as tx:
                await tx.execute("insert into t values (0)")
        assert set(left_behind(db).values()) == {VALUE[configured]}


@pytest.mark.parametrize("configured", ["NORMAL", "FULL"])
@pytest.mark.parametrize("when", WHENS)
async def test_it_is_as_configured_wherever_the_task_is_cancelled(
    path: Path, configured: Configured, when: When
) -> None:
    asked: Durability = "normal" if configured == "FULL" else "full"
    async with await opened(path, configured) as db:

        async def work() -> None:
            async with db.transaction(durability=asked) as tx:
                await tx.execute("insert into t values (1)")

        async def check(_: bool) -> None:
            # A transaction stands in line behind what the other has left to do.
            async with db.transaction() as tx:
                assert await seen_inside(tx) == VALUE[configured]
            assert left_behind(db)["writer"] == VALUE[configured]

        assert await cancelled_everywhere(work, check, when) > 2


async def test_it_is_as_configured_when_the_lock_was_not_to_be_had(path: Path) -> None:
    async with await opened(path) as db:
        with Neighbour(path) as neighbour:
            neighbour.execute("begin immediate")
            with pytest.raises(DatabaseBusy):
                await begin(db)
        assert left_behind(db)["writer"] == VALUE["NORMAL"]


@each_asked
async def test_a_reading_transaction_takes_it_and_writes_nothing(path: Path, asked: Durability) -> None:
    async with await opened(path) as db:
        await db.execute("insert into t values (1)")
        async with db.transaction(read_only=True, durability=asked) as tx:
            assert (await tx.execute("select n from t")).rows == [{"n": 1}]
        assert (await db.execute("select n from t")).rows == [{"n": 1}]
        assert set(left_behind(db).values()) == {VALUE["NORMAL"]}


async def test_a_database_in_memory_takes_it(path: Path) -> None:
    async with await opened(":memory:") as db:
        async with db.transaction(durability="full") as tx:
            await tx.execute("insert into t values (1)")
        assert (await db.execute("select n from t")).rows == [{"n": 1}]
        assert left_behind(db)["writer"] == VALUE["NORMAL"]


async def test_a_word_that_means_nothing_is_refused(path: Path) -> None:
    """SQLite takes any word it does not know for NORMAL."""
    async with await opened(path, "FULL") as db:
        for wrong in ("ful", "FULL", "off; delete from t"):
            with pytest.raises(QueryError, match="durability"):
                async with db.transaction(durability=cast(Durability, wrong)):
                    raise AssertionError("it has begun")
        assert left_behind(db)["writer"] == VALUE["FULL"]
        await db.execute("insert into t values (1)")


@pytest.mark.parametrize(
    ("configured", "asked", "syncs"),
    [
        ("NORMAL", None, 0),
        ("NORMAL", "normal", 0),
        ("NORMAL", "full", 1),
        ("OFF", "full", 1),
        ("FULL", None, 1),
        ("FULL", "normal", 0),
    ],
)
async def test_a_full_commit_has_the_disk_take_the_log_and_a_normal_one_has_not(
    path: Path, configured: Configured, asked: Durability | None, syncs: int
) -> None:
    # Without checkpoints, so that the log is synced for commits alone.
    async with await opened(path, configured, wal_autocheckpoint=0) as db:
        await db.execute("insert into t values (1)")
        with log_syncs(Watch(db).connections["writer"]) as counted:
            for n in range(1, 4):
                async with db.transaction(durability=asked) as tx:
                    await tx.execute("insert into t values (1)")
                    assert counted.count == (n - 1) * syncs
                assert counted.count == n * syncs


async def test_the_writes_of_others_are_as_durable_as_configured_meanwhile(path: Path) -> None:
    async with await opened(path, "NORMAL", wal_autocheckpoint=0) as db:
        await db.execute("insert into t values (1)")
        with log_syncs(Watch(db).connections["writer"]) as counted:
            async with db.transaction(durability="full") as tx:
                others = [asyncio.ensure_future(db.execute("insert into t values (2)")) for _ in range(3)]
                await asyncio.sleep(0)
                await tx.execute("insert into t values (1)")
            await asyncio.gather(*others)
            assert counted.count == 1


async def test_a_rollback_that_fails_is_no_reason_to_go_on_as_durable_as_before(path: Path) -> None:
    async with await opened(path, "FULL") as db:
        raw = Watch(db).connections["writer"]

        async def work() -> None:
            async with db.transaction(durability="normal") as tx:
                await tx.execute("insert into t values (1)")
                raw.set_authorizer(no_rollback)
                raise LookupError

        with pytest.raises(LookupError):
            await work()
        raw.set_authorizer(None)
        await db.execute("insert into t values (2)")
        assert (await db.execute("select n from t")).rows == [{"n": 2}]
        assert left_behind(db)["writer"] == VALUE["FULL"]


def no_rollback(action: int, first: str | None, *_: object) -> int:
    is_rollback = action == sqlite3.SQLITE_TRANSACTION and first == "ROLLBACK"
    return sqlite3.SQLITE_DENY if is_rollback else sqlite3.SQLITE_OK
