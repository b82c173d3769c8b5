from __future__ import annotations

import pytest

from noormme_py import Noormme, and_, col, exists, fn, not_, or_, tuple_, val
from noormme_py.client.async_queries import AsyncSelect
from noormme_py.errors import CompileError, EncodeError
from tests.query.shop import Case, promise_of, values_of


def users(db: Noormme) -> AsyncSelect:
    return db.select_from("users").select("id").order_by("id")


def posts(db: Noormme) -> AsyncSelect:
    return db.select_from("posts").select("id").order_by("id")


def found(where: str, of: str = "users") -> str:
    return f'select "id" from "{of}" where {where} order by "id"'


COMPARISONS = [
    Case("=", lambda db: users(db).where("age", "=", 36), found('"age" = ?'), (36,), [(1,)]),
    Case("==", lambda db: users(db).where("age", "==", 36), found('"age" = ?'), (36,), [(1,)]),
    Case("!=", lambda db: users(db).where("age", "!=", 36), found('"age" != ?'), (36,), [(2,), (4,)]),
    Case("<>", lambda db: users(db).where("age", "<>", 36), found('"age" <> ?'), (36,), [(2,), (4,)]),
    Case("<", lambda db: users(db).where("age", "<", 36), found('"age" < ?'), (36,), [(2,)]),
    Case("<=", lambda db: users(db).where("age", "<=", 36), found('"age" <= ?'), (36,), [(1,), (2,)]),
    Case(">", lambda db: users(db).where("age", ">", 36), found('"age" > ?'), (36,), [(4,)]),
    Case(">=", lambda db: users(db).where("age", ">=", 36), found('"age" >= ?'), (36,), [(1,), (4,)]),
    Case("is NULL", lambda db: users(db).where("age", "is", None), found('"age" is null'), (), [(3,)]),
    Case(
        "is not NULL",
        lambda db: users(db).where("age", "IS  NOT", None),
        found('"age" is not null'),
        (),
        [(1,), (2,), (4,)],
    ),
    Case("is a value", lambda db: users(db).where("age", "is", 20), found('"age" is ?'), (20,), [(2,)]),
    Case(
        "is not a value, NULL included",
        lambda db: users(db).where("age", "is not", 20),
        found('"age" is not ?'),
        (20,),
        [(1,), (3,), (4,)],
    ),
    Case(
        "between",
        lambda db: users(db).where("age", "between", (20, 36)),
        found('"age" between ? and ?'),
        (20, 36),
        [(1,), (2,)],
    ),
    Case(
        "not between",
        lambda db: users(db).where("age", "not between", [20, 36]),
        found('"age" not between ? and ?'),
        (20, 36),
        [(4,)],
    ),
    Case("like", lambda db: users(db).where("name", "like", "%D%"), found('"name" like ?'), ("%D%",), [(1,), (4,)]),
    Case(
        "not like",
        lambda db: users(db).where("name", "not like", "%d%"),
        found('"name" not like ?'),
        ("%d%",),
        [(2,), (3,)],
    ),
    Case(
        "glob",
        lambda db: users(db).where("name", "glob", "[A-C]*"),
        found('"name" glob ?'),
        ("[A-C]*",),
        [(1,), (2,), (3,)],
    ),
    Case(
        "not glob",
        lambda db: users(db).where("name", "not glob", "*d*"),
        found('"name" not glob ?'),
        ("*d*",),
        [(2,), (3,)],
    ),
    Case(
        "an expression on the right is not bound",
        lambda db: users(db).where("age", ">", col("id") * 12),
        found('"age" > ("id" * ?)'),
        (12,),
        [(1,), (4,)],
    ),
    Case(
        "where_ref compares two columns",
        lambda db: posts(db).where_ref("likes", ">", "posts.user_id"),
        found('"likes" > "posts"."user_id"', "posts"),
        (),
        [(1,), (3,)],
    ),
    Case(
        "a value is bound as the type of the column that it meets",
        lambda db: users(db).where("active", "=", True).where(val(True) == col("active")),
        found('"active" = ? and ? = "active"'),
        (1, 1),
        [(1,), (3,)],
    ),
]

METHODS = [
    Case(
        "&, | and ~",
        lambda db: users(db).where(((col("age") > 30) & ~(col("active") == True)) | (col("id") == 2)),  # noqa: E712
        found('("age" > ? and not ("active" = ?)) or "id" = ?'),
        (30, 1, 2),
        [(2,), (4,)],
    ),
    Case(
        "comparison operators",
        lambda db: users(db).where(and_(col("id") != 1, col("id") >= 1, col("id") <= 3, col("id") < 4, col("id") > 0)),
        found('"id" != ? and "id" >= ? and "id" <= ? and "id" < ? and "id" > ?'),
        (1, 1, 3, 4, 0),
        [(2,), (3,)],
    ),
    Case(
        "is_null and is_not_null",
        lambda db: users(db).where(or_(col("age").is_null(), col("email").is_null())).where(col("name").is_not_null()),
        found('("age" is null or "email" is null) and "name" is not null'),
        (),
        [(2,), (3,)],
    ),
    Case(
        "between()",
        lambda db: users(db).where(col("age").between(30, 40)),
        found('"age" between ? and ?'),
        (30, 40),
        [(1,)],
    ),
    Case("like()", lambda db: users(db).where(col("name").like("_ob")), found('"name" like ?'), ("_ob",), [(2,)]),
    Case(
        "compare() takes any operator",
        lambda db: users(db).where(col("name").compare("not glob", "A*")),
        found('"name" not glob ?'),
        ("A*",),
        [(2,), (3,), (4,)],
    ),
    Case(
        "not_",
        lambda db: users(db).where(not_(or_(col("id") == 1, col("id") == 2))),
        found('not ("id" = ? or "id" = ?)'),
        (1, 2),
        [(3,), (4,)],
    ),
    Case(
        "a condition that is compared keeps together",
        lambda db: users(db).where((~(col("id") == 1)).compare("=", 1)).where((col("id") > 2).compare("is", True)),
        found('(not ("id" = ?)) = ? and ("id" > ?) is ?'),
        (1, 1, 2, 1),
        [(3,), (4,)],
    ),
    Case(
        "or_ inside and_ and the reverse keep their parentheses",
        lambda db: users(db).where(and_(or_(col("id") == 1, and_(col("id") == 2, col("age") == 20)), col("age") > 0)),
        found('("id" = ? or ("id" = ? and "age" = ?)) and "age" > ?'),
        (1, 2, 20, 0),
        [(1,), (2,)],
    ),
    Case(
        "one condition may be joined alone",
        lambda db: users(db).where(and_(col("id") == 1)).where(or_(col("id") == 1)),
        found('"id" = ? and ("id" = ?)'),
        (1, 1),
        [(1,)],
    ),
    Case(
        "several where are joined by and, or_where stands against all before it",
        lambda db: users(db).where("id", ">", 1).where("id", "<", 3).or_where("id", "=", 4),
        found('("id" > ? and "id" < ?) or "id" = ?'),
        (1, 3, 4),
        [(2,), (4,)],
    ),
    Case(
        "where after or_where holds for both",
        lambda db: users(db).where("id", "=", 1).or_where("id", "=", 4).where("age", ">", 40),
        found('("id" = ? or "id" = ?) and "age" > ?'),
        (1, 4, 40),
        [(4,)],
    ),
    Case("or_where alone is where", lambda db: users(db).or_where("id", "=", 4), found('"id" = ?'), (4,), [(4,)]),
    Case(
        "icontains, taken literally",
        lambda db: posts(db).where(col("title").icontains("%_O")),
        found("\"title\" like ? escape '\\'", "posts"),
        ("%\\%\\_O%",),
        [(4,)],
    ),
    Case(
        "istartswith",
        lambda db: users(db).where(col("name").istartswith("D")),
        found("\"name\" like ? escape '\\'"),
        ("D%",),
        [(4,)],
    ),
    Case(
        "iendswith",
        lambda db: users(db).where(col("name").iendswith("B")),
        found("\"name\" like ? escape '\\'"),
        ("%B",),
        [(2,)],
    ),
    Case(
        "contains, exactly",
        lambda db: users(db).where(col("name").contains("d")),
        found('"name" glob ?'),
        ("*d*",),
        [(1,), (4,)],
    ),
    Case(
        "startswith, exactly",
        lambda db: users(db).where(col("name").startswith("d")),
        found('"name" glob ?'),
        ("d*",),
        [(4,)],
    ),
    Case(
        "endswith, exactly",
        lambda db: users(db).where(col("name").endswith("a")),
        found('"name" glob ?'),
        ("*a",),
        [(1,)],
    ),
    Case(
        "patterns are text on columns of any type",
        lambda db: users(db).where(col("joined").startswith("2024-0")).where(col("settings").contains("dark")),
        found('"joined" glob ? and "settings" glob ?'),
        ("2024-0*", "*dark*"),
        [(1,)],
    ),
    Case(
        "collate",
        lambda db: users(db).where(col("name").collate("nocase") == "DEE"),
        found('("name" collate "nocase") = ?'),
        ("DEE",),
        [(4,)],
    ),
]

MEMBERSHIP = [
    Case("in", lambda db: users(db).where("id", "in", [1, 4, 9]), found('"id" in (?, ?, ?)'), (1, 4, 9), [(1,), (4,)]),
    Case("in_", lambda db: users(db).where(col("id").in_((4,))), found('"id" in (?)'), (4,), [(4,)]),
    Case(
        "in takes any iterable",
        lambda db: users(db).where("id", "in", range(2, 4)),
        found('"id" in (?, ?)'),
        (2, 3),
        [(2,), (3,)],
    ),
    Case("not in", lambda db: users(db).where("id", "not in", {4}), found('"id" not in (?)'), (4,), [(1,), (2,), (3,)]),
    Case("not_in", lambda db: users(db).where(col("age").not_in([20])), found('"age" not in (?)'), (20,), [(1,), (4,)]),
    Case("nothing is in an empty list", lambda db: users(db).where("id", "in", []), found("0"), (), []),
    Case(
        "everything is not in an empty list",
        lambda db: users(db).where("age", "not in", []),
        found("1"),
        (),
        [(1,), (2,), (3,), (4,)],
    ),
    Case(
        "a None in the list asks for NULL",
        lambda db: users(db).where("age", "in", [20, None]),
        found('("age" in (?) or "age" is null)'),
        (20,),
        [(2,), (3,)],
    ),
    Case(
        "a None in the list of not in asks for NOT NULL",
        lambda db: users(db).where("age", "not in", [20, None]),
        found('("age" not in (?) and "age" is not null)'),
        (20,),
        [(1,), (4,)],
    ),
    Case(
        "a list of None alone is NULL",
        lambda db: users(db).where("age", "in", [None]),
        found('"age" is null'),
        (),
        [(3,)],
    ),
    Case(
        "a list of None alone is not NULL under not in",
        lambda db: users(db).where("age", "not in", [None]),
        found('"age" is not null'),
        (),
        [(1,), (2,), (4,)],
    ),
    Case(
        "a list with None keeps together under not",
        lambda db: users(db).where(~col("age").in_([20, None])),
        found('not (("age" in (?) or "age" is null))'),
        (20,),
        [(1,), (4,)],
    ),
    Case(
        "the values of a list are of the column's type",
        lambda db: users(db).where("active", "in", [True]),
        found('"active" in (?)'),
        (1,),
        [(1,), (3,)],
    ),
    Case(
        "a list may hold expressions",
        lambda db: posts(db).where("likes", "in", [col("user_id") - 1, 10]),
        found('"likes" in ("user_id" - ?, ?)', "posts"),
        (1, 10),
        [(1,), (2,)],
    ),
    Case(
        "in a query",
        lambda db: users(db).where("id", "in", db.select_from("posts").select("user_id").where("likes", ">", 0)),
        found('"id" in (select "user_id" from "posts" where "likes" > ?)'),
        (0,),
        [(1,), (2,)],
    ),
    Case(
        "not in a query",
        lambda db: users(db).where(
            "id", "not in", db.select_from("posts").select("user_id").where("user_id", "is not", None)
        ),
        found('"id" not in (select "user_id" from "posts" where "user_id" is not null)'),
        (),
        [(3,), (4,)],
    ),
    Case(
        "rows of tuples",
        lambda db: posts(db).where(tuple_("user_id", "likes").in_([(1, 10), (2, 5), (2, 6)])),
        found('("user_id", "likes") in (values (?, ?), (?, ?), (?, ?))', "posts"),
        (1, 10, 2, 5, 2, 6),
        [(1,), (3,)],
    ),
    Case(
        "rows of tuples, not in",
        lambda db: posts(db).where(tuple_("id", "published").not_in([[1, True], [2, True]])),
        found('("id", "published") not in (values (?, ?), (?, ?))', "posts"),
        (1, 1, 2, 1),
        [(2,), (3,), (4,)],
    ),
    Case(
        "no row is in an empty list",
        lambda db: posts(db).where(tuple_("id", "likes").in_([])),
        found("0", "posts"),
        (),
        [],
    ),
    Case(
        "a row in a query",
        lambda db: posts(db).where(
            tuple_("id", "likes").in_(db.select_from("posts as p").select("p.id", "p.likes").where("p.id", "=", 3))
        ),
        found('("id", "likes") in (select "p"."id", "p"."likes" from "posts" as "p" where "p"."id" = ?)', "posts"),
        (3,),
        [(3,)],
    ),
    Case(
        "exists, correlated",
        lambda db: users(db).where(
            exists(db.select_from("posts").select("id").where_ref("posts.user_id", "=", "users.id"))
        ),
        found('exists (select "id" from "posts" where "posts"."user_id" = "users"."id")'),
        (),
        [(1,), (2,)],
    ),
    Case(
        "not exists",
        lambda db: users(db).where(
            not_(exists(db.select_from("posts").select("id").where_ref("user_id", "=", "users.id")))
        ),
        found('not exists (select "id" from "posts" where "user_id" = "users"."id")'),
        (),
        [(3,), (4,)],
    ),
    Case(
        "a query is a value",
        lambda db: posts(db).where("likes", "=", db.select_from("posts").select(fn.max("likes"))),
        found('"likes" = (select max("likes") as "max" from "posts")', "posts"),
        (),
        [(1,)],
    ),
    Case(
        "a row is compared with a query",
        lambda db: posts(db).where(tuple_("id", "likes") == db.select_from("posts").select("id", "likes").limit(1)),
        found('("id", "likes") = (select "id", "likes" from "posts" limit ?)', "posts"),
        (1,),
        [(1,)],
    ),
]


@pytest.mark.parametrize("case", COMPARISONS, ids=promise_of)
async def test_every_operator(db: Noormme, case: Case) -> None:
    await case.check(db)


@pytest.mark.parametrize("case", METHODS, ids=promise_of)
async def test_conditions(db: Noormme, case: Case) -> None:
    await case.check(db)


@pytest.mark.parametrize("case", MEMBERSHIP, ids=promise_of)
async def test_membership(db: Noormme, case: Case) -> None:
    await case.check(db)


@pytest.mark.parametrize("operator", ["=", "!=", "<", "glob", "like", "not like"])
async def test_a_comparison_with_none_is_refused(db: Noormme, operator: str) -> None:
    with pytest.raises(CompileError, match="never true"):
        users(db).where("age", operator, None)


@pytest.mark.parametrize("pair", [(None, 5), (5, None)])
async def test_an_open_between_is_refused(db: Noormme, pair: tuple[object, object]) -> None:
    with pytest.raises(CompileError, match="never true"):
        users(db).where("age", "between", pair)


async def test_equals_none_in_python_is_refused() -> None:
    with pytest.raises(CompileError, match="never true"):
        _ = col("age") == None  # noqa: E711


@pytest.mark.parametrize("values", ["abc", b"abc", 5, None], ids=repr)
async def test_in_takes_no_single_value(db: Noormme, values: object) -> None:
    with pytest.raises(CompileError, match="'in' takes a list or a query"):
        users(db).where("id", "in", values)


async def test_a_list_longer_than_the_batch_size_is_one_parameter(db: Noormme) -> None:
    ids = [*range(3, 2_000), 1]
    query = users(db).where("id", "in", ids)
    compiled = query.compile()
    assert compiled.sql == found('"id" in (select value from json_each(?))')
    assert len(compiled.parameters) == 1
    assert values_of(await query.execute()) == [(1,), (3,), (4,)]


async def test_a_long_list_of_text_holds_quotes_and_unicode(db: Noormme) -> None:
    names = [*(f"x{number}" for number in range(1_001)), "Ada", 'q"\\', "ü", "🦀", "\u2028"]
    await db.update_table("users").set({"name": "🦀"}).where("id", "=", 3).execute()
    query = users(db).where("name", "in", names)
    assert values_of(await query.execute()) == [(1,), (3,)]


async def test_a_long_list_asks_for_null_beside_it(db: Noormme) -> None:
    ages = [*range(30, 1_500), None]
    assert values_of(await users(db).where("age", "in", ages).execute()) == [(1,), (3,), (4,)]
    assert values_of(await users(db).where("age", "not in", ages).execute()) == [(2,)]


async def test_a_long_list_is_of_the_column_s_type(db: Noormme) -> None:
    assert values_of(await users(db).where("active", "in", [True] * 1_001).execute()) == [(1,), (3,)]
    with pytest.raises(EncodeError, match=r"users\.age"):
        await users(db).where("age", "in", ["x"] * 1_001).execute()


async def test_a_long_list_of_floats_is_refused(db: Noormme) -> None:
    with pytest.raises(EncodeError, match="whole numbers and text"):
        await users(db).where("age", "in", [0.5] * 1_001).execute()


async def test_a_row_of_another_width_is_refused(db: Noormme) -> None:
    with pytest.raises(CompileError, match="a tuple of 2"):
        posts(db).where(tuple_("id", "likes").in_([(1, 2), (1, 2, 3)])).compile()
    with pytest.raises(CompileError, match="a row of 2 is compared with a row of 1"):
        posts(db).where(tuple_("id", "likes") > tuple_(val(1))).compile()
    with pytest.raises(CompileError, match="gives 1 columns, 2 are compared"):
        posts(db).where(tuple_("id", "likes").in_(db.select_from("users").select("id"))).compile()


async def test_a_value_without_an_operator_is_refused(db: Noormme) -> None:
    with pytest.raises(CompileError, match="without an operator"):
        users(db).where(col("id") == 1, None, 5)
    with pytest.raises(CompileError, match="a condition is expected"):
        users(db).where("id")
    with pytest.raises(CompileError, match="a condition is expected"):
        users(db).where(db.select_from("users").select("id"))


@pytest.mark.parametrize("operator", ["", "= 1 or 1=1 --", "in (1)", "; drop table users", "||", 5, [], "𝚒𝚗"], ids=repr)
async def test_only_known_operators_are_taken(db: Noormme, operator: str) -> None:
    with pytest.raises(CompileError, match="is not an operator"):
        users(db).where("id", operator, 1)


async def test_an_expression_is_neither_true_nor_false() -> None:
    with pytest.raises(CompileError, match="neither true nor false"):
        bool(col("a") == 1)
    with pytest.raises(CompileError, match="neither true nor false"):
        _ = col("a") in [col("b"), col("c")]
    with pytest.raises(CompileError, match="no conditions"):
        and_()
