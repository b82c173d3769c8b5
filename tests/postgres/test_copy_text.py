"""COPY's text format, read and written: what goes in comes out, and PostgreSQL writes it the same way."""

from __future__ import annotations

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from noormme_py.postgres.server.copy_text import columns_of, lines_of
from tests.postgres.database import Database

VALUES = st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
AWKWARD = st.sampled_from(
    ["\\N", "\\", "\\\\", "", "\t", "\n", "\r\n", "a\\Nb", "\\.", "\x01\b\f\v", "ünï 🐍", "\\\\N"]
)


@given(st.integers(1, 4).flatmap(lambda width: st.lists(st.tuples(*[VALUES | AWKWARD] * width), min_size=1)))
def test_what_is_written_is_read_back(rows: list[tuple[str | None, ...]]) -> None:
    columns = [list(column) for column in zip(*rows, strict=True)]
    written = lines_of(columns)
    assert [list(column) for column in columns_of(written.splitlines(keepends=True) and [written])] == columns


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.lists(st.tuples(VALUES | AWKWARD, VALUES | AWKWARD), min_size=1, max_size=20))
def test_postgresql_writes_and_reads_the_same_text(pg: Database, rows: list[tuple[str | None, str | None]]) -> None:
    with psycopg.connect(pg.dsn) as connection:
        connection.execute("create temp table t (n serial, a text, b text)")
        columns = [[row[0] for row in rows], [row[1] for row in rows]]
        with connection.cursor().copy("copy t (a, b) from stdin") as copy:
            copy.write(lines_of(columns))
        assert connection.execute("select a, b from t order by n").fetchall() == rows
        with connection.cursor().copy("copy (select a, b from t order by n) to stdout") as copy:
            lines = [bytes(line) for line in copy]
    assert b"".join(lines) == lines_of(columns)
    assert [list(column) for column in columns_of(lines)] == columns
