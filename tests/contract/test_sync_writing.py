# Written by scripts/generate_sync.py from test_async_writing.py: change that, then run `make fmt`.
"""What a repository writes, through every door."""

from __future__ import annotations

from decimal import Decimal

import pytest

from noormme_py import col
from noormme_py.client.sync_executor import SyncExecutor
from noormme_py.errors import EncodeError, QueryError, RowNotFound, UniqueViolation


def test_create_gives_the_row_with_its_defaults(sync_door: SyncExecutor) -> None:
    users = sync_door.get_repository("users")
    zoe = users.create({"email": "zoe@x", "name": "Zoe"})
    assert (zoe.id, zoe.active, zoe.balance, zoe.age) == (4, True, Decimal(0), None)
    assert users.get_by_id(4) == zoe
    again = users.create(zoe.model_copy(update={"id": 9, "email": "again@x"}))
    assert (again.id, again.name) == (9, "Zoe")


def test_create_many_gives_all_rows_in_order_over_batches(sync_door: SyncExecutor) -> None:
    posts = sync_door.get_repository("posts")
    made = posts.create_many({"user_id": 1, "title": str(n)} for n in range(20))
    assert [row.title for row in made] == [str(n) for n in range(20)]
    assert [row.id for row in made] == list(range(4, 24))
    assert posts.create_many([]) == []


def test_insert_many_counts_and_reads_nothing_back(sync_door: SyncExecutor) -> None:
    posts = sync_door.get_repository("posts")
    assert posts.insert_many({"user_id": 3, "title": str(n)} for n in range(15)) == 15
    assert posts.insert_many([]) == 0
    assert posts.count() == 18


def test_many_rows_are_kept_all_or_none(sync_door: SyncExecutor) -> None:
    users = sync_door.get_repository("users")
    rows = [{"email": f"{n}@x", "name": "N"} for n in range(20)] + [{"email": "ada@x", "name": "N"}]
    for write in (users.create_many, users.insert_many):
        with pytest.raises(UniqueViolation):
            write(rows)
        assert users.count() == 3


def test_update_changes_one_row_and_gives_it_back(sync_door: SyncExecutor) -> None:
    users = sync_door.get_repository("users")
    changed = users.update(2, {"name": "Robert", "balance": Decimal("3.30")})
    assert (changed.id, changed.name, changed.balance, changed.age) == (2, "Robert", Decimal("3.30"), 17)
    assert users.get_by_id(2) == changed
    assert (users.get_by_id(1)).name == "Ada"
    with pytest.raises(RowNotFound):
        users.update(99, {"name": "nobody"})


def test_update_many_counts_what_it_changed(sync_door: SyncExecutor) -> None:
    users = sync_door.get_repository("users")
    assert users.update_many({"active": True}, {"age": 40}) == 2
    assert users.update_many(col("age") == 40, {"age": col("age") + 1}) == 2
    assert [row.age for row in users.find_all()] == [41, 17, 41]
    assert users.update_many({"id": 99}, {"age": 1}) == 0
    with pytest.raises(QueryError, match="every row"):
        users.update_many({}, {"age": 1})
    assert users.update_many({}, {"age": 1}, all_rows=True) == 3


def test_upsert_inserts_or_changes(sync_door: SyncExecutor) -> None:
    users = sync_door.get_repository("users")
    changed = users.upsert({"email": "ada@x", "name": "Countess"}, on="email")
    assert (changed.id, changed.name, changed.age) == (1, "Countess", 36)
    made = users.upsert({"email": "new@x", "name": "New"}, on=["email"])
    assert made.id == 4
    assert (users.upsert({"id": 4, "email": "new@x", "name": "Newer"})).name == "Newer"
    assert users.count() == 4


def test_upsert_many_inserts_and_changes_over_batches(sync_door: SyncExecutor) -> None:
    users = sync_door.get_repository("users")
    rows = [{"email": f"{n}@x", "name": "N"} for n in range(10)] + [{"email": "bob@x", "name": "B"}]
    assert users.upsert_many(rows, on="email") == 11
    assert users.count() == 13
    assert (users.get_by_id(2)).name == "B"
    memberships = sync_door.get_repository("memberships")
    assert memberships.upsert_many([{"user_id": 1, "club": "go"}, {"user_id": 2, "club": "go"}]) == 1
    assert memberships.count() == 4


def test_delete_tells_whether_there_was_a_row(sync_door: SyncExecutor) -> None:
    memberships = sync_door.get_repository("memberships")
    assert memberships.delete((1, "go")) is True
    assert memberships.delete((1, "go")) is False
    assert memberships.count() == 2


def test_delete_many_counts_what_went(sync_door: SyncExecutor) -> None:
    memberships = sync_door.get_repository("memberships")
    assert memberships.delete_many({"club": "chess"}) == 2
    with pytest.raises(QueryError, match="every row"):
        memberships.delete_many({})
    assert memberships.delete_many({}, all_rows=True) == 1
    assert memberships.count() == 0


def test_an_unfit_value_is_refused_and_nothing_is_written(sync_door: SyncExecutor) -> None:
    users = sync_door.get_repository("users")
    with pytest.raises(EncodeError, match=r"users\.active: a bool is expected, not int"):
        users.create({"email": "x@x", "name": "X", "active": 1})
    with pytest.raises(EncodeError, match=r"users\.age"):
        users.insert_many([{"email": "x@x", "name": "X"}, {"email": "y@x", "name": "Y", "age": "old"}])
    assert users.count() == 3
