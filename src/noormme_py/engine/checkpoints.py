"""Checkpoints: the write-ahead log is moved into the database after commits were answered, not by them.

A PASSIVE one once some pages were written, which waits for nobody. When the log is long all the same, because
one reader after another keeps it, a RESTART has writers wait a moment. When nothing was written for a while, a
TRUNCATE empties the file. A reader of an old snapshot keeps the log from getting shorter: it is named.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from noormme_py.engine.connection import CheckpointMode, Connection
from noormme_py.engine.open_connections import ANOTHER_PROCESS, OPEN_CONNECTIONS, told
from noormme_py.engine.pool import Pool
from noormme_py.errors import NoormmeError

_LOG = logging.getLogger("noormme_py")

# A commit of one row adds some pages to the log: the table's, and those of its indexes.
_PAGES_A_COMMIT = 4
# So many times the pages that should be in the log are too many.
_TOO_LONG = 4
_FIRST_IDLE_S = 1.0
_LAST_IDLE_S = 60.0


@dataclass(frozen=True, slots=True)
class LogState:
    """The write-ahead log after the last checkpoint: its pages, and how many of them are in the database.

    `pinned_by` says who reads an old snapshot, and so keeps a long log from being shortened: whoever it is
    in this process, or "another process".
    """

    pages: int = 0
    checkpointed_pages: int = 0
    pinned_by: str | None = None


class Checkpoints:
    """Keeps the log of one database short. All methods run on the loop."""

    def __init__(self, pool: Pool, file: str, *, pages: int) -> None:
        """`pages` are those of `wal_autocheckpoint`; with 0 there are no checkpoints but those asked for."""
        self.state = LogState()
        self.count = 0
        self._pool = pool
        self._file = file
        self._pages = pages
        self._loop = asyncio.get_running_loop()
        self._written = 0
        self._commits = 0
        self._seen_commits = 0
        self._seen_changes = 0
        self._task: asyncio.Task[object] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._idle_s = _FIRST_IDLE_S

    def note_commit(self, rows: int = 1) -> None:
        """Note a commit that wrote so many rows; it has been answered, or will be without waiting for this."""
        if not self._pages:
            return
        self._commits += 1
        self._written += _PAGES_A_COMMIT + rows
        if self._timer is None:
            self._timer = self._loop.call_later(self._idle_s, self._look)
        # Half of what SQLite itself would checkpoint at, inside of the commit.
        if self._written > self._pages // 2 and self._task is None:
            self._begin("passive")

    def note_lane(self, connection: Connection) -> None:
        """Note what was done on the writer's lane."""
        changes = connection.changes
        if changes != self._seen_changes:
            self.note_commit(changes - self._seen_changes)
            self._seen_changes = changes

    async def run(self, how: CheckpointMode) -> LogState:
        """Do a checkpoint on the writer's lane and return what came of it; raises DatabaseBusy."""
        lease = await self._pool.acquire()
        try:
            result = await lease.lane.run(lambda connection: connection.checkpoint(how))
            if how == "passive" and result.pages > _TOO_LONG * self._pages:
                result = await lease.lane.run(lambda connection: connection.checkpoint("restart"))
        finally:
            self._pool.release(lease)
        self.count += 1
        self._written = 0
        is_kept = result.is_blocked or result.moved < result.pages
        who = self._reader() if is_kept and (how != "passive" or result.pages > _TOO_LONG * self._pages) else None
        if who is not None and self.state.pinned_by is None:
            _LOG.warning(
                "%s: the write-ahead log of %d pages is kept by an old reader: %s", self._file, result.pages, who
            )
        self.state = LogState(result.pages, result.moved, who)
        return self.state

    async def end(self) -> None:
        """Begin no more, and wait for the one that runs, once the lanes are closed."""
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    def _begin(self, how: CheckpointMode) -> None:
        self._task = self._loop.create_task(self._run_aside(how))

    async def _run_aside(self, how: CheckpointMode) -> None:
        try:
            await self.run(how)
        except NoormmeError:
            # The log is only longer than it need be; the next checkpoint tries again.
            return
        finally:
            self._task = None

    def _look(self) -> None:
        """Empty the log when nothing was written since the last look; look again while it cannot be."""
        is_idle = self._commits == self._seen_commits
        self._seen_commits = self._commits
        self._timer = None
        if is_idle and self._task is None:
            if self.state.pages == 0 and not self._written:
                self._idle_s = _FIRST_IDLE_S
                return
            self._begin("truncate")
            self._idle_s = min(2 * self._idle_s, _LAST_IDLE_S)
        else:
            self._idle_s = _FIRST_IDLE_S
        self._timer = self._loop.call_later(self._idle_s, self._look)

    def _reader(self) -> str:
        readers = OPEN_CONNECTIONS.readers_of(self._file)
        return told(readers[0]) if readers else ANOTHER_PROCESS
