"""Arrays: what is read is written again letter by letter, and PostgreSQL writes and reads the same."""

from __future__ import annotations

import sys
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noormme_py.postgres.literals.arrays import Nested, array_text, counts_from_one, parse_array, sizes_of
from tests.postgres.awkward import texts
from tests.postgres.database import Database

WRITTEN: list[tuple[str, str, Nested]] = [
    ("{}", "", []),
    ("{1}", "", ["1"]),
    ("{1,NULL,-3}", "", ["1", None, "-3"]),
    ('{"","NULL","null","a b"}', "", ["", "NULL", "null", "a b"]),
    ('{"a,b","{","}","\\"","\\\\"}', "", ["a,b", "{", "}", '"', "\\"]),
    ("{{1,2},{3,4},{5,NULL}}", "", [["1", "2"], ["3", "4"], ["5", None]]),
    ("{{{a}}}", "", [[["a"]]]),
    ("[2:3]={1,2}", "[2:3]", ["1", "2"]),
    ("[-1:0][5:5]={{1},{2}}", "[-1:0][5:5]", [["1"], ["2"]]),
]
MALFORMED = """
{ } {{} {}} {a {a}} {a}b a {,} {a,} {,a} {a,,b} {{a},b} {a,{b}} {{a},{b,c}} {{}} {{},{}}
{"a} {"a\\"} {"a"b} {a"b"} {a\\b} {a}{b}
{{{{{{{a}}}}}}} [2:3] [2:3]= [2:3]={a} [2:3]{a,b} [2]={a} [:]={a} [1:1][1:2]={a} []={} [1:1]={} "a" ,
""".split()


@st.composite
def nested(draw: st.DrawFn) -> Nested:
    """An array of any dimensions, each list of one dimension as long as the others."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=4))

    def values(level: int) -> Nested:
        if level == len(sizes):
            return draw(st.lists(texts() | st.none(), min_size=1, max_size=1))
        inner: list[Nested] = [values(level + 1) for _ in range(sizes[level])]
        return [*inner] if level + 1 < len(sizes) else [part[0] for part in inner]

    return values(0)


@pytest.mark.parametrize(("text", "bounds", "values"), WRITTEN)
def test_an_array_is_read_and_written(text: str, bounds: str, values: Nested) -> None:
    assert parse_array(text) == (bounds, values)
    assert array_text(bounds, values) == text


@pytest.mark.parametrize("text", ["", " ", "{a b}", "{ a}", "{a }", " {a}", "{a} ", "{a\n}", *MALFORMED])
def test_what_postgresql_never_writes_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="array"):
        parse_array(text)


@given(nested(), st.sampled_from([",", ";", "-"]))
def test_reading_undoes_writing(values: Nested, delimiter: str) -> None:
    text = array_text("", values, delimiter)
    assert parse_array(text, delimiter) == ("", values)
    assert array_text(*parse_array(text, delimiter), delimiter) == text


@given(st.text('{}[]",\\ aN:=1-', max_size=12))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        bounds, values = parse_array(text)
    except ValueError:
        return
    assert parse_array(array_text(bounds, values)) == (bounds, values)


def test_an_array_of_boxes_has_semicolons() -> None:
    assert parse_array("{(1,1),(0,0);(2,2),(1,1)}", ";") == ("", ["(1,1),(0,0)", "(2,2),(1,1)"])
    assert array_text("", ["(1,1),(0,0)", "a;b"], ";") == '{(1,1),(0,0);"a;b"}'


def test_an_unclosed_quote_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="no array"):
        parse_array('{"' + "a" * 100_000 + "\\")


def test_only_ascii_letters_spell_null() -> None:
    assert [c for c in map(chr, range(sys.maxunicode + 1)) if c.upper() in "NUL" and c not in "NULnul"] == []


def test_lists_of_one_dimension_are_of_one_length() -> None:
    assert sizes_of([["1", "2"], ["3", None]]) == (2, 2)
    raggeds: list[Nested] = [[["1"], ["2", "3"]], [["1"], None], [None, ["1"]], [["1"], [["2"]]]]
    for ragged in raggeds:
        with pytest.raises(ValueError, match="one length"):
            sizes_of(ragged)


def test_bounds_that_count_from_one_are_known() -> None:
    assert counts_from_one("[1:3][1:1]")
    assert not counts_from_one("[1:3][0:1]")
    with pytest.raises(ValueError, match="bounds"):
        counts_from_one("[1:3")


def test_postgresql_writes_and_reads_the_same_arrays(pg: Database) -> None:
    with psycopg.connect(pg.dsn, autocommit=True) as connection:

        def text_of(sql: str, value: Any) -> Any:
            (row,) = connection.execute(sql.encode(), (value,)).fetchall()
            return row[0]

        @settings(max_examples=150)
        @given(nested())
        def check(values: Nested) -> None:
            written = text_of("select %s::text[]::text", values)
            assert array_text("", values) == written
            assert parse_array(written) == ("", values)
            assert text_of("select %s::text[]::text", array_text("", values)) == written

        @given(st.lists(texts() | st.none(), min_size=1, max_size=4), st.integers(-3, 3))
        def check_bounds(values: Nested, lower: int) -> None:
            bounds = f"[{lower}:{lower + len(values) - 1}]"
            written = text_of("select %s::text[]::text", array_text(bounds, values))
            assert parse_array(written) == ("" if lower == 1 else bounds, values)
            assert array_text(*parse_array(written)) == written

        check()
        check_bounds()
        assert text_of("select array_fill(null::int, array[2,1], array[0,4])::text || %s", "") == (
            array_text("[0:1][4:4]", [[None], [None]])
        )
        boxes = text_of("select array['(2,2),(1,1)', '(3,3),(0,0)']::box[]::text || %s", "")
        assert array_text(*parse_array(boxes, ";"), ";") == boxes == "{(2,2),(1,1);(3,3),(0,0)}"
