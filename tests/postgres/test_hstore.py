"""hstore: what is read is written again letter by letter, and PostgreSQL writes and reads the same."""

from __future__ import annotations

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noormme_py.postgres.literals.hstore import hstore_text, in_order, parse_hstore
from tests.postgres.awkward import texts
from tests.postgres.database import Database

WRITTEN: list[tuple[str, dict[str, str | None]]] = [
    ("", {}),
    ('"a"=>"1"', {"a": "1"}),
    ('"a"=>"1", "b"=>NULL, "c"=>"NULL"', {"a": "1", "b": None, "c": "NULL"}),
    ('""=>""', {"": ""}),
    ('"say \\"hi\\""=>"c:\\\\d", "x, y"=>"=>"', {'say "hi"': "c:\\d", "x, y": "=>"}),
]
MALFORMED = [
    " ",
    "a",
    "a=>1",
    '"a"',
    '"a"=>',
    '"a"=>1',
    '"a"=>"1",',
    '"a"=>"1", ',
    '"a"=>"1" "b"=>"2"',
    '"a"=>"1',
    '"a=>"1"',
]


def pairs() -> st.SearchStrategy[dict[str, str | None]]:
    return st.dictionaries(texts(), texts() | st.none(), max_size=5)


@pytest.mark.parametrize(("text", "found"), WRITTEN)
def test_an_hstore_is_read_and_written(text: str, found: dict[str, str | None]) -> None:
    assert parse_hstore(text) == found
    assert hstore_text(found) == text


@pytest.mark.parametrize("text", MALFORMED)
def test_what_postgresql_never_writes_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no hstore"):
        parse_hstore(text)


def test_a_key_that_stands_twice_is_not_lost_in_silence() -> None:
    with pytest.raises(ValueError, match="twice"):
        parse_hstore('"a"=>"1", "a"=>"2"')


def test_the_order_of_the_text_is_kept() -> None:
    assert [*parse_hstore('"b"=>"1", "a"=>"2"')] == ["b", "a"]
    assert [*in_order({"bb": "", "c": "", "é": "", "a": None})] == ["a", "c", "bb", "é"]


@given(pairs())
def test_reading_undoes_writing(made: dict[str, str | None]) -> None:
    found = parse_hstore(hstore_text(made))
    assert [*found.items()] == [*made.items()]


def test_postgresql_writes_and_reads_the_same_hstores(pg: Database) -> None:
    pg.execute("create extension hstore")
    with psycopg.connect(pg.dsn, autocommit=True) as connection:

        @settings(max_examples=150)
        @given(pairs())
        def check(made: dict[str, str | None]) -> None:
            (written,) = connection.execute(
                "select hstore(%s::text[], %s::text[])::text", ([*made], [*made.values()])
            ).fetchone() or ("",)
            assert hstore_text(in_order(made)) == written
            assert parse_hstore(written) == made
            assert connection.execute("select (%s::hstore)::text", (hstore_text(made),)).fetchone() == (written,)

        check()
