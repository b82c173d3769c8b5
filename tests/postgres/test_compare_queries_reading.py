"""Workload files: what of them is run, with which parameters, and that no text is too much."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noormme_py.postgres.workload.clauses import (
    clauses_of,
    order_columns,
    with_columns,
    with_escapes,
    with_keys,
    with_names,
    with_nulls,
    with_real_division,
    without,
)
from noormme_py.postgres.workload.lexing import all_tokens, tokens
from noormme_py.postgres.workload.parameters import filled, parameters_in, read_values
from noormme_py.postgres.workload.statements import LONGEST, MOST_STATEMENTS, Recorded, read_workload


def statements(text: str) -> list[str]:
    return [one.sql for one in read_workload(text).statements]


def reasons(text: str) -> list[str | None]:
    return [one.reason for one in read_workload(text).statements]


# --- statements


@pytest.mark.parametrize(
    "sql",
    [
        "select ';'", "select 'it''s;'", r"select E'a\';b'", "select e'\\\\' || ';'", 'select 1 as "a;""b"',
        "select $$ ; $$", "select $a$ ; $$ ; $a$", "select $é$;$é$", "select 1 -- ; not here\n, 2",
        "select 1 /* ; /* ; */ ; */ + 2", "select U&'\\0061;'", "select 5 ?| array[';']",
    ],
)  # fmt: skip
def test_semicolons_end_statements_but_not_within_quotes_and_comments(sql: str) -> None:
    assert statements(f"{sql};\nselect 2;") == [sql, "select 2"]


def test_what_psql_reads_for_itself_is_passed_over() -> None:
    text = "\\timing on\n\\set x 1\nselect 1 \\gx\nselect 2;\\echo done\n\\c other\nselect 3"
    assert statements(text) == ["select 1", "select 2", "select 3"]


def test_rows_of_a_copy_are_no_statements() -> None:
    found = read_workload("copy t (a) from stdin;\n1;select 2;\n\\.\nselect 3;").statements
    assert [(one.sql, one.reason) for one in found] == [("copy t (a) from stdin", "it is no query"), ("select 3", None)]


def test_statements_have_names_lines_and_counts() -> None:
    text = "select 1;\n\n-- name: twice\n-- and a word on it\nselect 2;\nselect\n 1;\nselect 1;\n"
    assert list(read_workload(text).statements) == [
        Recorded("select 1", 1, count=2),
        Recorded("select 2", 5, "twice"),
        Recorded("select\n 1", 6),
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "select 1", "SELECT 1", "values (1)", "table t", "with x as (select 1) select * from x",
        "(select 1) union (select 2)", "select * from t for update", "select update from t", "select 'delete'",
        "with x as (values (1)) table x",
    ],
)  # fmt: skip
def test_queries_are_run(sql: str) -> None:
    assert reasons(sql) == [None]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("insert into t values (1)", "it is no query"),
        ("update t set a = 1", "it is no query"),
        ("begin", "it is no query"),
        ("explain analyze select 1", "it is no query"),
        ("create table t as select 1", "it is no query"),
        ("with gone as (delete from t returning *) select * from gone", "it writes"),
        ("with gone as materialized (/**/delete from t returning *) select 1", "it writes"),
        ("with x as (select 1) insert into t select * from x", "it writes"),
        ("with x as (select 1)", "it is no query"),
        ("select 1) to program 'true' --", "its parentheses do not match"),
        ("select (1", "its parentheses do not match"),
        ("select 'open", "a quote or a comment in it is never closed"),
        ('select "open', "a quote or a comment in it is never closed"),
        (r"select E'open\'", "a quote or a comment in it is never closed"),
        ("select $x$ open", "a quote or a comment in it is never closed"),
        ("select 1 /* open", None),
        ("select 1 \0 + 2", "it has a NUL character"),
        ("select 1 + " + "1 + " * LONGEST + "1", f"it is longer than {LONGEST:,} characters"),
    ],
    ids=lambda text: None if text is None else str(text)[:30],
)
def test_what_is_no_query_or_cannot_be_read_is_not_run(sql: str, reason: str | None) -> None:
    assert reasons(sql) == [reason]


# --- parameters


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("select $1, $2, '$3', $$ $4 $$", ["$1", "$2"]),
        ("select :id, 'a:b', x::text, :'name', a[1:n], y := 2", [":id", ":'name'"]),
        ("select %s, %(who)s, 5 % s, 5 %size, '%s'", ["%s", "%(who)s"]),
        ("select * from t where a = ? and b in (?, ?) limit ?", ["?"] * 4),
        ("select d ? 'k', d ?| array['k'], d ?& $1, (d) ? ?, a @? '$.x' from t where x=?", ["$1", "?", "?"]),
    ],
)
def test_parameters_are_told_from_operators_and_quotes(sql: str, found: list[str]) -> None:
    assert [token.text for token in parameters_in(sql)] == found


def test_a_statement_with_parameters_is_run_once_for_each_line_that_gives_them() -> None:
    text = (
        "-- params: 1, 'it''s'\n-- parameters: [-2, null]\n-- params: 1\nselect $1, $2;\n"
        "-- params: id = 3, q = E'\\n'\nselect 5 -:id, %(q)s, 5 %% 3, '%%';\n"
        '-- parameters: {":id": true}\nselect :id;\nselect $1;'
    )
    assert [(one.sql, one.reason and one.reason[:30]) for one in read_workload(text).statements] == [
        ("select 1, 'it''s'", None),
        ("select (-2), NULL", None),
        ("select $1, $2", "the values in the comment befo"),
        ("select 5 -3, E'\\n', 5 % 3, '%'", None),
        ("select true", None),
        ("select $1", "it has a parameter: give value"),
    ]


def test_values_cannot_break_out_of_their_place() -> None:
    assert read_values("1; drop table t") is None
    assert read_values("1) union select 2 -- ") is None
    assert read_values("'open") is None
    assert read_values("") is None
    assert read_values("[[1]]") is None
    assert filled("select 1 - $1", read_values("-5") or ()) == "select 1 - (-5)"
    assert filled("select $1", read_values('["a\'; drop table t; --"]') or ()) == "select 'a''; drop table t; --'"


# --- clauses


SQL = (
    "with w as (select 1 order by 1 limit 2) select distinct on (a) a, count(*), x is distinct from y,"
    " extract(year from z) as q from t where b in (select b from u order by b limit 1)"
    " order by a desc, lower(b) nulls first, 3 limit 5 offset 2 for update of t skip locked"
)
NAMES = ["a", "count", "?column?", "q"]


def test_the_clauses_of_a_query_are_found() -> None:
    found = clauses_of(SQL)
    assert [SQL[item.start : item.end] for item in found.items or ()] == [
        "a", "count(*)", "x is distinct from y", "extract(year from z) as q",
    ]  # fmt: skip
    assert [(key.text, key.is_descending, key.is_nulls_first) for key in found.order] == [
        ("a", True, True), ("lower(b)", False, True), ("3", False, False),
    ]  # fmt: skip
    assert [key.text for key in found.orders] == ["1", "b", "a", "lower(b)", "3"]
    assert order_columns(found, NAMES) == ([0, 4, 2], ["lower(b)"])
    bare = without(without(SQL, found.lock) or "", found.limit) or ""
    assert bare.endswith("order by a desc, lower(b) nulls first, 3")
    assert (with_columns(found, ["lower(b)"]) or "").count(
        'extract(year from z) as q, lower(b) AS "sort key 1" from'
    ) == 1
    assert 'count(*) AS "count", x is' in (with_names(found, NAMES, [1]) or "")
    assert "order by a desc NULLS FIRST, lower(b) nulls first, 3 NULLS LAST limit 5" in (with_nulls(found) or "")
    assert "order by f(a) desc, lower(b) nulls" in (with_keys(found, {0: "f(a)"}) or "")
    assert with_keys(found, {2: "f(3)"}) is None


def test_windows_and_compounds_have_orders_of_their_own() -> None:
    sql = "select sum(a) over (partition by b order by c desc, d rows 1 preceding) from t union select 1 order by 1"
    found = clauses_of(sql)
    assert found.items is None
    assert [key.text for key in found.order] == ["1"]
    assert "c desc NULLS FIRST, d NULLS LAST rows" in (with_nulls(found) or "")


def test_names_of_columns_are_no_clauses() -> None:
    found = clauses_of("select t.limit, x as offset, t.order from t")
    assert (found.limit, found.order, len(found.items or ())) == (None, (), 3)
    assert clauses_of("select * from t order by 1").items is None


def test_operators_are_changed_outside_of_quotes() -> None:
    assert with_real_division("select a / 2, '1/2' -- 1/2") == "select a * 1.0 / 2, '1/2' -- 1/2"
    assert with_real_division("select 1") is None
    assert (
        with_escapes("a like 'x' or b not like 'y' escape '!'") == "a like 'x' ESCAPE '\\' or b not like 'y' escape '!'"
    )


# --- any text


@given(st.text(alphabet="'\"$a1;(/*-\\ \n\x00:?%s[].,Ee", max_size=60))
def test_any_text_is_read_to_its_end_and_changed_without_an_error(text: str) -> None:
    found = list(all_tokens(text))
    assert all(text[token.start : token.end] == token.text for token in found)
    ends = [token.end for token in found]
    assert all(
        text[end : token.start].isspace() or end == token.start for end, token in zip([0, *ends], found, strict=False)
    )
    for one in read_workload(text).statements:
        assert one.sql in text or one.reason is None
    clauses = clauses_of(text)
    for made in (
        with_nulls(clauses),
        with_names(clauses, ["a"], [0]),
        with_columns(clauses, ["a"]),
        with_escapes(text),
    ):
        assert made is None or len(made) >= len(text)
    order_columns(clauses, ["a", "b"])
    read_values(text)
    parameters_in(text)


@given(
    st.lists(
        st.sampled_from("select with a , ( ) order by limit 1 for update nulls last union from / like '' $1 as".split())
    )
)
def test_any_words_in_any_order_are_no_error(words: list[str]) -> None:
    sql = " ".join(words)
    clauses = clauses_of(sql)
    with_nulls(clauses)
    with_columns(clauses, ["x"])
    without(sql, clauses.limit)
    order_columns(clauses, ["a"])
    read_workload(sql)


@pytest.mark.parametrize(
    "piece",
    ["'", '"', "$a", "/*", "insert (", "\\", "-- x\n", "?", ":a", "a" * 99 + ";", "$$;" * 50],
    ids=lambda piece: piece[:8],
)
def test_ten_million_characters_of_nonsense_are_read_to_the_end(piece: str) -> None:
    text = piece * (10_000_000 // len(piece))
    found = read_workload(text)
    assert len(found.statements) <= MOST_STATEMENTS
    assert not [one for one in found.statements if one.reason is None]


def test_ten_million_characters_of_noise_are_read_to_the_end() -> None:
    noise = "".join(random.Random(1).choices("".join(map(chr, range(32, 127))) + "\n;;;;'", k=10_000_000))
    found = read_workload(noise)
    assert not [one for one in found.statements if one.reason is None]


@pytest.mark.parametrize("text", ["", ";", " ;;\n;", "-- nothing\n", "\\q", "/* open"])
def test_an_empty_file_has_no_statements(text: str) -> None:
    assert statements(text) == []


def test_what_is_left_out_is_counted() -> None:
    found = read_workload("".join(f"select {number};" for number in range(MOST_STATEMENTS + 5)))
    assert (len(found.statements), found.left_out) == (MOST_STATEMENTS, 5)


def test_a_token_tells_the_name_it_stands_for() -> None:
    assert [token.identifier for token in tokens('Name "Na""me" U&"x"')] == ["name", 'Na"me', "x"]
