"""Ranges and multiranges: what is read is written again letter by letter, and PostgreSQL writes and reads the same."""

from __future__ import annotations

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noormme_py.postgres.literals.ranges import (
    RangeParts,
    multirange_text,
    parse_multirange,
    parse_range,
    range_text,
)
from tests.postgres.awkward import texts
from tests.postgres.database import Database

WRITTEN: list[tuple[str, RangeParts | None]] = [
    ("empty", None),
    ("[1,5)", RangeParts("1", "5")),
    ("(,)", RangeParts(None, None, "()")),
    ("(,5]", RangeParts(None, "5", "(]")),
    ('["",b)', RangeParts("", "b")),
    ('["2024-01-01 00:00:00",infinity)', RangeParts("2024-01-01 00:00:00", "infinity")),
    ('("a,b","c""d\\\\")', RangeParts("a,b", 'c"d\\', "()")),
    ('["[","]"]', RangeParts("[", "]", "[]")),
]
MALFORMED = [
    "",
    "Empty!",
    "[1,5",
    "1,5)",
    "[1)",
    "[1,2,3)",
    "[1,5)x",
    '["1,5)',
    '["1"x,5)',
    "[(,5)",
    "[1\\,5)",
    "{1,5}",
]
MULTIRANGES: list[tuple[str, list[str]]] = [
    ("{}", []),
    ("{[1,3)}", ["[1,3)"]),
    ("{[1,3),[5,7),(9,)}", ["[1,3)", "[5,7)", "(9,)"]),
    ('{["a,]}","b""")}', ['["a,]}","b""")']),
]
NO_MULTIRANGES = [
    "",
    "{",
    "}",
    "[1,3)",
    "{[1,3)",
    "[1,3)}",
    "{[1,3)}}",
    "{[1,3),}",
    "{,[1,3)}",
    "{[1,3)[5,7)}",
    "{empty}",
    "{1}",
]


def ranges() -> st.SearchStrategy[RangeParts]:
    def made(lower: str | None, upper: str | None, bounds: str) -> RangeParts:
        if lower is not None and upper is not None and lower > upper:
            lower, upper = upper, lower
        return RangeParts(lower, upper, ("(" if lower is None else bounds[0]) + (")" if upper is None else bounds[1]))

    return st.builds(made, texts() | st.none(), texts() | st.none(), st.sampled_from(["[)", "[]", "(]", "()"]))


@pytest.mark.parametrize(("text", "parts"), WRITTEN)
def test_a_range_is_read_and_written(text: str, parts: RangeParts | None) -> None:
    assert parse_range(text) == parts
    assert range_text(parts) == text


@pytest.mark.parametrize("text", MALFORMED)
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no range"):
        parse_range(text)


@pytest.mark.parametrize(("text", "inner"), MULTIRANGES)
def test_a_multirange_is_read_and_written(text: str, inner: list[str]) -> None:
    assert parse_multirange(text) == inner
    assert multirange_text(inner) == text


@pytest.mark.parametrize("text", NO_MULTIRANGES)
def test_what_is_no_multirange_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no multirange"):
        parse_multirange(text)


def test_no_bound_is_never_included() -> None:
    assert range_text(RangeParts(None, None, "[]")) == "(,)"


@given(st.lists(ranges(), max_size=4))
def test_reading_undoes_writing(made: list[RangeParts]) -> None:
    inner = [range_text(parts) for parts in made]
    assert [parse_range(text) for text in inner] == made
    assert parse_multirange(multirange_text(inner)) == inner


@given(st.text('()[]{}",\\ a', max_size=12).map("[{}".format))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parts = parse_range(text)
    except ValueError:
        return
    written = range_text(parts)
    assert range_text(parse_range(written)) == written
    assert parse_multirange(multirange_text([written])) == [written]


def test_postgresql_writes_and_reads_the_same_ranges(pg: Database) -> None:
    pg.execute('create type words as range (subtype = text, collation = "C", multirange_type_name = many_words)')
    with psycopg.connect(pg.dsn, autocommit=True) as connection:

        @settings(max_examples=150)
        @given(ranges())
        def check(parts: RangeParts) -> None:
            given_parts = (parts.lower, parts.upper, parts.bounds)
            (written,) = connection.execute("select words(%s, %s, %s)::text", given_parts).fetchone() or ("",)
            is_empty = parts.lower is not None and parts.lower == parts.upper and parts.bounds != "[]"
            assert parse_range(written) == (None if is_empty else parts)
            assert range_text(parse_range(written)) == written
            assert connection.execute("select (%s::words)::text", (range_text(parts),)).fetchone() == (written,)

        @given(st.lists(ranges(), max_size=4))
        def check_multiranges(made: list[RangeParts]) -> None:
            text = multirange_text(map(range_text, made))
            (written,) = connection.execute("select (%s::many_words)::text", (text,)).fetchone() or ("",)
            inner = parse_multirange(written)
            assert multirange_text(range_text(parse_range(part)) for part in inner) == written
            assert connection.execute("select (%s::many_words)::text", (written,)).fetchone() == (written,)

        check()
        check_multiranges()
