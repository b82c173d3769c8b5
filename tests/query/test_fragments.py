"""Table functions, and SQL of one's own."""

from __future__ import annotations

import pytest

from noormme_py import Expression, Noormme, col, fn, raw, sql, table, val
from noormme_py.errors import CompileError, DatabaseError
from tests.query.shop import Case, ids, promise_of

TABLE_FUNCTIONS = [
    Case(
        "a function is selected from",
        lambda db: db.select_from(fn.call("json_each", val('["x","y"]')).as_("j")).select("j.key", "j.value"),
        'select "j"."key", "j"."value" from json_each(?) as "j"',
        ('["x","y"]',),
        [(0, "x"), (1, "y")],
    ),
    Case(
        "its argument may be a column of the table it is joined with",
        lambda db: (
            db.select_from("users as u")
            .inner_join(fn.call("json_each", "u.settings", val("$.tags")).as_("tag"), col("tag.key") >= 0)
            .select("u.name", "tag.value as word")
            .order_by("word")
        ),
        'select "u"."name", "tag"."value" as "word" from "users" as "u"'
        ' inner join json_each("u"."settings", ?) as "tag"'
        ' on "tag"."key" >= ? order by "word"',
        ("$.tags", 0),
        [("Ada", "a"), ("Ada", "b"), ("dee", "c")],
    ),
    Case(
        "without an alias it has its own name",
        lambda db: db.select_from(fn.call("pragma_table_info", val("counters"))).select("pragma_table_info.name"),
        'select "pragma_table_info"."name" from pragma_table_info(?)',
        ("counters",),
        [("name",), ("hits",), ("note",)],
    ),
    Case(
        "a name that nobody can vouch for is never taken for text",
        lambda db: db.select_from(fn.call("json_each", val("[7]")).as_("j")).select("value"),
        'select `value` from json_each(?) as "j"',
        ("[7]",),
        [(7,)],
    ),
    Case(
        "all columns of a function",
        lambda db: db.select_from(fn.call("pragma_table_info", val("counters")).as_("c")).select_all().limit(1),
        'select * from pragma_table_info(?) as "c" limit ?',
        ("counters", 1),
        [(0, "name", "TEXT", 0, None, 1)],
    ),
]

FRAGMENTS = [
    Case(
        "sql binds values and renders expressions",
        lambda db: db.select_from("users").select("id").where(sql("lower({}) = {}", col("email"), "cy@x.org")),
        'select "id" from "users" where lower("email") = ?',
        ("cy@x.org",),
        [(3,)],
    ),
    Case(
        "a fragment keeps together",
        lambda db: (
            db.select_from("users")
            .select("id")
            .where(sql("{} = 1 or {} = 2", col("id"), col("id")))
            .where("age", ">", 30)
        ),
        'select "id" from "users" where ("id" = 1 or "id" = 2) and "age" > ?',
        (30,),
        [(1,)],
    ),
    Case(
        "a query goes into a fragment in parentheses",
        lambda db: (
            db.select_from("users")
            .select("id")
            .where(sql("{} in {}", col("id"), ids(db, "posts").where("likes", ">", 9)))
        ),
        'select "id" from "users" where "id" in (select "id" from "posts" where "likes" > ?)',
        (9,),
        [(1,)],
    ),
    Case(
        "raw is text as it is",
        lambda db: db.select_from("users").select(raw("age + 1").as_("next")).where(raw("id = 1")),
        'select (age + 1) as "next" from "users" where id = 1',
        (),
        [(37,)],
    ),
    Case(
        "raw sources",
        lambda db: (
            db.select_from(raw("users"), raw("counters"), raw("(values (8))").as_("v"))
            .select(raw("users.id").as_("id"), "v.column1")
            .where(raw("hits = 3 and id = 1"))
        ),
        'select (users.id) as "id", "v"."column1" from users, counters, ((values (8))) as "v" where hits = 3'
        " and id = 1",
        (),
        [(1, 8)],
    ),
]


@pytest.mark.parametrize("case", TABLE_FUNCTIONS, ids=promise_of)
async def test_table_functions(db: Noormme, case: Case) -> None:
    await case.check(db)


@pytest.mark.parametrize("case", FRAGMENTS, ids=promise_of)
async def test_fragments(db: Noormme, case: Case) -> None:
    await case.check(db)


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        (sql("'{{'"), "{"),
        (sql("'}}'"), "}"),
        (sql("'{{}}'"), "{}"),
        (sql("'{{' || {} || '}}'", "x"), "{x}"),
        (sql("'{{{{}}}}'"), "{{}}"),
        (raw("'{} {{ }'"), "{} {{ }"),
    ],
    ids=["open", "close", "both", "around", "twice", "raw"],
)
async def test_double_braces_are_braces(db: Noormme, fragment: Expression, text: str) -> None:
    assert await db.select_from().select(fragment.as_("text")).scalar() == text


@pytest.mark.parametrize("text", ["'{'", "'}'", "'{\"a\": 1}'", "{0}", "{name}", "{ }"])
async def test_a_single_brace_is_refused(text: str) -> None:
    with pytest.raises(CompileError, match="single"):
        sql(text)


async def test_places_and_values_are_as_many() -> None:
    with pytest.raises(CompileError, match=r"2 places '{}' and 1 values"):
        sql("{} = {}", 1)
    with pytest.raises(CompileError, match=r"0 places '{}' and 1 values"):
        sql("{{}}", 1)


async def test_a_fragment_is_a_statement(db: Noormme) -> None:
    found = await db.execute(sql("select {} from {} where {} = {}", col("name"), table("users"), col("id"), 1))
    assert found.rows == [{"name": "Ada"}]


async def test_a_misspelt_column_of_a_fragment_is_never_taken_for_text(db: Noormme) -> None:
    with pytest.raises(DatabaseError, match="no such column: nmae"):
        await db.execute(sql("select {} from users", col("nmae")))


async def test_a_misspelt_column_of_a_table_function_is_never_taken_for_text(db: Noormme) -> None:
    query = db.select_from(fn.call("json_each", val("[1]")).as_("j")).select("valeu")
    with pytest.raises(DatabaseError, match="no such column: valeu"):
        await query.execute()
