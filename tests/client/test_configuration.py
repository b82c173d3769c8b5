"""Settings: how they are given, that a mistake is told, and that each one has the effect it names."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from noormme_py import Config, Noormme
from noormme_py.config import AutomationConfig, OptimizationConfig, PerformanceConfig, load_config
from noormme_py.engine import pragmas
from noormme_py.engine.filesystem import network_filesystem
from noormme_py.errors import ConfigError, ForeignKeyViolation, NoormmeWarning
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


class Watch:
    """Looks at the connections themselves, beside what the report says of them."""

    def __init__(self, db: Noormme) -> None:
        self.db = db

    @property
    def connections(self) -> dict[str, sqlite3.Connection]:
        engine = self.db._engine
        assert engine._writers is not None
        assert engine._readers is not None
        pools = {engine._writers, engine._readers}
        return {connection.name: connection._raw for pool in pools for connection in pool.connections}

    async def open_all(self) -> None:
        """Hold every reader at once, so that all of them are open."""
        count = self.db.config.max_readers
        together = asyncio.Barrier(count)

        async def hold() -> None:
            async with self.db.transaction(read_only=True) as tx:
                await together.wait()
                await tx.execute("select 1 as one")

        await asyncio.gather(*(hold() for _ in range(count)))

    def pragma(self, name: str) -> dict[str, Any]:
        values = {}
        for connection, raw in self.connections.items():
            row = raw.execute(f"pragma {name}").fetchone()
            values[connection] = row[0] if row is not None else None
        return values

    def reported(self, name: str) -> dict[str, object]:
        return {check.connection: check.got for check in self.db.pragma_report() if check.name == name}


EVERY_PRAGMA: list[tuple[dict[str, Any], str, object]] = [
    ({"enable_wal_mode": True}, "journal_mode", "wal"),
    ({"enable_wal_mode": False}, "journal_mode", "delete"),
    ({"enable_foreign_keys": True}, "foreign_keys", 1),
    ({"enable_foreign_keys": False}, "foreign_keys", 0),
    ({"cache_size": -1234}, "cache_size", -1234),
    ({"cache_size": 77}, "cache_size", 77),
    ({"synchronous": "OFF"}, "synchronous", 0),
    ({"synchronous": "NORMAL"}, "synchronous", 1),
    ({"synchronous": "FULL"}, "synchronous", 2),
    ({"synchronous": "EXTRA"}, "synchronous", 3),
    ({"temp_store": "DEFAULT"}, "temp_store", 0),
    ({"temp_store": "FILE"}, "temp_store", 1),
    ({"temp_store": "MEMORY"}, "temp_store", 2),
    ({"busy_timeout": 0}, "busy_timeout", 0),
    ({"busy_timeout": 4321}, "busy_timeout", 4321),
    ({"mmap_size": 0}, "mmap_size", 0),
    ({"mmap_size": 1_048_576}, "mmap_size", 1_048_576),
    ({"journal_size_limit": -1}, "journal_size_limit", -1),
    ({"journal_size_limit": 1_000_000}, "journal_size_limit", 1_000_000),
    ({"wal_autocheckpoint": 0}, "wal_autocheckpoint", 0),
    ({"wal_autocheckpoint": 7}, "wal_autocheckpoint", 7),
]


@pytest.mark.parametrize(("option", "pragma", "value"), EVERY_PRAGMA)
async def test_every_pragma_is_so_on_every_connection(
    tmp_path: Path, option: dict[str, Any], pragma: str, value: object
) -> None:
    async with Noormme(tmp_path / "app.db", optimization=option, performance={"max_readers": 3}) as db:
        watch = Watch(db)
        await watch.open_all()
        expected = dict.fromkeys(("writer", "reader 0", "reader 1", "reader 2"), value)
        assert watch.pragma(pragma) == expected
        assert watch.reported(pragma) == expected
        assert all(check.is_as_asked and check.reason is None for check in db.pragma_report())


def real(path: Path) -> Path:
    return path.resolve()


def size(path: Path) -> int:
    return path.stat().st_size


def test_every_option_is_tested() -> None:
    tested = {name for option, _, _ in EVERY_PRAGMA for name in option}
    assert tested == set(OptimizationConfig.model_fields)


async def test_readers_cannot_write(tmp_path: Path) -> None:
    async with Noormme(tmp_path / "app.db", performance={"max_readers": 2}) as db:
        watch = Watch(db)
        await watch.open_all()
        assert watch.pragma("query_only") == {"writer": 0, "reader 0": 1, "reader 1": 1}


async def test_wal_mode_is_a_property_of_the_file(tmp_path: Path) -> None:
    for is_wal, version in ((True, b"\x02\x02"), (False, b"\x01\x01"), (True, b"\x02\x02")):
        async with Noormme(tmp_path / "app.db", optimization={"enable_wal_mode": is_wal}) as db:
            await db.execute("create table if not exists t (n integer)")
        assert (tmp_path / "app.db").read_bytes()[18:20] == version


async def test_foreign_keys_are_enforced_or_not(tmp_path: Path) -> None:
    script = "create table p (id integer primary key); create table c (p_id integer references p (id));"
    async with Noormme(tmp_path / "app.db") as db:
        await db.execute_script(script)
        with pytest.raises(ForeignKeyViolation):
            await db.execute("insert into c values (1)")
    async with Noormme(tmp_path / "app.db", optimization={"enable_foreign_keys": False}) as db:
        await db.execute("insert into c values (1)")


async def test_wal_autocheckpoint_bounds_the_log(tmp_path: Path) -> None:
    async def log_size(pages: int) -> int:
        path = tmp_path / f"{pages}.db"
        async with Noormme(path, optimization={"wal_autocheckpoint": pages}) as db:
            await db.execute("create table t (n integer)")
            for n in range(100):
                await db.execute("insert into t values (?)", [n])
            return size(Path(f"{path}-wal"))

    assert await log_size(4) < await log_size(0)


async def test_the_report_names_what_was_asked_and_what_is(tmp_path: Path) -> None:
    async with Noormme(":memory:") as db:
        report = {check.name: check for check in db.pragma_report()}
        assert report["journal_mode"].got == "memory"
        assert report["journal_mode"].asked == "wal"
        assert report["journal_mode"].reason == "the database is in memory"
        assert not report["journal_mode"].is_as_asked
        assert report["foreign_keys"].is_as_asked
    async with Noormme(tmp_path / "app.db") as db:
        assert {check.name for check in db.pragma_report() if check.connection == "writer"} == set(report)


async def test_what_was_asked_for_and_is_not_so_is_warned_of(tmp_path: Path) -> None:
    with pytest.warns(NoormmeWarning, match=r"enable_wal_mode.*'memory'.*'wal' was asked.*in memory"):
        async with Noormme(":memory:", optimization={"enable_wal_mode": True}):
            pass
    async with Noormme(tmp_path / "app.db", optimization={"enable_wal_mode": False}):
        pass
    reading = Noormme(f"sqlite:///{tmp_path}/app.db?mode=ro", optimization={"enableWALMode": True})
    with pytest.warns(NoormmeWarning, match=r"enable_wal_mode.*reading only") as caught:
        await reading.initialize()
    # It is the same for the writer and the reader, and said once.
    assert len(caught) == 1
    await reading.close()
    with pytest.warns(NoormmeWarning, match=r"mmap_size.*lower limit"):
        async with Noormme(tmp_path / "app.db", optimization={"mmap_size": 2**62, "enable_wal_mode": False}):
            pass


async def test_a_default_that_does_not_apply_is_no_reason_to_warn(tmp_path: Path) -> None:
    """Warnings are errors here."""
    async with Noormme(":memory:"):
        pass
    async with Noormme(":memory:", optimization={"enable_wal_mode": False, "synchronous": "FULL"}):
        pass
    async with Noormme(tmp_path / "app.db", optimization={"enable_wal_mode": False}):
        pass
    async with Noormme(f"sqlite:///{tmp_path}/app.db?mode=ro"):
        pass


async def test_a_network_file_system_is_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"proc /proc proc rw 0 0\nserver:/export {real(tmp_path)} nfs4 rw 0 0\n")
    monkeypatch.setattr(pragmas, "network_filesystem", partial(network_filesystem, mounts=mounts))
    with pytest.warns(NoormmeWarning, match=r"enable_wal_mode: .*network file system \(nfs4\)"):
        async with Noormme(tmp_path / "app.db"):
            pass
    async with Noormme(tmp_path / "app.db", optimization={"enable_wal_mode": False}):
        pass


@pytest.mark.parametrize(
    ("line", "is_network"),
    [
        ("server:/x {} nfs rw 0 0", True),
        ("//server/x {} cifs rw 0 0", True),
        ("sshfs {} fuse.sshfs rw 0 0", True),
        ("/dev/sda1 {} ext4 rw 0 0", False),
        ("overlay {} overlay rw 0 0", False),
        ("server:/x {}/deeper nfs rw 0 0", False),
        ("server:/x /elsewhere nfs rw 0 0", False),
        ("nonsense", False),
    ],
)
def test_which_file_system_holds_a_path(tmp_path: Path, line: str, is_network: bool) -> None:
    folder = tmp_path / "with space"
    folder.mkdir()
    mounts = tmp_path / "mounts"
    mounts.write_text("/dev/root / ext4 rw 0 0\n" + line.format(str(folder.resolve()).replace(" ", "\\040")) + "\n")
    assert (network_filesystem(str(folder / "app.db"), mounts) is not None) is is_network
    assert network_filesystem(str(folder / "app.db"), tmp_path / "nosuch") is None


async def test_a_warning_that_is_an_error_leaves_nothing_open(tmp_path: Path) -> None:
    with pytest.raises(NoormmeWarning):
        await Noormme(":memory:", optimization={"enable_wal_mode": True}).initialize()
    with pytest.raises(NoormmeWarning):
        await Noormme(tmp_path / "app.db", automation={"enable_query_analysis": True}).initialize()
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("noormme")] == []


@pytest.mark.parametrize("flag", sorted(AutomationConfig.model_fields))
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
    assert len(caught) == 4
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
            Watch(db).connections["writer"].set_trace_callback(seen.append)
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
    assert db.config.location.path == str(tmp_path / "app.db")


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
