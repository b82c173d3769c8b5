"""Names are checked against the schema before anything is sent, in every part of a query."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from noormme_py import Noormme, case, cast, col, excluded, exists, fn, sql, tuple_, val
from noormme_py.errors import ColumnNotFound, CompileError, NoormmeError, TableNotFound


def users(db: Any) -> Any:
    return db.select_from("users").select("id")


Build = Callable[[Any], Any]

# In each, "nmae" stands where the column "name" is meant.
COLUMNS: list[tuple[str, Build]] = [
    ("select", lambda db: db.select_from("users").select("nmae")),
    ("an alias", lambda db: db.select_from("users").select("nmae as name")),
    ("an expression", lambda db: db.select_from("users").select(fn.lower("nmae"))),
    ("arithmetic", lambda db: db.select_from("users").select((col("nmae") + 1).as_("x"))),
    ("where", lambda db: users(db).where("nmae", "=", "x")),
    ("or_where", lambda db: users(db).where("id", "=", 1).or_where("nmae", "=", "x")),
    ("where_ref", lambda db: users(db).where_ref("id", "=", "nmae")),
    ("in", lambda db: users(db).where("nmae", "in", ["x"])),
    ("in, over long", lambda db: users(db).where("nmae", "in", ["x"] * 1_001)),
    ("in a row", lambda db: users(db).where(tuple_("id", "nmae").in_([(1, 2)]))),
    ("between", lambda db: users(db).where("id", "between", (1, col("nmae")))),
    ("like", lambda db: users(db).where(col("nmae").icontains("x"))),
    ("not", lambda db: users(db).where(~(col("nmae") == 1))),
    ("case", lambda db: users(db).where(case("nmae").when(1).then(2) == 2)),
    ("cast", lambda db: users(db).where(cast("nmae", "text") == "x")),
    ("JSON", lambda db: users(db).where(col("nmae").json("a") == "x")),
    ("a fragment", lambda db: users(db).where(sql("{} is true", col("nmae")))),
    ("group_by", lambda db: users(db).group_by("nmae")),
    ("having", lambda db: users(db).group_by("id").having("nmae", "=", 1)),
    ("order_by", lambda db: users(db).order_by("nmae")),
    (
        "order_by of a compound",
        lambda db: (
            db.select_from("users").select("name").union(db.select_from("posts").select("title")).order_by("nmae")
        ),
    ),
    ("a filter", lambda db: db.select_from("users").select(fn.count().filter("nmae", "=", 1))),
    ("a window", lambda db: db.select_from("users").select(fn.count().over(partition_by="nmae"))),
    (
        "an order of a window",
        lambda db: db.select_from("users").select(fn.count().over(order_by=["id", col("nmae").desc()])),
    ),
    ("a join", lambda db: db.select_from("users").inner_join("posts", "users.nmae", "posts.id").select("title")),
    (
        "a join on a callback",
        lambda db: (
            db.select_from("users as u")
            .left_join("posts as p", lambda on: on.on("p.user_id", "=", "u.nmae"))
            .select("u.id")
        ),
    ),
    ("a common table", lambda db: db.with_("t", db.select_from("users").select("nmae")).select_from("t").select_all()),
    (
        "a condition of a common table",
        lambda db: db.with_("t", users(db).where("nmae", "=", 1)).select_from("t").select_all(),
    ),
    (
        "a column of a common table",
        lambda db: db.with_("t", db.select_from("users").select("name")).select_from("t").select("nmae"),
    ),
    (
        "a named column of a common table",
        lambda db: db.with_("t", users(db), columns=("name",)).select_from("t").select("t.nmae"),
    ),
    (
        "the second part of a recursion",
        lambda db: (
            db.with_recursive("t", db.select_from("users").select("name").union(db.select_from("t").select("nmae")))
            .select_from("t")
            .select("name")
        ),
    ),
    (
        "a query in FROM",
        lambda db: db.select_from(db.select_from("users").select("name").where("nmae", "=", 1).as_("q")).select(
            "q.name"
        ),
    ),
    (
        "a column of a query in FROM",
        lambda db: db.select_from(db.select_from("users").select("name").as_("q")).select("q.nmae"),
    ),
    (
        "a query in a condition",
        lambda db: db.select_from("posts").select("id").where("user_id", "in", users(db).where("nmae", "=", 1)),
    ),
    (
        "a query as a column",
        lambda db: db.select_from("posts").select(db.select_from("users").select("nmae").limit(1).as_("x")),
    ),
    ("exists", lambda db: db.select_from("posts").select("id").where(exists(users(db).where("nmae", "=", 1)))),
    (
        "the second part of a compound",
        lambda db: db.select_from("posts").select("id").union(db.select_from("users").select("nmae")),
    ),
    ("an insert", lambda db: db.insert_into("users").values({"nmae": "x"})),
    ("the columns of an insert", lambda db: db.insert_into("users").columns("nmae").from_select(users(db))),
    (
        "the query of an insert",
        lambda db: db.insert_into("posts").columns("title").from_select(db.select_from("users").select("nmae")),
    ),
    ("a conflict", lambda db: db.insert_into("users").values({"name": "x"}).on_conflict("nmae").do_nothing()),
    (
        "the condition of a conflict",
        lambda db: db.insert_into("users").values({"name": "x"}).on_conflict("id", where=col("nmae") == 1).do_nothing(),
    ),
    ("an upsert", lambda db: db.insert_into("users").values({"name": "x"}).on_conflict("id").do_update({"nmae": "x"})),
    (
        "excluded",
        lambda db: (
            db.insert_into("users").values({"name": "x"}).on_conflict("id").do_update({"name": excluded("nmae")})
        ),
    ),
    (
        "the condition of an upsert",
        lambda db: (
            db.insert_into("users")
            .values({"name": "x"})
            .on_conflict("id")
            .do_update({"name": "y"}, where=col("users.nmae") == 1)
        ),
    ),
    ("an update", lambda db: db.update_table("users").set({"nmae": "x"})),
    ("a value of an update", lambda db: db.update_table("users").set({"age": col("nmae")})),
    (
        "an update from another table",
        lambda db: db.update_table("posts").set({"title": col("u.nmae")}).from_("users as u"),
    ),
    ("where of an update", lambda db: db.update_table("users").set({"age": 1}).where("nmae", "=", 1)),
    ("where of a delete", lambda db: db.delete_from("users").where("nmae", "=", 1)),
    ("returning", lambda db: db.delete_from("users").returning("nmae")),
    (
        "an expression in returning",
        lambda db: db.update_table("users").set({"age": 1}).returning(fn.upper("users.nmae")),
    ),
]

# In each, "usres" stands where the table "users" is meant.
TABLES: list[tuple[str, Build]] = [
    ("select_from", lambda db: db.select_from("usres").select("id")),
    ("select_from with an alias", lambda db: db.select_from("usres as u").select("u.id")),
    ("the table of a column", lambda db: db.select_from("users").select("usres.id")),
    ("the table of all columns", lambda db: db.select_from("users").select("usres.*")),
    ("select_all", lambda db: db.select_from("users").select_all("usres")),
    ("a join", lambda db: db.select_from("posts").inner_join("usres", "usres.id", "posts.user_id").select("title")),
    (
        "a query",
        lambda db: db.select_from("posts").select("id").where("user_id", "in", db.select_from("usres").select("id")),
    ),
    ("a common table", lambda db: db.with_("t", db.select_from("usres").select("id")).select_from("t").select("id")),
    ("a compound", lambda db: db.select_from("posts").select("id").union(db.select_from("usres").select("id"))),
    ("insert_into", lambda db: db.insert_into("usres").values({"id": 1})),
    ("the query of an insert", lambda db: db.insert_into("posts").from_select(db.select_from("usres").select("id"))),
    ("update_table", lambda db: db.update_table("usres").set({"id": 1})),
    ("from_", lambda db: db.update_table("posts").set({"title": "x"}).from_("usres")),
    ("delete_from", lambda db: db.delete_from("usres")),
    ("a hint of a common table", lambda db: db.with_("users_", users(db)).select_from("usres").select("id")),
]

AMBIGUOUS: list[tuple[str, Build]] = [
    ("select", lambda db: db.select_from("users", "posts").select("id")),
    ("where", lambda db: db.select_from("users", "posts").select("name").where("id", "=", 1)),
    ("order_by", lambda db: db.select_from("users", "posts").select("name").order_by("id")),
    (
        "order_by of an expression, in spite of an alias",
        lambda db: db.select_from("users", "posts").select("users.id as id").order_by(col("id") + 1),
    ),
    ("group_by", lambda db: db.select_from("users", "posts").select("users.id as id").group_by("id")),
    ("a join", lambda db: db.select_from("users").inner_join("posts", "user_id", "id").select("name")),
    ("a query in FROM", lambda db: db.select_from("users", db.select_from("posts").select("id").as_("p")).select("id")),
    ("update from", lambda db: db.update_table("users").set({"age": col("id")}).from_("posts")),
]


@pytest.mark.parametrize("build", [case[1] for case in COLUMNS], ids=[case[0] for case in COLUMNS])
async def test_an_unknown_column_is_refused_with_a_suggestion(db: Noormme, build: Build) -> None:
    await refused_before_the_database(db, build, ColumnNotFound, "did you mean 'name'?")


@pytest.mark.parametrize("build", [case[1] for case in TABLES], ids=[case[0] for case in TABLES])
async def test_an_unknown_table_is_refused_with_a_suggestion(db: Noormme, build: Build) -> None:
    await refused_before_the_database(db, build, TableNotFound, "did you mean 'users")


@pytest.mark.parametrize("build", [case[1] for case in AMBIGUOUS], ids=[case[0] for case in AMBIGUOUS])
async def test_an_ambiguous_column_is_refused_with_the_choice(db: Noormme, build: Build) -> None:
    await refused_before_the_database(db, build, CompileError, "say which: 'users.id' or 'p")


async def refused_before_the_database(db: Noormme, build: Build, fault: type[NoormmeError], hint: str) -> None:
    query = build(db)
    # compile() sends nothing, so what it raises was found without the database.
    with pytest.raises(fault) as refused:
        query.compile()
    assert str(refused.value.hint).startswith(hint)
    with pytest.raises(fault):
        await query.execute()


async def test_a_table_is_hidden_by_its_alias(db: Noormme) -> None:
    with pytest.raises(TableNotFound, match="the query has no table 'users'"):
        db.select_from("users as u").select("users.id").compile()


async def test_two_sources_of_one_name_are_refused(db: Noormme) -> None:
    with pytest.raises(CompileError, match="two sources are both named 'Users'") as refused:
        db.select_from("users").cross_join("Users").select_all().compile()
    assert refused.value.hint == "give one an alias: 'Users as other'"


async def test_an_alias_of_the_result_is_no_column_of_where(db: Noormme) -> None:
    with pytest.raises(ColumnNotFound, match="'n'"):
        db.select_from("users").select("name as n").where("n", "=", "Ada").compile()


async def test_a_common_table_is_not_what_is_written_to(db: Noormme) -> None:
    query = db.with_("posts", users(db)).delete_from("posts").where("title", "=", "Alpha").returning("title")
    assert await query.execute() == [{"title": "Alpha"}]


async def test_the_schema_may_grow_under_our_feet(db: Noormme) -> None:
    await db.execute("alter table users add column extra boolean")
    await db.update_table("users").set({"extra": True}).where("id", "=", 1).execute()
    assert await db.select_from("users").select("extra").where("id", "=", 1).scalar() is True


@pytest.mark.parametrize("name", ["a.b.c", ".a", "a.", ".", "main.users.id"])
async def test_a_column_is_a_name_or_a_table_and_a_name(db: Noormme, name: str) -> None:
    with pytest.raises(CompileError, match=r"is not a column or a table\.column") as refused:
        db.select_from("users").select("id").where(name, "=", 1)
    assert 'col("the.column", table="the.table")' in str(refused.value.hint)


@pytest.mark.parametrize("item", [None, 5, b"id", ["id"], val], ids=lambda item: type(item).__name__)
async def test_a_column_is_said_by_a_string_or_an_expression(db: Noormme, item: Any) -> None:
    with pytest.raises(CompileError, match="named by a string or an expression"):
        db.select_from("users").select(item)
    with pytest.raises(CompileError, match="a table is named by a string"):
        db.select_from(item)


async def test_nothing_to_select_is_refused(db: Noormme) -> None:
    with pytest.raises(CompileError, match="selects nothing"):
        await db.select_from("users").execute()
    with pytest.raises(CompileError, match="cannot have one alias"):
        db.select_from("users").select("* as x")
    with pytest.raises(CompileError, match="cannot be selected from"):
        db.select_from(col("users")).select("id").compile()


async def test_parts_of_a_compound_have_as_many_columns(db: Noormme) -> None:
    with pytest.raises(CompileError, match="the parts of this union give 1 and 2 columns"):
        users(db).union(db.select_from("posts").select("id", "title")).compile()


async def test_what_is_nested_beyond_reason_is_a_compile_error(db: Noormme) -> None:
    value = col("id")
    for _ in range(5_000):
        value = value + 1
    with pytest.raises(CompileError, match="nested too deeply"):
        db.select_from("users").select(value.as_("x")).compile()


async def test_a_case_without_branches_is_refused(db: Noormme) -> None:
    with pytest.raises(CompileError, match="no branches"):
        db.select_from("users").select(case("id").as_("x")).compile()


async def test_a_json_path_is_made_of_keys_and_positions(db: Noormme) -> None:
    path: Any
    for path in ((), ('a"b',), ("a\\b",), (True,), (1.5,), (None,), ("a\0b",), ("\ud800",)):
        with pytest.raises(CompileError):
            db.select_from("users").select(col("settings").json(*path).as_("x")).compile()
