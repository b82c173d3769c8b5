"""Queries of typed tables and columns: each end gives rows of the table's class, through every door."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from noormme_py import Col, TableOf, excluded, fn, param
from noormme_py.client.async_executor import AsyncExecutor
from noormme_py.errors import CompileError, DecodeError, QueryError, RowNotFound, TableNotFound
from tests.typing.shop_model import Card, Membership, Memberships, Post, Posts, User, Users

ADA = User(id=1, email="ada@x", name="Ada", age=36, active=True, balance=Decimal("1.10"), joined=date(2026, 1, 5))


async def test_all_of_a_table_gives_rows_of_its_class_at_every_end(async_door: AsyncExecutor) -> None:
    query = async_door.select_from(Users).select_all().where(Users.email == "ada@x")
    assert await query.execute() == [ADA]
    assert await query.execute_take_first() == ADA
    assert await query.execute_take_first_or_raise() == ADA
    async with aclosing(query.stream()) as rows:
        assert await anext(rows) == ADA
    prepared = async_door.select_from(Users).select_all().where(Users.id == param("id")).prepare()
    assert await prepared.execute(id=1) == [ADA]
    assert await prepared.execute_take_first(id=1) == ADA
    assert await prepared.execute_take_first(id=9) is None
    assert await query.scalar() == 1


async def test_no_row_is_none_or_an_error(async_door: AsyncExecutor) -> None:
    query = async_door.select_from(Users).where(Users.age > 99).select_all()
    assert await query.execute() == []
    assert await query.execute_take_first() is None
    with pytest.raises(RowNotFound):
        await query.execute_take_first_or_raise()


async def test_the_row_stays_known_through_the_steps_behind(async_door: AsyncExecutor) -> None:
    query = async_door.select_from(Users).select_all()
    assert [user.id for user in await query.order_by(Users.age.desc(nulls="last")).limit(2).execute()] == [1, 2]
    either = query.where(Users.id == 1).or_where(Users.name == "Eve").distinct().order_by(Users.id)
    assert [type(user) for user in await either.execute()] == [User, User]
    joined = query.inner_join(Posts, Posts.user_id == Users.id).where(Posts.title == "three")
    assert [user.name for user in await joined.execute()] == ["Eve"]
    both = query.where(Users.id == 1).union(query.where(Users.id == 3)).order_by("id")
    assert [user.name for user in await both.execute()] == ["Ada", "Eve"]


async def test_a_join_gives_the_rows_of_the_table_that_is_said(async_door: AsyncExecutor) -> None:
    joined = (
        async_door.select_from(Memberships)
        .inner_join(Users, Users.id == Memberships.user_id)
        .where(Memberships.club == "go")
    )
    assert await joined.select_all(Users).execute_take_first() == ADA
    assert await joined.select_all(Memberships).execute() == [Membership(user_id=1, club="go", since=None)]
    with pytest.raises(CompileError, match="after a join") as refused:
        joined.select_all()
    assert "select_all(Users)" in str(refused.value.hint)
    assert await joined.select_all("users").where(Users.id == 1).execute() == [ADA.model_dump()]


async def test_columns_give_dicts_or_the_class_asked_for(async_door: AsyncExecutor) -> None:
    joined = async_door.select_from(Users).inner_join(Posts, Posts.user_id == Users.id)
    cards = joined.select(Posts.title, Users.name.as_("author")).where(Users.age > 18).order_by(Posts.id)
    assert await cards.execute() == [{"title": "one", "author": "Ada"}, {"title": "two", "author": "Ada"}]
    assert await cards.execute(into=Card) == [Card("one", "Ada"), Card("two", "Ada")]
    assert await cards.prepare(into=Card).execute() == [Card("one", "Ada"), Card("two", "Ada")]
    counted = joined.select(Users.name, fn.count(Posts.id).as_("n")).group_by(Users.id).having(fn.count() > 1)
    assert await counted.execute() == [{"name": "Ada", "n": 2}]
    assert await async_door.select_from(Users).select(Users.balance).where(Users.id == 3).scalar() == Decimal("2.50")


async def test_the_class_asked_for_goes_before_that_of_the_table(async_door: AsyncExecutor) -> None:
    query = async_door.select_from(Posts).select_all().where(Posts.id == 1)
    row = {"id": 1, "user_id": 1, "title": "one"}
    assert await query.execute(into=dict) == [row]
    assert await query.execute_take_first(into=dict) == row
    assert await query.prepare(into=dict).execute() == [row]
    async with aclosing(query.stream(into=dict)) as rows:
        assert await anext(rows) == row


async def test_more_than_the_columns_of_the_table_is_a_dict(async_door: AsyncExecutor) -> None:
    every = async_door.select_from(Posts).select_all().where(Posts.id == 1)
    assert await every.select(fn.upper(Posts.title).as_("loud")).execute() == [
        {"id": 1, "user_id": 1, "title": "one", "loud": "ONE"}
    ]
    with pytest.raises(CompileError, match="two result columns are named 'id'"):
        await every.select_all(Posts).execute()
    both = (
        async_door.select_from(Users)
        .inner_join(Memberships, Memberships.user_id == Users.id)
        .where(Memberships.club == "go")
        .select_all(Users)
        .select_all(Memberships)
    )
    assert await both.execute() == [ADA.model_dump() | {"user_id": 1, "club": "go", "since": None}]
    title_first = async_door.select_from(Users, Posts).select(Posts.title).select_all(Memberships)
    with pytest.raises(TableNotFound, match="memberships"):
        await title_first.execute()


async def test_a_table_meets_itself_under_another_name(async_door: AsyncExecutor) -> None:
    older = Users.as_("older")
    pairs = async_door.select_from(Users).inner_join(older, older.age > Users.age)
    assert await pairs.select(Users.name, older.name.as_("older_name")).execute() == [
        {"name": "Bob", "older_name": "Ada"}
    ]
    assert await pairs.select_all(older).execute() == [ADA]
    assert await async_door.select_from(older).select_all().where(older.id == 1).execute() == [ADA]
    with pytest.raises(TableNotFound, match="'older'"):
        await async_door.select_from(Users).select_all().where(older.id == 1).execute()
    with pytest.raises(CompileError, match="two sources are both named 'users'"):
        await async_door.select_from(Users).select_all().inner_join(Users, Users.id == Users.id).execute()


async def test_queries_stand_in_queries(async_door: AsyncExecutor) -> None:
    writers = async_door.select_from(Posts).select(Posts.user_id)
    query = async_door.select_from(Users).select_all().where(Users.id.in_(writers)).order_by(Users.id)
    assert [user.name for user in await query.execute()] == ["Ada", "Eve"]
    common = async_door.with_("busy", writers.group_by(Posts.user_id).having(fn.count() > 1))
    busy = common.select_from(Users).where(Users.id.in_(async_door.select_from("busy").select("user_id")))
    assert await busy.select_all().execute() == [ADA]
    oldest = async_door.select_from(Users).select(fn.max(Users.age).as_("age"))
    assert await async_door.select_from(Users).select_all().where(Users.age == oldest).execute() == [ADA]


async def test_writes_give_back_rows_of_the_class_of_their_table(async_door: AsyncExecutor) -> None:
    four = await async_door.insert_into(Posts).values({"user_id": 3, "title": "four"}).returning_all().execute()
    assert four == [Post(id=4, user_id=3, title="four")]
    older = async_door.update_table(Users).set({"age": Users.age + 1}).where(Users.id == 1).returning_all()
    assert await older.execute_take_first() == ADA.model_copy(update={"age": 37})
    gone = async_door.delete_from(Posts).where(Posts.title == "four").returning_all()
    assert await gone.execute_take_first_or_raise() == four[0]
    assert await async_door.delete_from(Posts).where(Posts.id == 3).returning(Posts.title).execute() == [
        {"title": "three"}
    ]


async def test_rows_of_an_insert_in_several_statements_are_of_the_class(async_door: AsyncExecutor) -> None:
    rows = [{"user_id": 1, "title": str(n)} for n in range(20)]
    found = await async_door.insert_into(Posts).values(rows).returning_all().execute()
    assert [(type(post), post.title) for post in found] == [(Post, str(n)) for n in range(20)]


async def test_more_given_back_than_the_columns_of_the_table_is_a_dict(async_door: AsyncExecutor) -> None:
    insert = async_door.insert_into(Posts).values({"user_id": 3, "title": "x"}).returning_all()
    update = async_door.update_table(Posts).set({"title": "y"}).where(Posts.id == 4).returning_all()
    delete = async_door.delete_from(Posts).where(Posts.id == 4).returning_all()
    for query, title in ((insert, "x"), (update, "y"), (delete, "y")):
        assert await query.returning(fn.upper(Posts.title).as_("loud")).execute() == [
            {"id": 4, "user_id": 3, "title": title, "loud": title.upper()}
        ]
        with pytest.raises(CompileError, match="two result columns are named 'id'"):
            await query.returning_all().execute()


async def test_writes_take_typed_conditions_sources_and_keys(async_door: AsyncExecutor) -> None:
    named = async_door.update_table(Posts).set({"title": Users.name}).from_(Users).where(Users.id == Posts.user_id)
    changed = await named.where(Posts.id == 3).returning_all().execute()
    assert changed == [Post(id=3, user_id=3, title="Eve")]
    p = Posts.as_("p")
    again = async_door.update_table(p).set({"title": "again"}).where(p.id == 3).returning_all()
    assert await again.execute() == [Post(id=3, user_id=3, title="again")]
    gone = await async_door.delete_from(p).where(p.id == 3).returning_all().execute()
    assert gone == [Post(id=3, user_id=3, title="again")]
    upsert = (
        async_door.insert_into(Users)
        .values({"email": "ada@x", "name": "Countess"})
        .on_conflict(Users.email)
        .do_update({"name": excluded("name")}, where=Users.name != excluded("name"))
    )
    assert await upsert.returning_all().execute() == [ADA.model_copy(update={"name": "Countess"})]
    assert await upsert.returning_all().execute() == []


async def test_common_tables_stand_before_typed_writes(async_door: AsyncExecutor) -> None:
    three = async_door.with_("old", async_door.select_from("posts").select("id").where("id", "=", 3))
    old = async_door.select_from("old").select("id")
    assert await three.update_table(Posts).set({"title": "x"}).where(Posts.id.in_(old)).returning_all().execute() == [
        Post(id=3, user_id=3, title="x")
    ]
    assert await three.delete_from(Posts).where(Posts.id.in_(old)).returning_all().execute() == [
        Post(id=3, user_id=3, title="x")
    ]
    assert await three.insert_into(Posts).values({"id": 3, "user_id": 1, "title": "y"}).returning_all().execute() == [
        Post(id=3, user_id=1, title="y")
    ]
    both = three.select_from(Posts, "old").select(Posts.title, "old.id").where(Posts.id == 3)
    assert await both.execute() == [{"title": "y", "id": 3}]


async def test_a_row_that_an_outer_join_leaves_empty_is_no_row_of_the_class(async_door: AsyncExecutor) -> None:
    joined = async_door.select_from(Users).left_join(Posts, Posts.user_id == Users.id).order_by(Users.id)
    with pytest.raises(DecodeError, match="Post"):
        await joined.select_all(Posts).execute()
    found = await joined.select_all(Posts).where(Posts.id.is_not_null()).execute()
    assert [post.title for post in found] == ["one", "two", "three"]


@dataclass
class Wrong:
    id: int
    colour: str


class Misdeclared(TableOf[Wrong]):
    __table__ = "posts"
    id = Col[int]("posts", "id")


async def test_a_class_that_the_columns_do_not_fill_is_refused(async_door: AsyncExecutor) -> None:
    with pytest.raises(QueryError, match="Wrong needs 'colour'"):
        await async_door.select_from(Misdeclared).select_all().execute()
    with pytest.raises(QueryError, match="Wrong needs 'colour'"):
        await async_door.delete_from(Misdeclared).where(Misdeclared.id == 3).returning_all().execute()
    assert await async_door.select_from(Posts).select(fn.count()).scalar() == 3
