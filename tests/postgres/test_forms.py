"""How values are kept: what is stored, and PostgreSQL's own text of it again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from noormme_py.errors import ConfigError
from noormme_py.postgres.form import Form
from noormme_py.postgres.forms.choose import form_of
from noormme_py.postgres.model import PgType


def numeric(precision: int, scale: int) -> int:
    return ((precision << 16) | scale) + 4


def kept(form: Form, text: str | None) -> Any:
    """Return what a column of the form holds of a text, through SQLite and its affinities."""
    stored = [text] if form.store is None else form.store([text])
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"create table t (v {form.declared})")
        connection.execute("insert into t values (?)", (stored[0],))
        return connection.execute("select v from t").fetchone()[0]


def back(form: Form, text: str | None) -> str | None:
    """Return PostgreSQL's text of what SQLite holds."""
    stored = [text] if form.store is None else form.store([text])
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"create table t (v {form.declared})")
        connection.execute("insert into t values (?)", (stored[0],))
        found = connection.execute(f"select {form.read.format('v')} from t").fetchone()[0]
    rendered: str | None = found if form.render is None else form.render([found])[0]
    return rendered


@pytest.mark.parametrize(
    ("name", "modifier", "text", "stored"),
    [
        ("int2", -1, "-32768", -32768),
        ("int8", -1, "9223372036854775807", 9223372036854775807),
        ("oid", -1, "4294967295", 4294967295),
        ("bool", -1, "t", 1),
        ("bool", -1, "f", 0),
        ("float8", -1, "0.1", 0.1),
        ("float8", -1, "NaN", "NaN"),
        ("float8", -1, "-Infinity", float("-inf")),
        ("float8", -1, "-0", 0.0),
        ("float8", -1, "5e-324", 5e-324),
        ("float4", -1, "1.1", 1.1),
        ("numeric", numeric(10, 2), "19.90", 19.9),
        ("numeric", numeric(10, 2), "-5.00", -5),
        ("numeric", numeric(15, 15), "0.123456789012345", 0.123456789012345),
        ("numeric", numeric(10, 2), "NaN", "NaN"),
        ("numeric", numeric(20, 2), "123456789012345678.90", "123456789012345678.90"),
        ("numeric", -1, "1.10", "1.10"),
        ("numeric", -1, "-Infinity", "-Infinity"),
        ("money", -1, "-1234.50", "-1234.50"),
        ("date", -1, "2026-01-05", "2026-01-05"),
        ("date", -1, "infinity", "infinity"),
        ("date", -1, "0044-03-15 BC", "0044-03-15 BC"),
        ("time", -1, "09:30:00", "09:30:00"),
        ("time", -1, "09:30:00.25", "09:30:00.250000"),
        ("time", -1, "24:00:00", "24:00:00"),
        ("timetz", -1, "09:30:00.5+02", "09:30:00.500000+02:00"),
        ("timetz", -1, "09:30:00-05:30", "09:30:00-05:30"),
        ("timestamp", -1, "2026-01-05 09:30:00", "2026-01-05 09:30:00"),
        ("timestamp", -1, "2026-01-05 09:30:00.1", "2026-01-05 09:30:00.100000"),
        ("timestamp", -1, "2026-01-05 09:30:00.123456", "2026-01-05 09:30:00.123456"),
        ("timestamp", -1, "0044-03-15 10:00:00.123 BC", "0044-03-15 10:00:00.123000 BC"),
        ("timestamp", -1, "12026-01-05 09:30:00.12345", "12026-01-05 09:30:00.123450"),
        ("timestamp", -1, "-infinity", "-infinity"),
        ("timestamptz", -1, "2026-01-05 09:30:00+00", "2026-01-05 09:30:00+00:00"),
        ("timestamptz", -1, "2026-01-05 09:30:00.25+00", "2026-01-05 09:30:00.250000+00:00"),
        ("timestamptz", -1, "2026-01-05 09:30:00.123456+00", "2026-01-05 09:30:00.123456+00:00"),
        ("timestamptz", -1, "0044-03-15 10:00:00.123+00 BC", "0044-03-15 10:00:00.123000+00:00 BC"),
        ("timestamptz", -1, "infinity", "infinity"),
        ("interval", -1, "P1Y2M3DT4H5M6.7S", "P1Y2M3DT4H5M6.7S"),
        ("uuid", -1, "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000001"),
        ("json", -1, '{"a": 1.10, "a": 2}', '{"a": 1.10, "a": 2}'),
        ("jsonb", -1, "1.10", "1.10"),
        ("jsonb", -1, "12345678901234567890", "12345678901234567890"),
        ("bytea", -1, "\\x00ff5c", b"\x00\xff\x5c"),
        ("bytea", -1, "\\x", b""),
        ("text", -1, "", ""),
        ("text", -1, "007", "007"),
        ("varchar", 24, "1e5", "1e5"),
        ("bpchar", 7, "ab ", "ab "),
        ("bit", 4, "0101", "0101"),
        ("inet", -1, "10.0.0.1/8", "10.0.0.1/8"),
        ("point", -1, "(1,2)", "(1,2)"),
        ("no_such_type", -1, "7", "7"),
        ("int4", -1, None, None),
    ],
)
def test_a_value_is_kept_and_comes_back(name: str, modifier: int, text: str | None, stored: object) -> None:
    form = form_of(PgType(name), modifier)
    found = kept(form, text)
    assert found == stored
    assert type(found) is type(stored) or name == "float8"
    canonical = text if form.canonical is None else form.canonical([text])[0]
    assert back(form, text) == canonical


@pytest.mark.parametrize(
    ("name", "wanted", "text", "stored"),
    [
        ("numeric", "real", "1.5", 1.5),
        ("numeric", "integer", "15.00", 15),
        ("uuid", "blob", "00000000-0000-0000-0000-000000000001", bytes(15) + b"\x01"),
        ("timestamptz", "unixepoch", "2026-01-05 09:30:00+00", 1767605400),
        ("timestamptz", "unixepoch_ms", "2026-01-05 09:30:00.25+00", 1767605400250),
        ("timestamp", "unixepoch_ms", "1969-12-31 23:59:59.5", -500),
        ("interval", "timedelta", "P1DT2H3.5S", 93603500000),
        ("interval", "timedelta", "PT-1H-2M-3.25S", -3723250000),
        ("jsonb", "text", '{"a": 1}', '{"a": 1}'),
    ],
)
def test_another_form_can_be_asked_for(name: str, wanted: str, text: str, stored: object) -> None:
    form = form_of(PgType(name), -1, {name: wanted})
    assert kept(form, text) == stored
    assert back(form, text) == (text if form.canonical is None else form.canonical([text])[0])


@pytest.mark.parametrize(
    ("name", "wanted", "text"),
    [
        ("numeric", "integer", "1.5"),
        ("numeric", "integer", "9223372036854775808"),
        ("numeric", "integer", "NaN"),
        ("timestamptz", "unixepoch", "2026-01-05 09:30:00.25+00"),
        ("timestamptz", "unixepoch_ms", "infinity"),
        ("interval", "timedelta", "P1M"),
    ],
)
def test_what_a_form_cannot_hold_is_an_error(name: str, wanted: str, text: str) -> None:
    form = form_of(PgType(name), -1, {name: wanted})
    assert form.store is not None
    with pytest.raises((ValueError, ArithmeticError)):
        form.store([text])


@pytest.mark.parametrize(("name", "wanted"), [("text", "real"), ("numeric", "reel"), ("uuid", "unixepoch")])
def test_a_form_that_cannot_be_is_refused(name: str, wanted: str) -> None:
    with pytest.raises(ConfigError, match=wanted):
        form_of(PgType(name), -1, {name: wanted})


def test_a_domain_is_kept_as_the_type_it_is_made_of() -> None:
    price = PgType("price", "public", "domain", PgType("numeric"), numeric(8, 2))
    assert form_of(PgType("price2", "public", "domain", price)).declared == "DECIMAL(8,2)"


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("jsonb", '{"a": 1, "b": [1.0]}', '{"b":[1],"a":1}'),
        ("timestamptz", "2026-01-05 09:30:00+00", "2026-01-05T11:30:00+02:00"),
        ("timestamp", "2026-01-05 09:30:00", "2026-01-05T09:30:00"),
        ("numeric", "1.10", "1.1"),
        ("numeric", "1200", "1.2e3"),
        ("uuid", "00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000A"),
    ],
)
def test_texts_of_the_same_value_are_known_to_be_the_same(name: str, one: str, other: str) -> None:
    same = form_of(PgType(name)).same
    assert same is not None
    assert one != other
    assert same(one) == same(other)


@pytest.mark.parametrize(("name", "one", "other"), [("jsonb", "1", '"1"'), ("numeric", "1.10", "1.11")])
def test_texts_of_other_values_are_not(name: str, one: str, other: str) -> None:
    same = form_of(PgType(name)).same
    assert same is not None
    assert same(one) != same(other)
