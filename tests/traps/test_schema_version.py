"""The schema is state with a version: whatever another process changes is there when it is asked for."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import pytest

from noormme_py import Noormme
from noormme_py.errors import TableNotFound
from tests.engine.neighbour import Neighbour


@pytest.fixture
async def db(path: Path) -> AsyncGenerator[Noormme]:
    async with Noormme(path, performance={"max_readers": 2}) as database:
        await database.execute("create table users (id integer primary key, email text)")
        await database.get_repository("users").create({"email": "a@b.c"})
        yield database


@pytest.fixture
def neighbour(db: Noormme, path: Path) -> Iterator[Neighbour]:
    with Neighbour(path) as other:
        yield other


async def test_a_table_first_asked_for_later_exists(db: Noormme, neighbour: Neighbour) -> None:
    for name in ("first", "second"):
        assert name not in db.schema
        neighbour.execute(f"create table {name} (id integer primary key, at date)")
        neighbour.execute(f"insert into {name} values (1, '2024-01-31')")
        assert (await db.select_from(name).select("at").scalar()).day == 31
        assert await db.get_repository(name).count() == 1


async def test_a_repository_may_be_asked_for_right_after_refresh(db: Noormme, neighbour: Neighbour) -> None:
    neighbour.execute("create table later (id integer primary key)")
    before = db.schema.version
    assert "later" in await db.refresh_schema()
    assert db.schema.version > before
    assert await db.get_repository("later").count() == 0


@pytest.mark.parametrize("first", ["read", "write", "stream", "transaction"])
async def test_another_process_s_alter_is_noticed_by_whatever_comes_first(
    db: Noormme, neighbour: Neighbour, first: str
) -> None:
    users = db.get_repository("users")
    neighbour.execute("alter table users add column is_active boolean default 1")
    match first:
        case "read":
            assert (await users.get_by_id(1)).is_active is True
        case "write":
            assert (await users.create({"is_active": False})).is_active is False
        case "stream":
            assert [row async for row in db.select_from("users").select("is_active").stream()] == [{"is_active": True}]
        case _:
            async with db.transaction() as tx:
                assert (await tx.get_repository("users").get_by_id(1)).is_active is True
    assert db.schema.table("users").column("is_active").kind == "bool"


async def test_the_version_is_sqlite_s_own(db: Noormme, neighbour: Neighbour) -> None:
    assert [[db.schema.version]] == neighbour.execute("pragma schema_version")
    neighbour.execute("create table more (n integer)")
    await db.refresh_schema()
    assert [[db.schema.version]] == neighbour.execute("pragma schema_version")


async def test_a_schema_that_stands_still_is_discovered_once(db: Noormme) -> None:
    schema = db.schema
    users = db.get_repository("users")
    await users.create({"email": "x"})
    await users.find_all()
    async with db.transaction() as tx:
        await tx.get_repository("users").count()
    with pytest.raises(TableNotFound):
        await db.select_from("nowhere").select_all().execute()
    assert db.schema is schema


async def test_a_schema_rolled_back_is_forgotten(db: Noormme) -> None:
    async def work() -> None:
        async with db.transaction() as tx:
            await tx.execute("create table fleeting (id integer)")
            assert "fleeting" in tx.schema
            raise LookupError("of the application")

    with pytest.raises(LookupError, match="of the application"):
        await work()
    assert "fleeting" not in db.schema
    with pytest.raises(TableNotFound):
        db.get_repository("fleeting")
