"""Plans are read into a tree: real ones of the SQLite at hand, recorded lines of other releases, and any text."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noormme_py.engine.scratch import Scratch
from noormme_py.optimize.plans.plan_lines import PlanLine, line_of
from noormme_py.optimize.plans.plan_tree import Plan, plan_of
from noormme_py.query.trial import PlanRow
from tests.optimize.laboratory import laboratory, make, plan

SCHEMA = """
    create table t (a, b, c, d);
    create index t_ab on t (a, b);
    create index t_c on t (c);
    create table u (id integer primary key, t_a, n text);
    create table w (k text primary key, v) without rowid;
    create table "odd USING INDEX x (y=?)" (k primary key);
    create virtual table f using fts5 (x);
"""


def skewed(connection: sqlite3.Connection) -> None:
    connection.executemany("insert into t values (?, ?, ?, ?)", [(i % 2, i, i % 7, i) for i in range(5000)])
    connection.executemany("insert into u values (?, ?, ?)", [(i, i % 50, str(i)) for i in range(2000)])
    connection.execute("analyze")


@pytest.fixture
def lab(tmp_path: Path) -> Generator[Scratch]:
    with laboratory(make(tmp_path / "app.db", SCHEMA)) as lab:
        yield lab


@pytest.fixture
def analysed(tmp_path: Path) -> Generator[Scratch]:
    with laboratory(make(tmp_path / "app.db", SCHEMA, skewed)) as lab:
        yield lab


def by_id(source: str, *terms: str) -> PlanLine:
    return PlanLine("search", source, terms=terms)


REAL: dict[str, list[PlanLine]] = {
    "select * from t": [PlanLine("scan", "t")],
    "select a from t": [PlanLine("scan", "t", "t_ab", is_covering=True)],
    "select * from t as x where a = 1 and b > 2": [PlanLine("search", "x", "t_ab", ("a=?", "b>?"))],
    "select a, b from t where a = 1": [PlanLine("search", "t", "t_ab", ("a=?",), is_covering=True)],
    "select * from u where id = 3": [by_id("u", "rowid=?")],
    "select * from w where k = 'a'": [by_id("w", "k=?")],
    "select max(a) from t": [PlanLine("search", "t", "t_ab", is_covering=True)],
    "select * from t where (a, b) > (1, 2)": [PlanLine("search", "t", "t_ab", ("(a,b)>(?,?)",))],
    "select * from t order by d": [PlanLine("scan", "t"), PlanLine("temp b-tree", purpose="ORDER BY")],
    "select d from t group by d": [PlanLine("scan", "t"), PlanLine("temp b-tree", purpose="GROUP BY")],
    "select distinct d from t": [PlanLine("scan", "t"), PlanLine("temp b-tree", purpose="DISTINCT")],
    "select * from t join u on t.d = u.t_a": [
        PlanLine("scan", "t"),
        PlanLine("search", "u", terms=("t_a=?",), is_covering=True, is_automatic=True),
    ],
    "select * from t left join u as y on t.d = y.id": [PlanLine("scan", "t"), by_id("y", "rowid=?")],
    "select * from t where a = 1 or c = 2": [
        PlanLine("multi-index or"),
        PlanLine("multi-index or"),
        PlanLine("search", "t", "t_ab", ("a=?",)),
        PlanLine("multi-index or"),
        PlanLine("search", "t", "t_c", ("c=?",)),
    ],
    "select (select n from u where u.t_a = t.d) from t": [
        PlanLine("scan", "t"),
        PlanLine("subquery", is_correlated=True),
        PlanLine("scan", "u"),
    ],
    "select * from t where a in (select t_a from u)": [
        PlanLine("search", "t", "t_ab", ("a=?",)),
        PlanLine("subquery"),
        PlanLine("scan", "u"),
    ],
    "select 1 union all select 2": [
        PlanLine("compound"),
        PlanLine("compound"),
        PlanLine("constant rows"),
        PlanLine("compound"),
        PlanLine("constant rows"),
    ],
    "values (1), (2), (3)": [PlanLine("constant rows")],
    "with m as materialized (select * from t) select * from m, m as other": [
        PlanLine("materialize", "m"),
        PlanLine("scan", "t"),
        PlanLine("scan", "m"),
        PlanLine("scan", "other"),
    ],
    "with recursive c (x) as (select 1 union all select x + 1 from c where x < 5) select * from c": [
        PlanLine("co-routine", "c"),
        PlanLine("recursive"),
        PlanLine("constant rows"),
        PlanLine("recursive"),
        PlanLine("scan", "c"),
        PlanLine("scan", "c"),
    ],
    "select * from f where f match 'x'": [PlanLine("virtual table", "f", terms=("0:M1",))],
    'select * from t as "a b USING INDEX c (d=?)" where a = 1': [
        PlanLine("search", "a b USING INDEX c (d=?)", "t_ab", ("a=?",))
    ],
    'select * from t as "x (y=?)"': [PlanLine("scan", "x (y=?)")],
}


@pytest.mark.parametrize("sql", REAL)
def test_a_real_plan_is_read(lab: Scratch, sql: str) -> None:
    assert [node.line for node in plan(lab, sql).walk()] == REAL[sql]


def test_statistics_bring_skip_scans_and_filters(analysed: Scratch) -> None:
    (skip,) = plan(analysed, "select * from t where b = 3").nodes
    assert skip.line == PlanLine("search", "t", "t_ab", ("ANY(a)", "b=?"))
    joined = plan(analysed, "select count(*) from t, u where t.a = u.id and u.n = 'x'")
    assert PlanLine("bloom filter", "u", terms=("id=?",)) in [node.line for node in joined.walk()]
    partial = plan(analysed, "select * from t join u on t.d = u.t_a where u.n = 5")
    assert partial.nodes[1].line == PlanLine("search", "u", terms=("n=?", "t_a=?"), is_covering=True, is_automatic=True)


OTHER_RELEASES: dict[str, PlanLine] = {
    "SCAN TABLE t": PlanLine("scan", "t"),
    "SCAN TABLE t AS x": PlanLine("scan", "x"),
    "SEARCH TABLE orders AS o USING INDEX by_user (user_id=?)": PlanLine("search", "o", "by_user", ("user_id=?",)),
    "SEARCH TABLE t USING INTEGER PRIMARY KEY (rowid=?)": PlanLine("search", "t", terms=("rowid=?",)),
    "SEARCH SUBQUERY 1 AS s USING AUTOMATIC COVERING INDEX (a=?)": PlanLine(
        "search", "s", terms=("a=?",), is_covering=True, is_automatic=True
    ),
    "SCAN TABLE f VIRTUAL TABLE INDEX 0:": PlanLine("virtual table", "f"),
    "SEARCH y USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN": PlanLine("search", "y", terms=("rowid=?",)),
    "SEARCH y USING COVERING INDEX i (a=?) EXISTS": PlanLine("search", "y", "i", ("a=?",), is_covering=True),
    "USE TEMP B-TREE FOR LAST TERM OF ORDER BY": PlanLine("temp b-tree", purpose="LAST TERM OF ORDER BY"),
    "USE TEMP B-TREE FOR LAST 2 TERMS OF ORDER BY": PlanLine("temp b-tree", purpose="LAST 2 TERMS OF ORDER BY"),
    "USE TEMP B-TREE FOR RIGHT PART OF ORDER BY": PlanLine("temp b-tree", purpose="RIGHT PART OF ORDER BY"),
    "EXECUTE CORRELATED SCALAR SUBQUERY 1": PlanLine("subquery", is_correlated=True),
    "CORRELATED LIST SUBQUERY 3": PlanLine("subquery", is_correlated=True),
    "REUSE LIST SUBQUERY 1": PlanLine("subquery"),
    "CO-ROUTINE 1": PlanLine("co-routine", "1"),
    "COMPOUND SUBQUERIES 1 AND 2 USING TEMP B-TREE (UNION)": PlanLine("compound"),
    "MERGE (EXCEPT)": PlanLine("compound"),
    "RIGHT-JOIN u": PlanLine("right join", "u"),
    "USING INDEX t_c FOR IN-OPERATOR": PlanLine("in-operator", index="t_c"),
    "USING ROWID SEARCH ON TABLE u FOR IN-OPERATOR": PlanLine("in-operator", "u"),
    "SCAN 3 CONSTANT ROWS": PlanLine("constant rows"),
    "FLY TO THE MOON": PlanLine("other"),
    "": PlanLine("other"),
}


@pytest.mark.parametrize("detail", OTHER_RELEASES)
def test_the_lines_of_other_releases_are_read(detail: str) -> None:
    assert line_of(detail) == OTHER_RELEASES[detail]


def test_the_index_that_is_known_decides_where_names_hold_the_words_of_a_plan(lab: Scratch) -> None:
    sql = 'select * from "odd USING INDEX x (y=?)" where k = 1'
    (name,) = [row[0] for row in lab.query("select name from sqlite_schema where name like 'sqlite_autoindex_odd%'")]
    assert isinstance(name, str)
    found = plan_of(lab.explain(sql), [name])
    assert found.nodes[0].line.source == "odd USING INDEX x (y=?)"
    assert found.indexes == {name}


def test_a_plan_is_shown_as_sqlite_says_it(lab: Scratch) -> None:
    found = plan(lab, "select (select n from u where u.id = t.d) from t where a = 1 order by d")
    assert found.lines() == (
        "SEARCH t USING INDEX t_ab (a=?)",
        "CORRELATED SCALAR SUBQUERY 1",
        "  SEARCH u USING INTEGER PRIMARY KEY (rowid=?)",
        "USE TEMP B-TREE FOR ORDER BY",
    )
    assert found.text == "\n".join(found.lines())
    assert found.indexes == {"t_ab"}
    assert found.to_dict()[0] == {
        "detail": "SEARCH t USING INDEX t_ab (a=?)",
        "action": "search",
        "source": "t",
        "index": "t_ab",
        "terms": ["a=?"],
    }
    assert json.loads(json.dumps(found.to_dict())) == found.to_dict()
    assert plan_of(()) == Plan()


ROWS = st.lists(st.builds(PlanRow, st.integers(0, 9), st.integers(0, 9), st.text()))
WORDS = st.lists(
    st.sampled_from("SCAN SEARCH USING COVERING INDEX AUTOMATIC PARTIAL ( ) a=? AND TABLE AS x VIRTUAL 0: ''".split())
).map(" ".join)


@given(ROWS)
def test_no_rows_fail_and_none_is_lost(rows: list[PlanRow]) -> None:
    found = plan_of(rows)
    assert sorted(node.detail for node in found.walk()) == sorted(row.detail for row in rows)
    assert len(found.lines()) == len(rows)
    json.dumps(found.to_dict())


@given(st.one_of(st.text(), WORDS, WORDS.map("SEARCH {}".format), WORDS.map("SCAN {}".format)))
def test_no_line_fails(detail: str) -> None:
    line_of(detail)


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).filter(lambda name: name.strip())


@given(alias=st.one_of(NAMES, WORDS.filter(bool)))
def test_the_name_that_a_statement_gives_is_found_again(alias: str) -> None:
    detail = f"SEARCH {alias} USING INDEX by_mail (mail=?)"
    line = line_of(detail, frozenset({"by_mail"}))
    if not alias.startswith(("TABLE ", "SUBQUERY ")):
        assert (line.source, line.index, line.terms) == (alias, "by_mail", ("mail=?",))


@given(st.integers(0, 3000))
def test_a_deep_plan_needs_no_deep_stack(depth: int) -> None:
    found = plan_of([PlanRow(at + 1, at, f"line {at}") for at in range(depth)])
    assert len(found.lines()) == depth
