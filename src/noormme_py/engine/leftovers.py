"""What still goes on in this process: connections that somebody keeps, and threads of the library."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import Callable, Hashable, Mapping
from typing import TypeAlias

from noormme_py.engine.lane import THREAD_PREFIX
from noormme_py.engine.open_connections import OPEN_CONNECTIONS, told

Look: TypeAlias = Callable[[], dict[Hashable, str]]
"""What goes on at this moment: each thing, and what is to be said of it."""

# A thread that was told to end, or a stream that was dropped, ends by itself; this is how long that is waited for.
_GRACE_S = 1.0
_PAUSE_S = 0.01


def held_connections(file: str | None = None) -> dict[Hashable, str]:
    """Look who keeps a connection to a file, or to any file: by a transaction or a stream."""
    return {
        (path, connection.holder): f"a transaction or stream on {path}: {told(connection)}"
        for path, connection in OPEN_CONNECTIONS.held()
        if file in (None, path)
    }


def running_threads() -> dict[Hashable, str]:
    """Look which threads of the library run: the writer's, which each `Noormme` has as long as it is open."""
    # A reader's thread begins whenever it is needed, also that of a database that was open before.
    return {
        thread: f"the thread {thread.name!r}: the Noormme that began it was not closed"
        for thread in threading.enumerate()
        if thread.name == f"{THREAD_PREFIX}writer"
    }


def left(look: Look, known: Mapping[Hashable, str]) -> list[str]:
    """Return what is said of all that goes on, was not known before, and does not end within a second."""
    deadline = time.monotonic() + _GRACE_S
    found = _new(look, known)
    while found and time.monotonic() < deadline:
        time.sleep(_PAUSE_S)
        found = _still(look, found)
    return [*found.values()]


async def left_async(look: Look, known: Mapping[Hashable, str]) -> list[str]:
    """Return what `left` returns; the loop goes on meanwhile, and ends the streams that were dropped."""
    deadline = time.monotonic() + _GRACE_S
    found = _new(look, known)
    while found and time.monotonic() < deadline:
        await asyncio.sleep(_PAUSE_S)
        found = _still(look, found)
    return [*found.values()]


def _new(look: Look, known: Mapping[Hashable, str]) -> dict[Hashable, str]:
    found = {key: text for key, text in look().items() if key not in known}
    if found:
        # What was dropped in a circle is not left open by anybody.
        gc.collect()
    return found


def _still(look: Look, found: Mapping[Hashable, str]) -> dict[Hashable, str]:
    # Not what has begun since: the work of others, beside a test.
    now = look()
    return {key: text for key, text in found.items() if key in now}
