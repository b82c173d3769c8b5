"""A cancelled task leaves nothing behind: no lock, no open transaction, no running statement."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from noormme_py import AsyncTransaction, Noormme
from tests.engine.cancelling import WHENS, CancelledAt, When, cancelled_everywhere, is_cancelled
from tests.engine.neighbour import Neighbour

ENDLESS = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) as n from n"


@pytest.fixture
def neighbour(db: Noormme, path: Path) -> Iterator[Neighbour]:
    with Neighbour(path) as other:
        yield other


class Looker:
    """Looks after each cancellation that nobody holds anything, here or in another process."""

    def __init__(self, db: Noormme, neighbour: Neighbour) -> None:
        self._db = db
        self._neighbour = neighbour

    async def __call__(self, was_cancelled: bool) -> None:
        self._neighbour.check_that_it_can_write()
        rows = self._db.get_repository("t")
        created = await rows.create({"n": -1})
        assert await rows.delete(created.id)
        # All readers answer, whoever held one of them.
        assert await asyncio.gather(*(rows.count({"n": -1}) for _ in range(4))) == [0, 0, 0, 0]


@pytest.mark.parametrize("when", WHENS)
async def test_a_cancelled_write(db: Noormme, path: Path, neighbour: Neighbour, when: When) -> None:
    async with Noormme(path, performance={"inline_reads": "off", "max_readers": 2}) as on_lanes:
        rows = on_lanes.get_repository("t")
        cancelled = await cancelled_everywhere(lambda: rows.create({"n": 1}), Looker(db, neighbour), when)
        assert cancelled >= 1


@pytest.mark.parametrize("when", WHENS)
async def test_a_cancelled_write_among_others_leaves_the_others(db: Noormme, neighbour: Neighbour, when: When) -> None:
    rows = db.get_repository("t")
    look = Looker(db, neighbour)
    others: list[asyncio.Future[object]] = []

    async def check(was_cancelled: bool) -> None:
        # Both others are answered, so both are kept, whatever became of the third.
        await asyncio.gather(*others)
        others.clear()
        assert await rows.count({"n": 2}) == 2
        await rows.delete_many({}, all_rows=True)
        await look(was_cancelled)

    async def work() -> None:
        others.extend(asyncio.ensure_future(rows.create({"n": 2})) for _ in range(2))
        await asyncio.sleep(0)
        await rows.create({"n": 3})

    assert await cancelled_everywhere(work, check, when) >= 2


@pytest.mark.parametrize("when", WHENS)
async def test_a_cancelled_bulk_write_is_kept_whole_or_not_at_all(
    db: Noormme, neighbour: Neighbour, when: When
) -> None:
    rows = db.get_repository("t")
    look = Looker(db, neighbour)

    async def check(was_cancelled: bool) -> None:
        await look(was_cancelled)
        assert await rows.count() in (0, 2_500)
        await rows.delete_many({}, all_rows=True)

    await cancelled_everywhere(lambda: rows.insert_many({"n": i} for i in range(2_500)), check, when)


@pytest.mark.parametrize("when", WHENS)
async def test_a_cancelled_transaction(db: Noormme, neighbour: Neighbour, when: When) -> None:
    look = Looker(db, neighbour)

    async def work() -> None:
        async with db.transaction() as tx:
            rows = tx.get_repository("t")
            await rows.create({"n": 1})
            async with tx.transaction() as inner:
                await inner.get_repository("t").create({"n": 1})
            await rows.create({"n": 1})

    async def check(was_cancelled: bool) -> None:
        await look(was_cancelled)
        rows = db.get_repository("t")
        assert await rows.count({"n": 1}) in ((0, 3) if was_cancelled else (3,))
        await rows.delete_many({"n": 1})

    assert await cancelled_everywhere(work, check, when) >= 7


@pytest.mark.parametrize("when", WHENS)
async def test_a_cancelled_read_only_transaction(db: Noormme, neighbour: Neighbour, when: When) -> None:
    async def work() -> None:
        async with db.transaction(read_only=True) as tx:
            assert await tx.get_repository("t").count() == 0

    assert await cancelled_everywhere(work, Looker(db, neighbour), when) >= 3


@pytest.mark.parametrize("when", WHENS)
async def test_a_cancelled_stream(db: Noormme, neighbour: Neighbour, when: When) -> None:
    rows = db.get_repository("t")
    await rows.insert_many({"n": i} for i in range(1_200))

    async def work() -> None:
        seen = 0
        async with aclosing(db.select_from("t").select("n").stream()) as stream:
            async for _ in stream:
                seen += 1
        assert seen == 1_200

    assert await cancelled_everywhere(work, Looker(db, neighbour), when) >= 4


@pytest.mark.parametrize("when", WHENS)
async def test_a_cancelled_stream_inside_a_transaction(db: Noormme, neighbour: Neighbour, when: When) -> None:
    await db.get_repository("t").insert_many({"n": i} for i in range(1_200))

    async def work() -> None:
        async with db.transaction() as tx, aclosing(tx.select_from("t").select("n").stream()) as stream:
            async for row in stream:
                if row["n"] % 600 == 0:
                    await tx.get_repository("t").update_many({"n": 3}, {"n": 3})

    assert await cancelled_everywhere(work, Looker(db, neighbour), when) >= 6


@pytest.mark.parametrize("when", WHENS)
async def test_a_cancelled_definition(db: Noormme, neighbour: Neighbour, when: When) -> None:
    look = Looker(db, neighbour)

    async def work() -> None:
        await db.create_table("other").column("id", "integer", primary_key=True).execute()

    async def check(was_cancelled: bool) -> None:
        await look(was_cancelled)
        await db.execute("drop table if exists other")

    await cancelled_everywhere(work, check, when)


@pytest.mark.parametrize("when", WHENS)
async def test_a_savepoint_that_is_given_up_takes_nothing_else_with_it(db: Noormme, when: When) -> None:
    """A part of a transaction is cancelled (by a timeout, say), the rest goes on and is kept."""
    rows = db.get_repository("t")

    async def part(tx: AsyncTransaction) -> None:
        async with tx.transaction() as inner:
            await inner.get_repository("t").create({"n": 2})

    steps = 0
    while True:
        async with db.transaction() as tx:
            await tx.get_repository("t").create({"n": 1})
            probe = CancelledAt(part(tx), steps, when)
            was_cancelled = await is_cancelled(probe)
            await tx.get_repository("t").create({"n": 3})
        assert await rows.count({"n__in": [1, 3]}) == 2
        assert await rows.count({"n": 2}) in ((0, 1) if was_cancelled else (1,))
        await rows.delete_many({}, all_rows=True)
        if probe.suspensions <= steps:
            break
        steps += 1
    assert steps >= 3


async def test_a_cancelled_query_stops(db: Noormme) -> None:
    """It would run for ever: that this test ends is what it shows."""
    query = asyncio.ensure_future(db.execute(ENDLESS))
    await asyncio.sleep(0.05)
    query.cancel()
    with pytest.raises(asyncio.CancelledError):
        await query
    assert (await db.execute("select 1 as one")).rows == [{"one": 1}]


async def test_a_query_that_takes_too_long_is_stopped_by_a_timeout(db: Noormme) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await db.execute(ENDLESS)


async def test_a_cancelled_write_that_runs_is_stopped_and_undone(db: Noormme, neighbour: Neighbour) -> None:
    endless_insert = "insert into t (n) with recursive n(i) as (select 1 union all select i + 1 from n) select i from n"
    write = asyncio.ensure_future(db.execute(endless_insert))
    await asyncio.sleep(0.05)
    write.cancel()
    with pytest.raises(asyncio.CancelledError):
        await write
    neighbour.check_that_it_can_write()
    assert await db.get_repository("t").count() == 0


async def test_a_cancelled_bulk_write_stops_between_its_rows(db: Noormme, neighbour: Neighbour) -> None:
    def endless() -> Iterator[tuple[int]]:
        while True:
            yield (1,)

    write = asyncio.ensure_future(db.execute_many("insert into t (n) values (?)", endless()))
    await asyncio.sleep(0.05)
    write.cancel()
    with pytest.raises(asyncio.CancelledError):
        await write
    neighbour.check_that_it_can_write()
    assert await db.get_repository("t").count() == 0


async def test_a_transaction_goes_on_after_a_statement_that_took_too_long(db: Noormme) -> None:
    async with db.transaction() as tx:
        await tx.get_repository("t").create({"n": 1})
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await tx.execute(ENDLESS)
        await tx.get_repository("t").create({"n": 2})
    assert await db.select_from("t").select("n").order_by("id").execute() == [{"n": 1}, {"n": 2}]


async def test_cancelling_who_waits_for_the_lock_of_another_process(path: Path) -> None:
    async with Noormme(path, optimization={"busy_timeout": 300}) as db:
        await db.execute("create table t (n integer)")
        with Neighbour(path) as neighbour:
            neighbour.execute("begin immediate")
            write = asyncio.ensure_future(db.execute("insert into t values (1)"))
            await asyncio.sleep(0.05)
            write.cancel()
            with pytest.raises(asyncio.CancelledError):
                await write
            neighbour.execute("commit")
            neighbour.check_that_it_can_write()
        assert (await db.execute("select count(*) as n from t")).rows == [{"n": 0}]


async def test_cancelling_who_waits_in_line_does_not_hold_up_the_line(db: Noormme) -> None:
    rows = db.get_repository("t")
    async with db.transaction() as tx:
        waiting = [asyncio.ensure_future(rows.create({"n": i})) for i in range(6)]
        await asyncio.sleep(0)
        for task in waiting[::2]:
            task.cancel()
        await tx.get_repository("t").create({"n": 100})
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [isinstance(outcome, asyncio.CancelledError) for outcome in outcomes] == [True, False] * 3
    assert await db.select_from("t").select("n").order_by("id").execute() == [{"n": n} for n in (100, 1, 3, 5)]


async def test_cancelling_whoever_opens_a_reader_does_not_hold_up_the_line(db: Noormme) -> None:
    async with db.transaction(read_only=True):
        # One of the two readers is taken; the first of these opens the other one.
        reads = [asyncio.ensure_future(db.execute("select 1 as one")) for _ in range(3)]
        await asyncio.sleep(0)
        reads[0].cancel()
        first, *others = await asyncio.gather(*reads, return_exceptions=True)
    assert isinstance(first, asyncio.CancelledError)
    assert [getattr(other, "rows", other) for other in others] == [[{"one": 1}]] * 2
