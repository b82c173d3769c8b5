"""IN, EXISTS, and queries that stand for values."""

from __future__ import annotations

import pytest

from noormme_py import Noormme, col, exists, fn, not_, tuple_, val
from noormme_py.errors import CompileError, EncodeError
from tests.query.shop import Case, found, posts, promise_of, users, values_of

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


@pytest.mark.parametrize("case", MEMBERSHIP, ids=promise_of)
async def test_membership(db: Noormme, case: Case) -> None:
    await case.check(db)


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
