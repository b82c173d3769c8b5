"""What the reads of a table ask, and what they make of the answers."""

from __future__ import annotations

from typing import Any

import pytest

from noormme_py import col
from noormme_py.errors import ColumnNotFound, DatabaseBusy, EncodeError, MultipleRows, QueryError, RowNotFound
from tests.core.script import collected, failing, parameters_of, script, sql_of
from tests.core.shop import operations

FIND = 'select "id", "email", "active", "domain" from "users" where "id" = ?'
USER = object()
ROW = (7, "a@x", 1, "x")


def test_find_by_id_asks_once_and_gives_what_it_is_answered() -> None:
    users = operations("users").read
    for answer in (USER, None):
        asked, result = script(users.find_by_id(7), [answer])
        assert sql_of(asked) == [FIND]
        assert parameters_of(asked) == [[7]]
        assert result is answer


def test_get_by_id_raises_where_there_is_no_row() -> None:
    users = operations("users").read
    assert collected(users.get_by_id(7), [ROW]).id == 7
    with pytest.raises(RowNotFound, match="users"):
        collected(users.get_by_id(7), [])


def test_a_composite_key_is_given_as_a_tuple_or_a_mapping() -> None:
    members = operations("members").read
    sql = 'select "user", "club" from "members" where "user" = ? and "club" = ?'
    for key in ((1, "chess"), {"club": "chess", "user": 1}):
        asked, _ = script(members.find_by_id(key), [None])
        assert (sql_of(asked), parameters_of(asked)) == ([sql], [[1, "chess"]])
    for wrong in (1, (1,), ["1", "chess"], {"user": 1}, {"user": 1, "clubs": "x"}):
        with pytest.raises(QueryError):
            members.find_by_id(wrong)


def test_get_one_looks_for_a_second_row() -> None:
    users = operations("users").read
    asked, _ = script(users.get_one({"email": "a@x"}), [USER])
    assert collected(users.get_one({"email": "a@x"}), [ROW]).email == "a@x"
    assert sql_of(asked) == [
        'select "id", "email", "active", "domain" from "users" where "users"."email" = ? order by "id" limit ?'
    ]
    assert parameters_of(asked) == [["a@x", 2]]
    with pytest.raises(RowNotFound):
        collected(users.get_one({"email": "a@x"}), [])
    with pytest.raises(MultipleRows):
        collected(users.get_one({"email": "a@x"}), [ROW, ROW])


def test_every_order_ends_with_the_key() -> None:
    users, members, log = (operations(name).read for name in ("users", "members", "log"))

    def order(operation: Any) -> str:
        asked, _ = script(operation, [[]])
        return str(sql_of(asked)[0]).partition(" order by ")[2]

    assert order(users.find_many(None)) == '"id"'
    assert order(users.find_many(None, "-email")) == '"email" desc, "id"'
    assert order(users.find_many(None, ["active", "-id"])) == '"active", "id" desc'
    assert order(users.find_many(None, col("email").desc())) == '"email" desc, "id"'
    assert order(members.find_many(None, "club")) == '"club", "user"'
    assert order(log.find_many(None)) == '"rowid"'


def test_limit_and_offset_are_bound() -> None:
    asked, _ = script(operations("users").read.find_many({"active": True}, None, 5, 10), [[]])
    assert str(sql_of(asked)[0]).endswith('where "users"."active" = ? order by "id" limit ? offset ?')
    assert parameters_of(asked) == [[1, 5, 10]]


@pytest.mark.parametrize("limit", [-1, True, 1.5, "5"])
def test_a_limit_is_a_whole_number(limit: Any) -> None:
    with pytest.raises(QueryError, match="limit"):
        operations("users").read.find_many(None, None, limit)


def test_count_and_exists() -> None:
    users = operations("users").read
    asked, count = script(users.count({"active": True}), [12])
    assert (sql_of(asked), count) == (['select count(*) as "count" from "users" where "users"."active" = ?'], 12)
    asked, found = script(users.exists(None), [True])
    assert (sql_of(asked), found) == (['select exists (select ? as "one" from "users") as "found"'], True)


def test_faults_come_when_the_operation_is_made_and_nothing_is_asked() -> None:
    users = operations("users").read
    with pytest.raises(EncodeError, match=r"users\.id"):
        users.find_by_id("seven")
    with pytest.raises(EncodeError, match=r"users\.active"):
        users.find_many({"active": "yes"})
    with pytest.raises(ColumnNotFound, match="emial"):
        users.count({"emial": "a@x"})
    with pytest.raises(QueryError, match="primary key"):
        operations("log").read.find_by_id(1)


def test_an_error_of_the_database_reaches_the_caller() -> None:
    operation = operations("users").read.get_by_id(7)
    assert len(failing(operation, [DatabaseBusy("locked")], DatabaseBusy)) == 1
