"""The way out: a plain connection of the driver to the same file, with the same pragmas."""

from __future__ import annotations

import sqlite3
from typing import Any, TypeAlias

import aiosqlite

from noormme_py.config import Config
from noormme_py.engine.opening import connect
from noormme_py.engine.pragmas import apply_pragmas
from noormme_py.errors import ConfigError

AsyncRawConnection: TypeAlias = aiosqlite.Connection
SyncRawConnection: TypeAlias = sqlite3.Connection


def async_raw_connection(config: Config) -> AsyncRawConnection:
    """Return an aiosqlite connection, to be opened with `async with`.

    It is in autocommit mode and stands outside of the writer's queue: a write on it waits for SQLite's
    lock like any other process. Raises ConfigError for a database in memory, which has one connection.
    """
    _check_file(config)

    def tuned(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = sqlite3.Connection(*arguments, **options)
        apply_pragmas(connection, config, "writer", "raw")
        return connection

    return aiosqlite.connect(config.location.uri, uri=True, isolation_level=None, factory=tuned)


def sync_raw_connection(config: Config) -> SyncRawConnection:
    """Return a sqlite3 connection, open and to be closed by the caller; otherwise as `async_raw_connection`."""
    _check_file(config)
    connection = connect(config.location, config)
    apply_pragmas(connection, config, "writer", "raw")
    return connection


def _check_file(config: Config) -> None:
    if config.location.is_memory:
        raise ConfigError("a database in memory cannot be opened a second time", hint="use db.execute")
