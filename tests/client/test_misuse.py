"""What is plainly misused is refused with an error of the library's own."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import pytest

from noormme_py import Noormme
from noormme_py.errors import ConfigError, QueryError

MISUSES: dict[str, Callable[[Any], Awaitable[Any]]] = {
    "SQL is a number": lambda db: db.execute(5),
    "SQL is nothing": lambda db: db.execute(None),
    "SQL is bytes": lambda db: db.execute(b"select 1"),
    "a script is nothing": lambda db: db.execute_script(None),
    "batches are nothing": lambda db: db.execute_many("insert into t values (?)", None),
    "a bulk write of nothing": lambda db: db.execute_many(None, [[1]]),
    "insert_many of nothing": lambda db: db.get_repository("t").insert_many(None),
    "create_many of nothing": lambda db: db.get_repository("t").create_many(None),
    "upsert_many of nothing": lambda db: db.get_repository("t").upsert_many(None),
    "create of a number": lambda db: db.get_repository("t").create(5),
    "changes are nothing": lambda db: db.get_repository("t").update_many({"id": 1}, None),
    "an order is a number": lambda db: db.get_repository("t").find_many({}, order_by=5),
    "an order holds a number": lambda db: db.get_repository("t").find_many({}, order_by=[5]),
    "rows into a list": lambda db: db.select_from("t").select_all().execute([]),
}


@pytest.fixture
async def db() -> AsyncGenerator[Noormme]:
    async with Noormme(":memory:") as database:
        await database.execute("create table t (id integer primary key)")
        yield database


@pytest.mark.parametrize("misuse", MISUSES.values(), ids=MISUSES)
async def test_a_misuse_is_told(db: Noormme, misuse: Callable[[Any], Awaitable[Any]]) -> None:
    with pytest.raises(QueryError):
        await misuse(db)
    async with db.transaction() as tx:
        with pytest.raises(QueryError):
            await misuse(tx)


@pytest.mark.parametrize("arguments", [(5,), (None,), ([],), ("t", []), ("t", 5), ("t", {})], ids=repr)
async def test_a_repository_of_what_is_none(db: Noormme, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(QueryError):
        db.get_repository(*arguments)


@pytest.mark.parametrize("database", [123, b"x.db", 1.5, ["x.db"]], ids=repr)
def test_a_database_is_named_by_a_path(database: Any) -> None:
    with pytest.raises(ConfigError, match="path or a URL"):
        Noormme(database)


@pytest.mark.parametrize("codecs", [["x"], "x", 5], ids=repr)
def test_codecs_are_a_mapping(codecs: Any) -> None:
    with pytest.raises(ConfigError, match="mapping"):
        Noormme(":memory:", codecs=codecs)
