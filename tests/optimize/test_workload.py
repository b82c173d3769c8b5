"""A file of SQL is a workload: counts and parameters stand in comments."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noormme_py.optimize.workload.workload import record_of_sql
from noormme_py.query.statement import Parameters


def told(text: str) -> list[tuple[str, int, tuple[Parameters, ...]]]:
    return [(one.sql, one.count, one.samples) for one in record_of_sql(text).record.statements]


def test_counts_and_parameters_stand_before_a_statement() -> None:
    text = """
    -- The page of a customer. count: 3 is no directive here.
    -- count: 250
    -- parameters: [1, "x"]
    -- Parameters: [2, null]
    select * from orders where customer_id = ? and status = ?;

    /* nothing */
    -- parameters: {"id": 7}
    select * from customers where id = :id; select 1
    """
    assert told(text) == [
        ("select * from orders where customer_id = ? and status = ?", 250, ((1, "x"), (2, None))),
        ("select * from customers where id = :id", 1, ({"id": 7},)),
        ("select 1", 1, ()),
    ]


def test_without_a_count_it_is_run_once_for_each_set_of_parameters() -> None:
    assert told("-- parameters: [1]\n-- parameters: [2]\nselect ?") == [("select ?", 2, ((1,), (2,)))]


def test_the_same_statement_adds_up_however_it_is_laid_out() -> None:
    text = "-- count: 5\nselect a from t where b = 'x';\nSELECT a\nFROM t WHERE b='x'; select a from t where b = 'y'"
    assert told(text) == [("select a from t where b = 'x'", 6, ()), ("select a from t where b = 'y'", 1, ())]


def test_many_texts_of_one_shape_become_one_statement_with_parameters() -> None:
    text = ";".join(f"select a from t where b = {number} and c = 'open'" for number in range(40))
    ((sql, count, samples),) = told(text)
    assert (sql, count) == ("select a from t where b = ? and c = 'open'", 40)
    assert samples[:2] == ((0,), (1,))
    assert len(samples) == 8


def test_a_semicolon_in_a_text_or_a_trigger_ends_nothing() -> None:
    text = "select ';' from t; create trigger x after insert on t begin update t set a = 1; end; delete from t"
    assert [sql for sql, _, _ in told(text)] == ["select ';' from t", "delete from t"]


def test_a_statement_inside_of_a_comment_is_none() -> None:
    assert told("-- select 1;\n-- count: 3\nselect 1;") == [("select 1", 3, ())]


@pytest.mark.parametrize(
    "line",
    [
        "-- count: many",
        "-- count: -1",
        "-- count: 1e400",
        "-- count: true and more",
        "-- parameters: [",
        "-- parameters: " + "[" * 100_000,
        '-- parameters: [{"a": 1}]',
        "-- parameters: [1, 2]",
        "-- parameters: 5",
        '-- parameters: ["\\ud800"]',
        "-- parameters: [18446744073709551616]",
    ],
)
def test_a_directive_that_is_not_understood_is_told_and_does_no_harm(line: str) -> None:
    workload = record_of_sql(f"{line}\nselect a from t where b = ?")
    (one,) = workload.record.statements
    assert (one.sql, one.samples) == ("select a from t where b = ?", ())
    assert workload.notes == ("Left out: 1 comment that could not be understood.",)


def test_what_reads_and_writes_no_rows_is_left_out_and_told() -> None:
    workload = record_of_sql("begin; pragma user_version; create table t (a); select 1; commit")
    assert [one.sql for one in workload.record.statements] == ["select 1"]
    assert workload.notes == ("Left out: 4 statements that neither read nor write rows.",)


def test_parameters_stay_out_of_the_repr() -> None:
    assert "secret" not in repr(record_of_sql('-- parameters: ["secret"]\nselect ?'))


@given(st.text(alphabet="-count: parameters[]{}\"1;'\nselect?", max_size=80))
def test_no_text_raises(text: str) -> None:
    record_of_sql(text)
