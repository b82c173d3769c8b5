"""A database with one small table, for the tests of the engine, and an account of what each test leaves behind."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from noormme_py import Noormme

# Threads end by themselves soon after they are told to; this is how long is waited before one counts as left.
GRACE_S = 5.0
PAUSE_S = 0.01
_HANDLES = Path("/proc/self/fd")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "app.db"


@pytest.fixture(autouse=True)
def nothing_left(tmp_path: Path) -> Iterator[None]:
    """Fail a test after which a thread of ours, a task or a handle on one of its files is still there.

    It is set up before every other fixture of a test, so that it looks when they all have ended.
    """
    known = set(our_threads())
    yield
    assert left(lambda: [thread.name for thread in our_threads() if thread not in known]) == []
    assert left(lambda: open_files(tmp_path)) == []


@pytest.fixture
async def db(path: Path) -> AsyncGenerator[Noormme]:
    async with Noormme(path, performance={"max_readers": 2}, optimization={"busy_timeout": 2_000}) as database:
        await database.execute("create table t (id integer primary key, n integer not null)")
        yield database


@pytest.fixture(autouse=True)
async def no_task_left() -> AsyncGenerator[None]:
    """Fail a test that leaves a task running in its loop."""
    before = asyncio.all_tasks()
    yield
    left_tasks: set[asyncio.Task[Any]] = set()
    for _ in range(round(GRACE_S / PAUSE_S)):
        left_tasks = asyncio.all_tasks() - before - {asyncio.current_task()}
        if not left_tasks:
            break
        await asyncio.sleep(PAUSE_S)
    assert left_tasks == set()


def our_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("noormme")]


def open_files(folder: Path) -> list[str]:
    """Return the files in a folder that this process has open, where the system can tell."""
    if not _HANDLES.is_dir():
        return []
    found: list[str] = []
    for handle in _HANDLES.iterdir():
        try:
            target = handle.readlink()
        except OSError:
            # The handle of the listing itself, or of somebody who has just closed it.
            continue
        if target.is_relative_to(folder):
            found.append(target.name)
    return sorted(found)


def left(look: Callable[[], list[str]]) -> list[str]:
    """Return what is still there after a while of patience."""
    deadline = time.monotonic() + GRACE_S
    while (found := look()) and time.monotonic() < deadline:
        gc.collect()
        time.sleep(PAUSE_S)
    return found
