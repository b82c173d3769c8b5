"""Rows of every type, drawn at random: both sides' hashes agree, and what is read back is what PostgreSQL has."""

from __future__ import annotations

import math
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Json, Jsonb

from noormme_py.transfer.sync import export, transfer, validate
from tests.postgres.database import Database

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
DATES = st.dates(date(1, 1, 1), date(9999, 12, 31))
MOMENTS = st.datetimes()
INTERVALS = st.tuples(st.integers(-1000, 1000), st.integers(-1000, 1000), st.integers(-(10**12), 10**12)).map(
    lambda parts: f"{parts[0]} months {parts[1]} days {parts[2]} microseconds"
)
BCS = st.sampled_from(["0044-03-15 BC", "infinity", "-infinity", "12026-01-01", "0001-01-01 BC"])
FLOATS = st.floats().map(lambda value: repr(value) if math.isfinite(value) else str(value))
FLOATS32 = st.floats(width=32).map(lambda value: repr(value) if math.isfinite(value) else str(value))
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=None, min_value=-(10**30), max_value=10**30)


def array_of(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def written(elements: Sequence[str | None]) -> str:
        parts = [
            "NULL" if one is None else '"' + one.replace("\\", "\\\\").replace('"', '\\"') + '"' for one in elements
        ]
        return "{" + ",".join(parts) + "}"

    return st.lists(st.none() | values, max_size=4).map(written)


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
).map(lambda value: Jsonb(value))

# A column's type, and texts that PostgreSQL takes for it.
TYPES: dict[str, st.SearchStrategy[Any]] = {
    "smallint": st.integers(-(2**15), 2**15 - 1).map(str),
    "integer": st.integers(-(2**31), 2**31 - 1).map(str),
    "bigint": st.integers(-(2**63), 2**63 - 1).map(str),
    "oid": st.integers(0, 2**32 - 1).map(str),
    "boolean": st.sampled_from(["t", "f"]),
    "real": FLOATS32,
    "double precision": FLOATS,
    "numeric": DECIMALS.map(lambda value: format(value, "f")) | st.sampled_from(["NaN", "Infinity", "-Infinity"]),
    "numeric(10,2)": st.integers(-(10**10) + 1, 10**10 - 1).map(lambda value: str(Decimal(value).scaleb(-2))),
    "numeric(15,15)": st.integers(-(10**15) + 1, 10**15 - 1).map(lambda value: format(Decimal(value).scaleb(-15), "f")),
    "numeric(15)": st.integers(-(10**15) + 1, 10**15 - 1).map(str),
    "numeric(40,20)": DECIMALS.map(lambda value: format(value % 10**19, "f")),
    "money": st.integers(-(2**63), 2**63 - 1).map(lambda value: str(Decimal(value).scaleb(-2))),
    "text": TEXTS,
    "varchar(20)": TEXTS,
    "char(20)": TEXTS,
    '"char"': st.sampled_from(["", "a", "~"]),
    "citext": TEXTS,
    "bytea": st.binary(max_size=20).map(lambda value: "\\x" + value.hex()),
    "date": DATES.map(str) | BCS,
    "time": st.times().map(str) | st.just("24:00:00"),
    "timetz": st.tuples(st.times(), st.sampled_from(["+00", "-05:30", "+14"])).map(
        lambda parts: f"{parts[0]}{parts[1]}"
    ),
    "timestamp": MOMENTS.map(str) | BCS,
    "timestamptz": MOMENTS.map(lambda moment: f"{moment}+00") | BCS,
    "timestamp(3)": MOMENTS.map(str),
    "interval": INTERVALS,
    "uuid": st.uuids().map(str),
    "json": JSONS.map(lambda value: Json(value.obj)),
    "jsonb": JSONS,
    "inet": st.ip_addresses(v=4).map(str),
    "cidr": st.ip_addresses(v=6).map(str),
    "macaddr": st.integers(0, 2**48 - 1).map(lambda value: f"{value:012x}"),
    "bit(5)": st.text("01", min_size=5, max_size=5),
    "bit varying(9)": st.text("01", max_size=9),
    "mood": st.sampled_from(["sad", "so, so", 'it\'s "ok"']),
    "price": st.integers(0, 10**6).map(str),
    "integer[]": array_of(st.integers(-(2**31), 2**31 - 1).map(str)),
    "text[]": array_of(TEXTS),
    "timestamptz[]": array_of(MOMENTS.map(lambda moment: f"{moment}+00")),
    "int4range": st.tuples(st.integers(-100, 100), st.integers(0, 100)).map(lambda p: f"[{p[0]},{p[0] + p[1]})"),
    "daterange": DATES.map(lambda day: f"[{day},)"),
    "place": st.tuples(TEXTS, st.integers(0, 9)),
}
SCHEMA = f"""
create extension citext;
create type mood as enum ('sad', 'so, so', 'it''s "ok"');
create domain price as integer check (value >= 0);
create type place as (name text, number int);
create table t (id serial primary key, {", ".join(f"c{at} {kind}" for at, kind in enumerate(TYPES))})
"""


@st.composite
def rows(draw: st.DrawFn) -> list[list[Any]]:
    return [[draw(st.none() | values) for values in TYPES.values()] for _ in range(draw(st.integers(1, 8)))]


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(rows())
def test_rows_of_every_type_are_the_same_on_both_sides(pg: Database, drawn: list[list[Any]]) -> None:
    with psycopg.connect(pg.dsn, autocommit=True) as connection:
        connection.execute(f"drop schema public cascade; create schema public; {SCHEMA}".encode())
        marks = ", ".join(f"%s::{kind}" for kind in TYPES)
        columns = ", ".join(f"c{at}" for at in range(len(TYPES)))
        for row in drawn:
            connection.execute(f"insert into t ({columns}) values ({marks})".encode(), row)
        before = connection.execute("select t::text from t order by id").fetchall()
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "app.db"
        report = transfer(pg.dsn, target)
        assert (report.rows, all(table.is_verified for table in report.tables)) == (len(drawn), True)
        assert validate(pg.dsn, target).is_equal
        with closing(sqlite3.connect(target)) as db:
            # What SQLite itself says of some of them, without any of our converters.
            texts = db.execute("select id, c2, c13 from t order by id").fetchall()
        assert texts == pg.rows("select id, c2, c13 from t order by id")
        export(target, pg.dsn)
    after = pg.rows("select t::text from t order by id")
    # A negative zero comes back as zero: SQLite has none.
    assert [without_negative_zero(row) for (row,) in after] == [without_negative_zero(row) for (row,) in before]


def without_negative_zero(row: str) -> str:
    return row.replace(",-0,", ",0,").replace(",-0,", ",0,")
