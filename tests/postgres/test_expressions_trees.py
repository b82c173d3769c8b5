"""Conditions of any shape: PostgreSQL writes them, and both databases must say the same of each row."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from noormme_py.postgres.expressions import Translated, translate_check
from tests.postgres.both_sides import BothSides
from tests.postgres.database import Database

INTEGERS = st.sampled_from(["i", "k", "s", "0", "1", "-1", "2", "7", "age", "length(t)", "length(c)", "e - d"])
DECIMALS = st.sampled_from(["price", "rate", "0.1", "0.30", "-2.5", "10.50", "round(price)", "i::numeric", "abs(rate)"])
FLOATS = st.sampled_from(["f", "0.1::float8", "i::float8", "price::float8", "2::float8", "-1.5::float8"])
UNUSUAL = st.sampled_from(["f", "'NaN'::float8", "'Infinity'::float8", "'-Infinity'::float8", "0.1::float8"])
LETTERS = ["t", "w", "v", "c::text", "ci::text", "mood::text", "u::text", '"Camel Case"', "data ->> 'kind'"]
LITERALS = ["'a'", "''", "'it''s \"q\"'", "'A%'", "E'50%_*?[x]\\\\'", "'true'", "'12'"]
TEXTS = st.sampled_from([*LETTERS, *LITERALS, "lower(v)", "i::text", "b::text", "left(t, 2)", "trim(t)"])
FILLED = st.sampled_from(["c", "'ab'::bpchar", "'x '::bpchar", "''::bpchar"])
FOLDED = st.sampled_from(["ci", "'AB@x.org'::citext", "'slug'::citext", "v::citext"])
DATES = st.sampled_from(["d", "e", "date '2024-02-29'", "ts::date", "d + 1", "e - 7", "'infinity'::date"])
MOMENTS = st.sampled_from(
    ["ts", "timestamp '2026-01-05 09:30:00'", "d::timestamp", "ts + interval '90 minutes'", "date_trunc('day', ts)"]
)
UUIDS = st.sampled_from(["u", "'12345678-1234-4234-8234-123456789abc'::uuid"])
BYTES = st.sampled_from(["raw", "'\\x00ff'::bytea", "'\\x'::bytea"])
PATTERNS = st.text("ab%_\\*?[]^-xA.1é ", max_size=5).filter(lambda text: not text.replace("\\\\", "").endswith("\\"))
CLASSES = ["[a-z]", "[^a-c]", "[]x]", "[-a]", "[a^]", "[A-Z0-9_-]", "\\.", ".", "a", "[^]-]", "\\d"]
COUNTS = ["", "", "", "*", "+", "?", "{2}", "{1,3}", "{2,}"]
REGEXES = st.builds(
    lambda start, parts, end: start + "".join(a + b for a, b in parts) + end,
    st.sampled_from(["^", "^", ""]),
    st.lists(st.tuples(st.sampled_from(CLASSES), st.sampled_from(COUNTS)), max_size=4),
    st.sampled_from(["$", "$", ""]),
)
COMPARISONS = st.sampled_from(["=", "<>", "<", "<=", ">", ">=", "is distinct from", "is not distinct from"])


def quoted(text: str) -> str:
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def computed(values: st.SearchStrategy[str], operators: list[str]) -> st.SearchStrategy[str]:
    """Return values, two of them with an operator, and what COALESCE, CASE and NULLIF make of them."""
    two = st.builds(lambda a, op, b: f"({a} {op} {b})", values, st.sampled_from(operators or ["="]), values)
    chosen = st.builds(
        lambda how, a, b, c: how.format(a, b, c),
        st.sampled_from(
            ["coalesce({0}, {1})", "nullif({0}, {1})", "case when {2} > 0 then {0} else {1} end", "greatest({0}, {1})"]
        ),
        values,
        values,
        INTEGERS,
    )
    return st.one_of(values, values, *([two] if operators else []), chosen)


def compared(values: st.SearchStrategy[str], operators: list[str]) -> st.SearchStrategy[str]:
    sides = computed(values, operators)
    return st.one_of(
        st.builds(lambda a, op, b: f"({a} {op} {b})", sides, COMPARISONS, sides),
        st.builds(lambda a, b, c: f"({a} in ({b}, {c}))", sides, values, values),
        st.builds(lambda a, b, c: f"({a} not in ({b}, {c}))", sides, values, values),
        st.builds(lambda a, b, c: f"({a} between {b} and {c})", sides, values, values),
        st.builds(lambda a, op, b: f"({a} {op} any (array[{b}]))", values, st.sampled_from(["=", "<", ">="]), values),
        st.builds(lambda a: f"({a} is null)", sides),
    )


CONDITIONS = st.one_of(
    compared(INTEGERS, ["+", "-", "*", "/", "%"]),
    compared(DECIMALS, ["+", "-", "*"]),
    compared(FLOATS, ["+", "-", "*"]),
    compared(UNUSUAL, []),
    compared(TEXTS, ["||"]),
    compared(FILLED, []),
    compared(FOLDED, []),
    compared(DATES, []),
    compared(MOMENTS, []),
    compared(UUIDS, []),
    compared(BYTES, []),
    st.builds(
        lambda a, how, p: f"({a} {how} {quoted(p)})", TEXTS, st.sampled_from(["like", "not like", "ilike"]), PATTERNS
    ),
    st.builds(lambda a, how, p: f"({a} {how} {quoted(p)})", TEXTS, st.sampled_from(["~", "!~", "~*"]), REGEXES),
    st.sampled_from(
        ["b", "true", "null::boolean", "(mood = 'ok')", "(data ? 'kind')", "(tags = '{}')", "starts_with(t, v)"]
    ),
)
TREES = st.recursive(
    CONDITIONS,
    lambda inner: st.one_of(
        st.builds(lambda a, op, b: f"({a} {op} {b})", inner, st.sampled_from(["and", "or", "=", "<>"]), inner),
        st.builds(lambda a, how: f"({a} {how})", inner, st.sampled_from(["is true", "is not false", "is unknown"])),
        st.builds(lambda a: f"(not {a})", inner),
        st.builds(lambda a, b, c: f"(case when {a} then {b} else {c} end)", inner, inner, inner),
    ),
    max_leaves=5,
)


@pytest.fixture
def sides(pg: Database) -> Iterator[BothSides]:
    opened = BothSides(pg.dsn)
    yield opened
    opened.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(condition=TREES)
def test_both_databases_agree_on_any_condition_that_is_translated(sides: BothSides, condition: str) -> None:
    try:
        text = sides.deparsed(condition)
        there = sides.there_is(text)
    except psycopg.Error:
        # A number out of its bounds, or a division by zero: of that there is nothing to keep.
        return
    translated = translate_check(text, sides.scope)
    if isinstance(translated, Translated):
        here = [None if value is None else bool(value) for value in sides.here_is(translated.sql)]
        # What is noted may differ where a row is out of the ordinary.
        rows = sides.odd if translated.notes else len(there)
        assert here[:rows] == there[:rows], translated
