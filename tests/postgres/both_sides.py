"""A table of awkward rows in PostgreSQL and, kept as a move keeps them, in SQLite; what expressions give on both."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any

import psycopg

from noormme_py.postgres.expressions import Scope, ScopeColumn, scope_column
from noormme_py.postgres.form import Form
from noormme_py.postgres.forms.choose import form_of
from noormme_py.postgres.model import PgCheck, PgColumn, PgType

LOCALE = "C.UTF-8"
MOOD = PgType("mood", "public", "enum", labels=("sad", "ok", "happy"))
TEXT = PgType("text")


def numeric(precision: int, scale: int) -> int:
    """Return the modifier of numeric with these limits."""
    return (precision << 16 | scale) + 4


# name, type, modifier, and the type in SQL
COLUMNS: tuple[tuple[str, PgType, int, str], ...] = (
    ("i", PgType("int4"), -1, "integer"),
    ("k", PgType("int4"), -1, "integer"),
    ("j", PgType("int8"), -1, "bigint"),
    ("s", PgType("int2"), -1, "smallint"),
    ("price", PgType("numeric"), numeric(10, 2), "numeric(10,2)"),
    ("rate", PgType("numeric"), numeric(6, 4), "numeric(6,4)"),
    ("exact", PgType("numeric"), -1, "numeric"),
    ("wide", PgType("numeric"), numeric(30, 10), "numeric(30,10)"),
    ("f", PgType("float8"), -1, "double precision"),
    ("r", PgType("float4"), -1, "real"),
    ("t", TEXT, -1, "text"),
    ("w", TEXT, -1, "text"),
    ("v", PgType("varchar"), 24, "varchar(20)"),
    ("c", PgType("bpchar"), 9, "char(5)"),
    ("ci", PgType("citext", "public"), -1, "citext"),
    ("b", PgType("bool"), -1, "boolean"),
    ("d", PgType("date"), -1, "date"),
    ("e", PgType("date"), -1, "date"),
    ("ts", PgType("timestamp"), -1, "timestamp"),
    ("tz", PgType("timestamptz"), -1, "timestamptz"),
    ("tm", PgType("time"), -1, "time"),
    ("u", PgType("uuid"), -1, "uuid"),
    ("raw", PgType("bytea"), -1, "bytea"),
    ("data", PgType("jsonb"), -1, "jsonb"),
    ("doc", PgType("json"), -1, "json"),
    ("mood", MOOD, -1, "mood"),
    ("tags", PgType("_text", kind="array", element=TEXT), -1, "text[]"),
    ("ip", PgType("inet"), -1, "inet"),
    ("span", PgType("interval"), -1, "interval"),
    (
        "age",
        PgType("years", "public", "domain", element=PgType("int4"), checks=(PgCheck("c", "VALUE > 0"),)),
        -1,
        "years",
    ),
    ("Camel Case", TEXT, -1, "text"),
)
MAKE = (
    "create extension citext; create type mood as enum ('sad', 'ok', 'happy'); create domain years as integer;"
    "create table things (id integer primary key, "
    + ", ".join(f'"{name}" {declared}' for name, _, _, declared in COLUMNS)
    + ")"
)

# Rows by their columns; what is not named is NULL. The plain ones have nothing that a note warns of.
PLAIN_ROWS: tuple[dict[str, str], ...] = (
    {},
    {
        "i": "1",
        "k": "2",
        "j": "9007199254740993",
        "s": "-3",
        "price": "10.50",
        "rate": "0.1000",
        "exact": "1.50",
        "wide": "1.5",
        "f": "0.1",
        "r": "0.1",
        "t": "a",
        "w": "b",
        "v": "draft",
        "c": "ab",
        "ci": "Ab@x.org",
        "b": "true",
        "d": "2026-01-05",
        "e": "2026-01-07",
        "ts": "2026-01-05 09:30:00",
        "tz": "2026-01-05 09:30:00+00",
        "tm": "09:30",
        "u": "12345678-1234-4234-8234-123456789abc",
        "raw": "\\x00ff",
        "mood": "sad",
        "tags": "{}",
        "data": '{"kind": "a", "n": 5, "ok": true, "in": {"x": "y"}, "list": ["p", "q"], "nil": null}',
        "doc": '{"kind": "b"}',
        "ip": "10.0.0.1",
        "span": "1 day",
        "age": "5",
        "Camel Case": "x",
    },
    {
        "i": "-7",
        "k": "2",
        "j": "-1",
        "s": "0",
        "price": "-0.10",
        "rate": "0.2000",
        "exact": "0",
        "wide": "0",
        "f": "-1.5",
        "r": "16777216",
        "t": "",
        "w": "",
        "v": "",
        "c": "",
        "ci": "",
        "b": "false",
        "d": "2024-02-29",
        "e": "2024-02-29",
        "ts": "2024-02-29 23:59:59.25",
        "tz": "2024-02-29 23:59:59.25+00",
        "tm": "23:59:59.25",
        "u": "00000000-0000-0000-0000-000000000000",
        "raw": "\\x",
        "mood": "happy",
        "tags": "{a,b}",
        "data": "{}",
        "doc": "{}",
        "ip": "10.0.0.2",
        "span": "0",
        "age": "0",
        "Camel Case": "",
    },
    {
        "i": "7",
        "k": "-2",
        "j": "0",
        "s": "5",
        "price": "0.30",
        "rate": "0.3000",
        "exact": "-12.0",
        "wide": "-0.5",
        "f": "2",
        "r": "2.5",
        "t": "  pad it ",
        "w": 'it\'s "q"',
        "v": "ABC-12",
        "c": "a b",
        "ci": "AB@X.ORG",
        "b": "true",
        "d": "0001-01-01",
        "e": "9999-12-31",
        "ts": "0001-01-01 00:00:00",
        "tz": "1999-12-31 12:00:00+00",
        "tm": "00:00",
        "u": "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "raw": "\\x41",
        "mood": "ok",
        "tags": "{c}",
        "data": "[]",
        "doc": "[1,2]",
        "ip": "::1",
        "span": "1 mon",
        "age": "17",
        "Camel Case": "Abc",
    },
    {
        "i": "0",
        "k": "0",
        "price": "99999999.99",
        "rate": "99.9999",
        "exact": "100",
        "wide": "100.1",
        "f": "1e300",
        "r": "-0.5",
        "t": "50%_*?[x]\\",
        "w": "a.b+c^d-e]f",
        "v": "published",
        "c": "abcde",
        "ci": "nobody",
        "d": "2020-12-31",
        "e": "2020-01-01",
        "ts": "2020-12-31 00:00:00.000001",
        "tz": "2020-12-31 00:00:00.000001+00",
        "tm": "12:00:00.000001",
        "data": '{"kind": 12, "n": 1.5, "ok": false, "a b": "c", "list": []}',
        "b": "false",
        "doc": '{"kind": null}',
        "tags": '{"x y",NULL}',
        "mood": "sad",
        "raw": "\\xc3a9",
        "Camel Case": "ABC12",
    },
    {
        "i": "2147483647",
        "k": "1",
        "j": "-5",
        "s": "100",
        "price": "2.50",
        "rate": "1.2345",
        "t": "slug-9_x",
        "w": "slug",
        "v": "a1b2",
        "c": "  x",
        "ci": "Slug",
        "d": "2026-12-27",
        "e": "2026-12-28",
        "f": "0",
        "ts": "2026-12-27 05:06:07",
        "tz": "2026-12-27 05:06:07+00",
        "data": '{"kind": "true", "n": "7"}',
        "r": "1e10",
    },
    {"i": "3", "k": "3", "price": "-2.50", "t": "line\nbreak", "w": "tab\t", "v": "x@y.z", "c": "x", "data": '"a"'},
    {"i": "5", "t": "#a1B2c3", "w": "+4915112345", "v": "AB", "c": "ABC", "data": "7", "f": "7.25", "price": "0.00"},
    {"i": "-1", "t": "true", "w": "12", "v": "AbC", "data": "true", "price": "1.00", "j": "3", "exact": "2", "s": "2"},
)
ODD_ROWS: tuple[dict[str, str], ...] = (
    {
        "f": "NaN", "r": "NaN", "price": "NaN", "exact": "NaN", "t": "Ünïcödé ß", "w": "日本語", "v": "É", "c": "é",
        "ci": "ÉCOLE", "d": "infinity", "ts": "infinity", "tz": "infinity", "data": '{"kind": "ü", "n": 1e400}',
        "Camel Case": "ÀB",
    },
    {
        "f": "Infinity", "r": "-Infinity", "t": "😀 grin", "w": "éa", "v": "K", "c": "ß", "ci": "école",
        "d": "0044-03-15 BC", "ts": "0044-03-15 10:00:00 BC", "tz": "0044-03-15 10:00:00+00 BC",
        "data": '["kind", "a"]', "exact": "123456789012345678901234567890.5", "wide": "12345678901234567890.0123456789",
    },
    {
        "f": "-Infinity", "t": "ẞ", "w": "é", "d": "12000-01-01", "e": "-infinity", "ts": "12000-01-01 00:00:00",
        "tz": "-infinity", "data": '{"list": {"a": [1, 2.50]}}', "rate": "NaN", "i": "-2147483648",
        "j": "-9223372036854775808",
    },
)  # fmt: skip


def forms() -> dict[str, Form]:
    """Return the form of each column."""
    return {name: form_of(kind, modifier) for name, kind, modifier, _ in COLUMNS}


def scope() -> Scope:
    """Return what the names of the table mean."""
    kept = forms()
    return Scope({name: scope_of(name, kept[name], kind, modifier) for name, kind, modifier, _ in COLUMNS})


def scope_of(name: str, form: Form, kind: PgType, modifier: int = -1) -> ScopeColumn:
    """Return what a column means whose name stays as it is."""
    return scope_column(PgColumn(name, kind, kind.name, modifier), form, name, collation=LOCALE)


class BothSides:
    """The table on both sides, open until it is closed. Rows below `odd` are the plain ones."""

    odd = len(PLAIN_ROWS)

    def __init__(self, dsn: str, rows: Sequence[dict[str, str]] = (*PLAIN_ROWS, *ODD_ROWS)) -> None:
        self.forms = forms()
        self.scope = scope()
        self.there = psycopg.connect(dsn, autocommit=True)
        for setting in ("timezone = 'UTC'", "intervalstyle = 'iso_8601'", "extra_float_digits = 1"):
            self.there.execute(f"set {setting}".encode())
        self.there.execute(MAKE.encode())
        self.here = sqlite3.connect(":memory:", isolation_level=None)
        self.ddl = "id integer primary key, " + ", ".join(
            f'"{name}" {form.declared}{f" collate {form.collate}" if form.collate else ""}'
            for name, form in self.forms.items()
        )
        self.here.execute(f"create table things ({self.ddl})")
        self._fill(rows)

    def close(self) -> None:
        self.there.close()
        self.here.close()

    def _fill(self, rows: Iterable[dict[str, str]]) -> None:
        for number, row in enumerate(rows):
            names = ", ".join(["id", *(f'"{name}"' for name in row)])
            marks = ", ".join(["%s"] * (len(row) + 1))
            self.there.execute(f"insert into things ({names}) values ({marks})".encode(), [number, *row.values()])
        for name, form in self.forms.items():
            column = form.select.format(f'"{name}"')
            copy = f"copy (select {column} from things order by id) to stdout".encode()
            with self.there.cursor() as cursor, cursor.copy(copy) as lines:
                plain = [text for (text,) in lines.rows()]
            kept = plain if form.store is None else form.store(plain)
            self.here.executemany("insert or ignore into things (id) values (?)", [(row,) for row in range(len(kept))])
            self.here.executemany(
                f'update things set "{name}" = ? where id = ?', [(v, row) for row, v in enumerate(kept)]
            )

    def deparsed(self, condition: str) -> str:
        """Return a condition as PostgreSQL writes it of a CHECK."""
        with self.there.transaction(force_rollback=True):
            self.there.execute(f"create table held (like things, check ({condition}))".encode())
            found = self.there.execute(
                "select pg_get_expr(conbin, conrelid) from pg_constraint where conrelid = 'held'::regclass"
                " and contype = 'c'"
            ).fetchone()
        assert found is not None
        return str(found[0])

    def there_is(self, expression: str) -> list[Any]:
        """Return what an expression gives in PostgreSQL, row by row."""
        return [value for _, value in self.there.execute(f"select id, ({expression}) from things order by id".encode())]

    def here_is(self, expression: str) -> list[Any]:
        """Return what an expression gives in SQLite, row by row."""
        with closing(self.here.execute(f"select ({expression}) from things order by id")) as cursor:
            return [value for (value,) in cursor]
