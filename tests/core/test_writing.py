"""What the writes of a table ask, in which order, and what they undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noormme_py.errors import DatabaseBusy, EncodeError, QueryError, RowNotFound, UniqueViolation
from noormme_py.query.statement import (
    Control,
    ManyStatement,
    Operation,
    Request,
    Statement,
    ask,
    ask_many,
    atomic,
    nothing,
)
from tests.core.script import collected, failing, parameters_of, script, sql_of
from tests.core.shop import operations

BEGIN, COMMIT, ROLLBACK = Control.BEGIN, Control.COMMIT, Control.ROLLBACK
RETURNING = ' returning "id", "email", "active", "domain"'
INSERT = 'insert into "users" ("id", "email") values (?, ?)'
ROW = object()
STORED = (7, "a@x", 0, "x")


def test_create_asks_for_one_insert() -> None:
    users = operations("users").write
    creation = users.create({"email": "a@x", "active": True})
    asked, _ = script(creation, [ROW])
    assert sql_of(asked) == [f'insert into "users" ("email", "active") values (?, ?){RETURNING}']
    assert parameters_of(asked) == [["a@x", 1]]
    assert isinstance(creation, Statement)
    assert collected(creation, [STORED]).domain == "x"


def test_create_of_nothing_inserts_the_defaults() -> None:
    asked, _ = script(operations("users").write.create({}), [[ROW]])
    assert sql_of(asked) == [f'insert into "users" default values{RETURNING}']


def test_a_row_that_a_trigger_may_have_changed_is_read_again() -> None:
    counters = operations("counters")
    row, newer = (counters.plan.row_type(name="a", hits=hits) for hits in (1, 2))
    find = 'select "name", "hits" from "counters" where "name" = ?'
    for operation, answer in (
        (counters.write.create({"name": "a"}), [row]),
        (counters.write.update("a", {"hits": 1}), row),
    ):
        asked, result = script(operation, [answer, newer])
        assert sql_of(asked)[1:] == [find]
        assert parameters_of(asked)[1] == ["a"]
        assert result is newer
    # A trigger may even have deleted it: then what was written is all there is to give.
    assert script(counters.write.create({"name": "a"}), [[row], None])[1] is row


def test_update_names_only_what_changes() -> None:
    users = operations("users").write
    update = users.update(7, {"active": False})
    asked, _ = script(update, [ROW])
    assert sql_of(asked) == [f'update "users" set "active" = ? where "id" = ?{RETURNING}']
    assert parameters_of(asked) == [[0, 7]]
    assert isinstance(update, Statement)
    assert collected(update, [STORED]).id == 7
    with pytest.raises(RowNotFound):
        collected(update, [])


def test_update_with_no_changes_only_reads() -> None:
    asked, row = script(operations("users").write.update(7, {}), [ROW])
    assert sql_of(asked) == ['select "id", "email", "active", "domain" from "users" where "id" = ?']
    assert row is ROW


def test_upsert_is_one_statement_in_a_transaction() -> None:
    users = operations("users").write
    asked, row = script(users.upsert({"id": 1, "email": "a@x"}, None), [None, [ROW], None])
    conflict = ' on conflict ("id") do update set "email" = excluded."email"'
    assert sql_of(asked) == [BEGIN, f"{INSERT}{conflict}{RETURNING}", COMMIT]
    assert row is ROW


def test_upsert_with_nothing_to_change_reads_the_row_that_is_there() -> None:
    users = operations("users").write
    asked, row = script(users.upsert({"email": "a@x"}, "email"), [None, [], ROW, None])
    assert sql_of(asked) == [
        BEGIN,
        f'insert into "users" ("email") values (?) on conflict ("email") do nothing{RETURNING}',
        'select "id", "email", "active", "domain" from "users" where "email" = ?',
        COMMIT,
    ]
    assert row is ROW
    asked = failing(users.upsert({"email": "a@x"}, "email"), [None, [], None, None], RowNotFound)
    assert sql_of(asked)[-1] is ROLLBACK


def test_upsert_needs_a_unique_key_and_its_values() -> None:
    users = operations("users").write
    with pytest.raises(QueryError, match="needs a unique key"):
        users.upsert({"id": 1, "active": True}, "active")
    with pytest.raises(QueryError, match="'id' missing"):
        users.upsert({"email": "a@x"}, None)
    with pytest.raises(QueryError, match="needs a unique key"):
        operations("log").write.upsert({"line": "x"}, None)


def rows(count: int) -> list[dict[str, Any]]:
    return [{"id": number, "email": f"{number}@x"} for number in range(count)]


def test_create_many_asks_batch_by_batch_in_one_transaction() -> None:
    users = operations("users", batch_size=3).write
    asked, created = script(users.create_many(rows(7)), [None, [0, 1, 2], [3, 4, 5], [6], None])
    assert created == list(range(7))
    assert asked[0] is BEGIN
    assert asked[-1] is COMMIT
    assert [len(parameters) // 2 for parameters in parameters_of(asked)] == [3, 3, 1]


@pytest.mark.parametrize("place", [1, 2, 3])
def test_a_failing_batch_rolls_all_of_them_back(place: int) -> None:
    users = operations("users", batch_size=3).write
    answers = [None, *[[ROW] * 3] * (place - 1), UniqueViolation("again"), None]
    asked = failing(users.create_many(rows(7)), answers, UniqueViolation)
    assert len(asked) == place + 2
    assert (asked[0], asked[-1]) == (BEGIN, ROLLBACK)


@pytest.mark.parametrize("method", ["insert_many", "upsert_many"])
def test_counted_writes_add_up_their_batches_and_read_nothing_back(method: str) -> None:
    users = operations("users", batch_size=3).write

    def made() -> Any:
        return users.insert_many(rows(7)) if method == "insert_many" else users.upsert_many(rows(7), None)

    asked, count = script(made(), [None, 3, 3, 1, None])
    assert count == 7
    assert [*asked[:1], *asked[-1:]] == [BEGIN, COMMIT]
    assert not any("returning" in str(sql) for sql in sql_of(asked))
    assert all(("on conflict" in str(sql)) == (method == "upsert_many") for sql in sql_of(asked[1:-1]))
    asked = failing(made(), [None, 3, UniqueViolation("again"), None], UniqueViolation)
    assert asked[-1] is ROLLBACK
    assert len(asked) == 4


def test_rows_of_other_columns_begin_another_statement_and_keep_their_order() -> None:
    mixed = [{"id": 1}, {"id": 2}, {"id": 3, "email": "c@x"}, {}, {"id": 5}]
    asked, created = script(operations("users").write.create_many(mixed), [None, [1, 2], [3], [4], [5], None])
    assert created == [1, 2, 3, 4, 5]
    assert parameters_of(asked) == [[1, 2], [3, "c@x"], [], [5]]


def test_one_row_in_the_place_of_many_is_a_mistake() -> None:
    with pytest.raises(QueryError, match="one row"):
        operations("users").write.create_many({"id": 1})


@given(
    st.lists(st.sampled_from([("id",), ("id", "email"), ("email", "active", "id"), ()]), max_size=30),
    st.integers(1, 8),
    st.integers(3, 12),
)
def test_batches_keep_every_row_in_order_within_both_limits(
    shapes: list[tuple[str, ...]], batch_size: int, max_variables: int
) -> None:
    users = operations("users", batch_size=batch_size, max_variables=max_variables).write
    values = {"email": "a@x", "active": True}
    given_rows = [
        {name: number if name == "id" else values[name] for name in shape} for number, shape in enumerate(shapes)
    ]
    operation = users.create_many(given_rows)
    carried: list[list[Any]] = []
    request = next(operation)
    batch: list[list[Any]] = []
    while request is not COMMIT:
        request = operation.send(batch)
        batch = _rows_of(request, max_variables)
        assert len(batch) <= batch_size
        carried += batch
    with pytest.raises(StopIteration) as end:
        operation.send(None)
    assert end.value.value == carried
    expected = [[int(value) if isinstance(value, bool) else value for value in row.values()] for row in given_rows]
    assert carried == expected


def _rows_of(statement: Request, max_variables: int) -> list[list[Any]]:
    """Split the parameters of an INSERT into its rows."""
    if not isinstance(statement, Statement):
        return []
    assert len(statement.parameters) <= max_variables
    if "default values" in statement.sql:
        return [[]]
    width = statement.sql.partition("values (")[2].partition(")")[0].count("?")
    parameters = list(statement.parameters)
    return [parameters[start : start + width] for start in range(0, len(parameters), width)]


def test_delete_tells_what_the_cursor_says() -> None:
    users, members = operations("users").write, operations("members").write
    asked, is_deleted = script(users.delete(7), [True])
    assert (sql_of(asked), is_deleted) == (['delete from "users" where "id" = ?'], True)
    asked, _ = script(members.delete((1, "chess")), [False])
    assert (sql_of(asked), parameters_of(asked)) == (
        ['delete from "members" where "user" = ? and "club" = ?'],
        [[1, "chess"]],
    )


def test_a_write_of_every_row_must_be_meant() -> None:
    users = operations("users").write
    with pytest.raises(QueryError, match="every row"):
        users.delete_many({})
    with pytest.raises(QueryError, match="every row"):
        users.update_many({}, {"active": True})
    asked, count = script(users.delete_many({}, all_rows=True), [4])
    assert sql_of(asked) == ['delete from "users"']
    assert count == 4
    asked, _ = script(users.update_many({"email": None}, {"active": True}), [1])
    assert sql_of(asked) == ['update "users" set "active" = ? where "users"."email" is null']


def test_faults_come_when_the_operation_is_made_and_nothing_is_asked() -> None:
    users = operations("users").write
    makes: list[Callable[[], object]] = [
        lambda: users.create({"id": "one"}),
        lambda: users.update(1, {"active": 1}),
        lambda: users.update("one", {"active": True}),
        lambda: users.delete(2**63),
        lambda: users.create_many([{"id": 1}, {"id": 2.5}]),
        lambda: users.upsert({"id": 1, "email": b"a"}, None),
    ]
    for make in makes:
        with pytest.raises(EncodeError, match=r"users\.(id|active|email)"):
            make()
    with pytest.raises(QueryError, match="generated"):
        users.create({"domain": "x"})


def test_atomic_commits_what_succeeds() -> None:
    asked, result = script(atomic(ask(Statement("select 1", (), nothing))), [None, "one", None])
    assert sql_of(asked) == [BEGIN, "select 1", COMMIT]
    assert str(result) == "one"


def test_atomic_rolls_back_and_tells_the_first_error() -> None:
    operation = atomic(ask(Statement("select 1", (), nothing)))
    assert sql_of(failing(operation, [None, DatabaseBusy("busy"), None], DatabaseBusy)) == [BEGIN, "select 1", ROLLBACK]


def test_atomic_that_cannot_begin_rolls_nothing_back() -> None:
    operation = atomic(ask(Statement("select 1", (), nothing)))
    assert failing(operation, [DatabaseBusy("busy")], DatabaseBusy) == [BEGIN]


def test_a_commit_that_fails_is_told_and_its_level_is_ended() -> None:
    operation = atomic(ask(Statement("select 1", (), nothing)))
    asked = failing(operation, [None, "one", DatabaseBusy("busy"), None], DatabaseBusy)
    assert sql_of(asked) == [BEGIN, "select 1", COMMIT, ROLLBACK]


def test_atomic_within_atomic_undoes_only_itself_when_its_error_is_met() -> None:
    def careful() -> Operation[Any]:
        try:
            yield from atomic(ask(Statement("insert", (), nothing)))
        except UniqueViolation:
            return (yield from ask(Statement("select", (), nothing)))

    asked, result = script(atomic(careful()), [None, None, UniqueViolation("again"), None, "found", None])
    assert sql_of(asked) == [BEGIN, BEGIN, "insert", ROLLBACK, "select", COMMIT]
    assert result == "found"


def test_many_sets_of_parameters_are_one_request() -> None:
    many = ManyStatement("insert", [[1], [2]])
    assert script(atomic(ask_many(many)), [None, 2, None]) == ([BEGIN, many, COMMIT], 2)
