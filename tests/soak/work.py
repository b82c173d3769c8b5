"""What the tasks of this process do: each a loop over one kind of operation, given up now and then."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import aclosing
from typing import Any

from noormme_py import Noormme
from noormme_py.errors import NoormmeError
from tests.soak.ledger import ACCOUNTS, TOTAL, Ledger, Violation

KEPT_ENTRIES = 300
# Longer than a statement on the loop may be, so that lanes have work too.
SLOW = "with recursive n(i) as (select 1 union all select i + 1 from n limit 30000) select sum(i) as n from n"


class Workers:
    """Loops that go on until `is_over`; an error that is not ours ends the run."""

    def __init__(self, db: Noormme, ledger: Ledger, seed: int) -> None:
        self._db = db
        self._ledger = ledger
        self._chance = random.Random(seed)
        self.is_over = False

    def loops(self) -> list[Coroutine[Any, Any, None]]:
        return [
            *(self._repeat(f"write {n}", self._writer(f"writer {n}")) for n in range(4)),
            *(self._repeat(f"write many {n}", self._bulk_writer(f"bulk {n}")) for n in range(2)),
            *(self._repeat(f"transfer {n}", self._transfer) for n in range(3)),
            *(self._repeat(f"read {n}", self._read) for n in range(4)),
            *(self._repeat(f"snapshot {n}", self._snapshot) for n in range(2)),
            *(self._repeat(f"stream {n}", self._stream) for n in range(2)),
            self._repeat("slow read", self._slow_read),
        ]

    async def _repeat(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        kind = name.rstrip("0123456789 ")
        while not self.is_over:
            timeout_s = self._chance.choice((0.0005, 0.005, 0.05)) if self._chance.random() < 0.2 else None
            try:
                async with asyncio.timeout(timeout_s):
                    await work()
            except (NoormmeError, TimeoutError) as fault:
                self._ledger.errors[f"{kind}: {type(fault).__name__}"] += 1
            self._ledger.operations[kind] += 1
            await asyncio.sleep(self._chance.choice((0, 0, 0, 0.002, 0.02)))

    def _writer(self, writer: str) -> Callable[[], Awaitable[None]]:
        pages, entries, last = self._ledger.of(writer), self._db.get_repository("entries"), 0

        async def write() -> None:
            nonlocal last
            last += 1
            number = last
            pages.in_doubt.add(number)
            pad = "x" * self._chance.choice((0, 10, 400, 6_000))
            await entries.create({"writer": writer, "number": number, "pad": pad})
            pages.in_doubt.remove(number)
            pages.answered.add(number)
            if number % KEPT_ENTRIES == 0:
                await self._forget(writer, number - KEPT_ENTRIES // 2)

        return write

    def _bulk_writer(self, writer: str) -> Callable[[], Awaitable[None]]:
        pages, entries, last = self._ledger.of(writer), self._db.get_repository("entries"), 0

        async def write() -> None:
            nonlocal last
            numbers = range(last + 1, last + 1 + self._chance.randrange(1, 60))
            last = numbers[-1]
            pages.in_doubt.update(numbers)
            await entries.insert_many([{"writer": writer, "number": n, "pad": "y" * 50} for n in numbers])
            pages.in_doubt.difference_update(numbers)
            pages.answered.update(numbers)
            if len(pages.answered) > 10 * KEPT_ENTRIES:
                await self._forget(writer, numbers.start)

        return write

    async def _forget(self, writer: str, number: int) -> None:
        pages = self._ledger.of(writer)
        pages.perhaps_gone_below = number
        await self._db.get_repository("entries").delete_many({"writer": writer, "number__lt": number})
        pages.forget_below(number)

    async def _transfer(self) -> None:
        giver, taker = self._chance.sample(range(1, ACCOUNTS + 1), 2)
        async with self._db.transaction() as tx:
            accounts = tx.get_repository("accounts")
            amount = self._chance.randrange(1, 50)
            await accounts.update(giver, {"money": (await accounts.get_by_id(giver)).money - amount})
            if self._chance.random() < 0.3:
                await self._undone(giver)
            await accounts.update(taker, {"money": (await accounts.get_by_id(taker)).money + amount})

    async def _undone(self, account: int) -> None:
        """Read beside the transaction meanwhile; the loop's connection must not see what is not committed."""
        if (await self._db.execute("select sum(money) as n from accounts")).rows != [{"n": TOTAL}]:
            raise Violation(f"a read saw half of a transfer from {account}")

    async def _read(self) -> None:
        accounts = self._db.get_repository("accounts")
        account = self._chance.randrange(1, ACCOUNTS + 1)
        if (await accounts.get_by_id(account)).id != account:
            raise Violation("another row came back")
        found = await self._db.get_repository("entries").find_many({"writer": "writer 1"}, order_by="number", limit=20)
        numbers = [row.number for row in found]
        if numbers != sorted(set(numbers)):
            raise Violation(f"rows out of order, or twice: {numbers}")

    async def _snapshot(self) -> None:
        async with self._db.transaction(read_only=True) as tx:
            for _ in range(3):
                if sum(row.money for row in await tx.get_repository("accounts").find_all()) != TOTAL:
                    raise Violation("a snapshot saw half of a transfer")
                await asyncio.sleep(0.001)

    async def _stream(self) -> None:
        money, wanted = 0, self._chance.randrange(1, 3_000)
        async with aclosing(self._db.select_from("accounts").select("money").stream()) as stream:
            async for row in stream:
                money += row["money"]
        if money != TOTAL:
            raise Violation("a stream saw half of a transfer")
        async for _ in self._db.select_from("entries").select("number", "pad").stream():
            wanted -= 1
            if not wanted:
                # Left as it is: the loop closes what nobody has any more.
                break

    async def _slow_read(self) -> None:
        if (await self._db.execute(SLOW)).rows != [{"n": 30_000 * 30_001 // 2}]:
            raise Violation("a slow read gave another answer")
