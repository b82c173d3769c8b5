"""Transactions that meet each other end as if one had followed the other, among tasks and among processes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from noormme_py import Noormme
from noormme_py.errors import DatabaseBusy
from tests.engine.neighbour import Neighbour, run_python

DOCTORS = 2
TURNS = 30


async def prepare(path: Path) -> None:
    async with Noormme(path) as db:
        await db.execute("create table counters (id integer primary key, n integer not null)")
        await db.execute("create table doctors (id integer primary key, is_on_call boolean not null)")
        await db.get_repository("counters").insert_many({"id": n, "n": 0} for n in range(1, 4))
        await db.get_repository("doctors").insert_many({"id": n, "is_on_call": True} for n in range(1, DOCTORS + 1))


async def leave_if_another_stays(db: Noormme, doctor: int) -> None:
    """Read all rows and write one's own: two who do it at once must not both go."""
    async with db.transaction() as tx:
        doctors = tx.get_repository("doctors")
        on_call = await doctors.count({"is_on_call": True})
        await asyncio.sleep(0)
        if on_call > 1:
            await doctors.update(doctor, {"is_on_call": False})


async def test_two_who_each_read_what_the_other_writes_do_not_both_write(path: Path) -> None:
    await prepare(path)
    async with Noormme(path) as db:
        doctors = db.get_repository("doctors")
        for _ in range(TURNS):
            await asyncio.gather(*(leave_if_another_stays(db, doctor) for doctor in range(1, DOCTORS + 1)))
            assert await doctors.count({"is_on_call": True}) == 1
            await doctors.update_many({}, {"is_on_call": True}, all_rows=True)


LEAVE = """
import asyncio, sys
from noormme_py import Noormme

async def main():
    async with Noormme(sys.argv[1], optimization={"busy_timeout": 30_000}) as db:
        doctor, turns = int(sys.argv[2]), int(sys.argv[3])

        async def meet(turn):
            # Each waits until the other is there, but not for one who has failed.
            async with asyncio.timeout(30):
                await db.execute("insert into arrivals (turn, doctor) values (?, ?)", [turn, doctor])
                while (await db.execute("select count(*) as n from arrivals where turn = ?", [turn])).rows[0]["n"] < 2:
                    await asyncio.sleep(0.001)

        for turn in range(turns):
            await meet(turn)
            async with db.transaction() as tx:
                doctors = tx.get_repository("doctors")
                if await doctors.count({"is_on_call": True}) > 1:
                    await doctors.update(doctor, {"is_on_call": False})
                    await tx.execute("insert into left_call (turn, doctor) values (?, ?)", [turn, doctor])
            await meet(-1 - turn)
            await db.get_repository("doctors").update(doctor, {"is_on_call": True})

asyncio.run(main())
"""


async def test_nor_do_two_processes(path: Path) -> None:
    await prepare(path)
    with Neighbour(path) as neighbour:
        neighbour.run(
            "create table arrivals (turn integer, doctor integer)",
            "create table left_call (turn integer, doctor integer)",
        )
        outcomes = await asyncio.gather(
            *(asyncio.to_thread(run_python, LEAVE, path, doctor, TURNS, timeout_s=120) for doctor in (1, 2))
        )
        assert [outcome.stderr for outcome in outcomes] == ["", ""]
        # In each turn at most one went. One who was put back late may have kept both from going.
        left = neighbour.execute("select turn, count(*) from left_call group by turn")
        assert left
        assert [turn for turn in left if turn[1] > 1] == []


ADD = """
import asyncio, random, sys
from noormme_py import Noormme

async def main():
    chance = random.Random(int(sys.argv[2]))
    tasks, times = int(sys.argv[3]), int(sys.argv[4])
    async with Noormme(sys.argv[1], optimization={"busy_timeout": 60_000}) as db:
        async def add():
            for _ in range(times):
                counter = chance.randrange(1, 4)
                async with db.transaction() as tx:
                    rows = tx.get_repository("counters")
                    n = (await rows.get_by_id(counter)).n
                    await asyncio.sleep(chance.choice((0, 0, 0.001)))
                    await rows.update(counter, {"n": n + 1})
        await asyncio.gather(*(add() for _ in range(tasks)))

asyncio.run(main())
"""


@pytest.mark.parametrize(("processes", "tasks", "times"), [(2, 8, 12), (4, 3, 8)])
async def test_no_update_is_lost_among_tasks_of_several_processes(
    path: Path, processes: int, tasks: int, times: int
) -> None:
    await prepare(path)
    outcomes = await asyncio.gather(
        *(asyncio.to_thread(run_python, ADD, path, seed, tasks, times, timeout_s=240) for seed in range(processes))
    )
    assert [outcome.stderr for outcome in outcomes] == [""] * processes
    with Neighbour(path) as neighbour:
        neighbour.check_that_it_can_write()
        assert neighbour.execute("select sum(n) from counters") == [[processes * tasks * times]]


async def test_a_read_only_transaction_never_sees_half_of_a_transfer(path: Path) -> None:
    await prepare(path)
    async with Noormme(path, performance={"max_readers": 3}) as db:
        await db.get_repository("counters").update_many({}, {"n": 100}, all_rows=True)
        is_over = False

        async def transfer() -> None:
            for n in range(60):
                async with db.transaction() as tx:
                    await tx.execute("update counters set n = n - 1 where id = ?", [n % 3 + 1])
                    await tx.execute("update counters set n = n + 1 where id = ?", [(n + 1) % 3 + 1])

        async def look() -> int:
            looks = 0
            while not is_over:
                async with db.transaction(read_only=True) as tx:
                    parts = [(await tx.get_repository("counters").get_by_id(n)).n for n in (1, 2, 3)]
                assert sum(parts) == 300
                looks += 1
            return looks

        looking = [asyncio.ensure_future(look()) for _ in range(3)]
        await transfer()
        is_over = True
        assert min(await asyncio.gather(*looking)) > 0


async def test_a_transaction_that_cannot_begin_has_read_nothing_that_could_be_stale(path: Path) -> None:
    """The lock is taken before the first read, so a busy transaction never runs its block."""
    await prepare(path)
    async with Noormme(path, optimization={"busy_timeout": 50}) as db:
        has_begun = False
        with Neighbour(path) as neighbour:
            neighbour.execute("begin immediate")
            with pytest.raises(DatabaseBusy):
                async with db.transaction():
                    has_begun = True
            neighbour.execute("rollback")
        assert not has_begun
