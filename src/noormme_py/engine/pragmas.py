"""The pragmas of a connection: what is asked, what SQLite then says, and why the two differ."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Literal

from noormme_py.config import Config
from noormme_py.engine.filesystem import network_filesystem
from noormme_py.frozen import frozen

Role = Literal["writer", "reader", "loop"]
"""What a connection is for. The loop's own one never waits for a lock, and leaves checkpoints to the writer's lane."""

_SYNCHRONOUS = {"OFF": 0, "NORMAL": 1, "FULL": 2, "EXTRA": 3}
_TEMP_STORE = {"DEFAULT": 0, "FILE": 1, "MEMORY": 2}


@frozen
class PragmaCheck:
    """One pragma on one connection, read back. `reason` says why it is not as asked, where that is known.

    `before` is what it was when the connection was opened.
    """

    connection: str
    name: str
    asked: object
    got: object
    reason: str | None = None
    before: object = None

    @property
    def is_as_asked(self) -> bool:
        return self.asked == self.got


def apply_pragmas(connection: sqlite3.Connection, config: Config, role: Role, name: str) -> list[PragmaCheck]:
    """Set every pragma and read each back."""
    return [_set(connection, config, pragma, value, name) for pragma, value in _asked(config, role)]


def complaints(config: Config, checks: Iterable[PragmaCheck]) -> list[str]:
    """Return what did not take effect and should be told: what the caller asked for, or what is not safe.

    A default that does not apply (WAL in memory) is no reason to complain, and what several connections
    have in common is said once.
    """
    found: dict[str, None] = {}
    for check in checks:
        field = _FIELDS.get(check.name, check.name)
        if check.is_as_asked and check.reason is not None:
            found[f"optimization.{field}: {check.reason}"] = None
        elif not check.is_as_asked and field in config.optimization.model_fields_set:
            asked = f"PRAGMA {check.name} is {check.got!r}, and {check.asked!r} was asked for"
            found[f"optimization.{field}: {asked}: {check.reason}"] = None
    return [*found]


_FIELDS = {"journal_mode": "enable_wal_mode", "foreign_keys": "enable_foreign_keys"}


def _asked(config: Config, role: Role) -> list[tuple[str, int | str]]:
    asked = config.optimization
    rollback_journal = "memory" if config.location.is_memory else "delete"
    # First, so that the others wait for a lock as long as they may; on the loop last, for the same reason.
    waits = ("busy_timeout", 0 if role == "loop" else asked.busy_timeout)
    pragmas: list[tuple[str, int | str]] = [
        ("journal_mode", "wal" if asked.enable_wal_mode else rollback_journal),
        ("synchronous", _SYNCHRONOUS[asked.synchronous]),
        ("foreign_keys", int(asked.enable_foreign_keys)),
        ("cache_size", asked.cache_size),
        ("temp_store", _TEMP_STORE[asked.temp_store]),
        ("mmap_size", asked.mmap_size),
        ("journal_size_limit", asked.journal_size_limit),
        ("wal_autocheckpoint", 0 if role == "loop" else asked.wal_autocheckpoint),
        ("query_only", int(role == "reader" or config.location.is_read_only)),
    ]
    return [*pragmas, waits] if role == "loop" else [waits, *pragmas]


def _set(connection: sqlite3.Connection, config: Config, pragma: str, value: int | str, name: str) -> PragmaCheck:
    got = before = _read(connection, pragma)
    if got != value and not (pragma == "journal_mode" and config.location.is_read_only):
        # The value is a number or one of our own words: nothing of it comes from outside.
        connection.execute(f"pragma {pragma} = {value}").fetchall()
        got = _read(connection, pragma)
    return PragmaCheck(name, pragma, value, got, _reason(config, pragma, value, got), before)


def _read(connection: sqlite3.Connection, pragma: str) -> object:
    row = connection.execute(f"pragma {pragma}").fetchone()
    # A pragma that does not apply to this database (mmap_size in memory) gives no row.
    return 0 if row is None else row[0]


def _reason(config: Config, pragma: str, asked: object, got: object) -> str | None:
    location = config.location
    if pragma == "journal_mode" and asked == "wal" and not location.is_memory:
        network = network_filesystem(location.file)
        if network is not None:
            return f"the file is on a network file system ({network}), where WAL is not safe"
    if asked == got:
        return None
    if location.is_memory:
        return "the database is in memory"
    if location.is_read_only:
        return "the database is opened for reading only"
    if pragma == "mmap_size":
        return "this SQLite was built with a lower limit"
    return "SQLite did not take the value"
