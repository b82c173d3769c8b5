"""How a file is opened: what is looked at before SQLite makes anything, and errors that say which file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from noormme_py.config import Config
from noormme_py.engine.faults import translate
from noormme_py.errors import CannotOpen, ConfigError, DatabaseError, NoormmeError, NotADatabase
from noormme_py.location import Location

_CACHED_STATEMENTS = 512

OLDEST_SQLITE = (3, 37, 0)
"""STRICT tables and `pragma_table_list` came with it."""


def check_sqlite() -> None:
    """Raise ConfigError when the SQLite at hand is too old."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        oldest = ".".join(map(str, OLDEST_SQLITE))
        raise ConfigError(f"SQLite {sqlite3.sqlite_version} is too old; {oldest} or newer is needed")


def check_path(location: Location) -> None:
    """Raise CannotOpen or NotADatabase when the path can hold no database, before SQLite makes anything."""
    if location.is_memory:
        return
    path = Path(location.file)
    try:
        if path.is_dir():
            raise CannotOpen(f"{str(path)!r} is a directory", hint="give the path of a file")
        if not path.parent.is_dir():
            raise CannotOpen(f"the folder {str(path.parent)!r} does not exist", hint="make the folder first")
        if not path.exists() and (location.is_read_only or location.mode == "rw"):
            way = "immutable=1" if location.is_immutable else f"mode={location.mode}"
            raise CannotOpen(f"there is no file {str(path)!r}", hint=f"{way} makes no new database")
        # SQLite takes a file of one byte for an empty one, and would write over it.
        if path.exists() and path.stat().st_size == 1:
            raise NotADatabase(f"{str(path)!r} holds one byte and is no database")
    except (OSError, ValueError) as fault:
        raise CannotOpen(f"{str(path)!r} cannot be looked at ({type(fault).__name__})") from None


def connect(location: Location, config: Config) -> sqlite3.Connection:
    """Open a connection in autocommit mode, without any pragma."""
    try:
        return sqlite3.connect(
            location.uri,
            uri=True,
            isolation_level=None,
            timeout=config.optimization.busy_timeout / 1000,
            cached_statements=_CACHED_STATEMENTS,
            # Each connection stays on one thread; interrupt() alone comes from another.
            check_same_thread=False,
        )
    except sqlite3.Error as fault:
        raise told_path(translate(fault), location) from None


def told_path(error: NoormmeError, location: Location) -> NoormmeError:
    """Say which file it was."""
    if not isinstance(error, DatabaseError):
        return error
    return type(error)(f"{location.path}: {error.message}", hint=error.hint, sqlite_code=error.sqlite_code)
