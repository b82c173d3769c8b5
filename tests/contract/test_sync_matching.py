# Written by scripts/generate_sync.py from test_async_matching.py: change that, then run `make fmt`.
"""The row that matches, or a new one, through every door."""

from __future__ import annotations

from typing import Any

import pytest

from noormme_py import col
from noormme_py.client.sync_executor import SyncExecutor
from noormme_py.errors import ColumnNotFound, EncodeError, MultipleRows, NotNullViolation, QueryError


def test_the_row_that_is_there_is_given_as_it_is(sync_door: SyncExecutor) -> None:
    users = sync_door.get_repository("users")
    row, is_new = users.get_or_create({"email": "ada@x"}, {"name": "nobody"})
    assert (row.id, row.name, is_new) == (1, "Ada", False)
    assert users.count() == 3


def test_a_row_that_is_not_there_is_made(sync_door: SyncExecutor) -> None:
    users = sync_door.get_repository("users")
    row, is_new = users.get_or_create({"email": "zoe@x", "age": None}, {"name": "Zoe"})
    assert (row.email, row.age, row.name, is_new) == ("zoe@x", None, "Zoe", True)
    assert users.get_or_create({"email": "zoe@x", "age": None}, {"name": "Zoe"}) == (row, False)
    with pytest.raises(NotNullViolation):
        users.get_or_create({"email": "new@x"})
    assert users.count() == 4


def test_none_matches_null(sync_door: SyncExecutor) -> None:
    memberships = sync_door.get_repository("memberships")
    row, is_new = memberships.get_or_create({"user_id": 3, "since": None}, {"club": "go"})
    assert (row.club, is_new) == ("chess", False)


def test_one_row_is_changed_or_made(sync_door: SyncExecutor) -> None:
    users = sync_door.get_repository("users")
    row, is_new = users.update_or_create({"email": "ada@x"}, {"age": 37}, defaults={"name": "nobody"})
    assert (row.id, row.name, row.age, is_new) == (1, "Ada", 37, False)
    row, is_new = users.update_or_create({"email": "zoe@x"}, {"age": 5}, defaults={"name": "Zoe"})
    assert (row.id, row.name, row.age, is_new) == (4, "Zoe", 5, True)
    assert users.update_or_create({"email": "zoe@x"}, {}) == (row, False)
    assert users.get_by_id(4) == row


def test_several_rows_that_match_are_an_error(sync_door: SyncExecutor) -> None:
    users = sync_door.get_repository("users")
    with pytest.raises(MultipleRows):
        users.get_or_create({"active": True})
    with pytest.raises(MultipleRows):
        users.update_or_create({"active": True}, {"age": 1})
    assert [row.age for row in users.find_all()] == [36, 17, None]


@pytest.mark.parametrize(
    ("match", "values", "error"),
    [
        ({}, {}, QueryError),
        (None, {}, QueryError),
        ({"emial": "x"}, {}, ColumnNotFound),
        ({"age__gt": 3}, {}, ColumnNotFound),
        ({7: 3}, {}, QueryError),
        ({"age": "old"}, {}, EncodeError),
        ({"age": col("id")}, {}, QueryError),
        ({"email": "ada@x"}, {"Email": "eve@x"}, QueryError),
        ({"email": "ada@x"}, {"age": "old"}, EncodeError),
        ({"email": "ada@x"}, "name", QueryError),
    ],
)
def test_what_cannot_be_meant_is_refused_though_the_row_be_there(
    sync_door: SyncExecutor, match: Any, values: Any, error: type[Exception]
) -> None:
    users = sync_door.get_repository("users")
    for write in (users.get_or_create, users.update_or_create):
        with pytest.raises(error):
            write(match, values)
    assert users.count() == 3
