"""Rows of composite types: what is read is written again letter by letter, and PostgreSQL writes and reads the same."""

from __future__ import annotations

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noormme_py.postgres.literals.composites import composite_text, parse_composite
from tests.postgres.awkward import texts
from tests.postgres.database import Database

WRITTEN: list[tuple[str, list[str | None]]] = [
    ("()", [None]),
    ('("")', [""]),
    ("(,)", [None, None]),
    ("(1,abc)", ["1", "abc"]),
    ('(1,,"")', ["1", None, ""]),
    ('("a b","a,b","(",")")', ["a b", "a,b", "(", ")"]),
    ('("say ""hi""","c:\\\\d")', ['say "hi"', "c:\\d"]),
    ("(NULL,[1,{2})", ["NULL", "[1", "{2}"]),
    ('("(1,""a """"b"""""")",x)', ['(1,"a ""b""")', "x"]),
]
MALFORMED = [
    "",
    "(",
    ")",
    "a",
    "(a",
    "a)",
    "(a)b",
    "(a))",
    "((a)",
    '("a)',
    '("a"b)',
    '(a"b")',
    "(a\\b)",
    "(a,",
    '("a",',
    "{a}",
]


def rows() -> st.SearchStrategy[list[str | None]]:
    return st.lists(texts() | st.none(), min_size=1, max_size=5)


@pytest.mark.parametrize(("text", "values"), WRITTEN)
def test_a_row_is_read_and_written(text: str, values: list[str | None]) -> None:
    assert parse_composite(text) == values
    assert composite_text(values) == text


@pytest.mark.parametrize("text", MALFORMED)
def test_what_postgresql_never_writes_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no row"):
        parse_composite(text)


@given(rows())
def test_reading_undoes_writing(values: list[str | None]) -> None:
    assert parse_composite(composite_text(values)) == values


@given(st.text('()",\\ a', max_size=12))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        values = parse_composite(text)
    except ValueError:
        return
    assert parse_composite(composite_text(values)) == values


def test_quotes_that_nobody_needs_are_read() -> None:
    assert parse_composite('("à","a")') == ["à", "a"]


def test_an_unclosed_quote_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="no row"):
        parse_composite('("' + "a" * 100_000 + "\\")


def test_postgresql_writes_and_reads_the_same_rows(pg: Database) -> None:
    pg.execute("create type one as (a text); create type three as (a text, b text, c text)")
    with psycopg.connect(pg.dsn, autocommit=True) as connection:

        @settings(max_examples=150)
        @given(st.lists(texts() | st.none(), min_size=3, max_size=3))
        def check(values: list[str | None]) -> None:
            written = connection.execute(
                "select row(%(a)s::text)::text, row(%(a)s::text, %(b)s::text, %(c)s::text)::text",
                dict(zip("abc", values, strict=True)),
            ).fetchone()
            one, three = composite_text(values[:1]), composite_text(values)
            assert written == (one, three)
            assert (parse_composite(one), parse_composite(three)) == (values[:1], values)
            read = connection.execute("select (%s::one)::text, (%s::three)::text", (one, three)).fetchone()
            assert read == written

        check()
