"""Statements are found in logs as several libraries write them."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noormme_py.optimize.workload.log_reading import record_of_log
from noormme_py.query.statement import Parameters

SQLALCHEMY = """\
2026-03-09 12:00:00,000 INFO sqlalchemy.engine.Engine BEGIN (implicit)
2026-03-09 12:00:00,001 INFO sqlalchemy.engine.Engine SELECT users.id AS users_id, users.name AS users_name
FROM users
WHERE users.name = ? AND users.kind IN (?, ?)
 LIMIT ? OFFSET ?
2026-03-09 12:00:00,001 INFO sqlalchemy.engine.Engine [generated in 0.00012s] ('ada', 'a', 'b', 1, 0)
2026-03-09 12:00:00,002 INFO sqlalchemy.engine.Engine SELECT users.id AS users_id, users.name AS users_name
FROM users
WHERE users.name = ? AND users.kind IN (?, ?)
 LIMIT ? OFFSET ?
2026-03-09 12:00:00,002 INFO sqlalchemy.engine.Engine [cached since 0.001s ago] ('bob', 'a', 'b', 1, 0)
2026-03-09 12:00:00,003 INFO sqlalchemy.engine.Engine INSERT INTO users (name) VALUES (?)
2026-03-09 12:00:00,003 INFO sqlalchemy.engine.Engine [generated in 0.00010s] [('eve',), ('mallory',)]
2026-03-09 12:00:00,004 INFO sqlalchemy.engine.Engine DELETE FROM users WHERE id = :id
2026-03-09 12:00:00,004 INFO sqlalchemy.engine.Engine [raw sql] {'id': 4}
2026-03-09 12:00:00,005 INFO sqlalchemy.engine.Engine COMMIT
"""
DJANGO = """\
(0.002) SELECT "user"."id" FROM "user" WHERE "user"."name" = 'ada; args=(' LIMIT 21; args=('ada; args=(',); alias=b
[09/Mar/2026] DEBUG (0.004) SELECT "user"."id" FROM "user" WHERE "user"."name" = 'bob' LIMIT 21; args=('bob',); alias=b
(0.001) BEGIN; args=None; alias=default
"""
JSON = """\
{"level": "debug", "sql": "select * from t where a = ?", "duration_ms": 1.5, "params": [4]}
{"statement": "select * from t where a = ?", "parameters": [5], "duration_ms": "slow"}
{"query": "select * from t where a = 6"}
{"message": "no statement here"}
{"sql": 5}
"""


def told(log: str) -> list[tuple[str, int, tuple[Parameters, ...]]]:
    return [(one.sql, one.count, one.samples) for one in record_of_log(log.splitlines(keepends=True)).record.statements]


def ignored(log: str) -> tuple[str, ...]:
    return record_of_log(log.splitlines()).notes


def test_the_echo_of_sqlalchemy_is_read_with_its_parameters() -> None:
    select = (
        "SELECT users.id AS users_id, users.name AS users_name\nFROM users\n"
        "WHERE users.name = ? AND users.kind IN (?, ?)\n LIMIT ? OFFSET ?"
    )
    assert sorted(told(SQLALCHEMY)) == [
        ("DELETE FROM users WHERE id = :id", 1, ({"id": 4},)),
        ("INSERT INTO users (name) VALUES (?)", 2, (("eve",), ("mallory",))),
        (select, 2, (("ada", "a", "b", 1, 0), ("bob", "a", "b", 1, 0))),
    ]
    assert ignored(SQLALCHEMY) == ()


def test_the_log_of_django_is_read_with_its_times() -> None:
    (one,) = record_of_log(DJANGO.splitlines()).record.statements
    assert one.sql == 'SELECT "user"."id" FROM "user" WHERE "user"."name" = ? LIMIT ?'
    assert one.samples == (("ada; args=(", 21), ("bob", 21))
    assert (one.count, one.total_ns, one.max_ns) == (2, 6_000_000, 4_000_000)
    assert ignored(DJANGO) == ()


def test_lines_of_json_are_read_with_other_names_for_the_keys_too() -> None:
    (one,) = record_of_log(JSON.splitlines()).record.statements
    assert (one.sql, one.count, one.total_ns) == ("select * from t where a = ?", 3, 1_500_000)
    assert one.samples == ((4,), (5,), (6,))
    assert ignored(JSON) == ("Left out: 2 lines that could not be understood.",)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("insert into t (a, b)", "select a, b from u"),
        ("with x as (", "select a from u) select a from x"),
        ("with x as (select a from u)", "select a from x"),
        ("select a,", "b from u"),
        ("SELECT a FROM t WHERE", "b = ?"),
        ("select a from t", "order by b"),
    ],
)
def test_a_statement_goes_on_where_it_is_not_complete(first: str, second: str) -> None:
    assert told(f"{first}\n{second}\nselect c from d\n")[0][0] == f"{first}\n{second}"


def test_what_the_driver_of_python_traces_is_read() -> None:
    lines: list[str] = []
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("create table t (a, b)")
        connection.set_trace_callback(lines.append)
        connection.execute("insert into t values (?, ?)", (1, "it's"))
        for number in range(3):
            connection.execute("select *\n  from t\n where a = ?", (number,)).fetchall()
        connection.commit()
    log = "".join(f"{line}\n" for line in lines)
    found = {sql.split()[0]: (count, samples) for sql, count, samples in told(log)}
    assert found["select"] == (3, ((0,), (1,), (2,)))
    assert found["insert"][0] == 1
    assert ignored(log) == ()


@pytest.mark.parametrize(
    "line",
    [
        "SELECT a FROM t WHERE b = 5;",
        "DEBUG:db:SELECT a FROM t WHERE b = 5",
        "2026-03-09 12:00 [12] app.db: SELECT a FROM t WHERE b = 5",
        'slow query "SELECT a FROM t WHERE b = 5" took 12 ms',
        "    select a from t where b = 5",
    ],
)
def test_a_statement_is_found_behind_any_head(line: str) -> None:
    ((sql, count, samples),) = told(line)
    assert sql.lower() == "select a from t where b = ?"
    assert (count, samples) == (1, ((5,),))


@pytest.mark.parametrize(
    "line",
    [
        "please select one of the items",
        "Traceback (most recent call last):",
        "the update failed with an error",
        '{"sql": ',
        "x" * 200_000,
        "(0.001) " * 5_000,
        "On start, set up the order of groups",
        "\x00\ud800",
    ],
)
def test_other_lines_are_ignored_and_counted(line: str) -> None:
    assert told(f"select a from t\n{line}\n") == [("select a from t", 1, ())]
    assert ignored(line) == ("Left out: 1 line that could not be understood.",)


def test_the_same_constant_time_and_again_stays_in_the_text() -> None:
    log = "\n".join(f"select a from t where kind = 'open' and mail = 'a@b.c' and id = {number}" for number in range(20))
    ((sql, count, samples),) = told(log)
    # An address may be somebody's, however often it is there.
    assert (sql, count) == ("select a from t where kind = 'open' and mail = ? and id = ?", 20)
    assert samples[1] == ("a@b.c", 1)


def test_a_value_that_is_there_once_does_not_stay_in_the_text() -> None:
    ((sql, _, _),) = told("select a from t where name = 'ada'")
    assert sql == "select a from t where name = ?"


def test_only_so_many_different_statements_are_kept() -> None:
    log = (f"select a{number} from t" for number in range(2_500))
    workload = record_of_log(log)
    assert len(workload.record.statements) == 2_000
    assert workload.notes == ("Left out: 500 runs that came after too many different statements.",)


@given(st.text(max_size=200), st.text(alphabet="select from t (0.1) args=;[]{}'\"\n?:", max_size=120))
def test_no_log_raises(first: str, second: str) -> None:
    record_of_log([first, second, "[generated in 0.1s] " + second, "{" + second, *second.splitlines()])
