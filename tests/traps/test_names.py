"""A misspelt name is an error with a suggestion, and never the text that SQLite would take it for."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

import pytest

from noormme_py import Noormme, col, fn
from noormme_py.errors import ColumnNotFound, QueryError, SchemaError, TableNotFound
from tests.engine.neighbour import Neighbour


@pytest.fixture
async def db(path: Path) -> AsyncGenerator[Noormme]:
    async with Noormme(path) as database:
        await database.execute("create table users (id integer primary key, email text)")
        await database.get_repository("users").create({"email": "emial"})
        yield database


async def test_sqlite_itself_takes_the_misspelt_name_for_a_text(db: Noormme) -> None:
    # What the promise is about; with a SQLite built without it, this whole file has less to say.
    options = (await db.execute("pragma compile_options")).rows
    if {"compile_options": "DQS=0"} not in options:
        rows = (await db.execute('select id from users where "emial" = email')).rows
        assert rows == [{"id": 1}]


_WAYS: dict[str, Callable[[Noormme], Awaitable[object]]] = {
    "select": lambda db: db.select_from("users").select("emial").execute(),
    "qualified": lambda db: db.select_from("users").select("users.emial").execute(),
    "alias": lambda db: db.select_from("users as u").select("u.emial").execute(),
    "where": lambda db: db.select_from("users").select("id").where("emial", "=", "emial").execute(),
    "where expression": lambda db: db.select_from("users").select("id").where(col("emial") == "emial").execute(),
    "where ref": lambda db: db.select_from("users").select("id").where("email", "=", col("emial")).execute(),
    "order by": lambda db: db.select_from("users").select("id").order_by("emial").execute(),
    "group by": lambda db: db.select_from("users").select(fn.count().as_("n")).group_by("emial").execute(),
    "function": lambda db: db.select_from("users").select(fn.max("emial").as_("m")).execute(),
    "join": lambda db: (
        db.select_from("users").inner_join("users as u", "u.emial", "users.email").select("users.id").execute()
    ),
    "subquery": lambda db: db.select_from(db.select_from("users").select("email").as_("u")).select("u.emial").execute(),
    "insert": lambda db: db.insert_into("users").values({"emial": "x"}).execute(),
    "set": lambda db: db.update_table("users").set({"email": col("emial")}).execute(),
    "set column": lambda db: db.update_table("users").set({"emial": "x"}).execute(),
    "update where": lambda db: db.update_table("users").set({"email": "x"}).where("emial", "=", "emial").execute(),
    "delete where": lambda db: db.delete_from("users").where("emial", "=", "emial").execute(),
    "returning": lambda db: db.delete_from("users").returning("emial").execute(),
    "prepare": lambda db: db.select_from("users").select("emial").prepare().execute(),
    "stream": lambda db: anext(db.select_from("users").select("emial").stream()),
    "criteria": lambda db: db.get_repository("users").find_many({"emial": "emial"}),
    "lookup": lambda db: db.get_repository("users").find_many({"emial__ne": "x"}),
    "repository order": lambda db: db.get_repository("users").find_all(order_by="-emial"),
    "count": lambda db: db.get_repository("users").count({"emial": "emial"}),
    "create": lambda db: db.get_repository("users").create({"emial": "x"}),
    "update": lambda db: db.get_repository("users").update(1, {"emial": "x"}),
    "update_many": lambda db: db.get_repository("users").update_many({"emial": "emial"}, {"email": "x"}),
    "delete_many": lambda db: db.get_repository("users").delete_many({"emial": "emial"}),
    "upsert": lambda db: db.get_repository("users").upsert({"id": 1, "email": "x"}, on="emial"),
}


@pytest.mark.parametrize("way", _WAYS)
async def test_a_misspelt_column_is_told_with_a_suggestion(db: Noormme, way: str) -> None:
    with pytest.raises(SchemaError) as caught:
        await _WAYS[way](db)
    assert isinstance(caught.value, ColumnNotFound)
    assert "emial" in str(caught.value)
    assert "email" in (caught.value.hint or "")
    assert [user.email for user in await db.get_repository("users").find_all()] == ["emial"]


async def test_a_misspelt_finder_is_told_with_a_suggestion(db: Noormme) -> None:
    with pytest.raises(AttributeError, match="did you mean 'email'"):
        await db.get_repository("users").find_by_emial("x")


async def test_a_misspelt_table_is_told_with_a_suggestion(db: Noormme) -> None:
    for make in (
        lambda: db.get_repository("usres"),
        lambda: db.select_from("usres").select_all().compile(),
        lambda: db.insert_into("usres").values({"id": 1}).compile(),
        lambda: db.update_table("usres").set({"id": 1}).compile(),
        lambda: db.delete_from("usres").compile(),
    ):
        with pytest.raises(TableNotFound, match="did you mean 'users'"):
            make()


async def test_a_column_that_another_process_drops_is_no_text_from_then_on(db: Noormme, path: Path) -> None:
    users = db.get_repository("users")
    query = db.select_from("users").select("email")
    prepared = query.prepare()
    assert await prepared.execute() == [{"email": "emial"}]
    with Neighbour(path) as neighbour:
        neighbour.execute("alter table users rename column email to address")
    for attempt in (query.execute(), prepared.execute(), users.find_one({"email": "email"})):
        with pytest.raises(ColumnNotFound):
            await attempt
    assert (await users.get_by_id(1)).address == "emial"


async def test_a_name_with_quotes_is_a_name(db: Noormme) -> None:
    hostile = 'email" from users; drop table users; --'
    with pytest.raises((ColumnNotFound, QueryError)):
        await db.select_from("users").select(hostile).execute()
    await db.execute('create table "a""b" ("c""d" text, "e.f" text)')
    await db.get_repository('a"b').create({'c"d': "x", "e.f": "y"})
    assert await db.select_from('a"b').select_all().execute() == [{'c"d': "x", "e.f": "y"}]
