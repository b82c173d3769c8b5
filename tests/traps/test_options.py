"""No option is accepted and ignored: unknown ones are errors, and every pragma is read back everywhere."""

from __future__ import annotations

import threading
import warnings
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from noormme_py import AsyncTransaction, Codec, Config, Noormme
from noormme_py.config import AutomationConfig, OptimizationConfig, PerformanceConfig
from noormme_py.errors import ColumnNotFound, ConfigError, NoormmeWarning, TransactionError

_READERS = 2

# For each option: a value that is not its default, and the pragma that must then say so.
_PRAGMAS: dict[str, tuple[Any, str, object]] = {
    "enable_wal_mode": (False, "journal_mode", "delete"),
    "enable_foreign_keys": (False, "foreign_keys", 0),
    "cache_size": (-1_234, "cache_size", -1_234),
    "synchronous": ("EXTRA", "synchronous", 3),
    "temp_store": ("FILE", "temp_store", 1),
    "busy_timeout": (1_234, "busy_timeout", 1_234),
    "mmap_size": (1_048_576, "mmap_size", 1_048_576),
    "journal_size_limit": (12_345, "journal_size_limit", 12_345),
    "wal_autocheckpoint": (123, "wal_autocheckpoint", 123),
}


@asynccontextmanager
async def _everywhere(db: Noormme) -> AsyncGenerator[list[AsyncTransaction]]:
    """Yield what executes on each connection: a transaction on the writer's, one on each reader's."""
    async with AsyncExitStack() as stack:
        kinds = [False] + [True] * _READERS
        yield [await stack.enter_async_context(db.transaction(read_only=kind)) for kind in kinds]


def test_every_option_of_sqlite_is_tested_here() -> None:
    assert set(_PRAGMAS) == set(OptimizationConfig.model_fields)


@pytest.mark.parametrize("option", _PRAGMAS)
async def test_an_option_takes_effect_on_every_connection(path: Path, option: str) -> None:
    value, pragma, expected = _PRAGMAS[option]
    async with Noormme(path, optimization={option: value}, performance={"max_readers": _READERS}) as db:
        async with _everywhere(db) as connections:
            for connection in connections:
                ((got,),) = (row.values() for row in (await connection.execute(f"pragma {pragma}")).rows)
                assert got == expected
        async with db.raw_connection() as raw, raw.execute(f"pragma {pragma}") as cursor:
            assert await cursor.fetchone() == (expected,)


async def test_every_pragma_is_read_back_on_every_connection(path: Path) -> None:
    options = {option: value for option, (value, _, _) in _PRAGMAS.items()}
    async with Noormme(path, optimization=options, performance={"max_readers": _READERS}) as db:
        async with _everywhere(db):
            report = db.pragma_report()
        # The loop's own connection waits for no lock, and does no checkpoints.
        on_loop = {"busy_timeout": 0, "wal_autocheckpoint": 0}
        assert {check.connection for check in report} == {"writer", "loop", "reader 0", "reader 1"}
        for name in ("writer", "loop", "reader 0", "reader 1"):
            found = {check.name: check.got for check in report if check.connection == name}
            wanted = {pragma: expected for _, pragma, expected in _PRAGMAS.values()}
            is_reader = name.startswith("reader")
            assert found == {**wanted, "query_only": int(is_reader), **(on_loop if name == "loop" else {})}
        assert all(check.is_as_asked for check in report)


async def test_a_pragma_that_did_not_take_is_told() -> None:
    async with Noormme(":memory:") as db:
        different = [check for check in db.pragma_report() if not check.is_as_asked]
        assert [(c.name, c.asked, c.got, c.reason) for c in different] == [
            ("journal_mode", "wal", "memory", "the database is in memory")
        ]


@pytest.mark.parametrize(
    ("settings", "hint"),
    [
        ({"optimisation": {}}, "optimization"),
        ({"optimization": {"cache_sise": 1}}, "cache_size"),
        ({"optimization": {"cacheSise": 1}}, "cacheSize"),
        ({"performance": {"max_reader": 1}}, "max_readers"),
        ({"automation": {"enable_auto_optimisation": True}}, "enable_auto_optimization"),
        ({"cache": {}}, ""),
        ({"timeout": 5}, ""),
    ],
)
def test_an_unknown_option_is_an_error(settings: dict[str, Any], hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Noormme("app.db", **settings)
    assert hint in (caught.value.hint or "")


@pytest.mark.parametrize(
    "settings",
    [
        {"optimization": {"synchronous": "normal-ish"}},
        {"optimization": {"busy_timeout": -1}},
        {"optimization": {"mmap_size": "much"}},
        {"performance": {"max_readers": 0}},
        {"performance": {"max_batch_size": 0}},
        {"dialect": "postgres"},
        {"connection": {"database": "twice.db"}},
    ],
)
def test_a_value_that_means_nothing_is_an_error(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        Noormme("app.db", **settings)


@pytest.mark.parametrize("url", ["sqlite:///app.db?mod=ro", "sqlite:///app.db?timeout=5", "sqlite:///app.db?mode=x"])
def test_an_unknown_parameter_of_a_url_is_an_error(url: str) -> None:
    with pytest.raises(ConfigError):
        Noormme(url)


def test_a_config_and_further_settings_are_not_mixed() -> None:
    with pytest.raises(TypeError):
        Noormme(Config.model_validate({"connection": {"database": "app.db"}}), performance={"max_readers": 1})


@pytest.mark.parametrize("flag", sorted(AutomationConfig.model_fields))
async def test_a_flag_without_effect_says_so(flag: str) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        async with Noormme(":memory:", automation={flag: True}):
            pass
        on = len(told)
        async with Noormme(":memory:", automation={flag: False}):
            pass
    # What the others do: tests/optimize/test_automation_flags.py.
    assert [flag in str(warning.message) for warning in told] == [True] * (flag == "enable_migration_generation")
    assert len(told) == on


SEEN = Codec("thread", str, str, lambda _: threading.current_thread().name)


def test_every_option_of_performance_is_tested_here() -> None:
    assert set(PerformanceConfig.model_fields) == {"max_readers", "max_batch_size", "inline_reads"}


async def test_max_readers_is_how_many_read_at_the_same_time(path: Path) -> None:
    async with Noormme(path, performance={"max_readers": 3}) as db:
        async with AsyncExitStack() as stack:
            for _ in range(3):
                await stack.enter_async_context(db.transaction(read_only=True))
            # A fourth would have to wait, here for its own task.
            with pytest.raises(TransactionError):
                await stack.enter_async_context(db.transaction(read_only=True))
        names = {check.connection for check in db.pragma_report()}
        assert names == {"writer", "loop", "reader 0", "reader 1", "reader 2"}


@pytest.mark.parametrize(("inline", "threads"), [("auto", {"MainThread"}), ("off", {"noormme reader 0"})])
async def test_inline_reads_says_which_thread_reads(path: Path, inline: str, threads: set[str]) -> None:
    async with Noormme(path) as db:
        await db.execute_script("create table t (id integer primary key, v text); insert into t values (1, 'a');")
    async with Noormme(path, performance={"inline_reads": inline}, codecs={"t.v": SEEN}) as db:
        rows = db.get_repository("t")
        await rows.find_by_id(1)
        assert (await rows.get_by_id(1)).v in threads


async def test_max_batch_size_is_how_many_values_a_list_binds_singly() -> None:
    async with Noormme(":memory:", performance={"max_batch_size": 3}) as db:
        await db.execute("create table t (id integer primary key)")
        query = db.select_from("t").select("id")
        assert len(query.where("id", "in", [1, 2, 3]).compile().parameters) == 3
        assert len(query.where("id", "in", [1, 2, 3, 4]).compile().parameters) == 1


async def test_a_codec_for_nothing_is_told(path: Path) -> None:
    async with Noormme(path) as db:
        await db.execute("create table t (id integer primary key)")
    with pytest.raises(ConfigError, match="json"):
        Noormme(path, codecs={"t.id": "jsn"})
    with pytest.warns(NoormmeWarning, match="usres"):
        async with Noormme(path, codecs={"usres.id": "int"}):
            pass
    with pytest.raises(ColumnNotFound, match="idd"):
        await Noormme(path, codecs={"t.idd": "int"}).initialize()
