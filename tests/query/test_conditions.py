from __future__ import annotations

import pytest

from noormme_py import Noormme, and_, col, not_, or_, val
from noormme_py.errors import CompileError
from tests.query.shop import Case, found, posts, promise_of, users

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


@pytest.mark.parametrize("case", COMPARISONS, ids=promise_of)
async def test_every_operator(db: Noormme, case: Case) -> None:
    await case.check(db)


@pytest.mark.parametrize("case", METHODS, ids=promise_of)
async def test_conditions(db: Noormme, case: Case) -> None:
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
