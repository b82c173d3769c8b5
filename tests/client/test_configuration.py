"""Settings: how they are given, that a mistake is told, and that each one has the effect it names."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from noormme_py import Config, Noormme
from noormme_py.config import PerformanceConfig, load_config
from noormme_py.errors import ConfigError, NoormmeWarning
from tests.client.watching import Watch
from tests.engine.neighbour import Neighbour

# The configuration of a database that was moved from the TypeScript library, as JSON.
CAMEL_CASE = """
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


@pytest.mark.parametrize("flag", ["enable_migration_generation"])
async def test_automation_that_does_nothing_yet_is_warned_of(tmp_path: Path, flag: str) -> None:
    db = Noormme(tmp_path / "app.db", automation={flag: True})
    with pytest.warns(NoormmeWarning, match=rf"automation\.{flag} .* no effect in this version") as caught:
        await db.initialize()
    assert len(caught) == 1
    await db.close()


async def test_the_settings_of_the_typescript_library_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    db = Noormme(load_config(json.loads(CAMEL_CASE)))
    with pytest.warns(NoormmeWarning, match="no effect in this version") as caught:
        await db.initialize()
    assert len(caught) == 1
    assert (tmp_path / "data" / "dreambeesart.db").is_file()
    assert Watch(db).pragma("cache_size")["writer"] == -64000
    await db.close()
    assert Noormme(**json.loads(CAMEL_CASE)).config == db.config


async def test_batches_have_as_many_rows_as_asked(tmp_path: Path) -> None:
    async def statements(max_batch_size: int, rows: int) -> list[int]:
        path = tmp_path / f"{max_batch_size}-{rows}.db"
        async with Noormme(path, performance={"max_batch_size": max_batch_size}) as db:
            await db.execute("create table t (n integer)")
            seen: list[str] = []
            db.observe(lambda finished: seen.append(finished.sql))
            repository = db.get_repository("t")
            assert await repository.insert_many({"n": n} for n in range(rows)) == rows
            await db.insert_into("t").values([{"n": n} for n in range(rows)]).execute()
            assert await repository.count() == 2 * rows
            return [sql.count("(") - 1 for sql in seen if sql.lower().startswith("insert")]

    assert await statements(3, 7) == [3, 3, 1] * 2
    assert await statements(1, 3) == [1, 1, 1] * 2
    assert await statements(1000, 7) == [7] * 2


async def test_longer_lists_than_a_batch_bind_one_value(tmp_path: Path) -> None:
    async with Noormme(tmp_path / "app.db", performance={"max_batch_size": 3}) as db:
        await db.execute("create table t (n integer)")
        await db.execute_many("insert into t values (?)", [(n,) for n in range(10)])
        for count, parameters in ((3, 3), (4, 1), (9, 1)):
            query = db.select_from("t").select("n").where("n", "in", list(range(count)))
            assert len(query.compile().parameters) == parameters
            assert len(await query.execute()) == count


async def test_as_many_read_at_once_as_asked(tmp_path: Path) -> None:
    async def most_at_once(max_readers: int | None) -> int:
        async with Noormme(tmp_path / "app.db", performance={"max_readers": max_readers}) as db:
            inside = most = 0

            async def hold() -> None:
                nonlocal inside, most
                async with db.transaction(read_only=True):
                    inside += 1
                    most = max(most, inside)
                    await asyncio.sleep(0.01)
                    inside -= 1

            await asyncio.gather(*(hold() for _ in range(12)))
            return most

    assert await most_at_once(1) == 1
    assert await most_at_once(3) == 3
    assert 1 <= await most_at_once(None) == load_config({"connection": {"database": ":memory:"}}).max_readers <= 4


async def test_busy_timeout_is_how_long_a_lock_is_waited_for(tmp_path: Path) -> None:
    """Without patience a held lock is told at once; with some, it is outlasted."""
    path = tmp_path / "app.db"
    async with Noormme(path, optimization={"busy_timeout": 20_000}) as db:
        await db.execute("create table t (n integer)")
        with Neighbour(path) as neighbour:
            neighbour.execute("begin immediate")
            release = asyncio.get_running_loop().call_later(0.2, neighbour.execute, "commit")
            assert (await db.execute("insert into t values (1)")).rows_affected == 1
            assert release.when() <= asyncio.get_running_loop().time()


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"optimisation": {}}, "did you mean 'optimization'"),
    ({"optimization": {"enable_wal": True}}, "did you mean 'enable_wal_mode'"),
    ({"optimization": {"cachesize": 1}}, "optimization.cachesize"),
    ({"performance": {"max_batchsize": 1}}, "did you mean 'max_batch_size'"),
    ({"performance": {"max_batch_size": 0}}, "max_?[bB]atch_?[sS]ize"),
    ({"performance": {"max_readers": 0}}, "max_?[rR]eaders"),
    ({"optimization": {"synchronous": "SOMETIMES"}}, "synchronous"),
    ({"optimization": {"busy_timeout": -1}}, "busy_?[tT]imeout"),
    ({"optimization": {"cache_size": "large"}}, "cache_?[sS]ize"),
    ({"automation": {"enable_everything": True}}, "automation.enable_everything"),
    ({"dialect": "postgres"}, "dialect"),
    ({"performance": 3}, "performance"),
]


@pytest.mark.parametrize(("settings", "told"), MISTAKES)
def test_a_mistake_is_named_with_a_suggestion(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told) as caught:
        Noormme("app.db", **settings)
    assert isinstance(caught.value, ValueError)
    values = [value for section in settings.values() if isinstance(section, dict) for value in section.values()]
    for value in values:
        assert not isinstance(value, str) or value not in str(caught.value)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        Noormme("app.db", performance={"max_readers": "many", "nosuch": 1}, optimization={"synchronous": "x"})
    assert len(re.findall(r"max_?[rR]eaders|nosuch|synchronous", str(caught.value))) >= 3


def test_a_config_is_a_frozen_value() -> None:
    config = load_config({"connection": {"database": "a.db"}})
    with pytest.raises(ValidationError):
        setattr(config, "dialect", "sqlite")  # noqa: B010
    with pytest.raises(ValidationError):
        config.performance.max_batch_size = 5
    assert config == load_config({"connection": {"database": "a.db"}})
    assert Noormme(config).config is config


GIVEN: dict[str, Callable[[Path], Noormme]] = {
    "path": lambda path: Noormme(path, performance={"max_batch_size": 5}),
    "text": lambda path: Noormme(str(path), performance=PerformanceConfig(max_batch_size=5)),
    "url": lambda path: Noormme(f"sqlite:///{path}", performance={"maxBatchSize": 5}),
    "mapping": lambda path: Noormme(connection={"database": str(path)}, performance={"max_batch_size": 5}),
    "config": lambda path: Noormme(
        Config.model_validate({"connection": {"database": str(path)}, "performance": {"maxBatchSize": 5}})
    ),
}


@pytest.mark.parametrize("given", GIVEN)
def test_ways_to_give_settings(tmp_path: Path, given: str) -> None:
    db = GIVEN[given](tmp_path / "app.db")
    assert db.config.performance.max_batch_size == 5
    assert db.config.location.file == str(tmp_path / "app.db")


async def test_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with pytest.raises(ConfigError, match="DATABASE_URL is not set"):
        Noormme.from_env()
    monkeypatch.setenv("DATABASE_URL", "")
    with pytest.raises(ConfigError, match="DATABASE_URL is not set"):
        Noormme.from_env()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/env.db")
    async with Noormme.from_env() as db:
        await db.execute("create table t (n)")
    async with Noormme.from_env(codecs={"t.n": "json"}) as db:
        assert (await db.get_repository("t").create({"n": [1]})).n == [1]
    assert (tmp_path / "env.db").is_file()
    monkeypatch.setenv("DATABASE_URL", "postgres://user:secret@host/db")
    with pytest.raises(ConfigError) as caught:
        Noormme.from_env()
    assert "secret" not in str(caught.value)
