"""A sibling in a TaskGroup fails: whatever the others were in the middle of is undone, ended or kept whole."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from noormme_py import Noormme
from noormme_py.engine.stream import STREAM_ROWS
from noormme_py.errors import UniqueViolation
from tests.engine.cancelling import WHENS, When, cancelled_everywhere
from tests.engine.neighbour import Neighbour
from tests.engine.test_cancellation import ENDLESS


class Failure(Exception):
    """What the failing sibling raises."""


async def fail_after(ready: asyncio.Event) -> None:
    await ready.wait()
    raise Failure


async def beside_a_failure(work: Callable[[asyncio.Event], Awaitable[object]]) -> None:
    """Run the work in a group with a sibling that fails as soon as the work says that it is in the middle."""
    ready = asyncio.Event()

    async def run() -> None:
        await work(ready)

    async def both() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(run())
            group.create_task(fail_after(ready))

    with pytest.raises(ExceptionGroup) as caught:
        await both()
    assert [type(fault) for fault in caught.value.exceptions] == [Failure]


async def test_a_transaction_is_undone_when_a_sibling_fails(db: Noormme, path: Path) -> None:
    async def work(ready: asyncio.Event) -> None:
        async with db.transaction() as tx:
            await tx.get_repository("t").create({"n": 1})
            async with tx.transaction() as inner:
                await inner.get_repository("t").create({"n": 2})
                ready.set()
                await inner.execute(ENDLESS)

    await beside_a_failure(work)
    with Neighbour(path) as neighbour:
        neighbour.check_that_it_can_write()
        assert neighbour.execute("select count(*) from t") == [[0]]
    await db.get_repository("t").create({"n": 3})


async def test_a_write_that_runs_is_undone_when_a_sibling_fails(db: Noormme, path: Path) -> None:
    async def work(ready: asyncio.Event) -> None:
        ready.set()
        await db.execute(f"insert into t (n) {ENDLESS}")

    await beside_a_failure(work)
    with Neighbour(path) as neighbour:
        neighbour.check_that_it_can_write()
        assert neighbour.execute("select count(*) from t") == [[0]]


async def test_a_stream_gives_its_reader_back_when_a_sibling_fails(db: Noormme, path: Path) -> None:
    await db.get_repository("t").insert_many({"n": n} for n in range(2 * STREAM_ROWS))

    async def work(ready: asyncio.Event) -> None:
        async with aclosing(db.select_from("t").select("n").stream()) as stream:
            async for _ in stream:
                ready.set()
                await asyncio.sleep(0)

    for _ in range(4):
        await beside_a_failure(work)
    async with db.transaction(read_only=True), db.transaction(read_only=True):
        pass
    with Neighbour(path) as neighbour:
        neighbour.check_that_it_can_write()
        assert neighbour.execute("pragma wal_checkpoint(truncate)")[0][0] == 0


async def test_what_siblings_were_answered_before_the_failure_is_kept(db: Noormme, path: Path) -> None:
    answered: list[int] = []

    async def write(n: int) -> None:
        answered.append((await db.get_repository("t").create({"n": n})).n)

    async def fail() -> None:
        await db.execute("insert into t values (1, 1), (1, 1)")

    async def all_of_them() -> None:
        async with asyncio.TaskGroup() as group:
            for n in range(10):
                group.create_task(write(n))
            group.create_task(fail())
            for n in range(10, 20):
                group.create_task(write(n))

    with pytest.raises(ExceptionGroup) as caught:
        await all_of_them()
    assert [type(fault) for fault in caught.value.exceptions] == [UniqueViolation]
    with Neighbour(path) as neighbour:
        neighbour.check_that_it_can_write()
        stored = [n for (n,) in neighbour.execute("select n from t")]
    assert set(answered) <= set(stored)
    assert len(stored) == len(set(stored))


@pytest.mark.parametrize("when", WHENS)
async def test_a_group_inside_a_transaction_is_undone_with_it_wherever_it_is_cancelled(
    db: Noormme, path: Path, when: When
) -> None:
    """Siblings share one transaction; the task around them is cancelled at each of its waits."""

    async def work() -> None:
        async with db.transaction() as tx, asyncio.TaskGroup() as group:
            for n in range(4):
                group.create_task(tx.get_repository("t").create({"n": n}))

    with Neighbour(path) as neighbour:

        async def check(was_cancelled: bool) -> None:
            neighbour.check_that_it_can_write()
            assert neighbour.execute("select count(*) from t") in ([[0]], [[4]])
            if not was_cancelled:
                assert neighbour.execute("select count(*) from t") == [[4]]
            await db.execute("delete from t")

        assert await cancelled_everywhere(work, check, when) >= 3
