"""What a repository writes: one row or many, all or none, given back as the database has it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from noormme_py import Noormme, col
from noormme_py.errors import (
    CheckViolation,
    ColumnNotFound,
    EncodeError,
    ForeignKeyViolation,
    NotNullViolation,
    QueryError,
    RowNotFound,
    UniqueViolation,
)


async def test_create_fills_defaults_and_generated_columns(db: Noormme) -> None:
    users = db.get_repository("users")
    ada = await users.create({"email": "ada@math.org", "name": "Ada"})
    assert (ada.id, ada.active, ada.balance, ada.email_domain) == (1, True, Decimal(0), "math.org")
    assert ada == await users.find_by_id(1)
    counters = db.get_repository("counters")
    assert (await counters.create({"name": "home"})).hits == 0


async def test_a_row_of_defaults_alone(db: Noormme) -> None:
    audit = db.get_repository("audit")
    assert (await audit.create({})).message is None
    assert len(await audit.create_many([{}, {}])) == 2
    assert await audit.insert_many([{}, {}]) == 2
    assert await audit.count() == 5


async def test_rows_are_given_as_models_too(db: Noormme) -> None:
    class NewUser(BaseModel):
        email: str
        name: str
        active: bool = False
        age: int | None = None

    users = db.get_repository("users")
    ada = await users.create(NewUser(email="ada@x", name="Ada", age=3))
    # Only what was set is written: the database's own default stands.
    assert (ada.active, ada.age) == (True, 3)
    copy = await users.create(ada.model_copy(update={"id": 7, "email": "copy@x"}))
    assert (copy.id, copy.name, copy.email_domain) == (7, "Ada", "x")
    with pytest.raises(QueryError, match="mapping or a model"):
        await users.create(["ada@x"])


async def test_unfit_rows_are_refused_before_anything_is_written(db: Noormme) -> None:
    users = db.get_repository("users")
    with pytest.raises(ColumnNotFound, match="did you mean 'email'"):
        await users.create({"emial": "x"})
    with pytest.raises(QueryError, match=r"users\.email_domain is generated"):
        await users.create({"email": "x", "name": "X", "email_domain": "y"})
    with pytest.raises(EncodeError, match=r"users\.active: a bool is expected, not int"):
        await users.create({"email": "x", "name": "X", "active": 1})
    with pytest.raises(EncodeError):
        await users.create_many([{"email": "x", "name": "X"}, {"email": "y", "name": 3}])
    with pytest.raises(QueryError, match="a list of rows"):
        await users.create_many({"email": "x", "name": "X"})
    assert await users.count() == 0


async def test_create_many_keeps_the_order_over_batches_and_column_sets(db: Noormme) -> None:
    users = db.get_repository("users")
    rows = [{"email": f"{n}@x", "name": str(n), **({"age": n} if n % 5 else {})} for n in range(50)]
    made = await users.create_many(iter(rows))
    assert [row.name for row in made] == [str(n) for n in range(50)]
    assert [row.age for row in made] == [n if n % 5 else None for n in range(50)]
    assert await users.count() == 50
    assert await users.create_many([]) == []
    assert await users.insert_many([]) == 0


async def test_create_many_is_all_or_none(db: Noormme) -> None:
    users = db.get_repository("users")
    rows = [{"email": f"{n % 40}@x", "name": str(n)} for n in range(41)]
    for write in (users.create_many, users.insert_many):
        with pytest.raises(UniqueViolation) as clash:
            await write(rows)
        assert (clash.value.table, clash.value.columns) == ("users", ("email",))
        assert await users.count() == 0


async def test_update_changes_one_row_and_gives_it_back(db: Noormme) -> None:
    users = db.get_repository("users")
    await users.create_many([{"email": "a@x", "name": "A"}, {"email": "b@x", "name": "B"}])
    changed = await users.update(1, {"name": "Alice", "email": "alice@y"})
    assert (changed.name, changed.email_domain) == ("Alice", "y")
    assert changed == await users.find_by_id(1)
    assert (await users.get_by_id(2)).name == "B"
    assert await users.update(1, {}) == changed
    assert (await users.update(1, {"id": 9})).id == 9
    with pytest.raises(RowNotFound):
        await users.update(1, {"name": "nobody"})
    with pytest.raises(RowNotFound):
        await users.update(1, {})


async def test_what_triggers_change_is_seen_in_what_comes_back(db: Noormme) -> None:
    counters = db.get_repository("counters")
    await counters.create({"name": "home"})
    assert (await counters.update("home", {"hits": 5})).touched == 1
    assert (await counters.upsert({"name": "home", "hits": 6})).touched == 2


async def test_update_many_and_delete_many_mean_what_they_say(db: Noormme) -> None:
    users = db.get_repository("users")
    await users.create_many([{"email": f"{n}@x", "name": str(n), "age": n} for n in range(10)])
    assert await users.update_many({"age__lt": 3}, {"active": False}) == 3
    assert await users.update_many(col("age") >= 8, {"age": col("age") + 1}) == 2
    assert [row.age for row in await users.find_many({"age__gte": 8})] == [9, 10]
    assert await users.delete_many({"active": False}) == 3
    with pytest.raises(QueryError, match="every row"):
        await users.delete_many({})
    with pytest.raises(QueryError, match="every row"):
        await users.update_many({}, {"age": 1})
    with pytest.raises(EncodeError):
        await users.update_many({"age": 9}, {"age": "old"})
    assert await users.update_many({}, {"age": 1}, all_rows=True) == 7
    assert await users.delete_many({}, all_rows=True) == 7


async def test_delete_tells_whether_there_was_a_row(db: Noormme) -> None:
    users = db.get_repository("users")
    await users.create({"email": "a@x", "name": "A"})
    await db.get_repository("memberships").create({"user_id": 1, "club": "go"})
    assert await users.delete(1) is True
    assert await users.delete(1) is False
    assert await db.get_repository("memberships").count() == 0


async def test_upsert_inserts_or_changes(db: Noormme) -> None:
    users = db.get_repository("users")
    first = await users.upsert({"email": "a@x", "name": "A", "age": 1}, on="email")
    second = await users.upsert({"email": "a@x", "name": "B"}, on=["email"])
    assert (second.id, second.name, second.age) == (first.id, "B", 1)
    same = await users.upsert({"id": second.id, "email": "a@x", "name": "C"})
    assert (same.id, same.name) == (first.id, "C")
    memberships = db.get_repository("memberships")
    made = await memberships.upsert({"user_id": 1, "club": "go"})
    assert await memberships.upsert({"user_id": 1, "club": "go"}) == made
    assert await memberships.upsert_many([{"user_id": 1, "club": club} for club in ("go", "chess")]) == 1
    assert await memberships.count() == 2


async def test_an_upsert_needs_a_unique_key_and_its_values(db: Noormme) -> None:
    users = db.get_repository("users")
    with pytest.raises(QueryError, match="there are: id; email"):
        await users.upsert({"email": "a@x", "name": "A"}, on="name")
    with pytest.raises(QueryError, match="'id' missing"):
        await users.upsert({"email": "a@x", "name": "A"})
    with pytest.raises(QueryError, match="needs a unique key"):
        await db.get_repository("audit").upsert({"message": "x"})
    with pytest.raises(ColumnNotFound):
        await users.upsert({"email": "a@x", "name": "A"}, on="emial")


async def test_constraints_are_told_with_their_columns(db: Noormme) -> None:
    users = db.get_repository("users")
    await users.create({"email": "a@x", "name": "A"})
    with pytest.raises(UniqueViolation) as unique:
        await users.create({"email": "A@X", "name": "B"})
    assert (unique.value.table, unique.value.columns) == ("users", ("email",))
    with pytest.raises(NotNullViolation) as null:
        await users.create({"email": "b@x"})
    assert (null.value.table, null.value.columns) == ("users", ("name",))
    with pytest.raises(CheckViolation) as check:
        await users.update(1, {"age": -1})
    assert (check.value.table, check.value.columns) == ("users", ("age",))
    with pytest.raises(ForeignKeyViolation) as foreign:
        await db.get_repository("memberships").create({"user_id": 99, "club": "go"})
    assert (foreign.value.table, foreign.value.columns) == ("memberships", ("user_id",))


async def test_a_repository_follows_the_schema(db: Noormme) -> None:
    users = db.get_repository("users")
    await users.create({"email": "a@x", "name": "A"})
    await db.alter_table("users").add_column("nick", "text", default="none").execute()
    assert (await users.get_by_id(1)).nick == "none"
    assert (await users.find_by_nick("none")).name == "A"
    assert "nick" in users.table.column_names


@settings(max_examples=30)
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {"name": st.text(st.characters(exclude_categories=["Cs"]), max_size=8)},
            optional={"hits": st.integers(-(2**63), 2**63 - 1), "touched": st.integers(0, 9)},
        ),
        unique_by=lambda row: row["name"],
        max_size=40,
    ),
    batch=st.integers(1, 12),
)
async def test_create_many_equals_create_one_by_one(rows: list[dict[str, Any]], batch: int) -> None:
    ddl = "create table counters (name text primary key, hits integer not null default 0, touched integer default 5)"
    async with Noormme(":memory:", performance={"max_batch_size": batch}) as db:
        await db.execute(ddl)
        counters = db.get_repository("counters")
        together = await counters.create_many(rows)
        await counters.delete_many({}, all_rows=True)
        singly = [await counters.create(row) for row in rows]
    assert together == singly


async def test_a_view_is_not_written_to(db: Noormme) -> None:
    adults = db.get_repository("adults")
    for write in (adults.create, adults.upsert):
        with pytest.raises(QueryError, match="'adults' is a view"):
            await write({"id": 1, "name": "Ada", "age": 36})
    with pytest.raises(QueryError, match="is a view"):
        await adults.create_many([{"name": "Ada"}])
    with pytest.raises(QueryError, match="is a view"):
        await adults.delete_many({"age": 3})
    with pytest.raises(QueryError, match="is a view"):
        await db.insert_into("adults").values({"name": "Ada"}).returning("name").execute()
    assert await db.get_repository("users").count() == 0


async def test_a_view_with_triggers_takes_rows(db: Noormme) -> None:
    await db.execute_script("""
        create trigger adults_insert instead of insert on adults begin
            insert into users (email, name, age) values (new.name || '@x', new.name, new.age);
        end;
    """)
    await db.insert_into("adults").values({"name": "Ada", "age": 36}).execute()
    assert (await db.get_repository("users").get_one({"name": "Ada"})).age == 36


async def test_a_conflict_is_named_by_a_unique_key(db: Noormme) -> None:
    insert = db.insert_into("users").values({"email": "a@x", "name": "A"})
    with pytest.raises(QueryError, match="name is no unique key of 'users'"):
        await insert.on_conflict("name").do_nothing().execute()
    await insert.on_conflict("EMAIL").do_nothing().execute()
    await insert.on_conflict().do_nothing().execute()
    assert await db.get_repository("users").count() == 1
