"""A database as a whole: opening, closing, its schema and other processes, and what it tells of itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from noormme_py import Config, Noormme, StatementFinished
from noormme_py.errors import CannotOpen, Closed, ConfigError, NotADatabase, TableNotFound, UniqueViolation
from tests.engine.files import log_of, overwrite, size_of
from tests.engine.neighbour import Neighbour


async def test_opening_and_closing_again_do_nothing(path: Path) -> None:
    db = Noormme(path)
    await db.close()
    assert await db.initialize() is db
    assert await db.initialize() is db
    await db.close()
    await db.close()
    async with db:
        assert (await db.execute("select 1 as one")).rows == [{"one": 1}]
        await db.close()
    assert repr(db) == f"<{type(db).__name__} {str(path)!r}>"


async def test_nothing_works_before_opening_nor_after_closing(path: Path) -> None:
    db = Noormme(path)
    for _ in range(2):
        with pytest.raises(Closed):
            await db.execute("select 1")
        with pytest.raises(Closed):
            await db.execute_script("create table t (n integer)")
        with pytest.raises(Closed):
            await db.refresh_schema()
        with pytest.raises(Closed):
            await db.checkpoint()
        with pytest.raises(Closed):
            db.get_repository("t")
        with pytest.raises(Closed):
            async with db.transaction():
                pass
        with pytest.raises(Closed):
            db.metrics()
        with pytest.raises(Closed):
            _ = db.schema
        async with db:
            pass


async def test_a_database_in_memory_is_one_for_all_calls() -> None:
    async with Noormme(":memory:") as db:
        await db.execute("create table t (id integer primary key, n integer)")
        assert (await db.get_repository("t").create({"n": 1})).id == 1
        async with db.transaction() as tx:
            await tx.get_repository("t").create({"n": 2})
        assert [row["n"] async for row in db.select_from("t").select("n").stream()] == [1, 2]
        with pytest.raises(ConfigError):
            _ = db.raw_connection()


async def test_what_cannot_be_opened_is_told_and_leaves_nothing(path: Path) -> None:
    with pytest.raises(CannotOpen):
        await Noormme(path / "in" / "no" / "folder.db").initialize()
    overwrite(path, b"this is no database, but a text that is long enough to be looked at" * 20)
    with pytest.raises(NotADatabase):
        await Noormme(path).initialize()
    with pytest.raises(ConfigError, match="busy_timeout"):
        Noormme(path, optimization={"busy_timeuot": 1})


async def test_settings_come_as_a_value_or_from_the_environment(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = Config.model_validate({"connection": {"database": str(path)}, "optimization": {"cache_size": -500}})
    async with Noormme(config) as db:
        assert db.config is config
        assert (await db.execute("pragma cache_size")).rows == [{"cache_size": -500}]
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")
    async with Noormme.from_env() as db:
        assert db.config.connection.database == f"sqlite:///{path}"


async def test_what_another_process_alters_is_found(async_db: Noormme, path: Path) -> None:
    users = async_db.get_repository("users")
    with Neighbour(path) as neighbour:
        neighbour.run("alter table users add column nick text", "update users set nick = 'n'")
        assert (await users.get_by_id(1)).nick == "n"
        assert await users.count({"nick": "n"}) == 3
        neighbour.run("create table later (n integer)")
        with pytest.raises(TableNotFound, match="refresh_schema"):
            async_db.get_repository("later")
        assert "later" in (await async_db.refresh_schema()).table_names()
        assert await async_db.get_repository("later").count() == 0
        neighbour.run("alter table users drop column nick")
        assert (await users.create({"email": "new@x", "name": "N"})).model_fields_set >= {"id", "email"}
        assert "nick" not in users.row_type.model_fields


async def test_every_pragma_is_as_it_was_asked(async_db: Noormme) -> None:
    assert await async_db.get_repository("users").count() == 3
    report = async_db.pragma_report()
    assert {check.name for check in report} >= {"journal_mode", "foreign_keys", "synchronous", "busy_timeout"}
    assert [check for check in report if not check.is_as_asked and check.reason is None] == []
    asked = {(check.name, check.got) for check in report if check.connection == "writer"}
    assert {("journal_mode", "wal"), ("foreign_keys", 1)} <= asked


async def test_observers_are_told_of_every_statement_until_they_leave(async_db: Noormme) -> None:
    told: list[StatementFinished] = []
    stop = async_db.observe(told.append)
    users = async_db.get_repository("users")
    await users.find_by_id(1)
    assert [(event.rows, event.error) for event in told] == [(1, None)]
    assert told[0].sql.startswith("select")
    assert list(told[0].parameters) == [1]
    assert told[0].elapsed_ns > 0
    told.clear()
    with pytest.raises(UniqueViolation):
        await users.update(2, {"email": "ada@x"})
    assert [type(event.error) for event in told if event.sql.startswith("update")] == [UniqueViolation]
    told.clear()
    async with async_db.transaction() as tx:
        await tx.execute("select id from users")
    assert [event.sql for event in told] == ["begin immediate", "select id from users", "commit"]
    assert told[1].rows == 3
    stop()
    told.clear()
    await users.count()
    assert told == []


async def test_a_checkpoint_empties_the_log_and_is_counted(async_db: Noormme, path: Path) -> None:
    log = log_of(path)
    assert size_of(log) > 0
    before = async_db.metrics().checkpoints
    state = await async_db.checkpoint()
    assert (state.pages, state.pinned_by) == (0, None)
    assert size_of(log) == 0
    metrics = async_db.metrics()
    assert (metrics.checkpoints, metrics.log) == (before + 1, state)


async def test_a_checkpoint_says_who_keeps_the_log(async_db: Noormme, path: Path) -> None:
    with Neighbour(path) as neighbour:
        neighbour.run("begin", "select count(*) from users")
        await async_db.get_repository("users").delete(2)
        state = await async_db.checkpoint()
        assert state.pinned_by == "another process"
        assert state.checkpointed_pages < state.pages
