"""The way out: a plain aiosqlite connection to the same file, with the same pragmas."""

from __future__ import annotations

import sqlite3
from typing import Any, TypeAlias

import aiosqlite

from noormme_py.config import Config
from noormme_py.engine.pragmas import apply_pragmas
from noormme_py.errors import ConfigError

RawConnection: TypeAlias = aiosqlite.Connection


def raw_connection(config: Config) -> RawConnection:
    """Return an aiosqlite connection, to be opened with `async with`.

    It is in autocommit mode and stands outside of the writer's queue: a write on it waits for SQLite's
    lock like any other process. Raises ConfigError for a database in memory, which has one connection.
    """
    if config.location.is_memory:
        raise ConfigError("a database in memory cannot be opened a second time", hint="use db.execute")

    def tuned(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = sqlite3.Connection(*arguments, **options)
        apply_pragmas(connection, config, "writer", "raw")
        return connection

    return aiosqlite.connect(config.location.uri, uri=True, isolation_level=None, factory=tuned)
