"""What is compiled is what runs: nothing is appended to the SQL, and no two statements are taken for one."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from noormme_py import Noormme, sql, val

_ROWS = 1_500


@pytest.fixture
async def db() -> AsyncGenerator[Noormme]:
    async with Noormme(":memory:") as database:
        await database.execute("create table t (id integer primary key, v)")
        await database.get_repository("t").insert_many({"v": index} for index in range(_ROWS))
        yield database


@pytest.fixture
def ran(db: Noormme) -> list[str]:
    """The statements that SQLite says it has run; in memory there is one connection for all."""
    statements: list[str] = []
    assert db._engine._writers is not None
    (connection,) = db._engine._writers.connections
    connection._raw.set_trace_callback(statements.append)
    return statements


async def test_the_compiled_text_is_what_runs(db: Noormme, ran: list[str]) -> None:
    query = db.select_from("t").select_all().order_by("v", "desc")
    await query.execute()
    await query.execute_take_first()
    await query.execute_take_first_or_raise()
    await query.scalar()
    await query.prepare().execute()
    await query.prepare().execute_take_first()
    _ = [row async for row in query.stream()]
    selects = [statement for statement in ran if not statement.startswith("pragma")]
    assert selects == [query.compile().sql] * 7
    assert "limit" not in query.compile().sql


async def test_raw_sql_runs_as_it_is_written(db: Noormme, ran: list[str]) -> None:
    texts = [
        "select   count(*) /* all of them */ as n from t",
        "SELECT v FROM t ORDER BY v DESC",
        "with x as (select 1 as one) select * from x",
    ]
    for text in texts:
        await db.execute(text)
    await db.execute(sql("select v  from t"))
    assert [statement for statement in ran if not statement.startswith("pragma")] == [*texts, "select v  from t"]


async def test_all_rows_come(db: Noormme) -> None:
    assert len(await db.select_from("t").select_all().execute()) == _ROWS
    assert len(await db.get_repository("t").find_all()) == _ROWS
    assert len(await db.get_repository("t").find_many({"v__gte": 0})) == _ROWS
    assert len((await db.execute("select * from t")).rows) == _ROWS
    assert len([row async for row in db.select_from("t").select_all().stream()]) == _ROWS


async def test_pages_without_an_order_have_one_all_the_same(db: Noormme) -> None:
    await db.execute("create table people (name text primary key, age integer)")
    await db.execute("create index by_age on people (age)")
    people = db.get_repository("people")
    names = [f"{letter}{digit}" for digit in range(5) for letter in "zyxa"]
    await people.insert_many({"name": name, "age": 30 - index % 7} for index, name in enumerate(names))
    pages = [await people.find_many({"age__gt": 20}, limit=3, offset=offset) for offset in range(0, len(names), 3)]
    assert [person.name for page in pages for person in page] == sorted(names)


_ALIKE: list[Any] = [1, "1", 1.5, "1.5", b"1", True, None]


async def test_a_parameter_keeps_its_type_however_alike_the_statements(db: Noormme) -> None:
    for value in (*_ALIKE, *reversed(_ALIKE)):
        row = await db.select_from("t").select(val(value).as_("v")).limit(1).execute_take_first()
        raw = (await db.execute("select ? as v", [value])).rows[0]
        # SQLite has no booleans, and a literal has no column that would tell.
        expected = 1 if value is True else value
        assert row == raw == {"v": expected}
        assert row is not None
        assert type(row["v"]) is type(raw["v"]) is type(expected)


async def test_one_and_the_text_one_never_meet(db: Noormme) -> None:
    rows = db.get_repository("t")
    text = await rows.create({"v": "1"})
    number = await rows.get_one({"v": 1})
    for _ in range(2):
        assert (text.v, number.v) == ("1", 1)
        assert await rows.find_many({"v": "1"}) == [text]
        assert await rows.find_many({"v": 1}) == [number]
        query = db.select_from("t").select("id")
        assert await query.where("v", "=", "1").scalar() == text.id
        assert await query.where("v", "=", 1).scalar() == number.id
