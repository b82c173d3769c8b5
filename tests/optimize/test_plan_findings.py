"""What is found in plans: only what costs something, on the table that it is about."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noormme_py.engine.scratch import Scratch
from noormme_py.optimize.finding import Finding
from noormme_py.optimize.findings.plan_findings import plan_findings
from noormme_py.optimize.plans.sources import tables_by_alias
from noormme_py.optimize.plans.table_rows import rows_of_tables, texts_of_views
from noormme_py.optimize.recording.record import StatementRecord
from noormme_py.query.statement import Parameters
from tests.optimize.laboratory import laboratory, make, plan

SCHEMA = """
    create table users (id integer primary key, email text, city text);
    create table orders (id integer primary key, user_id integer, total integer, state text);
    create index orders_state on orders (state, total);
    create table kinds (id integer primary key, name text);
    create view open_orders as select * from orders as o where o.total > 5;
"""
TABLES = ("users", "orders", "kinds")


def filled(connection: sqlite3.Connection) -> None:
    connection.executemany("insert into users (email, city) values (?, ?)", [(str(n), n % 9) for n in range(1500)])
    connection.executemany(
        "insert into orders (user_id, total, state) values (?, ?, ?)",
        [(n % 1500, n % 10, "open" if n % 2 else "done") for n in range(5000)],
    )
    connection.executemany("insert into kinds (name) values (?)", [("a",), ("b",), ("c",), ("d",)])


@pytest.fixture
def lab(tmp_path: Path) -> Generator[Scratch]:
    with laboratory(make(tmp_path / "app.db", SCHEMA, filled)) as lab:
        yield lab


def found(
    lab: Scratch, sql: str, parameters: Parameters = (), *, count: int = 1, is_run: bool = False
) -> list[Finding]:
    steps = lab.run(sql, parameters).steps if is_run else None
    return plan_findings(
        StatementRecord(sql, count, call_site="app.py:7 in main"),
        plan(lab, sql, parameters),
        rows_of_tables(lab, TABLES),
        views=texts_of_views(lab),
        steps=steps,
    )


def kinds(findings: list[Finding]) -> list[tuple[str, str, str]]:
    return [(finding.kind, finding.severity, finding.subject) for finding in findings]


NOTHING = [
    "select * from kinds where name = 'a'",
    "select * from users where id = 5",
    "select * from orders where state = 'open' and total > 3",
    "select * from kinds order by name",
    "select * from users order by id limit 20",
    "select * from users u where exists (select 1 from orders where id = u.id) and u.id = 7",
    "with recursive c (x) as (select 1 union all select x + 1 from c where x < 5) select * from c",
    "select max(id) from users",
    "insert into kinds (name) values ('e')",
]


@pytest.mark.parametrize("sql", NOTHING)
def test_what_is_cheap_is_no_finding(lab: Scratch, sql: str) -> None:
    assert found(lab, sql, count=100_000) == []


WHOLE = [
    "select * from users",
    "select count(*) from users",
    "select count(*), sum(id) from users as u",
    "delete from orders returning id",
]


@pytest.mark.parametrize("sql", WHOLE)
def test_to_read_all_when_all_is_asked_for_is_told_and_no_more(lab: Scratch, sql: str) -> None:
    assert [(finding.kind, finding.severity, finding.mend) for finding in found(lab, sql, count=10**6)] == [
        ("full-scan", "info", None)
    ]


def test_a_scan_is_the_graver_the_more_it_reads(lab: Scratch) -> None:
    sql = "select * from users as u where city = ?"
    assert kinds(found(lab, sql, ["3"])) == [("full-scan", "low", "users")]
    assert kinds(found(lab, sql, ["3"], count=1000)) == [("full-scan", "medium", "users")]
    (grave,) = found(lab, sql, ["3"], count=10_000)
    assert (grave.kind, grave.severity, grave.subject) == ("full-scan", "high", "users")
    assert grave.title == "users is read from end to end"
    assert grave.evidence == "the table has 1,500 rows; the statement was run 10,000 times"
    assert (grave.sql, grave.call_site) == (sql, "app.py:7 in main")


def test_a_scan_is_found_through_a_view_and_in_writes(lab: Scratch) -> None:
    assert kinds(found(lab, "select * from open_orders where user_id = 3")) == [("full-scan", "low", "orders")]
    assert kinds(found(lab, "update orders set total = 1 where user_id = 3")) == [("full-scan", "low", "orders")]
    assert kinds(found(lab, "delete from users where email = 'x'")) == [("full-scan", "low", "users")]


def test_a_scan_that_ended_early_is_none(lab: Scratch) -> None:
    early = "select * from orders where total = 3 limit 2"
    assert kinds(found(lab, early)) == [("full-scan", "low", "orders")]
    assert kinds(found(lab, early, is_run=True)) == []
    assert kinds(found(lab, "select * from orders where total = 99 limit 2", is_run=True)) != []


def test_sorting_is_found_where_much_is_sorted(lab: Scratch) -> None:
    assert ("temp-b-tree", "info", "users") in kinds(found(lab, "select * from users where city > 2 order by email"))
    assert ("temp-b-tree", "medium", "users") in kinds(found(lab, "select * from users order by email", count=9000))
    searched = found(lab, "select * from orders where state = 'open' order by user_id", count=9000)
    assert kinds(searched) == [("temp-b-tree", "info", "orders")]
    assert searched[0].title == "Rows of orders are sorted for ORDER BY in a temporary B-tree"


def test_an_index_made_for_the_run_comes_with_the_one_to_make_for_good(lab: Scratch) -> None:
    sql = "select * from users u join orders o on o.user_id = u.id + 0 where u.city = 'x'"
    grave = next(finding for finding in found(lab, sql) if finding.kind == "automatic-index")
    assert (grave.severity, grave.subject) == ("medium", "orders")
    assert grave.mend == 'create index "orders_user_id" on "orders" ("user_id")'
    lab.query(grave.mend)
    assert [finding for finding in found(lab, sql) if finding.kind == "automatic-index"] == []


def test_a_subquery_for_each_row_is_found_only_where_it_is_long(lab: Scratch) -> None:
    long = "select email, (select count(*) from orders where user_id = u.id) from users u where u.city = 'x'"
    (correlated,) = [finding for finding in found(lab, long) if finding.kind == "correlated-subquery"]
    assert (correlated.severity, correlated.subject) == ("medium", "orders")
    short = "select total, (select email from users where id = o.user_id) from orders o where o.id = 3"
    assert found(lab, short) == []


def test_what_a_subquery_asks_for_is_not_what_is_asked_of_the_rows_around_it(lab: Scratch) -> None:
    whole = "select email, (select count(*) from orders where user_id = u.id) from users u"
    assert ("full-scan", "info", "users") in kinds(found(lab, whole))


def test_a_subquery_that_is_run_once_is_no_inner_loop(lab: Scratch) -> None:
    once = "select * from users where id in (select user_id from orders where total = 99)"
    assert kinds(found(lab, once)) == [("full-scan", "low", "orders")]
    once = "select id from users where city = 'x'"
    within = f"select (select total from orders where user_id = u.id or id in ({once})) from users u where u.id = 1"
    assert ("full-scan", "low", "users") in kinds(found(lab, within))


def test_the_inner_loop_is_graver_than_the_outer_one(lab: Scratch) -> None:
    sql = "select * from users u cross join orders o where o.total > u.id"
    assert kinds(found(lab, sql)) == [("full-scan", "medium", "orders"), ("full-scan", "low", "users")]


def test_of_two_tables_by_one_alias_the_smaller_is_meant(lab: Scratch) -> None:
    sql = "select * from (select * from kinds x where name = 'a') where id in (select id from orders x where total = 3)"
    assert [subject for _, _, subject in kinds(found(lab, sql))] in ([], ["kinds"])


ALIASES: dict[str, dict[str, set[str]]] = {
    "select * from a, b as bb, main.e join f g on g.x = 1, h": {
        "a": {"a"}, "bb": {"b"}, "e": {"e"}, "g": {"f"}, "h": {"h"}
    },
    "select f(a, b), (select max(q) from t2) from t where a in (select 1, y from j)": {
        "t2": {"t2"}, "t": {"t"}, "j": {"j"}
    },
    "update or ignore t as x set a = 1, b = 2 from u": {"x": {"t"}, "u": {"u"}},
    "insert or replace into t (a, b) select a, b from z": {"t": {"t"}, "z": {"z"}},
    'select a from [x y] "Q" natural join k left join l using (a, b), m order by a, b': {
        "q": {"x y"}, "k": {"k"}, "l": {"l"}, "m": {"m"}
    },
    "insert into t values (1) on conflict do update set a = 2": {"t": {"t"}},
    "select * from (a, b) join (c join d on 1)": {"a": {"a"}, "b": {"b"}, "c": {"c"}, "d": {"d"}},
    "select 1": {},
}  # fmt: skip


@pytest.mark.parametrize("sql", ALIASES)
def test_aliases_are_read_off_the_statement(sql: str) -> None:
    assert tables_by_alias(sql) == ALIASES[sql]


@given(
    st.one_of(st.text(), st.lists(st.sampled_from("from , ( ) join a b as . on select update".split())).map(" ".join))
)
def test_no_text_fails(sql: str) -> None:
    tables_by_alias(sql)
