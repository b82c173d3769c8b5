"""A list too long for parameters is bound as JSON, and finds the rows that a short one finds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noormme_py import Noormme, col, param
from noormme_py.codec.registry import CodecChoice
from noormme_py.errors import EncodeError
from tests.codec import values
from tests.codec.border import border
from tests.codec.values import Values

WITHOUT_NUL = values.STRINGS.filter(lambda text: "\0" not in text)
KINDS: list[tuple[str, Values, CodecChoice | None]] = [
    ("boolean", st.booleans(), None),
    ("integer", values.INTS, None),
    ("text", WITHOUT_NUL, None),
    ("text collate nocase", st.sampled_from(["a", "A", "b", "Ä", "ä"]), None),
    ("date", values.DATES, None),
    ("time", values.TIMES, None),
    ("datetime", values.NAIVE, None),
    ("datetime", values.AWARE, None),
    ("interval", values.INTERVALS, None),
    ("uuid", values.UUIDS, None),
    ("decimal", st.integers(-(10**12), 10**12).map(Decimal), None),
    ("decimal text", values.DECIMALS, None),
    ("json text", values.JSON, None),
    ("", values.INTS | WITHOUT_NUL, None),
    ("integer", values.SECONDS, "unixepoch"),
    ("text", st.sampled_from(values.Colour), values.Colour),
    ("integer", st.sampled_from(values.Level), values.Level),
]


@pytest.mark.parametrize("number", range(len(KINDS)), ids=lambda number: f"{KINDS[number][0] or 'untyped'}-{number}")
def test_a_long_list_finds_what_a_short_one_finds(number: int) -> None:
    declared, strategy, codec = KINDS[number]
    codecs = {} if codec is None else {"things.c": codec}
    with border(f"create table things (id integer primary key, c {declared})", codecs, batch=4) as opened:

        async def compare(stored: list[Any], wanted: list[Any]) -> None:
            db, things = opened.db, opened.db.get_repository("things")
            await db.delete_from("things").execute()
            await things.create_many([{"c": value} for value in stored])
            one_by_one = {row.id for value in wanted for row in await things.find_many({"c": value})}
            # The same values again and again make the list long and ask for nothing else.
            repeated = [*wanted, *wanted[:1] * 5]
            query = db.select_from("things").select("id")
            found = [
                {row.id for row in await things.find_many({"c__in": wanted[:4]})},
                {row.id for row in await things.find_many({"c__in": repeated})},
                {row["id"] for row in await query.where("c", "in", repeated).execute()},
                {row["id"] for row in await query.where(col("c").in_(param("w"))).prepare().execute(w=repeated)},
            ]
            assert found[0] <= one_by_one
            assert found[1:] == [one_by_one] * 3
            every = {row.id for row in await things.find_all()}
            assert {row.id for row in await things.find_many({"c__not_in": repeated})} == every - one_by_one

        @settings(max_examples=15)
        @given(st.lists(strategy, min_size=1, max_size=5), st.data())
        def check(stored: list[Any], data: st.DataObject) -> None:
            wanted = data.draw(st.lists(st.sampled_from(stored) | strategy, min_size=1, max_size=6))
            opened.run(compare(stored, wanted))

        check()


@pytest.mark.parametrize(
    ("declared", "value"),
    [("real", 0.5), ("blob", b"x"), ("text", "a\0b"), ("decimal", Decimal("0.5")), ("uuid blob", "uuid")],
)
async def test_what_json_cannot_carry_is_refused_and_never_missed(declared: str, value: Any) -> None:
    """SQLite's JSON would cut "a\\0b" off at the NUL, and find another row or none."""
    value = UUID(int=1) if value == "uuid" else value
    async with Noormme(":memory:", performance={"max_batch_size": 2}) as db:
        await db.execute_script(f"create table things (id integer primary key, c {declared})")
        things = db.get_repository("things")
        await things.create({"c": value})
        assert await things.count({"c__in": [value]}) == 1
        with pytest.raises(EncodeError, match=r"things\.c: a list this long") as refused:
            await things.count({"c__in": [value] * 3})
        assert "join" in (refused.value.hint or "")


async def test_none_in_a_long_list_asks_for_null() -> None:
    async with Noormme(":memory:", performance={"max_batch_size": 2}) as db:
        await db.execute_script("create table things (id integer primary key, c integer)")
        things = db.get_repository("things")
        await things.create_many([{"c": 1}, {"c": None}, {"c": 9}])
        assert [row.id for row in await things.find_many({"c__in": [1, 2, 3, None]})] == [1, 2]
        assert [row.id for row in await things.find_many({"c__not_in": [1, 2, 3, None]})] == [3]
