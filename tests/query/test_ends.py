"""The ways a query is run, and what each gives."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

import pytest
from pydantic import BaseModel

from noormme_py import CompiledQuery, Noormme, WriteResult, col, fn, param, raw, tuple_, val
from noormme_py.errors import DecodeError, EncodeError, QueryError, RowNotFound, TableNotFound
from tests.query.shop import values_of


class Person(BaseModel):
    id: int
    name: str
    active: bool


@dataclass(frozen=True)
class Record:
    name: str
    joined: datetime
    age: int | None = 7


class Named(TypedDict):
    id: int
    name: str


async def test_execute_gives_all_rows(db: Noormme) -> None:
    query = db.select_from("users").select("id").order_by("id")
    assert await query.execute() == [{"id": 1}, {"id": 2}, {"id": 3}, {"id": 4}]
    assert await query.where("id", ">", 9).execute() == []


async def test_execute_take_first_gives_the_first_row_or_none(db: Noormme) -> None:
    query = db.select_from("users").select("id").order_by("id", "desc")
    assert await query.execute_take_first() == {"id": 4}
    assert await query.where("id", ">", 9).execute_take_first() is None


async def test_execute_take_first_or_raise(db: Noormme) -> None:
    query = db.select_from("users").select("id").order_by("id", "desc")
    assert await query.execute_take_first_or_raise() == {"id": 4}
    with pytest.raises(RowNotFound):
        await query.where("id", ">", 9).execute_take_first_or_raise()
    with pytest.raises(LookupError):
        await db.delete_from("users").where("id", ">", 9).returning("id").execute_take_first_or_raise()


async def test_scalar_gives_the_first_column_decoded(db: Noormme) -> None:
    assert await db.select_from("users").select(fn.count()).scalar() == 4
    assert await db.select_from("users").select("active", "id").order_by("id").scalar() is True
    assert await db.select_from("users").select("joined").where("id", "=", 2).scalar() == datetime(2024, 2, 1)
    assert await db.select_from("users").select("age").where("id", "=", 3).scalar() is None
    assert await db.select_from("users").select("id").where("id", "=", 9).scalar() is None
    assert (
        await db.update_table("users").set({"active": False}).where("id", "=", 1).returning("active").scalar() is False
    )


async def test_into_a_pydantic_model(db: Noormme) -> None:
    query = db.select_from("users").select("id", "name", "active").order_by("id")
    assert await query.execute_take_first(Person) == Person(id=1, name="Ada", active=True)
    assert [person.name for person in await query.execute(Person)] == ["Ada", "Bob", "Cy", "dee"]
    with pytest.raises(DecodeError, match="Person"):
        await db.select_from("users").select("id", "age as name", "active").execute(Person)


async def test_into_a_dataclass(db: Noormme) -> None:
    query = db.select_from("users").select("name", "joined").where("id", "=", 2)
    assert await query.execute(Record) == [Record("Bob", datetime(2024, 2, 1))]
    assert await query.select("age").execute_take_first_or_raise(Record) == Record("Bob", datetime(2024, 2, 1), 20)


async def test_into_a_typed_dict(db: Noormme) -> None:
    query = db.select_from("users").select("id", "name").where("id", "=", 2)
    assert await query.execute(Named) == [{"id": 2, "name": "Bob"}]
    found = (
        await db.insert_into("posts")
        .values({"title": "x", "published": True})
        .returning("id", "title as name")
        .execute(Named)
    )
    assert found == [{"id": 5, "name": "x"}]


async def test_into_says_what_the_query_does_not_give(db: Noormme) -> None:
    query = db.select_from("users").select("id", "name as nane")
    for into in (Person, Record, Named):
        with pytest.raises(QueryError, match="which the query does not give"):
            await query.execute(into)
    with pytest.raises(QueryError, match="cannot be made into 'int'"):
        await query.execute(int)


async def test_stream_gives_every_row_in_order(db: Noormme) -> None:
    await db.insert_into("counters").values([{"name": f"n{n:04}", "hits": n} for n in range(1_234)]).execute()
    query = db.select_from("counters").select("hits").where("name", "like", "n%").order_by("name")
    assert [row["hits"] async for row in query.stream()] == list(range(1_234))
    assert [row async for row in query.where("hits", "<", 0).stream()] == []


async def test_stream_decodes_into_objects(db: Noormme) -> None:
    query = db.select_from("users").select("id", "name", "active").order_by("id")
    assert [row async for row in query.limit(1).stream()] == [{"id": 1, "name": "Ada", "active": True}]
    assert [row.active async for row in query.stream(Person)] == [True, False, True, False]


async def test_a_stream_may_be_left_early(db: Noormme) -> None:
    async with aclosing(db.select_from("users").select("id").order_by("id").stream()) as rows:
        async for row in rows:
            assert row == {"id": 1}
            break
    assert await db.select_from("users").select(fn.count()).scalar() == 4


async def test_compile_gives_text_and_encoded_parameters(db: Noormme) -> None:
    query = db.select_from("users").select("id").where("joined", ">", datetime(2024, 1, 1)).where("active", "=", True)
    assert query.compile() == CompiledQuery(
        'select "id" from "users" where "joined" > ? and "active" = ?', ("2024-01-01 00:00:00", 1)
    )


async def test_explain_runs_nothing(db: Noormme) -> None:
    steps = await db.select_from("users").select("id").where("email", "=", "x").explain()
    assert "one_mail" in steps[0].detail
    steps = await db.delete_from("users").where("id", "=", 1).explain()
    assert "PRIMARY KEY" in steps[0].detail
    assert await db.select_from("users").select(fn.count()).scalar() == 4


async def test_a_prepared_query_takes_values(db: Noormme) -> None:
    prepared = (
        db.select_from("users")
        .select("name")
        .where("active", "=", param("on"))
        .where("age", ">", param("age"))
        .prepare()
    )
    assert prepared.sql == 'select "name" from "users" where "active" = ? and "age" > ?'
    assert prepared.parameter_names == ("on", "age")
    assert await prepared.execute(on=True, age=30) == [{"name": "Ada"}]
    assert await prepared.execute(on=False, age=30) == [{"name": "dee"}]
    assert await prepared.execute_take_first(on=False, age=99) is None
    assert await prepared.scalar(on=False, age=10) == "Bob"
    with pytest.raises(RowNotFound):
        await prepared.execute_take_first_or_raise(on=False, age=99)


async def test_a_placeholder_may_stand_for_a_list_a_row_a_limit_and_more(db: Noormme) -> None:
    users = db.select_from("users").select("id").order_by("id")
    assert values_of(await users.where("id", "in", param("ids")).prepare().execute(ids=[1, 3, 99])) == [(1,), (3,)]
    assert values_of(await users.where("id", "not in", param("ids")).prepare().execute(ids=(1, 3))) == [(2,), (4,)]
    assert values_of(await users.where("id", "in", param("ids")).prepare().execute(ids=[])) == []
    assert values_of(await users.limit(param("n")).offset(param("m")).prepare().execute(n=1, m=2)) == [(3,)]
    row = users.where(tuple_("active", "id") > tuple_(param("on"), param("id"))).prepare()
    assert values_of(await row.execute(on=True, id=1)) == [(3,)]
    between = users.where("joined", "between", (param("a"), param("a"))).prepare()
    assert between.parameter_names == ("a",)
    assert values_of(await between.execute(a=datetime(2024, 2, 1))) == [(2,)]
    like = users.where("name", "like", param("p")).prepare()
    assert values_of(await like.execute(p="d%")) == [(4,)]
    sum_ = db.select_from().select((val(1) + param("x")).as_("y")).prepare()
    assert await sum_.scalar(x=2) == 3


async def test_a_prepared_query_gives_objects(db: Noormme) -> None:
    prepared = db.select_from("users").select("id", "name", "active").where("id", "=", param("id")).prepare(Person)
    assert await prepared.execute_take_first(id=1) == Person(id=1, name="Ada", active=True)


async def test_a_prepared_write(db: Noormme) -> None:
    insert = db.insert_into("posts").values({"title": param("title"), "published": param("on")}).prepare()
    assert await insert.execute(title="x", on=False) == WriteResult(1, 5)
    update = db.update_table("posts").set({"likes": col("likes") + param("by")}).where("id", "=", param("id")).prepare()
    assert await update.execute(by=5, id=5) == WriteResult(1)
    returning = db.delete_from("posts").where("id", "=", param("id")).returning("likes", "published").prepare()
    assert await returning.execute(id=5) == [{"likes": 5, "published": False}]


async def test_a_prepared_query_wants_each_value_and_no_other(db: Noormme) -> None:
    prepared = db.select_from("users").select("id").where("id", "=", param("id")).prepare()
    with pytest.raises(QueryError, match="no value is given for 'id'"):
        await prepared.execute()
    with pytest.raises(QueryError, match="no placeholder 'idd'") as refused:
        await prepared.execute(id=1, idd=2)
    assert refused.value.hint is not None
    with pytest.raises(EncodeError, match=r"users\.id: an int is expected"):
        await prepared.execute(id="1")
    with pytest.raises(QueryError, match="no value is given for 'id'"):
        await db.select_from("users").select("id").where("id", "=", param("id")).execute()


async def test_a_prepared_query_lives_on_after_a_change_of_the_schema(db: Noormme) -> None:
    prepared = db.select_from("counters").select_all().where("name", "=", param("name")).prepare()
    await db.alter_table("counters").add_column("fresh", "boolean", default=True).execute()
    assert await prepared.execute(name="home") == [{"name": "home", "hits": 3, "note": None, "fresh": True}]
    await db.alter_table("counters").rename_to("gone").execute()
    with pytest.raises(TableNotFound):
        await prepared.execute(name="home")


async def test_what_is_prepared_is_checked_at_once(db: Noormme) -> None:
    with pytest.raises(TableNotFound):
        db.select_from("usres").select("id").prepare()
    with pytest.raises(QueryError, match="which the query does not give"):
        db.select_from("users").select("id").prepare(Person)


async def test_every_end_works_inside_a_transaction(db: Noormme) -> None:
    async with db.transaction() as tx:
        await tx.insert_into("counters").values({"name": "x"}).execute()
        assert await tx.select_from("counters").select(fn.count()).scalar() == 3
        assert [row["name"] async for row in tx.select_from("counters").select("name").order_by(raw("1")).stream()] == [
            "about",
            "home",
            "x",
        ]
        assert (
            await tx.with_("t", tx.select_from("counters").select("name")).select_from("t").select(fn.count()).scalar()
            == 3
        )
        prepared = tx.select_from("counters").select("hits").where("name", "=", param("n")).prepare()
        assert await prepared.scalar(n="home") == 3
        await tx.create_table("made").column("a", "boolean").execute()
        assert await tx.insert_into("made").values({"a": True}).returning_all().execute() == [{"a": True}]
    assert await db.select_from("made").select("a").execute() == [{"a": True}]
