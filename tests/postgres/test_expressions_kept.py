"""Defaults and generated columns: what SQLite keeps of a new row is what a move would have kept of PostgreSQL's."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from noormme_py.postgres.expressions import (
    Translated,
    Untranslated,
    translate_default,
    translate_generated,
    translate_index_expression,
)
from noormme_py.postgres.forms.choose import form_of
from noormme_py.postgres.model import PgType
from tests.postgres.both_sides import PLAIN_ROWS, BothSides, numeric, scope_of
from tests.postgres.database import Database

TEXT = PgType("text")
TYPES: dict[str, tuple[PgType, int]] = {
    "integer": (PgType("int4"), -1),
    "bigint": (PgType("int8"), -1),
    "numeric(10,2)": (PgType("numeric"), numeric(10, 2)),
    "numeric(20,2)": (PgType("numeric"), numeric(20, 2)),
    "numeric": (PgType("numeric"), -1),
    "double precision": (PgType("float8"), -1),
    "boolean": (PgType("bool"), -1),
    "text": (TEXT, -1),
    "varchar(20)": (PgType("varchar"), 24),
    "char(5)": (PgType("bpchar"), 9),
    "citext": (PgType("citext", "public"), -1),
    "date": (PgType("date"), -1),
    "time": (PgType("time"), -1),
    "timetz": (PgType("timetz"), -1),
    "timestamp": (PgType("timestamp"), -1),
    "timestamptz": (PgType("timestamptz"), -1),
    "interval": (PgType("interval"), -1),
    "uuid": (PgType("uuid"), -1),
    "bytea": (PgType("bytea"), -1),
    "jsonb": (PgType("jsonb"), -1),
    "inet": (PgType("inet"), -1),
    "money": (PgType("money"), -1),
    "mood": (PgType("mood", "public", "enum", labels=("sad", "ok")), -1),
    "text[]": (PgType("_text", kind="array", element=TEXT), -1),
    "integer[]": (PgType("_int4", kind="array", element=PgType("int4")), -1),
    "int4range": (PgType("int4range", kind="range", element=PgType("int4")), -1),
}
DEFAULTS = (
    ("integer", "0"), ("integer", "-5"), ("integer", "1 + 2"), ("integer", "'7'"), ("bigint", "5000000000"),
    ("bigint", "0"), ("numeric(10,2)", "0"), ("numeric(10,2)", "1.5"), ("numeric(10,2)", "1.005"),
    ("numeric(20,2)", "0"), ("numeric(20,2)", "1.005"), ("numeric", "0"), ("numeric", "1.50"),
    ("numeric(10,2)", "-0.5"),
    ("double precision", "0"), ("double precision", "0.1"), ("double precision", "'NaN'"),
    ("double precision", "'-Infinity'"), ("boolean", "true"), ("boolean", "false"), ("boolean", "'yes'"),
    ("text", "''"), ("text", "'it''s'"), ("text", r"E'a\\b\nc'"), ("text", "'x' || 'y'"), ("text", "lower('ABC')"),
    ("text", "5"), ("varchar(20)", "'draft'"), ("char(5)", "'ab'"), ("citext", "'Ab'"), ("date", "'2026-01-05'"),
    ("date", "'infinity'"), ("date", "'0044-03-15 BC'"), ("time", "'09:30'"), ("time", "'09:30:00.25'"),
    ("timestamp", "'2026-01-05'"), ("timestamp", "'2026-01-05 09:30:00.5'"),
    ("timestamptz", "'2026-01-05 09:30:00+02'"),
    ("timestamptz", "'infinity'"), ("timestamptz", "'-infinity'"), ("timetz", "'09:30:00+00'"),
    ("interval", "'1 day 02:03:04'"), ("interval", "'-1 mon'"), ("uuid", "'12345678-1234-4234-8234-123456789ABC'"),
    ("bytea", r"'\x00ff'"), ("bytea", "'a'"), ("jsonb", "'{}'"), ("jsonb", "'[]'"),
    ("jsonb", """'{"b": 1.50, "a": "it''s"}'"""), ("jsonb", r"""'{"a": "x\\y\"z"}'"""), ("inet", "'10.0.0.1'"),
    ("money", "0"), ("money", "'1234.5'"),
    ("text", "'true'::text::boolean::text"),
    ("mood", "'sad'"), ("text[]", "'{}'"), ("text[]", "array[]::text[]"), ("text[]", "array['a b', 'it''s', NULL]"),
    ("text[]", "'{a,b}'"), ("integer[]", "array[1,2]"), ("int4range", "'[1,5)'"),
)  # fmt: skip
GENERATED = (
    ("integer", "i % 10"), ("integer", "k * 2"), ("bigint", "s + k"), ("numeric(10,2)", "price - 0.10"),
    ("numeric(10,2)", "k * 1.5"), ("numeric(10,2)", "s"), ("integer", "price"), ("numeric(20,2)", "(1)::numeric(20,2)"),
    ("double precision", "f / 2"), ("double precision", "k"), ("boolean", "i > 0"), ("boolean", "t is null"),
    ("text", "t || '-' || w"), ("text", "coalesce(t, '') || ' ' || coalesce(w, '')"), ("text", "lower(v)"),
    ("text", "c"), ("text", "ci"), ("text", "data ->> 'kind'"), ("text", "case when b then 'yes' else 'no' end"),
    ("varchar(20)", "upper(v)"), ("text", "i::text"), ("date", "ts::date"), ("timestamp", "ts + interval '1 day'"),
    ("integer", "e - d"), ("text", "exact::text"), ("integer", "length(t)"), ("text", "price::text"), ("citext", "v"),
    ("text", "left(t, 3)"), ("text", "encode(raw, 'hex')"), ("boolean", "data ? 'kind'"), ("numeric", "exact"),
    ("timestamp", "date_trunc('month', ts)"), ("integer", "extract(year from d)"), ("bigint", "extract(day from ts)"),
)  # fmt: skip
INDEXED = (
    "lower(v)", "coalesce(t, '')", "(i + k)", "(ci::text)", "date_trunc('day', ts)", "(price * 2)", "c", "(c::text)",
    "(b is true)", "substr(t, 1, 3)", "abs(s)", "nullif(t, '')", "(data ->> 'kind')", "(ts::date)", "length(v)",
)  # fmt: skip
NOW = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?")
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@pytest.fixture
def sides(pg: Database) -> Iterator[BothSides]:
    opened = BothSides(pg.dsn, PLAIN_ROWS)
    yield opened
    opened.close()


def deparsed(sides: BothSides) -> str:
    """Return the only default there is, or what a column is generated as."""
    found = sides.there.execute(
        b"select pg_get_expr(adbin, adrelid) from pg_attrdef where adrelid = 'held'::regclass"
    ).fetchone()
    assert found is not None
    return str(found[0])


def copied(sides: BothSides, select: str) -> list[str | None]:
    with sides.there.cursor() as cursor, cursor.copy(f"copy ({select}) to stdout".encode()) as lines:
        return [text for (text,) in lines.rows()]


def test_a_default_is_kept_as_a_move_would_keep_it(sides: BothSides) -> None:
    wrong: dict[tuple[str, str], object] = {}
    for declared, default in DEFAULTS:
        kind, modifier = TYPES[declared]
        form = form_of(kind, modifier)
        with sides.there.transaction(force_rollback=True):
            sides.there.execute(f"create table held (id integer, x {declared} default {default})".encode())
            sides.there.execute(b"insert into held (id) values (1)")
            texts = copied(sides, f"select {form.select.format('x')} from held")
            text = deparsed(sides)
        made = translate_default(text, scope_of("x", form, kind, modifier))
        if not isinstance(made, Translated):
            wrong[declared, default] = (text, made)
            continue
        (expected,) = texts if form.store is None else form.store(texts)
        collate = f" collate {form.collate}" if form.collate else ""
        # One that holds the column's value as it comes from a move, and one that has the default.
        sides.here.execute(
            f"create table held (id, moved {form.declared}{collate}, x {form.declared}{collate} default {made.sql})"
        )
        sides.here.execute("insert into held (id, moved) values (1, ?)", [expected])
        with closing(sides.here.execute("select moved, x, typeof(moved), typeof(x) from held")) as cursor:
            moved, x, moved_type, x_type = cursor.fetchone()
        sides.here.execute("drop table held")
        if (moved, moved_type) != (x, x_type):
            wrong[declared, default] = (text, made, moved, x)
    assert wrong == {}


@pytest.mark.parametrize(
    ("declared", "default"),
    [
        ("timestamptz", "now()"),
        ("timestamptz", "CURRENT_TIMESTAMP"),
        ("timestamptz", "clock_timestamp()"),
        ("timestamp", "now()"),
        ("timestamp", "(now() AT TIME ZONE 'utc'::text)"),
        ("timestamp", "LOCALTIMESTAMP"),
        ("timestamptz", "timezone('utc'::text, now())"),
        ("timestamp", "(now() + 'P7D'::interval)"),
        ("timestamptz", "CURRENT_TIMESTAMP(0)"),
    ],
)
def test_the_current_time_is_kept_as_other_moments_are(declared: str, default: str) -> None:
    kind, modifier = TYPES[declared]
    form = form_of(kind, modifier)
    made = translate_default(default, scope_of("x", form, kind, modifier))
    assert isinstance(made, Translated)
    with closing(sqlite3.connect(":memory:")) as here:
        here.execute(f"create table held (id, x {form.declared} default {made.sql})")
        here.execute("insert into held (id) values (1)")
        ((kept,),) = here.execute("select x from held").fetchall()
    zone = "+00:00" if declared == "timestamptz" else ""
    assert kept.endswith(zone)
    assert NOW.fullmatch(kept.removesuffix(zone))
    assert ".000000" not in kept
    moment = datetime.fromisoformat(kept.removesuffix(zone)).replace(tzinfo=UTC)
    later = timedelta(7 if "P7D" in default else 0)
    assert abs(moment - later - datetime.now(UTC)) < timedelta(minutes=5)


def test_days_and_times_by_default() -> None:
    kept: dict[str, Any] = {}
    with closing(sqlite3.connect(":memory:")) as here:
        for declared, default in (
            ("date", "CURRENT_DATE"),
            ("date", "('now'::text)::date"),
            ("date", "now()"),
            ("date", "(CURRENT_DATE + 30)"),
            ("time", "LOCALTIME"),
            ("integer", "(EXTRACT(year FROM now()))::integer"),
            ("bigint", "(EXTRACT(epoch FROM now()))::bigint"),
        ):
            kind, modifier = TYPES[declared]
            made = translate_default(default, scope_of("x", form_of(kind, modifier), kind, modifier))
            assert isinstance(made, Translated), (default, made)
            here.execute(f"create table held (id, x {form_of(kind).declared} default {made.sql})")
            here.execute("insert into held (id) values (1)")
            ((kept[default],),) = here.execute("select x from held").fetchall()
            here.execute("drop table held")
    today = datetime.now(UTC).date()
    assert kept["CURRENT_DATE"] == kept["('now'::text)::date"] == kept["now()"] == today.isoformat()
    assert kept["(CURRENT_DATE + 30)"] == (today + timedelta(30)).isoformat()
    assert re.fullmatch(r"\d\d:\d\d:\d\d(\.\d{6})?", kept["LOCALTIME"])
    assert kept["(EXTRACT(year FROM now()))::integer"] == today.year
    assert abs(kept["(EXTRACT(epoch FROM now()))::bigint"] - datetime.now(UTC).timestamp()) < 300


@pytest.mark.parametrize("default", ["gen_random_uuid()", "public.uuid_generate_v4()", "extensions.uuid_generate_v4()"])
def test_a_uuid_by_chance_has_its_version_and_its_variant(default: str) -> None:
    made = translate_default(default, scope_of("x", form_of(PgType("uuid")), PgType("uuid")))
    assert isinstance(made, Translated)
    with closing(sqlite3.connect(":memory:")) as here:
        here.execute(f"create table held (id, x uuid default {made.sql})")
        here.executemany("insert into held (id) values (?)", [(number,) for number in range(500)])
        found = [text for (text,) in here.execute("select x from held")]
    assert len(set(found)) == 500
    assert all(UUID4.fullmatch(text) for text in found)
    assert {text[19] for text in found} == set("89ab")


def test_no_default_and_that_of_a_sequence() -> None:
    column = scope_of("x", form_of(PgType("int4")), PgType("int4"))
    assert translate_default(None, column) is None
    assert translate_default("NULL::integer", column) is None
    assert translate_default("nextval('things_id_seq'::regclass)", column) == Untranslated("sequence")
    assert isinstance(translate_default("(random() * (10)::double precision)", column), Untranslated)
    assert isinstance(translate_default("CURRENT_USER", column), Untranslated)


def test_a_generated_column_keeps_what_a_move_would_keep(sides: BothSides) -> None:
    wrong: dict[tuple[str, str], object] = {}
    names = ", ".join(f'"{name}"' for name in sides.forms)
    for declared, expression in GENERATED:
        kind, modifier = TYPES[declared]
        form = form_of(kind, modifier)
        with sides.there.transaction(force_rollback=True):
            sides.there.execute(b"create table held (like things)")
            made_as = f"alter table held add column x {declared} generated always as ({expression}) stored"
            sides.there.execute(made_as.encode())
            # What has no place in its type is of no interest here.
            sides.there.execute(f"insert into held (id, {names}) select id, {names} from things where id < 4".encode())
            texts = copied(sides, f"select {form.select.format('x')} from held order by id")
            text = deparsed(sides)
        made = translate_generated(text, sides.scope, scope_of("x", form, kind, modifier))
        if not isinstance(made, Translated):
            wrong[declared, expression] = (text, made)
            continue
        expected = texts if form.store is None else form.store(texts)
        collate = f" collate {form.collate}" if form.collate else ""
        sides.here.execute(
            f"create table held ({sides.ddl}, moved {form.declared}{collate},"
            f" x {form.declared}{collate} generated always as ({made.sql}) stored)"
        )
        sides.here.execute(f"insert into held (id, {names}) select id, {names} from things where id < 4")
        sides.here.executemany("update held set moved = ? where id = ?", [(v, n) for n, v in enumerate(expected)])
        with closing(sides.here.execute("select moved, typeof(moved), x, typeof(x) from held order by id")) as cursor:
            rows = cursor.fetchall()
        sides.here.execute("drop table held")
        if any(row[:2] != row[2:] for row in rows):
            wrong[declared, expression] = (text, made, rows)
    assert wrong == {}


def test_a_computed_value_that_a_column_would_keep_otherwise_is_refused(sides: BothSides) -> None:
    for declared, expression in (("numeric(10,2)", "(price * rate)"), ("char(5)", "v"), ("numeric", "price")):
        kind, modifier = TYPES[declared]
        column = scope_of("x", form_of(kind, modifier), kind, modifier)
        assert isinstance(translate_generated(expression, sides.scope, column), Untranslated), expression


def test_sqlite_takes_the_expressions_of_indexes(sides: BothSides) -> None:
    for expression in INDEXED:
        with sides.there.transaction(force_rollback=True):
            sides.there.execute(b"create table held (like things)")
            sides.there.execute(f"create index tried on held (({expression}))".encode())
            found = sides.there.execute(
                b"select pg_get_indexdef(indexrelid, 1, false) from pg_index where indrelid = 'held'::regclass"
            ).fetchone()
        assert found is not None
        made = translate_index_expression(str(found[0]), sides.scope)
        assert isinstance(made, Translated), (expression, made)
        sides.here.execute(f"create index tried on things ({made.sql})")
        sides.here.execute("drop index tried")


def test_an_index_of_what_is_not_always_the_same_is_refused(sides: BothSides) -> None:
    for expression in ("now()", "CURRENT_DATE", "gen_random_uuid()", "'a'::text", "md5(t)", "lower(t, w)"):
        assert isinstance(translate_index_expression(expression, sides.scope), Untranslated), expression
