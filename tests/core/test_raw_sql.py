"""What scripts and bulk writes of raw SQL ask for."""

from __future__ import annotations

import pytest

from noormme_py.client import raw_sql
from noormme_py.errors import DatabaseError, EncodeError, QueryError, TransactionError
from noormme_py.query.statement import Control, ManyStatement
from tests.core.script import failing, script, sql_of


def test_a_script_asks_statement_by_statement() -> None:
    asked, _ = script(raw_sql.script(raw_sql.split("create table a (x); insert into a values (';');")), [None, None])
    assert [str(sql).rstrip("; ") for sql in sql_of(asked)] == ["create table a (x)", "insert into a values (';')"]


def test_a_script_ends_at_the_first_statement_that_fails() -> None:
    operation = raw_sql.script(["insert 1", "insert 2", "insert 3"])
    assert sql_of(failing(operation, [None, DatabaseError("no")], DatabaseError)) == ["insert 1", "insert 2"]


@pytest.mark.parametrize("text", ["begin", "select 1; commit", "savepoint a", "insert into a values (1); vacuum"])
def test_a_script_has_no_transactions_of_its_own(text: str) -> None:
    with pytest.raises(TransactionError):
        raw_sql.split(text)


def test_many_writes_are_one_request_whose_values_are_encoded_as_they_are_taken() -> None:
    def rows() -> list[list[object]]:
        return [[1, True], [2, None]]

    asked, count = script(raw_sql.many("insert into a values (?, ?)", rows())(), [None, 2, None])
    assert count == 2
    assert (asked[0], asked[2]) == (Control.BEGIN, Control.COMMIT)
    assert isinstance(asked[1], ManyStatement)
    assert [list(row) for row in asked[1].batches] == [[1, 1], [2, None]]


def test_a_value_that_cannot_be_encoded_is_told_by_its_place() -> None:
    asked, _ = script(raw_sql.many("insert into a values (?, ?)", [[1, 2], [3, 2**63]])(), [None, 2, None])
    assert isinstance(asked[1], ManyStatement)
    with pytest.raises(EncodeError, match="parameter 2"):
        list(asked[1].batches)


def test_only_writes_are_run_many_times() -> None:
    with pytest.raises(QueryError):
        raw_sql.many("select ?", [[1]])
