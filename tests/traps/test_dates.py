"""Datetimes have one text form: it sorts with CURRENT_TIMESTAMP, and aware ones stay aware."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noormme_py import Noormme

_TABLE = "create table events (id integer primary key, at datetime default current_timestamp)"
_EAST = timezone(timedelta(hours=5, minutes=30))


async def test_our_datetimes_sort_with_current_timestamp() -> None:
    async with Noormme(":memory:") as db:
        await db.execute(_TABLE)
        events = db.get_repository("events")
        now = (await events.create({})).at
        assert now.tzinfo is None
        offsets = [timedelta(0), timedelta(microseconds=1), timedelta(seconds=1), timedelta(days=1)]
        for offset in offsets:
            # With a "T" in the middle all of these would sort behind every CURRENT_TIMESTAMP of the same day.
            await events.create({"at": now + offset})
            await events.create({"at": now - offset})
        by_text = [event.at for event in await events.find_all(order_by="at")]
        assert by_text == sorted(by_text)
        assert [event.at for event in await events.find_all(order_by="-at")] == by_text[::-1]
        assert await events.count({"at__lt": now}) == 3
        assert await events.count({"at__gt": now}) == 3
        assert await events.count({"at": now}) == 3


async def test_the_text_form_is_the_documented_one() -> None:
    forms = {
        datetime(2024, 1, 31, 12, 30): "2024-01-31 12:30:00",
        datetime(2024, 1, 31, 12, 30, 0, 5): "2024-01-31 12:30:00.000005",
        datetime(2024, 1, 31, 12, 30, tzinfo=UTC): "2024-01-31 12:30:00+00:00",
        datetime(2024, 1, 31, 12, 30, tzinfo=_EAST): "2024-01-31 07:00:00+00:00",
    }
    async with Noormme(":memory:") as db:
        await db.execute(_TABLE)
        for value, text in forms.items():
            await db.get_repository("events").create({"at": value})
            assert (await db.execute("select ? as v", [value])).rows == [{"v": text}]
        rows = (await db.execute("select at, datetime(at) is not null as is_known from events order by id")).rows
        # SQLite's own functions understand the form.
        assert rows == [{"at": text, "is_known": 1} for text in forms.values()]


async def test_naive_stays_naive_and_aware_stays_aware_and_the_same_instant() -> None:
    naive = datetime(2024, 1, 31, 12, 30)
    async with Noormme(":memory:") as db:
        await db.execute(_TABLE)
        events = db.get_repository("events")
        assert (await events.create({"at": naive})).at.tzinfo is None
        for zone in (UTC, _EAST, timezone(timedelta(hours=-8))):
            aware = naive.replace(tzinfo=zone)
            event = await events.create({"at": aware})
            assert event.at == aware
            assert event.at.tzinfo is not None
            # Whatever zone it is asked for in, it is found.
            assert await events.find_one({"at": aware.astimezone(_EAST)}) == event


async def test_a_naive_datetime_is_no_instant(path: Path) -> None:
    async with Noormme(path) as db:
        await db.execute("create table events (id integer primary key, at integer)")
    async with Noormme(path, codecs={"events.at": "unixepoch"}) as db:
        with pytest.raises(ValueError, match="aware"):
            await db.get_repository("events").create({"at": datetime(2024, 1, 31)})
        event = await db.get_repository("events").create({"at": datetime(2024, 1, 31, tzinfo=_EAST)})
        assert event.at == datetime(2024, 1, 31, tzinfo=_EAST)


_ZONES = st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(timezone)


@settings(max_examples=40)
@given(
    st.lists(st.datetimes(), max_size=20),
    st.lists(st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=_ZONES), max_size=20),
)
def test_texts_sort_as_the_datetimes_do(naive: list[datetime], aware: list[datetime]) -> None:
    asyncio.run(_compare(naive))
    asyncio.run(_compare(aware))


async def _compare(values: list[datetime]) -> None:
    async with Noormme(":memory:") as db:
        await db.execute(_TABLE)
        events = db.get_repository("events")
        await events.insert_many({"at": value} for value in values)
        found = [event.at for event in await events.find_all(order_by="at")]
        assert found == sorted(values)
        assert all(earlier <= later for earlier, later in itertools.pairwise(found))
