# Written by scripts/generate_sync.py from test_async_errors.py: change that, then run `make fmt`.
"""What SQLite refuses, as typed errors that name the columns, through every door."""

from __future__ import annotations

import pytest

from noormme_py.client.sync_executor import SyncExecutor
from noormme_py.errors import (
    CheckViolation,
    ConstraintError,
    ForeignKeyViolation,
    NotNullViolation,
    UniqueViolation,
)


def test_a_unique_violation_names_the_columns(sync_door: SyncExecutor) -> None:
    with pytest.raises(UniqueViolation) as clash:
        sync_door.get_repository("users").create({"email": "ada@x", "name": "A"})
    assert (clash.value.table, clash.value.columns) == ("users", ("email",))
    assert "ada@x" not in str(clash.value)
    with pytest.raises(UniqueViolation) as both:
        sync_door.insert_into("memberships").values({"user_id": 1, "club": "go"}).execute()
    assert (both.value.table, both.value.columns) == ("memberships", ("user_id", "club"))


def test_a_foreign_key_violation_names_the_columns(sync_door: SyncExecutor) -> None:
    with pytest.raises(ForeignKeyViolation) as orphan:
        sync_door.get_repository("posts").create({"user_id": 99, "title": "x"})
    assert (orphan.value.table, orphan.value.columns) == ("posts", ("user_id",))
    with pytest.raises(ForeignKeyViolation):
        sync_door.get_repository("users").delete(1)


def test_a_missing_value_names_the_column(sync_door: SyncExecutor) -> None:
    with pytest.raises(NotNullViolation) as missing:
        sync_door.execute("insert into users (email) values ('x@x')")
    assert (missing.value.table, missing.value.columns) == ("users", ("name",))


def test_a_check_names_the_column(sync_door: SyncExecutor) -> None:
    with pytest.raises(CheckViolation) as negative:
        sync_door.get_repository("users").update(1, {"age": -1})
    assert (negative.value.table, negative.value.columns) == ("users", ("age",))
    assert negative.value.sqlite_code == "SQLITE_CONSTRAINT_CHECK"


def test_a_refused_statement_leaves_what_was_there_and_the_door_open(sync_door: SyncExecutor) -> None:
    users = sync_door.get_repository("users")
    for _ in range(20):
        with pytest.raises(ConstraintError):
            users.create_many([{"email": "new@x", "name": "N"}, {"email": "ada@x", "name": "N"}])
    assert [row.id for row in users.find_all()] == [1, 2, 3]
    assert (users.create({"email": "new@x", "name": "N"})).name == "N"
