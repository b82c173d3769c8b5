"""Values with parts as JSON: they come back letter by letter, and what an application writes is understood."""

from __future__ import annotations

import json
import math
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from noormme_py.postgres.form import Form
from noormme_py.postgres.literals.nested import is_nested, nested_form
from noormme_py.postgres.model import PgType
from tests.postgres import nested_types as types
from tests.postgres.database import Database

STORED: list[tuple[PgType, str, str]] = [
    (types.TYPES["int4[]"], "{1,NULL,-3}", "[1,null,-3]"),
    (types.TYPES["int4[]"], "{1,-3}", "[1,-3]"),
    (types.TYPES["int4[]"], "{}", "[]"),
    (types.TYPES["int4[]"], "{{1,2},{3,4}}", "[[1,2],[3,4]]"),
    (types.TYPES["int4[]"], "[2:3]={1,2}", '{"bounds":"[2:3]","values":[1,2]}'),
    (types.TYPES["text[]"], '{a,"","NULL","é \\"x\\"",NULL}', '["a","","NULL","é \\"x\\"",null]'),
    (types.TYPES["bool[]"], "{t,f,NULL}", "[true,false,null]"),
    (types.TYPES["float8[]"], "{1,0.1,-0,1e+20,NaN,-Infinity}", '[1,0.1,"-0",1e+20,"NaN","-Infinity"]'),
    (types.TYPES["float8[]"], "{-0.5,1e-05}", "[-0.5,1e-05]"),
    (types.TYPES["numeric[]"], "{1.10,NaN}", '["1.10","NaN"]'),
    (types.TYPES["jsonb[]"], '{"{\\"a\\": 1.10}"}', '["{\\"a\\": 1.10}"]'),
    (types.TYPES["bytea[]"], '{"\\\\x00ff"}', '["\\\\x00ff"]'),
    (types.TYPES["mood[]"], '{sad,"so so"}', '["sad","so so"]'),
    (types.array(types.BOX), "{(2,2),(1,1);(3,3),(0,0)}", '["(2,2),(1,1)","(3,3),(0,0)"]'),
    (types.TYPES["positive[]"], "{1,2}", "[1,2]"),
    (types.CODES2, "{1,2}", "[1,2]"),
    (types.TYPES["codes[]"], '{"{1,2}","{{3}}",NULL}', "[[1,2],[[3]],null]"),
    (types.TYPES["codes[]"], '{{"{1}"},{"{2}"}}', '{"bounds":"[1:2][1:1]","values":[[[1]],[[2]]]}'),
    (types.POINT3, '(1,"a b","{x,""y z""}")', '{"x":1,"The Name":"a b","tags":["x","y z"]}'),
    (types.POINT3, '(,"",)', '{"x":null,"The Name":"","tags":null}'),
    (types.TYPES["point3[]"], '{"(1,,)",NULL}', '[{"x":1,"The Name":null,"tags":null},null]'),
    (types.NOTHING, "()", "{}"),
    (types.composite("one", a=types.TEXT), "()", '{"a":null}'),
    (types.INT4RANGE, "[1,5)", '{"lower":1,"upper":5,"bounds":"[)"}'),
    (types.INT4RANGE, "(,)", '{"lower":null,"upper":null,"bounds":"()"}'),
    (types.INT4RANGE, "empty", '{"empty":true}'),
    (types.POSITIVES, "(1,2]", '{"lower":1,"upper":2,"bounds":"(]"}'),
    (types.TSRANGE, '["2024-01-01 00:00:00",)', '{"lower":"2024-01-01 00:00:00","upper":null,"bounds":"[)"}'),
    (
        types.INT4MULTIRANGE,
        "{[1,3),[5,)}",
        '[{"lower":1,"upper":3,"bounds":"[)"},{"lower":5,"upper":null,"bounds":"[)"}]',
    ),
    (types.INT4MULTIRANGE, "{}", "[]"),
    (types.HSTORE, '"a"=>"1", "b"=>NULL', '{"a":"1","b":null}'),
    (types.HSTORE, "", "{}"),
    (types.TYPES["hstore[]"], '{"\\"a\\"=>\\"1\\"",""}', '[{"a":"1"},{}]'),
]
WRITTEN_BY_APPLICATIONS: list[tuple[PgType, str, str | None]] = [
    (types.TYPES["int4[]"], "[ 1,\n2 , null ]", "{1,2,NULL}"),
    (types.TYPES["int4[]"], '["1", 2.0, 3e2, true, -0]', "{1,2,300,1,0}"),
    (types.TYPES["int4[]"], "null", None),
    (types.TYPES["int4[]"], "[[], []]", "{}"),
    (types.TYPES["int4[]"], '{"values": [1, 2], "bounds": "[1:2]"}', "{1,2}"),
    (types.TYPES["int4[]"], '"{1,2}"', "{1,2}"),
    (types.TYPES["text[]"], '["\\u00e9\\ud83d\\ude00", 1.50, true]', "{é😀,1.50,true}"),
    (types.TYPES["numeric[]"], "[1.10, 12345678901234567890.123, 1e5]", "{1.10,12345678901234567890.123,1e5}"),
    (types.TYPES["float8[]"], "[1.0, NaN, -Infinity, -0.0]", "{1.0,NaN,-Infinity,-0.0}"),
    (types.TYPES["bool[]"], '[1, 0, "yes", true]', "{t,f,yes,t}"),
    (types.POINT3, '{"tags": [], "x": "1"}', "(1,,{})"),
    (types.POINT3, '{"The Name": 5}', "(,5,)"),
    (types.TYPES["point3[]"], '["(1,,)", {"x": 2}]', '{"(1,,)","(2,,)"}'),
    (types.INT4RANGE, '{"lower": 1, "upper": 5}', "[1,5)"),
    (types.INT4RANGE, '{"lower": null, "upper": "5", "bounds": "[]", "empty": false}', "(,5]"),
    (types.INT4MULTIRANGE, '[{"lower": 1, "upper": 5}, {"empty": true}]', "{[1,5)}"),
    (types.HSTORE, '{"a": 1, "b": true, "c": null}', '"a"=>"1", "b"=>"true", "c"=>NULL'),
]
NOT_TEXTS: list[tuple[PgType, str]] = [
    (types.TYPES["int4[]"], "{1,x}"),
    (types.TYPES["int4[]"], "{01}"),
    (types.TYPES["int4[]"], "{1,2"),
    (types.TYPES["int4[]"], "1,2}"),
    (types.TYPES["int4[]"], ""),
    (types.TYPES["bool[]"], "{true}"),
    (types.TYPES["point3"], "(1,2)"),
    (types.TYPES["point3"], "(1,2,3)"),
    (types.NOTHING, "(1)"),
    (types.INT4RANGE, "[1,5"),
    (types.INT4MULTIRANGE, "{[1,5]"),
    (types.HSTORE, "a=>1"),
]
NOT_VALUES: list[tuple[PgType, Any]] = [
    (types.TYPES["int4[]"], ""),
    (types.TYPES["int4[]"], "[1,2"),
    (types.TYPES["int4[]"], "[1,23"),
    (types.TYPES["int4[]"], "[" * 100_000),
    (types.TYPES["int4[]"], b"[1]"),
    (types.TYPES["int4[]"], 1),
    (types.TYPES["int4[]"], "1"),
    (types.TYPES["int4[]"], "[1.5]"),
    (types.TYPES["int4[]"], "[NaN]"),
    (types.TYPES["int4[]"], "[1e999999999]"),
    (types.TYPES["int4[]"], "[1, [2]]"),
    (types.TYPES["int4[]"], "[[1], 2]"),
    (types.TYPES["int4[]"], "[[1], null]"),
    (types.TYPES["int4[]"], "[[[[[[[1]]]]]]]"),
    (types.TYPES["int4[]"], '{"bounds": "[2:3]", "values": [1]}'),
    (types.TYPES["int4[]"], '{"bounds": "[2:3", "values": [1, 2]}'),
    (types.TYPES["int4[]"], '{"bounds": 2, "values": [1, 2]}'),
    (types.TYPES["int4[]"], '{"bounds": "[2:3]"}'),
    (types.TYPES["text[]"], '["\\u0000"]'),
    (types.TYPES["text[]"], '["\\ud800"]'),
    (types.TYPES["text[]"], '[{"a": 1}]'),
    (types.TYPES["bool[]"], "[2]"),
    (types.TYPES["float8[]"], "[true]"),
    (types.TYPES["jsonb[]"], "[" + "[" * 1_200 + "]" * 1_200 + "]"),
    (types.POINT3, '{"x": 1, "y": 2}'),
    (types.POINT3, "[1, 2, 3]"),
    (types.INT4RANGE, '{"lower": 1, "upper": 2, "bound": "[]"}'),
    (types.INT4RANGE, '{"lower": 1, "upper": 2, "bounds": "[["}'),
    (types.INT4RANGE, '{"lower": 1, "upper": 2, "bounds": []}'),
    (types.INT4RANGE, "[1, 2]"),
    (types.INT4MULTIRANGE, "[null]"),
    (types.INT4MULTIRANGE, "{}"),
    (types.HSTORE, '{"a": []}'),
    (types.HSTORE, '["a"]'),
]
SAME: list[tuple[PgType, str, str]] = [
    (types.TYPES["int4[]"], "{1,2}", "[1:2]={01,+2}"),
    (types.TYPES["bool[]"], "{t,f,t}", '{yes,OFF,"1"}'),
    (types.TYPES["float8[]"], "{1,100000,1e+20}", "{1.0,1e5,100000000000000000000}"),
    (types.TYPES["float4[]"], "{0.1,1e+39}", "{0.10000000149011612,1e+39}"),
    (types.POINT3, '(1,"a",)', "(01,a,)"),
    (types.INT4RANGE, "[1,5)", "[1,4]"),
    (types.INT4RANGE, "empty", "(4,5)"),
    (types.INT8RANGE, "(,5)", "[,4]"),
    (types.NUMRANGE, "empty", "[1.5,1.5)"),
    (types.DATERANGE, "[2024-02-28,2024-03-01)", "(2024-02-27,2024-02-29]"),
    (types.DATERANGE, "[2024-02-28,infinity]", "(2024-02-27,infinity]"),
    (types.INT4MULTIRANGE, "{[1,5)}", "{[1,4],(7,8)}"),
    (types.HSTORE, '"b"=>"1", "aa"=>"2"', '"aa"=>"2", "b"=>"1"'),
]


def store(form: Form, text: str) -> Any:
    assert form.store is not None
    return form.store([text])[0]


def render(form: Form, stored: Any) -> Any:
    assert form.render is not None
    return form.render([stored])[0]


def same(form: Form, text: str) -> str:
    assert form.same is not None
    return form.same(text)


@pytest.mark.parametrize(("kind", "text", "stored"), STORED)
def test_a_value_is_kept_as_json_and_comes_back(kind: PgType, text: str, stored: str) -> None:
    form = nested_form(kind)
    assert store(form, text) == stored
    assert json.loads(stored) is not None
    assert render(form, stored) == text
    assert same(form, text) == same(form, same(form, text))


@pytest.mark.parametrize(("kind", "stored", "text"), WRITTEN_BY_APPLICATIONS)
def test_what_an_application_wrote_is_understood(kind: PgType, stored: str, text: str | None) -> None:
    assert render(nested_form(kind), stored) == text


def test_a_document_may_stand_in_json_as_it_is() -> None:
    form = nested_form(types.array(types.JSONB))
    text = render(form, '[{"a": [1.10, "x", null, true]}, [1], 2, "\\"s\\"", null]')
    assert text == '{"{\\"a\\":[1.10,\\"x\\",null,true]}",[1],2,"\\"s\\"",NULL}'


@pytest.mark.parametrize(("kind", "text"), NOT_TEXTS)
def test_a_malformed_text_is_refused(kind: PgType, text: str) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        store(nested_form(kind), text)
    assert same(nested_form(kind), text) in (text, "{1}", "{t}")


@pytest.mark.parametrize(("kind", "stored"), NOT_VALUES)
def test_json_of_something_else_is_refused(kind: PgType, stored: Any) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        render(nested_form(kind), stored)


@pytest.mark.parametrize("depth", [100, 400, 480, 900, 960, 990, 20_000])
def test_a_deep_document_is_written_or_refused(depth: int) -> None:
    text = "[" * depth + "]" * depth
    try:
        rendered = render(nested_form(types.array(types.JSON)), f"[{text}]")
    except ValueError:
        assert depth > 100
    else:
        assert rendered == f"{{{text}}}"


@pytest.mark.parametrize(("kind", "one", "other"), SAME)
def test_texts_of_the_same_value_are_the_same(kind: PgType, one: str, other: str) -> None:
    form = nested_form(kind)
    assert same(form, one) == same(form, other)


def test_what_is_the_same_inside_can_be_told() -> None:
    form = nested_form(types.TYPES["numeric[]"], lambda kind: str.strip if kind.name == "numeric" else None)
    assert same(form, '{" 1"}') == "{1}"


def test_null_stays_null() -> None:
    form = nested_form(types.POINT3)
    assert form.store is not None
    assert form.render is not None
    assert form.store([None]) == form.render([None]) == [None]


def test_quotes_that_only_the_locale_of_the_server_asked_for_are_left_out() -> None:
    form = nested_form(types.array(types.POINT3))
    assert form.canonical is not None
    text = '{"(1,\\"à\\",)"}'
    assert form.canonical([text, '{"(1,à,)"}', None]) == ['{"(1,à,)"}', '{"(1,à,)"}', None]
    assert render(form, store(form, text)) == '{"(1,à,)"}'
    assert nested_form(types.TYPES["text[]"]).canonical is None


def test_the_form_tells_what_it_is() -> None:
    form = nested_form(types.PLACES)
    assert (form.name, form.declared, form.strict, form.codec) == ("array", "JSON TEXT", "TEXT", "json")
    assert (form.carried, form.note) == ("changed", "kept as JSON")
    assert nested_form(types.HSTORE).name == "hstore"


def test_types_with_parts_are_known() -> None:
    assert all(map(is_nested, types.TYPES.values()))
    assert not any(map(is_nested, [types.INT4, types.POSITIVE, types.MOOD]))


def test_what_postgresql_made_of_its_own_parts_is_read(pg: Database) -> None:
    pg.execute(types.SETUP)
    ((text,),) = pg.rows(
        """
        select row(
            9007199254740993, row(1, 'say "a, b"', array['c:\\d', null])::point3,
            array[row(2, '', '{}')::point3, null], '{{1,2},{3,4}}'::codes, '\\x00ff'::bytea, 1.50,
            tsrange('2024-01-01', null), '{[1,3),[5,7)}', 'ha,ppy', hstore('k "1"', null), '{"a":1.10}', '{"a":1 }',
            true, 'NaN', 0.1
        )::deep::text
        """
    )
    form = nested_form(types.DEEP)
    stored = store(form, text)
    assert render(form, stored) == text
    assert json.loads(stored) == {
        "id": 9007199254740993,
        "at": {"x": 1, "The Name": 'say "a, b"', "tags": ["c:\\d", None]},
        "many": [{"x": 2, "The Name": "", "tags": []}, None],
        "codes": [[1, 2], [3, 4]],
        "photo": "\\x00ff",
        "price": "1.50",
        "during": {"lower": "2024-01-01 00:00:00", "upper": None, "bounds": "[)"},
        "free": [{"lower": 1, "upper": 3, "bounds": "[)"}, {"lower": 5, "upper": 7, "bounds": "[)"}],
        "mood": "ha,ppy",
        "extra": {'k "1"': None},
        "doc": '{"a": 1.10}',
        "raw": '{"a":1 }',
        "is_on": True,
        "weight": "NaN",
        "small": 0.1,
    }


@given(st.sampled_from([*types.TYPES.values()]), st.text('{}()[]",\\ a1=>:', max_size=10))
def test_any_text_is_stored_or_refused(kind: PgType, text: str) -> None:
    form = nested_form(kind)
    try:
        stored = store(form, text)
    except ValueError:
        return
    assert same(form, render(form, stored)) == same(form, text)


def test_postgresql_reads_what_is_rendered_and_writes_what_is_stored(pg: Database) -> None:
    """Of every type: JSON as an application may write it, and then the text that PostgreSQL made of it."""
    pg.execute(types.SETUP)
    forms = {name: nested_form(kind) for name, kind in types.TYPES.items()}
    with psycopg.connect(pg.dsn, autocommit=True) as connection:

        def texts_of(texts: dict[str, str]) -> dict[str, str]:
            asked = ", ".join(f"(%s::{name})::text" for name in texts)
            row = connection.execute(f"select {asked}".encode(), [*texts.values()]).fetchone()
            return dict(zip(texts, row or (), strict=True))

        @settings(max_examples=60, suppress_health_check=[HealthCheck.large_base_example, HealthCheck.data_too_large])
        @given(types.documents_of_each_type())
        def check(documents: dict[str, Any]) -> None:
            rendered = {name: render(forms[name], json.dumps(document)) for name, document in documents.items()}
            written = texts_of(rendered)
            stored = {name: store(forms[name], text) for name, text in written.items()}
            assert {name: render(forms[name], value) for name, value in stored.items()} == written
            assert texts_of(written) == written
            assert all(json.loads(value) is not None for value in stored.values())
            # What an application wrote is the same value as what PostgreSQL made of it.
            assert {name: same(forms[name], text) for name, text in rendered.items() if not _is_loose(name)} == {
                name: same(forms[name], text) for name, text in written.items() if not _is_loose(name)
            }

        check()


# Of some, PostgreSQL does more than write the parts in its own way: it sorts multiranges and rewrites documents.
def _is_loose(name: str) -> bool:
    return name in ("deep", "deep[]", "many_words", "int4multirange[]", "jsonb[]")


def test_floats_of_every_size_are_the_same_as_postgresql_writes_them(pg: Database) -> None:
    form = nested_form(types.TYPES["float8[]"])
    floats = [math.ldexp(1.1, exponent) for exponent in range(-1074, 1023, 7)] + [1e15, 1e16, 123456789012345680.0]
    text = render(form, json.dumps(floats))
    ((written,),) = pg.rows(f"select '{text}'::float8[]::text")
    assert render(form, store(form, written)) == written
    assert same(form, text) == same(form, written)
