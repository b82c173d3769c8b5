"""When the operating system refuses to write, or the disk is full: an error of ours, and nothing half done."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from noormme_py import AsyncTransaction, Noormme
from noormme_py.errors import DiskFull, TransactionError
from tests.engine.neighbour import Neighbour, run_python

# A file that may not grow beyond a limit makes write(2) fail, which SQLite tells as SQLITE_IOERR_WRITE.
LIMITED = """
import asyncio, resource, signal, sys
from noormme_py import AsyncTransaction, Noormme
from noormme_py.errors import DatabaseError

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
UNLIMITED = resource.getrlimit(resource.RLIMIT_FSIZE)
path, is_wal, ends_limited = sys.argv[1], sys.argv[2] == "wal", sys.argv[3] == "limited"

def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, UNLIMITED[1]))

async def single(db, n, pad):
    await db.get_repository("singles").create({"n": n, "pad": pad})

async def pair(db, n, pad):
    async with db.transaction() as tx:
        await tx.get_repository("lefts").create({"n": n, "pad": pad})
        await tx.get_repository("rights").create({"n": n, "pad": pad})

async def batch(db, n, pad):
    await db.get_repository("parts").insert_many([{"n": n, "pad": pad}] * 10)

async def attempt(kind, db, n):
    try:
        await kind(db, n, "x" * 5_000)
    except DatabaseError as fault:
        refused.append((kind.__name__, type(fault).__name__, fault.sqlite_code))
    else:
        kept.append((kind.__name__, n))

async def main():
    async with Noormme(path, optimization={"enable_wal_mode": is_wal}) as db:
        for table in ("singles", "lefts", "rights", "parts"):
            await db.execute(f"create table {table} (id integer primary key, n integer, pad text)")
        limit(400_000)
        n = 0
        while {kind for kind, *_ in refused} != {"single", "pair", "batch"}:
            for kind in (single, pair, batch):
                n += 1
                await attempt(kind, db, n)
        before = len(refused)
        await asyncio.gather(*(attempt(kind, db, n + 1 + i) for i, kind in enumerate((single, pair, batch) * 8)))
        assert len(refused) > before
        # What is there can still be read.
        assert await db.get_repository("singles").count() == sum(1 for kind, _ in kept if kind == "single")
        assert len([row async for row in db.select_from("lefts").select("n").stream()]) \
            == sum(1 for kind, _ in kept if kind == "pair")
        if not ends_limited:
            limit(UNLIMITED[0])
            refused_so_far = len(refused)
            for kind in (single, pair, batch):
                await attempt(kind, db, n + 100)
            assert len(refused) == refused_so_far, refused

refused, kept = [], []
asyncio.run(main())
limit(UNLIMITED[0])
print(*sorted({f"{kind} {code}" for _, kind, code in refused}), sep="\\n")
print(*(f"{kind} {n}" for kind, n in kept), sep="\\n")
"""


@pytest.mark.parametrize("end", ["limited", "lifted"])
@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_a_file_that_cannot_grow_keeps_what_was_answered_and_nothing_half(path: Path, journal: str, end: str) -> None:
    outcome = run_python(LIMITED, path, journal, end)
    assert (outcome.returncode, outcome.stderr) == (0, "")
    told, *kept = outcome.stdout.splitlines()
    assert told == "DatabaseError SQLITE_IOERR_WRITE"
    with Neighbour(path) as neighbour:
        neighbour.check_that_it_can_write()
        for kind, table, times in (("single", "singles", 1), ("pair", "lefts", 1), ("pair", "rights", 1)):
            expected = [[int(n), times] for k, n in map(str.split, kept) if k == kind]
            assert neighbour.execute(f"select n, count(*) from {table} group by n order by min(id)") == expected
        whole = [[int(n), 10] for k, n in map(str.split, kept) if k == "batch"]
        assert neighbour.execute("select n, count(*) from parts group by n order by min(id)") == whole


async def test_a_write_that_fills_the_disk_fails_alone_in_its_group(db: Noormme, path: Path) -> None:
    await db.execute("pragma max_page_count = 20")
    sizes = [1, 1_000_000, 2, 1_000_000, 3]
    outcomes = await asyncio.gather(
        *(db.execute("insert into t (n) values (zeroblob(?))", [size]) for size in sizes), return_exceptions=True
    )
    assert [isinstance(outcome, DiskFull) for outcome in outcomes] == [size > 3 for size in sizes]
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception) and not isinstance(outcome, DiskFull)]
    with Neighbour(path) as neighbour:
        neighbour.check_that_it_can_write()
        assert neighbour.execute("select length(n) from t order by id") == [[1], [2], [3]]


async def test_a_bulk_write_that_fills_the_disk_is_undone_and_the_writes_beside_it_are_kept(
    db: Noormme, path: Path
) -> None:
    await db.execute("pragma max_page_count = 20")
    rows = db.get_repository("t")
    outcomes = await asyncio.gather(
        rows.create({"n": 1}),
        rows.insert_many({"n": n} for n in range(100_000)),
        rows.create({"n": 2}),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], DiskFull)
    with Neighbour(path) as neighbour:
        neighbour.check_that_it_can_write()
        assert neighbour.execute("select n from t order by id") == [[1], [2]]


TOO_MUCH = "insert into t (n) select zeroblob(1000000) from (values (1), (2))"


async def test_a_transaction_that_meets_a_full_disk_may_go_on_without_the_statement(db: Noormme, path: Path) -> None:
    """SQLite can undo a statement alone when it wrote down how, which it does for one of several rows."""
    await db.execute("pragma max_page_count = 20")

    async def part(tx: AsyncTransaction) -> None:
        async with tx.transaction() as inner:
            await inner.get_repository("t").create({"n": 2})
            await inner.execute(TOO_MUCH)

    async with db.transaction() as tx:
        await tx.get_repository("t").create({"n": 1})
        with pytest.raises(DiskFull):
            await tx.execute(TOO_MUCH)
        with pytest.raises(DiskFull):
            await part(tx)
        await tx.get_repository("t").create({"n": 3})
    with Neighbour(path) as neighbour:
        neighbour.check_that_it_can_write()
        assert neighbour.execute("select n from t order by id") == [[1], [3]]


async def test_a_full_disk_that_ends_the_transaction_is_told_to_whoever_goes_on(db: Noormme, path: Path) -> None:
    """For a statement of one row SQLite rolls all of it back: nothing later may be written on its own."""
    await db.execute("pragma max_page_count = 20")

    async def work() -> None:
        async with db.transaction() as tx:
            await tx.get_repository("t").create({"n": 1})
            with pytest.raises(DiskFull):
                await tx.execute("insert into t (n) values (zeroblob(1000000))")
            with pytest.raises(TransactionError, match="rolled the transaction back"):
                await tx.get_repository("t").create({"n": 2})

    with pytest.raises(TransactionError, match="rolled the transaction back"):
        await work()
    with Neighbour(path) as neighbour:
        neighbour.check_that_it_can_write()
        assert neighbour.execute("select n from t") == []


async def test_a_transaction_that_ends_with_a_full_disk_keeps_nothing(db: Noormme, path: Path) -> None:
    await db.execute("pragma max_page_count = 20")

    async def work() -> None:
        async with db.transaction() as tx:
            await tx.get_repository("t").create({"n": 1})
            await tx.get_repository("t").insert_many({"n": n} for n in range(100_000))

    with pytest.raises(DiskFull):
        await work()
    with Neighbour(path) as neighbour:
        neighbour.check_that_it_can_write()
        assert neighbour.execute("select n from t") == []
    await db.execute("pragma max_page_count = 1000000")
    assert await db.get_repository("t").insert_many({"n": n} for n in range(100_000)) == 100_000
