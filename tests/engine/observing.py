"""What an observer is told of, the ways that statements run, and what each of them tells."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from noormme_py import Noormme
from noormme_py.query.observe import StatementFinished

SCHEMA = """
create table t (id integer primary key, n integer not null unique);
create table flags (id integer primary key, is_on boolean not null);
insert into t (n) values (10), (20), (30);
"""
INSERT = 'insert into "t" ("n") values (?) returning "id", "n"'
BY_ID = 'select "id", "n" from "t" where "id" = ?'


class Told:
    """Collects what an observer is told."""

    def __init__(self, db: Noormme) -> None:
        self.events: list[StatementFinished] = []
        self.end = db.observe(self.events.append)

    def of(self, word: str) -> list[StatementFinished]:
        return [event for event in self.events if word in event.sql]

    @property
    def lines(self) -> list[str]:
        return [f"{event.lane}: {event.sql} [{event.rows}]" for event in self.events]


def is_inline(db: Noormme) -> bool:
    return db.config.performance.inline_reads == "auto"


async def gathered(db: Noormme) -> None:
    t = db.get_repository("t")
    # A transaction is in the way of both, so that they wait together.
    async with db.transaction():
        writes = [asyncio.ensure_future(t.create({"n": n})) for n in (1, 2)]
        await asyncio.sleep(0)
    await asyncio.gather(*writes)


async def transaction(db: Noormme) -> None:
    async with db.transaction() as tx:
        await tx.get_repository("t").find_by_id(1)
        with contextlib.suppress(LookupError):
            async with tx.transaction() as inner:
                await inner.execute("delete from t where id > 1")
                raise LookupError
        async with tx.transaction():
            pass


async def rolled_back(db: Noormme) -> None:
    with contextlib.suppress(LookupError):
        async with db.transaction():
            raise LookupError


async def snapshot(db: Noormme) -> None:
    async with db.transaction(read_only=True) as tx:
        await tx.execute("select n from t")


async def streamed(db: Noormme) -> None:
    assert [row["n"] async for row in db.select_from("t").select("n").stream()] == [10, 20, 30]


async def streamed_inside(db: Noormme) -> None:
    async with db.transaction() as tx:
        assert [row["n"] async for row in tx.select_from("t").select("n").stream()] == [10, 20, 30]


WAYS: dict[str, tuple[Callable[[Noormme], Awaitable[object]], list[str]]] = {
    "a read": (lambda db: db.get_repository("t").find_by_id(1), [f"loop: {BY_ID} [1]"]),
    "a read of nothing": (lambda db: db.get_repository("t").find_by_id(9), [f"loop: {BY_ID} [0]"]),
    "a read of several rows": (
        lambda db: db.select_from("t").select("n").execute(),
        ['loop: select "n" from "t" [3]'],
    ),
    "a read that is never on the loop": (
        lambda db: db.get_repository("t").count(),
        ['reader 0: select count(*) as "count" from "t" [1]'],
    ),
    "a lone write with RETURNING": (
        lambda db: db.get_repository("t").create({"n": 1}),
        ["loop: begin immediate [0]", f"loop: {INSERT} [1]", "loop: commit [0]"],
    ),
    "a lone write of several rows": (
        lambda db: db.update_table("t").set({"n": 5}).where("n", "=", 10).execute(),
        ["loop: begin immediate [0]", 'loop: update "t" set "n" = ? where "n" = ? [1]', "loop: commit [0]"],
    ),
    "writes that are committed together": (
        gathered,
        [
            *("writer: begin immediate [0]", "writer: commit [0]"),
            "writer: begin immediate [0]",
            *("writer: savepoint level1 [0]", f"writer: {INSERT} [1]", "writer: release level1 [0]"),
            *("writer: savepoint level1 [0]", f"writer: {INSERT} [1]", "writer: release level1 [0]"),
            "writer: commit [0]",
        ],
    ),
    "an operation of several statements": (
        lambda db: db.get_repository("t").insert_many({"n": n} for n in (1, 2)),
        [
            *("writer: begin immediate [0]", "writer: savepoint level1 [0]"),
            'writer: insert into "t" ("n") values (?), (?) [2]',
            *("writer: release level1 [0]", "writer: commit [0]"),
        ],
    ),
    "raw SQL that reads": (lambda db: db.execute("select n from t"), ["reader 0: select n from t [3]"]),
    "raw SQL that writes": (
        lambda db: db.execute("delete from t where n > ?", [10]),
        ["writer: begin immediate [0]", "writer: delete from t where n > ? [2]", "writer: commit [0]"],
    ),
    "a script": (
        lambda db: db.execute_script("delete from t where n > 10; delete from t"),
        [
            *("writer: begin immediate [0]", "writer: delete from t where n > 10 [2]"),
            *("writer: delete from t [1]", "writer: commit [0]"),
        ],
    ),
    "a pragma": (lambda db: db.execute("pragma user_version"), ["writer: pragma user_version [1]"]),
    "many sets of parameters": (
        lambda db: db.execute_many("insert into t (n) values (?)", [[1], [2], [3], [4]]),
        [
            *("writer: begin immediate [0]", "writer: savepoint level1 [0]"),
            "writer: insert into t (n) values (?) [4]",
            *("writer: release level1 [0]", "writer: commit [0]"),
        ],
    ),
    "a transaction with savepoints": (
        transaction,
        [
            *("writer: begin immediate [0]", f"writer: {BY_ID} [1]"),
            *("writer: savepoint level1 [0]", "writer: delete from t where id > 1 [2]"),
            *("writer: rollback to level1 [0]", "writer: savepoint level1 [0]", "writer: release level1 [0]"),
            "writer: commit [0]",
        ],
    ),
    "a transaction that is rolled back": (rolled_back, ["writer: begin immediate [0]", "writer: rollback [0]"]),
    "a snapshot": (snapshot, ["reader 0: begin [0]", "reader 0: select n from t [3]", "reader 0: commit [0]"]),
    "a stream in a transaction": (
        streamed_inside,
        ["writer: begin immediate [0]", 'writer: select "n" from "t" [3]', "writer: commit [0]"],
    ),
    "a stream": (streamed, ['reader 0: select "n" from "t" [3]']),
}
