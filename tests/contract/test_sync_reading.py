# Written by scripts/generate_sync.py from test_async_reading.py: change that, then run `make fmt`.
"""What a repository reads, through every door."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from noormme_py import col
from noormme_py.client.sync_executor import SyncExecutor
from noormme_py.errors import ColumnNotFound, CompileError, MultipleRows, QueryError, RowNotFound, TableNotFound


def test_a_key_finds_its_row_with_every_column_decoded(sync_door: SyncExecutor) -> None:
    users = sync_door.get_repository("users")
    ada = users.get_by_id(1)
    assert ada.model_dump() == {
        "id": 1,
        "email": "ada@x",
        "name": "Ada",
        "age": 36,
        "active": True,
        "balance": Decimal("1.10"),
        "joined": date(2026, 1, 5),
    }
    assert users.find_by_id(1) == ada
    assert users.find_by_id(99) is None
    with pytest.raises(RowNotFound):
        users.get_by_id(99)


def test_a_composite_key_is_a_tuple_or_a_mapping(sync_door: SyncExecutor) -> None:
    memberships = sync_door.get_repository("memberships")
    by_tuple = memberships.get_by_id((1, "chess"))
    assert by_tuple.since == date(2026, 3, 1)
    assert memberships.get_by_id({"club": "chess", "user_id": 1}) == by_tuple
    assert memberships.find_by_id((2, "chess")) is None
    with pytest.raises(QueryError):
        memberships.find_by_id(1)


def test_one_row_is_the_first_or_the_only_one(sync_door: SyncExecutor) -> None:
    users = sync_door.get_repository("users")
    ada, eve = users.get_by_id(1), users.get_by_id(3)
    assert users.find_one({"active": True}) == ada
    assert users.find_one({"active": True}, order_by="-name") == eve
    assert users.find_one(order_by="name") == ada
    assert users.find_one({"age": 99}) is None
    assert (users.get_one({"age": 17})).name == "Bob"
    with pytest.raises(RowNotFound):
        users.get_one({"age": 99})
    with pytest.raises(MultipleRows):
        users.get_one({"active": True})


def test_many_rows_are_ordered_limited_and_skipped(sync_door: SyncExecutor) -> None:
    users = sync_door.get_repository("users")
    assert [row.id for row in users.find_many({"active": True})] == [1, 3]
    assert [row.id for row in users.find_many(col("id") >= 2, order_by="-name", limit=1)] == [3]
    assert [row.id for row in users.find_many({"id__in": [1, 2, 3]}, limit=1, offset=1)] == [2]
    assert [row.id for row in users.find_all()] == [1, 2, 3]
    assert [row.id for row in users.find_all(order_by=["active", "-id"])] == [2, 3, 1]
    assert [row.id for row in users.find_all(where={"age__isnull": False}, limit=1, offset=1)] == [2]
    assert [row.id for row in users.find_all(offset=2)] == [3]
    assert users.find_all(limit=0) == []


def test_rows_are_counted_and_looked_for(sync_door: SyncExecutor) -> None:
    users = sync_door.get_repository("users")
    assert users.count() == 3
    assert users.count({"joined__gte": date(2026, 2, 1)}) == 1
    assert users.exists() is True
    assert users.exists({"balance": Decimal("2.50")}) is True
    assert users.exists(col("age") > 90) is False


def test_finders_are_made_of_columns(sync_door: SyncExecutor) -> None:
    users = sync_door.get_repository("users")
    assert (users.find_by_email("bob@x")).id == 2
    assert (users.find_one_by_name("Eve")).id == 3
    assert users.find_by_email("nobody@x") is None
    assert [row.id for row in users.find_many_by_active(True)] == [1, 3]
    assert [row.id for row in users.find_many_by_active_and_age(True, 36)] == [1]
    with pytest.raises(AttributeError, match="did you mean 'email'"):
        users.find_by_emial("ada@x")


def test_a_view_is_read_as_a_table_is(sync_door: SyncExecutor) -> None:
    adults = sync_door.get_repository("adults")
    assert [row.model_dump() for row in adults.find_all()] == [{"id": 1, "name": "Ada"}]
    assert adults.count() == 1


def test_a_mistyped_name_is_told_with_a_suggestion(sync_door: SyncExecutor) -> None:
    with pytest.raises(TableNotFound, match="did you mean 'users'"):
        sync_door.get_repository("user")
    with pytest.raises(ColumnNotFound, match="did you mean 'email'"):
        sync_door.get_repository("users").find_many({"emial": "ada@x"})


def test_the_repository_knows_its_table_and_its_row(sync_door: SyncExecutor) -> None:
    posts = sync_door.get_repository("posts")
    assert posts.table.name == "posts"
    assert [column.name for column in posts.table.columns] == ["id", "user_id", "title"]
    assert posts.row_type is type(posts.get_by_id(1))
    assert repr(posts) == f"<{type(posts).__name__} 'posts'>"


def test_what_can_be_read_once_only_is_refused(sync_door: SyncExecutor) -> None:
    # An operation is made anew when the schema has changed: `not_in` would then be of nothing, and hold for every row.
    users = sync_door.get_repository("users")
    for lookup in ("in", "not_in", "between"):
        with pytest.raises(QueryError, match="read twice, not list_iterator"):
            users.delete_many({f"id__{lookup}": iter([1, 2])})
    with pytest.raises(QueryError, match="read twice, not generator"):
        users.find_many({"id__in": (number for number in [1])})
    order: Any = iter(["-id"])
    with pytest.raises(CompileError, match="not by list_iterator"):
        users.find_many(order_by=order)
    key: Any = iter(["email"])
    with pytest.raises(QueryError, match="not list_iterator"):
        users.upsert({"email": "ada@x", "name": "Ada"}, on=key)
    assert users.count() == 3
