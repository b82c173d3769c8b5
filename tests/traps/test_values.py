"""What is written is read back equal, or a ValueError comes before any SQL runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noormme_py import Noormme, RowModel, col, param
from noormme_py.errors import EncodeError

_TABLE = """
create table t (
    id integer primary key,
    "any" any,
    "bool" boolean,
    "bytes" blob,
    "date" date,
    "datetime" datetime,
    "decimal" decimal(10, 2),
    "digits" decimal text,
    "float" real,
    "int" integer,
    "json" json,
    "str" text,
    "time" time,
    "timedelta" interval,
    "uuid" uuid
)
"""


@asynccontextmanager
async def _opened() -> AsyncGenerator[Noormme]:
    async with Noormme(":memory:") as db:
        await db.execute(_TABLE)
        yield db


_DOORS: dict[str, Callable[[Noormme, str, object], Awaitable[object]]] = {
    "create": lambda db, column, value: db.get_repository("t").create({column: value}),
    "create_many": lambda db, column, value: db.get_repository("t").create_many([{}, {column: value}]),
    "insert_many": lambda db, column, value: db.get_repository("t").insert_many([{}, {column: value}]),
    "upsert": lambda db, column, value: db.get_repository("t").upsert({"id": 1, column: value}),
    "update": lambda db, column, value: db.get_repository("t").update(1, {column: value}),
    "update_many": lambda db, column, value: db.get_repository("t").update_many({"id": 1}, {column: value}),
    "insert_into": lambda db, column, value: db.insert_into("t").values({column: value}).execute(),
    "update_table": lambda db, column, value: db.update_table("t").set({column: value}).execute(),
    "prepared": lambda db, column, value: db.insert_into("t").values({column: param("v")}).prepare().execute(v=value),
    "execute": lambda db, column, value: db.execute(f'insert into t ("{column}") values (?)', [value]),
    "named": lambda db, column, value: db.execute(f'insert into t ("{column}") values (:v)', {"v": value}),
    "execute_many": lambda db, column, value: db.execute_many(f'insert into t ("{column}") values (?)', [[1], [value]]),
}

_UNSTORABLE: list[tuple[str, object]] = [
    ("float", float("nan")),
    ("any", float("nan")),
    ("int", 2**63),
    ("int", -(2**63) - 1),
    ("any", 2**63),
    ("str", "a\ud800b"),
    ("any", "a\udfffb"),
    ("json", [float("nan")]),
    ("json", {"a": "\ud800"}),
    ("decimal", Decimal("NaN")),
]


@pytest.mark.parametrize("door", _DOORS)
async def test_what_cannot_be_stored_is_a_value_error_before_sql_runs(door: str) -> None:
    async with _opened() as db:
        before = await db.get_repository("t").create({"int": 1})
        for column, value in _UNSTORABLE:
            with pytest.raises(ValueError) as caught:  # noqa: PT011
                await _DOORS[door](db, column, value)
            assert isinstance(caught.value, EncodeError)
            assert repr(value) not in str(caught.value)
        assert await db.get_repository("t").find_all() == [before]


@pytest.mark.parametrize(("column", "value"), [("float", float("nan")), ("int", 2**63), ("str", "\ud800")])
async def test_a_comparison_with_it_is_one_too(column: str, value: object) -> None:
    async with _opened() as db:
        for attempt in (
            db.get_repository("t").find_many({column: value}),
            db.get_repository("t").find_many(col(column) == value),
            db.select_from("t").select("id").where(column, "=", value).execute(),
            db.select_from("t").select("id").where(column, "in", [value]).execute(),
            db.execute("select ? as v", [value]),
        ):
            with pytest.raises(EncodeError):
                await attempt


_INTS = st.integers(-(2**63), 2**63 - 1)
_FLOATS = st.floats(allow_nan=False)
# SQLite itself keeps NUL characters; what it cannot keep is half of a surrogate pair.
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
_ZONES = st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(timezone)
_JSON = st.recursive(
    st.none() | st.booleans() | _INTS | st.floats(allow_nan=False, allow_infinity=False) | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=6,
)
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "any": _INTS | _FLOATS | _TEXTS | st.binary(),
    "bool": st.booleans(),
    "bytes": st.binary(),
    "date": st.dates(),
    "datetime": st.datetimes() | st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=_ZONES),
    "decimal": st.decimals(allow_nan=False, allow_infinity=False),
    "digits": st.decimals(allow_nan=False, allow_infinity=False),
    "float": _FLOATS,
    "int": _INTS,
    "json": _JSON,
    "str": _TEXTS,
    "time": st.times(),
    "timedelta": st.timedeltas(),
    "uuid": st.uuids(),
}


@settings(max_examples=40)
@given(st.lists(st.sampled_from(sorted(_VALUES)).flatmap(lambda c: st.tuples(st.just(c), _VALUES[c])), max_size=20))
def test_what_is_written_is_read_back_equal_or_refused(values: list[tuple[str, Any]]) -> None:
    asyncio.run(_write_and_read(values))


async def _write_and_read(values: list[tuple[str, Any]]) -> None:
    async with _opened() as db:
        rows = db.get_repository("t")
        for column, value in values:
            try:
                created = await rows.create({column: value})
            except EncodeError:
                # Of all that is drawn here, only these have values that SQLite cannot keep.
                assert column in ("any", "decimal", "json", "timedelta"), column
                continue
            found = await rows.get_by_id(created.id)
            assert found == created
            stored = getattr(found, _field(type(found), column))
            assert stored == value
            # SQLite itself makes 1.0 a whole number in a column of numeric affinity.
            is_number = type(value) is float and column in ("any", "json")
            assert type(stored) in ((float, int) if is_number else (type(value),))


def _field(model: type[RowModel], column: str) -> str:
    return next(name for name, field in model.model_fields.items() if column in (name, field.alias))


async def test_the_types_that_the_values_come_back_as() -> None:
    values = {
        "bool": True,
        "bytes": b"\x00\xff",
        "date": date(2024, 2, 29),
        "datetime": datetime(2024, 2, 29, 12, 30, tzinfo=UTC),
        "digits": Decimal("1.10"),
        "float": 1.0,
        "int": -(2**63),
        "json": {"a": [1, None, "x"]},
        "str": "a\0b",
        "time": time(12, 30, 0, 5),
        "timedelta": timedelta(days=-1, microseconds=1),
        "uuid": UUID(int=5),
    }
    async with _opened() as db:
        await db.insert_into("t").values(values).execute()
        row = await db.select_from("t").select(*values).execute_take_first()
        assert row is not None
        assert row == values
        assert [type(value) for value in row.values()] == [type(value) for value in values.values()]
