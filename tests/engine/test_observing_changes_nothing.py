"""Listening to a database changes none of its answers, and costs nothing once nobody listens."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from noormme_py import Noormme
from noormme_py.engine import levels
from noormme_py.engine.observers import Watch
from noormme_py.errors import NoormmeError
from noormme_py.query.observe import StatementFinished
from tests.engine.observing import SCHEMA, WAYS, Told


@pytest.fixture(params=["auto", "off"])
async def db(path: Path, request: pytest.FixtureRequest) -> AsyncGenerator[Noormme]:
    """Short statements run on the loop, or all on lanes."""
    settings = {"max_readers": 1, "inline_reads": request.param}
    async with Noormme(path, performance=settings, optimization={"busy_timeout": 100}) as database:
        await database.execute_script(SCHEMA)
        yield database


async def test_the_returned_function_ends_it(db: Noormme) -> None:
    first, second = Told(db), Told(db)
    await db.execute("select 1 as one")
    first.end()
    first.end()
    await db.execute("select 2 as two")
    second.end()
    await db.execute("select 3 as three")
    assert [len(first.events), len(second.events)] == [1, 2]


async def test_a_function_that_observes_twice_is_told_twice_until_one_of_them_ends(db: Noormme) -> None:
    events: list[StatementFinished] = []
    listener = events.append
    end, _ = db.observe(listener), db.observe(listener)
    await db.execute("select 1 as one")
    end()
    end()
    await db.execute("select 2 as two")
    assert [event.sql for event in events] == ["select 1 as one", "select 1 as one", "select 2 as two"]


async def test_a_listener_that_raises_is_logged_and_changes_nothing(
    db: Noormme, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(event: StatementFinished) -> None:
        raise RuntimeError(f"no room for {event.lane}")

    db.observe(fail)
    told = Told(db)
    assert (await db.get_repository("t").create({"n": 4})).n == 4
    assert await db.get_repository("t").count() == 4
    assert len(told.of("insert")) == 1
    assert len(caplog.records) == len(told.events)
    assert {(record.name, record.levelno) for record in caplog.records} == {("noormme_py", logging.ERROR)}
    assert all("no room for" in str(record.exc_info) for record in caplog.records)


async def test_parameters_are_told_and_not_shown(db: Noormme) -> None:
    told = Told(db)
    await db.execute("select ? as secret", ["hunter2"])
    assert list(told.events[0].parameters) == ["hunter2"]
    assert "hunter2" not in repr(told.events[0])


async def test_nothing_is_measured_while_nobody_listens(db: Noormme, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []

    class Counted(Watch):
        def __init__(self, *arguments: Any) -> None:
            begun.append(arguments[3])
            super().__init__(*arguments)

    monkeypatch.setattr(levels, "Watch", Counted)

    async def everything() -> None:
        for run, _ in WAYS.values():
            await run(db)
            await db.execute_script("delete from t; insert into t (n) values (10), (20), (30)")

    end = Told(db).end
    end()
    await everything()
    assert begun == []
    told = Told(db)
    await everything()
    assert begun == [event.sql for event in told.events]


async def answers(db: Noormme) -> list[object]:
    """Return what a few calls of every kind say, their errors too."""
    t = db.get_repository("t")
    calls: list[Callable[[], Awaitable[Any]]] = [
        lambda: t.create({"n": 1}),
        lambda: t.create({"n": 1}),
        lambda: t.update(1, {"n": 11}),
        lambda: t.update(99, {"n": 11}),
        lambda: t.delete(2),
        lambda: t.upsert({"n": 30}, on="n"),
        lambda: t.create_many([{"n": 2}, {"n": 3}]),
        lambda: t.insert_many([{"n": 4}, {"n": 4}]),
        lambda: t.find_all(order_by="-n"),
        lambda: t.find_by_n(3),
        lambda: t.exists({"n": 77}),
        lambda: db.select_from("t").select("n").order_by("n").execute_take_first(),
        lambda: db.insert_into("t").values([{"n": 6}, {"n": 7}]).returning("n").execute(),
        lambda: db.delete_from("t").where("n", ">", 6).execute(),
        lambda: db.execute("insert into t (n) values (8) returning n"),
        lambda: db.execute("insert into t (n) values (9)"),
        lambda: db.execute("select * from t where n = :n", {"n": 9}),
        lambda: db.execute("select nothing"),
        lambda: db.execute_many("insert into t (n) values (?)", [[100], [101]]),
        lambda: db.execute("select count(*) as n from t"),
    ]
    said: list[object] = []
    for call in calls:
        try:
            answer: object = await call()
        except NoormmeError as fault:
            answer = fault
        said.append(repr(answer) if not isinstance(answer, NoormmeError) else (type(answer).__name__, str(answer)))
    said.append([row["n"] async for row in db.select_from("t").select("n").order_by("n").stream()])
    return said


@pytest.mark.parametrize("inline_reads", ["auto", "off"])
async def test_the_answers_are_the_same_with_and_without_an_observer(tmp_path: Path, inline_reads: str) -> None:
    said: list[list[object]] = []
    for name in ("alone", "observed"):
        async with Noormme(tmp_path / name, performance={"inline_reads": inline_reads}) as db:
            await db.execute_script(SCHEMA)
            told = Told(db) if name == "observed" else None
            said.append(await answers(db))
            assert told is None or len(told.events) > len(said[0])
    assert said[0] == said[1]
