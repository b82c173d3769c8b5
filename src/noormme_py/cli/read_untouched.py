"""Reading a file so that neither the file changes nor anything appears beside it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from noormme_py.client.read_schema import read_schema
from noormme_py.config import Config, config_for
from noormme_py.errors import CannotOpen, ConfigError, DatabaseError
from noormme_py.location import Location, parse_location
from noormme_py.schema.model import Schema

T = TypeVar("T")


def read_untouched(file: str) -> Schema:
    """Return the schema of a database file given as a path or a sqlite:/// URL; raises NoormmeError."""
    return untouched(file, read_schema)


def untouched(file: str, read: Callable[[Config], T]) -> T:
    """Return what a function reads of a file, given the settings that open it; it may be called twice.

    Raises NoormmeError.
    """
    location = location_of(file)
    before = _look_at(location.path)
    if _is_at_rest(location.path):
        # A reader of a WAL database makes the files -wal and -shm, and leaves them behind when it may not
        # write (sqlite.org/wal.html#readonly). Nobody has this one open, so it can be read as if on a CD.
        try:
            found = read(_config(replace(location, is_immutable=True)))
        except DatabaseError:
            if _is_same(before, location.path):
                raise
        else:
            if _is_same(before, location.path):
                return found
        # Somebody opened it in the meantime.
    return read(_config(location))


def changing(file: str) -> Config:
    """Return the settings that open a file to change it; one that is not there is not made. Raises ConfigError."""
    return _config(replace(location_of(file), mode="rw"))


def location_of(file: str) -> Location:
    """Return where the file is, opened for reading only; raises ConfigError for a URL that names no file."""
    location = parse_location(file if file.startswith(("sqlite:", "file:")) else Path(file))
    if location.is_memory:
        raise ConfigError("a database in memory has no file", hint="give the path of a database file")
    return replace(location, mode="ro")


def _config(location: Location) -> Config:
    return config_for(location.url, {})


def _look_at(path: str) -> os.stat_result:
    try:
        found = Path(path).stat()
    except FileNotFoundError:
        raise CannotOpen(f"there is no file {path!r}", hint="this makes no new database") from None
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else str(fault)
        raise CannotOpen(f"{path!r} cannot be opened", hint=reason) from None
    if stat.S_ISDIR(found.st_mode):
        raise CannotOpen(f"{path!r} is a directory", hint="give the path of a database file")
    if not stat.S_ISREG(found.st_mode):
        raise CannotOpen(f"{path!r} is not a file", hint="give the path of a database file")
    return found


def _is_at_rest(path: str) -> bool:
    """Whether it is a WAL database that nobody has open: the last one to close it removes the WAL."""
    try:
        with Path(path).open("rb") as file:
            header = file.read(20)
    except OSError as fault:
        raise CannotOpen(f"{path!r} cannot be opened", hint=fault.strerror) from None
    return header[18:20] == b"\x02\x02" and not _wal_of(path).exists()


def _is_same(before: os.stat_result, path: str) -> bool:
    now = _look_at(path)
    is_unchanged = (now.st_ino, now.st_size, now.st_mtime_ns) == (before.st_ino, before.st_size, before.st_mtime_ns)
    return is_unchanged and not _wal_of(path).exists()


def _wal_of(path: str) -> Path:
    # SQLite follows links before it names the files beside a database.
    return Path(os.path.realpath(path) + "-wal")
