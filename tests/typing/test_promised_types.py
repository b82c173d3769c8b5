"""The types that queries are promised to have: for the type checkers, and run to see that they are so."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from datetime import date
from pathlib import Path
from typing import Any, assert_type

from noormme_py import Col, Expression, Noormme, SyncNoormme, col, fn, param
from noormme_py.client.async_prepared import AsyncPrepared
from noormme_py.client.async_queries import AsyncSelect, AsyncSelectFrom
from noormme_py.client.sync_prepared import SyncPrepared
from noormme_py.client.sync_queries import SyncSelect
from noormme_py.codec.written import WriteResult
from tests.contract.shop import SCHEMA
from tests.typing.shop_model import Card, Membership, Memberships, Post, Posts, User, Users

Dict = dict[str, Any]


def test_columns_have_the_type_of_what_they_hold() -> None:
    assert_type(Users.id, Col[int])
    assert_type(Users.age, Col[int | None])
    u = assert_type(Users.as_("u"), Users)
    assert_type(u.email, Col[str])
    assert_type(u.as_("v").age, Col[int | None])


def test_conditions_take_what_the_column_holds() -> None:
    found = [
        assert_type(Users.email == "x", Expression),
        assert_type(Users.email != Posts.title, Expression),
        assert_type(Users.age > 18, Expression),
        assert_type(Users.age > 18, Expression),
        assert_type(Users.age <= Users.id, Expression),
        assert_type(Users.age.in_([1, 2]), Expression),
        assert_type(Users.age.not_in({1, None}), Expression),
        assert_type(Users.id.between(1, 2), Expression),
        assert_type(Users.joined >= date(2026, 1, 1), Expression),
        assert_type(Users.balance > param("least"), Expression),
        assert_type((Users.age > 18) & ~(Users.name.like("A%")), Expression),
        assert_type(Users.age.is_null(), Expression),
        assert_type(Users.active & (Users.id == 1), Expression),
    ]
    assert all(isinstance(one, Expression) for one in found)


def test_expressions_without_a_type_take_anything() -> None:
    untyped: Expression = col("age")
    assert_type(untyped == 3, Expression)
    assert_type(untyped > "x", Expression)
    assert_type(fn.count(Users.id) > 1, Expression)
    assert_type(Users.age + 1 > 18, Expression)
    assert_type(Users.name.as_("author"), Expression)


async def test_the_row_of_a_typed_table_is_known_to_every_end(tmp_path: Path) -> None:
    async with Noormme(tmp_path / "app.db") as db:
        await db.execute_script(SCHEMA)
        begun = assert_type(db.select_from(Users), AsyncSelectFrom[User])
        query = assert_type(begun.select_all(), AsyncSelect[User])
        assert_type(query.where(Users.age > 18).order_by(Users.id).limit(2), AsyncSelect[User])

        assert isinstance(assert_type(await query.execute(), list[User])[0], User)
        assert isinstance(assert_type(await query.execute_take_first(), User | None), User)
        assert isinstance(assert_type(await query.execute_take_first_or_raise(), User), User)
        prepared = assert_type(query.where(Users.id == param("id")).prepare(), AsyncPrepared[User])
        assert assert_type(await prepared.execute(id=2), list[User])[0].id == 2
        stream = assert_type(query.stream(), AsyncGenerator[User])
        assert [row.id async for row in stream] == [1, 2, 3]

        u = Users.as_("u")
        assert_type(db.select_from(u).select_all(), AsyncSelect[User])
        joined = db.select_from(Memberships).inner_join(Users, Users.id == Memberships.user_id)
        assert_type(await joined.select_all(Users).execute_take_first(), User | None)
        assert_type(await joined.select_all(Memberships).execute(), list[Membership])


async def test_what_is_selected_by_column_is_a_dict_or_of_the_class_asked_for(tmp_path: Path) -> None:
    async with Noormme(tmp_path / "app.db") as db:
        await db.execute_script(SCHEMA)
        joined = db.select_from(Users).inner_join(Posts, Posts.user_id == Users.id)
        cards = joined.select(Posts.title, Users.name.as_("author")).where(Users.age > 18)
        assert_type(await cards.execute(), list[Dict])
        assert assert_type(await cards.execute(into=Card), list[Card])[0] == Card("one", "Ada")
        assert_type(await cards.execute_take_first(Card), Card | None)
        assert_type(cards.prepare(into=Card), AsyncPrepared[Card])
        assert_type(await db.select_from(Users).select(Users.age).scalar(), Any)

        # More than the table's own columns are no row of it.
        every = db.select_from(Users).select_all()
        assert_type(every.select(fn.upper(Users.name).as_("loud")), AsyncSelect[Dict])
        assert_type(every.select_all(), AsyncSelect[Dict])
        assert_type(joined.select(Posts.title).select_all(Users), AsyncSelect[Dict])
        assert_type(db.select_from(Users, Posts).select_all(Users), AsyncSelect[Dict])


async def test_strings_give_dicts_as_ever(tmp_path: Path) -> None:
    async with Noormme(tmp_path / "app.db") as db:
        await db.execute_script(SCHEMA)
        query: AsyncSelect = db.select_from("users").select_all()
        assert_type(query, AsyncSelect[Dict])
        assert_type(await query.execute(), list[Dict])
        assert_type(await query.execute(into=User), list[User])
        assert_type(await db.insert_into("posts").values({"user_id": 1, "title": "x"}).execute(), WriteResult)


async def test_written_rows_are_of_the_class_of_their_table(tmp_path: Path) -> None:
    async with Noormme(tmp_path / "app.db") as db:
        await db.execute_script(SCHEMA)
        insert = db.insert_into(Posts).values({"user_id": 1, "title": "four"})
        assert_type(await insert.returning_all().execute(), list[Post])
        update = db.update_table(Users).set({"age": Users.age + 1}).where(Users.id == 1)
        assert_type(await update.returning_all().execute_take_first(), User | None)
        delete = db.delete_from(Posts).where(Posts.title == "four")
        assert_type(await delete.returning(Posts.id).execute(), list[Dict])
        assert_type(await delete.returning_all().execute(), list[Post])
        assert_type(await delete.execute(), WriteResult)
        assert_type(await db.update_table(Users.as_("u")).set({"age": 1}).returning_all().execute(), list[User])


def test_the_synchronous_face_has_the_same_types(tmp_path: Path) -> None:
    with SyncNoormme(tmp_path / "app.db") as db:
        db.execute_script(SCHEMA)
        query = assert_type(db.select_from(Users).select_all().where(Users.email == "ada@x"), SyncSelect[User])
        assert assert_type(query.execute(), list[User])[0].name == "Ada"
        assert_type(query.stream(), Generator[User]).close()
        assert_type(query.prepare(), SyncPrepared[User])
        assert_type(db.insert_into(Posts).values({"user_id": 1, "title": "x"}).returning_all().execute(), list[Post])
