"""Typed tables and columns make the SQL that their names say, and say names exactly."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from types import new_class
from typing import Any

import pytest

from noormme_py import Col, Noormme, TableOf, and_, case, exists, fn, not_, param, tuple_
from noormme_py.errors import ColumnNotFound, CompileError, TableNotFound
from noormme_py.query.select import select_from
from noormme_py.query.write import delete_from, insert_into, update_table
from tests.query.hostile import NAMES
from tests.query.shop import Case, promise_of


@dataclass
class Row:
    """Any row: what these tests look at is the SQL."""

    id: int


class Users(TableOf[Row]):
    __table__ = "users"
    id = Col[int]("users", "id")
    name = Col[str]("users", "name")
    age = Col[int | None]("users", "age")
    email = Col[str | None]("users", "email")
    active = Col[bool]("users", "active")


class Posts(TableOf[Row]):
    __table__ = "posts"
    id = Col[int]("posts", "id")
    user_id = Col[int | None]("posts", "user_id")
    title = Col[str]("posts", "title")
    likes = Col[int]("posts", "likes")


U = Users.as_("u")

CASES = [
    Case(
        "comparisons bind their data",
        lambda db: db.select_from(Users).select(Users.id).where(Users.age > 18).where(Users.name != "Bob"),
        'select "users"."id" from "users" where "users"."age" > ? and "users"."name" != ?',
        (18, "Bob"),
        [(1,), (4,)],
    ),
    Case(
        "lists, ranges and NULL",
        lambda db: (
            db.select_from(Users)
            .select(Users.id)
            .where(Users.id.in_([1, 2]) | Users.age.between(50, 60) | Users.age.is_null())
            .order_by(Users.id.desc())
        ),
        'select "users"."id" from "users" where "users"."id" in (?, ?) or "users"."age" between ? and ?'
        ' or "users"."age" is null order by "users"."id" desc',
        (1, 2, 50, 60),
        [(4,), (3,), (2,), (1,)],
    ),
    Case(
        "a join compares columns",
        lambda db: (
            db.select_from(Posts)
            .inner_join(Users, Users.id == Posts.user_id)
            .select(Posts.title, Users.name.as_("author"))
            .where(Posts.likes > 0)
            .order_by(Posts.id)
        ),
        'select "posts"."title", "users"."name" as "author" from "posts" inner join "users"'
        ' on "users"."id" = "posts"."user_id" where "posts"."likes" > ? order by "posts"."id"',
        (0,),
        [("Alpha", "Ada"), ("Gamma", "Bob")],
    ),
    Case(
        "a condition of a join that holds data",
        lambda db: (
            db.select_from(Users)
            .left_join(Posts, (Posts.user_id == Users.id) & (Posts.likes > 5))
            .select(Users.id, Posts.title)
            .where(Users.id <= 2)
            .order_by(Users.id)
        ),
        'select "users"."id", "posts"."title" from "users" left join "posts"'
        ' on "posts"."user_id" = "users"."id" and "posts"."likes" > ? where "users"."id" <= ? order by "users"."id"',
        (5, 2),
        [(1, "Alpha"), (2, None)],
    ),
    Case(
        "a join by two columns",
        lambda db: (
            db.select_from(Posts)
            .inner_join(Users, Users.id, Posts.user_id)
            .inner_join(U, "u.id", Posts.user_id)
            .select(Posts.id, U.name)
            .where(Posts.id == 3)
        ),
        'select "posts"."id", "u"."name" from "posts" inner join "users" on "users"."id" = "posts"."user_id"'
        ' inner join "users" as "u" on "u"."id" = "posts"."user_id" where "posts"."id" = ?',
        (3,),
        [(3, "Bob")],
    ),
    Case(
        "an alias has the same columns",
        lambda db: (
            db.select_from(Users)
            .cross_join(U)
            .select(Users.id, U.id.as_("other"))
            .where(Users.age > U.age)
            .where(U.active)
            .order_by(Users.id)
        ),
        'select "users"."id", "u"."id" as "other" from "users" cross join "users" as "u"'
        ' where "users"."age" > "u"."age" and "u"."active" order by "users"."id"',
        (),
        [(4, 1)],
    ),
    Case(
        "functions, groups and arithmetic",
        lambda db: (
            db.select_from(Users)
            .select(Users.active, fn.count(Users.id).as_("n"), fn.max(Users.age + 1).as_("oldest"))
            .group_by(Users.active)
            .having(fn.count(Users.age) > 1)
        ),
        'select "users"."active", count("users"."id") as "n", max("users"."age" + ?) as "oldest" from "users"'
        ' group by "users"."active" having count("users"."age") > ?',
        (1, 1),
        [(False, 2, 51)],
    ),
    Case(
        "typed columns wherever a column is named",
        lambda db: (
            db.select_from(Users)
            .select(case(Users.id).when(1).then("first").else_("other").as_("place"))
            .where(Users.age, ">", 18)
            .where_ref(Users.id, "<", Users.age)
            .where(tuple_(Users.id, Users.age) > tuple_(0, 0))
            .order_by(Users.id)
        ),
        'select case "users"."id" when ? then ? else ? end as "place" from "users" where "users"."age" > ?'
        ' and "users"."id" < "users"."age" and ("users"."id", "users"."age") > (?, ?) order by "users"."id"',
        (1, "first", "other", 18, 0, 0),
        [("first",), ("other",), ("other",)],
    ),
    Case(
        "a query within a query",
        lambda db: (
            db.select_from(Users)
            .select(Users.id)
            .where(not_(exists(db.select_from(Posts).select(Posts.id).where(Posts.user_id == Users.id))))
            .where(Users.id.not_in(db.select_from(Posts).select(Posts.likes)))
            .order_by(Users.id)
        ),
        'select "users"."id" from "users" where not exists (select "posts"."id" from "posts"'
        ' where "posts"."user_id" = "users"."id") and "users"."id" not in (select "posts"."likes" from "posts")'
        ' order by "users"."id"',
        (),
        [(3,), (4,)],
    ),
    Case(
        "typed and written names side by side",
        lambda db: db.select_from(Users).select("name", Users.id).where("age", ">", 18).where(Users.id == 2),
        'select "name", "users"."id" from "users" where "age" > ? and "users"."id" = ?',
        (18, 2),
        [("Bob", 2)],
    ),
    Case(
        "several sources",
        lambda db: (
            db.select_from(Users, Posts.as_("p"))
            .select(Users.id)
            .where(Users.id == Posts.as_("p").user_id)
            .where(and_(Users.active, Users.id == 1))
            .distinct()
        ),
        'select distinct "users"."id" from "users", "posts" as "p" where "users"."id" = "p"."user_id"'
        ' and "users"."active" and "users"."id" = ?',
        (1,),
        [(1,)],
    ),
]


@pytest.mark.parametrize("query", CASES, ids=promise_of)
async def test_typed_query(db: Noormme, query: Case) -> None:
    await query.check(db)


async def test_all_columns_of_a_table_do_not_grow_by_a_join(db: Noormme) -> None:
    posts = 'select "posts"."id", "posts"."user_id", "posts"."title", "posts"."likes", "posts"."published" from "posts"'
    every = db.select_from(Posts).select_all()
    assert every.compile().sql == posts
    joined = every.inner_join(Users, Users.id == Posts.user_id)
    assert joined.compile().sql == posts + ' inner join "users" on "users"."id" = "posts"."user_id"'


def test_queries_that_are_not_bound_take_typed_tables() -> None:
    assert select_from(Users).select_all(Users).node.sources == select_from("users").node.sources
    assert insert_into(Users).node.table == update_table(Users).node.table == delete_from(Users).node.table
    assert update_table(U).node.table == update_table("users as u").node.table


async def test_queries_of_one_shape_share_a_plan(db: Noormme) -> None:
    def build(title: str, likes: int) -> Any:
        u = Users.as_("writer")
        joined = db.select_from(Posts).inner_join(u, (u.id == Posts.user_id) & (Posts.likes > likes))
        return joined.inner_join(Users, Users.id == u.id).select(Posts.id.as_("p")).where(Posts.title == title).node

    one, first = db.catalog.plan(build("Alpha", 3))
    two, second = db.catalog.plan(build("Gamma", 4))
    assert one is two
    assert (first, second) == ([3, "Alpha"], [4, "Gamma"])
    typed, _ = db.catalog.plan(db.select_from(Posts).select_all().where(Posts.id == 1).node)
    aliased, _ = db.catalog.plan(db.select_from(Posts.as_("p")).select_all().where(Posts.as_("p").id == 1).node)
    assert typed.sql != aliased.sql


def test_nodes_of_names_are_made_once() -> None:
    assert Users.id.node is Col[int]("users", "id").node
    assert Users.as_("u") is U
    assert (Users.as_("u").id.node, Posts.as_("u").id.node) == (U.id.node, U.id.node)
    assert (Users.as_("Boss").id.node.table, Users.as_("boss").id.node.table) == ("Boss", "boss")
    assert U.as_("v") is Users.as_("v")
    assert (Users.id == Posts.user_id).node is (Users.id == Posts.user_id).node
    assert (Users.id == Posts.user_id).node is not (Posts.user_id == Users.id).node
    assert (Users.id == 1).node is not (Users.id == 1).node


async def test_what_is_compared_in_a_join_is_not_kept(db: Noormme) -> None:
    likes: Any = object()
    before = sys.getrefcount(likes)
    db.select_from(Users).inner_join(Posts, (Posts.user_id == Users.id) & (Posts.likes > likes))
    db.select_from(Users).inner_join(Posts, Posts.likes == likes)
    assert sys.getrefcount(likes) == before


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:40])
async def test_names_are_exact_and_never_read(name: str) -> None:
    class Hostile(TableOf[Row]):
        __table__ = name
        key = Col[int](name, name)
        other = Col[str](name, name + ".b")

    other = name + ".b"
    alias = Hostile.as_(name + " as x")
    async with Noormme(":memory:") as db:
        await db.create_table(name).column(name, "integer", primary_key=True).column(other, "text").execute()
        await db.insert_into(Hostile).values([{name: 1, other: "one"}, {name: 2, other: "two"}]).execute()
        query = db.select_from(Hostile).select(Hostile.key, Hostile.other).where(Hostile.other == "two")
        assert await query.execute() == [{name: 2, other: "two"}]
        joined = db.select_from(Hostile).inner_join(alias, alias.key == Hostile.key)
        assert await joined.select(alias.other.as_(name)).order_by(alias.key.desc()).execute() == [
            {name: "two"},
            {name: "one"},
        ]
        assert await joined.select_all(alias).where(alias.key == param("k")).prepare(into=dict).execute(k=1) == [
            {name: 1, other: "one"}
        ]
        upsert = db.insert_into(Hostile).values({name: 1, other: "x"}).on_conflict(Hostile.key)
        assert await upsert.do_update({other: "x"}).returning(Hostile.other).scalar() == "x"
        update = db.update_table(alias).set({other: alias.other.concat("!")}).where(alias.key.in_([1, 7]))
        assert await update.returning_all().execute(into=dict) == [{name: 1, other: "x!"}]
        assert (await db.delete_from(Hostile).where(Hostile.key == 1).execute()).rows_affected == 1


async def test_a_column_that_is_not_there_is_an_error_with_a_suggestion(db: Noormme) -> None:
    with pytest.raises(ColumnNotFound, match="'users' has no column 'nmae'") as refused:
        db.select_from(Users).select(Col[str]("users", "nmae")).compile()
    assert refused.value.hint == "did you mean 'name'?"
    with pytest.raises(TableNotFound, match="the query has no table 'posts'"):
        db.select_from(Users).select(Posts.title).compile()
    with pytest.raises(TableNotFound, match="the query has no table 'users'"):
        db.select_from(U).select_all(Users).compile()


@pytest.mark.parametrize("compare", [lambda: Users.age == None, lambda: Users.age > None], ids=["==", ">"])  # noqa: E711
def test_none_is_not_compared(compare: Any) -> None:
    with pytest.raises(CompileError, match="never true in SQL"):
        compare()


async def test_what_is_no_table_is_refused(db: Noormme) -> None:
    unchecked: Any = db
    with pytest.raises(CompileError, match="a table is named by a string or a typed table, not by type"):
        unchecked.select_from(Row)
    with pytest.raises(CompileError, match="not by type"):
        unchecked.select_from(Users).inner_join(Row, Users.id == Users.id)
    with pytest.raises(CompileError, match="named by a string or an expression, not by function"):
        unchecked.select_from(Users).inner_join(Posts, lambda on: on.on(Posts.user_id, "=", Users.id), Users.id)
    with pytest.raises(CompileError, match="not an alias"):
        unchecked.insert_into(U)
    with pytest.raises(CompileError, match="not by type"):
        unchecked.insert_into(Row)
    with pytest.raises(CompileError, match="all columns are those of a table"):
        unchecked.select_from(Users).select_all(fn.count())
    with pytest.raises(CompileError, match="a column to write is named by a string"):
        unchecked.update_table(Users).set({Users.age: 1})


def test_a_table_is_declared_with_its_name_and_its_row() -> None:
    with pytest.raises(CompileError, match="named by plain strings, not by NoneType"):
        new_class("Nameless", (TableOf[Row],))
    with pytest.raises(CompileError, match="Rowless does not say the class of its rows") as refused:
        new_class("Rowless", (TableOf,), exec_body=lambda body: body.update(__table__="users"))
    assert refused.value.hint == "declare it so: class Rowless(TableOf[Row])"
    unchecked: Any = Col
    with pytest.raises(CompileError, match="not by int"):
        unchecked("users", 5)
    unchecked = Users
    with pytest.raises(CompileError, match="not by int"):
        unchecked.as_(5)


async def test_a_declared_table_can_be_extended(db: Noormme) -> None:
    class Admins(Users):
        settings = Col[Any]("users", "settings")

    a = Admins.as_("a")
    theme = db.select_from(a).select(a.name, a.settings.json("theme")).where(a.id == 1)
    assert await theme.execute() == [{"name": "Ada", "theme": "dark"}]
    assert await db.select_from(Admins).select_all().where(Admins.id == 1).execute(into=Row) == [Row(1)]


async def test_columns_that_are_inherited_are_of_the_table_itself(db: Noormme) -> None:
    class Others(Users):
        __table__ = "posts"

    inherited = db.select_from(Others).select(Others.id).compile().sql
    assert inherited == db.select_from(Posts).select(Posts.id).compile().sql
    assert Users.id.node.table == "users"
