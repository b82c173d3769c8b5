# Written by scripts/generate_sync.py from test_async_database.py: change that, then run `make fmt`.
"""A database as a whole: opening, closing, its schema and other processes, and what it tells of itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from noormme_py import Config, StatementFinished, SyncNoormme
from noormme_py.errors import CannotOpen, Closed, ConfigError, NotADatabase, TableNotFound, UniqueViolation
from tests.engine.files import log_of, overwrite, size_of
from tests.engine.neighbour import Neighbour


def test_opening_and_closing_again_do_nothing(path: Path) -> None:
    db = SyncNoormme(path)
    db.close()
    assert db.initialize() is db
    assert db.initialize() is db
    db.close()
    db.close()
    with db:
        assert (db.execute("select 1 as one")).rows == [{"one": 1}]
        db.close()
    assert repr(db) == f"<{type(db).__name__} {str(path)!r}>"


def test_nothing_works_before_opening_nor_after_closing(path: Path) -> None:
    db = SyncNoormme(path)
    for _ in range(2):
        with pytest.raises(Closed):
            db.execute("select 1")
        with pytest.raises(Closed):
            db.execute_script("create table t (n integer)")
        with pytest.raises(Closed):
            db.refresh_schema()
        with pytest.raises(Closed):
            db.checkpoint()
        with pytest.raises(Closed):
            db.get_repository("t")
        with pytest.raises(Closed):
            with db.transaction():
                pass
        with pytest.raises(Closed):
            db.metrics()
        with pytest.raises(Closed):
            _ = db.schema
        with db:
            pass


def test_a_database_in_memory_is_one_for_all_calls() -> None:
    with SyncNoormme(":memory:") as db:
        db.execute("create table t (id integer primary key, n integer)")
        assert (db.get_repository("t").create({"n": 1})).id == 1
        with db.transaction() as tx:
            tx.get_repository("t").create({"n": 2})
        assert [row["n"] for row in db.select_from("t").select("n").stream()] == [1, 2]
        with pytest.raises(ConfigError):
            _ = db.raw_connection()


def test_what_cannot_be_opened_is_told_and_leaves_nothing(path: Path) -> None:
    with pytest.raises(CannotOpen):
        SyncNoormme(path / "in" / "no" / "folder.db").initialize()
    overwrite(path, b"this is no database, but a text that is long enough to be looked at" * 20)
    with pytest.raises(NotADatabase):
        SyncNoormme(path).initialize()
    with pytest.raises(ConfigError, match="busy_timeout"):
        SyncNoormme(path, optimization={"busy_timeuot": 1})


def test_settings_come_as_a_value_or_from_the_environment(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = Config.model_validate({"connection": {"database": str(path)}, "optimization": {"cache_size": -500}})
    with SyncNoormme(config) as db:
        assert db.config is config
        assert (db.execute("pragma cache_size")).rows == [{"cache_size": -500}]
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")
    with SyncNoormme.from_env() as db:
        assert db.config.connection.database == f"sqlite:///{path}"


def test_what_another_process_alters_is_found(sync_db: SyncNoormme, path: Path) -> None:
    users = sync_db.get_repository("users")
    with Neighbour(path) as neighbour:
        neighbour.run("alter table users add column nick text", "update users set nick = 'n'")
        assert (users.get_by_id(1)).nick == "n"
        assert users.count({"nick": "n"}) == 3
        neighbour.run("create table later (n integer)")
        with pytest.raises(TableNotFound, match="refresh_schema"):
            sync_db.get_repository("later")
        assert "later" in (sync_db.refresh_schema()).table_names()
        assert sync_db.get_repository("later").count() == 0
        neighbour.run("alter table users drop column nick")
        assert (users.create({"email": "new@x", "name": "N"})).model_fields_set >= {"id", "email"}
        assert "nick" not in users.row_type.model_fields


def test_every_pragma_is_as_it_was_asked(sync_db: SyncNoormme) -> None:
    assert sync_db.get_repository("users").count() == 3
    report = sync_db.pragma_report()
    assert {check.name for check in report} >= {"journal_mode", "foreign_keys", "synchronous", "busy_timeout"}
    assert [check for check in report if not check.is_as_asked and check.reason is None] == []
    asked = {(check.name, check.got) for check in report if check.connection == "writer"}
    assert {("journal_mode", "wal"), ("foreign_keys", 1)} <= asked


def test_observers_are_told_of_every_statement_until_they_leave(sync_db: SyncNoormme) -> None:
    told: list[StatementFinished] = []
    stop = sync_db.observe(told.append)
    users = sync_db.get_repository("users")
    users.find_by_id(1)
    assert [(event.rows, event.error) for event in told] == [(1, None)]
    assert told[0].sql.startswith("select")
    assert list(told[0].parameters) == [1]
    assert told[0].elapsed_ns > 0
    told.clear()
    with pytest.raises(UniqueViolation):
        users.update(2, {"email": "ada@x"})
    assert [type(event.error) for event in told if event.sql.startswith("update")] == [UniqueViolation]
    told.clear()
    with sync_db.transaction() as tx:
        tx.execute("select id from users")
    assert [event.sql for event in told] == ["begin immediate", "select id from users", "commit"]
    assert told[1].rows == 3
    stop()
    told.clear()
    users.count()
    assert told == []


def test_a_checkpoint_empties_the_log_and_is_counted(sync_db: SyncNoormme, path: Path) -> None:
    log = log_of(path)
    assert size_of(log) > 0
    before = sync_db.metrics().checkpoints
    state = sync_db.checkpoint()
    assert (state.pages, state.pinned_by) == (0, None)
    assert size_of(log) == 0
    metrics = sync_db.metrics()
    assert (metrics.checkpoints, metrics.log) == (before + 1, state)


def test_a_checkpoint_says_who_keeps_the_log(sync_db: SyncNoormme, path: Path) -> None:
    with Neighbour(path) as neighbour:
        neighbour.run("begin", "select count(*) from users")
        sync_db.get_repository("users").delete(2)
        state = sync_db.checkpoint()
        assert state.pinned_by == "another process"
        assert state.checkpointed_pages < state.pages
