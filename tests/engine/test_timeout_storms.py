"""Hundreds of operations given up at random moments: what was answered is kept, what was not is whole or not there."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextlib import aclosing
from pathlib import Path

import pytest

from noormme_py import Noormme
from noormme_py.errors import TransactionError
from tests.engine.neighbour import Neighbour

OPERATIONS = 500
AT_ONCE = 20
READERS = 3
LONG_S = 60
SLOW = "with recursive n(i) as (select 1 union all select i + 1 from n limit 20000) select sum(i) as n from n"


class Storm:
    """Operations of every kind, each with its own row numbers, and what became of them."""

    def __init__(self, db: Noormme, seed: int) -> None:
        self._db = db
        self._chance = random.Random(seed)
        self._next = 0
        self.answered: Counter[int] = Counter()
        self.asked: Counter[int] = Counter()
        self.undone: set[int] = set()
        self.given_up = 0

    async def run(self) -> None:
        works = [self._create, self._create, self._insert_many, self._transfer, self._nested, self._read, self._stream]
        patience = asyncio.Semaphore(AT_ONCE)

        async def one(number: int) -> None:
            async with patience:
                work = self._chance.choice(works)(number)
                # A third has all the time it likes, the others nearly none or about as much as it takes.
                longest_s = self._chance.choice((None, None, 0.0002, 0.002, 0.01, 0.03))
                timeout_s = None if longest_s is None else longest_s * self._chance.random()
                try:
                    await asyncio.wait_for(work, timeout_s)
                except TimeoutError:
                    self.given_up += 1

        await asyncio.gather(*(one(number) for number in range(1, OPERATIONS + 1)))

    def _ask(self, number: int, rows: int) -> None:
        self.asked[number] = rows

    async def _create(self, number: int) -> None:
        self._ask(number, 1)
        await self._db.get_repository("t").create({"n": number})
        self.answered[number] = 1

    async def _insert_many(self, number: int) -> None:
        self._ask(number, 30)
        await self._db.get_repository("t").insert_many([{"n": number}] * 30)
        self.answered[number] = 30

    async def _transfer(self, number: int) -> None:
        """Move an amount between two accounts and note it: all three or nothing."""
        self._ask(number, 1)
        amount = self._chance.randrange(1, 10)
        async with self._db.transaction() as tx:
            accounts = tx.get_repository("accounts")
            giver, taker = self._chance.sample(range(1, 6), 2)
            await accounts.update(giver, {"money": (await accounts.get_by_id(giver)).money - amount})
            await tx.get_repository("t").create({"n": number})
            await accounts.update(taker, {"money": (await accounts.get_by_id(taker)).money + amount})
        self.answered[number] = 1

    async def _nested(self, number: int) -> None:
        """Give up a savepoint inside a transaction that goes on: what it wrote must not be there."""
        self._ask(number, 2)
        try:
            await self._around_what_is_given_up(number)
        except TransactionError:
            # SQLite ends the whole transaction when it has to stop an INSERT; whoever goes on is told.
            self.undone.add(number)
        else:
            self.answered[number] = 2

    async def _around_what_is_given_up(self, number: int) -> None:
        async with self._db.transaction() as tx:
            await tx.get_repository("t").create({"n": number})
            try:
                async with asyncio.timeout(self._chance.random() * 0.003), tx.transaction() as inner:
                    await inner.get_repository("t").create({"n": -number})
                    await inner.execute(SLOW)
                    await asyncio.sleep(LONG_S)
            except TimeoutError:
                pass
            await tx.get_repository("t").create({"n": number})

    async def _read(self, number: int) -> None:
        if number % 2:
            await self._db.execute(SLOW)
        else:
            assert (await self._db.execute("select sum(money) as n from accounts")).rows == [{"n": 500}]

    async def _stream(self, number: int) -> None:
        async with aclosing(self._db.select_from("filling").select("n").order_by("id").stream()) as stream:
            seen = [row["n"] async for row in stream]
        assert seen == [*range(1_500)]


@pytest.mark.parametrize("inline_reads", ["auto", "off"])
@pytest.mark.parametrize("seed", range(3))
async def test_a_storm_of_timeouts_leaves_no_lock_and_no_lane_and_exact_sums(
    path: Path, seed: int, inline_reads: str
) -> None:
    performance = {"max_readers": READERS, "inline_reads": inline_reads}
    async with Noormme(path, performance=performance, optimization={"busy_timeout": 30_000}) as db:
        await db.execute("create table t (id integer primary key, n integer not null)")
        await db.execute("create table filling (id integer primary key, n integer not null)")
        await db.get_repository("filling").insert_many({"n": n} for n in range(1_500))
        await db.execute("create table accounts (id integer primary key, money integer not null)")
        await db.get_repository("accounts").insert_many({"money": 100} for _ in range(5))
        storm = Storm(db, seed)
        await asyncio.wait_for(storm.run(), LONG_S)
        # It was a storm: many were given up, many were not.
        assert storm.given_up > OPERATIONS // 10
        assert len(storm.answered) > OPERATIONS // 10
        with Neighbour(path) as neighbour:
            neighbour.check_that_it_can_write()
            rows = neighbour.execute("select n, count(*) from t group by n")
            stored = {int(n): int(count) for n, count in rows}
            assert neighbour.execute("select sum(money) from accounts") == [[500]]
        assert {n: stored.get(n, 0) for n in storm.answered} == storm.answered
        assert storm.undone & stored.keys() == set()
        # Given up is not undone: it may have been kept in the moment it was given up, but then whole.
        assert {n: count for n, count in stored.items() if count != storm.asked[n]} == {}
        await asyncio.wait_for(hold_every_reader(db), LONG_S)
        await asyncio.wait_for(db.get_repository("t").create({"n": 0}), LONG_S)


async def hold_every_reader(db: Noormme) -> None:
    """Have as many reading transactions at once as there are readers, which none can be if one is lost."""
    together = asyncio.Barrier(READERS)

    async def hold() -> None:
        async with db.transaction(read_only=True) as tx:
            await together.wait()
            assert (await tx.execute("select count(*) as n from accounts")).rows == [{"n": 5}]

    await asyncio.gather(*(hold() for _ in range(READERS)))
