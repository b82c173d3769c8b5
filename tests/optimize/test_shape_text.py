"""Statements that differ in their data alone have one shape; others have not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noormme_py.optimize.recording.shape_text import is_control, shown_sql, statement_shape
from noormme_py.optimize.workload.literals import lifted

SAME = [
    ("select * from t where a = 1", "SELECT  *\n from T -- all\n where a=?", "select * from t where a = ?"),
    ("select a from t where b in (1, 2)", "select a from t where b in (?, ?, ?)", "select a from t where b in (?)"),
    ("insert into t(a, b) values (1, null)", "insert into t (a,b) values (?,'x'),(2,3)", None),
    ("update t set a = 'it''s' where b like 'x%'", "update t set a = :a where b like @b", None),
    ("select a from t where b = -7 and c > -0x10", "select a from t where b = 7 and c > ?;", None),
    ("select * from t limit 5 offset 10", "select * from t limit ? offset ?", None),
    (
        "select * from t where a = x'00' and b = -1.5e3",
        "select * from t where a = ? and b = -?",
        "select * from t where a = ? and b = ?",
    ),
]
DIFFERENT = [
    ("select a, b from t order by 1", "select a, b from t order by 2"),
    ("select a, count(*) from t group by 1", "select a, count(*) from t group by 2"),
    ("select d ->> 'a' from t", "select d ->> 'b' from t"),
    ("select json_extract(d, '$.a') from t", "select json_extract(d, '$.b') from t"),
    ("select strftime('%Y', a) from t", "select strftime('%m', a) from t"),
    ("select a as 'x' from t", "select a as 'y' from t"),
    ("select a - 1 from t", "select a, -1 from t"),
    ("select a from t where b = a - 5", "select a from t where b = a"),
    ("select a is null from t", "select a is ? from t"),
    ('select "a" from t', 'select "A" from t'),
    ("create table t (a default 1)", "create table t (a default 2)"),
    ("pragma cache_size = 1", "pragma cache_size = 2"),
]


@pytest.mark.parametrize(("first", "second", "shape"), SAME)
def test_data_is_no_part_of_a_shape(first: str, second: str, shape: str | None) -> None:
    assert statement_shape(first) == statement_shape(second)
    assert shape is None or statement_shape(first) == shape


@pytest.mark.parametrize(("first", "second"), DIFFERENT)
def test_what_makes_another_statement_is_a_part_of_it(first: str, second: str) -> None:
    assert statement_shape(first) != statement_shape(second)


@pytest.mark.parametrize("sql", ["select ", "'", "select 'x", ")))", "values ((((", "order by (1", "\0"])
def test_no_text_raises(sql: str) -> None:
    assert statement_shape(statement_shape(sql)) == statement_shape(sql)
    shown_sql(sql)
    lifted(sql)


@given(st.text(alphabet="select from t where in values (),;'\"$%-?:a1", max_size=60))
def test_a_text_is_whole_again_with_its_literals(sql: str) -> None:
    cut = lifted(sql)
    assert cut.sql([True] * len(cut.texts)) == sql
    assert (
        len(cut.values)
        == len(cut.texts)
        == cut.sql([False] * len(cut.texts)).count("?") - "".join(cut.pieces).count("?")
    )


@pytest.mark.parametrize(
    "sql",
    [
        "analyze main.sqlite_schema",
        "drop table main.sqlite_stat1",
        "insert into main.sqlite_stat4 values (?, ?, ?, ?, ?, ?)",
        'select * from "SQLITE_stat1"',
        "pragma analysis_limit = 100",
        "pragma optimize",
        "explain query plan select 1 from t",
        "select name from sqlite_schema",
    ],
)
def test_what_serves_the_planner_is_control(sql: str) -> None:
    assert is_control(sql)


@pytest.mark.parametrize("sql", ["select a from t where b = 'sqlite_stat1'", "insert into sqlite_stats values (1)"])
def test_what_only_sounds_like_it_is_not(sql: str) -> None:
    assert not is_control(sql)


def test_a_number_below_zero_is_one_value() -> None:
    cut = lifted("select a from t where b = -7 and c > -0x10 and d = a - 5 and e < -1.5")
    assert cut.values == (-7, -16, 5, -1.5)


def test_literals_become_values_that_sqlite_would_read() -> None:
    cut = lifted(
        "select * from t where a = 'it''s' and b = 0x10 and c = 1.5 and d = x'ff' and e in (null, 99999999999999999999)"
    )
    assert cut.values == ("it's", 16, 1.5, b"\xff", None, 1e20)
    assert "it's" not in repr(cut)


def test_what_could_be_data_is_not_shown() -> None:
    sql = "select 1 from t where mail = 'ada@example.com' and kind = 'open' and n = 12345 and b = x'c0ff' and y = 2024"
    assert shown_sql(sql) == ("select 1 from t where mail = '…' and kind = 'open' and n = … and b = '…' and y = 2024")
