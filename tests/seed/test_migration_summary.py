"""What the migration summary does with the TypeScript library, done with this one."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, assert_type

import pytest

from noormme_py import Noormme, errors

# The summary's own configuration, as JSON.
CONFIGURATION = """
{
  "dialect": "sqlite",
  "connection": {"database": "./data/dreambeesart.db"},
  "automation": {
    "enableAutoOptimization": true,
    "enableIndexRecommendations": true,
    "enableQueryAnalysis": true,
    "enableMigrationGeneration": true
  },
  "performance": {"maxBatchSize": 1000},
  "optimization": {
    "enableWALMode": true,
    "enableForeignKeys": true,
    "cacheSize": -64000,
    "synchronous": "NORMAL",
    "tempStore": "MEMORY"
  }
}
"""
TABLES = """
create table users (
    id text primary key not null,
    name text,
    email text not null unique,
    email_verified timestamp
);
create table sessions (
    id integer primary key,
    session_token text not null unique,
    user_id text not null references users (id) on delete cascade,
    expires timestamp not null
);
"""
EXPIRES = datetime(2026, 2, 1, tzinfo=UTC)


@dataclass(frozen=True)
class User:
    """What the summary's adapter returns."""

    id: str
    name: str | None
    email: str
    email_verified: datetime | None


def databases_in(folder: Path) -> list[str]:
    return [file.name for file in folder.glob("*.db")]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The application's folder, with the one for its data."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    return tmp_path


@pytest.fixture
async def db(folder: Path) -> AsyncIterator[Noormme]:
    opened = Noormme(**json.loads(CONFIGURATION))
    with pytest.warns(errors.NoormmeWarning, match="enable_migration_generation .* no effect") as told:
        await opened.initialize()
    assert len(told) == 1
    await opened.execute_script(TABLES)
    yield opened
    await opened.close()


async def test_the_configuration_is_read_and_takes_effect(db: Noormme, folder: Path) -> None:
    assert db.config.performance.max_batch_size == 1000
    assert databases_in(folder / "data") == ["dreambeesart.db"]
    applied = {check.name: check.got for check in db.pragma_report() if check.connection == "writer"}
    wanted = {"journal_mode": "wal", "foreign_keys": 1, "cache_size": -64000, "synchronous": 1, "temp_store": 2}
    assert {name: applied[name] for name in wanted} == wanted


async def test_simple_crud(db: Noormme) -> None:
    user_repo = db.get_repository("users")
    created = await user_repo.create({"id": "u1", "email": "ada@example.com"})
    user = await user_repo.find_by_id("u1")
    assert user == created
    assert await user_repo.find_by_id("u2") is None


async def test_a_join_that_selects_all_of_one_table_and_takes_the_first(db: Noormme) -> None:
    users = db.get_repository("users")
    await users.create({"id": "u1", "name": "Ada", "email": "ada@example.com", "email_verified": EXPIRES})
    await users.create({"id": "u2", "email": "eve@example.com"})
    await db.get_repository("sessions").create_many(
        [
            {"session_token": "t-1", "user_id": "u1", "expires": EXPIRES},
            {"session_token": "t-2", "user_id": "u2", "expires": EXPIRES},
        ]
    )

    def by_token(session_token: str) -> Any:
        return (
            db.select_from("sessions")
            .inner_join("users", "users.id", "sessions.user_id")
            .select_all("users")
            .where("sessions.session_token", "=", session_token)
        )

    # Only the columns of `users`, decoded by their own types.
    assert await by_token("t-1").execute_take_first() == {
        "id": "u1",
        "name": "Ada",
        "email": "ada@example.com",
        "email_verified": EXPIRES,
    }
    assert await by_token("t-1").execute_take_first(into=User) == User("u1", "Ada", "ada@example.com", EXPIRES)
    assert await by_token("t-3").execute_take_first() is None


async def test_a_created_row_has_typed_fields_without_assertions(db: Noormme) -> None:
    user_repo = db.get_repository("users", User)
    created_user = await user_repo.create({"id": "u1", "name": None, "email": "ada@example.com"})
    assert_type(created_user, User)
    assert_type(created_user.name, str | None)
    assert created_user == User("u1", None, "ada@example.com", None)


async def test_a_session_of_nobody_is_refused(db: Noormme) -> None:
    with pytest.raises(errors.ForeignKeyViolation) as refused:
        await db.get_repository("sessions").create({"session_token": "t", "user_id": "u9", "expires": EXPIRES})
    assert (refused.value.table, refused.value.columns) == ("sessions", ("user_id",))
