"""What a seed may be, and how a database is made of it."""

from __future__ import annotations

import inspect
import os
import warnings
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

from noormme_py.client.async_client import Noormme
from noormme_py.client.sync_client import SyncNoormme
from noormme_py.engine.own_loop import run_in_own_loop
from noormme_py.errors import NoormmeWarning

Seed: TypeAlias = str | Path | Callable[[SyncNoormme], object] | Callable[[Noormme], Awaitable[object]]
"""SQL; a file of SQL, or a database file to be copied; a function, `async def` or not, that fills an open database."""

Settings: TypeAlias = Mapping[str, Any]
"""What is given to `Noormme` beside the path: `{"performance": {"max_readers": 1}, "codecs": {…}}`."""

_MAGIC = b"SQLite format 3\0"


def sow(seed: Seed, file: Path, settings: Settings) -> None:
    """Make a database of a seed, closed and with an empty log; raises what the seed raises."""
    if isinstance(seed, Path) and _is_database(seed):
        _copy(seed, file)
    elif isinstance(seed, Path):
        _fill(file, settings, lambda db: db.execute_script(seed.read_text(encoding="utf-8")))
    elif isinstance(seed, str):
        _fill(file, settings, lambda db: db.execute_script(seed))
    elif inspect.iscoroutinefunction(seed):
        run_in_own_loop(lambda: _fill_async(file, settings, seed))
    elif callable(seed):
        _fill(file, settings, seed)
    else:
        raise TypeError(f"a seed is SQL, a Path or a function, not {type(seed).__name__}")


@contextmanager
def _quietly() -> Generator[None]:
    # The tables that the settings name are not there before the seed has made them.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NoormmeWarning)
        yield


def _fill(file: Path, settings: Settings, fill: Callable[[Any], object]) -> None:
    db = SyncNoormme(file, **settings)
    with _quietly():
        db.initialize()
    with db:
        made = fill(db)
        if inspect.isawaitable(made):
            if inspect.iscoroutine(made):
                made.close()
            raise TypeError("the seed returned something to be awaited; write it as `async def`")
        db.checkpoint()


async def _fill_async(file: Path, settings: Settings, fill: Callable[[Any], Awaitable[object]]) -> None:
    db = Noormme(file, **settings)
    with _quietly():
        await db.initialize()
    async with db:
        await fill(db)
        await db.checkpoint()


def _copy(source: Path, file: Path) -> None:
    """Copy a database, what its log holds included, while others may have it open."""
    url = f"sqlite:///{quote(os.fsencode(source.absolute()))}?mode=ro"
    with SyncNoormme(url) as old, SyncNoormme(file) as new:
        reading, writing = old.raw_connection(), new.raw_connection()
        try:
            reading.backup(writing)
        finally:
            reading.close()
            writing.close()
        new.checkpoint()


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC
