"""Types with parts, as PostgreSQL makes them and as the catalog tells them, and strategies for the JSON of them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from noormme_py.postgres.model import PgCheck, PgField, PgType
from tests.postgres.awkward import texts

SETUP = """
create extension hstore;
create type mood as enum ('sad', 'so so', 'ha,ppy');
create domain positive as int4 check (value > 0);
create domain codes as int4[];
create domain codes2 as codes check (cardinality(value) < 100);
create type point3 as (x int4, "The Name" text, tags text[]);
create type nothing as ();
create type deep as (
    id int8, at point3, many point3[], codes codes, photo bytea, price numeric(10,2), during tsrange,
    free int4multirange, mood mood, extra hstore, doc jsonb, raw json, is_on bool, weight float8, small float4
);
create domain places as point3[];
create type words as range (subtype = text, collation = "C", multirange_type_name = many_words);
create type positives as range (subtype = positive);
create type rows as range (subtype = point3);
"""


def base(name: str, schema: str = "pg_catalog") -> PgType:
    return PgType(name, schema)


def array(element: PgType) -> PgType:
    return PgType(f"_{element.name}", element.schema, "array", element, delimiter=element.delimiter)


def domain(name: str, of: PgType, *checks: PgCheck) -> PgType:
    return PgType(name, "public", "domain", of, delimiter=of.delimiter, checks=checks)


def composite(name: str, **fields: PgType) -> PgType:
    return PgType(name, "public", "composite", fields=tuple(PgField(key, kind) for key, kind in fields.items()))


INT4, INT8, TEXT, NUMERIC = base("int4"), base("int8"), base("text"), base("numeric")
BOOL, FLOAT4, FLOAT8, JSON, JSONB = base("bool"), base("float4"), base("float8"), base("json"), base("jsonb")
BYTEA, DATE, TIMESTAMP = base("bytea"), base("date"), base("timestamp")
BOX = PgType("box", delimiter=";")
HSTORE = PgType("hstore", "public", extension="hstore")
MOOD = PgType("mood", "public", "enum", labels=("sad", "so so", "ha,ppy"))
POSITIVE = domain("positive", INT4, PgCheck("positive_check", "VALUE > 0"))
CODES = domain("codes", array(INT4))
CODES2 = domain("codes2", CODES, PgCheck("codes2_check", "cardinality(VALUE) < 100"))
POINT3 = composite("point3", **{"x": INT4, "The Name": TEXT, "tags": array(TEXT)})
NOTHING = composite("nothing")
INT4RANGE = PgType("int4range", kind="range", element=INT4)
INT8RANGE = PgType("int8range", kind="range", element=INT8)
NUMRANGE = PgType("numrange", kind="range", element=NUMERIC)
DATERANGE = PgType("daterange", kind="range", element=DATE)
TSRANGE = PgType("tsrange", kind="range", element=TIMESTAMP)
INT4MULTIRANGE = PgType("int4multirange", kind="multirange", element=INT4RANGE)
WORDS = PgType("words", "public", "range", TEXT)
MANY_WORDS = PgType("many_words", "public", "multirange", WORDS)
POSITIVES = PgType("positives", "public", "range", POSITIVE)
ROWS = PgType("rows", "public", "range", POINT3)
PLACES = domain("places", array(POINT3))
DEEP = composite(
    "deep",
    id=INT8,
    at=POINT3,
    many=array(POINT3),
    codes=CODES,
    photo=BYTEA,
    price=NUMERIC,
    during=TSRANGE,
    free=INT4MULTIRANGE,
    mood=MOOD,
    extra=HSTORE,
    doc=JSONB,
    raw=JSON,
    is_on=BOOL,
    weight=FLOAT8,
    small=FLOAT4,
)
TYPES: dict[str, PgType] = {
    "int4[]": array(INT4),
    "text[]": array(TEXT),
    "bool[]": array(BOOL),
    "float4[]": array(FLOAT4),
    "float8[]": array(FLOAT8),
    "numeric[]": array(NUMERIC),
    "jsonb[]": array(JSONB),
    "bytea[]": array(BYTEA),
    "mood[]": array(MOOD),
    "positive[]": array(POSITIVE),
    "codes": CODES,
    "codes[]": array(CODES),
    "codes2[]": array(CODES2),
    "point3": POINT3,
    "point3[]": array(POINT3),
    "places": PLACES,
    "places[]": array(PLACES),
    "deep": DEEP,
    "deep[]": array(DEEP),
    "int4range": INT4RANGE,
    "int4range[]": array(INT4RANGE),
    "words": WORDS,
    "positives": POSITIVES,
    "rows": ROWS,
    "int4multirange[]": array(INT4MULTIRANGE),
    "many_words": MANY_WORDS,
    "hstore": HSTORE,
    "hstore[]": array(HSTORE),
}
"""By the name that SQL has for them."""


@st.composite
def documents_of_each_type(draw: st.DrawFn) -> dict[str, Any]:
    """JSON for each of TYPES, by the name of the type."""
    return {name: draw(documents(kind)) for name, kind in TYPES.items()}


def documents(kind: PgType) -> st.SearchStrategy[Any]:
    """Return a strategy for what JSON may say of such a value, as PostgreSQL would write it or not."""
    element = kind.element
    if kind.kind == "composite":
        # Deferred, because hypothesis says all of a strategy in a message, and warns where that is long.
        fields = {field.name: st.none() | documents(field.type) for field in kind.fields}
        return st.deferred(lambda: st.fixed_dictionaries(fields))
    if kind.kind == "domain" and element is not None:
        return st.integers(1, 9) if element == INT4 else documents(element)
    if kind.kind == "array" and element is not None:
        return _arrays(documents(element) | st.none())
    if kind.kind == "range" and element is not None:
        return st.just({"empty": True}) | st.builds(_range, documents(element), st.sampled_from(["[)", "[]", "(]"]))
    if kind.kind == "multirange" and element is not None:
        return st.lists(documents(element), max_size=3)
    if kind.name == "hstore":
        return st.dictionaries(texts(), st.none() | texts(), max_size=3)
    return _LEAVES[kind.name] if kind.name in _LEAVES else st.sampled_from(kind.labels)


def _arrays(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def bounded(lower: int, inner: list[Any]) -> Any:
        return {"bounds": f"[{lower}:{lower + len(inner) - 1}]", "values": inner}

    def squared(inner: list[Any]) -> Any:
        return {"bounds": f"[1:2][1:{len(inner)}]", "values": [inner, inner]}

    some = st.lists(values, min_size=1, max_size=3)
    return st.one_of(st.lists(values, max_size=4), st.builds(bounded, st.integers(-2, 2), some), some.map(squared))


def _range(bound: Any, bounds: str) -> Any:
    # Of one bound, so that the two are in order.
    lower, upper = {"[)": (bound, None), "[]": (bound, bound), "(]": (None, bound)}[bounds]
    return {"lower": lower, "upper": upper, "bounds": bounds}


_LEAVES: dict[str, st.SearchStrategy[Any]] = {
    "int4": st.integers(-(2**31), 2**31 - 2),
    "int8": st.integers(-(2**63), 2**63 - 2),
    "text": texts(),
    "bool": st.booleans(),
    "float8": st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(["NaN", "Infinity", "-Infinity"]),
    "float4": st.floats(allow_nan=False, allow_infinity=False, width=32) | st.sampled_from(["NaN", "-Infinity"]),
    "numeric": st.decimals(-(10**7), 10**7, places=2).map(lambda number: f"{number + 0:f}"),
    "bytea": st.binary(max_size=5).map(lambda some: f"\\x{some.hex()}"),
    "timestamp": st.datetimes().map(str),
    "jsonb": st.sampled_from(['{"a": 1.10}', "[]", '"x\\"y"', "null", "1e2"]),
    "json": st.sampled_from(['{"a":1 ,"a":2}', " [ ] ", "null"]),
}
