"""What a repository reads: by key, by criteria, in a stable order, decoded on one path."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from noormme_py import Noormme, col, fn, or_
from noormme_py.errors import (
    ColumnNotFound,
    CompileError,
    EncodeError,
    MultipleRows,
    QueryError,
    RowNotFound,
    TableNotFound,
)


@pytest.fixture
async def people(db: Noormme) -> list[Any]:
    users = db.get_repository("users")
    return await users.create_many(
        [
            {"email": "ada@math.org", "name": "Ada", "age": 36, "balance": Decimal("10.50")},
            {"email": "bob@mail.com", "name": "Bob", "age": None, "active": False},
            {"email": "cyd@mail.com", "name": "100%_Cyd", "age": 17, "settings": {"theme": "dark"}},
            {"email": "dan@mail.com", "name": "dan", "age": 36},
        ]
    )


async def test_find_by_id_gives_a_typed_row_or_none(db: Noormme, people: list[Any]) -> None:
    users = db.get_repository("users")
    ada = await users.find_by_id(people[0].id)
    assert ada is not None
    assert (ada.name, ada.age, ada.active, ada.balance) == ("Ada", 36, True, Decimal("10.50"))
    assert isinstance(ada.created_at, datetime)
    assert ada.email_domain == "math.org"
    assert await users.find_by_id(999) is None
    assert await users.find_by_id(None) is None


async def test_get_by_id_raises_where_find_gives_none(db: Noormme, people: list[Any]) -> None:
    users = db.get_repository("users")
    assert (await users.get_by_id(people[1].id)).name == "Bob"
    with pytest.raises(RowNotFound) as missing:
        await users.get_by_id(999)
    assert isinstance(missing.value, LookupError)
    assert "999" not in str(missing.value)


async def test_a_composite_key_is_a_tuple_or_a_mapping(db: Noormme, people: list[Any]) -> None:
    memberships = db.get_repository("memberships")
    made = await memberships.create({"user_id": 1, "club": "chess", "since day": date(2024, 2, 29)})
    assert await memberships.find_by_id((1, "chess")) == made
    assert await memberships.find_by_id({"club": "chess", "user_id": 1}) == made
    assert made.since_day == date(2024, 2, 29)
    with pytest.raises(QueryError, match="2 parts"):
        await memberships.find_by_id(1)
    with pytest.raises(QueryError, match="2 parts"):
        await memberships.find_by_id((1, "chess", 3))
    with pytest.raises(QueryError, match="no part of the key"):
        await memberships.find_by_id({"user_id": 1, "clob": "chess"})
    with pytest.raises(QueryError, match="user_id, club"):
        await memberships.find_by_id({"user_id": 1})
    with pytest.raises(QueryError, match="one value"):
        await db.get_repository("users").find_by_id((1, 2))


async def test_a_table_without_a_key_says_so_where_a_key_is_needed(db: Noormme) -> None:
    audit = db.get_repository("audit")
    row = await audit.create({"message": "started"})
    assert row.at is not None
    assert [found.message for found in await audit.find_all()] == ["started"]
    for call in (audit.find_by_id, audit.get_by_id, audit.delete):
        with pytest.raises(QueryError, match="no primary key"):
            await call(1)
    with pytest.raises(QueryError, match="no primary key"):
        await audit.update(1, {"message": "x"})


async def test_a_view_is_read_like_a_table(db: Noormme, people: list[Any]) -> None:
    adults = db.get_repository("adults")
    assert [row.name for row in await adults.find_all(order_by="name")] == ["Ada", "dan"]
    assert await adults.count() == 2
    with pytest.raises(QueryError, match="view 'adults' has no primary key"):
        await adults.find_by_id(1)


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ({}, ["Ada", "Bob", "100%_Cyd", "dan"]),
        ({"age": 36}, ["Ada", "dan"]),
        ({"age": None}, ["Bob"]),
        ({"age__ne": 36}, ["100%_Cyd"]),
        ({"age__ne": None}, ["Ada", "100%_Cyd", "dan"]),
        ({"age__gt": 17}, ["Ada", "dan"]),
        ({"age__gte": 17}, ["Ada", "100%_Cyd", "dan"]),
        ({"age__lt": 36}, ["100%_Cyd"]),
        ({"age__lte": 17}, ["100%_Cyd"]),
        ({"age__gt": 35.5}, ["Ada", "dan"]),
        ({"age__in": [17, None]}, ["Bob", "100%_Cyd"]),
        ({"age__in": []}, []),
        ({"age__not_in": [17]}, ["Ada", "dan"]),
        ({"age__not_in": []}, ["Ada", "Bob", "100%_Cyd", "dan"]),
        ({"id__in": list(range(1, 40))}, ["Ada", "Bob", "100%_Cyd", "dan"]),
        ({"age__isnull": True}, ["Bob"]),
        ({"age__isnull": False, "active": True}, ["Ada", "100%_Cyd", "dan"]),
        ({"age__between": (17, 20)}, ["100%_Cyd"]),
        ({"name__like": "_a%"}, ["dan"]),
        ({"name__contains": "d"}, ["Ada", "100%_Cyd", "dan"]),
        ({"name__icontains": "D"}, ["Ada", "100%_Cyd", "dan"]),
        ({"name__icontains": "%_"}, ["100%_Cyd"]),
        ({"name__startswith": "D"}, []),
        ({"name__istartswith": "D"}, ["dan"]),
        ({"name__endswith": "a"}, ["Ada"]),
        ({"name__iendswith": "N"}, ["dan"]),
        ({"email": "ADA@MATH.ORG"}, ["Ada"]),
        ({"balance": Decimal("10.5")}, ["Ada"]),
        ({"settings": {"theme": "dark"}}, ["100%_Cyd"]),
        (or_(col("name") == "Bob", col("age") == 17), ["Bob", "100%_Cyd"]),
        (fn.lower("name") == "ada", ["Ada"]),
    ],
    ids=lambda where: str(where)[:50],
)
async def test_criteria(db: Noormme, people: list[Any], where: Any, names: list[str]) -> None:
    users = db.get_repository("users")
    assert [row.name for row in await users.find_many(where)] == names
    assert [row.name for row in await users.find_all(where=where)] == names
    assert await users.count(where) == len(names)
    assert await users.exists(where) is bool(names)
    first = await users.find_one(where)
    assert (first.name if first else None) == (names[0] if names else None)


async def test_wrong_criteria_are_told_with_a_suggestion(db: Noormme) -> None:
    users = db.get_repository("users")
    with pytest.raises(ColumnNotFound, match="did you mean 'email'"):
        await users.find_one({"emial": "x"})
    with pytest.raises(ColumnNotFound, match="did you mean 'email'"):
        await users.find_one({"emial__in": ["x"]})
    with pytest.raises(QueryError, match="did you mean 'gte'"):
        await users.find_one({"age__gtee": 3})
    with pytest.raises(QueryError, match="isnull takes True or False"):
        await users.find_one({"age__isnull": 1})
    with pytest.raises(QueryError, match="takes a str"):
        await users.find_one({"name__contains": 3})
    with pytest.raises(CompileError, match="'in' takes a list"):
        await users.find_one({"name__in": "Ada"})
    with pytest.raises(EncodeError, match=r"users\.age: an int is expected, not str"):
        await users.find_one({"age": "36"})
    with pytest.raises(QueryError, match="criteria are a mapping"):
        await users.find_one("name = 'Ada'")  # type: ignore[arg-type]
    with pytest.raises(TableNotFound, match="did you mean 'users'"):
        db.get_repository("user")


async def test_the_order_is_total_and_as_asked(db: Noormme, people: list[Any]) -> None:
    users = db.get_repository("users")

    async def names(order_by: Any, **more: Any) -> list[str]:
        return [row.name for row in await users.find_all(order_by=order_by, **more)]

    assert await names(None) == ["Ada", "Bob", "100%_Cyd", "dan"]
    assert await names("-age") == ["Ada", "dan", "100%_Cyd", "Bob"]
    assert await names(["-age", "-name"]) == ["dan", "Ada", "100%_Cyd", "Bob"]
    assert await names(col("age").desc(nulls="first")) == ["Bob", "Ada", "dan", "100%_Cyd"]
    assert await names(col("name").collate("nocase")) == ["100%_Cyd", "Ada", "Bob", "dan"]
    assert await names("-id", limit=2) == ["dan", "100%_Cyd"]
    assert await names("id", limit=2, offset=1) == ["Bob", "100%_Cyd"]
    assert await names("id", offset=3) == ["dan"]
    assert await names("id", limit=0) == []
    with pytest.raises(CompileError, match="from 0 up"):
        await names("id", limit=-1)
    with pytest.raises(ColumnNotFound):
        await names("no_such")


async def test_get_one_wants_exactly_one(db: Noormme, people: list[Any]) -> None:
    users = db.get_repository("users")
    assert (await users.get_one({"name": "Ada"})).age == 36
    with pytest.raises(RowNotFound):
        await users.get_one({"name": "Eve"})
    with pytest.raises(MultipleRows):
        await users.get_one({"age": 36})


async def test_finders_are_made_of_the_columns(db: Noormme, people: list[Any]) -> None:
    users = db.get_repository("users")
    assert (await users.find_by_email("ada@math.org")).name == "Ada"
    assert (await users.find_one_by_email("ada@math.org")).name == "Ada"
    assert await users.find_by_email("nobody") is None
    assert [row.name for row in await users.find_many_by_active(True)] == ["Ada", "100%_Cyd", "dan"]
    assert [row.name for row in await users.find_many_by_age_and_active(36, True)] == ["Ada", "dan"]
    assert (await users.find_by_age(None)).name == "Bob"
    memberships = db.get_repository("memberships")
    await memberships.create({"user_id": 1, "club": "go", "since day": date(2020, 1, 1)})
    assert (await memberships.find_by_since_day(date(2020, 1, 1))).club == "go"
    with pytest.raises(QueryError, match="takes 2 values: age, active"):
        await users.find_many_by_age_and_active(36)


async def test_an_unknown_finder_is_an_attribute_error_at_access(db: Noormme) -> None:
    users = db.get_repository("users")
    with pytest.raises(AttributeError, match="did you mean 'email'"):
        _ = users.find_by_emial
    with pytest.raises(AttributeError, match="no column 'agee'"):
        _ = users.find_many_by_name_and_agee
    with pytest.raises(AttributeError, match="did you mean 'find_by_id'"):
        _ = users.find_byid
    assert not hasattr(users, "save")
    assert not hasattr(users, "__fspath__")


async def test_a_column_may_have_and_or_double_underscore_in_its_name(db: Noormme) -> None:
    await db.execute_script(
        "create table odd (id integer primary key, terms_and_conditions text, a text, b text, a__gte integer);"
    )
    odd = db.get_repository("odd")
    made = await odd.create({"terms_and_conditions": "yes", "a": "1", "b": "2", "a__gte": 5})
    assert await odd.find_by_terms_and_conditions("yes") == made
    assert await odd.find_by_terms_and_conditions_and_a("yes", "1") == made
    assert await odd.find_by_a_and_terms_and_conditions_and_b("1", "yes", "2") == made
    assert await odd.find_one({"a__gte": 5}) == made
    assert await odd.find_one({"a__gte__gt": 5}) is None


async def test_aware_datetimes_stay_aware_and_sort_with_current_timestamp(db: Noormme) -> None:
    users = db.get_repository("users")
    moment = datetime(2001, 2, 3, 4, 5, 6, 700, tzinfo=UTC)
    await users.create({"email": "a@x", "name": "old", "created_at": moment})
    await users.create({"email": "b@x", "name": "new"})
    rows = await users.find_all(order_by="created_at")
    assert [row.name for row in rows] == ["old", "new"]
    assert rows[0].created_at == moment
    assert rows[1].created_at.tzinfo is None
