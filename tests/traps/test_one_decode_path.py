"""Every method decodes alike: booleans are booleans and bytes are bytes, whatever brings the row."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import pytest

from noormme_py import Noormme

_BYTES = b"\x00\xff{}"


@pytest.fixture
async def db() -> AsyncGenerator[Noormme]:
    async with Noormme(":memory:") as database:
        await database.execute_script(
            "create table users (id integer primary key, active boolean not null default 1, picture blob);"
            "create table posts (id integer primary key, user_id integer references users);"
            "create view known as select id, active, picture from users;"
        )
        await database.get_repository("users").create({"id": 1, "active": True, "picture": _BYTES})
        await database.get_repository("posts").create({"id": 1, "user_id": 1})
        yield database


def _row(active: bool = True) -> dict[str, Any]:
    return {"active": active, "picture": _BYTES}


async def _streamed(db: Noormme) -> Any:
    return [row async for row in db.select_from("users").select_all().stream()]


_WAYS: dict[str, Callable[[Noormme], Awaitable[Any]]] = {
    "find_by_id": lambda db: db.get_repository("users").find_by_id(1),
    "get_by_id": lambda db: db.get_repository("users").get_by_id(1),
    "find_one": lambda db: db.get_repository("users").find_one({"active": True}),
    "find_many": lambda db: db.get_repository("users").find_many({"picture": _BYTES}),
    "find_all": lambda db: db.get_repository("users").find_all(),
    "finder": lambda db: db.get_repository("users").find_by_active(True),
    "of a view": lambda db: db.get_repository("known").find_one({"active": True}),
    "create": lambda db: db.get_repository("users").create(_row()),
    "create with defaults": lambda db: db.get_repository("users").create({"picture": _BYTES}),
    "create_many": lambda db: db.get_repository("users").create_many([_row(), _row()]),
    "update": lambda db: db.get_repository("users").update(1, _row()),
    "upsert": lambda db: db.get_repository("users").upsert({"id": 1, **_row()}),
    "upsert of a new row": lambda db: db.get_repository("users").upsert({"id": 2, **_row()}),
    "select": lambda db: db.select_from("users").select_all().execute(),
    "first": lambda db: db.select_from("users").select("active", "picture").execute_take_first(),
    "alias": lambda db: db.select_from("users as u").select("u.active as active", "u.picture as picture").execute(),
    "join": lambda db: (
        db.select_from("posts")
        .inner_join("users", "users.id", "posts.user_id")
        .select("posts.id", "users.active", "users.picture")
        .execute()
    ),
    "subquery": lambda db: (
        db.select_from(db.select_from("users").select_all().as_("u")).select("u.active", "u.picture").execute()
    ),
    "common table": lambda db: (
        db.with_("u", db.select_from("users").select_all()).select_from("u").select_all().execute()
    ),
    "prepared": lambda db: db.select_from("users").select_all().prepare().execute(),
    "stream": _streamed,
    "insert returning": lambda db: db.insert_into("users").values(_row()).returning_all().execute(),
    "update returning": lambda db: db.update_table("users").set(_row()).returning("active", "picture").execute(),
}


@pytest.mark.parametrize("way", _WAYS)
async def test_booleans_and_bytes_come_back_as_what_they_are(db: Noormme, way: str) -> None:
    answer = await _WAYS[way](db)
    rows = answer if isinstance(answer, list) else [answer]
    assert rows
    for row in rows:
        value = row.get if isinstance(row, dict) else lambda name, row=row: getattr(row, name)
        assert value("active") is True
        assert type(value("picture")) is bytes
        assert value("picture") == _BYTES


async def test_a_deleted_row_comes_back_so_too(db: Noormme) -> None:
    await db.delete_from("posts").execute()
    assert await db.delete_from("users").returning("active", "picture").execute() == [_row()]


async def test_one_value_alone_comes_back_so_too(db: Noormme) -> None:
    assert await db.select_from("users").select("active").scalar() is True
    assert await db.select_from("users").select("picture").scalar() == _BYTES


async def test_create_and_find_by_id_give_equal_rows(db: Noormme) -> None:
    users = db.get_repository("users")
    for active in (True, False):
        created = await users.create(_row(active))
        assert created.active is active
        assert await users.find_by_id(created.id) == created
        assert type(await users.find_by_id(created.id)) is type(created)


async def test_bytes_are_blobs_in_the_file_and_never_json(db: Noormme) -> None:
    result = await db.execute("select typeof(picture) as type, length(picture) as length from users")
    assert result.rows == [{"type": "blob", "length": len(_BYTES)}]
