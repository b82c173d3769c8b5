"""What versions, marks of deletion and matches add to what a table is asked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from noormme_py import TableOptions
from noormme_py.client.catalog import TableOperations
from noormme_py.errors import ConflictError, MultipleRows, QueryError, RowNotFound
from noormme_py.query.statement import Control, Statement
from tests.core.script import collected, failing, parameters_of, script, sql_of
from tests.core.shop import operations

BEGIN, COMMIT, ROLLBACK = Control.BEGIN, Control.COMMIT, Control.ROLLBACK
COLUMNS = '"id", "name", "version", "gone", "gone_at"'
SELECT = f'select {COLUMNS} from "tasks" where'
RETURNING = f" returning {COLUMNS}"
ROW = object()


def tasks(*, sees_deleted: bool = False, **options: Any) -> TableOperations[Any]:
    return operations("tasks", options=TableOptions(**options), sees_deleted=sees_deleted)


def sql(operation: Any, answers: list[Any]) -> list[Any]:
    return sql_of(script(operation, answers)[0])


def test_a_table_without_options_is_asked_as_ever() -> None:
    plain, none = operations("tasks"), tasks()
    for one, other in (
        (plain.read.find_by_id(1), none.read.find_by_id(1)),
        (plain.read.count({"name": "a"}), none.read.count({"name": "a"})),
        (plain.write.update(1, {"name": "a"}), none.write.update(1, {"name": "a"})),
        (plain.write.delete(1), none.write.delete(1)),
    ):
        assert isinstance(one, Statement)
        assert isinstance(other, Statement)
        assert (one.sql, one.parameters) == (other.sql, other.parameters)
        assert "version" not in one.sql.partition(" where ")[2].partition(" returning ")[0]


def test_an_update_counts_in_the_same_statement() -> None:
    versioned = tasks(version="version")
    counts = '"version" = "version" + 1'
    assert sql(versioned.write.update(1, {"name": "a"}), [ROW]) == [
        f'update "tasks" set "name" = ?, {counts} where "id" = ?{RETURNING}'
    ]
    assert sql(versioned.write.update_many({"id": 1}, {"name": "a"}), [1]) == [
        'update "tasks" set "name" = ?, "version" = "version" + ? where "tasks"."id" = ?'
    ]
    upsert = sql(versioned.write.upsert({"id": 1, "name": "a", "version": 3}, None), [None, [ROW], None])
    assert upsert[1] == (
        'insert into "tasks" ("id", "name", "version") values (?, ?, ?)'
        f' on conflict ("id") do update set "name" = excluded."name", {counts}{RETURNING}'
    )


def test_what_expects_a_version_asks_why_only_when_it_missed() -> None:
    expected = tasks(version="version").expected
    asked, row = script(expected.update(1, {"name": "a"}, 3), [None, ROW, None])
    assert sql_of(asked) == [
        BEGIN,
        f'update "tasks" set "name" = ?, "version" = "version" + 1 where "id" = ? and "version" = ?{RETURNING}',
        COMMIT,
    ]
    assert (parameters_of(asked), row) == ([["a", 1, 3]], ROW)
    for there, error in ((ROW, ConflictError), (None, RowNotFound)):
        asked = failing(expected.update(1, {"name": "a"}, 3), [None, None, there, None], error)
        assert sql_of(asked)[2:] == [f'{SELECT} "id" = ?', ROLLBACK]
        asked = failing(expected.delete(1, 3, is_hard=False), [None, False, there, None], error)
        assert sql_of(asked)[1] == 'delete from "tasks" where "id" = ? and "version" = ?'
        assert parameters_of(asked)[0] == [1, 3]


def test_every_read_leaves_marked_rows_out() -> None:
    read = tasks(soft_delete="gone_at").read
    live = '"tasks"."gone_at" is null'
    assert sql(read.find_by_id(1), [None]) == [f'{SELECT} "id" = ? and "gone_at" is null']
    assert sql(read.get_by_id(1), [ROW]) == [f'{SELECT} "id" = ? and "gone_at" is null']
    assert sql(read.find_many(None), [[]]) == [f'{SELECT} {live} order by "id"']
    assert sql(read.find_by("find_by_name", ("a",)), [None]) == [
        f'{SELECT} {live} and "tasks"."name" = ? order by "id" limit ?'
    ]
    assert sql(read.count({"name": "a"}), [1]) == [
        f'select count(*) as "count" from "tasks" where {live} and "tasks"."name" = ?'
    ]
    assert live in str(sql(read.exists(None), [True])[0])
    assert "is null" not in str(sql(tasks(soft_delete="gone_at", sees_deleted=True).read.find_by_id(1), [None])[0])


def test_a_row_is_marked_with_the_time_or_with_true() -> None:
    before = datetime.now(UTC)
    asked, _ = script(tasks(soft_delete="gone_at", version="version").write.delete(7), [True])
    assert sql_of(asked) == [
        'update "tasks" set "gone_at" = ?, "version" = "version" + 1 where "id" = ? and "gone_at" is null'
    ]
    time, key = parameters_of(asked)[0]
    assert (before <= datetime.fromisoformat(time) <= datetime.now(UTC), key) == (True, 7)
    asked, _ = script(tasks(soft_delete="gone").write.delete_many({"name": "a"}), [1])
    assert sql_of(asked) == ['update "tasks" set "gone" = ? where "tasks"."name" = ? and "tasks"."gone" = (0)']
    assert parameters_of(asked) == [[1, "a"]]


def test_a_hard_delete_is_a_delete_of_what_is_seen() -> None:
    write = tasks(soft_delete="gone").write
    assert sql(write.delete(7, is_hard=True), [True]) == ['delete from "tasks" where "id" = ? and "gone" = 0']
    assert sql(write.delete_many({"name": "a"}, is_hard=True), [1]) == [
        'delete from "tasks" where "tasks"."gone" = (0) and "tasks"."name" = ?'
    ]
    every = tasks(soft_delete="gone", sees_deleted=True).write
    assert sql(every.delete(7, is_hard=True), [True]) == ['delete from "tasks" where "id" = ?']
    assert sql(every.delete(7), [True]) == ['update "tasks" set "gone" = ? where "id" = ? and "gone" = 0']


def test_a_match_is_looked_for_and_made_in_one_transaction() -> None:
    match = operations("users").match
    find = 'select "id", "email", "active", "domain" from "users" where'
    met = '"users"."email" = ? and "users"."active" is null'
    asked, answer = script(match.get_or_create({"Email": "a@x", "active": None}, {"id": 7}), [None, None, ROW, None])
    assert sql_of(asked)[:2] == [BEGIN, f'{find} {met} order by "id" limit ?']
    assert str(sql_of(asked)[2]).startswith('insert into "users" ("email", "active", "id") values (?, ?, ?)')
    assert parameters_of(asked) == [["a@x", 2], ["a@x", None, 7]]
    assert answer == (ROW, True)
    asked, answer = script(match.get_or_create({"email": "a@x"}, None), [None, ROW, None])
    assert (len(asked), answer) == (3, (ROW, False))
    with pytest.raises(MultipleRows):
        collected(match.find({"email": "a@x"}), [(1, "a@x", 1, "x"), (2, "a@x", 1, "x")])


def test_a_match_is_changed_where_it_is_found() -> None:
    match = tasks(version="version", soft_delete="gone").match
    asked, answer = script(match.update_or_create({"name": "a"}, {"id": 3}, None), [None, ROW, ROW, None])
    assert sql_of(asked)[2] == (
        'update "tasks" set "id" = ?, "version" = "version" + ?'
        f' where "tasks"."gone" = (0) and "tasks"."name" = ?{RETURNING}'
    )
    assert answer == (ROW, False)
    with pytest.raises(QueryError, match="given twice"):
        match.update_or_create({"name": "a"}, {"id": 3}, {"ID": 4})
