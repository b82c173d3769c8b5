"""Writes that wait together are committed together; each fails alone, and nobody is answered too soon."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from noormme_py import Noormme
from noormme_py.errors import CheckViolation, ConstraintError, DatabaseBusy, TransactionError, UniqueViolation
from tests.engine.neighbour import Neighbour

SCHEMA = """
create table users (id integer primary key, email text not null unique, age integer check (age >= 0));
create table parents (id integer primary key);
create table children (
    id integer primary key,
    parent_id integer references parents (id) deferrable initially deferred
);
create table fragile (id integer primary key, n integer);
create trigger breaks before insert on fragile when new.n < 0 begin
    select raise(rollback, 'no such luck');
end;
"""


async def test_writes_of_many_tasks_share_a_few_transactions(path: Path) -> None:
    async with Noormme(path) as db:
        await db.execute_script(SCHEMA)
        before = commits(path)
        users = db.get_repository("users")
        rows = await asyncio.gather(*(users.create({"email": f"{n}@x"}) for n in range(200)))
        assert [row.email for row in rows] == [f"{n}@x" for n in range(200)]
        assert await users.count() == 200
        assert commits(path) - before <= 5


def commits(path: Path) -> int:
    """Return how many commits the write-ahead log holds: the frames that say how long the database then is."""
    wal = Path(f"{path}-wal").read_bytes()
    page_size = int.from_bytes(wal[8:12], "big")
    frames = range(32, len(wal), 24 + page_size)
    return sum(1 for frame in frames if int.from_bytes(wal[frame + 4 : frame + 8], "big"))


async def test_each_write_fails_alone(path: Path) -> None:
    async with Noormme(path) as db:
        await db.execute_script(SCHEMA)
        users = db.get_repository("users")
        rows = [{"email": "a@x"}, {"email": "b@x", "age": -1}, {"email": "a@x"}, {"email": "c@x"}]
        outcomes = await asyncio.gather(*(users.create(row) for row in rows), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes[1:3]] == [CheckViolation, UniqueViolation]
        assert {row.email for row in await users.find_all()} == {"a@x", "c@x"}


async def test_a_write_that_fails_does_not_break_its_group_up(path: Path) -> None:
    async with Noormme(path) as db:
        await db.execute_script(SCHEMA)
        users = db.get_repository("users")
        before = commits(path)
        outcomes = await asyncio.gather(
            *(users.create({"email": f"{n}@x", "age": -1 if n % 50 == 7 else n}) for n in range(200)),
            return_exceptions=True,
        )
        assert [n for n, outcome in enumerate(outcomes) if isinstance(outcome, CheckViolation)] == [7, 57, 107, 157]
        assert await users.count() == 196
        assert commits(path) - before <= 5


async def test_a_failure_at_the_commit_fails_only_whose_it_is(path: Path) -> None:
    async with Noormme(path) as db:
        await db.execute_script(SCHEMA)
        children = db.get_repository("children")
        parents = [None, 7, None, 8, None]
        outcomes = await asyncio.gather(
            *(children.create({"parent_id": parent}) for parent in parents), return_exceptions=True
        )
        assert [isinstance(outcome, ConstraintError) for outcome in outcomes] == [False, True, False, True, False]
        assert await children.count() == 3


async def test_what_rolls_the_whole_transaction_back_takes_nobody_along(path: Path) -> None:
    async with Noormme(path) as db:
        await db.execute_script(SCHEMA)
        fragile = db.get_repository("fragile")
        outcomes = await asyncio.gather(
            *(fragile.create({"n": n}) for n in (1, 2, -1, 3, -2, 4)), return_exceptions=True
        )
        assert [isinstance(outcome, ConstraintError) for outcome in outcomes] == [
            False,
            False,
            True,
            False,
            True,
            False,
        ]
        assert [row.n for row in await fragile.find_all(order_by="n")] == [1, 2, 3, 4]


async def test_whoever_is_answered_is_seen_by_others(path: Path) -> None:
    async with Noormme(path) as db:
        await db.execute_script(SCHEMA)
        users = db.get_repository("users")
        with Neighbour(path) as neighbour:

            async def write(number: int) -> None:
                await users.create({"email": f"{number}@x"})
                assert neighbour.execute(f"select count(*) from users where email = '{number}@x'") == [[1]]

            await asyncio.gather(*(write(number) for number in range(40)))


async def test_a_write_that_would_wait_for_its_own_transaction_is_told(path: Path) -> None:
    async with Noormme(path) as db:
        await db.execute_script(SCHEMA)
        users = db.get_repository("users")
        async with db.transaction():
            with pytest.raises(TransactionError, match="use tx, not db"):
                await users.create({"email": "a@x"})
        assert await users.create({"email": "a@x"})


async def test_writes_wait_for_a_transaction_no_longer_than_busy_timeout(path: Path) -> None:
    async with Noormme(path, optimization={"busy_timeout": 200}) as db:
        await db.execute_script(SCHEMA)
        users = db.get_repository("users")
        async with db.transaction() as tx:
            waiting = [asyncio.ensure_future(users.create({"email": f"{n}@x"})) for n in range(3)]
            done, _ = await asyncio.wait(waiting, timeout=10)
            assert [type(task.exception()) for task in done] == [DatabaseBusy] * 3
            await tx.get_repository("users").create({"email": "tx@x"})
        assert [row.email for row in await users.find_all()] == ["tx@x"]


async def test_a_cancelled_wait_for_another_process_ends_at_once(path: Path) -> None:
    async with Noormme(path, optimization={"busy_timeout": 60_000}) as db:
        await db.execute_script(SCHEMA)
        users = db.get_repository("users")
        with Neighbour(path) as neighbour:
            neighbour.execute("begin immediate")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await users.create({"email": "a@x"})
            neighbour.execute("commit")
        assert await users.count() == 0
        assert await users.create({"email": "a@x"})


async def test_writes_that_wait_together_for_another_process_wait_once(path: Path) -> None:
    async with Noormme(path, optimization={"busy_timeout": 100}) as db:
        await db.execute_script(SCHEMA)
        users = db.get_repository("users")
        with Neighbour(path) as neighbour:
            neighbour.execute("begin immediate")
            waits: list[str] = []
            db.observe(lambda event: waits.append(event.sql))
            outcomes = await asyncio.gather(
                *(users.create({"email": f"{n}@x"}) for n in range(20)), return_exceptions=True
            )
            assert [type(outcome) for outcome in outcomes] == [DatabaseBusy] * 20
            # The first of them is tried alone on the loop, which waits for nothing, and then goes with the others.
            assert len(waits) <= 3
            assert set(waits) == {"begin immediate"}
        assert await users.count() == 0
        assert len(await asyncio.gather(*(users.create({"email": f"{n}@x"}) for n in range(20)))) == 20


async def test_writes_that_are_held_up_at_their_commit_wait_once(path: Path) -> None:
    """Without WAL a reader holds up the commit."""
    async with Noormme(path, optimization={"busy_timeout": 100, "enable_wal_mode": False}) as db:
        await db.execute_script(SCHEMA)
        users = db.get_repository("users")
        with Neighbour(path) as neighbour:
            neighbour.run("begin", "select count(*) from users")
            commits: list[str] = []
            db.observe(lambda event: commits.append(event.sql) if event.sql == "commit" else None)
            outcomes = await asyncio.gather(
                *(users.create({"email": f"{n}@x"}) for n in range(20)), return_exceptions=True
            )
            assert [type(outcome) for outcome in outcomes] == [DatabaseBusy] * 20
            assert len(commits) <= 2
            neighbour.execute("commit")
        assert await users.count() == 0
        assert len(await asyncio.gather(*(users.create({"email": f"{n}@x"}) for n in range(20)))) == 20
