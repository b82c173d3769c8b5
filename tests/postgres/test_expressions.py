"""What becomes of expressions as PostgreSQL writes them, without a database: the SQL, the notes, and the reasons."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noormme_py.postgres.expressions import (
    Scope,
    ScopeColumn,
    Translated,
    Untranslated,
    scope_column,
    translate_check,
    translate_default,
    translate_generated,
    translate_index_expression,
    translate_predicate,
)
from noormme_py.postgres.expressions.translate import UNEXPECTED
from noormme_py.postgres.forms.choose import form_of
from noormme_py.postgres.model import PgColumn, PgType
from tests.postgres.both_sides import numeric, scope

PAIRS = {
    "((v)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))": "\"v\" IN ('a', 'b')",
    "((v)::text <> ALL (ARRAY['a'::text, 'b'::text]))": "\"v\" NOT IN ('a', 'b')",
    "(price > (0)::numeric)": '"price" > 0',
    "(f >= (0)::double precision)": '"f" >= 0.0',
    "(j > '-5'::integer)": '"j" > -5',
    "((price * (i)::numeric) < (100)::numeric)": 'round("price" * "i", 2) < 100',
    "(exact >= (0)::numeric)": 'CAST("exact" AS REAL) >= 0',
    "((i >= 1) AND (i <= 10))": '("i" >= 1) AND ("i" <= 10)',
    "((i > 0) OR (k > 0) OR (NOT b))": '("i" > 0) OR ("k" > 0) OR (NOT "b")',
    "(i IS DISTINCT FROM k)": '"i" IS NOT "k"',
    "((i > 0) IS NOT TRUE)": '("i" > 0) IS NOT 1',
    "((v)::text ~~ '%@%'::text)": "\"v\" GLOB '*@*'",
    "(t !~~ 'a*[b%'::text)": "\"t\" NOT GLOB 'a[*][[]b*'",
    r"(t ~~ E'\\%\\_%'::text)": "\"t\" GLOB '%_*'",
    "(t ~~* 'a%'::text)": "\"t\" LIKE 'a%'",
    r"(t ~~* E'a\\%%'::text)": "\"t\" LIKE 'a\\%%' ESCAPE '\\'",
    "(t ~ '^[A-Z]{3}$'::text)": "\"t\" GLOB '[A-Z][A-Z][A-Z]'",
    "(t ~ '^[a-z0-9_-]+$'::text)": "\"t\" GLOB '[a-z0-9_-]*' AND \"t\" NOT GLOB '*[^a-z0-9_-]*'",
    "(t ~ '^(draft|published)$'::text)": "\"t\" COLLATE BINARY IN ('draft', 'published')",
    "(length(btrim(t)) > 0)": 'length(trim("t")) > 0',
    "(POSITION(('@'::text) IN (t)) > 1)": "instr(\"t\", '@') > 1",
    "(SUBSTRING(t FROM 1 FOR 2) = 'ab'::text)": "substr(\"t\", 1, 2) = 'ab'",
    "(amount > '$1,234.50'::money)": 'CAST("amount" AS REAL) > 1234.5',
    "(amount >= (0)::money)": 'CAST("amount" AS REAL) >= 0',
    "((data -> 'ok'::text) = 'true'::jsonb)": "json_type(\"data\", '$.\"ok\"') = 'true'",
    "(c = 'ab'::bpchar)": "\"c\" = 'ab'",
    "((c)::text = 'ab'::text)": "rtrim(\"c\", ' ') = 'ab'",
    "(ci = 'X'::citext)": "\"ci\" = 'X'",
    "(ci OPERATOR(public.=) 'X'::public.citext)": "\"ci\" = 'X'",
    "((ci)::text = 'X'::text)": "\"ci\" COLLATE BINARY = 'X'",
    "(mood = ANY (ARRAY['sad'::mood, 'ok'::public.mood]))": "\"mood\" IN ('sad', 'ok')",
    "(d >= '2020-01-01'::date)": "\"d\" >= '2020-01-01'",
    "(tz > '2020-01-01 00:00:00+02'::timestamp with time zone)": "\"tz\" > '2019-12-31 22:00:00+00:00'",
    "(ts > (d)::timestamp without time zone)": '"ts" > ("d" || \' 00:00:00\')',
    "(EXTRACT(year FROM d) > (2000)::numeric)": 'CAST(substr("d", 1, 4) AS INTEGER) > 2000',
    "(\"Camel Case\" <> ''::text)": "\"Camel Case\" <> ''",
    "((data ->> 'kind'::text) = 'a'::text)": "json_extract(\"data\", '$.\"kind\"') = 'a'",
    "(data = '{}'::jsonb)": "\"data\" = '{}'",
    "(raw <> '\\x00ff'::bytea)": "\"raw\" <> X'00ff'",
    "(t = 'it''s'::text)": "\"t\" = 'it''s'",
    "CASE WHEN b THEN (i > 0) ELSE true END": 'CASE WHEN "b" THEN "i" > 0 ELSE 1 END',
    "COALESCE(b, false)": 'coalesce("b", 0)',
    "(num_nonnulls(i, k) = 1)": '(("i" IS NOT NULL) + ("k" IS NOT NULL)) = 1',
}
REASONS = {
    "(t ~ '^[A-Z]+-[0-9]+$'::text)": "regular expression",
    "(tags @> ARRAY['a'::text])": "@>",
    "(d <= CURRENT_DATE)": "current time in a CHECK",
    "(tz > now())": "current time in a CHECK",
    "is_valid(t)": "the function is_valid()",
    "public.is_valid(t)": "the function is_valid()",
    '"LOWER"(t)': "the function LOWER()",
    "(mood > 'sad'::mood)": "by its labels",
    "(span > 'PT1H'::interval)": "interval",
    "(tz > tm)": "timestamptz is compared with time",
    "(r = (0.1)::double precision)": "float4",
    "(data = '{\"a\": 1}'::jsonb)": "jsonb",
    "(nothing > 0)": "'nothing'",
    "(things.i > 0)": "",
    "(power((i)::double precision, (2)::double precision) > (1)::double precision)": "power()",
    "(price > 0.1234567890123456789)": "digits",
    "(t COLLATE \"de_DE\" > 'a'::text)": "de_DE",
    "(d < '0044-03-15 BC'::date)": "before the year 1",
    "((data -> 'a'::text) < (data -> 'b'::text))": "jsonb",
    "(COALESCE((data -> 'a'::text), '{}'::jsonb) = '{}'::jsonb)": "part of a document",
    "((addr).city = 'x'::text)": "",
    "(EXISTS ( SELECT 1))": "subquery",
    "(t ~~ w)": "not a literal",
    "(t = 'a": "parsed",
    "i > 0; drop table things": "",
    "i": "a condition is of the type int4",
    "": "",
}


@pytest.mark.parametrize(("expression", "sql"), PAIRS.items())
def test_what_means_the_same(expression: str, sql: str) -> None:
    known = Scope({**scope().columns, "amount": ScopeColumn("amount", "decimal text", "money")})
    made = translate_check(expression, known)
    assert isinstance(made, Translated), made
    assert made.sql == sql
    assert translate_predicate(expression, known) == made


@pytest.mark.parametrize(("expression", "reason"), REASONS.items())
def test_what_does_not_says_why(expression: str, reason: str) -> None:
    made = translate_check(expression, scope())
    assert isinstance(made, Untranslated)
    assert reason in made.reason


@pytest.mark.parametrize(
    ("expression", "note"),
    [
        ("(lower(t) = t)", "ASCII"),
        ("(t ~~* 'a%'::text)", "ASCII"),
        ("(ci = 'x'::citext)", "ASCII"),
        ("((i / k) > 1)", "division by zero"),
        ("((f * (2)::double precision) > (1)::double precision)", "NaN"),
        ("(exact > (0)::numeric)", "floating-point"),
        ("(d > '2020-01-01'::date)", "year"),
        ("((tz)::date = d)", "UTC"),
        ("(tz > d)", "UTC"),
        ("((w)::integer > 0)", "no number"),
    ],
)
def test_what_means_nearly_the_same_is_noted(expression: str, note: str) -> None:
    made = translate_check(expression, scope())
    assert isinstance(made, Translated)
    assert note in " ".join(made.notes)


def test_what_means_the_same_has_no_note() -> None:
    for expression in ("(t ~~ 'a%'::text)", "(price > (0)::numeric)", "(t ~~* '%@%'::text)", "((i + k) > 0)"):
        made = translate_check(expression, scope())
        assert isinstance(made, Translated)
        assert made.notes == ()


def test_the_order_of_texts_is_noted_unless_it_is_by_code_points() -> None:
    for collation, noted in (("de_DE.UTF-8", 1), (None, 1), ("C", 0), ("C.UTF-8", 0)):
        known = Scope({"t": ScopeColumn("t", "text", "text", collation=collation)})
        made = translate_check("(t > 'a'::text)", known)
        assert isinstance(made, Translated)
        assert len(made.notes) == noted
    assert translate_check(
        "(t > ('a'::text COLLATE \"C\"))", Scope({"t": ScopeColumn("t", "text", "text")})
    ) == Translated("\"t\" > 'a'")


def test_a_column_goes_by_its_name_in_sqlite() -> None:
    known = Scope(
        {"CamelCase": ScopeColumn("camel_case", "integer", "int4"), "select": ScopeColumn('sel"ect', "text", "text")}
    )
    assert translate_check('("CamelCase" > 0)', known) == Translated('"camel_case" > 0')
    assert translate_check("(\"select\" = 'a'::text)", known) == Translated('"sel""ect" = \'a\'')
    # PostgreSQL folds a name without quotes.
    assert isinstance(translate_check("(CamelCase > 0)", known), Untranslated)


def test_value_is_the_column_of_a_domain() -> None:
    mail = Scope({}, ScopeColumn("mail", "text", "text"))
    assert translate_check("(VALUE ~~ '%@%'::text)", mail) == Translated("\"mail\" GLOB '*@*'")
    assert isinstance(translate_check("(VALUE > 0)", Scope({})), Untranslated)


def test_a_column_in_a_form_of_its_own_is_not_computed_with() -> None:
    chosen = Scope({"tz": ScopeColumn("tz", "unixepoch", "timestamptz"), "u": ScopeColumn("u", "uuid blob", "uuid")})
    assert isinstance(
        translate_check("(tz > '2020-01-01 00:00:00+00'::timestamp with time zone)", chosen), Untranslated
    )
    assert isinstance(translate_check("(u IS NOT NULL)", chosen), Untranslated)


def test_a_column_of_a_domain_has_its_base_type() -> None:
    inner = PgType("mail", "public", "domain", element=PgType("varchar"), modifier=24)
    outer = PgType("work_mail", "public", "domain", element=inner)
    made = scope_column(PgColumn("m", outer, "work_mail"), form_of(outer), "m")
    assert (made.type, made.kind, made.length) == ("varchar", "base", 20)


def test_digits_and_scale_come_from_the_modifier() -> None:
    kind = PgType("numeric")
    for modifier, expected in ((numeric(10, 2), (10, 2)), (-1, (None, None)), (numeric(5, 0), (5, 0))):
        made = scope_column(PgColumn("n", kind, "numeric", modifier), form_of(kind, modifier), "n")
        assert (made.digits, made.scale) == expected
    strict = scope_column(
        PgColumn("n", kind, "numeric", numeric(10, 2)), form_of(kind, numeric(10, 2)), "n", is_strict=True
    )
    assert strict.form == "decimal text"


def test_long_chains_need_no_deep_stack() -> None:
    text = " OR ".join(f"(i = {number})" for number in range(2000))
    made = translate_check(f"({text})", scope())
    assert isinstance(made, Translated)
    assert made.sql.count(" OR ") == 1999


def test_deep_nesting_is_refused_and_not_raised() -> None:
    for text in ("(" * 3000 + "i" + ")" * 3000, "NOT " * 3000 + "b", "(b = " * 500 + "b" + ")" * 500, "-" * 2000 + "i"):
        assert isinstance(translate_check(text, scope()), Untranslated)


# Words that hit the grammar more often than letters do.
MARKS = [*"()[]{},.;:'\"+-*/%=<>~!@#|&^?$", " ", "\n", "\0", "\ud800", "::", "--", "/*", "$$", "E'", "U&'", "$1"]
KEYWORDS = """NULL NOT AND OR IS IN ANY ALL CASE WHEN THEN END BETWEEN LIKE ARRAY CAST AS SELECT FROM WHERE EXISTS
    COLLATE AT TIME ZONE OVER FILTER INTERVAL ROW VALUES""".split()
NAMES = (
    "i t price d tz data tags mood text int4 numeric(10,2) date interval now lower 'a' '{}' 1 0.5 '2020-01-01'".split()
)
WORDS = st.sampled_from([*MARKS, *KEYWORDS, *NAMES, "length(", "COALESCE(", "EXTRACT(year FROM", "date_trunc('day',"])
SENTENCES = st.lists(WORDS, max_size=25).map(" ".join)


@given(st.one_of(st.text(max_size=40), SENTENCES, st.lists(WORDS, max_size=15).map("".join)))
def test_no_text_raises(text: str) -> None:
    known = scope()
    for made in (
        translate_check(text, known),
        translate_predicate(text, known),
        translate_index_expression(text, known),
        translate_generated(text, known, known.columns["t"]),
        translate_default(text, known.columns["price"]),
    ):
        assert made is None or isinstance(made, Translated) or made.reason != UNEXPECTED
