"""A value written and read every way there is: repository, builder, both sides of a join, by declared type."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noormme_py import Noormme
from noormme_py.codec.registry import CodecChoice
from noormme_py.errors import EncodeError
from tests.codec import values
from tests.codec.border import border
from tests.codec.values import Values, is_same


@dataclass(frozen=True)
class Case:
    """A declared type, or one with an override, and values of its kind. `python` is the type they come back as."""

    declared: str
    values: Values
    python: type
    codec: CodecChoice | None = None

    @property
    def title(self) -> str:
        return f"{self.declared or 'untyped'}-{getattr(self.codec, '__name__', self.codec)}"


# What a column of the declared type takes: all values of the kind, none refused.
TOTAL = [
    Case("BOOL", st.booleans(), bool),
    Case("bigint", values.INTS, int),
    Case("double precision", values.FLOATS, float),
    Case("VARCHAR(20)", values.STRINGS, str),
    Case("BLOB", values.BYTES, bytes),
    Case("DECIMAL TEXT", values.DECIMALS, Decimal),
    Case("date text", values.DATES, date),
    Case("TIME", values.TIMES, time),
    Case("DATETIME", values.NAIVE, datetime),
    Case("timestamp text", values.AWARE, datetime),
    Case("TIMEDELTA", values.INTERVALS, timedelta),
    Case("UUID", values.UUIDS, UUID),
    Case("UUID BLOB", values.UUIDS, UUID),
    Case("JSON TEXT", values.JSON, object),
    Case("JSON BLOB", values.JSON, object),
    Case("", values.ANY, object),
    Case("TEXT", st.sampled_from(values.Colour), values.Colour, values.Colour),
    Case("INTEGER", st.sampled_from(values.Level), values.Level, values.Level),
    Case("TEXT", st.sampled_from(values.Size), values.Size, values.Size),
    Case("BLOB", st.sampled_from(values.Ratio), values.Ratio, values.Ratio),
    Case("INTEGER", values.SECONDS, datetime, "unixepoch"),
    Case("INTEGER", values.MILLISECONDS, datetime, "unixepoch_ms"),
]
# What refuses some of them, because the affinity of the column would change them.
PARTIAL = [
    Case("DECIMAL(10, 2)", values.DECIMALS, Decimal),
    Case("JSON", values.JSON, object),
    Case("ANY", values.ANY, object),
    Case("STRING", values.STRINGS, object),
    Case("ANY TEXT", values.ANY, object),
    Case("DURATION TEXT", values.INTERVALS, timedelta),
    Case("BOOL TEXT", st.booleans(), bool),
    *(
        Case(affinity, strategy, object, codec)
        for affinity in ("integer", "text", "real", "numeric")
        for codec, strategy in (
            ("unixepoch_ms", values.MILLISECONDS),
            (Decimal, values.DECIMALS),
            (values.Colour, st.sampled_from(values.Colour)),
            (values.Ratio, st.sampled_from(values.Ratio)),
        )
    ),
]


async def readings(db: Noormme, value: Any) -> dict[str, Any]:
    """Write a value into two rows, and read it back every way."""
    things = db.get_repository("things")
    created = await things.create({"c": value})
    inserted = await db.insert_into("things").values({"c": value}).returning_all().execute_take_first_or_raise()
    mine = db.select_from("things").select("c").where("id", "=", created.id)
    joined = (
        await db.select_from("things as one")
        .inner_join("things as two", "one.id", "two.id")
        .select("one.c as first", "two.c as second")
        .where("one.id", "=", created.id)
        .execute_take_first_or_raise()
    )
    found = await things.get_by_id(created.id)
    return {
        "create": created.c,
        "get_by_id": found.c,
        "returning of the builder": inserted["c"],
        "join": joined["first"],
        "other side of the join": joined["second"],
        "scalar": await mine.scalar(),
        "subquery": await db.select_from(mine.as_("q")).select("q.c").scalar(),
        "update": (await things.update(created.id, {"c": value})).c,
        "upsert": (await things.upsert({"id": created.id, "c": value})).c,
    }


async def crossed(db: Noormme, value: Any, *, may_refuse: bool) -> None:
    await db.delete_from("things").execute()
    try:
        read = await readings(db, value)
    except EncodeError:
        assert may_refuse
        assert await db.get_repository("things").count() == 0
        return
    assert {way: got for way, got in read.items() if not is_same(value, got)} == {}
    # It is found by what was written, whichever way it is asked for.
    assert await db.get_repository("things").count({"c": value}) == 2
    assert len(await db.select_from("things").select("id").where("c", "=", value).execute()) == 2
    assert await db.get_repository("things").count({"c__in": [value, value]}) == 2


def tried(case: Case, *, may_refuse: bool) -> None:
    codecs = {} if case.codec is None else {"things.c": case.codec}
    with border(f"create table things (id integer primary key, c {case.declared})", codecs) as opened:

        @settings(max_examples=20)
        @given(case.values)
        def check(value: Any) -> None:
            opened.run(crossed(opened.db, value, may_refuse=may_refuse))

        check()


@pytest.mark.parametrize("case", TOTAL, ids=lambda case: case.title)
def test_every_value_of_the_kind_comes_back_every_way(case: Case) -> None:
    tried(case, may_refuse=False)


@pytest.mark.parametrize("case", PARTIAL, ids=lambda case: case.title)
def test_a_value_comes_back_equal_every_way_or_is_refused(case: Case) -> None:
    tried(case, may_refuse=True)


@pytest.mark.parametrize("case", [case for case in TOTAL if case.python is not object], ids=lambda case: case.title)
def test_a_row_model_says_the_type_of_its_values(case: Case) -> None:
    codecs = {} if case.codec is None else {"things.c": case.codec}
    with border(f"create table things (id integer primary key, c {case.declared})", codecs) as opened:
        model = opened.db.get_repository("things").row_type
        assert model.model_fields["c"].annotation == case.python | None

        @settings(max_examples=4)
        @given(case.values)
        def check(value: Any) -> None:
            row = opened.run(opened.db.get_repository("things").create({"c": value}))
            assert type(row.c) is case.python

        check()


MOMENTS = st.lists(st.tuples(values.SECONDS, st.integers(0, 999_999), st.booleans()), min_size=2, max_size=8)


@pytest.mark.parametrize("zone", [None, UTC], ids=["naive", "aware"])
def test_datetimes_sort_with_what_current_timestamp_writes(zone: timezone | None) -> None:
    with border("create table things (id integer primary key, c datetime)") as opened:

        async def sorted_by_sqlite(moments: list[tuple[datetime, int, bool]]) -> None:
            db = opened.db
            await db.delete_from("things").execute()
            instants: dict[int, datetime] = {}
            for key, (second, fraction, by_sqlite) in enumerate(moments):
                if by_sqlite:
                    # The text that CURRENT_TIMESTAMP would have written at that moment.
                    instants[key] = second
                    epoch = int(second.timestamp())
                    await db.execute("insert into things values (?, datetime(?, 'unixepoch'))", [key, epoch])
                else:
                    instants[key] = second.replace(microsecond=fraction)
                    await db.get_repository("things").create({"id": key, "c": instants[key].replace(tzinfo=zone)})
            rows = await db.select_from("things").select("id").order_by("c").execute()
            in_order = [instants[row["id"]] for row in rows]
            assert in_order == sorted(in_order)

        @settings(max_examples=30)
        @given(MOMENTS)
        def check(moments: list[tuple[datetime, int, bool]]) -> None:
            opened.run(sorted_by_sqlite(moments))

        check()
